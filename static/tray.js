// The files for the next question: they come by the button, a paste or a drop, stand above the input, and
// go to the server at once (chat/files/tray.py), by the way of every click and one after the other. Until
// the question is sent they are held here, and noted: another server, or a page that is loaded again, needs
// them again.
import { Outbox } from "./outbox.js";
import { chip } from "./chip.js";
import { announce } from "./ear.js";
import { fill, tag } from "./elements.js";
import { takeInput } from "./input.js";
import { isPicture } from "./pictures.js";
import { read } from "./reading.js";
import { INPUT, SEND, sends } from "./selectors.js";
import { newId } from "./storage.js";
import { takeFrom } from "./taking.js";
import { Waiting } from "./waiting.js";
import { isWriting } from "./writing.js";

const urlOf = (thumbnail) => `data:image/jpeg;base64,${thumbnail}`;

export class Tray {
  // id -> {name, kind, thumbnail, message (once it was read), number (once it was sent), and of one that belongs
  // to a question that waits: isAside, isKept (as long as the server is not to have it)}
  items = new Map();
  reading = Promise.resolve();
  unread = []; // what is said of pictures that the browser cannot read
  waiting = []; // messages behind the one that is on its way
  outbox = new Outbox();
  noted = new Waiting();
  expected = new Set(); // ids of files that belong to a question that waits, and were not read yet
  data = null;

  constructor() {
    this.outbox.start();
    this.picker = tag("input", { type: "file", multiple: true, hidden: true, onchange: () => this.pick() });
    this.button = tag("button", { className: "add", type: "button", onclick: () => this.picker.click() });
    this.sender = tag("button", { className: "send", type: "button", onclick: () => this.send() });
    this.list = tag("ul", {});
    this.fault = tag("p", { className: "fault" });
    this.element = tag("section", { className: "tray" }, [this.fault, this.list, this.picker, this.button, this.sender]);
  }

  // Whether something is on its way that belongs to the question.
  get isBusy() {
    const isComing = [...this.items.values()].some((item) => !item.isKept && !this.isThere(item));
    return this.noted.isAwaited || isComing || this.waiting.length + this.outbox.messages.length > 0;
  }

  // Those for the question that is written.
  get free() {
    return [...this.items].filter(([, { isAside }]) => !isAside);
  }

  get isEmpty() {
    return !this.free.length;
  }

  get room() {
    return this.data.bounds.files - [...this.items.values()].filter(({ isKept }) => !isKept).length;
  }

  isThere({ number }) {
    return number !== undefined && number <= this.data.received;
  }

  // --- What comes in.
  pick() {
    this.take([...this.picker.files]);
    this.picker.value = "";
  }

  take(files) {
    if (!this.data || !files.length) return false;
    this.begin();
    // One more than there is room for: the server says that it is too many.
    for (const file of files.slice(0, this.room + 1)) this.takeFile(newId(), file);
    takeInput();
    return true;
  }

  takeText(text) {
    const { takes, bounds } = this.data ?? {};
    // Where there is no room for it, it stays where it was pasted: no word is lost.
    if (!takes?.documents || this.room <= 0 || text.length > bounds.letters) return false;
    this.begin();
    const message = { kind: "text", id: newId(), name: this.data.words.pasted, text };
    this.add(message, async () => message);
    return true;
  }

  takeFile(id, file) {
    const kind = isPicture(file) ? "picture" : "document";
    const { name } = file;
    this.add({ kind, id, name, file }, async () => ({ kind, id, name, ...(await read(kind, file, this.data)) }));
  }

  // What was wrong with the files before is said no longer.
  begin() {
    this.unread = [];
    if (this.data.said) this.post({ kind: "begin" });
    this.complain();
  }

  // In the order in which they came, and one at a time: a large picture takes much memory. Each is noted
  // as it came: the page may be loaded again before it is read.
  add({ id, kind, name, ...rest }, read) {
    this.items.set(id, { kind, name, isRead: false });
    if (!(rest.file?.size > this.data.bounds.largest)) this.noted.put(id, { id, kind, name, ...rest });
    this.draw();
    this.reading = this.reading.then(() => this.finish(id, name, read));
  }

  async finish(id, name, read) {
    try {
      const message = this.items.has(id) && (await read());
      if (!this.items.has(id)) return; // it was taken away meanwhile
      const thumbnail = message.thumbnail && urlOf(message.thumbnail);
      Object.assign(this.items.get(id), { message, thumbnail, isRead: true });
      this.noted.put(id, message);
      this.post(message);
    } catch {
      this.drop(id);
      this.unread.push(fill(this.data.words.no_picture, { name }));
      this.complain();
    }
  }

  // What was here before the tab was loaded again.
  async restore() {
    for (const message of await this.noted.read()) {
      const { id, kind, name, thumbnail, file } = message;
      if (this.items.has(id)) continue;
      if (file instanceof File) {
        this.takeFile(id, file);
        continue;
      }
      const isAside = this.expected.has(id);
      const item = { kind, name, thumbnail: thumbnail && urlOf(thumbnail), message, isRead: true };
      this.items.set(id, { ...item, isAside, isKept: isAside });
      if (!isAside) this.post(message);
    }
    this.draw();
  }

  // --- What goes out, one after the other: a message must not become too large.
  post(message) {
    this.waiting.push(message);
    this.pump();
  }

  pump() {
    if (this.outbox.messages.length || !this.waiting.length) return;
    const message = this.waiting.shift();
    this.outbox.add(message);
    const item = this.items.get(message.id);
    if (item && message === item.message) item.number = this.outbox.number;
  }

  remove(id) {
    const place = this.free.findIndex(([other]) => other === id);
    this.drop(id);
    const buttons = this.list.querySelectorAll(".icon");
    if (buttons.length) buttons[Math.min(place, buttons.length - 1)].focus();
    else takeInput();
  }

  drop(id) {
    if (!this.items.has(id)) return;
    this.retract(id);
    this.items.delete(id);
    this.noted.drop(id);
    this.draw();
  }

  retract(id, item = this.items.get(id)) {
    this.waiting = this.waiting.filter((message) => message !== item.message);
    if (item.number !== undefined) this.post({ kind: "remove", id });
    delete item.number;
    delete item.isKnown;
  }

  send() {
    // Another question with files may go first.
    if ([...this.items.values()].some(({ isAside, isKept }) => isAside && !isKept)) return;
    if (!this.isEmpty && !isWriting() && !this.waiting.some(({ kind }) => kind === "send")) this.post({ kind: "send" });
  }

  // --- What the server says, whenever it draws.
  update(data, post) {
    this.outbox.send = post;
    const isFirst = !this.data;
    const isOther = this.data?.session !== data.session;
    this.data = data;
    if (isOther) this.startOver();
    this.outbox.confirm(data.received);
    const known = new Map(data.items.map((item) => [item.id, item]));
    for (const [id, item] of this.items) {
      if (known.has(id)) {
        if (!item.isKnown) announce(fill(data.words.added, known.get(id)));
        // The server says what to hold of a file that came back alone, and only until it is held.
        Object.assign(item, known.get(id), { message: item.message ?? known.get(id).message, isKnown: true });
      } else if (this.isThere(item) && item.isAside && !item.isKnown) {
        delete item.number; // it was refused, and its question waits on
        item.isKept = true;
      } else if (this.isThere(item)) {
        this.items.delete(id); // it was asked with, or refused
        this.noted.drop(id);
      }
    }
    for (const [id, item] of known) {
      if (this.items.has(id)) continue;
      this.items.set(id, { kind: item.thumbnail ? "picture" : "document", ...item, number: 0, isKnown: true });
      if (item.message) this.hold(id, item.message);
    }
    this.complain();
    this.draw();
    this.pump();
    if (isFirst) this.restore();
  }

  // It came back from a question, so the server alone has it.
  hold(id, message) {
    this.noted.put(id, message);
    this.post({ kind: "held", id });
  }

  // Another server, or this one started anew: it has nothing of what waits here.
  startOver() {
    this.outbox.messages = [];
    this.outbox.number = 0;
    this.waiting = [];
    for (const [id, item] of this.items) {
      delete item.number;
      delete item.isKnown;
      if (item.isKept) continue;
      if (item.message) this.waiting.push(item.message);
      else if (item.isRead !== false) this.items.delete(id);
    }
  }

  complain() {
    const words = [...this.unread, this.data.said].filter(Boolean).join(" ");
    if (this.fault.textContent === words) return;
    this.fault.textContent = words;
    if (words) announce(words, true);
  }

  draw() {
    const { words } = this.data;
    for (const [button, word] of [
      [this.button, words.add],
      [this.sender, words.send],
    ]) {
      button.title = word;
      button.setAttribute("aria-label", word);
    }
    this.list.setAttribute("aria-label", words.files);
    // What has not changed stays, and the cursor with it.
    const { free } = this;
    const shown = JSON.stringify([words, free.map(([id, { message, ...item }]) => [id, item, !!message])]);
    const actions = (id) => ({ look: () => this.post({ kind: "open", id }), remove: () => this.remove(id) });
    if (shown !== this.shown) this.list.replaceChildren(...free.map(([id, item]) => chip(item, words, actions(id))));
    this.shown = shown;
    document.body.classList.toggle("has-files", !this.isEmpty);
    this.drawSender();
  }

  // Where there are no words, the files are the question.
  drawSender() {
    this.sender.hidden = this.isEmpty || !!document.querySelector(INPUT)?.value.trim();
  }
}

export const current = new Tray();

// Whether a question has to wait for its files.
export const isBusy = () => current.isBusy;

// Called with every drawing of the files' part of the page.
export function tray({ data, parentElement, setTriggerValue }) {
  if (!parentElement.contains(current.element)) parentElement.append(current.element);
  current.update(data, (messages) => setTriggerValue("came", messages));
}

takeFrom(window, { isOpen: () => !!current.data, take: (files) => current.take(files), takeText: (text) => current.takeText(text) });
window.addEventListener("input", ({ target }) => target.matches?.(INPUT) && current.drawSender());
window.addEventListener(
  "keydown",
  (event) => {
    if (isWriting() || !sends(event) || event.target.matches(SEND) || event.target.value.trim() || current.isEmpty) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    current.send();
  },
  true,
);
