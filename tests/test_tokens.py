"""Counting tokens: never waiting, never raising, exact as soon as an encoding is at hand."""

from __future__ import annotations

import threading
from pathlib import Path

import bpe_openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.tokens import Count, Encoding, TokenCounter, encoding_name, estimate, estimate_messages
from chat.window import Message
from tests import ranks

MODEL = "gpt-4o"


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> TokenCounter:
    """A counter with the real encodings of two models."""
    folder: Path = tmp_path_factory.mktemp("ranks")
    ranks.unpack_into(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_CACHE_DIR", str(folder))
        ready = TokenCounter()
        for model in (MODEL, "gpt-4"):
            thread = ready.prepare(model)
            assert thread is not None
            thread.join()
    return ready


def test_until_the_encoding_is_there_an_estimate_stands_in() -> None:
    released = threading.Event()

    class Letters:
        def encode_ordinary(self, text: str) -> list[int]:
            return list(range(len(text)))

    def load(name: str) -> Encoding:
        assert name == "o200k_base"
        assert released.wait(20)
        return Letters()

    counter = TokenCounter(load)
    thread = counter.prepare(MODEL)
    assert thread is not None
    assert counter.text("abcdefgh", MODEL) == Count(1, exact=False)
    assert counter.prepare(MODEL) is None
    released.set()
    thread.join()
    assert counter.text("abcdefgh", MODEL) == Count(8)


def test_an_encoding_that_cannot_be_had_leaves_the_estimate() -> None:
    def load(name: str) -> Encoding:
        raise OSError(name)

    counter = TokenCounter(load)
    thread = counter.prepare(MODEL)
    assert thread is not None
    thread.join()
    assert counter.text("abcdefgh", MODEL) == Count(1, exact=False)


def test_a_model_that_tiktoken_does_not_know_is_estimated(counter: TokenCounter) -> None:
    assert encoding_name("llama3.2") is None
    assert counter.text("Hello there", "llama3.2") == Count(2, exact=False)


@pytest.fixture(scope="module", params=[(MODEL, "o200k_base"), ("gpt-4", "cl100k_base")])
def oracle(request: pytest.FixtureRequest) -> tuple[str, Encoding]:
    """A model, and an independent tokenizer that has its encoding."""
    model, name = request.param
    return model, bpe_openai.get_encoding(name)


@given(text=st.text(max_size=400))
def test_counts_equal_those_of_an_independent_tokenizer(
    counter: TokenCounter, oracle: tuple[str, Encoding], text: str
) -> None:
    model, tokenizer = oracle
    assert counter.text(text, model) == Count(len(tokenizer.encode_ordinary(text)))


def test_a_prompt_counts_as_in_the_cookbook(counter: TokenCounter) -> None:
    """OpenAI's cookbook: 3 tokens for each message, and 3 for the start of the reply."""
    messages: list[Message] = [
        {"role": "system", "content": "You are terse."},
        {"role": "user", "content": "Hi?"},
    ]
    texts = sum(counter.text(message["content"], MODEL).tokens for message in messages)
    assert counter.messages(messages, MODEL) == Count(texts + 3 + 3 + 3)
    assert estimate_messages(messages) == sum(estimate(m["content"]) + 3 for m in messages)


@pytest.mark.parametrize(
    "text",
    ["<|endoftext|>", "\ud800 half", "\0", "", " " * 1_000_000, "a" * 1_000_000, "\n" * 50_000],
    ids=["special", "surrogate", "nul", "empty", "million spaces", "million letters", "lines"],
)
def test_no_text_makes_counting_fail(counter: TokenCounter, text: str) -> None:
    counted = counter.text(text, MODEL)
    assert counted.exact
    assert (counted.tokens == 0) == (text == "")
    assert estimate(text) >= 0


def test_a_special_token_is_counted_as_the_text_that_it_is(counter: TokenCounter) -> None:
    assert counter.text("<|endoftext|>", MODEL) == Count(7)


@given(text=st.text(), other=st.text())
def test_an_estimate_is_a_number_for_any_text(text: str, other: str) -> None:
    assert estimate(text) >= 0
    assert estimate(text + other) >= 0


def test_a_count_says_whether_it_is_exact() -> None:
    assert str(Count(1234)) == "1,234"
    assert str(Count(1234, exact=False)) == "≈ 1,234"
    assert Count(1) + Count(2, exact=False) == Count(3, exact=False)
