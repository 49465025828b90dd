// The whole chat for the clipboard, as Markdown. Streamlit's own download buttons (files.py) have it ready.
import { copy } from "./copy.js";
import { saved } from "./saved.js";
import { say } from "./say.js";
import { COPY_CHAT, labelOf } from "./selectors.js";

let words = null; // of files.py

export function speak(said) {
  words = said;
}

async function share(button, made) {
  try {
    await copy(made, labelOf(button), words);
  } catch (error) {
    console.warn("The chat cannot be copied.", error);
    say(words.not_copied);
  }
}

window.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest?.(COPY_CHAT);
    if (!button || !words) return;
    const file = saved(".md");
    if (file) share(button, file);
    else event.stopImmediatePropagation(); // one is on its way
  },
  true,
);
