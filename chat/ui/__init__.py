"""The page: drawing only; no decisions about the conversation."""
