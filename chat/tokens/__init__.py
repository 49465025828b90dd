"""How many tokens a text is, and how sure that is."""
