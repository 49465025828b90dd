// A chat that came in the fragment of the page's address (sharing.js makes such links). It is unpacked here,
// and goes to the server as a file does that is imported, as soon as another chat can be shown. It may be
// anybody's: what is in it, the server finds out.
import { bytesAsSent } from "./characters.js";
import { unpacked } from "./packed.js";
import { sayLeft } from "./queue.js";
import { closeSidebar, isIdle } from "./selectors.js";
import { isSettled } from "./settled.js";
import { isWriting, stop } from "./writing.js";

export const FRAGMENT = "#chat="; // what the chat stands behind
const NOTED = "linked"; // in the tab, while somebody signs in
const PAUSE = 100; // milliseconds between two looks whether the page is ready

let waiting = null; // what stood in the address
let hasStopped = false; // the answer that was being written when it came
let isOpening = false;
let looking;
let to = null; // { largest, send }: where it goes

function arrive() {
  const { linked } = document.body.dataset;
  if (linked === undefined) return;
  delete document.body.dataset.linked;
  [waiting, hasStopped] = [linked, false];
  look();
}

// Called with every drawing of the place that sends it: bytes that a chat may have, and how it is sent.
export function bring(largest, send) {
  to = { largest, send };
  look();
}

// Signing in leads away from this page and back to it.
export function keepLinked() {
  if (waiting !== null) noted((tab) => tab.setItem(NOTED, waiting));
}

// Where the browser forbids it, or has no room, nothing is noted.
function noted(work) {
  try {
    return work(sessionStorage);
  } catch {
    return null;
  }
}

function look() {
  clearTimeout(looking);
  if (waiting === null || !to) return;
  if (isSettled() && isIdle() && !isOpening) {
    open(waiting);
    return;
  }
  if (isWriting() && !hasStopped) {
    hasStopped = true;
    sayLeft();
    stop(); // the answer is kept in its chat, as far as it is there
  }
  looking = setTimeout(look, PAUSE);
}

async function open(letters) {
  [waiting, isOpening] = [null, true];
  noted((tab) => tab.removeItem(NOTED));
  closeSidebar(); // which lies over the chat on a phone
  const { largest, send } = to;
  const text = await unpacked(letters, largest);
  isOpening = false;
  send({ linked: true, text: text !== null && bytesAsSent(text) <= largest ? text : null });
}

// Such a link in an answer leaves the chat where it is: a temporary one would be gone.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link?.hash.startsWith(FRAGMENT) || link.target === "_blank") return;
  event.preventDefault();
  window.open(link.href, "_blank", "noopener");
});

waiting = noted((tab) => tab.getItem(NOTED));
new MutationObserver(arrive).observe(document.body, { attributeFilter: ["data-linked"] });
arrive();
