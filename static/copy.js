// Copying happens here, as a clipboard takes only what somebody has just asked for. Inside another
// site's frame it may take nothing at all: then the text opens, selected.
import { announce } from "./ear.js";
import { APP } from "./selectors.js";

const SHOWN = 1500; // milliseconds for which a button says that it has copied

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy]");
  if (!button) return;
  const { copied, failed, close } = button.dataset;
  const copy = JSON.parse(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(copy);
  } catch {
    show(copy, failed, close);
    return;
  }
  const name = button.textContent;
  if (name === copied) return;
  button.textContent = copied;
  announce(copied);
  setTimeout(() => (button.textContent = name), SHOWN);
});

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
