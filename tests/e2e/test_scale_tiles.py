"""What the tiles of a wall show of a scaling: the pixels that were made, however one comes to see them; how they fill."""
# ctest: COST 20 PROCESSORS 2 LABELS display

import errno

import numpy as np
import pytest
from PIL import Image

import pictures
import share as shares
from frieze import wait_until
from test_scale_window import age, finished, job

COUNT, OTHER = 60, 64
WINDOW = "--size", "1280x800", "--tile", "240x180"
SEEN = 10  # two rows of tiles, which the bar leaves whole
BADGE_PX = 40


@pytest.fixture(scope="module")
def source(module_home):
    return age(pictures.fill(module_home / "in", COUNT, (640, 480), "jpg"))


@pytest.fixture
def out(home):
    return home / "out"


def others(out):
    """Results that are there already, and tell themselves from the pictures by their numbers."""
    out.mkdir()
    for i in range(COUNT):
        pictures.write(out / f"p{i}.jpg", i + OTHER, (320, 240))
    return out


def show(home, display, *arguments):
    size = ["--window" if argument == "--size" else argument for argument in WINDOW]
    return home.start("scale", "--show", *size, "--no-config", *arguments, display=display)


def place(i):
    return i % 5 * 256 + 8, 34 + i // 5 * 267, 240, 180


def numbers(frieze):
    """Of the first tiles, as the wall begins."""
    shot = frieze.screenshot()
    return [pictures.read(shot, place(i))[0] for i in range(SEEN)]


def elsewhere(frieze):
    """Of those in view, wherever they stand, but for the one that is selected."""
    return {number for row in pictures.wall(frieze.screenshot()) for number in row if number is not None}


def originals(first=0):
    return list(range(first, first + SEEN))


def results(first=0):
    return list(range(first + OTHER, first + OTHER + SEEN))


def distance(tile, path):
    """How far off, on the average, a tile is from that file, but for its badge."""
    with Image.open(path) as image:
        expected = np.asarray(image.convert("RGB").resize(tile.shape[1::-1], Image.BICUBIC), dtype=float)
    return float(np.abs(expected - tile)[BADGE_PX:].mean())


def test_tiles_show_the_pixels_that_were_made(home, x11, source, out):
    """Of a quality that nobody would mistake for the picture."""
    with show(home, x11, "-s", "320", "-q", "1", source, out) as frieze:
        assert finished(frieze)["failed"] == 0
        shot = frieze.screenshot()
    for i in range(SEEN):
        x, y, w, h = place(i)
        tile = np.asarray(shot, dtype=float)[y:y + h, x:x + w]
        assert distance(tile, out / f"p{i}.jpg") < 3 < 10 < distance(tile, source / f"p{i}.jpg"), i


def test_results_that_stood_there_are_shown_too(home, x11, source, out):
    """Also on tiles that are scrolled to later, and at another size."""
    with show(home, x11, "-s", "320", source, others(out)) as frieze:
        assert finished(frieze)["done"] == COUNT
        assert numbers(frieze) == results()
        frieze.key("End")
        assert OTHER + COUNT - 10 in elsewhere(frieze) and min(elsewhere(frieze)) >= OTHER
        frieze.key("Home", "+")
        assert set(results()[1:4]) <= elsewhere(frieze) and min(elsewhere(frieze)) >= OTHER
        frieze.key("Return").until(mode="picture")
        assert pictures.only(frieze.screenshot())[0] == 0  # opened, it is the picture itself


def test_a_copy_is_its_own_result(home, x11, source, out):
    with show(home, x11, "-s", "640", source, out) as frieze:
        finished(frieze)
        assert numbers(frieze) == originals()


def test_a_wall_shows_its_pictures_again_when_the_bar_goes(home, x11, source, out):
    others(out)
    with home.start(*WINDOW, source, display=x11) as wall:
        wall.idle().key("^a").ask("scale", 320, out)
        finished(wall)
        assert job(wall)["failed"] == 0 and numbers(wall) == results()
        wall.ask("scale", 320, home / "elsewhere")
        finished(wall)
        assert numbers(wall) == originals()
        wall.ask("scale", 320, out)
        finished(wall)
        assert numbers(wall) == results()
        wall.key("Esc")
        assert numbers(wall) == originals()


@pytest.mark.parametrize("how", ["gone", "no picture"])
def test_a_result_that_cannot_be_read_is_no_failure(home, x11, source, out, how):
    """The tile shows the picture itself then, and is not dim."""
    with show(home, x11, "-s", "320", source, out) as frieze:
        finished(frieze)
        frieze.idle()
        for path in out.iterdir():
            if how == "gone":
                path.unlink()
            else:
                path.write_bytes(b"nothing")
        frieze.key("+")  # another size: they are read once more
        assert set(originals()[1:4]) <= elsewhere(frieze)
        assert job(frieze)["failed"] == 0 and not frieze.errors()


@pytest.fixture
def shared(home, x11, source):
    """A wall whose tiles show results that lie on a share."""
    others(home / "behind")
    with shares.Share(home / "behind", home / "share", writable=True) as share, \
            show(home, x11, "-s", "320", source, share.path) as frieze:
        assert finished(frieze)["failed"] == 0
        assert numbers(frieze.idle()) == results()
        yield share, frieze


def test_no_tile_waits_for_a_share_that_hangs(shared):
    """The picture itself can be read meanwhile."""
    share, frieze = shared
    share.hang()
    frieze.key("+")  # another size: they are read once more
    wait_until(lambda: set(originals()[1:4]) <= elsewhere(frieze), "the pictures")
    share.let_go()
    wait_until(lambda: set(results()[1:4]) <= elsewhere(frieze), "the results")
    assert min(elsewhere(frieze)) >= OTHER


def test_a_result_is_read_again_after_what_passes(shared):
    """No memory, say."""
    share, frieze = shared
    names = [f"p{i}.jpg" for i in range(1, 4)]
    share.refusals.update({name: errno.ENOMEM for name in names})
    opened = dict(share.opened)
    frieze.key("+")  # another size: they are read once more
    wait_until(lambda: all(share.opened[name] > opened[name] for name in names), "another try")
    assert not share.refusals
    assert set(results()[1:4]) <= elsewhere(frieze) and min(elsewhere(frieze)) >= OTHER


def parts(shot):
    """Of each whole tile, how light its upper and its lower part are: a stripe beside the badge."""
    grey = np.asarray(shot.convert("L"), dtype=float)
    for i in range(SEEN):
        x, y, w, h = place(i)
        yield grey[y + 8:y + 24, x + w // 2:x + w - 8].mean(), grey[y + h - 24:y + h - 8, x + w // 2:x + w - 8].mean()


@pytest.fixture(scope="module")
def plain(module_home):
    folder = module_home / "plain"
    folder.mkdir()
    for i in range(SEEN):
        Image.new("RGB", (2400, 1800), (180, 180, 190)).save(folder / f"p{i:02}.png")
    return age(folder)


@pytest.mark.parametrize("motion", ["full", "reduced", "off"])
def test_tiles_fill_from_below(home, x11, plain, out, motion):
    """Where something may move; else each is clear at once."""
    seen = []
    with home.start(*WINDOW, "--jobs", "1", "--motion", motion, plain, display=x11) as frieze:
        frieze.idle().key("^a").ask("scale", 1600, out)
        while job(frieze)["state"] != "idle":
            frieze.ask("screenshot", home / "now.png")  # one frame: the screen itself may be caught between two
            with Image.open(home / "now.png") as shot:
                seen += parts(shot)
        assert all(lower > 150 < upper for upper, lower in parts(frieze.screenshot()))
    assert any(lower < 100 for _, lower in seen)  # dim first
    assert any(lower > 150 and upper < 100 for upper, lower in seen) == (motion == "full")
