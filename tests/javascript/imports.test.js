import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { draw, until } from "./dom.js";
import { IDBFactory } from "fake-indexeddb";
import { Import, partsOf, severalIn } from "../../static/imports.js";
import { Storage } from "../../static/storage.js";

const kept = (letter, question = "Q") => ({ id: letter.repeat(32), title: question, records: { head: {}, "question/1": question } });
const ours = (chats) => JSON.stringify({ format: "all-chats", version: 1, chats });

let store;
beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  const storage = new Storage();
  await storage.connect(() => {});
  store = { storage, fault: null, enqueue: async (task) => task() };
});

test("a file with several chats is told from one with one, and from what is none", () => {
  assert.deepEqual(severalIn(ours([])), { chats: [], prompts: [], isOurs: true });
  assert.deepEqual(severalIn('[{"mapping":{}},{"chat":{}}]'), { chats: [{ mapping: {} }, { chat: {} }], isOurs: false });
  const others = ['[{"role":"user"},{"role":"assistant"}]', '[{"mapping":{}}]', "[1,2]", "[null,null]", "{}", "null", "no"];
  for (const text of others) assert.equal(severalIn(text), null, text);
  assert.equal(severalIn('{"format":"all-chats","version":2,"chats":[]}'), null); // which the server says
});

test("chats go to the server in parts that are not too large, and one that is goes not", () => {
  const chats = [...Array(1500).keys()].map((number) => ({ number }));
  const parts = [...partsOf(chats, 1000)];
  assert.deepEqual(parts.map((part) => JSON.parse(part).length), [1000, 500]);
  assert.deepEqual(parts.flatMap((part) => JSON.parse(part)), chats);
  assert.deepEqual([...partsOf([{ text: "x".repeat(1000) }, { text: "y" }], 500)], ['[{"text":"y"}]']);
  const large = { text: "x".repeat(3_000_000) };
  assert.equal([...partsOf([large, large], 20_000_000)].length, 2);
});

test("all chats of a browser are stored without the server, and counted", async () => {
  const sent = [];
  const several = severalIn(ours([kept("a"), kept("b"), kept("a"), 5]));
  const made = new Import(store, several, { largest: 1000, send: (part) => sent.push(part), onChange: () => {} });
  await made.run();
  assert.deepEqual([made.added, made.known, made.total, made.isDone], [2, 1, 4, true]);
  assert.deepEqual(sent, []);
});

test("another app's are stored as the server has made them, a part after the other", async () => {
  const sent = [];
  const several = { chats: [{ text: "x".repeat(3_000_000) }, { text: "y".repeat(3_000_000) }], isOurs: false };
  const made = new Import(store, several, { largest: 20_000_000, send: (part) => sent.push(part), onChange: () => {} });
  const running = made.run();
  await until(() => sent.length === 1);
  const [{ part, text }] = sent;
  assert.equal(JSON.parse(text)[0].text[0], "x");
  made.receive({ part: part - 1, chats: [kept("c")] }); // of an earlier one
  made.receive({ part, chats: [kept("a")] });
  made.receive({ part, chats: [kept("a")] }); // drawn once more
  await until(() => sent.length === 2);
  made.receive({ part: part + 1, chats: [] }); // it could not be read
  await running;
  assert.deepEqual(sent.at(-1), { part: 0 });
  assert.deepEqual([made.added, made.known, made.total], [1, 0, 2]);
});

test("a part that was lost with the connection is sent once more", async (context) => {
  draw();
  context.mock.timers.enable({ apis: ["setInterval"] });
  const sent = [];
  const several = { chats: [{ a: 1 }, { b: 2 }], isOurs: false };
  const made = new Import(store, several, { largest: 1000, send: (part) => sent.push(part), onChange: () => {} });
  const running = made.run();
  await until(() => sent.length);
  context.mock.timers.tick(20_000);
  assert.deepEqual(sent[1], sent[0]);
  made.receive({ part: sent[0].part, chats: [] });
  await running;
  context.mock.timers.tick(20_000);
  assert.equal(sent.length, 3); // the last of which says that it is done
});

test("where the storage fails, the rest is left", async () => {
  store.enqueue = async () => void (store.fault = "full");
  const made = new Import(store, severalIn(ours([kept("a"), kept("b")])), { onChange: () => {} });
  await made.run();
  assert.deepEqual([made.added, made.total, made.isDone], [0, 2, true]);
});
