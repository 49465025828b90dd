// The answer that is being written: whether there is one, and the way to end it.
import { LIVE, STOP } from "./selectors.js";

const live = document.getElementsByClassName(LIVE); // looked at after every change of the page

export const isWriting = () => live.length > 0;

// What the style has to know: that an element is somewhere below is not for each browser's CSS to find
// out (Firefox before 121).
const mark = () => document.body.classList.toggle("writing", isWriting());
new MutationObserver(mark).observe(document.body, { subtree: true, childList: true });
mark();

export function stop() {
  if (isWriting()) document.querySelector(STOP)?.click();
}
