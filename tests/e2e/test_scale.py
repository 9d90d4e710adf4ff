"""frieze scale IN OUT, of a single file."""
# ctest: COST 4 PROCESSORS 2 LABELS sanitized

import contextlib
import io
import os
import pathlib
import re
import select
import signal
import stat

import numpy as np
import pytest
from PIL import Image

import pictures
from frieze import PATIENCE_S, family, is_sanitized, title_of, wait_until

WRITTEN = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "webp": "WEBP", "ppm": "PPM", "bmp": "BMP"}


def scale(home, *arguments, status=0):
    result = home.frieze("scale", *arguments)
    assert result.status == status and result.out == "", result
    assert len(result.lines) == (0 if status == 0 else 1), result
    return result


@pytest.fixture
def photo(home):
    return pictures.write(home / "in.png", 5, (640, 480))


def difference(path, expected):
    with Image.open(path) as image:
        got = np.asarray(image.convert("RGB"), dtype=int)
    wanted = np.asarray(expected.convert("RGB"), dtype=int)
    assert got.shape == wanted.shape
    return np.abs(got - wanted).mean()


@pytest.mark.parametrize("suffix", WRITTEN)
def test_the_name_says_the_format(home, photo, suffix):
    out = home / f"out.{suffix}"
    scale(home, "-s", "321", photo, out)  # rows that BMP fills up to four bytes
    with Image.open(out) as image:
        assert image.format == WRITTEN[suffix] and image.size == (321, 241)
    assert difference(out, pictures.draw(5, (640, 480)).resize((321, 241), Image.BOX)) < 3


@pytest.mark.parametrize("size,expected", [(["-s", "0"], (640, 480)), ([], (400, 300)), (["-s", "64"], (64, 48)),
                                           (["-s5000"], (640, 480)), (["--size=200x30"], (40, 30)),
                                           (["--size", "10x300"], (10, 8)), (["-s", "1"], (1, 1))])
def test_size(home, photo, size, expected):
    scale(home, *size, photo, home / "out.bmp")
    with Image.open(home / "out.bmp") as image:
        assert image.size == expected


def test_into_a_folder(home, photo):
    (home / "there").mkdir()
    scale(home, photo, home / "there")
    scale(home, photo, f"{home / 'there'}/")
    scale(home, photo, f"{home / 'new'}/")
    assert [path.name for path in (home / "there").iterdir()] == ["in.png"]
    assert (home / "new" / "in.png").read_bytes() == (home / "there" / "in.png").read_bytes()


def test_turned_upright(home):
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x112] = orientation
        path = pictures.write(home / f"{orientation}.jpg", 5, (640, 480), exif=exif, quality=95)
        scale(home, "-s", "100", path, home / "out.png")
        from PIL import ImageOps
        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image)
        upright.thumbnail((100, 100), Image.BOX)
        assert difference(home / "out.png", upright) < 3


def test_the_very_bytes(home):
    """Only if format, orientation and size fit; else they differ, by what they show at most."""
    path = pictures.write(home / "in.jpg", 5, (300, 200), quality=40)
    scale(home, "-s", "300", path, home / "same.jpg")
    scale(home, "-s", "0", path, home / "full.jpeg")
    assert (home / "same.jpg").read_bytes() == (home / "full.jpeg").read_bytes() == path.read_bytes()
    scale(home, "-s", "299", path, home / "smaller.jpg")
    with Image.open(home / "smaller.jpg") as image:
        assert image.size == (299, 199)
    exif = Image.Exif()
    exif[0x112] = 6
    turned = pictures.write(home / "turned.jpg", 5, (300, 200), exif=exif)
    scale(home, "-s", "0", turned, home / "upright.jpg")
    with Image.open(home / "upright.jpg") as image:
        assert image.size == (200, 300) and image.getexif().get(0x112, 1) == 1
    # The bytes say what it is, not the name.
    path.rename(home / "jpeg.png")
    scale(home, home / "jpeg.png", home / "really.png")
    with Image.open(home / "really.png") as image:
        assert image.format == "PNG"


def test_what_is_not_written_is_copied_where_it_fits(home):
    path = pictures.write(home / "in.gif", 5, (300, 200))
    scale(home, path, home / "out.gif")
    assert (home / "out.gif").read_bytes() == path.read_bytes()
    assert "can be written" in scale(home, "-s", "20", path, home / "small.gif", status=2).err
    assert not (home / "small.gif").exists()


def test_transparent_pixels_stand_on_the_background(home):
    Image.new("RGBA", (500, 500), (255, 0, 0, 0)).save(home / "in.png")
    for background in "--background=#102030", "-b#102030":
        scale(home, background, home / "in.png", home / "out.ppm")
        with Image.open(home / "out.ppm") as image:
            assert image.getpixel((3, 3)) == (0x10, 0x20, 0x30)
        (home / "out.ppm").unlink()


def test_a_config_file_that_is_named(home):
    """That one alone, and what the command line says counts more."""
    Image.new("RGBA", (500, 500), (255, 0, 0, 0)).save(home / "in.png")
    (home / "config" / "frieze").mkdir()
    (home / "config" / "frieze" / "frieze.conf").write_text("background = #aaaaaa\n")
    (home / "mine.conf").write_text("background = #102030\n")
    for arguments, expected in ([], (12, 12, 14)), (["--config", "mine.conf"], (0x10, 0x20, 0x30)), \
                               (["--config", "mine.conf", "--background=#405060"], (0x40, 0x50, 0x60)):
        scale(home, *arguments, home / "in.png", home / "out.ppm")
        with Image.open(home / "out.ppm") as image:
            assert image.getpixel((3, 3)) == expected, arguments
    result = home.frieze("scale", "--config", "missing.conf", home / "in.png", home / "out.ppm")
    assert len(result.lines) == 1 and "missing.conf" in result.err, result


def test_quality(home, photo):
    sizes = []
    for quality in ("10", "90", "100"):
        scale(home, "-q", quality, photo, home / "out.jpg")
        sizes.append((home / "out.jpg").stat().st_size)
    assert sizes == sorted(sizes) and sizes[0] < sizes[2]


def test_source_is_destination(home, photo):
    """By any name: nothing is written."""
    before = photo.read_bytes()
    (home / "link.png").symlink_to(photo)
    os.link(photo, home / "hard.png")
    for out in (photo, home / "link.png", home / "hard.png", home.path, f"{home.path}/./in.png"):
        assert "same file" in scale(home, "-s", "10", photo, out, status=2).err
    assert photo.read_bytes() == before


@pytest.mark.parametrize("arguments", [[], ["in.png"], ["in.png", "a.png", "b.png"], ["in.png", "out"], ["in.png", "a.xyz"],
                                       ["-s", "-1", "in.png", "a.png"], ["-s", "", "in.png", "a.png"], ["-s"],
                                       ["-s", "10x", "in.png", "a.png"], ["-s", "0x10", "in.png", "a.png"],
                                       ["-q", "0", "in.png", "a.jpg"], ["-q101", "in.png", "a.jpg"],
                                       ["--no-such", "in.png", "a.png"], [".", "a.png"]])
def test_usage(home, photo, arguments):
    result = home.frieze("scale", *arguments)
    assert result.status == 2 and len(result.lines) == 1, result
    assert sorted(path.name for path in home.path.iterdir() if path.is_file()) == ["in.png"]


def test_what_fails_leaves_the_old_file(home, photo):
    (home / "out.png").write_bytes(b"old")
    for name, data in (("empty.png", b""), ("text.png", b"no picture"), ("cut.png", photo.read_bytes()[:40])):
        (home / name).write_bytes(data)
        scale(home, home / name, home / "out.png", status=1)
    scale(home, home / "missing.png", home / "out.png", status=1)
    assert (home / "out.png").read_bytes() == b"old"
    scale(home, photo, home / "no" / "folder.png", status=1)
    assert not list(home.path.glob(".*"))


def test_the_file_that_is_replaced_keeps_its_permissions(home, photo):
    (home / "out.png").touch(mode=0o600)
    scale(home, photo, home / "out.png")
    assert stat.S_IMODE((home / "out.png").stat().st_mode) == 0o600


def test_damage_is_shown_in_part_and_said(home, photo):
    data = io.BytesIO()
    pictures.draw(5, (640, 480)).save(data, "JPEG")
    (home / "cut.jpg").write_bytes(data.getvalue()[:len(data.getvalue()) * 3 // 4])
    result = home.frieze("scale", "-s0", home / "cut.jpg", home / "out.jpg")
    assert result.status == 0 and len(result.lines) == 1 and "in part" in result.err
    with Image.open(home / "out.jpg") as image:
        assert image.size == (640, 480)
        image.load()


def test_a_bomb_costs_nothing(home):
    bomb = bytearray(pictures.encoded(1, (8, 8), ".png"))
    bomb[16:24] = b"\0\0\xff\xff" * 2
    (home / "bomb.png").write_bytes(bomb)
    assert "scale" not in scale(home, home / "bomb.png", home / "out.png", status=1).err
    assert scale(home, "--limit-pixels=1", pictures.write(home / "a.jpg", 1, (2000, 1000)), home / "out.png", status=1)


def test_a_format_that_is_asked_for(home, photo):
    """Whatever OUT is called, unless that says another one; into a folder under its own name."""
    scale(home, "-f", "jpg", photo, home / "out")
    with Image.open(home / "out") as image:
        assert image.format == "JPEG" and image.size == (400, 300)
    (home / "there").mkdir()
    for suffix in ("jpg", "webp", "png"):
        scale(home, "-f", suffix, photo, home / "there")
        with Image.open(home / "there" / f"in.{suffix}") as image:
            assert image.format == WRITTEN[suffix]
    pictures.write(home / "in.jpeg", 5, (640, 480))
    scale(home, "-f", "jpg", home / "in.jpeg", home / "there")
    assert sorted(path.name for path in (home / "there").iterdir()) == ["in.jpeg", "in.jpg", "in.png", "in.webp"]
    assert "another format" in scale(home, "-f", "jpg", photo, home / "out.png", status=2).err
    assert not (home / "out.png").exists()


@pytest.mark.parametrize("arguments", [["-r"], ["--shard", "1/2"], ["--shard=1/1"], ["--list"], ["--json"]])
def test_what_only_folders_have(home, photo, arguments):
    """One line that names the option, and nothing written."""
    assert "is no folder" in scale(home, *arguments, photo, home / "out.jpg", status=2).err
    assert not (home / "out.jpg").exists()


def test_what_changes_nothing_here(home, photo):
    scale(home, "--sync", "--quiet", "--anew", "-c", "2", photo, home / "out.jpg")
    assert (home / "out.jpg").exists()


def test_no_pixels_are_held_while_it_is_written(home):
    """Whoever reads a pipe may take any time. The file is in memory then, and nothing else that is large."""
    photo, out = pictures.write(home / "in.png", 5, (2400, 2000)), home / "out.bmp"
    os.mkfifo(out)
    unread = os.open(out, os.O_RDWR)
    program = home.popen([home.program, "scale", "-s", "0", photo, out])
    wait_until(lambda: select.select([unread], [], [], 0)[0], "the first bytes")
    writer, = (pathlib.Path("/proc") / pid for pid in
               pathlib.Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split())
    held = sum(map(int, re.findall(r"^Rss(?:Anon|Shmem):\s+(\d+) kB", (writer / "status").read_text(), re.MULTILINE))) << 10
    program.terminate()
    program.wait(PATIENCE_S)
    os.close(unread)
    pixels = 2400 * 2000
    most = 100 if is_sanitized() else 5
    assert 3 < held / pixels < most, f"{held / pixels:.1f} bytes a pixel"


def busy_decoder(program):
    for pid in family(program):
        with contextlib.suppress(OSError):
            spent = sum(map(int, pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()[11:13]))
            if title_of(pid).startswith("frieze: decoder") and spent >= 3:
                return pid
    return None


def test_a_decoder_that_is_killed_is_replaced(home):
    """As by a system that is short of memory: the picture is not to blame."""
    rows, columns = np.indices((6000, 6000))
    Image.fromarray(((rows * 7 ^ columns * 13) % 251).astype(np.uint8)).save(home / "in.png", compress_level=1)
    program = home.popen([home.program, "scale", home / "in.png", home / "out.png"])
    decoder = wait_until(lambda: busy_decoder(program.pid), "a decoder at work")
    os.kill(decoder, signal.SIGKILL)
    assert program.wait(PATIENCE_S) == 0
    with Image.open(home / "out.png") as image:
        assert image.size == (400, 400)
