// Lists, tables and quotations run the way of their text, as paragraphs do by style.css alone: where
// their bullets, columns and bars stand is not for CSS to find out.
import { MESSAGE } from "./selectors.js";

const DIRECTIONS = [
  ["ul, ol, table, blockquote", "auto"],
  ["code, .katex", "ltr"], // what has a direction of its own decides for nothing around it
];

function direct(added) {
  if (!added.closest(MESSAGE) && !added.querySelector(MESSAGE)) return;
  for (const [blocks, dir] of DIRECTIONS) {
    const found = [...added.querySelectorAll(blocks)];
    if (added.matches(blocks)) found.push(added);
    for (const block of found) if (block.closest(MESSAGE)) block.dir = dir;
  }
}

new MutationObserver((changes) => {
  for (const { addedNodes } of changes) {
    for (const node of addedNodes) if (node instanceof Element) direct(node);
  }
}).observe(document.body, { childList: true, subtree: true });
direct(document.body);
