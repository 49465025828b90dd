// Code, tables and formulas that are too wide scroll by themselves: then they are reached by keyboard, too.
import { MESSAGE, DIALOG, WIDE } from "./selectors.js";

// It is told when one of them gets another size, and the page is laid out then: to measure costs nothing.
const sizes = new ResizeObserver((changed) => {
  for (const { target } of changed) {
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = target;
    const isTooLarge = scrollWidth > clientWidth || scrollHeight > clientHeight;
    if (isTooLarge) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

function watch(added) {
  if (!added.closest(`${MESSAGE}, ${DIALOG}`) && !added.querySelector(`${MESSAGE}, ${DIALOG}`)) return;
  if (added.matches(WIDE)) sizes.observe(added);
  for (const wide of added.querySelectorAll(WIDE)) sizes.observe(wide);
}

new MutationObserver((changes) => {
  for (const { addedNodes } of changes) {
    for (const node of addedNodes) if (node instanceof Element) watch(node);
  }
}).observe(document.body, { childList: true, subtree: true });
watch(document.body);
