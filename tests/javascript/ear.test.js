import assert from "node:assert/strict";
import { test } from "node:test";
import { draw, find, until } from "./dom.js";

const note = (kind, value) => `<i class="note" data-kind="${kind}" data-value='${JSON.stringify(value)}'></i>`;
const message = (said) => `<div data-testid="stChatMessage"><div data-testid="stChatMessageContent">${said}</div></div>`;
const round = (number, question, answer) =>
  `<div class="st-key-place-${number}">${message(question)}${message(answer)}</div>`;
const say = (name, words, isFailure = false) =>
  find(".stMain").insertAdjacentHTML("beforeend", note("heard", { name, words, isFailure }));
const names = (hidden) =>
  note("names", { transcript: "Transcript", question: "Question {number}", answer: "Answer {number}", hidden });
const labels = () =>
  [...document.querySelectorAll('[data-testid="stChatMessageContent"]')].map((said) => said.getAttribute("aria-label"));

draw();
const { announce } = await import("../../static/ear.js");
const said = (role) => find(`.heard[role="${role}"]`).textContent;

test("what the server has said is said once, and failures apart", async () => {
  say("a", "Answering");
  await until(() => said("status") === "Answering");
  say("b", "It failed.", true);
  await until(() => said("alert") === "It failed.");
  assert.equal(said("status"), "");
  announce("Copied");
  say("a", "Answering");
  say("c", "Done");
  await until(() => said("status") === "Done");
  assert.equal(said("alert"), "");
});

test("the dialogue is a silent transcript, whose parts are numbered, also when it is made anew", async () => {
  const dialogue = '<div class="st-key-dialogue">' + round(0, "Q", "<h1>A</h1><h6>B</h6>") + round(1, "Q", "A") + "</div>";
  find(".stMain").innerHTML = names(2) + dialogue;
  await until(() => find(".st-key-dialogue").getAttribute("role") === "log");
  assert.equal(find(".st-key-dialogue").getAttribute("aria-live"), "off");
  assert.deepEqual(labels(), ["Question 3", "Answer 3", "Question 4", "Answer 4"]);
  assert.equal(find("h1").getAttribute("aria-level"), "2");
  assert.equal(find("h6").getAttribute("aria-level"), "6");
  announce("Done");
  find(".stMain").innerHTML = names(0) + dialogue;
  await until(() => labels()[0] === "Question 1");
  assert.equal(find(".st-key-dialogue").getAttribute("aria-label"), "Transcript");
  assert.equal(said("status"), "Done");
  find(".stMain").insertAdjacentHTML("beforeend", names(0).replace("Transcript", "Gespräch"));
  await until(() => said("status") === ""); // it was said in another language
});

test("it is busy while an answer is written, and a failure in it is said by the region alone", async () => {
  find(".st-key-dialogue").insertAdjacentHTML("beforeend", '<i class="live"></i><p role="alert">It failed.</p>');
  await until(() => find(".st-key-dialogue").getAttribute("aria-busy") === "true");
  assert.equal(document.querySelectorAll('[role="alert"]').length, 1);
  find(".live").remove();
  await until(() => find(".st-key-dialogue").getAttribute("aria-busy") === "false");
});
