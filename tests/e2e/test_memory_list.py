# ctest: RUN_SERIAL TRUE
"""A picture of the list takes at most a hundred bytes, names and folders included, in all processes together: as what a tree of
many takes more than a tree of fewer, with what decoders and textures take in both. Folders of five are about the smallest that
anybody keeps; larger ones take less. What orders go by and where tiles of a mosaic stand is part of that; so are long names, in
larger folders."""

import os
import time

import pytest

import frieze
import pictures

COUNTS = (20_000, 100_000)
IN_A_FOLDER = 5
IN_AN_ALBUM = 400
FILES = 40  # of which the others are links: a file may have some 65,000
LIST_BYTES = 100
LONG_NAME = "2024-07-19 a walk to the lighthouse in the evening "  # with number and suffix 58 bytes
RUNS = 3  # the lesser counts: what else a process takes now and then is only ever more
SETTLE_S = 2.0
SEEN = 12_000
KEPT = 4096


@pytest.fixture(scope="module")
def trees(module_home):
    """Named as cameras do it, in folders for days; or in words, in albums."""
    first = [pictures.write(module_home / f"{number}.jpg", number) for number in range(FILES)]
    for kind, each, name in (("days", IN_A_FOLDER, "DSC_"), ("albums", IN_AN_ALBUM, LONG_NAME)):
        for count in COUNTS:
            for number in range(count):
                album = module_home / f"{kind}{count}" / f"album{number // IN_AN_ALBUM:03}"
                folder = album / f"day{number // each:05}" if kind == "days" else album
                if number % each == 0:
                    folder.mkdir(parents=True)
                os.link(first[number % FILES], folder / f"{name}{number:06}.jpg")
    return module_home


def taken(home, folder, options, count):
    with home.start("--size", "640x480", "--memory", "32M", "--jobs", 1, "--cache-size", 0, *options, folder) as running:
        frieze.wait_until(lambda: not running.status()["scanning"], "all names")
        running.idle()
        time.sleep(SETTLE_S)  # what the listing was read with is given back
        running.idle()
        assert running.status()["items"] == count
        # What no file holds: how much of a library counts depends on who else uses it just now.
        return sum(frieze.rollup_bytes(pid, "Pss_Anon", "Pss_Shmem") for pid in frieze.family(running.pid))


@pytest.mark.skipif(frieze.is_sanitized(), reason="sanitizers have memory of their own")
@pytest.mark.parametrize("kind, options", (("days", ("--layout", "justified")), ("days", ("--sort", "size")), ("albums", ())))
def test_a_picture_of_the_list(home, trees, kind, options):
    fewer, more = (min(taken(home, trees / f"{kind}{count}", options, count) for _ in range(RUNS)) for count in COUNTS)
    each = (more - fewer) / (COUNTS[1] - COUNTS[0])
    assert 0 < each <= LIST_BYTES, f"{each:.1f} bytes a picture"
    print(f"{kind} {' '.join(options)}: {each:.1f} bytes a picture")


@pytest.mark.parametrize("layout", ("grid", "justified"))
def test_pictures_that_were_seen_long_ago(home, layout):
    """Hardly more is kept of them than of those that nobody has seen: what there is to know of about 4,096 pictures."""
    folder = home / "seen"
    folder.mkdir()
    first = pictures.write(home / "first.jpg", 1)
    for number in range(SEEN):
        os.link(first, folder / f"DSC_{number:06}.jpg")
    with home.start("--size", "1920x1080", "--tile", "64x64", "--memory", "64M", "--cache-size", 0, "--layout", layout, folder) as running:
        frieze.wait_until(lambda: running.status()["items"] == SEEN, "all names")
        at = -1
        while running.idle("screenful").status()["index"] > at:
            at = running.status()["index"]
            running.jump("PgDn")
        stats = running.stats()
        assert stats["decode"]["count"] >= SEEN, "some were never seen"
        assert stats["cache"]["tiles"] <= KEPT * 1.25
        running.jump("Home").idle("screenful")
        assert running.stats()["failed"] == 0
