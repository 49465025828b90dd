// All that this program knows of Streamlit's page (1.67): its test ids, classes and states, and the
// keys that the app has given to its own elements.

export const APP = ".stApp";
export const MAIN = ".stMain"; // what scrolls
export const SIDEBAR = ".stSidebar";
export const MESSAGE = '[data-testid="stChatMessage"]';
export const QUESTION = '[data-testid="stText"]'; // the text of one, in its message
const PART = 1000; // characters of a question of which no more may be shown
export const SAID = '[data-testid="stChatMessageContent"]'; // of a message, its group
export const HEADING = `${MESSAGE} :is(h1, h2, h3, h4, h5, h6)`; // of an answer
export const ALERT = '[role="alert"]';
export const WIDE = "pre, table, .katex-display"; // what may scroll by itself
export const FORMULA = ".katex:not(.katex-display .katex)"; // within a text
export const UNBROKEN = ".base"; // a piece of one
export const DIALOG = 'dialog, [role="dialog"]';
export const IN_DIALOG = 'dialog button, [role="dialog"]'; // what can have the cursor in the one on top

export const IMPORT = ".load"; // where a chat is imported
export const isInDialog = (element) => !!element.closest?.(DIALOG);

// Whether the last question that stands there is this one.
export function isAsked(text) {
  const message = [...document.querySelectorAll(MESSAGE)].reverse().find((one) => one.querySelector(QUESTION));
  const asked = message?.querySelector(QUESTION).textContent.trim();
  return asked === text.trim() || (asked?.length > PART && text.trim().startsWith(asked));
}

// Whether something stands open that Escape closes: a dialog, a list, a menu, a search.
const OPENED = `${DIALOG}, [role="listbox"], [role="menu"], .about[open]`;
export const isOpen = (field) => !!document.querySelector(OPENED) || (field.type === "search" && field.value !== "");

export const INPUT = '[data-testid="stChatInputTextArea"]';
export const ASKING = '[data-testid="stChatInput"]'; // the input with its buttons
export const SEND = '[data-testid="stChatInputSubmitButton"]';

// Whether an event sends what the input has.
export function sends({ type, target, key, isComposing, shiftKey, ctrlKey, metaKey }) {
  if (type === "click") return !!target.closest?.(SEND);
  return key === "Enter" && !isComposing && !shiftKey && !ctrlKey && !metaKey && !!target.matches?.(INPUT);
}

// Where Streamlit has words of its own: in attributes, but not in the list of the chats; and in texts
// beside what the app draws.
export const ATTRIBUTES = ["aria-label", "title", "placeholder"];
export const isInList = (element) => !!element.closest(".chats");
const DRAWN = '[data-testid="stVerticalBlock"]';
const IN_DRAWN = '[data-testid="InputInstructions"]';
export const isOfStreamlit = (element) => !element.closest(DRAWN) || !!element.closest(IN_DRAWN);
export const mayHoldWords = (element) => isOfStreamlit(element) || !!element.querySelector(IN_DRAWN);

// The buttons within a field, which Streamlit calls the same in each.
const FIELD = ':is([data-testid="stSelectbox"], [data-testid="stNumberInput"])';
export const IN_FIELD = `${FIELD} button[tabindex="-1"]`;
const LABEL = '[data-testid="stWidgetLabel"] [data-testid="stMarkdownContainer"]';
export const fieldLabelOf = (button) => button.closest(FIELD).querySelector(LABEL);

export const FORM = '[data-testid="stForm"]';
export const GATE = `${FORM} input`; // the field of the password
export const OPENED_FIELD = `:is(${DIALOG}) ${FORM} input`; // the fields of a form that opens over the page
export const BUTTON = `[data-testid="stButton"] button, [data-testid="stFormSubmitButton"] button, ${SEND}`;

// The keys of the app's own elements.
export const DIALOGUE = ".st-key-dialogue"; // in which all rounds stand
export const LIVE = "live"; // the class of what stands beneath an answer while it is written
export const METER = ".st-key-meter .meter"; // the first two are the split
export const TO_END = ".to-end"; // the button that leads to the end of the page
export const STOP = ".st-key-stop button";
export const EDIT = '[class*="st-key-edit-"]'; // the button of a question, and then the field in its place
export const EDITS = `${EDIT} button`;
export const lastEdit = () => [...document.querySelectorAll(EDITS)].at(-1); // of the last question
export const EDITED = `${EDIT} textarea`;
export const ENDS_EDIT = '[class*="st-key-leave-edit-"] button, [class*="st-key-save-edit-"] button';
export const EARLIER = ".st-key-earlier button";
export const NEW_CHAT = ":is(.st-key-new_chat, .st-key-temporary_chat) button";
export const COPY_CHAT = ".st-key-copy_chat button";
export const COPY_LINK = ".st-key-copy_link button";
export const labelOf = (button) => button.querySelector("p") ?? button; // what its words stand in
// The buttons after which one goes on to write.
export const ABOUT_TO_ASK = [
  ...[NEW_CHAT, ".st-key-bring_back button", ".st-key-bring_round_back button"],
  ...['[class*="st-key-undo-"] button', '[class*="st-key-delete-"] button'],
  ...['[class*="st-key-prompt-"] button', ".own-prompts button", ".st-key-unbegin button"],
  ".st-key-keep_chat button",
].join();
export const PROMPT = ".st-key-system_prompt textarea";
export const ASKS = '[class*="st-key-refresh-"] button, [class*="st-key-resume-"] button, [class*="st-key-save-"] button';
export const TURNS = '[class*="st-key-back-"] button, [class*="st-key-forth-"] button'; // to another version

// The class that a round's question has on every page that shows it.
const ASKED = '[class*="st-key-asked-"]';
export const roundIn = (message) => /st-key-asked-\w+/.exec(message.querySelector(ASKED)?.className)?.[0];

// The message with the question of a round, by its key.
export const questionOf = (key) => document.querySelector(`.st-key-asked-${key}`)?.closest(MESSAGE);

// The button that saves or leaves the edit of a field.
export const buttonOf = (field, name) => document.querySelector(`.st-key-${name}-${nameOf(field)} button`);

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

// A button is known by its name and by where it stands: in which message, counted from the last one,
// as those before it may not be drawn.
export function described(button) {
  const message = button.closest(MESSAGE);
  const all = () => [...document.querySelectorAll(MESSAGE)].reverse();
  const place = message && all().indexOf(message);
  const area = [DIALOG, SIDEBAR].find((place) => button.closest(place)) ?? MAIN;
  const name = button.textContent;
  const same = () => {
    const within = message ? all()[place] : document.querySelector(area);
    return [...(within?.querySelectorAll(BUTTON) ?? [])].filter(({ textContent }) => textContent === name);
  };
  const number = same().indexOf(button);
  return { name: `${area} ${place} ${name} ${number}`, find: () => same()[number] };
}

// The sidebar, where it lies over the page: then it is closed when what was wanted of it is done.
const LANDSCAPE_PHONE = "(hover: none) and (max-height: 500px)";
const COVERS = `(max-width: 768px), ${LANDSCAPE_PHONE}`;
export function closeSidebar() {
  const button = document.querySelector(`[data-testid="stSidebarCollapseButton"] button`);
  if (matchMedia(COVERS).matches && document.querySelector(`${SIDEBAR}[data-collapsed="false"]`)) button?.click();
}
export const isLandscapePhone = () => matchMedia(LANDSCAPE_PHONE).matches;

// What a run has not drawn stays until the run ends.
export const isStale = (element) => !!element.closest('[data-stale="true"]');

export const CONNECTION = "data-test-connection-state"; // an attribute of the app's element
export const RUNS = "data-test-script-state"; // another one
const states = () => document.querySelector(APP)?.dataset ?? {};
export const isConnected = () => states().testConnectionState === "CONNECTED";
export const isIdle = () => isConnected() && states().testScriptState === "notRunning";
