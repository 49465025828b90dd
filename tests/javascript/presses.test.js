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
  ({ isSettled, onDrawn } = await import("../../static/presses.js"));
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
