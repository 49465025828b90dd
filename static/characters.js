// Half a character (a lone surrogate) cannot travel to the server: Streamlit (1.67) would drop the whole
// message without a word. So it is replaced as soon as it is typed or pasted.
const HALF = /\p{Surrogate}/u;
const HALVES = /\p{Surrogate}/gu;

export const whole = (text) => text.replace(HALVES, "\ufffd");

// By the setter of every field of its kind: React has put another one on the field, which would note
// that React knows the text already.
function set(field, text) {
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set.call(field, text);
}

// Sets what a field has, as if it was typed.
export function put(field, text) {
  set(field, text);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// Puts words where the cursor is, or was, with a space between them and what stands there in a script
// that has such; whether there was room for them. Nothing that stands there is lost.
const TOUCHES = /[\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
export function insert(field, words, longest) {
  const at = field.selectionEnd;
  const [before, after] = [field.value.slice(0, at), field.value.slice(at)];
  const space = (one, other) => (!one || !other || TOUCHES.test(one) || TOUCHES.test(other) ? "" : " ");
  const added = space(before.slice(-1), words[0]) + words + space(words.slice(-1), after[0]);
  if (longest && before.length + added.length + after.length > longest) return false;
  put(field, before + added + after);
  field.setSelectionRange(at + added.length, at + added.length);
  return true;
}

window.addEventListener(
  "input",
  ({ target }) => {
    if (typeof target.value !== "string" || !HALF.test(target.value)) return;
    set(target, whole(target.value)); // before React receives this event
  },
  true,
);

// The bytes that a text has in a message to the server, in which quotes, backslashes and line breaks
// are escaped. Streamlit 1.67 closes the connection at a message of 25 MB (server.maxWidgetStateSize).
export const bytesAsSent = (text) => new Blob([JSON.stringify(text)]).size;
