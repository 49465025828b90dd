import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { INPUT, draw, find, type, until } from "./dom.js";

// What a browser has and node has not.
let refusal = null; // why there is no microphone
let tracks = []; // of the microphones that were given out
let recorders = [];
class Recorder {
  static isTypeSupported = (kind) => kind === "audio/mp4";
  state = "inactive";
  constructor(stream, options) {
    Object.assign(this, { stream, options, mimeType: options.mimeType });
    recorders.push(this);
  }
  start() {
    this.state = "recording";
  }
  stop() {
    this.state = "inactive";
    this.ondataavailable({ data: new Blob([`spoken ${recorders.length}`]) });
    this.onstop();
  }
}
const getUserMedia = async () => {
  if (refusal) throw Object.assign(new Error(), { name: refusal });
  const track = { isOn: true, stop: () => (track.isOn = false) };
  tracks.push(track);
  return { getTracks: () => [track] };
};
Object.defineProperty(globalThis, "navigator", { value: { mediaDevices: { getUserMedia } }, configurable: true });
globalThis.MediaRecorder = Recorder;
globalThis.FileReader = window.FileReader;
globalThis.Blob = window.Blob;

const { microphone, minutes } = await import("../../static/microphone.js");
const regions = [...document.querySelectorAll(".heard")];
const names = ["record", "stop", "recording", "turning", "turned", "cancel", "again", "discard", "forbidden", "missing", "unusable", "nothing"];
const words = { ...Object.fromEntries(names.map((name) => [name, name])), no_room: "no room: {words}" };
const bounds = { seconds: 300, largest: 1000, rate: 4000, letters: null };

let posted = [];
let server; // what a server would say
let session = 0;
const field = () => find("textarea");
const button = () => find(".record");
const shown = () => [...find(".microphone").querySelectorAll(".fault, .row:not([hidden]) > :not([hidden])")]
  .map(({ textContent }) => textContent)
  .filter(Boolean);
const said = (role) => find(`.heard[role="${role}"]`).textContent;
const press = (key, target = document.body, more = {}) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));

function mount(said = {}) {
  server = { ...server, ...said };
  microphone({
    data: { bounds, words, isAlone: false, ...server },
    parentElement: find("#place"),
    setTriggerValue: (_, sent) => posted.push(...sent),
  });
}

// Records something and stops, and returns the message that goes to the server.
async function recorded() {
  button().click();
  await until(() => recorders.at(-1)?.state === "recording");
  button().click();
  return until(() => posted.find(({ kind }) => kind === "recording"));
}

const hears = (message, heard) => mount({ received: message.number, heard: { number: message.number, text: "", said: "", ...heard } });

beforeEach(() => {
  find(".leave")?.click(); // whatever the test before has left
  draw(`${INPUT}<div id="place"></div>`);
  document.body.append(...regions);
  type(field(), "");
  [refusal, tracks, recorders, posted] = [null, [], [], []];
  server = { session: `${(session += 1)}`, received: 0, heard: null };
  mount();
  posted = [];
});

test("what is spoken stands behind what was typed, and nothing is sent", async () => {
  type(field(), "Tell me:");
  button().click();
  await until(() => recorders.length);
  assert.deepEqual(shown(), ["recording", "0:00", "cancel"]);
  assert.equal(said("status"), "recording");
  assert.equal(button().getAttribute("aria-label"), "stop");
  assert.deepEqual(recorders[0].options, { mimeType: "audio/mp4", audioBitsPerSecond: 32_000 });
  button().click();
  assert.deepEqual(shown(), ["turning", "cancel"]);
  assert.equal(tracks[0].isOn, false);
  const message = await until(() => posted[0]);
  assert.equal(atob(message.data), "spoken 1");
  hears({ number: message.number - 1 }, { text: "of another one" });
  assert.equal(field().value, "Tell me:");
  type(field(), "Tell me now:"); // meanwhile
  hears(message, { text: "what time is it?" });
  assert.equal(field().value, "Tell me now: what time is it?");
  assert.deepEqual(shown(), []);
  assert.equal(said("status"), "turned");
  assert.equal(document.activeElement, field());
  await until(() => posted.at(-1).kind === "end"); // the server keeps nothing of it
});

test("words stand where the cursor was, with spaces where a script has them", async () => {
  for (const [before, after, spoken, whole] of [
    ["one", "two", "and", "one and two"],
    ["one ", " two", "and", "one and two"],
    ["你好", "吗", "今天", "你好今天吗"],
    ["", "", "Hi", "Hi"],
  ]) {
    type(field(), before + after);
    field().setSelectionRange(before.length, before.length);
    hears(await recorded(), { text: spoken });
    assert.equal(field().value, whole);
    assert.ok(field().value.slice(0, field().selectionEnd).trimEnd().endsWith(spoken));
    mount({ received: server.received + 1, heard: null });
    posted = [];
  }
});

test("a recording that failed is kept until it is turned into text, or is not wanted", async () => {
  const first = await recorded();
  hears(first, { said: "It failed." });
  assert.deepEqual(shown(), ["It failed.", "again", "discard"]);
  assert.equal(said("alert"), "It failed.");
  button().click();
  assert.equal(recorders.length, 1); // it would take the place of the one that is kept
  posted = [];
  find(".again").click();
  assert.deepEqual(shown(), ["turning", "cancel"]);
  const second = await until(() => posted.find(({ kind }) => kind === "recording"));
  assert.equal(second.data, first.data);
  hears(second, { said: "It failed." });
  find(".leave").click();
  assert.deepEqual(shown(), []);
});

test("words for which there is no room are shown, and put in where there is some", async () => {
  bounds.letters = 10;
  type(field(), "12345");
  hears(await recorded(), { text: "67890" });
  assert.equal(field().value, "12345");
  assert.deepEqual(shown(), ["no room: 67890", "again", "discard"]);
  type(field(), "");
  find(".again").click();
  bounds.letters = null;
  assert.equal(field().value, "67890");
  assert.equal(posted.filter(({ kind }) => kind === "recording").length, 1);
});

test("another server is sent a recording anew, and old words are not taken for new ones", async () => {
  const first = await recorded();
  posted = [];
  mount({ session: "other", received: 0, heard: { number: first.number, text: "old", said: "" } });
  const again = await until(() => posted.find(({ kind }) => kind === "recording"));
  assert.equal(again.data, first.data);
  assert.equal(again.number, 1);
  mount({ heard: null });
  hears(again, { text: "Hi" });
  assert.equal(field().value, "Hi");
});

test("Escape and Cancel drop what is recorded, and what is turned into text", async () => {
  for (const leave of [() => press("Escape"), () => find(".leave").click()]) {
    button().click();
    await until(() => recorders.at(-1)?.state === "recording");
    leave();
    assert.equal(recorders.pop().state, "inactive");
    assert.equal(tracks.at(-1).isOn, false);
    assert.deepEqual([shown(), posted], [[], []]);
  }
  const message = await recorded();
  assert.equal(press("Escape"), true); // it is free for what else it ends
  find(".leave").click();
  hears(message, { text: "Hi" });
  assert.equal(field().value, "");
  assert.equal((await until(() => posted[1])).kind, "end");
});

test("what is wrong with a microphone is one sentence, and it can be tried again", async () => {
  for (const [name, word] of [["NotAllowedError", "forbidden"], ["NotFoundError", "missing"], ["NotReadableError", "unusable"]]) {
    refusal = name;
    button().click();
    await until(() => shown().length);
    assert.deepEqual(shown(), [word]);
    assert.equal(said("alert"), word);
  }
  refusal = null;
  hears(await recorded(), { text: "" });
  assert.deepEqual(shown(), ["nothing"]);
});

test("a microphone that is given after all was dropped is let go", async () => {
  button().click();
  press("Escape");
  await until(() => tracks.length && !tracks[0].isOn);
  assert.equal(recorders.length, 0);
  assert.deepEqual(shown(), []);
});

test("a recording ends by itself when it is as long as it may be", async () => {
  bounds.seconds = 0;
  button().click();
  await until(() => posted.length);
  bounds.seconds = 300;
  assert.equal(tracks[0].isOn, false);
  assert.deepEqual([0, 59.9, 61, 300].map(minutes), ["0:00", "0:59", "1:01", "5:00"]);
});

test("of a recording that is too large nothing is sent but that", async () => {
  bounds.largest = 1;
  assert.equal((await recorded()).data, "");
  bounds.largest = 1000;
});

test("an unfinished word of an input method is waited for", async () => {
  const message = await recorded();
  field().dispatchEvent(new Event("compositionstart", { bubbles: true }));
  hears(message, { text: "Hi" });
  assert.equal(field().value, "");
  field().dispatchEvent(new Event("compositionend", { bubbles: true }));
  await until(() => field().value === "Hi");
});

test("a key that is held presses once, and the cursor stays where there is something to press", async () => {
  assert.equal(press("Enter", button(), { repeat: true }), false);
  button().focus();
  const message = await recorded();
  assert.equal(document.activeElement, button());
  hears(message, { said: "It failed." });
  find(".again").focus();
  find(".again").click();
  assert.equal(document.activeElement, button());
});
