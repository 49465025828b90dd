// The page's own program: what Streamlit 1.67 leaves undone in the browser. Loaded once (page.py), and
// cached by the browser under the hash of all its files.
import "./person.js";
import { forget } from "./address.js";
import "./back.js";
import { keepLinked } from "./linked.js";
import "./keys.js";
import "./slash.js"; // before what sends
import "./copy.js";
import "./direction.js";
import "./ear.js";
import "./language.js";
import "./presses.js";
import { onDrawn } from "./settled.js";
import { queue as current, mount as mountQueue } from "./queue.js";
import { onStored, takeLinked } from "./unsent.js";
import "./input.js";
import { takeField } from "./focus.js";
import "./phone.js";
import "./scrollers.js";
import "./shortcuts.js";
import "./temporary.js";
import "./wake.js";
import { showEnd } from "./scroll.js";
import { databaseName } from "./storage.js";
import { METER } from "./selectors.js";
import { store } from "./store.js";
import { onNote } from "./notes.js";
import { words, worded } from "./said.js";
import { chats as mountChats } from "./chats.js";
import { files as mountFiles } from "./files.js";
import { microphone as mountMicrophone } from "./microphone.js";
import { ways as mountPrompts } from "./picking.js";
import { tray as mountTray } from "./tray.js";

// What the server mounts, each where it draws it.
export const chats = worded("chats", mountChats);
export const files = worded("files", mountFiles);
export const microphone = worded("microphone", mountMicrophone);
export const page = worded("page", ({ data }) => Object.assign(words, data.words));
export const prompts = worded("prompts", mountPrompts);
export const queue = worded("queue", mountQueue);
export const tray = worded("tray", mountTray);
export { mountRow as promptRow } from "./picking.js";

document.body.classList.toggle("framed", window.top !== window);
store.onStored = onStored;
store.onTurned = showEnd;
onNote("writes", (writes) => store.receive(writes));
onNote("drawn", (told) => {
  const said = Object.assign(Object.create(words), told);
  onDrawn(said);
  current.onDrawn(said);
  if (said.isGate) {
    takeField();
    keepLinked();
  } else {
    takeLinked(said.linked);
    forget(said.parameters);
  }
});
// The meter's split moves with an answer, whose place draws nothing outside of itself (Streamlit 1.67).
let begun = [];
const showSplit = (split) => {
  const shown = document.querySelectorAll(METER);
  split.forEach((html, place) => shown[place] && (shown[place].outerHTML = html));
};
onNote("meter", (split) => showSplit((begun = split)));
// How much at the start and at the end is as it was when the answer began, and what is between (meter.py).
onNote("growth", (changes) =>
  showSplit(
    begun.map((html, place) => {
      const [start, end, between] = changes[place];
      return html.slice(0, start) + between + html.slice(html.length - end);
    }),
  ),
);

// A browser that has never kept a chat shows the greeting without waiting for the store.
async function greet() {
  try {
    // eslint-disable-next-line browsers/support -- the store finds it out without
    const [found, own] = await Promise.all([indexedDB.databases(), databaseName()]);
    if (!found.some(({ name }) => name === own)) document.body.classList.add("chats-read");
  } catch {
    // The store finds it out, too, and says so.
  }
}
greet();
