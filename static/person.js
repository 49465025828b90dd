// Whose page this is: the name of somebody who has signed in, or empty. Where people share a browser,
// each has chats and unsent words of their own. Before all else: what is read of them is of this person.
import { onNote } from "./notes.js";

// What is noted in a tab: the words, files and questions that were not sent (unsent.js, waiting.js, noted.js),
// and which chat is shown (store.js).
export const MOVED = ["unsent", "waiting", "queue", "chat"];

let told;
let tell;
export const person = new Promise((resolve) => (tell = resolve));

function put(name, value) {
  if (value === null) sessionStorage.removeItem(name);
  else sessionStorage.setItem(name, value);
}

function turn(name) {
  const before = sessionStorage.getItem("person") ?? "";
  if (before === name) return;
  for (const noted of MOVED) {
    put(`${noted} ${before}`, sessionStorage.getItem(noted));
    put(noted, sessionStorage.getItem(`${noted} ${name}`));
    put(`${noted} ${name}`, null);
  }
  sessionStorage.setItem("person", name);
}

onNote("person", (name) => {
  // Somebody else has signed in, or out, in another tab, and this page has come to the server anew. All
  // that it has read is another's, so it begins anew, too, and notes what was not sent before.
  if (told !== undefined && told !== name) return location.reload();
  told = name;
  try {
    turn(name);
  } catch {
    // The browser forbids it, and nothing is noted.
  }
  tell(name);
});

// A browser keeps a page that was left, and shows it as it was when somebody goes back to it: whoever has
// signed out meanwhile would be seen there.
window.addEventListener("pagehide", ({ persisted }) => {
  if (persisted && told) document.body.hidden = true;
});
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted && told) location.reload();
});
