import assert from "node:assert/strict";
import { test } from "node:test";
import { archive } from "./zipped.js";
import { isArchive, textIn } from "../../static/archive.js";

const NAME = "conversations.json";
const TEXT = '[{"title": "你好"}]'.repeat(1000);
const MOST = 100_000;
const read = (bytes, most = MOST) => textIn(new Blob([bytes]), NAME, most);

for (const [name, made] of Object.entries({
  "packed, among others": archive({ "a.html": "<p>", [NAME]: TEXT, "z.png": "…" }),
  "in a folder, not packed": archive({ [`export/${NAME}`]: TEXT }, { isStored: true }),
  "with a comment": archive({ [NAME]: TEXT }, { comment: "c".repeat(60_000) }),
}))
  test(`a text is found: ${name}`, async () => {
    assert.equal(await isArchive(new Blob([made])), true);
    assert.equal(await read(made), TEXT);
  });

test("what is larger than it may be is not unpacked, nor what is larger than it says", async (context) => {
  context.mock.method(console, "warn", () => {});
  const made = archive({ [NAME]: TEXT });
  assert.equal(await read(made, 100), null);
  made.writeUInt32LE(10, made.length - 22 - NAME.length - 46 + 24);
  assert.equal(await read(made), "");
});

for (const [name, odd] of Object.entries({
  "another file": archive({ "other.json": TEXT }),
  nothing: archive({}),
  "no text": archive({ [NAME]: new Uint8Array([0xff, 0xfe]) }),
  "an end that is cut off": archive({ [NAME]: TEXT }).subarray(0, -10),
  "a beginning that is cut off": archive({ [NAME]: TEXT }).subarray(100),
  "no archive": "PK\u0003\u0004",
}))
  test(`where there is none, it is empty: ${name}`, async (context) => {
    context.mock.method(console, "warn", () => {});
    assert.equal(await read(odd), "");
  });

test("a file of another kind is no archive", async () => {
  assert.equal(await isArchive(new Blob(["[]"])), false);
});
