"""What left the screen is waited for by nobody: what came into view instead is there as soon as if there were nothing else."""
# ctest: COST 40

import os

import numpy as np
import pytest
from PIL import Image

import opened
from frieze import is_sanitized, wait_until

COUNT, JOBS, TRIES = 400, 2, 3
PICTURE = (3000, 2000) if is_sanitized() else (6000, 4000)  # a worker takes a tenth of a second
SLOWER = (3600, 2400) if is_sanitized() else (9000, 6000)  # most of a second
TILE_BYTES, PICTURE_BYTES = 256 * 192 * 4, 1620 * 1080 * 4
FULL = "--size", "1920x1080", "--tile", "256x192", "--cache-size", "0", "--jobs", JOBS


def names_of_one(folder, size):
    """Many names of one picture that is slow to decode."""
    folder.mkdir()
    rows = np.random.default_rng(1).integers(0, 255, (size[1] // 16, size[0], 3), dtype=np.uint8)
    Image.fromarray(np.repeat(rows, 16, axis=0)).save(folder / "p0.png", compress_level=1)
    for number in range(1, COUNT):
        os.link(folder / "p0.png", folder / f"p{number}.png")
    return folder


@pytest.fixture(scope="module")
def folder(module_home):
    return names_of_one(module_home / "slow", PICTURE)


def start(home, folder, *options):
    return home.start(*FULL, *options, folder)


def decodes(running):
    return running.stats()["decode"]


def when_it_loads(running):
    """The first page is under way, and nearly all of it still to come. Gives how many are there."""
    running.until(items=COUNT, scanning=False)
    wait_until(lambda: decodes(running)["count"] > 0, "a first tile")
    return decodes(running)["count"]


@pytest.mark.parametrize("memory", ["64M", "512M"])
@pytest.mark.parametrize("motion", ["full", "off"])
def test_the_page_that_is_left(home, folder, memory, motion):
    """Its jobs that wait hold no memory back, and those under way no worker."""
    for _ in range(TRIES):
        with start(home, folder, "--memory", memory, "--motion", motion) as running:
            when_it_loads(running)
            with opened.names_in(folder) as told:
                running.key("End")
                before = len(told())
                running.until(visible=lambda seen: seen[1] == COUNT - 1)
                running.idle("screenful")
                first, last = running.status()["visible"]
                numbers = [int(name[1:-4]) for name in told()]
            decode = decodes(running)
        if decode["count"] < 2 * (last - first + 1) and decode["cancelled"] and len(numbers) == len(set(numbers)):
            break  # else the first page, or what was under way of it, was there before a busy machine came to press the key
    assert decode["cancelled"] > 0, decode
    assert set(range(first, last + 1)) <= set(numbers)
    assert len([number for number in numbers[before:] if number < first - (last - first)]) <= 2 * JOBS, numbers
    assert len(numbers) == len(set(numbers))


def test_the_page_before(home, folder):
    """It lies beside the view, where idle time would load it: what is under way of it gives its workers up all the same."""
    for _ in range(TRIES):
        with start(home, folder) as running:
            when_it_loads(running)
            running.key("PgDn", "PgDn").until(visible=lambda seen: seen[0] == 35)
            running.idle("screenful")
            decode = decodes(running)
        if decode["cancelled"] >= JOBS:
            break
    assert decode["cancelled"] >= JOBS, decode


def test_the_wall_that_a_picture_lies_over(home):
    """Its tiles under way, none of which is there soon, hold no worker back from the picture that was opened."""
    with start(home, names_of_one(home / "slower", SLOWER), "--motion", "off") as running:
        wait_until(lambda: decodes(running)["count"] >= 2 * JOBS, "tiles of each worker")
        running.key(*"lllll", "Return")
        wait_until(lambda: decodes(running)["cancelled"] > 0, "a worker for the picture", within_s=3)
        running.idle("screenful")
        assert running.status()["mode"] == "picture"


def test_a_page_that_is_left_for_a_moment(home, folder):
    """What was cancelled comes when it is looked at again, to the last tile."""
    with start(home, folder) as running:
        when_it_loads(running)
        for _ in range(5):
            running.key("End").key("Home")
        running.until(visible=lambda seen: seen[0] == 0)
        running.idle("screenful")
        assert decodes(running)["repeated"] == 0


def has_picture(stats):
    """Whether more was uploaded than all tiles together come to."""
    return stats["upload"]["bytes"] > (stats["decode"]["count"] + JOBS) * TILE_BYTES + PICTURE_BYTES / 2


def test_a_picture_needs_more_than_there_is(home, folder):
    """It is opened while a page loads that has taken all: what only waits gives way."""
    with start(home, folder, "--memory", "64M") as running:
        when_it_loads(running)
        running.key("Right", "Right", "Return")
        before = decodes(running)["count"]
        wait_until(lambda: has_picture(running.stats()), "the picture")
        decode = decodes(running)
        assert decode["count"] - before <= 2 + 3 * JOBS and decode["cancelled"] > 0, decode
