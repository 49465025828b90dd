// The files for the next question: they come by the button, a paste or a drop, stand above the input, and
// go to the server at once (chat/files/tray.py), by the way of every click and one after the other. Until
// the question is sent they are held here, and noted: another server, or a page that is loaded again, needs
// them again.
import { Outbox } from "./outbox.js";
import { announce } from "./ear.js";
import { fill, tag } from "./elements.js";
import { takeInput } from "./input.js";
import { base64, isPicture, scaled } from "./pictures.js";
import { INPUT, SEND, sends } from "./selectors.js";
import { newId } from "./storage.js";
import { takeFrom } from "./taking.js";
import { Waiting } from "./waiting.js";
import { isWriting } from "./writing.js";

const SYMBOLS = { picture: "image", document: "description", text: "description" };

const urlOf = (thumbnail) => `data:image/jpeg;base64,${thumbnail}`;

export class Tray {
  items = new Map(); // id -> {name, kind, thumbnail, message (once it was read), number (once it was sent)}
  reading = Promise.resolve();
  unread = []; // what is said of pictures that the browser cannot read
  waiting = []; // messages behind the one that is on its way
  outbox = new Outbox();
  noted = new Waiting();
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
    return this.noted.isAwaited || [...this.items.values()].some((item) => !this.isThere(item));
  }

  get isEmpty() {
    return !this.items.size;
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
    const room = this.data.bounds.files - this.items.size;
    // One more than there is room for: the server says that it is too many.
    for (const file of files.slice(0, room + 1)) {
      const kind = isPicture(file) ? "picture" : "document";
      this.add({ kind, name: file.name }, (id) => this.read(id, kind, file));
    }
    takeInput();
    return true;
  }

  takeText(text) {
    const { takes, bounds } = this.data ?? {};
    // Where there is no room for it, it stays where it was pasted: no word is lost.
    if (!takes?.documents || this.items.size >= bounds.files || text.length > bounds.letters) return false;
    this.begin();
    const item = { kind: "text", name: this.data.words.pasted };
    this.add(item, async (id) => ({ kind: "text", id, name: item.name, text }));
    return true;
  }

  // What was wrong with the files before is said no longer.
  begin() {
    this.unread = [];
    this.post({ kind: "begin" });
    this.complain();
  }

  // In the order in which they came, and one at a time: a large picture takes much memory.
  add(item, read) {
    const id = newId();
    this.items.set(id, { ...item, isRead: false });
    this.draw();
    this.reading = this.reading.then(() => this.finish(id, item, read));
  }

  async finish(id, item, read) {
    try {
      const message = this.items.has(id) && (await read(id));
      if (!this.items.has(id)) return; // it was taken away meanwhile
      Object.assign(this.items.get(id), { message, isRead: true });
      this.noted.put(id, message);
      this.post(message);
    } catch {
      this.items.delete(id);
      this.unread.push(fill(this.data.words.no_picture, item));
      this.complain();
      this.draw();
    }
  }

  async read(id, kind, file) {
    const { name } = file;
    if (kind === "picture" && this.data.takes.pictures) {
      const item = this.items.get(id);
      const picture = await scaled(file, this.data.bounds);
      item.thumbnail = urlOf(picture.thumbnail);
      return { kind, id, name, ...picture };
    }
    // A file that is too large is not read, and a folder cannot be: the server says what is wrong.
    const isTooLarge = file.size > this.data.bounds.largest;
    const data = isTooLarge ? null : await base64(file).catch(() => null);
    return { kind, id, name, data, size: file.size };
  }

  // What was here before the tab was loaded again.
  async restore() {
    for (const message of await this.noted.read()) {
      const { id, kind, name, thumbnail } = message;
      if (this.items.has(id)) continue;
      this.items.set(id, { kind, name, thumbnail: thumbnail && urlOf(thumbnail), message, isRead: true });
      this.post(message);
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
    const item = this.items.get(id);
    const place = [...this.items.keys()].indexOf(id);
    this.items.delete(id);
    this.noted.drop(id);
    this.waiting = this.waiting.filter((message) => message !== item.message);
    if (item.number !== undefined) this.post({ kind: "remove", id });
    this.draw();
    const buttons = this.list.querySelectorAll(".icon");
    if (buttons.length) buttons[Math.min(place, buttons.length - 1)].focus();
    else takeInput();
  }

  send() {
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
    const shown = JSON.stringify([words, [...this.items].map(([id, { message, ...item }]) => [id, item, !!message])]);
    if (shown !== this.shown) this.list.replaceChildren(...[...this.items].map(([id, item]) => this.chip(id, item)));
    this.shown = shown;
    document.body.classList.toggle("has-files", !this.isEmpty);
    this.drawSender();
  }

  // Where there are no words, the files are the question.
  drawSender() {
    this.sender.hidden = this.isEmpty || !!document.querySelector(INPUT)?.value.trim();
  }

  chip(id, item) {
    const { words } = this.data;
    const isThere = !!item.isKnown;
    const picture = item.thumbnail
      ? tag("img", { src: item.thumbnail, alt: "" })
      : tag("span", { className: "symbol", "aria-hidden": "true", textContent: SYMBOLS[item.kind] });
    return tag("li", { className: isThere ? "" : "coming", "aria-busy": `${!isThere}` }, [
      tag("button", {
        className: "look",
        type: "button",
        title: fill(words.look, item),
        disabled: !isThere,
        onclick: () => this.post({ kind: "open", id }),
      }, [picture, tag("span", { className: "name", dir: "auto", textContent: item.name })]),
      tag("small", { textContent: isThere ? item.tokens : words.reading }),
      tag("button", {
        className: "icon",
        type: "button",
        title: fill(words.remove, item),
        "aria-label": fill(words.remove, item),
        textContent: "close",
        onclick: () => this.remove(id),
      }),
    ]);
  }
}

const current = new Tray();

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
    if (!sends(event) || event.target.matches(SEND) || event.target.value.trim() || current.isEmpty) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    current.send();
  },
  true,
);
