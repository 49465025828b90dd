"""About how many tokens a picture is, before the service says it.

Sources: OpenAI's guide to images (November 2026), in two families. *Tiles*: the picture is fitted
into 2,048 pixels square, its shorter side to 768, and each 512 pixels square cost so many tokens on
top of a base. *Patches*: 32 pixels square cost one token each, 2,500 at most, times a factor that
the sources give as 1.0 to 1.2. What other services do is near the second.
"""

from __future__ import annotations

from base64 import b64decode
from math import ceil

from chat import models
from chat.files.pictures import read_header

FIT = 2_048  # pixels of the longer side
SHORTER, TILE, PATCH = 768, 512, 32  # pixels
MOST_PATCHES, PATCH_FACTOR = 2_500, 1.2
UNKNOWN = (1_568, 1_568)  # pixels of a picture that does not say its size


def tokens(url: str, model: str) -> int:
    """About how many tokens the picture in a data: URL is for a model."""
    width, height = size(url)
    scale = min(1.0, FIT / max(width, height))
    tiles = models.find(model).picture_tiles
    if tiles is None:
        patches = ceil(width * scale / PATCH) * ceil(height * scale / PATCH)
        return ceil(min(patches, MOST_PATCHES) * PATCH_FACTOR)
    base, each = tiles
    scale = min(scale, SHORTER / min(width, height))
    return base + each * ceil(width * scale / TILE) * ceil(height * scale / TILE)


def size(url: str) -> tuple[int, int]:
    """The width and the height of the picture in a data: URL, in pixels."""
    try:
        header = read_header(b64decode(url.partition(",")[2]))
    except ValueError:  # it is no base64
        header = None
    return UNKNOWN if header is None else header[1:]
