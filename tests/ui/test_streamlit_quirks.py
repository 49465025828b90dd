"""What a page of Streamlit's may say, and which workarounds Streamlit still needs."""

from __future__ import annotations

import inspect
import json
import math
import re
from pathlib import Path

import pytest
import streamlit as st
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.testing.v1 import AppTest

from chat.access.doorkeeper import PageMessage
from chat.ui.streamlit_quirks import read_message, scripts_in_the_page

ID = f"$$ID-{'0' * 32}-"
EVENTS = f"$$STREAMLIT_INTERNAL_KEY_{ID}chats__events"


def said(*widgets: WidgetState) -> PageMessage | None:
    message = BackMsg()
    message.rerun_script.widget_states.widgets.extend(widgets)
    return read_message(message.SerializeToString())


def widget(id: str, **value: object) -> WidgetState:
    state = WidgetState(id=id)
    for name, each in value.items():
        if name == "double_array_value":
            assert isinstance(each, list)
            state.double_array_value.data.extend(each)
        elif name == "chat_input_value":
            state.chat_input_value.data = str(each)
        else:
            setattr(state, name, each)
    return state


def test_what_each_widget_of_the_page_says_is_heard() -> None:
    carried = widget(EVENTS, json_trigger_value=json.dumps([{"event": "came", "value": []}]))
    widgets = [
        widget(f"{ID}question", chat_input_value="Hi"),
        widget(f"{ID}rounds", double_array_value=[3.0]),
        widget(f"{ID}temperature", double_value=0.5),
        widget(f"{ID}top_p"),
        widget(f"{ID}max_tokens", int_value=7),
        widget(f"{ID}model", string_value="a model"),
        widget(f"{ID}reasoning_effort", string_value="high"),
        widget(f"{ID}verbosity", string_value="low"),
        widget(f"{ID}edit-{'a' * 32}", string_value="edited"),
        widget(f"{ID}edit-140184651381200", trigger_value=True),
        widget(f"{ID}None", trigger_value=True),
        carried,
    ]
    assert said(*widgets) == PageMessage(kind="rerun_script", carried=carried.ByteSize())


@pytest.mark.parametrize(
    "hostile",
    [
        *(widget(id, string_value="x") for id in ("", "password", "page", "visitor", "$$ID-x-y")),
        *(widget(id, trigger_value=True) for id in (f"{ID}", f"x{ID}question", f"{ID}x\ny")),
        widget(f"{ID}question", string_value="Hi"),
        widget(f"{ID}rounds", double_value=3.0),
        widget(f"{ID}rounds", double_array_value=[math.nan]),
        widget(f"{ID}temperature", double_value=math.inf),
        widget(f"{ID}max_tokens", double_value=7.0),
        widget(f"{ID}chats", trigger_value=True),
        widget(f"{ID}upload", trigger_value=True),
        widget(f"{ID}max_tokens", string_value="1"),
        widget(f"{ID}reasoning_effort", trigger_value=True),
        widget(f"{ID}system_prompt", trigger_value=True),
        widget(f"{ID}refresh-1", string_value="x"),
        widget(f"{ID}chats", json_value="[]"),
        widget(EVENTS, json_value="[]"),
        widget(EVENTS, string_value="x"),
        widget(EVENTS, json_trigger_value="[" * 100_000),
        widget(EVENTS, json_trigger_value="[" * 900 + "]" * 900),
        widget(EVENTS, json_trigger_value='{"a":' * 100 + "1" + "}" * 100),
        widget(EVENTS, json_trigger_value="[" + "[]," * 60 + "1" * 5_000 + "]"),
        widget(EVENTS, json_trigger_value="[" + "[]," * 1_000_000 + "1]"),
        widget(EVENTS, json_trigger_value="[" + '"",' * 300_000 + "1]"),
    ],
    ids=lambda hostile: f"{hostile.id[:60]} {str(hostile)[-30:]!r}",
)
def test_what_no_widget_of_the_page_says_is_not_heard(hostile: WidgetState) -> None:
    assert said(hostile) is None


def test_what_the_storage_says_may_be_large_and_have_brackets_in_its_texts() -> None:
    records = json.dumps({f"answer/{n}": {"text": '[{"\\' * 50_000} for n in range(20)})
    whole = json.dumps([{"event": "came", "value": [{"kind": "opened", "records": records}]}])
    large = widget(EVENTS, json_trigger_value=whole)
    heard_of = said(widget(f"{ID}rounds", double_array_value=[3.0]), large)
    assert heard_of == PageMessage(kind="rerun_script", carried=large.ByteSize())


def test_a_large_message_of_many_parts_is_not_heard() -> None:
    message = BackMsg()
    message.rerun_script.widget_states.widgets.extend([WidgetState()] * 600_000)
    assert read_message(message.SerializeToString()) is None
    hashes = BackMsg()
    hashes.rerun_script.cached_message_hashes.extend(["x"] * 600_000)
    assert read_message(hashes.SerializeToString()) is None
    assert read_message(message.SerializeToString()[:-1]) is None


@pytest.mark.parametrize("name", ["x\nTraceback", "x" * 300, "a b"])
def test_a_name_that_would_stand_in_the_log_as_it_comes_is_not_heard(name: str) -> None:
    message = BackMsg()
    message.rerun_script.fragment_id = name
    assert read_message(message.SerializeToString()) is None
    operation = BackMsg()
    operation.backend_operation_request.deferred_file.file_id = name
    assert read_message(operation.SerializeToString()) is None


def test_a_question_with_files_in_it_is_not_heard() -> None:
    asked = widget(f"{ID}question", chat_input_value="Hi")
    asked.chat_input_value.file_uploader_state.SetInParent()  # as the page always does
    assert said(asked) == PageMessage(kind="rerun_script")
    asked.chat_input_value.file_uploader_state.uploaded_file_info.add()
    assert said(asked) is None


def test_what_is_no_message_is_not_heard() -> None:
    assert read_message(b"\xff\xff") is None
    assert read_message(b"") is None
    assert read_message(BackMsg(clear_cache=True).SerializeToString()) == PageMessage(
        kind="clear_cache"
    )


# What follows tells when a workaround may go: each fails when Streamlit no longer needs it.


def test_streamlit_keeps_the_callback_of_a_button_that_is_drawn_no_more() -> None:
    def drawn() -> None:
        import streamlit as st
        from streamlit.runtime.scriptrunner import get_script_run_ctx

        context = get_script_run_ctx()
        assert context is not None
        known = context.session_state._state._new_widget_state.widget_metadata
        st.session_state.kept = len(known)
        if "begun" not in st.session_state:
            st.button("Gone", on_click=print)
            st.session_state.begun = True

    page = AppTest.from_function(drawn).run()
    page.run()
    page.run()
    assert page.session_state["kept"] == 1
    assert not page.exception


def test_streamlit_tells_of_secrets_that_it_cannot_read_in_its_log_alone(tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text("KEY = sk-without-quotes", encoding="utf-8")
    usual = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(file)])
    try:
        assert not st.secrets.load_if_toml_exists()
    finally:
        config.set_option("secrets.files", usual)


def test_streamlit_closes_what_is_open_in_markdown_by_no_public_way() -> None:
    assert "unterminated_parsing" not in inspect.signature(st.markdown).parameters


def test_streamlit_tells_no_lost_connection_and_no_message_by_a_public_way() -> None:
    public = {name for name in (*dir(st), *dir(st.context), *dir(st.App)) if name[0] != "_"}
    assert not {
        name for name in public if re.search("connected|is_lost|on_message|disconnect", name)
    }


def test_streamlit_throws_away_what_is_not_sent_of_a_fragment_that_is_to_be_drawn() -> None:
    """Even where the fragment is not drawn, as a callback wants another: see `pressed_parts`."""
    queue = ForwardMsgQueue()
    for number, fragment in enumerate(("pressed", "other")):
        message = ForwardMsg()
        message.delta.fragment_id = fragment
        message.delta.new_element.empty.SetInParent()
        message.metadata.delta_path.extend([0, number])
        queue.enqueue(message)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["pressed"])
    assert [message.delta.fragment_id for message in queue.flush()] == ["other"]


def test_streamlits_own_page_has_a_script_that_a_policy_must_allow() -> None:
    assert len(scripts_in_the_page()) == 1
