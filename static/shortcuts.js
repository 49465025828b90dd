// What the keyboard does, shown by "?" where nobody writes, and by a button in the sidebar.
import { APP, isOpen } from "./selectors.js";

const FIELDS = "input, textarea, select, [contenteditable]";
const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
const BUTTON = ".show-shortcuts"; // which has the words: chat/words/shortcuts.py

function element(name, text) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  return made;
}

function show() {
  const told = document.querySelector(BUTTON);
  if (!told || isOpen(document.body)) return;
  const words = JSON.parse(told.dataset.words);
  const [dialog, list, close] = [element("dialog"), element("dl"), element("button", words.close)];
  dialog.className = "shortcuts";
  dialog.setAttribute("aria-label", words.title);
  for (const [keys, what] of words.rows) {
    const named = element("dt");
    for (const key of keys) named.append(element("kbd", key === "Mod" ? (isMac ? "⌘" : "Ctrl") : key), " ");
    list.append(named, element("dd", what));
  }
  dialog.append(element("h2", words.title), list, close);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.querySelector(APP).append(dialog);
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  if (key !== "?" || ctrlKey || metaKey || altKey || target.closest?.(FIELDS)) return;
  event.preventDefault();
  show();
});
document.addEventListener("click", ({ target }) => target.closest?.(BUTTON) && show());
