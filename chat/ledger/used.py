"""What requests took, by day, person and model; of nobody any text. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace

from chat.characters import mended

DAYS = 31  # that are kept, today's among them
MOST_ROWS = 10_000  # of a day; what comes then is counted together
MOST_MODELS = 30  # of a person and day, as a visitor may name any
LONGEST_NAME = 100  # characters
REST = ""  # the name of whoever, or whatever model, is counted together
DOLLAR = 10**9  # a cost is told in billionths of it, as a token may cost less than a millionth


@dataclass(frozen=True, kw_only=True)
class Used:
    """What requests took.

    `unreported` are those of which nobody has told the tokens, and `unpriced` those of which
    nobody knows the cost; both are in no sum. The cost is in billionths of a US dollar.
    """

    requests: int = 0
    failures: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    unreported: int = 0
    cost: int = 0
    unpriced: int = 0

    def __add__(self, other: Used) -> Used:
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Used.of(sum(pair) for pair in pairs)

    @classmethod
    def of(cls, numbers: Iterable[int]) -> Used:
        """What these numbers say, in the order of the fields. Raises `TypeError`, `ValueError`."""
        return cls(**dict(zip(cls.__dataclass_fields__, numbers, strict=True)))

    @property
    def tokens(self) -> int:
        """Prompts and completions together."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, kw_only=True)
class Row:
    """What a person's requests to a model took. With an own key, they cost the owner nothing."""

    who: str
    model: str
    has_own_key: bool
    used: Used

    @property
    def fit(self) -> Row:
        """The row with names that every store can keep."""
        who, model = (mended(name)[:LONGEST_NAME] for name in (self.who, self.model))
        return replace(self, who=who, model=model)

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """Under which person and model it is counted; the next ones where there is no room."""
        return (self.who, self.model), (self.who, REST), (REST, REST)
