import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { INPUT, draw, find } from "./dom.js";
import { filesOf, takeFrom } from "../../static/taking.js";

const taken = [];
let isOpen = true;
takeFrom(window, {
  isOpen: () => isOpen,
  take: (files) => taken.push(files.map(({ name }) => name)),
  takeText: (text) => taken.push(text.length),
});

const picture = { name: "image.png" };
const pasted = (text, files = []) => ({ files, getData: (type) => (type === "text/plain" ? text : "") });

function paste(element, clipboardData) {
  const event = Object.assign(new Event("paste", { bubbles: true, cancelable: true }), { clipboardData });
  element.dispatchEvent(event);
  return event.defaultPrevented;
}

function press(shiftKey) {
  document.body.dispatchEvent(new KeyboardEvent(shiftKey ? "keydown" : "keyup", { key: "Shift", shiftKey, bubbles: true }));
}

beforeEach(() => {
  draw(`${INPUT}<input id="name"><label class="load"></label>`);
  isOpen = true;
  taken.length = 0;
  press(false);
});

test("cells and rich text are text, a picture alone and files of a folder are not", () => {
  assert.deepEqual(filesOf(pasted("1\t2", [picture])), []);
  assert.deepEqual(filesOf(pasted("", [picture])), [picture]);
  assert.deepEqual(filesOf(pasted("image.png\n", [picture])), [picture]);
  assert.deepEqual(filesOf(pasted("C:\\me\\image.png", [picture])), [picture]);
  assert.deepEqual(filesOf(pasted("other.png", [picture])), []);
});

test("files are taken anywhere but in other fields", () => {
  assert.equal(paste(document.body, pasted("", [picture])), true);
  assert.equal(paste(find("#name"), pasted("", [picture])), false);
  assert.deepEqual(taken, [["image.png"]]);
});

test("a long text is taken where one asks, and without Shift", () => {
  const field = find("textarea");
  assert.equal(paste(field, pasted("x".repeat(2501))), true);
  assert.equal(paste(field, pasted("x".repeat(2500))), false);
  assert.equal(paste(document.body, pasted("x".repeat(2501))), false);
  press(true);
  assert.equal(paste(field, pasted("x".repeat(2501))), false);
  assert.deepEqual(taken, [2501]);
});

function drop(types, files, place = document.body) {
  const event = (kind) =>
    Object.assign(new Event(kind, { bubbles: true, cancelable: true }), { dataTransfer: { types, files } });
  place.dispatchEvent(event("dragover"));
  const isMarked = document.body.classList.contains("files-over");
  place.dispatchEvent(event("drop"));
  return isMarked;
}

test("what is dropped is taken, but no text", () => {
  assert.equal(drop(["text/plain"], []), false);
  assert.equal(drop(["Files"], [picture]), true);
  assert.equal(document.body.classList.contains("files-over"), false);
  assert.deepEqual(taken, [["image.png"]]);
});

test("a chat is dropped where chats are imported, and where no files are allowed nothing is taken", () => {
  assert.equal(drop(["Files"], [picture], find(".load")), false);
  isOpen = false;
  assert.equal(drop(["Files"], [picture]), false);
  assert.deepEqual(taken, []);
});
