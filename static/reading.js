// What of a file goes to the server: a picture made small, a document as it is.
import { base64, scaled } from "./pictures.js";

export async function read(kind, file, { takes, bounds }) {
  if (kind === "picture" && takes.pictures) return scaled(file, bounds);
  // A file that is too large is not read, and a folder cannot be: the server says what is wrong.
  const data = file.size > bounds.largest ? null : await base64(file).catch(() => null);
  return { data, size: file.size };
}
