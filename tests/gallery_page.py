"""The gallery on one page, drawn as the app draws an answer, and beneath it as while it grows."""

import streamlit as st

from chat.markup.markdown import faithful
from chat.markup.plain import without_images
from tests.gallery import GALLERY

for number, answer in enumerate(GALLERY):
    with st.container(key=f"answer-{number}"):
        st.markdown(faithful(answer.text))

with st.container(key="growing"):
    for answer in GALLERY:
        growing = without_images(faithful(answer.text))
        st.container()._markdown(growing, unterminated_parsing=True)
