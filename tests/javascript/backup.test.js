import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./dom.js";
import { IDBFactory } from "fake-indexeddb";
import { takeIn, written } from "../../static/backup.js";
import { Storage } from "../../static/storage.js";

const A = "a".repeat(32);
const RED = `picture/${"1".repeat(64)}`;
const HEAD = { version: 3, system_prompt: "S", settings: { model: "m" } };
const chat = (records = {}, more = {}) => ({
  ...{ id: A, title: "Title", name: "Name", created: 5, changed: 7, pinned: false },
  ...{ records: { head: HEAD, "question/1": "Q", "answer/2": { text: "A" }, [RED]: "red", ...records } },
  ...more,
});
const now = (work) => work();
let storage;

async function emptied() {
  globalThis.indexedDB = new IDBFactory();
  storage = new Storage();
  await storage.connect(() => {});
}
beforeEach(emptied);

const saved = async () => JSON.parse(await (await written(storage, now)).text());
const listed = async () => (await storage.chats()).map(({ id }) => id);

test("all chats are written into one file and come back from it, with their pictures, names and times", async () => {
  const chats = [chat(), chat({ "question/1": "B" }, { id: "b".repeat(32), changed: 9, pinned: true })];
  for (const one of chats) assert.equal(await takeIn(storage, one), true);
  const file = await saved();
  assert.deepEqual(file, { format: "all-chats", version: 1, prompts: [], chats: chats.reverse() });
  await emptied();
  for (const one of file.chats) assert.equal(await takeIn(storage, one), true);
  assert.deepEqual(await saved(), file);
});

test("a chat that is there already is not taken in once more, also with other settings", async () => {
  await takeIn(storage, chat());
  assert.equal(await takeIn(storage, chat()), false);
  assert.equal(await takeIn(storage, chat({ head: { ...HEAD, settings: { model: "other" } } })), false);
  assert.deepEqual(await listed(), [A]);
});

test("another chat of the same id stands beside it, once", async () => {
  await takeIn(storage, chat());
  const other = chat({ "question/3": "and more" });
  assert.equal(await takeIn(storage, other), true);
  assert.equal(await takeIn(storage, other), false);
  assert.equal((await listed()).length, 2);
  assert.equal((await storage.all(A)).records.has("question/3"), false);
});

test("a chat that was deleted a moment ago is taken in beside it, and stays", async () => {
  await takeIn(storage, chat());
  await storage.change([A], { deleted: 1 });
  assert.equal(await takeIn(storage, chat()), true);
  await storage.forgetDeleted();
  const [id] = await listed();
  assert.notEqual(id, A);
  assert.equal((await storage.all(id)).records.get("question/1"), "Q");
});

for (const [name, odd] of Object.entries({
  nothing: null,
  "an id that is none": chat({}, { id: "x" }),
  "an id that is a list": chat({}, { id: [A] }),
  "no records": chat({}, { records: "text" }),
  "a list as records": chat({}, { records: [{ head: 1 }] }),
  "no head": { ...chat(), records: { "question/1": "Q" } },
}))
  test(`what is no chat is not taken in: ${name}`, async () => {
    assert.equal(await takeIn(storage, odd), null);
    assert.deepEqual(await listed(), []);
  });

test("odd titles and times do no harm", async () => {
  const odd = chat({}, { title: { a: 1 }, name: "n".repeat(1000), created: "x", changed: 1e300 });
  assert.equal(await takeIn(storage, odd), true);
  const [{ title, name, changed }] = await storage.chats();
  assert.deepEqual([title, name.length], ["", 200]);
  assert.ok(changed <= Date.now());
});

test("what cannot be read is no file", async () => {
  await takeIn(storage, chat());
  let calls = 0;
  await assert.rejects(written(storage, async (work) => (calls++ ? undefined : work())));
});
