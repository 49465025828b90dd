// Elements and words of the list of the chats.

export function tag(name, properties, children = []) {
  const element = document.createElement(name);
  // As attributes: Firefox knows no such properties before 119.
  for (const [property, value] of Object.entries(properties))
    if (property === "role" || property.startsWith("aria-")) element.setAttribute(property, value);
    else if (property === "data") element.dataset.chat = value;
    else element[property] = value;
  element.append(...children);
  return element;
}

export const icon = (name, label, onclick) =>
  tag("button", { className: "icon", title: label, "aria-label": label, textContent: name, onclick });

export function download(file, name) {
  const address = URL.createObjectURL(file);
  tag("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// A key that is held presses once: what it would press next undoes that.
export function pressOnce(event) {
  if (event.key === "Enter" && event.repeat) event.preventDefault();
}

// The browser's own CLDR chooses the form for a number, and writes it.
const language = () => document.documentElement.lang || "en";
export const inForm = (forms, count) => {
  const form = new Intl.PluralRules(language()).select(count);
  return fill(forms[form] ?? forms.other, { count: count.toLocaleString(language()) });
};
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

export function dayOf(time, words) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  const days = Math.ceil((midnight - time) / 86_400_000);
  if (!(days > 0)) return words.today;
  if (days === 1) return words.yesterday;
  if (days <= 7) return words.week;
  const options = { month: "long", year: "numeric" };
  return new Intl.DateTimeFormat(language(), { ...options, numberingSystem: "latn" }).format(time);
}
