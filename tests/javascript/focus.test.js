import { test } from "node:test";
import { draw, find, until } from "./dom.js";
import "../../static/focus.js";

// Both as they stand on the page: Streamlit's own dialog (1.67) behind all else, and none in the other.
test("a dialog that came beneath another has the cursor when that is closed", async () => {
  draw("<dialog open><button>Close</button></dialog>");
  find("button").focus();
  document.body.insertAdjacentHTML("beforeend", '<section role="dialog" tabindex="-1"></section>');
  find("dialog").remove();
  await until(() => document.activeElement === find("section"));
});
