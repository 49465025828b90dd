import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { until } from "./dom.js";
import { databaseName } from "../../static/storage.js";
import { MOVED, person } from "../../static/person.js";

let loads = 0;
let reloads = 0;
globalThis.location = { reload: () => (reloads += 1) };

function draw(name) {
  document.head.innerHTML = `<i class="note" data-kind="person" data-value='${JSON.stringify(name)}'></i>`;
}

// The page is loaded, and somebody has signed in there.
async function load(name) {
  draw(name);
  const loaded = await import(`../../static/person.js?${(loads += 1)}`);
  assert.equal(await loaded.person, name);
}

const noted = () => MOVED.map((name) => sessionStorage.getItem(name));
const note = (words) => MOVED.forEach((name) => sessionStorage.setItem(name, words));
const all = (words) => MOVED.map(() => words);

test("all that any module notes in a tab is of one person", () => {
  const folder = new URL("../../static/", import.meta.url);
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(".js") && file !== "person.js")
    .flatMap((file) => {
      const script = readFileSync(new URL(file, folder), "utf8");
      const own = /const NAME = "(\w+)"/.exec(script)?.[1];
      return [...script.matchAll(/sessionStorage\.\w+\((?:"(\w+)"|NAME\b)/g)].map(([, name]) => name ?? own);
    });
  assert.deepEqual([...new Set(names)].sort(), [...MOVED].sort());
});

test("a stranger has the chats that were kept before anybody could sign in", async () => {
  assert.equal(await person, "");
  assert.equal(await databaseName(), "chat-transcripts");
});

test("what is noted in a tab is of one person, and comes back with that one alone", async () => {
  note("a stranger's");
  await load("ada");
  assert.deepEqual(noted(), all(null));
  note("Ada's");
  await load("grace");
  assert.deepEqual(noted(), all(null));
  await load("");
  assert.deepEqual(noted(), all("a stranger's"));
  await load("ada");
  assert.deepEqual(noted(), all("Ada's"));
  assert.equal(reloads, 0);
});

test("a page that comes to the server as another person's begins anew", async () => {
  await load("ada");
  note("Ada's");
  draw("grace");
  document.body.append("."); // whatever is drawn has the notes looked at
  await until(() => reloads === 1);
  assert.deepEqual(noted(), all("Ada's")); // what the page notes at its end is Ada's, too
  await load("grace");
  assert.deepEqual(noted(), all(null));
});

test("a page that is gone back to shows nobody, and begins anew", async () => {
  const happen = (kind) => window.dispatchEvent(Object.assign(new Event(kind), { persisted: true }));
  const before = reloads;
  happen("pagehide");
  assert.ok(document.body.hidden);
  happen("pageshow");
  assert.ok(reloads > before);
});
