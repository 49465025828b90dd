// Files that belong to a question that waits (queue.js), and not to the one that is written: they are known by
// their ids, and not seen in the tray.
import { current as tray } from "./tray.js";

const itemsOf = (ids) => ids.map((id) => tray.items.get(id)).filter(Boolean);

// All that wait in the tray. Their ids; null where one is not read yet, or where only the server has it.
export function setAside() {
  const { free } = tray;
  if (!free.length) return []; // there may be no tray
  if (free.some(([, { message }]) => !message)) return null;
  for (const [, item] of free) item.isAside = true;
  tray.draw();
  return free.map(([id]) => id);
}

// While another question may be asked with all that the server has, it does not have these.
export function keep(ids) {
  for (const id of ids) {
    const item = tray.items.get(id);
    if (!item || item.isKept) continue;
    tray.retract(id);
    item.isKept = true;
  }
}

export function bring(ids) {
  for (const item of itemsOf(ids)) {
    if (!item.isKept) continue;
    item.isKept = false;
    tray.post(item.message);
  }
}

export function giveBack(ids) {
  if (!have(ids).length) return;
  bring(ids);
  for (const item of itemsOf(ids)) item.isAside = false;
  tray.draw();
}

export function drop(ids) {
  for (const id of ids) tray.drop(id);
}

export const have = (ids) => ids.filter((id) => tray.items.has(id));
export const namesOf = (ids) => itemsOf(ids).map(({ name }) => name).join(", ");
export const areKnown = (ids) => itemsOf(ids).every(({ isKnown }) => isKnown);
// One that is kept though its question may go: the server does not take it.
export const isRefused = (ids) => itemsOf(ids).length < ids.length || itemsOf(ids).some(({ isKept }) => isKept);

// Before the tray is drawn: these are noted, and to be aside when they are read.
export function expect(ids) {
  tray.expected = new Set(ids);
}

export const hasFiles = () => !tray.isEmpty;
