// The questions that wait, noted in the tab. Nothing is noted where no chats are kept, or not this one (store.js).
import { store } from "./store.js";

const NAME = "queue";
const isWhole = ({ text, files, chat }) => typeof text === "string" && Array.isArray(files) && !!chat;

export function note(items) {
  if (!store.isStarted) return;
  const { removed, temporaries } = store;
  const own = items.filter(({ chat }) => !removed.has(chat) && !temporaries.has(chat));
  const kept = own.map(({ text, files, chat }) => ({ text, files, chat }));
  try {
    if (kept.length) sessionStorage.setItem(NAME, JSON.stringify(kept));
    else sessionStorage.removeItem(NAME);
  } catch {
    // It is not kept, as nothing is.
  }
}

export function noted() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME)).filter(isWhole);
  } catch {
    return []; // nothing is kept
  }
}
