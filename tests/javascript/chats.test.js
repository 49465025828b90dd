import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { draw, find, type, until } from "./dom.js";
import { List } from "../../static/chats.js";

const DAY = 86_400_000;
const WORDS = {
  ...{ chats: "Chats", search: "Search", untitled: "Untitled", kept: "Kept here.", full: "Full.", waits: "Waits" },
  ...{ none: "None", searching: "Searching", today: "Today", yesterday: "Yesterday", week: "Week" },
  ...{ rename: "Rename", rename_chat: "Rename: {chat}", remove_chat: "Delete: {chat}", pin_chat: "Pin: {chat}", unpin_chat: "Unpin: {chat}", pinned: "Pinned", removed: { one: "Deleted.", other: "{count} deleted." }, undo: "Undo" },
  ...{ remove_all: "Delete all", remove_all_really: "Really?" },
};
let all;
let calls;
let list;
let store;

beforeEach(async () => {
  draw('<div id="list"></div>');
  all = [chat("a", "First"), chat("b", "<b>Second</b>", DAY), chat("c", "", 40 * DAY)];
  calls = [];
  store = {
    shown: "a".repeat(32),
    fault: null,
    storage: { chats: async () => all, search: async () => new Set(["c".repeat(32)]) },
    enqueue: (task) => task(),
    ...Object.fromEntries(
      ["open", "change", "remove", "bringBack", "removeAll"].map((name) => [
        name,
        async (...given) => calls.push([name, ...given]),
      ]),
    ),
    fail: assert.fail,
  };
  list = new List(store, find("#list"), WORDS);
  await list.redraw();
});

const chat = (letter, title, ago = 0) => ({ id: letter.repeat(32), title, name: "", changed: Date.now() - ago });
const titles = () => [...document.querySelectorAll("li .open span")].map(({ textContent }) => textContent);
const press = (label) => find(`[aria-label="${label}"]`).click();

test("chats stand by days, by their names, and as text", () => {
  assert.deepEqual(titles(), ["First", "<b>Second</b>", "Untitled"]);
  const days = [...document.querySelectorAll(".list h3")].map(({ textContent }) => textContent);
  assert.deepEqual(days.slice(0, 2), ["Today", "Yesterday"]);
  assert.equal(find("li b"), null);
  assert.equal(find("li.current span").textContent, "First");
});

test("a search shows titles at once, and what was said a moment later", async () => {
  type(find("input"), "second");
  await until(() => titles().length === 1);
  assert.deepEqual(titles(), ["<b>Second</b>"]);
  await until(() => titles().length === 2);
  assert.deepEqual(titles(), ["<b>Second</b>", "Untitled"]);
});

test("a chat is opened by a click, and the one that is shown is not", async () => {
  const [first, second] = document.querySelectorAll("li .open");
  first.click();
  second.click();
  await until(() => calls.length);
  assert.deepEqual(calls, [["open", "b".repeat(32), "picked"]]);
});

test("what is deleted one after the other comes back together", async () => {
  press("Delete: First");
  press("Delete: <b>Second</b>");
  assert.match(find(".undo").textContent, /2 deleted/);
  find(".undo button").click();
  const ids = ["a".repeat(32), "b".repeat(32)];
  assert.deepEqual(calls, [["remove", ids.slice(0, 1)], ["remove", ids], ["bringBack", ids]]);
});

test("a name is written in place, and Escape leaves it as it was", async () => {
  const write = (name, key) => {
    const field = find("li input");
    field.value = name;
    field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  };
  press("Rename: First");
  write("Never", "Escape");
  await until(() => titles().length === 3);
  assert.deepEqual(calls, []);
  press("Rename: First");
  write(" Better ", "Enter");
  assert.deepEqual(calls, [["change", ["a".repeat(32)], { name: "Better" }]]);
});

test("all are deleted by the second click alone", async () => {
  const button = find(".foot button");
  button.click();
  assert.deepEqual(calls, []);
  assert.equal(button.textContent, "Really?");
  button.click();
  assert.deepEqual(calls, [["removeAll"]]);
});

test("a fault is said in the place of what is kept", () => {
  assert.match(find(".foot").textContent, /Kept here/);
  store.fault = "full";
  list.drawFoot();
  assert.match(find(".foot").textContent, /Full/);
});

const key = (name) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
const stops = () => [...document.querySelectorAll("li button")].filter(({ tabIndex }) => tabIndex === 0);

test("the list is one stop for Tab, and arrows go through it", async () => {
  assert.deepEqual(stops().map(({ title }) => title), ["First"]);
  stops()[0].focus();
  key("ArrowDown");
  assert.equal(document.activeElement.title, "<b>Second</b>");
  assert.deepEqual(stops(), [document.activeElement]);
  key("End");
  assert.equal(document.activeElement.title, "Untitled");
  key("ArrowDown"); // there is none
  key("Home");
  assert.equal(document.activeElement.title, "First");
  await list.redraw();
  assert.equal(document.activeElement.title, "First"); // as it was drawn anew
});

test("F2 renames a chat, Delete deletes it, and the cursor stays in the list", async () => {
  stops()[0].focus();
  key("F2");
  assert.equal(document.activeElement.value, "First");
  key("Enter");
  await until(() => document.activeElement.title === "First");
  key("ArrowDown");
  key("Delete");
  assert.deepEqual(calls.at(-1), ["remove", ["b".repeat(32)]]);
  all = all.filter(({ id }) => id !== "b".repeat(32));
  await list.redraw();
  assert.equal(document.activeElement.title, "Untitled");
});

test("a pinned chat stands before all days, and can be let go", async () => {
  all = [{ ...all[1], isPinned: true }, all[0], all[2]];
  await list.redraw();
  assert.equal(find(".list h3").textContent, "Pinned");
  assert.deepEqual(titles(), ["<b>Second</b>", "First", "Untitled"]);
  press("Unpin: <b>Second</b>");
  press("Pin: First");
  assert.deepEqual(calls, [
    ["change", ["b".repeat(32)], { pinned: false }],
    ["change", ["a".repeat(32)], { pinned: true }],
  ]);
});

test("with other keys, a key of the list is the browser's own", () => {
  const press = (key, more) => {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
    find("li .open").dispatchEvent(event);
    return event.defaultPrevented;
  };
  for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }])
    for (const key of ["p", "P", "Delete"]) assert.equal(press(key, more), false);
  assert.deepEqual(calls, []);
  assert.equal(press("P", { shiftKey: true }), true);
  assert.equal(calls.length, 1);
});
