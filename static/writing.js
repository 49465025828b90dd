// The answer that is being written: whether there is one, and the way to end it.
import { LIVE, STOP } from "./selectors.js";

const live = document.getElementsByClassName(LIVE); // looked at after every change of the page

export const isWriting = () => live.length > 0;

export function stop() {
  if (isWriting()) document.querySelector(STOP)?.click();
}
