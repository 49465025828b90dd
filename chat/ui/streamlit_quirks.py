"""What has no public way in Streamlit 1.67, each with its reason, in one place."""

from __future__ import annotations

import json
import math
import re
import threading
from pathlib import Path

import streamlit
from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from chat.access.doorkeeper import Heard

PATIENCE = 2.0  # seconds for the server's loop, which is never that busy
MOST_WIDGETS = 1_000  # of one message
DEEPEST = 50  # lists and objects inside each other
# Which kind of value the page sends for a widget, by its key. All others are buttons. A new widget
# that has a value stands here, or the page is closed when it is used.
_VALUES = {
    "question": "chat_input_value",
    "rounds": "double_array_value",
    **dict.fromkeys(("temperature", "top_p", "max_tokens"), "double_value"),
    **dict.fromkeys(("model", "system_prompt", "own_key", "password"), "string_value"),
    **dict.fromkeys(("inspected", "edit-"), "string_value"),
}
_WIDGET = re.compile(r"\$\$ID-[0-9a-f]{32}-(?P<key>(?P<edit>edit-[0-9a-f]{32})|.{1,200})")
_EVENTS = re.compile(r"\$\$STREAMLIT_INTERNAL_KEY_\$\$ID-[0-9a-f]{32}-[\w-]{1,200}__events")


def heard(message: bytes) -> Heard | None:
    """What a message of the page is; None for what is none.

    Streamlit (1.67) has no public way to look at messages before it acts on them.
    """
    parsed = BackMsg()
    try:
        parsed.ParseFromString(message)
    except DecodeError:
        return None
    kind = parsed.WhichOneof("type")
    if kind is None:
        return None
    if kind == "backend_operation_request":
        operation = parsed.backend_operation_request.WhichOneof("payload")
        return None if operation is None else Heard(kind=operation)
    widgets = parsed.rerun_script.widget_states.widgets
    if len(widgets) > MOST_WIDGETS or not all(map(_is_said_by_the_page, widgets)):
        return None
    carrying = (widget for widget in widgets if widget.json_trigger_value)
    return Heard(kind=kind, carried=sum(widget.ByteSize() for widget in carrying))


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
        case expected:
            return value == expected


def _is_shallow(said: str) -> bool:
    """Whether a text is JSON that can be read, and copied, without many calls inside each other."""
    if said.count("[") + said.count("{") <= DEEPEST:
        return True  # and what is no JSON is told apart where it is read
    try:
        level = [json.loads(said)]
    except (ValueError, RecursionError):
        return False
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return True
    return False


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
