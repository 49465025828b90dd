import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { INPUT, draw, find, until } from "./dom.js";
import { isBusy, tray } from "../../static/tray.js";

const words = Object.fromEntries(
  ["add", "files", "send", "reading", "pasted"].map((name) => [name, name]),
);
Object.assign(words, { remove: "remove {name}", look: "look {name}", added: "{name} came", no_picture: "no {name}" });
const bounds = { files: 2, largest: 10, letters: 9000, longest: 100, thumbnail: 10 };

let posted = [];
let server; // what a server would say
const names = () => [...document.querySelectorAll(".tray .name")].map(({ textContent }) => textContent);
const kinds = () => posted.map(({ kind, name }) => [kind, name]);

function mount() {
  tray({ data: { ...server, bounds, words }, parentElement: find("#place"), setTriggerValue: (_, sent) => posted.push(...sent) });
}

function choose(...files) {
  const picker = find(".tray input");
  Object.defineProperty(picker, "files", { value: files, configurable: true });
  picker.dispatchEvent(new Event("change"));
}

// Waits for so many messages; that files begin is confirmed at once, and no more said of.
async function sent(number = 1) {
  await until(() => {
    if (posted.at(-1)?.kind === "begin") {
      server = { ...server, received: posted.pop().number };
      mount();
    }
    return posted.length === number;
  });
}

// Says that the last message has come, and what is there now.
function confirm(...items) {
  server = { ...server, received: posted.at(-1).number, items };
  mount();
}

const named = (name, text = "Milk") => new File([text], name, { type: "text/plain" });
let session = 0;

globalThis.FileReader = window.FileReader;
globalThis.File = window.File;

beforeEach(() => {
  draw(`${INPUT}<div id="place"></div>`);
  server = { session: `${(session += 1)}`, received: 0, items: [], said: "", takes: { pictures: true, documents: true } };
  mount();
  find(".tray").querySelectorAll("li .icon").forEach((button) => button.click());
  posted = [];
  server = { ...server, session: `${(session += 1)}` };
  mount();
});

test("files go one after the other, in their order, and are there when the server says so", async () => {
  choose(named("a.txt"), named("b.txt"));
  assert.deepEqual(names(), ["a.txt", "b.txt"]);
  assert.equal(isBusy(), true);
  await sent();
  assert.deepEqual(kinds(), [["document", "a.txt"]]);
  const [{ id, data }] = posted;
  assert.equal(atob(data), "Milk");
  confirm({ id, name: "a.txt", tokens: "1 token" });
  await sent(2);
  const second = posted[1];
  confirm({ id, name: "a.txt", tokens: "1 token" }, { id: second.id, name: "b.txt", tokens: "1 token" });
  assert.equal(isBusy(), false);
  assert.equal(find(".coming"), null);
  confirm(); // they were asked with
  assert.deepEqual(names(), []);
});

test("another server is sent them anew", async () => {
  choose(named("a.txt"));
  await sent();
  confirm({ id: posted[0].id, name: "a.txt", tokens: "1 token", message: null });
  posted = [];
  server = { ...server, session: "other", received: 0, items: [] };
  mount();
  assert.equal(isBusy(), true);
  await sent();
  assert.deepEqual(kinds(), [["document", "a.txt"]]);
  assert.equal(posted[0].number, 1);
});

test("of a file that is too large nothing is sent but that, and one more than there is room for", async () => {
  choose(named("a.txt", "x".repeat(11)), named("b.txt"), named("c.txt"), named("d.txt"));
  await sent();
  assert.deepEqual(names(), ["a.txt", "b.txt", "c.txt"]);
  assert.deepEqual([posted[0].data, posted[0].size], [null, 11]);
});

test("a picture that the browser cannot read is told and not sent", async () => {
  globalThis.createImageBitmap = async () => {
    throw new Error("no picture");
  };
  choose(new File(["x"], "a.heic", { type: "image/heic" }));
  await until(() => find(".tray .fault").textContent);
  assert.equal(find(".tray .fault").textContent, "no a.heic");
  assert.deepEqual(names(), []);
  assert.deepEqual(kinds(), []);
});

test("what the server says is wrong with the files before is taken back when others come", async () => {
  server = { ...server, said: "a.txt is empty." };
  mount();
  choose(named("b.txt"));
  await until(() => posted.length);
  assert.deepEqual(kinds(), [["begin", undefined]]);
});

test("one that is taken away before it was sent is never sent", async () => {
  choose(named("a.txt"), named("b.txt"));
  find('.tray [title="remove b.txt"]').click();
  await sent();
  confirm({ id: posted[0].id, name: "a.txt", tokens: "1 token" });
  find('.tray [title="remove a.txt"]').click();
  await sent(2);
  assert.deepEqual(kinds(), [["document", "a.txt"], ["remove", undefined]]);
});

test("files alone are sent by Enter and by their button, words by the input's own", async () => {
  choose(named("a.txt"));
  await sent();
  confirm({ id: posted[0].id, name: "a.txt", tokens: "1 token" });
  const field = find("textarea");
  const enter = () => {
    const event = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true });
    field.dispatchEvent(event);
    return event.defaultPrevented;
  };
  field.value = "What is it?";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  assert.equal(find(".tray .send").hidden, true);
  assert.equal(enter(), false);
  field.value = "";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  assert.equal(find(".tray .send").hidden, false);
  assert.equal(enter(), true);
  await sent(2);
  assert.equal(posted[1].kind, "send");
});

test("a long text for which there is no room stays where it is pasted", async () => {
  const paste = (text) => {
    const clipboardData = { files: [], getData: () => text };
    const event = Object.assign(new Event("paste", { bubbles: true, cancelable: true }), { clipboardData });
    find("textarea").dispatchEvent(event);
    return event.defaultPrevented;
  };
  assert.equal(paste("x".repeat(9001)), false);
  assert.equal(paste("x".repeat(9000)), true);
  assert.equal(paste("x".repeat(9000)), true);
  assert.equal(paste("x".repeat(9000)), false);
  assert.equal(names().length, 2);
});
