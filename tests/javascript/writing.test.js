import assert from "node:assert/strict";
import { test } from "node:test";
import { draw, until } from "./dom.js";

const isMarked = () => document.body.classList.contains("writing");

test("while an answer is written, the page is marked for its style", async () => {
  draw();
  await import("../../static/writing.js");
  assert.equal(isMarked(), false);
  draw('<i class="live"></i>');
  await until(isMarked);
  draw();
  await until(() => !isMarked());
});
