"""Documents become their text, in any encoding, by what is in them."""

from __future__ import annotations

import codecs
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.files import documents
from chat.files.bounds import BOUNDS, Bounds, Kinds
from chat.files.faults import Fault, FileError
from chat.files.reading import read, read_all
from tests.files import samples
from tests.files.samples import docx, note, paragraph, pdf_of, written

RUSSIAN = "Съешь же ещё этих мягких французских булок, да выпей чаю.\n"
JAPANESE = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。\n"
CHINESE = "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心。\n"
FRENCH = "Voilà l'été : le garçon a déjà mangé une crêpe à Orléans.\n"
GERMAN = "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.\n"


def fault_of(data: bytes, bounds: Bounds = BOUNDS) -> Fault:
    with pytest.raises(FileError) as caught:
        documents.read("a.txt", data, bounds)
    return caught.value.fault


def text_of(data: bytes, bounds: Bounds = BOUNDS) -> str:
    return documents.read("a.txt", data, bounds).text


@pytest.mark.parametrize("times", [1, 200])
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((text, "utf-8") for text in (RUSSIAN, JAPANESE, CHINESE, FRENCH)),
        *((text, "utf-8-sig") for text in (RUSSIAN, JAPANESE)),
        *((text, "utf-16") for text in (RUSSIAN, JAPANESE)),
        *((text, "utf-32") for text in (RUSSIAN, GERMAN)),
        *((GERMAN, encoding) for encoding in ("utf-16-le", "utf-16-be", "latin-1", "cp1252")),
        *((RUSSIAN, encoding) for encoding in ("cp1251", "koi8-r")),
        (FRENCH, "latin-1"),
        (JAPANESE, "shift_jis"),
        (CHINESE, "gb18030"),
    ],
)
def test_a_text_is_read_in_any_encoding(text: str, encoding: str, times: int) -> None:
    assert text_of((text * times).encode(encoding)) == text * times


def test_a_byte_order_mark_tells_the_order() -> None:
    assert text_of(codecs.BOM_UTF16_BE + JAPANESE.encode("utf-16-be")) == JAPANESE


def test_code_with_one_name_in_latin_1_far_down_is_read() -> None:
    text = "x = 1\n" * 50_000 + "# Author: Müller, Köln\n"
    assert text_of(text.encode("latin-1")) == text


def test_what_cannot_be_sent_is_replaced() -> None:
    lone = codecs.BOM_UTF16_LE + "one \ud83d two".encode("utf-16-le", "surrogatepass")
    assert text_of(lone) == "one \ufffd two"
    assert (
        text_of(b"a long line with one NUL" * 9 + b"\0")
        == "a long line with one NUL" * 9 + "\ufffd"
    )


def test_line_breaks_are_those_of_everything_else() -> None:
    assert text_of(b"one\r\ntwo\rthree\n") == "one\ntwo\nthree\n"


def test_markup_and_code_are_texts_as_they_are() -> None:
    for source in ("<svg><script>alert(1)</script></svg>", '{"a": [1]}', "a;b\n1;2\n", "# H\n"):
        assert text_of(source.encode()) == source


def test_a_name_is_cleaned_and_says_nothing_of_the_kind() -> None:
    found = documents.read("../../<b>\u202efdp.txt", pdf_of(written("Hello")))
    assert (found.name, found.text) == ("<b>fdp.txt", "Hello")


def test_a_program_that_speaks_of_a_pdf_is_a_text() -> None:
    assert text_of(b"MAGIC = b'%PDF-1.7'\n") == "MAGIC = b'%PDF-1.7'\n"


def test_a_long_text_is_cut_and_says_so() -> None:
    found = documents.read("a.txt", b"abcdef", Bounds(letters=3))
    assert (found.text, found.is_cut) == ("abc", True)
    assert not documents.read("a.txt", b"abc", Bounds(letters=3)).is_cut


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32", "gb18030"])
def test_a_long_text_is_cut_between_its_letters(encoding: str) -> None:
    found = documents.read("a.txt", ("中文😀" * 100).encode(encoding), Bounds(letters=40))
    assert (found.text, found.is_cut) == (("中文😀" * 14)[:40], True)


COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_000)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.EMPTY),
        (b" \n\t", Fault.EMPTY),
        (codecs.BOM_UTF8, Fault.EMPTY),
        (b"a" * 15_000_001, Fault.TOO_LARGE),
        *((bytes(size), Fault.UNKNOWN_KIND) for size in (1, 2, 4, 1_000)),
        (bytes(range(256)) * 4, Fault.UNKNOWN_KIND),
        (b"\x7fELF\2\1\1" + bytes(50), Fault.UNKNOWN_KIND),
        (b"\x1f\x8b\x08\0\0\0\0\0" + bytes(range(256)), Fault.UNKNOWN_KIND),
        (codecs.BOM_UTF16_LE + bytes(1_000), Fault.UNKNOWN_KIND),
        (COMPOUND + "WordDocument".encode("utf-16-le"), Fault.UNKNOWN_KIND),
        (COMPOUND + "EncryptedPackage".encode("utf-16-le"), Fault.ENCRYPTED),
        (samples.zipped(a_txt=b"a"), Fault.UNKNOWN_KIND),
        (samples.zipped(xl__workbook_xml=b"<a/>"), Fault.UNKNOWN_KIND),
        (samples.zipped(ppt__presentation_xml=b"<a/>"), Fault.UNKNOWN_KIND),
        (samples.encrypted_pdf(), Fault.ENCRYPTED),
        (pdf_of(b""), Fault.EMPTY),
        (pdf_of(b"0 0 100 100 re f"), Fault.SCANNED),
        (pdf_of(written("Hello"))[:300], Fault.BROKEN),
        (b"%PDF-1.4", Fault.BROKEN),
        (docx(paragraph("Hello"))[:200], Fault.BROKEN),
        (docx(paragraph("Hello"))[:-20], Fault.BROKEN),
        (docx("<w:p><w:r><w:t>Hello</w:p>"), Fault.BROKEN),
        (docx(""), Fault.EMPTY),
        (docx("<w:p><w:r><w:drawing/></w:r></w:p>"), Fault.SCANNED),
    ],
)
def test_what_has_no_text_in_it_is_told(data: bytes, fault: Fault) -> None:
    assert fault_of(data) is fault


def test_a_pdf_is_its_pages_with_an_empty_line_between() -> None:
    pages = pdf_of(written("One", "and on"), b"", written("Two (2)"))
    assert text_of(pages) == "One\nand on\n\nTwo (2)"


def test_a_pdf_of_many_pages_or_letters_is_cut() -> None:
    pages = pdf_of(*[written("page")] * 5)
    cut = documents.read("a.pdf", pages, Bounds(pages=2))
    assert (cut.text, cut.is_cut) == ("page\n\npage", True)
    cut = documents.read("a.pdf", pages, Bounds(letters=12))
    assert (cut.text, cut.is_cut) == ("page\n\npage\n\n", True)


def test_a_page_that_is_broken_leaves_the_others() -> None:
    pages = pdf_of(written("One"), written("Two")).replace(b"/Kids [4 0 R 6", b"/Kids [9 0 R 6")
    assert text_of(pages) == "Two"


def test_a_polyglot_is_what_it_begins_as() -> None:
    page = b"<html><script>alert(1)</script>"
    assert text_of(pdf_of(written("Hello")) + page) == "Hello"
    assert text_of(page + pdf_of(written("Hello"))).startswith("<html>")


def test_a_docx_is_its_paragraphs_tables_and_lists() -> None:
    item = "<w:pPr><w:numPr/></w:pPr>"
    rows = [("a", "b"), ("c", "d")]
    cells = (
        f"<w:tc>{paragraph(left)}</w:tc><w:tc>{paragraph(right)}</w:tc>" for left, right in rows
    )
    table = "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"
    twice = f"<mc:AlternateContent><mc:Choice>{paragraph('box')}</mc:Choice>"
    twice += f"<mc:Fallback>{paragraph('box')}</mc:Fallback></mc:AlternateContent>"
    spaced = "<w:p><w:r><w:t>x</w:t><w:tab/><w:t>y</w:t><w:br/><w:t>z</w:t></w:r></w:p>"
    moved = f"<w:moveFrom>{paragraph('moved')}</w:moveFrom>"
    hidden = "<w:p><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"
    body = paragraph("Hel", "lo &amp; 你好") + paragraph("one", before=item) + spaced + table
    assert text_of(docx(body + twice + moved + hidden + paragraph("end"))) == (
        "Hello & 你好\n- one\nx\ty\nz\na\tb\nc\td\nbox\n\nend"
    )


def test_the_notes_of_a_docx_stand_at_its_end() -> None:
    def referring(word: str, kind: str, number: int) -> str:
        mark = f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>'
        return f"<w:p><w:r><w:t>{word}</w:t></w:r>{mark}</w:p>"

    line = '<w:footnote w:id="-1"><w:p><w:r><w:t>---</w:t></w:r></w:p></w:footnote>'
    body = referring("one", "footnote", 2) + referring("two", "endnote", 2) + paragraph("three")
    foot, end = note("footnote", 2, "at the foot"), note("endnote", 2, "at the end")
    assert text_of(docx(body, footnotes=line + foot, endnotes=end)) == (
        "one[^1]\ntwo[^2]\nthree\n[^1]: at the foot\n[^2]: at the end"
    )
    assert text_of(docx(paragraph("one"), footnotes=line)) == "one"


def test_a_docx_of_many_letters_is_cut() -> None:
    cut = documents.read("a.docx", docx(paragraph("abc") * 9), Bounds(letters=6))
    assert (cut.text, cut.is_cut) == ("abc\nab", True)


@pytest.mark.parametrize(
    ("kinds", "picture", "document"),
    [
        (Kinds.ALL, True, True),
        (Kinds.IMAGES, True, False),
        (Kinds.DOCUMENTS, False, True),
        (Kinds.OFF, False, False),
    ],
)
def test_only_what_the_owner_allows_is_read(kinds: Kinds, *, picture: bool, document: bool) -> None:
    for data, allowed in ((b"GIF89a", picture), (b"\0", document)):
        with pytest.raises(FileError) as caught:
            read("a", data, kinds=kinds)
        assert (caught.value.fault is not Fault.NOT_ALLOWED) is allowed


def test_ten_thousand_paths_are_refused_before_one_is_opened() -> None:
    with pytest.raises(FileError) as caught:
        read_all(["/no/such/file"] * 10_000)
    assert caught.value.fault is Fault.TOO_MANY


@pytest.mark.parametrize("path", ["/no/such/file", "/", "a\0b"])
def test_a_path_that_cannot_be_opened_is_told(path: str) -> None:
    with pytest.raises(FileError) as caught:
        read_all([path])
    assert caught.value.fault is Fault.UNREADABLE


def test_a_file_without_an_end_is_too_large() -> None:
    with pytest.raises(FileError) as caught:
        read_all(["/dev/zero"])
    assert caught.value.fault is Fault.TOO_LARGE


BEGINNINGS = [b"", b"%PDF-1.7\n", b"PK\3\4word/document", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]
BEGINNINGS += [b"GIF89a", b"RIFF\0\0\0\0WEBP", codecs.BOM_UTF16_LE, codecs.BOM_UTF32_BE]


@given(st.sampled_from(BEGINNINGS), st.binary(max_size=2_000), st.text(max_size=200))
def test_no_bytes_raise_anything_else(begin: bytes, data: bytes, name: str) -> None:
    with suppress(FileError):
        assert read(name, begin + data).name
