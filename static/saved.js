// What a download button of Streamlit's (1.67) would save, as a text. It asks the server for its file by the
// websocket, also while an answer is written, when no other press is served. Then it clicks a link that
// stands nowhere on the page, which is seen here alone.
const PATIENCE = 15_000; // milliseconds

let isAsked = false;

// To be called by the click on such a button, with how the file's name ends. Null while another one is on its
// way; raises where none comes.
export function saved(ending) {
  if (isAsked) return null;
  isAsked = true;
  const link = HTMLAnchorElement.prototype;
  const address = new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("The server has sent no file.")), PATIENCE);
    link.click = function () {
      if (!this.pathname.endsWith(ending)) return HTMLElement.prototype.click.call(this);
      clearTimeout(late);
      delete link.click; // HTMLElement's is there again, for what is pressed meanwhile
      resolve(this.href);
    };
  });
  return address.then(read).finally(() => {
    delete link.click; // also where none came
    isAsked = false;
  });
}

async function read(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`The server has answered ${answer.status}.`);
  return answer.text();
}
