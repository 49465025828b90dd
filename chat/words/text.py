"""All words under one name, as `text.RETRY`: their rooms are called like those of the page."""

# ruff: noqa: F403 - every word is handed on

from chat.words.access import *
from chat.words.dialogue import *
from chat.words.failures import *
from chat.words.keeping import *
from chat.words.meter import *
from chat.words.sidebar import *
from chat.words.terminal import *
