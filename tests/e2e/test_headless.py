"""What a run without a display promises: sizes, pictures in their places, statistics, exit statuses."""

import json
import os
import select
import subprocess

import pytest
from PIL import Image

import pictures
from frieze import PATIENCE_S, wait_until

# What --stats holds: nested as in the file. None in a tuple allows null, for a value that was not reached.
NUMBER, COUNT = (int, float), (int,)
MAYBE = (int, float, type(None))
STATS = {
    "items": COUNT, "failed": COUNT, "unsupported": COUNT,
    "startup": dict.fromkeys(("window", "first_frame", "first_tile", "screenful", "all"), MAYBE),
    "frames": {"count": COUNT, "late": COUNT} | dict.fromkeys(
        [f"{what}_{how}" for what in ("work", "present", "total") for how in ("p50", "p99", "max")]
        + ["interval_p99", "recent_p50", "recent_p99", "recent_max", "recent_work_p50"], MAYBE),
    "render_thread": {"stall_max": NUMBER},
    "input": {"count": COUNT, "to_present_p50": MAYBE, "to_present_max": MAYBE},
    "decode": {"count": COUNT, "cpu": NUMBER, "cancelled": COUNT, "repeated": COUNT, "respawned": COUNT},
    "upload": {"count": COUNT, "bytes": COUNT, "time": NUMBER, "max": NUMBER},
    "cache": dict.fromkeys(("texture_bytes", "texture_bytes_peak", "pixel_bytes_peak", "hits", "disk_hits", "tiles"), COUNT),
    "memory": dict.fromkeys(("rss_peak_bytes", "pss_peak_bytes", "kept_bytes", "kept_limit_bytes", "pressures"), COUNT) | {"pressure": (str,)},
    "opens": COUNT, "renderer": (str,), "isolation": (str,), "sandbox_state": (str,), "sandbox": (list,),
}


def check_types(stats, types, path=""):
    assert set(stats) >= set(types), f"missing in --stats{path}: {set(types) - set(stats)}"
    for key, allowed in types.items():
        if isinstance(allowed, dict):
            check_types(stats[key], allowed, f"{path}.{key}")
        else:
            good = isinstance(stats[key], allowed) and not isinstance(stats[key], bool)
            assert good, f"--stats{path}.{key} is {stats[key]!r}"


@pytest.fixture(scope="module")
def folder(module_home):
    return pictures.fill(module_home / "pictures", 50)


def rows(columns, count):
    return [list(range(start, min(start + columns, count))) for start in range(0, count, columns)]


def test_screenshot_shows_a_screenful(home, folder):
    """35 tiles at the top of the wall, in natural order, in a frame of 1920x1080."""
    shot = home / "shot.png"
    stats, result = home.stats("--screenshot", shot, "--quit-when", "screenful", folder)
    image = Image.open(shot)
    assert (image.format, image.size) == ("PNG", (1920, 1080))
    assert pictures.wall(image) == rows(7, 35)
    assert all(box[2:] == (256, 192) for row in pictures.boxes(image)[1:] for box in row)
    assert (stats["items"], stats["failed"], stats["unsupported"]) == (50, 0, 0)
    assert result.lines == []


@pytest.mark.parametrize("size, tile, columns, visible", [
    ("800x600", "100x75", 7, 42),
    ("960x540", "120x70", 7, 35),
    ("640x480", "300x200", 2, 4),
    ("200x150", "256x192", 1, 1),
])
def test_size_and_tile(home, folder, size, tile, columns, visible):
    shot = home / "shot.png"
    result = home.frieze("--headless", "--size", size, "--tile", tile, "--screenshot", shot, "--quit-when",
                         "screenful", folder)
    assert result.status == 0
    image = Image.open(shot)
    assert "x".join(map(str, image.size)) == size
    assert pictures.wall(image) == rows(columns, visible)


def test_stats_of_all(home, folder):
    """All keys with their types, and figures that fit together."""
    stats, _ = home.stats("--quit-when", "loaded", "--size", "800x600", folder)
    check_types(stats, STATS)
    startup = stats["startup"]
    assert 0 < startup["window"] <= startup["first_frame"] <= startup["first_tile"] <= startup["screenful"]
    assert startup["screenful"] <= startup["all"]
    assert stats["decode"]["count"] == stats["opens"] == stats["upload"]["count"] == 50
    assert stats["decode"]["repeated"] == stats["decode"]["cancelled"] == 0
    assert stats["upload"]["bytes"] >= 50 * 256 * 192 * 3
    assert stats["frames"]["count"] >= 1
    assert stats["frames"]["work_p50"] <= stats["frames"]["work_p99"] <= stats["frames"]["work_max"]
    assert stats["memory"]["rss_peak_bytes"] > 1 << 20 and stats["memory"]["pss_peak_bytes"] > 1 << 20


def test_quit_when_screenful_reads_no_more_than_needed(home, folder):
    """Whoever wants a screenful does not wait for the rest of the list."""
    stats, _ = home.stats("--quit-when", "screenful", "--size", "540x440", folder)
    assert stats["startup"]["screenful"] is not None
    assert 4 <= stats["decode"]["count"] <= 50


def test_statistics_on_standard_output(home, folder):
    """Not in a file of that name."""
    result = home.frieze("--headless", "--quit-when", "screenful", "--stats", "-", folder)
    assert result.status == 0 and not (home / "-").exists()
    check_types(json.loads(result.out), STATS)


def test_statistics_that_nobody_takes(home, folder):
    command = [home.program, "--headless", "--quit-when", "screenful", "--stats", "-", folder]
    with open("/dev/full", "wb") as full, home.popen(command, stdout=full, stderr=subprocess.PIPE) as process:
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1 and b"cannot write to standard output" in err, err


def test_not_reached_is_null(home):
    """A folder that never yields a picture: --watch keeps it running, and what was not reached is null."""
    (home / "empty").mkdir()
    with home.start("--watch", "--stats", home / "stats.json", home / "empty") as frieze:
        frieze.idle()
    stats = json.loads((home / "stats.json").read_text())
    check_types(stats, STATS)
    assert stats["items"] == 0 and stats["startup"]["first_tile"] is None


def test_memory_is_a_bound(home, folder):
    """All of a list is decoded, although 40 tiles of 2.4 MB do not fit; what is held stays below the bound."""
    stats, _ = home.stats("--memory", "64M", "--tile", "900x675", "--size", "940x720", "--quit-when", "loaded",
                          pictures.fill(home / "large", 40, (1200, 900), "jpg"))
    assert stats["startup"]["all"] is not None and stats["decode"]["count"] >= 40
    assert stats["cache"]["texture_bytes_peak"] + stats["cache"]["pixel_bytes_peak"] <= 64 << 20


@pytest.mark.parametrize("text, number", [("80000000", 80000000), ("64M", 64 << 20), ("1G", 1 << 30),
                                          ("65536K", 64 << 20)])
def test_memory_suffixes(home, folder, text, number):
    stats, _ = home.stats("--memory", text, "--size", "300x300", "--quit-when", "screenful", folder)
    assert 0 < stats["cache"]["texture_bytes_peak"] <= number


def test_jobs_are_threads(home, folder):
    counts = []
    for jobs in (1, 5):
        with home.start("--size", "400x300", "--jobs", jobs, folder) as frieze:
            counts.append(sum(name.startswith("frieze:work") for name in frieze.idle().threads()))
    assert counts == [1, 5]


def test_names_stand_under_tiles(home, folder):
    """A row keeps its height whether or not names are shown."""
    found, ink = [], []
    for options in ((), ("--names",)):
        shot = home / "shot.png"
        home.frieze("--headless", "--size", "800x600", "--screenshot", shot, "--quit-when", "screenful", *options,
                    folder)
        image = Image.open(shot)
        found.append(pictures.boxes(image))
        x, y, w, h = found[0][0][1]
        ink.append(int(pictures.differs_from_background(image.crop((x, y + h + 1, x + w, y + h + 17))).sum()))
    assert found[0] == found[1]
    assert ink[0] == 0 and ink[1] > 40


def test_background(home, folder):
    shot = home / "shot.png"
    home.frieze("--headless", "--size", "800x600", "--background", "203040", "--screenshot", shot, "--quit-when",
                "screenful", folder)
    image = Image.open(shot).convert("RGB")
    assert image.getpixel((2, 2)) == (0x20, 0x30, 0x40)
    assert pictures.wall(image, (0x20, 0x30, 0x40)) == [[0, 1, 2], [3, 4, 5]]


def test_headless_by_itself(home, folder):
    """Without a display, --screenshot, --stats or --quit-when need none."""
    result = home.frieze("--screenshot", home / "shot.png", "--quit-when", "loaded", folder)
    assert (result.status, result.lines) == (0, [])
    assert Image.open(home / "shot.png").size == (1920, 1080)
    for options in (("--stats", home / "s.json"), ()):
        assert home.frieze(*options, "--size", "300x300", "--quit-when", "screenful", folder).status == 0


def test_no_display_is_said(home, folder):
    """One line that says what was tried, why it failed and what mends it."""
    result = home.frieze(folder)
    assert result.status == 1 and len(result.lines) == 1, result.err
    line = result.lines[0]
    assert all(word in line.lower() for word in ("display", "x11", "wayland", "--headless")), line
    unreachable = home.frieze(folder, more={"DISPLAY": ":4095", "WAYLAND_DISPLAY": "nowhere"})
    assert unreachable.status == 1 and len(unreachable.lines) == 1, unreachable.err


def test_shown_to_a_pipe_that_nobody_reads(home, folder):
    os.mkfifo(home / "pipe")
    result = home.frieze("--headless", "--quit-when", "loaded", "--shown", home / "pipe", folder)
    assert result.status == 1 and len(result.lines) == 1 and "--shown" in result.lines[0]
    reader = os.open(home / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with home.start("--size", "800x600", "--shown", home / "pipe", folder) as frieze:
        frieze.idle().key("Return").idle().key("n").idle()
        wait_until(lambda: select.select([reader], [], [], 1)[0] and b"p0.png" in os.read(reader, 4096), "the line of the first")
    os.close(reader)


def test_shown_is_a_line_for_each_picture(home, folder):
    log = home / "shown.jsonl"
    log.write_text("kept\n")
    with home.start("--size", "800x600", "--shown", log, folder) as frieze:
        frieze.idle().key("n", "Return").idle().key("n").idle().key("n").idle().key("Esc").idle()
        frieze.key("Home", "Return").idle()
    first, *lines = log.read_text().splitlines()
    assert first == "kept"
    shown = [json.loads(line) for line in lines]
    assert [os.path.basename(one["path"]) for one in shown] == ["p1.png", "p2.png", "p3.png", "p0.png"]
    assert all(os.path.isabs(one["path"]) and one["ms"] >= 0 for one in shown)
    times = [one["time"] for one in shown]
    assert times == sorted(times) and times[0] > 0


def test_one_file_headless_is_shown_alone(home, folder):
    """Its folder follows only on a display."""
    stats, result = home.stats("--quit-when", "loaded", folder / "p7.png")
    assert (stats["items"], result.lines) == (1, [])


def test_order_of_sources(home, folder):
    """As they are named, whichever is read first; two times the same is twice the same."""
    shot = home / "shot.png"
    more = pictures.fill(home / "more", 3)
    result = home.frieze("--headless", "--size", "1400x600", "--screenshot", shot, "--quit-when", "loaded",
                         folder / "p9.png", more, folder / "p4.png", folder / "p9.png")
    assert (result.status, result.lines) == (0, [])
    assert pictures.wall(Image.open(shot)) == [[9, 0, 1, 2, 4], [9]]


def test_folders_are_read_with_all_below(home):
    """Hidden ones only on demand; a folder that is linked into itself ends somewhere."""
    top = pictures.fill(home / "top", 2)
    pictures.write(top / ".hidden.png", 5)
    pictures.fill(top / "below" / "deeper", 2)
    pictures.fill(top / ".secret", 1)
    (top / "below" / "loop").symlink_to(top)
    assert home.stats("--quit-when", "loaded", top)[0]["items"] == 4
    assert home.stats("--quit-when", "loaded", "--hidden", top)[0]["items"] == 6


def test_screenshot_that_cannot_be_written(home, folder):
    small = ("--headless", "--size", "300x300", "--quit-when", "screenful", folder)
    result = home.frieze("--screenshot", home / "no" / "shot.png", *small)
    assert result.status == 1 and len(result.lines) == 1, result.err
    assert "shot.png" in result.lines[0]
    result = home.frieze("--stats", home / "no" / "s.json", *small)
    assert result.status == 1 and len(result.lines) == 1, result.err
    assert "s.json" in result.lines[0]
