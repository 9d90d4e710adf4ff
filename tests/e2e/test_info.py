"""The info overlay: what it tells, that it stays from picture to picture, and that no text blinks when it changes."""
# ctest: COST 50

import contextlib
import os
import pathlib
import subprocess
import time

import numpy as np
import pytest
from PIL import Image

import fonts
import golden
from frieze import wait_until

COUNT = 40
LINE = 26        # px of a line of the panel
CORNER = (0, 0, 110, 360)   # where the lines begin
INSIDE = (40, 30, 160, 100)  # of the tile in the upper left corner
LOWER_RIGHT = (640, 540, 800, 600)
FOLDER_LINE = (100, 50, 300, 26)  # that path is another one each time
DARK, INK = 40, 150


@pytest.fixture(scope="module")
def folder(module_home):
    """Dark pictures, so that what is bright is text; number 1 is cut, number 2 is none."""
    folder = module_home / "dark"
    folder.mkdir()
    for number in range(COUNT):
        noise = np.random.default_rng(number).integers(0, DARK, (480, 640, 3), dtype=np.uint8)
        Image.fromarray(noise).save(folder / f"d{number:02}.png")
        os.utime(folder / f"d{number:02}.png", (1714572180, 1714572180))
    whole = (folder / "d01.png").read_bytes()
    (folder / "d01.png").write_bytes(whole[:len(whole) // 2])
    (folder / "d02.png").write_bytes(whole[:20])
    return folder


@pytest.fixture(scope="module")
def own_fonts(module_home):
    return fonts.configure(module_home)


@pytest.fixture
def frieze(home, folder):
    with home.start("--size", "800x600", "--tile", "160x120", folder, more={"TZ": "UTC0"}) as running:
        yield running.idle("loaded")


def lines(frieze):
    """How many lines of text stand in the upper left corner, which is where the panel is."""
    ink = (np.asarray(frieze.idle().screenshot().crop(CORNER)).min(axis=2) > INK).any(axis=1)
    rows = np.nonzero(ink)[0]
    return 0 if len(rows) == 0 else int(rows.max() - rows.min()) // LINE + 1


def until_lines(frieze, expected):
    wait_until(lambda: lines(frieze) == expected, lambda: f"{lines(frieze)} lines, not {expected}")


def test_each_state_in_the_picture_view(frieze):
    """Folder, size, format, file, date, zoom; it stays from picture to picture, and on the wall."""
    frieze.key("Home", "Return")
    for expected in (0, 1, 7, 0, 1):
        until_lines(frieze, expected)
        frieze.key("i")
    frieze.key("End")
    until_lines(frieze, 7)
    frieze.key(">")
    until_lines(frieze, 8)
    frieze.key("<")
    until_lines(frieze, 7)


def test_what_is_damaged_says_why(frieze):
    """A cut picture has a line more; of one that cannot be read nothing but folder, format, file, date, and the reason."""
    frieze.key("i", "i", "Home", "Return")
    until_lines(frieze, 7)
    frieze.key("n")
    until_lines(frieze, 8)
    frieze.key("n")
    until_lines(frieze, 6)


def test_on_the_wall_it_does_not_cover_what_it_tells_of(frieze):
    """There is no zoom there. Over a tile in the upper left corner it stands in the upper right one."""
    frieze.key("End", "i", "i")
    until_lines(frieze, 6)
    upper_left = frieze.status()["visible"][0]
    frieze.key(*str(upper_left + 6), "G")
    wait_until(lambda: not (np.asarray(frieze.idle().screenshot().crop(INSIDE)).min(axis=2) > INK).any(),
               "a tile that nothing covers")
    right = np.asarray(frieze.screenshot().crop((400, 0, 800, 400))).min(axis=2) > INK
    assert right.sum() > 500


SIDECAR = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:City="Bern">
<dc:title xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Alt><rdf:li xml:lang="x-default">Bears</rdf:li></rdf:Alt>
</dc:title></rdf:Description></rdf:RDF></x:xmpmeta>"""


def test_a_sidecar_is_told_as_it_comes_and_goes(frieze, folder):
    frieze.key("i", "i", "Home", "Return")
    until_lines(frieze, 7)
    sidecar = folder / "d00.png.xmp"
    try:
        sidecar.write_text(SIDECAR)
        until_lines(frieze, 10)
        camera = 'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Model="Camera" xmp:Rating'
        sidecar.write_text(SIDECAR.replace("xmp:Rating", camera))
        until_lines(frieze, 11)
    finally:
        sidecar.unlink()
    until_lines(frieze, 7)


def test_what_the_file_and_its_sidecar_tell(home, folder):
    """Date and camera by EXIF; title, place and rating by the XMP file beside it, the title with the name alone too."""
    told = home / "told"
    told.mkdir()
    exif = Image.Exif()
    exif[0x0110] = "Camera"                   # model
    exif[0x0132] = "2021:02:03 04:05:06"      # date
    with Image.open(folder / "d00.png") as image:
        for name in ("e0.jpg", "e1.jpg", "e2.jpg"):
            image.save(told / name, exif=exif)
    (told / "e1.xmp").write_text(SIDECAR)
    (told / "e2.jpg.xmp").write_text(SIDECAR[:90])
    with home.start("--size", "800x600", "--tile", "160x120", told) as frieze:
        frieze.idle().key("i", "Home", "Return")
        for expected in (1, 1 + 1, 1):
            until_lines(frieze, expected)
            frieze.key("n")
        frieze.key("i", "Home")
        for expected in (7 + 2, 7 + 5, 7 + 2):
            until_lines(frieze, expected)
            frieze.key("n")


def ink_of_the_next_frame(frieze, key, box):
    """The frame that follows a key at once, before its text can have been made."""
    path = frieze.home / "next.png"
    frieze.ask_all(("key", key), ("screenshot", path))
    with Image.open(path) as image:
        return int((np.asarray(image.convert("RGB").crop(box)).min(axis=2) > INK).sum())


@pytest.mark.parametrize("keys, box", [((), LOWER_RIGHT), (("i",), CORNER), (("i", "i"), CORNER)],
                         ids=["position", "name", "details"])
def test_no_text_blinks_while_one_moves(frieze, keys, box):
    """Each position is a text that has never been drawn: the old one stays until it is there."""
    frieze.key("0", "5", "G", "Return", *keys).idle()
    frieze.key("n").idle()
    time.sleep(0.1)
    seen = [ink_of_the_next_frame(frieze, "n", box) for _ in range(20)]
    assert min(seen) > 50, seen


@pytest.mark.parametrize("scale", [0.5, 1, 2, 4])
@pytest.mark.parametrize("size", [(320, 240), (800, 600), (1280, 800)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_it_has_room_beside_the_performance_overlay(home, folder, size, scale):
    """The texts of that become smaller, and then fewer; nothing of either reaches into the margins of the window."""
    with home.start("--size", f"{size[0]}x{size[1]}", "--text-scale", scale, "--motion", "off", folder) as frieze:
        frieze.idle("loaded").key("3", "G", "m", "Return", "I").idle()

        def look():
            """Whether the position, or what a line is about, is told; whether something reaches into the margins."""
            image = np.asarray(frieze.screenshot()).astype(int)
            red, _, blue = (image[..., channel] for channel in range(3))
            bright = image.min(axis=2) > DARK + 20
            bright[10:-10, 10:-10] = False
            return ((red > 140) & (blue - red > 28)).any(), bright.any()  # the bars of a late frame have less red
        wait_until(lambda: look() == (False, False), look)  # the position is told for a while
        for _ in range(2):
            frieze.key("i")
            assert look() == (True, False)


@pytest.mark.parametrize("scale", [1, 2])
def test_the_performance_overlay_grows_with_its_texts(home, folder, scale):
    """Its graph too, where the window is high enough: the lines of 1 / 60 and 1 / 30 s are a third of its height apart."""
    with home.start("--size", "1000x1600", "--text-scale", scale, "--motion", "off", "--tile", "64x64", folder) as frieze:
        frieze.idle("loaded").key("5", "G", "Return", "I").idle()

        def lines():
            image = np.asarray(frieze.screenshot().convert("RGB")).astype(int)[:400]
            grey = (image.min(axis=2) > DARK + 20) & (image.max(axis=2) - image.min(axis=2) < 8)
            return [y for y, row in enumerate(grey) if max(map(len, bytes(row).split(b"\0"))) > 60]  # no stroke of a letter is so long
        found = wait_until(lambda: lines() if len(lines()) == 2 else None, lines)
        assert abs(found[1] - found[0] - scale * 100 / 3) <= 1


@contextlib.contextmanager
def late_texts(frieze):
    """Its thread that draws texts has next to nothing of a core that somebody else wants."""
    thread, = (int(path.parent.name) for path in pathlib.Path(f"/proc/{frieze.pid}/task").glob("*/comm")
               if path.read_text() == "frieze:text\n")
    core = {min(os.sched_getaffinity(0))}
    os.sched_setaffinity(thread, core)
    os.sched_setscheduler(thread, os.SCHED_IDLE, os.sched_param(0))
    with subprocess.Popen(["sh", "-c", "while :; do :; done"]) as other:
        os.sched_setaffinity(other.pid, core)
        try:
            yield
        finally:
            other.kill()


def test_nothing_blinks_or_sticks_out_while_texts_are_late(home, folder):
    """Each half second the performance overlay's figures are others, and it may be wider then."""
    with home.start("--size", "1280x800", "--text-scale", "2", "--motion", "off", folder) as frieze:
        frieze.idle("loaded").key("G", "Return", "I", "i").idle()
        wait_until(lambda: (np.asarray(frieze.screenshot())[10:90, :300].min(axis=2) > INK).any(), "the info overlay")
        with late_texts(frieze):
            seen, until = set(), time.monotonic() + 8
            while time.monotonic() < until:
                frieze.ask("screenshot", home / "shot.png")
                with Image.open(home / "shot.png") as shot:
                    image = np.asarray(shot.convert("RGB")).min(axis=2)
                assert not (image[:, -14:] > DARK + 20).any()  # which is beside all panels
                seen.add(hash((image[20:80, 20:290] > INK).tobytes()))
        assert len(seen) == 1


def test_golden(module_home, own_fonts):
    """All that is told of a picture that is turned."""
    golden.check_with_fonts(module_home, "info", (800, 480), own_fonts,
                            lambda frieze: golden.to_picture(frieze, "End", ">", "|", "i", "i"), [FOLDER_LINE])
