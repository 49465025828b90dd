// What the keyboard does, shown by "?" where nobody writes, and by a button in the sidebar.
import { words } from "./said.js";
import { APP, isOpen } from "./selectors.js";

const FIELDS = "input, textarea, select, [contenteditable]";
const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
const BUTTON = ".show-shortcuts";

function element(name, text) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  return made;
}

function show() {
  const { shortcuts } = words;
  if (!document.querySelector(BUTTON) || !shortcuts || isOpen(document.body)) return;
  const [dialog, list, close] = [element("dialog"), element("dl"), element("button", shortcuts.close)];
  dialog.className = "shortcuts";
  dialog.setAttribute("aria-label", shortcuts.title);
  for (const [keys, what] of shortcuts.rows) {
    const named = element("dt");
    for (const key of keys) named.append(element("kbd", key === "Mod" ? (isMac ? "⌘" : "Ctrl") : key), " ");
    list.append(named, element("dd", what));
  }
  dialog.append(element("h2", shortcuts.title), list, close);
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
