"""How long the files of a question take to be read. Prints; nothing passes or fails.

python -m tests.benchmarks.files
"""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO

from PIL import Image

from chat.files import documents, pictures
from tests.files.samples import docx, forty_pages, paragraph

SENTENCE = "The quick brown fox jumps over the lazy dog, and on it goes. "


def seconds(work: Callable[[], object]) -> float:
    """The shortest of three runs, in seconds."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def photo(width: int, height: int) -> bytes:
    """A JPEG of this size with as much in it as a photo has."""
    out = BytesIO()
    bands = [Image.effect_noise((width // 8, height // 8), 60) for _ in range(3)]
    Image.merge("RGB", bands).resize((width, height)).save(out, "JPEG", quality=85)
    return out.getvalue()


def main() -> None:
    """Measure, and print a line each."""
    small, large = photo(1_568, 1_176), photo(4_000, 3_000)
    pdf, word = forty_pages(), docx(paragraph(SENTENCE) * 3_000)
    text = ("Grüße: " + SENTENCE) * 200_000
    unicode, latin = text.encode(), text.encode("latin-1")
    for what, data, work in (
        ("a picture that a browser scaled", small, lambda: pictures.checked("a", small, b"")),
        ("a photo of 12 megapixels, scaled", large, lambda: pictures.scaled("a", large)),
        ("a PDF of 40 pages", pdf, lambda: documents.read("a", pdf)),
        ("a DOCX of 40 pages", word, lambda: documents.read("a", word)),
        ("14 MB of text", unicode, lambda: documents.read("a", unicode)),
        ("... in Latin-1", latin, lambda: documents.read("a", latin)),
    ):
        print(f"{what:36} {len(data) / 1_000:8,.0f} kB {seconds(work) * 1_000:8.2f} ms", flush=True)


if __name__ == "__main__":
    main()
