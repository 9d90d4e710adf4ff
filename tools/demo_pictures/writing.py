"""From a painted array to a file: turning, EXIF, encoding."""

import io
import struct

import numpy as np
from PIL import Image

# What a viewer will do to the stored pixels for each EXIF orientation is undone before they are stored.
_UNDO = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
         4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90,
         7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270}
_QUALITY = 80
_SHORT, _LONG, _ASCII, _UNDEFINED = 3, 4, 2, 7


def _directory(entries, offset):
    """One TIFF directory that begins at `offset`: (tag, type, count, bytes) entries, sorted by tag."""
    table, data = struct.pack('<H', len(entries)), b''
    data_at = offset + 2 + 12 * len(entries) + 4
    for tag, kind, count, value in sorted(entries):
        if len(value) > 4:
            field, data = struct.pack('<I', data_at + len(data)), data + value + b'\0' * (len(value) % 2)
        else:
            field = value.ljust(4, b'\0')
        table += struct.pack('<HHI', tag, kind, count) + field
    return table + struct.pack('<I', 0) + data


def _text(tag, value):
    raw = value.encode('utf-8') + b'\0'
    return tag, _ASCII, len(raw), raw


def exif(caption, taken, orientation):
    """An EXIF block with the tags that viewers read first."""

    def first(sub_at):
        return _directory([_text(0x010E, caption), (0x0112, _SHORT, 1, struct.pack('<H', orientation)),
                           _text(0x013B, 'frieze'), (0x8769, _LONG, 1, struct.pack('<I', sub_at))], 8)

    sub_at = 8 + len(first(0))
    sub = _directory([(0x9000, _UNDEFINED, 4, b'0230'), _text(0x9003, taken),
                      (0xA001, _SHORT, 1, struct.pack('<H', 1))], sub_at)
    return b'Exif\0\0II*\0' + struct.pack('<I', 8) + first(sub_at) + sub


def to_image(painting):
    """Float sRGB to 8 bits, rounded."""
    return Image.fromarray((np.clip(painting, 0, 1) * 255 + 0.5).astype(np.uint8))


def write(painting, path, caption, taken, orientation=1):
    """Writes `painting` to `path`, in the format of its name."""
    image = to_image(painting)
    if orientation in _UNDO:
        image = image.transpose(_UNDO[orientation])
    block = exif(caption, taken, orientation)
    kind = path.suffix.lower()
    data = io.BytesIO()
    if kind == '.jpg':
        image.save(data, 'JPEG', quality=_QUALITY, subsampling='4:2:0', optimize=True, exif=block)
    elif kind == '.png':
        # Only flat pictures are PNG: a palette holds all their colours and edges, in a third of the bytes.
        image.quantize(128, Image.Quantize.MEDIANCUT, kmeans=3, dither=Image.Dither.NONE).save(
            data, 'PNG', optimize=True, exif=block)
    elif kind == '.webp':
        image.save(data, 'WEBP', quality=_QUALITY, method=6, exif=block)
    else:
        raise ValueError(f'no writer for {path.name}')
    path.write_bytes(data.getvalue())
