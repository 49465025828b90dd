import assert from "node:assert/strict";
import { before, test } from "node:test";
import { draw, find, until } from "./dom.js";

const DIALOGUE = (inside) => `<div class="st-key-dialogue">${inside}</div>`;
let seek;
let seen = [];
const marks = new Map();
const marked = () => (marks.get("sought") ?? []).map(String);

before(async () => {
  globalThis.CSS = { highlights: marks };
  globalThis.Range = class {
    setStart(node, at) {
      Object.assign(this, { node, at, startContainer: node });
    }
    setEnd(_, end) {
      this.end = end;
    }
    toString() {
      return this.node.data.slice(this.at, this.end);
    }
  };
  globalThis.Highlight = Array;
  HTMLElement.prototype.scrollIntoView = function () {
    seen.push(this.textContent);
  };
  draw();
  ({ seek } = await import("../../static/find.js"));
});

test("what is sought is marked, wherever it stands and however it is written", async () => {
  draw(DIALOGUE("<p>Apples and <b>apple</b> pie</p><p>None</p>"));
  seek("aPPle");
  await until(() => marked().length === 2);
  assert.deepEqual(marked(), ["Apple", "apple"]);
  assert.deepEqual(seen, []);
  draw(DIALOGUE("<p>An apple</p>"));
  await until(() => marked().length === 1);
  seek("");
  await until(() => !marks.size);
});

test("a chat that is opened from it shows the first, also where that is not drawn at first", async () => {
  let asked = 0;
  draw(`${DIALOGUE("<p>Nothing</p>")}<p class="st-key-earlier"><button>Earlier</button></p>`);
  find("button").addEventListener("click", () => {
    asked += 1;
    draw(DIALOGUE("<p>The pear</p><p>A pear</p>"));
  });
  seek("pear", true);
  await until(() => seen.length);
  assert.deepEqual([asked, seen], [1, ["The pear"]]);
  draw(DIALOGUE("<p>Another pear</p>"));
  await until(() => marked().length === 1);
  assert.deepEqual(seen, ["The pear"]); // once
});
