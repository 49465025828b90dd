// The cursor, and when the input is free.
import { ASKS, DIALOG, INPUT } from "./selectors.js";
import { look } from "./unsent.js";
import { isWriting, stop } from "./writing.js";

// The cursor is in the input when the page has come and after each answer, unless somebody writes
// elsewhere or sets something; not on a touch screen, where the keyboard would cover the answer.
// Streamlit (1.67) would put it there whatever somebody does: the rest of a word went into the input.
const WRITES = 'input, textarea, [role="dialog"] *, dialog *';
let wasBusy = true;
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
  if (!isElsewhere && matchMedia("(hover: hover)").matches)
    HTMLElement.prototype.focus.call(this, { preventScroll: true });
}
function returnToInput() {
  findInput();
  const isBusy = !input || input.disabled || isWriting();
  if (wasBusy && !isBusy) input.focus();
  wasBusy = isBusy;
  look(input, isBusy);
}

// What asks may be answered before the page has ever said that it is busy.
document.addEventListener("click", ({ target }) => (wasBusy ||= !!target.closest?.(ASKS)), true);
new MutationObserver(returnToInput).observe(document.body, {
  subtree: true,
  childList: true,
  attributeFilter: ["disabled"],
});
returnToInput();

// Escape stops the answer.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector(DIALOG)) stop();
});
