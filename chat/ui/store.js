// The visitor's chats, in this browser's IndexedDB and nowhere else.
//
//   chats     {id, title, name, created, changed, stamp, deleted}
//   records   [chat's id, record's name] -> what chat/records.py made of it
//
// The server sends writes (window.chatWrites), each with a stamp of its own ("session number"), and
// with the stamp of the write that it builds on. One that does not fit is not done; the server hears
// of it and writes the chat anew, or under another id where another tab has written to it meanwhile.
// Sent with every run of the script, and run once. The component that Streamlit mounts (store.py) only
// hands over what the server says; so this text, which never changes, is cached by the browser.
if (!window.serveChats) {
  const DATABASE = "chat";
  const VERSION = 1;
  const FORGET_AFTER = 8000; // milliseconds in which a deleted chat can be had back
  const SEARCH_FROM = 6; // chats

  const promised = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const done = (transaction) =>
    new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
  const isOf = (session, { stamp }) => String(stamp).startsWith(session);
  const recordsOf = (id) => IDBKeyRange.bound([id], [id, []]);

  async function opened() {
    const request = indexedDB.open(DATABASE, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("chats", { keyPath: "id" });
      request.result.createObjectStore("records");
    };
    const database = await promised(request);
    if (["chats", "records"].every((name) => database.objectStoreNames.contains(name))) return database;
    database.close(); // somebody else made it
    await promised(indexedDB.deleteDatabase(DATABASE));
    return opened();
  }

  class Store {
    constructor() {
      this.known = new Map(); // chat's id -> its stamp when this page wrote or read it last
      this.seen = new Set(); // the stamps of the writes that came
      this.removed = new Set(); // deleted here: what the server still writes of them is let go
      this.outbox = []; // what the server has not heard yet
      this.number = 0;
      this.others = "BroadcastChannel" in window ? new BroadcastChannel("chats") : null;
      this.others?.addEventListener("message", ({ data }) => this.follow(data));
      const waiting = window.chatWrites ?? [];
      window.chatWrites = { push: (write) => this.enqueue(() => this.write(write)) };
      this.queue = opened().then(
        async (database) => {
          this.database = database;
          database.onversionchange = () => database.close();
          await this.forgetDeleted();
        },
        (error) => this.fail(error),
      );
      waiting.forEach((write) => window.chatWrites.push(write));
    }

    // One thing after another, in the order in which it came.
    enqueue(task) {
      this.queue = this.queue.then(() => this.database && task()).catch((error) => this.fail(error));
      return this.queue;
    }

    fail(error) {
      console.warn("The chats cannot be kept.", error);
      const isFull = error?.name === "QuotaExceededError";
      this.setFault(isFull ? "full" : "forbidden");
    }

    setFault(fault) {
      if (this.fault === fault) return;
      this.fault = fault;
      this.tell({ kind: "fault", fault });
    }

    // Called with every drawing of the page.
    serve(data, element, send) {
      this.send = send;
      this.data = data;
      if (this.session !== data.session) {
        // A new page, or a server that has started again and knows nothing.
        this.session = data.session;
        this.outbox = [];
        this.fault = this.database === undefined ? this.fault : undefined;
        document.body.classList.remove("chats-read");
        this.queue = this.queue.then(() => this.begin());
      } else {
        this.outbox = this.outbox.filter(({ number }) => number > data.heard);
        sessionStorageOrNone()?.setItem("chat", data.chat);
        this.enqueue(() => this.check(data));
      }
      if (this.element !== element) {
        this.element = element;
        this.list = new List(this, element, data.words);
      }
      this.enqueue(() => this.list.draw());
    }

    tell(message) {
      const { kind, chat } = message;
      const isSaid = (said) => said.kind === kind && said.chat === chat;
      if ((kind === "missed" || kind === "taken") && this.outbox.some(isSaid)) return;
      this.outbox.push({ ...message, number: ++this.number });
      this.send?.(this.outbox);
    }

    // The chat that this tab showed last, or else the one that was written last.
    async begin() {
      const { session } = this;
      const reveal = () => document.body.classList.add("chats-read");
      if (this.fault !== undefined) {
        this.outbox = [];
        this.tell({ kind: "fault", fault: this.fault });
      }
      try {
        const own = sessionStorageOrNone()?.getItem("chat");
        const chats = this.database ? await this.chats() : [];
        const chat = own ? chats.find(({ id }) => id === own) : chats[0];
        if (chat && session === this.session) await this.open(chat.id, "start");
        else reveal();
        setTimeout(reveal, 3000); // whatever happens
      } catch (error) {
        reveal();
        this.fail(error);
      }
    }

    // All chats, the one that was written last first.
    async chats() {
      const all = await promised(this.database.transaction("chats").objectStore("chats").getAll());
      return all.filter(({ deleted }) => !deleted).sort((a, b) => (b.changed > a.changed ? 1 : -1));
    }

    async open(id, reason) {
      const transaction = this.database.transaction(["chats", "records"]);
      const records = transaction.objectStore("records");
      const [chat, names, values] = await Promise.all([
        promised(transaction.objectStore("chats").get(id)),
        promised(records.getAllKeys(recordsOf(id))),
        promised(records.getAll(recordsOf(id))),
      ]);
      if (!chat || chat.deleted) return;
      const whole = Object.fromEntries(names.map(([, name], place) => [name, values[place]]));
      const mine = this.known.get(id) ?? "";
      this.known.set(id, chat.stamp);
      this.tell({
        kind: "opened",
        reason,
        chat: id,
        stamp: chat.stamp,
        mine,
        records: JSON.stringify(whole),
      });
    }

    async write({ chat: id, session, base, stamp, whole, settled, title, name, put, drop }) {
      if (this.removed.has(id) || this.seen.has(stamp)) return; // React draws some things twice
      this.seen.add(stamp);
      const transaction = this.database.transaction(["chats", "records"], "readwrite");
      const [chats, records] = ["chats", "records"].map((name) => transaction.objectStore(name));
      const finished = done(transaction);
      finished.catch(() => {}); // it is awaited below
      const before = await promised(chats.get(id));
      const isNext = before?.stamp === base;
      const isOthers = before && !isNext && !isOf(session, before);
      if (isOthers || !(isNext || whole)) {
        transaction.abort();
        this.tell({ kind: isOthers ? "taken" : "missed", chat: id });
        return;
      }
      if (whole) records.delete(recordsOf(id));
      else drop.forEach((name) => records.delete([id, name]));
      Object.entries(put).forEach(([name, record]) => records.put(record, [id, name]));
      const now = Date.now();
      const given = before?.name || name;
      chats.put({ created: now, ...before, id, title, name: given, changed: now, stamp, deleted: 0 });
      await finished;
      this.known.set(id, stamp);
      if (this.fault === "full") this.setFault(null);
      if (!settled) return;
      this.others?.postMessage({ id });
      await this.list?.draw();
    }

    // Whether all that the server has sent has come.
    async check({ chat: id, stamp }) {
      if (!stamp || this.fault || this.removed.has(id)) return;
      const stored = await promised(this.database.transaction("chats").objectStore("chats").get(id));
      if (!stored || (stored.stamp !== stamp && isOf(this.session, stored)))
        this.tell({ kind: "missed", chat: id });
    }

    // Another tab has written or deleted: show it here too.
    follow({ id }) {
      this.enqueue(async () => {
        await this.list?.draw();
        const current = this.data?.chat;
        if (id === current) await this.open(id, "followed");
        if (!this.known.has(current) || (await this.chats()).some((chat) => chat.id === current)) return;
        this.removed.add(current);
        this.tell({ kind: "removed", chat: current });
      });
    }

    // Change what is known of chats, and nothing of what was said in them.
    async change(ids, changes) {
      const transaction = this.database.transaction("chats", "readwrite");
      const chats = transaction.objectStore("chats");
      for (const id of ids) {
        const chat = await promised(chats.get(id));
        if (chat) chats.put({ ...chat, ...changes });
      }
      await done(transaction);
      this.others?.postMessage({});
    }

    async remove(id) {
      this.removed.add(id);
      await this.change([id], { deleted: Date.now() });
      if (id === this.data.chat) this.tell({ kind: "removed", chat: id });
      setTimeout(() => this.enqueue(() => this.forgetDeleted()), FORGET_AFTER + 100);
    }

    async bringBack(id) {
      this.removed.delete(id);
      await this.change([id], { deleted: 0 });
      await this.open(id, "picked");
    }

    async forgetDeleted() {
      const transaction = this.database.transaction(["chats", "records"], "readwrite");
      const chats = transaction.objectStore("chats");
      const finished = done(transaction);
      finished.catch(() => {});
      for (const { id, deleted } of await promised(chats.getAll()))
        if (deleted && Date.now() - deleted >= FORGET_AFTER) {
          chats.delete(id);
          transaction.objectStore("records").delete(recordsOf(id));
        }
      await finished;
    }

    async removeAll() {
      const transaction = this.database.transaction(["chats", "records"], "readwrite");
      const chats = transaction.objectStore("chats");
      for (const id of await promised(chats.getAllKeys())) this.removed.add(id);
      chats.clear();
      transaction.objectStore("records").clear();
      await done(transaction);
      this.others?.postMessage({});
      this.tell({ kind: "removed", chat: this.data.chat });
    }

    // The ids of the chats in which this was said.
    async search(words) {
      const found = new Set();
      const request = this.database.transaction("records").objectStore("records").openCursor();
      await new Promise((resolve, reject) => {
        request.onerror = () => reject(request.error);
        request.onsuccess = ({ target: { result: cursor } }) => {
          if (!cursor) return resolve();
          const [id, name] = cursor.key;
          const { value } = cursor;
          const text = name.startsWith("question/") ? value : name.startsWith("answer/") && value?.text;
          if (typeof text === "string" && text.toLowerCase().includes(words)) found.add(id);
          cursor.continue();
        };
      });
      return found;
    }
  }

  // The list of the chats in the sidebar. Whatever a chat says is set as text, never as markup.
  class List {
    constructor(store, element, words) {
      this.store = store;
      this.words = words;
      element.replaceChildren(
        tag("section", { className: "chats", ariaLabel: words.chats }, [
          tag("h4", {}, [words.chats]),
          (this.search = tag("input", {
            type: "search",
            placeholder: words.search,
            ariaLabel: words.search,
            hidden: true,
            oninput: () => this.redraw(),
          })),
          (this.undo = tag("p", { className: "undo", role: "status", hidden: true })),
          (this.body = tag("div", { className: "list" })),
          (this.foot = tag("p", { className: "foot" })),
        ]),
      );
    }

    redraw() {
      return this.store.enqueue(() => this.draw());
    }

    async draw() {
      const { store, words } = this;
      if (this.body.querySelector("input")) return; // a name is being written
      const all = await store.chats();
      const sought = this.search.value.trim().toLowerCase();
      const saying = sought ? await store.search(sought) : null;
      const shown = sought
        ? all.filter((chat) => named(chat).toLowerCase().includes(sought) || saying.has(chat.id))
        : all;
      this.search.hidden = all.length < SEARCH_FROM && !sought;
      const groups = Map.groupBy(shown, ({ changed }) => dayOf(changed, words));
      const scrolled = this.body.scrollTop;
      this.body.replaceChildren(
        ...[...groups].flatMap(([day, chats]) => [
          tag("h5", {}, [day]),
          tag("ul", {}, chats.map((chat) => this.item(chat))),
        ]),
        ...(sought && !shown.length ? [tag("p", {}, [words.none])] : []),
      );
      this.body.scrollTop = scrolled;
      this.foot.replaceChildren(words.kept, " ", ...(all.length ? [this.removeAll()] : []));
    }

    item(chat) {
      const { store, words } = this;
      const name = named(chat);
      const isCurrent = chat.id === store.data.chat;
      const item = tag("li", { className: isCurrent ? "current" : "" }, [
        tag("button", {
          className: "open",
          textContent: name,
          title: name,
          ariaCurrent: isCurrent,
          onclick: () => {
            if (chat.id === store.data.chat) return;
            item.classList.add("opening");
            store.enqueue(() => store.open(chat.id, "picked"));
          },
        }),
        icon("edit", `${words.rename}: ${name}`, () => this.rename(item, chat)),
        icon("delete", `${words.remove}: ${name}`, () => {
          store.enqueue(() => store.remove(chat.id));
          this.redraw();
          this.offerUndo(chat.id);
        }),
      ]);
      return item;
    }

    rename(item, chat) {
      const finish = (name) => {
        item.replaceChildren(); // so that the list is drawn again
        if (name?.trim()) this.store.enqueue(() => this.store.change([chat.id], { name: name.trim() }));
        this.redraw();
      };
      const field = tag("input", {
        value: named(chat),
        ariaLabel: this.words.rename,
        maxLength: 120,
        onblur: () => field.isConnected && finish(field.value),
        onkeydown: (event) => {
          event.stopPropagation();
          if (event.key === "Enter") finish(field.value);
          if (event.key === "Escape") finish();
        },
      });
      item.replaceChildren(field);
      field.select();
    }

    offerUndo(id) {
      clearTimeout(this.undone);
      const hide = () => (this.undo.hidden = true);
      this.undo.replaceChildren(
        this.words.removed,
        " ",
        tag("button", {
          textContent: this.words.undo,
          onclick: () => {
            hide();
            this.store.enqueue(() => this.store.bringBack(id));
            this.redraw();
          },
        }),
      );
      this.undo.hidden = false;
      this.undone = setTimeout(hide, FORGET_AFTER);
    }

    // The first click asks, the second deletes.
    removeAll() {
      const { store, words } = this;
      const button = tag("button", {
        textContent: words.removeAll,
        onclick: () => {
          if (button.textContent === words.removeAll) {
            button.textContent = words.removeAllReally;
            setTimeout(() => (button.textContent = words.removeAll), FORGET_AFTER);
            return;
          }
          store.enqueue(() => store.removeAll());
          this.undo.hidden = true;
          this.redraw();
        },
      });
      return button;
    }
  }

  function tag(name, properties, children = []) {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  }

  const icon = (name, label, onclick) =>
    tag("button", { className: "icon", title: label, ariaLabel: label, textContent: name, onclick });

  // What is in the storage may have been edited by hand.
  const named = ({ name, title, id }) => String(name || title || id);

  function dayOf(time, words) {
    const midnight = new Date().setHours(0, 0, 0, 0);
    const days = Math.ceil((midnight - time) / 86_400_000);
    if (!(days > 0)) return words.today;
    if (days === 1) return words.yesterday;
    if (days <= 7) return words.week;
    const options = { month: "long", year: "numeric" };
    return new Intl.DateTimeFormat(document.documentElement.lang || "en", options).format(time);
  }

  // Even to look at it raises where the browser forbids it.
  function sessionStorageOrNone() {
    try {
      return window.sessionStorage;
    } catch {
      return null;
    }
  }

  window.serveChats = ({ data, parentElement, setTriggerValue }) => {
    const store = (window.chatStore ??= new Store());
    store.serve(data, parentElement, (outbox) => setTriggerValue("came", outbox));
  };
  if (window.chatsToServe) window.serveChats(window.chatsToServe);
}
