// The end of the page, which whoever reads it follows while an answer grows.
import { INPUT, MAIN, MESSAGE, SEND } from "./selectors.js";

// Whoever asks, or opens a chat, looks at its end, wherever they were, and whoever is at the end stays
// there while an answer grows. Streamlit (1.67) follows too, but glides, several frames for each line,
// and pulls back who scrolls up while the page grows. So its glide does not reach the page, it does not
// hear of what is followed here, and of what somebody scrolls, it hears as of a page that has not grown
// (by a focus event).
const MOVING = 300; // milliseconds that the page may move after somebody has touched it
const AWAY = ["PageUp", "ArrowUp", "Home"];
const messages = () => document.querySelectorAll(MESSAGE).length;
let main; // what scrolls; Streamlit puts another in its place when the page gets its input
let before = Infinity; // messages, when something was sent
let isAtEnd = true;
let touched = -Infinity;
let [top, height] = [0, 0]; // of the page, when it was last taken to its end
const isMoving = () => performance.now() - touched < MOVING;
const isThere = () => main.scrollHeight - main.scrollTop - main.offsetHeight < 2;
const isLeft = () => main.scrollTop < top - 2 && main.scrollHeight >= height;
const { get } = Object.getOwnPropertyDescriptor(Element.prototype, "scrollTop");
const growth = new ResizeObserver(followEnd);
function findMain() {
  if (main?.isConnected) return;
  main = document.querySelector(MAIN);
  if (!main) return;
  Object.defineProperty(main, "scrollTop", { get, set() {} });
  growth.disconnect();
  for (const part of [main, ...main.children]) growth.observe(part);
}
function followEnd() {
  if (!main || !isAtEnd || isMoving()) return;
  main.scrollTo({ top: main.scrollHeight });
  [top, height] = [main.scrollTop, main.scrollHeight];
}
export function showEnd() {
  [isAtEnd, touched] = [true, -Infinity];
  followEnd();
}
function showEndOfQuestion() {
  if (before === Infinity || messages() <= before) return;
  before = Infinity;
  showEnd();
}
function mayLeave() {
  touched = performance.now();
  setTimeout(() => requestAnimationFrame(hasMoved), MOVING);
}
function hasMoved() {
  if (isMoving()) return;
  isAtEnd = isThere() || (isAtEnd && !isLeft());
  followEnd();
}
function onScroll(event) {
  if (event.target !== main) return;
  if (isLeft()) isAtEnd = false;
  else if (isAtEnd) event.stopImmediatePropagation();
  else isAtEnd = !isMoving() && isThere();
  if (!isAtEnd) main.dispatchEvent(new FocusEvent("focus"));
}
document.addEventListener("scroll", onScroll, { capture: true, passive: true });
document.addEventListener("scrollend", followEnd, true); // a wheel stops where the end was at first
document.addEventListener("wheel", ({ deltaY }) => deltaY < 0 && mayLeave(), { passive: true });
document.addEventListener("touchmove", mayLeave, { passive: true });
for (const kind of ["pointerdown", "pointermove"]) // on the scroll bar, or to select
  document.addEventListener(kind, ({ buttons }) => buttons && mayLeave(), { capture: true, passive: true });
document.addEventListener("keydown", ({ key }) => AWAY.includes(key) && mayLeave(), true);
document.addEventListener("click", ({ target }) => target.closest?.(SEND) && (before = messages()), true);
document.addEventListener(
  "keydown",
  ({ key, shiftKey, target }) => key === "Enter" && !shiftKey && target.matches?.(INPUT) && (before = messages()),
  true,
);

new MutationObserver(() => {
  findMain();
  showEndOfQuestion();
}).observe(document.body, { subtree: true, childList: true });
findMain();
