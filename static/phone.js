// On a small screen the sidebar lies over the page, and goes when what was wanted of it is done.
import { NEW_CHAT, closeSidebar, isLandscapePhone } from "./selectors.js";

if (isLandscapePhone()) closeSidebar();

document.addEventListener("click", ({ target }) => {
  if (target.closest?.(`${NEW_CHAT}, :is(.chats, .prompts) .open`)) closeSidebar();
});
