// Whose page this is: the name of somebody who has signed in, or empty. Where people share a browser,
// each has chats and unsent words of their own. Before all else: what is read of them is of this person.
import { onNote } from "./notes.js";

const MOVED = "unsent"; // what is noted in a tab: see unsent.js

let tell;
export const person = new Promise((resolve) => (tell = resolve));

function turn(name) {
  const before = sessionStorage.getItem("person") ?? "";
  if (before === name) return;
  const [mine, theirs] = [sessionStorage.getItem(`${MOVED} ${name}`), sessionStorage.getItem(MOVED)];
  if (theirs) sessionStorage.setItem(`${MOVED} ${before}`, theirs);
  sessionStorage.removeItem(`${MOVED} ${name}`);
  if (mine) sessionStorage.setItem(MOVED, mine);
  else sessionStorage.removeItem(MOVED);
  sessionStorage.setItem("person", name);
}

onNote("person", (name) => {
  try {
    turn(name);
  } catch {
    // The browser forbids it, and nothing is noted.
  }
  tell(name);
});
