# ctest: COST 20
"""Permission that is taken and given back, as by a copy that sets it last, for a user whom it binds."""

import shutil
import time

import pytest

import pictures
from frieze import wait_until

COUNT = 3
LOOK_S = 1.0  # between two looks at what is waited for
PLACES = "a file", "the folder", "a folder below", "the folder of a file"


@pytest.fixture
def folder(ordinary_home):
    shutil.rmtree(ordinary_home / "pictures", ignore_errors=True)  # the home outlives a test
    pictures.fill(ordinary_home / "pictures", COUNT)
    pictures.fill(ordinary_home / "pictures" / "below", 2)
    for path in (ordinary_home / "pictures").rglob("*"):
        path.chmod(0o755)
    (ordinary_home / "pictures").chmod(0o755)
    return ordinary_home / "pictures"


def start(home, *arguments):
    return home.start("--size", "600x400", "--tile", "100x75", "--cache-size", "0", *arguments)


def read_again(running, count):
    running.key("Home")
    for _ in range(count):
        running.key("r", "Right")


@pytest.mark.parametrize("place", PLACES)
def test_taken_and_given_back(ordinary_home, folder, place):
    closed = {"a file": folder / "p1.png", "a folder below": folder / "below"}.get(place, folder)
    failed = {"a file": 1, "a folder below": 2, "the folder": COUNT + 2}.get(place, 1)
    shown = folder / "p0.png" if place == "the folder of a file" else folder
    with start(ordinary_home, shown) as running:
        items = running.until(pending=0, scanning=False)["items"]
        closed.chmod(0)
        read_again(running, items)
        running.until(failed=failed, items=items)
        closed.chmod(0o755)
        running.until(failed=0, items=items, pending=0)


def test_a_file_that_comes_closed(ordinary_home, folder):
    with start(ordinary_home, folder) as running:
        items = running.until(pending=0, scanning=False)["items"]
        content = (folder / "p0.png").read_bytes()
        (folder / "new.png").touch(mode=0)
        (folder / "new.png").write_bytes(content)
        running.until(failed=1, items=items + 1)
        (folder / "new.png").chmod(0o644)
        running.until(failed=0, items=items + 1)


@pytest.mark.parametrize("place", ("the folder", "the folder above"))
def test_awaited_until_it_is_opened(ordinary_home, folder, place):
    """As a disk that is mounted first and opened to its user afterwards; it is told once."""
    inner = folder / "below"
    closed = inner if place == "the folder" else folder
    closed.chmod(0)
    with start(ordinary_home, "--wait", inner) as running:
        wait_until(running.errors, "a reason")
        time.sleep(2 * LOOK_S)
        status = running.status()
        assert status["items"] == status["failed"] == 0 and status["scanning"]
        closed.chmod(0o755)
        running.until(pending=0, items=2, failed=0, scanning=False)
        assert len(running.errors()) == 1 and "Permission denied" in running.errors()[0], running.errors()


def test_one_of_two_folders_is_opened_later(ordinary_home, folder):
    (folder / "below").chmod(0)
    other = ordinary_home / "other"
    shutil.rmtree(other, ignore_errors=True)
    pictures.fill(other, 1)
    with start(ordinary_home, other, folder / "below") as running:
        running.until(pending=0, items=1, scanning=False)
        (folder / "below").chmod(0o755)
        running.until(pending=0, items=3, failed=0)


def test_a_folder_below_that_was_closed_at_first(ordinary_home, folder):
    (folder / "below").chmod(0)
    with start(ordinary_home, folder) as running:
        running.until(pending=0, items=COUNT)
        (folder / "below").chmod(0o755)
        running.until(pending=0, items=COUNT + 2)
