import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { draw } from "./dom.js";
import { forget } from "../../static/address.js";

beforeEach(() => draw());

test("What the address asked for goes from it, and nothing else does.", () => {
  history.replaceState({ a: 1 }, "", "/chat/?q=a%26b&lang=de&rounds=0&q=c#top");
  const { length } = history;
  forget(["q", "model", "rounds"]);
  assert.equal(location.pathname + location.search + location.hash, "/chat/?lang=de#top");
  assert.deepEqual([history.length, history.state], [length, { a: 1 }]);
});

test("An address that asks for nothing stays as it is.", () => {
  history.replaceState(null, "", "/?embed=true&x=%20");
  forget(["q"]);
  assert.equal(location.search, "?embed=true&x=%20");
});
