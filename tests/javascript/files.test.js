import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { draw, find, until } from "./dom.js";
import { files } from "../../static/files.js";

const sent = [];

function mount(largest, label = "Load", help = "A file") {
  const data = { label, help, largest };
  files({ data, parentElement: find("#place"), setTriggerValue: (name, value) => sent.push([name, value]) });
}

function choose(text) {
  const file = { size: text.length, text: async () => text };
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
