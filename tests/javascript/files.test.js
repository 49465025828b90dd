import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { draw, find, until } from "./dom.js";
import { archive } from "./zipped.js";
import { files } from "../../static/files.js";
import { store } from "../../static/store.js";

const sent = [];
const COUNTED = { imported: { other: "{count} new." }, known: { other: "{count} known." }, left: { other: "{count} left." } };

function mount(largest, label = "Load", help = "A file", keeps = false) {
  const words = { import: label, import_help: help, save_all: "All", save_all_help: "", importing: "{done}/{count}", ...COUNTED };
  const data = { words, largest, keeps, converted: null };
  files({ data, parentElement: find("#place"), setTriggerValue: (name, value) => sent.push([name, value]) });
}

function choose(...contents) {
  const file = new Blob(contents);
  Object.defineProperty(find("input"), "files", { value: [file], configurable: true });
  find("input").dispatchEvent(new Event("change"));
}

beforeEach(() => {
  draw('<div id="place"></div>');
  sent.length = 0;
});

test("a file is sent as its text", async () => {
  mount(100);
  choose('{"a": 1}');
  await until(() => sent.length);
  assert.deepEqual(sent, [["file", { text: '{"a": 1}' }]]);
});

test("of a file that is too large, or would be on its way, only the size is sent", async () => {
  mount(10);
  choose("12345678901");
  await until(() => sent.length === 1);
  choose('""""""'); // each of which is sent as two bytes
  await until(() => sent.length === 2);
  assert.deepEqual(sent, [["file", { size: 11 }], ["file", { size: 6 }]]);
});

test("of an archive, what it has of chats is sent, or that there is nothing", async () => {
  mount(1000);
  choose(archive({ "conversations.json": "[1]" }));
  await until(() => sent.length === 1);
  choose(archive({ "other.json": "[2]" }));
  await until(() => sent.length === 2);
  choose(archive({ "conversations.json": "x".repeat(1001) }));
  await until(() => sent.length === 3);
  const [one, other, large] = sent.map(([, file]) => file);
  assert.deepEqual([one, other, "size" in large], [{ text: "[1]" }, { text: "" }, true]);
});

test("it is drawn once, however often the page is", () => {
  mount(10);
  mount(10);
  assert.equal(document.querySelectorAll("input").length, 1);
  assert.equal(find("label").textContent, "Load");
});

test("another language's words take the place of its own", () => {
  mount(10);
  mount(10, "导入", "文件");
  assert.equal(document.querySelectorAll("input").length, 1);
  assert.equal(find("label").textContent, "导入");
  assert.equal(find("label").title, "文件");
});

const kept = (letter) => ({ id: letter.repeat(32), title: letter, records: { head: {}, "question/1": letter } });

test("all chats come from a file that was made here, and go into one; what happened is said", async (context) => {
  store.start();
  await store.queue;
  mount(10_000, "Load", "A file", true);
  const chats = [kept("a"), kept("b")];
  const file = JSON.stringify({ format: "all-chats", version: 1, chats });
  for (const said of ["2 new.", "0 new. 2 known."]) {
    choose(file);
    await until(() => find(".load-status").textContent === said);
  }
  assert.deepEqual(sent, []);
  const made = new Promise((resolve) => context.mock.method(URL, "createObjectURL", (blob) => (resolve(blob), "blob:x")));
  find(".load-all").click();
  const saved = JSON.parse(await (await made).text());
  assert.deepEqual(saved.chats.map(({ title }) => title).sort(), ["a", "b"]);
});

test("where no chats are kept, there are none to take along, and the server reads every file", async () => {
  mount(10_000);
  assert.ok(find(".load-all").hidden);
  choose('[{"mapping":{}},{"mapping":{}}]');
  await until(() => sent.length);
  assert.deepEqual(sent, [["file", { text: '[{"mapping":{}},{"mapping":{}}]' }]]);
});
