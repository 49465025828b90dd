// A page for node: what a browser has and these modules use. To be imported before any of them.
import "fake-indexeddb/auto";
import { Window } from "happy-dom";

const page = new Window({ url: "https://chat.example/" });
const LONG = 1000; // milliseconds: for a longer timer no test waits, and no process

const NAMES = [
  ...["document", "sessionStorage", "MutationObserver", "ResizeObserver", "getComputedStyle"],
  ...["Element", "HTMLElement", "Node", "NodeFilter", "HTMLTextAreaElement", "Event", "FocusEvent", "KeyboardEvent", "MouseEvent", "WheelEvent"],
  ...["history", "location", "HTMLAnchorElement"],
];
for (const name of NAMES) globalThis[name] = page[name];
globalThis.window = page;
globalThis.navigator ??= page.navigator; // node has one since its version 21
// Nobody has signed in. It stays where a test draws another page.
document.head.innerHTML = `<i class="note" data-kind="person" data-value='""'></i>`;
globalThis.matchMedia = () => ({ matches: true });
globalThis.requestAnimationFrame = (work) => setTimeout(work);
const { setTimeout: later, setInterval: often } = globalThis;
globalThis.setTimeout = (work, time, ...more) => {
  const timer = later(work, time, ...more);
  return time > LONG ? timer.unref() : timer;
};
globalThis.setInterval = (...all) => often(...all).unref();
globalThis.BroadcastChannel = undefined; // other tabs are for the tests in a browser

// What Streamlit's page has, with the input or another thing in it.
export function draw(inside = "") {
  document.body.innerHTML = `
    <div class="stApp" data-testid="stApp" data-test-connection-state="CONNECTED" data-test-script-state="notRunning">
      <div class="stMain"><div>${inside}</div></div>
    </div>`;
}

export const INPUT = '<div class="stChatInput"><textarea data-testid="stChatInputTextArea"></textarea></div>';

export const find = (selector) => document.querySelector(selector);

export function type(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// Until something is so. The test's own time runs out where it never is.
export async function until(isSo) {
  for (;;) {
    const found = await isSo();
    if (found) return found;
    await new Promise((resolve) => later(resolve, 5));
  }
}
