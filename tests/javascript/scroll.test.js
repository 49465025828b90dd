import assert from "node:assert/strict";
import { before, test } from "node:test";
import { INPUT, draw, find, type } from "./dom.js";

// A page of 100 lines of a window of ten, which happy-dom does not lay out.
let grow; // says that the page has grown
let main;
let showEnd;
const lines = { scrollHeight: 1000, clientHeight: 100 };
let top = 0;

before(async () => {
  globalThis.ResizeObserver = class {
    constructor(callback) {
      grow = callback;
    }
    observe() {}
  };
  draw(INPUT);
  main = find(".stMain");
  for (const name of Object.keys(lines)) Object.defineProperty(main, name, { get: () => lines[name] });
  Object.defineProperty(main, "scrollTop", {
    get: () => top,
    set(to) {
      top = to;
    },
  });
  main.scrollTo = ({ top: to }) => scroll(Math.min(to, lines.scrollHeight - lines.clientHeight));
  ({ showEnd } = await import("../../static/scroll.js"));
});

function scroll(to) {
  top = to;
  main.dispatchEvent(new Event("scroll"));
}

function growBy(more) {
  lines.scrollHeight += more;
  grow();
}

test("whoever is at the end stays there while the page grows", () => {
  growBy(0);
  assert.equal(top, 900);
  growBy(200);
  assert.equal(top, 1100);
});

test("whoever has scrolled up stays where they are, however little it was", () => {
  scroll(1090);
  growBy(200);
  assert.equal(top, 1090);
});

test("whoever scrolls down to where the end just was is at the end", () => {
  scroll(1250);
  growBy(100);
  assert.equal(top, 1400);
});

test("a page that has become shorter is no scrolling up", () => {
  lines.scrollHeight = 1200;
  scroll(1100);
  growBy(200);
  assert.equal(top, 1300);
});

test("whoever opens a chat is shown its end, wherever they were", () => {
  scroll(300);
  showEnd();
  assert.equal(top, 1300);
});

test("whoever asks is shown the question, and an empty input asks nothing", () => {
  const enter = () => find("textarea").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  scroll(300);
  enter();
  growBy(100);
  assert.equal(top, 300);
  type(find("textarea"), "Q");
  enter();
  growBy(100);
  assert.equal(top, 1500);
});

test("what follows an answer that is asked anew may be the first by then, as that was deleted", async () => {
  const message = '<div data-testid="stChatMessage">';
  const both = `${message}<div class="st-key-refresh-1"><button></button></div></div>
    ${message}<div class="st-key-asked-2"></div></div>`;
  find(".stMain > div").insertAdjacentHTML("beforeend", both);
  const [answer, question] = main.querySelectorAll('[data-testid="stChatMessage"]');
  let position = 50;
  question.getBoundingClientRect = () => ({ top: position });
  find("button").click();
  answer.remove();
  position = 10;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(question.style.minHeight, "");
});
