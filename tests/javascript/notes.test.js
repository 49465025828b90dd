import assert from "node:assert/strict";
import { test } from "node:test";
import { find, until } from "./dom.js";

const note = (kind, value) => `<i class="note" data-kind="${kind}" data-value='${JSON.stringify(value)}'></i>`;

test("a note is taken once, whether it came before the program or comes later", async () => {
  document.body.innerHTML = `<p>${note("kind", 1)}</p>`;
  const { onNote } = await import("../../static/notes.js");
  const came = [];
  onNote("kind", (value) => came.push(value));
  assert.deepEqual(came, [1]);
  find("p").innerHTML = note("kind", { text: "two" });
  await until(() => came.length === 2);
  find("p").append("more");
  document.body.insertAdjacentHTML("beforeend", note("nobody's", 3) + note("kind", [4]));
  await until(() => came.length === 3);
  assert.deepEqual(came, [1, { text: "two" }, [4]]);
});
