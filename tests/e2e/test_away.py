# ctest: COST 45 LABELS sanitized
"""A source whose folder goes as a whole, and comes back (docs/faults.md, row 14; shares: e2e/share)."""

import contextlib
import ctypes
import json
import os
import shutil
import signal
import time

import pytest

import pictures
from frieze import is_sanitized, wait_until
from test_share import reader_of

LIBC = ctypes.CDLL(None, use_errno=True)
WALL = "--size", "600x400", "--tile", "100x75", "--motion", "off"
LET_GO_S = 2
AT_REST_S = 0.5  # after which a reader waits for news alone
MNT_DETACH = 2  # mount.h
LOST, BACK = "is not there any more", "is there again"


def numbers(frieze):
    return [number for row in pictures.wall(frieze.screenshot()) for number in row if number is not None]


def view(frieze):
    """What is shown, without what lies over it."""
    return pictures.only(frieze.screenshot()) if frieze.status()["mode"] == "picture" else numbers(frieze)


def words(frieze):
    """What was said of sources that went and came back; nothing else was, but of what was being opened when they went."""
    lines = [line for line in frieze.errors() if "No such file" not in line]
    assert all(LOST in line or BACK in line for line in lines), lines
    return [LOST if LOST in line else BACK for line in lines]


def unmount(mount):
    """As `umount` does, which is refused while a file is open there: one that was just decoded is closed a moment later."""
    path = os.fsencode(mount)
    try:
        wait_until(lambda: LIBC.umount2(path, 0) == 0, lambda: os.strerror(ctypes.get_errno()), within_s=LET_GO_S)
    except BaseException:
        LIBC.umount2(path, MNT_DETACH)
        raise


@pytest.fixture
def stick(home):
    """A file system of its own, mounted while it is entered; what is in it outlives that."""
    place, image = home / "stick", home / "image"
    place.mkdir()
    image.mkdir()

    @contextlib.contextmanager
    def plugged_in(mount=place):
        if LIBC.mount(b"none", os.fsencode(mount), b"tmpfs", 0, None) != 0:
            pytest.skip(f"nothing can be mounted: {os.strerror(ctypes.get_errno())}")
        try:
            shutil.copytree(image, mount, dirs_exist_ok=True)
            yield mount
            shutil.rmtree(image)
            shutil.copytree(mount, image)
        finally:
            unmount(mount)
    return plugged_in


@pytest.mark.parametrize("mode", ["wall", "picture"])
def test_folder_goes_and_comes_back(home, isolation, mode):
    """What is in view stays; what became of the rest is seen when the folder is back, and without it the end takes no
    second."""
    folder, pulled = pictures.fill(home / "stick", 5), home / "pulled"
    with home.start("--isolation", isolation, *WALL, folder) as frieze:
        frieze.idle("loaded")
        if mode != "wall":
            frieze.key("Right", "Return").idle()
        before = view(frieze)
        folder.rename(pulled)
        told = frieze.until(away=1)
        assert LOST in told["notice"] and str(folder) in told["notice"] and told["items"] == 5
        frieze.until(notice=None)
        assert view(frieze) == before
        frieze.key("r")  # nothing is read, nothing fails
        assert view(frieze) == before and frieze.status()["failed"] == 0
        (pulled / "p3.png").unlink()
        pictures.write(pulled / "p1.png", 71)
        pictures.write(pulled / "p8.png", 8)
        pulled.rename(folder)
        frieze.until(away=0, items=5, pending=0, failed=0, mode=mode)
        if mode == "picture":
            assert frieze.status()["index"] == 1
            frieze.key("Esc").until(mode="wall")
        assert numbers(frieze.jump("Home")) == [0, 71, 2, 4, 8]
        assert words(frieze) == [LOST, BACK]
        pictures.write(folder / "p9.png", 9)
        frieze.until(items=6, pending=0)  # it is watched again
        folder.rename(pulled)
        frieze.until(away=1, items=6)
        began = time.monotonic()
        assert frieze.end() == 0 and (is_sanitized() or time.monotonic() - began < 1)


def test_slideshow_goes_on_while_its_folder_is_away(home, isolation):
    """With what is in memory, and never with a reason why something cannot be shown; then with all of them."""
    folder, pulled, log = pictures.fill(home / "stick", 8), home / "pulled", home / "shown"
    options = "--isolation", isolation, *WALL, "--delay", "0.4", "--shown", log
    with home.start(*options, "--slideshow", folder) as frieze:
        frieze.until(mode="slideshow", index=lambda index: index >= 2)
        folder.rename(pulled)
        frieze.until(away=1)
        lines = len(log.read_text().splitlines())
        wait_until(lambda: len(log.read_text().splitlines()) > lines + 4, "a show that goes on")
        assert frieze.status()["mode"] == "slideshow" and frieze.status()["failed"] == 0
        frieze.key("Space").until(show_paused=True, notice=None)  # which covers what tells one picture from another
        assert pictures.only(frieze.screenshot())[0] in range(8)
        frieze.key("Space")
        pulled.rename(folder)
        frieze.until(away=0, items=8, failed=0)
        lines = len(log.read_text().splitlines())
        wait_until(lambda: len(log.read_text().splitlines()) > lines + 8, "a show of all of them")
        shown = {json.loads(line)["path"] for line in log.read_text().splitlines()[lines:]}
        assert shown == {str(folder / f"p{number}.png") for number in range(8)}
        assert words(frieze) == [LOST, BACK]


def test_what_a_show_goes_on_to_is_there_before(home, isolation):
    """What it passes over, as its folder is away, is not taken for the next picture."""
    here, stick = pictures.fill(home / "here", 20), pictures.fill(home / "stick", 20)
    options = "--isolation", isolation, *WALL, "--delay", "5", "--history", "0", "--cache-size", "0", "--memory", "64M"
    with home.start(*options, here, stick) as frieze:
        frieze.until(items=40, scanning=False)
        stick.rename(home / "pulled")
        frieze.until(away=1)
        frieze.key("2", "0", "G", "Return").until(mode="picture", index=19)
        frieze.idle()
        hits = frieze.stats()["cache"]["hits"]
        frieze.key("s").until(mode="slideshow", index=0)
        assert frieze.stats()["cache"]["hits"] == hits + 1


def test_one_picture_stays(home, isolation):
    """The show has nothing else in memory: it stands still."""
    folder = pictures.fill(home / "stick", 1)
    options = "--isolation", isolation, *WALL, "--delay", "0.4", "--slideshow"
    with home.start(*options, folder) as frieze:
        frieze.until(mode="slideshow")
        before = pictures.only(frieze.screenshot())
        folder.rename(home / "pulled")
        frieze.until(away=1)
        time.sleep(1)
        frieze.until(notice=None, mode="slideshow")
        assert pictures.only(frieze.screenshot()) == before


def test_what_is_in_no_memory_waits(home, isolation):
    """Pictures that were never in view are neither failed nor tried while their folder is away."""
    folder = pictures.fill(home / "stick", 120)
    options = "--isolation", isolation, *WALL, "--memory", "32M"
    with home.start(*options, folder) as frieze:
        frieze.idle("loaded")
        folder.rename(home / "pulled")
        frieze.until(away=1)
        frieze.ask("set", "tile", "120x90")  # all of them anew
        frieze.key("End").idle()
        status = frieze.status()
        assert status["failed"] == 0 and status["pending"] > 0 and words(frieze) == [LOST]
        (home / "pulled").rename(folder)
        frieze.until(away=0, failed=0, pending=0, items=120)


def test_stick_is_pulled_and_another_one_comes(home, isolation, stick):
    """The place where it was mounted is still there, and empty."""
    with stick() as folder:
        pictures.tree(folder, {".": 2, "deep": 2, "deep/er": 1})
        running = home.start("--isolation", isolation, *WALL, folder).ready()
        running.idle("loaded")
        shown = numbers(running)
        assert sorted(shown) == list(range(5))
    with running as frieze:
        frieze.until(away=1, items=5)
        time.sleep(1.5)  # it is looked for each second
        assert numbers(frieze.until(notice=None) and frieze) == shown and frieze.status()["away"] == 1
        with stick() as folder:
            frieze.until(away=0, items=5, pending=0, failed=0)
            assert numbers(frieze) == shown
        frieze.until(away=1)
        (home / "image" / "p0.png").unlink()
        pictures.write(home / "image" / "p1.png", 31)
        with stick() as folder:
            frieze.until(away=0, items=4, pending=0, failed=0)
            assert sorted(numbers(frieze)) == [2, 3, 4, 31]
            frieze.end()


def test_stick_comes_after_its_place_was_shown(home, isolation, stick):
    """What lies behind it is no longer what the path means, and has no news of that."""
    place = home / "stick"
    pictures.fill(home / "image", 5)
    with home.start("--isolation", isolation, "--watch", *WALL, place) as frieze:
        frieze.until(items=0, scanning=False)
        time.sleep(AT_REST_S)
        with stick():
            frieze.until(away=0, items=5, pending=0, failed=0)
            pictures.write(place / "p7.png", 7)
            frieze.until(items=6, pending=0)
            assert sorted(numbers(frieze)) == [0, 1, 2, 3, 4, 7]
        frieze.until(away=1, items=6)


def test_stick_comes_over_pictures(home, isolation, stick):
    """They are seen again without it; files that were named there give way as well. Below a source it is the same."""
    place, below = pictures.fill(home / "stick", 1), home / "tree" / "below"
    pictures.write(pictures.fill(below, 1) / "p0.png", 60)
    for number in (0, 4):
        pictures.write(home / "image" / f"p{number}.png", 50 + number)
    with (home.start("--isolation", isolation, *WALL, place) as frieze,
          home.start("--isolation", isolation, "--name", "named", *WALL, place / "p0.png") as named,
          home.start("--isolation", isolation, "--name", "tree", *WALL, home / "tree") as tree):
        for one in (frieze, named, tree):
            one.idle("loaded")
        assert numbers(frieze) == [0] and numbers(tree) == [60]
        time.sleep(AT_REST_S)
        with stick():
            frieze.until(away=0, items=2, pending=0, failed=0)
            assert sorted(numbers(frieze)) == [50, 54]
            wait_until(lambda: view(named) == [50], "the file of that name on the stick")
        frieze.until(away=0, items=1, pending=0, failed=0)
        assert numbers(frieze) == [0]
        with stick(below):
            tree.until(items=2, pending=0, failed=0)
            assert sorted(numbers(tree)) == [50, 54]
        tree.until(items=1, pending=0, failed=0)
        assert numbers(tree) == [60]


def test_named_files_whose_folder_goes(home, isolation):
    """They stay as well, and it is said once of all of them; the one that did not come back with it leaves then."""
    folder, pulled = pictures.fill(home / "stick", 4), home / "pulled"
    with home.start("--isolation", isolation, *WALL, *sorted(folder.iterdir())) as frieze:
        frieze.idle("loaded")
        folder.rename(pulled)
        frieze.until(away=4, items=4)
        assert numbers(frieze) == [0, 1, 2, 3]
        (pulled / "p2.png").unlink()
        pulled.rename(folder)
        frieze.until(away=0, items=3, pending=0, failed=0)
        assert numbers(frieze) == [0, 1, 3] and words(frieze) == [LOST, BACK]


def test_deleted_folder(home, isolation):
    """What was deleted in it before it went itself is gone; an emptied one is only empty."""
    folder = pictures.tree(home / "stick", {".": 3, "below": 2})
    with home.start("--isolation", isolation, *WALL, folder) as frieze:
        frieze.idle("loaded")
        for entry in folder.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        frieze.until(items=0, away=0)
        pictures.fill(folder, 3)
        frieze.until(items=3, pending=0)
        shutil.rmtree(folder)
        frieze.until(items=0, away=1)
        pictures.fill(home / "new", 2).rename(folder)
        frieze.until(items=2, away=0, pending=0, failed=0)


def test_reader_dies_while_the_folder_is_away(home):
    """The next one waits for it as well."""
    folder = pictures.fill(home / "stick", 3)
    with home.start("--isolation", "process", *WALL, folder) as frieze:
        frieze.idle("loaded")
        folder.rename(home / "pulled")
        frieze.until(away=1)
        os.kill(reader_of(frieze, 1), signal.SIGKILL)
        wait_until(lambda: any("signal 9" in line for line in frieze.errors()), "a line about it")
        time.sleep(0.5)
        assert frieze.status()["items"] == 3 and frieze.status()["away"] == 1
        (home / "pulled" / "p0.png").unlink()
        (home / "pulled").rename(folder)
        frieze.until(items=2, away=0, pending=0, failed=0)
