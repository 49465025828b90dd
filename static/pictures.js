// A picture is made small in the browser: the server is spared the work, and never sees where and when
// it was taken. What comes of it is a JPEG, upright and on white, and not larger than it was.
const QUALITIES = [0.85, 0.75, 0.6, 0.45]; // the first with which it is small enough, or the last
const ENOUGH = 370_000; // bytes, which are half a megabyte on their way
const THUMBNAIL = [0.75];

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
async function drawn(bitmap, side, qualities) {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  let blob;
  for (const quality of qualities) {
    blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (!blob) throw new Error("the canvas gives no picture");
    if (blob.size <= ENOUGH) break;
  }
  return base64(blob);
}

// Of what moves, it is the first frame. Raises where the browser cannot read the picture.
export async function scaled(file, { longest, thumbnail }) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    return { data: await drawn(bitmap, longest, QUALITIES), thumbnail: await drawn(bitmap, thumbnail, THUMBNAIL) };
  } finally {
    bitmap.close();
  }
}
