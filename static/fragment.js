// A chat in the fragment of the address (linked.js) goes off the address before anything else runs: a reload
// opens no other copy, and nobody is told it, as Streamlit (1.67) tells a page around it. No module: these
// run later.
(function () {
  const NAME = "#chat=";
  function take(event) {
    if (!location.hash.startsWith(NAME)) return;
    event?.stopImmediatePropagation();
    document.body.dataset.linked = location.hash.slice(NAME.length);
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  take();
  window.addEventListener("hashchange", take);
})();
