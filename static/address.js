// What the address asked for (beginning.py) goes from it when the page has taken it: a reload or a bookmark
// does not ask for it again. In the same place of the browser's history: Back leads to where one came from.
export function forget(parameters) {
  const address = new URL(location.href);
  const asked = parameters.filter((name) => address.searchParams.has(name));
  if (!asked.length) return;
  for (const name of asked) address.searchParams.delete(name);
  history.replaceState(history.state, "", address);
}
