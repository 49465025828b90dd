import assert from "node:assert/strict";
import { before, test } from "node:test";
import { INPUT, draw, find, type, until } from "./dom.js";

const field = () => find("textarea");
const pressed = []; // the questions that were sent by the button
let onDrawn;
let isSettled;
let store;

before(async () => {
  draw(INPUT + '<button data-testid="stChatInputSubmitButton"></button>');
  find("button").addEventListener("click", () => {
    pressed.push(field().value);
    field().value = ""; // as Streamlit does
  });
  ({ store } = await import("../../static/store.js"));
  await import("../../static/presses.js");
  ({ isSettled, onDrawn } = await import("../../static/settled.js"));
});

const after = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const enter = () => field().dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));

function opened(session) {
  store.session = session;
  store.queue = Promise.resolve();
}

test("a question waits until its chat was opened, is sent once, and does not come back", async () => {
  onDrawn({ store: "s" });
  type(field(), "Q1");
  enter();
  await after(100);
  assert.deepEqual(pressed, []);
  opened("s");
  await until(() => pressed.length);
  await after(200);
  assert.deepEqual(pressed, ["Q1"]);
  assert.equal(field().value, "");
});

test("a question that was sent into a lost connection comes back", async () => {
  onDrawn({ store: "s" });
  assert.ok(isSettled());
  type(field(), "Q2");
  enter();
  field().value = "";
  const app = find(".stApp");
  app.dataset.testConnectionState = "PINGING_SERVER";
  await after(20);
  app.dataset.testConnectionState = "CONNECTED";
  await after(20);
  onDrawn({ store: "t" });
  opened("t");
  await until(() => field().value === "Q2");
});

test("an edit stops the answer that is written, and begins when that has ended", async () => {
  const done = [];
  find(".stMain > div").insertAdjacentHTML(
    "beforeend",
    `<i class="live"></i><div class="st-key-stop"><button></button></div>
     <div data-testid="stChatMessage"><div class="st-key-edit-a" data-testid="stButton"><button>Edit</button></div></div>`,
  );
  find(".st-key-stop button").addEventListener("click", () => done.push("stop"));
  const edit = find(".st-key-edit-a button");
  edit.addEventListener("click", () => done.push("edit"));
  edit.click();
  await after(100);
  assert.equal(done[0], "stop");
  assert.ok(!done.includes("edit"));
  find(".live").remove();
  await until(() => done.includes("edit"));
});

test("what was held is not pressed while the page is drawn", async () => {
  const app = find(".stApp");
  app.dataset.testConnectionState = "PINGING_SERVER";
  await after(20);
  let count = 0;
  find(".stMain > div").insertAdjacentHTML(
    "beforeend",
    '<div data-testid="stButton"><button class="x">Delete</button></div>',
  );
  find(".x").addEventListener("click", () => count++);
  find(".x").click();
  app.dataset.testConnectionState = "CONNECTED";
  app.dataset.testScriptState = "running";
  await after(20);
  onDrawn({ store: "u" });
  opened("u");
  await until(isSettled);
  await after(150);
  assert.equal(count, 0);
  app.dataset.testScriptState = "notRunning";
  await until(() => count);
});
