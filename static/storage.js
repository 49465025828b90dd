// The browser's IndexedDB, with what this app keeps there for one person:
//
//   chats     {id, title, name, created, changed, pinned, stamp, deleted}
//   records   [chat's id, record's name] -> what chat/keeping/records.py made of it
//   prompts   name in small letters -> a prompt of the visitor's own (prompts.js)
//   waiting   [tab's name, file's id] -> {place, message}: a file that waits for a question (waiting.js)
//
// The bytes of pictures, "picture/…" among the records, are large: they are read one by one, where the
// server wants them.
//
// The stamp of a chat names the write that made it what it is: "session number". What is read here is
// untrusted: it may have been edited by hand.
import { person } from "./person.js";

const DATABASE = "chat-transcripts"; // of whoever has not signed in
const STORES = { chats: { keyPath: "id" }, records: {}, waiting: {}, prompts: {} };
const FORGET_AFTER = 8000; // milliseconds in which a deleted chat can be had back
const ASK_AGAIN = 5000; // milliseconds after which a database that does not open is asked for anew
const PATIENCE = 20_000; // milliseconds after which no answer is awaited any more

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
// A storage may take a request and never say anything of it.
async function inTime(answer) {
  let waiting;
  const silence = new Promise((_, reject) => {
    const error = new DOMException("the storage does not answer", "TimeoutError");
    waiting = setTimeout(reject, PATIENCE, error);
  });
  return Promise.race([answer, silence]).finally(() => clearTimeout(waiting));
}
const answered = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
export const promised = (request) => inTime(answered(request));
const isOf = (session, stamp) => String(stamp).startsWith(`${session} `);
export const recordsOf = (id) => IDBKeyRange.bound([id], [id, []]);
const PICTURE = "picture/";
const [FIRST, AFTER] = [PICTURE, "picture0"]; // the bounds of such names
const picturesOf = (id) => IDBKeyRange.bound([id, FIRST], [id, AFTER], false, true);
const othersOf = (id) => [IDBKeyRange.bound([id], [id, FIRST], false, true), IDBKeyRange.bound([id, AFTER], [id, []])];
export const isPicture = (name) => name.startsWith(PICTURE);
export const pictureName = (hash) => PICTURE + hash;
export const isId = (id) => typeof id === "string" && /^[0-9a-f]{32}$/.test(id);
export const words = (value) => (typeof value === "string" ? value : "");

// What was said in a chat. An answer that broke off has grown by pieces since it was recorded.
function texts(records) {
  return [...records].map(([name, value]) => {
    const [kind, number] = name.split("/");
    if (kind === "question") return words(value);
    if (kind !== "answer") return "";
    const said = [value];
    while (records.has(`grown/${number}/${said.length - 1}`)) said.push(records.get(`grown/${number}/${said.length - 1}`));
    return said.map((piece) => words(piece?.text)).join("");
  });
}

// crypto.randomUUID is not there without HTTPS.
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function databaseName() {
  const name = await person;
  return name ? `${DATABASE} ${name}` : DATABASE;
}

// Other pages of this host may have made a database of this name: what is in it stays.
// While one holds it open as it was, this waits.
async function opened(version) {
  const request = indexedDB.open(await databaseName(), version);
  request.onupgradeneeded = () => {
    for (const [name, options] of Object.entries(STORES))
      if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name, options);
  };
  const database = await answered(request);
  if (Object.keys(STORES).every((name) => database.objectStoreNames.contains(name))) return database;
  database.close();
  return opened(database.version + 1);
}

// The database that opens first, however often it has to be asked for.
async function openedAtLast() {
  const asked = [];
  let database;
  while (!database) {
    asked.push(opened());
    database = await Promise.race([...asked, pause(ASK_AGAIN)]);
  }
  for (const other of asked) other.then((late) => late !== database && late.close()).catch(() => {});
  return database;
}

// What the server has read of a chat, and another tab has not taken away since. Of pictures everything, as
// the server may not have their bytes.
async function copy(stored, draft, id) {
  const range = recordsOf(draft.id);
  const [keys, values] = await Promise.all([stored.getAllKeys(range), stored.getAll(range)].map(promised));
  keys.forEach(([, name], place) => {
    const isKnown = isPicture(name) || (!draft.isWhole && (draft.names?.has(name) ?? true));
    if (isKnown && !draft.unsaved.has(name)) stored.put(values[place], [id, name]);
  });
}

export class Storage {
  // `reopen` is called when it has been closed: by the browser, or for another page.
  async connect(reopen) {
    if (!globalThis.indexedDB) throw new DOMException("the browser has no storage", "NotAllowedError");
    const database = await openedAtLast();
    database.onversionchange = () => {
      database.close();
      reopen();
    };
    database.onclose = reopen;
    this.database = database;
  }

  // All of the work or, where anything fails, nothing of it.
  async transact(work, names = ["chats", "records"]) {
    const transaction = this.database.transaction(names, "readwrite");
    const finished = new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    finished.catch(() => {}); // it is awaited below
    try {
      await work(...names.map((name) => transaction.objectStore(name)));
      await inTime(finished);
    } catch (error) {
      if (transaction.error) throw transaction.error;
      try {
        transaction.abort();
      } catch {
        // It has ended, unsaid.
      }
      throw error;
    }
  }

  // Store what of a draft is not stored yet, under a new id where another tab has written. Returns
  // the id, or null where somebody has deleted the chat.
  async write(draft) {
    const { session, base, number, records, unsaved, isWhole } = draft;
    let { id } = draft;
    await this.transact(async (chats, stored) => {
      const before = await promised(chats.get(id));
      if (before ? before.deleted : base || draft.stored) {
        id = null;
        return;
      }
      const isOthers = before && String(before.stamp) !== base && !isOf(session, before.stamp);
      if (isOthers) {
        id = newId();
        await copy(stored, draft, id);
      } else if (isWhole) othersOf(id).forEach((range) => stored.delete(range));
      for (const name of isOthers || isWhole ? records.keys() : unsaved)
        if (records.has(name)) stored.put(records.get(name), [id, name]);
        else stored.delete([id, name]);
      const [now, stamp, { title }] = [Date.now(), `${session} ${number}`, draft];
      const name = before?.name || draft.name;
      chats.put({ created: now, ...before, id, title, name, changed: now, stamp, deleted: 0 });
    });
    return id;
  }

  // A chat, and its records by their names: without the bytes of pictures, which are null.
  async all(id) {
    const transaction = this.database.transaction(["chats", "records"]);
    const [chats, stored] = [transaction.objectStore("chats"), transaction.objectStore("records")];
    const requests = [chats.get(id), stored.getAllKeys(picturesOf(id))];
    for (const range of othersOf(id)) requests.push(stored.getAllKeys(range), stored.getAll(range));
    const [chat, pictures, ...others] = await Promise.all(requests.map(promised));
    const records = new Map(pictures.map(([, name]) => [name, null]));
    for (const [keys, values] of [others.slice(0, 2), others.slice(2)])
      keys.forEach(([, name], place) => records.set(String(name), values[place]));
    return { chat, records };
  }

  async picture(id, hash) {
    return promised(this.database.transaction("records").objectStore("records").get([id, pictureName(hash)]));
  }

  async exists(id) {
    const chat = await promised(this.database.transaction("chats").objectStore("chats").get(id));
    return !!chat && !chat.deleted;
  }

  // All chats: those that are pinned, and then the others, the one that was written last first.
  async chats() {
    const all = await promised(this.database.transaction("chats").objectStore("chats").getAll());
    const now = Date.now();
    return all
      .filter(({ id, deleted }) => isId(id) && !deleted)
      .map(({ id, title, name, changed, pinned }) => {
        const time = Number.isFinite(changed) ? Math.min(Math.max(changed, 0), now) : 0;
        return { id, title: words(title), name: words(name), changed: time, isPinned: pinned === true };
      })
      .sort((a, b) => b.isPinned - a.isPinned || b.changed - a.changed);
  }

  // Change what is known of chats, and nothing of what was said in them.
  async change(ids, changes) {
    await this.transact(async (chats) => {
      for (const id of ids) {
        const chat = await promised(chats.get(id));
        if (chat) chats.put({ ...chat, ...changes });
      }
    });
  }

  // Delete what was deleted long enough ago, and return whether there is more.
  async forgetDeleted() {
    let isLeft = false;
    await this.transact(async (chats, records) => {
      for (const { id, deleted } of await promised(chats.getAll()))
        if (deleted && Math.abs(Date.now() - deleted) < FORGET_AFTER) isLeft = true;
        else if (deleted) {
          chats.delete(id);
          records.delete(recordsOf(id));
        }
    });
    return isLeft;
  }

  // Delete everything, and return the ids of the chats.
  async clear() {
    let ids;
    await this.transact(async (chats, records) => {
      ids = (await promised(chats.getAllKeys())).filter(isId);
      chats.clear();
      records.clear();
    });
    await promised(this.waitingFiles("readwrite").clear());
    return ids;
  }

  waitingFiles(mode) {
    return this.database.transaction("waiting", mode).objectStore("waiting");
  }

  async waiting(name) {
    return promised(this.waitingFiles("readonly").getAll(recordsOf(name)));
  }

  async putWaiting(name, id, file) {
    await promised(this.waitingFiles("readwrite").put(file, [name, id]));
  }

  async dropWaiting(name, id) {
    await promised(this.waitingFiles("readwrite").delete([name, id]));
  }

  // Delete the files of the tabs whose names come before this one.
  async forgetWaiting(name) {
    await promised(this.waitingFiles("readwrite").delete(IDBKeyRange.upperBound([name])));
  }

  // The ids of the chats in which this was said. A chat at a time, and outside the queue: what is
  // written meanwhile does not wait.
  async search(sought, isOutdated) {
    const found = new Set();
    for (const { id } of await this.chats()) {
      if (isOutdated()) break;
      const { records } = await this.all(id);
      if (texts(records).some((text) => text.toLowerCase().includes(sought))) found.add(id);
    }
    return found;
  }
}
