"""Which of its texts a file means: items of HEIF and AVIF for several pictures, and texts of EXIF 3.0; by what a copy has of them."""
# ctest: COST 4

import struct
import subprocess

import pytest
from PIL import Image

import pictures
from frieze import need

MAKE, MODEL, DESCRIPTION = 0x10f, 0x110, 0x10e
UTF8 = 129


def box(kind, body):
    return struct.pack(">I4s", 8 + len(body), kind) + body


def boxes(data, at=0):
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        yield kind, data[at + 8:at + size]
        at += size


def xmp(says):
    return ('<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
            'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmp:Label="' + says + '" '
            'xmlns:xmp="http://ns.adobe.com/xap/1.0/"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>').encode()


def with_xmp(data, *packets):
    """A file by heif-enc with items of XMP, each (number of the picture that it describes, or None; what it says)."""
    file = list(boxes(data))
    texts = [xmp(says) for _, says in packets]
    moved = 0
    for _ in range(2):  # the second time with the places that the first one found
        meta, at = b"", len(data) + moved + 8
        for kind, body in boxes(dict(file)[b"meta"], 4):
            count = len(packets)
            if kind == b"iinf":
                body = body[:4] + struct.pack(">H", struct.unpack(">H", body[4:6])[0] + count) + body[6:] + b"".join(
                    box(b"infe", struct.pack(">IHH", 2 << 24, 90 + i, 0) + b"mime\0application/rdf+xml\0") for i in range(count))
            elif kind == b"iref":
                body += b"".join(box(b"cdsc", struct.pack(">HHH", 90 + i, 1, of)) for i, (of, _) in enumerate(packets) if of)
            elif kind == b"iloc":
                assert body[:6] == b"\0\0\0\0\x44\x40"
                entries = [list(struct.unpack(">HHIHII", body[k:k + 18])) for k in range(8, len(body), 18)]
                for entry in entries:
                    entry[2] += moved
                for i, text in enumerate(texts):
                    entries.append([90 + i, 0, at, 1, 0, len(text)])
                    at += len(text)
                body = body[:6] + struct.pack(">H", len(entries)) + b"".join(struct.pack(">HHIHII", *entry) for entry in entries)
            meta += box(kind, body)
        meta = b"\0\0\0\0" + meta
        moved = len(meta) - len(dict(file)[b"meta"])
    return b"".join(box(kind, meta if kind == b"meta" else body) for kind, body in file) + box(b"mdat", b"".join(texts))


def two_pictures(home, suffix):
    """In one file, each with EXIF of its own; the first is the primary one. Gives their numbers, too."""
    need("heif-enc")
    sources = []
    for number, name in enumerate(("First", "Second")):
        exif = Image.Exif()
        exif[MAKE], exif[MODEL] = "Frieze", name
        sources.append(home / f"{name}.jpg")
        pictures.draw(number, (96, 64)).save(sources[-1], exif=exif)
    path = home / f"two.{suffix}"
    subprocess.run(["heif-enc", *(["-A"] if suffix == "avif" else []), "-o", path, *sources], stdout=subprocess.DEVNULL, check=True)
    data = path.read_bytes()
    meta = dict(boxes(data))[b"meta"]
    references = dict(boxes(meta, 4))[b"iref"]
    described = [struct.unpack(">HHH", body)[2] for kind, body in boxes(references, 4) if kind == b"cdsc"]
    assert len(described) == 2
    return path, described


def scaled(home, path):
    """The model by EXIF, and what XMP says, of a copy."""
    out = home / "out.jpg"
    result = home.frieze("scale", "-s", 32, path, out)
    assert result.status == 0, result
    with Image.open(out) as image:
        model = image.getexif().get(MODEL)
    data = out.read_bytes()
    at = data.find(b'xmp:Label="')
    return model, data[at + 11:data.index(b'"', at + 11)].decode() if at >= 0 else None


@pytest.mark.parametrize("suffix", ["heic", "avif"])
def test_the_primary_picture_tells(home, suffix):
    path, (primary, other) = two_pictures(home, suffix)
    plain = path.read_bytes()
    assert scaled(home, path) == ("First", None)
    for packets, expected in (([(primary, "right"), (other, "of the map")], "right"), ([(other, "of the map"), (primary, "right")], "right"),
                              ([(other, "of the map")], None), ([(None, "of none")], "of none"),
                              ([(None, "of none"), (other, "of the map")], "of none"), ([(primary, "right"), (primary, "again")], "right")):
        path.write_bytes(with_xmp(plain, *packets))
        assert scaled(home, path) == ("First", expected), packets


@pytest.mark.parametrize("order", ["<", ">"])
def test_texts_of_exif_3_go_along(home, order):
    """With their type, which is one of their own."""
    text, model = "Café, größer".encode() + b"\0", b"Wall\0"
    at = 8 + 2 + 2 * 12 + 4
    block = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, 2) \
        + struct.pack(order + "HHII", DESCRIPTION, UTF8, len(text), at) + struct.pack(order + "HHII", MODEL, UTF8, len(model), at + len(text)) \
        + bytes(4) + text + model
    pictures.draw(5, (96, 64)).save(home / "in.jpg", exif=b"Exif\0\0" + block)
    result = home.frieze("scale", "-s", 32, home / "in.jpg", home / "out.jpg")
    assert result.status == 0, result
    with Image.open(home / "out.jpg") as image:
        kept = image.info["exif"][6:]
    assert kept[:4] == block[:4]
    first, = struct.unpack(order + "I", kept[4:8])
    count, = struct.unpack(order + "H", kept[first:first + 2])
    entries = [struct.unpack(order + "HHII", kept[first + 2 + i * 12:first + 14 + i * 12]) for i in range(count)]
    assert {tag: (kind, kept[value:value + size]) for tag, kind, size, value in entries} == \
        {DESCRIPTION: (UTF8, text), MODEL: (UTF8, model)}
