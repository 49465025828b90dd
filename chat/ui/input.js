// The cursor, and when the input is free. Sent with every run of the script, and run once.
if (!window.chatInput) {
  window.chatInput = true;
  const INPUT = '[data-testid="stChatInputTextArea"]';
  const STOP = '[data-testid="stChatInputStopButton"]';

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
    const former = input;
    input = document.querySelector(INPUT);
    if (!input && former?.value.trim()) waiting.push(former.value); // the page gave way to the password's
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
    const hasEnded = wasBusy && !isBusy;
    wasBusy = isBusy;
    window.chatUnsent.look(input, { isBusy, hasEnded }); // unsent.js
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
