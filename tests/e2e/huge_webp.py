"""Lossless WebPs too large to be made by a library here: of eight rows one is written out, and seven repeat it."""

import struct

import numpy as np

HEAD = 20  # bytes of RIFF
ROWS = 8
UNIT = ROWS * 8  # rows: as many as end with a whole byte
BAND = 24 * UNIT  # rows in one colour
SHORT = 232  # symbols of green that take 8 bits, the others 9
LENGTHS = 256 + 24
LONGEST = 4096  # px of one repetition


def green_at(y):
    return 40 + y // BAND % 8 * 25


class Bits:
    """Least significant first."""

    def __init__(self):
        self.parts = []

    def put(self, value, count):
        self.parts.append(value >> np.arange(count) & 1)
        return self

    def put_green(self, symbol):
        code, count = (symbol, 8) if symbol < SHORT else (SHORT * 2 + symbol - SHORT, 9)
        return self.put(int(f"{code:0{count}b}"[::-1], 2), count)

    def all(self):
        return np.concatenate(self.parts).astype(np.uint8)


def write_head(bits, width, height):
    bits.put(0x2f, 8).put(width - 1, 14).put(height - 1, 14).put(0, 4)
    bits.put(0, 3)  # neither transforms nor a cache nor groups
    for lengths in ({8: 1, 9: 1}, {8: 1}):  # the codes of green and red: a code of lengths, then a length for each symbol
        bits.put(0, 1).put(9, 4)
        for length in (17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9):
            bits.put(lengths.get(length, 0), 3)
        bits.put(0, 1)
        if len(lengths) > 1:
            bits.put(0, SHORT)
            bits.parts.append(np.ones(LENGTHS - SHORT, np.uint8))
    bits.put(1, 1).put(1, 1).put(1, 1).put(60, 8).put(180, 8)  # blue: two symbols
    bits.put(1, 1).put(0, 1).put(1, 1).put(255, 8)  # alpha: one
    bits.put(1, 1).put(0, 1).put(0, 1).put(0, 1)  # distances: the row above


def encode_rows(width, green):
    """Bars of 50 px, red growing to the right; then the rows that are the same."""
    at, bits = np.arange(width), Bits()
    row = [np.tile(Bits().put_green(green).all(), (width, 1)),
           np.unpackbits((at * 200 // width + 20).astype(np.uint8)[:, None], axis=1), (at // 50 % 2)[:, None]]
    bits.parts.append(np.concatenate(row, axis=1).ravel())
    left = width * (ROWS - 1)
    while left:
        here = min(left, LONGEST)
        symbol, extra, base = next((s, (s - 2) >> 1, (2 + (s & 1)) << ((s - 2) >> 1)) for s in range(23, 3, -1)
                                   if here > (2 + (s & 1)) << ((s - 2) >> 1))
        bits.put_green(256 + symbol).put(here - base - 1, extra)
        left -= here
    return bits.all()


def pack(*parts):
    return np.packbits(np.concatenate(parts), bitorder="little").tobytes()


def write(path, width, height):
    assert height % UNIT == 0
    bits = Bits()
    write_head(bits, width, height)
    head = bits.all()
    over = len(head) % 8  # bits: all rows begin so far into a byte
    rows = {green: encode_rows(width, green) for green in set(map(green_at, range(0, height, BAND)))}
    stream, carry = pack(head[:-over]), head[-over:]
    with open(path, "wb") as file:
        file.write(bytes(HEAD) + stream)
        for y in range(0, height, BAND):
            unit = np.tile(rows[green_at(y)], UNIT // ROWS)
            begin, end = unit[:-over], unit[-over:]
            file.write(pack(carry, begin) + pack(end, begin) * (min(BAND, height - y) // UNIT - 1))
            carry = end
        file.write(pack(carry))
        size = file.tell()
        file.write(bytes(size % 2))
        file.seek(0)
        file.write(b"RIFF" + struct.pack("<I", size + size % 2 - 8) + b"WEBPVP8L" + struct.pack("<I", size - HEAD))
