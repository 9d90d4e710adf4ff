"""Small files whose headers promise large pictures, in every format: each fails in a line, and none takes long, or the
memory that it asks for."""
# ctest: LABELS sanitized

import os
import struct
import zlib

import pytest

import pictures
from frieze import is_sanitized

SIDE, LIMIT_S, RSS_LIMIT = 60000, 10, 500 << 20
XPM = '/* XPM */\nstatic char *x[] = {{\n"{0} {0} {1} 1",\n"a c #000000",\n"b c #ffffff",\n"ab"}};\n'


def bmp(width, height):
    return b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)


def tiff(*entries):
    rows = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + rows + bytes(4)


HEADERS = {
    "ppm": b"P6 %d %d 255\n" % (SIDE, SIDE) + bytes(1000),
    "pgm": b"P5 99999999999 99999999999 255\n" + bytes(1000),
    "pbm": b"P1 %d %d\n0 1" % (SIDE, SIDE),
    "pam": b"P7\nWIDTH %d\nHEIGHT %d\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n" % (SIDE, SIDE),
    "gif": b"GIF89a" + struct.pack("<HHBBB", SIDE, SIDE, 0x80, 0, 0) + bytes(6) + b","
           + struct.pack("<HHHHB", 0, 0, SIDE, SIDE, 0) + b"\x02\x02\x44\x01\x00;",
    "xpm": XPM.format(SIDE, 2).encode(),
    "colours.xpm": XPM.format(4, 99999999).encode(),
    "tga": struct.pack("<BBBHHBHHHHBB", 0, 0, 2, 0, 0, 0, 0, 0, 65535, 65535, 32, 0) + bytes(100),
    "qoi": b"qoif" + struct.pack(">II", 4000000000, 4000000000) + b"\x04\0" + bytes(8),
    "pcx": b"\x0a\x05\x01\x08" + struct.pack("<HHHHHH", 0, 0, 65535, 65535, 72, 72) + bytes(48) + b"\0\x03"
           + struct.pack("<H", 65534) + bytes(100),
    "webp": b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8X" + struct.pack("<II", 10, 0) + b"\xff" * 6,
    "tiff": tiff((256, 0xffffffff), (257, 0xffffffff)),
    "loop.tif": tiff()[:-4] + struct.pack("<I", 8),
    "jpg": b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03\x01\x22\0\x02\x11\x01\x03\x11\x01\xff\xd9",
    "bmp": bmp(2**31 - 1, 2**31 - 1),
    "upside-down.bmp": bmp(-5, -2**31),
    "ico": struct.pack("<HHH", 0, 1, 65535) + b"\xff" * 100,
    "jxl": b"\xff\x0a" + b"\xff" * 50,
    "avif": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + b"\xff" * 50,
    "lbm": b"FORM\0\0\0\x64ILBMBMHD" + struct.pack(">IHHHHBBBB", 20, 65535, 65535, 0, 0, 24, 0, 1, 0) + bytes(10)
           + b"BODY" + struct.pack(">I", 4) + bytes(4),
    "xcf": b"gimp xcf v003\0" + struct.pack(">III", 2**31 - 1, 2**31 - 1, 0) + bytes(100),
    "psd": b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, SIDE, SIDE, 8, 3) + bytes(12) + b"\0\1" + bytes(100),
    "psb": b"8BPS" + struct.pack(">H6xHIIHH", 2, 56, 2**31, 2**31, 32, 3) + b"\xff" * 100,
    "xv": b"P7 332\n#END_OF_COMMENTS\n%d %d 255\n" % (SIDE, SIDE),
}


@pytest.fixture(scope="module")
def outcome(module_home):
    folder = module_home / "pictures"
    pictures.fill(folder, 1)
    for name, data in HEADERS.items():
        (folder / f"huge.{name}").write_bytes(data)
    return module_home.stats("--size", "600x400", "--quit-when", "loaded", folder, timeout=LIMIT_S * 3)


@pytest.mark.parametrize("name", HEADERS)
def test_header(outcome, name):
    """One line at most: what is no picture at all shares one."""
    _, result = outcome
    lines = [line for line in result.lines if f"/huge.{name}" in line]
    assert len(lines) <= 1 and all(line.isprintable() and line.startswith("frieze: ") for line in lines), lines


def test_all_of_them(outcome):
    stats, result = outcome
    assert stats["items"] == stats["failed"] + 1 and stats["failed"] + stats["unsupported"] == len(HEADERS)
    ours = [line for line in result.lines if line.startswith("frieze: ")]  # libjxl writes lines of its own
    assert len(ours) == stats["failed"] + min(stats["unsupported"], 1), result.lines
    assert stats["startup"]["all"] < LIMIT_S * 1000
    assert is_sanitized() or stats["memory"]["rss_peak_bytes"] < RSS_LIMIT


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of_many_texts():
    """Each would tell how the picture lies, and grows to 180 kB."""
    text = chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n  90000\n" + b"00" * 90000, 9))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 0, 0, 0, 0)) + text * 20000
            + chunk(b"IDAT", zlib.compress((b"\0" + b"\x80" * 4) * 4)) + chunk(b"IEND", b""))


def xcf_of_one_layer_many_times():
    """One that cannot be drawn, with many properties."""
    head, count = b"gimp xcf v003\0" + struct.pack(">IIIII", 64, 64, 0, 0, 0), 100000
    layer = struct.pack(">IIII", 64, 64, 99, 0) + struct.pack(">II", 99, 0) * 9999 + bytes(24)
    return head + struct.pack(">I", len(head) + 4 * count + 8) * count + bytes(8) + layer


@pytest.mark.parametrize("name, make, failed", [("a.png", png_of_many_texts, 0), ("a.xcf", xcf_of_one_layer_many_times, 1)])
def test_what_is_said_again_and_again(home, name, make, failed):
    """It took 12 and 19 s of CPU time."""
    path = home / name
    path.write_bytes(make())
    before = os.times()
    stats, result = home.stats("--quit-when", "loaded", path, timeout=60)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    assert used < (20 if is_sanitized() else 6)
    assert stats["failed"] == failed and len(result.err.splitlines()) == failed
