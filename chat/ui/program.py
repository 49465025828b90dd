"""The page's own program and style, in `static/`: served under the hash of all its files.

So a browser loads them once and keeps them for good, until one of them is another. The program's
modules are one file on the way. Each has its own address, too, for a look into the page at work.
"""

from __future__ import annotations

import hashlib
import html
from datetime import timedelta
from pathlib import PurePath
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat.languages.language import spoken
from chat.settings import PROJECT
from chat.ui import browser_words, notes, speech
from chat.ui.bundle import bundle, part
from chat.words import text

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
}
_STATIC = {
    file.name: file.read_text(encoding="utf-8")
    for file in sorted((PROJECT / "static").iterdir())
    if file.suffix in _TYPES
}
PROGRAM, STYLE = "page.js", "style.css"
# Which no other file asks for: they run before all else, as no module does.
FRAGMENT, TOO_OLD = ALONE = "fragment.js", "too_old.js"
_MODULES = {
    name.removesuffix(".js"): content
    for name, content in _STATIC.items()
    if name.endswith(".js") and name not in ALONE
}
_FILES = {
    **_STATIC,
    **{f"{name}.js": part(name, content, PROGRAM) for name, content in _MODULES.items()},
    PROGRAM: bundle(_MODULES, PROGRAM.removesuffix(".js")),
    **browser_words.files(),
}
_HASH = hashlib.sha256(
    b"".join(hashlib.sha256(word.encode()).digest() for file in _FILES.items() for word in file)
).hexdigest()[:16]
_FOR_GOOD = "public, max-age=31536000, immutable"

# A page stays with the program that it has loaded, also before a server of another version: two of
# them would do everything twice. A load that failed is tried again with the next drawing.
_LOADER = """
export default (mounted) => {
  const { dataset } = document.body;
  dataset.program ??= "{path}";
  import(new URL(dataset.program, document.baseURI)).then(
    (program) => program.{mount}?.(mounted),
    () => delete dataset.program,
  );
};
"""


def path(name: str) -> str:
    """Where one of the files is, relative to the page's address."""
    return f"program/{_HASH}/{name}"


def component(mount: str) -> Any:  # noqa: ANN401 - Streamlit's own type is private (1.67)
    """A component whose place on the page is handed to this function of page.js."""
    loader = _LOADER.replace("{path}", path(PROGRAM)).replace("{mount}", mount)
    return st.components.v2.component(mount, js=loader, isolate_styles=False)


_mount = component("page")


def words() -> dict[str, str]:
    """Of a component's data: where its words are, in whose place the browser puts them."""
    return {"words": path(browser_words.name(spoken().code))}


def start(person: str) -> None:
    """Have the browser load the program, which shows nothing by itself.

    It tells the chats of one `person` from those of another, and of strangers, whose name is empty.
    """
    with st.container(key="program"):
        st.html(notes.note("person", person) + speech.note())
        _mount(key="program_mount", data=words())
    _have_it_drawn_after_a_break()


@st.fragment(run_every=timedelta(days=20))  # the longest that a browser counts are 24
def _have_it_drawn_after_a_break() -> None:
    """Have the browser ask for the page when its connection has come back.

    Streamlit (1.67) does so where a part of the page is drawn again by the clock. An idle page
    without one asks for nothing, whatever server it is now before, and the first click there is
    dropped: what was pressed is not known yet, and a fragment that was never drawn does not run.
    """


def style() -> str:
    """HTML that has the page load the style, and the words beside its program (head.py)."""
    said = words()["words"]
    preload = f'<link rel="preload" as="fetch" crossorigin href="{said}">'
    return f'<link rel="stylesheet" href="{path(STYLE)}">{preload}'


def link() -> str:
    """A `Link` header, with which a browser loads all of it beside Streamlit's own program."""
    return f"<{path(PROGRAM)}>; rel=modulepreload, <{path(STYLE)}>; rel=preload; as=style"


def first_script() -> str:
    """HTML that takes a chat off the page's address, before Streamlit's own program runs."""
    return f'<script src="{path(FRAGMENT)}"></script>'


def word_to_old_browsers() -> str:
    """HTML with one sentence, which is seen where Streamlit's own program cannot run."""
    return (
        f'<p id="too-old" lang="{spoken().code}" dir="{spoken().direction}" hidden'
        ' style="font: 1.125rem/1.5 sans-serif; max-width: 40rem; margin: 20vh auto;'
        f' padding: 0 1rem">{html.escape(text.TOO_OLD)}</p><script src="{path(TOO_OLD)}"></script>'
    )


def route() -> Route:
    """What serves the files. Streamlit (1.67) puts no app's routes under `server.baseUrlPath`.

    So they are served under any. Where servers of two versions share an address, a page that one of
    them has drawn may ask the other for the program. It gets the one that is there, to use and not
    to keep: what differs between two versions is little, and a page without its program keeps no
    chats.
    """
    return Route("/{base:path}program/{version}/{name}", _serve)


async def _serve(request: Request) -> Response:
    name = request.path_params["name"]
    content = _FILES.get(name)
    if content is None:
        return Response(status_code=404)
    is_this = request.path_params["version"] == _HASH
    headers = {"Cache-Control": _FOR_GOOD if is_this else "no-store"}
    return Response(content, headers=headers, media_type=_TYPES[PurePath(name).suffix])
