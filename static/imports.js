// A file with several chats. The server says what another app's are as this one keeps them
// (chat/keeping/imports.py), a part of the file at a time; each is stored here, if it is not there yet.
import { ALL_CHATS, VERSION, takeIn } from "./backup.js";
import { bytesAsSent } from "./characters.js";
import { prompts } from "./prompts.js";
import { isIdle } from "./selectors.js";

const [ENOUGH, MOST] = [4_000_000, 1000]; // bytes and chats of a part
const BETWEEN = 2; // bytes
// How much may go at once, and later on in a millisecond: half of what the doorkeeper lets pass
// (chat/access/rules.py), as there are others behind the same address.
const [AT_ONCE, PACE] = [50_000_000, 500];
const PATIENCE = 20_000; // milliseconds after which a part is sent again

const isChat = (item) => !!item && typeof item === "object" && !("role" in item);

// The chats in a file with several; null for any other file, which the server reads.
export function severalIn(text) {
  let whole;
  try {
    whole = JSON.parse(text);
  } catch {
    return null;
  }
  if (whole?.format === ALL_CHATS && whole.version === VERSION && Array.isArray(whole.chats))
    return { chats: whole.chats, prompts: Array.isArray(whole.prompts) ? whole.prompts : [], isOurs: true };
  const isSeveral = Array.isArray(whole) && whole.length > 1 && whole.every(isChat);
  return isSeveral ? { chats: whole, isOurs: false } : null;
}

// The chats as texts that the server may be sent, without those that are too large for that.
export function* partsOf(chats, largest) {
  let part = [];
  let size = BETWEEN;
  for (const chat of chats) {
    const text = JSON.stringify(chat);
    const bytes = bytesAsSent(text) + BETWEEN;
    if (bytes + BETWEEN > largest) continue;
    if (part.length && (size + bytes > ENOUGH || part.length === MOST)) {
      yield `[${part}]`;
      [part, size] = [[], BETWEEN];
    }
    part.push(text);
    size += bytes;
  }
  if (part.length) yield `[${part}]`;
}

let part = 0; // the number of the last part of this page
let sent = 0; // bytes of all of them

export class Import {
  added = 0;
  known = 0; // that were there already
  prompts = 0; // that are new
  isDone = false;

  // `send` hands a part to the server, and `onChange` is called where there is something new to say.
  constructor(store, { chats, prompts = [], isOurs }, { largest, send, onChange }) {
    const total = chats.length + prompts.length;
    Object.assign(this, { store, chats, withPrompts: prompts, isOurs, largest, send, onChange, total });
  }

  async run() {
    if (this.isOurs) {
      await this.keep(this.chats);
      const { added, known } = await prompts.takeIn(this.withPrompts);
      this.prompts = added;
      this.known += known;
    } else
      for (const text of partsOf(this.chats, this.largest)) {
        await this.keep(await this.convert(text));
        if (this.store.fault) break;
        await this.rest(text);
      }
    if (!this.isOurs) this.send({ part: 0 }); // the server forgets the last one
    this.isDone = true;
    this.onChange();
  }

  async rest(text) {
    const { size } = new Blob([text]);
    sent += size;
    if (sent > AT_ONCE) await new Promise((resolve) => setTimeout(resolve, size / PACE));
  }

  // What the server makes of a part. Where the connection was lost, it is asked once more.
  async convert(text) {
    const asked = { text, part: ++part };
    const made = new Promise((resolve) => (this.resolve = resolve));
    this.send(asked);
    const asking = setInterval(() => isIdle() && this.send(asked), PATIENCE);
    return made.finally(() => clearInterval(asking));
  }

  // Called with every drawing of the page.
  receive(converted) {
    if (converted?.part === part) this.resolve?.(converted.chats);
  }

  // One after another: what is written meanwhile does not wait.
  async keep(chats) {
    const { store } = this;
    for (const chat of chats) {
      const isNew = await store.enqueue(() => takeIn(store.storage, chat));
      if (store.fault) break;
      if (isNew) this.added++;
      else if (isNew === false) this.known++;
      this.onChange();
    }
    store.otherTabs?.postMessage({});
    await store.list?.redraw();
  }
}
