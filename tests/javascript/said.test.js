import assert from "node:assert/strict";
import { afterEach, before, mock, test } from "node:test";
import "./dom.js";

let worded;
before(async () => {
  ({ worded } = await import("../../static/said.js"));
});
afterEach(() => mock.restoreAll());

const answers = (...given) => {
  const asked = mock.method(globalThis, "fetch", async () => {
    const next = given.shift();
    if (next === "lost") throw new TypeError("Failed to fetch");
    return { ok: typeof next === "object", json: async () => next };
  });
  return () => asked.mock.callCount();
};
const mounted = (name) => {
  const got = [];
  return [got, worded(name, (given) => got.push(given))];
};

test("what is mounted has its words in place of where they are, which are loaded once", async () => {
  const asked = answers({ tray: { words: { add: "Add" } }, files: { words: { load: "Load" }, sharing: {} } });
  const [trays, tray] = mounted("tray");
  const [files, file] = mounted("files");
  await Promise.all([tray({ key: 1, data: { words: "en", a: 1 } }), tray({ key: 2, data: { words: "en" } })]);
  await file({ data: { words: "en" } });
  assert.deepEqual(trays, [
    { key: 1, data: { words: { add: "Add" }, a: 1 } },
    { key: 2, data: { words: { add: "Add" } } },
  ]);
  assert.deepEqual(files, [{ data: { words: { load: "Load" }, sharing: {} } }]);
  assert.equal(asked(), 1);
});

test("words of another language are another file", async () => {
  answers({ tray: { words: { add: "Hinzufügen" } } });
  const [trays, tray] = mounted("tray");
  await tray({ data: { words: "de" } });
  assert.equal(trays[0].data.words.add, "Hinzufügen");
});

test("where the file does not come, or another server has none, it is asked for again", async (t) => {
  const asked = answers("lost", 404, { tray: { words: { add: "添加" } } });
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const [trays, tray] = mounted("tray");
  const done = tray({ data: { words: "zh" } });
  while (!trays.length) {
    await new Promise(setImmediate);
    t.mock.timers.tick(2000);
  }
  await done;
  assert.equal(trays[0].data.words.add, "添加");
  assert.equal(asked(), 3);
});

test("a server of the version before sends the words themselves", async () => {
  const [trays, tray] = mounted("tray");
  await tray({ data: { words: { add: "Add" } } });
  assert.deepEqual(trays, [{ data: { words: { add: "Add" } } }]);
});
