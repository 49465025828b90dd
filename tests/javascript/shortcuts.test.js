import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { INPUT, draw, find, until } from "./dom.js";

const WORDS = { title: "Keyboard", close: "Close", rows: [[["Mod", "O"], "Begins <b>anew</b>"]] };
const press = (target, more = {}) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true, cancelable: true, ...more }));

before(async () => {
  const { words } = await import("../../static/said.js");
  words.shortcuts = WORDS;
  await import("../../static/shortcuts.js");
});

beforeEach(() => draw(`${INPUT}<button class="show-shortcuts">Keyboard</button>`));

test("a question mark shows what the keyboard does, but not where one writes", async () => {
  press(find("textarea"));
  press(find(".stMain"), { ctrlKey: true });
  assert.equal(find("dialog"), null);
  press(find(".stMain"));
  const dialog = await until(() => find("dialog.shortcuts"));
  assert.match(dialog.textContent, /Keyboard.*Ctrl O Begins <b>anew<\/b>.*Close/);
  press(find(".stMain"));
  assert.equal(document.querySelectorAll("dialog").length, 1);
  dialog.querySelector("button").click();
  await until(() => !find("dialog"));
});

test("so does the button", async () => {
  find(".show-shortcuts").click();
  await until(() => find("dialog.shortcuts"));
});
