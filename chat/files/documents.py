"""Documents: texts and code in any encoding, PDF and DOCX, made into the text that is sent."""

from __future__ import annotations

import codecs

from chat.characters import mended
from chat.conversation.files import Document
from chat.files.bounds import BOUNDS, Bounds
from chat.files.extraction import extract
from chat.files.faults import Fault, FileError, clean_name

_ZIP = b"PK\x03\x04"
# The container of Office before 2007, and of what newer ones encrypt (MS-CFB 2.2, MS-OFFCRYPTO).
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BEFORE_PDF = b"\xef\xbb\xbf \t\r\n\0"

_MARKS = (  # the longer ones first, as one begins with another
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Those in which texts are still found; what a detector sees beyond them in a short text is most
# often wrong.
_ENCODINGS = [
    *("cp1252", "cp1251", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256"),
    *("koi8_r", "iso8859_2", "cp866", "cp874"),
    *("gb18030", "big5", "cp932", "euc_jp", "cp949"),
]
_COMMONEST = "cp1252"  # which has all of Latin-1
_ALIKE = 0.01  # a difference of two likelihoods that says nothing
LONGEST_LETTER = 4  # bytes, in any of them
_SAMPLE = 4_000  # bytes that the detector looks at
# What no text has many of: controls but tab, line and page breaks, and the escape of a terminal.
_CONTROLS = bytes({*range(32), 127} - {*b"\t\n\r\f\x1b"})
_MOST_CONTROLS = 0.02  # of all bytes


def read(name: str, data: bytes, bounds: Bounds = BOUNDS) -> Document:
    """The text of a document, by what is in it, whatever its name says. Raises a `FileError`."""
    if not data:
        raise FileError(name, Fault.EMPTY)
    if len(data) > bounds.document_bytes:
        raise FileError(name, Fault.TOO_LARGE)
    if data[:1_024].lstrip(_BEFORE_PDF).startswith(b"%PDF-"):
        return extract(name, "pdf", data, bounds)
    if data.startswith(_ZIP) and b"word/document" in data:
        return extract(name, "docx", data, bounds)
    if data.startswith(_COMPOUND) and _ENCRYPTED in data:
        raise FileError(name, Fault.ENCRYPTED)
    head = data[: LONGEST_LETTER * (bounds.letters + 1)]  # no more of it can be sent
    decoded = _decoded(head)
    if decoded is None:
        raise FileError(name, Fault.UNKNOWN_KIND)
    text = mended(decoded.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.strip():
        raise FileError(name, Fault.EMPTY)
    is_cut = len(text) > bounds.letters or len(data) > len(head)
    return Document(name=clean_name(name), text=text[: bounds.letters], is_cut=is_cut)


def _decoded(data: bytes) -> str | None:
    """The text that the bytes are, in whatever encoding; None if they are none."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _if_text(data.decode(encoding, "replace"))
    if (wide := _wide(data)) is not None:
        return _if_text(data.decode(wide, "replace"))
    if len(data) - len(data.translate(None, _CONTROLS)) > _MOST_CONTROLS * len(data):
        return None
    try:
        return codecs.utf_8_decode(data)[0]  # without a letter that is cut at the end
    except UnicodeDecodeError:
        return data.decode(_detected(data), "replace")


def _if_text(text: str) -> str | None:
    """A text, unless it is full of controls and of what could not be decoded."""
    left = text.translate(dict.fromkeys([*_CONTROLS, 0xFFFD]))
    is_text = len(text) - len(left) <= _MOST_CONTROLS * len(text) + 1
    return text if is_text and (left or not text) else None


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark, where every other byte of Latin letters and of digits is 0."""
    begin = data[:4_096]
    if len(begin) < 4:
        return None
    first, second = (begin[at::2].count(0) / (len(begin) // 2) for at in (0, 1))
    if min(first, second) > 0.01 or max(first, second) < 0.3:
        return None
    return "utf-16-be" if first > second else "utf-16-le"


def _detected(data: bytes) -> str:
    """The encoding of a text that is not UTF-8, as far as it can be told."""
    from charset_normalizer import from_bytes  # which takes a while to load

    # Only whole lines: half of a character at the end would rule the right encoding out.
    lines = b"\n".join(line for line in data.split(b"\n") if not line.isascii())
    sample = lines[:_SAMPLE]
    if len(lines) > _SAMPLE and b"\n" in sample:
        sample = sample[: sample.rindex(b"\n")]
    found = list(from_bytes(sample, cp_isolation=_ENCODINGS))  # the likeliest first
    if not found:
        return _COMMONEST
    best = found[0]
    equal = {
        encoding
        for match in found
        if match.chaos < best.chaos + _ALIKE and match.coherence > best.coherence - _ALIKE
        for encoding in match.could_be_from_charset
    }
    return _COMMONEST if _COMMONEST in equal and not best.multi_byte_usage else best.encoding
