// The cursor goes where the work is: never to nowhere, as what it stood on is drawn anew or gone.
import { ABOUT_TO_ASK, BUTTON, DIALOG, EARLIER, EDITED, EDITS, ENDS_EDIT, GATE, IN_DIALOG, INPUT, MESSAGE } from "./selectors.js";
import { OPENED_FIELD, STOP, described, isIdle } from "./selectors.js";
import { takeInput } from "./input.js";
import { isWriting } from "./writing.js";

const [SOON, LATER] = [300, 3000]; // milliseconds in which what is to have the cursor may come
const isSeen = (element) => element.isConnected && !element.disabled && element.getClientRects().length > 0;
// Stop takes no click at first (style.css), and so no second Enter of a hasty hand.
const canHaveIt = (element) => element && isSeen(element) && getComputedStyle(element).pointerEvents !== "none";

let last = null; // what has the cursor, and what stands in its place later
let lostAt = null; // when it was lost
let isGate = false;
let entered = null; // the first field of a form that stands open
let hadDialog = false;
let closedAt = -Infinity; // when a dialog was closed
let isByKey = false; // what was last done

// What is to have the cursor when a button is gone: the field that it opens or the button that it
// closes, one of the same name, or another one of the same message. No move of a message changes what
// stands before it.
function successors(button) {
  const message = button.closest(MESSAGE);
  if (button.matches(EARLIER)) return [() => isIdle() && document.querySelector(`${MESSAGE} button`)];
  if (!message) return [described(button).find];
  const place = [...document.querySelectorAll(MESSAGE)].indexOf(message);
  const all = (selector) => [...(document.querySelectorAll(MESSAGE)[place]?.querySelectorAll(selector) ?? [])];
  if (button.matches(EDITS)) return [() => all(EDITED)[0]];
  if (button.matches(ENDS_EDIT)) return [() => isIdle() && all(EDITS)[0]]; // it may be answered now
  const name = button.textContent;
  return [
    () => all(BUTTON).find(({ textContent }) => textContent === name),
    () => all(BUTTON).find(({ disabled }) => !disabled),
  ];
}

function note(element) {
  last = { element, finders: element.matches?.(BUTTON) ? successors(element) : [] };
  lostAt = null;
}

document.addEventListener("focusin", ({ target }) => note(target));
for (const kind of ["keydown", "pointerdown"]) {
  const hear = () => ([closedAt, isByKey] = [-Infinity, kind === "keydown"]);
  window.addEventListener(kind, hear, true);
}

document.addEventListener(
  "click",
  ({ target }) => {
    const button = target.closest?.("button");
    if (!button) return;
    note(button); // Safari gives a button that is pressed no cursor
    if (button.matches(ABOUT_TO_ASK)) setTimeout(takeInput);
  },
  true,
);

function look() {
  const field = isGate && document.querySelector(GATE);
  if (field) {
    isGate = false;
    if (document.activeElement === document.body) field.focus();
  }
  const first = document.querySelector(OPENED_FIELD);
  if (first && first !== entered) first.focus();
  entered = first;
  const hasDialog = !!document.querySelector(DIALOG);
  if (hadDialog && !hasDialog) {
    closedAt = performance.now();
    reclaim();
  }
  hadDialog = hasDialog;
  const { activeElement } = document;
  // One that came beneath another, which is closed now.
  if (hasDialog && activeElement === document.body) document.querySelector(IN_DIALOG)?.focus();
  if (!last || hasDialog) return;
  if (canHaveIt(last.element)) {
    // For a moment it could not: Streamlit (1.67) disables what downloads, until that is ready.
    if (lostAt !== null && activeElement === document.body) last.element.focus({ preventScroll: true });
    lostAt = null;
    return;
  }
  if (activeElement && activeElement !== document.body && activeElement !== last.element) return;
  lostAt ??= performance.now();
  // What asks is gone while it is answered: with keys one may stop that, with a mouse one goes on to write.
  const meanwhile = [() => document.querySelector(isByKey ? STOP : INPUT)];
  const found = (isWriting() ? meanwhile : last.finders).map((find) => find()).find(canHaveIt);
  if (found) found.focus({ preventScroll: true });
  else if (isIdle() && performance.now() - lostAt > (last.finders.length ? LATER : SOON)) {
    last = null;
    takeInput();
  } else soon();
}

// The page that asks for a password has one field, which comes later.
export function takeField() {
  isGate = true;
  soon();
}

// Streamlit (1.67) gives the cursor to what opened the dialog, some time after that is closed.
function reclaim() {
  if (performance.now() - closedAt > LATER) return;
  const { activeElement } = document;
  if (activeElement === document.body || activeElement?.matches("button")) takeInput();
  setTimeout(reclaim, SOON);
}

let looking = null;
function soon() {
  hadDialog ||= !!document.querySelector(DIALOG); // also one that is closed at once
  looking ??= setTimeout(() => {
    looking = null;
    look();
  }, 50);
}
function lose() {
  if (last?.element.disabled) lostAt ??= performance.now();
  soon();
}
new MutationObserver(lose).observe(document.body, { subtree: true, childList: true, attributeFilter: ["disabled"] });
