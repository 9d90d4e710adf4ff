"""Scaled outputs of a Wayland compositor: what is shown is drawn in device pixels, and the pointer hits what is under it."""
# ctest: LABELS display

import json

import numpy as np
import pytest
from PIL import Image

import pictures
import wayland
from displays import Sway
from frieze import wait_until

SCALES = ["1.5", "2"]
COUNT, TILE = 30, (160, 120)


@pytest.fixture(scope="module")
def sway(ordinary_home):
    """Its size is a whole number at each scale, as those of displays are. Windows that are not fullscreen float."""
    with Sway(ordinary_home, (1200, 900)) as compositor:
        compositor.swaymsg('for_window [app_id="frieze"] floating enable')
        yield compositor


@pytest.fixture(params=SCALES)
def scaled(sway, request):
    """The compositor at a scale; back to 1 afterwards."""
    sway.swaymsg(f"output HEADLESS-1 scale {request.param}")
    yield sway
    sway.swaymsg("output HEADLESS-1 scale 1")


def scale_of(sway):
    return json.loads(sway.run("swaymsg", "-r", "-t", "get_outputs")[1])[0]["scale"]


def stripes(folder):
    """Columns of one pixel, black and white: drawn at any other scale than 1:1 they would be grey somewhere."""
    folder.mkdir(exist_ok=True)
    pixels = np.zeros((TILE[1], TILE[0], 3), np.uint8)
    pixels[:, ::2] = 255
    for number in range(COUNT):
        Image.fromarray(pixels).save(folder / f"{number:02}.png")
    return folder


@pytest.fixture(scope="module")
def striped(ordinary_home):
    made = stripes(ordinary_home / "stripes")
    ordinary_home.hand_over(made)
    return made


@pytest.fixture(scope="module")
def numbered(ordinary_home):
    made = pictures.fill(ordinary_home / "numbered", COUNT, TILE)
    ordinary_home.hand_over(made)
    return made


# A tile kept on disk, as JPEG, is not the same to the last bit.
EXACTLY = ("--tile", f"{TILE[0]}x{TILE[1]}", "--cache-size", "0")


def assert_striped(pixels, box):
    """White and black in turn, from edge to edge."""
    x, y, w, h = box
    tile = pixels[y:y + h, x:x + w].astype(int)
    assert (w, h) == TILE and (tile[:, ::2] == 255).all() and (tile[:, 1::2] == 0).all()


def test_tiles_are_drawn_in_device_pixels(ordinary_home, scaled, striped):
    """--tile counts device pixels; what the compositor shows is the frame as it was drawn."""
    with ordinary_home.start(*EXACTLY, striped, display=scaled) as frieze:
        frieze.until(fullscreen=True, items=COUNT)
        frieze.key("End")  # the frame of the selection is white, too
        own = np.asarray(frieze.screenshot())
        assert own.shape[1::-1] == scaled.size
        x, y = np.argwhere(own[..., 1] == 255).min(axis=0)[::-1]
        assert_striped(own, (x, y, *TILE))
        wait_until(lambda: np.array_equal(np.asarray(scaled.screenshot()), np.asarray(frieze.screenshot())), "the same pixels on the output")


def test_primed_tiles_are_those_of_a_scaled_wall(ordinary_home, scaled, numbered):
    """--tile means the same to both, whatever the display's scale."""
    primed = ordinary_home.frieze("prime", "--tile", f"{TILE[0]}x{TILE[1]}", numbered)
    assert primed.status == 0, primed
    with ordinary_home.start("--tile", f"{TILE[0]}x{TILE[1]}", numbered, display=scaled) as frieze:
        frieze.until(items=COUNT)
        frieze.idle("loaded")
        assert frieze.stats()["opens"] == 0


def test_picture_is_drawn_in_device_pixels(ordinary_home, scaled, striped):
    """At 100 % one pixel of the picture is one of the device."""
    with ordinary_home.start(striped / "03.png", display=scaled) as frieze:
        frieze.until(mode="picture", zoom=1)
        frieze.idle()
        box = ((scaled.size[0] - TILE[0]) // 2, (scaled.size[1] - TILE[1]) // 2, *TILE)
        assert_striped(np.asarray(frieze.screenshot()), box)
        wait_until(lambda: np.asarray(scaled.screenshot())[box[1] + 60, box[0]].tolist() == [255, 255, 255], "it")
        assert_striped(np.asarray(scaled.screenshot()), box)


def test_window_is_drawn_in_device_pixels(ordinary_home, scaled, striped):
    """A window of 400x300 has as many pixels as the scale says, and none of them is smeared."""
    with ordinary_home.start("--size", "400x300", *EXACTLY, striped, display=scaled) as frieze:
        size = tuple(round(side * scale_of(scaled)) for side in (400, 300))
        wait_until(lambda: frieze.screenshot().size == size, f"a frame of {size}")
        frame = np.asarray(frieze.screenshot())[..., 1]
        row = frame[np.argwhere(frame == 255)[0][0] + 60]  # through the first row of tiles
        assert ((row == 255) | (row < 64)).all()
        white = row == 255

        def is_shown():
            shown = np.asarray(scaled.screenshot())[..., 1] == 255
            needle = white[np.flatnonzero(white)[0]:][:TILE[0]].tobytes()
            return any(needle in line.tobytes() for line in shown)
        wait_until(is_shown, "its stripes on the output")


def assert_pointer_hits(frieze, sway):
    """In the first and the last pixels of tiles on every side of the output."""
    image = frieze.idle().screenshot()
    rows = pictures.boxes(image)
    with wayland.pointer(sway) as pointer:
        for row, column in ((0, 1), (1, 0), (3, 5), (2, 3)):
            x, y, w, h = rows[row][column]
            for place in ((x + 1, y + 1), (x + w - 2, y + h - 2)):
                frieze.key("End")
                frieze.until(index=COUNT - 1)
                pointer.click(*place)
                frieze.until(index=pictures.read(image, rows[row][column])[0], mode="wall")


def test_the_pointer_hits_what_is_under_it(ordinary_home, scaled, numbered):
    with ordinary_home.start("--tile", f"{TILE[0]}x{TILE[1]}", numbered, display=scaled) as frieze:
        frieze.until(fullscreen=True, items=COUNT)
        assert_pointer_hits(frieze, scaled)


def test_scale_changes_while_it_runs(ordinary_home, sway, numbered):
    """The frame has the pixels of the output all the time, and the pointer follows."""
    with ordinary_home.start("--tile", f"{TILE[0]}x{TILE[1]}", numbered, display=sway) as frieze:
        frieze.until(fullscreen=True, items=COUNT)

        def is_shown():
            return np.array_equal(np.asarray(sway.screenshot()), np.asarray(frieze.screenshot()))
        wait_until(is_shown, "the wall on the output")  # sway 1.7 tells a window that is being mapped of no other size
        try:
            for scale in ("2", "1"):
                sway.swaymsg(f"output HEADLESS-1 scale {scale}")
                wait_until(is_shown, "the same pixels on the output")
                assert frieze.screenshot().size == sway.size
                assert_pointer_hits(frieze, sway)
        finally:
            sway.swaymsg("output HEADLESS-1 scale 1")
