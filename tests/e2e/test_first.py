"""First pictures: an embedded thumbnail is shown until the picture is decoded, counts for nothing, and never stays."""

import io
import struct

from PIL import Image

import pictures

RED, BLUE = (255, 0, 0), (0, 0, 255)
COUNT = 6


def encoded(size, colour, exif=b"", **options):
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, "JPEG", quality=90, exif=exif, **options)
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
    """The largest amount of red and of blue in the frame, of what is mainly that."""
    image = Image.open(shot).convert("RGB")
    counts = image.getcolors(1 << 24)
    return (sum(n for n, (r, g, b) in counts if r > 200 and b < 60 and g < 60),
            sum(n for n, (r, g, b) in counts if b > 200 and r < 60 and g < 60))


def test_the_picture_follows(home):
    """The thumbnails are blue, the pictures red and slow to decode, in many scans that a tile of more than an eighth needs
    all: the six thumbnails come first, but no figure counts them, and each file is opened once."""
    data = encoded((4800, 3600), RED, exif(encoded((160, 120), BLUE)), progressive=True)
    folder = fill(home / "slow", COUNT, data)
    shot = home / "shot.png"
    stats, result = home.stats("--jobs", 1, "--tile", "620x465", "--screenshot", shot, "--quit-when", "loaded", folder)
    red, blue = colours(shot)
    assert red > 5 * 620 * 465 and blue == 0
    assert stats["decode"]["count"] == stats["opens"] == COUNT
    assert stats["decode"]["repeated"] == stats["decode"]["cancelled"] == 0
    assert COUNT < stats["upload"]["count"] <= 2 * COUNT
    assert result.lines == []


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
