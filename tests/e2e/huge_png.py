"""Interlaced PNGs too large to be made by a library here: each row of a pass is one of a few, written again and again."""

import struct
import zlib

import numpy as np

PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
BAND = 1000  # rows in one colour


def green_at(y):
    return 40 + y // BAND % 8 * 25


def encode_row(width, x, step, green):
    """Bars of 50 px, red growing to the right."""
    at = np.arange(x, width, step)
    return b"\0" + np.stack([at * 200 // width + 20, np.full_like(at, green), at // 50 % 2 * 120 + 60], -1).astype(
        np.uint8).tobytes()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write(path, width, height):
    packer = zlib.compressobj(1)
    with open(path, "wb") as file:
        head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 1)
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head))
        for x, y, across, down in PASSES:
            rows = {green: encode_row(width, x, across, green) for green in set(map(green_at, range(0, height, BAND)))}
            for at in range(y, height, down):
                data = packer.compress(rows[green_at(at)])
                file.write(chunk(b"IDAT", data) if data else b"")
        file.write(chunk(b"IDAT", packer.flush()) + chunk(b"IEND", b""))
