// Chats out of files and into one. A file is read here and goes the way of every click. Streamlit's own
// upload asks for a cookie, which many browsers do not send from inside another site's frame, where a
// Space stands.
import { isArchive, textIn } from "./archive.js";
import { written } from "./backup.js";
import { bytesAsSent } from "./characters.js";
import { download, fill, inForm, tag } from "./elements.js";
import { Import, severalIn } from "./imports.js";
import { bring } from "./linked.js";
import { prompts } from "./prompts.js";
import { speak } from "./sharing.js";
import { store } from "./store.js";

const MOST = 400_000_000; // bytes of a file that is read: a browser's texts are not much longer

let running = null; // the import under way, or the last one
let said = ""; // what became of the last download, where it failed

class Files {
  constructor(parentElement) {
    this.input = tag("input", { type: "file", accept: ".json,application/json,.zip,application/zip", onchange: () => this.read() });
    this.label = tag("label", { className: "load" }, [this.input]);
    this.save = tag("button", { className: "load-all", type: "button", onclick: () => this.saveAll() });
    this.status = tag("p", { className: "load-status", "role": "status" });
    parentElement.append(this.label, this.save, this.status);
  }

  draw(data, send) {
    Object.assign(this, { data, send });
    const { words, keeps, converted } = data;
    // In another language, perhaps.
    if (this.label.firstChild === this.input) this.label.prepend("");
    this.label.firstChild.nodeValue = words.import;
    this.label.title = words.import_help;
    this.save.textContent = words.save_all;
    this.save.title = words.save_all_help;
    this.save.hidden = !keeps;
    speak(data.sharing, data.has_pictures);
    bring(data.largest, send);
    running?.receive(converted);
    this.tell();
  }

  tell() {
    const { words } = this.data;
    this.status.textContent = running ? progress(running, words) : said && words[said];
  }

  async read() {
    const { input, data } = this;
    const [file] = input.files;
    if (!file || (running && !running.isDone)) return;
    running = null;
    said = "";
    const isKept = data.keeps && store.database && !store.fault;
    // A file that is too large is not even read, and one that would be too large on its way is not sent.
    const text = await textOf(file, isKept ? MOST : data.largest);
    input.value = ""; // so that the same file can be loaded again
    const several = isKept && text !== null ? severalIn(text) : null;
    if (several) {
      const onChange = () => drawn.tell();
      running = new Import(store, several, { largest: data.largest, send: (part) => drawn.send(part), onChange });
      running.run();
    } else {
      const isSmall = text !== null && bytesAsSent(text) <= data.largest;
      this.send(isSmall ? { text } : { size: file.size });
    }
    this.tell();
  }

  async saveAll() {
    [running, said] = [running?.isDone ? null : running, ""];
    try {
      const file = await written(store.storage, (task) => store.enqueue(task), prompts.all);
      download(file, `chats-${new Date().toISOString().slice(0, 10)}.json`);
    } catch (error) {
      console.warn("The chats cannot be read.", error);
      said = "save_all_failed";
    }
    this.tell();
  }
}

// What a file says, or what ChatGPT's archive has of chats; null where that is too large.
async function textOf(file, most) {
  if (await isArchive(file)) return textIn(file, "conversations.json", most);
  return file.size > most ? null : file.text();
}

function progress({ isDone, added, known, total, prompts }, words) {
  if (!isDone) return fill(words.importing, { done: (added + known).toLocaleString(), count: total.toLocaleString() });
  const left = total - added - known - prompts;
  const parts = added || !prompts ? [inForm(words.imported, added)] : [];
  if (prompts) parts.push(inForm(words.prompts, prompts));
  if (known) parts.push(inForm(words.known, known));
  if (left) parts.push(inForm(words.left, left));
  return parts.join(" ");
}

let drawn = null;

// Called with every drawing of the page.
export function files({ data, parentElement, setTriggerValue }) {
  if (!drawn || drawn.label.parentElement !== parentElement) drawn = new Files(parentElement);
  drawn.draw(data, (file) => setTriggerValue("file", file));
}
