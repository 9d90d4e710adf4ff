"""Writes XCF as GIMP does (GIMP, "The XCF file format"), of layers that are arrays of numpy."""

import struct
import zlib

import numpy as np

TILE = 64
KINDS = {1: 2, 2: 3, 3: 0, 4: 1}  # channels: the type of a layer, of RGB and grey


class Layer:
    def __init__(self, pixels, at=(0, 0), opacity=255, mode=0, visible=True, mask=None, path=None, group=False, props=(),
                 filters=()):
        self.props = props  # pairs of a number and a value
        self.filters = filters  # whether each is switched on
        self.pixels, self.at, self.opacity, self.mode = np.asarray(pixels), at, opacity, mode
        self.visible, self.mask, self.path, self.group = visible, mask, path, group


def runs(tile):
    """Each byte of the pixels by itself: runs of the same, and others as they are."""
    out = b""
    for plane in tile.reshape(-1, tile.shape[-1]).T:
        at = 0
        while at < len(plane):
            same = 1
            while at + same < len(plane) and plane[at + same] == plane[at]:
                same += 1
            if same > 127:
                out += struct.pack(">BHB", 127, same, plane[at])
            elif same > 1:
                out += bytes([same - 1, plane[at]])
            else:
                while at + same < len(plane) and same < 300 and plane[at + same] != plane[at + same - 1]:
                    same += 1
                part = plane[at:at + same].tobytes()
                out += (struct.pack(">BH", 128, same) if same > 127 else bytes([256 - same])) + part
            at += same
    return out


PACK = {0: lambda tile: tile.tobytes(), 1: runs, 2: lambda tile: zlib.compress(tile.tobytes())}


def prop(number, data=b""):
    return struct.pack(">II", number, len(data)) + data


def stored(values, precision, version):
    """Bytes of the samples, as [height][width][bytes]."""
    values = np.asarray(values, dtype=float) / 255
    order = ">" if version >= 12 else "<"
    kind = {1: "u1", 2: order + "u2", 3: order + "u4", 5: order + "f2", 6: order + "f4", 7: order + "f8"}[precision // 100]
    most = 1 if "f" in kind else 2 ** (8 * int(kind[-1])) - 1
    samples = np.ascontiguousarray((values * most + (most > 1) * 0.5).astype(kind))
    return samples.view(np.uint8).reshape(values.shape[0], values.shape[1], -1)


def write(size, layers, packed=1, precision=150, version=0, base=0, colors=None, icc=None, extra=b""):
    """Layers from the top, their values 0 to 255; of indexed pictures indices."""
    wide = ">Q" if version >= 11 else ">I"
    pointer = struct.calcsize(wide)
    tag = b"file" if version == 0 else b"v%03d" % version
    head = b"gimp xcf " + tag + b"\0" + struct.pack(">III", *size, base) + (struct.pack(">I", precision) if version >= 4 else b"")
    if colors is not None:
        head += prop(1, struct.pack(">I", len(colors)) + bytes(np.asarray(colors, dtype=np.uint8).tobytes()))
    head += prop(17, bytes([packed])) + extra
    if icc:
        head += prop(21, struct.pack(">I", 12) + b"icc-profile\0" + struct.pack(">II", 1, len(icc)) + icc)
    head += prop(0)
    out = bytearray(head)
    lists = len(out)
    out += bytes(pointer * (len(layers) + 2))

    def put(at, value):
        out[at:at + pointer] = struct.pack(wide, value)

    def plane(data):
        """A hierarchy; gives its place."""
        height, width, pixel_bytes = data.shape
        tiles = [PACK[packed](np.ascontiguousarray(data[y:y + TILE, x:x + TILE]))
                 for y in range(0, height, TILE) for x in range(0, width, TILE)]
        at = len(out)
        out.extend(struct.pack(">III", width, height, pixel_bytes) + bytes(2 * pointer))
        level = len(out)
        put(at + 12, level)
        out.extend(struct.pack(">II", width, height) + bytes((len(tiles) + 1) * pointer))
        for index, tile in enumerate(tiles):
            put(level + 8 + index * pointer, len(out))
            out.extend(tile)
        return at

    for index, layer in enumerate(layers):
        put(lists + index * pointer, len(out))
        pixels = layer.pixels if layer.pixels.ndim == 3 else layer.pixels[..., None]
        kind = 4 + pixels.shape[2] - 1 if colors is not None else KINDS[pixels.shape[2]]
        out.extend(struct.pack(">III", pixels.shape[1], pixels.shape[0], kind) + struct.pack(">I", 2) + b"l\0")
        out.extend(prop(6, struct.pack(">I", layer.opacity)) + prop(8, struct.pack(">I", layer.visible)))
        out.extend(prop(7, struct.pack(">I", layer.mode)) + prop(15, struct.pack(">ii", *layer.at)))
        for number, value in layer.props:
            out.extend(prop(number, struct.pack(">i", value)))
        if layer.group:
            out.extend(prop(29))
        if layer.path:
            out.extend(prop(30, struct.pack(f">{len(layer.path)}I", *layer.path)))
        out.extend(prop(0))
        pointers = len(out)
        out.extend(bytes((2 + (version >= 20) * (len(layer.filters) + 1)) * pointer))
        put(pointers, plane(pixels.astype(np.uint8) if colors is not None else stored(pixels, precision, version)))
        if layer.mask is not None:
            put(pointers + pointer, len(out))
            out.extend(struct.pack(">III", pixels.shape[1], pixels.shape[0], 2) + b"m\0" + prop(0))
            hierarchy = len(out)
            out.extend(bytes(pointer))
            put(hierarchy, plane(stored(np.asarray(layer.mask)[..., None], precision, version)))
        for number, visible in enumerate(layer.filters):
            put(pointers + (2 + number) * pointer, len(out))
            out.extend(b"".join(struct.pack(">I", len(text) + 1) + text + b"\0" for text in (b"Blur", b"icon", b"gegl:gaussian-blur")))
            out.extend(prop(8, struct.pack(">I", visible)) + prop(33, struct.pack(">f", 1)) + prop(0) + bytes(pointer))
    return bytes(out)
