import assert from "node:assert/strict";
import { before, test } from "node:test";
import { draw, until } from "./dom.js";

let held = 0;
let asked = 0;
const lock = { release: async () => (held -= 1) };
const request = async () => {
  asked += 1;
  held += 1;
  return lock;
};

before(async () => {
  Object.defineProperty(globalThis, "navigator", { value: { wakeLock: { request } }, configurable: true });
  draw();
  await import("../../static/wake.js");
});

test("a phone is kept awake while an answer is written, and no longer", async () => {
  assert.equal(asked, 0);
  draw('<i class="live"></i>');
  await until(() => held === 1);
  draw();
  await until(() => held === 0);
  assert.equal(asked, 1);
});

test("where a phone has no such lock, or gives none, the answer goes on", async () => {
  for (const none of [{}, { wakeLock: { request: () => Promise.reject(new Error("no")) } }]) {
    Object.defineProperty(globalThis, "navigator", { value: none, configurable: true });
    draw('<i class="live"></i>');
    await until(() => document.body.classList.contains("writing"));
    draw();
    await until(() => !document.body.classList.contains("writing"));
  }
});
