# ctest: COST 40
"""A slideshow beside a share that hangs goes on with what can be had, and comes back to the share's pictures once it answers; of one
that only takes its time it passes over none."""

import json

import pytest

import pictures
import share as shares
from frieze import wait_until
from test_share_slow import hung

COUNT = 4
CALL_S = 0.5
SHOW = "--size", "400x300", "--motion", "off", "--cache-size", "0", "--delay", "0.4", "--slideshow"


@pytest.fixture
def share(home):
    pictures.fill(home / "behind", COUNT)
    with shares.Share(home / "behind", home / "share") as mounted:
        yield mounted


@pytest.fixture
def good(home):
    return pictures.fill(home / "good", COUNT)


def of(folder):
    return [str(folder / f"p{number}.png") for number in range(COUNT)]


def shown(log):
    return [json.loads(line)["path"] for line in log.read_text().splitlines()] if log.exists() else []


def goes_round(log, paths):
    """All of them, and nothing else, twice from now on, in their order; one may be in view already."""
    before = len(shown(log))

    def seen():
        return shown(log)[before + 1:]
    wait_until(lambda: len(seen()) >= 2 * len(paths), lambda: f"a show of {paths}, not {seen()}", within_s=30)
    first = paths.index(seen()[0])
    wanted = paths[first:] + paths[:first]
    assert seen()[:2 * len(paths)] == 2 * wanted


@pytest.mark.parametrize("order", ["share first", "share last"])
def test_opening_hangs(home, share, good, order):
    """The names are known, so the show begins, or comes, to a picture that it cannot have."""
    share.hang(shares.OPEN)
    log = home / "shown"
    first, last = (share.path, good) if order == "share first" else (good, share.path)
    with home.start(*SHOW, "--shown", log, first, last) as running:
        wait_until(lambda: hung(running), "a line about it", within_s=8)
        goes_round(log, of(good))
        share.let_go()
        wait_until(lambda: any("answers again" in line for line in running.errors()), "a line about it", within_s=8)
        goes_round(log, of(first) + of(last))
        assert running.status()["mode"] == "slideshow" and running.status()["failed"] == 0


def test_listing_hangs(home, share, good):
    """Nobody knows what else there is: it begins all the same."""
    share.hang()
    log = home / "shown"
    with home.start(*SHOW, "--shown", log, share.path, good) as running:
        running.until(mode="slideshow")
        goes_round(log, of(good))
        share.let_go()
        running.until(items=2 * COUNT, scanning=False)
        goes_round(log, of(share.path) + of(good))


def test_nothing_else_can_come(home, share):
    """The one in view stays, and the show goes on by itself afterwards."""
    log = home / "shown"
    with home.start(*SHOW, "--history", "0", "--shown", log, share.path) as running:
        running.until(mode="slideshow", index=1)
        share.hang()
        running.key("r")  # all of them again
        wait_until(lambda: hung(running), "a line about it", within_s=8)
        share.let_go()
        goes_round(log, of(share.path))


def test_a_slow_share_is_not_passed_over(home, share, good):
    """Every call takes half a second, so its pictures come late: the show waits for them, each time."""
    share.delays = dict.fromkeys((shares.LOOKUP, shares.GETATTR, shares.OPEN, shares.READ, shares.READDIR), CALL_S)
    log = home / "shown"
    with home.start(*SHOW, "--history", "0", "--shown", log, good, share.path) as running:
        running.until(items=2 * COUNT, mode="slideshow")
        goes_round(log, of(good) + of(share.path))
        assert not hung(running) and running.status()["failed"] == 0
