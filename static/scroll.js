// The end of the page, which stays in view while an answer grows, unless somebody has scrolled up.
//
// The chat input stands in `st.bottom`: where Streamlit (1.67) places it by itself, it scrolls by
// itself, too, and pulls back who scrolls up while the page grows.
import { INPUT, MAIN, sends } from "./selectors.js";

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

// Whoever asks from further up is shown the end as soon as the question stands there.
function mayAsk(event) {
  if (sends(event) && document.querySelector(INPUT)?.value.trim()) isAtEnd = true;
}
for (const kind of ["click", "keydown"]) document.addEventListener(kind, mayAsk, true);
