// A press waits until the server knows what was pressed.
//
// After a break the page may stand before a server that has never drawn it: one that was started again,
// another one, or one that has forgotten it. Streamlit (1.67) drops what is pressed then without a word.
// So from the moment when the connection is lost until the page was drawn again, and the chat that it
// showed was opened there, whatever is pressed is held, and pressed again on what stands in its place.
import { put } from "./characters.js";
import { APP, BUTTON, CONNECTION, EDITS, FORM, GATE, INPUT, MESSAGE, NEW_CHAT, QUESTION, SEND, STOP } from "./selectors.js";
import { described, isConnected, isIdle, isStale, sends } from "./selectors.js";
import { store } from "./store.js";
import { isBusy } from "./tray.js";
import { isWriting, stop } from "./writing.js";

// Milliseconds after which a press is let through, whatever happens: where no page comes, and where
// the browser's storage says nothing.
const LONGEST = 60_000;
const OPENING = 5000;
const LOOKING = 3000; // milliseconds in which what was pressed may come back
const SHOWN = 8000; // milliseconds for which a sentence stands
const LONG = 1000; // characters of a question that may be shown in part
const PAUSE = 50;
const FILE = ".load input";

const held = []; // { name, find, press, isReported (where it is gone), isNext (when the answer has ended) }
let drawn = null; // what the server said of the page that it has drawn since the connection came
let begun = null; // the session whose kept chat was looked for
let since = performance.now(); // when the connection was last lost or came, or the page was drawn
let sent = null; // the question that was sent before the page was drawn again

export function isSettled() {
  if (!isConnected()) return false;
  if (!drawn) return performance.now() - since > LONGEST;
  if (drawn.isGate) return !document.querySelector(INPUT);
  if (!drawn.store || performance.now() - since > OPENING) return true;
  if (store.session !== drawn.store) return false;
  if (begun !== store.session) {
    const { session } = store;
    store.queue.then(() => (begun = session));
    return false;
  }
  return !store.isOpening;
}

// Whether it is held from now on: a second press would meet what moved up.
function hold(event, press, { name, find, isReported = true, isNext = false }) {
  event.preventDefault();
  event.stopImmediatePropagation();
  if (held.some((other) => other.name === name)) return false;
  held.push({ name, find, press, isReported, isNext });
  if (held.length === 1) setTimeout(release, PAUSE);
  return true;
}

function release() {
  if (!held.length) return;
  // Nor while the page is drawn: of its rounds, some may be there, and others not yet.
  const isDrawn = isIdle() || (isWriting() && !held[0].isNext);
  const isComplete = held[0].name !== SEND || !isBusy(); // with its files
  if (!isSettled() || !isDrawn || !isComplete) return setTimeout(release, PAUSE);
  const waiting = held.splice(0);
  const began = performance.now();
  const next = () => {
    const [first] = waiting;
    if (!first) return;
    const found = first.find();
    // What a run has not drawn stays until it ends, and the server knows nothing of it.
    if (found && !found.disabled && !isStale(found)) first.press(found);
    else if (performance.now() - began < LOOKING) return setTimeout(next, PAUSE);
    else if (first.isReported) say(drawn?.gone);
    waiting.shift();
    setTimeout(next, PAUSE);
  };
  next();
}

// Streamlit (1.67) refuses a text that is too long for the input, and does not say so.
window.addEventListener(
  "paste",
  ({ target }) => {
    if (!target.matches?.(INPUT)) return;
    const { value } = target;
    let came; // what the field had with it
    const note = () => (came = target.value);
    target.addEventListener("input", note);
    setTimeout(() => {
      target.removeEventListener("input", note);
      if (came !== undefined && came !== value && target.value === value) say(drawn?.tooLong);
    });
  },
  true,
);

function say(words) {
  if (!words) return;
  document.querySelector(".press-gone")?.remove();
  const note = Object.assign(document.createElement("p"), { className: "press-gone", textContent: words });
  note.setAttribute("role", "alert"); // which alone is read where it comes with its words
  document.querySelector(APP).append(note);
  setTimeout(() => note.remove(), SHOWN);
}

const SENDING = { name: SEND, find: () => document.querySelector(SEND), isReported: false };
const click = (button) => button.click();
const AT_ONCE = `${STOP}, ${NEW_CHAT}, ${EDITS}, ${SEND}`; // all others wait for the end of an answer

window.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest?.(BUTTON);
    if (!button) return;
    const isQuestion = button.matches(SEND);
    if (!isSettled() || (isQuestion && isBusy())) hold(event, click, isQuestion ? SENDING : described(button));
    else if (isQuestion) noteSent();
    else if (isWriting() && !button.matches(AT_ONCE)) say(drawn?.waits);
    else if (button.matches(EDITS) && isWriting()) {
      // Nobody who edits a question waits for the answer: it is stopped, and kept as far as it is there.
      if (hold(event, click, { ...described(button), isNext: true })) stop();
    }
  },
  true,
);

window.addEventListener(
  "keydown",
  (event) => {
    const { target, key, isComposing } = event;
    if (sends(event)) {
      // What is typed while an answer is written stays there until it has ended.
      if (isWriting()) {
        event.preventDefault();
        event.stopImmediatePropagation();
      } else if (isSettled() && !isBusy()) noteSent();
      else hold(event, click, SENDING);
    } else if (key === "Enter" && !isComposing && target.matches(GATE) && !isSettled()) {
      const button = target.closest(FORM).querySelector(BUTTON);
      if (button) hold(event, click, described(button));
    }
  },
  true,
);

window.addEventListener(
  "change",
  (event) => {
    const { target } = event;
    if (!target.matches?.(FILE) || isSettled()) return;
    const { files } = target;
    const load = (input) => {
      input.files = files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    };
    hold(event, load, { name: FILE, find: () => document.querySelector(FILE) });
  },
  true,
);

// What was sent into a connection that was lost already, without anybody knowing it, never came.
function noteSent() {
  const { value } = document.querySelector(INPUT) ?? {};
  if (value?.trim() && document.querySelector(SEND)) sent = value;
}

function settle(lost) {
  if (!isSettled()) return setTimeout(() => settle(lost), PAUSE);
  const message = [...document.querySelectorAll(MESSAGE)].reverse().find((one) => one.querySelector(QUESTION));
  const asked = message?.querySelector(QUESTION).textContent.trim();
  const field = document.querySelector(INPUT);
  // Of a long one, the beginning is shown.
  const isThere = asked === lost.trim() || (asked?.length > LONG && lost.trim().startsWith(asked));
  if (!isThere && field && !field.value) put(field, lost);
}

// A run of the page draws this note last, and every drawing of the meter alone has one, too. What was
// sent before the first one of a connection may be lost; what is sent after it, also by the hand of
// what was held, is not.
export function onDrawn(said) {
  const isFirst = !drawn || drawn.store !== said.store;
  const lost = sent;
  [drawn, sent] = [said, null];
  if (!isFirst) return;
  since = performance.now();
  if (lost) settle(lost);
}

let wasConnected = isConnected();
new MutationObserver(() => {
  if (wasConnected === isConnected()) return;
  wasConnected = !wasConnected;
  since = performance.now();
  drawn = null;
}).observe(document.body, { subtree: true, attributeFilter: [CONNECTION] });
