"""The chat app of Streamlit's tutorial, to compare with: "Build an LLM chat app" in its docs.

As it stands there but for the seeded history, and for one setting in a sidebar to click on.
"""

import os

import streamlit as st
from openai import OpenAI

st.title("ChatGPT-like clone")
st.sidebar.slider("Rounds to remember", 0, 20, 3)

client = OpenAI()

if "messages" not in st.session_state:
    st.session_state.messages = [
        {"role": role, "content": "word " * 400}
        for _ in range(int(os.environ.get("SEEDED", "0")) // 2)
        for role in ("user", "assistant")
    ]

for message in st.session_state.messages:
    with st.chat_message(message["role"]):
        st.markdown(message["content"])

if prompt := st.chat_input("What is up?"):
    st.session_state.messages.append({"role": "user", "content": prompt})
    with st.chat_message("user"):
        st.markdown(prompt)
    with st.chat_message("assistant"):
        stream = client.chat.completions.create(
            model="gpt-4o",
            messages=[
                {"role": m["role"], "content": m["content"]} for m in st.session_state.messages
            ],
            stream=True,
        )
        response = st.write_stream(stream)
    st.session_state.messages.append({"role": "assistant", "content": response})
