import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { INPUT, draw, find, until } from "./dom.js";

const SHIPPED = ["Brief", "Teacher", "Translator"].map((name) => ({ name, title: `* ${name}` }));
const WORDS = { all: "Prompts", found: { one: "{count} prompt", other: "{count} prompts" } };
let field;
let picked;
let number = 0; // of the last that was picked

before(async () => {
  await import("../../static/slash.js");
});

beforeEach(async () => {
  const { ways } = await import("../../static/picking.js");
  const { store } = await import("../../static/store.js");
  const { onDrawn } = await import("../../static/settled.js");
  draw(`<div data-testid="stChatInput">${INPUT}</div><div id="ways"></div>`);
  Element.prototype.scrollIntoView = () => {};
  onDrawn({ store: null, isGate: false });
  store.session = null;
  picked = [];
  const data = { words: WORDS, language: "en", keeps: false, shipped: SHIPPED, now: {}, received: number };
  ways({ data, parentElement: find("#ways"), setTriggerValue: (_, said) => (picked = said) });
  field = find("textarea");
  type("");
});

function type(text, more = { inputType: "insertText" }) {
  field.value = text;
  field.dispatchEvent(Object.assign(new Event("input", { bubbles: true }), more));
}
function press(key, more = {}) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  field.dispatchEvent(event);
  return event.defaultPrevented;
}
const options = () => [...document.querySelectorAll(".slash li")].map(({ textContent }) => textContent);
const marked = () => document.getElementById(field.getAttribute("aria-activedescendant"))?.textContent;

test("a slash in the empty input lists the prompts, and what is typed behind it filters them", () => {
  type("/");
  assert.deepEqual(options(), ["* Brief", "* Teacher", "* Translator"]);
  type("/T");
  assert.deepEqual([options(), marked()], [["* Teacher", "* Translator"], "* Teacher"]);
  assert.equal(field.getAttribute("aria-controls"), find(".slash").id);
  type("/Tx");
  assert.deepEqual([options(), field.getAttribute("aria-controls")], [[], null]);
  type("/T");
  assert.equal(options().length, 2);
  type("");
  assert.deepEqual(options(), []);
});

test("the arrows mark one, and Tab picks it; so does Enter where there are keys", async () => {
  type("/");
  type("/t");
  assert.ok(press("ArrowDown"));
  assert.equal(marked(), "* Translator");
  press("ArrowDown");
  press("ArrowUp");
  assert.ok(press("Tab"));
  assert.deepEqual([field.value, options()], ["", []]);
  await until(() => picked.length);
  assert.deepEqual(picked, [{ shipped: "Translator", number: ++number }]);
});

test("a click picks, and the cursor stays in the input", async () => {
  type("/");
  const option = find(".slash li");
  assert.equal(option.dispatchEvent(new MouseEvent("mousedown", { bubbles: true, cancelable: true })), false);
  option.click();
  await until(() => picked.length);
  assert.deepEqual(picked, [{ shipped: "Brief", number: ++number }]);
});

test("Escape leaves what was typed as a question, and so does a click elsewhere", () => {
  type("/");
  type("/t");
  assert.ok(press("Escape"));
  assert.deepEqual([field.value, options()], ["/t", []]);
  type("/te");
  assert.deepEqual(options(), []);
  assert.ok(!press("Enter"));
  type("/");
  assert.equal(options().length, 3);
  find(".stMain").dispatchEvent(new Event("pointerdown", { bubbles: true }));
  assert.deepEqual([field.value, options()], ["/", []]);
  assert.deepEqual(picked, []);
});

test("a question that begins with a slash is none of its matters", () => {
  type("/etc/hosts?");
  assert.deepEqual(options(), []); // it was pasted
  type("");
  type("/");
  type("/etc");
  assert.deepEqual(options(), []);
  assert.ok(!press("Enter"));
  type("");
  type("/", {}); // it was put there, as after a reload
  assert.deepEqual(options(), []);
  type("a/");
  assert.deepEqual(options(), []);
});

test("an input method keeps its keys", () => {
  type("/", { inputType: "insertCompositionText", isComposing: true });
  assert.deepEqual(options(), []);
  type("/");
  press("Enter", { isComposing: true });
  press("Enter", { keyCode: 229 });
  press("Enter", { shiftKey: true });
  assert.equal(options().length, 3);
});
