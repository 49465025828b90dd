// The files that wait for a question, noted in the browser's storage: after a reload of the tab they are
// where they were. Nothing is noted where no chats are kept, or not the one that is shown (store.js).
import { newId } from "./storage.js";
import { store } from "./store.js";

const PATIENCE = 3000; // milliseconds that a question waits for what was noted
const DAY = 24 * 60 * 60 * 1000; // milliseconds after which a tab is taken for closed

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// The name of what this tab has noted. Names sort by their time.
const nameOf = (time) => String(time).padStart(15, "0");
function named() {
  try {
    return sessionStorage.getItem("waiting");
  } catch {
    return null; // the browser forbids it
  }
}
function rename(name) {
  try {
    if (name) sessionStorage.setItem("waiting", name);
    else sessionStorage.removeItem("waiting");
  } catch {
    // It is not noted, as nothing is.
  }
}

export class Waiting {
  places = new Map(); // id -> place, of what is noted now
  isAwaited = !!named(); // whether there may be files that are not read yet
  place = 0;

  // A storage that is full or silent fails nothing: the files are on the page.
  async change(work) {
    await store.enqueue(() => work(store.storage).catch(() => {}));
  }

  put(id, message) {
    if (!store.isStarted || store.isTemporary) return;
    const name = named() ?? `${nameOf(Date.now())} ${newId()}`;
    rename(name);
    // Where it is noted anew, once it was read, its place stays.
    const place = this.places.get(id) ?? (this.place += 1);
    this.places.set(id, place);
    this.change(async (storage) => this.places.has(id) && storage.putWaiting(name, id, { place, message }));
  }

  drop(id) {
    const name = named();
    if (!this.places.delete(id) || !name) return;
    if (!this.places.size && !this.isAwaited) rename(null);
    this.change((storage) => storage.dropWaiting(name, id));
  }

  // The messages that were noted, in their order, however late they come. Untrusted.
  async read() {
    const name = named();
    pause(PATIENCE).then(() => (this.isAwaited = false));
    await store.started;
    let noted = [];
    await this.change(async (storage) => {
      if (name) noted = await storage.waiting(name);
      await storage.forgetWaiting(nameOf(Date.now() - DAY));
    });
    const valid = noted
      .sort((a, b) => a.place - b.place)
      .filter(({ message }) => typeof message?.id === "string" && typeof message.name === "string");
    for (const { place, message } of valid) this.places.set(message.id, place);
    this.place = Math.max(this.place, noted.length ? noted.at(-1).place : 0);
    this.isAwaited = false;
    return valid.map(({ message }) => message);
  }
}
