import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { draw, find } from "./dom.js";

const presses = {};
let heard; // the keys that came through to the page
let isTouched = false;

before(async () => {
  globalThis.matchMedia = () => ({
    get matches() {
      return isTouched;
    },
  });
  await import("../../static/keys.js");
});

beforeEach(() => {
  isTouched = false;
  heard = [];
  const button = (key) => `<p class="st-key-${key}"><button>${key}</button></p>`;
  draw(`
    <textarea data-testid="stChatInputTextArea"></textarea><input type="search">
    <div class="st-key-edit-1"><textarea></textarea></div>${button("save-edit-1")}${button("leave-edit-1")}${button("stop")}`);
  for (const pressed of document.querySelectorAll("button")) {
    presses[pressed.textContent] = 0;
    pressed.addEventListener("click", () => presses[pressed.textContent]++);
  }
  find(".stApp").addEventListener("keydown", ({ key }) => heard.push(key));
});

const write = () => find(".stMain > div").insertAdjacentHTML("beforeend", '<i class="live"></i>');
const press = (key, { on = ".stMain", ...more } = {}) =>
  find(on).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));

test("Escape presses Stop, but only where it closes nothing else", () => {
  press("Escape");
  assert.equal(presses.stop, 0); // nothing is being answered
  write();
  press("Escape");
  assert.equal(presses.stop, 1);
  find("input").value = "sought";
  press("Escape", { on: "input" });
  for (const opened of ['<div role="dialog"></div>', '<ul role="listbox"></ul>', '<ul role="menu"></ul>']) {
    find(".stMain").insertAdjacentHTML("beforeend", opened);
    press("Escape");
    find(".stMain").lastElementChild.remove();
  }
  assert.equal(presses.stop, 1);
  press("Escape");
  assert.equal(presses.stop, 2);
});

test("what Escape closes is looked at before it is closed", () => {
  write();
  find(".stMain").insertAdjacentHTML("beforeend", '<div role="dialog"></div>');
  find(".stApp").addEventListener("keydown", () => find('[role="dialog"]')?.remove(), { once: true });
  press("Escape");
  assert.equal(presses.stop, 0);
});

for (const of of [{ isComposing: true }, { keyCode: 229 }])
  test(`no key of an input method does anything (${Object.keys(of)})`, () => {
    write();
    for (const key of ["Enter", "Escape"])
      for (const on of ["textarea", "input", ".st-key-edit-1 textarea"]) press(key, { on, ...of });
    assert.deepEqual(heard, []);
    assert.deepEqual(presses, { "save-edit-1": 0, "leave-edit-1": 0, stop: 0 });
  });

test("Control and Enter save an edit, Escape leaves it, and Enter makes a line", () => {
  write();
  const on = ".st-key-edit-1 textarea";
  press("Enter", { on });
  assert.equal(presses["save-edit-1"], 0);
  press("Enter", { on, ctrlKey: true });
  assert.equal(presses["save-edit-1"], 1);
  press("Escape", { on });
  assert.equal(presses["leave-edit-1"], 1);
  assert.equal(presses.stop, 0);
});

test("Enter sends, but on a touch screen it makes a line", () => {
  const on = "textarea";
  press("Enter", { on });
  assert.deepEqual(heard, ["Enter"]);
  isTouched = true;
  assert.equal(press("Enter", { on }), true);
  assert.deepEqual(heard, ["Enter"]);
});

test("an arrow up in an empty input edits the last question", () => {
  find(".stMain").insertAdjacentHTML("beforeend", '<p class="st-key-edit-2"><button>edit</button></p>');
  presses.edit = 0;
  find(".st-key-edit-2 button").addEventListener("click", () => presses.edit++);
  const on = '[data-testid="stChatInputTextArea"]';
  find(on).value = "words";
  press("ArrowUp", { on });
  press("ArrowUp", { on: 'input[type="search"]' });
  assert.equal(presses.edit, 0);
  find(on).value = "";
  press("ArrowUp", { on, isComposing: true });
  press("ArrowUp", { on, repeat: true });
  assert.equal(presses.edit, 0);
  press("ArrowUp", { on });
  assert.equal(presses.edit, 1);
});
