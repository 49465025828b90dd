import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import { until } from "./dom.js";
import { IDBFactory } from "fake-indexeddb";
import { EFFORTS, LONGEST, MOST, MOST_ROUNDS, Prompts, checked, prompts, titleOf } from "../../static/prompts.js";
import { Import, severalIn } from "../../static/imports.js";
import { Storage, promised } from "../../static/storage.js";
import { store } from "../../static/store.js";

// What a prompt may be: made of chat/prompts.py.
const bounds = JSON.parse(readFileSync(new URL("prompts.json", import.meta.url), "utf8"));
const BRIEF = { name: "Brief", icon: "✂", text: "Be terse.", model: "m", effort: "low", rounds: 0 };
const TEACHER = { name: "teacher", text: "Teach {{subject}}." };
let own;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  store.start();
  store.storage = new Storage();
  store.queue = store.connect();
  await store.queue;
  own = new Prompts();
});

const again = async () => {
  const other = new Prompts();
  await other.read();
  return other.all;
};

test("both sides have the same bounds", () => {
  assert.deepEqual({ longest: LONGEST, efforts: EFFORTS, rounds: MOST_ROUNDS }, bounds);
});

test("a prompt is as it was said, without what it leaves open and what is around it", () => {
  assert.deepEqual(checked(BRIEF), BRIEF);
  const said = { name: " a ", icon: "", text: "a\r\nb\0 ", model: "", effort: "odd", rounds: 21, more: 1 };
  assert.deepEqual(checked(said), { name: "a", text: "a\nb" });
  assert.deepEqual([BRIEF, TEACHER].map(titleOf), ["✂ Brief", "teacher"]);
});

test("a text is as long as it has characters, however they are written", () => {
  assert.ok(checked({ ...BRIEF, icon: "💡".repeat(10) }));
  assert.equal(checked({ ...BRIEF, icon: "💡".repeat(11) }), null);
});

for (const [what, odd] of Object.entries({
  nothing: null,
  "a text": "text",
  "no name": { text: "a" },
  "an empty text": { name: "a", text: " " },
  "a number as a name": { name: 1, text: "a" },
  "a list as a model": { ...BRIEF, model: ["m"] },
  "a long name": { name: "a".repeat(61), text: "a" },
}))
  test(`what is no prompt is passed over: ${what}`, async () => {
    assert.equal(checked(odd), null);
    await own.write([["x", odd]]);
    assert.deepEqual(await again(), []);
  });

test("prompts are kept by their names, and one that is changed stays one", async () => {
  await own.save(TEACHER);
  await own.save(BRIEF);
  assert.deepEqual(await again(), [BRIEF, TEACHER]);
  await own.save({ ...TEACHER, name: "Tutor" }, TEACHER);
  await own.save({ ...BRIEF, text: "Be brief." }, BRIEF);
  assert.deepEqual(await again(), [{ ...BRIEF, text: "Be brief." }, { ...TEACHER, name: "Tutor" }]);
  assert.equal(own.find("BRIEF").text, "Be brief.");
  await own.remove(BRIEF);
  assert.deepEqual((await again()).map(({ name }) => name), ["Tutor"]);
});

test("they stand by their names, as one counts and whatever the case", async () => {
  await own.takeIn(["b 10", "C", "a", "B 2"].map((name) => ({ name, text: "T" })));
  assert.deepEqual(own.all.map(({ name }) => name), ["a", "B 2", "b 10", "C"]);
});

test("what cannot be written is there as long as the page, and is written with the next change", async () => {
  const { storage } = store;
  store.storage = { ...storage, database: storage.database, transact: () => Promise.reject(new Error("full")) };
  let told = 0;
  own.listeners.add(() => told++);
  await own.save(BRIEF);
  assert.deepEqual([own.all, own.isFailing], [[BRIEF], true]);
  assert.ok(told > 0);
  assert.ok(!store.fault); // the chats are kept
  store.storage = storage;
  assert.deepEqual(await again(), []);
  await own.save(TEACHER);
  assert.deepEqual([await again(), own.isFailing], [[BRIEF, TEACHER], false]);
});

test("without a storage, nothing waits for it", async () => {
  const { database } = store.storage;
  store.storage.database = undefined;
  await own.save(BRIEF);
  assert.deepEqual([own.all, own.isFailing], [[BRIEF], true]);
  store.storage.database = database;
});

test("the same prompt comes in once, and another one of its name beside it", async () => {
  await own.save(BRIEF);
  const other = { ...BRIEF, text: "Other." };
  const files = [BRIEF, other, null, TEACHER, TEACHER];
  assert.deepEqual(await own.takeIn(files), { added: 2, known: 2, left: 1 });
  assert.deepEqual(await own.takeIn(files), { added: 0, known: 4, left: 1 });
  assert.deepEqual(await again(), [BRIEF, { ...other, name: "Brief (2)" }, TEACHER]);
});

test("of many, no more are taken in than there is room for", async () => {
  const many = Array.from({ length: MOST + 2 }, (_, number) => ({ name: `P${number}`, text: "a" }));
  assert.deepEqual(await own.takeIn(many), { added: MOST, known: 0, left: 2 });
  const long = "a".repeat(60);
  await own.remove({ name: "P0" });
  await own.remove({ name: "P1" });
  await own.takeIn([{ name: long, text: "a" }, { name: long, text: "b" }]);
  assert.ok(own.find(`${"a".repeat(56)} (2)`));
});

test("they come back from their own file, also where chats are imported", async () => {
  await prompts.takeIn([BRIEF, TEACHER]);
  const several = severalIn(await prompts.asFile().text());
  assert.deepEqual([several.chats, several.prompts], [[], [BRIEF, TEACHER]]);
  await prompts.remove(TEACHER);
  const made = new Import(store, several, { onChange: () => {} });
  await made.run();
  assert.deepEqual([made.added, made.known, made.prompts, made.total], [0, 1, 1, 2]);
  assert.deepEqual(await again(), [BRIEF, TEACHER]);
  assert.deepEqual(severalIn('{"format":"all-chats","version":1,"chats":[],"prompts":5}').prompts, []);
});

test("a browser that was here before keeps its chats, and has a place for prompts", async () => {
  globalThis.indexedDB = new IDBFactory();
  const request = indexedDB.open("chat-transcripts", 7);
  request.onupgradeneeded = () => request.result.createObjectStore("chats", { keyPath: "id" }).put({ id: "a".repeat(32) });
  const old = await promised(request);
  let isAsked = false;
  old.onversionchange = () => {
    isAsked = true;
    old.close();
  };
  store.queue = store.connect();
  await until(() => isAsked);
  await own.save(BRIEF);
  assert.deepEqual(await again(), [BRIEF]);
  assert.deepEqual((await store.storage.chats()).map(({ id }) => id), ["a".repeat(32)]);
});
