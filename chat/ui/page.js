// Half a character (a lone surrogate) cannot travel to the server: Streamlit 1.67 would drop the whole
// message without a word. So it is replaced as soon as it is typed or pasted, before Streamlit reads it.
if (!window.halvesAreReplaced) {
  window.halvesAreReplaced = true;
  window.addEventListener(
    "input",
    ({ target }) => {
      if (typeof target.value !== "string" || target.value.isWellFormed()) return;
      const property = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(target), "value");
      property.set.call(target, target.value.toWellFormed());
    },
    true,
  );
}
