"""First pictures: an embedded thumbnail is shown until the picture is decoded, counts for nothing, and never stays."""
# ctest: COST 35

import hashlib
import io
import os
import pathlib
import struct
import sys
import urllib.parse

import pytest
from PIL import Image, ImageChops, PngImagePlugin

import pictures
import share as shares
from frieze import wait_until

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "corpus"))
import dng  # noqa: E402

RED, BLUE = (255, 0, 0), (0, 0, 255)
COUNT = 16
# All in view, and the last of them decoded long after the first frame.
IN_VIEW = ("--jobs", 1, "--tile", "620x465", "--size", "2600x2200", "--quit-when", "loaded")


def encoded(size, colour, exif=b""):
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, "JPEG", quality=90, exif=exif)
    return data.getvalue()


def slow_to_decode(exif=b"", size=(3000, 2250)):
    """Reds of all kinds, in many scans that a tile of more than an eighth needs all: all of them together take a second or more."""
    red = Image.effect_noise(size, 60).point(lambda value: 215 + value * 40 // 255)
    none = Image.new("L", red.size)
    data = io.BytesIO()
    Image.merge("RGB", (red, none, none)).save(data, "JPEG", quality=95, exif=exif, progressive=True)
    return data.getvalue()


def exif(thumbnail):
    """An empty main directory, and one for the thumbnail."""
    def entry(tag, kind, value):
        return struct.pack("<HHII", tag, kind, 1, value)
    at = 8 + 6 + 2 + 3 * 12 + 4
    return (b"Exif\0\0II*\0" + struct.pack("<I", 8) + struct.pack("<HI", 0, 14) + struct.pack("<H", 3)
            + entry(0x103, 3, 6) + entry(0x201, 4, at) + entry(0x202, 4, len(thumbnail))
            + struct.pack("<I", 0) + thumbnail)


def fill(folder, count, data):
    folder.mkdir()
    for number in range(count):
        (folder / f"p{number}.jpg").write_bytes(data)
    return folder


def colours(shot):
    """The amount of red and of blue in the frame, of what is mainly that."""
    red, green, blue = Image.open(shot).convert("RGB").split()

    def amount(colour, others):
        mask = colour.point(lambda value: 255 * (value > 200))
        for other in others:
            mask = ImageChops.darker(mask, other.point(lambda value: 255 * (value < 60)))
        return mask.histogram()[255]
    return amount(red, (green, blue)), amount(blue, (red, green))


def test_the_picture_follows(home):
    """The thumbnails are blue, the pictures red: all thumbnails come first, but no figure counts them, and each file is
    opened once."""
    data = slow_to_decode(exif(encoded((160, 120), BLUE)))
    folder = fill(home / "slow", COUNT, data)
    shot = home / "shot.png"
    stats, result = home.stats("--screenshot", shot, *IN_VIEW, folder)
    red, blue = colours(shot)
    assert red > (COUNT - 1) * 620 * 465 and blue == 0
    assert stats["decode"]["count"] == stats["opens"] == COUNT
    assert stats["decode"]["repeated"] == stats["decode"]["cancelled"] == 0
    assert COUNT < stats["upload"]["count"] <= 2 * COUNT
    # No frame has to enlarge it. A text may be among them, of the moment before there were names.
    assert stats["upload"]["bytes"] >= (stats["upload"]["count"] - 1) * 620 * 465 * 4
    assert result.lines == []


def test_it_stands_where_the_picture_will(home):
    """Also where its shape is but nearly the picture's. The rest of the files is kept back until it was seen."""
    folder = fill(home / "wide", 4, slow_to_decode(exif(encoded((160, 107), BLUE)), (1500, 1000)))
    shot = home / "shot.png"

    def place(colour):
        """Of all that is red or blue, once all of it is of this colour."""
        running.ask("screenshot", shot)
        red, green, blue = Image.open(shot).convert("RGB").split()
        some = ImageChops.subtract(ImageChops.lighter(red, blue), green).point(lambda value: 255 * (value > 100))
        return some.getbbox() if colours(shot)[colour == BLUE] >= 4 * 800 * 533 else None

    with shares.Share(folder, home / "share") as share:
        share.keeps_from = shares.MOST_READ
        with home.start("--headless", "--motion", "off", "--jobs", 1, "--tile", "800x600", "--size", "1700x1300", share.path) as running:
            before = wait_until(lambda: place(BLUE), "the first pictures")
            share.let_go()
            running.ctl("wait", "loaded")
            assert before == place(RED)


def test_it_is_shown_in_the_window(home):
    """Of a picture that is opened, while the rest of its file is on its way."""
    (home / "behind").mkdir()
    (home / "behind" / "p.jpg").write_bytes(slow_to_decode(exif(encoded((160, 120), BLUE))))
    with shares.Share(home / "behind", home / "share") as share:
        share.keeps_from = shares.MOST_READ
        with home.start("--headless", "--motion", "off", "--size", "1200x900", share.path) as running:
            running.until(items=1)
            running.key("Return")

            def shown():
                running.ask("screenshot", home / "shot.png")
                return colours(home / "shot.png")
            wait_until(lambda: shown()[1] > 1200 * 900 / 2, "the first picture")
            assert shown()[0] == 0 and share.asked.is_set()
            share.let_go()
            running.ctl("wait", "idle")
            red, blue = shown()
            assert red > 1200 * 900 / 2 and blue == 0


def test_it_does_not_stay_when_the_picture_fails(home):
    data = bytearray(encoded((640, 480), RED, exif=exif(encoded((160, 120), BLUE))))
    tables = data.rindex(b"\xff\xc4") + 5
    data[tables:tables + 16] = bytes([255] * 16)
    shot = home / "shot.png"
    stats, _ = home.stats("--size", "600x400", "--screenshot", shot, "--quit-when", "screenful",
                          fill(home / "bad", 1, data))
    assert stats["failed"] == 1
    assert colours(shot) == (0, 0)


def test_other_pictures_have_none(home):
    """A folder of files without thumbnails is loaded with one upload each."""
    folder = pictures.fill(home / "plain", 12, (800, 600), "jpg")
    stats, _ = home.stats("--quit-when", "loaded", folder)
    assert stats["decode"]["count"] == stats["opens"] == stats["upload"]["count"] == 12


# --- what file managers left ---

THUMBNAILS = {"normal": (128, 96), "large": (256, 192), "x-large": (512, 384)}


def uri_of(path):
    """As GLib writes it, and so whatever program stands on it."""
    return "file://" + urllib.parse.quote(os.fsencode(path), safe="/-._~!$&'()*+,=:@")


def leave_thumbnail(home, path, size, name="large", uri=None, mtime=None):
    """As the Thumbnail Managing Standard says."""
    uri = uri or uri_of(path)
    info = PngImagePlugin.PngInfo()
    info.add_text("Thumb::URI", uri)
    info.add_text("Thumb::MTime", str(int(os.stat(path).st_mtime) if mtime is None else mtime))
    folder = home / "cache" / "thumbnails" / name
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.md5(uri_of(path).encode()).hexdigest()
    Image.new("RGB", size, BLUE).save(folder / f"{digest}.png", pnginfo=info)


def uploads(home, folder):
    """How many textures a wall of slow pictures took: twice as many as pictures where each had a first one."""
    stats, _ = home.stats(*IN_VIEW, folder)
    assert stats["decode"]["count"] == stats["opens"] == COUNT
    return stats["upload"]["count"]


@pytest.fixture
def slow(home):
    return fill(home / "a folder; of 100 %, (caf\u00e9) & more", COUNT, slow_to_decode())


@pytest.mark.parametrize("name", ["normal", "large", "x-large"])
def test_thumbnails_of_others(home, slow, name):
    for path in slow.iterdir():
        leave_thumbnail(home, path, THUMBNAILS[name], name)
    assert uploads(home, slow) > COUNT


@pytest.mark.parametrize("stale, other", [("large", "normal"), ("x-large", "large")])
def test_a_stale_thumbnail_hides_no_other(home, slow, stale, other):
    for path in slow.iterdir():
        leave_thumbnail(home, path, THUMBNAILS[stale], stale, mtime=1234567890)
        leave_thumbnail(home, path, THUMBNAILS[other], other)
    assert uploads(home, slow) > COUNT


@pytest.mark.parametrize("mtime, found", [(None, True), (1234567890, False)], ids=["valid", "stale"])
def test_thumbnails_of_raw_files(home, mtime, found):
    """Whose header none but their library reads."""
    folder = home / "raw"
    folder.mkdir()
    data = dng.write(Image.effect_noise((3000, 2250), 60))
    for number in range(COUNT):
        path = folder / f"p{number}.dng"
        path.write_bytes(data)
        leave_thumbnail(home, path, THUMBNAILS["large"], mtime=mtime)
    assert (uploads(home, folder) > COUNT) == found


def test_thumbnails_behind_a_link(home, slow):
    """As KDE's programs write them: by what the links lead to."""
    for path in slow.iterdir():
        leave_thumbnail(home, path, (256, 192))
    (home / "link").symlink_to(slow)
    assert uploads(home, home / "link") > COUNT


def test_thumbnails_with_fractions_of_a_second(home, slow):
    """As Tumbler 4.18 writes them."""
    for path in slow.iterdir():
        leave_thumbnail(home, path, (256, 192), mtime=f"{int(os.stat(path).st_mtime)}.861889")
    assert uploads(home, slow) > COUNT


@pytest.mark.parametrize("wrong", [{"mtime": 1234567890}, {"mtime": "1234567890.5"}, {"uri": "file:///elsewhere.jpg"},
                                   {"size": (192, 256)}],
                         ids=["mtime", "fraction", "uri", "shape"])
def test_thumbnails_of_something_else(home, slow, wrong):
    for path in slow.iterdir():
        leave_thumbnail(home, path, **{"size": (256, 192), **wrong})
    assert uploads(home, slow) == COUNT


def test_damaged_thumbnails(home, slow):
    for path in slow.iterdir():
        leave_thumbnail(home, path, (256, 192))
    for path in (home / "cache" / "thumbnails" / "large").iterdir():
        path.write_bytes(path.read_bytes()[:-40])
    assert uploads(home, slow) == COUNT
