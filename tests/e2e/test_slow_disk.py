# ctest: COST 20 LABELS sanitized
"""A local disk that takes its time keeps nobody waiting but what lies on it: what reads from it is no worker."""

import os
import time

import numpy as np
import pytest
from PIL import Image

import pictures
import share as shares
from frieze import fair, family, is_sanitized, isolations, title_of, wait_until
from test_metadata import rating
from test_share_slow import fill_with_noise, hung

READ_S = 0.3
HEAD_BYTES = 1 << 17
SLOW, QUICK = 8, 16  # all of them in view
SYNC_S = 0.4  # an SD card, or a disk that others write to
END_S = 1.0
WALL = ("--jobs", "2", "--size", "1000x700", "--tile", "150x110", "--cache-size", "0", "--motion", "off")


@pytest.fixture
def disk(home):
    """Files of 4 MB, of which the kernel keeps what was read."""
    fill_with_noise(home / "behind", SLOW)
    with shares.Share(home / "behind", home / "slow", cached=True) as disk:
        yield disk


@pytest.fixture
def quick(home):
    """Pictures that take CPU time."""
    (home / "quick").mkdir()
    noise = np.random.default_rng(9)
    image = Image.fromarray(noise.integers(0, 255, (2500, 3000, 3), dtype=np.uint8)).resize((6000, 5000))
    image.save(home / "quick" / "q0.jpg")
    for number in range(1, QUICK):
        os.link(home / "quick" / "q0.jpg", home / "quick" / f"q{number}.jpg")
    return home / "quick"


def start(home, *arguments):
    more = {"LD_PRELOAD": os.environ["FRIEZE_SLOW_DISK"],
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
    return home.start(*WALL, *arguments, more=more)


def seconds_until(running, **expected):
    began = time.monotonic()
    running.until(**expected)
    return time.monotonic() - began


def forget(disk):
    """What the kernel keeps of its files."""
    for path in disk.path.iterdir():
        fd = os.open(path, os.O_RDONLY)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(fd)


def seconds_beside(home, disk, quick):
    """Of the slow one come the heads, after their time, and nothing else before all of the quick one are shown."""
    forget(disk)
    disk.delays, disk.keeps_from = {shares.READ: READ_S}, HEAD_BYTES
    with start(home, disk.path, quick) as running:
        try:
            return seconds_until(running, items=SLOW + QUICK, pending=SLOW, failed=0)
        finally:  # or nobody who waits for it could end
            disk.delays = {}
            disk.let_go()
            running.until(pending=0, failed=0)


@pytest.mark.skipif(is_sanitized(), reason="compares times")
def test_pictures_of_another_disk_do_not_wait(home, disk, quick):
    """The best of three: other tests run beside this one."""
    alone, beside = [], []
    for _ in range(3):
        with start(home, quick) as running:
            alone.append(seconds_until(running, items=QUICK, pending=0, failed=0))
        beside.append(seconds_beside(home, disk, quick))
    print(f"{min(alone):.2f} s alone, {min(beside):.2f} s beside a slow disk")
    assert min(beside) < 2 * min(alone) + READ_S


def test_each_byte_is_asked_of_the_disk_once(home, disk):
    """But for single pages that the kernel asks a FUSE file system for once more, now and then."""
    disk.delays = {shares.READ: READ_S}
    size = (disk.folder / "p0.png").stat().st_size
    for _ in range(2):
        with start(home, disk.path) as running:
            running.until(items=SLOW, pending=0, failed=0)
            assert not hung(running)
        assert len(disk.read_bytes) == SLOW and max(disk.read_bytes.values()) < 1.05 * size, (size, disk.read_bytes)


def test_whoever_waits_for_its_turn_does_not_hang(home, disk):
    """A disk that reads one thing after the other, as a card does: the last file waits for ten seconds. Nor is it made to seek."""
    disk.bytes_per_s = 3_000_000
    with start(home, disk.path) as running:
        running.until(items=SLOW, pending=0, failed=0)
        assert not hung(running)
    turns = 1 + sum(a != b for a, b in zip(disk.read_order, disk.read_order[1:]))
    print(f"{turns} turns for {SLOW} files, {len(disk.read_order)} reads")
    assert turns < 4 * SLOW


def big_tiff(folder):
    """Of which a decoder reads all but the beginning by itself."""
    folder.mkdir()
    Image.fromarray(np.random.default_rng(3).integers(0, 255, (2000, 2500, 3), dtype=np.uint8)).save(folder / "big.tif")
    return folder


@pytest.mark.parametrize("limit_s, ends", [(1, False), (0.2, True)])
def test_what_a_disk_gives_slowly_is_no_bad_picture(home, limit_s, ends):
    """Four seconds of reading are no computing time; but ten times that it may take at most."""
    with shares.Share(big_tiff(home / "behind"), home / "slow", cached=True) as disk:
        disk.bytes_per_s = 4_000_000
        with start(home, "--limit-seconds", str(limit_s if ends else fair(limit_s)), disk.path) as running:
            running.until(items=1, pending=0, failed=int(ends))


def start_rating(home, folder):
    """Of a disk that is quick but for what is to be on it for certain."""
    if "process" not in isolations():
        pytest.skip("nothing outlives it without processes")
    more = {"LD_PRELOAD": os.environ["FRIEZE_SLOW_DISK"], "FRIEZE_SLOW_FSYNC_MS": f"{1000 * SYNC_S:.0f}",
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
    return home.start(*WALL, "--keys", "cull", folder, more=more)


def test_ratings_are_written_when_the_program_has_ended(home):
    """All of them, by the reader alone, which ends then; nobody who quits waits for that, and nothing is said to be lost."""
    folder = pictures.fill(home / "rated", 8, suffix="jpg")
    with start_rating(home, folder) as running:
        running.idle("loaded").key("Home", *"1n2n3n4n5nxn2n3")
        readers = [pid for pid in family(running.pid) if title_of(pid).startswith("frieze: reader")]
        began = time.monotonic()
        running.key("q").process.wait()
        took = time.monotonic() - began
        assert running.errors() == []
    expected = [1, 2, 3, 4, 5, -1, 2, 3]
    assert readers and [rating(folder / f"p{i}.xmp") for i in range(8)] != expected, "the disk is slow"
    wait_until(lambda: [rating(folder / f"p{i}.xmp") for i in range(8)] == expected,
               lambda: [rating(folder / f"p{i}.xmp") for i in range(8)], within_s=fair(8 * SYNC_S + 5))
    wait_until(lambda: not any(title_of(pid) for pid in readers), "the end of the reader")
    assert sorted(path.suffix for path in folder.iterdir()) == [".jpg"] * 8 + [".xmp"] * 8
    assert took < fair(END_S)


def test_only_the_last_rating_of_a_picture_waits(home):
    """Of many presses at once the first is written, and the last."""
    folder = pictures.fill(home / "rated", 2, suffix="jpg")
    seen = set()
    with start_rating(home, folder) as running:
        running.idle("loaded").key("Home", *"23452341")
        wait_until(lambda: seen.add(rating(folder / "p0.xmp")) or 1 in seen, lambda: seen)
    assert seen <= {None, 2, 1}
