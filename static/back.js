// A connection that comes back: whoever lost it while an answer was written, or about to be, is told how that
// ended. A page that was idle has lost nothing.
import { say } from "./say.js";
import { CONNECTION, isConnected, isIdle } from "./selectors.js";
import { isSettled, known } from "./settled.js";
import { isWriting } from "./writing.js";

const PAUSE = 50; // milliseconds between two looks whether the page was drawn again

let wasWriting = false;
let looking = null;

function tell() {
  if (!isConnected()) return;
  if (!isSettled() || !isIdle() || isWriting()) {
    looking = setTimeout(tell, PAUSE);
    return;
  }
  const isAnother = !!known.drawn?.answer && !!known.before && known.drawn.answer !== known.before.answer;
  if (wasWriting || isAnother) say(known.drawn?.back);
  wasWriting = false;
}

function onChange() {
  clearTimeout(looking);
  if (isConnected()) tell();
  else wasWriting ||= isWriting();
}

new MutationObserver(onChange).observe(document.body, { subtree: true, attributeFilter: [CONNECTION] });
