"""Pictures for tests, as cameras and people make them."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

RED, WHITE = (200, 30, 30), (255, 255, 255)
_ORIENTATION, _GPS = 0x0112, 0x8825
_TURNED = 6  # the camera was held upright


def photo(width: int = 1_200, height: int = 800) -> bytes:
    """A JPEG from a camera that was turned, with the place where it was taken; its top is red."""
    # Turned clockwise to be seen upright, its left edge becomes the top.
    image = Image.new("RGB", (width, height), WHITE)
    image.paste(RED, (0, 0, width // 10, height))
    exif = Image.Exif()
    exif[_ORIENTATION] = _TURNED
    exif[_GPS] = {1: "N", 2: (52.0, 31.0, 12.0)}
    file = BytesIO()
    image.save(file, "JPEG", exif=exif, quality=95)
    return file.getvalue()


def detailed(grain: int = 4) -> bytes:
    """A picture with much in it: in good quality, half a megabyte, and more with a finer grain."""
    file = BytesIO()
    image = Image.effect_noise((1_568 // grain, 1_176 // grain), 60).resize((1_568, 1_176))
    image.convert("RGB").save(file, "JPEG", quality=95)
    return file.getvalue()


def see_through(kind: str = "PNG") -> bytes:
    """A picture of which nothing is seen but its background."""
    file = BytesIO()
    Image.new("RGBA", (64, 48), (0, 0, 0, 0)).save(file, kind)
    return file.getvalue()


def moving() -> bytes:
    """A GIF whose first frame is red and whose second is white."""
    file = BytesIO()
    first, second = (Image.new("RGB", (40, 30), colour) for colour in (RED, WHITE))
    first.save(file, "GIF", save_all=True, append_images=[second], duration=100, loop=0)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    """A picture that was sent, to look at."""
    return Image.open(BytesIO(data))


def is_red(image: Image.Image, x: int, y: int) -> bool:
    """Whether a point is red, as far as a JPEG keeps colours."""
    red, green, blue = image.convert("RGB").getpixel((x, y))  # type: ignore[misc]
    return red > 150 and green < 100 and blue < 100
