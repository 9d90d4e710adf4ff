"""Writes DNG (1.4): raw pixels of 16 bits behind a Bayer filter, and previews below them. By Adobe's specification."""

import struct

import numpy as np

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 10: 8}  # of a value, by the type of TIFF
LONG, SHORT = "<I", "<H"


def directory(tags, at):
    """Of (tag, type, value), in order, at that place of the file; behind it stands what is too long for it."""
    table, behind, end = b"", b"", at + 2 + 12 * len(tags) + 4
    for tag, kind, value in tags:
        count = len(value) // SIZES[kind]
        if len(value) > 4:
            table += struct.pack("<HHII", tag, kind, count, end + len(behind))
            behind += value
        else:
            table += struct.pack("<HHI", tag, kind, count) + value.ljust(4, b"\0")
    return struct.pack(SHORT, len(tags)) + table + bytes(4) + behind


def write(image, compression=1, previews=()):
    """`compression` is what is said of the pixels, which only 1 is true of. A preview is (compression, bytes of it)."""
    data = np.asarray(image.convert("L")).astype("<u2").tobytes() if compression == 1 else bytes(16)
    matrix = b"".join(struct.pack("<ii", value, 10000) for value in (10000, 0, 0, 0, 10000, 0, 0, 0, 10000))
    before, links = b"", b""
    for kind, coded in previews:
        at, coded = 8 + len(before), coded + bytes(len(coded) % 2)
        links += struct.pack(LONG, at + len(coded))
        before += coded + directory([(254, 4, struct.pack(LONG, 1)), (259, 3, struct.pack(SHORT, kind)), (273, 4, struct.pack(LONG, at)),
                                     (279, 4, struct.pack(LONG, len(coded)))], at + len(coded))

    def first(data_at):
        width, height = (struct.pack(LONG, side) for side in image.size)
        return directory([
            (254, 4, struct.pack(LONG, 0)), (256, 4, width), (257, 4, height), (258, 3, struct.pack(SHORT, 16)),
            (259, 3, struct.pack(SHORT, compression)), (262, 3, struct.pack(SHORT, 32803)), (271, 2, b"maker\0"), (272, 2, b"model\0"),
            (273, 4, struct.pack(LONG, data_at)), (274, 3, struct.pack(SHORT, 1)), (277, 3, struct.pack(SHORT, 1)), (278, 4, height),
            (279, 4, struct.pack(LONG, len(data))), *([(330, 4, links)] if links else []), (33421, 3, struct.pack("<HH", 2, 2)),
            (33422, 1, b"\0\1\1\2"), (50706, 1, b"\1\4\0\0"), (50708, 2, b"model\0"), (50717, 4, struct.pack(LONG, 255)),
            (50721, 10, matrix)], 8 + len(before))

    data_at = 8 + len(before) + len(first(0))
    return b"II*\0" + struct.pack(LONG, 8 + len(before)) + before + first(data_at) + data
