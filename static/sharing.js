// The whole chat for the clipboard: as Markdown, or in a link. Streamlit's own download buttons (files.py)
// have it ready. A link has the chat in its fragment, which no browser sends to any server (linked.js).
import { copy } from "./copy.js";
import { download } from "./elements.js";
import { FRAGMENT } from "./linked.js";
import { packed } from "./packed.js";
import { saved } from "./saved.js";
import { say } from "./say.js";
import { COPY_CHAT, COPY_LINK, labelOf } from "./selectors.js";

// Characters of a link. So many every program should take (RFC 9110, section 4.1), and what people send
// links with cuts longer ones.
const LONGEST = 8000;

class TooLong extends Error {
  constructor(chat) {
    super("The link would be too long.");
    this.chat = chat;
  }
}

let words = null; // of files.py
let hasPictures = false; // the chat that is shown

export function speak(said, isWithPictures) {
  [words, hasPictures] = [said, isWithPictures];
}

async function linkTo(file) {
  const chat = await file;
  // Without what stands in the address besides.
  const link = `${location.origin}${location.pathname}${FRAGMENT}${await packed(chat)}`;
  if (link.length > LONGEST) throw new TooLong(chat);
  return link;
}

async function share(button, text) {
  const isLink = button.matches(COPY_LINK);
  const sayOf = (chat) => say([chat, hasPictures && words.small_pictures].filter(Boolean).join(" "));
  try {
    await copy(isLink ? linkTo(text) : text, labelOf(button), words);
    if (isLink) sayOf(words.link_copied);
  } catch (error) {
    if (error instanceof TooLong) {
      download(new Blob([error.chat], { type: "application/json" }), "chat.json");
      sayOf(words.too_long);
    } else {
      console.warn("The chat cannot be copied.", error);
      say(words.not_copied);
    }
  }
}

window.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest?.(`${COPY_CHAT}, ${COPY_LINK}`);
    if (!button || !words) return;
    const text = saved(button.matches(COPY_LINK) ? ".json" : ".md");
    if (text) share(button, text);
    else event.stopImmediatePropagation(); // one is on its way
  },
  true,
);
