"""Where signing in does not work, the app is told."""

from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from chat.access.signing_in import CALLBACK, FAILED, LOGIN, SigningIn


def asked(path: str, answer: Response) -> tuple[int, str]:
    """What a visitor gets where Streamlit answers so: a status, and where it leads."""

    async def streamlit(scope: Scope, receive: Receive, send: Send) -> None:
        assert Request(scope).url.path in path
        await answer(scope, receive, send)

    client = TestClient(SigningIn(streamlit), follow_redirects=False)
    got = client.get(path)
    return got.status_code, got.headers.get("location", "")


def signed_in() -> Response:
    """Streamlit's answer where somebody has signed in."""
    answer = RedirectResponse("/", 302)
    answer.set_cookie("_streamlit_user", "signed", max_age=5)
    return answer


def signed_out() -> Response:
    """Streamlit's answer where that has failed, or ended."""
    answer = RedirectResponse("/", 302)
    answer.delete_cookie("_streamlit_user")
    return answer


@pytest.mark.parametrize("base", ["", "/chat"], ids=["alone", "below"])
def test_what_fails_leads_back_to_the_app(base: str) -> None:
    back = (302, f"{base}/?{FAILED}=1")
    error = PlainTextResponse("Authentication error", 400)
    assert asked(f"{base}{LOGIN}?provider=token", error) == back
    assert asked(f"{base}{CALLBACK}?error=access_denied&state=s", signed_out()) == back
    assert asked(f"{base}{CALLBACK}?code=c&state=s", signed_out()) == back
    assert asked(f"{base}{CALLBACK}?code=c&state=s", RedirectResponse("/", 302)) == back


@pytest.mark.parametrize("strokes", ["//", "///"], ids=["two", "three"])
def test_what_fails_leads_to_no_other_host(strokes: str) -> None:
    link = f"https://chat.example{strokes}evil.example"
    error = PlainTextResponse("Authentication error", 400)
    for path in (f"{CALLBACK}?code=c", LOGIN):
        assert asked(link + path, error) == (302, f"/evil.example/?{FAILED}=1")


def test_what_works_is_left_alone() -> None:
    provider = "https://id.example/auth"
    assert asked(f"{LOGIN}?provider=token", RedirectResponse(provider, 302)) == (302, provider)
    assert asked(f"{CALLBACK}?code=c&state=s", signed_in()) == (302, "/")
    assert asked(CALLBACK, RedirectResponse("/", 302)) == (302, "/")  # after signing out
    assert asked("/", PlainTextResponse("Not found", 404)) == (404, "")
