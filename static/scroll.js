// The end of the page, which stays in view while an answer grows, unless somebody has scrolled up.
//
// The chat input stands in `st.bottom`: where Streamlit (1.67) places it by itself, it scrolls by
// itself, too, and pulls back who scrolls up while the page grows.
import { EARLIER, INPUT, MAIN, MESSAGE, roundIn, sends } from "./selectors.js";

// A wheel that turns down stops where the end was when it began to turn, and the page grows meanwhile.
const NEAR = 100; // pixels
const main = document.querySelector(MAIN);
let isAtEnd = true;
let [top, height] = [0, 0]; // of the page, when it last moved

export function showEnd() {
  isAtEnd = true;
  stayAtEnd();
}

function stayAtEnd() {
  if (isAtEnd) main.scrollTo({ top: main.scrollHeight });
}

function onScroll() {
  const { scrollTop, scrollHeight, clientHeight } = main;
  // A page that has become shorter moves by itself.
  if (scrollTop < top - 1 && scrollHeight >= height) isAtEnd = false;
  else if (scrollTop > top && scrollHeight - scrollTop - clientHeight < NEAR) isAtEnd = true;
  [top, height] = [scrollTop, scrollHeight];
}
main.addEventListener("scroll", onScroll, { passive: true });

const growth = new ResizeObserver(stayAtEnd);
function observeParts() {
  for (const part of [main, ...main.children]) growth.observe(part);
}
new MutationObserver(observeParts).observe(main, { childList: true });
observeParts();

// What is drawn above what one reads moves that nowhere. The same places show other rounds then, so a
// browser would keep the wrong ones where they are.
const SETTLING = 3000; // milliseconds after the press in which the page is drawn
let kept = null; // {round, top} of the first message that was seen
document.addEventListener(
  "click",
  ({ target }) => {
    if (!target.closest?.(EARLIER)) return;
    const seen = [...document.querySelectorAll(MESSAGE)].find(roundIn);
    if (!seen) return;
    kept = { round: roundIn(seen), top: seen.getBoundingClientRect().top };
    isAtEnd = false;
    setTimeout(() => (kept = null), SETTLING);
    keep();
  },
  true,
);
function keep() {
  if (!kept) return;
  const message = document.querySelector(`.${kept.round}`)?.closest(MESSAGE);
  if (message) main.scrollTop += message.getBoundingClientRect().top - kept.top;
  requestAnimationFrame(keep);
}
for (const kind of ["wheel", "touchmove", "keydown"]) main.addEventListener(kind, () => (kept = null), { passive: true });

// Whoever asks from further up is shown the end as soon as the question stands there.
function mayAsk(event) {
  if (sends(event) && document.querySelector(INPUT)?.value.trim()) isAtEnd = true;
}
for (const kind of ["click", "keydown"]) document.addEventListener(kind, mayAsk, true);
