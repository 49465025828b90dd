"""What each message between browser and server looks like, for the tests of both sides."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from chat.keeping.messages import KINDS, State, Write
from chat.options import EFFORTS, MOST_ROUNDS
from chat.prompts import TEXTS

JAVASCRIPT: dict[Any, str] = {
    str: "string",
    int: "number",
    bool: "boolean",
    list: "array",
    dict: "object",
    type(None): "null",
}


def shapes() -> dict[str, dict[str, list[str]]]:
    """By message and field: the names that JavaScript has for its types, or the values allowed."""
    named = {"state": State, "write": Write, **KINDS}
    found = {name: get_type_hints(shape) for name, shape in named.items()}
    assert all({field.name for field in fields(KINDS[kind])} == {*found[kind]} for kind in KINDS)
    return {
        name: {field: _allowed(hint) for field, hint in hints.items()}
        for name, hints in found.items()
    }


def prompt_bounds() -> dict[str, object]:
    """What a prompt may be, on both sides."""
    return {"longest": TEXTS, "efforts": EFFORTS, "rounds": MOST_ROUNDS}


def _allowed(hint: Any) -> list[str]:  # noqa: ANN401 - any type
    if get_origin(hint) is Literal:
        return [*get_args(hint)]
    if get_origin(hint) in (list, dict) or not get_args(hint):
        return [JAVASCRIPT[get_origin(hint) or hint]]
    return [name for part in get_args(hint) for name in _allowed(part)]
