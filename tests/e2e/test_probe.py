"""frieze probe: a line of JSON for each file, in the order given, from its header alone."""
# ctest: COST 3 PROCESSORS 2

import json
import os
import struct
import time
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

import pictures
from frieze import PATIENCE_S, is_sanitized

KEYS = ["path", "format", "width", "height", "orientation", "frames", "icc", "date", "error"]


def probe(home, *arguments, status=0):
    result = home.frieze("probe", *arguments)
    assert result.status == status, result
    lines = [json.loads(line) for line in result.out.splitlines()]
    assert all(list(line) == KEYS for line in lines)
    return lines


def exif(orientation=1, date=None, offset=None):
    tags = Image.Exif()
    tags[0x112] = orientation
    detail = {0x9003: date, 0x9011: offset}
    tags[0x8769] = {tag: text for tag, text in detail.items() if text}
    return tags.tobytes()


def icc():
    from PIL import ImageCms
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("suffix,name", [("jpg", "jpeg"), ("png", "png"), ("webp", "webp"), ("gif", "gif"), ("tif", "tiff"),
                                         ("bmp", "bmp"), ("ppm", "pnm"), ("tga", "tga"), ("pcx", "pcx"), ("ico", "ico")])
def test_format_and_size(home, suffix, name):
    path = home / f"a.{suffix}"
    pictures.draw(5, (64, 48)).save(path, **({"sizes": [(64, 48)]} if suffix == "ico" else {}))
    assert probe(home, path) == [{"path": str(path), "format": name, "width": 64, "height": 48, "orientation": 1,
                                  "frames": 1, "icc": False, "date": None, "error": None}]


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_orientation_profile_and_date(home, suffix):
    """Width and height are those of the upright picture."""
    paths = [home / f"{orientation}.{suffix}" for orientation in range(1, 9)]
    for orientation, path in enumerate(paths, 1):
        data = exif(orientation, "2024:02:29 23:59:58", "+05:30")
        pictures.draw(5, (60, 40)).save(path, exif=data, icc_profile=icc())
    lines = probe(home, *paths)
    assert [line["orientation"] for line in lines] == list(range(1, 9))
    assert [(line["width"], line["height"]) for line in lines] == [(60, 40)] * 4 + [(40, 60)] * 4
    assert all(line["icc"] is True and line["date"] == "2024-02-29T23:59:58+05:30" for line in lines)


def xmp_date(name, date):
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", '<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF '
                  'xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description r:about="" '
                  'xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
                  f'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" {name}="{date}"/></r:RDF></x:xmpmeta>')
    return info


def test_date_of_the_last_change_counts_where_there_is_no_other(home):
    """An editor dates what it saved; when the picture was made it tells in XMP."""
    changed = Image.Exif()
    changed[0x0132] = "2024:05:05 10:00:00"
    made = xmp_date("photoshop:DateCreated", "1985-06-07")
    pictures.draw(1).save(home / "alone.png", exif=changed)
    pictures.draw(1).save(home / "both.png", exif=changed, pnginfo=made)
    pictures.draw(1).save(home / "taken.png", exif=exif(1, "1999:01:02 03:04:05"), pnginfo=made)
    names = ("alone.png", "both.png", "taken.png")
    assert [line["date"] for line in probe(home, *(home / name for name in names))] \
        == ["2024-05-05T10:00:00", "1985-06-07T00:00:00", "1999-01-02T03:04:05"]


def test_date_of_scanning_counts_where_none_tells_when_it_was_taken(home):
    """Nor does xmp:CreateDate tell that, though many write it there."""
    scanned = Image.Exif()
    scanned[0x0132] = "2024:05:05 10:00:00"
    scanned[0x8769] = {0x9004: "2021:01:01 00:00:00"}
    changed = Image.Exif()
    changed[0x0132] = "2024:05:05 10:00:00"
    cases = [(scanned, None, None, "2021"), (scanned, "exif:DateTimeOriginal", "1950-01-01", "1950"),
             (scanned, "photoshop:DateCreated", "1951-01-01", "1951"), (scanned, "xmp:CreateDate", "1952-01-01", "2021"),
             (changed, "xmp:CreateDate", "1953-01-01", "1953"), (changed, "exif:DateTimeDigitized", "1954-01-01", "1954"),
             (exif(1, "1955:01:01 00:00:00"), "exif:DateTimeOriginal", "1956-01-01", "1955")]
    for index, (data, name, date, _) in enumerate(cases):
        pictures.draw(1).save(home / f"{index}.png", exif=data, pnginfo=xmp_date(name, date) if name else None)
    lines = probe(home, *(home / f"{index}.png" for index in range(len(cases))))
    assert [line["date"][:4] for line in lines] == [year for *_, year in cases]


def test_dates_in_other_forms(home):
    """That of mail, which PNG recommends; an offset without a colon; a month, of which the first day is told."""
    mail = PngInfo()
    mail.add_text("Creation Time", "Wed, 01 May 2024 12:30:45 +0200")
    pictures.draw(1).save(home / "mail.png", pnginfo=mail)
    pictures.draw(1).save(home / "month.png", pnginfo=xmp_date("photoshop:DateCreated", "1985-07"))
    pictures.draw(1).save(home / "offset.png", exif=exif(1, "2024:05:01 12:30:45", "+0530"))
    pictures.draw(1).save(home / "night.png", exif=exif(1, "2024:05:01 24:10:00"))
    assert [line["date"] for line in probe(home, *(home / f"{name}.png" for name in ("mail", "month", "offset", "night")))] \
        == ["2024-05-01T12:30:45+02:00", "1985-07-01T00:00:00", "2024-05-01T12:30:45+05:30", "2024-05-01T00:10:00"]


def test_dates_that_make_no_sense(home):
    for index, date in enumerate(["0000:00:00 00:00:00", "    :  :     :  :  ", "2024:13:01 00:00:00", "yesterday",
                                 "2024:02:30 00:00:00"]):
        pictures.draw(1).save(home / f"{index}.jpg", exif=exif(1, date))
    assert [line["date"] for line in probe(home, *(home / f"{index}.jpg" for index in range(5)))] == [None] * 5


def test_frames(home):
    frames = [pictures.draw(number, (32, 24)) for number in range(5)]
    for suffix in ("gif", "webp", "png", "tif"):
        frames[0].save(home / f"a.{suffix}", save_all=True, append_images=frames[1:])
    assert [line["frames"] for line in probe(home, *(home / f"a.{suffix}" for suffix in ("gif", "webp", "png", "tif")))] \
        == [5] * 4
    assert probe(home, "--limit-frames=3", home / "a.gif")[0]["frames"] == 3


def test_what_cannot_be_shown_says_why(home):
    """In its place among the others; the exit status says that one failed."""
    pictures.draw(1).save(home / "good.png")
    (home / "empty.jpg").touch()
    (home / "text.jpg").write_text("no picture")
    (home / "cut.png").write_bytes((home / "good.png").read_bytes()[:20])
    names = ["good.png", "missing.png", "empty.jpg", "text.jpg", "cut.png", "", "good.png"]
    lines = probe(home, *(home / name for name in names), status=1)
    assert [line["path"] for line in lines] == [str(home / name) for name in names]
    assert [line["error"] is None for line in lines] == [True] + [False] * 5 + [True]
    assert "No such file" in lines[1]["error"] and lines[4]["format"] == "png"
    assert all(line["width"] is None and line["frames"] is None for line in lines[1:-1])


def test_the_limits_are_options(home):
    pictures.draw(1, (2000, 1001)).save(home / "a.jpg")
    line, = probe(home, "--limit-pixels", "2", home / "a.jpg", status=1)
    assert line["error"] and (line["width"], line["height"]) == (2000, 1001)
    assert probe(home, "--limit-pixels=3", home / "a.jpg")[0]["error"] is None
    line, = probe(home, "--limit-bytes=1K", home / "a.jpg", status=1)
    assert "over 1.0 kB" in line["error"]


def test_what_decoding_meets_has_limits_too(home):
    """Elements inside elements, and time."""
    (home / "deep.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">' + "<g a='>'>" * 150
                                   + "<!-- <g> --><rect width='9' height='9'/>" + "</g>" * 150 + "</svg>")
    assert home.frieze("scale", home / "deep.svg", home / "out.png").status == 0
    result = home.frieze("scale", "--limit-nesting=150", home / "deep.svg", home / "out.png")
    assert result.status == 1 and "more than 150 elements" in result.err
    pictures.draw(1, (8000, 8000)).save(home / "long.jpg", progressive=True)
    result = home.frieze("scale", "--limit-seconds=0.1", "-s0", home / "long.jpg", home / "out.png")
    assert result.status == 1 and "takes longer than 0.1 s" in result.err


def hostile_files():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    def png(side, *chunks):
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)) + b"".join(chunks)

    frame = b"\x21\xf9\x04\0\0\0\0\0," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    yield "bomb.png", png(65535, chunk(b"IDAT", bytes(10)), chunk(b"IEND", b"")), 1
    yield "many.gif", b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6) + frame * 100000 + b";", 0
    yield "loop.tif", b"II*\0" + struct.pack("<IHHHIIHHIII", 8, 2, 256, 4, 1, 8, 257, 4, 1, 8, 8), 0
    yield "chunks.png", png(1, chunk(b"tEXt", b"") * 200000, chunk(b"IEND", b"")), 0
    yield "segments.jpg", b"\xff\xd8" + b"\xff\xfe\0\2" * 500000, 1


def test_hostile_files_take_no_time(home):
    files = list(hostile_files())
    for name, data, _ in files:
        (home / name).write_bytes(data)
    start = time.monotonic()
    lines = probe(home, *(home / name for name, _, _ in files), status=1)
    assert [line["error"] is not None for line in lines] == [bool(bad) for _, _, bad in files]
    assert lines[1]["frames"] == 10000 and lines[2]["frames"] == 1
    assert is_sanitized() or time.monotonic() - start < 2


@pytest.mark.parametrize("arguments", [[], ["--no-such", "a.png"], ["-x"], ["--limit-pixels=0", "a"], ["--limit-bytes"]])
def test_usage(home, arguments):
    result = home.frieze("probe", *arguments)
    assert result.status == 2 and len(result.lines) == 1 and result.out == ""


def test_names_of_any_bytes(home):
    name = b"a\xff\n\".png"
    pictures.draw(1).save(home / "b.png")
    (home / "b.png").rename(home.path / os.fsdecode(name))
    result = home.frieze("probe", home / os.fsdecode(name))
    assert result.status == 0 and len(result.out.splitlines()) == 1 and json.loads(result.out)["format"] == "png"


def test_descriptors_by_name(home):
    """A path may mean something in this process only: another one opens it all the same."""
    path = pictures.write(home / "a.png", 1)
    with open(path, "rb") as file:
        names = ["/dev/stdin", f"/dev/fd/{file.fileno()}", f"/proc/self/fd/{file.fileno()}", "/dev/fd/987"]
        process = home.popen([home.program, "probe", *names], stdin=file, stdout=-1, pass_fds=[file.fileno()])
        lines = [json.loads(line) for line in process.communicate(timeout=PATIENCE_S)[0].splitlines()]
    assert [line["format"] for line in lines] == ["png", "png", "png", None]
    assert "No such file" in lines[3]["error"] and process.returncode == 1


def with_frame(path, marker, size=None):
    """A JPEG that says of itself that it is of another process, or size."""
    data = bytearray(path.read_bytes())
    at = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))
    data[at + 1] = marker
    if size:
        data[at + 5:at + 9] = struct.pack(">HH", size[1], size[0])
    path.write_bytes(data)
    return path


def test_progressive_one_that_is_shown_in_its_coarse_form(home):
    pictures.draw(5, (64, 48)).save(home / "a.jpg", progressive=True)
    line, = probe(home, with_frame(home / "a.jpg", 0xC2, (30000, 20000)))
    assert (line["width"], line["height"], line["orientation"], line["error"]) == (30000, 20000, 1, None)


@pytest.mark.parametrize("marker", (0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF))
def test_process_that_no_library_does(home, marker):
    pictures.draw(5, (64, 48)).save(home / "a.jpg")
    line, = probe(home, with_frame(home / "a.jpg", marker), status=1)
    assert line["format"] == "jpeg" and "not supported" in line["error"]
