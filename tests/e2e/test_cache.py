"""The tile cache: a wall seen before comes back without opening a picture file, and no fault of the cache stops the show."""
# ctest: LABELS sanitized

import contextlib
import os
import sqlite3
import struct
import time

import numpy as np
import pytest
from PIL import Image

import pictures
import share as shares
from frieze import wait_until

COUNT = 20
MANY = 100  # more than 32 MB hold as textures of 640x480


@pytest.fixture
def folder(home):
    folder = pictures.fill(home / "pictures", COUNT, suffix="jpg")
    settle(folder)
    return folder


def settle(folder, age_s=60):
    """As if its files had been there for a while: what changed a moment ago is not kept yet."""
    then = time.time() - age_s
    for path in folder.iterdir():
        os.utime(path, (then, then))


def load(home, *arguments):
    """Runs it until all is there; (files opened, tiles decoded, tiles found, the wall)."""
    shot = home / "shot.png"
    stats, result = home.stats("--quit-when", "loaded", "--screenshot", shot, "--size", "800x600", "--tile", "100x75",
                               *arguments)
    assert stats["failed"] == 0
    wall = pictures.wall(Image.open(shot).convert("RGB"))
    return (stats["opens"], stats["decode"]["count"], stats["cache"]["disk_hits"], wall), result.lines


def tiles(home):
    return home / "cache" / "frieze" / "tiles.db"


def kept(home):
    if not tiles(home).exists():
        return 0
    with contextlib.closing(sqlite3.connect(tiles(home))) as cache:
        try:
            return cache.execute("SELECT count(*) FROM entry WHERE box_w > 0").fetchone()[0]
        except sqlite3.OperationalError:
            return 0  # it has just been made


def test_seen_before_opens_nothing(home, folder):
    (opens, decodes, hits, wall), lines = load(home, folder)
    assert (opens, decodes, hits) == (COUNT, COUNT, 0) and lines == []
    assert load(home, folder) == ((0, 0, COUNT, wall), [])
    assert sum(wall, []) == list(range(COUNT))
    assert tiles(home).stat().st_mode & 0o777 == 0o600


def test_names_without_a_suffix_are_known(home, folder):
    """A file whose name says nothing is looked into before it gets a tile, but not once its tile is kept."""
    for path in list(folder.iterdir()):
        path.rename(path.with_suffix(""))
    (folder / "notes").write_text("no picture")
    settle(folder)
    (opens, decodes, _, wall), _ = load(home, folder)
    assert (opens, decodes) == (2 * COUNT + 1, COUNT)
    assert load(home, folder)[0] == (1, 0, COUNT, wall)  # the notes
    then = time.time() - 30
    os.utime(folder / "p3", (then, then))
    assert load(home, folder)[0] == (3, 1, COUNT - 1, wall)


def kept(home):
    with contextlib.closing(sqlite3.connect(tiles(home))) as db:
        return db.execute("SELECT count(*) FROM entry WHERE box_w > 0").fetchone()[0]


def test_idle_time_fills_the_cache(home):
    """With what no texture has room for, but only when nobody has been there for ten seconds."""
    folder = pictures.fill(home / "many", MANY, (640, 480), "jpg")
    settle(folder)
    with home.start("--size", "800x600", "--tile", "640x480", "--memory", "32M", folder) as frieze:
        frieze.idle()
        began = time.monotonic()
        wait_until(lambda: kept(home) > 0, "what is seen is kept", pause_s=0.2)  # some five seconds after it came
        before, decoded = kept(home), frieze.stats()["decode"]["count"]
        assert before < MANY and decoded < MANY
        wait_until(lambda: kept(home) == MANY, lambda: f"{kept(home)} of {MANY} are kept", pause_s=0.2)
        assert time.monotonic() - began > 9
        frieze.key("End").idle()
        assert frieze.stats()["decode"]["count"] == decoded and frieze.stats()["cache"]["disk_hits"] > 0


def test_what_changed_is_read(home, folder):
    load(home, folder)
    pictures.write(folder / "p3.jpg", 99)
    (opens, _, hits, wall), _ = load(home, folder)
    assert (opens, hits) == (1, COUNT - 1)
    assert sum(wall, []) == [0, 1, 2, 99, *range(4, COUNT)]


def test_another_size_is_read_anew(home, folder):
    load(home, folder)
    assert load(home, "--tile", "90x68", folder)[0][:3] == (COUNT, COUNT, 0)
    assert load(home, "--tile", "90x68", folder)[0][:3] == (0, 0, COUNT)


def test_a_size_of_0_turns_it_off(home, folder):
    assert load(home, "--cache-size", "0", folder)[0][:3] == (COUNT, COUNT, 0)
    assert load(home, "--cache-size", "0", folder)[0][:3] == (COUNT, COUNT, 0)
    assert not tiles(home).exists()


@pytest.mark.parametrize("alpha", [0, 128])
@pytest.mark.parametrize("suffix", ["png", "webp", "tga"])
def test_transparent_over_each_background(home, suffix, alpha):
    """The background shows through, from the cache too; another background reads the file again."""
    folder = home / "pictures"
    folder.mkdir()
    Image.new("RGBA", (300, 200), (0, 0, 0, alpha)).save(folder / f"clear.{suffix}", **{"lossless": True} if suffix == "webp" else {})
    settle(folder)
    for background, opens in (("204060", 1), ("204060", 0), ("a0b0c0", 1), ("a0b0c0", 0)):
        shot = home / "shot.png"
        stats, _ = home.stats("--quit-when", "loaded", "--screenshot", shot, "--size", "640x480", "--background",
                              background, folder)
        assert stats["opens"] == opens
        seen = np.array(Image.open(shot).convert("RGB").getpixel((140, 100)))
        assert np.abs(seen - np.array([*bytes.fromhex(background)]) * (255 - alpha) / 255).max() <= 1


def test_reload_reads_the_file(home, folder):
    load(home, folder)
    with home.start("--tile", "100x75", folder) as frieze:
        assert frieze.idle("loaded").stats()["opens"] == 0
        frieze.key("r").idle("loaded")
        assert frieze.stats()["opens"] == 1


def test_sorting_by_the_date_opens_nothing(home):
    """The dates of a wall seen before are known."""
    folder = home / "pictures"
    folder.mkdir()
    order = [3, 0, 4, 1, 2]
    for place, number in enumerate(order):
        tags = Image.Exif()
        tags[0x8769] = {0x9003: f"2020:01:0{place + 1} 12:00:00"}
        pictures.draw(number).save(folder / f"p{number}.jpg", quality=90, exif=tags)
    settle(folder)
    load(home, folder)
    with home.start("--sort", "date", "--tile", "100x75", "--size", "800x600", folder) as frieze:
        assert pictures.wall(frieze.idle("loaded").screenshot()) == [order]
        assert frieze.stats()["opens"] == 0


def late_tiff(path, place, size):
    """Its directory, with the date, stands at its end."""
    width, height = size
    pixels = pictures.draw(place, size).convert("L").tobytes()
    date = f"2020:01:{28 - place:02} 12:00:00\0".encode()
    at = 8 + len(pixels) + len(date)
    rows = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8), (277, 3, 1, 1),
            (278, 4, 1, height), (279, 4, 1, len(pixels)), (306, 2, len(date), 8 + len(pixels))]
    path.write_bytes(struct.pack("<2sHI", b"II", 42, at) + pixels + date +
                     struct.pack("<H", len(rows)) + b"".join(struct.pack("<HHII", *row) for row in rows) + bytes(4))


def comes_in_order_of_date(home, mount, *options):
    with home.start("--sort", "date", "--tile", "100x75", *options, mount) as running:
        running.idle("loaded")
        wait_until(lambda: [running.key(key).status()["title"] for key in ("Home", "n", "n")] == ["2.tif", "1.tif", "0.tif"],
                   "the order by date")


def test_dates_that_could_not_be_read_are_asked_for_again(home, isolation):
    """That a disk failed for a moment is not kept of them."""
    (home / "behind").mkdir()
    for place in range(3):
        late_tiff(home / "behind" / f"{place}.tif", place, (2600, 1000))
    settle(home / "behind")
    with shares.Share(home / "behind", home / "share") as share:
        share.readable = 2 << 20
        with home.start("--sort", "date", "--tile", "100x75", "--isolation", isolation, share.path) as running:
            running.idle("loaded")
            time.sleep(3)  # what is told is kept by then
        share.readable = 1 << 62
        comes_in_order_of_date(home, share.path, "--isolation", isolation)


def test_dates_that_were_not_looked_for_are_not_kept_as_missing(home):
    """Of large files on a share only the first part is read for an order by date; whoever decodes them knows more."""
    (home / "behind").mkdir()
    for place in range(3):
        late_tiff(home / "behind" / f"{place}.tif", place, (5000, 4000))
    settle(home / "behind", 2 * 3600)  # a share that does not say so in a moment is believed that they are the same
    with shares.Share(home / "behind", home / "share") as share:
        with home.start("--sort", "date", "--tile", "100x75", share.path) as running:
            running.idle("loaded")
            wait_until(lambda: kept(home) == 3, "their tiles are kept")
        comes_in_order_of_date(home, share.path)


def test_a_damaged_file_is_named_once_and_rebuilt(home, folder):
    _, _, _, wall = load(home, folder)[0]
    tiles(home).write_bytes(b"no database" * 5000)
    figures, lines = load(home, folder)
    assert figures == (COUNT, COUNT, 0, wall)
    assert len(lines) == 1 and str(tiles(home)) in lines[0] and "damaged" in lines[0]
    assert load(home, folder) == ((0, 0, COUNT, wall), [])


@pytest.mark.parametrize("content", [b"no database\n" * 5000, bytes(1 << 16)], ids=["text", "zeros"])
def test_one_that_is_rebuilt_is_like_a_new_one(home, folder, content):
    """Its bound counts the same pages, and it becomes smaller where that does."""
    tiles(home).parent.mkdir(exist_ok=True)
    tiles(home).write_bytes(content)
    load(home, folder)
    with contextlib.closing(sqlite3.connect(tiles(home))) as cache:
        assert [cache.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_size", "auto_vacuum")] == [8192, 2]


def test_one_of_a_later_frieze_is_its_own(home, folder):
    """What was started before it does not write to it any more."""
    with home.start("--tile", "100x75", folder) as running:
        running.idle("loaded")
        wait_until(lambda: kept(home) >= COUNT, "its tiles are kept")
        with contextlib.closing(sqlite3.connect(tiles(home), timeout=10)) as cache:
            cache.executescript("DELETE FROM entry; DELETE FROM pixels; PRAGMA user_version = 9999")
        running.ask("zoom_in")
        running.idle("loaded")
        wait_until(lambda: any("kept no more" in line for line in running.errors()), lambda: running.errors())
    with contextlib.closing(sqlite3.connect(tiles(home))) as cache:
        assert cache.execute("PRAGMA user_version").fetchone()[0] == 9999
        assert cache.execute("SELECT count(*) FROM entry").fetchone()[0] == 0


def test_no_folder_for_it(home, folder):
    """The cache folder cannot be made: said once, and all is shown."""
    (home / "cache" / "frieze").write_text("a file")
    for _ in range(2):
        figures, lines = load(home, folder)
        assert figures[:3] == (COUNT, COUNT, 0)
        assert len(lines) == 1 and str(tiles(home)) in lines[0] and "Not a directory" in lines[0]


def test_two_at_once(home, folder):
    more = pictures.fill(home / "more", 2 * COUNT, suffix="jpg")
    settle(more)
    with (home.start("--tile", "100x75", "--name", "one", folder) as one,
          home.start("--tile", "100x75", "--name", "two", more) as two):
        one.idle("loaded")
        two.idle("loaded")
    assert load(home, folder)[0][0] == load(home, more)[0][0] == 0
