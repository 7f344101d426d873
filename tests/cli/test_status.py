"""The command `status`: how refreshing goes, in words and in its exit status."""

from __future__ import annotations

from tests.quadville import Quadville, eventually


def test_before_the_first_refresh_it_says_that_there_is_nothing(city: Quadville) -> None:
    done = city.run("status")
    assert done.returncode == 3
    assert "no data yet" in done.stdout.lower()


def test_after_a_refresh_both_ages_are_there(city: Quadville) -> None:
    city.refresh()
    done = city.run("status")
    assert done.returncode == 0, done.stderr
    assert "last checked" in done.stdout.lower()
    assert "newest" in done.stdout.lower()


def test_data_that_was_not_checked_for_too_long_is_a_status_of_its_own(city: Quadville) -> None:
    city.refresh()
    assert city.run("status").returncode == 0
    eventually(lambda: city.run("status", LIVEMAPS_STALE_AFTER_SECONDS="1").returncode == 3)
