// The page in the visitor's language: <html>'s own, and what Streamlit (1.67) says by itself in English.
import { onNote } from "./notes.js";
import { ATTRIBUTES, isInList, isOfStreamlit, mayHoldWords } from "./selectors.js";

const NAMED = ATTRIBUTES.map((name) => `[${name}]`).join();
const english = new Map(); // what stands on the page in place of an English word
let find = (text) => text;
let observer = null;

// What finds the word for an English one, of pairs of them; `{name}` in both stands for anything.
function finding(pairs) {
  const exact = new Map();
  const forms = [];
  for (const [from, to] of pairs) {
    const [begins, ends] = from.split(/\{\w+\}/);
    if (ends === undefined) exact.set(from, to);
    else forms.push({ begins, ends, to });
  }
  return (text) => {
    if (exact.has(text)) return exact.get(text);
    const fits = ({ begins, ends }) => text.startsWith(begins) && text.endsWith(ends);
    const form = forms.find(fits);
    if (!form) return text;
    const inner = text.slice(form.begins.length, text.length - form.ends.length);
    return form.to.replace(/\{\w+\}/, () => inner);
  };
}

function renamed(text) {
  const known = english.get(text) ?? text;
  const word = find(known);
  if (word !== known) english.set(word, known);
  return word;
}

function rename(node) {
  if (node.nodeType === Node.TEXT_NODE) {
    if (!node.parentElement || !isOfStreamlit(node.parentElement)) return;
    const said = node.nodeValue.trim();
    const word = renamed(said);
    if (word !== said) node.nodeValue = node.nodeValue.replace(said, () => word);
  } else if (node.nodeType === Node.ELEMENT_NODE) {
    for (const element of [node, ...node.querySelectorAll(NAMED)]) {
      if (isInList(element)) continue;
      for (const attribute of ATTRIBUTES) {
        const said = element.getAttribute(attribute);
        const word = said && renamed(said);
        if (word !== said) element.setAttribute(attribute, word);
      }
    }
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    if (mayHoldWords(node)) while (texts.nextNode()) rename(texts.currentNode);
  }
}

function onChanges(changes) {
  for (const { type, target, addedNodes } of changes) {
    if (type !== "childList") rename(target);
    else addedNodes.forEach(rename);
  }
}

function keep(cookie, code) {
  // Within another site's page, as a Space is shown, a browser keeps only what is kept apart for it.
  const apart = document.location.protocol === "https:" ? "; SameSite=None; Secure; Partitioned" : "; SameSite=Lax";
  try {
    document.cookie = `${cookie}=${code}; Path=/; Max-Age=31536000${apart}`;
  } catch {
    // Forbidden, as in a frame without rights: it is chosen for this page alone.
  }
}

const WRITTEN_FROM_THE_RIGHT = /^(ar|dv|fa|he|ps|sd|ug|ur|yi)\b/;
document.documentElement.dataset.browser = WRITTEN_FROM_THE_RIGHT.test(window.navigator.language) ? "rtl" : "ltr";

onNote("language", ({ code, direction, cookie, chosen, words }) => {
  document.documentElement.lang = code;
  document.documentElement.dir = direction;
  if (chosen) keep(cookie, chosen);
  find = finding(words);
  if (!words.length && !english.size) return; // it is all in English, and was
  rename(document.body);
  observer ??= new MutationObserver(onChanges);
  const everything = { subtree: true, childList: true, characterData: true, attributeFilter: ATTRIBUTES };
  observer.observe(document.body, everything);
});
