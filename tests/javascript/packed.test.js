import assert from "node:assert/strict";
import { deflateRawSync } from "node:zlib";
import { test } from "node:test";
import { packed, unpacked } from "../../static/packed.js";

const MOST = 1_000_000;
const letters = (bytes) => deflateRawSync(Buffer.from(bytes)).toString("base64url");

for (const text of ["", "a", '{"é": "你好 👋🏽"}', "word ".repeat(100_000)])
  test(`a text comes back from its letters: ${text.slice(0, 20)}`, async () => {
    const made = await packed(text);
    assert.match(made, /^[\w-]*$/); // which no address changes
    assert.equal(await unpacked(made, MOST), text);
  });

test("what others have packed is the same", async () => {
  assert.equal(await unpacked(letters("[1, 2]"), MOST), "[1, 2]");
});

for (const [name, odd] of Object.entries({
  nothing: "",
  "no letters of an address": "%%%",
  "letters that are nothing": "garbage",
  "letters that are cut off": letters("word ".repeat(100)).slice(0, -4),
  "no text": letters([0xff, 0xfe, 0x00]),
}))
  test(`what is no text is none: ${name}`, async () => {
    assert.equal(await unpacked(odd, MOST), null);
  });

test("what unpacks to too much is not unpacked", async (context) => {
  const read = context.mock.method(ReadableStreamDefaultReader.prototype, "read");
  const bomb = letters(Buffer.alloc(200_000_000));
  assert.equal(await unpacked(bomb, MOST), null);
  let size = 0;
  for (const { result } of read.mock.calls) size += (await result).value.length;
  assert.ok(size < MOST + 5_000_000, `${size} bytes were read`);
  assert.equal(await unpacked(letters("x".repeat(11)), 10), null);
  assert.equal(await unpacked(letters("x".repeat(10)), 10), "x".repeat(10));
});
