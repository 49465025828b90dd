// The visitor's chats, in this browser's storage and nowhere else: the page's end of it.
import { bytesAsSent } from "./characters.js";
import { Drafts } from "./writes.js";
import { Outbox } from "./outbox.js";
import { isIdle } from "./selectors.js";
import { Storage } from "./storage.js";

const PATIENCE = 2000; // milliseconds after which what was sent is taken for lost
const SILENCE = 5000; // milliseconds after which a storage that does not answer is said not to
const DRAWING = 200; // milliseconds between two looks whether a page is drawn
const ENOUGH = 2_000_000; // letters of pictures at a time
const GREETING = 3000; // milliseconds that a greeting waits for a chat in its place

// What an error of the storage means; any other one is "failed".
const FAULTS = {
  QuotaExceededError: "full",
  TimeoutError: "silent",
  SecurityError: "forbidden",
  NotAllowedError: "forbidden",
};

// Even to look at them raises where the browser forbids it (Firefox without cookies).
function orNone(look) {
  try {
    return look();
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
  // Called where what is noted of the chat that is shown is to be kept no more, or from now on.
  onTemporary = () => {};
  storage = new Storage();
  outbox = new Outbox();
  drafts = new Drafts(this);
  read = new Map(); // chat's id -> the stamp and the names of what was read last
  temporaries = new Set(); // ids of chats of which nothing is kept
  removed = new Map(); // id of a chat that was deleted -> whether it was shown here
  started = new Promise((resolve) => (this.hasStarted = resolve));

  // Nothing is opened, and no other tab listened to, where the owner keeps no chats.
  start() {
    if (this.isStarted) return;
    this.isStarted = true;
    this.otherTabs = orNone(() => new BroadcastChannel("chats"));
    this.otherTabs?.addEventListener("message", ({ data }) => this.onChange(data));
    this.queue = this.watch(this.connect());
    this.outbox.start();
    this.hasStarted();
  }

  receive(writes) {
    this.start();
    this.enqueue(() => this.drafts.take(writes));
  }

  async connect() {
    try {
      await this.storage.connect(() => (this.queue = this.queue.then(() => this.watch(this.connect()))));
      if (!this.drafts.isBehind) this.setFault(null);
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

  // While a storage says nothing, not even that it fails, the page says so.
  async watch(work) {
    const silent = setTimeout(() => this.fault || this.setFault("silent"), SILENCE);
    try {
      const done = await work;
      if (this.fault === "silent" && !this.drafts.isBehind) this.setFault(null);
      return done;
    } finally {
      clearTimeout(silent);
    }
  }

  fail(error) {
    console.warn("The chats cannot be kept.", error);
    this.setFault(FAULTS[error?.name] ?? "failed");
  }

  setFault(fault) {
    if ((this.fault ?? null) === fault) return;
    this.fault = fault;
    this.outbox.add({ kind: "fault", fault });
    this.list?.drawFoot(); // the server says it when the answer has ended
  }

  // Called with every drawing of the page.
  serve(data, send) {
    this.start();
    this.outbox.send = send;
    if (data.chat !== this.data?.chat) this.onTurned();
    const wasTemporary = this.isTemporary;
    this.data = data;
    if (data.temporary) this.temporaries.add(data.chat);
    else this.temporaries.delete(data.chat);
    if (this.isTemporary !== wasTemporary) this.onTemporary();
    if (this.session !== data.session) {
      // A new page, or a server that has started again and knows nothing.
      this.session = data.session;
      this.outbox.messages = [];
      this.fault = this.database === undefined ? this.fault : null;
      if (this.fault) this.outbox.add({ kind: "fault", fault: this.fault });
      document.body.classList.remove("chats-read");
      setTimeout(() => this.reveal(data.session), GREETING); // whatever happens
      this.queue = this.queue.then(() => this.watch(this.begin()));
    } else {
      this.outbox.confirm(data.received);
      this.rememberShown();
      clearTimeout(this.checking);
      this.checking = setTimeout(() => this.enqueue(() => this.drafts.check(data)), PATIENCE);
    }
    if (data.wanted.length) this.enqueue(() => this.bring());
  }

  // Show the greeting, or whatever there is.
  reveal(session) {
    if (session === this.session) document.body.classList.add("chats-read");
  }

  // Whether the page shows the chat that it is to show, and nothing is under way.
  get isSettled() {
    return this.begun === this.session && !this.isOpening && isIdle();
  }

  get isOpening() {
    return !!this.outbox.opened;
  }

  // The chat that is shown, as it is stored.
  get shown() {
    const chat = this.data?.chat;
    return this.drafts.get(chat)?.id ?? chat;
  }

  get isTemporary() {
    return this.temporaries.has(this.data?.chat);
  }

  rememberShown() {
    if (!this.isOpening) remember(this.shown);
  }

  // The chat that this tab showed last, or else the one that was written last; none where the page was
  // opened for a new one.
  async begin() {
    const { session } = this;
    let isOpened = false;
    try {
      const own = orNone(() => sessionStorage.getItem("chat"));
      if (this.data.is_new) remember(this.shown); // a reload comes back to it
      const chats = this.database && !this.data.is_new ? await this.storage.chats() : [];
      const [last] = [...chats].sort((a, b) => b.changed - a.changed);
      const chat = own ? chats.find(({ id }) => id === own) : last;
      isOpened = chat && session === this.session && (await this.open(chat.id, "start"));
    } catch (error) {
      this.fail(error);
    }
    if (!isOpened) this.reveal(session);
    this.begun = session;
  }

  // Hand a chat to the server, with what is not stored yet.
  async open(id, reason) {
    const { chat, records: stored } = await this.storage.all(id);
    if (!chat || chat.deleted) return false;
    const records = Object.fromEntries(stored);
    const draft = this.drafts.get(id);
    draft?.addUnsavedTo(records);
    this.removed.delete(id);
    this.read.set(id, { stamp: chat.stamp, names: Object.keys(records) });
    const { opened } = this.outbox;
    if (opened && reason === "followed") {
      if (opened.chat !== id) return false;
      reason = opened.reason;
    }
    const json = JSON.stringify(records);
    const isSmall = bytesAsSent(json) <= this.data.largest;
    const [stamp, got] = [String(chat.stamp), draft?.stored ?? 0];
    this.outbox.open({ reason, chat: id, stamp, got, records: isSmall ? json : null });
    if (isSmall) remember(id); // a reload may come before it is shown
    return isSmall;
  }

  // Hand the server some of the pictures that it wants. The next drawing tells what it wants then.
  async bring() {
    const { chat, wanted, largest } = this.data;
    if (this.outbox.isLoaded) return;
    const draft = this.drafts.get(chat);
    let size = 0;
    for (const hash of wanted) {
      const data = draft?.pictureOf(hash) ?? (await this.storage.picture(draft?.id ?? chat, hash));
      const isFit = typeof data === "string" && bytesAsSent(data) <= largest;
      this.outbox.add({ kind: "picture", chat, hash, data: isFit ? data : null });
      size += isFit ? data.length : 0;
      if (size > ENOUGH) break;
    }
  }

  // Another tab has written to a chat, or deleted some: show it here too.
  onChange({ id }) {
    this.enqueue(async () => {
      await this.list?.draw();
      const { shown } = this;
      if (!id) await this.forgetDeleted(); // the tab that has deleted may be closed
      if (!shown) return;
      if (id === shown) this.catchUp(id);
      const draft = this.drafts.get(shown);
      if (!draft?.stored && !this.read.has(shown)) return;
      if (!(await this.storage.exists(shown))) this.markRemoved(shown, draft?.stored ?? 0);
      else if (this.removed.has(shown)) await this.returnTo(shown);
    });
  }

  // A page that is still being drawn has the widgets of before: what it sent of them would look like
  // a change of the visitor's (Streamlit 1.67). So one version after another.
  catchUp(id) {
    clearTimeout(this.catchingUp);
    this.catchingUp = setTimeout(() => {
      if (!isIdle() || this.outbox.messages.length) this.catchUp(id);
      else if (id === this.shown) this.enqueue(() => this.open(id, "followed"));
    }, DRAWING);
  }

  // A chat is deleted. `last` is the number of the last write that is deleted with it.
  markRemoved(id, last) {
    if (this.removed.has(id)) return;
    this.removed.set(id, id === this.shown);
    this.outbox.add({ kind: "removed", chats: [id], last });
  }

  async returnTo(id) {
    const wasShown = this.removed.get(id);
    this.removed.delete(id);
    const draft = this.drafts.get(id);
    if (draft) await this.drafts.save(draft);
    if (wasShown) await this.open(id, "picked");
  }

  async change(ids, changes) {
    await this.storage.change(ids, changes);
    this.otherTabs?.postMessage({});
  }

  async remove(ids) {
    ids.forEach((id) => this.markRemoved(id, this.drafts.taken));
    await this.change(ids, { deleted: Date.now() });
    await this.forgetDeleted();
  }

  async bringBack(ids) {
    await this.change(ids, { deleted: 0 });
    for (const id of ids) await this.returnTo(id);
  }

  async forgetDeleted() {
    clearTimeout(this.forgetting);
    const isLeft = await this.storage.forgetDeleted();
    if (isLeft) this.forgetting = setTimeout(() => this.enqueue(() => this.forgetDeleted()), PATIENCE);
    else this.drafts.saveAll(); // there may be room now
  }

  async removeAll() {
    const ids = new Set([this.shown, ...(await this.storage.clear())]);
    ids.forEach((id) => this.removed.set(id, false));
    this.outbox.add({ kind: "removed", chats: [...ids], last: this.drafts.taken });
    this.otherTabs?.postMessage({});
  }
}

// For a reload of this tab, which otherwise opens the chat that was written last.
function remember(id) {
  orNone(() => sessionStorage.setItem("chat", id));
}

// The one of this page.
export const store = new Store();
