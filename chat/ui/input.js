// The input: where the cursor is, and what was typed there and not sent. Sent with every run of the
// script, and run once.
if (!window.chatInput) {
  window.chatInput = true;
  const INPUT = '[data-testid="stChatInputTextArea"]';
  const STOP = '[data-testid="stChatInputStopButton"]';

  // Undo puts its question into the input; what was typed there and not sent, the server does not know.
  document.addEventListener(
    "click",
    ({ target }) => {
      const input = document.querySelector(INPUT);
      const unsent = input?.value;
      if (!unsent?.trim() || !target.closest?.('[class*="st-key-undo-"] button')) return;
      const began = performance.now();
      const join = () => {
        const field = document.querySelector(INPUT);
        if (field && field.value !== unsent) {
          if (field.value.trim()) setValue(field, `${unsent}\n\n${field.value}`);
        } else if (performance.now() - began < 5000) requestAnimationFrame(join);
      };
      requestAnimationFrame(join);
    },
    true,
  );

  function setValue(field, value) {
    const property = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value");
    property.set.call(field, value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // What was typed and not sent is back in the input after a reload of this tab: a question, and what an
  // edit has changed. Only where chats are kept at all (store.js).
  const EDIT = /\bst-key-edit-\d+\b/;
  const entered = new Map(); // an edit's field, by its class -> its text when it was entered
  const nameOf = (field) => EDIT.exec(field.closest('[class*="st-key-edit-"]')?.className)?.[0];
  document.addEventListener("focusin", ({ target }) => {
    const name = target.matches("textarea") && nameOf(target);
    if (name && !entered.has(name)) entered.set(name, target.value);
  });
  let isBroughtBack = false;
  // A telephone ends a page that is not looked at without a word.
  for (const kind of ["pagehide", "visibilitychange"])
    window.addEventListener(kind, () => {
      if (window.chatStore && isBroughtBack) setUnsent(document.hidden || kind === "pagehide" ? unsent() : "");
    });
  function unsent() {
    const fields = [...document.querySelectorAll(`${INPUT}, [class*="st-key-edit-"] textarea`)];
    const isUnsent = (field) => {
      const name = nameOf(field);
      return field.value.trim() && (!name || (entered.has(name) && entered.get(name) !== field.value));
    };
    return fields.filter(isUnsent).map(({ value }) => value).join("\n\n");
  }
  function setUnsent(text) {
    try {
      sessionStorage.setItem("unsent", text);
    } catch {
      // It is not kept, as nothing is.
    }
  }
  function bringBackUnsent() {
    if (isBroughtBack) return;
    isBroughtBack = true;
    try {
      const text = sessionStorage.getItem("unsent");
      if (text && !input.value) setValue(input, text);
    } catch {
      return; // nothing was kept
    }
    setUnsent("");
  }

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
    input = document.querySelector(INPUT);
    if (!input) return;
    input.focus = takeCursor;
    bringBackUnsent();
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
