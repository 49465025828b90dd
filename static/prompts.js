// The visitor's own prompts, kept in this browser beside the chats (storage.js), each under its name in small
// letters: {name, icon, text, model, effort, rounds}. What one leaves as it is, it does not have. The
// bounds are those of chat/prompts.py. What is read here is untrusted: it may have been edited by hand.
import { whole } from "./characters.js";
import { ALL_CHATS, VERSION } from "./backup.js";
import { promised } from "./storage.js";
import { store } from "./store.js";

export const LONGEST = { name: 60, icon: 10, text: 100_000, model: 200 }; // characters
export const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
export const MOST_ROUNDS = 20;
export const MOST = 100; // prompts
const SILENCE = 5000; // milliseconds after which a write is taken for failed
const STORE = ["prompts"];

const keyOf = ({ name }) => name.toLowerCase();
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
export const titleOf = ({ icon, name }) => [icon, name].filter(Boolean).join(" ");
// The names of what a text is of which it has too much.
export const tooLong = (prompt) =>
  Object.keys(LONGEST).filter((field) => [...(prompt[field] ?? "")].length > LONGEST[field]);

// A prompt as it is kept; null for what is none.
export function checked(value) {
  const texts = {};
  for (const field of Object.keys(LONGEST)) {
    const text = value?.[field] ?? "";
    if (typeof text !== "string") return null;
    const trimmed = whole(text).replaceAll("\0", "").replace(/\r\n?/g, "\n").trim();
    if (trimmed) texts[field] = trimmed;
  }
  if (!texts.name || !texts.text || tooLong(texts).length) return null;
  const { effort, rounds } = value;
  if (EFFORTS.includes(effort)) texts.effort = effort;
  if (Number.isInteger(rounds) && rounds >= 0 && rounds <= MOST_ROUNDS) texts.rounds = rounds;
  return texts;
}

// The name with a number behind it, from the second one on.
function numbered(name, number) {
  const end = number > 1 ? ` (${number})` : "";
  return [...name].slice(0, LONGEST.name - end.length).join("") + end;
}

export class Prompts {
  kept = new Map(); // by their keys
  unkept = new Map(); // what is not written yet: null where it is deleted
  isFailing = false; // what is not written yet could not be
  listeners = new Set();

  // Called with every drawing of the page, where chats are kept.
  start() {
    if (this.isStarted) return;
    this.isStarted = true;
    store.start();
    store.otherTabs?.addEventListener("message", ({ data }) => data.prompts && this.read());
    this.read();
  }

  // All of them, by name. Also those that could not be written.
  get all() {
    const all = new Map([...this.kept, ...this.unkept]);
    const { compare } = new Intl.Collator(document.documentElement.lang || "en", { numeric: true });
    return [...all.values()].filter(Boolean).sort((one, other) => compare(one.name, other.name));
  }

  find(name) {
    return this.all.find((prompt) => keyOf(prompt) === name.toLowerCase());
  }

  tell() {
    for (const listener of this.listeners) listener();
  }

  read() {
    return store.enqueue(async () => {
      const stored = store.database.transaction(STORE).objectStore("prompts");
      const all = (await promised(stored.getAll())).map(checked).filter(Boolean);
      this.kept = new Map(all.map((prompt) => [keyOf(prompt), prompt]));
      this.tell();
    });
  }

  // Seen at once. What cannot be written stays in the page, and is tried again with the next change.
  async write(changes) {
    for (const [key, prompt] of changes) this.unkept.set(key, prompt);
    this.tell();
    await Promise.race([store.enqueue(() => this.writeAll()), pause(SILENCE)]);
    if (this.isFailing === !!this.unkept.size) return;
    this.isFailing = !!this.unkept.size;
    this.tell();
  }

  async writeAll() {
    const written = [...this.unkept];
    try {
      const put = (prompts) => written.forEach(([key, prompt]) => (prompt ? prompts.put(prompt, key) : prompts.delete(key)));
      await store.storage.transact(put, STORE);
    } catch (error) {
      console.warn("The prompts cannot be kept.", error);
      return;
    }
    for (const [key, prompt] of written) {
      if (prompt) this.kept.set(key, prompt);
      else this.kept.delete(key);
      if (this.unkept.get(key) === prompt) this.unkept.delete(key);
    }
    this.isFailing &&= !!this.unkept.size;
    this.tell();
    store.otherTabs?.postMessage({ prompts: true });
  }

  // Keep a prompt, in the place of another one perhaps.
  save(prompt, before) {
    const changes = before && keyOf(before) !== keyOf(prompt) ? [[keyOf(before), null]] : [];
    return this.write([...changes, [keyOf(prompt), prompt]]);
  }

  remove(prompt) {
    return this.write([[keyOf(prompt), null]]);
  }

  // Take in prompts out of a file: how many are new, were there, and could not be. Another one of the same
  // name stands beside it.
  async takeIn(values) {
    const changes = new Map();
    const found = { added: 0, known: 0, left: 0 };
    const before = new Map(this.all.map((prompt) => [keyOf(prompt), prompt]));
    const room = MOST - before.size;
    for (const value of values) {
      const prompt = checked(value);
      const isSame = (other) => JSON.stringify({ ...other, name: "" }) === JSON.stringify({ ...prompt, name: "" });
      for (let number = 1; prompt; number++) {
        const own = { ...prompt, name: numbered(prompt.name, number) };
        const there = changes.get(keyOf(own)) ?? before.get(keyOf(own));
        if (there && !isSame(there)) continue;
        if (there) found.known++;
        else if (changes.size < room) {
          changes.set(keyOf(own), own);
          found.added++;
        } else found.left++;
        break;
      }
      if (!prompt) found.left++;
    }
    if (changes.size) await this.write(changes);
    return found;
  }

  // A file that can be imported here, and where chats can.
  asFile() {
    const whole = { format: ALL_CHATS, version: VERSION, chats: [], prompts: this.all };
    return new Blob([JSON.stringify(whole, null, 1)], { type: "application/json" });
  }
}

// The one of this page.
export const prompts = new Prompts();
