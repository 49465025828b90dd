// What Streamlit 1.67 leaves undone in the browser. Sent with every run of the script, and run once.
if (!window.chatPage) {
  window.chatPage = true;
  const STOP = '[data-testid="stChatInputStopButton"]';
  const OTHER_STOP = ".st-key-stop button";
  const INPUT = '[data-testid="stChatInputTextArea"]';

  // A second wall behind chat/markdown.py: whatever gets into the page, no picture, sound or frame of
  // another host is fetched, and no link tells another host where it was followed.
  const policy = "img-src 'self' data: blob:; media-src 'self' data: blob:; frame-src 'self'; object-src 'none'";
  for (const meta of [
    { httpEquiv: "Content-Security-Policy", content: policy },
    { name: "referrer", content: "same-origin" },
  ])
    document.head.append(Object.assign(document.createElement("meta"), meta));

  // A browser that has never kept a chat shows the greeting without waiting for store.js.
  (async () => {
    try {
      const found = await indexedDB.databases();
      if (!found.some(({ name }) => name === "chat-transcripts")) document.body.classList.add("chats-read");
    } catch {
      // store.js finds it out, too, and says so.
    }
  })();

  // Half a character (a lone surrogate) cannot travel to the server: Streamlit would drop the whole
  // message without a word. So it is replaced as soon as it is typed or pasted.
  window.addEventListener(
    "input",
    ({ target }) => {
      if (typeof target.value !== "string" || target.value.isWellFormed()) return;
      const property = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(target), "value");
      property.set.call(target, target.value.toWellFormed());
    },
    true,
  );

  // The meter moves with every batch of an answer; all but these numbers stays as it is.
  window.moveMeter = (reply, room, number, share) => {
    const row = document.querySelector(".meter li.reply");
    if (!row) return;
    const meter = row.closest(".meter");
    row.querySelector("b").textContent = number;
    if (share) meter.querySelector("small").textContent = share;
    meter.querySelector("i.reply").style.flexGrow = reply;
    meter.querySelector("u").style.flexGrow = room;
  };

  // Copying happens here, as a clipboard takes only what somebody has just asked for. Inside another
  // site's frame it may take nothing at all: then the text opens, selected.
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest?.("[data-copy]");
    if (!button) return;
    const { copied, failed } = button.dataset;
    const copy = JSON.parse(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(copy);
    } catch {
      show(copy, failed);
      return;
    }
    const name = button.textContent;
    if (name === copied) return;
    button.textContent = copied;
    setTimeout(() => (button.textContent = name), 1500);
  });

  function show(text, why) {
    const dialog = document.createElement("dialog");
    dialog.className = "to-copy";
    dialog.append(why, document.createElement("textarea"));
    const area = dialog.querySelector("textarea");
    area.readOnly = true;
    area.value = text;
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    document.querySelector(".stApp").append(dialog);
    dialog.showModal();
    area.select();
  }

  // Escape stops the answer.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || document.querySelector('dialog, [role="dialog"]')) return;
    const stop = document.querySelector(STOP) ?? document.querySelector(OTHER_STOP);
    if (stop && getComputedStyle(stop).pointerEvents !== "none") stop.click();
  });

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
    if (input) input.focus = takeCursor;
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

  // Whoever asks, or opens a chat, looks at its end, wherever they were, and whoever is at the end stays
  // there while an answer grows. Streamlit (1.67) follows too, but glides, several frames for each line,
  // and pulls back who scrolls up while the page grows. So its glide does not reach the page, it does not
  // hear of what is followed here, and of what somebody scrolls, it hears as of a page that has not grown
  // (by a focus event).
  const SEND = '[data-testid="stChatInputSubmitButton"]';
  const MOVING = 300; // milliseconds that the page may move after somebody has touched it
  const AWAY = ["PageUp", "ArrowUp", "Home"];
  const messages = () => document.querySelectorAll('[data-testid="stChatMessage"]').length;
  let main; // what scrolls; Streamlit puts another in its place when the page gets its input
  let before = Infinity; // messages, when something was sent
  let isAtEnd = true;
  let touched = -Infinity;
  let [top, height] = [0, 0]; // of the page, when it was last taken to its end
  const isMoving = () => performance.now() - touched < MOVING;
  const isThere = () => main.scrollHeight - main.scrollTop - main.offsetHeight < 2;
  const isLeft = () => main.scrollTop < top - 2 && main.scrollHeight >= height;
  const { get } = Object.getOwnPropertyDescriptor(Element.prototype, "scrollTop");
  const growth = new ResizeObserver(followEnd);
  function findMain() {
    if (main?.isConnected) return;
    main = document.querySelector(".stMain");
    Object.defineProperty(main, "scrollTop", { get, set() {} });
    growth.disconnect();
    for (const part of [main, ...main.children]) growth.observe(part);
  }
  function followEnd() {
    if (!isAtEnd || isMoving()) return;
    main.scrollTo({ top: main.scrollHeight });
    [top, height] = [main.scrollTop, main.scrollHeight];
  }
  window.showEnd = () => {
    [isAtEnd, touched] = [true, -Infinity];
    followEnd();
  };
  function showEndOfQuestion() {
    if (before === Infinity || messages() <= before) return;
    before = Infinity;
    window.showEnd();
  }
  function mayLeave() {
    touched = performance.now();
    setTimeout(() => requestAnimationFrame(hasMoved), MOVING);
  }
  function hasMoved() {
    if (isMoving()) return;
    isAtEnd = isThere() || (isAtEnd && !isLeft());
    followEnd();
  }
  function onScroll(event) {
    if (event.target !== main) return;
    if (isLeft()) isAtEnd = false;
    else if (isAtEnd) event.stopImmediatePropagation();
    else isAtEnd = !isMoving() && isThere();
    if (!isAtEnd) main.dispatchEvent(new FocusEvent("focus"));
  }
  document.addEventListener("scroll", onScroll, { capture: true, passive: true });
  document.addEventListener("scrollend", followEnd, true); // a wheel stops where the end was at first
  document.addEventListener("wheel", ({ deltaY }) => deltaY < 0 && mayLeave(), { passive: true });
  document.addEventListener("touchmove", mayLeave, { passive: true });
  for (const kind of ["pointerdown", "pointermove"]) // on the scroll bar, or to select
    document.addEventListener(kind, ({ buttons }) => buttons && mayLeave(), { capture: true, passive: true });
  document.addEventListener("keydown", ({ key }) => AWAY.includes(key) && mayLeave(), true);
  document.addEventListener("click", ({ target }) => target.closest?.(SEND) && (before = messages()), true);
  document.addEventListener(
    "keydown",
    ({ key, shiftKey, target }) => key === "Enter" && !shiftKey && target.matches?.(INPUT) && (before = messages()),
    true,
  );

  // What asks may be answered before the page has ever said that it is busy.
  const ASKS = '[class*="st-key-refresh-"] button, [class*="st-key-resume-"] button, [class*="st-key-save-"] button';
  document.addEventListener("click", ({ target }) => (wasBusy ||= !!target.closest?.(ASKS)), true);
  new MutationObserver(() => {
    findMain();
    returnToInput();
    showEndOfQuestion();
  }).observe(document.body, {
    subtree: true,
    childList: true,
    attributeFilter: ["disabled"],
  });
  findMain();
  returnToInput();
}
