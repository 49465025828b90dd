import assert from "node:assert/strict";
import { before, test } from "node:test";
import { INPUT, draw, find, type, until } from "./dom.js";

const field = () => find("textarea");
const noted = () => JSON.parse(sessionStorage.getItem("unsent"))?.typed;
let store;

before(async () => {
  draw(INPUT);
  sessionStorage.setItem("unsent", JSON.stringify({ typed: "from before", edits: [], prompt: null }));
  ({ store } = await import("../../static/store.js"));
  await import("../../static/input.js");
  store.start();
});


test("what was noted is in the input again, and the cursor, too", async () => {
  await until(() => field().value === "from before");
  assert.equal(document.activeElement, field());
});

test("what is typed is noted", async () => {
  type(field(), "Half a quest");
  await until(() => noted() === "Half a quest");
  type(field(), "");
  await until(() => sessionStorage.getItem("unsent") === null);
});

test("half a character is replaced as it is typed", () => {
  type(field(), "a\ud800b");
  assert.equal(field().value, "a\ufffdb");
});

test("what is in an input that another one replaces is in that one", async () => {
  type(field(), "kept");
  await until(() => noted() === "kept");
  find(".stChatInput").remove(); // the page gives way to the password's
  await new Promise((resolve) => setTimeout(resolve, 20));
  find(".stMain > div").insertAdjacentHTML("beforeend", INPUT);
  await until(() => field()?.value === "kept");
});

test("what is sent is noted no more", async () => {
  field().dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  field().value = ""; // as Streamlit does
  await until(() => sessionStorage.getItem("unsent") === null);
});

test("the cursor stays where somebody writes", async () => {
  find(".stMain > div").insertAdjacentHTML("beforeend", "<input>");
  find("input").focus();
  field().focus();
  assert.equal(document.activeElement, find("input"));
  find("input").remove();
});
