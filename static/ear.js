// What a screen reader says and what it calls the parts of the dialogue. Streamlit (1.67) says nothing of
// an answer, and what it draws anew would be said anew: so two regions stand outside of it, made once.
import { onNote } from "./notes.js";
import { ALERT, DIALOGUE, HEADING, IN_FIELD, MESSAGE, SAID, fieldLabelOf, placeOf } from "./selectors.js";
import { isWriting } from "./writing.js";

function region(role) {
  const made = document.createElement("div");
  made.className = "heard";
  made.setAttribute("role", role);
  made.dataset.liveAnnouncer = "true"; // what Streamlit's dialogs (1.67) do not hide
  document.body.append(made);
  return made;
}

const status = region("status");
const alert = region("alert");
const heard = new Set(); // the names of what the server had said
let names = null;
let labels = 0; // that have an id by this

export function announce(words, isFailure = false) {
  const said = document.createElement("p"); // the same words again are said again
  said.textContent = words;
  (isFailure ? status : alert).replaceChildren();
  (isFailure ? alert : status).replaceChildren(said);
}

function set(element, attribute, value) {
  if (element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
}

const within = (element, selector) => [
  ...(element.matches(selector) ? [element] : []),
  ...element.querySelectorAll(selector),
];

function name(added) {
  if (!names) return;
  for (const said of within(added, SAID)) {
    const place = placeOf(said.closest(MESSAGE));
    if (!place) continue;
    const word = place.isQuestion ? names.question : names.answer;
    set(said, "aria-label", word.replace("{number}", names.hidden + place.number + 1));
  }
}

// A button within a field tells of which, as its name is the same in each field.
function describeInField(button) {
  const label = fieldLabelOf(button);
  if (!label) return;
  label.id ||= `label-${++labels}`;
  set(button, "aria-describedby", label.id);
}

// A transcript, of which nothing is read by itself: the status tells of it. Headings in it stand below
// the page's own, and a failure is said once.
function describe(added) {
  for (const dialogue of within(added, DIALOGUE)) {
    set(dialogue, "role", "log");
    set(dialogue, "aria-live", "off");
    if (names) set(dialogue, "aria-label", names.transcript);
  }
  for (const failure of within(added, `${DIALOGUE} ${ALERT}`)) failure.removeAttribute("role");
  for (const heading of within(added, HEADING)) {
    set(heading, "aria-level", `${Math.min(6, Number(heading.tagName[1]) + 1)}`);
  }
  for (const button of within(added, IN_FIELD)) describeInField(button);
  name(added);
}

function onChanges(changes) {
  for (const { addedNodes } of changes) {
    for (const node of addedNodes) if (node instanceof Element) describe(node);
  }
  const dialogue = document.querySelector(DIALOGUE);
  if (dialogue) set(dialogue, "aria-busy", `${isWriting()}`);
}

onNote("heard", ({ name: id, words, isFailure }) => {
  if (heard.has(id)) return;
  heard.add(id);
  announce(words, isFailure);
});
onNote("names", (said) => {
  // What was said in another language does not stay.
  if (said.transcript !== names?.transcript) for (const spoken of [status, alert]) spoken.replaceChildren();
  names = said;
  describe(document.body);
});
new MutationObserver(onChanges).observe(document.body, { childList: true, subtree: true });
