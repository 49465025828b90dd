// The questions that wait: what is asked while an answer is written stands above the input, where it can be
// taken back, and goes to the server (chat/conversation/queue.py) when that answer has ended, one question
// after each answer. After an answer that was stopped or has failed, a reload, or in another chat, nothing
// goes by itself: what waits is held until it is sent by hand. It is noted in the tab, and nowhere where no
// chats are kept (store.js).
import * as aside from "./aside.js";
import { put } from "./characters.js";
import { inForm, pressOnce, tag } from "./elements.js";
import { takeInput } from "./input.js";
import { note, noted } from "./noted.js";
import { Outbox } from "./outbox.js";
import { row } from "./row.js";
import { say } from "./say.js";
import { INPUT, NEW_CHAT, RUNS, STOP, isAsked, isIdle } from "./selectors.js";
import { isSettled, known, noteSent } from "./settled.js";
import { newId } from "./storage.js";
import { store } from "./store.js";
import { isGone, toInput } from "./unsent.js";
import { isWriting } from "./writing.js";

const PAUSE = 50; // milliseconds between two looks whether the page is ready
const SETTLING = 300; // milliseconds between two looks whether a chat was opened
const MAY = "may-queue"; // class of the page while what is typed can wait

const isText = (text) => typeof text === "string" && text.trim() !== "";

export class Queue {
  // {id, text, files (their ids), chat (as it is stored), here (as the server calls it), isHeld, number (once it
  // is on its way), isLost (it was on its way to another server)}
  items = [];
  outbox = new Outbox();
  data = null;
  chat = null; // that is shown
  answer = null; // the last one that has ended
  isWritten = false; // another one is written, or has just ended
  before = undefined; // the one that had ended before: the next question waits for another one

  constructor() {
    this.outbox.start();
    this.status = tag("p", { className: "status", "role": "status" });
    this.list = tag("ul", {});
    this.button = tag("button", { className: "next", type: "button", onclick: () => this.add() });
    this.element = tag("section", { className: "queue", onkeydown: pressOnce }, [this.status, this.list, this.button]);
    this.items = noted().map((item) => ({ ...item, id: newId(), here: null, isHeld: true }));
    aside.expect(this.items.flatMap(({ files }) => files));
  }

  // Those of the chat that is shown.
  get shown() {
    return this.items.filter(({ here }) => here !== null && here === this.chat);
  }

  get next() {
    return this.shown.find(({ isHeld }) => !isHeld);
  }

  // --- What a visitor does.
  add() {
    const field = document.querySelector(INPUT);
    const text = field?.value ?? "";
    if (!isText(text) && !aside.hasFiles()) return;
    const files = aside.setAside();
    if (!files) {
      setTimeout(() => queues() && this.add(), PAUSE); // they are not read yet
      return;
    }
    this.items.push({ id: newId(), text, files, chat: this.stored, here: this.chat, isHeld: false });
    note(this.items);
    put(field, "");
    this.draw();
    takeInput();
  }

  edit(item) {
    if (!toInput(item.text, this.data.longest)) {
      say(this.data.words.no_room);
      return;
    }
    aside.giveBack(item.files);
    this.remove(item);
    takeInput();
  }

  release(item) {
    item.isHeld = false;
    item.files = aside.have(item.files);
    aside.bring(item.files);
    this.before = undefined;
    this.change();
    takeInput();
  }

  takeAway(item) {
    const place = this.shown.indexOf(item);
    aside.drop(item.files);
    this.remove(item);
    const buttons = this.list.querySelectorAll(".remove");
    if (buttons.length) buttons[Math.min(place, buttons.length - 1)].focus();
    else takeInput();
  }

  remove(item) {
    this.items = this.items.filter((other) => other !== item);
    this.change();
  }

  hold() {
    for (const item of this.items)
      if (item.number === undefined) {
        item.isHeld = true;
        aside.keep(item.files);
      }
    this.change();
  }

  change() {
    note(this.items);
    this.draw();
    this.look();
  }

  // --- When the next one goes.
  look() {
    clearTimeout(this.looking);
    this.drawButton();
    const lost = this.shown.find(({ isLost }) => isLost);
    const { next } = this;
    if (isWriting()) [this.before, this.isWritten] = [known.drawn?.answer, true]; // how it ends is said a moment later
    if (isWriting() || !isIdle() || !(lost || next)) return;
    if (!isSettled() || !this.outbox.send) this.looking = setTimeout(() => this.look(), PAUSE);
    else if (lost) this.find(lost);
    else if (next.number === undefined && known.drawn?.answer !== this.before) this.sendWithFiles(next);
  }

  sendWithFiles(item) {
    if (aside.isRefused(item.files)) this.hold(); // the tray says why
    else if (!aside.areKnown(item.files)) this.looking = setTimeout(() => this.look(), PAUSE);
    else this.send(item);
  }

  send(item) {
    this.before = known.drawn?.answer;
    this.outbox.add({ text: item.text, files: item.files, chat: item.here });
    item.number = this.outbox.number;
    this.draw();
  }

  // Whether it came to the server that is gone is seen in what that had kept.
  find(item) {
    item.isLost = false;
    if (isAsked(item.text)) {
      aside.drop(item.files);
      this.remove(item);
    } else this.hold();
  }

  // --- What the server says. Called with every drawing of this part of the page.
  update(data, post) {
    this.outbox.send = post;
    if (this.data && this.data.session !== data.session) this.startOver();
    this.data = data;
    this.outbox.confirm(data.received);
    const came = this.items.filter(({ number }) => number <= data.received);
    this.items = this.items.filter((item) => !came.includes(item));
    if (came.length && data.isRefused) this.hold(); // it stands in the input again
    else for (const { text } of came) noteSent(text);
    this.change();
  }

  // Another server, or this one started anew: what was on its way may have come.
  startOver() {
    this.outbox.messages = [];
    this.outbox.number = 0;
    for (const item of this.items) {
      item.isLost = item.number !== undefined;
      item.here = null;
      delete item.number;
    }
    this.hold();
    if (known.drawn) this.onDrawn(known.drawn);
  }

  // Called whenever the page or its meter was drawn to its end.
  onDrawn({ store: session, chat = null, answer, isComplete }) {
    const isOther = chat !== this.chat;
    if (isOther && this.isWritten && session === this.session && !store.removed.has(this.stored)) sayLeft();
    [this.session, this.isWritten] = [session, false];
    const isCut = answer !== this.answer && !isComplete;
    [this.chat, this.answer] = [chat, answer];
    const { stored } = this;
    for (const item of this.items)
      if (item.here === chat) item.chat = stored;
      else if (item.chat === stored) item.here = chat;
    if (isOther || isCut) this.hold();
    else this.change();
    this.recover();
  }

  // The chat that is shown, as it is stored.
  get stored() {
    return store.drafts.get(this.chat)?.id ?? this.chat;
  }

  // What waits in a chat that cannot be shown any more goes where one types.
  async recover() {
    clearTimeout(this.recovering);
    const isKept = !!known.drawn?.store;
    const others = this.items.filter(({ here }) => here === null || (here !== this.chat && !isKept));
    if (!others.length || this.chat === null) return;
    if (isKept && !(store.isStarted && store.isSettled)) {
      this.recovering = setTimeout(() => this.recover(), SETTLING);
      return;
    }
    for (const item of others) {
      if (isKept && !(await isGone(item))) continue;
      if (!this.items.includes(item) || item.here === this.chat) continue;
      this.items = this.items.filter((other) => other !== item);
      toInput(item.text);
      aside.giveBack(item.files);
    }
    note(this.items);
  }

  // --- What is seen.
  draw() {
    if (!this.data) return;
    const { words } = this.data;
    const { shown } = this;
    const said = (forms, count) => (count ? inForm(forms, count) : "");
    const held = shown.filter(({ isHeld }) => isHeld).length;
    const status = [said(words.held, held), said(words.next, shown.length - held)].filter(Boolean).join(" ");
    if (this.status.textContent !== status) this.status.textContent = status;
    this.list.setAttribute("aria-label", words.questions);
    this.button.title = words.queue;
    this.button.setAttribute("aria-label", words.queue);
    const drawn = JSON.stringify([words, shown.map(({ id, isHeld, number, files }) => [id, isHeld, number, aside.namesOf(files)])]);
    if (drawn !== this.drawn) {
      const { activeElement } = document;
      const hadCursor = this.list.contains(activeElement);
      const [id, name] = [activeElement?.closest("li")?.id, activeElement?.className];
      this.list.replaceChildren(...shown.map((item) => this.rowOf(item)));
      if (hadCursor) (this.list.querySelector(`[id="${id}"] .${name}`) ?? document.querySelector(INPUT))?.focus();
    }
    this.drawn = drawn;
    this.drawButton();
  }

  rowOf(item) {
    return row(item, aside.namesOf(item.files), this.data.words, {
      send: () => this.release(item),
      edit: () => this.edit(item),
      remove: () => this.takeAway(item),
    });
  }

  // Where Enter makes a line, and for a mouse: while there are words that can wait.
  drawButton() {
    const mayWait = isWriting() && (isText(document.querySelector(INPUT)?.value) || aside.hasFiles());
    const { classList } = document.body; // which is watched
    if (classList.contains(MAY) !== mayWait) classList.toggle(MAY, mayWait);
  }
}

export const queue = new Queue();

// Whether what is asked now waits: also behind what waits already, and behind a question whose answer has
// not begun.
export const queues = () => isWriting() || !!queue.next || (known.sent !== null && isSettled() && !isIdle());

// Whoever goes to another chat while an answer is written is told where that is.
export function sayLeft() {
  if (!known.drawn?.left) return;
  const isTemporary = store.temporaries.has(queue.chat);
  const isKept = known.drawn.store && !store.fault;
  const waits = isKept && !isTemporary && queue.shown.length > 0 && queue.data?.words.left;
  say([known.drawn.left[isTemporary ? "gone" : isKept ? "kept" : "back"], waits].filter(Boolean).join(" "));
}

export function mount({ data, parentElement, setTriggerValue }) {
  if (!parentElement.contains(queue.element)) parentElement.append(queue.element);
  queue.update(data, (messages) => setTriggerValue("came", messages));
}

window.addEventListener("input", ({ target }) => target.matches?.(INPUT) && queue.drawButton());
window.addEventListener("click", ({ target }) => target.closest?.(`${STOP}, ${NEW_CHAT}`) && queue.hold(), true);
const look = () => queue.look();
new MutationObserver(look).observe(document.body, { subtree: true, attributeFilter: [RUNS] });
new MutationObserver(look).observe(document.body, { attributeFilter: ["class"] }); // that says whether one is written
