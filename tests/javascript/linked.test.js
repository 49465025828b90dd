import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { draw, find, until } from "./dom.js";
import { packed } from "../../static/packed.js";
import { onDrawn } from "../../static/settled.js";
import { store } from "../../static/store.js";

sessionStorage.setItem("linked", await packed("noted"));
const { bring, keepLinked } = await import("../../static/linked.js");

let sent = [];
const send = (file) => sent.push(file);
const come = (letters) => (document.body.dataset.linked = letters);

beforeEach(() => {
  sent = [];
  draw();
  store.session = "s";
  store.queue = Promise.resolve();
  onDrawn({ store: null, isGate: false });
});

test("what was noted while one signed in goes when the page is there, once", async () => {
  keepLinked();
  bring(100, send);
  await until(() => sent.length);
  bring(100, send);
  assert.deepEqual(sent, [{ linked: true, text: "noted" }]);
  assert.equal(sessionStorage.getItem("linked"), null);
});

test("what comes later goes at once, and leaves the page", async () => {
  come(await packed("later"));
  await until(() => sent.length);
  assert.deepEqual(sent, [{ linked: true, text: "later" }]);
  assert.equal(document.body.dataset.linked, undefined);
});

test("what is none, is too large, or would be on its way, goes without a text", async () => {
  for (const letters of ["garbage", await packed("x".repeat(101)), await packed('"'.repeat(60))]) {
    come(letters);
    await until(() => sent.length);
    assert.deepEqual(sent.splice(0), [{ linked: true, text: null }]);
  }
});

test("it waits for the page, and is noted at a gate", async () => {
  find(".stApp").dataset.testScriptState = "running";
  come(await packed("waits"));
  await until(() => document.body.dataset.linked === undefined);
  keepLinked();
  assert.equal(sessionStorage.getItem("linked"), await packed("waits"));
  assert.deepEqual(sent, []);
  find(".stApp").dataset.testScriptState = "notRunning";
  await until(() => sent.length);
});
