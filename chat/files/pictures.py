"""Pictures: what a browser has scaled is checked, anything else is scaled here."""

from __future__ import annotations

import warnings
from io import BytesIO

from PIL import Image, ImageOps

from chat.conversation.files import MediaType, Picture
from chat.files.bounds import BOUNDS, Bounds
from chat.files.faults import Fault, FileError, clean_name

SIDE = 1_568  # pixels of the longest side that a picture is scaled to
THUMBNAIL_SIDE = 320
MOST_SEGMENTS = 1_000  # of a JPEG before its frame, which a camera's has a dozen of
LARGEST_THUMBNAIL = 60_000  # bytes
LARGEST_THUMBNAIL_SIDE = 400  # pixels

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
_JPEG = b"\xff\xd8\xff"
_JPEG_END = b"\xff\xd9"
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_QUALITIES = (85, 60, 30)  # the first, and where that is too large, the next ones


def is_picture(data: bytes) -> bool:
    """Whether a file begins as a picture of a kind that can be scaled."""
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return is_webp or data.startswith((_PNG, _JPEG, b"GIF87a", b"GIF89a"))


def checked(name: str, data: bytes, thumbnail: bytes, bounds: Bounds = BOUNDS) -> Picture:
    """A picture that a browser has scaled; a thumbnail that is none is left out.

    Only its header is read, which takes a millisecond at most. Raises a `FileError`.
    """
    if not data:
        raise FileError(name, Fault.EMPTY)
    if len(data) > bounds.picture_bytes:
        raise FileError(name, Fault.TOO_LARGE)
    if not data.startswith((_PNG, _JPEG)):
        raise FileError(name, Fault.UNKNOWN_KIND)
    header = read_header(data)
    if header is None:
        raise FileError(name, Fault.BROKEN)
    media_type, width, height = header
    if max(width, height) > bounds.picture_side:
        raise FileError(name, Fault.TOO_MANY_PIXELS)
    return Picture.of(
        data,
        name=clean_name(name),
        media_type=media_type,
        width=width,
        height=height,
        thumbnail=checked_thumbnail(thumbnail),
    )


def scaled(name: str, data: bytes, bounds: Bounds = BOUNDS) -> Picture:
    """A picture out of a file: upright, on white, without metadata, and not larger than it was.

    It is a JPEG of at most 1,568 pixels; of what moves, it is the first frame. Raises a
    `FileError`.
    """
    if not data:
        raise FileError(name, Fault.EMPTY)
    if len(data) > bounds.bytes_together:
        raise FileError(name, Fault.TOO_LARGE)
    try:
        with warnings.catch_warnings():
            # It comes before the bound below, which is a little wider.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image: Image.Image = Image.open(BytesIO(data), formats=_FORMATS)
        if image.width * image.height > bounds.picture_pixels:
            raise FileError(name, Fault.TOO_MANY_PIXELS)
        image = _upright(image)
    except Image.DecompressionBombError:
        raise FileError(name, Fault.TOO_MANY_PIXELS) from None
    except FileError:
        raise
    except Exception:  # noqa: BLE001 - a broken picture raises whatever it broke
        raise FileError(name, Fault.BROKEN if is_picture(data) else Fault.UNKNOWN_KIND) from None
    small = image.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return Picture.of(
        _jpeg(image, bounds.picture_bytes),
        name=clean_name(name),
        media_type="image/jpeg",
        width=image.width,
        height=image.height,
        thumbnail=_jpeg(small, LARGEST_THUMBNAIL),
    )


def _upright(image: Image.Image) -> Image.Image:
    """A picture, scaled, turned as its camera was held, and on white; decodes it."""
    if image.mode in ("1", "P"):  # which could be scaled by leaving out pixels alone
        image = image.convert("RGBA")
    image.thumbnail((SIDE, SIDE))
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16 bits for a pixel, of which `convert` would keep the lower
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    return image.convert("RGB")


def _jpeg(image: Image.Image, most: int) -> bytes:
    """A picture as a JPEG of so many bytes at most, as far as a lower quality makes it so."""
    data = b""
    for quality in _QUALITIES:
        out = BytesIO()
        # Without these, what the file said of itself would go along.
        image.save(out, "JPEG", quality=quality, exif=b"", icc_profile=None, comment=b"")
        data = out.getvalue()
        if len(data) <= most:
            break
    return data


def checked_thumbnail(data: bytes) -> bytes:
    """A small JPEG as it is, and nothing for what is none."""
    header = read_header(data) if data[:3] == _JPEG and len(data) <= LARGEST_THUMBNAIL else None
    return data if header is not None and max(header[1:]) <= LARGEST_THUMBNAIL_SIDE else b""


def read_header(data: bytes) -> tuple[MediaType, int, int] | None:
    """What a whole JPEG or PNG says that it is, its width and its height; None if it is broken.

    Not by Pillow, which unpacks a PNG's texts when it opens it: up to 64 MB of them.
    """
    if data.startswith(_PNG) and data[12:16] == b"IHDR" and data.endswith(_PNG_END):
        width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
        return ("image/png", width, height) if width and height else None
    if data.startswith(_JPEG) and data.endswith(_JPEG_END):
        height, width = _frame_of_jpeg(data)
        return ("image/jpeg", width, height) if width and height else None
    return None


def _frame_of_jpeg(data: bytes) -> tuple[int, int]:
    """Height and width out of a JPEG's frame header (ITU-T T.81, B.2.2); zeros without one."""
    at = 2
    for _ in range(MOST_SEGMENTS):
        if at + 9 > len(data) or data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xFF:  # fills the space before a marker
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = data[at + 5 : at + 7], data[at + 7 : at + 9]
            return int.from_bytes(height, "big"), int.from_bytes(width, "big")
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA or length < 2:  # the pixels begin
            break
        at += 2 + length
    return 0, 0
