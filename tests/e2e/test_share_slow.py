# ctest: COST 40
"""A share that answers, but takes its time, is no share that hangs: what is told of is one call that does not come back."""

import os
import time

import numpy as np
import pytest
from PIL import Image

import pictures
import share as shares
from frieze import PATIENCE_S, is_sanitized, wait_until
from test_share import SMALL, age

CALL_S = 0.6  # two of them are more than a second
LOOK_S, FILES, AT_ONCE = 0.05, 600, 300  # a request looks at more of them than that
ASKED_AGAIN_S = 0.2


def mounted(home, count, writable=False):
    pictures.fill(home / "behind", count)
    age(home / "behind")
    return shares.Share(home / "behind", home / "share", writable)


def fill_with_noise(folder, count):
    """Of 4 MB each."""
    folder.mkdir()
    noise = np.random.default_rng(7)
    for number in range(count):
        picture = Image.fromarray(noise.integers(0, 255, (1100, 1200, 3), dtype=np.uint8))
        picture.save(folder / f"p{number}.png", compress_level=0)
    age(folder)


def hung(running):
    return [line for line in running.errors() if "does not answer" in line]


@pytest.mark.parametrize("layout", ["grid", "justified"])
def test_each_open_and_each_read_takes_long(home, layout):
    with mounted(home, 6) as share:
        share.delays = {shares.OPEN: CALL_S, shares.READ: CALL_S}
        with home.start(*SMALL, "--layout", layout, share.path) as running:
            running.until(items=6, pending=0, failed=0)
            running.key("Return", "n").idle()
            assert not hung(running)


def test_each_file_is_opened_for_its_head_and_for_its_copy(home):
    """No more often, also where there is no room for all copies at once."""
    fill_with_noise(home / "behind", 12)
    with shares.Share(home / "behind", home / "share") as share:
        share.delays = dict.fromkeys((shares.OPEN, shares.READ), 0.1)
        with home.start("--size", "800x600", "--tile", "200x150", "--cache-size", "0", share.path) as running:
            running.until(items=12, pending=0, failed=0)
            assert max(share.opened.values()) <= 2, share.opened


def test_a_narrow_link(home):
    """As of a NAS over a poor radio: ten blocks of a megabyte at once would keep each other waiting for five seconds."""
    fill_with_noise(home / "behind", 4)
    with shares.Share(home / "behind", home / "share") as share:
        share.block, share.bytes_per_s = 1 << 20, 2_000_000
        with home.start(*SMALL, share.path) as running:
            running.until(items=4, pending=0, failed=0)
            running.idle("loaded")
            assert not hung(running)


def test_what_is_in_view_comes_while_all_are_looked_at(home):
    with mounted(home, 100) as share:
        for number in range(100, FILES):
            os.link(home / "behind" / "p0.png", home / "behind" / f"q{number}.png")
        share.delays = {shares.LOOKUP: LOOK_S}
        with home.start(*SMALL, "--tile", "200x150", share.path, "--sort", "modified") as running:
            running.ask("loading", "pause")
            running.until(items=FILES)
            wait_until(lambda: share.counts[shares.LOOKUP] > 2 / LOOK_S, "looks for two seconds")
            running.ask("loading", "resume")
            running.idle("screenful")
            assert share.counts[shares.LOOKUP] < AT_ONCE, share.counts
            assert not hung(running)


def test_a_rating_takes_long(home):
    with mounted(home, 2, writable=True) as share, home.start(*SMALL, share.path) as running:
        running.until(items=2, pending=0)
        running.idle()
        share.delays = dict.fromkeys((shares.LOOKUP, shares.OPEN, shares.READ, shares.CREATE, shares.WRITE, shares.RENAME), CALL_S)
        running.ask("rate", "4")
        wait_until(lambda: (home / "behind" / "p0.xmp").exists(), "a sidecar")
        time.sleep(CALL_S)
        assert not hung(running)


def test_a_call_that_does_not_come_back_is_told(home):
    """And goes on from where it was once it does."""
    with mounted(home, 6) as share:
        share.delays = {shares.OPEN: CALL_S}
        share.keeps_from = 0
        with home.start(*SMALL, share.path) as running:
            assert share.asked.wait(10)
            wait_until(lambda: hung(running), "a line about it", within_s=8)
            share.let_go()
            running.until(items=6, pending=0, failed=0)


def test_a_share_whose_every_read_takes_long_is_told_of_once(home):
    """It may look hung at first; from the answer on it is known to be slow."""
    with mounted(home, 6) as share:
        share.delays = {shares.READ: 4}
        with home.start(*SMALL, "--cache-size", "0", share.path) as running:
            running.until(items=6, pending=0, failed=0)
            for key in "Return", "n", "n", "n":
                running.key(key).idle()
            assert len(hung(running)) == 1, running.errors()
            assert len(running.errors()) == 2, running.errors()


@pytest.mark.skipif(is_sanitized(), reason="sanitizers take so long to decode that what lies ahead gets its turn meanwhile")
def test_pictures_in_view_do_not_wait_for_shapes_out_of_view(home):
    """Once the wall is shown these move nothing any more: those of a whole block would be 128."""
    with mounted(home, 100) as share:
        for number in range(100, 400):
            os.link(home / "behind" / f"p{number % 100}.png", home / "behind" / f"q{number}.png")
        age(home / "behind")
        share.delays = {shares.OPEN: 0.5, shares.READ: 0.5}
        with home.start("--size", "800x600", "--tile", "200x150", "--cache-size", "0", "--layout", "justified", share.path) as running:
            running.idle("screenful")
            assert len(share.opened) < 75, share.opened


def test_a_layout_is_shown_however_often_it_is_changed(home):
    """Of pictures whose shapes nobody knows: it waits for them, but not anew for each layout that is asked for."""
    with mounted(home, 60) as share:
        share.delays = {shares.OPEN: PATIENCE_S}
        with home.start(*SMALL, share.path) as running:
            of_grid = running.until(items=60, scanning=False)["visible"]
            seen = set()
            for layout in ("justified", "masonry") * 4:
                running.ask("set", "layout", layout)
                time.sleep(ASKED_AGAIN_S)
                seen.add(tuple(running.status()["visible"]))
            assert seen != {tuple(of_grid)}
            share.delays = {}
