"""frieze prime: the tiles of a wall made ahead."""
# ctest: LABELS sanitized

import contextlib
import os
import pty
import signal
import sqlite3
import threading
import time

import pytest

import pictures
from frieze import PATIENCE_S, wait_until

COUNT = 30


@pytest.fixture
def folder(home):
    folder = pictures.fill(home / "pictures", COUNT, suffix="jpg")
    then = time.time() - 60
    for path in folder.iterdir():
        os.utime(path, (then, then))
    return folder


def opens(home, *arguments):
    stats, _ = home.stats("--quit-when", "loaded", "--size", "800x600", *arguments)
    return stats["opens"], stats["cache"]["disk_hits"]


def prime(home, *arguments, status=0, **options):
    result = home.frieze("prime", *arguments, **options)
    assert result.status == status and result.out == "", result
    return result.lines


def test_the_wall_opens_nothing_then(home, folder):
    assert prime(home, folder) == [f"frieze prime: {COUNT} tiles"]
    assert opens(home, folder) == (0, COUNT)
    assert prime(home, folder) == [f"frieze prime: {COUNT} tiles"]


@pytest.mark.parametrize("fit", ["contain", "cover"])
@pytest.mark.parametrize("layout", ["grid", "justified", "masonry", "strip"])
def test_the_wall_of_any_layout_opens_nothing_then(home, folder, layout, fit):
    (home / "config" / "frieze").mkdir()
    (home / "config" / "frieze" / "frieze.conf").write_text(f"layout = {layout}\nfit = {fit}\n")
    assert prime(home, "--size", "800x600", folder) == [f"frieze prime: {COUNT} tiles"]
    assert opens(home, folder) == (0, COUNT)


def test_size_of_the_config_file_and_paths_on_standard_input(home, folder):
    (home / "config" / "frieze").mkdir()
    (home / "config" / "frieze" / "frieze.conf").write_text("tile = 100x75\n")
    paths = b"\0".join(os.fsencode(path) for path in sorted(folder.iterdir())[:7])
    assert prime(home, "--null", "-", data=paths) == ["frieze prime: 7 tiles"]
    assert opens(home, folder) == (COUNT - 7, 7)


@pytest.mark.parametrize("how", ["folder", "paths", "named"])
def test_what_lies_beneath_gets_no_tile(home, folder, how):
    """Of a RAW file and its JPEG a wall shows one tile, in whatever order they are told; without stacks it shows both."""
    names = ("p0.CR2", "p1.nef", "p2x.CR2", "sub/p3.CR2", "q.HIF", "q.CR2", "q.DNG")
    (folder / "sub").mkdir()
    for number, name in enumerate(names):
        pictures.draw(number, (320, 240)).save(folder / name, "JPEG")
        os.utime(folder / name, (time.time() - 60,) * 2)
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    given, data = {"folder": ([folder], None), "named": (paths, None),
                   "paths": (["--null", "-"], b"\0".join(map(os.fsencode, paths)))}[how]
    alone = COUNT + 3  # p2x, sub/p3 and q
    assert prime(home, *given, data=data) == [f"frieze prime: {alone} tiles"]
    assert len(kept(home)) == alone
    assert opens(home, folder) == (0, alone)
    (home / "config" / "frieze").mkdir()
    (home / "config" / "frieze" / "frieze.conf").write_text("no-stack = yes\n")
    assert prime(home, *given, data=data) == [f"frieze prime: {COUNT + len(names)} tiles"]
    assert len(kept(home)) == COUNT + len(names)
    assert opens(home, folder) == (0, COUNT + len(names))


def test_stacks_option(home, folder):
    pictures.draw(0, (320, 240)).save(folder / "p0.CR2", "JPEG")
    os.utime(folder / "p0.CR2", (time.time() - 60,) * 2)
    assert prime(home, "--no-stack", folder) == [f"frieze prime: {COUNT + 1} tiles"]


def test_letters(home, folder):
    """Those of the wall, where prime has no other use for them."""
    paths = b"\0".join(os.fsencode(path) for path in folder.iterdir())
    assert prime(home, "-t", "100x75", "-b102030", "-m", "256M", "-j1", "-0", "-", data=paths) == [f"frieze prime: {COUNT} tiles"]
    assert opens(home, folder, "-t", "100x75", "-b", "102030") == (0, COUNT)
    result = home.frieze("prime", "-x", folder)
    assert result.status == 2 and "unknown option -x" in result.err


def test_it_waits_for_a_cache_that_takes_long_to_open(home, folder):
    """On a slow card, or where another one is at it: longer than a wall would."""
    prime(home, folder)
    other = sqlite3.connect(home / "cache" / "frieze" / "tiles.db", isolation_level=None, check_same_thread=False)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    let_go = threading.Timer(1.5, other.close)
    let_go.start()
    assert prime(home, "--tile", "100x75", folder) == [f"frieze prime: {COUNT} tiles"]
    let_go.join()
    assert opens(home, "--tile", "100x75", folder) == (0, COUNT)


def test_what_fails_is_named_and_the_rest_is_made(home, folder):
    (folder / "broken.jpg").write_bytes((folder / "p1.jpg").read_bytes()[:20])
    (folder / "notes").write_text("no picture\n")
    lines = prime(home, folder, home / "missing", status=1)
    assert any("broken.jpg" in line for line in lines) and any("missing" in line for line in lines)
    assert not any("notes" in line for line in lines)
    assert opens(home, folder)[1] == COUNT


def test_what_is_shown_in_part_is_not_kept(home, folder):
    path = folder / "p1.jpg"
    whole, then = path.read_bytes(), path.stat().st_mtime
    path.write_bytes(whole[:len(whole) * 2 // 3])
    os.utime(path, (then, then))
    assert prime(home, folder) == [f"frieze prime: {COUNT - 1} tiles; 1 could not be kept"]
    assert len(kept(home)) == COUNT - 1


def kept(home):
    with contextlib.closing(sqlite3.connect(home / "cache" / "frieze" / "tiles.db")) as cache:
        return {row[0]: row[1] for row in cache.execute("SELECT id, box_w FROM entry WHERE box_w > 0")}


def test_more_than_the_cache_holds(home):
    """What a run has made or found does not go for the rest of it; what others have used before does."""
    folder = pictures.fill(home / "pictures", 100, suffix="jpg")
    then = time.time() - 60
    for path in folder.iterdir():
        os.utime(path, (then, then))
    said = prime(home, "--cache-size", "800K", "--jobs", "1", folder)
    first = kept(home)
    assert 10 < len(first) < 100
    size = (home / "cache" / "frieze" / "tiles.db").stat().st_size
    assert 400 << 10 < size <= 800 << 10  # how many fit in it hangs on the batches that they are written in
    assert said == [f"frieze prime: {len(first)} tiles; {100 - len(first)} found no room within --cache-size"]
    said = prime(home, "--cache-size", "800K", "--jobs", "1", folder)
    assert "found no room" in said[0]
    assert len(first.keys() & kept(home).keys()) > len(first) - 10  # a few are made in another order
    prime(home, "--cache-size", "800K", "--tile", "200x150", folder)
    assert 200 in kept(home).values() and len(first.keys() & kept(home).keys()) < len(first) / 2
    (home / "cache" / "frieze" / "tiles.db").unlink()
    said = prime(home, "--cache-size", "1K", folder)
    assert said == ["frieze prime: 0 tiles; 100 found no room within --cache-size"]


def test_a_source_that_is_missing_is_told_once(home, folder):
    for missing, why in ((home / "missing", "no such file or folder"), (folder / "p1.jpg" / "x.jpg", "Not a directory")):
        lines = prime(home, missing, status=1)
        assert lines == [f"frieze: {missing}: {why}", "frieze prime: 0 tiles, 1 failed"]
    paths = b"\0".join(os.fsencode(home / name) for name in ("missing", "another"))
    assert len(prime(home, "--null", "-", data=paths, status=1)) == 3
    (folder / "p1.jpg").write_bytes(b"")
    assert len(prime(home, folder / "p1.jpg", status=1)) == 2


def test_nowhere_to_keep_them(home, folder):
    assert "--cache-size" in prime(home, "--cache-size", "0", folder, status=2)[0]
    assert "SOURCE" in prime(home, status=2)[0]
    (home / "cache" / "frieze").write_text("a file")
    lines = prime(home, folder, status=1)
    assert len(lines) == 1 and "Not a directory" in lines[0]


def test_progress_on_a_terminal_and_cancelled(home):
    """What was made before is kept."""
    folder = pictures.fill(home / "large", 60, (1600, 1200), suffix="png")
    main, terminal = pty.openpty()
    process = home.popen([home.program, "prime", "--jobs", "1", folder], stderr=terminal)
    os.close(terminal)
    said = bytearray()

    def begun():
        said.extend(os.read(main, 4096))
        return b" of 60 pictures" in said
    wait_until(begun, "progress")
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_S) == 130
    while True:
        try:
            said.extend(os.read(main, 4096))
        except OSError:  # nobody writes to it any more
            break
    os.close(main)
    assert b"\r\x1b[K" in said and b"cancelled after " in said
