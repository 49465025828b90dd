// The visitor's chats, in this browser's storage and nowhere else: the page's end of it.
//
// The server (chat/keeping/store.py) sends writes, numbered 1, 2, 3 … for each page. What they say of a chat is
// gathered in a draft, and what of a draft is not stored yet is stored with its next write or a
// moment later. So no write is refused: one that fails waits, and one that meets what another tab has
// written meanwhile makes a chat of its own, of which the server hears when it listens again. Only a
// number that never came is asked for.
//
// What the server is told stays in the outbox until it says that it has heard it.

import { bytesAsSent } from "./characters.js";
import { isIdle } from "./selectors.js";
import { Draft, Storage } from "./storage.js";

const PATIENCE = 2000; // milliseconds after which what was sent is sent again, or taken for lost
const SILENCE = 5000; // milliseconds after which a storage that does not answer is said not to
const DRAWING = 200; // milliseconds between two looks whether a page is drawn
const GREETING = 3000; // milliseconds that a greeting waits for a chat in its place

const FAULTS = { QuotaExceededError: "full", TimeoutError: "silent" };

// Even to look at it raises where the browser forbids it.
function sessionStorageOrNone() {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

// Other tabs are not heard where the browser forbids it (Firefox without cookies).
function channelOrNone() {
  try {
    return new BroadcastChannel("chats");
  } catch {
    return null;
  }
}

export class Store {
  // What is not there before something is to be kept.
  isStarted = false;
  // Called with a draft that was stored, and where another chat is shown.
  onStored = () => {};
  onTurned = () => {};

  constructor() {
    this.storage = new Storage();
    this.drafts = new Map(); // chat's id, as the server knows it -> Draft
    this.read = new Map(); // chat's id -> the stamp and the names of what was read last
    this.removed = new Map(); // id of a chat that was deleted -> whether it was shown here
    this.outbox = [];
    this.number = 0; // of the last message
    this.taken = 0; // the number of the last write
  }

  // Nothing is opened, and no other tab heard, where the owner keeps no chats.
  start() {
    if (this.isStarted) return;
    this.isStarted = true;
    this.others = channelOrNone();
    this.others?.addEventListener("message", ({ data }) => this.follow(data));
    this.queue = this.watch(this.connect());
    setInterval(() => this.resend(), PATIENCE);
  }

  receive(writes) {
    this.start();
    this.enqueue(() => this.take(writes));
  }

  async connect() {
    try {
      await this.storage.connect({
        blocked: () => this.fail(new Error("another page holds the database open")),
        reopen: () => (this.queue = this.queue.then(() => this.watch(this.connect()))),
      });
      if (!this.isBehind) this.setFault(null);
      await this.forgetDeleted();
    } catch (error) {
      this.fail(error);
    }
  }

  get database() {
    return this.storage.database;
  }

  // One thing after another, in the order in which it came.
  enqueue(task) {
    const done = () => this.database && this.watch(task());
    this.queue = this.queue.then(done).catch((error) => this.fail(error));
    return this.queue;
  }

  // A storage that says nothing, not even that it fails, is told of while it does.
  async watch(work) {
    const silent = setTimeout(() => this.fault || this.setFault("silent"), SILENCE);
    try {
      const done = await work;
      if (this.fault === "silent" && !this.isBehind) this.setFault(null);
      return done;
    } finally {
      clearTimeout(silent);
    }
  }

  // Whether something was said that is not stored yet.
  get isBehind() {
    return [...this.drafts.values()].some(({ id, unsaved }) => unsaved.size && !this.removed.has(id));
  }

  fail(error) {
    console.warn("The chats cannot be kept.", error);
    this.setFault(FAULTS[error?.name] ?? "forbidden");
  }

  setFault(fault) {
    if ((this.fault ?? null) === fault) return;
    this.fault = fault;
    this.tell({ kind: "fault", fault });
    this.list?.drawFoot(); // the server says it when the answer has ended
  }

  // Called with every drawing of the page.
  serve(data, send) {
    this.start();
    this.send = send;
    if (data.chat !== this.data?.chat) this.onTurned();
    this.data = data;
    if (this.session !== data.session) {
      // A new page, or a server that has started again and knows nothing.
      this.session = data.session;
      this.outbox = [];
      this.fault = this.database === undefined ? this.fault : null;
      if (this.fault) this.tell({ kind: "fault", fault: this.fault });
      document.body.classList.remove("chats-read");
      setTimeout(() => this.reveal(data.session), GREETING); // whatever happens
      this.queue = this.queue.then(() => this.watch(this.begin()));
    } else {
      this.outbox = this.outbox.filter(({ number }) => number > data.received);
      this.rememberShown();
      clearTimeout(this.checking);
      this.checking = setTimeout(() => this.enqueue(() => this.check(data)), PATIENCE);
    }
  }

  tell(message) {
    this.outbox.push({ ...message, number: ++this.number });
    this.post();
  }

  // Once for all that is told at a time: Streamlit (1.67) would send each of them in one message.
  post() {
    this.posted = Date.now();
    this.posting ??= setTimeout(() => {
      this.posting = undefined;
      this.send?.(this.outbox);
    });
  }

  // Show the greeting, or whatever there is.
  reveal(session) {
    if (session === this.session) document.body.classList.add("chats-read");
  }

  // A message is lost where the connection is; while a script runs, it waits.
  resend() {
    if (this.isListening && this.outbox.length && Date.now() - this.posted > PATIENCE) this.post();
  }

  get isListening() {
    return isIdle();
  }

  // Whether the page shows the chat that it is to show, and nothing is under way.
  get isSettled() {
    return this.begun === this.session && !this.isOpening && this.isListening;
  }

  get isOpening() {
    return this.outbox.some(({ kind }) => kind === "opened");
  }

  // The chat that is shown, as it is stored.
  get shown() {
    const chat = this.data?.chat;
    return this.drafts.get(chat)?.id ?? chat;
  }

  rememberShown() {
    if (!this.isOpening) this.remember(this.shown);
  }

  // For a reload of this tab.
  remember(id) {
    try {
      sessionStorageOrNone()?.setItem("chat", id);
    } catch {
      // A reload then opens the chat that was written last.
    }
  }

  // The chat that this tab showed last, or else the one that was written last.
  async begin() {
    const { session } = this;
    try {
      const own = sessionStorageOrNone()?.getItem("chat");
      const chats = this.database ? await this.storage.chats() : [];
      const chat = own ? chats.find(({ id }) => id === own) : chats[0];
      const isOpened = chat && session === this.session && (await this.open(chat.id, "start"));
      if (!isOpened) this.reveal(session);
    } catch (error) {
      this.reveal(session);
      this.fail(error);
    } finally {
      this.begun = session;
    }
  }

  // Hand a chat to the server, with what is not stored yet.
  async open(id, reason) {
    const { chat, names, values } = await this.storage.all(id);
    if (!chat || chat.deleted) return false;
    const records = Object.fromEntries(names.map((name, place) => [name, values[place]]));
    const draft = this.drafts.get(id);
    for (const name of draft?.unsaved ?? [])
      if (draft.records.has(name)) records[name] = draft.records.get(name);
      else delete records[name];
    this.removed.delete(id);
    this.read.set(id, { stamp: chat.stamp, names: Object.keys(records) });
    // One chat at a time is under way, as a message must not become too large.
    const waiting = this.outbox.find(({ kind }) => kind === "opened");
    if (waiting && reason === "followed") {
      if (waiting.chat !== id) return false;
      reason = waiting.reason;
    }
    this.outbox = this.outbox.filter((message) => message !== waiting);
    const json = JSON.stringify(records);
    const isSmall = bytesAsSent(json) <= this.data.largest;
    const got = draft?.stored ?? 0;
    const stamp = String(chat.stamp);
    this.tell({ kind: "opened", reason, chat: id, stamp, got, records: isSmall ? json : null });
    if (isSmall) this.remember(id); // a reload may come before it is shown
    return isSmall;
  }

  // What the server has sent: its last writes, of which most have come before.
  async take(writes) {
    const drafts = new Set();
    for (const write of writes) {
      const { chat, session, number, base } = write;
      if (this.writing !== session) [this.writing, this.taken] = [session, 0];
      if (number <= this.taken) continue;
      if (number > this.taken + 1) this.tell({ kind: "missed", missing: this.taken + 1 });
      this.taken = number;
      let draft = this.drafts.get(chat);
      if (draft?.session !== session || draft.base !== base) {
        const former = draft;
        draft = new Draft(write, this.read.get(chat));
        if (former?.id === chat) {
          // The server has read what was not stored yet, but does not say it again.
          former.unsaved.forEach((name) => {
            draft.unsaved.add(name);
            if (former.records.has(name)) draft.records.set(name, former.records.get(name));
          });
        }
        this.drafts.set(chat, draft);
      }
      draft.take(write);
      drafts.add(draft);
    }
    for (const draft of drafts) await this.store(draft);
  }

  // Whether all has come that the server had sent when it drew the page.
  check({ session, number }) {
    if (session !== this.session) return;
    if (this.writing !== session) [this.writing, this.taken] = [session, 0];
    if (number <= this.taken) return;
    this.tell({ kind: "missed", missing: this.taken + 1 });
    this.taken = number;
  }

  // Store what of a draft is not stored yet.
  async store(draft) {
    if (!draft.unsaved.size || this.removed.has(draft.id)) return;
    let id;
    try {
      id = await this.storage.write(draft);
    } catch (error) {
      clearTimeout(this.retrying);
      this.pause = Math.min(2 * (this.pause ?? PATIENCE / 2), 30 * PATIENCE);
      this.retrying = setTimeout(() => this.storeAll(), this.pause);
      throw error;
    }
    if (!id) return this.lose(draft.id, draft.stored);
    draft.unsaved.clear();
    draft.isWhole = false;
    draft.stored = draft.number;
    if (id !== draft.id) {
      // Another tab has written to it.
      this.tell({ kind: "taken", chat: draft.id, now: id });
      draft.id = id;
      this.drafts.set(id, draft);
    }
    if (id === this.shown) this.rememberShown();
    this.pause = undefined;
    this.setFault(null);
    this.onStored(draft);
    if (!draft.settled) return;
    this.others?.postMessage({ id });
    await this.list?.draw();
  }

  storeAll() {
    new Set(this.drafts.values()).forEach((draft) => this.enqueue(() => this.store(draft)));
  }

  // Another tab has written or deleted: show it here too.
  follow({ id }) {
    this.enqueue(async () => {
      await this.list?.draw();
      const { shown } = this;
      if (!id) await this.forgetDeleted(); // the tab that has deleted may be closed
      if (!shown) return;
      if (id === shown) this.catchUp(id);
      const draft = this.drafts.get(shown);
      if (!draft?.stored && !this.read.has(shown)) return;
      if (!(await this.storage.exists(shown))) this.lose(shown, draft?.stored ?? 0);
      else if (this.removed.has(shown)) await this.regain(shown);
    });
  }

  // A page that is still being drawn has the widgets of before: what it sent of them would look like
  // a change of the visitor's (Streamlit 1.67). So one version after another.
  catchUp(id) {
    clearTimeout(this.catchingUp);
    this.catchingUp = setTimeout(() => {
      if (!this.isListening || this.outbox.length) this.catchUp(id);
      else if (id === this.shown) this.enqueue(() => this.open(id, "followed"));
    }, DRAWING);
  }

  // A chat is deleted. `last` is the number of the last write that is deleted with it.
  lose(id, last) {
    if (this.removed.has(id)) return;
    this.removed.set(id, id === this.shown);
    this.tell({ kind: "removed", chats: [id], last });
  }

  async regain(id) {
    const wasShown = this.removed.get(id);
    this.removed.delete(id);
    const draft = this.drafts.get(id);
    if (draft) await this.store(draft);
    if (wasShown) await this.open(id, "picked");
  }

  async change(ids, changes) {
    await this.storage.change(ids, changes);
    this.others?.postMessage({});
  }

  async remove(ids) {
    ids.forEach((id) => this.lose(id, this.taken));
    await this.change(ids, { deleted: Date.now() });
    await this.forgetDeleted();
  }

  async bringBack(ids) {
    await this.change(ids, { deleted: 0 });
    for (const id of ids) await this.regain(id);
  }

  async forgetDeleted() {
    clearTimeout(this.forgetting);
    const isLeft = await this.storage.forgetDeleted();
    if (isLeft) this.forgetting = setTimeout(() => this.enqueue(() => this.forgetDeleted()), PATIENCE);
    else this.storeAll(); // there may be room now
  }

  async removeAll() {
    const ids = new Set([this.shown, ...(await this.storage.clear())]);
    ids.forEach((id) => this.removed.set(id, false));
    this.tell({ kind: "removed", chats: [...ids], last: this.taken });
    this.others?.postMessage({});
  }
}

// The one of this page.
export const store = new Store();
