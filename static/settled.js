// Whether the server knows the page as it stands, and what was sent to it before that was known.
//
// It does not from the moment when the connection is lost until the page was drawn again, and the chat
// that it showed was opened there.
import { put } from "./characters.js";
import { CONNECTION, INPUT, isAsked, isConnected } from "./selectors.js";
import { store } from "./store.js";

// Milliseconds after which a page is taken for settled, whatever happens: where no page comes, and where
// the browser's storage says nothing.
const LONGEST = 60_000;
const OPENING = 5000;
const PAUSE = 50;

export const known = {
  drawn: null, // what the server said of the page that it has drawn since the connection came
  before: null, // the same of the connection that was lost last
  sent: null, // the question that was sent before the page was drawn again
};
let begun = null; // the session whose kept chat was looked for
let since = performance.now(); // when the connection was last lost or came, or the page was drawn

export function isSettled() {
  if (!isConnected()) return false;
  const { drawn } = known;
  if (!drawn) return performance.now() - since > LONGEST;
  if (drawn.isGate) return !document.querySelector(INPUT);
  if (!drawn.store || performance.now() - since > OPENING) return true;
  if (store.session !== drawn.store) return false;
  if (begun !== store.session) {
    const { session } = store;
    store.queue.then(() => (begun = session));
    return false;
  }
  return !store.isOpening;
}

// What was sent into a connection that was lost already, without anybody knowing it, never came.
export function noteSent(text) {
  known.sent = text;
}

function settle(lost) {
  if (!isSettled()) return setTimeout(() => settle(lost), PAUSE);
  const field = document.querySelector(INPUT);
  if (!isAsked(lost) && field && !field.value) put(field, lost);
}

// A run of the page draws this note last, and every drawing of the meter alone has one, too. What was
// sent before the first one of a connection may be lost; what is sent after it, also by the hand of
// what was held, is not.
export function onDrawn(said) {
  const { drawn, sent: lost } = known;
  const isFirst = !drawn || drawn.store !== said.store;
  [known.drawn, known.sent] = [said, null];
  if (!isFirst) return;
  since = performance.now();
  if (lost) settle(lost);
}

let wasConnected = isConnected();
new MutationObserver(() => {
  if (wasConnected === isConnected()) return;
  wasConnected = !wasConnected;
  since = performance.now();
  [known.before, known.drawn] = [known.drawn ?? known.before, null];
}).observe(document.body, { subtree: true, attributeFilter: [CONNECTION] });
