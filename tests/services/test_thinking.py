"""Thoughts are kept apart from the answer, in whatever dress and however the pieces fall."""

from __future__ import annotations

import time

import hypothesis.strategies as st
import pytest
from hypothesis import given

from chat.conversation.events import ReasoningDelta, Reread, TextDelta
from chat.services.thinking import Thinking


def split(*pieces: str, is_cut: bool = False) -> tuple[str, str]:
    """The thoughts and the text of an answer in these pieces, as an answer takes them in."""
    thinking = Thinking()
    thoughts = text = ""
    events = [event for piece in pieces for event in thinking.take(piece)]
    for event in (*events, *thinking.end(is_cut=is_cut)):
        match event:
            case Reread():
                thoughts, text = event.reasoning, event.text
            case ReasoningDelta(more):
                assert more
                thoughts += more
            case TextDelta(more):
                assert more
                text += more
    return thoughts, text


HARMONY = (
    "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary<|message|>Well."
    "<|end|><|start|>assistant<|channel|>final<|message|>Hello<|return|>"
)
TAGS = [
    ("<think>", "</think>"),
    ("<THINK>", "</Think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
]
DRESSES = [
    ("Hello", "", "Hello"),
    ("<think>\nHm, 1 < 2.\n</think>\n\nHello", "\nHm, 1 < 2.\n", "Hello"),
    ("\n<think></think>Hello", "", "Hello"),
    ("<thi", "", "<thi"),
    ("  \n", "", "  \n"),
    *((f"{begin}Hm.{end}\n\nHello", "Hm.", "Hello") for begin, end in TAGS),
    # An end without a beginning, which was in the prompt.
    *((f"Hm.{end}\n\nHello", "Hm.", "Hello") for _, end in TAGS),
    ("\n</think>\n\nHello", "", "Hello"),
    ("<think>Hm.</think>\n\n</think>\nHello", "Hm.", "Hello"),
    ("<think>Hm.</think>Well.\n</think>\nHello", "Hm.Well.\n", "Hello"),
    # A tag behind text.
    ("Write.\n<think>Hm.</think>Hello", "Hm.", "Write.\nHello"),
    ("<think>a</think>b<think>c</think>d", "ac", "bd"),
    ("<think>\n<think>Hm.</think>Hello", "\nHm.", "Hello"),
    # A tag that is spoken of.
    ("The <think> tag opens a thought.", "", "The <think> tag opens a thought."),
    ('Say "<think>" and "</think>".', "", 'Say "<think>" and "</think>".'),
    ("<div> and <thin", "", "<div> and <thin"),
    # Code.
    ("Use `<think>` so", "", "Use `<think>` so"),
    ("Use `` <think>` `` so", "", "Use `` <think>` `` so"),
    ("```xml\n<think>x</think>\n```\nHello", "", "```xml\n<think>x</think>\n```\nHello"),
    ("1. ~~~~\n~~~\n<think>\n~~~~\nHello", "", "1. ~~~~\n~~~\n<think>\n~~~~\nHello"),
    ("So:\n\n    <think>x</think>\n", "", "So:\n\n    <think>x</think>\n"),
    ("```\ncode\n```\n<think>Hm.</think>Hello", "Hm.", "```\ncode\n```\nHello"),
    ("A ` alone.\n\n<think>Hm.</think>Hello", "Hm.", "A ` alone.\n\nHello"),
    ("<think>The `</think>` ends it.</think>Hello", "The `</think>` ends it.", "Hello"),
    ("<think>```\n</think>\n```\nHm.</think>Hello", "```\n</think>\n```\nHm.", "Hello"),
    ("<think>```\nnever closed\n</think>\n\nHello", "```\nnever closed\n", "Hello"),
    # OpenAI's harmony.
    (HARMONY, "Hm.Well.", "Hello"),
    ("<|start|>assistant" + HARMONY, "Hm.Well.", "Hello"),
    ("<|channel|>final<|message|>Hello", "", "Hello"),
    ("The <|channel|> token", "", "The <|channel|> token"),
    ("<reason>Hm</reason>Yes.", "Hm", "Yes."),
    ("<mm:think>Hm</mm:think>Yes.", "Hm", "Yes."),
    ("<longcat_think>Hm</longcat_think>Yes.", "Hm", "Yes."),
    # The answer between tags, and the end of a turn
    ("<think>Hm</think>\n<answer>\nYes.</answer>", "Hm", "Yes."),
    ("<|START_THINKING|>Hm<|END_THINKING|><|START_RESPONSE|>Yes.<|END_RESPONSE|>", "Hm", "Yes."),
    ("<think>Hm</think>It is <|begin_of_box|>7<|end_of_box|>.", "Hm", "It is 7."),
    ("Yes.<|im_end|>", "", "Yes."),
    ("Yes.<|eot_id|><|eot_id|>\n", "", "Yes.\n"),
    # Where it is spoken of them
    ("<answer>Yes.</answer>", "", "<answer>Yes.</answer>"),
    ("<think>Hm</think>So <answer>Yes.</answer>", "Hm", "So <answer>Yes.</answer>"),
    ("It ends with <|im_end|>", "", "It ends with <|im_end|>"),
    ("<|im_end|>", "", "<|im_end|>"),
    ("(<|EOT_ID|>)", "", "(<|EOT_ID|>)"),
    ("`<|begin_of_box|>`", "", "`<|begin_of_box|>`"),
]


@pytest.mark.parametrize(("answer", "thoughts", "text"), DRESSES)
def test_thoughts_and_answer_are_kept_apart(answer: str, thoughts: str, text: str) -> None:
    assert split(answer) == (thoughts, text)
    assert split(*answer) == (thoughts, text)
    for place in range(len(answer)):
        assert split(answer[:place], answer[place:]) == (thoughts, text)


def test_a_thought_that_is_cut_off_stays_a_thought() -> None:
    assert split("<think>never closed </thin") == ("never closed </thin", "")
    assert split("Well.\n<think>Hm", is_cut=True) == ("Hm", "Well.\n")


def test_a_thought_that_came_apart_is_no_part_of_the_answer() -> None:
    thinking = Thinking()
    events = [*thinking.add_thought("Hm."), *thinking.take("\n</think>\n\nHello"), *thinking.end()]
    assert events == [ReasoningDelta("Hm."), TextDelta("Hello")]


PARTS = st.sampled_from(
    [
        *("<think>", "</think>", "<|channel|>", "<|message|>", "<|end|>", "[THINK]", "final"),
        *("`", "```", "\n", '"', "a", " ", "<", "</", "    "),
    ]
)


@given(st.lists(PARTS))
def test_the_pieces_make_no_difference(parts: list[str]) -> None:
    answer = "".join(parts)
    assert split(*answer) == split(answer) == split(*parts)


@given(st.text(st.sampled_from("<think>/ a\n`")))
def test_no_letter_is_lost(answer: str) -> None:
    without_tags = answer.replace("<think>", "").replace("</think>", "")
    thoughts, text = split(answer)
    for letter in "thinka`":
        assert (thoughts + text).count(letter) >= without_tags.count(letter)


@pytest.mark.parametrize(
    "piece", ["a < b [c] ", "</think>\na\n", "<think>a", "`<think>`", "<think"]
)
def test_a_long_answer_costs_as_much_for_each_word_as_a_short_one(piece: str) -> None:
    def seconds(times: int) -> float:
        thinking = Thinking()
        began = time.process_time()
        length = 0
        for _ in range(times):
            length += sum(len(str(event)) for event in thinking.take(piece))
        assert length < 10_000 + 100 * times
        return time.process_time() - began

    short = min(seconds(2_000) for _ in range(3))
    assert min(seconds(20_000) for _ in range(2)) < 30 * short
