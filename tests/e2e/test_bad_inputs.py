"""Bad inputs as a table of cases. Each is told in one clear line, counted where it belongs, never waited for, and takes
no other picture with it."""
# ctest: COST 35 LABELS sanitized

import io
import os
import re
import socket
import struct
import zlib

import pytest
from PIL import Image

import pictures
from frieze import Home, is_sanitized

GOOD = (1, 2, 3)  # the pictures that stand beside each bad one


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge_png(side):
    """A PNG whose header promises side x side pixels, with the data of a few."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(b"\0" * 1000))
            + png_chunk(b"IEND", b""))


def encoded(suffix, number=7):
    buffer = io.BytesIO()
    pictures.draw(number).save(buffer, {"jpg": "JPEG"}.get(suffix, suffix.upper()))
    return buffer.getvalue()


def part_of(suffix, part):
    whole = encoded(suffix)
    return whole[:int(len(whole) * part)]


def flipped(suffix, at):
    """One byte of it is wrong."""
    whole = bytearray(encoded(suffix))
    whole[int(len(whole) * at)] ^= 0x5a
    return bytes(whole)


# Pictures that frieze knows but does not decode: name, bytes, format as the line calls it.
UNREAD = [
    ("scan.jp2", b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(100), "JPEG 2000"),
    ("without-suffix", b"\xff\x4f\xff\x51" + bytes(100), "JPEG 2000"),
    ("named.jpg", b"\x76\x2f\x31\x01" + bytes(100), "OpenEXR"),
]

# Heads of formats whose library a build may have or not: name, bytes.
MAYBE_READ = [
    ("phone.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)),
    ("web.avif", b"\0\0\0\x1cftypavif\0\0\0\0mif1avifmiaf" + bytes(100)),
    ("new.jxl", b"\xff\x0a\xfa\x7f\x01" + bytes(100)),
    ("camera.raf", b"FUJIFILMCCD-RAW 0201FF1234" + bytes(100)),
]

# Files that stand among good ones: name, bytes, and what becomes of it:
#   failed       a tile that says why, a line that says why
#   damaged      a tile that shows what can be seen of it, a line that says so
#   unsupported  left out, a line that says so
FILES = [
    ("words.jpg", b"not a picture\n", "unsupported"),
    ("words", b"not a picture\n", "unsupported"),
    ("page.png", b"<!DOCTYPE html><html><body>404</body></html>", "unsupported"),
    ("zeros.png", bytes(5000), "unsupported"),
    ("empty.jpg", b"", "unsupported"),
    ("one-byte.gif", b"G", "unsupported"),
    ("signature-only.png", b"\x89PNG\r\n\x1a\n", "failed"),
    ("header-only.jpg", encoded("jpg")[:20], "failed"),
    ("no-pixels.png", encoded("png")[:40], "failed"),
    ("half.jpg", part_of("jpg", 0.5), "damaged"),
    ("half.png", part_of("png", 0.5), "failed or damaged"),
    ("wrong-checksum.png", encoded("png")[:-20] + b"\x00" * 8 + encoded("png")[-12:], "failed or damaged"),
    ("huge.png", huge_png(65535), "failed"),
    ("huger.png", huge_png(0x7fffffff), "failed"),
    ("no-size.png", huge_png(0), "failed"),
    ("huge.bmp", b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 2**31 - 1, 2**31 - 1, 1, 24, 0, 0, 0, 0, 0,
                                     0), "failed"),
    ("empty.xcf", b"gimp xcf v003\0" + bytes(100), "failed"),
    ("half.gif", part_of("gif", 0.3), "failed or damaged"),
    ("half.bmp", part_of("bmp", 0.5), "failed or damaged"),
    ("half.webp", part_of("webp", 0.5), "failed or damaged"),
    ("half.tiff", part_of("tiff", 0.5), "failed or damaged"),
    ("wrong.jpg", flipped("jpg", 0.02), "any"),
    ("jpeg-named.png", encoded("jpg", 9), "good"),
    ("png-without-suffix", encoded("png", 9), "good"),
]


def fates(*wanted):
    rows = [row for row in FILES if row[2] in wanted]
    return pytest.mark.parametrize("name, data, fate", rows, ids=[row[0] for row in rows])


def check_good(shown, known=GOOD):
    """All good pictures are on the wall, in order, whatever stands beside them."""
    numbers = [number for row in pictures.wall(shown) for number in row if number in known]
    assert tuple(numbers) == known


def beside_good(home):
    """A folder with good pictures before and after what a case puts there."""
    folder = home / "pictures"
    folder.mkdir()
    for number, name in zip(GOOD, ("a.png", "b.png", "zz.png")):
        pictures.write(folder / name, number)
    return folder


def unclear(lines):
    """Builds with sanitizers leave decoders their standard error, and libjxl says more there than anybody asked."""
    if is_sanitized():
        lines = [line for line in lines if line and not line.startswith("./lib/jxl/")]
    return [line for line in lines if not (line.startswith("frieze: ") and line.isprintable())]


def load(home, *sources, more=(), clear=True):
    """Loads all of the sources; gives statistics, lines of standard error, and what was shown."""
    shot = home / "shot.png"
    stats, result = home.stats("--size", "1000x600", "--tile", "100x75", "--screenshot", shot, "--quit-when",
                               "loaded", *more, *sources)
    assert not clear or not unclear(result.lines), unclear(result.lines)
    return stats, result.lines, Image.open(shot).convert("RGB")


def load_alone(home, source, status):
    """The same for a single source, of which only the lines count."""
    stats, result = home.stats("--size", "300x300", "--quit-when", "loaded", source, status=status)
    assert not unclear(result.lines), unclear(result.lines)
    return stats, result.lines


def about(lines, name):
    """The lines about a file, each of which names it once."""
    found = [line for line in lines if re.search(rf"(^|[/ ]){re.escape(name)}([: ]|$)", line)]
    assert all(line.count(name) == 1 for line in found), f"named twice: {found}"
    return found


def write_all(folder, rows):
    for name, data, _ in rows:
        (folder / name).write_bytes(data)


@pytest.fixture(scope="module")
def crowd(module_home):
    """One folder with all files of the table that are pictures, good or bad, beside good ones."""
    folder = beside_good(module_home)
    rows = [row for row in FILES if row[2] != "unsupported"]
    write_all(folder, rows)
    return load(module_home, folder, clear=False), rows


@fates("failed", "damaged", "failed or damaged", "any", "good")
def test_line_about_a_file_in_a_folder(crowd, name, data, fate):
    """Exactly one for what is bad, none for what is good."""
    (_, lines, _), _ = crowd
    told = about(lines, name)
    assert len(told) == (0 if fate == "good" else 1) or fate == "any" and len(told) <= 1, told


def test_counts_of_a_folder_with_all_of_them(crowd):
    (stats, lines, shown), rows = crowd
    check_good(shown)
    check_good(shown, (1, 2, 9, 9, 3))
    sure = sum(fate == "failed" for _, _, fate in rows)
    unsure = sum(fate in ("failed or damaged", "any") for _, _, fate in rows)
    assert sure <= stats["failed"] <= sure + unsure
    assert (stats["items"], stats["unsupported"]) == (len(GOOD) + len(rows), 0)
    assert all(any(name in line for name, _, _ in rows) for line in lines), f"lines about something else: {lines}"
    assert not unclear(lines), unclear(lines)


@fates("unsupported")
def test_no_picture(home, name, data, fate):
    """In a folder: left out, with one line. Named alone: one line about it, and status 3."""
    folder = beside_good(home)
    (folder / name).write_bytes(data)
    stats, lines, shown = load(home, folder)
    check_good(shown)
    assert len(lines) == len(about(lines, name)) == 1, lines
    assert (stats["items"], stats["failed"], stats["unsupported"]) == (3, 0, 1)
    _, lines = load_alone(home, folder / name, 3)
    assert len(about(lines, name)) == 1, lines


@pytest.mark.parametrize("name, data, title", UNREAD, ids=[row[0] for row in UNREAD])
def test_format_without_a_decoder(home, name, data, title):
    """It keeps its tile, which says what it is; alone it counts as a picture."""
    folder = beside_good(home)
    (folder / name).write_bytes(data)
    stats, lines, shown = load(home, folder)
    check_good(shown)
    assert lines == [f"frieze: {folder / name}: {title}: this build cannot read it"]
    assert (stats["items"], stats["failed"], stats["unsupported"]) == (4, 1, 0)
    stats, lines = load_alone(home, folder / name, 0)
    assert (stats["items"], stats["failed"], len(lines)) == (1, 1, 1)


@pytest.mark.parametrize("name, data", MAYBE_READ, ids=[row[0] for row in MAYBE_READ])
def test_format_with_a_library_of_its_own(home, name, data):
    """It fails with one line of ours, whether the library is there or not."""
    folder = beside_good(home)
    (folder / name).write_bytes(data)
    stats, lines, shown = load(home, folder)
    check_good(shown)
    assert len([line for line in lines if line.startswith(f"frieze: {folder / name}: ")]) == 1, lines
    assert (stats["items"], stats["failed"], stats["unsupported"]) == (4, 1, 0)


def test_bad_files_that_are_named(home):
    """Each has its tile and its line."""
    rows = [row for row in FILES if row[2] in ("failed", "damaged", "unsupported")]
    write_all(home.path, rows)
    stats, lines, _ = load(home, *(home / name for name, _, _ in rows))
    assert {name: len(about(lines, name)) for name, _, _ in rows} == {name: 1 for name, _, _ in rows}
    assert stats["failed"] + stats["unsupported"] == sum(fate != "damaged" for _, _, fate in rows)


@fates("failed", "damaged")
def test_damaged_picture_alone(home, name, data, fate):
    """It counts as a picture: status 0."""
    (home / name).write_bytes(data)
    stats, lines = load_alone(home, home / name, 0)
    assert (stats["items"], stats["failed"]) == (1, int(fate == "failed"))
    assert len(lines) == len(about(lines, name)) == 1, lines


def test_many_that_are_no_pictures_share_a_line(home):
    folder = beside_good(home)
    for number in range(20):
        (folder / f"notes{number}.jpg").write_text("not a picture\n")
    stats, lines, shown = load(home, folder)
    check_good(shown)
    assert (stats["items"], stats["failed"], stats["unsupported"]) == (3, 0, 20)
    assert len(lines) == 1 and "20" in lines[0] and "notes" in lines[0], lines


def test_files_of_other_kinds_are_left_out_silently(home):
    """What is not even named like a picture is nobody's mistake."""
    folder = beside_good(home)
    for name in ("notes.txt", "song.mp3", "clip.mp4", "Thumbs.db", "list.m3u", "archive.zip"):
        (folder / name).write_bytes(b"something else\n")
    stats, lines, shown = load(home, folder)
    check_good(shown)
    assert (stats["items"], stats["failed"], lines) == (3, 0, [])


# --- names ---

NAMES = [b"new\nline.png", b"tab\tstop.png", b"\x1b[31mred.png", b"\xff\xfe\x80.png", b"n" * 251 + b".png", b"-rf.png",
         b" .png", b"a b  c.png", "ünïcödé \N{SNOWMAN}.png".encode(), "\N{RIGHT-TO-LEFT OVERRIDE}gnp.png".encode(),
         b"100%s%n.png", b"back\\slash.png", b"'quote\".png", b"$(touch x).png"]


@pytest.mark.parametrize("is_good", [True, False], ids=["good", "bad"])
def test_names(home, is_good):
    """A good picture is shown whatever its name; of a bad one the line stays one line of printable text."""
    folder = beside_good(home)
    for number, name in enumerate(NAMES):
        with open(bytes(folder) + b"/" + name, "wb") as file:
            file.write(encoded("png", 10 + number) if is_good else encoded("png")[:40])
    stats, lines, shown = load(home, folder, more=("--names",))
    numbers = {number for row in pictures.wall(shown) for number in row if number is not None}
    count = len(NAMES)
    if is_good:
        assert (stats["items"], stats["failed"], lines) == (count + 3, 0, [])
        assert numbers == {1, 2, 3, *range(10, 10 + count)}
    else:
        assert (stats["items"], stats["failed"], len(lines)) == (count + 3, count, count), lines
        assert numbers == {1, 2, 3}


# --- what is no file, and what cannot be read ---

def make_special(kind, path):
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
    elif kind == "dangling":
        path.symlink_to("nowhere.png")
    elif kind == "loop":
        path.symlink_to(path.name)
    elif kind == "zero":
        path.symlink_to("/dev/zero")
    elif kind == "null":
        path.symlink_to("/dev/null")
    elif kind == "long":
        path.symlink_to("x/" * 2000 + "y.png")
    else:
        raise ValueError(kind)


SPECIAL = ["fifo", "socket", "dangling", "loop", "zero", "null", "long"]


def test_specials_in_a_folder(home):
    """Never opened for reading, or not waited for; at most one line about each, a tile only for what says why."""
    folder = beside_good(home)
    for kind in SPECIAL:
        make_special(kind, folder / f"{kind}.png")
    stats, lines, shown = load(home, folder)
    check_good(shown)
    counts = {kind: len(about(lines, f"{kind}.png")) for kind in SPECIAL}
    assert max(counts.values()) <= 1 and len(lines) <= len(SPECIAL), lines
    assert stats["items"] == 3 + stats["failed"] and stats["failed"] + stats["unsupported"] <= len(SPECIAL)


def test_specials_that_are_named(home):
    """One line about each; what stands beside them is shown."""
    for kind in SPECIAL:
        make_special(kind, home / f"{kind}.png")
    pictures.write(home / "good.png", 5)
    stats, lines, shown = load(home, *(home / f"{kind}.png" for kind in SPECIAL), home / "good.png", "/dev/zero")
    check_good(shown, (5,))
    names = [f"{kind}.png" for kind in SPECIAL] + ["dev/zero"]
    assert {name: len(about(lines, name)) for name in names} == {name: 1 for name in names}
    assert stats["items"] - stats["failed"] == 1


@pytest.mark.parametrize("kind", SPECIAL)
def test_special_alone(home, kind):
    """It yields no picture."""
    make_special(kind, home / "special.png")
    _, lines = load_alone(home, home / "special.png", 3)
    assert len(about(lines, "special.png")) == 1, lines


def test_missing_beside_good(home):
    """One line, and the rest is shown."""
    folder = beside_good(home)
    stats, lines, shown = load(home, home / "missing.png", folder, home / "missing folder")
    check_good(shown)
    assert len(lines) == 2 and len(about(lines, "missing.png")) == len(about(lines, "missing folder")) == 1, lines
    assert stats["items"] - stats["failed"] == 3


def test_path_through_a_file(home):
    pictures.write(home / "file.png", 1)
    _, lines = load_alone(home, home / "file.png" / "below.png", 3)
    assert len(about(lines, "below.png")) == 1, lines


def test_name_that_is_too_long(home):
    name = "n" * 5000 + ".png"
    pictures.write(home / "good.png", 5)
    _, lines, shown = load(home, name, home / "good.png")
    check_good(shown, (5,))
    assert len(lines) == 1 and len(lines[0]) < 4500 and "nnnn" in lines[0], lines


def test_deep_folders(home):
    """Deeper than a path may be long."""
    folder = beside_good(home)
    back = os.getcwd()
    try:
        os.chdir(folder)
        for _ in range(25):
            os.mkdir("d" * 200)
            os.chdir("d" * 200)
        pictures.write("deep.png", 9)
    finally:
        os.chdir(back)
    stats, lines, shown = load(home, folder)
    check_good(shown)
    assert len(lines) <= 1 and 3 <= stats["items"] <= 4, lines


@pytest.mark.parametrize("mode, what", [(0o000, "file"), (0o000, "folder"), (0o444, "folder")])
def test_unreadable(mode, what):
    """By a user whom permissions bind: an unreadable picture is a failed tile, an unreadable folder one line."""
    with Home(ordinary=True) as home:
        folder = beside_good(home)
        if what == "file":
            pictures.write(folder / "closed.png", 7)
        else:
            pictures.fill(folder / "closed.png", 2)
        home.hand_over(folder)
        (folder / "closed.png").chmod(mode)
        stats, lines, shown = load(home, folder)
        check_good(shown)
        (folder / "closed.png").chmod(0o700)
        assert lines and all("/closed.png" in line and "ermission denied" in line for line in lines), lines
        if what == "file":
            assert (stats["items"], stats["failed"], len(lines)) == (4, 1, 1), lines
        else:
            # One that may be listed but not entered yields names that cannot be opened.
            assert stats["items"] - stats["failed"] == 3 and (mode or (stats["items"], len(lines)) == (3, 1)), lines


def test_file_that_vanishes_before_it_is_loaded(home):
    """Listed while loading is paused, gone when it is resumed: a failed tile or none, one line at most."""
    folder = beside_good(home)
    for number in range(30):
        pictures.write(folder / f"m{number}.png", number)
    with home.start("--no-watch", "--size", "300x300", "--tile", "200x200", folder) as frieze:
        frieze.ask("loading", "pause")
        frieze.until(scanning=False, items=33)
        (folder / "zz.png").unlink()
        (folder / "m29.png").unlink()
        frieze.ask("loading", "resume")
        frieze.ask("wait", "loaded", 20)
        status = frieze.status()
        assert status["items"] - status["failed"] == 31, status
        assert len(about(frieze.errors(), "zz.png")) <= 1


def test_folder_that_vanishes(home):
    folder = beside_good(home)
    with home.start("--size", "300x300", folder) as frieze:
        frieze.idle()
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        frieze.idle().ask("screenshot", home / "shot.png")
        assert frieze.is_running() and len(frieze.errors()) <= 1
