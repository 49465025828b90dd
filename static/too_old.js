// For a browser in which Streamlit's own program (1.67) does not even begin: it knows the `v` flag of
// regular expressions. So this is written as scripts were in 2009, and is no module.
(function () {
  try {
    new RegExp("", "v");
  } catch (error) {
    document.getElementById("too-old").removeAttribute("hidden");
  }
})();
