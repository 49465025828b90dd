// A press waits until the server knows what was pressed.
//
// After a break the page may stand before a server that has never drawn it: one that was started again,
// another one, or one that has forgotten it. Streamlit (1.67) drops what is pressed then without a word.
// So until the page is settled (settled.js), whatever is pressed is held, and pressed again on what stands
// in its place.
import { BUTTON, EDITS, FORM, GATE, INPUT, NEW_CHAT, SEND, STOP } from "./selectors.js";
import { described, isIdle, isStale, sends } from "./selectors.js";
import { queue, queues } from "./queue.js";
import { say } from "./say.js";
import { isSettled, known, noteSent } from "./settled.js";
import { isBusy } from "./tray.js";
import { isWriting, stop } from "./writing.js";

const LOOKING = 3000; // milliseconds in which what was pressed may come back
const PAUSE = 50;
const FILE = ".load input";

const held = []; // { name, find, press, isReported (where it is gone), isNext (when the answer has ended) }

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
    else if (first.isReported) say(known.drawn?.gone);
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
      if (came !== undefined && came !== value && target.value === value) say(known.drawn?.tooLong);
    });
  },
  true,
);

const SENDING = { name: SEND, find: () => document.querySelector(SEND), isReported: false };
const click = (button) => button.click();
const AT_ONCE = `${STOP}, ${NEW_CHAT}, ${EDITS}, ${SEND}`; // all others wait for the end of an answer

// What is asked while an answer is written waits until that has ended.
function queuePress(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
  queue.add();
}

function noteTyped() {
  const { value } = document.querySelector(INPUT) ?? {};
  if (value?.trim() && document.querySelector(SEND)) noteSent(value);
}

window.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest?.(BUTTON);
    if (!button) return;
    const isQuestion = button.matches(SEND);
    if (!isSettled() || (isQuestion && isBusy())) hold(event, click, isQuestion ? SENDING : described(button));
    else if (isQuestion && queues()) queuePress(event);
    else if (isQuestion) noteTyped();
    else if (isWriting() && !button.matches(AT_ONCE)) say(known.drawn?.waits);
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
      if (queues()) queuePress(event);
      else if (isSettled() && !isBusy()) noteTyped();
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
