// A phone stays awake while an answer is written: one that locks ends the connection.
import { isWriting } from "./writing.js";

let lock = null; // a promise of it, as long as it is wanted

function wake() {
  if (!isWriting() || document.hidden) {
    lock?.then((held) => held?.release()).catch(() => {});
    lock = null;
    return;
  }
  // eslint-disable-next-line browsers/support -- without it, and where it is not given, the answer goes on
  lock ??= navigator.wakeLock?.request("screen").catch(() => null) ?? null;
}

new MutationObserver(wake).observe(document.body, { attributeFilter: ["class"] }); // "writing": writing.js
document.addEventListener("visibilitychange", wake);
