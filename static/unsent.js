// What was typed and not sent. It is noted in the tab as it is typed, and after a reload, a restart of
// the server or a lost connection it is where it was. Nothing is noted where no chats are kept
// (store.js).
import { put, whole } from "./characters.js";
import { EDIT, EDITED, INPUT, MESSAGE, PROMPT, QUESTION, SEND, editOf, endedBy, fieldOf } from "./selectors.js";
import { store } from "./store.js";

const NOTING = 150; // milliseconds after which what was typed is noted
const SETTLING = 300; // milliseconds without a change after which a page is taken for drawn
const LOOKING = 50; // milliseconds between two looks whether something has come
const LOOKS = 40;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
// As a field has it.
const asTyped = (words) => whole(words.replace(/\r\n?/g, "\n"));
// Streamlit takes in what a field has when it is left.
const leave = (field) => field.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));

// --- The input.
//
// Nobody tells what becomes of it: React may set it a moment later than it was told to, Streamlit
// refuses what is longer than the owner allows, empties it a moment after Enter, may put another
// field in its place, and puts a question there that was undone. So what waits for the input waits
// until it is seen there, or was sent with it.
let input;
let isFree = false;
let last = ""; // as it was typed
let isTyping = false; // a letter was typed, and React has not taken it in yet
let sent = null; // what was just sent, until it has left the field
let waiting = [];
const offered = new Set(); // of what waits, what was put into the input and may come to be seen there
const standsIn = (text, words) => text.startsWith(words) || text.includes(`\n\n${words}`);
function settle(text) {
  waiting = waiting.filter((words) => !(offered.has(words) && standsIn(text, words)));
}

// Returns whether the words are seen there in the end.
async function offer(words, isBefore) {
  offered.add(words);
  const there = input.value;
  put(input, !there.trim() ? words : isBefore ? `${words}\n\n${there}` : `${there}\n\n${words}`);
  last = input.value;
  for (let look = 0; look < LOOKS; look++) {
    settle(input.value);
    if (!waiting.includes(words)) return true;
    await pause(LOOKING);
  }
  return false;
}

async function takeWaiting() {
  offered.clear();
  for (const words of [...waiting]) if (!(await offer(words, false))) break;
}

// Words that had their place elsewhere, or in the input and were replaced there.
function takeBack(words) {
  waiting.push(asTyped(words));
  if (isFree && !offered.has(words)) offer(words, true);
  noteSoon();
}

// Called after every change of the page.
export function look(field, { isBusy, hasEnded }) {
  if (!field) return;
  [input, isFree] = [field, !isBusy];
  const { value } = input;
  if (waiting.length) settle(value);
  if (value !== sent && !isTyping) {
    sent = null;
    if (value !== last) {
      const replaced = last;
      last = value;
      if (replaced.trim() && !standsIn(value, replaced)) takeBack(replaced);
      noteSoon();
    }
  }
  if (hasEnded && !input.value) takeWaiting();
  if (edits.size || prompt) restoreSoon();
}

function hasTyped() {
  isTyping = false;
  if (input && input.value !== sent) last = input.value;
}
// The page may be looked at between two who hear of the same letter.
window.addEventListener(
  "input",
  ({ target }) => {
    if (!target.matches?.(INPUT)) return;
    isTyping = true;
    setTimeout(() => isTyping && hasTyped());
  },
  true,
);

async function send() {
  const { value } = input;
  if (input.disabled || !value.trim()) return;
  [sent, last] = [value, ""];
  settle(value);
  note();
  for (let look = 0; look < LOOKS || !isFree; look++) {
    await pause(LOOKING);
    if (sent !== value || input.value !== value) return;
  }
  [sent, last] = [null, value]; // Streamlit has not taken it
  note();
}
document.addEventListener("click", ({ target }) => input && target.closest?.(SEND) && send(), true);
document.addEventListener(
  "keydown",
  ({ target, key, shiftKey, ctrlKey, metaKey, isComposing }) => {
    const isEnter = key === "Enter" && !shiftKey && !ctrlKey && !metaKey && !isComposing;
    if (isEnter && target === input) send();
  },
  true,
);

// --- Questions that are being edited, and the system prompt.
//
// Each is noted with the chat that is shown and the session of the server that knows it.
const starts = new Map(); // an edit's name -> its text when it was entered
const edits = new Map(); // the names of those that were changed since -> what to note of them
const places = new WeakMap(); // a message -> which question was in it when its Edit was pressed
let prompt = null;
let entered = null; // the system prompt when its field was entered, and what was noted then

const here = () => ({ chat: store.shown, session: store.session });
const messagesWith = (question) =>
  [...document.querySelectorAll(MESSAGE)].filter(
    (message) => message.querySelector(QUESTION)?.textContent === question,
  );
document.addEventListener(
  "focusin",
  ({ target }) => {
    if (target.matches(EDITED) && !starts.has(editOf(target))) starts.set(editOf(target), target.value);
    if (target.matches(PROMPT)) entered = { value: target.value, prompt };
  },
  true,
);
// When React has taken it in, or refused it.
window.addEventListener("input", ({ target }) => {
  if (target.matches?.(INPUT)) hasTyped();
  else if (target.matches?.(EDITED)) noteEdit(target);
  else if (target.matches?.(PROMPT)) {
    const isAsBefore = target.value === entered?.value;
    prompt = isAsBefore ? entered.prompt : { ...here(), text: target.value };
  } else return;
  noteSoon();
});
function noteEdit(field) {
  const name = editOf(field);
  const text = field.value;
  const place = places.get(field.closest(MESSAGE));
  // A field that is entered at once has nothing in it yet.
  if (text === starts.get(name) || text.trim() === place?.question) edits.delete(name);
  else edits.set(name, { ...here(), ...place, text });
}

document.addEventListener(
  "click",
  ({ target }) => {
    const button = target.closest?.("button");
    if (!button) return;
    const message = button.closest(MESSAGE);
    const question = message?.querySelector(QUESTION)?.textContent;
    if (question && button.closest(EDIT)) {
      // Which of those that say the same, counted from the end: the first ones may not be drawn.
      const place = messagesWith(question).reverse().indexOf(message);
      places.set(message, { question, place });
    }
    const { edit, isSaved } = endedBy(button);
    if (edit) end(edit, isSaved);
  },
  true,
);
// What is saved is noted again if its field is still there: it could not be asked like this.
async function end(name, isSaved) {
  const edit = edits.get(name);
  edits.delete(name);
  note();
  if (!edit || !isSaved) return;
  const isOver = () => !fieldOf(name) || edits.has(name) || edit.session !== here().session;
  for (let look = 0; look < LOOKS || !isFree; look++) {
    await pause(LOOKING);
    if (isOver()) break;
  }
  // A server that has started again knows nothing of it, unless it was asked (`restoreEdit`).
  const isLost = edit.session !== here().session;
  if (!edits.has(name) && (isLost || fieldOf(name))) edits.set(name, edit);
  noteSoon();
}

// --- Where it was.
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
async function isGone({ chat }) {
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
    if (noted.chat === now.chat) return;
    // Another chat was turned to, which may have the same prompt.
    prompt = field.value === noted.text ? { ...noted, ...now } : null;
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
    // Another chat was turned to, so the server has forgotten it.
    if (edit.chat !== now.chat && !fieldOf(name)) edits.set(name, { ...edit, session: null });
    return;
  }
  if (edit.chat !== now.chat) {
    if (edit.session === null) return; // it waits for its chat
    if (await isGone(edit)) {
      edits.delete(name);
      takeBack(edit.text);
    } else edits.set(name, { ...edit, session: null });
    return;
  }
  if (messagesWith(edit.text.trim()).length) {
    edits.delete(name); // it was asked
    return;
  }
  const alike = messagesWith(edit.question).reverse();
  const message = alike[edit.place] ?? alike[0];
  const button = message?.querySelector(`${EDIT} button`);
  edits.delete(name);
  if (!button) return takeBack(edit.text);
  edits.set(name, edit); // until it is in its field
  button.click();
  const field = await fieldIn(message);
  if (edits.get(name) !== edit) return;
  edits.delete(name);
  if (!field) return takeBack(edit.text);
  starts.set(editOf(field), field.value);
  put(field, edit.text);
  await pause(LOOKING);
  if (field.value !== edit.text && field.isConnected) put(field, edit.text); // React has set it since
  leave(field);
}

async function fieldIn(message) {
  for (let look = 0; look < 2 * LOOKS; look++) {
    const field = message.isConnected && message.querySelector(EDITED);
    if (field?.value) return field;
    await pause(LOOKING);
  }
  return null;
}

// --- The note.
const isText = (text) => typeof text === "string" && text.trim() !== "";
let noting;
function noteSoon() {
  noting ??= setTimeout(note, NOTING);
}
function note() {
  clearTimeout(noting);
  noting = undefined;
  if (!store.isStarted) return;
  const words = [input && input.value !== sent ? input.value : "", ...waiting].filter(isText);
  const changed = [...edits.values()].filter(({ chat, text }) => isText(text) && !store.removed.has(chat));
  const isEmpty = !words.length && !changed.length && !prompt;
  try {
    if (isEmpty) sessionStorage.removeItem("unsent");
    else sessionStorage.setItem("unsent", JSON.stringify({ words, edits: changed, prompt }));
  } catch {
    // It is not kept, as nothing is.
  }
}
function readNote() {
  try {
    const noted = JSON.parse(sessionStorage.getItem("unsent"));
    waiting.push(...noted.words.filter(isText).map(asTyped));
    noted.edits.forEach((edit, place) => {
      if (isText(edit.text)) edits.set(`noted-${place}`, { ...edit, session: "" });
    });
    if (typeof noted.prompt?.text === "string") prompt = { ...noted.prompt, session: "" };
  } catch {
    // Nothing is kept.
  }
}
readNote();
// A telephone ends a page that is not looked at without a word.
for (const kind of ["pagehide", "visibilitychange"]) window.addEventListener(kind, note);

// What is stored is found there again.
export function onStored({ id, records }) {
  if (!prompt || prompt.chat !== id || records.get("head")?.system_prompt !== prompt.text) return;
  prompt = null;
  noteSoon();
}
