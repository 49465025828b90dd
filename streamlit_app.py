"""The front door: `streamlit run streamlit_app.py`. Read top to bottom; the rooms are in `chat/`.

Streamlit finds the `app` and serves it, and runs the rest anew for every visitor and every click.
"""

import streamlit as st

from chat.markup.plain import literal
from chat.settings import SettingsError
from chat.ui import dialogue, gate, live, notes, process, program, server, session, sidebar
from chat.ui.meter import Meter
from chat.words import text

if __name__ != "__main__":
    app = st.App(__file__, routes=server.routes(), middleware=server.middleware())
else:
    server.warn_if_unguarded()
    try:
        shared = process.current()
    except SettingsError as error:
        st.set_page_config(page_title=text.SETTINGS_WRONG)
        st.error(f"{text.SETTINGS_WRONG}\n\n{literal(str(error))}")
        st.stop()

    st.set_page_config(page_title=shared.settings.title, page_icon="💬")

    program.start()

    if not gate.is_open():
        st.stop()

    # One counter and one key for the process; one visitor, with a conversation, for each page.
    shared.counter.prepare(shared.settings.model)
    page = session.page()
    service = process.service_of(page.visitor)

    # A question is on its way before anything is drawn.
    with page.drawing(service) as request:
        dialogue.draw_input(page, request, service)
        rounds = dialogue.Dialogue(page, request)

        def draw_rest() -> Meter:
            """Draw all but the answer that is being written, whose first words come before it."""
            rounds.draw()
            meter = sidebar.draw(page, service, shared.counter)
            dialogue.draw_wake(page)
            notes.tell_drawn(page.visitor.store)
            return meter

        if request is None:
            draw_rest()
        else:
            live.stream(page, service, request, rounds, draw_rest)
