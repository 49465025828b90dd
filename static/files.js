// A file is read here and goes the way of every click. Streamlit's own upload asks for a cookie, which
// many browsers do not send from inside another site's frame, where a Space stands.
import { bytesAsSent } from "./characters.js";

// Called with every drawing of the page.
export function files({ data, parentElement, setTriggerValue }) {
  const drawn = parentElement.querySelector("label");
  if (drawn) {
    drawn.title = data.help; // in another language, perhaps
    drawn.firstChild.nodeValue = data.label;
    return;
  }
  const input = Object.assign(document.createElement("input"), {
    type: "file",
    accept: ".json,application/json",
    onchange: async () => {
      const [file] = input.files;
      if (!file) return;
      // A file that is too large is not even read, and one that would be too large on its way is not sent.
      const text = file.size > data.largest ? null : await file.text();
      const isSmall = text !== null && bytesAsSent(text) <= data.largest;
      setTriggerValue("file", isSmall ? { text } : { size: file.size });
      input.value = ""; // so that the same file can be loaded again
    },
  });
  const label = Object.assign(document.createElement("label"), { className: "load", title: data.help });
  label.append(data.label, input);
  parentElement.append(label);
}
