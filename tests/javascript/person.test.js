import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./dom.js";
import { databaseName } from "../../static/storage.js";
import { person } from "../../static/person.js";

function sign(name) {
  document.head.innerHTML = `<i class="note" data-kind="person" data-value='${JSON.stringify(name)}'></i>`;
  document.body.append("."); // whatever is drawn has the notes looked at
  return until(() => sessionStorage.getItem("person") === name);
}

test("a stranger has the chats that were kept before anybody could sign in", async () => {
  assert.equal(await person, "");
  assert.equal(await databaseName(), "chat-transcripts");
});

test("unsent words are of one person, and come back with that one alone", async () => {
  sessionStorage.setItem("unsent", "a stranger's");
  await sign("ada");
  assert.equal(sessionStorage.getItem("unsent"), null);
  sessionStorage.setItem("unsent", "Ada's");
  await sign("grace");
  assert.equal(sessionStorage.getItem("unsent"), null);
  await sign("");
  assert.equal(sessionStorage.getItem("unsent"), "a stranger's");
  await sign("ada");
  assert.equal(sessionStorage.getItem("unsent"), "Ada's");
});
