import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { INPUT, draw, find, type, until } from "./dom.js";

const forms = (name) => ({ one: `{count} ${name}`, other: `{count} ${name}` });
const named = ["send", "edit", "remove"].map((name) => [name, `${name} {question}`]);
const words = { questions: "Waiting", queue: "Queue", no_room: "No room", left: "Left", next: forms("next"), held: forms("held"), ...Object.fromEntries(named) };
const field = () => find("textarea");
const app = () => find(".stApp").dataset;
const rows = () => [...document.querySelectorAll(".queue li > span")].map(({ textContent }) => textContent);
const status = () => find(".queue .status").textContent;
const press = (name) => find(`.queue .${name}`).click();

let posted = []; // what went to the server
let said = { session: "1", received: 0, isRefused: false, longest: null };
let number = 0; // of the answer
let mount, queue, settled;

function update(changes = {}) {
  said = { ...said, ...changes };
  mount({ data: { ...said, words }, parentElement: find("#place"), setTriggerValue: (_, sent) => posted.push(...sent) });
}

// The page was drawn: another answer has ended.
function drawn({ isComplete = true, chat = "a", answer = `${(number += 1)}` } = {}) {
  const note = { store: null, chat, answer, isComplete };
  settled.onDrawn(note);
  queue.onDrawn(note);
}

async function begin() {
  app().testScriptState = "running";
  find(".stMain > div").insertAdjacentHTML("beforeend", '<i class="live"></i>');
  await until(() => document.body.classList.contains("writing"));
}

async function end(how) {
  find(".live").remove();
  await until(() => !document.body.classList.contains("writing"));
  app().testScriptState = "notRunning";
  await new Promise((resolve) => setTimeout(resolve, 20)); // how it has ended is not known yet
  drawn(how);
}

function ask(text, options = {}) {
  type(field(), text);
  field().dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, ...options }));
}

// What goes to the server, when it has come there.
async function come(changes = {}) {
  const { text, number } = await until(() => posted.shift());
  update({ received: number, ...changes });
  return text;
}

before(async () => {
  globalThis.matchMedia = () => ({ matches: false }); // a finger has a button for it
  draw(`${INPUT}<div id="place"></div>`);
  ({ mount, queue } = await import("../../static/queue.js"));
  settled = await import("../../static/settled.js");
  await import("../../static/keys.js");
  await import("../../static/presses.js");
});

beforeEach(() => {
  queue.items = [];
  posted = [];
  find(".live")?.remove();
  update();
  drawn();
  type(field(), "");
});

test("what is asked while an answer is written goes off when that has ended, one after the other", async () => {
  await begin();
  ask("Q1");
  ask("Q2");
  assert.deepEqual(rows(), ["Q1", "Q2"]);
  assert.equal(field().value, "");
  assert.equal(status(), "2 next");
  const ended = end();
  await until(() => app().testScriptState === "notRunning");
  assert.deepEqual(posted, []);
  await ended;
  assert.equal(await come(), "Q1");
  assert.deepEqual(rows(), ["Q2"]);
  assert.deepEqual(posted, []); // before its answer, nothing goes
  await begin();
  await end();
  assert.equal(await come(), "Q2");
  assert.deepEqual(rows(), []);
});

test("after an answer that was cut nothing goes but by hand", async () => {
  await begin();
  ask("Q1");
  await end({ isComplete: false });
  assert.equal(status(), "1 held");
  drawn({ answer: `${number}` });
  assert.deepEqual(posted, []);
  press("send");
  assert.equal(await come(), "Q1");
});

test("what the server refuses stands in the input, and the rest is held", async () => {
  await begin();
  ask("Q1");
  ask("Q2");
  await end();
  await come({ isRefused: true });
  assert.deepEqual(rows(), ["Q2"]);
  assert.equal(status(), "1 held");
  update({ isRefused: false });
});

test("an input method's Enter lets nothing wait, nor does an empty input", async () => {
  await begin();
  ask("に", { isComposing: true });
  ask(" ");
  assert.deepEqual(rows(), []);
});

test("a question goes back where one types, if there is room", async () => {
  update({ longest: 6 });
  await begin();
  ask("Q1");
  type(field(), "Half");
  press("edit");
  assert.deepEqual(rows(), ["Q1"]);
  assert.equal(find(".said").textContent, "No room");
  type(field(), "H");
  press("edit");
  assert.deepEqual(rows(), []);
  assert.equal(field().value, "Q1\n\nH");
  update({ longest: null });
});

test("where no chats are kept, what waits goes where one types when its chat is left", async () => {
  await begin();
  ask("Q1");
  find(".live").remove();
  app().testScriptState = "notRunning";
  drawn({ chat: "b" });
  await until(() => field().value === "Q1");
  assert.deepEqual(rows(), []);
  assert.deepEqual(posted, []);
});

test("another server gets nothing by itself, and what it was asked is not asked again", async () => {
  await begin();
  ask("Q1");
  ask("Q2");
  await end();
  await until(() => posted.length);
  posted = [];
  find(".stMain > div").insertAdjacentHTML(
    "beforeend",
    '<div data-testid="stChatMessage"><p data-testid="stText">Q1</p></div>',
  );
  for (const item of queue.items) item.chat = "a";
  update({ session: "2", received: 0 });
  drawn();
  await until(() => rows().length === 1);
  assert.deepEqual(rows(), ["Q2"]);
  assert.equal(status(), "1 held");
  assert.deepEqual(posted, []);
});
