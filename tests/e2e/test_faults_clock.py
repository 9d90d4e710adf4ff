"""The time of day jumps by a year (docs/faults.md, row 33): nothing waits for it, and nothing is hurried by it."""
# ctest: COST 15 LABELS sanitized

import json
import mmap
import os
import signal
import struct
import time

import pytest
from PIL import Image

import pictures
from frieze import family, is_sanitized

YEAR_S = 365 * 86400
DELAY_S = 0.4
COUNT = 12
LIMIT_S = 8 if is_sanitized() else 4  # of which a busy machine leaves a decoder a part


@pytest.fixture
def clock(home):
    """Gives what the program's environment has to say for it, and what sets it: seconds off the right time."""
    path = home / "offset"
    path.write_bytes(bytes(8))
    with open(path, "r+b") as file:
        offset = mmap.mmap(file.fileno(), 8)
    options = f"{os.environ.get('ASAN_OPTIONS', '')}:verify_asan_link_order=0"  # its library is to be the first
    more = {"LD_PRELOAD": os.environ["FRIEZE_CLOCK"], "FRIEZE_CLOCK_OFFSET": str(path), "ASAN_OPTIONS": options}

    def jump(seconds):
        offset[:] = struct.pack("=q", seconds)
    return more, jump


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_slideshow_keeps_its_pace(home, isolation, clock):
    """Through a year forth, two back and one forth: each picture stays as long as any other, and none is lost."""
    more, jump = clock
    folder, shown = pictures.fill(home / "pictures", COUNT), home / "shown"
    options = "--isolation", isolation, "--slideshow", "--delay", str(DELAY_S), "--motion", "off", "--shown", shown
    with home.start("--size", "400x300", *options, folder, more=more) as frieze:
        for years in (1, -1, 0, -1, 1, 0):
            before = len(lines(shown))
            jump(years * YEAR_S)
            time.sleep(DELAY_S / 2)
            frieze.until(mode="slideshow", failed=0)
            end = time.monotonic() + 10
            while len(lines(shown)) < before + 2:
                assert time.monotonic() < end, f"it stands still, {years} years off"
                time.sleep(0.01)
        assert frieze.errors() == []
    stays = [line["ms"] for line in lines(shown)[:-1]]
    assert min(stays) > 900 * DELAY_S, stays
    assert is_sanitized() or max(stays) < 2000 * DELAY_S, stays


def test_decodes_and_waits_go_on(home, isolation, clock):
    """Deadlines, idle times and what clients wait for: no picture fails, no decoder is put down."""
    more, jump = clock
    folder = pictures.fill(home / "pictures", COUNT)
    options = "--isolation", isolation, "--size", "600x400", "--tile", "100x75", "--cache-size", "0"
    with home.start(*options, "--limit-seconds", "5", folder, more=more) as frieze:
        frieze.idle("loaded")
        for years in (1, -1, 0) * 2:
            frieze.key("r")
            jump(years * YEAR_S)
            frieze.idle("loaded")
            pictures.write(folder / f"new{years}.png", 1)
            frieze.until(items=COUNT + len(list(folder.glob("new*"))), pending=0, failed=0)
        assert frieze.stats()["decode"]["respawned"] == 0 and frieze.errors() == []
        assert frieze.status()["uptime_ms"] < 120e3


def test_stopped_and_continued(home, isolation):
    """As by Ctrl-Z, or with the machine that it runs on: that is no time in which a decoder hangs."""
    folder = home / "pictures"
    folder.mkdir()
    noise = Image.effect_noise((2500, 2000), 90).convert("RGB")
    for number in range(6):
        noise.save(folder / f"n{number}.png", compress_level=1)
    options = "--isolation", isolation, "--tile", "1000x800", "--size", "1000x800", "--cache-size", "0", "--jobs", "2"
    with home.start(*options, "--limit-seconds", str(LIMIT_S), folder) as frieze:
        for _ in range(2):
            frieze.key("r")
            time.sleep(0.05)
            stopped = family(frieze.pid)
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
            time.sleep(LIMIT_S + 0.5)
            for pid in reversed(stopped):
                os.kill(pid, signal.SIGCONT)
            frieze.idle()
        assert frieze.status()["failed"] == 0 and frieze.errors() == []
