"""`python -m chat.usage`: upon the same settings and the same store as the app."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from chat.languages.language import language, say
from chat.ledger.ledger import FILE
from chat.ledger.sqlite import SqliteStore
from chat.usage.__main__ import main
from chat.usage.export import NAMES, as_csv, as_json
from tests.running import free_port
from tests.usage.days import DANGEROUS, DAYS, TODAY, row

Captured = pytest.CaptureFixture[str]
NOW = TODAY * 86_400.0


@pytest.fixture
def dotenv(tmp_path: Path) -> Path:
    """The settings of an app that has counted something today, yesterday and a month ago."""
    clock = [NOW - 29 * 86_400]
    store = SqliteStore(tmp_path / FILE, clock=lambda: clock[0])
    store.count([row("long ago", "m")])
    for clock[0], (_, rows) in zip((NOW - 86_400, NOW), reversed(DAYS), strict=True):
        store.count(rows)
    file = tmp_path / ".env"
    file.write_text(f"CHAT_DATA={tmp_path}\n")
    return file


def now() -> float:
    return NOW


def said(capsys: Captured) -> str:
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def test_it_tells_of_today_and_of_the_last_days(dotenv: Path, capsys: Captured) -> None:
    assert main([], dotenv=dotenv, clock=now) == 0
    shown = said(capsys)
    today, month = shown.index("Today"), shown.index("The last 30 days")
    assert today < shown.index("192.0.2.1") < month < shown.index("long ago")
    assert main(["--days", "1"], dotenv=dotenv, clock=now) == 0
    assert "The last" not in said(capsys)
    assert main(["--days", "29"], dotenv=dotenv, clock=now) == 0
    assert "long ago" not in said(capsys)


def test_json_has_each_row_with_what_is_not_known_as_null(dotenv: Path, capsys: Captured) -> None:
    assert main(["--json"], dotenv=dotenv, clock=now) == 0
    rows = json.loads(said(capsys))
    assert [row["day"] for row in rows] == [*["2026-11-27"] * 3, "2026-11-26", "2026-10-29"]
    assert rows[1]["model"] == DANGEROUS or rows[0]["model"] == DANGEROUS
    unpriced = next(row for row in rows if row["model"] == DANGEROUS)
    assert (unpriced["cost_usd"], unpriced["requests_without_cost"]) == (None, 1)
    others = rows[3]
    assert (others["who"], others["model"], others["cost_usd"]) == (None, None, "5")
    assert as_json(DAYS).isascii()


def test_csv_is_no_formula_for_a_spreadsheet(dotenv: Path, capsys: Captured) -> None:
    assert main(["--csv"], dotenv=dotenv, clock=now) == 0
    rows = [*csv.DictReader(io.StringIO(said(capsys)))]
    assert {*rows[0]} == {*NAMES}
    assert len(rows) == 5
    (typed,) = [row["model"] for row in rows if "HYPERLINK" in row["model"]]
    assert typed.startswith("'=")
    assert "\x1b" not in typed
    for name in ("+1", "-1", "@a", " =1", "\t=1", "\uff1d1"):
        written = as_csv([(TODAY, [row(name, "m")])])
        assert next(csv.DictReader(io.StringIO(written)))["who"].startswith(("'", "\ufffd"))


def test_the_store_may_be_named_in_streamlits_secrets(dotenv: Path, capsys: Captured) -> None:
    folder = dotenv.parent / "app" / ".streamlit"
    folder.mkdir(parents=True)
    (folder / "secrets.toml").write_text(f"CHAT_DATA = {json.dumps(str(dotenv.parent))}\n")
    assert main([], dotenv=folder.parent / ".env", clock=now) == 0
    assert "192.0.2.1" in said(capsys)


def test_without_a_store_it_says_what_to_set(tmp_path: Path, capsys: Captured) -> None:
    assert main([], dotenv=tmp_path / "none") == 1
    assert capsys.readouterr().err == say("usage_in_memory") + "\n"


def test_before_anything_was_counted_there_is_nothing(tmp_path: Path, capsys: Captured) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(f"CHAT_DATA={tmp_path / 'data'}\n")
    assert main([], dotenv=dotenv, clock=now) == 0
    assert say("usage_nothing") in said(capsys)
    assert not (tmp_path / "data").exists()


def test_a_store_that_cannot_be_read_is_one_sentence(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / FILE).write_bytes(b"nothing that SQLite knows" * 1_000)
    monkeypatch.setenv("CHAT_DATA", str(tmp_path))
    monkeypatch.setenv("CHAT_LANGUAGE", "de")
    assert main([]) == 1
    begins = language("de").say("usage_unreadable", place=str(tmp_path / FILE), reason="")
    assert capsys.readouterr().err.startswith(begins)
    monkeypatch.setenv("CHAT_REDIS_URL", f"redis://:hunter2@127.0.0.1:{free_port()}/0")
    assert main([]) == 1
    assert "hunter2" not in capsys.readouterr().err
    monkeypatch.setenv("CHAT_ROUNDS", "many")
    assert main([]) == 1
    assert "CHAT_ROUNDS" in capsys.readouterr().err


@pytest.mark.parametrize("days", ["0", "32", "x"])
def test_days_that_are_not_kept_are_refused(days: str, capsys: Captured) -> None:
    with pytest.raises(SystemExit):
        main(["--days", days])
    assert "--days" in capsys.readouterr().err
