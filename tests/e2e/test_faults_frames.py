"""Animations of 100,000 frames (docs/faults.md, row 4): the first at once, the others as they come, no more than are
allowed."""
# ctest: COST 10 LABELS sanitized

import io
import struct
import time
import zlib

import pytest
from PIL import Image

import pictures
from frieze import fair, family, is_sanitized, rollup_bytes

COUNT = 100000
ALLOWED = 10000  # --limit-frames, if nobody says otherwise
MB = 1 << 20
RED, BLUE = (255, 0, 0), (0, 0, 255)


def gif():
    """A dot that blinks; each frame with its own delay of 20 ms."""
    head = b"GIF89a" + struct.pack("<HHBBB", 16, 16, 0xf0, 0, 0) + bytes((*RED, *BLUE))
    head += b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    dots = [b"!\xf9\x04\x04\x02\0\0\0," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2" + codes + b"\0"
            for codes in (b"\x44\1", b"\x4c\1")]
    return head + (dots[0] + dots[1]) * (COUNT // 2) + b";"


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    def control(number, side):
        return chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, side, side, 0, 0, 20, 1000, 0, 0))

    whole = zlib.compress((b"\0" + bytes(RED) * 16) * 16)
    dots = [zlib.compress(b"\0" + bytes(color)) for color in (BLUE, RED)]
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)) + chunk(b"acTL", struct.pack(">II", COUNT, 0))
    later = (control(2 * i - 1, 1) + chunk(b"fdAT", struct.pack(">I", 2 * i) + dots[i % 2]) for i in range(1, COUNT))
    return b"\x89PNG\r\n\x1a\n" + head + control(0, 16) + chunk(b"IDAT", whole) + b"".join(later) + chunk(b"IEND", b"")


def webp():
    """Of the two frames of a small one, over and over."""
    data, chunks, at = io.BytesIO(), [], 12
    frames = [Image.new("RGB", (16, 16), color) for color in (RED, BLUE)]
    frames[0].save(data, "WEBP", save_all=True, append_images=frames[1:], duration=20, lossless=True, loop=0)
    whole = data.getvalue()
    while at < len(whole):
        length = struct.unpack("<I", whole[at + 4:at + 8])[0]
        end = at + 8 + length + length % 2
        chunks.append(whole[at:end])
        at = end
    moving = [chunk for chunk in chunks if chunk.startswith(b"ANMF")]
    assert len(moving) == 2
    body = b"WEBP" + b"".join(chunk for chunk in chunks if chunk not in moving) + b"".join(moving) * (COUNT // 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def held_bytes(frieze):
    """Of all its processes, what they do not share with files."""
    return sum(rollup_bytes(pid, "Anonymous") for pid in family(frieze.pid))


@pytest.mark.parametrize("make", [gif, png, webp], ids=["gif", "png", "webp"])
def test_hundred_thousand_frames(home, isolation, make):
    folder = pictures.fill(home / "pictures", 1, (64, 64))
    (folder / f"q.{make.__name__}").write_bytes(make())
    options = "--isolation", isolation, "--size", "400x300", "--cache-size", "0", "--jobs", "1"
    with home.start(*options, folder) as frieze:
        rest = held_bytes(frieze.idle("loaded").key("Return").idle())
        began = time.monotonic()
        frieze.key("n").until(mode="picture", index=1, pending=0,
                              animation=lambda a: a and a["frames"] == ALLOWED and a["frame"] < 50)
        assert is_sanitized() or time.monotonic() - began < fair(1)  # 16 to 80 ms
        frieze.until(animation=lambda a: a and a["frame"] > 20)
        assert is_sanitized() or held_bytes(frieze) - rest < 64 * MB
        assert frieze.status()["failed"] == 0 and frieze.errors() == []
    with home.start(*options, "--limit-frames", "3", folder) as frieze:
        frieze.idle("loaded").key("Return", "n").until(animation=lambda a: a and a["frames"] == 3)
