"""A chat as a file and as records for the browser, out and in again: pure."""
