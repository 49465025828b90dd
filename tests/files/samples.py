"""PDF, DOCX and zip files written by hand, good ones and such as an attacker would write."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
RESOURCES = b" /Resources << /Font << /F1 3 0 R >> >> >>"
DEEPER = b"<< /Type /Pages /Kids [%d 0 R] /Count 1 /Parent %d 0 R >>"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF file of these objects, of which the first is its catalog."""
    out, places = bytearray(b"%PDF-1.7\n"), bytearray()
    for number, each in enumerate(objects, start=1):
        places += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer)
    return bytes(out + table + places + end) + b"startxref\n%d\n%%%%EOF\n" % len(out)


def stream(data: bytes, more: bytes = b"") -> bytes:
    """An object with data behind it."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), more, data)


def written(*lines: str) -> bytes:
    """What draws these lines on a page."""
    safe = (line.replace("(", "\\(").replace(")", "\\)").encode("latin-1") for line in lines)
    shown = b"".join(b"(%s) Tj T*\n" % line for line in safe)
    return b"BT /F1 9 Tf 12 TL 72 720 Td\n%s ET" % shown


def pdf_of(*pages: bytes, trailer: bytes = b"") -> bytes:
    """A PDF file whose pages are drawn by these streams."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(len(pages)))
    objects = [CATALOG, b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)), FONT]
    for number, page in enumerate(pages):
        objects += [PAGE % (5 + 2 * number) + RESOURCES, stream(page)]
    return pdf(*objects, trailer=trailer)


def encrypted_pdf() -> bytes:
    """A PDF file that no password opens (ISO 32000-1, 7.6.3, revision 2)."""
    locked = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"1f" * 32, b"2e" * 32)
    ids = b"/Encrypt %s /ID [<00> <00>]" % locked
    return pdf_of(written("Nobody reads this."), trailer=ids)


def forty_pages() -> bytes:
    """A PDF file of 40 full pages."""
    line = "The quick brown fox jumps over the lazy dog, on line {} of a page of many such lines."
    return pdf_of(*[written(*(line.format(number) for number in range(55)))] * 40)


def hostile_pdfs() -> dict[str, bytes]:
    """PDF files that loop, nest, or unpack to more than there is memory for."""
    one_page = b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>"
    packed = zlib.compress(_packed(b"q " * 500_000, 1_000), 9)
    twice = b"/Filter [/FlateDecode /FlateDecode]"
    doubling = [CATALOG, one_page, FONT]
    begin = PAGE % 5 + b" /Resources << /XObject << /F 6 0 R >> /Font << /F1 3 0 R >> >> >>"
    doubling += [begin, stream(b"/F Do /F Do")]
    for number in range(6, 46):
        resources = b"/Resources << /XObject << /F %d 0 R >> >>" % (number + 1)
        form = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] " + resources
        doubling.append(stream(b"/F Do /F Do", form))
    endless = b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2000000000 /Parent 2 0 R >>"
    nested = b"[" * 1_000_000 + b"]" * 1_000_000
    objects = b"/Type /ObjStm /N 1000000 /First 9000000 /Extends 4 0 R /Filter /FlateDecode"
    return {
        "a cycle of pages": pdf(
            CATALOG, b"<< /Type /Pages /Kids [2 0 R] /Count 9 /Parent 2 0 R >>"
        ),
        "endless pages": pdf(CATALOG, endless),
        "deep nesting": pdf(CATALOG[:-2] + b"/X " + nested + b" >>", one_page),
        "deep states": pdf_of(b"q " * 2_000_000),
        "a packed page": pdf(CATALOG, one_page, FONT, PAGE % 5 + RESOURCES, stream(packed, twice)),
        "packed objects": pdf(
            b"<< /Type /Catalog /Pages 9 0 R >>",
            one_page,
            FONT,
            stream(_packed(b"9 0 " * 250_000, 1_000), objects),
        ),
        "forms that double": pdf(*doubling),
        "a deep tree of pages": pdf(CATALOG, *(DEEPER % (at, at - 2) for at in range(3, 50_000))),
    }


def _packed(piece: bytes, times: int) -> bytes:
    """So many times the same piece, compressed but once (RFC 1950 and 1951)."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    once = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 1
    for _ in range(times):
        checksum = zlib.adler32(piece, checksum)
    return b"\x78\x9c" + once * times + packer.flush() + checksum.to_bytes(4, "big")


def zipped(**parts: bytes) -> bytes:
    """A zip file of these parts; `__` in a name stands for a folder and `_` for its dot."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            packed.writestr(name.replace("__", "/").replace("_", "."), data)
    return out.getvalue()


def docx(body: str, before: str = "", **notes: str) -> bytes:
    """A DOCX file with this body, and these notes by their kind."""
    space = (
        f'xmlns:w="{WORD}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    )
    document = (
        f"<?xml version='1.0'?>{before}<w:document {space}><w:body>{body}</w:body></w:document>"
    )
    parts = {f"word__{kind}_xml": f"<w:{kind} {space}>{notes[kind]}</w:{kind}>" for kind in notes}
    parts["word__document_xml"] = document
    packed = {name: part.encode() for name, part in parts.items()}
    return zipped(Content__Types_xml=b"<Types/>", **packed)


def note(kind: str, number: int, words: str) -> str:
    """A note of a DOCX file."""
    return f'<w:{kind} w:id="{number}">{paragraph(words)}</w:{kind}>'


def paragraph(*words: str, before: str = "") -> str:
    """A paragraph of a DOCX file, of several runs."""
    runs = "".join(f'<w:r><w:t xml:space="preserve">{word}</w:t></w:r>' for word in words)
    return f"<w:p>{before}{runs}</w:p>"


def zip_bomb() -> bytes:
    """A DOCX file that unpacks to 250 MB, a thousand times what it has."""
    out = BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("word/document.xml", "w") as part,
    ):
        part.write(b"<a>")
        for _ in range(250):
            part.write(b" " * 1_000_000)
    return out.getvalue()


def hostile_docx() -> dict[str, bytes]:
    """DOCX files that unpack to more than there is memory for, or reach for other files."""
    bombs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    laughs = f'<!DOCTYPE d [<!ENTITY a0 "ha">{bombs}]>'
    outside = '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    far = '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d.dtd">'
    return {
        "a zip bomb": zip_bomb(),
        "an XML bomb": docx(paragraph("&a11;"), laughs),
        "an external entity": docx(paragraph("&a;"), outside),
        "nothing but tabs": docx("<w:p>" + "<w:tab/>" * 300_000 + "</w:p>"),
        "elements in elements": docx("<w:p>" * 500_000),
        "an external definition": docx(paragraph("a"), far),
    }
