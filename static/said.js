// What the page's program says, in the visitor's language: the words come as a file for each, not with
// what is drawn (chat/ui/browser_words.py).
const AGAIN = 2000; // milliseconds

export const words = {}; // the page's own, which may come after what is drawn first
const loads = new Map(); // where a file is -> what is in it

async function load(path) {
  for (;;) {
    try {
      const answer = await fetch(path);
      if (answer.ok) return await answer.json();
    } catch {
      // The connection is lost.
    }
    await new Promise((done) => setTimeout(done, AGAIN)); // it may have been a server of another version
  }
}

// The same way to mount something, with its words in place of where they are.
export const worded = (name, mount) => async (mounted) => {
  const { data } = mounted;
  if (typeof data.words === "string" && !loads.has(data.words)) loads.set(data.words, load(data.words));
  const said = await loads.get(data.words);
  mount({ ...mounted, data: { ...data, ...said?.[name] } });
};
