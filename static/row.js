// A question that waits, as it is seen above the input.
import { fill, tag } from "./elements.js";

const SHOWN = 300; // characters of a question

// `actions` are called when its buttons are pressed, which are named after them.
export function row({ id, text, isHeld, number }, files, words, actions) {
  const question = text.trim().slice(0, SHOWN) || files;
  const button = (name, symbol) => {
    const label = fill(words[name], { question });
    return tag("button", {
      className: name,
      type: "button",
      title: label,
      "aria-label": label,
      textContent: symbol,
      disabled: number !== undefined, // it is on its way
      onclick: actions[name],
    });
  };
  return tag("li", { id, className: isHeld ? "held" : "" }, [
    tag("span", { dir: "auto", textContent: question }),
    ...(files && question !== files ? [tag("small", { className: "files", title: files, textContent: files })] : []),
    ...(isHeld ? [button("send", "arrow_upward")] : []),
    button("edit", "edit"),
    button("remove", "close"),
  ]);
}
