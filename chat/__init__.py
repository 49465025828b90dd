"""A chat with a memory of so many rounds, against any OpenAI-compatible service.

    from chat import ChatError, Conversation, connect

    conversation = Conversation(system_prompt="You are terse.", rounds=2)
    answer = connect().reply(conversation, "What is a token?")
    print(answer.text, answer.usage)

`reply` raises a `ChatError` for every failure. Nothing outside `chat.ui` imports streamlit.
"""

from chat.answer import Answer, Status
from chat.connection import connect
from chat.conversation import Conversation, Round
from chat.errors import ChatError
from chat.events import Usage
from chat.service import Options, Service
from chat.settings import Settings, SettingsError
from chat.window import Message, Window

__all__ = [
    "Answer",
    "ChatError",
    "Conversation",
    "Message",
    "Options",
    "Round",
    "Service",
    "Settings",
    "SettingsError",
    "Status",
    "Usage",
    "Window",
    "connect",
]
