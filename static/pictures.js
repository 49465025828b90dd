// A picture is made small in the browser: the server is spared the work, and never sees where and when
// it was taken. What comes of it is a JPEG, upright and on white, and not larger than it was.
// How much of its size and of its quality stays: the first with which it is small enough, or the last. What
// has very much in it is read better when it is smaller than when it is coarser.
const STEPS = [[1, 0.85], [1, 0.75], [1, 0.6], [0.8, 0.6], [0.64, 0.6]];
const ENOUGH = 350_000; // bytes, which are with the thumbnail half a megabyte on their way
const THUMBNAIL = [[1, 0.75]];

// Pictures by their kind; a drawing of vectors is a text.
export const isPicture = ({ type }) => type.startsWith("image/") && type !== "image/svg+xml";

export function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

// Drawn on a canvas, of which nothing else is known than what is seen.
async function drawn(bitmap, side, steps) {
  const whole = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  let blob, drawnAt;
  for (const [part, quality] of steps) {
    const scale = whole * part;
    if (scale !== drawnAt) paint(canvas, bitmap, scale);
    drawnAt = scale;
    blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (!blob) throw new Error("the canvas gives no picture");
    if (blob.size <= ENOUGH) break;
  }
  return base64(blob);
}

function paint(canvas, bitmap, scale) {
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
}

// Of what moves, it is the first frame. Raises where the browser cannot read the picture.
export async function scaled(file, { longest, thumbnail }) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    return { data: await drawn(bitmap, longest, STEPS), thumbnail: await drawn(bitmap, thumbnail, THUMBNAIL) };
  } finally {
    bitmap.close();
  }
}
