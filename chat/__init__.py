"""A chat with a memory of so many rounds, against any OpenAI-compatible service.

    from chat import ChatError, Conversation, connect

    conversation = Conversation(system_prompt="You are terse.", rounds=2)
    answer = connect().reply(conversation, "What is a token?")
    print(answer.text, answer.usage)

`reply` raises a `ChatError` for every failure. Nothing outside `chat.ui` imports streamlit.
"""

from chat.conversation.answer import Answer, Status
from chat.conversation.files import Document, Picture
from chat.conversation.round import Round
from chat.conversation.tree import Conversation
from chat.conversation.window import Message, Window
from chat.errors import ChatError
from chat.models import Usage
from chat.options import Options
from chat.services.base import Service
from chat.services.connect import connect
from chat.settings import Settings, SettingsError

__version__ = "1.0.0"  # told nowhere else

__all__ = [
    "Answer",
    "ChatError",
    "Conversation",
    "Document",
    "Message",
    "Options",
    "Picture",
    "Round",
    "Service",
    "Settings",
    "SettingsError",
    "Status",
    "Usage",
    "Window",
    "connect",
]
