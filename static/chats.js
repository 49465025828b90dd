// The list of the chats in the sidebar. Whatever a chat says is set as text, never as markup.
import { dayOf, fill, icon, inForm, tag } from "./elements.js";
import { seek } from "./find.js";
import { takeInput } from "./input.js";
import { sayLeft } from "./queue.js";
import { store } from "./store.js";
import { isWriting, stop } from "./writing.js";

const UNDOABLE = 8000; // milliseconds in which a deleted chat can be had back
const SEARCH_FROM = 6; // chats
const TYPING = 200; // milliseconds without a key after which all that was said is searched

export class List {
  constructor(store, element, words) {
    this.store = store;
    this.words = words;
    this.found = { sought: "", ids: new Set() }; // what the last search of all chats has found
    this.undoable = []; // the ids of the chats that were deleted
    element.replaceChildren(
      tag("section", { className: "chats", "aria-label": words.chats }, [
        tag("h2", {}, [words.chats]),
        (this.field = tag("input", {
          type: "search",
          placeholder: words.search,
          "aria-label": words.search,
          hidden: true,
          oninput: () => this.search(),
        })),
        (this.undo = tag("p", { className: "undo", "role": "status", hidden: true })),
        (this.body = tag("div", { className: "list", onscroll: () => this.fade(), onkeydown: (event) => this.onKey(event) })),
        (this.foot = tag("p", { className: "foot", "role": "status" })),
      ]),
    );
    // How much of it is seen is not known before it is seen.
    new ResizeObserver(() => this.fade()).observe(this.body);
    this.drawFoot();
  }

  redraw() {
    return this.store.enqueue(() => this.draw());
  }

  get sought() {
    return this.field.value.trim().toLowerCase();
  }

  // What the titles say shows at once, what was said in the chats a moment later.
  search() {
    const { sought } = this;
    this.redraw();
    seek(sought);
    clearTimeout(this.searching);
    if (sought) this.searching = setTimeout(() => this.searchAll(sought), TYPING);
  }

  async searchAll(sought) {
    try {
      const ids = await this.store.storage.search(sought, () => sought !== this.sought);
      if (sought !== this.sought) return;
      this.found = { sought, ids };
      this.redraw();
    } catch (error) {
      this.store.fail(error);
    }
  }

  async draw() {
    const { store } = this;
    if (this.body.querySelector("input")) return; // a name is being written
    const all = await store.storage.chats();
    try {
      this.show(all);
    } catch (error) {
      console.error("The list of the chats cannot be drawn.", error); // they are kept all the same
    }
  }

  show(all) {
    const focused = document.activeElement?.closest?.("li")?.dataset.chat ?? this.focused;
    const hadFocus = this.body.contains(document.activeElement) || !!this.focused;
    const order = this.items.map(({ dataset }) => dataset.chat);
    const { words, found, sought } = this;
    const isSearched = found.sought === sought;
    const isShown = (chat) =>
      this.named(chat).toLowerCase().includes(sought) || (isSearched && found.ids.has(chat.id));
    const shown = sought ? all.filter(isShown) : all;
    this.field.hidden = all.length < SEARCH_FROM && !sought;
    const groups = new Map();
    for (const chat of shown) {
      const day = chat.isPinned ? words.pinned : dayOf(chat.changed, words);
      if (!groups.has(day)) groups.set(day, []);
      groups.get(day).push(chat);
    }
    const scrolled = this.body.scrollTop;
    this.body.replaceChildren(
      ...[...groups].flatMap(([day, chats]) => [
        tag("h3", {}, [day]),
        tag("ul", {}, chats.map((chat) => this.item(chat))),
      ]),
      ...(sought && !shown.length ? [tag("p", {}, [isSearched ? words.none : words.searching])] : []),
    );
    this.body.scrollTop = scrolled;
    this.fade();
    this.makeOneStop(hadFocus ? this.nearest(focused, order) : null);
    this.isEmpty = !all.length;
    this.drawFoot();
  }

  get items() {
    return [...this.body.querySelectorAll("li")];
  }

  // The chat that had the cursor or, where it is gone, the one that took its place.
  nearest(chat, order) {
    const find = (id) => this.items.find(({ dataset }) => dataset.chat === id);
    const later = order.slice(Math.max(0, order.indexOf(chat)));
    return [chat, ...later].map(find).find(Boolean) ?? this.items.at(-1);
  }

  // For Tab the list is one thing; arrows go through it.
  makeOneStop(focused) {
    const { items } = this;
    const stop = focused ?? items.find(({ className }) => className) ?? items[0];
    for (const item of items)
      for (const button of item.querySelectorAll("button"))
        button.tabIndex = item === stop && button.className === "open" ? 0 : -1;
    this.focused = null;
    focused?.querySelector("button").focus();
  }

  onKey(event) {
    const { items } = this;
    const at = items.indexOf(event.target.closest("li"));
    // With other keys it is a shortcut of the browser's: Ctrl+P prints.
    if (at < 0 || event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    const name = { F2: "edit", Delete: "delete", p: "keep", P: "keep" }[event.key];
    if (to === undefined && !name) return;
    event.preventDefault();
    if (name) [...items[at].querySelectorAll(".icon")].find(({ textContent }) => textContent.startsWith(name)).click();
    else if (items[to]) this.makeOneStop(items[to]);
  }

  // Whether there is more below.
  fade() {
    const { scrollTop, clientHeight, scrollHeight } = this.body;
    this.body.classList.toggle("more", scrollTop + clientHeight < scrollHeight - 2);
  }

  drawFoot() {
    const { store, words, isEmpty } = this;
    const kept = words[store.fault] ?? words.kept;
    if (this.drawn === `${kept} ${isEmpty}`) return; // the click that asks is not forgotten
    this.drawn = `${kept} ${isEmpty}`;
    this.foot.replaceChildren(kept, " ", ...(isEmpty === false ? [this.removeAll()] : []));
  }

  named({ name, title }) {
    return name || title || this.words.untitled;
  }

  item(chat) {
    const { store, words } = this;
    const name = this.named(chat);
    const isCurrent = chat.id === store.shown;
    const isOpening = chat.id === this.opening;
    const className = isOpening ? "opening" : isCurrent ? "current" : "";
    const item = tag("li", { className, data: chat.id }, [
      tag(
        "button",
        { className: "open", title: name, "aria-current": isCurrent, onclick: () => this.open(chat.id) },
        [tag("span", { dir: "auto" }, [name])],
      ),
      tag("span", { className: "icons" }, [
        this.pin(chat),
        icon("edit", fill(words.rename_chat, { chat: name }), () => this.rename(item, chat)),
        icon("delete", fill(words.remove_chat, { chat: name }), () => {
          this.offerUndo(chat.id);
          // They all go together, so that they can be had back together.
          store.enqueue(() => store.remove([...this.undoable]));
          this.redraw();
        }),
      ]),
    ]);
    return item;
  }

  pin({ id, isPinned, ...chat }) {
    const { store, words } = this;
    const label = fill(isPinned ? words.unpin_chat : words.pin_chat, { chat: this.named(chat) });
    const button = icon(isPinned ? "keep_off" : "keep", label, () => {
      this.focused = id;
      store.enqueue(() => store.change([id], { pinned: !isPinned }));
      this.redraw();
    });
    button.classList.add("pin");
    return button;
  }

  open(id) {
    const { store } = this;
    seek(this.sought, this.found.sought === this.sought && this.found.ids.has(id));
    if (id === store.shown) return;
    if (isWriting()) sayLeft();
    stop(); // the answer is kept in its chat, as far as it is there
    setTimeout(takeInput);
    this.opening = id;
    store.enqueue(async () => {
      if (!(await store.open(id, "picked"))) this.opening = null;
      await this.draw();
    });
  }

  rename(item, chat) {
    let isDone = false; // a field that goes loses the focus, too
    const finish = (name) => {
      if (isDone) return;
      isDone = true;
      if (document.activeElement === field) this.focused = chat.id;
      item.replaceChildren(); // so that the list is drawn again
      if (name?.trim()) this.store.enqueue(() => this.store.change([chat.id], { name: name.trim() }));
      this.redraw();
    };
    const field = tag("input", {
      value: this.named(chat),
      "aria-label": this.words.rename,
      maxLength: 120,
      onblur: () => finish(field.value),
      onkeydown: (event) => {
        event.stopPropagation();
        if (event.key === "Enter") finish(field.value);
        if (event.key === "Escape") finish();
      },
    });
    item.replaceChildren(field);
    field.focus();
    field.select();
  }

  offerUndo(id) {
    clearTimeout(this.undone);
    const hide = () => {
      this.undo.hidden = true;
      this.undoable = [];
    };
    this.undoable.push(id);
    const { removed } = this.words;
    const count = this.undoable.length;
    this.undo.replaceChildren(
      inForm(removed, count),
      " ",
      tag("button", {
        textContent: this.words.undo,
        onclick: () => {
          const ids = this.undoable;
          hide();
          this.store.enqueue(() => this.store.bringBack(ids));
          this.redraw();
        },
      }),
    );
    this.undo.hidden = false;
    this.undone = setTimeout(hide, UNDOABLE);
  }

  // The first click asks, the second deletes.
  removeAll() {
    const { store, words } = this;
    const button = tag("button", {
      textContent: words.remove_all,
      onclick: () => {
        if (button.textContent === words.remove_all) {
          button.textContent = words.remove_all_really;
          setTimeout(() => (button.textContent = words.remove_all), UNDOABLE);
          return;
        }
        store.enqueue(() => store.removeAll());
        this.undo.hidden = true;
        this.undoable = [];
        this.redraw();
      },
    });
    return button;
  }
}

// Called with every drawing of the page.
export function chats({ data, parentElement, setTriggerValue }) {
  store.serve(data, (outbox) => setTriggerValue("came", outbox));
  if (store.list?.element !== parentElement || store.list.language !== data.language) {
    const kept = data.asks_for_titles ? data.words.kept_and_titled : data.words.kept;
    store.list = new List(store, parentElement, { ...data.words, kept });
    seek(""); // nothing is sought in it yet
    Object.assign(store.list, { element: parentElement, language: data.language });
  }
  if (!store.isOpening) store.list.opening = null;
  store.list.redraw();
}
