"""A password cannot be guessed in a reasonable time, and its owner always gets in."""

from __future__ import annotations

from chat.password import FORGOTTEN, FREE, LONGEST, MOST_ADDRESSES, Password

ADDRESS = "203.0.113.7"


class Clock:
    """A clock that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_only_the_password_is_right() -> None:
    password = Password("open sesame")
    assert password.is_right("open sesame", ADDRESS)
    for wrong in ("", "open sesam", "open sesame ", "OPEN SESAME", "\ud800", "ö"):
        assert not Password("open sesame").is_right(wrong, ADDRESS)


def test_ten_thousand_tries_take_days() -> None:
    clock = Clock()
    password = Password("right", clock)
    began = clock.now
    for number in range(10_000):
        assert not password.is_right(f"guess {number}", ADDRESS)
        clock.now += password.wait(ADDRESS)
    assert clock.now - began > 6 * 24 * 3600


def test_a_try_that_comes_too_early_is_not_looked_at_and_makes_nobody_wait_longer() -> None:
    clock = Clock()
    password = Password("right", clock)
    for _ in range(FREE):
        password.is_right("wrong", ADDRESS)
    wait = password.wait(ADDRESS)
    assert wait == 1
    for _ in range(1000):
        assert not password.is_right("right", ADDRESS)
    assert password.wait(ADDRESS) == wait
    clock.now += wait
    assert password.is_right("right", ADDRESS)
    assert password.wait(ADDRESS) == 0


def test_the_wait_has_an_end() -> None:
    clock = Clock()
    password = Password("right", clock)
    for _ in range(100):
        password.is_right("wrong", ADDRESS)
        assert password.wait(ADDRESS) <= LONGEST
        clock.now += LONGEST
    assert password.is_right("right", ADDRESS)


def test_another_address_does_not_wait() -> None:
    password = Password("right", Clock())
    for _ in range(FREE + 1):
        password.is_right("wrong", ADDRESS)
    assert password.wait("198.51.100.1") == 0
    assert password.is_right("right", "198.51.100.1")


def test_an_address_is_forgotten_after_a_while_and_not_too_many_are_kept() -> None:
    clock = Clock()
    password = Password("right", clock)
    for _ in range(FREE):
        password.is_right("wrong", ADDRESS)
    clock.now += FORGOTTEN + 1
    assert password.wait(ADDRESS) == 0
    for number in range(MOST_ADDRESSES + 10):
        password.is_right("wrong", str(number))
    assert len(password._tries) == MOST_ADDRESSES
