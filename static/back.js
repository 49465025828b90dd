// A connection that comes back: whoever lost it while an answer was written is told how that ended. A page
// that was idle has lost nothing.
import { say } from "./say.js";
import { CONNECTION, isConnected, isIdle } from "./selectors.js";
import { drawn, isSettled } from "./settled.js";
import { isWriting } from "./writing.js";

const PAUSE = 50; // milliseconds between two looks whether the page was drawn again

let hasToTell = false;
let looking = null;

function tell() {
  if (!isConnected()) return;
  if (!isSettled() || !isIdle() || isWriting()) {
    looking = setTimeout(tell, PAUSE);
    return;
  }
  hasToTell = false;
  say(drawn?.back);
}

function onChange() {
  clearTimeout(looking);
  if (!isConnected()) hasToTell ||= isWriting();
  else if (hasToTell) tell();
}

new MutationObserver(onChange).observe(document.body, { subtree: true, attributeFilter: [CONNECTION] });
