"""No secret leaks, in whatever form a service repeats it, and no other word is taken away."""

from __future__ import annotations

import html
import json
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable
from itertools import product
from urllib.parse import quote, quote_plus, unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chat.errors import DETAIL_LIMIT, MESSAGE_LIMIT, clean
from chat.redaction import ENDS, PART, redacted
from chat.variables import is_key_like
from tests.corpus import CORPUS

KEY = "sk-proj-Ab3_dE+fGh/1jK=LmN0pQ9r&stU7vWx-yZ"
PLAIN = "q7Zk2LmX9vB4tR8wYc5N"  # without what looks like a key

# A backslash has a test of its own, which is expected to fail.
keys = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="\\"),
    min_size=16,
    max_size=60,
).filter(lambda key: len(set(key)) > 10)
around = st.sampled_from(["", "Bearer ", "user:", "a", "ab", "x-api-key: "])


def percent(text: str) -> str:
    """Each letter percent-encoded."""
    return "".join(f"%{byte:02x}" for byte in text.encode())


def escaped(text: str) -> str:
    """Each letter as JSON may write it."""
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


WRITTEN: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "quoted": lambda text: quote(text, safe=""),
    "quoted, in lower case": lambda text: re.sub(
        "%..", lambda code: code[0].lower(), quote(text, safe="")
    ),
    "quoted as a form": quote_plus,
    "quoted letter by letter": percent,
    "quoted twice": lambda text: quote(percent(text)),
    "base64": lambda text: b64encode(text.encode()).decode(),
    "base64 for addresses": lambda text: urlsafe_b64encode(text.encode()).decode(),
    "base64 without its end": lambda text: b64encode(text.encode()).decode().rstrip("="),
    "base64, quoted": lambda text: quote(b64encode(text.encode()), safe=""),
    "hexadecimal": lambda text: text.encode().hex(),
    "HEXADECIMAL": lambda text: text.encode().hex().upper(),
    "bytes": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()),
    "JSON": json.dumps,
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)),
    "JSON, letter by letter": escaped,
    "slashes escaped": lambda text: text.replace("/", "\\/").replace("-", "\\-"),
    "HTML": html.escape,
    "HTML, by numbers": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "HTML, hexadecimal": lambda text: "".join(f"&#x{ord(letter):X};" for letter in text),
    "broken into lines": lambda text: "\n".join(re.findall(".{1,5}", text)),
    "broken into words": lambda text: " ".join(re.findall(".{1,4}", text)),
    "line breaks escaped": lambda text: "\\n".join(re.findall(".{1,5}", text)),
    "soft hyphens": "\u00ad".join,
    "nothing between": "\u200b".join,
    "joined": "\u2060".join,
    "no-break": "\u00a0".join,
    "marks": "\ufeff".join,
    "soft hyphens in HTML": "&shy;".join,
    "tags": "<wbr>".join,
    "in upper case": str.upper,
}


def leaked(text: str, key: str) -> int:
    """How many of a key's letters in a row can be read in a text, however it is written."""
    read = {text}
    for _ in range(3):
        for one in tuple(read):
            read |= {unquote(one), html.unescape(one), re.sub(r"\\(?=\W)", "", one)}
            read.add(re.sub(r"\\[ux](?:00)?([0-9a-fA-F]{2})", lambda c: chr(int(c[1], 16)), one))
    read |= {"".join(re.sub(r"\\n|<wbr>|[^!-~]", "", one)) for one in tuple(read)}
    for one in tuple(read):
        for run in re.findall(r"[A-Za-z0-9+/_-]{8,}", one):
            letters = run.replace("-", "+").replace("_", "/")
            for at in range(4):
                whole = letters[at:][: (len(letters) - at) // 4 * 4]
                read.add(b64decode(whole).decode("latin-1"))
        for run in re.findall(r"(?:[0-9a-fA-F]{2})+", one):
            read.add(bytes.fromhex(run).decode("latin-1"))
    read |= {one.lower() for one in tuple(read)}
    folded = key.lower()
    lengths = range(len(key), 0, -1)
    for length in lengths:
        parts = {folded[at : at + length] for at in range(len(key) - length + 1)}
        if any(part in one for part in parts for one in read):
            return length
    return 0


@pytest.mark.parametrize("form", WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize("key", [KEY, PLAIN])
@pytest.mark.parametrize("before", ["", "u:", "Bearer "])
def test_no_key_is_told_however_it_is_written(
    form: Callable[[str], str], key: str, before: str
) -> None:
    message = f"No: {form(before + key)} is no key."
    assert leaked(message, key) >= PART or key in message
    cleaned = clean(message, [key])
    assert leaked(cleaned, key) < PART
    assert cleaned.startswith("No: ")
    assert "[key]" in cleaned
    assert cleaned.endswith("is no key.")


@given(
    key=keys,
    before=around,
    name=st.sampled_from(list(WRITTEN)),
    part=st.tuples(st.integers(0, 8), st.integers(12, 60)),
)
def test_no_part_of_a_key_is_told_however_it_is_written(
    key: str, before: str, name: str, part: tuple[int, int]
) -> None:
    shown = key[part[0] : part[1]]
    message = f"(: {WRITTEN[name](before + shown)} :)"
    assert leaked(clean(message, [key]), key) < PART


def test_what_has_a_backslash_is_no_key() -> None:
    assert is_key_like("sk-0123456789'abcdef")
    assert not is_key_like("000000'\\:1234567")


@given(key=keys, data=st.data())
def test_eight_characters_of_a_key_are_not_told(key: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(key) - PART))
    part = key[at : at + PART]
    assert part not in redacted(f"«{part}»", [key])
    for before in ("", "x", "xy"):
        encoded = b64encode((before + part).encode()).decode()
        assert encoded not in redacted(f"«{encoded}»", [key])


@pytest.mark.parametrize("key", [KEY, PLAIN])
@pytest.mark.parametrize(
    "mask", ["***", "*" * 40, "…", "...", "•••", "[...]", "xxxx", "[redacted]"]
)
def test_a_masked_key_shows_its_ends_at_most(key: str, mask: str) -> None:
    for left, right in product(range(10), range(10)):
        cleaned = clean(f"No: {key[:left]}{mask}{key[len(key) - right :]} it is.", [key])
        assert key[: ENDS + 1] not in cleaned
        assert key[-ENDS - 1 :] not in cleaned
        assert cleaned.startswith("No: ")
        assert cleaned.endswith("it is.")


def test_a_mask_that_tells_little_stays() -> None:
    assert clean("Incorrect key: q7Zk****Yc5N.", [PLAIN]) == "Incorrect key: q7Zk****Yc5N."


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS)
@pytest.mark.parametrize("key", [KEY, PLAIN, "0123456789abcdef" * 2])
def test_ordinary_text_stays_as_it_is(text: str, key: str) -> None:
    assert redacted(text, [key]) == text


@given(text=st.text(max_size=300), key=keys)
@example(text="\\ud83d %ff &#xd800; &#1114112; \\u{fffff} &amp &; % \\", key=KEY)
def test_any_text_without_the_key_stays_as_it_is(text: str, key: str) -> None:
    if leaked(text, key) <= ENDS:
        assert redacted(text, [key]) == text


@given(secret=st.text(min_size=1))
def test_any_secret_is_taken_out(secret: str) -> None:
    cleaned = redacted(f"({secret})", [secret])
    assert "[key]" in cleaned
    assert secret not in cleaned.replace("[key]", "")


def test_a_short_placeholder_takes_no_letters_out_of_words() -> None:
    assert redacted("An exact fix of x.", ["x"]) == "An exact fix of [key]."


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("room", [DETAIL_LIMIT, MESSAGE_LIMIT])
def test_a_cut_leaves_no_part_of_a_key(name: str, room: int) -> None:
    form = WRITTEN[name](PLAIN)
    for shown in range(len(form) % 7, len(form) + 1, 7):
        filling = " " if room == MESSAGE_LIMIT else "."
        cleaned = clean("No." + filling * (room - 3 - shown) + form + " yes" * 1000, [PLAIN])
        assert leaked(cleaned, PLAIN) <= ENDS


def test_the_work_is_bounded() -> None:
    letters = "".join(chr(33 + n * 7919 % 94) for n in range(1_000_000))
    for message in (letters, "*x" * 1_000_000, "%25" * 1_000_000, "&" * 10**6, "\\" * 10**6):
        assert len(clean(message, [letters, KEY])) <= DETAIL_LIMIT
