"""Files that go along with a question: checked, and made into what is sent. Knows no page."""
