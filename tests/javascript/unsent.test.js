import assert from "node:assert/strict";
import { before, test } from "node:test";
import { INPUT, draw, find, type, until } from "./dom.js";

const A = "a".repeat(32);
const QUESTION =
  '<p data-testid="stText">Q1</p><div class="st-key-edit-r1"><button>Edit</button></div>';
const EDITING = `
  <div class="st-key-edit-r1"><textarea></textarea></div>
  <div class="st-key-save-edit-r1"><button>Save</button></div>`;
const PROMPT = '<div class="st-key-system_prompt"><textarea></textarea></div>';
const note = () => JSON.parse(sessionStorage.getItem("unsent"));
const message = () => find('[data-testid="stChatMessage"]');
const field = () => find(".st-key-edit-r1 textarea");
const prompt = () => find(".st-key-system_prompt textarea");
let look;
let onStored;
let store;

// What Streamlit does with a click on Edit.
function serveEdit() {
  find(".st-key-edit-r1 button").addEventListener("click", () => {
    message().innerHTML = EDITING;
    field().value = "Q1";
    seen();
  });
}

function seen() {
  look(find('[data-testid="stChatInputTextArea"]'), false);
}

before(async () => {
  draw(`<div data-testid="stChatMessage">${QUESTION}</div>${PROMPT}${INPUT}`);
  serveEdit();
  const edits = [{ chat: A, question: "Q1", text: "Q1, but better" }];
  const noted = { typed: "Half\r\na quest", edits, prompt: { chat: A, text: "Be kind" } };
  sessionStorage.setItem("unsent", JSON.stringify(noted));
  ({ store } = await import("../../static/store.js"));
  ({ look, onStored } = await import("../../static/unsent.js"));
  store.start();
  store.session = store.begun = "s";
  store.data = { chat: A };
  seen();
});

test("all of it is where it was", async () => {
  await until(() => find('[data-testid="stChatInputTextArea"]').value === "Half\na quest");
  await until(() => field()?.value === "Q1, but better");
  assert.equal(prompt().value, "Be kind");
  await until(() => note().edits.length === 1);
  assert.deepEqual(note().edits, [{ chat: A, question: "Q1", text: "Q1, but better" }]);
});

test("an edit is noted until its question was asked", async () => {
  find(".st-key-save-edit-r1 button").click();
  assert.equal(note().edits.length, 1); // it may be refused
  message().innerHTML = QUESTION.replace("Q1", "Q1, but better");
  seen();
  await until(() => note().edits.length === 0);
});

test("a prompt is noted until it is stored", async () => {
  type(prompt(), "Be brief");
  onStored({ id: A, records: new Map([["head", { system_prompt: "Be kind" }]]) });
  await until(() => note().prompt?.text === "Be brief");
  onStored({ id: A, records: new Map([["head", { system_prompt: "Be brief" }]]) });
  await until(() => note().prompt === null);
});

test("a question that is put into the input stands beneath what was typed there", async () => {
  const input = find('[data-testid="stChatInputTextArea"]');
  input.value = "Undone";
  seen();
  await until(() => input.value === "Half\na quest\n\nUndone");
});

test("what an input refuses stays noted until something else is typed", async () => {
  const input = find('[data-testid="stChatInputTextArea"]');
  const refuse = () => (input.value = "Short");
  input.addEventListener("input", refuse);
  input.value = "Short";
  seen();
  await until(() => note().typed === "Half\na quest\n\nUndone\n\nShort");
  input.removeEventListener("input", refuse);
  type(input, "Other");
  await until(() => note().typed === "Other");
});

test("nothing is noted of a temporary chat, and all of it where it is kept", async () => {
  const { note: noteNow } = await import("../../static/unsent.js");
  store.temporaries.add(store.data.chat);
  type(find('[data-testid="stChatInputTextArea"]'), "Secret");
  type(prompt(), "Secret prompt");
  noteNow();
  assert.equal(note(), null);
  store.temporaries.clear();
  noteNow();
  assert.deepEqual([note().typed, note().prompt.text], ["Secret", "Secret prompt"]);
});
