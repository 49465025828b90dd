// Copying happens here, as a clipboard takes only what somebody has just asked for. Inside another
// site's frame it may take nothing at all: then the text opens, selected.
import { announce } from "./ear.js";
import { APP } from "./selectors.js";

const SHOWN = 1500; // milliseconds for which a button says that it has copied

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy]");
  if (!button) return;
  const { copied, failed } = button.dataset;
  const copy = JSON.parse(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(copy);
  } catch {
    show(copy, failed);
    return;
  }
  const name = button.textContent;
  if (name === copied) return;
  button.textContent = copied;
  announce(copied);
  setTimeout(() => (button.textContent = name), SHOWN);
});

function show(text, why) {
  const dialog = document.createElement("dialog");
  dialog.className = "to-copy";
  dialog.setAttribute("aria-label", why);
  dialog.append(why, document.createElement("textarea"));
  const area = dialog.querySelector("textarea");
  area.setAttribute("aria-label", why);
  area.readOnly = true;
  area.value = text;
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.querySelector(APP).append(dialog);
  dialog.showModal();
  area.select();
}
