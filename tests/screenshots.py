"""`python -m tests.screenshots`: the README's two pictures, of the app as it runs here.

A visitor asks a scripted service, by day and by night. Each picture is an SVG file around a WebP
one: a text, as a Space takes no binary file by a push, which every browser draws in an `<img>`.
"""

from __future__ import annotations

import io
import sys
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from chat.settings import PROJECT
from tests.browser.chat_page import ChatPage, opened, tab_of, wait_for_storage
from tests.browser.chromium import launched
from tests.fakes.service import ScriptedService, answering
from tests.running import running_app

PICTURES = PROJECT / ".github" / "pictures"
WIDTH, HEIGHT = 1200, 990
SCALE = 2  # pixels of a sharp screen
QUALITY = 70  # of WebP: texts stay sharp, and the file below MOST
MOST = 200_000  # letters of a picture, which a reader of the README waits for

# Earlier chats, which stand in the list, and the one that is shown.
EARLIER = ("Plan a week of dinners without meat", "Rename many files by their date")
SAID = (
    (
        "Why is the sky blue? Two sentences.",
        "Air scatters short waves of light far more than long ones, by about $1/\\lambda^4$. "
        "So blue reaches your eye from everywhere, and red mostly straight from the sun.",
    ),
    (
        "And how long is its light under way to each planet?",
        "Light takes $t = d / c$, with $c \\approx 299{,}792$ km/s:\n\n"
        "| planet | distance | light is under way for |\n"
        "| --- | ---: | ---: |\n"
        "| Mercury | 58 million km | 3 min 13 s |\n"
        "| Earth | 150 million km | 8 min 19 s |\n"
        "| Jupiter | 778 million km | 43 min 16 s |\n"
        "| Neptune | 4,495 million km | 4 h 10 min |\n\n"
        "So the sun that you see is always **more than eight minutes old**.",
    ),
)


def main() -> int:
    """Make both pictures anew."""
    PICTURES.mkdir(exist_ok=True)
    with (
        TemporaryDirectory() as folder,
        ScriptedService(["gpt-5.6-luna", "gpt-5.6-terra"]) as service,
        running_app(
            Path(folder) / "app.log", **{**service.reach, "CHAT_MODEL": "gpt-5.6-luna"}
        ) as address,
        sync_playwright() as playwright,
        launched(playwright) as browser,
    ):
        for scheme in ("light", "dark"):
            file = PICTURES / f"{scheme}.svg"
            file.write_text(framed(taken(browser, address, service, scheme)), encoding="utf-8")
            print(file.relative_to(PROJECT), file.stat().st_size, flush=True)
            assert file.stat().st_size < MOST
    return 0


def taken(
    browser: Browser, address: str, service: ScriptedService, scheme: Literal["light", "dark"]
) -> bytes:
    """The page of a visitor who has asked, as a PNG file."""
    size = {"width": WIDTH, "height": HEIGHT}
    with tab_of(browser, viewport=size, device_scale_factor=SCALE, color_scheme=scheme) as tab:
        page = opened(tab, address)
        wait_for_storage(page)
        for question in EARLIER:
            _ask(page, service, [(question, "Gladly.")])
            page.button("New chat").click()
        _ask(page, service, SAID)
        tab.mouse.move(WIDTH - 1, 1)
        tab.wait_for_timeout(1_500)  # for what fades, and the formulas' fonts
        return tab.screenshot()


def _ask(page: ChatPage, service: ScriptedService, said: Sequence[tuple[str, str]]) -> None:
    for number, (question, answer) in enumerate(said, start=1):
        tokens = 40 + 160 * (number - 1), len(answer) // 4
        service.enqueue(answering(answer, tokens=tokens))
        page.ask(question)
        page.expect_answer(number, answer.split()[0])


def framed(png: bytes) -> str:
    """A picture as an SVG file that needs no other."""
    packed = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(packed, "WEBP", quality=QUALITY, method=6)
    data = b64encode(packed.getvalue()).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">\n'
        f'<image width="{WIDTH}" height="{HEIGHT}" href="data:image/webp;base64,{data}"/>\n'
        "</svg>\n"
    )


if __name__ == "__main__":
    sys.exit(main())
