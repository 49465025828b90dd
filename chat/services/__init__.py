"""Who answers, and within which budgets."""
