import assert from "node:assert/strict";
import { test } from "node:test";
import { draw, find, until } from "./dom.js";

const WORDS = [
  ["Main menu", "菜单"],
  ["Help for {label}", "“{label}”的帮助"],
  ["Press Enter to apply", "按回车键应用"],
  ["Open", "打开"],
];
const note = (said) =>
  `<i class="note" data-kind="language" data-value='${JSON.stringify({ cookie: "chat_language", ...said })}'></i>`;
const say = (said) => document.body.insertAdjacentHTML("beforeend", note(said));

draw(`
  <button id="menu" aria-label="Main menu">Main menu</button>
  <button id="help" aria-label="Help for Model" title="Help for Model"></button>
  <div data-testid="stVerticalBlock">
    <p id="said">Main menu</p>
    <span data-testid="InputInstructions"><b id="hint">Press Enter to apply</b></span>
    <section class="chats"><button id="chat" title="Open">Open</button></section>
  </div>`);
await import("../../static/language.js");

test("English is left as it is", async () => {
  say({ code: "en", direction: "ltr", chosen: null, words: [] });
  await until(() => document.documentElement.lang === "en");
  assert.equal(find("#menu").getAttribute("aria-label"), "Main menu");
  assert.equal(document.cookie, "");
});

test("what is Streamlit's is renamed, what was said is not", async () => {
  say({ code: "zh", direction: "ltr", chosen: "zh", words: WORDS });
  await until(() => document.documentElement.lang === "zh");
  assert.equal(find("#menu").getAttribute("aria-label"), "菜单");
  assert.equal(find("#menu").textContent, "菜单");
  assert.equal(find("#help").title, "“Model”的帮助");
  assert.equal(find("#hint").textContent, "按回车键应用");
  assert.equal(find("#said").textContent, "Main menu");
  assert.equal(find("#chat").title, "Open");
  assert.match(document.cookie, /chat_language=zh/);
});

test("what comes later is renamed, too, and what is set anew", async () => {
  find(".stMain").insertAdjacentHTML("beforeend", '<div id="late"><i aria-label="Open"><b>Open</b></i></div>');
  await until(() => find("#late b").textContent === "打开");
  assert.equal(find("#late i").getAttribute("aria-label"), "打开");
  const hint = '<p><span data-testid="InputInstructions">Press Enter to apply</span></p><q>Open</q>';
  find('[data-testid="stVerticalBlock"]').insertAdjacentHTML("beforeend", `<div id="field">${hint}</div>`);
  await until(() => find("#field span").textContent === "按回车键应用");
  assert.equal(find("#field q").textContent, "Open");
  find("#menu").setAttribute("aria-label", "Main menu");
  await until(() => find("#menu").getAttribute("aria-label") === "菜单");
});

test("another language takes the place of one, and English of that", async () => {
  say({ code: "ar", direction: "rtl", chosen: "ar", words: [["Main menu", "القائمة"]] });
  await until(() => document.documentElement.dir === "rtl");
  assert.equal(find("#menu").getAttribute("aria-label"), "القائمة");
  assert.equal(find("#help").title, "Help for Model");
  say({ code: "en", direction: "ltr", chosen: "en", words: [] });
  await until(() => document.documentElement.dir === "ltr");
  assert.equal(find("#menu").textContent, "Main menu");
  assert.equal(find("#hint").textContent, "Press Enter to apply");
});

test("a language is spoken where no cookie may be kept", async () => {
  const forbid = () => {
    throw new DOMException("The operation is insecure.", "SecurityError");
  };
  Object.defineProperty(document, "cookie", { set: forbid, configurable: true });
  say({ code: "de", direction: "ltr", chosen: "de", words: [["Main menu", "Hauptmenü"]] });
  await until(() => find("#menu").textContent === "Hauptmenü");
  delete document.cookie;
});
