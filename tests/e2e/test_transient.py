# ctest: COST 20 LABELS sanitized
"""A program that runs out of descriptors for a moment does not keep failed tiles; nor does it try all the time."""

import contextlib
import os
import resource
import time

import pictures
from frieze import wait_until

COUNT = 6
TRIES = 4  # the first, and three more: after 1, 2 and 4 seconds; then 8, 16 and so on
STEADY = 20  # looks at the descriptors that agree


@contextlib.contextmanager
def no_descriptors(running):
    """The program can open nothing meanwhile; what is open stays open."""
    seen, worker = [], running.worker
    while len(seen) < STEADY or len(set(seen[-STEADY:])) > 1:  # a folder that is just being read closes its own
        time.sleep(0.01)
        numbers = {int(name) for name in os.listdir(f"/proc/{worker}/fd")}
        seen.append(next(number for number in range(1000) if number not in numbers))
    before = resource.prlimit(worker, resource.RLIMIT_NOFILE)
    resource.prlimit(worker, resource.RLIMIT_NOFILE, (seen[-1], before[1]))
    try:
        yield
    finally:
        resource.prlimit(worker, resource.RLIMIT_NOFILE, before)


def appear(home, folder, count=COUNT, suffix=".png"):
    """Pictures that are complete when they are first seen."""
    source = pictures.fill(home / "elsewhere", count)
    for number in range(count):
        os.rename(source / f"p{number}.png", folder / f"p{number}{suffix}")


def start(home, *options):
    folder = home / "pictures"
    folder.mkdir()
    return folder, home.start("--size", "1000x600", "--tile", "100x75", "--watch", *options, folder)


def test_tiles_come_back(home, isolation):
    folder, program = start(home, "--isolation", isolation)
    with program as running:
        running.idle()
        with no_descriptors(running):
            appear(home, folder)
            running.until(items=COUNT, failed=COUNT)
        running.until(failed=0)
        assert [number for row in pictures.wall(running.screenshot()) for number in row] == list(range(COUNT))
        assert len(running.errors()) == COUNT + 1, running.errors()  # each told once; and the empty folder
        assert running.stats()["opens"] <= 3 * COUNT


def test_picture_comes_back(home, isolation):
    """The one in view, in the picture view; and a file that has to be looked into first."""
    folder, program = start(home, "--isolation", isolation)
    with program as running:
        running.idle()
        with no_descriptors(running):
            appear(home, folder, 1, "")
            running.until(items=1, failed=1)
            running.key("Return").until(mode="picture")
        running.until(failed=0)
        assert pictures.only(running.screenshot())[0] == 0


def test_tries_become_rare(home, isolation):
    """And find what is well again, however long that took."""
    folder, program = start(home, "--isolation", isolation)
    with program as running:
        running.idle()
        with no_descriptors(running):
            appear(home, folder)
            running.until(items=COUNT, failed=COUNT)
            wait_until(lambda: running.stats()["opens"] >= TRIES * COUNT, "further tries")
            cpu_s = running.cpu_s()
            time.sleep(1)
            assert running.cpu_s() - cpu_s < 0.1
            assert running.stats()["opens"] == TRIES * COUNT
        running.until(failed=0)
        assert running.stats()["opens"] == (TRIES + 1) * COUNT


def test_only_what_is_in_view_is_tried_again(home, isolation):
    """The rest when it comes into view."""
    folder, program = start(home, "--isolation", isolation, "--jobs", "1")
    many = 120
    with program as running:
        running.idle()
        with no_descriptors(running):
            appear(home, folder, many)
            running.until(items=many, failed=many)
        first, last = running.status()["visible"]
        in_view = last - first + 1
        assert in_view < many / 2
        running.until(failed=many - in_view)
        time.sleep(1.5)
        assert running.status()["failed"] == many - in_view
        running.key("End").idle()
        first, last = running.status()["visible"]
        assert first > in_view
        fewer = many - in_view - (last - first + 1)  # those that the scroll passed may have come back too
        running.until(failed=lambda failed: failed <= fewer)
        shown = [number for row in pictures.wall(running.screenshot()) for number in row]
        assert shown == list(range(first, last + 1))
