"""What this app needs of Streamlit's inside, each with its version and its reason, in one place."""

from __future__ import annotations

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg

from chat.access.doorkeeper import Heard


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
    carrying = (widget for widget in widgets if widget.json_trigger_value or widget.json_value)
    return Heard(kind=kind, carried=sum(widget.ByteSize() for widget in carrying))
