import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, beforeEach, test } from "node:test";
import { draw, until } from "./dom.js";
import { IDBFactory } from "fake-indexeddb";
import { Store } from "../../static/store.js";

const [A, B] = ["a".repeat(32), "b".repeat(32)];
// Of each message its fields, and of these what they may be: made of chat/keeping/messages.py.
const shapes = JSON.parse(readFileSync(new URL("messages.json", import.meta.url), "utf8"));
const seen = new Set();
let store;
let sent; // what the server was sent last

beforeEach(() => {
  draw();
  globalThis.indexedDB = new IDBFactory();
  store = new Store();
  sent = [];
});

function check(kind, message) {
  seen.add(kind);
  assert.deepEqual(Object.keys(message).sort(), Object.keys(shapes[kind]).sort(), kind);
  for (const [field, allowed] of Object.entries(shapes[kind])) {
    const value = message[field];
    const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
    assert.ok(allowed.includes(type) || allowed.includes(value), `${kind}.${field} is ${value}`);
  }
}

after(() => assert.deepEqual([...seen].sort(), Object.keys(shapes).sort()));

function serve(more = {}, to = store) {
  const basic = { session: "s", received: 0, chat: A, temporary: false, is_new: false };
  const data = { ...basic, number: 0, wanted: [], largest: 1_000_000, ...more };
  check("state", data);
  to.serve(data, (outbox) => {
    sent = outbox;
    outbox.forEach(({ kind, ...fields }) => check(kind, fields));
  });
}

const write = (number, more = {}) => {
  const written = {
    chat: A,
    session: "s",
    number,
    base: "",
    whole: number === 1,
    settled: true,
    title: "Title",
    name: "",
    put: { [`question/${number}`]: `Q${number}` },
    drop: [],
    ...more,
  };
  check("write", written);
  return written;
};

const received = (kind) => until(() => sent.find((message) => message.kind === kind));
const names = async () => (store.database ? [...(await store.storage.all(A)).records.keys()] : []);

const values = async (id) => [...(await store.storage.all(id)).records.values()];

test("nothing is opened before there is something to keep", async () => {
  assert.equal(store.isStarted, false);
  assert.deepEqual(await indexedDB.databases(), []);
});

test("a write is stored, and one that comes again changes nothing", async () => {
  serve();
  store.receive([write(1)]);
  store.receive([write(1, { put: { "question/1": "no" } }), write(2)]);
  await until(async () => (await names()).length === 2);
  assert.deepEqual(await values(A), ["Q1", "Q2"]);
  assert.deepEqual(store.outbox.messages, []);
});

test("writes that come before the list of the chats is drawn are stored, too", async () => {
  store.receive([write(1)]);
  await until(async () => (await names()).length === 1);
});

test("a number that never came is asked for, once", async () => {
  serve();
  store.receive([write(1)]);
  store.receive([write(3)]);
  assert.deepEqual(await received("missed"), { kind: "missed", missing: 2, number: 1 });
  store.receive([write(4)]);
  await store.queue;
  assert.equal(store.outbox.messages.length, 1);
});

test("a message stays until it was received", async () => {
  serve();
  store.receive([write(2)]);
  await received("missed");
  serve({ received: 0 });
  assert.equal(store.outbox.messages.length, 1);
  serve({ received: 1 });
  assert.equal(store.outbox.messages.length, 0);
});

test("a new page gets the chat that was written last", async () => {
  serve();
  store.receive([write(1), write(2)]);
  await until(async () => (await names()).length === 2);
  sessionStorage.clear();
  const page = new Store();
  serve({ session: "t", chat: B }, page);
  const { number, ...opened } = await received("opened");
  const records = JSON.stringify({ "question/1": "Q1", "question/2": "Q2" });
  assert.deepEqual(opened, { kind: "opened", reason: "start", chat: A, stamp: "s 2", got: 0, records });
  assert.equal(number, 1);
});

test("a chat that is larger than a message is named without its records", async () => {
  serve();
  store.receive([write(1, { put: { "question/1": '"'.repeat(600_000) } })]); // two bytes each, as sent
  await until(async () => (await names()).length === 1);
  await store.enqueue(() => store.open(A, "picked"));
  assert.equal((await received("opened")).records, null);
});

test("a write that fails is reported, and made good with the next one", async () => {
  serve();
  store.receive([write(1)]);
  await until(async () => (await names()).length === 1);
  const { transact } = store.storage;
  store.storage.transact = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
  store.receive([write(2)]);
  assert.equal((await received("fault")).fault, "full");
  assert.equal(store.drafts.isBehind, true);
  store.storage.transact = transact;
  store.receive([write(3)]);
  await until(async () => (await names()).length === 3);
  await until(() => store.fault === null);
});

const ERRORS = { QuotaExceededError: "full", SecurityError: "forbidden", TimeoutError: "silent", DataError: "failed" };
for (const [name, fault] of Object.entries(ERRORS))
  test(`an error of the storage is reported as what it is: ${name} means ${fault}`, async () => {
    serve();
    await store.queue;
    await store.enqueue(() => Promise.reject(new DOMException("no", name)));
    assert.equal((await received("fault")).fault, fault);
  });

test("a browser without a storage forbids it", async () => {
  globalThis.indexedDB = undefined;
  serve();
  assert.equal((await received("fault")).fault, "forbidden");
});

test("a chat that is deleted is not written any more, and its server knows", async () => {
  serve();
  store.receive([write(1)]);
  await until(async () => (await names()).length === 1);
  await store.enqueue(() => store.remove([A]));
  const { chats, last } = await received("removed");
  assert.deepEqual([chats, last], [[A], 1]);
  store.receive([write(2)]);
  await store.queue;
  assert.equal(await store.storage.exists(A), false);
  await store.enqueue(() => store.bringBack([A]));
  await until(async () => (await names()).length === 2);
});

test("what was stored and which chat is shown is passed on", async () => {
  const passed = [];
  store.onTurned = () => passed.push("turned");
  store.onStored = ({ id }) => passed.push(id);
  serve();
  serve();
  store.receive([write(1)]);
  await until(() => passed.length === 2);
  assert.deepEqual(passed, ["turned", A]);
});

test("a chat that another page has written to is taken to a place of its own", async () => {
  serve();
  store.receive([write(1)]);
  await until(async () => (await names()).length === 1);
  const page = new Store();
  serve({ session: "t" }, page);
  page.receive([write(1, { session: "t", put: { "question/1": "Q of another" } })]);
  const { chat, now } = await received("taken");
  assert.equal(chat, A);
  assert.deepEqual(await values(now), ["Q of another"]);
  assert.deepEqual(await values(A), ["Q1"]);
});

const hash = (number) => String(number).repeat(64);
const pictures = () => sent.filter(({ kind }) => kind === "picture").map(({ hash, data }) => [hash, data]);

test("the server gets the pictures that it wants, or hears that there are none", async () => {
  serve();
  store.receive([write(1, { put: { "question/1": "Q1", [`picture/${hash(1)}`]: "red" } })]);
  await until(async () => (await names()).length === 2);
  serve({ number: 1, wanted: [hash(1), hash(2)] });
  await until(() => pictures().length === 2);
  assert.deepEqual(pictures(), [[hash(1), "red"], [hash(2), null]]);
  serve({ number: 1, wanted: [hash(1), hash(2)] }); // which was drawn before they came
  await store.queue;
  assert.equal(store.outbox.messages.length, 2);
  serve({ number: 1, received: 2 });
  assert.equal(store.outbox.messages.length, 0);
});

test("pictures go a few at a time, and what is too large or no text does not go", async () => {
  serve();
  const put = { "question/1": "Q1", [`picture/${hash(1)}`]: 5, [`picture/${hash(2)}`]: "x".repeat(1_000_001) };
  for (const number of [3, 4, 5, 6, 7, 8]) put[`picture/${hash(number)}`] = "x".repeat(900_000);
  store.receive([write(1, { put })]);
  await until(async () => (await names()).length === 9);
  const wanted = [1, 2, 3, 4, 5, 6, 7, 8].map(hash);
  serve({ number: 1, wanted });
  await until(() => pictures().length === 5);
  assert.deepEqual(pictures().map(([, data]) => data?.length ?? 0), [0, 0, 900_000, 900_000, 900_000]);
  serve({ number: 1, received: 5, wanted: wanted.slice(5) });
  await until(() => pictures().length === 3);
});

test("a picture that could not be stored yet is there all the same", async () => {
  serve();
  store.receive([write(1)]);
  await until(async () => (await names()).length === 1);
  store.storage.transact = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
  store.receive([write(2, { put: { [`picture/${hash(1)}`]: "red" } })]);
  await received("fault");
  serve({ number: 2, received: 1, wanted: [hash(1)] });
  await until(() => pictures().length === 1);
  assert.deepEqual(pictures(), [[hash(1), "red"]]);
});

test("a chat that is opened goes without pictures, and they come after it", async () => {
  serve();
  store.receive([write(1, { put: { "question/1": "Q1", [`picture/${hash(1)}`]: "red" } })]);
  await until(async () => (await names()).length === 2);
  serve({ number: 1, wanted: [hash(1)] });
  await until(() => pictures().length === 1);
  await store.enqueue(() => store.open(A, "picked"));
  const { records, number } = await received("opened");
  assert.deepEqual(JSON.parse(records), { "question/1": "Q1", [`picture/${hash(1)}`]: null });
  assert.deepEqual(pictures(), []);
  serve({ number: 1, wanted: [hash(1)] });
  await store.queue;
  assert.deepEqual(pictures(), []);
  serve({ number: 1, received: number, wanted: [hash(1)] });
  await until(() => pictures().length === 1);
});

test("whether the chat that is shown is temporary is told where it changes", () => {
  let told = 0;
  store.onTemporary = () => told++;
  const states = [{}, { chat: B, temporary: true }, { chat: B, temporary: true }, { chat: B }, {}].map((state) => {
    serve(state);
    return [store.isTemporary, told];
  });
  assert.deepEqual(states, [[false, 0], [true, 1], [true, 1], [false, 2], [false, 2]]);
});
