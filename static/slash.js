// "/" at the start of an empty input lists the prompts that can be picked; what is typed behind it, filters
// them. Where none is meant, as in "/etc/hosts?", or after Escape, it is a question as any other.
import { announce } from "./ear.js";
import { put } from "./characters.js";
import { inForm, tag } from "./elements.js";
import { isOfInputMethod } from "./keys.js";
import { choices, wordsOf } from "./picking.js";
import { ASKING, INPUT, MAIN } from "./selectors.js";

const NAME = "slash"; // of the list
const GAP = 8; // pixels above the input
const BEGUN = /^[/／]$/;
const GOES_ON = /^[/／][^\n]*$/;
const SAYS = { "aria-controls": NAME, "aria-haspopup": "listbox", "aria-autocomplete": "list" };

let isAsked = false; // since there was a "/" alone
let list = null; // while it is open
let found = []; // what it has
let at = 0; // which of these Enter picks

const fieldOf = () => document.querySelector(INPUT);

function close() {
  list?.remove();
  list = null;
  for (const attribute of [...Object.keys(SAYS), "aria-activedescendant"]) fieldOf()?.removeAttribute(attribute);
}

function leave() {
  isAsked = false;
  close();
}

function place() {
  const { top, left, width } = fieldOf().closest(ASKING).getBoundingClientRect();
  Object.assign(list.style, { bottom: `${window.innerHeight - top + GAP}px`, left: `${left}px`, width: `${width}px` });
}

function mark(number) {
  at = (number + found.length) % found.length;
  const options = [...list.children];
  options.forEach((option, place) => option.setAttribute("aria-selected", place === at));
  options[at].scrollIntoView({ block: "nearest" });
  fieldOf().setAttribute("aria-activedescendant", options[at].id);
}

function pick({ pick }) {
  leave();
  const field = fieldOf();
  put(field, "");
  field.focus();
  pick();
}

function draw({ value }) {
  const sought = value.slice(1).trim().toLowerCase();
  found = isAsked ? choices().filter(({ title }) => title.toLowerCase().includes(sought)) : [];
  if (!found.length) return close();
  const words = wordsOf();
  if (!list) {
    list = tag("ul", { id: NAME, className: NAME, "role": "listbox", "aria-label": words.all });
    // The cursor stays where it is.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    document.querySelector(MAIN).append(list); // within a landmark
  }
  const options = found.map((choice, number) => {
    const onclick = () => pick(choice);
    return tag("li", { id: `${NAME}-${number}`, "role": "option", dir: "auto", onclick }, [choice.title]);
  });
  list.replaceChildren(...options);
  for (const [attribute, said] of Object.entries(SAYS)) fieldOf().setAttribute(attribute, said);
  place();
  mark(0);
  announce(inForm(words.found, found.length));
}

// What is put into the input, as after a reload, was not typed now.
window.addEventListener("input", ({ target, inputType, isComposing }) => {
  if (!target.matches?.(INPUT)) return;
  if (BEGUN.test(target.value)) isAsked ||= !!inputType && !isComposing;
  else isAsked &&= GOES_ON.test(target.value);
  draw(target);
});

window.addEventListener(
  "keydown",
  (event) => {
    const { key, target, ctrlKey, metaKey, altKey, shiftKey } = event;
    if (!list || !target.matches?.(INPUT) || isOfInputMethod(event) || ctrlKey || metaKey || altKey || shiftKey) return;
    const act = {
      ArrowDown: () => mark(at + 1),
      ArrowUp: () => mark(at - 1),
      Enter: () => pick(found[at]),
      Tab: () => pick(found[at]),
      Escape: leave,
    }[key];
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  },
  true,
);

document.addEventListener("pointerdown", ({ target }) => list && !list.contains(target) && !target.matches(INPUT) && leave());
document.addEventListener("focusin", ({ target }) => list && !target.matches(INPUT) && leave());
window.addEventListener("resize", () => list && place());
