"""Chats as another app exports them."""

from __future__ import annotations

from collections.abc import Sequence


def of_chatgpt(
    title: str, question: str, answers: Sequence[str], updated: float
) -> dict[str, object]:
    """A chat as ChatGPT exports it: a question with several answers, the last of which is shown."""
    asked = {"author": {"role": "user"}, "content": {"content_type": "text", "parts": [question]}}
    mapping: dict[str, object] = {"q": {"parent": None, "children": [], "message": asked}}
    for number, answer in enumerate(answers):
        content = {"content_type": "text", "parts": [answer]}
        message = {"author": {"role": "assistant"}, "content": content}
        mapping[f"a{number}"] = {"parent": "q", "children": [], "message": message}
    current = f"a{len(answers) - 1}"
    return {"title": title, "update_time": updated, "mapping": mapping, "current_node": current}


EXPORT = [
    of_chatgpt("Old", "What is old?", ["Rome."], 1_500_000_000),
    of_chatgpt("Newer", "What is new?", ["First news.", "Later news."], 1_600_000_000),
]
