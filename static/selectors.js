// All that this program knows of Streamlit's page (1.67): its test ids, classes and states, and the
// keys that the app has given to its own elements.

export const APP = ".stApp";
export const MAIN = ".stMain"; // what scrolls
export const SIDEBAR = ".stSidebar";
export const MESSAGE = '[data-testid="stChatMessage"]';
export const QUESTION = '[data-testid="stText"]'; // the text of one, in its message
export const SAID = '[data-testid="stChatMessageContent"]'; // of a message, its group
export const HEADING = `${MESSAGE} :is(h1, h2, h3, h4, h5, h6)`; // of an answer
export const ALERT = '[role="alert"]';
export const WIDE = "pre, table, .katex-display"; // what may scroll by itself
export const DIALOG = 'dialog, [role="dialog"]';

export const INPUT = '[data-testid="stChatInputTextArea"]';
export const SEND = '[data-testid="stChatInputSubmitButton"]';

// Whether an event sends what the input has.
export function sends({ type, target, key, isComposing, shiftKey, ctrlKey, metaKey }) {
  if (type === "click") return !!target.closest?.(SEND);
  return key === "Enter" && !isComposing && !shiftKey && !ctrlKey && !metaKey && target.matches(INPUT);
}

// Where Streamlit has words of its own: in attributes, but not in the list of the chats; and in texts
// beside what the app draws.
export const ATTRIBUTES = ["aria-label", "title", "placeholder"];
export const isInList = (element) => !!element.closest(".chats");
const DRAWN = '[data-testid="stVerticalBlock"]';
const IN_DRAWN = '[data-testid="InputInstructions"]';
export const isOfStreamlit = (element) => !element.closest(DRAWN) || !!element.closest(IN_DRAWN);
export const mayHoldWords = (element) => isOfStreamlit(element) || !!element.querySelector(IN_DRAWN);

export const FORM = '[data-testid="stForm"]';
export const BUTTON = `[data-testid="stButton"] button, [data-testid="stFormSubmitButton"] button, ${SEND}`;

// The keys of the app's own elements.
export const DIALOGUE = ".st-key-dialogue"; // in which all rounds stand
export const LIVE = "live"; // the class of what stands beneath an answer while it is written
export const METER = ".st-key-meter .meter"; // the first is the split
export const STOP = ".st-key-stop button";
export const EDIT = '[class*="st-key-edit-"]'; // the button of a question, and then the field in its place
export const EDITS = `${EDIT} button`;
export const EDITED = `${EDIT} textarea`;
export const PROMPT = ".st-key-system_prompt textarea";
export const ASKS = '[class*="st-key-refresh-"] button, [class*="st-key-resume-"] button, [class*="st-key-save-"] button';

// Which round a message is of, counted from 0 for the first that is drawn, and which of its two; null
// where it is of none.
export function placeOf(message) {
  const place = message.closest('[class*="st-key-place-"]');
  if (!place) return null;
  const number = Number(/st-key-place-(\d+)/.exec(place.className)[1]);
  return { number, isQuestion: message === place.querySelector(MESSAGE) };
}

// The name of the edit to which a field belongs.
export const nameOf = (field) => /st-key-(edit-\w+)/.exec(field.closest(EDIT).className)[1];
export const fieldOf = (name) => document.querySelector(`.st-key-${name} textarea`);

// The edit that a button ends, and whether by leaving or saving it.
export function endedBy(button) {
  const keys = button.closest('[class*="st-key-"]')?.className ?? "";
  const [, done, name] = /st-key-(leave|save)-(edit-\w+)/.exec(keys) ?? [];
  return { name, isSaved: done === "save" };
}

// What a run has not drawn stays until the run ends.
export const isStale = (element) => !!element.closest('[data-stale="true"]');

export const CONNECTION = "data-test-connection-state"; // an attribute of the app's element
const states = () => document.querySelector(APP)?.dataset ?? {};
export const isConnected = () => states().testConnectionState === "CONNECTED";
export const isIdle = () => isConnected() && states().testScriptState === "notRunning";
