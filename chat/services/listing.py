"""The models that a service lists, and what it says of each. Pure.

[model.name for model in models_of(listed)]     # `listed`: the JSON of GET /models
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from chat.models import MILLION, Model
from chat.services.parts import fields

LONGEST_NAME = 200  # characters
LARGEST = 10**9  # tokens of a context, and dollars for a million
_CONTEXT = (
    *("context_length", "max_model_len", "max_context_length", "context_window"),
    *("max_input_tokens", "n_ctx_train", "loaded_context_length"),
)

# What /models of the large services lists beside chat models; any name can still be typed.
_NOT_CHAT = (
    *("audio", "babbage", "dall-e", "davinci", "deep-research", "embed", "image", "turbo-instruct"),
    *("moderation", "ocr", "realtime", "rerank", "search", "sora", "speech", "transcribe"),
    *("tts", "video", "whisper"),
)


def models_of(listed: object) -> Iterator[Model]:
    """What a list names: OpenAI's form, a bare list, objects or plain names."""
    if isinstance(listed, dict):
        listed = listed.get("data") or listed.get("models")
    for item in listed if isinstance(listed, list) else ():
        said = {"id": item} if isinstance(item, str) else fields(item)
        name = said.get("id") or said.get("name")
        if isinstance(name, str) and name.isprintable() and 0 < len(name) <= LONGEST_NAME:
            yield _model(name, said)


def is_chat_model(name: str) -> bool:
    """Whether a model's name does not speak of something other than chat."""
    return bool(name) and not any(word in name.lower() for word in _NOT_CHAT)


def _model(name: str, said: dict[str, Any]) -> Model:
    holders = (said, fields(said.get("meta")), fields(said.get("top_provider")))
    contexts = [holder.get(key) for holder in holders for key in _CONTEXT]
    whole = [n for n in contexts if type(n) is int and 0 < n <= LARGEST]
    prices = fields(said.get("pricing"))  # OpenRouter's, in dollars for a token
    parameters = said.get("supported_parameters")
    thinks = isinstance(parameters, list) and "reasoning" in parameters
    return Model(
        name=name,
        context_tokens=next(iter(whole), None),
        usd_per_million_input=_price(prices.get("prompt")),
        usd_per_million_cached_input=_price(prices.get("input_cache_read")),
        usd_per_million_output=_price(prices.get("completion")),
        reasoning=True if thinks else None,
        vision=_sees(said),
    )


def _sees(said: dict[str, Any]) -> bool | None:
    """Whether a model takes pictures; None where that is not said."""
    modalities = fields(said.get("architecture")).get("input_modalities")
    if isinstance(modalities, list):
        return "image" in modalities
    seen = fields(said.get("capabilities")).get("vision")
    return seen if isinstance(seen, bool) else None


def _price(written: object) -> Decimal | None:
    if not isinstance(written, str | int | float) or isinstance(written, bool):
        return None
    try:
        price = Decimal(str(written)) * MILLION
    except ArithmeticError:  # no number, or one that is too large
        return None
    return price if price.is_finite() and 0 <= price <= LARGEST else None
