// What was typed and not sent. It is noted in the tab as it is typed, and after a reload, a restart of
// the server or a lost connection it is where it was. Nothing is noted where no chats are kept
// (store.js).
import { put, whole } from "./characters.js";
import { EDIT, EDITED, INPUT, MESSAGE, PROMPT, QUESTION, endedBy, fieldOf, nameOf, sends } from "./selectors.js";
import { store } from "./store.js";

const NOTING = 150; // milliseconds after which what was typed is noted
const SETTLING = 300; // milliseconds without a change after which a page is taken for drawn
const SENDING = 2000; // milliseconds in which Streamlit empties the input of what was sent

let input;
let isFree = false;
let typed = ""; // what the input is to hold
let sent = null; // what was just sent, until it has left the input
let offered = {}; // what was last put into which field
const edits = new Map(); // an edit's name -> {chat, session, question, text}
const questions = new WeakMap(); // a message -> its question when its Edit was pressed
let prompt = null; // {chat, session, text}

// The chat that is shown, and the session of the server that knows what is typed in it.
const here = () => ({ chat: store.shown, session: store.session });
const isText = (text) => typeof text === "string" && text.trim() !== "";
// Streamlit takes in what a field has when it is left.
const leave = (field) => field.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
const questionOf = (message) => message.querySelector(QUESTION)?.textContent;
const messageWith = (question) =>
  [...document.querySelectorAll(MESSAGE)].reverse().find((message) => questionOf(message) === question);

// --- What is typed. On the window, after React has taken it in or refused it.
window.addEventListener("input", ({ target }) => {
  if (target.matches?.(INPUT)) [typed, sent] = [target.value, null];
  else if (target.matches?.(EDITED)) takeEdit(target);
  else if (target.matches?.(PROMPT)) prompt = { ...here(), text: target.value };
  else return;
  noteSoon();
});

function takeEdit(field) {
  const question = questions.get(field.closest(MESSAGE));
  const text = field.value;
  if (isText(text) && text.trim() !== question) edits.set(nameOf(field), { ...here(), question, text });
  else edits.delete(nameOf(field));
}

function onClick({ target }) {
  const button = target.closest?.("button");
  if (!button) return;
  const message = button.closest(MESSAGE);
  if (button.closest(EDIT) && message && questionOf(message)) questions.set(message, questionOf(message));
  const { name, isSaved } = endedBy(button);
  if (!edits.has(name)) return;
  if (isSaved) edits.get(name).isSaved = true; // and noted until its field is gone: it may be refused
  else edits.delete(name);
  note();
}
document.addEventListener("click", onClick, true);

function onSend(event) {
  const { value, disabled } = input ?? {};
  if (!sends(event) || disabled || !value?.trim()) return;
  [typed, sent] = ["", value];
  note();
  setTimeout(() => {
    if (sent !== value) return;
    if (input.value === value) typed = value; // Streamlit has not taken it
    sent = null;
    noteSoon();
  }, SENDING);
}
for (const kind of ["click", "keydown"]) document.addEventListener(kind, onSend, true);

// --- Where it was.

// Called after every change of the page.
export function look(field, isBusy) {
  [input, isFree] = [field, !isBusy];
  for (const [name, { isSaved, session }] of edits)
    if (isSaved && session === store.session && !fieldOf(name)) {
      edits.delete(name);
      noteSoon();
    }
  // Not between two listeners to the same letter.
  setTimeout(restoreTyped);
  if (edits.size || prompt) restoreSoon();
}

// Another field may stand in the input's place, or a question in it that was undone.
function restoreTyped() {
  if (!input || input.disabled) return;
  const { value } = input;
  if (value === typed || value === sent) return;
  const both = joined(typed, value);
  // Once: React may take it later than it was given (1.67), or refuse it as too long.
  const isNew = offered.field !== input || offered.text !== both;
  offered = { field: input, text: both };
  if (both !== value && isNew) put(input, both);
  [typed, sent] = [both, null];
  noteSoon();
}

const standsIn = (text, words) => `\n\n${text}\n\n`.includes(`\n\n${words}\n\n`);
function joined(words, others) {
  if (!words.trim() || standsIn(others, words)) return others;
  return !others.trim() || standsIn(words, others) ? words : `${words}\n\n${others}`;
}

// Puts a text where one types, before what stands there; whether there was room for it.
export function toInput(text, longest) {
  const both = joined(text, typed);
  if (longest && both.length > longest) return false;
  typed = both;
  restoreTyped();
  return true;
}

// The question of a link stands behind what was typed. The server says it with every drawing, and the page
// takes it once: what the server itself puts into an input that has just come, Streamlit (1.67) may lose.
let isLinked = false;
export function takeLinked(text) {
  if (isLinked || !isText(text)) return;
  isLinked = true;
  typed = joined(typed, text);
  restoreTyped();
  noteSoon();
}

function moveToInput(name, { text }) {
  edits.delete(name);
  toInput(text);
}

let settling;
let isRestoring = false;
function restoreSoon() {
  clearTimeout(settling);
  settling = setTimeout(restore, SETTLING);
}

async function restore() {
  if (isRestoring || !store.isStarted) return;
  if (!store.isSettled || !isFree) return restoreSoon();
  isRestoring = true;
  try {
    await restorePrompt();
    for (const [name, edit] of [...edits]) if (isFree && store.isSettled) await restoreEdit(name, edit);
  } finally {
    isRestoring = false;
  }
  noteSoon();
}

// Whether the chat of what was noted is not there any more. Then what is shown takes its place.
export async function isGone({ chat }) {
  try {
    return !store.database || !(await store.storage.exists(chat));
  } catch {
    return true;
  }
}

async function restorePrompt() {
  const noted = prompt;
  const field = document.querySelector(PROMPT);
  if (!noted || !field) return;
  const now = here();
  if (noted.session === now.session) {
    // Another chat was turned to, which may have the same prompt.
    if (noted.chat !== now.chat) prompt = field.value === noted.text ? { ...noted, ...now } : null;
    return;
  }
  if (noted.chat !== now.chat && !(await isGone(noted))) return;
  if (prompt !== noted || here().chat !== now.chat) return;
  if (field.value !== noted.text) {
    put(field, noted.text);
    // What is seen there is what the next question takes along.
    if (document.activeElement !== field) leave(field);
  }
  prompt = { ...noted, ...now };
}

async function restoreEdit(name, edit) {
  const now = here();
  if (edit.session === now.session) {
    // Another chat was turned to, so the server has forgotten it, and it waits for its chat.
    if (edit.chat !== now.chat && !fieldOf(name)) edit.session = null;
    return;
  }
  if (edit.chat !== now.chat) {
    if (edit.session !== null && (await isGone(edit))) moveToInput(name, edit);
    return;
  }
  if (messageWith(edit.text.trim())) {
    edits.delete(name); // it was asked
    return;
  }
  const field = edit.message?.querySelector(EDITED);
  if (field) {
    edits.delete(name);
    put(field, edit.text);
    leave(field);
  } else if (!edit.message?.isConnected) {
    edit.message = edit.question && messageWith(edit.question);
    const button = edit.message?.querySelector(`${EDIT} button`);
    if (button) button.click();
    else moveToInput(name, edit);
  }
}

// --- The note.
let noting;
function noteSoon() {
  noting ??= setTimeout(note, NOTING);
}
export function note() {
  clearTimeout(noting);
  noting = undefined;
  if (!store.isStarted) return;
  const { removed, temporaries, isTemporary } = store;
  const kept = [...edits.values()]
    .filter(({ chat }) => !removed.has(chat) && !temporaries.has(chat))
    .map(({ chat, question, text }) => ({ chat, question, text }));
  const noted = { typed: isTemporary ? "" : typed, edits: kept, prompt: temporaries.has(prompt?.chat) ? null : prompt };
  try {
    if (!noted.typed.trim() && !kept.length && !noted.prompt) sessionStorage.removeItem("unsent");
    else sessionStorage.setItem("unsent", JSON.stringify(noted));
  } catch {
    // It is not kept, as nothing is.
  }
}
function readNote() {
  try {
    const noted = JSON.parse(sessionStorage.getItem("unsent"));
    if (isText(noted.typed)) typed = whole(noted.typed.replace(/\r\n?/g, "\n")); // as a field has it
    if (typeof noted.prompt?.text === "string") prompt = { ...noted.prompt, session: "" };
    noted.edits.forEach((edit, place) => {
      if (isText(edit.text)) edits.set(`noted-${place}`, { ...edit, session: "" });
    });
  } catch {
    // Nothing is kept.
  }
}
readNote();
// A telephone ends a page that is not looked at without a word.
for (const kind of ["pagehide", "visibilitychange"]) window.addEventListener(kind, note);

// Called with what was stored: it is found there again.
export function onStored({ id, records }) {
  if (!prompt || prompt.chat !== id || records.get("head")?.system_prompt !== prompt.text) return;
  prompt = null;
  noteSoon();
}
