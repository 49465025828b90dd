"""A language: its words, and how it counts, dates and lists, by Unicode's CLDR (Babel).

The words stand in one file a language, beside this one. What is said is said in the language that
`speaking` was given, which holds for the thread: a run of Streamlit's, or the terminal's program.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale, dates, numbers
from babel.lists import format_list

FOLDER = Path(__file__).parent
ENGLISH = "en"
PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})

Word = str | tuple[str, ...] | Mapping[str, str]  # a text, several, or one for each plural form


@dataclass(frozen=True, eq=False, kw_only=True)
class Language:
    """A language that the app speaks.

    `words` are by name; the name of one in a table within a section is `table.name`.
    """

    code: str
    words: Mapping[str, Word]
    locale: Locale

    @property
    def name(self) -> str:
        """What the language calls itself."""
        return self.say("name")

    @property
    def direction(self) -> str:
        """How it is written: `ltr`, or `rtl` where from right to left."""
        return self.locale.text_direction

    def say(self, name: str, /, *, count: int | None = None, **values: str | float) -> str:
        """A word or sentence, with what is put in; `count` decides the plural form.

        Numbers are written as the language writes them. Raises `KeyError` for an unknown name.
        """
        word = self.words[name]
        if isinstance(word, Mapping):
            form = self.locale.plural_form(0 if count is None else count)
            word = word.get(form) or word["other"]
        if isinstance(word, tuple):
            raise KeyError(name)
        written = {key: self._written(value) for key, value in values.items()}
        if count is not None:
            written["count"] = self.number(count)
        return word.format_map(written)

    def several(self, name: str) -> tuple[str, ...]:
        """The words of a list. Raises `KeyError` for an unknown name."""
        words = self.words[name]
        if not isinstance(words, tuple):
            raise KeyError(name)
        return words

    def has(self, name: str) -> bool:
        """Whether there is such a word."""
        return name in self.words

    def table(self, name: str) -> dict[str, Word]:
        """The words of a table, by their names in it."""
        begins = f"{name}."
        return {
            key.removeprefix(begins): word
            for key, word in self.words.items()
            if key.startswith(begins)
        }

    def number(self, number: float) -> str:
        """A number, with the language's marks between thousands."""
        return _decimal(number, self.locale)

    def percent(self, share: float) -> str:
        """A share of one, as a whole percentage."""
        return numbers.format_percent(share, locale=self.locale)

    def dollars(self, amount: Decimal) -> str:
        """An amount in US dollars: cents, and below a dollar two digits that say something."""
        return _dollars(amount, self.locale)

    def day(self, day: date) -> str:
        """A day with its month in letters."""
        return dates.format_date(day, "long", locale=self.locale)

    def moment(self, moment: datetime) -> str:
        """A day and the time of day."""
        day = dates.format_date(moment, "long", locale=self.locale)
        time = dates.format_time(moment, "short", locale=self.locale)
        # CLDR's pattern for both: {0} is the time, {1} the day.
        return str(dates.get_datetime_format("medium", self.locale)).format(time, day)

    def listed(self, words: Iterable[str]) -> str:
        """Words as "this, that and another"."""
        return format_list([*words], locale=self.locale)

    def joined(self, *sentences: str | None) -> str:
        """Sentences behind each other; those that are empty or None are left out."""
        return self.say("between_sentences").join(filter(None, sentences))

    def _written(self, value: str | float) -> str:
        if not isinstance(value, str):
            return self.number(value)
        # What is put into a sentence keeps its own direction, and leaves the sentence its own.
        is_inside = self.direction == "rtl" and value and "\n" not in value
        return f"\u2068{value}\u2069" if is_inside else value


@cache
def language(code: str) -> Language:
    """The language with this code, one of `CODES`. What it does not say is said in English."""
    words = read((FOLDER / f"{code}.toml").read_text(encoding="utf-8"))
    if code != ENGLISH:
        words = {**language(ENGLISH).words, **words}
    return Language(code=code, words=words, locale=Locale.parse(code.replace("-", "_")))


def read(file: str) -> dict[str, Word]:
    """The words of a language's file, by name. Raises `ValueError` for what is no such file."""
    found: dict[str, Word] = {}
    for section in tomllib.loads(file).values():
        for name, value in section.items():
            is_table = isinstance(value, dict) and not value.keys() <= PLURALS
            words = {f"{name}.{key}": word for key, word in value.items()} if is_table else {}
            for key, word in (words or {name: value}).items():
                if key in found:
                    raise ValueError(f"{key} is said twice.")
                found[key] = _word(key, word)
    return found


def _word(name: str, value: object) -> Word:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return tuple(map(str, value))
    if isinstance(value, dict) and "other" in value:
        return {form: str(text) for form, text in value.items()}
    raise ValueError(f"{name} is no text, and has no form for other numbers.")


def placeholders(text: str) -> frozenset[str]:
    """The names of what is put into a text."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


CODES = tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))


def find(wish: str) -> str | None:
    """The code of the language with a name such as `zh`, `zh-TW` or `pt_BR.UTF-8`.

    Exactly that, else its language; None where the app speaks neither.
    """
    wanted = wish.partition(".")[0].replace("_", "-").lower()
    return next((code for code in (wanted, wanted.partition("-")[0]) if code in CODES), None)


def choose(*wishes: str | None) -> Language:
    """The first language that somebody wishes for and the app speaks (see `find`); else English."""
    return language(next(filter(None, (find(wish) for wish in wishes if wish)), ENGLISH))


def accepted(header: str) -> list[str]:
    """The names of languages in an `Accept-Language` header, as a browser orders them."""
    return [wish.partition(";")[0].strip() for wish in header.split(",")]


_spoken: ContextVar[Language] = ContextVar("language")


def spoken() -> Language:
    """The language that is spoken here."""
    return _spoken.get(None) or language(ENGLISH)


def speak(language: Language) -> None:
    """Speak this language from now on, in this thread."""
    _spoken.set(language)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak this language for a while."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def say(name: str, /, *, count: int | None = None, **values: str | float) -> str:
    """A word or sentence in the language that is spoken here; see `Language.say`."""
    return spoken().say(name, count=count, **values)


class SpokenError(Exception):
    """What is wrong: a sentence's name and its values, said in the language of its reader."""

    def __init__(self, sentence: str, /, **values: str | float) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values: dict[str, Any] = {**values}

    def __str__(self) -> str:
        return say(self.sentence, **self.values)


@lru_cache(maxsize=10_000)  # the meter says most of its numbers again and again
def _decimal(number: float, locale: Locale) -> str:
    return numbers.format_decimal(number, locale=locale)


@lru_cache(maxsize=1_000)
def _dollars(amount: Decimal, locale: Locale) -> str:
    digits = 2 if amount >= 1 or amount == 0 else max(2, 1 - amount.adjusted())
    exact = amount.quantize(Decimal(1).scaleb(-digits))
    return numbers.format_currency(
        exact, "USD", locale=locale, decimal_quantization=False, currency_digits=False
    )
