import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { draw, find, until } from "./dom.js";
import { unpacked } from "../../static/packed.js";
import { speak } from "../../static/sharing.js";

// What Streamlit's button does: it has the file made, and clicks a link that stands nowhere.
function save(name) {
  const link = document.createElement("a");
  link.setAttribute("href", `/media/${name}`);
  link.click();
}

const WORDS = {
  ...{ copied: "Copied", failed: "Copy it:", close: "Close", not_copied: "Not copied." },
  ...{ link_copied: "It has all.", too_long: "Too long.", small_pictures: "Small." },
};

let asked;
let clipboard;
let contents; // of the file that is asked for

beforeEach((context) => {
  draw(`
    <div class="st-key-copy_chat"><button><p>Copy chat</p></button></div>
    <div class="st-key-copy_link"><button><p>Copy link</p></button></div>`);
  [asked, clipboard, contents] = [0, [], null];
  find("button").addEventListener("click", () => asked++);
  speak(WORDS, false);
  window.ClipboardItem = class {
    constructor(types) {
      this.text = types["text/plain"].then((blob) => blob.text());
    }
  };
  const write = async ([{ text }]) => void clipboard.push(await text);
  const writeText = async (text) => void clipboard.push(text);
  Object.defineProperty(navigator, "clipboard", { value: { write, writeText }, configurable: true });
  context.mock.method(globalThis, "fetch", async (address) => ({ ok: !address.includes("gone"), status: 404, text: async () => contents ?? address }));
});

test("what a button would save is copied, and the button says so", async () => {
  find("button").click();
  save("chat.json"); // another file, which is saved
  save("chat.md");
  await until(() => find("p").textContent === "Copied");
  assert.deepEqual(clipboard, ["https://chat.example/media/chat.md"]);
  assert.equal(Object.hasOwn(HTMLAnchorElement.prototype, "click"), false);
});

test("a browser that takes no promise gets the text when it has come", async () => {
  delete window.ClipboardItem;
  find("button").click();
  save("chat.md");
  await until(() => clipboard.length);
});

test("a second press waits for the first", async () => {
  find("button").click();
  find("button").click();
  assert.equal(asked, 1);
  save("chat.md");
  await until(() => clipboard.length);
  find("button").click();
  assert.equal(asked, 2);
  save("chat.md");
  await until(() => clipboard.length === 2);
});

test("what is to be saved meanwhile is saved", async (context) => {
  const pressed = context.mock.method(HTMLElement.prototype, "click");
  find("button").click();
  save("chat.md");
  save("chat.md");
  assert.deepEqual(pressed.mock.calls.map(({ this: { tagName } }) => tagName), ["BUTTON", "A"]);
  await until(() => clipboard.length);
});

test("where no file comes, that is said", async (context) => {
  context.mock.method(console, "warn", () => {});
  find("button").click();
  save("gone.md");
  await until(() => find(".said")?.textContent === "Not copied.");
  assert.deepEqual(clipboard, []);
});

const LINK = ".st-key-copy_link button";

test("a link has the whole chat, and nothing else of the address", async () => {
  contents = '{"format": "…"}';
  location.href = "https://chat.example/base/?lang=de#there";
  find(LINK).click();
  save("chat.json");
  await until(() => find(".said")?.textContent === "It has all.");
  const [[link]] = [clipboard];
  const [address, letters] = link.split("#chat=");
  assert.equal(address, "https://chat.example/base/");
  assert.equal(await unpacked(letters, 1000), contents);
});

test("a chat that is too long for one is saved as a file", async (context) => {
  speak(WORDS, true);
  contents = Array.from({ length: 20_000 }, () => Math.random()).join();
  const made = new Promise((resolve) => context.mock.method(URL, "createObjectURL", (blob) => (resolve(blob), "blob:x")));
  find(LINK).click();
  save("chat.json");
  await until(() => find(".said")?.textContent === "Too long. Small.");
  assert.equal(await (await made).text(), contents);
  assert.deepEqual(clipboard, []);
});
