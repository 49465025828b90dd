// What the server says while the page stands: elements that nobody sees, of which each carries one
// value (page.py's `note`). They are data, and come when they are drawn, or when this is loaded.
const takers = new Map();
const notes = document.getElementsByClassName("note");
const taken = new WeakSet();

function take() {
  for (const note of notes) {
    const taker = takers.get(note.dataset.kind);
    if (!taker || taken.has(note)) continue;
    taken.add(note);
    taker(JSON.parse(note.dataset.value));
  }
}

export function onNote(kind, taker) {
  takers.set(kind, taker);
  take();
}

new MutationObserver(take).observe(document.body, { subtree: true, childList: true });
