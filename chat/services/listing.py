"""The models that a service lists, and what it says of each. Pure.

[model.name for model in chat_models_of(listed)]    # `listed`: the JSON of GET /models
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from chat.models import MILLION, Model
from chat.services.parts import fields

LONGEST_NAME = 200  # characters
LARGEST = 10**9  # tokens of a context, and dollars for a million
_CONTEXT = (
    *("loaded_context_length", "n_ctx", "context_length", "max_model_len", "max_context_length"),
    *("context_window", "max_input_tokens", "n_ctx_train"),
)

# What /models of the large services lists beside chat models; any name can still be typed.
_NOT_CHAT = re.compile(
    r"(?<![a-z])(?:babbage|dall-e|(?:text|code)?-?davinci-?\d|embed|rerank|moderation|realtime|sora"
    r"|speech|transcribe|tts|whisper|stable-diffusion|flux|bge|gte|e5|minilm|audio|image|video"
    r"|mistral-ocr|text-search|asr|cogview|cogvideo\w?|imagen|kling|kolors|sdxl|seedream|seedance"
    r"|cosyvoice\d?|sensevoice\w*|paraformer|veo)(?:s|ding|dings|er)?(?![a-z])"
    r"|turbo-instruct|o\d(?:-\w+)?-deep-research"
)
# What a list says of a model's kind, where it does not chat.
_OTHER_KIND = re.compile(
    r"embed|rerank|image|audio|speech|video|moderation|transcri|tts|diffusion", re.IGNORECASE
)
_LISTS = ("data", "models", "result", "body", "items", "model_list")
_MODEL_NAMES = ("id", "name", "model", "model_name")


def models_of(listed: object) -> Iterator[Model]:
    """What a list names: OpenAI's form, a bare list, objects or plain names."""
    return (_model(name, said) for name, said in _named(listed))


def chat_models_of(listed: object) -> Iterator[Model]:
    """Of these the models of which neither the list nor their name says that they do not chat."""
    return (
        _model(name, said)
        for name, said in _named(listed)
        if _may_chat(said) and is_chat_model(name)
    )


def is_chat_model(name: str) -> bool:
    """Whether a model's name does not speak of something other than chat."""
    return bool(name) and _NOT_CHAT.search(name.lower()) is None


def _named(listed: object) -> Iterator[tuple[str, dict[str, Any]]]:
    holder = fields(listed)
    while holder:
        listed = next((holder[name] for name in _LISTS if holder.get(name)), None)
        holder = fields(listed) if isinstance(listed, dict) and not _is_by_name(listed) else {}
    if isinstance(listed, dict):
        listed = [{"id": name, **said} for name, said in listed.items()]
    for item in listed if isinstance(listed, list) else ():
        said = {"id": item} if isinstance(item, str) else fields(item)
        name = next(filter(None, (said.get(key) for key in _MODEL_NAMES)), None)
        if isinstance(name, str) and name.isprintable() and len(name) <= LONGEST_NAME:
            yield name, said


def _is_by_name(listed: dict[str, Any]) -> bool:
    """Whether it has a model for each name, and no list."""
    return all(isinstance(said, dict) for said in listed.values())


def _may_chat(said: dict[str, Any]) -> bool:
    """Whether a list does not say of a model that it does something else."""
    if fields(said.get("capabilities")).get("completion_chat") is False:  # Mistral's
        return False
    written = fields(said.get("architecture")).get("output_modalities")
    if isinstance(written, list) and written and "text" not in written:
        return False
    kind = said.get("type")  # Together's, LM Studio's
    return not (isinstance(kind, str) and _OTHER_KIND.search(kind))


def _model(name: str, said: dict[str, Any]) -> Model:
    holders = (said, fields(said.get("meta")), fields(said.get("top_provider")))
    contexts = [holder.get(key) for key in _CONTEXT for holder in holders]
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
