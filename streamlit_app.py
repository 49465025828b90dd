"""The front door: `streamlit run streamlit_app.py`. Read top to bottom; the rooms are in `chat/`.

Streamlit runs this file anew for every visitor and every click.
"""

from functools import partial

import streamlit as st

from chat.prose import literal
from chat.settings import SettingsError
from chat.ui import dialogue, gate, page, process, sidebar, state, text

try:
    settings = process.settings()
    process.limits()
except SettingsError as error:
    st.set_page_config(page_title=text.SETTINGS_WRONG)
    st.error(f"{text.SETTINGS_WRONG}\n\n{literal(str(error))}")
    st.stop()

st.set_page_config(page_title=settings.title, page_icon="💬")

page.prepare()

if not gate.is_open():
    st.stop()

# One counter and one key for the process; one visitor, with a conversation, for each page.
counter = process.counter()
counter.prepare(settings.model)
visitor = state.visitor()
service = state.service_of(visitor)

# A question is on its way before anything is drawn, and its answer's first words come before the
# rest of the page.
draw_sidebar = partial(sidebar.draw, visitor, settings, service, counter)
with state.drawing_page(visitor, service):
    dialogue.draw(visitor, service, draw_sidebar)
