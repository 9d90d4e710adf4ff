"""What frieze scale writes in each format, read by other programs than wrote it: size, orientation, colours, pixels, EXIF."""
# ctest: COST 20 PROCESSORS 2

import functools
import os
import re
import subprocess

import pytest
from PIL import Image

import pictures
import similarity
from frieze import binary, is_sanitized, need
from test_scale_look import scene
from test_scale_metadata import XMP, exif_block, write

FORMATS = {"jpg": "libjpeg-turbo", "png": "libpng", "webp": "libwebp", "avif": "libavif", "jxl": "libjxl", "ppm": None, "bmp": None}
CARRIES = ("jpg", "png", "webp", "avif", "jxl")
SIDE = 300


@functools.cache
def has(suffix):
    told = subprocess.run([binary(), "--version"], capture_output=True, text=True, check=True).stdout
    return FORMATS[suffix] is None or re.search(rf" {FORMATS[suffix]} [0-9]", told)


def scale(home, *arguments, status=0):
    result = home.frieze("scale", *arguments)
    assert result.status == status, result
    return result


def need_format(suffix):
    if not has(suffix):
        pytest.skip(f"this build has no {FORMATS[suffix]}")


def by_vips(home, path):
    """Its pixels, upright if its tags did not say otherwise; and what else libvips sees."""
    need("vips", "vipsheader")
    subprocess.run(["vips", "copy", path, home / "seen.png"], check=True)
    told = subprocess.run(["vipsheader", "-a", path], capture_output=True, text=True, check=True).stdout
    with Image.open(home / "seen.png") as image:
        return image.convert("RGB"), dict(line.split(": ", 1) for line in told.splitlines() if ": " in line)


def in_jxl(path):
    """The EXIF of a JPEG XL, which libvips 8.14 leaves aside: a box, whose first four bytes say how far on it begins."""
    data = path.read_bytes()
    at = data.index(b"Exif")
    exif = Image.Exif()
    exif.load(b"Exif\0\0" + data[at + 8:at - 4 + int.from_bytes(data[at - 4:at], "big")])
    return {"exif-ifd0-Make": exif[0x10f], "exif-ifd2-PixelXDimension": str(exif.get_ifd(0x8769)[0xa002])}


@pytest.mark.parametrize("suffix", FORMATS)
def test_another_program_sees_the_same(home, suffix, isolation):
    """A turned photograph, in formats that have a place for it with what was known of it."""
    need_format(suffix)
    source, out = home / "in.jpg", home / f"out.{suffix}"
    write(source, exif_block(), XMP)
    scale(home, "--isolation", isolation, "-S", "-s", SIDE, source, out)
    if suffix == "bmp":  # which libvips reads by ImageMagick, if at all
        with Image.open(out) as image:
            seen, told = image.convert("RGB"), {}
    else:
        seen, told = by_vips(home, out)
    assert seen.size == (200, 300)
    assert "icc-profile-data" not in told or suffix == "jxl"  # where libvips makes one of what the file says in numbers
    assert told.get("orientation", "1") == "1"
    upright = pictures.draw(5, (900, 600)).transpose(Image.ROTATE_270)
    assert pictures.read(seen, (0, 0, 200, 300)) == pictures.read(upright, (0, 0, 600, 900))
    assert similarity.ssim(seen, upright.resize((200, 300), Image.LANCZOS)) > 0.98
    if suffix in CARRIES:
        told |= in_jxl(out) if suffix == "jxl" else {}
        assert told["exif-ifd0-Make"].startswith("Frieze") and told["exif-ifd2-PixelXDimension"].startswith("200")
        assert b'tiff:Orientation="1"' in out.read_bytes()
        scale(home, "--strip", "-s", SIDE, source, out)
        assert not any(key.startswith("exif") for key in by_vips(home, out)[1])
        assert b"tiff:" not in out.read_bytes() and b"Exif" not in out.read_bytes()


@pytest.mark.parametrize("suffix", ["jpg", "webp", "avif", "jxl"])
def test_quality(home, suffix):
    """More of it is more bytes, and more alike."""
    need_format(suffix)
    scene().save(home / "in.png")
    found = []
    for quality in (10, 50, 90, 100):
        out = home / f"{quality}.{suffix}"
        scale(home, "-S", "-q", quality, "-s", SIDE, home / "in.png", out)
        image, _ = by_vips(home, out)
        found.append((out.stat().st_size, similarity.ssim(image, similarity.reference(home / "in.png", image.size))))
    assert found == sorted(found) and found[2][1] > 0.97 and found[3][1] > 0.99, found


@pytest.mark.parametrize("suffix", ["avif", "jxl"])
def test_a_folder_of_them(home, suffix):
    need_format(suffix)
    pictures.fill(home / "in", 3, (900, 600), "jpg")
    result = scale(home, "-f", suffix, "-s", SIDE, home / "in", home / "out")
    assert result.out.startswith("copied 0 scaled 3 ")
    assert sorted(path.name for path in (home / "out").iterdir()) == [f"p{n}.{suffix}" for n in range(3)]
    # They fit then, and stay what they are; smaller ones too are of the same format.
    assert scale(home, "-s", SIDE, home / "out", home / "same").out.startswith("copied 3 scaled 0 ")
    assert (home / "same" / f"p1.{suffix}").read_bytes() == (home / "out" / f"p1.{suffix}").read_bytes()
    scale(home, "-s", 90, home / "out", home / "small")
    image, _ = by_vips(home, home / "small" / f"p2.{suffix}")
    assert image.size == (90, 60) and pictures.read(image, (0, 0, 90, 60)) == (2, "0")


def test_what_this_build_cannot_write_is_said(home):
    pictures.write(home / "in.jpg", 5, (900, 600))
    for suffix in ("avif", "jxl"):
        if has(suffix):
            continue
        for arguments, status in ((["-f", suffix, home.path, home / "out"], 2), ([home / "in.jpg", home / f"out.{suffix}"], 1)):
            result = scale(home, *arguments, status=status)
            assert len(result.lines) == 1 and f"this build has no {FORMATS[suffix]}" in result.err


def peak_bytes(home, *arguments):
    """Resident, of the largest of its processes."""
    process = home.popen([binary(), "scale", "--isolation", "thread", *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return usage.ru_maxrss * 1024


def test_what_encoders_hold_counts_too(home):
    """With little memory one encodes after the other, however many workers there are; nothing is refused."""
    if is_sanitized():
        pytest.skip("sanitizers are what takes the memory")
    (home / "in").mkdir()
    scene((2400, 1800)).save(home / "in" / "0.jpg")
    for number in range(1, 8):
        os.link(home / "in" / "0.jpg", home / "in" / f"{number}.jpg")
    arguments = ["-c", 6, "-s", 0, "-f", "webp", "-q", 100, home / "in"]
    little = peak_bytes(home, "--memory", "64M", *arguments, home / "one")
    much = peak_bytes(home, "--memory", "4G", *arguments, home / "many")
    assert len(list((home / "one").iterdir())) == 8
    assert little < 0.7 * much, (little, much)


def test_what_was_drawn_with_makes_room_for_its_encoder(home):
    """Fonts and glyphs of one SVG are kept for the next, in memory that is lent to them: who waits for all of it waits for no loan of its own."""
    need_format("jxl")
    (home / "in").mkdir()
    for number in range(3):
        text = "".join(f'<text x="10" y="{20 + 16 * line}" font-family="serif" font-size="{9 + line}">{number} {"AbcXyz" * 4}</text>'
                       for line in range(20))
        (home / "in" / f"{number}.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="1000">{text}</svg>')
    result = scale(home, "--memory", "128M", "-c", 1, "-f", "jxl", "-s", "1000x1000", home / "in", home / "out")
    assert "scaled 3" in result.out + result.err
