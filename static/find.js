// What is sought in the list of the chats is marked in the chat that is shown. One that is opened from
// what was found shows the first of it, also where that is not drawn at first.
import { DIALOGUE, EARLIER, isIdle } from "./selectors.js";

const NAME = "sought"; // of the marks, in style.css
const SETTLING = 100; // milliseconds in which a page that is drawn anew is drawn on
const SHOWN = 5000; // milliseconds in which a chat that was opened is there
// eslint-disable-next-line browsers/support -- without it nothing is marked
const marks = globalThis.CSS?.highlights;
let sought = "";
let until = 0; // this time a chat is awaited of which the first of it is to be shown

function found() {
  const all = [];
  const dialogue = document.querySelector(DIALOGUE);
  if (!sought || !dialogue) return all;
  const texts = document.createTreeWalker(dialogue, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    const text = node.data.toLowerCase();
    if (text.length !== node.data.length) continue; // as of "İ": nobody knows what stands where
    for (let at = text.indexOf(sought); at >= 0; at = text.indexOf(sought, at + sought.length)) {
      const range = new Range();
      range.setStart(node, at);
      range.setEnd(node, at + sought.length);
      all.push(range);
    }
  }
  return all;
}

function mark() {
  looking = null;
  const all = found();
  // eslint-disable-next-line browsers/support -- only where there are marks
  if (all.length) marks?.set(NAME, new Highlight(...all));
  else marks?.delete(NAME);
  if (performance.now() > until || !isIdle()) return;
  const earlier = document.querySelector(EARLIER);
  if (all.length) {
    until = 0;
    all[0].startContainer.parentElement.scrollIntoView({ block: "center" });
  } else if (earlier) earlier.click();
}

let looking = null;
function soon() {
  if (sought || marks?.size) looking ??= setTimeout(mark, SETTLING);
}
new MutationObserver(soon).observe(document.body, { subtree: true, childList: true, characterData: true });

// Mark these words from now on. `isOpened`: in a chat that comes, which has them, the first is shown.
export function seek(words, isOpened = false) {
  sought = words.toLowerCase();
  if (isOpened) until = performance.now() + SHOWN;
  soon();
}
