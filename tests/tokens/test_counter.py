"""Counting tokens: never waiting, never raising, exact as soon as an encoding is at hand."""

from __future__ import annotations

import threading
from pathlib import Path

import bpe_openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.conversation.files import text_of
from chat.conversation.window import Message
from chat.tokens.counter import (
    Count,
    Encoding,
    Grade,
    Loading,
    RunningCount,
    TokenCounter,
    encoding_name,
    estimate_messages,
)
from chat.tokens.estimate import estimate
from chat.tokens.ranks import Obstacle, RanksUnavailable
from tests import ranks
from tests.corpus import CORPUS
from tests.fakes.encoding import Letters

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

    def load(name: str) -> Encoding:
        assert name == "o200k_base"
        assert released.wait(20)
        return Letters()

    counter = TokenCounter(load)
    thread = counter.prepare(MODEL)
    assert thread is not None
    assert counter.text("abcdefgh", MODEL) == Count(1, Grade.ESTIMATED)
    assert counter.prepare(MODEL) is None
    released.set()
    thread.join()
    assert counter.text("abcdefgh", MODEL) == Count(8)


@pytest.mark.parametrize(
    ("error", "obstacle"),
    [
        (RanksUnavailable(Obstacle.UNREACHABLE), Obstacle.UNREACHABLE),
        (ValueError("odd"), Obstacle.NOT_GENUINE),
    ],
)
def test_an_encoding_that_cannot_be_had_leaves_the_estimate_and_says_why(
    error: Exception, obstacle: Obstacle
) -> None:
    def load(_: str) -> Encoding:
        raise error

    counter = TokenCounter(load)
    assert counter.state(MODEL) == (Loading.LOADING, None)
    thread = counter.prepare(MODEL)
    assert thread is not None
    thread.join()
    assert counter.text("abcdefgh", MODEL) == Count(1, Grade.ESTIMATED)
    assert counter.state(MODEL) == (Loading.UNAVAILABLE, obstacle)


def test_a_loaded_encoding_is_ready(counter: TokenCounter) -> None:
    assert counter.state(MODEL) == (Loading.READY, None)


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("gpt-5.6-luna", "o200k_base"),
        ("openai/gpt-4o-2024-11-20", "o200k_base"),
        ("gpt-4", "cl100k_base"),
        ("gpt-6-luna", None),
        ("llama3.2", None),
        ("text-davinci-003", None),
    ],
)
def test_the_encoding_of_a_model_is_known_or_not_guessed(model: str, name: str | None) -> None:
    assert encoding_name(model) == name


def test_a_model_of_unknown_encoding_is_estimated_with_another(counter: TokenCounter) -> None:
    assert counter.text("Hello there", "llama3.2") == Count(2, Grade.ESTIMATED)


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


@pytest.mark.parametrize("script", CORPUS)
def test_counts_of_every_script_equal_those_of_an_independent_tokenizer(
    counter: TokenCounter, oracle: tuple[str, Encoding], script: str
) -> None:
    model, tokenizer = oracle
    expected = Count(len(tokenizer.encode_ordinary(CORPUS[script])))
    assert counter.text(CORPUS[script], model) == expected


def test_the_estimate_is_within_a_quarter_for_every_script(
    counter: TokenCounter, capsys: pytest.CaptureFixture[str]
) -> None:
    table = {
        script: (counter.text(text, MODEL).tokens, estimate(text))
        for script, text in CORPUS.items()
    }
    with capsys.disabled():
        print(f"\n{'script':16}{'exact':>8}{'estimate':>10}{'off by':>9}")
        for script, (exact, about) in table.items():
            print(f"{script:16}{exact:8}{about:10}{about / exact - 1:9.1%}")
    off = {script for script, (exact, about) in table.items() if abs(about / exact - 1) > 0.25}
    assert off == set()


@given(texts=st.lists(st.sampled_from([*CORPUS.values(), "word " * 300]), min_size=1, max_size=6))
def test_a_growing_text_counts_as_much_as_the_whole(
    counter: TokenCounter, texts: list[str]
) -> None:
    growing = RunningCount(counter, MODEL)
    said = ""
    for text in texts:
        for start in range(0, len(text), 97):
            said += text[start : start + 97]
            assert growing.count(said) == counter.text(said, MODEL)


def test_the_inspector_shows_each_token_and_half_characters_as_bytes(
    counter: TokenCounter,
) -> None:
    found = counter.inspect("Hi 👋🏽", "gpt-4", most=100)
    assert found is not None
    assert (found.encoding, found.count, found.decoded) == ("cl100k_base", 6, "Hi 👋🏽")
    assert b"".join(data for _, data in found.tokens) == "Hi 👋🏽".encode()
    assert found.tokens[0] == (13347, b"Hi")
    assert b" \xf0\x9f\x91" in [data for _, data in found.tokens]


def test_the_inspector_shows_so_much_and_counts_all(counter: TokenCounter) -> None:
    found = counter.inspect("word " * 100, MODEL, most=20)
    assert found is not None
    assert (found.decoded, found.count) == ("word word word word ", 101)


def test_no_text_is_kept_alive_by_the_cache() -> None:
    counter = TokenCounter(lambda _: Letters())
    counter.text("a secret of a visitor", MODEL)
    assert "secret" not in repr(vars(counter))


def test_a_prompt_counts_as_in_the_cookbook(counter: TokenCounter) -> None:
    """OpenAI's cookbook: 3 tokens for each message, and 3 for the start of the reply."""
    messages: list[Message] = [
        {"role": "system", "content": "You are terse."},
        {"role": "user", "content": "Hi?"},
    ]
    texts = sum(counter.text(text_of(message["content"]), MODEL).tokens for message in messages)
    weights = counter.weigh(messages, MODEL)
    assert weights.total == Count(texts + 3 + 3 + 3)
    assert weights.messages == tuple(
        counter.text(text_of(message["content"]), MODEL).tokens + 3 for message in messages
    )
    assert estimate_messages(messages) == sum(estimate(text_of(m["content"])) + 3 for m in messages)


@pytest.mark.parametrize(
    "text",
    ["<|endoftext|>", "\ud800 half", "\0", "", " " * 1_000_000, "a" * 1_000_000, "\n" * 50_000],
    ids=["special", "surrogate", "nul", "empty", "million spaces", "million letters", "lines"],
)
def test_no_text_makes_counting_fail(counter: TokenCounter, text: str) -> None:
    counted = counter.text(text, MODEL)
    assert counted.grade is Grade.EXACT
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
    assert str(Count(1234, Grade.CALIBRATED)) == "≈ 1,234"
    assert Count(1) + Count(2, Grade.ESTIMATED) == Count(3, Grade.ESTIMATED)
