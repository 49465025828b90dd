// Where files come from: a paste, or a drop anywhere on the page. (The button is in tray.js.)
import { IMPORT, INPUT, isInDialog } from "./selectors.js";

const LONG = 2500; // characters of a pasted text that is more than one wants to see in the input
const OVER = "files-over"; // class of the page while files are held over it

let isPlain = false; // a paste with Shift stays as it is
window.addEventListener("keydown", ({ shiftKey }) => (isPlain = shiftKey), true);
window.addEventListener("keyup", ({ shiftKey }) => (isPlain = shiftKey), true);

// What is pasted as files and not as text: cells of a table and rich text come with a picture of
// themselves; files of a folder with their names.
export function filesOf(pasted) {
  const files = [...pasted.files];
  const text = pasted.getData("text/plain").trim();
  const names = text.split(/\r?\n/).map((line) => line.slice(Math.max(line.lastIndexOf("/"), line.lastIndexOf("\\")) + 1));
  const isNames = names.every((name) => files.some((file) => file.name === name));
  return !text || isNames ? files : [];
}

// `take` gets the files, `takeText` a long text; each says whether it has taken them.
export function takeFrom(page, { isOpen = () => true, take, takeText }) {
  page.addEventListener(
    "paste",
    (event) => {
      const { target, clipboardData } = event;
      const isInInput = !!target.matches?.(INPUT);
      const isElsewhere = !isInInput && (!!target.matches?.("input, textarea") || isInDialog(target));
      if (!clipboardData || isElsewhere) return;
      const files = filesOf(clipboardData);
      const text = clipboardData.getData("text/plain");
      const isLong = isInInput && !isPlain && text.length > LONG;
      if (!(files.length ? take(files) : isLong && takeText(text))) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
  // A chat may be dropped where chats are imported.
  const isForQuestion = ({ target }) => isOpen() && !target.closest?.(IMPORT);
  const hasFiles = (event) => isForQuestion(event) && [...(event.dataTransfer?.types ?? [])].includes("Files");
  const mark = (isOver) => document.body.classList.toggle(OVER, isOver);
  page.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault(); // or the browser opens the file in place of the page
    mark(true);
  });
  page.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget || mark(false));
  page.addEventListener("drop", (event) => {
    mark(false);
    if (!hasFiles(event)) return;
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
}
