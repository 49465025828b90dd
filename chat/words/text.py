"""What is said, in the language that is spoken here: a plain word by its name, as `text.RETRY`.

The words stand in `chat/languages`; what puts several of them together, in this room.
"""

# ruff: noqa: F403 - every sentence is handed on

from chat.languages.language import say
from chat.words.access import *
from chat.words.dialogue import *
from chat.words.failures import *
from chat.words.files import *
from chat.words.keeping import *
from chat.words.meter import *
from chat.words.microphone import *
from chat.words.prompts import *
from chat.words.shortcuts import *
from chat.words.sidebar import *
from chat.words.tray import *


def __getattr__(name: str) -> str:
    if not name.isupper():
        raise AttributeError(name)
    try:
        return say(name.lower())
    except KeyError:
        raise AttributeError(f"no language has the word {name.lower()}") from None
