// What keys mean before anything else on the page hears of them. Loaded first (page.js).
import { BUTTON, EDITED, INPUT, buttonOf, isOpen, lastEdit, sends } from "./selectors.js";
import { stop } from "./writing.js";

// An input method ends its word with Enter, too, and leaves it with Escape. Safari tells so after the
// word has ended, and says 229 where others say that one is still written.
export const isOfInputMethod = ({ isComposing, keyCode }) => isComposing || keyCode === 229;
const ENDING = ["Enter", "Escape", "Tab"];
// With no keyboard but the one on the screen, Enter makes a new line, and the button sends.
const isTouched = matchMedia("(hover: none) and (pointer: coarse)");

// Whether Escape has something else to end than the answer: looked at before it is ended.
let isTaken = false;

window.addEventListener(
  "keydown",
  (event) => {
    const { key, target, repeat, ctrlKey, metaKey, shiftKey } = event;
    if (isOfInputMethod(event)) {
      if (ENDING.includes(key)) event.stopImmediatePropagation();
    } else if (key === "Enter" && target.matches?.(INPUT) && isTouched.matches) {
      event.stopImmediatePropagation();
    } else if (key === "Enter" && repeat && (target.matches?.(BUTTON) || sends(event))) {
      // A key that is held presses once: the cursor has gone on, and stands where it would undo that.
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (target.matches?.(EDITED) && !shiftKey) {
      const name = { Enter: ctrlKey || metaKey ? "save" : "", Escape: "leave" }[key];
      if (!name) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      target.blur(); // so that the server has what it says
      buttonOf(target, name)?.click();
    } else if (key === "ArrowUp" && target.matches?.(INPUT) && !target.value && !repeat) {
      const edit = lastEdit();
      if (!edit) return;
      event.preventDefault();
      target.blur(); // the cursor goes into the question (focus.js)
      edit.click();
    } else if (key === "Escape") isTaken = isOpen(target);
  },
  true,
);

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !isTaken && !event.defaultPrevented) stop();
});

// What is known of an answer closes like a menu.
document.addEventListener("keydown", ({ key }) => {
  const about = key === "Escape" && document.querySelector(".about[open]");
  if (!about) return;
  about.open = false;
  about.querySelector("summary").focus();
});
