// The visitor's chats, in this browser's IndexedDB and nowhere else.
//
//   chats     {id, title, name, created, changed, stamp, deleted}
//   records   [chat's id, record's name] -> what chat/records.py made of it
//
// The server (store.py) sends writes, numbered 1, 2, 3 … for each page. What they say of a chat is
// gathered in a draft, and what of a draft is not stored yet is stored with its next write or a
// moment later. So no write is refused: one that fails waits, and one that meets what another tab has
// written meanwhile makes a chat of its own, of which the server hears when it listens again. Only a
// number that never came is asked for.
//
// What the server is told stays in the outbox until it says that it has heard it.
//
// Sent with every run of the script, and run once, so that this text, which never changes, is cached.
if (!window.chatStore) {
  const DATABASE = "chat-transcripts";
  const STORES = { chats: { keyPath: "id" }, records: {} };
  const FORGET_AFTER = 8000; // milliseconds in which a deleted chat can be had back
  const PATIENCE = 2000; // milliseconds after which what was sent is sent again, or taken for lost
  const DRAWING = 200; // milliseconds between two looks whether a page is drawn
  // Streamlit 1.67 closes the connection at a message of 25 MB (server.maxWidgetStateSize).
  const LARGEST = 20_000_000;

  const promised = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const isOf = (session, stamp) => String(stamp).startsWith(`${session} `);
  const recordsOf = (id) => IDBKeyRange.bound([id], [id, []]);
  const isId = (id) => /^[0-9a-f]{32}$/.test(id);
  const words = (value) => (typeof value === "string" ? value : "");

  // crypto.randomUUID is not there without HTTPS.
  const newId = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  // Even to look at it raises where the browser forbids it.
  function sessionStorageOrNone() {
    try {
      return window.sessionStorage;
    } catch {
      return null;
    }
  }

  // Other pages of this host may have made a database of this name: what is in it stays.
  async function opened(version) {
    const request = indexedDB.open(DATABASE, version);
    request.onupgradeneeded = () => {
      for (const [name, options] of Object.entries(STORES))
        if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name, options);
    };
    const blocked = new Promise((_, reject) => {
      request.onblocked = () => reject(new Error("another page holds the database open"));
    });
    const database = await Promise.race([promised(request), blocked]);
    if (Object.keys(STORES).every((name) => database.objectStoreNames.contains(name))) return database;
    database.close();
    return opened(database.version + 1);
  }

  // What one page has said of a chat. `base` is the stamp of what its server has read.
  class Draft {
    constructor({ chat, session, base }, read) {
      this.id = chat;
      this.session = session;
      this.base = base;
      this.records = new Map(); // what was said, by the records' names
      this.unsaved = new Set(); // the names of what is not stored yet
      this.names = read?.stamp === base ? new Set(read.names) : null; // of what the server has read
      this.isWhole = false; // nothing else is to remain of the chat
      this.number = 0; // of the last write
      this.stored = 0; // the number of the last write that is stored
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
  }

  class Store {
    constructor() {
      this.drafts = new Map(); // chat's id, as the server knows it -> Draft
      this.read = new Map(); // chat's id -> the stamp and the names of what was read last
      this.removed = new Map(); // id of a chat that was deleted -> whether it was shown here
      this.outbox = [];
      this.number = 0; // of the last message
      this.taken = 0; // the number of the last write
      this.others = "BroadcastChannel" in window ? new BroadcastChannel("chats") : null;
      this.others?.addEventListener("message", ({ data }) => this.follow(data));
      const waiting = window.chatWrites ?? [];
      window.chatWrites = { push: (writes) => this.enqueue(() => this.take(writes)) };
      this.queue = this.connect();
      waiting.forEach(window.chatWrites.push);
      setInterval(() => this.resend(), PATIENCE);
    }

    async connect() {
      try {
        const database = await opened();
        // Closed by the browser, or for another page; then it is opened again.
        database.onversionchange = () => {
          database.close();
          database.onclose();
        };
        database.onclose = () => (this.queue = this.queue.then(() => this.connect()));
        this.database = database;
        await this.forgetDeleted();
      } catch (error) {
        this.fail(error);
      }
    }

    // One thing after another, in the order in which it came.
    enqueue(task) {
      this.queue = this.queue.then(() => this.database && task()).catch((error) => this.fail(error));
      return this.queue;
    }

    fail(error) {
      console.warn("The chats cannot be kept.", error);
      this.setFault(error?.name === "QuotaExceededError" ? "full" : "forbidden");
    }

    setFault(fault) {
      if ((this.fault ?? null) === fault) return;
      this.fault = fault;
      this.tell({ kind: "fault", fault });
      this.list?.drawFoot(); // the server says it when the answer has ended
    }

    // All of the work or, where anything fails, nothing of it.
    async transact(work) {
      const transaction = this.database.transaction(["chats", "records"], "readwrite");
      const finished = new Promise((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
      });
      finished.catch(() => {}); // it is awaited below
      try {
        await work(transaction.objectStore("chats"), transaction.objectStore("records"));
      } catch (error) {
        if (transaction.error) throw transaction.error;
        transaction.abort();
        throw error;
      }
      await finished;
    }

    // The server

    // Called with every drawing of the page.
    serve(data, send) {
      this.send = send;
      this.data = data;
      if (this.session !== data.session) {
        // A new page, or a server that has started again and knows nothing.
        this.session = data.session;
        this.outbox = [];
        this.fault = this.database === undefined ? this.fault : null;
        document.body.classList.remove("chats-read");
        this.queue = this.queue.then(() => this.begin());
      } else {
        this.outbox = this.outbox.filter(({ number }) => number > data.heard);
        this.remember();
        clearTimeout(this.checking);
        this.checking = setTimeout(() => this.enqueue(() => this.check(data)), PATIENCE);
      }
    }

    tell(message) {
      this.outbox.push({ ...message, number: ++this.number });
      this.post();
    }

    post() {
      this.posted = Date.now();
      this.send?.(this.outbox);
    }

    // A message is lost where the connection is; while a script runs, it waits.
    resend() {
      if (this.isListening && this.outbox.length && Date.now() - this.posted > PATIENCE) this.post();
    }

    get isListening() {
      const { testConnectionState, testScriptState } = document.querySelector('[data-testid="stApp"]').dataset;
      return testConnectionState === "CONNECTED" && testScriptState === "notRunning";
    }

    // Under which id a chat of the server's is stored.
    idOf(chat) {
      return this.drafts.get(chat)?.id ?? chat;
    }

    get isOpening() {
      return this.outbox.some(({ kind }) => kind === "opened");
    }

    get shown() {
      return this.idOf(this.data?.chat);
    }

    // For a reload of this tab.
    remember() {
      try {
        sessionStorageOrNone()?.setItem("chat", this.shown);
      } catch {
        // A reload then opens the chat that was written last.
      }
    }

    // The chat that this tab showed last, or else the one that was written last.
    async begin() {
      const { session } = this;
      const reveal = () => document.body.classList.add("chats-read");
      if (this.fault) this.tell({ kind: "fault", fault: this.fault });
      try {
        const own = sessionStorageOrNone()?.getItem("chat");
        const chats = this.database ? await this.chats() : [];
        const chat = own ? chats.find(({ id }) => id === own) : chats[0];
        const isOpened = chat && session === this.session && (await this.open(chat.id, "start"));
        if (!isOpened) reveal();
        setTimeout(reveal, 3000); // whatever happens
      } catch (error) {
        reveal();
        this.fail(error);
      }
    }

    // Hand a chat to the server, with what is not stored yet.
    async open(id, reason) {
      const { chat, names, values } = await this.all(id);
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
      const isSmall = json.length < LARGEST / 8 || new Blob([JSON.stringify(json)]).size < LARGEST;
      const got = draft?.stored ?? 0;
      const stamp = String(chat.stamp);
      this.tell({ kind: "opened", reason, chat: id, stamp, got, records: isSmall ? json : null });
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

    // The storage

    // Store what of a draft is not stored yet; under a new id where another tab has written.
    async store(draft) {
      if (!draft.unsaved.size || this.removed.has(draft.id)) return;
      const { session, base, number, records } = draft;
      let { id } = draft;
      let isGone = false;
      try {
        await this.transact(async (chats, stored) => {
          const before = await promised(chats.get(id));
          isGone = before ? !!before.deleted : !!(base || draft.stored);
          if (isGone) return;
          const isOthers = before && String(before.stamp) !== base && !isOf(session, before.stamp);
          if (isOthers) {
            id = newId();
            await this.copy(stored, draft, id);
          } else if (draft.isWhole) stored.delete(recordsOf(id));
          for (const name of isOthers || draft.isWhole ? records.keys() : draft.unsaved)
            if (records.has(name)) stored.put(records.get(name), [id, name]);
            else stored.delete([id, name]);
          const [now, stamp, { title }] = [Date.now(), `${session} ${number}`, draft];
          const name = before?.name || draft.name;
          chats.put({ created: now, ...before, id, title, name, changed: now, stamp, deleted: 0 });
        });
      } catch (error) {
        clearTimeout(this.retrying);
        this.pause = Math.min(2 * (this.pause ?? PATIENCE / 2), 30 * PATIENCE);
        this.retrying = setTimeout(() => this.storeAll(), this.pause);
        throw error;
      }
      if (isGone) return this.lose(id, draft.stored);
      draft.unsaved.clear();
      draft.isWhole = false;
      draft.stored = number;
      if (id !== draft.id) {
        this.tell({ kind: "taken", chat: draft.id, now: id });
        draft.id = id;
        this.drafts.set(id, draft);
      }
      if (id === this.shown) this.remember();
      this.pause = undefined;
      this.setFault(null);
      if (!draft.settled) return;
      this.others?.postMessage({ id });
      await this.list?.draw();
    }

    storeAll() {
      new Set(this.drafts.values()).forEach((draft) => this.enqueue(() => this.store(draft)));
    }

    // What the server has read of a chat, and another tab has not taken away since.
    async copy(stored, draft, id) {
      const range = recordsOf(draft.id);
      const [keys, values] = await Promise.all([stored.getAllKeys(range), stored.getAll(range)].map(promised));
      keys.forEach(([, name], place) => {
        const isKnown = !draft.isWhole && (draft.names?.has(name) ?? true);
        if (isKnown && !draft.unsaved.has(name)) stored.put(values[place], [id, name]);
      });
    }

    async all(id) {
      const transaction = this.database.transaction(["chats", "records"]);
      const [chats, records] = [transaction.objectStore("chats"), transaction.objectStore("records")];
      const requests = [chats.get(id), records.getAllKeys(recordsOf(id)), records.getAll(recordsOf(id))];
      const [chat, keys, values] = await Promise.all(requests.map(promised));
      return { chat, names: keys.map(([, name]) => String(name)), values };
    }

    // All chats, the one that was written last first. What is in the storage may have been edited.
    async chats() {
      const all = await promised(this.database.transaction("chats").objectStore("chats").getAll());
      const now = Date.now();
      return all
        .filter(({ id, deleted }) => isId(id) && !deleted)
        .map(({ id, title, name, changed }) => {
          const time = Number.isFinite(changed) ? Math.min(Math.max(changed, 0), now) : 0;
          return { id, title: words(title), name: words(name), changed: time };
        })
        .sort((a, b) => b.changed - a.changed);
    }

    // Another tab has written or deleted: show it here too.
    follow({ id }) {
      this.enqueue(async () => {
        await this.list?.draw();
        const { shown } = this;
        if (!shown) return;
        if (id === shown) this.catchUp(id);
        const draft = this.drafts.get(shown);
        if (!draft?.stored && !this.read.has(shown)) return;
        const request = this.database.transaction("chats").objectStore("chats").get(shown);
        const chat = await promised(request);
        if (!chat || chat.deleted) this.lose(shown, draft?.stored ?? 0);
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

    // Change what is known of chats, and nothing of what was said in them.
    async change(ids, changes) {
      await this.transact(async (chats) => {
        for (const id of ids) {
          const chat = await promised(chats.get(id));
          if (chat) chats.put({ ...chat, ...changes });
        }
      });
      this.others?.postMessage({});
    }

    async remove(ids) {
      ids.forEach((id) => this.lose(id, this.taken));
      await this.change(ids, { deleted: Date.now() });
      setTimeout(() => this.enqueue(() => this.forgetDeleted()), FORGET_AFTER);
    }

    async bringBack(ids) {
      await this.change(ids, { deleted: 0 });
      for (const id of ids) await this.regain(id);
    }

    // Delete what was deleted long enough ago, and come back for the rest.
    async forgetDeleted() {
      let isLeft = false;
      await this.transact(async (chats, records) => {
        for (const { id, deleted } of await promised(chats.getAll()))
          if (deleted && Math.abs(Date.now() - deleted) < FORGET_AFTER) isLeft = true;
          else if (deleted) {
            chats.delete(id);
            records.delete(recordsOf(id));
            this.drafts.delete(id);
          }
      });
      if (isLeft) setTimeout(() => this.enqueue(() => this.forgetDeleted()), PATIENCE);
      else this.storeAll(); // there may be room now
    }

    async removeAll() {
      const ids = new Set([this.shown]);
      await this.transact(async (chats, records) => {
        for (const id of await promised(chats.getAllKeys())) if (isId(id)) ids.add(id);
        chats.clear();
        records.clear();
      });
      ids.forEach((id) => this.removed.set(id, false));
      this.tell({ kind: "removed", chats: [...ids], last: this.taken });
      this.others?.postMessage({});
    }

    // The ids of the chats in which this was said. A chat at a time, and outside the queue: what is
    // written meanwhile does not wait.
    async search(sought, isOutdated) {
      const found = new Set();
      for (const { id } of await this.chats()) {
        if (isOutdated()) break;
        const { names, values } = await this.all(id);
        const isFound = names.some((name, place) => {
          const value = values[place];
          const text = name.startsWith("question/") ? value : name.startsWith("answer/") && value?.text;
          return typeof text === "string" && text.toLowerCase().includes(sought);
        });
        if (isFound) found.add(id);
      }
      return found;
    }
  }

  window.chatStore = new Store();
}
