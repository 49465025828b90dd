// A file that waits for its question, as it is seen above the input.
import { fill, tag } from "./elements.js";

const SYMBOLS = { picture: "image", document: "description", text: "description" };

// `look` and `remove` are called when these are pressed.
export function chip(item, words, { look, remove }) {
  const isThere = !!item.isKnown;
  const picture = item.thumbnail
    ? tag("img", { src: item.thumbnail, alt: "" })
    : tag("span", { className: "symbol", "aria-hidden": "true", textContent: SYMBOLS[item.kind] });
  return tag("li", { className: isThere ? "" : "coming", "aria-busy": `${!isThere}` }, [
    tag("button", {
      className: "look",
      type: "button",
      title: fill(words.look, item),
      disabled: !isThere,
      onclick: look,
    }, [picture, tag("span", { className: "name", dir: "auto", textContent: item.name })]),
    tag("small", { textContent: isThere ? item.tokens : words.reading }),
    tag("button", {
      className: "icon",
      type: "button",
      title: fill(words.remove, item),
      "aria-label": fill(words.remove, item),
      textContent: "close",
      onclick: remove,
    }),
  ]);
}
