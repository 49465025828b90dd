"""`python -m chat.doctor` against a real service on loopback, and whatever may be in its place."""

from __future__ import annotations

import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from urllib.parse import quote

import pytest

from chat.doctor import guards, packages
from chat.doctor.__main__ import CLEARED, main
from chat.doctor.examination import Patience
from chat.doctor.finding import Mark, well, within, wrong
from chat.doctor.service import QUESTION
from chat.ledger.ledger import FILE
from chat.login import Login, Provider
from chat.settings import PROJECT, SECRETS, Settings, variables
from chat.tokens import ranks
from tests.fakes import service as fake
from tests.fakes.service import KEY, PATIENCE, Reply, ScriptedService, answering, chunk, failing
from tests.running import free_port

SHORT = Patience(disk=10, network=10, answer=4)
STREAMLIT = "✓ Streamlit 1.67.0 is installed, as the page needs it."
WELL = "The app can start."
ONE = "1 thing has to be mended."

Asked = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the doctor reads of an app."""
    for name in ("requirements.txt", "README.md"):
        shutil.copy(PROJECT / name, tmp_path)
    return tmp_path


@pytest.fixture
def asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Asked:
    """Ask the doctor, with these settings and no others: the exit code, and the lines."""
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("LC_ALL", "C")
    for name in variables():
        monkeypatch.delenv(name, raising=False)

    def ask(**settings: str) -> tuple[int, list[str]]:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        code = main([], folder=folder, patience=SHORT)
        said = capsys.readouterr()
        assert said.err == ""
        return code, said.out.splitlines()

    return ask


def test_without_a_key_the_demo_can_start(asked: Asked) -> None:
    assert asked() == (
        0,
        [
            STREAMLIT,
            "✓ No setting is set, so all are as they come.",
            "! OPENAI_API_KEY is not set, so the demo answers. A local service that needs no key "
            "takes any word as one.",
            WELL,
        ],
    )


def test_where_all_is_well_each_thing_has_its_line(
    asked: Asked, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranks.provide("o200k_base", folder / "ranks")
    monkeypatch.setenv(ranks.CACHE_VARIABLE, str(folder / "ranks"))
    data = folder / "data"
    with ScriptedService(["gpt-4o", "another"]) as service:
        service.enqueue(Reply(steps=[chunk("O"), fake.stall]))
        code, lines = asked(
            **{**service.reach, "CHAT_MODEL": "gpt-4o"},
            CHAT_DATA=str(data),
            CHAT_DAILY_TOKENS="5000",
        )
        request = service.wait_for(1)
        assert request.left.wait(PATIENCE)  # at its first word the answer is cut
    seconds = lines[-2].rpartition(" after ")[2]
    host = service.base_url.removeprefix("http://").removesuffix("/v1")
    shown = str(data) if len(str(data)) <= 60 else "set"
    assert lines == [
        STREAMLIT,
        "✓ 5 settings are set and can be used:",
        "    CHAT_DAILY_TOKENS  5000",
        f"    CHAT_DATA          {shown}",
        "    CHAT_MODEL         gpt-4o",
        "    OPENAI_API_KEY     set",
        f"    OPENAI_BASE_URL    {service.base_url}",
        "✓ CHAT_DATA can be used.",
        "✓ Tokens are counted exactly, as gpt-4o does (o200k_base).",
        f"✓ {host} is reached.",
        "✓ The service lists 2 models, and all that you set are there.",
        f"✓ The key is accepted, and gpt-4o answers: its first word came after {seconds}",
        WELL,
    ]
    assert code == 0
    assert request.messages == [{"role": "user", "content": QUESTION}]
    assert (data / FILE).exists()


def test_a_port_where_nothing_listens_is_told_once(asked: Asked) -> None:
    port = free_port()
    code, lines = asked(OPENAI_API_KEY=KEY, OPENAI_BASE_URL=f"http://127.0.0.1:{port}/v1")
    said = f"✗ Nothing listens at 127.0.0.1:{port}. Start the service, or check OPENAI_BASE_URL."
    assert (code, lines[-2:]) == (1, [said, ONE])


def test_a_name_that_nobody_has_is_told(asked: Asked) -> None:
    _, lines = asked(OPENAI_API_KEY=KEY, OPENAI_BASE_URL="http://nobody.invalid/v1")
    assert lines[-2].startswith("✗ nobody.invalid:80 is not found. Check OPENAI_BASE_URL")


def test_a_port_that_speaks_no_tls_is_told(asked: Asked, service: ScriptedService) -> None:
    address = service.base_url.replace("http://", "https://")
    _, lines = asked(OPENAI_API_KEY=KEY, OPENAI_BASE_URL=address)
    assert lines[-2].endswith("does not speak TLS. OPENAI_BASE_URL may have to begin with http://.")


def test_a_proxy_on_the_way_is_told(
    asked: Asked, service: ScriptedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", service.base_url.removesuffix("/v1"))
    code, lines = asked(OPENAI_API_KEY=KEY, OPENAI_BASE_URL="http://nobody.invalid/v1")
    assert "! A proxy leads to nobody.invalid:80, so only the service itself" in "\n".join(lines)
    assert (code, lines[-1]) == (0, WELL)  # the proxy is the service


def test_a_key_that_is_refused_is_told_with_the_services_words_and_without_the_key(
    asked: Asked, service: ScriptedService
) -> None:
    error = {"message": f"Incorrect API key provided: {KEY}.", "code": "invalid_api_key"}
    service.enqueue(failing(401, error))
    code, lines = asked(**service.reach)
    assert (code, lines[-3:]) == (
        1,
        [
            "✗ The service does not accept the key. Check OPENAI_API_KEY.",
            "    Incorrect API key provided: [key].",
            ONE,
        ],
    )


def test_a_model_that_is_missing_is_told_with_those_that_are_like_it(asked: Asked) -> None:
    with ScriptedService(["gpt-5.6-luna", "llama3.2"]) as service:
        error = {"message": "The model does not exist.", "code": "model_not_found"}
        service.enqueue(failing(404, error))
        code, lines = asked(**{**service.reach, "CHAT_MODEL": "gpt-5.6-lune"})
    assert (code, lines[-4:]) == (
        1,
        [
            "! The service does not list gpt-5.6-lune. Check CHAT_MODEL, CHAT_MODELS and "
            "CHAT_TRANSCRIPTION_MODEL. It lists gpt-5.6-luna.",
            "✗ The service does not know this model. Check CHAT_MODEL and CHAT_MODELS.",
            "    The model does not exist.",
            ONE,
        ],
    )


def test_a_service_without_a_list_may_answer_all_the_same(
    asked: Asked, service: ScriptedService
) -> None:
    code, lines = asked(**service.reach)
    assert lines[-3].startswith("! The service gives no list of its models")
    assert lines[-2].startswith("✓ The key is accepted, and scripted answers")
    assert code == 0


def test_a_service_that_is_silent_is_given_up(asked: Asked, service: ScriptedService) -> None:
    service.enqueue(Reply(steps=[fake.stall]))
    began = time.monotonic()
    code, lines = asked(**service.reach)
    assert time.monotonic() - began < SHORT.answer + 5
    assert (code, lines[-1]) == (1, ONE)
    assert lines[-2].startswith("✗ No word of scripted came within 4 seconds.")


def test_an_answer_with_nothing_in_it_is_told(asked: Asked, service: ScriptedService) -> None:
    service.enqueue(answering())
    _, lines = asked(**service.reach)
    assert lines[-2].startswith("✗ The service sent an answer with nothing in it.")


def test_a_look_that_takes_too_long_is_given_up() -> None:
    forever = Event()
    given_up = wrong("Given up.")
    assert within(0.1, lambda: [well(str(forever.wait()))], given_up) == [given_up]
    forever.set()


def test_a_folder_where_nothing_can_be_written_is_told(asked: Asked, folder: Path) -> None:
    (folder / "file").touch()  # root may write into any folder, but nobody into a file's
    code, lines = asked(CHAT_DATA=str(folder / "file" / "data"))
    told = [line for line in lines if line.startswith("✗")]
    assert (code, told) == (
        1,
        [f"✗ CHAT_DATA is {folder / 'file' / 'data'}, where nothing can be written."],
    )


def test_a_redis_server_that_is_away_is_told_without_its_password(asked: Asked) -> None:
    password = "correct horse battery"
    url = f"redis://:{quote(password)}@127.0.0.1:{free_port()}/0"
    code, lines = asked(CHAT_REDIS_URL=url)
    assert code == 1
    assert "    CHAT_REDIS_URL  set" in lines
    (told,) = [line for line in lines if line.startswith("✗")]
    assert told.startswith("✗ CHAT_REDIS_URL cannot be used, so nothing would be asked")
    assert not [line for line in lines if "horse" in line]


def test_a_setting_that_cannot_be_used_is_told_and_ends_it(asked: Asked) -> None:
    said = "✗ CHAT_ROUNDS is '99', but must be a whole number from 0 to 20."
    assert asked(CHAT_ROUNDS="99") == (1, [STREAMLIT, said, ONE])


def test_what_may_be_a_slip_is_told(asked: Asked) -> None:
    _, lines = asked(
        CHAT_MODLE="gpt-4o",
        CHAT_XYZ="1",
        OPENAI_API_KEY=KEY,
        OPENAI_BASE_URL="http://127.0.0.1:1/v1",
    )
    assert "! There is no setting CHAT_MODLE. Did you mean CHAT_MODEL?" in lines
    assert "! There is no setting CHAT_XYZ." in lines
    assert [
        line for line in lines if line.startswith("! Whoever finds the app may spend your key.")
    ]


def test_a_budget_that_is_forgotten_at_a_restart_is_told(
    asked: Asked, service: ScriptedService
) -> None:
    _, lines = asked(**service.reach, CHAT_DAILY_TOKENS="5000")
    assert [line for line in lines if line.startswith("! What was spent today is forgotten")]


def test_settings_come_from_the_places_where_the_page_finds_them(
    asked: Asked, folder: Path
) -> None:
    (folder / ".streamlit").mkdir()
    secrets = folder / ".streamlit" / "secrets.toml"
    secrets.write_text('CHAT_TITLE = "From secrets"\nCHAT_ROUNDS = 5\n')
    (folder / ".env").write_text("CHAT_TITLE=From .env\n")
    _, lines = asked()
    assert lines[1:4] == [
        "✓ 2 settings are set and can be used:",
        "    CHAT_ROUNDS  5",
        "    CHAT_TITLE   From .env",
    ]
    secrets.write_text("no TOML")
    assert asked()[1][1] == "✗ secrets.toml cannot be read: it is no valid TOML."


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_no_part_of_a_secret_is_shown_wherever_it_was_put(
    asked: Asked, service: ScriptedService, name: str
) -> None:
    # One that no rule would take for a key, said again in another variable and by the service.
    secret = "Ab.Cd,Ef:Gh.Ij"
    value = f"redis://:{secret}@127.0.0.1:{free_port()}/0" if name == "CHAT_REDIS_URL" else secret
    service.enqueue(failing(401, {"message": f"Bad key {secret}"}))
    _, lines = asked(
        **{**service.reach, "CHAT_TITLE": f"Chat {value}", "CHAT_MODEL": f"m-{secret}", name: value}
    )
    parts = [secret[start : start + 8] for start in range(len(secret) - 7)]
    assert not [line for line in lines if any(part in line for part in parts)]


def test_packages_that_differ_from_what_the_app_needs_are_told(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("streamlit==1.0.0\nopenai>=3\nno-such-package>=1\n")
    (tmp_path / "README.md").write_text('---\nsdk_version: "1.1.0"\n---\n')
    found = packages.look(tmp_path)
    assert [finding.mark for finding in found] == [Mark.WRONG] * 3
    assert [finding.sentence for finding in found] == [
        f"Streamlit 1.67.0 is installed, but the page needs 1.0.0. Run: {packages.INSTALL}",
        "requirements.txt must pin streamlit to the sdk_version of README.md.",
        f"The package no-such-package is missing. Run: {packages.INSTALL}",
    ]


def test_streamlit_with_what_signs_people_in_is_the_same_streamlit(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("streamlit[auth]==1.67.0\n")
    assert [finding.mark for finding in packages.look(tmp_path)] == [Mark.WELL]


def test_the_package_with_which_people_sign_in_is_looked_for_where_they_can() -> None:
    provider = Provider(client_id="chat", client_secret="s", metadata="https://example.org")
    settings = Settings(login=Login(provider=provider))
    versions = {"streamlit": "1.67.0"}
    assert guards.look(settings, {}, versions.get) == [
        wrong("CHAT_LOGIN needs the package Authlib. Run: pip install 'streamlit[auth]==1.67.0'")
    ]
    (demo,) = guards.look(settings, {}, {**versions, "Authlib": "1.9"}.get)
    assert demo.mark is Mark.NOTE


def test_a_provider_with_which_nobody_can_sign_in_is_told(asked: Asked) -> None:
    host = f"127.0.0.1:{free_port()}"
    code, lines = asked(
        CHAT_LOGIN_CLIENT_ID="chat",
        CHAT_LOGIN_CLIENT_SECRET="a-secret-of-ours",
        CHAT_LOGIN_METADATA=f"http://{host}",
        CHAT_LOGIN_ADDRESS="https://chat.example.org",
    )
    assert code == 1
    assert [line for line in lines if line.startswith(f"✗ {host} does not answer, so nobody can")]


def test_a_key_behind_a_sign_in_is_guarded(asked: Asked, service: ScriptedService) -> None:
    assert any("may spend your key" in line for line in asked(**service.reach)[1])
    _, lines = asked(**service.reach, CHAT_LOGIN="required")
    assert [line for line in lines if line.startswith("✗ CHAT_LOGIN ")]  # nobody could come in
    headers = {"STREAMLIT_SERVER_TRUSTED_USER_HEADERS": '{"X-User": "preferred_username"}'}
    code, lines = asked(**service.reach, CHAT_LOGIN="required", **headers)
    assert code == 0
    assert not [line for line in lines if "may spend your key" in line]


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of something that takes connections, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"


def test_in_a_terminal_one_sees_what_is_looked_at_and_may_leave(silent: str) -> None:
    ours, theirs = pty.openpty()
    environment = {
        **os.environ,
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": silent,
        "CHAT_LANGUAGE": "en",
    }
    command = [sys.executable, "-m", "chat.doctor"]
    # Tests that a shell runs in the background ignore it, and so would what they start.
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=PROJECT
    )
    signal.signal(signal.SIGINT, before)
    os.close(theirs)
    shown = b""
    try:
        while "… Asking for the list of models" not in shown.decode(errors="ignore"):
            shown += os.read(ours, 1_000)
        assert f"{CLEARED}✓ 127.0.0.1:" in shown.decode()
        assert KEY not in shown.decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
    finally:
        process.kill()
        process.wait()
        os.close(ours)
