"""The front door: `streamlit run streamlit_app.py`. Read top to bottom; the rooms are in `chat/`.

Streamlit finds the `app` and serves it, and runs the rest anew for every visitor and every click.
"""

import streamlit as st

from chat.markup.plain import literal
from chat.settings import SettingsError
from chat.ui import (
    dialogue,
    ear,
    gate,
    leaving,
    notes,
    process,
    program,
    server,
    session,
    sidebar,
    sign_in,
)
from chat.ui.page import current_page
from chat.words import text

if __name__ != "__main__":
    app = st.App(
        __file__,
        routes=server.routes(),
        middleware=server.middleware(),
        lifespan=leaving.lifespan,
        secrets=sign_in.secrets(),
    )
else:
    server.warn_if_unguarded()
    try:
        shared = process.current()
    except SettingsError as error:
        session.speak_to_visitor(owners=None)
        st.set_page_config(page_title=text.SETTINGS_WRONG)
        st.error(f"{text.SETTINGS_WRONG}\n\n{literal(str(error))}")
        st.stop()

    session.speak_to_visitor(shared.settings)
    title = text.title(shared.settings.title)
    st.set_page_config(page_title=title, page_icon="💬")

    program.start(sign_in.name_in_browser())

    if not gate.is_open(title):
        st.stop()

    # One counter and one key for the process; one visitor, with a conversation, for each page.
    shared.counter.prepare(shared.settings.model)
    page = current_page()
    dialogue.make_places(page)
    dialogue.draw_input(page, process.service_of(page.visitor))
    sidebar.draw(page, shared.counter)
    ear.tell_names(page.hidden)
    dialogue.draw(page)
    notes.tell_drawn(page)
    sidebar.draw_title(page)
    page.is_whole = True
    page.go()
