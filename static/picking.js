// The prompts that can be picked: the owner's and the visitor's own. One is picked in an empty chat, in the
// list of the visitor's own (prompt_dialog.js) or by "/" (slash.js), and the server sets what it sets
// (chat/ui/prompts.py).
import { tag } from "./elements.js";
import { open } from "./prompt_dialog.js";
import { prompts, titleOf } from "./prompts.js";
import { say } from "./say.js";
import { drawn, isSettled } from "./settled.js";
import { isWriting } from "./writing.js";

const FEW = 5; // of the visitor's own in an empty chat
const PAUSE = 50; // milliseconds between two looks whether the server knows the page

let mounted = null; // where the ways to the prompts are drawn: {data, send}

// While an answer is written, it waits, as every press does.
function pick(said) {
  if (!isSettled()) return setTimeout(() => pick(said), PAUSE);
  if (isWriting()) say(drawn?.waits);
  mounted.send(said);
}

// All that can be picked, the owner's first.
export function choices() {
  if (!mounted) return [];
  const shipped = mounted.data.shipped.map(({ name, title }) => ({ title, pick: () => pick({ shipped: name }) }));
  const own = mounted.data.keeps ? prompts.all : [];
  return [...shipped, ...own.map((prompt) => ({ title: titleOf(prompt), pick: () => pick({ own: prompt }) }))];
}

export const wordsOf = () => mounted?.data.words;

const show = (isNew) => open(mounted.data, { isNew, pick: (prompt) => pick({ own: prompt }) });
const button = (className, onclick, words) => tag("button", { className, type: "button", onclick }, words);

// Beneath the system prompt.
export function ways({ data, parentElement, setTriggerValue }) {
  mounted = { data, send: (said) => setTriggerValue("picked", said) };
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

// In an empty chat.
export function drawRow() {
  if (!row?.element.isConnected || !mounted) return;
  const { element, data } = row;
  const own = prompts.all;
  const buttons = own.slice(0, FEW).map((prompt) => {
    const title = titleOf(prompt);
    const label = tag("span", { dir: "auto" }, [title]);
    return button(title === data.picked ? "picked" : "", () => pick({ own: prompt }), [label]);
  });
  if (own.length > FEW) buttons.push(button("more", () => show(false), [mounted.data.words.more]));
  element.replaceChildren(...(own.length ? [tag("div", { className: "own-prompts" }, buttons)] : []));
}

export function mountRow({ data, parentElement }) {
  row = { data, element: parentElement };
  drawRow();
}

prompts.listeners.add(drawRow);
