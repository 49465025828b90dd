"""A password cannot be guessed in a reasonable time, and its owner always gets in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from chat import errors
from chat.access.password import (
    BURST,
    EACH,
    FORGOTTEN,
    FREE,
    KEPT,
    LONGEST,
    LONGEST_QUEUE,
    MOST_PAGES,
    Password,
)
from chat.ledger.ledger import FILE, Ledger
from chat.ledger.sqlite import SqliteStore
from chat.ledger.store import Notes, Result, Store

ADDRESS, PAGE = "203.0.113.7", "page"


class Clock:
    """A clock that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def password_at(clock: Clock) -> Password:
    """The password, with a record of its own in memory."""
    return Password("right", Ledger(SqliteStore(clock=clock)))


def test_only_the_password_is_right() -> None:
    password = Password("open sesame")
    assert password.is_right("open sesame", ADDRESS, PAGE)
    for wrong in ("", "open sesam", "open sesame ", "OPEN SESAME", "\ud800", "ö"):
        assert not Password("open sesame").is_right(wrong, ADDRESS, PAGE)


def test_two_thousand_tries_take_a_day() -> None:
    clock = Clock()
    password = password_at(clock)
    began = clock.now
    for number in range(2_000):
        assert not password.is_right(f"guess {number}", ADDRESS, PAGE)
        clock.now += password.wait(ADDRESS, PAGE)
    assert clock.now - began > 24 * 3600


def test_two_thousand_tries_on_a_page_each_take_a_day_too() -> None:
    clock = Clock()
    password = password_at(clock)
    began = clock.now
    for number in range(2_000):
        assert not password.is_right(f"guess {number}", ADDRESS, f"page {number}")
        clock.now += password.wait(ADDRESS, f"page {number + 1}")
    assert clock.now - began > 24 * 3600


def test_a_try_that_comes_too_early_is_not_looked_at_and_makes_only_its_page_wait() -> None:
    clock = Clock()
    password = password_at(clock)
    for _ in range(FREE):
        password.is_right("wrong", ADDRESS, PAGE)
    assert password.wait(ADDRESS, PAGE) == 1
    clock.now += 0.5
    for _ in range(1000):
        assert not password.is_right("right", ADDRESS, PAGE)
    assert password.wait(ADDRESS, PAGE) == 1
    assert password.wait(ADDRESS, "another page") == 0.5
    clock.now += 1
    assert password.is_right("right", ADDRESS, PAGE)
    assert password.wait(ADDRESS, PAGE) == 0


def test_whoever_waits_gets_in_though_another_page_guesses_without_a_pause() -> None:
    clock = Clock()
    password = password_at(clock)
    for number in range(100):
        password.is_right(f"guess {number}", ADDRESS, "guesser")
        clock.now += LONGEST
    password.is_right("typing error", ADDRESS, PAGE)
    clock.now += 0.05
    while (wait := password.wait(ADDRESS, PAGE)) > 0:
        for _ in range(int(wait / 0.1) + 1):
            assert not password.is_right("guess", ADDRESS, "guesser")
            clock.now += 0.1
    assert password.is_right("right", ADDRESS, PAGE)


def test_the_wait_has_an_end() -> None:
    clock = Clock()
    password = password_at(clock)
    for _ in range(100):
        password.is_right("wrong", ADDRESS, PAGE)
        assert password.wait(ADDRESS, PAGE) <= LONGEST
        clock.now += LONGEST
    assert password.is_right("right", ADDRESS, PAGE)


def test_another_address_does_not_wait() -> None:
    password = password_at(Clock())
    for _ in range(FREE + 1):
        password.is_right("wrong", ADDRESS, PAGE)
    assert password.wait("198.51.100.1", PAGE) == 0
    assert password.is_right("right", "198.51.100.1", PAGE)


def test_an_address_is_forgotten_after_a_while() -> None:
    clock = Clock()
    password = password_at(clock)
    for _ in range(FREE):
        password.is_right("wrong", ADDRESS, PAGE)
    clock.now += FORGOTTEN + 1
    assert password.wait(ADDRESS, PAGE) == 0


class Guessers:
    """Many addresses that guess whenever they may, and some of them also when they may not."""

    def __init__(self, number: int, password: Password, clock: Clock) -> None:
        self.password = password
        self.clock = clock
        self.free = dict.fromkeys((f"guesser {n}" for n in range(number)), clock.now)
        self.looked_at = 0

    def guess(self) -> None:
        for address, free in self.free.items():
            if free > self.clock.now:
                continue
            if self.password.wait(address, PAGE) == 0:
                self.looked_at += 1
            assert not self.password.is_right("guess", address, PAGE)
            self.free[address] = self.clock.now + self.password.wait(address, PAGE)


@pytest.mark.parametrize("number", [1, 30, 334, 1_000])
def test_many_addresses_do_not_guess_much_faster_than_one(number: int) -> None:
    clock = Clock()
    guessers = Guessers(number, password_at(clock), clock)
    began = clock.now
    while clock.now < began + 1_200:
        guessers.guess()
        clock.now += 1
        passed = clock.now - began
        each = max(passed / EACH, number * (1 + passed / LONGEST_QUEUE) - LONGEST_QUEUE)
        assert guessers.looked_at <= BURST + 1 + each


def test_a_thousand_tries_at_once_are_not_looked_at() -> None:
    clock = Clock()
    password = password_at(clock)
    looked_at = 0
    for _ in range(3):
        for number in range(334):
            looked_at += password.wait(str(number), PAGE) == 0
            password.is_right("wrong", str(number), PAGE)
        clock.now += 3
    assert looked_at <= BURST + 6 / EACH


@pytest.mark.parametrize("number", [30, 334, 1_000])
def test_whoever_waits_as_told_gets_in_however_many_guess(number: int) -> None:
    clock = Clock()
    password = password_at(clock)
    guessers = Guessers(number, password, clock)
    for _ in range(100):
        guessers.guess()
        clock.now += 1
    began = clock.now
    assert not password.is_right("right", ADDRESS, PAGE)  # does not know of it yet
    while (wait := password.wait(ADDRESS, PAGE)) > 0:
        assert clock.now - began <= LONGEST_QUEUE
        guessers.guess()
        clock.now += min(1, wait)
    guessers.guess()
    assert clock.now - began <= min(number * EACH, LONGEST_QUEUE)
    assert password.is_right("right", ADDRESS, PAGE)
    # From now on it is known, and waits for nobody.
    assert password.wait(ADDRESS, "another page") == 0
    assert not password.is_right("typing error", ADDRESS, PAGE)
    assert password.is_right("right", ADDRESS, PAGE)


def exhausted(clock: Clock, store: Store | None = None) -> Password:
    """A password at which others have guessed."""
    password = Password("right", Ledger(store or SqliteStore(clock=clock)))
    for number in range(BURST + 30):
        password.is_right("wrong", str(number), PAGE)
    return password


def test_a_turn_is_kept_for_a_while() -> None:
    clock = Clock()
    password = exhausted(clock)
    clock.now += password.wait(ADDRESS, PAGE) + KEPT
    assert password.is_right("right", ADDRESS, PAGE)


def test_a_turn_is_one_try() -> None:
    clock = Clock()
    password = exhausted(clock)
    clock.now += password.wait(ADDRESS, PAGE)
    assert not password.is_right("wrong", ADDRESS, PAGE)
    assert password.wait(ADDRESS, PAGE) > 0


def test_who_does_not_wait_for_the_turn_does_not_take_it_from_another_page() -> None:
    clock = Clock()
    password = exhausted(clock)
    wait = password.wait(ADDRESS, PAGE)
    for _ in range(int(wait * 10)):
        assert not password.is_right("right", ADDRESS, "guesser")
        clock.now += 0.1
    clock.now += wait / 1_000
    assert password.wait(ADDRESS, "guesser") > 0
    assert password.is_right("right", ADDRESS, PAGE)


def test_who_was_too_early_gets_in_a_minute_later() -> None:
    clock = Clock()
    password = exhausted(clock)
    clock.now += password.wait(ADDRESS, PAGE) - 0.5
    assert not password.is_right("right", ADDRESS, PAGE)
    assert 0 < password.wait(ADDRESS, PAGE) <= LONGEST
    clock.now += password.wait(ADDRESS, PAGE)
    assert password.is_right("right", ADDRESS, PAGE)


def test_when_nobody_guesses_any_more_nobody_waits() -> None:
    clock = Clock()
    password = exhausted(clock)
    clock.now += (BURST + 30) * EACH
    assert password.wait(ADDRESS, PAGE) == 0


def test_not_too_many_pages_of_an_address_are_remembered() -> None:
    clock = Clock()
    store = SqliteStore(clock=clock)
    password = exhausted(clock, store)
    for number in range(MOST_PAGES + 10):
        password.is_right("wrong", ADDRESS, str(number))
    name = f"tries {ADDRESS}"
    assert store.change([name], lambda notes, _: len(notes[name]["early"])) == MOST_PAGES


@pytest.mark.parametrize("back", [10, 10_000])
def test_a_clock_that_is_set_back_makes_no_wait_longer(back: int) -> None:
    clock = Clock()
    clock.now = 1_000_000.0
    password = exhausted(clock)
    for _ in range(FREE + 10):
        clock.now += password.wait(ADDRESS, PAGE)
        password.is_right("wrong", ADDRESS, PAGE)
    password.is_right("early", ADDRESS, PAGE)
    clock.now -= back
    assert password.wait(ADDRESS, PAGE) <= LONGEST_QUEUE
    clock.now += password.wait(ADDRESS, PAGE)
    assert password.is_right("right", ADDRESS, PAGE)


def test_nobody_gets_in_while_the_tries_cannot_be_counted(tmp_path: Path) -> None:
    logged: list[str] = []
    password = Password("right", Ledger(SqliteStore(tmp_path / FILE), logged.append))
    (tmp_path / FILE).unlink()
    for _ in range(2):
        with pytest.raises(errors.LedgerAway):
            password.is_right("right", ADDRESS, PAGE)
    assert len(logged) == 1


def test_more_addresses_than_are_remembered_guess_no_faster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chat.ledger.books.MOST_NOTES", 50)
    password = password_at(Clock())
    waits = []
    for number in range(200):
        waits.append(password.wait(f"192.0.2.{number}", PAGE))
        password.is_right("wrong", f"192.0.2.{number}", PAGE)
    assert waits.count(0) == BURST


def test_what_another_version_notes_beside_does_no_harm() -> None:
    class Newer(SqliteStore):
        """Adds to every note what this version does not know."""

        def change(self, names: Sequence[str], edit: Callable[[Notes, float], Result]) -> Result:
            def changed(notes: Notes, now: float) -> Result:
                for note in notes.values():
                    note.pop("full", None)
                    note["newer"] = 1
                return edit(notes, now)

            return super().change(names, changed)

    password = Password("right", Ledger(Newer()))
    assert not password.is_right("wrong", ADDRESS, PAGE)
    assert password.is_right("right", ADDRESS, PAGE)
