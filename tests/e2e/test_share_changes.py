# ctest: COST 40
"""What changes within a file of a share, where the folder's own time stays: nobody tells of it."""

import errno

import pytest

import pictures
import share as shares
from frieze import wait_until
from test_share import SMALL, age

COUNT = 4


@pytest.fixture
def share(home):
    pictures.fill(home / "behind", COUNT)
    age(home / "behind")
    with shares.Share(home / "behind", home / "share") as mounted:
        yield mounted


def shown(running):
    return [number for row in pictures.wall(running.screenshot()) for number in row]


def rewrite(path, content, mode="wb"):
    with open(path, mode) as file:
        file.write(content)


def encoded(number):
    return pictures.encoded(number, (320, 240), ".png")


def test_half_a_file_is_read_once_it_is_whole(home, share, isolation):
    whole = encoded(9)
    rewrite(share.folder / "p1.png", whole[:len(whole) // 2])
    age(share.folder)
    with home.start(*SMALL, "--isolation", isolation, share.path) as running:
        running.until(items=COUNT, pending=0, failed=1)
        rewrite(share.folder / "p1.png", whole[len(whole) // 2:], "ab")
        running.until(failed=0, pending=0)
        assert shown(running) == [0, 9, 2, 3]


def test_overwritten_in_place(home, share):
    with home.start(*SMALL, share.path) as running:
        running.until(items=COUNT, pending=0)
        rewrite(share.folder / "p2.png", encoded(8))
        wait_until(lambda: shown(running) == [0, 1, 8, 3], lambda: shown(running))
        running.key("Return").until(mode="picture")
        rewrite(share.folder / "p0.png", encoded(7))
        wait_until(lambda: pictures.only(running.screenshot())[0] == 7, "the old picture")


def test_permission_comes_back(home, share):
    share.refusals["p3.png"] = errno.EACCES
    with home.start(*SMALL, share.path) as running:
        wait_until(lambda: not share.refusals, "it was never opened")
        running.until(items=COUNT, pending=0, failed=0)
        assert any("ermission denied" in line for line in running.errors())
        assert shown(running) == list(range(COUNT))
