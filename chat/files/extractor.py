"""A program of its own: the text of the PDF or DOCX file on its standard input, as JSON.

    python -IB extractor.py KIND PAGES LETTERS SECONDS MEMORY

What it prints is `{"text": …, "is_cut": …}` or `{"fault": …}`, by a name of `chat.files.faults`.
A file may make it crash, hang or fill its memory, so it has little of all, no variables of the
server's, and imports nothing of this project.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
import zipfile
from contextlib import suppress
from typing import Any, NoReturn

LARGEST_PART = 200_000_000  # bytes of a DOCX file's text with its markup, unpacked
PIECE = 65_536  # bytes
MOST_BETWEEN = 100  # characters between two texts of a DOCX file
PAGES_APART = "\n\n"

# What stands there a second time for other programs, and what was moved or changed.
_SKIPPED = ("Fallback", "moveFrom", "pPrChange")
_MAIN_PART = re.compile(r"word/document\d*\.xml")
_NOTES = re.compile(r"word/(?:footnotes|endnotes)\d*\.xml")


class Refused(Exception):
    """The file cannot be read; the message is the fault's name."""


class Text:
    """A text that grows up to so many letters."""

    def __init__(self, letters: int) -> None:
        self._pieces: list[str] = []
        self.left = letters
        self.is_cut = False

    def add(self, piece: str) -> None:
        """Add a piece, or what of it there is room for."""
        self.is_cut |= len(piece) > self.left
        self._pieces.append(piece[: self.left])
        self.left -= len(self._pieces[-1])

    def __str__(self) -> str:
        return "".join(self._pieces)


def of_pdf(data: bytes, pages: int, letters: int) -> Text:
    """The text of a PDF file's pages, with an empty line between them."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
        count = len(pdf)
    except pypdfium2.PdfiumError as error:
        is_locked = error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD
        raise Refused("ENCRYPTED" if is_locked else "BROKEN") from None
    text, drawn, read = Text(letters), False, 0
    for number in range(min(count, pages)):
        if text.is_cut:
            break
        with suppress(pypdfium2.PdfiumError):  # one page that is broken leaves the others
            page = pdf[number]
            read += 1
            drawn = drawn or pypdfium2.raw.FPDFPage_CountObjects(page.raw) > 0
            whole = page.get_textpage()
            letters_here = whole.count_chars()
            here = whole.get_text_range(0, min(letters_here, text.left + 1)) if letters_here else ""
            whole.close()
            page.close()
            if here := _lines(here).strip("\n"):
                text.add((PAGES_APART if str(text) else "") + here)
    if count and not read:
        raise Refused("BROKEN")
    text.is_cut |= count > pages
    return _checked(text, is_drawn=drawn)


def _lines(text: str) -> str:
    """A page's text with the line breaks of everything else; a word that was parted is whole."""
    return re.sub(r"[\x02\ufffe]\n?", "", text.replace("\r\n", "\n").replace("\r", "\n"))


def _checked(text: Text, *, is_drawn: bool) -> Text:
    """A text, if it has a word in it."""
    if not str(text).strip():
        raise Refused("SCANNED" if is_drawn else "EMPTY")
    return text


class Words:
    """What an XML parser hands the parts of a DOCX file's text to; it keeps nothing but the text.

    By ECMA-376, part 1, 17: paragraphs `p`, texts `t`, tables of `tr` and `tc`. Where a note is
    referred to, and before its text, stands its number, as in Markdown: `[^1]`.
    """

    def __init__(self, letters: int) -> None:
        self.text = Text(letters)
        self.is_drawn = False
        self._pending = ""  # what separates the text so far from the next
        self._is_text = False
        self._skipped = 0  # how deep we are in what is skipped
        self._cells: list[bool] = []  # for each table that we are in: has its row a cell already
        self.notes: dict[tuple[str, str], int] = {}  # numbers by the kind of a note and its id

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        space, _, name = tag.rpartition("}")
        if self._skipped or name in _SKIPPED:
            self._skipped += 1
        elif "wordprocessingml" not in space:
            return
        elif name == "t":
            self._is_text = True
        elif name in ("drawing", "pict"):
            self.is_drawn = True
        elif name in ("tab", "br", "cr"):
            self._separate("\t" if name == "tab" else "\n")
        elif name == "numPr":
            self._separate("- ")
        elif name == "noBreakHyphen":
            self.data("-", is_text=True)
        elif name in ("footnoteReference", "endnoteReference"):
            note = (name.removesuffix("Reference"), attributes.get(f"{space}}}id", ""))
            self.data(f"[^{self.notes.setdefault(note, len(self.notes) + 1)}]", is_text=True)
        elif name in ("footnote", "endnote"):
            self._begin_note(self.notes.get((name, attributes.get(f"{space}}}id", ""))))
        elif name == "tr":
            self._cells.append(False)
        elif name == "tc" and self._cells:
            if self._cells[-1]:  # its neighbour ended with the line of a paragraph
                self._pending = self._pending.removesuffix("\n") + "\t"
            self._cells[-1] = True

    def end(self, tag: str) -> None:
        """An element ends."""
        space, _, name = tag.rpartition("}")
        if self._skipped:
            self._skipped -= 1
        elif "wordprocessingml" not in space:
            return
        elif name == "t":
            self._is_text = False
        elif name == "p":
            self._separate("\n")
        elif name == "tr" and self._cells:
            self._cells.pop()

    def _begin_note(self, number: int | None) -> None:
        """A note begins; what nothing refers to is the line between the text and the notes."""
        if number is None:
            self._skipped += 1
        else:
            self.data(f"[^{number}]: ", is_text=True)

    def _separate(self, mark: str) -> None:
        """Put something between the text so far and the next, unless much is there already."""
        if len(self._pending) < MOST_BETWEEN:
            self._pending += mark

    def data(self, words: str, *, is_text: bool = False) -> None:
        """Words between two marks, of which only a `t` has any that are seen."""
        if (self._is_text or is_text) and not self._skipped and not self.text.is_cut:
            # Three empty lines say no more than one.
            self.text.add(re.sub(r"\n{3,}", "\n\n", self._pending) + words)
            self._pending = ""

    def close(self) -> None:
        """The document ends."""


def of_docx(data: bytes, _pages: int, letters: int) -> Text:
    """The text of a DOCX file: a paragraph a line, the cells of a row with tabs between them."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError

    words = Words(letters)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            names = packed.namelist()
            part = next((name for name in names if _MAIN_PART.fullmatch(name)), None)
            if part is None:
                raise Refused("BROKEN")
            if packed.getinfo(part).flag_bits & 1:
                raise Refused("ENCRYPTED")
            _hear(packed, part, words)
            if words.notes:
                for part in sorted(filter(_NOTES.fullmatch, names), reverse=True)[:2]:
                    _hear(packed, part, words)
    except (DefusedXmlException, ParseError):
        raise Refused("BROKEN") from None
    return _checked(words.text, is_drawn=words.is_drawn)


def _hear(packed: zipfile.ZipFile, part: str, words: Words) -> None:
    """Let the words of a part of a DOCX file be heard, as long as there is room for more."""
    from defusedxml.ElementTree import DefusedXMLParser

    parser = DefusedXMLParser(target=words, forbid_dtd=True)
    size = 0
    with packed.open(part) as unpacked:
        while not words.text.is_cut and (piece := unpacked.read(PIECE)):
            size += len(piece)
            if size > LARGEST_PART:
                raise Refused("TOO_LARGE")
            parser.feed(piece)
    if not words.text.is_cut:
        parser.close()


def _bound(seconds: int, memory: int) -> None:
    """Take from this process what it does not need, as far as the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        os.nice(10)  # those who wait for an answer come first
        for limit, most in (
            (resource.RLIMIT_CORE, 0),  # a visitor's file is left nowhere
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CPU, seconds),
            (resource.RLIMIT_AS, memory),
        ):
            resource.setrlimit(limit, (most, most))


def _say(what: dict[str, Any]) -> NoReturn:
    sys.stdout.write(json.dumps(what))
    sys.stdout.flush()
    # Nothing is tidied up: that is where broken files crash.
    os._exit(0)


def main() -> NoReturn:
    """Read the file and print its text, or what is wrong with it."""
    kind = {"pdf": of_pdf, "docx": of_docx}[sys.argv[1]]
    pages, letters, seconds, memory = map(int, sys.argv[2:6])
    _bound(seconds, memory)
    try:
        text = kind(sys.stdin.buffer.read(), pages, letters)
        _say({"text": str(text), "is_cut": text.is_cut})
    except Refused as refused:
        _say({"fault": str(refused)})
    except MemoryError:
        _say({"fault": "TOO_LARGE"})
    except Exception:  # noqa: BLE001 - a broken file raises whatever it broke
        _say({"fault": "BROKEN"})


if __name__ == "__main__":
    main()
