// A temporary chat: nothing of it is noted, and what was noted before goes as it begins. Where it is kept from
// now on, all of it is.
import { queue } from "./queue.js";
import { store } from "./store.js";
import { current as tray } from "./tray.js";
import { note } from "./unsent.js";

store.onTemporary = () => {
  note();
  queue.change();
  // Files of questions that wait in other chats stay noted.
  if (store.isTemporary) for (const [id] of tray.free) tray.noted.drop(id);
  else for (const [id, { message }] of tray.items) if (message) tray.noted.put(id, message);
};
