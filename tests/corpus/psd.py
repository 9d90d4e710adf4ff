"""Writes PSD and PSB as Photoshop does (Adobe, "Photoshop File Formats Specification"), of planes that are arrays of numpy."""

import struct

import numpy as np

BITMAP, GREY, INDEXED, RGB, CMYK, CHANNELS, DUOTONE, LAB = 0, 1, 2, 3, 4, 7, 8, 9
IPTC, THUMBNAIL, PROFILE, CLEAR_INDEX, VERSION, EXIF, XMP = 1028, 1036, 1039, 1047, 1057, 1058, 1060


def packbits(row):
    """Runs of the same, and others as they are."""
    out, at = b"", 0
    while at < len(row):
        same = 1
        while at + same < len(row) and same < 128 and row[at + same] == row[at]:
            same += 1
        if same > 1:
            out += bytes([257 - same, row[at]])
        else:
            while at + same < len(row) and same < 128 and row[at + same] != row[at + same - 1]:
                same += 1
            out += bytes([same - 1]) + row[at:at + same]
        at += same
    return out


def stored(plane, depth):
    """Rows of bytes; values of 1 bit, of 8, of 16, or floats."""
    if depth == 1:
        return [np.packbits(row).tobytes() for row in plane]
    return [row.tobytes() for row in np.asarray(plane).astype({8: "u1", 16: ">u2", 32: ">f4"}[depth])]


def resource(number, data):
    return b"8BIM" + struct.pack(">H", number) + b"\3odd" + struct.pack(">I", len(data)) + data + bytes(len(data) % 2)


def thumbnail(jpeg, size):
    width, height = size
    row = (width * 24 + 31) // 32 * 4
    return struct.pack(">6I2H", 1, width, height, row, row * height, len(jpeg), 24, 1) + jpeg


def layers(count, depth, large, clear):
    """A section of layers without pixels: deep ones stand in a block of their own, and so does that the whole is clear."""
    wide = ">Q" if large else ">I"
    info = struct.pack(">h", -count if clear else count)
    info += b"".join(struct.pack(">4iH", 0, 0, 0, 0, 0) + b"8BIMnorm" + bytes([255, 0, 0, 0]) + struct.pack(">I", 12) + bytes(12)
                     for _ in range(count))
    if depth == 8 or not count:
        info += bytes(-len(info) % 4)
        body = (struct.pack(wide, len(info)) + info if count else b"") + bytes(4)
    else:
        info += bytes(-len(info) % 4)
        first = b"8BIMMt16" + struct.pack(wide, 0) if clear == "Mt16" else b"8BIMPatt" + struct.pack(">I", 5) + bytes(8)
        body = struct.pack(wide, 0) + bytes(4) + first + b"8BIMLr%d" % depth + struct.pack(wide, len(info)) + info
    return struct.pack(wide, len(body) if count else 0) + (body if count else b"")


def write(planes, mode=RGB, depth=8, packed=1, large=False, colors=b"", resources=(), count=0, clear=False):
    """`resources` are pairs of a number and bytes; `count` layers, and whether the first plane behind the colours is alpha."""
    height, width = planes[0].shape
    out = b"8BPS" + struct.pack(">H6xHIIHH", 2 if large else 1, len(planes), height, width, depth, mode)
    all_resources = b"".join(resource(*one) for one in resources)
    out += struct.pack(">I", len(colors)) + colors + struct.pack(">I", len(all_resources)) + all_resources
    out += layers(count, depth, large, clear) + struct.pack(">H", packed)
    rows = [row for plane in planes for row in stored(plane, depth)]
    if packed == 1:
        rows = [packbits(row) for row in rows]
        out += b"".join(struct.pack(">I" if large else ">H", len(row)) for row in rows)
    return out + b"".join(rows)
