// Which blocks of an answer run the way of their text.
import assert from "node:assert/strict";
import { test } from "node:test";
import { draw, find } from "./dom.js";

draw('<div data-testid="stChatMessage"><ul><li>one <code>x</code></li></ul></div><ul id="other"></ul>');
await import("../../static/direction.js");

test("lists of an answer run the way of their text, and code from left to right", () => {
  assert.equal(find("ul").dir, "auto");
  assert.equal(find("code").dir, "ltr");
});

test("what is not of an answer is left alone", () => {
  assert.equal(find("#other").getAttribute("dir"), null);
});

test("what an answer grows by runs so, too, and what it stands in decides", async () => {
  const table = document.createElement("table");
  find('[data-testid="stChatMessage"]').append(table);
  find("#other").append(document.createElement("blockquote"));
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(table.dir, "auto");
  assert.equal(find("#other blockquote").getAttribute("dir"), null);
});
