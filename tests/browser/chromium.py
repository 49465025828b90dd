"""The machine's own Chromium: the one that Playwright would download is not needed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# What Chromium would fetch by itself, and what a container does not allow it.
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
    "--use-fake-device-for-media-stream",  # a microphone that beeps, for who is allowed one
    # Playwright's own list but for ThirdPartyStoragePartitioning: without that, a frame of another
    # site has no storage at all, which no browser of a visitor does.
    "--disable-features=AimEnabled,AvoidUnnecessaryBeforeUnloadCheckSync,"
    "DestroyProfileOnBrowserClose,HttpsFirstBalancedModeAutoEnable,HttpsUpgrades,LensOverlay,"
    "MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,PaintHolding,PreconnectToSearch,"
    # The lists beneath the address, which a process of their own would draw for each window: a
    # fifth of what a page costs (156).
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup",
]


def executable() -> str | None:
    """Where Chromium is; None where it is not installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """A running Chromium."""
    browser = playwright.chromium.launch(executable_path=executable(), args=QUIET)
    yield browser
    browser.close()
