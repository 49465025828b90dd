// The prompts that can be picked: the owner's and the visitor's own. One is picked in an empty chat, in the
// list of the visitor's own (prompt_dialog.js) or by "/" (slash.js), and the server sets what it sets
// (chat/ui/prompts.py).
import { tag } from "./elements.js";
import { Outbox } from "./outbox.js";
import { open } from "./prompt_dialog.js";
import { prompts, titleOf } from "./prompts.js";
import { say } from "./say.js";
import { known } from "./settled.js";
import { isWriting } from "./writing.js";

const FEW = 5; // of the visitor's own in an empty chat

const outbox = new Outbox();
outbox.start();
let told = null; // what the server says of the prompts

// While an answer is written, it waits, as every press does.
function pick(said) {
  if (isWriting()) say(known.drawn?.waits);
  outbox.add(said);
}

// All that can be picked, the owner's first.
export function choices() {
  if (!told) return [];
  const shipped = told.shipped.map(({ name, title }) => ({ title, pick: () => pick({ shipped: name }) }));
  const own = told.keeps ? prompts.all : [];
  return [...shipped, ...own.map((prompt) => ({ title: titleOf(prompt), pick: () => pick({ own: prompt }) }))];
}

export const wordsOf = () => told?.words;

const show = (isNew) => open(told, { isNew, pick: (prompt) => pick({ own: prompt }) });
const button = (className, onclick, words) => tag("button", { className, type: "button", onclick }, words);

// Beneath the system prompt.
export function ways({ data, parentElement, setTriggerValue }) {
  told = data;
  outbox.send = (picked) => setTriggerValue("picked", picked);
  outbox.confirm(data.received);
  if (!data.keeps) return parentElement.replaceChildren();
  prompts.start();
  drawRow();
  if (parentElement.firstChild?.lang === data.language) return;
  const { words } = data;
  parentElement.replaceChildren(
    tag("p", { className: "ways", lang: data.language }, [
      button("", () => show(true), [words.save]),
      button("", () => show(false), [words.title]),
    ]),
  );
}

let row = null; // where those stand that are picked in an empty chat: {data, element}

// In an empty chat. What is there already stays, so that a click that has begun on it is one.
export function drawRow() {
  if (!row?.element.isConnected || !told) return;
  const { element, data } = row;
  const own = prompts.all;
  const drawn = JSON.stringify([own, told.language]);
  if (element.firstChild?.drawn !== drawn) {
    const buttons = own.slice(0, FEW).map((prompt) => {
      const label = tag("span", { dir: "auto" }, [titleOf(prompt)]);
      return button("", () => pick({ own: prompt }), [label]);
    });
    if (own.length > FEW) buttons.push(button("more", () => show(false), [told.words.more]));
    element.replaceChildren(...(own.length ? [tag("div", { className: "own-prompts", drawn }, buttons)] : []));
  }
  for (const made of element.querySelectorAll("button:not(.more)"))
    made.classList.toggle("picked", made.textContent === data.picked);
}

export function mountRow({ data, parentElement }) {
  row = { data, element: parentElement };
  drawRow();
}

prompts.listeners.add(drawRow);
