// All chats of this browser as one file, and chats from a file into this browser's storage:
//
//   {format, version, prompts, chats: [{id, title, name, created, changed, pinned, records: {name: record}}]}
//
// The records are as in storage.js, with the bytes of pictures. What comes in is untrusted; what of it is
// a chat, the server finds out whenever one is opened (chat/keeping/restoring.py). Files from before have
// no prompts.
import { isId, newId, promised, recordsOf, words } from "./storage.js";

export const ALL_CHATS = "all-chats";
export const VERSION = 1;
const LONGEST = 200; // characters of a title

const recordsIn = async (stored, id) => {
  const requests = [stored.getAllKeys(recordsOf(id)), stored.getAll(recordsOf(id))];
  const [keys, values] = await Promise.all(requests.map(promised));
  return keys.map(([, name], place) => [name, values[place]]);
};

// The file, a chat at a time. `next` does a piece of work in its turn; where that fails, it returns nothing.
export async function written(storage, next, prompts = []) {
  const texts = [];
  for (const { id } of await next(() => storage.chats())) {
    const text = await next(async () => {
      const transaction = storage.database.transaction(["chats", "records"]);
      const asked = promised(transaction.objectStore("chats").get(id));
      const [chat, records] = await Promise.all([asked, recordsIn(transaction.objectStore("records"), id)]);
      if (!chat) return ""; // another tab has deleted it
      const { title, name, created, changed, pinned = false } = chat;
      return JSON.stringify({ id, title, name, created, changed, pinned, records: Object.fromEntries(records) });
    });
    if (text === undefined) throw new Error(`The chat ${id} cannot be read.`);
    if (text) texts.push(texts.length ? `,\n${text}` : text);
  }
  const begin = `{"format":"${ALL_CHATS}","version":${VERSION},"prompts":${JSON.stringify(prompts)},"chats":[\n`;
  return new Blob([begin, ...texts, "\n]}\n"], { type: "application/json" });
}

// What was said, whatever the settings are.
function saidIn(records) {
  const { head } = Object.fromEntries(records.filter(([name]) => name === "head"));
  const others = records.filter(([name]) => name !== "head");
  others.sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([head?.system_prompt, others]);
}

// The id after one. So what is another chat with the same id finds the same place every time.
function after(id) {
  const next = (BigInt(`0x${id}`) + 1n).toString(16).padStart(32, "0");
  return next.slice(-32);
}

// Store a chat, unless it is there: whether it was stored, or null for what is no chat.
export async function takeIn(storage, chat) {
  const { id, title, name, created, changed, pinned, records } = chat ?? {};
  if (!isId(id) || !records?.head || Array.isArray(records)) return null;
  const now = Date.now();
  const time = (value) => (Number.isFinite(value) && value > 0 ? Math.min(value, now) : now);
  const entries = Object.entries(records);
  const said = saidIn(entries);
  let isNew = false;
  await storage.transact(async (chats, stored) => {
    let place = id;
    for (;;) {
      const there = await promised(chats.get(place));
      if (!there) break;
      if (!there.deleted && saidIn(await recordsIn(stored, place)) === said) return;
      place = after(place);
    }
    stored.delete(recordsOf(place));
    for (const [record, value] of entries) stored.put(value, [place, record]);
    const [own, its] = [title, name].map((text) => words(text).slice(0, LONGEST));
    const times = { created: time(created ?? changed), changed: time(changed) };
    chats.put({ id: place, title: own, name: its, ...times, pinned: pinned === true, stamp: `${newId()} 1`, deleted: 0 });
    isNew = true;
  });
  return isNew;
}
