// A sentence that stands over the page for a while, and is read aloud.
import { APP } from "./selectors.js";

const SHOWN = 8000; // milliseconds

export function say(words) {
  if (!words) return;
  document.querySelector(".said")?.remove();
  const note = Object.assign(document.createElement("p"), { className: "said", textContent: words });
  note.setAttribute("role", "alert"); // which alone is read where it comes with its words
  document.querySelector(APP).append(note);
  setTimeout(() => note.remove(), SHOWN);
}
