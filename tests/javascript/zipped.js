// Zip archives, as other apps write them.
import { deflateRawSync } from "node:zlib";

const numbers = (...all) => Buffer.concat(all.map(([value, bytes]) => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}));

// `files` are contents by their paths; `isStored` where they are not packed, `comment` what stands at the end.
export function archive(files, { isStored = false, comment = "", flags = 0 } = {}) {
  const [parts, list] = [[], []];
  let at = 0;
  for (const [path, contents] of Object.entries(files)) {
    const [name, plain] = [Buffer.from(path), Buffer.from(contents)];
    const packed = isStored ? plain : deflateRawSync(plain);
    const about = [[20, 2], [flags, 2], [isStored ? 0 : 8, 2], [0, 4], [0, 4]];
    const sizes = [[packed.length, 4], [plain.length, 4], [name.length, 2]];
    const part = [numbers([0x04034b50, 4], ...about, ...sizes, [3, 2]), name, Buffer.from("abc"), packed];
    list.push(numbers([0x02014b50, 4], [20, 2], ...about, ...sizes, [0, 2], [0, 2], [0, 2], [0, 2], [0, 4], [at, 4]), name);
    parts.push(...part);
    at += Buffer.concat(part).length;
  }
  const size = Buffer.concat(list).length;
  const count = Object.keys(files).length;
  const end = numbers([0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [size, 4], [at, 4], [comment.length, 2]);
  return Buffer.concat([...parts, ...list, end, Buffer.from(comment)]);
}
