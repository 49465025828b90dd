// The input: where the cursor is, and what was typed there and not sent. Sent with every run of the
// script, and run once.
if (!window.chatInput) {
  window.chatInput = true;
  const INPUT = '[data-testid="stChatInputTextArea"]';
  const STOP = '[data-testid="stChatInputStopButton"]';

  // What was typed and not sent. Where it finds no room in the input (Streamlit refuses a text that is
  // longer than the owner allows), it waits here, until the end of an answer finds the input empty: what
  // the server puts back before would take its place.
  const waiting = [];
  function takeWaiting() {
    if (input.value) return;
    while (waiting.length && putIn(input, input.value ? `${input.value}\n\n${waiting[0]}` : waiting[0])) waiting.shift();
  }
  function putIn(field, text) {
    const property = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value");
    property.set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return field.value === text;
  }

  // Undo puts its question into the input; what is typed there, the server does not know.
  document.addEventListener(
    "click",
    ({ target }) => {
      const unsent = document.querySelector(INPUT)?.value;
      if (!unsent?.trim() || !target.closest?.('[class*="st-key-undo-"] button')) return;
      const began = performance.now();
      const join = () => {
        const field = document.querySelector(INPUT);
        if (field && field.value !== unsent) {
          if (field.value.trim() && !putIn(field, `${unsent}\n\n${field.value}`)) waiting.push(unsent);
        } else if (performance.now() - began < 5000) requestAnimationFrame(join);
      };
      requestAnimationFrame(join);
    },
    true,
  );

  // After a reload of this tab all of it is back, and what an edit has changed. Only where chats are kept
  // at all (store.js).
  try {
    waiting.push(...JSON.parse(sessionStorage.getItem("unsent") ?? "[]"));
  } catch {
    // Nothing is kept.
  }
  const EDIT = '[class*="st-key-edit-"] textarea';
  const nameOf = (field) => /st-key-edit-\w+/.exec(field.closest('[class*="st-key-edit-"]').className)[0];
  const entered = new Map(); // an edit's name -> its text when it was entered
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches(EDIT) && !entered.has(nameOf(target))) entered.set(nameOf(target), target.value);
  });
  function keepUnsent() {
    if (!window.chatStore) return;
    const isChanged = (edit) => entered.has(nameOf(edit)) && entered.get(nameOf(edit)) !== edit.value;
    const edits = [...document.querySelectorAll(EDIT)].filter(isChanged);
    const texts = [...edits, ...document.querySelectorAll(INPUT)].map(({ value }) => value);
    try {
      sessionStorage.setItem("unsent", JSON.stringify([...texts.filter((text) => text.trim()), ...waiting]));
    } catch {
      // It is not kept, as nothing is.
    }
  }
  // A telephone ends a page that is not looked at without a word.
  for (const kind of ["pagehide", "visibilitychange"]) window.addEventListener(kind, keepUnsent);

  // The cursor is in the input when the page has come and after each answer, unless somebody writes
  // elsewhere or sets something; not on a touch screen, where the keyboard would cover the answer.
  // Streamlit (1.67) would put it there whatever somebody does: the rest of a word went into the input.
  const WRITES = 'input, textarea, [role="dialog"] *, dialog *';
  let wasBusy = true;
  let cameBack = 0;
  // Looked at after every change of the page, and so not searched for in all of it.
  let input;
  const otherStops = document.getElementsByClassName("st-key-stop");
  function findInput() {
    if (input?.isConnected) return;
    if (input?.value.trim()) waiting.push(input.value); // the page gave way to the password's
    input = document.querySelector(INPUT);
    if (!input) return;
    input.focus = takeCursor;
  }
  function takeCursor() {
    const isElsewhere = document.activeElement !== this && document.activeElement?.matches(WRITES);
    if (!isElsewhere && matchMedia("(hover: hover)").matches)
      HTMLElement.prototype.focus.call(this, { preventScroll: true });
  }
  function returnToInput() {
    findInput();
    const isStoppable = () => otherStops.length || input.closest(".stChatInput")?.querySelector(STOP);
    const isBusy = !input || input.disabled || !!isStoppable();
    if (wasBusy && !isBusy) cameBack = performance.now();
    // Streamlit may put a new input in the old one's place shortly after.
    const isLost = document.activeElement === document.body && performance.now() - cameBack < 1000;
    if (!isBusy && (isLost || wasBusy)) input.focus();
    if (!isBusy && wasBusy) takeWaiting();
    wasBusy = isBusy;
  }

  // What asks may be answered before the page has ever said that it is busy.
  const ASKS = '[class*="st-key-refresh-"] button, [class*="st-key-resume-"] button, [class*="st-key-save-"] button';
  document.addEventListener("click", ({ target }) => (wasBusy ||= !!target.closest?.(ASKS)), true);
  new MutationObserver(returnToInput).observe(document.body, {
    subtree: true,
    childList: true,
    attributeFilter: ["disabled"],
  });
  returnToInput();
}
