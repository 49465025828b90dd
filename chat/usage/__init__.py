"""What was used, by day, person and model: for the owner, in a terminal or on the page."""
