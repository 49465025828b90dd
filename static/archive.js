// A text out of a zip archive, as apps export what they have. Written as in PKWARE's APPNOTE 6.3, section 4.3:
// the entries are listed at the end, and each is found by its place. Only what is wanted is read.
import { inflated } from "./packed.js";

const END = 0x06054b50; // the signature of the archive's last record
const LONGEST_END = 22 + 0xffff; // bytes of it, with a comment
const ENTRY = 0x02014b50; // and of an entry in the list
const LONGEST_LIST = 50_000_000; // bytes
const [STORED, DEFLATED] = [0, 8]; // how an entry was packed

const viewOf = async (blob) => new DataView(await blob.arrayBuffer());

export async function isArchive(file) {
  return (await file.slice(0, 4).text()) === "PK\u0003\u0004";
}

// The text of a file in an archive, in whatever folder: empty where there is none that can be read, and null
// where it has more bytes than `most`.
export async function textIn(archive, name, most) {
  try {
    const entry = await find(archive, name);
    if (!entry) return "";
    if (Math.max(entry.size, entry.packed) > most) return null;
    const bytes = new Uint8Array(await (await packedOf(archive, entry)).arrayBuffer());
    const plain = entry.kind === STORED ? bytes : await inflated(bytes, entry.size);
    return new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch (error) {
    console.warn("The archive cannot be read.", error);
    return "";
  }
}

async function find(archive, name) {
  const end = await viewOf(archive.slice(-LONGEST_END));
  let at = end.byteLength - 22;
  while (end.getUint32(at, true) !== END) at--; // until it raises
  const [length, from] = [end.getUint32(at + 12, true), end.getUint32(at + 16, true)];
  if (length > LONGEST_LIST) return null;
  const list = await viewOf(archive.slice(from, from + length));
  let next;
  for (let at = 0; at < list.byteLength; at = next) {
    if (list.getUint32(at, true) !== ENTRY) return null;
    const [words, more, comment] = [28, 30, 32].map((place) => list.getUint16(at + place, true));
    next = at + 46 + words + more + comment;
    const path = new TextDecoder().decode(new Uint8Array(list.buffer, at + 46, words));
    if (path.split("/").at(-1) !== name) continue;
    const [packed, size, begins] = [20, 24, 42].map((place) => list.getUint32(at + place, true));
    const kind = list.getUint16(at + 10, true);
    if (kind === STORED || kind === DEFLATED) return { kind, packed, size, begins };
  }
  return null;
}

async function packedOf(archive, { begins, packed }) {
  const head = await viewOf(archive.slice(begins, begins + 30));
  const from = begins + 30 + head.getUint16(26, true) + head.getUint16(28, true);
  return archive.slice(from, from + packed);
}
