"""To a Hugging Face Space, once."""
