"""Files that are cut, lie about their size, vanish, or change while they are read (docs/faults.md)."""
# ctest: COST 50 LABELS sanitized

import contextlib
import io
import os
import pathlib
import random
import re
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image

import pictures
from frieze import family, is_sanitized, isolations, pss_bytes
from test_bad_inputs import huge_png, png_chunk

MB = 1 << 20
CUT = ("jpg", "png", "webp")


def encoded(suffix):
    """One with detail all over it, so that every cut takes some of it away."""
    data = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 255, (96, 128, 3), dtype=np.uint8)
    Image.fromarray(noise).save(data, {"jpg": "JPEG"}.get(suffix, suffix.upper()))
    return data.getvalue()


# --- row 1 ---

@pytest.mark.parametrize("suffix", CUT)
def test_cut_at_every_percent(home, isolation, suffix):
    """Shown in part and called damaged, or refused: one line about each."""
    whole, folder = encoded(suffix), home / "cut"
    folder.mkdir()
    for percent in range(1, 100):
        (folder / f"{percent:02}.{suffix}").write_bytes(whole[:len(whole) * percent // 100])
    options = "--isolation", isolation, "--size", "1000x600", "--tile", "64x48"
    stats, result = home.stats(*options, "--quit-when", "loaded", folder)
    told = {percent: [line for line in result.lines if f"/{percent:02}.{suffix}" in line] for percent in range(1, 100)}
    unknown = {percent for percent in range(1, 100) if len(whole) * percent // 100 < 16}  # no head: no picture
    silent = {percent for percent, lines in told.items() if not lines} - unknown
    assert not silent and all(len(lines) <= 1 for lines in told.values()), (silent, told)
    assert stats["items"] + stats["unsupported"] == 99 and stats["unsupported"] <= len(unknown)
    in_part = stats["items"] - stats["failed"]
    assert in_part >= 40, f"only {in_part} of 99 are shown in part"


# --- rows 2 and 3: from the header ---

def jpeg_head(side):
    return (b"\xff\xd8\xff\xdb\x00\x43\x00" + b"\x10" * 64 + b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", side, side)
            + b"\x01\x01\x11\x00" + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + bytes(1000))


def cost(home, isolation, data, name):
    """What a file of these bytes takes over a small good one: (memory in bytes, CPU in ms), with the lines about it."""
    folder = pictures.fill(home / name, 1)
    options = "--isolation", isolation, "--size", "400x300", "--jobs", "1", "--cache-size", "0", "--quit-when", "loaded"
    before, _ = home.stats(*options, folder)
    (folder / name).write_bytes(data)
    after, result = home.stats(*options, folder)
    about = [line for line in result.lines if f"/{name}" in line]
    return (after["memory"]["rss_peak_bytes"] - before["memory"]["rss_peak_bytes"],
            after["decode"]["cpu"] - before["decode"]["cpu"], about, after["failed"])


@pytest.mark.parametrize("name, data", [("huge.png", huge_png(65535)), ("huge.jpg", jpeg_head(65535))])
def test_huge_is_refused_from_its_header(home, isolation, name, data):
    memory, cpu_ms, about, failed = cost(home, isolation, data, name)
    assert failed == 1 and len(about) == 1 and "65535" in about[0].replace(",", ""), about
    assert is_sanitized() or (memory < 8 * MB and cpu_ms < 5), (memory, cpu_ms)


def png_of_one_bit(side, interlaced):
    """Every other pixel is white, in some kilobytes."""
    packer = zlib.compressobj(9)
    data = b""
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    for x, y, step_x, step_y in passes if interlaced else [(0, 0, 1, 1)]:
        row = b"\0" + b"\xaa" * (((side - x + step_x - 1) // step_x + 7) // 8)
        data += b"".join(packer.compress(row) for _ in range(y, side, step_y))
    data += packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


def most_held(home, *arguments):
    """Bytes, of all processes together, while a wall's first picture is opened and looked at closely; the screenshots,
    and the status at the end."""
    with home.start(*arguments) as frieze:
        wall = frieze.idle("loaded").screenshot()
        picture = frieze.key("Return").screenshot()
        frieze.key("a").idle()
        peaks = [int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1)) << 10
                 for pid in family(frieze.pid)]
        return sum(peaks), (wall, picture), frieze.status(), frieze.errors()


@pytest.mark.parametrize("interlaced", [False, True])
def test_small_file_of_a_big_picture(home, isolation, interlaced):
    """196 megapixels in some kilobytes, at a bound of 64 MB: shown reduced, on the wall and alone."""
    data = png_of_one_bit(14000, interlaced)
    assert len(data) < 200000
    small, big = pictures.fill(home / "small", 1), home / "big"
    big.mkdir()
    (big / "big.png").write_bytes(data)
    options = "--isolation", isolation, "--memory", "64M", "--size", "400x300", "--jobs", "1", "--cache-size", "0"
    before, *_ = most_held(home, *options, small)
    after, shots, status, errors = most_held(home, *options, big)
    assert status["failed"] == 0 and not errors, errors
    assert all(abs(np.asarray(shot, dtype=int)[150, 200] - 128).max() < 4 for shot in shots)
    assert is_sanitized() or after - before < 64 * MB, (before, after)


# --- row 5 ---

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{0}">{1}</svg>'
CIRCLE = '<circle cx="1000" cy="1000" r="900" fill-opacity=".5"/>'
HUGE_SVG = SVG.format(1000000, '<rect width="1000000" height="1000000" fill="#808080"/>').encode()
SVGS = {
    "shapes": (SVG.format(2000, 3000 * CIRCLE), "takes longer than 0.5 s"),
    "deep": (SVG.format(2000, 3000 * "<g>" + CIRCLE + 3000 * "</g>"), "inside one another"),
}


@pytest.mark.parametrize("name", SVGS)
def test_svg_that_asks_for_too_much(home, isolation, name):
    """Refused with the reason, beside others that are shown."""
    text, reason = SVGS[name]
    folder = pictures.fill(home / "pictures", 3)
    (folder / "drawn.svg").write_text(text)
    options = "--isolation", isolation, "--limit-seconds", "0.5", "--size", "1900x1900", "--tile", "1800x1800"
    stats, result = home.stats(*options, "--cache-size", "0", "--quit-when", "loaded", folder)
    about = [line for line in result.lines if "/drawn.svg" in line]
    assert (stats["items"], stats["failed"], len(about)) == (4, 1, 1) and reason in about[0], result.lines


def test_huge_svg_is_drawn_as_large_as_it_is_wanted(home, isolation):
    """A million px each way, on the wall and alone."""
    small, huge = pictures.fill(home / "small", 1), home / "huge"
    huge.mkdir()
    (huge / "huge.svg").write_bytes(HUGE_SVG)
    options = "--isolation", isolation, "--memory", "64M", "--size", "400x300", "--jobs", "1", "--cache-size", "0"
    before, *_ = most_held(home, *options, small)
    after, shots, status, errors = most_held(home, *options, huge)
    assert status["failed"] == 0 and not errors, errors
    assert all(abs(np.asarray(shot, dtype=int)[150, 200] - 128).max() < 4 for shot in shots)
    assert is_sanitized() or after - before < 64 * MB, (before, after)


# --- row 8 ---

DASHES = ('<path d="M0 0' + "".join(f"H1600V{y % 1200}H0V{y % 1200}" for y in range(1, 1500)) +
          '" fill="none" stroke="#fff" stroke-width="2" stroke-dasharray="0.6 0.4" stroke-linecap="round"/>')


def peak_of_drawing(home, elements, failed):
    """Of all processes in bytes, with what is said: the peak it counted, or what is held at the end if that is more, as
    it looks now and then."""
    folder = pictures.fill(home / f"pictures{failed}", 2)
    (folder / "a.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="1200">{elements}</svg>')
    options = "--isolation", "process", "--jobs", "1", "--memory", "256M", "--cache-size", "0", "--limit-seconds", "120"
    with home.start(*options, "--size", "1600x1200", "--tile", "1600x1200", folder) as frieze:
        frieze.until(pending=0, failed=failed, items=3)
        held = pss_bytes(frieze.idle("loaded").pid)
        stats = frieze.stats()
        assert stats["decode"]["respawned"] == failed
        return max(stats["memory"]["pss_peak_bytes"] or 0, held), frieze.errors()


def test_decoder_takes_all_memory(home):
    """Ten million dashes, 20 kB of them: it is ended long before its limit of addresses, and the others are decoded."""
    if is_sanitized() or "process" not in isolations():
        pytest.skip("its memory tells nothing")
    small, _ = peak_of_drawing(home, "<circle r='900'/>", 0)
    all_it_may, errors = peak_of_drawing(home, DASHES, 1)
    limits = [int(found.group(1)) for line in errors if (found := re.search(r"/a\.svg: takes more than (\d+) MB", line))]
    assert len(limits) == 1 and 32 < limits[0] < 64, errors
    assert 16 * MB < all_it_may - small < 64 * MB, (small, all_it_may)


# --- rows 12 and 13: while it is read ---

@pytest.fixture(scope="module")
def large():
    """Megabytes that take a while to decode."""
    data = io.BytesIO()
    noise = np.random.default_rng(2).integers(0, 255, (2000, 3000, 3), dtype=np.uint8)
    Image.fromarray(noise).save(data, "PNG", compress_level=1)
    return data.getvalue()


def is_open(frieze, path):
    """Whether it is being read, by whichever of its processes."""
    for pid in family(frieze.pid):
        with contextlib.suppress(OSError):
            for name in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    if os.readlink(f"/proc/{pid}/fd/{name}") == str(path):
                        return True
    return False


def reload(frieze, path):
    """Whether it was caught while it was read anew."""
    frieze.key("r")
    deadline = time.monotonic() + 0.3
    while time.monotonic() < deadline:
        if is_open(frieze, path):
            return True
    return False


def test_deleted_while_it_is_decoded(home, isolation, large):
    """Finished from the open file; without a watch it stays on the wall."""
    (home / "pictures").mkdir()
    path = home / "pictures" / "large.png"
    path.write_bytes(large)
    options = "--isolation", isolation, "--no-watch", "--size", "600x400", "--cache-size", "0"
    with home.start(*options, path.parent) as frieze:
        frieze.idle("loaded")
        assert any(reload(frieze, path) for _ in range(10))
        path.unlink()
        decoded = frieze.idle("loaded").status()
        assert (decoded["items"], decoded["failed"], frieze.errors()) == (1, 0, [])
        frieze.key("r").until(failed=1)  # now it is gone


def test_deleted_and_watched(home, isolation, large):
    """It leaves the list."""
    folder = pictures.fill(home / "pictures", 3)
    path = folder / "a.png"
    path.write_bytes(large)
    options = "--isolation", isolation, "--size", "600x400", "--tile", "100x75", "--cache-size", "0"
    with home.start(*options, folder) as frieze:
        frieze.idle("loaded").key("Home")
        assert any(reload(frieze, path) for _ in range(10))
        path.unlink()
        frieze.until(items=3, failed=0, pending=0)
        assert sum(pictures.wall(frieze.screenshot()), []) == [0, 1, 2]


def test_cut_and_rewritten_while_it_is_read(home, isolation, large):
    """At any moment: damaged or refused until it is whole again, and never a SIGBUS."""
    seed = int(os.environ.get("FZ_TEST_SEED", time.time_ns()))
    print(f"FZ_TEST_SEED={seed}")
    chance = random.Random(seed)
    (home / "pictures").mkdir()
    path = home / "pictures" / "changing.png"
    path.write_bytes(large)
    caught = 0
    with home.start("--isolation", isolation, "--size", "600x400", "--cache-size", "0", path.parent) as frieze:
        frieze.idle("loaded")
        for _ in range(12):
            caught += reload(frieze, path)
            time.sleep(0.03 * chance.random())
            if chance.random() < 0.5:
                os.truncate(path, chance.randrange(len(large)))
            else:
                path.write_bytes(large[:chance.randrange(len(large))])
            time.sleep(0.1 * chance.random())
            path.write_bytes(large)
        frieze.until(failed=0, pending=0, items=1)
        assert frieze.stats()["decode"]["respawned"] == 0  # by no decoder's death either
        assert caught > 0
