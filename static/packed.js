// A text as the letters of an address: deflated, as base64url.
const PIECE = 4096; // bytes that are unpacked at once: of so many come 4 MB at most

const through = (stream, kind) => new Response(stream.pipeThrough(kind)).arrayBuffer();

export async function packed(text) {
  const bytes = new Uint8Array(await through(new Blob([text]).stream(), new CompressionStream("deflate-raw")));
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// The text; null for what is none, or has more bytes than `most`: a few letters may unpack to gigabytes.
export async function unpacked(letters, most) {
  try {
    const plain = atob(letters.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(await inflated(bytes, most));
  } catch {
    return null;
  }
}

// Bytes that were deflated. Raises where they were not, or are more than `most`.
export async function inflated(bytes, most) {
  let at = 0;
  const pieces = new ReadableStream({
    pull(stream) {
      if (at >= bytes.length) stream.close();
      else stream.enqueue(bytes.subarray(at, (at += PIECE)));
    },
  });
  const reader = pieces.pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(parts).arrayBuffer();
    size += value.length;
    if (size > most) {
      reader.cancel().catch(() => {});
      throw new RangeError("The chat is too large.");
    }
    parts.push(value);
  }
}
