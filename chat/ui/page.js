// What Streamlit 1.67 leaves undone in the browser. Sent with every run of the script, and run once.
if (!window.chatPage) {
  window.chatPage = true;
  const STOP = '[data-testid="stChatInputStopButton"]';
  const OTHER_STOP = ".st-key-stop button";

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
  const HALF = /\p{Surrogate}/u;
  const HALVES = /\p{Surrogate}/gu;
  window.addEventListener(
    "input",
    ({ target }) => {
      if (typeof target.value !== "string" || !HALF.test(target.value)) return;
      const property = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(target), "value");
      property.set.call(target, target.value.replace(HALVES, "\ufffd"));
    },
    true,
  );

  // The bytes that a text has in a message to the server, in which quotes, backslashes and line breaks
  // are escaped. Streamlit 1.67 closes the connection at a message of 25 MB (server.maxWidgetStateSize).
  window.bytesAsSent = (text) => new Blob([JSON.stringify(text)]).size;

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
}
