// What the server is sent of the storage, numbered 1, 2, 3 …: each message again and again until the
// server says that it has received it. A message is lost where the connection is; while a script runs,
// it waits.
import { isIdle } from "./selectors.js";

const PATIENCE = 2000; // milliseconds after which what was sent is sent again
const PACE = 50; // characters a millisecond: how slowly a large one may go

const isLarge = ({ kind }) => kind === "opened" || kind === "picture";

export class Outbox {
  messages = [];
  number = 0; // of the last message

  start() {
    setInterval(() => {
      if (isIdle() && this.messages.length && Date.now() - this.posted > this.patience) this.post();
    }, PATIENCE);
  }

  get patience() {
    const size = this.messages.reduce((sum, { data, records }) => sum + (data ?? records ?? "").length, 0);
    return PATIENCE + size / PACE;
  }

  add(message) {
    this.messages.push({ ...message, number: ++this.number });
    this.post();
  }

  // Once for all that is added at a time: Streamlit (1.67) would send each of them in one message.
  post() {
    this.posted = Date.now();
    this.posting ??= setTimeout(() => {
      this.posting = undefined;
      this.send?.(this.messages);
    });
  }

  confirm(received) {
    this.messages = this.messages.filter(({ number }) => number > received);
  }

  // The chat that is on its way. It is one at a time and goes without pictures, which are asked for anew:
  // all messages are sent together, and must not become too large.
  get opened() {
    return this.messages.find(({ kind }) => kind === "opened");
  }

  // Whether a chat or pictures are on their way.
  get isLoaded() {
    return this.messages.some(isLarge);
  }

  open(message) {
    this.messages = this.messages.filter((other) => !isLarge(other));
    this.add({ kind: "opened", ...message });
  }
}
