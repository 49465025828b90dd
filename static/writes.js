// What the server writes of the chats. It sends its writes (chat/keeping/messages.py) numbered 1, 2, 3 …
// for each page. What they say of a chat is gathered in a draft, and what of a draft is not stored yet
// is stored with its next write or a moment later. So no write is refused: one that fails waits, and one
// that meets what another tab has written meanwhile makes a chat of its own, whose id the server is
// sent. Only a number that never came is asked for.

import { isPicture, pictureName } from "./storage.js";

const [SOON, LATER] = [2000, 60_000]; // milliseconds after which what failed is tried again

// What one page has said of a chat. `base` is the stamp of what its server has read.
export class Draft {
  constructor({ chat, session, base }, read, before) {
    this.id = chat;
    this.session = session;
    this.base = base;
    this.records = new Map(); // what was said, by the records' names
    this.unsaved = new Set(); // the names of what is not stored yet
    this.names = read?.stamp === base ? new Set(read.names) : null; // of what the server has read
    this.isWhole = false; // nothing else is to remain of the chat
    this.number = 0; // of the last write
    this.stored = 0; // the number of the last write that is stored
    // The server has read what was not stored yet of the draft before, but does not say it again.
    if (before?.id !== chat) return;
    for (const name of before.unsaved) {
      this.unsaved.add(name);
      if (before.records.has(name)) this.records.set(name, before.records.get(name));
    }
  }

  take({ number, whole, put, drop, title, name, settled }) {
    Object.assign(this, { number, title, name, settled });
    if (whole) {
      this.isWhole = true;
      this.names = new Set();
      this.records.clear();
      this.unsaved.clear();
    }
    for (const name of drop) {
      this.records.delete(name);
      this.names?.delete(name);
      this.unsaved.add(name);
    }
    for (const [name, record] of Object.entries(put)) {
      this.records.set(name, record);
      this.unsaved.add(name);
    }
  }

  hasStored() {
    for (const name of this.unsaved) if (isPicture(name)) this.records.delete(name); // which are large
    this.unsaved.clear();
    this.isWhole = false;
    this.stored = this.number;
  }

  // The bytes of a picture that are not stored yet.
  pictureOf(hash) {
    return this.records.get(pictureName(hash));
  }

  // As `Storage.all` has them.
  addUnsavedTo(records) {
    for (const name of this.unsaved)
      if (this.records.has(name)) records[name] = isPicture(name) ? null : this.records.get(name);
      else delete records[name];
  }
}

export class Drafts {
  drafts = new Map(); // chat's id, as the server knows it -> Draft
  taken = 0; // the number of the last write

  constructor(store) {
    this.store = store;
  }

  get(chat) {
    return this.drafts.get(chat);
  }

  // Whether something was said that is not stored yet.
  get isBehind() {
    const { removed } = this.store;
    return [...this.drafts.values()].some(({ id, unsaved }) => unsaved.size && !removed.has(id));
  }

  // Whether a write did not come yet. Each session numbers its own.
  isNew({ session, number }) {
    if (this.writing !== session) [this.writing, this.taken] = [session, 0];
    return number > this.taken;
  }

  // What the server has sent: its last writes, of which most have come before.
  async take(writes) {
    const drafts = new Set();
    for (const write of writes) {
      if (!this.isNew(write)) continue;
      const { chat, session, number, base } = write;
      if (number > this.taken + 1) this.ask();
      this.taken = number;
      let draft = this.drafts.get(chat);
      if (draft?.session !== session || draft.base !== base) {
        draft = new Draft(write, this.store.read.get(chat), draft);
        this.drafts.set(chat, draft);
      }
      draft.take(write);
      drafts.add(draft);
    }
    for (const draft of drafts) await this.save(draft);
  }

  // Whether all has come that the server had sent when it drew the page.
  check(data) {
    if (data.session !== this.store.session || !this.isNew(data)) return;
    this.ask();
    this.taken = data.number;
  }

  ask() {
    this.store.outbox.add({ kind: "missed", missing: this.taken + 1 });
  }

  // Store what of a draft is not stored yet.
  async save(draft) {
    const { store } = this;
    if (!draft.unsaved.size || store.removed.has(draft.id)) return;
    let id;
    try {
      id = await store.storage.write(draft);
    } catch (error) {
      clearTimeout(this.retrying);
      this.pause = Math.min(2 * (this.pause ?? SOON / 2), LATER);
      this.retrying = setTimeout(() => this.saveAll(), this.pause);
      throw error;
    }
    if (!id) return store.markRemoved(draft.id, draft.stored);
    const isFirst = !draft.stored;
    draft.hasStored();
    if (id !== draft.id) {
      // Another tab has written to it.
      store.outbox.add({ kind: "taken", chat: draft.id, now: id });
      draft.id = id;
      this.drafts.set(id, draft);
    }
    if (id === store.shown) store.rememberShown();
    this.pause = undefined;
    store.setFault(null);
    store.onStored(draft);
    if (draft.settled) store.otherTabs?.postMessage({ id });
    if (draft.settled || isFirst) await store.list?.draw();
  }

  saveAll() {
    new Set(this.drafts.values()).forEach((draft) => this.store.enqueue(() => this.save(draft)));
  }
}
