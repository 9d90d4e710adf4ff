"""Each file's bytes are read once for its picture, and not again for what is told of it."""
# ctest: COST 15

import contextlib
import pathlib

import numpy as np
import pytest
from PIL import Image

CAPTION, NUMBER = 0x010e, 8
SLACK = 32 << 10  # of all, for what a new decoder reads of itself: less than the head of one file that is looked at once more


@pytest.fixture(scope="module")
def folder(module_home):
    """With all ways of reading: held as a whole, or piece by piece (JPEG of over a megabyte); what is told before the pixels and
    behind them (WebP)."""
    folder = module_home / "once"
    folder.mkdir()
    for number in range(NUMBER):
        suffix = ("jpg", "png", "webp")[number % 3]
        size = (900, 1200, 3) if number < 3 else (450, 600, 3)
        exif = Image.Exif()
        exif[CAPTION] = f"Number {number}"
        noise = np.random.default_rng(number).integers(0, 255, size, dtype=np.uint8)
        Image.fromarray(noise).save(folder / f"p{number}.{suffix}", exif=exif, quality=95)
    assert (folder / "p0.jpg").stat().st_size > 1 << 20
    return folder


def bytes_read(running):
    """By threads and processes that decode, with read(2) and the like, from the start on."""
    total, threads = 0, []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            threads += (process / "task").iterdir()
    for path in threads:
        with contextlib.suppress(OSError):
            fields = (path / "stat").read_text().rpartition(") ")[2].split()
            of_it = str(running.pid) in (path.parent.parent.name, fields[1]) or is_below(int(fields[1]), running.pid)
            name = (path.parent.parent / "cmdline").read_bytes()
            if of_it and (b"decoder" in name or (path / "comm").read_text().startswith("frieze:work")):
                total += int(next(line for line in (path / "io").read_text().splitlines()
                                  if line.startswith("rchar:")).split()[1])
    return total


def is_below(pid, top):
    while pid not in (0, 1, top):
        pid = int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])
    return pid == top


def read_while_leafing(home, folder, isolation, *keys):
    with home.start("--size", "640x480", "--tile", "64x48", "--cache-size", "0", "--isolation", isolation,
                    folder) as running:
        running.idle("loaded").key(*keys).idle()
        before, opens = bytes_read(running), running.stats()["opens"]
        running.key("Return").idle()
        for _ in range(NUMBER - 1):
            running.key("n").idle()
        running.until(index=NUMBER - 1)
        assert running.stats()["opens"] - opens == NUMBER
        return bytes_read(running) - before


def test_leafing_with_the_info_overlay(home, folder, isolation):
    """Nothing is opened or read beside what the pixels take."""
    without = read_while_leafing(home, folder, isolation, "Home")
    assert without > sum(path.stat().st_size for path in folder.iterdir()) * 0.9
    assert read_while_leafing(home, folder, isolation, "i", "i") <= without + SLACK
