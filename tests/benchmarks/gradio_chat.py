"""Gradio's ChatInterface in front of the same service, as its guide to streaming has it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import gradio as gr
from openai import OpenAI

client = OpenAI()


def predict(message: str, history: list[dict[str, Any]]) -> Iterator[str]:
    """Stream the answer."""
    asked: Any = [{"role": turn["role"], "content": turn["content"]} for turn in history]
    asked.append({"role": "user", "content": message})
    stream: Any = client.chat.completions.create(model="gpt-4o", messages=asked, stream=True)
    answer = ""
    for chunk in stream:
        answer += chunk.choices[0].delta.content or ""
        yield answer


gr.ChatInterface(predict).launch(
    server_name="127.0.0.1", server_port=int(os.environ["PORT"]), quiet=True
)
