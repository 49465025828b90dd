// A question that is spoken: what is recorded here goes to the server (chat/services/dictation.py) by the
// way of every click, and its words come back into the input, where they can be corrected. Nothing is
// sent by itself. The recording stays here until its words have come: a service may fail, and another
// server may need it again.
import { announce } from "./ear.js";
import { fill, pressOnce, tag } from "./elements.js";
import { takeInput } from "./input.js";
import { Outbox } from "./outbox.js";
import { base64 } from "./pictures.js";
import { insert } from "./characters.js";
import { INPUT, isOpen } from "./selectors.js";

const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"]; // the smallest first
const TICK = 250; // milliseconds between two looks at the clock
const SOON = 200; // milliseconds after which the input is looked for again

// The states, in their usual order. FAILED: there is a recording, or its words, to be tried again.
const [IDLE, ASKING, RECORDING, TURNING, FAILED] = ["idle", "asking", "recording", "turning", "failed"];
// By a browser's name for what is wrong with a microphone: the word that says so.
const FAULTS = { NotAllowedError: "forbidden", SecurityError: "forbidden", NotFoundError: "missing" };

// An input method's unfinished word would be lost if the input got other words meanwhile.
let isComposing = false;
for (const [kind, is] of [["compositionstart", true], ["compositionend", false]])
  window.addEventListener(kind, () => (isComposing = is), true);

export const minutes = (seconds) => `${Math.floor(seconds / 60)}:${`${Math.floor(seconds % 60)}`.padStart(2, "0")}`;

// Pages without a secure address have no microphone, and some browsers record nothing.
const isThere = () => !!navigator.mediaDevices?.getUserMedia && typeof MediaRecorder === "function";

export class Microphone {
  state = IDLE;
  said = ""; // what is wrong
  data = null;
  outbox = new Outbox();

  constructor() {
    this.outbox.start();
    this.button = tag("button", { className: "record", type: "button", onclick: () => this.press() });
    this.fault = tag("p", { className: "fault" });
    this.doing = tag("span", {});
    this.time = tag("time", {});
    this.again = tag("button", { className: "again", type: "button", onclick: () => this.retry() });
    this.leave = tag("button", { className: "leave", type: "button", onclick: () => this.drop() });
    this.row = tag("p", { className: "row" }, [this.doing, this.time, this.again, this.leave]);
    this.element = tag("section", { className: "microphone", onkeydown: pressOnce }, [this.fault, this.row, this.button]);
  }

  press() {
    if (this.state === RECORDING) this.stop();
    else if (this.state === IDLE) this.begin();
  }

  // --- Recording.
  async begin() {
    this.to(ASKING);
    const asked = (this.asked = Symbol("asked for a microphone"));
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      if (this.asked === asked) this.record(stream);
      else release(stream); // it was dropped meanwhile
    } catch ({ name }) {
      if (stream) release(stream);
      if (this.asked === asked) this.to(IDLE, this.data.words[FAULTS[name] ?? "unusable"]);
    }
  }

  record(stream) {
    const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 8 * this.data.bounds.rate });
    const pieces = [];
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    // By whatever it was ended: the button, the clock, or a microphone that was taken away.
    recorder.onstop = () => {
      release(stream);
      clearInterval(ticking);
      if (this.recorder !== recorder) return; // it was dropped
      this.recording = new Blob(pieces, { type: recorder.mimeType });
      this.transcribe();
    };
    recorder.start();
    const ticking = setInterval(() => this.tick(), TICK);
    this.recorder = recorder;
    this.began = performance.now();
    this.to(RECORDING);
    announce(this.data.words.recording);
    this.tick();
  }

  tick() {
    const seconds = (performance.now() - this.began) / 1000;
    this.time.textContent = minutes(seconds);
    if (seconds >= this.data.bounds.seconds) this.stop();
  }

  // Once: what was recorded comes a moment later.
  stop(recorder = this.recorder) {
    if (recorder && recorder.state !== "inactive") recorder.stop();
  }

  // --- To the server, and back.
  async transcribe() {
    this.to(TURNING);
    this.retry = this.transcribe;
    this.number = undefined; // of the message, once it is on its way
    const { recording } = this;
    // The server says what is wrong with one that is too large.
    const data = recording.size > this.data.bounds.largest ? "" : await base64(recording);
    if (this.state !== TURNING || this.recording !== recording) return;
    this.outbox.add({ kind: "recording", data });
    this.number = this.outbox.number;
  }

  take({ text, said }) {
    this.number = undefined;
    this.outbox.add({ kind: "end" });
    if (said) return this.to(FAILED, said);
    if (!text) return this.to(IDLE, this.data.words.nothing);
    this.words = text;
    this.write();
  }

  // The words go where one types, as soon as that can be done.
  write() {
    if (!this.words) return; // they were dropped
    this.retry = this.write;
    const field = document.querySelector(INPUT);
    if (!field || field.disabled || isComposing) {
      this.to(TURNING);
      setTimeout(() => this.write(), SOON);
    } else if (insert(field, this.words, this.data.bounds.letters)) {
      this.to(IDLE);
      field.focus(); // unless somebody writes elsewhere
      announce(this.data.words.turned);
    } else this.to(FAILED, fill(this.data.words.no_room, { words: this.words }));
  }

  drop() {
    const { recorder } = this;
    this.asked = this.recorder = null;
    this.stop(recorder);
    if (this.number !== undefined) this.outbox.add({ kind: "end" });
    this.number = undefined;
    this.to(IDLE);
    takeInput();
  }

  // What the server says, whenever it draws.
  update(data, post) {
    this.outbox.send = post;
    const isOther = this.data && this.data.session !== data.session;
    this.data = data;
    if (isOther) {
      // It has nothing of what was recorded here.
      this.outbox.messages = [];
      this.outbox.number = 0;
      if (this.state === TURNING && this.number !== undefined) this.transcribe();
    }
    this.outbox.confirm(data.received);
    if (this.number !== undefined && data.heard?.number === this.number) this.take(data.heard);
    this.draw();
  }

  // --- What is seen.
  to(state, said = "") {
    const cursor = document.activeElement;
    if (state === IDLE) [this.recording, this.words] = [null, ""];
    this.state = state;
    this.said = said;
    this.draw();
    if (said) announce(said, true);
    if (this.element.contains(cursor) && (cursor.hidden || this.row.hidden)) this.button.focus();
  }

  draw() {
    const { words } = this.data;
    const isRecording = this.state === RECORDING;
    const name = isRecording ? words.stop : words.record;
    this.button.title = name;
    this.button.setAttribute("aria-label", name);
    this.button.classList.toggle("on", isRecording);
    // Not disabled: the cursor stays on it.
    this.button.setAttribute("aria-disabled", `${!isRecording && this.state !== IDLE}`);
    this.fault.textContent = this.said;
    this.row.hidden = this.state === IDLE || this.state === ASKING;
    this.row.classList.toggle("on", isRecording);
    this.doing.textContent = { [RECORDING]: words.recording, [TURNING]: words.turning }[this.state] ?? "";
    this.doing.hidden = this.state === FAILED;
    this.time.hidden = !isRecording;
    this.again.hidden = this.state !== FAILED;
    this.again.textContent = words.again;
    this.leave.textContent = this.state === FAILED ? words.discard : words.cancel;
  }
}

function release(stream) {
  for (const track of stream.getTracks()) track.stop();
}

const current = new Microphone();

// Called with every drawing of the microphone's part of the page.
export function microphone({ data, parentElement, setTriggerValue }) {
  if (!isThere()) return;
  if (!parentElement.contains(current.element)) parentElement.append(current.element);
  // Beside the button for files, the words begin later.
  document.body.classList.toggle("has-microphone", !data.isAlone);
  current.update(data, (messages) => setTriggerValue("came", messages));
}

window.addEventListener(
  "keydown",
  (event) => {
    const isUnderWay = current.state === ASKING || current.state === RECORDING;
    if (event.key !== "Escape" || !isUnderWay || isOpen(event.target)) return;
    event.preventDefault(); // or it would stop an answer
    current.drop();
  },
  true,
);
