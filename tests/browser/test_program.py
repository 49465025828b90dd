"""The page's own program: where it comes from, and how long a browser keeps it."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from chat.languages.language import CODES, ENGLISH
from chat.settings import PROJECT
from chat.ui import browser_words, program
from chat.words import text
from tests.browser.chat_page import ChatPage, in_program, opened, visitor, wait_until
from tests.browser.keeping import again, chats, expect_kept
from tests.fakes.service import ScriptedService, answering
from tests.running import running_app

WORDS = [browser_words.name(code) for code in CODES]
FILES = sorted([*(file.name for file in (PROJECT / "static").iterdir()), *WORDS])
AS_THEY_STAND = sorted([program.STYLE, *program.ALONE])
# All others are a part of these, or words of another language.
LOADED = sorted([program.PROGRAM, browser_words.name(ENGLISH), *AS_THEY_STAND])
TYPES = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json",
}
FOR_GOOD = "public, max-age=31536000, immutable"


def asked(address: str, method: str = "GET", **headers: str) -> tuple[int, Message, bytes]:
    """What a server answers: its status, its headers and the body."""
    request = urllib.request.Request(address, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_served_to_be_kept_for_good(demo_app: str, name: str) -> None:
    kind = TYPES[name.rpartition(".")[2]]
    address = f"{demo_app}/{program.path(name)}"
    status, headers, body = asked(address)
    assert status == 200
    if name in AS_THEY_STAND:
        assert body == (PROJECT / "static" / name).read_bytes()
    assert headers["Cache-Control"] == FOR_GOOD
    assert headers["Content-Type"] == kind
    assert headers["X-Content-Type-Options"] == "nosniff"
    status, headers, nothing = asked(address, "HEAD")
    assert (status, headers["Content-Length"], nothing) == (200, str(len(body)), b"")


def test_a_large_file_is_compressed(demo_app: str) -> None:
    _, headers, body = asked(
        f"{demo_app}/{program.path(program.PROGRAM)}", **{"Accept-Encoding": "gzip"}
    )
    assert headers["Content-Encoding"] == "gzip"
    assert len(body) < 80_000


@pytest.mark.parametrize(
    "name",
    [
        "other.js",
        "",
        ".",
        "..%2fstreamlit_app.py",
        "..%2f..%2fREADME.md",
        "%2fetc%2fpasswd",
        "a/page.js",
    ],
)
def test_nothing_else_is_served(demo_app: str, name: str) -> None:
    folder = program.path("")
    status, _, body = asked(f"{demo_app}/{folder}{name}")
    # Streamlit gives its own page for whatever it does not know.
    assert status in (400, 404) or b"<title>Streamlit</title>" in body


def test_a_page_of_another_version_gets_what_is_there_and_does_not_keep_it(demo_app: str) -> None:
    status, headers, body = asked(f"{demo_app}/program/0123456789abcdef/page.js")
    assert (status, body) == asked(f"{demo_app}/{program.path(program.PROGRAM)}")[::2]
    assert headers["Cache-Control"] == "no-store"


def test_the_page_names_all_of_it_to_be_loaded_at_once_and_nothing_else_does(demo_app: str) -> None:
    _, headers, _ = asked(demo_app, Accept="text/html")
    assert re.findall(r"<([^>]+)>; rel=(\w+)", headers["Link"]) == [
        (program.path(program.PROGRAM), "modulepreload"),
        (program.path(program.STYLE), "preload"),
    ]
    _, headers, _ = asked(f"{demo_app}/_stcore/health")
    assert headers["Link"] is None


def test_a_browser_loads_it_once(chat: ChatPage) -> None:
    def sizes() -> dict[str, int]:
        found: dict[str, int] = chat.page.evaluate(
            """() => Object.fromEntries(performance.getEntriesByType("resource")
              .filter(({ name }) => name.includes("/program/"))
              .map(({ name, transferSize }) => [name.split("/").at(-1), transferSize]))"""
        )
        return found

    wait_until(chat, lambda: sorted(sizes()) == LOADED)
    chat = again(chat.page)
    expect(chats(chat)).to_be_visible()
    assert sizes() == dict.fromkeys(LOADED, 0)


def test_a_page_works_under_a_base_path(
    browser: Browser, service: ScriptedService, tmp_path: Path
) -> None:
    variables = {
        **service.reach,
        "STREAMLIT_SERVER_BASE_URL_PATH": "a/base",
    }
    with (
        running_app(tmp_path / "log", path="a/base", **variables) as address,
        visitor(browser, address) as chat,
    ):
        service.enqueue(answering("Under a path."))
        chat.ask("Where are you?")
        chat.expect_answer(1, "Under a path.")
        expect_kept(chat, "Under a path.")


def test_a_page_whose_program_could_not_be_loaded_tries_again(tab: Page, app: str) -> None:
    tab.route("**/program/**", lambda route: route.abort())
    chat = opened(tab, app)
    chat.ask("Q1")
    chat.expect_answer(1, "Answer 1.")
    chat.page.unroute("**/program/**")
    chat.ask("Q2")
    chat.expect_answer(2, "Answer 2.")
    expect_kept(chat, "Answer 2.")
    expect_kept(chat, "Answer 1.")


def test_a_page_stays_with_the_program_that_it_has(tab: Page, app: str) -> None:
    # As after a break, before a server of another version.
    other = "program/another/page.js"
    tab.add_init_script(f"""addEventListener("DOMContentLoaded", () => {{
      document.body.dataset.program = "{other}";
    }})""")
    chat = opened(tab, app)
    chat.ask("Q1")
    chat.expect_answer(1, "Answer 1.")
    expect_kept(chat, "Answer 1.")
    assert chat.page.evaluate("document.body.dataset.program") == other
    assert chat.page.evaluate(in_program("() => store.isStarted"))


ANSWER = """Here is $x^2$.

```python
print("hi")
```

| a | b |
| - | - |
| 1 | 2 |
"""


def test_nothing_that_the_page_does_is_against_its_policy(
    tab: Page, app: str, service: ScriptedService
) -> None:
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    chat = opened(tab, app)
    service.enqueue(answering(ANSWER))
    chat.ask("Q1")
    expect(chat.answer(1).locator(".katex").first).to_be_visible()
    expect(chat.answer(1).locator("table")).to_be_visible()
    expect(chat.answer(1).get_by_test_id("stCode").locator("span").first).to_be_visible()
    chat.open_more()
    with chat.page.expect_download():
        chat.sidebar.get_by_role("button", name=text.DOWNLOAD_JSON).click()
    for opener in (text.WHAT_WILL_BE_SENT, text.INSPECT):
        chat.sidebar.get_by_role("button", name=opener).click()
        expect(chat.page.get_by_role("dialog")).to_be_visible()
        chat.page.keyboard.press("Escape")
        expect(chat.page.get_by_role("dialog")).to_have_count(0)
    chat.remember(5)
    assert [words for words in said if "Content Security Policy" in words] == []


def test_a_script_that_somebody_puts_into_the_page_does_not_run(chat: ChatPage) -> None:
    chat.page.evaluate("""() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'gone'";
      document.body.append(script);
      const wicked = `<p id="wicked" onclick="document.title = 'gone'"></p>`;
      document.body.insertAdjacentHTML("beforeend", wicked);
      document.getElementById("wicked").click();
    }""")
    expect(chat.page).to_have_title("Chat")
