"""JPEGs too large to be encoded here: a few rows of blocks, each ended by a restart marker, are written again and again."""

import io
import struct

import numpy as np
from PIL import Image

MCU = 16  # px, of 4:2:0
BAND = 64  # rows of MCUs in one colour


def encode_row(width, green):
    """Bars of 50 px with noise, red growing to the right, one MCU high."""
    y, x = np.mgrid[0:MCU, 0:width]
    noise = np.random.default_rng(green).integers(-5, 6, (MCU, width, 3))
    row = np.stack([x * 200 // width + 20, np.full_like(x, green), x // 50 % 2 * 120 + 60], -1) + noise
    file = io.BytesIO()
    Image.fromarray(row.astype(np.uint8)).save(file, "JPEG", quality=75, subsampling=2)
    return file.getvalue()


def split(data):
    """The segments up to the scan with their places by marker, and the scan's data."""
    at, places = 2, {}
    while True:
        places[data[at + 1]] = at
        at += 2 + struct.unpack(">H", data[at + 2:at + 4])[0]
        if data[places.get(0xda, 0) + 1] == 0xda:
            return bytearray(data[:at]), places, data[at:-2]


def green_at(y):
    return 40 + y // (MCU * BAND) % 8 * 25


def write(path, width, height, progressive=False):
    """`progressive`: only by its header."""
    rows = {green: split(encode_row(width, green)) for green in {green_at(y) for y in range(0, height, MCU)}}
    head, places, _ = next(iter(rows.values()))
    struct.pack_into(">H", head, places[0xc0] + 5, height)
    if progressive:
        head[places[0xc0] + 1] = 0xc2
    interval = b"\xff\xdd" + struct.pack(">HH", 4, (width + MCU - 1) // MCU)
    head[places[0xda]:places[0xda]] = interval
    with open(path, "wb") as file:
        file.write(head)
        for number, y in enumerate(range(0, height, MCU)):
            file.write(bytes([0xff, 0xd0 + (number - 1) % 8]) if number > 0 else b"")
            file.write(rows[green_at(y)][2])
        file.write(b"\xff\xd9")
