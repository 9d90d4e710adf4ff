"""Pages of a file, turned over in the picture view: which one when, on which ground, how large, how sharp, and what becomes of
those that cannot be shown."""
# ctest: COST 40 LABELS sanitized

import struct

import numpy as np
import pytest
from PIL import Image

import frieze

COLORS = [(200, 30, 30), (30, 200, 30), (30, 30, 200), (200, 200, 30)]
SIZE = (300, 200)


def save(path, pages, **options):
    pages[0].save(path, save_all=True, append_images=pages[1:], **options)
    return path


def plain(size=SIZE, colors=COLORS):
    return [Image.new("RGB", size, color) for color in colors]


def show(home, path, *options):
    return home.start("--size", "400x300", *options, path)


def turn(running, *keys):
    """What is shown then."""
    return running.key(*keys).idle().screenshot()


def at(image, x, y):
    return image.getpixel((x, y))


def near(a, b, tolerance=3):
    return all(abs(x - y) <= tolerance for x, y in zip(a, b))


def test_they_are_turned_over(home):
    """Forwards and backwards, in a circle, by numbers; none leaves by itself, and nothing plays."""
    path = save(home / "a.tif", plain())
    with show(home, path) as running:
        running.idle().key("Return").idle()
        assert running.status()["animation"] is None
        with pytest.raises(frieze.Refused, match="no animation"):
            running.ask("animation")
        for keys, page in ((("^n",), 1), (("^n",), 2), (("^p",), 1), (("2", "^n"), 3), (("^n",), 0), (("^p",), 3)):
            assert near(at(turn(running, *keys), 200, 150), COLORS[page]), keys
            assert running.status()["animation"]["frame"] == page
            assert running.status()["notice"] == f"Page {page + 1} of 4"


def test_a_file_that_is_renamed_stays_at_its_page(home):
    """However often, and where it is read from then."""
    (home / "one").mkdir()
    save(home / "one" / "a.tif", plain())
    with show(home, home / "one") as running:
        assert near(at(turn(running.idle().key("Return").idle(), "2", "^n"), 200, 150), COLORS[2])
        for before, after, page in (("a", "b", 3), ("b", "c", 0)):
            (home / "one" / f"{before}.tif").rename(home / "one" / f"{after}.tif")
            running.until(title=f"{after}.tif")
            assert near(at(running.idle().screenshot(), 200, 150), COLORS[page - 1])
            assert near(at(turn(running, "^n"), 200, 150), COLORS[page])


def test_what_is_said_of_a_picture_goes_with_it(home):
    """The next one has nothing to do with it."""
    (home / "both").mkdir()
    save(home / "both" / "a.tif", plain())
    Image.new("RGB", SIZE, COLORS[0]).save(home / "both" / "b.png")
    with show(home, home / "both") as running:
        running.idle("loaded").key("Return").idle()
        for key, said, away in (("^n", "Page 2 of 4", "n"), ("^n", "no animation", "p"), ("L", "Zoom and place", "n")):
            assert running.key(key).status()["notice"].startswith(said)
            notice = running.key(away).status()["notice"]
            assert notice is None if key == "^n" else notice.startswith(said)


def test_each_has_its_size(home):
    """A small page stands in the middle of the first one's place, a large one is reduced to it."""
    pages = plain()
    pages[1] = pages[1].resize((100, 100))
    pages[2] = pages[2].resize((600, 600))
    path = save(home / "a.tif", pages)
    with show(home, path, "--background", "#204060") as running:
        running.idle().key("Return").idle()
        small, large = turn(running, "^n"), turn(running, "^n")
        for image, color, side in ((small, COLORS[1], 100), (large, COLORS[2], 200)):
            inside = np.all(np.abs(np.array(image, dtype=int) - color) <= 3, axis=-1)
            rows, columns = np.nonzero(inside.any(axis=1))[0], np.nonzero(inside.any(axis=0))[0]
            assert abs(rows[0] - (300 - side) // 2) <= 1 and abs(columns[0] - (400 - side) // 2) <= 1
            assert abs(len(rows) - side) <= 1 and abs(len(columns) - side) <= 1
            assert near(at(image, 60, 150), (0x20, 0x40, 0x60))


def test_all_have_the_chosen_ground(home):
    """What is clear shows --background, on the first page as on the others."""
    clear = Image.new("RGBA", SIZE, (200, 30, 30, 255))
    clear.paste((0, 0, 0, 0), (0, 0, 150, 200))
    path = save(home / "a.tif", [clear, clear.copy(), clear.copy()])
    with show(home, path, "--background", "#204060") as running:
        shown = [running.idle().key("Return").idle().screenshot(), turn(running, "^n"), turn(running, "^n")]
        for image in shown:
            assert near(at(image, 120, 150), (0x20, 0x40, 0x60))
            assert near(at(image, 280, 150), COLORS[0])


def checked(size, corner):
    """Columns of one pixel, black and white, and a corner that tells the pages apart."""
    pixels = np.zeros((size[1], size[0]), np.uint8)
    pixels[:, ::2] = 255
    pixels[:size[1] // 8, :size[0] // 8] = corner
    return Image.fromarray(pixels)


def columns_are_sharp(image):
    middle = np.array(image.convert("L"), dtype=int)[150, 100:300]
    return np.abs(np.diff(middle)).min() > 200


@pytest.mark.parametrize("size", [(1500, 1000), (2600, 2000)])
def test_a_zoom_shows_their_pixels(home, size):
    """Also of those that are large enough to be shown in squares: the first page has those."""
    path = save(home / "a.tif", [checked(size, grey) for grey in (60, 120, 180)], compression="tiff_deflate")
    with show(home, path, "--memory", "500M") as running:
        running.idle().key("Return").idle()
        assert not columns_are_sharp(turn(running, "^n"))
        for keys in (("a",), ("^n",), ("^n",), ("^p",), ("w", "^p", "a")):
            assert columns_are_sharp(turn(running, *keys)), keys
        turn(running, "w", "^n")
        assert running.status()["animation"]["frame"] == 2


def test_loading_that_is_paused_leaves_the_page(home):
    """It stays while loading is paused and after; one that is turned to meanwhile comes when loading goes on."""
    path = save(home / "a.tif", plain())
    with show(home, path) as running:
        running.idle().key("Return").idle()
        for keys, page in ((("^n",), 1), (("P",), 1), (("P",), 1), (("^n",), 2), (("P", "^n", "P"), 3)):
            assert near(at(turn(running, *keys), 200, 150), COLORS[page]), keys
            assert running.status()["animation"]["frame"] == page
    with show(home, path) as running:
        running.idle().key("Return").idle().key("P").idle()
        assert near(at(turn(running, "^n", "P"), 200, 150), COLORS[1])
        assert running.errors() == []


def test_the_first_page_comes_in_squares(home):
    """As a picture without others does: what is seen of it at 100 %, and what lies around that."""
    size = 3000, 4000
    path = save(home / "a.tif", [checked(size, grey) for grey in (60, 120)], compression="tiff_deflate")
    with show(home, path) as running:
        running.idle().key("Return").idle()
        before = running.stats()["upload"]["bytes"]
        assert columns_are_sharp(turn(running, "a"))
        assert running.stats()["upload"]["bytes"] - before < size[0] * size[1] * 4 / 2


@pytest.mark.parametrize("memory", ["64M", "400M"])
def test_pages_of_600_dpi(home, memory):
    """A4, which no texture holds there: any page is shown as the first is, and as much of it as there is room for."""
    greys = (60, 120, 180)
    path = save(home / "a.tif", [Image.new("L", (4960, 7016), grey) for grey in greys], compression="tiff_deflate")
    with show(home, path, "--memory", memory) as running:
        running.idle().key("Return").idle()
        for keys, page in ((("^n",), 1), (("^n",), 2), (("a",), 2), (("^p",), 1), (("w",), 1), (("^p",), 0), (("a",), 0)):
            assert near(at(turn(running, *keys), 200, 150), (greys[page],) * 3), keys
            assert running.status()["animation"]["frame"] == page
        assert running.errors() == []


def unpacked_page(width, height):
    """A directory that says so much of a page whose strip has to be unpacked as a whole (LERC), without the pixels."""
    return [(256, width), (257, height), (258, 16), (259, 34887), (262, 1), (273, 8), (277, 1), (278, height), (279, 64)]


def with_page_between(path, entries):
    """Puts another directory between the first and the second."""
    data = bytearray(path.read_bytes())
    first, = struct.unpack_from("<I", data, 4)
    count, = struct.unpack_from("<H", data, first)
    link = first + 2 + 12 * count
    after, = struct.unpack_from("<I", data, link)
    data += b"\0" * (len(data) % 2)
    struct.pack_into("<I", data, link, len(data))
    data += struct.pack("<H", len(entries))
    data += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries) + struct.pack("<I", after)
    path.write_bytes(data)


@pytest.mark.parametrize("size, options, why", [
    ((16384, 16384), ("--memory", "64M", "--limit-pixels", "4000"), "more than --memory leaves"),
    ((4000, 4000), ("--limit-pixels", "10"), "is over 1 Mpx"),
    ((200000, 16), (), "a side is over")])
def test_a_page_that_is_too_much_is_passed_over(home, size, options, why):
    """It says why; the page before stays in view, and the next ones are turned to."""
    path = save(home / "a.tif", plain(colors=COLORS[:2]))
    with_page_between(path, unpacked_page(*size))
    with show(home, path, *options) as running:
        running.idle().key("Return").idle()
        assert near(at(turn(running, "^n"), 200, 150), COLORS[0])
        notice = running.status()["notice"]
        assert notice.startswith("Page 2: ") and why in notice
        assert near(at(turn(running, "^n"), 200, 150), COLORS[1])
        assert running.status()["animation"]["frame"] == 2
        assert near(at(turn(running, "^n"), 200, 150), COLORS[0])
