// Copying happens here, as a clipboard takes only what somebody has just asked for. Inside another
// site's frame it may take nothing at all: then the text opens, selected.
import { announce } from "./ear.js";
import { APP } from "./selectors.js";

const SHOWN = 1500; // milliseconds for which a button says that it has copied

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-copy]");
  if (button) copy(JSON.parse(button.dataset.copy), button, button.dataset);
});

// Copies a text, which a `label` says then. A text that is still to come is a promise, and has to be handed
// in by the click itself; where it does not come, this raises why.
export async function copy(text, label, { copied, failed, close }) {
  try {
    await (typeof text === "string" ? navigator.clipboard.writeText(text) : writeComing(text));
  } catch {
    show(await text, failed, close);
    return;
  }
  const name = label.textContent;
  if (name === copied) return;
  label.textContent = copied;
  announce(copied);
  setTimeout(() => label.textContent === copied && (label.textContent = name), SHOWN);
}

// A browser may have forgotten the click when the text is there, so the clipboard gets the promise of it.
async function writeComing(text) {
  // eslint-disable-next-line browsers/support -- Firefox before 127: it remembers a click for five seconds
  const { ClipboardItem } = window;
  if (!ClipboardItem) return navigator.clipboard.writeText(await text);
  const plain = text.then((words) => new Blob([words], { type: "text/plain" }));
  return navigator.clipboard.write([new ClipboardItem({ "text/plain": plain })]);
}

function show(text, why, close) {
  const dialog = document.createElement("dialog");
  dialog.className = "to-copy";
  dialog.setAttribute("aria-label", why);
  const [area, button] = [document.createElement("textarea"), document.createElement("button")];
  dialog.append(why, area, button);
  button.textContent = close;
  button.addEventListener("click", () => dialog.close());
  area.setAttribute("aria-label", why);
  area.readOnly = true;
  area.value = text;
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.querySelector(APP).append(dialog);
  dialog.showModal();
  area.select();
}
