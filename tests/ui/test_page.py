"""What the page does, run by Streamlit's own AppTest against the scripted service."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from chat import errors
from chat.conversation.tree import Conversation
from chat.languages.language import spoken
from chat.tokens.counter import Grade
from chat.words import text
from tests.fakes import service as fake
from tests.fakes.service import KEY, Reply, ScriptedService, answering, chunk, failing
from tests.ui.driving import (
    Open,
    ask,
    dialogue,
    drawn,
    labels,
    messages_now,
    meter_of,
    opened_with_the_environment,
    press,
)


def test_an_empty_page_greets_and_suggests(page: AppTest) -> None:
    assert not page.exception
    assert any(text.GREETING in markdown.value for markdown in page.main.markdown)
    assert [label for label in labels(page) if label in text.suggestions()] == [*text.suggestions()]
    assert not page.chat_message


def test_with_a_key_the_page_does_not_speak_of_a_demo(page: AppTest) -> None:
    assert not [caption for caption in page.caption if "demo" in caption.value]


def test_without_a_key_the_demo_answers_and_says_so(open_page: Open) -> None:
    page = open_page()
    assert "demo" in page.caption[0].value
    ask(page, "hi")
    assert "I am the **demo**" in dialogue(page)[1][1]


def test_the_sidebar_has_its_labels(page: AppTest) -> None:
    sidebar = page.sidebar
    assert [area.label for area in sidebar.text_area] == ["System prompt"]
    assert [(s.label, s.min, s.max, s.value) for s in sidebar.slider] == [
        ("Rounds to remember", 0, 20, 3)
    ]
    assert [box.label for box in sidebar.selectbox] == ["Model", "Reasoning effort", "Language"]
    assert [(number.label, number.value) for number in sidebar.number_input] == [
        ("Temperature", None),
        ("Top p", None),
        ("Max tokens", None),
    ]
    assert [button.label for button in sidebar.button] == [
        *("New chat", text.TEMPORARY_CHAT, text.WHAT_WILL_BE_SENT, text.INSPECT)
    ]


def test_a_question_is_shown_as_typed_and_answered(page: AppTest, service: ScriptedService) -> None:
    question = "# *Hi* $x$ <b>\n:cat: `code`"
    service.enqueue(answering("Hel", "lo **you**."))
    ask(page, question)
    assert dialogue(page) == [("user", question), ("assistant", "Hello **you**.")]
    assert service.last.messages[-1]["content"] == question
    assert labels(page)[:4] == ["Edit", "Retry", "Undo", "Delete"]


def test_four_questions_with_two_rounds_send_the_prompt_two_rounds_and_the_question(
    page: AppTest, service: ScriptedService
) -> None:
    drawn(page.sidebar.slider[0].set_value(2).run())
    service.enqueue(*[answering(f"A{number}") for number in range(1, 5)])
    for number in range(1, 5):
        ask(page, f"Q{number}")
    assert [(m["role"], m["content"]) for m in service.last.messages] == [
        ("system", "You are a helpful assistant."),
        *(("user", "Q2"), ("assistant", "A2"), ("user", "Q3"), ("assistant", "A3")),
        ("user", "Q4"),
    ]
    assert [said for _, said in dialogue(page)] == [
        *("Q1", "A1", "Q2", "A2", "Q3", "A3", "Q4", "A4")
    ]
    assert [m["content"] for m in messages_now(page)][1:] == ["Q3", "A3", "Q4", "A4"]


def test_settings_act_from_the_next_question_on(
    open_page: Open, service: ScriptedService, reach: dict[str, str]
) -> None:
    page = open_page(**reach, CHAT_MODELS="another/model")
    ask(page, "Q1")
    drawn(page.sidebar.text_area[0].set_value("Be brief.").run())
    drawn(page.sidebar.slider[0].set_value(0).run())
    drawn(page.sidebar.selectbox[0].set_value("another/model").run())
    for label, value in (("Temperature", 0.5), ("Top p", 0.25), ("Max tokens", 9)):
        (number,) = [n for n in page.sidebar.number_input if n.label == label]
        drawn(number.set_value(value).run())
    ask(page, "Q2")
    assert service.last.json == {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Q2"},
        ],
        "model": "another/model",
        "temperature": 0.5,
        "top_p": 0.25,
        "max_completion_tokens": 9,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert [said for _, said in dialogue(page)] == ["Q1", "Answer 1.", "Q2", "Answer 2."]


def test_a_backup_has_the_settings_of_the_moment_when_it_is_made(
    open_page: Open, reach: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Callable[[], str]] = []

    def offer(_label: str, make: Callable[[], str], name: str, *_: object, **__: object) -> None:
        if name == "chat.json":
            made.append(make)

    monkeypatch.setattr("streamlit.download_button", offer)
    page = open_page(**reach, CHAT_MODELS="another/model")
    drawn(page.sidebar.selectbox[0].set_value("another/model").run())
    (temperature,) = [n for n in page.sidebar.number_input if n.label == "Temperature"]
    temperature.set_value(0.5).run()
    # The settings alone are drawn anew then, and not what was offered first.
    assert json.loads(made[0]())["settings"]["temperature"] == 0.5


def choices(page: AppTest, label: str) -> list[str]:
    """What a selectbox of the sidebar offers; nothing where it is not drawn."""
    return next((box.options for box in page.sidebar.selectbox if box.label == label), [])


def choose(page: AppTest, label: str, value: str) -> None:
    """Pick a value in a selectbox of the sidebar."""
    (box,) = [box for box in page.sidebar.selectbox if box.label == label]
    drawn(box.set_value(value).run())
    assert not page.exception


@pytest.fixture
def known_models(open_page: Open, reach: dict[str, str]) -> AppTest:
    """A page that begins with a model that is not known, and offers some that are."""
    return open_page(**reach, CHAT_MODELS="gpt-6-astra, gpt-5.4, gpt-5.1, gpt-5, gpt-4o")


def test_the_efforts_that_the_model_takes_are_offered_beneath_it(known_models: AppTest) -> None:
    page = known_models
    default = text.MODELS_DEFAULT
    assert choices(page, text.EFFORT) == [default, "low", "medium", "high"]
    assert choices(page, text.VERBOSITY) == []
    choose(page, text.MODEL, "gpt-6-astra")
    assert [box.label for box in page.sidebar.selectbox][:2] == [text.MODEL, text.EFFORT]
    assert choices(page, text.EFFORT) == [default, "low", "medium", "high", "xhigh", "max"]
    assert choices(page, text.VERBOSITY) == [default, "low", "medium", "high"]
    choose(page, text.MODEL, "gpt-4o")
    assert choices(page, text.EFFORT) == choices(page, text.VERBOSITY) == []


def test_an_effort_is_sent_until_another_model_does_not_take_it(
    known_models: AppTest, service: ScriptedService
) -> None:
    page = known_models
    choose(page, text.MODEL, "gpt-5.4")
    choose(page, text.EFFORT, "xhigh")
    choose(page, text.VERBOSITY, "low")
    ask(page, "Q1")
    assert (service.last.json["reasoning_effort"], service.last.json["verbosity"]) == (
        "xhigh",
        "low",
    )
    choose(page, text.MODEL, "gpt-5.1")
    assert next(b.value for b in page.sidebar.selectbox if b.label == text.EFFORT) == ""
    ask(page, "Q2")
    assert "reasoning_effort" not in service.last.json
    assert service.last.json["verbosity"] == "low"
    choose(page, text.EFFORT, "high")
    choose(page, text.EFFORT, "")
    ask(page, "Q3")
    assert "reasoning_effort" not in service.last.json


def test_where_a_model_refuses_temperature_the_page_says_why(
    known_models: AppTest, service: ScriptedService
) -> None:
    page = known_models

    def disabled() -> list[str]:
        return [number.label for number in page.sidebar.number_input if number.disabled]

    temperature, top_p = page.sidebar.number_input[:2]
    drawn(temperature.set_value(0.5).run())
    drawn(top_p.set_value(0.25).run())
    assert disabled() == []
    choose(page, text.MODEL, "gpt-5.4")
    choose(page, text.EFFORT, "high")
    assert disabled() == [text.TEMPERATURE, text.TOP_P]
    why = text.temperature_refused(is_ever_taken=True)
    assert why in [caption.value for caption in page.sidebar.caption]
    ask(page, "Q1")
    assert not {"temperature", "top_p"} & service.last.json.keys()
    choose(page, text.EFFORT, "none")
    assert disabled() == []
    assert why not in [caption.value for caption in page.sidebar.caption]
    ask(page, "Q2")
    assert (service.last.json["temperature"], service.last.json["top_p"]) == (0.5, 0.25)
    choose(page, text.MODEL, "gpt-5")
    why = text.temperature_refused(is_ever_taken=False)
    assert why in [caption.value for caption in page.sidebar.caption]


def test_the_owners_effort_is_what_a_chat_begins_with(
    open_page: Open, service: ScriptedService, reach: dict[str, str]
) -> None:
    page = open_page(**reach, CHAT_REASONING_EFFORT="max")
    assert choices(page, text.EFFORT) == [text.MODELS_DEFAULT, "low", "medium", "high", "max"]
    ask(page, "Q1")
    assert service.last.json["reasoning_effort"] == "max"


def test_a_suggestion_is_asked_like_a_typed_question(
    page: AppTest, service: ScriptedService
) -> None:
    press(page, text.suggestions()[0])
    assert dialogue(page) == [("user", text.suggestions()[0]), ("assistant", "Answer 1.")]
    assert service.last.messages[-1]["content"] == text.suggestions()[0]


def test_new_chat_forgets_the_dialogue_and_keeps_the_settings(
    page: AppTest, service: ScriptedService
) -> None:
    drawn(page.sidebar.text_area[0].set_value("Be brief.").run())
    drawn(page.sidebar.slider[0].set_value(7).run())
    ask(page, "Q1")
    ask(page, " ")
    press(page, "New chat")
    assert not page.chat_message
    assert not page.warning
    assert cast(Conversation, page.session_state["conversation"]).rounds == 7
    ask(page, "Q2")
    assert [m["content"] for m in service.last.messages] == ["Be brief.", "Q2"]


FAILURES: list[tuple[Reply, type[errors.ChatError]]] = [
    (failing(401, {"message": f"Incorrect API key: {KEY}"}), errors.KeyRefused),
    (failing(403, {"message": "x"}), errors.NotAllowed),
    (failing(404, {"message": "x", "code": "model_not_found"}), errors.NoSuchModel),
    (failing(400, {"message": "maximum context length is 10"}), errors.WindowTooLarge),
    (failing(402, {"message": "x"}), errors.QuotaUsedUp),
    (failing(429, {"message": "x"}, Retry_After="99"), errors.TooFast),
    (failing(400, {"message": "x", "code": "content_filter"}), errors.ContentRefused),
    (failing(503, {"message": "x"}, Retry_After="99"), errors.ServiceDown),
    (Reply(steps=[fake.stall]), errors.TooSlow),
    (Reply(steps=[fake.done]), errors.EmptyAnswer),
    (
        Reply(headers={"Content-Type": "text/html"}, steps=[fake.raw("<p>Hi</p>"), fake.end]),
        errors.NotUnderstood,
    ),
]


@pytest.mark.parametrize(("reply", "kind"), FAILURES, ids=[kind.__name__ for _, kind in FAILURES])
def test_a_failure_is_two_sentences_beside_its_question_with_retry(
    page: AppTest, service: ScriptedService, reply: Reply, kind: type[errors.ChatError]
) -> None:
    service.enqueue(reply, answering("At last."))
    ask(page, "Q1")
    happened = [warning.value for warning in page.chat_message[1].warning]
    wait = 99 if kind is errors.TooFast else None
    assert happened == [spoken().joined(*text.failure(kind(wait=wait)))]
    assert KEY not in str(page.main)
    press(page, "Retry")
    assert dialogue(page) == [("user", "Q1"), ("assistant", "At last.")]
    assert not page.warning
    assert [m["content"] for m in service.last.messages][1:] == ["Q1"]


def test_an_answer_that_turns_out_to_be_thoughts_is_folded_away(
    page: AppTest, service: ScriptedService
) -> None:
    steps = [chunk("I ponder.\n"), fake.pause(0.5), chunk("</think>\n\nYes."), fake.pause(0.5)]
    service.enqueue(Reply(steps=[*steps, chunk(" Sure.", finish_reason="stop"), fake.done]))
    ask(page, "Q1")
    drawn = [element.value for element in page.chat_message[1].markdown]
    assert drawn == ["I ponder.", "Yes. Sure."]


def test_what_a_model_does_not_take_is_said_in_a_line(
    page: AppTest, service: ScriptedService
) -> None:
    service.enqueue(failing(400, {"message": "System role not supported"}), answering("Yes."))
    ask(page, "Q1")
    assert text.not_sent(("system_prompt",)) in [caption.value for caption in page.caption]
    look(page)
    sent = "You are a helpful assistant.\n\nQ1"
    assert sent in [block.value for block in page.text]


def test_a_failure_has_the_services_words_beneath_it_folded(
    page: AppTest, service: ScriptedService
) -> None:
    service.enqueue(failing(400, {"message": "Unsupported value: 'temperature'"}))
    ask(page, "Q1")
    assert [box.label for box in page.expander if box.caption] == [text.REASON]
    assert "Unsupported value: 'temperature'" in [caption.value for caption in page.caption]


def test_a_services_words_are_no_markup_on_the_page(
    page: AppTest, service: ScriptedService
) -> None:
    service.enqueue(failing(400, {"message": "![x](http://host/p.png) :red[x] $x$"}))
    ask(page, "Q1")
    shown = [caption.value for caption in page.caption]
    assert r"!\[x\](http\://host/p.png) \:red\[x\] \$x\$" in shown


def test_a_draft_that_no_run_grows_any_more_was_stopped(page: AppTest) -> None:
    ask(page, "Q1")
    conversation = cast(Conversation, page.session_state["conversation"])
    conversation.ask("Q2").answer.text = "Half of it"
    page.run()
    assert dialogue(page)[3] == ("assistant", "Half of it")
    assert text.STOPPED in [caption.value for caption in page.caption]
    assert "Retry" in labels(page)


def test_a_failed_question_is_not_sent_again(page: AppTest, service: ScriptedService) -> None:
    service.enqueue(failing(401, {"message": "x"}), answering("A2"))
    ask(page, "Q1")
    ask(page, "Q2")
    assert [m["content"] for m in service.last.messages][1:] == ["Q2"]
    assert [said for _, said in dialogue(page)] == ["Q1", "", "Q2", "A2"]


def test_an_answer_that_breaks_off_is_kept_and_remembered(
    page: AppTest, service: ScriptedService
) -> None:
    service.enqueue(Reply(steps=[chunk("Half of it"), fake.cut]))
    ask(page, "Q1")
    assert dialogue(page)[1] == ("assistant", "Half of it")
    assert page.warning[0].value == spoken().joined(*text.failure(errors.BrokenOff()))
    ask(page, "Q2")
    assert [m["content"] for m in service.last.messages][1:] == ["Q1", "Half of it", "Q2"]


def test_a_retry_that_fails_leaves_the_former_answer_in_sight(
    page: AppTest, service: ScriptedService
) -> None:
    service.enqueue(Reply(steps=[chunk("Half of it"), fake.cut]), failing(401, {"message": "x"}))
    ask(page, "Q1")
    press(page, "Retry")
    assert dialogue(page)[1] == ("assistant", "Half of it")
    assert [warning.value for warning in page.warning] == [
        spoken().joined(*text.failure(errors.KeyRefused()))
    ]
    assert text.FORMER_ANSWER in [caption.value for caption in page.caption]


def test_an_answer_cut_by_its_length_says_so(page: AppTest, service: ScriptedService) -> None:
    service.enqueue(answering("Hel", finish_reason="length"))
    ask(page, "Q1")
    assert text.CUT_BY_LENGTH in [caption.value for caption in page.caption]
    assert "Retry" in labels(page)


def test_a_blank_question_is_not_sent(page: AppTest, service: ScriptedService) -> None:
    ask(page, " \n ")
    assert service.requests == []
    assert [warning.value for warning in page.warning] == [
        spoken().joined(*text.failure(errors.BlankQuestion()))
    ]
    assert not page.chat_message


def test_a_question_with_a_nul_goes_back_to_the_input(
    page: AppTest, service: ScriptedService
) -> None:
    page.chat_input[0].set_value("a\0b").run()
    assert service.requests == []
    assert page.warning[0].value == spoken().joined(*text.failure(errors.BadCharacter()))
    assert page.chat_input[0].proto.value == "ab"
    ask(drawn(page), "ab")
    assert service.last.messages[-1]["content"] == "ab"
    assert not page.warning


@pytest.mark.parametrize(
    "question",
    ["<|endoftext|>", "x" * 200_000, " two spaces \n"],
    ids=["special", "long", "spaces"],
)
def test_odd_questions_are_sent_byte_for_byte(
    page: AppTest, service: ScriptedService, question: str
) -> None:
    ask(page, question)
    assert service.last.messages[-1]["content"] == question


def test_the_meter_counts_ahead_and_then_says_what_the_service_counted(
    page: AppTest, service: ScriptedService
) -> None:
    assert f"|{text.NEXT_REQUEST}|≈ 12 tokens|" in meter_of(page)
    assert text.LAST_ANSWER not in meter_of(page)
    service.enqueue(answering("Hello", tokens=(1234, 567)))
    ask(page, "Q1")
    assert f"|{text.LAST_ANSWER}|1,234 tokens sent, 567 received|" in meter_of(page)
    assert f"|{text.THIS_CHAT}|1,234 tokens sent, 567 received|" in meter_of(page)
    assert f"|{text.REQUESTS}|1|" in meter_of(page)
    assert f"|{text.part_rounds(1)}|" in meter_of(page)


def test_the_last_answer_is_the_one_that_came_last_wherever_it_stands(
    page: AppTest, service: ScriptedService
) -> None:
    tokens = [(10, 1), (20, 2), (30, 3)]
    service.enqueue(*[answering("Hello", tokens=each) for each in tokens])
    ask(page, "Q1")
    ask(page, "Q2")
    drawn(next(button for button in page.button if button.label == text.RETRY).click().run())
    assert len(service.requests) == 3
    assert f"|{text.LAST_ANSWER}|30 tokens sent, 3 received|" in meter_of(page)


def test_cached_and_reasoning_tokens_are_said_where_they_are_reported(
    page: AppTest, service: ScriptedService
) -> None:
    usage = fake.usage(
        1000,
        500,
        completion_tokens_details={"reasoning_tokens": 400},
        prompt_tokens_details={"cached_tokens": 768},
    )
    steps = [chunk("Hello"), chunk(finish_reason="stop"), usage, fake.done]
    service.enqueue(Reply(steps=steps))
    ask(page, "Q1")
    assert f"|{text.CACHED}|768|" in meter_of(page)
    assert f"|{text.OF_IT_REASONING}|400|" in meter_of(page)


def test_without_reported_usage_everything_is_estimated(
    page: AppTest, service: ScriptedService
) -> None:
    service.enqueue(answering("Hello there, you.", tokens=None))
    ask(page, "Q1")
    assert f"|{text.LAST_ANSWER}|≈ 17 tokens sent, ≈ 4 received|" in meter_of(page)
    assert f"|{text.THIS_CHAT}|≈ 17 tokens sent, ≈ 4 received|" in meter_of(page)


def test_after_an_answer_the_next_prompt_is_predicted_for_a_skewed_tokenizer(
    page: AppTest, service: ScriptedService
) -> None:
    """The service counts 1.4 times as much as we do; see tests/test_calibration.py."""
    answer = "Our words are counted in another way over there. " * 5
    service.enqueue(answering(answer, tokens=(23, 77)))
    ask(page, "Q1")
    assert text.grade(Grade.CALIBRATED) in meter_of(page)


def test_a_known_model_has_a_limit_a_price_and_a_day_to_go(
    open_page: Open, service: ScriptedService, reach: dict[str, str]
) -> None:
    page = open_page(**reach | {"CHAT_MODEL": "gpt-4"})
    assert "of 8,192" in meter_of(page)
    assert f"|{text.TO_SEND}|$0.000" in meter_of(page)
    assert "gpt-4 was shut down on October 23, 2026. Pick another model." in [
        caption.value for caption in page.sidebar.caption
    ]
    service.enqueue(answering("Hello", tokens=(1_000, 500)))
    ask(page, "Q1")
    # 1,000 x 30 + 500 x 60 = 60,000 millionths of a dollar
    assert f"|{text.COST}|$0.06|" in meter_of(page)


def test_an_unknown_model_has_neither(page: AppTest) -> None:
    assert text.NO_LIMIT in meter_of(page)
    assert "$" not in meter_of(page)


@pytest.fixture
def limited_page(open_page: Open, reach: dict[str, str]) -> AppTest:
    """A page for a model that takes 300 tokens, 100 of which are kept for the answer."""
    return open_page(**reach, CHAT_CONTEXT_TOKENS="300", CHAT_MAX_TOKENS="100")


def test_where_the_context_is_too_small_the_oldest_rounds_stay_out_and_the_page_says_so(
    limited_page: AppTest, service: ScriptedService
) -> None:
    page = limited_page
    service.enqueue(*[answering("word " * 70, tokens=None) for _ in range(4)])
    for number in range(1, 4):
        ask(page, f"Q{number}")
    assert text.left_out(1) in meter_of(page)
    assert memory_begins_before(page) == "Q2"
    ask(page, "Q4")
    assert [m["content"] for m in service.last.messages if m["role"] == "user"] == [
        *("Q2", "Q3", "Q4")
    ]


def test_a_question_that_does_not_fit_at_all_is_not_sent_and_stays_in_reach(
    limited_page: AppTest, service: ScriptedService
) -> None:
    page = limited_page
    question = "word " * 250
    page.chat_input[0].set_value(question).run()
    assert service.requests == []
    assert page.chat_input[0].proto.value == question
    assert page.warning[0].value == spoken().joined(*text.failure(errors.WindowTooLarge()))
    assert not page.chat_message
    ask(drawn(page), "word")
    assert len(service.requests) == 1


def look(page: AppTest) -> None:
    """Open what will be sent, which the next drawing of the whole page closes again."""
    (button,) = [button for button in page.button if button.label == text.WHAT_WILL_BE_SENT]
    button.click().run()
    assert not page.exception


def test_what_will_be_sent_is_what_is_sent(page: AppTest, service: ScriptedService) -> None:
    for number in range(1, 6):
        ask(page, f"Q{number} ünd <b>")
    drawn(page.sidebar.slider[0].set_value(2).run())
    look(page)
    announced = json.loads(page.code[0].value)
    assert len(announced) == 5
    choose(drawn(page), text.EFFORT, "high")
    look(page)
    said = [caption.value.replace("\\", "") for caption in page.caption]
    assert "model: scripted · reasoning_effort: high" in said
    ask(drawn(page), "Q6")
    assert service.last.messages == [*announced, {"role": "user", "content": "Q6"}]


def test_nothing_to_be_sent_is_said(page: AppTest) -> None:
    drawn(page.sidebar.text_area[0].set_value("").run())
    look(page)
    assert text.SENT_NOTHING in [markdown.value for markdown in page.markdown]


def memory_begins_before(page: AppTest) -> str | None:
    """The question above which the model sees nothing; None where the line is not drawn."""
    style = "".join(html.proto.body for html in page.get("html") if "<style>" in html.proto.body)
    found = re.search(r"\.st-key-place-(\d+)::(before|after) .*(?=content)", style)
    if found is None:
        return None
    questions = [said for _, said in dialogue(page)[::2]]
    if found[2] == "after":
        assert int(found[1]) == len(questions) - 1
        return "the end"
    return questions[int(found[1])]


def test_a_line_marks_where_memory_begins_and_moves_with_the_rounds(page: AppTest) -> None:
    assert memory_begins_before(page) is None
    for number in range(1, 5):
        ask(page, f"Q{number}")
    assert memory_begins_before(page) == "Q2"
    drawn(page.sidebar.slider[0].set_value(1).run())
    assert memory_begins_before(page) == "Q4"
    drawn(page.sidebar.slider[0].set_value(0).run())
    assert memory_begins_before(page) == "the end"
    drawn(page.sidebar.slider[0].set_value(20).run())
    assert memory_begins_before(page) is None
    for number in range(5, 11):
        ask(page, f"Q{number}")
    drawn(page.sidebar.slider[0].set_value(3).run())
    assert dialogue(page)[0] == ("user", "Q5")  # those before are not drawn
    assert memory_begins_before(page) == "Q8"


def test_the_model_can_be_any_that_the_owner_or_the_service_names(
    open_page: Open, reach: dict[str, str]
) -> None:
    with ScriptedService(models=["listed-model", "text-embedding-9"]) as service:
        models = {"CHAT_MODEL": "mine", "CHAT_MODELS": "yours"}
        page = open_page(**reach | {"OPENAI_BASE_URL": service.base_url} | models)
        ask(page, "Q1")  # by its answer the list has arrived too
        page.run()
        assert page.sidebar.selectbox[0].options == ["mine", "yours", "listed-model"]
        assert service.last.json["model"] == "mine"


def test_a_bad_setting_is_one_sentence_on_the_page_and_in_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHAT_ROUNDS", "many")
    page = opened_with_the_environment()
    sentence = "CHAT_ROUNDS is 'many', but must be a whole number from 0 to 20."
    assert [error.value for error in page.error] == [f"{text.SETTINGS_WRONG}\n\n{sentence}"]
    assert not page.exception
    assert not page.chat_input
    assert capfd.readouterr().err.strip() == f"{text.SETTINGS_WRONG} {sentence}"


def test_secrets_that_cannot_be_read_are_one_sentence_and_no_demo(
    tmp_path: Path,
) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text("OPENAI_API_KEY = sk-without-quotes", encoding="utf-8")
    usual = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(file)])
    try:
        page = opened_with_the_environment()
    finally:
        config.set_option("secrets.files", usual)
    assert page.error[0].value.endswith("secrets.toml cannot be read: it is no valid TOML.")
    assert not page.chat_input


def test_the_title_is_the_owners(open_page: Open) -> None:
    page = open_page(CHAT_TITLE="Aunt Emma's chat")
    assert "Aunt Emma's chat" in page.sidebar.markdown[0].value


def test_settings_that_streamlit_has_forgotten_stay_as_they_were(page: AppTest) -> None:
    def forgotten() -> None:
        import streamlit as st

        from chat.ui import session
        from chat.ui.page import current_page

        page = current_page()
        page.visitor.conversation.system_prompt = "Be kind."
        page.visitor.conversation.rounds = 7
        for name in (session.SYSTEM_PROMPT, session.ROUNDS, session.MODEL, session.MAX_TOKENS):
            del st.session_state[name]
        page.take_settings()
        st.text_area("prompt", key=session.SYSTEM_PROMPT)
        st.slider("rounds", 0, 20, key=session.ROUNDS)

    assert not page.exception
    shown = AppTest.from_function(forgotten).run()
    assert not shown.exception
    assert (shown.text_area[0].value, shown.slider[0].value) == ("Be kind.", 7)
    assert shown.session_state["page"].visitor.options.model == "scripted"
