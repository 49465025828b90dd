"""What was used of the budgets and who tried a password, for all processes of the app."""
