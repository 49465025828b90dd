"""Who comes to the page, and how far: nothing here knows Streamlit."""
