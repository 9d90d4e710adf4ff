# ctest: COST 40 LABELS sanitized
"""What changes within a file of a share, where the folder's own time stays: nobody tells of it."""

import errno
import os
import shutil
import time

import pytest

import pictures
import share as shares
from frieze import wait_until
from test_cache import late_tiff
from test_share import SMALL, age

COUNT = 4
LOOKS_S = 4  # apart, at most
OLD_S = 4  # so much older than a change of their folder, pictures have not changed with it


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


def test_sidecars_of_other_machines(home, share):
    """They come, and change the folder's time: an order by rating follows."""
    def rate(name, rating):
        (share.folder / name).write_text(
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            f'<r:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" r:about="" xmp:Rating="{rating}"/></r:RDF></x:xmpmeta>')
    with home.start(*SMALL, "--sort", "rating", share.path) as running:
        running.until(items=COUNT, pending=0)
        time.sleep(OLD_S)
        for name, rating, order in (("p2.xmp", 3, [2, 0, 1, 3]), ("p3.png.xmp", 5, [3, 2, 0, 1]), ("p1.xmp", 4, [3, 1, 2, 0])):
            rate(name, rating)
            wait_until(lambda: shown(running) == order, lambda: shown(running))
            time.sleep(OLD_S)


@pytest.mark.parametrize("sys", [errno.EACCES, errno.EIO, errno.ETIMEDOUT], ids=errno.errorcode.get)
def test_what_failed_once_comes_back(home, share, sys):
    share.refusals["p3.png"] = sys
    with home.start(*SMALL, share.path) as running:
        wait_until(lambda: not share.refusals, "it was never opened")
        running.until(items=COUNT, pending=0, failed=0)
        assert any(os.strerror(sys) in line for line in running.errors())
        assert shown(running) == list(range(COUNT))


def test_what_was_read_in_part_comes_back(home, isolation):
    """It is not told to be damaged for that."""
    (home / "behind").mkdir()
    late_tiff(home / "behind" / "a.tif", 1, (2600, 1000))
    age(home / "behind")
    with shares.Share(home / "behind", home / "share") as share:
        share.readable = 2 << 20
        with home.start(*SMALL, "--isolation", isolation, share.path) as running:
            running.until(items=1, failed=1)
            share.readable = 1 << 62
            running.until(failed=0, pending=0)
            assert not any("damaged" in line for line in running.errors())


def test_a_share_within_a_folder_goes_and_comes_back(home):
    """Said once, and what was asked of it meanwhile is asked again."""
    folder = pictures.fill(home / "pictures", 2)
    pictures.fill(home / "behind", COUNT)
    age(home / "behind")
    with shares.Share(home / "behind", folder / "sub") as share, home.start(*SMALL, folder) as running:
        running.until(items=COUNT + 2, pending=0)
        share.error = errno.ENOTCONN
        said = lambda: [line for line in running.errors() if line.rstrip().endswith(f"/sub: {os.strerror(errno.ENOTCONN)}")]
        wait_until(said, "a line about it")
        time.sleep(LOOKS_S * 2)
        running.key("End", "r")
        running.until(failed=1)
        assert len(said()) == 1, running.errors()
        share.error = 0
        running.until(failed=0)


@pytest.mark.parametrize("waits", [[], ["--wait"]], ids=["shown", "waits"])
def test_a_share_that_is_down_at_the_start_is_read_once_it_is_up(home, share, waits, isolation):
    share.error = errno.ENOTCONN
    with home.start("--isolation", isolation, *waits, *SMALL, share.path) as running:
        running.until(items=0 if waits else 1, failed=0 if waits else 1)
        share.error = 0
        running.until(items=COUNT, failed=0, pending=0)
        assert len([line for line in running.errors() if line.rstrip().endswith(f"/share: {os.strerror(errno.ENOTCONN)}")]) == 1
        assert shown(running) == list(range(COUNT))
        share.error = errno.ENOTCONN
        running.until(away=1)
        share.error = 0
        running.until(away=0, items=COUNT, failed=0)


def test_a_share_comes_back_and_is_gone_before_it_is_read(home, share, isolation):
    with home.start("--isolation", isolation, *SMALL, share.path) as running:
        running.until(items=COUNT, pending=0)
        share.error = errno.ENOTCONN
        running.until(away=1)
        share.flaps_s, share.error = 2, 0
        wait_until(lambda: share.error, "it is gone again")
        wait_until(lambda: not share.error, "it is there again")
        running.until(away=0, items=COUNT, failed=0, pending=0)


def test_a_folder_that_could_not_be_read_to_its_end_is_read_again(home, share, isolation):
    """Nor one that could not be opened."""
    pictures.fill(home / "behind" / "sub", 2, first=COUNT)
    age(home / "behind" / "sub")
    age(home / "behind")
    share.names, share.refusals["sub"] = 3, errno.EIO
    with home.start("--isolation", isolation, *SMALL, share.path) as running:
        running.until(items=3)
        share.names = 1 << 62
        running.until(items=COUNT + 2, failed=0, pending=0)
        assert shown(running) == list(range(COUNT + 2))
        assert len([line for line in running.errors() if os.strerror(errno.EIO) in line]) == 2


@pytest.mark.parametrize("names, refused", [(2, None), (1 << 62, "sub"), (1 << 62, "below")], ids=["top", "sub", "below"])
def test_a_share_comes_back_that_cannot_be_read_to_its_end_at_once(home, share, names, refused):
    """What is in it stays, and in the folders below, until it was: what went meanwhile goes then."""
    pictures.fill(home / "behind" / "sub" / "below", 3, first=COUNT)
    pictures.fill(home / "behind" / "sub" / "gone", 2, first=20)
    for folder in ("sub/below", "sub/gone", "sub", "."):
        age(home / "behind" / folder)
    with home.start(*SMALL, share.path) as running:
        running.until(items=COUNT + 5, pending=0)
        share.error = errno.ENOTCONN
        running.until(away=1)
        (home / "behind" / "sub" / "below" / "p5.png").unlink()
        shutil.rmtree(home / "behind" / "sub" / "gone")
        share.lost = {refused: errno.EIO} if refused else {}
        share.names, share.error = names, 0
        running.until(away=0)
        assert running.idle().status()["items"] == COUNT + (3 if refused == "below" else 5)
        share.names, share.lost = 1 << 62, {}
        running.until(items=COUNT + 2, failed=0, pending=0)
        assert shown(running) == [0, 1, 2, 3, 4, 6]


def test_what_nobody_may_open_is_told_of_once(home, share):
    """However often it is looked at: its mode says that anybody may read it."""
    share.closed.add("p3.png")
    with home.start(*SMALL, share.path) as running:
        running.until(items=COUNT, pending=0, failed=1)
        tried = share.opened["p3.png"]
        wait_until(lambda: share.opened["p3.png"] >= tried + 2, "further looks")
        assert len([line for line in running.errors() if "ermission denied" in line]) == 1
        share.closed.clear()
        running.until(failed=0, pending=0)
        assert shown(running) == list(range(COUNT))


def test_overwritten_where_it_is_seen_in_the_picture_view_first(home, share):
    """What changed out of view, and was opened before anybody looked at it: its tile is another one then, too."""
    pictures.fill(share.folder, 60)
    age(share.folder)
    with home.start(*SMALL, share.path) as running:
        running.until(items=60, pending=0)
        running.idle("loaded")
        rewrite(share.folder / "p59.png", encoded(70))
        running.jump("End", "Return").until(mode="picture", title="p59.png")
        wait_until(lambda: pictures.only(running.screenshot())[0] == 70, "the picture")
        running.key("Return").until(mode="wall")
        wait_until(lambda: shown(running)[-1] == 70, lambda: shown(running))
