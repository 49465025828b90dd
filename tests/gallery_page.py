"""The gallery on one page, each answer as the app draws it, and beneath it as while it grows."""

import streamlit as st

from chat.markup.markdown import faithful
from chat.markup.plain import without_images
from tests.gallery import GALLERY

for number, answer in enumerate(GALLERY):
    with st.container(key=f"answer-{number}"), st.chat_message("assistant"):
        st.markdown(faithful(answer.text))

with st.container(key="growing"):
    for number, answer in enumerate(GALLERY):
        growing = without_images(faithful(answer.text))
        with st.container(key=f"growing-{number}"), st.chat_message("assistant"):
            st.container()._markdown(growing, unterminated_parsing=True)
