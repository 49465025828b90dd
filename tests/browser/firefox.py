"""The machine's own Firefox, and the page in it as a person uses it.

Playwright's Firefox is one of its own, which no registry of packages has, and what Playwright
(1.65) asks of Debian's over WebDriver BiDi is more than that one knows (ESR 153: no
`emulation.setMediaFeaturesOverride`). So it is driven by Mozilla's own `marionette-driver`, from
PyPI: it speaks the protocol that is built into every Firefox, and wants no geckodriver, which
neither Debian nor PyPI has from Mozilla.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from marionette_driver import By, Keys, Wait
from marionette_driver.errors import NoSuchElementException, StaleElementException
from marionette_driver.marionette import Marionette

from tests.running import free_port

NAMES = ("firefox-esr", "firefox")
PATIENCE = 20.0  # seconds that a slow machine may take to show what is expected
INPUT = '[data-testid="stChatInputTextArea"]'
MESSAGE = '[data-testid="stChatMessage"]'
LIVE = ".live"  # stands beneath an answer while it is written


def executable() -> str | None:
    """Where Firefox is; None where it is not installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def launched() -> Iterator[Marionette]:
    """A running Firefox, with a profile of its own."""
    marionette = Marionette(bin=executable(), port=free_port(), headless=True, gecko_log="-")
    marionette.start_session()
    try:
        yield marionette
    finally:
        marionette.quit()
        marionette.cleanup()


class FirefoxPage:
    """One tab. Everything waits for what it needs; elements are known by their selectors."""

    def __init__(self, marionette: Marionette, address: str) -> None:
        self.marionette = marionette
        self.address = address
        self.tab = marionette.open(type="tab", focus=True)["handle"]
        self.load()

    def load(self, asked: str = "") -> None:
        """Load the page, for the first time or once more; what is asked for ends its address."""
        self.turn_to()
        self.marionette.navigate(f"{self.address}{asked}")
        self.expect(lambda: self.has(f"{INPUT}:enabled"))
        self.expect(lambda: self.has('[data-test-script-state="notRunning"]'))

    def turn_to(self) -> None:
        """Show this tab."""
        self.marionette.switch_to_window(self.tab, focus=True)

    def ask(self, question: str) -> None:
        """Type a question and press Enter."""
        self.turn_to()
        self.type(question + Keys.ENTER)

    def type(self, text: str) -> None:
        """Type into the input, where the cursor is put behind what stands there."""
        self.marionette.find_element(By.CSS_SELECTOR, INPUT).send_keys(text)

    def typed(self) -> str:
        """What the input has."""
        return cast(str, self.run(f"return document.querySelector('{INPUT}').value"))

    def click(self, selector: str, name: str = "") -> None:
        """Click what can be clicked there, by what it says."""

        def is_clicked() -> bool:
            found = self.marionette.find_elements(By.CSS_SELECTOR, selector)
            named = [element for element in found if name in element.text]
            if named:
                named[0].click()
            return bool(named)

        self.expect(is_clicked)

    def run(self, script: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever it returns
        """What a script returns, by the rights of the page itself."""
        return self.marionette.execute_script(script, script_args=arguments, sandbox=None)

    def has(self, selector: str) -> bool:
        """Whether there is such an element."""
        return bool(self.run("return !!document.querySelector(arguments[0])", selector))

    def says(self, words: str, selector: str = "body") -> bool:
        """Whether these words stand there, where they are seen."""
        found = "document.querySelector(arguments[1])?.innerText ?? ''"
        return bool(self.run(f"return ({found}).includes(arguments[0])", words, selector))

    def messages(self) -> list[str]:
        """What the messages say, with what can be done with them."""
        found = f"[...document.querySelectorAll('{MESSAGE}')].map((message) => message.innerText)"
        return cast(list[str], self.run(f"return {found}"))

    def expect(self, comes_true: Callable[[], bool]) -> None:
        """Wait until something is so."""
        passing = (NoSuchElementException, StaleElementException)
        Wait(self.marionette, PATIENCE, 0.05, passing).until(lambda _: comes_true())

    def expect_said(self, *words: str) -> None:
        """Wait until there are so many messages, with these words in them."""

        def are_there() -> bool:
            said = self.messages()
            return len(said) == len(words) and all(map(str.__contains__, said, words))

        self.turn_to()
        self.expect(are_there)

    def expect_free(self) -> None:
        """Wait until nothing is being answered."""
        self.expect(lambda: not self.has(LIVE) and self.has(f"{INPUT}:enabled"))
