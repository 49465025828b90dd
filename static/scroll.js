// The end of the page, which stays in view while an answer grows, unless somebody has scrolled up.
//
// The chat input stands in `st.bottom`: where Streamlit (1.67) places it by itself, it scrolls by
// itself, too, and pulls back who scrolls up while the page grows.
import { ASKS, EARLIER, INPUT, MAIN, MESSAGE, TO_END, TURNS, isIdle, questionOf, roundIn, sends } from "./selectors.js";
import { takeInput } from "./input.js";
import { onNote } from "./notes.js";
import { isWriting } from "./writing.js";

// A wheel that turns down stops where the end was when it began to turn, and the page grows meanwhile.
const NEAR = 100; // pixels
const SETTLING = 3000; // milliseconds in which the page is drawn
const main = document.querySelector(MAIN);
let isAtEnd = true;
let [top, height] = [0, 0]; // of the page, when it last moved

export function showEnd() {
  isAtEnd = true;
  stayAtEnd();
}

function stayAtEnd() {
  if (isAtEnd) main.scrollTo({ top: main.scrollHeight });
  showWay();
}

function onScroll() {
  const { scrollTop, scrollHeight, clientHeight } = main;
  // A page that has become shorter moves by itself.
  if (scrollTop < top - 1 && scrollHeight >= height) isAtEnd = false;
  else if (!kept?.isHeld && scrollTop > top && scrollHeight - scrollTop - clientHeight < NEAR) isAtEnd = true;
  [top, height] = [scrollTop, scrollHeight];
  if (filled && !kept) closeGap();
  showWay();
}

// Who has scrolled up has a button that leads to the end.
function showWay() {
  const isAway = !isAtEnd && main.scrollHeight - main.scrollTop - main.clientHeight > main.clientHeight / 2;
  document.body.classList.toggle("away", isAway);
}
document.addEventListener("click", ({ target }) => {
  if (!target.closest?.(TO_END)) return;
  showEnd();
  takeInput();
});
main.addEventListener("scroll", onScroll, { passive: true });

const growth = new ResizeObserver(stayAtEnd);
function observeParts() {
  for (const part of [main, ...main.children]) growth.observe(part);
}
new MutationObserver(observeParts).observe(main, { childList: true });
observeParts();

// A question that is to be shown, as soon as it stands there (dialogs.py).
onNote("shown", ([round]) => showQuestion(round, performance.now() + SETTLING));
function showQuestion(round, until) {
  const question = questionOf(round);
  if (question && isIdle()) {
    isAtEnd = false;
    question.scrollIntoView();
  } else if (performance.now() < until) requestAnimationFrame(() => showQuestion(round, until));
}

// What is drawn above what one reads moves that nowhere: what "Show earlier" brings, and an answer in the
// place of another one, which may be shorter or grow. The same places may show other rounds then, so a
// browser would keep the wrong ones where they are.
let kept = null; // a question, by its round, and its `top`: what stands below all that changes
// The answer above it, which is shorter, and so high that the question can stay there: the gap between
// them is closed where nobody sees it.
let filled = null;

document.addEventListener(
  "click",
  ({ target }) => {
    const button = target.closest?.(`${EARLIER}, ${ASKS}, ${TURNS}`);
    if (!button) return;
    const all = [...document.querySelectorAll(MESSAGE)];
    const message = button.closest(MESSAGE);
    const below = message ? all[all.indexOf(message) + 1] : all.find(roundIn);
    const round = below && roundIn(below);
    if (!round) return;
    isAtEnd = false;
    kept = { round, top: topOf(below), isChanged: !button.matches(EARLIER), isHeld: true };
    fill("");
    Object.assign(kept, { scrolled: main.scrollTop, height: main.scrollHeight, until: performance.now() + SETTLING });
    keep();
  },
  true,
);
const topOf = (element) => element.getBoundingClientRect().top;

function fill(height) {
  if (filled) filled.style.minHeight = height;
  if (!height) filled = null;
}

function keep() {
  if (!kept) return;
  const now = performance.now();
  if (isWriting()) kept.until = now + SETTLING;
  if (now > kept.until) {
    kept = null;
    return;
  }
  // Whoever scrolls meanwhile reads something else.
  if (main.scrollHeight === kept.height && Math.abs(main.scrollTop - kept.scrolled) > 1) kept.isHeld = false;
  const message = document.querySelector(`.${kept.round}`)?.closest(MESSAGE);
  if (message && kept.isHeld) hold(message);
  [kept.scrolled, kept.height] = [main.scrollTop, main.scrollHeight];
  requestAnimationFrame(keep);
}

function hold(message) {
  main.scrollTop += topOf(message) - kept.top;
  const missing = kept.top - topOf(message); // above it, where the page begins
  if (missing < 1 || !kept.isChanged) return;
  const all = [...document.querySelectorAll(MESSAGE)];
  filled = all[all.indexOf(message) - 1]; // none, where the answer was deleted meanwhile
  if (filled) fill(`${filled.offsetHeight + missing}px`);
}

function closeGap() {
  const { top: begin, bottom } = filled.getBoundingClientRect();
  const { top: first, bottom: last } = main.getBoundingClientRect();
  if (begin < last && bottom > first) return;
  const [answer, high, scrolled] = [filled, filled.offsetHeight, main.scrollTop];
  fill("");
  if (bottom <= first) main.scrollTop = scrolled - (high - answer.offsetHeight);
}

// Whoever asks from further up is shown the end as soon as the question stands there.
function mayAsk(event) {
  if (sends(event) && document.querySelector(INPUT)?.value.trim()) isAtEnd = true;
}
for (const kind of ["click", "keydown"]) document.addEventListener(kind, mayAsk, true);
