"""Pictures are checked by their header alone, and scaled upright, on white and bare."""

from __future__ import annotations

import struct
import time
import zlib
from io import BytesIO

import pytest
from PIL import Image

from chat.files import pictures
from chat.files.bounds import BOUNDS, Bounds
from chat.files.faults import Fault, FileError


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **more: object
) -> bytes:
    out = BytesIO()
    Image.new(mode, size).save(out, kind, **more)
    return out.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, *more: bytes) -> bytes:
    """A PNG whose header says that it is so large, with a pixel in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [chunk(b"IHDR", header), *more, chunk(b"IDAT", zlib.compress(b"\0\0\0\0"))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b"")


def fault_of(data: bytes, thumbnail: bytes = b"", bounds: Bounds = BOUNDS) -> Fault:
    with pytest.raises(FileError) as caught:
        pictures.checked("a.jpg", data, thumbnail, bounds)
    return caught.value.fault


@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png")])
def test_what_a_browser_scaled_is_taken_as_it_is(kind: str, media_type: str) -> None:
    data, small = picture(kind), picture(size=(32, 20))
    taken = pictures.checked("C:\\a\\photo.jpg", data, small)
    assert (taken.name, taken.media_type, taken.width, taken.height) == (
        "photo.jpg",
        media_type,
        60,
        40,
    )
    assert (taken.data, taken.thumbnail) == (data, small)


def test_a_progressive_picture_has_a_size_too() -> None:
    assert pictures.checked("a", picture(progressive=True), b"").width == 60


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.EMPTY),
        (b"<svg><script>alert(1)</script></svg>", Fault.UNKNOWN_KIND),
        (b"PK\3\4" + picture(), Fault.UNKNOWN_KIND),
        (picture("GIF"), Fault.UNKNOWN_KIND),
        (picture("WEBP"), Fault.UNKNOWN_KIND),
        (picture() + b"\0" * 2_000_000, Fault.TOO_LARGE),
        (picture() + b"PK\5\6" + bytes(18), Fault.BROKEN),
        (picture()[:-1], Fault.BROKEN),
        (picture("PNG")[:-1], Fault.BROKEN),
        (b"\xff\xd8\xff\xd9", Fault.BROKEN),
        (b"\xff\xd8" + b"\xff" * 100_000 + b"\xff\xd9", Fault.BROKEN),
        (png(0, 5), Fault.BROKEN),
        (png(65_000, 65_000), Fault.TOO_MANY_PIXELS),
        (picture(size=(2_049, 1)), Fault.TOO_MANY_PIXELS),
    ],
)
def test_anything_else_is_refused(data: bytes, fault: Fault) -> None:
    assert fault_of(data) is fault


@pytest.mark.parametrize(
    "small",
    [b"", b"<script>", picture("PNG"), picture(size=(401, 1)), picture()[:-1] + bytes(60_000)],
)
def test_a_thumbnail_that_is_none_is_left_out(small: bytes) -> None:
    assert pictures.checked("a.jpg", picture(), small).thumbnail == b""


def test_nothing_of_a_checked_picture_is_unpacked() -> None:
    text = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1_000_000)))
    bomb = png(5, 5, *[text] * 60)
    began = time.thread_time()
    assert pictures.checked("a.png", bomb, b"").width == 5
    assert time.thread_time() - began < 0.01


def opened(data: bytes | None) -> Image.Image:
    assert data is not None
    return Image.open(BytesIO(data))


def test_a_photo_is_scaled_turned_and_bare() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    exif[0x010F] = "Maker of this camera"
    data = picture(size=(4_000, 3_000), exif=exif, comment=b"Secret")
    taken = pictures.scaled("a.jpg", data)
    image = opened(taken.data)
    assert (taken.width, taken.height) == image.size == (1_176, 1_568)
    assert not image.getexif()
    assert "exif" not in image.info
    assert b"Maker" not in (taken.data or b"")
    assert b"Secret" not in (taken.data or b"")
    assert opened(taken.thumbnail).size == (240, 320)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_no_picture_is_enlarged(kind: str) -> None:
    taken = pictures.scaled("a", picture(kind, (30, 20)))
    assert (taken.media_type, taken.width, taken.height) == ("image/jpeg", 30, 20)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_stands_on_white(mode: str) -> None:
    out = BytesIO()
    image = Image.new(mode, (60, 40))
    image.save(out, "PNG", **({"transparency": 0} if mode == "P" else {}))
    taken = pictures.scaled("a.png", out.getvalue())
    assert opened(taken.data).getpixel((1, 1)) == (255, 255, 255)


def test_sixteen_bits_for_a_pixel_are_not_cut_off() -> None:
    out = BytesIO()
    Image.new("I;16", (20, 20), 0x8000).save(out, "PNG")
    assert opened(pictures.scaled("a.png", out.getvalue()).data).getpixel((1, 1)) == (128,) * 3


@pytest.mark.parametrize("mode", ["1", "L", "CMYK"])
def test_colours_of_any_kind_are_taken(mode: str) -> None:
    kind = "PNG" if mode == "1" else "JPEG"
    assert opened(pictures.scaled("a", picture(kind, mode=mode)).data).mode == "RGB"


def test_of_what_moves_the_first_frame_is_taken() -> None:
    out = BytesIO()
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("white", "black")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    assert opened(pictures.scaled("a.gif", out.getvalue()).data).getpixel((1, 1)) == (255,) * 3


def test_noise_is_sent_within_the_bounds() -> None:
    out = BytesIO()
    bands = [Image.effect_noise((1_600, 1_600), 200) for _ in range(3)]
    Image.merge("RGB", bands).save(out, "PNG")
    taken = pictures.scaled("a.png", out.getvalue())
    assert taken.thumbnail
    assert pictures.checked("a.png", taken.data or b"", taken.thumbnail) == taken


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.EMPTY),
        (b"no picture", Fault.UNKNOWN_KIND),
        (picture("BMP"), Fault.UNKNOWN_KIND),
        (png(65_000, 65_000), Fault.TOO_MANY_PIXELS),
        (png(13_000, 13_000), Fault.TOO_MANY_PIXELS),
        (png(100, 100), Fault.BROKEN),
        (picture("PNG", (500, 500))[:-200], Fault.BROKEN),
        (picture("JPEG", (500, 500))[:300], Fault.BROKEN),
        (b"GIF89a\xff\xff\xff\xff", Fault.BROKEN),
    ],
)
def test_what_cannot_be_scaled_is_told(data: bytes, fault: Fault) -> None:
    with pytest.raises(FileError) as caught:
        pictures.scaled("a.png", data)
    assert caught.value.fault is fault
