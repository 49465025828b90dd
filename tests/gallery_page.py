"""The gallery on one page, drawn as the app draws an answer."""

import streamlit as st

from chat.markdown import faithful
from tests.gallery import GALLERY

for number, answer in enumerate(GALLERY):
    with st.container(key=f"answer-{number}"):
        st.markdown(faithful(answer.text))
