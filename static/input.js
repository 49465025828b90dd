// The cursor, and when the input is free.
import { ASKS, INPUT, RUNS, isIdle } from "./selectors.js";
import { look } from "./unsent.js";
import { isWriting } from "./writing.js";

// The cursor is in the input when the page has come and after each answer, unless somebody writes
// elsewhere or sets something; not on a touch screen, where the keyboard would cover the answer.
// Streamlit (1.67) would put it there whatever somebody does: the rest of a word went into the input.
const WRITES = 'input, textarea, [role="dialog"] *, dialog *';
let wasBusy = true;
let asked = null; // the button that was pressed to ask
const canHover = () => matchMedia("(hover: hover)").matches;
// Looked at after every change of the page, and so not searched for in all of it.
let input;
function findInput() {
  if (input?.isConnected) return;
  input = document.querySelector(INPUT);
  if (!input) return;
  input.focus = takeCursor;
}
function takeCursor() {
  const isElsewhere = document.activeElement !== this && document.activeElement?.matches(WRITES);
  if (!isElsewhere && canHover()) HTMLElement.prototype.focus.call(this, { preventScroll: true });
}
// After what one goes on to write from: the cursor goes to the input from wherever it is.
export function takeInput() {
  if (input?.isConnected && canHover()) HTMLElement.prototype.focus.call(input, { preventScroll: true });
}
function returnToInput() {
  findInput();
  const isBusy = !input || input.disabled || isWriting();
  if (wasBusy && !isBusy) input.focus();
  wasBusy = isBusy;
  followAsked(isBusy);
  look(input, isBusy);
}

// What asks may be answered before the page has ever said that it is busy: then its button is another one.
function followAsked(isBusy) {
  if (isBusy) asked = null;
  else if (asked && !asked.isConnected && isIdle()) {
    asked = null;
    input.focus();
  }
}
document.addEventListener("click", ({ target }) => (asked = target.closest?.(ASKS) ?? asked), true);
new MutationObserver(returnToInput).observe(document.body, {
  subtree: true,
  childList: true,
  attributeFilter: ["disabled", RUNS],
});
returnToInput();
