// Code, tables and formulas that are too wide scroll by themselves: then they are reached by keyboard, too.
import { DIALOG, FORMULA, MESSAGE, UNBROKEN, WIDE } from "./selectors.js";

const BLOCK = "p, li, h1, h2, h3, h4, h5, h6, td, th, div"; // in which a formula stands

// It is told when one of them gets another size, and the page is laid out then: to measure costs nothing.
const sizes = new ResizeObserver((changed) => {
  for (const { target } of changed) {
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = target;
    if (target.matches(WIDE)) makeReachable(target, scrollWidth > clientWidth || scrollHeight > clientHeight);
    else for (const formula of target.querySelectorAll(FORMULA)) fit(formula, clientWidth);
  }
});

function makeReachable(element, isTooLarge) {
  if (isTooLarge) element.tabIndex = 0;
  else element.removeAttribute("tabindex");
}

// A formula within a text is broken into lines, but for what KaTeX leaves in one piece.
function fit(formula, width) {
  const isTooWide = [...formula.querySelectorAll(UNBROKEN)].some(({ offsetWidth }) => offsetWidth > width);
  formula.classList.toggle("too-wide", isTooWide);
  makeReachable(formula, isTooWide);
}

function watch(added) {
  if (!added.closest(`${MESSAGE}, ${DIALOG}`) && !added.querySelector(`${MESSAGE}, ${DIALOG}`)) return;
  if (added.matches(WIDE)) sizes.observe(added);
  for (const wide of added.querySelectorAll(WIDE)) sizes.observe(wide);
  for (const formula of added.querySelectorAll(FORMULA)) sizes.observe(formula.closest(BLOCK));
}

new MutationObserver((changes) => {
  for (const { addedNodes } of changes) {
    for (const node of addedNodes) if (node instanceof Element) watch(node);
  }
}).observe(document.body, { childList: true, subtree: true });
watch(document.body);
