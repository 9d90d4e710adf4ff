"""Small files that other decoders take, each for one reason: as large as they say, and in their colours."""

import base64
import gzip
import pathlib
import struct
import zlib

import pytest
from PIL import Image

SMALL = pathlib.Path(__file__).parent.parent / "corpus" / "small"
RED, WHITE, GREY = (255, 0, 0), (255, 255, 255), (128, 128, 128)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(bits, clear, interlaced=0):
    """One grey pixel, white, and what of grey is clear."""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, bits, 0, 0, 0, interlaced)) \
        + chunk(b"tRNS", struct.pack(">H", clear)) + chunk(b"IDAT", zlib.compress(b"\0\xff")) + chunk(b"IEND", b"")


def bmp(offset, packed=0, masks=b""):
    """One red pixel of 32 bits."""
    pixel = struct.pack("<I", 0x00ff0000)
    return b"BM" + struct.pack("<IIIIiiHHIIiiII", 54 + len(masks) + 4, 0, offset, 40, 1, 1, 1, 32, packed, 4, 0, 0, 0, 0) + masks + pixel


def svg(comment):
    return f'<!--{"x" * comment}--><svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4" fill="red"/></svg>'


FILES = {
    "inks.pam": (b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE CMYK\nENDHDR\n\0\xff\xff\0", RED),
    "paper.pam": (b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE CMYK\nENDHDR\n\0\0\0\0", WHITE),
    "late.svgz": (gzip.compress(svg(9000).encode()), RED),
    "late.svg": (svg(9000).encode(), RED),
    "late-16.svg": (("\ufeff" + svg(9000)).encode("utf-16-le"), RED),
    "no-offset.bmp": (bmp(0), RED),
    "no-offset-masks.bmp": (bmp(0, 3, struct.pack("<III", 0xff0000, 0xff00, 0xff)), RED),
    "no-offset-alpha.bmp": (bmp(0, 6, struct.pack("<IIII", 0xff0000, 0xff00, 0xff, 0)), RED),
    "smallest.bmp": (base64.b64decode("Qk0eAAAAAAAAABoAAAAMAAAAAQABAAEAGAAAAP8A"), RED),
    "high-bits.png": (png(8, 0xffff), None),
    "high-bits-4.png": (png(4, 0xffff), None),
    "high-bits-interlaced.png": (png(8, 0xffff, 1), None),
    "other-grey.png": (png(8, 0x00fe), WHITE),
    "returns.pgm": (b"P5\r# by hand\r1 1\r255\r\x80", GREY),
    "short.webp": (b"RIFF\x14\0\0\0WEBPVP8L\x08\0\0\0\x2f\0\0\0\0\x88\x88\x08", (0, 0, 0)),
}


@pytest.mark.parametrize("name", FILES)
def test_is_shown(home, name):
    data, colour = FILES[name]
    (home / name).write_bytes(data)
    result = home.frieze("scale", "--background", "#204060", home / name, home / "out.ppm")
    assert result.status == 0 and not result.lines, result
    with Image.open(home / "out.ppm") as image:
        assert image.size == ((4, 4) if "svg" in name else (1, 1))
        assert image.convert("RGB").getpixel((0, 0)) == (colour or (0x20, 0x40, 0x60))


def test_lab_has_no_use_for_a_profile(home):
    """That of the colours it was made of, which some programs leave in the file, is not its own."""
    profile = (SMALL / "rgb.icc").read_bytes()
    ramp = Image.linear_gradient("L").resize((60, 40))
    lab = Image.merge("LAB", (ramp, ramp.rotate(180), ramp.transpose(Image.Transpose.ROTATE_90).resize((60, 40))))
    shown = []
    for name, options in (("plain.tif", {}), ("tagged.tif", {"icc_profile": profile})):
        lab.save(home / name, **options)
        assert home.frieze("scale", "-s0", home / name, home / "out.ppm").status == 0
        shown.append((home / "out.ppm").read_bytes())
    assert shown[0] == shown[1]
