"""What has no public way in Streamlit 1.67, each with its reason, in one place."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit
from google.protobuf.message import DecodeError
from streamlit.delta_generator import DeltaGenerator
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import StopException, get_script_run_ctx

from chat.access.doorkeeper import PageMessage
from chat.prompts import MOST_VARIABLES

PATIENCE = 2.0  # seconds for the server's loop, which is never that busy
MOST_WIDGETS = 1_000  # of one message
LARGE = 1_000_000  # bytes; a larger message is looked at before it is parsed
DEEPEST = 50  # lists and objects inside each other
MOST_TEXTS = 200_000  # in what the browser's storage says at once
MOST_STRUCTURE = 2_000_000  # characters of it outside of texts
# Which kind of value the page sends for a widget, by its key. All others are buttons. A new widget
# that has a value stands here, or the page is closed when it is used.
_VALUES = {
    "question": "chat_input_value",
    "rounds": "double_array_value",
    **dict.fromkeys(("temperature", "top_p"), "double_value"),
    "max_tokens": "int_value",
    **dict.fromkeys(("pictures_again", "with_pictures"), "bool_value"),
    **dict.fromkeys(("model", "system_prompt", "own_key", "password", "language"), "string_value"),
    **dict.fromkeys(("reasoning_effort", "verbosity", "inspected", "edit-"), "string_value"),
    **{f"variable-{number}": "string_value" for number in range(MOST_VARIABLES)},
    **dict.fromkeys(
        (
            "chats",
            "queue",
            "tray",
            "microphone",
            "upload",
            "prompts",
            "prompt_row",
            "program_mount",
        ),
        "nothing: they speak by their events",
    ),
}
_NAME = re.compile(r"[\w-]{0,200}", re.ASCII)
_LONG_NUMBER = re.compile(r"\d{1000}")
_QUOTED = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_WIDGET = re.compile(r"\$\$ID-[0-9a-f]{32}-(?P<key>(?P<edit>edit-[0-9a-f]{32})|.{1,200})")
_EVENTS = re.compile(r"\$\$STREAMLIT_INTERNAL_KEY_\$\$ID-[0-9a-f]{32}-[\w-]{1,200}__events")


def read_message(message: bytes) -> PageMessage | None:
    """What a message of the page is; None for what is none.

    Streamlit (1.67) has no public way to look at messages before it acts on them.
    """
    parsed = BackMsg()
    try:
        if len(message) > LARGE and not _has_few_parts(message):
            return None
        parsed.ParseFromString(message)
    except (DecodeError, IndexError):
        return None
    kind = parsed.WhichOneof("type")
    if kind is None:
        return None
    if kind == "backend_operation_request":
        asked = parsed.backend_operation_request
        operation = asked.WhichOneof("payload")
        names = (asked.request_id, asked.session_id, asked.deferred_file.file_id)
        is_named = all(map(_NAME.fullmatch, names))
        return PageMessage(kind=operation) if operation is not None and is_named else None
    asked_for = parsed.rerun_script
    widgets = asked_for.widget_states.widgets
    if not all(map(_NAME.fullmatch, (asked_for.fragment_id, asked_for.page_script_hash))):
        return None  # Streamlit writes them into its log as they come
    if len(widgets) > MOST_WIDGETS or not all(map(_is_said_by_the_page, widgets)):
        return None
    carrying = (widget for widget in widgets if widget.json_trigger_value)
    return PageMessage(kind=kind, carried=sum(widget.ByteSize() for widget in carrying))


def _has_few_parts(message: bytes) -> bool:
    """Whether a large message is large by what its widgets say, and not by how many there are.

    To parse millions of empty ones takes a second, and hundreds of megabytes. Raises `IndexError`
    where it is cut off.
    """
    for number in (BackMsg.RERUN_SCRIPT_FIELD_NUMBER, ClientState.WIDGET_STATES_FIELD_NUMBER):
        parts = _parts(message)
        inner = [part for field, part in parts if field == number]
        if len(parts) > MOST_WIDGETS or len(inner) > 1:
            return False
        message = inner[0] if inner else b""
    return len(_parts(message)) <= MOST_WIDGETS


def _parts(message: bytes) -> list[tuple[int, bytes]]:
    """The parts of a message by their field's number, but no more than are looked at.

    Written as in https://protobuf.dev/programming-guides/encoding: a tag, and what follows it.
    """
    parts: list[tuple[int, bytes]] = []
    at = 0
    while at < len(message) and len(parts) <= MOST_WIDGETS:
        tag, at = _number(message, at)
        kind = tag & 7
        size = {1: 8, 5: 4}.get(kind, 0)
        if kind in (0, 2):
            size, after = _number(message, at)
            at, size = after, size if kind == 2 else 0
        parts.append((tag >> 3, message[at : at + size]))
        at += size
    return parts


def _number(message: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and where it ends."""
    number = shift = 0
    while True:
        byte = message[at]
        number |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128 or shift > 63:
            return number, at


def _is_said_by_the_page(widget: WidgetState) -> bool:
    """Whether a widget of this app may have such a value.

    Streamlit (1.67) takes an id that it does not know for a key of the session state, and a value
    of another type for a fault of the app's: both end a run, with a traceback in the log.
    """
    value = widget.WhichOneof("value")
    if _EVENTS.fullmatch(widget.id):
        return value == "json_trigger_value" and _is_shallow(widget.json_trigger_value)
    known = _WIDGET.fullmatch(widget.id)
    if known is None:
        return False
    match _VALUES.get("edit-" if known["edit"] else known["key"], "trigger_value"):
        case "chat_input_value":
            asked = widget.chat_input_value
            names = {field.name for field, _ in asked.ListFields()}
            has_files = asked.file_uploader_state.ByteSize() > 0 or "audio_file_info" in names
            return value == "chat_input_value" and not has_files
        case "double_array_value":
            numbers = widget.double_array_value.data
            return value == "double_array_value" and all(map(math.isfinite, numbers))
        case "double_value":
            return value in ("double_value", None) and math.isfinite(widget.double_value)
        case "int_value":
            return value in ("int_value", None)
        case expected:
            return value == expected


def _is_shallow(said: str) -> bool:
    """Whether JSON is nothing but a few values and texts, and not many inside each other.

    Streamlit reads and copies it by calls inside each other (1.67). It is not read here: texts
    are passed over, and the brackets between them counted.
    """
    depth = end = structure = 0
    for number, quoted in enumerate(_QUOTED.finditer(said)):
        if number > MOST_TEXTS:
            return False
        structure += quoted.start() - end
        depth = _depth(said, end, quoted.start(), depth) if structure <= MOST_STRUCTURE else 0
        end = quoted.end()
        if not 0 < depth <= DEEPEST:
            return False
    return len(said) - end + structure <= MOST_STRUCTURE and (
        0 <= _depth(said, end, len(said), depth) <= DEEPEST
    )


def _depth(said: str, start: int, end: int, depth: int) -> int:
    """How deep it is behind this piece of JSON without texts; too deep where it cannot be read."""
    if _LONG_NUMBER.search(said, start, end):
        return DEEPEST + 1  # which no Python reads (3.11)
    for character in said[start:end]:
        if character in "[{":
            depth += 1
        elif character in "]}":
            depth -= 1
        if depth > DEEPEST:
            break
    return depth


def scripts_in_the_page() -> tuple[str, ...]:
    """What scripts stand in Streamlit's own page, which a policy has to allow (1.67: one)."""
    page = Path(streamlit.__file__).with_name("static") / "index.html"
    return tuple(re.findall(r"<script>(.*?)</script>", page.read_text("utf-8"), re.DOTALL))


def forget_callbacks() -> None:
    """Let go of the callbacks of widgets that are drawn no more, and of the rounds they are about.

    Streamlit 1.67 forgets what such a widget was set to, but keeps its callback for as long as the
    page is open. There is no public way to those.
    """
    context = get_script_run_ctx()
    if context is not None:
        state = context.session_state._state
        known = state._new_widget_state.widget_metadata
        for widget in (
            known.keys() - state._new_widget_state.states.keys() - state._old_state.keys()
        ):
            del known[widget]


def pressed_parts() -> set[str]:
    """The keys of the fragments in which was pressed what the callback that asks is called for.

    They have to be drawn again, whatever the callback draws: Streamlit (1.67) throws away what of
    them is not sent yet, as if it drew them at once, and then draws what the callback wants.
    """
    context = get_script_run_ctx()
    if context is None:
        return set()
    keys = getattr(context.fragment_storage, "_target_key_by_id", {})
    return {keys[name] for name in context.fragment_ids_this_run or () if name in keys}


class Connection:
    """The connection to the page that this run draws.

    A lost connection ends a run just as a pressed Stop does: by a `StopException`. But a page
    whose connection was lost has another client afterwards, or none.
    """

    def __init__(self) -> None:
        context = get_script_run_ctx()
        self._name = "" if context is None else context.session_id
        self._runtime = runtime = Runtime.instance() if Runtime.exists() else None  # as in AppTest
        self._session = None if runtime is None else runtime.get_app_session(self._name)
        self._client = None if runtime is None else runtime.get_client(self._name)

    def is_lost(self) -> bool:
        """Whether it was lost since the run began."""
        if self._runtime is None or self._session is None:
            return False
        if self._runtime.get_client(self._name) is self._client:
            # The run is told to stop a moment before the client is let go, both in one step of
            # the server's loop. When the loop does the next one, that is over.
            passed = threading.Event()
            self._session._event_loop.call_soon_threadsafe(passed.set)
            passed.wait(PATIENCE)
        return self._runtime.get_client(self._name) is not self._client

    def forget_unsent(self) -> None:
        """Let nothing more of what the run has drawn be sent, where nobody is connected.

        It would go to the page as soon as that is connected again. But what was sent before may
        not have arrived, and a page that gets something without what it stands in goes blank.
        """
        runtime, session, name = self._runtime, self._session, self._name
        if runtime is not None and session is not None:
            session._event_loop.call_soon_threadsafe(
                lambda: None if runtime.is_active_session(name) else session._clear_queue()
            )


@contextmanager
def connected() -> Iterator[Connection]:
    """The connection to the page, by which nothing of a run that it has ended is sent later."""
    connection = Connection()
    try:
        yield connection
    except StopException:
        connection.forget_unsent()
        raise


def draw_unfinished(place: DeltaGenerator, markdown: str) -> None:
    """Draw markdown that is still written, with what is open in it closed, as in `**bold`.

    Only `st.write_stream` does so by a public way (1.67), and it would send the whole text again
    with every word.
    """
    place._markdown(markdown, unterminated_parsing=True)
