"""What a service lists becomes the models that are offered, and what is known of them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from chat import models
from chat.models import Model
from chat.services.listing import chat_models_of, is_chat_model, models_of


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        ([{"id": "org/Llama-3-Instruct"}, {"id": "b"}], ["org/Llama-3-Instruct", "b"]),
        ({"data": [{"id": "a"}, {"id": None}, {}, 7, {"id": "x" * 999}]}, ["a"]),
        ({"models": [{"name": "a"}, "b"]}, ["a", "b"]),
        ({"data": {"models": [{"id": "a"}]}}, ["a"]),
        ({"success": True, "result": [{"name": "@cf/a"}]}, ["@cf/a"]),
        ({"models": {"a": {"context_length": 9}, "b": {}}}, ["a", "b"]),
        ([{"model": "a"}, {"model_name": "b"}, {"name": "c", "id": ""}], ["a", "b", "c"]),
        ("<html></html>", []),
        ({"data": {}}, []),
        ({"error": "no"}, []),
        (None, []),
    ],
)
def test_a_list_of_models_is_read_in_every_shape(listed: object, names: list[str]) -> None:
    assert [model.name for model in models_of(listed)] == names


@pytest.mark.parametrize(
    ("name", "chats"),
    [
        *((name, True) for name in ("gpt-5.6-luna", "llama3.2", "Qwen/Qwen2.5-7B-Instruct")),
        *((name, True) for name in ("NousResearch/Hermes-4-70B", "tongyi-deepresearch-30b")),
        *((name, True) for name in ("sonar-deep-research", "gpt-4o-search-preview", "imagery")),
        *((name, False) for name in ("tts-1-hd", "gpt-3.5-turbo-instruct", "")),
        *((name, False) for name in ("text-embedding-3-small", "davinci-002", "BAAI/bge-m3")),
        *((name, False) for name in ("bge-reranker-v2", "omni-moderation-latest", "gpt-image-1")),
        *((name, False) for name in ("mxbai-embed-large", "o3-deep-research", "dall-e-3")),
        *((name, False) for name in ("veo-3.1-generate-preview", "cogview-4", "imagen-4.0-ultra")),
        *((name, False) for name in ("qwen3-asr-flash", "FunAudioLLM/SenseVoiceSmall", "kling-v2")),
    ],
)
def test_a_name_tells_what_does_not_chat(name: str, chats: bool) -> None:
    assert is_chat_model(name) is chats


@pytest.mark.parametrize(
    ("said", "chats"),
    [
        *(({"type": kind}, True) for kind in ("chat", "language", "llm", "vlm", "model", None)),
        *(({"type": kind}, False) for kind in ("embeddings", "image", "Rerank", "transcribe")),
        ({"capabilities": {"completion_chat": False}}, False),
        ({"capabilities": {"completion_chat": True}}, True),
        ({"architecture": {"output_modalities": ["image"]}}, False),
        ({"architecture": {"output_modalities": ["image", "text"]}}, True),
    ],
)
def test_a_list_tells_what_does_not_chat(said: dict[str, object], chats: bool) -> None:
    listed = [{"id": "m", **said}]
    assert [model.name for model in models_of(listed)] == ["m"]
    assert [model.name for model in chat_models_of(listed)] == ["m"] * chats


@pytest.mark.parametrize(
    ("said", "facts"),
    [
        ({"context_length": 8_192}, {"context_tokens": 8_192}),
        ({"max_model_len": 8_192}, {"context_tokens": 8_192}),
        ({"max_context_length": 8_192}, {"context_tokens": 8_192}),
        ({"context_window": 8_192}, {"context_tokens": 8_192}),
        ({"meta": {"n_ctx_train": 8_192}}, {"context_tokens": 8_192}),
        ({"loaded_context_length": 8_192, "max_context_length": 99_999}, {"context_tokens": 8_192}),
        ({"meta": {"n_ctx": 8_192, "n_ctx_train": 99_999}}, {"context_tokens": 8_192}),
        ({"context_length": "8192"}, {}),
        ({"context_length": -1, "context_window": True}, {}),
        ({"architecture": {"input_modalities": ["text", "image"]}}, {"vision": True}),
        ({"capabilities": {"vision": False}}, {"vision": False}),
        (
            {"pricing": {"prompt": "0.0000025", "completion": "0.00001"}},
            {"usd_per_million_input": Decimal("2.5"), "usd_per_million_output": Decimal(10)},
        ),
        ({"pricing": {"prompt": "-1", "completion": "NaN"}}, {}),
        ({"pricing": "free"}, {}),
    ],
)
def test_what_a_list_says_of_a_model_is_taken(
    said: dict[str, object], facts: dict[str, object]
) -> None:
    (found,) = models_of({"data": [{"id": "m", **said}]})
    assert found == Model(name="m", **facts)  # type: ignore[arg-type]


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget afterwards what was learned."""
    monkeypatch.setattr(models, "_learned", {})
    models.find.cache_clear()
    yield
    models.find.cache_clear()


@pytest.mark.usefixtures("learned")
@pytest.mark.parametrize("price", ["1e999999", "-1", "nan", "free", "1e9", True, None])
def test_a_price_that_is_none_does_no_harm_to_the_list(price: object) -> None:
    (model,) = models_of([{"id": "a", "pricing": {"prompt": price}}])
    assert model == Model(name="a")


def test_the_table_holds_and_a_list_speaks_where_it_is_silent() -> None:
    assert models.find("org/new").context_tokens is None
    for name in ("org/new", "gpt-4o"):
        models.learn(Model(name=name, context_tokens=7))
    assert models.find("org/new").context_tokens == 7
    assert models.find("gpt-4o").context_tokens == 128_000
