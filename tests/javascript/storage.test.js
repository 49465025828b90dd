import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./dom.js";
import { IDBFactory } from "fake-indexeddb";
import { Draft } from "../../static/writes.js";
import { Storage } from "../../static/storage.js";

const A = "a".repeat(32);
let storage;

async function opened() {
  const made = new Storage();
  await made.connect(() => {});
  return made;
}

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  storage = await opened();
});

function draft(put, { chat = A, session = "s", number = 1, base = "", whole = true, drop = [], read } = {}) {
  const made = new Draft({ chat, session, base }, read);
  made.take({ number, whole, put, drop, title: "Title", name: "", settled: true });
  return made;
}

const stored = async (id) => {
  const { chat, records } = await storage.all(id);
  return { stamp: chat?.stamp, records: Object.fromEntries(records) };
};

test("what is written is read back, and listed", async () => {
  assert.equal(await storage.write(draft({ "question/1": "Q", head: { a: 1 } })), A);
  assert.deepEqual(await stored(A), { stamp: "s 1", records: { "question/1": "Q", head: { a: 1 } } });
  assert.deepEqual((await storage.chats()).map(({ id, title }) => [id, title]), [[A, "Title"]]);
});

test("a later write changes what it names, and drops what it drops", async () => {
  const first = draft({ "question/1": "Q", head: 1 });
  await storage.write(first);
  first.hasStored();
  first.take({ number: 2, put: { head: 2 }, drop: ["question/1"], title: "T", name: "", settled: true });
  await storage.write(first);
  assert.deepEqual(await stored(A), { stamp: "s 2", records: { head: 2 } });
});

test("where another tab has written, a chat of its own is made, with what the server had read", async () => {
  await storage.write(draft({ "question/1": "Q1", "question/2": "theirs" }, { session: "theirs" }));
  const read = { stamp: "mine 3", names: ["question/1"] };
  const mine = draft({ "question/3": "mine" }, { session: "mine", base: "mine 3", whole: false, read });
  const id = await storage.write(mine);
  assert.notEqual(id, A);
  assert.deepEqual((await stored(id)).records, { "question/1": "Q1", "question/3": "mine" });
  assert.deepEqual((await stored(A)).records, { "question/1": "Q1", "question/2": "theirs" });
});

test("a chat that was deleted does not come back by a write", async () => {
  await storage.write(draft({ head: 1 }));
  await storage.change([A], { deleted: Date.now() });
  assert.equal(await storage.write(draft({ head: 2 }, { number: 2 })), null);
  assert.equal(await storage.exists(A), false);
  assert.deepEqual(await storage.chats(), []);
});

test("what was deleted can be had back for a while, and is gone then", async () => {
  await storage.write(draft({ head: 1 }));
  await storage.change([A], { deleted: Date.now() });
  assert.equal(await storage.forgetDeleted(), true);
  assert.deepEqual((await stored(A)).records, { head: 1 });
  await storage.change([A], { deleted: Date.now() - 60_000 });
  assert.equal(await storage.forgetDeleted(), false);
  assert.deepEqual(await stored(A), { stamp: undefined, records: {} });
});

test("all of a write or nothing of it", async () => {
  await storage.write(draft({ head: 1 }));
  const failing = draft({ head: 2, odd: () => {} }, { number: 2 }); // which nothing can store
  await assert.rejects(storage.write(failing), { name: "DataCloneError" });
  assert.deepEqual(await stored(A), { stamp: "s 1", records: { head: 1 } });
});

const [RED, BLUE] = ["1".repeat(64), "2".repeat(64)];
const withPictures = { head: 1, [`picture/${RED}`]: "red", [`picture/${BLUE}`]: "blue", "question/1": "Q" };
const opened1 = { head: 1, [`picture/${RED}`]: null, [`picture/${BLUE}`]: null, "question/1": "Q" };

test("a chat is read without the bytes of its pictures, which are read one by one", async () => {
  await storage.write(draft(withPictures));
  await storage.write(draft({ [`picture/${RED}`]: "another chat's" }, { chat: "b".repeat(32) }));
  assert.deepEqual((await stored(A)).records, opened1);
  assert.equal(await storage.picture(A, BLUE), "blue");
  assert.equal(await storage.picture(A, "3".repeat(64)), undefined);
});

test("a write of the whole chat leaves the pictures that it does not name", async () => {
  await storage.write(draft(withPictures));
  await storage.write(draft({ head: 2, [`picture/${BLUE}`]: "new" }, { number: 2 }));
  assert.deepEqual((await stored(A)).records, { head: 2, [`picture/${RED}`]: null, [`picture/${BLUE}`]: null });
  assert.deepEqual([await storage.picture(A, RED), await storage.picture(A, BLUE)], ["red", "new"]);
});

for (const whole of [false, true])
  test(`a chat that is taken to a place of its own has its pictures there, also where it is ${whole ? "" : "not "}whole`, async () => {
    await storage.write(draft(withPictures, { session: "theirs" }));
    const read = { stamp: "mine 3", names: ["head"] };
    const mine = draft({ "question/3": "mine" }, { session: "mine", base: "mine 3", whole, read, drop: [`picture/${BLUE}`] });
    const id = await storage.write(mine);
    assert.equal(await storage.picture(id, RED), "red");
    assert.equal(await storage.picture(id, BLUE), undefined);
    assert.equal(await storage.picture(A, BLUE), "blue");
  });

test("what is deleted takes its pictures along", async () => {
  await storage.write(draft(withPictures));
  await storage.change([A], { deleted: 1 });
  await storage.forgetDeleted();
  assert.equal(await storage.picture(A, RED), undefined);
});

test("a picture that is stored is not held in memory, and one that is not is handed over", async () => {
  const mine = draft(withPictures);
  assert.equal(mine.pictureOf(RED), "red");
  const records = {};
  mine.addUnsavedTo(records);
  assert.deepEqual(records, opened1);
  await storage.write(mine);
  mine.hasStored();
  assert.equal(mine.pictureOf(RED), undefined);
  assert.equal(mine.records.get("question/1"), "Q");
});

test("a search looks into questions and answers, and bears whatever was edited by hand", async () => {
  await storage.write(draft({ "question/1": "About Cats", "answer/1": { text: "meow" }, head: { text: "hidden" } }));
  await storage.write(draft({ "question/1": 5, "answer/1": null }, { chat: "b".repeat(32) }));
  const found = async (sought) => [...(await storage.search(sought, () => false))];
  assert.deepEqual(await found("cats"), [A]);
  assert.deepEqual(await found("meow"), [A]);
  assert.deepEqual(await found("hidden"), []);
});

test("a search finds the words of an answer that broke off, wherever its pieces end", async () => {
  const grown = { "answer/1": { text: "Once there ", status: "streaming" } };
  for (let piece = 0; piece < 12; piece++) grown[`grown/1/${piece}`] = { text: `w${piece} pie` };
  await storage.write(draft({ "question/0": "Q", ...grown, "grown/2/0": { text: "nobody's" }, "grown/1/12": 5 }));
  const found = async (sought) => [...(await storage.search(sought, () => false))];
  assert.deepEqual(await found("there w0 piew1 pie"), [A]);
  assert.deepEqual(await found("w9 piew10 piew11"), [A]);
  assert.deepEqual(await found("nobody"), []);
});

test("an index that was edited by hand is listed as far as it goes", async () => {
  await storage.transact(async (chats) => {
    chats.put({ id: "x", title: "No id" });
    chats.put({ id: A, title: { odd: 1 }, changed: 1e300 });
  });
  const [chat, ...more] = await storage.chats();
  assert.deepEqual(more, []);
  assert.deepEqual([chat.id, chat.title, chat.name], [A, "", ""]);
  assert.ok(chat.changed <= Date.now());
});

test("what others keep in a database of this name stays", async () => {
  storage.database.close();
  globalThis.indexedDB = new IDBFactory();
  const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  const request = indexedDB.open("chat-transcripts", 3);
  request.onupgradeneeded = () => request.result.createObjectStore("foreign").put("theirs", 1);
  (await done(request)).close();
  storage = await opened();
  await storage.write(draft({ head: 1 }));
  assert.equal(await done(storage.database.transaction("foreign").objectStore("foreign").get(1)), "theirs");
});

test("everything is deleted at once", async () => {
  await storage.write(draft({ head: 1 }));
  assert.deepEqual(await storage.clear(), [A]);
  assert.deepEqual(await stored(A), { stamp: undefined, records: {} });
});
