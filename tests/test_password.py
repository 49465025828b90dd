"""A password cannot be guessed in a reasonable time, and its owner always gets in."""

from __future__ import annotations

from chat.password import FORGOTTEN, FREE, LONGEST, MOST_ADDRESSES, Password

ADDRESS, PAGE = "203.0.113.7", "page"


class Clock:
    """A clock that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_only_the_password_is_right() -> None:
    password = Password("open sesame")
    assert password.is_right("open sesame", ADDRESS, PAGE)
    for wrong in ("", "open sesam", "open sesame ", "OPEN SESAME", "\ud800", "ö"):
        assert not Password("open sesame").is_right(wrong, ADDRESS, PAGE)


def test_ten_thousand_tries_take_days() -> None:
    clock = Clock()
    password = Password("right", clock)
    began = clock.now
    for number in range(10_000):
        assert not password.is_right(f"guess {number}", ADDRESS, PAGE)
        clock.now += password.wait(ADDRESS, PAGE)
    assert clock.now - began > 6 * 24 * 3600


def test_ten_thousand_tries_on_a_page_each_take_days_too() -> None:
    clock = Clock()
    password = Password("right", clock)
    began = clock.now
    for number in range(10_000):
        assert not password.is_right(f"guess {number}", ADDRESS, f"page {number}")
        clock.now += password.wait(ADDRESS, f"page {number + 1}")
    assert clock.now - began > 6 * 24 * 3600


def test_a_try_that_comes_too_early_is_not_looked_at_and_makes_only_its_page_wait() -> None:
    clock = Clock()
    password = Password("right", clock)
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
    password = Password("right", clock)
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
    password = Password("right", clock)
    for _ in range(100):
        password.is_right("wrong", ADDRESS, PAGE)
        assert password.wait(ADDRESS, PAGE) <= LONGEST
        clock.now += LONGEST
    assert password.is_right("right", ADDRESS, PAGE)


def test_another_address_does_not_wait() -> None:
    password = Password("right", Clock())
    for _ in range(FREE + 1):
        password.is_right("wrong", ADDRESS, PAGE)
    assert password.wait("198.51.100.1", PAGE) == 0
    assert password.is_right("right", "198.51.100.1", PAGE)


def test_an_address_is_forgotten_after_a_while_and_not_too_many_are_kept() -> None:
    clock = Clock()
    password = Password("right", clock)
    for _ in range(FREE):
        password.is_right("wrong", ADDRESS, PAGE)
    clock.now += FORGOTTEN + 1
    assert password.wait(ADDRESS, PAGE) == 0
    for number in range(MOST_ADDRESSES + 10):
        password.is_right("wrong", str(number), PAGE)
    assert len(password._tries) == MOST_ADDRESSES
