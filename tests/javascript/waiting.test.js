import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./dom.js";
import { store } from "../../static/store.js";
import { Waiting } from "../../static/waiting.js";

const message = (id, name = "a.txt") => ({ kind: "document", id, name, data: "" });
const stored = () => store.queue;

test("nothing is noted where no chats are kept", () => {
  new Waiting().put("1", message("1"));
  assert.equal(sessionStorage.getItem("waiting"), null);
});

test("what waits is there again for this tab, in its order, and until it is taken away", async () => {
  store.start();
  const before = new Waiting();
  assert.equal(before.isAwaited, false);
  for (const id of ["3", "1", "2"]) before.put(id, message(id));
  before.drop("1");
  await stored();

  const again = new Waiting();
  assert.equal(again.isAwaited, true);
  assert.deepEqual(await again.read(), [message("3"), message("2")]);
  assert.equal(again.isAwaited, false);
  again.put("0", message("0"));
  again.put("2", message("2")); // it was read, and keeps its place
  await stored();

  const last = new Waiting();
  assert.deepEqual((await last.read()).map(({ id }) => id), ["3", "2", "0"]);
  for (const id of ["3", "2", "0"]) last.drop(id);
  assert.equal(sessionStorage.getItem("waiting"), null);
  await stored();
  assert.deepEqual(await new Waiting().read(), []);
});

test("nothing is noted of a temporary chat", async () => {
  store.data = { chat: "t" };
  store.temporaries.add("t");
  new Waiting().put("1", message("1"));
  await stored();
  assert.equal(sessionStorage.getItem("waiting"), null);
  store.temporaries.clear();
});

test("what another tab noted stays, but for a tab that was closed long ago", async () => {
  const noted = (name) => store.storage.waiting(name);
  const [other, old] = [`${String(Date.now()).padStart(15, "0")} other`, "000000000000001 old"];
  for (const name of [other, old]) await store.storage.putWaiting(name, "1", { place: 1, message: message("1") });
  assert.deepEqual(await new Waiting().read(), []);
  assert.equal((await noted(other)).length, 1);
  assert.equal((await noted(old)).length, 0);
});

test("what is no message is left out, and deleting all chats takes the files along", async () => {
  const files = new Waiting();
  files.put("1", message("1"));
  files.put("2", { id: "2" });
  await stored();
  assert.deepEqual(await new Waiting().read(), [message("1")]);
  await store.removeAll();
  assert.deepEqual(await new Waiting().read(), []);
});

test("files come however slow the storage is, and a question does not wait for ever", async () => {
  const before = new Waiting();
  before.put("1", message("1"));
  await stored();
  const { waiting } = store.storage;
  let release;
  const released = new Promise((resolve) => (release = resolve));
  store.storage.waiting = async (name) => {
    await released;
    return waiting.call(store.storage, name);
  };
  const again = new Waiting();
  const reading = again.read();
  await until(() => !again.isAwaited);
  release();
  assert.deepEqual(await reading, [message("1")]);
  store.storage.waiting = waiting;
  again.drop("1");
});
