// The list of the visitor's own prompts, and the form of one, over the page. Whatever a prompt says is set as
// text, never as markup.
import { download, fill, icon, inForm, pressOnce, tag } from "./elements.js";
import { severalIn } from "./imports.js";
import { LONGEST, MOST, checked, prompts, titleOf, tooLong } from "./prompts.js";
import { say } from "./say.js";
import { APP, PROMPT } from "./selectors.js";

const UNDOABLE = 8000; // milliseconds in which a prompt that was deleted can be had back
const LARGEST = 100_000_000; // bytes of a file that is read
const BEGINS = 200; // characters of a text in the list
// What a prompt may set beside its text.
const SETTINGS = ["model", "effort", "rounds"];

let words = null;
let shown = null; // the dialog, while it is open
let deleted = []; // prompts that can be had back
let undoing;
let wasFailing = false;
let left = null; // what was written into a form and not saved: {from, written}

const button = (label, onclick) => tag("button", { type: "button", onclick }, [label]);
const writtenIn = (form) => {
  const { rounds, ...others } = Object.fromEntries(new FormData(form));
  return { ...others, ...(rounds && { rounds: Number(rounds) }) };
};
const labelled = (label, field) => tag("label", { className: field.name }, [label, field]);

class Dialog {
  said = ""; // what became of an import

  constructor(now, pick) {
    Object.assign(this, { now, pick });
    this.title = tag("h2", {});
    this.status = tag("p", { className: "status", "role": "status" }); // which is read where it stays
    this.body = tag("div", {});
    const parts = [this.title, this.status, this.body];
    this.element = tag("dialog", { className: "prompts", "aria-label": words.title, onkeydown: pressOnce }, parts);
    this.element.addEventListener("cancel", (event) => {
      if (!this.isForm) return;
      event.preventDefault(); // Escape leaves the form, and then the list
      this.list();
    });
    this.element.addEventListener("close", () => {
      this.element.remove();
      shown = null;
    });
    document.querySelector(APP).append(this.element);
    this.element.showModal();
  }

  close = () => this.element.close();

  // --- The list.
  list(said = "") {
    const from = this.isForm && this.opener;
    Object.assign(this, { isForm: false, said });
    this.title.textContent = words.title;
    this.draw(from);
  }

  // The cursor stays on what has the same name, or comes back to what the form was opened from.
  draw(from) {
    const nameOf = (element) => element.getAttribute("aria-label") ?? (element.closest("label") ?? element).textContent;
    const { activeElement } = document;
    const had = from || (this.body.contains(activeElement) && nameOf(activeElement));
    const onchange = ({ target }) => this.import(target);
    const file = tag("input", { type: "file", accept: ".json,application/json", onchange });
    const all = prompts.all;
    this.body.replaceChildren(
      all.length ? tag("ul", {}, all.map((prompt) => this.item(prompt))) : tag("p", {}, [words.none]),
      tag("footer", {}, [
        button(words.save, () => this.form()),
        tag("label", { className: "load" }, [words.import, file]),
        ...(all.length ? [button(words.export, () => download(prompts.asFile(), "prompts.json"))] : []),
        button(words.close, this.close),
      ]),
    );
    const places = [...this.body.querySelectorAll("button, input")];
    if (had) (places.find((one) => nameOf(one) === had) ?? this.body.querySelector("footer button")).focus();
    this.drawStatus();
  }

  drawStatus() {
    const lines = [this.said, prompts.isFailing && words.not_kept].filter(Boolean).join(" ");
    const count = deleted.length;
    if (this.drawn === `${lines} ${count}`) return; // the cursor may be on Undo
    this.drawn = `${lines} ${count}`;
    const undo = count ? [inForm(words.removed, count), " ", button(words.undo, () => this.bringBack()), " "] : [];
    const hadCursor = this.status.contains(document.activeElement);
    this.status.replaceChildren(...undo, lines);
    if (hadCursor) (this.status.querySelector("button") ?? this.body.querySelector("button")).focus();
  }

  item(prompt) {
    const { name, text } = prompt;
    const use = () => {
      this.close();
      this.pick(prompt);
    };
    return tag("li", {}, [
      tag("button", { className: "open", type: "button", onclick: use }, [
        tag("span", { dir: "auto" }, [titleOf(prompt)]),
        tag("small", { dir: "auto" }, [text.slice(0, BEGINS)]),
      ]),
      icon("edit", fill(words.edit, { prompt: name }), () => this.form(prompt)),
      icon("delete", fill(words.remove, { prompt: name }), () => this.remove(prompt)),
    ]);
  }

  remove(prompt) {
    deleted.push(prompt);
    clearTimeout(undoing);
    undoing = setTimeout(() => {
      deleted = [];
      shown?.drawStatus();
    }, UNDOABLE);
    prompts.remove(prompt);
    this.status.querySelector("button").focus();
  }

  bringBack() {
    const back = deleted;
    deleted = [];
    prompts.takeIn(back); // another one may have its name by now
    this.drawStatus();
  }

  async import({ files: [file] }) {
    if (!file) return;
    const found = file.size > LARGEST ? null : severalIn(await file.text())?.prompts;
    if (!found?.length) return this.list(words.no_prompts);
    const { added, known, left } = await prompts.takeIn(found);
    const said = [inForm(words.imported, added)];
    if (known) said.push(inForm(words.known, known));
    if (left) said.push(inForm(words.left, left));
    if (!this.isForm) this.list(said.join(" "));
  }

  // --- The form of one, or of a new one with what is set now. What was left by Escape is there again.
  form(before) {
    if (!before && prompts.all.length >= MOST) return this.list(fill(words.no_room, { count: MOST }));
    const opener = before ? fill(words.edit, { prompt: before.name }) : words.save;
    Object.assign(this, { isForm: true, said: "", opener });
    const begun = before ?? { text: this.now.text };
    const from = JSON.stringify(begun);
    const prompt = left?.from === from ? left.written : begun;
    const field = (kind, name, more) =>
      tag(kind, { name, value: prompt[name] ?? "", dir: "auto", autocomplete: "off", ...more });
    this.error = tag("p", { className: "error", "role": "alert" });
    const form = tag("form", { noValidate: true }, [
      labelled(words.icon, field("input", "icon", { placeholder: "💡" })),
      labelled(words.name, field("input", "name")),
      labelled(words.system_prompt, field("textarea", "text", { rows: 5 })),
      tag("small", {}, [words.asked_for]),
      ...SETTINGS.map((name) => labelled(words[name], this.choice(name, prompt[name], begun[name]))),
      this.error,
      tag("footer", {}, [
        tag("button", { className: "primary" }, [words.keep]),
        button(words.cancel, () => this.leave()),
      ]),
    ]);
    form.addEventListener("input", () => (left = { from, written: writtenIn(form) }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.keep(writtenIn(form), before);
    });
    this.title.textContent = opener;
    this.drawStatus();
    this.body.replaceChildren(form);
    form.elements.name.focus();
  }

  leave() {
    left = null;
    this.list();
  }

  // What the prompt sets, and what is set now, can be chosen.
  choice(name, chosen, own) {
    const values = [...new Set([own, chosen, this.now[name]])].filter((value) => value || value === 0);
    const said = (value) => (name === "effort" ? words.levels[value] : String(value));
    return tag("select", { name }, [
      tag("option", { value: "" }, [words.as_it_is]),
      ...values.map((value) => tag("option", { value, selected: value === chosen }, [said(value)])),
    ]);
  }

  keep(written, before) {
    const prompt = checked(written);
    const [other, there] = [prompt, before].map((one) => one && prompts.find(one.name));
    // What another tab has changed meanwhile is another one.
    const own = JSON.stringify(there) === JSON.stringify(before) ? there : undefined;
    if (prompt && (!other || other === own)) {
      prompts.save(prompt, own);
      this.opener = fill(words.edit, { prompt: prompt.name });
      return this.leave();
    }
    const [long] = tooLong(written);
    const field = words[long === "text" ? "system_prompt" : long];
    if (prompt) this.error.textContent = words.taken;
    else if (long) this.error.textContent = fill(words.too_long, { field, count: LONGEST[long].toLocaleString() });
    else this.error.textContent = words.missing;
    const wrong = long ?? (prompt || !written.name.trim() ? "name" : "text");
    this.body.querySelector(`[name="${wrong}"]`).focus();
  }
}

// Opens the list, or the form of a new one.
export function open(data, { isNew, pick }) {
  if (shown) return;
  words = data.words;
  shown = new Dialog({ ...data.now, text: document.querySelector(PROMPT)?.value ?? "" }, pick);
  if (isNew) shown.form();
  else shown.list();
}

// Where the dialog is closed by now, the page says that nothing is kept.
prompts.listeners.add(() => {
  if (shown && !shown.isForm) shown.draw();
  if (!shown && prompts.isFailing && !wasFailing) say(words?.not_kept);
  wasFailing = prompts.isFailing;
});
