import assert from "node:assert/strict";
import { before, test } from "node:test";
import { INPUT, draw, find } from "./dom.js";

// A page of 100 lines of a window of ten, which happy-dom does not lay out.
let grow; // told that the page has grown
let main;
let showEnd;
const lines = { scrollHeight: 1000, offsetHeight: 100 };
let top = 0;

before(async () => {
  globalThis.ResizeObserver = class {
    constructor(heard) {
      grow = heard;
    }
    observe() {}
    disconnect() {}
  };
  draw(INPUT);
  main = find(".stMain");
  for (const name of Object.keys(lines)) Object.defineProperty(Element.prototype, name, { get: () => lines[name] });
  Object.defineProperty(Element.prototype, "scrollTop", {
    get: () => top,
    set(value) {
      top = value;
    },
  });
  main.scrollTo = ({ top: to }) => (top = Math.min(to, lines.scrollHeight - lines.offsetHeight));
  ({ showEnd } = await import("../../static/scroll.js"));
});

const after = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const scrolled = () => main.dispatchEvent(new Event("scroll"));
function leave() {
  const wheel = new WheelEvent("wheel", { deltaY: -1, bubbles: true });
  main.dispatchEvent(wheel);
  top = 300;
  scrolled();
}

test("whoever is at the end stays there while the page grows", () => {
  grow();
  assert.equal(top, 900);
  lines.scrollHeight = 1200;
  grow();
  assert.equal(top, 1100);
});

test("Streamlit's own scrolling does not move the page", () => {
  main.scrollTop = 5;
  assert.equal(top, 1100);
});

test("whoever has scrolled up stays where they are", async () => {
  leave();
  await after(400);
  lines.scrollHeight = 1400;
  grow();
  assert.equal(top, 300);
});

test("whoever asks is shown the end, wherever they were", () => {
  showEnd();
  assert.equal(top, 1300);
});

test("a page that another one replaces is followed as well", async () => {
  draw(INPUT);
  main = find(".stMain");
  main.scrollTo = ({ top: to }) => (top = Math.min(to, lines.scrollHeight - lines.offsetHeight));
  await after(20);
  lines.scrollHeight = 1600;
  grow();
  assert.equal(top, 1500);
});
