"""Links in the place of pictures, so that no picture is ever fetched. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from markdown_it.common.utils import normalizeReference

from chat.characters import REPLACEMENT
from chat.markup.plain import literal

_PICTURE = ":material/image:"

_NO_ADDRESS = re.compile(r"[\s<>`\\\[\]$]")  # $: it could begin a formula

# Around a picture whose address stands elsewhere: halves of characters, which no text has.
_BEGIN, _THEN, _END = "\udffd", "\udffe", "\udfff"
_MARK_OF_NAMED = re.compile(f"[{_BEGIN}-{_END}]")
_INNERMOST = rf"[^{_BEGIN}-{_END}]*"
_NAMED = re.compile(
    f"{_BEGIN}(?P<name>{_INNERMOST}){_THEN}(?P<reference>{_INNERMOST}){_THEN}"
    f"(?P<behind>{_INNERMOST}){_THEN}(?P<in_link>{_INNERMOST}){_END}"
)


def unnamed(name: str, reference: str, behind: str, *, in_link: bool) -> str:
    """A picture whose address stands elsewhere: `named` puts it in once it is known."""
    return _BEGIN + _THEN.join((name, reference, behind, "in link" if in_link else "")) + _END


def named(made: str, known: Mapping[str, str], *, is_whole: bool) -> str:
    """What `prose` has made, with the pictures shown whose addresses are known by their names.

    Once the text is whole, the others are text, as they are in CommonMark.
    """

    def shown(found: re.Match[str]) -> str:
        address = known.get(normalizeReference(found["reference"]))
        if address is not None:
            return picture(found["name"], address, in_link=bool(found["in_link"]))
        return rf"\![{found['name']}]{literal(found['behind'])}" if is_whole else found.group()

    before = ""
    while _BEGIN in made and made != before:  # from the inside, where one is in another's name
        before, made = made, _NAMED.sub(shown, made)
    return made


def is_open(made: str) -> bool:
    """Whether a picture is in it whose address is not known yet."""
    return _BEGIN in made


def unmarked(text: str) -> str:
    """The text without what `named` looks for, which nothing has that can be shown."""
    return _MARK_OF_NAMED.sub(REPLACEMENT, text)


def picture(name: str, source: str, *, in_link: bool) -> str:
    """A link in a picture's place, which names its host."""
    is_data = source.lower().startswith("data:")
    where = re.split("[;,]", source, maxsplit=1)[0] if is_data else _host(source)
    shown = " ".join(filter(None, (_PICTURE, name, where and f"({literal(where[:50])})")))
    if is_data or not source or in_link:
        return shown
    address = _NO_ADDRESS.sub(lambda found: quote(found.group()), source)
    return f"[{shown}](<{address}>)"


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.rpartition("@")[2] or address
    except ValueError:  # brackets that are no address
        return address
