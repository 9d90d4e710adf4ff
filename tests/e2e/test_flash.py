"""Nothing flashes more than three times a second, whoever holds a key: measured from the pixels of a real X server."""
# ctest: COST 45 LABELS display

import contextlib
import os
import random
import time

import numpy as np
import pytest
from PIL import Image

import flashes
import pictures
from flashes import BLACK, GREEN, RED, WHITE, Recording, flashing, plain, worst
from frieze import wait_until

SIZE = (640, 360)
HELD_S = 1.9  # of these the X server repeats the key for 1.24 s, 25 times a second
REPEATS = 31


@contextlib.contextmanager
def opened(home, x11, *arguments):
    with home.start("--size", "640x360", *arguments, display=x11) as frieze:
        frieze.idle("loaded")
        if frieze.status()["mode"] == "wall":  # one file opens by itself
            frieze.key("Return")
        yield frieze.until(mode="picture") and frieze.idle()


def hold(x11, frieze, key="Right", seconds=HELD_S):
    x11.xdotool("windowfocus", x11.window(frieze), "keydown", key, "sleep", seconds, "keyup", key)


class Told(Recording):
    """Made of (seconds, colour) instead of a screen."""

    def __init__(self, *frames):
        import numpy as np
        self.frames = [(at, np.full((90, 160, 4), [*colour[::-1], 0], np.uint8)) for at, colour in frames]


def test_the_measure_itself():
    at = [number / 10 for number in range(10)]
    assert worst(Told(*zip(at, [BLACK, WHITE] * 5))) == 9
    assert worst(Told(*zip(at[:7], [BLACK, WHITE] * 4))) == 6
    assert worst(Told(*zip(at, [(step * 28,) * 3 for step in range(10)]))) == 1, "a fade is one change"
    assert worst(Told(*zip(at, [(233,) * 3, WHITE] * 5))) == 0, "both bright"
    assert worst(Told(*zip(at, [(100,) * 3, (110,) * 3] * 5))) == 0, "too little"
    assert worst(Told(*((second, colour) for second, colour in zip(range(10), [BLACK, WHITE] * 5)))) == 1
    reds = Told(*zip(at, [RED, GREEN] * 5))
    assert worst(reds) == 0 and worst(reds, "red") == 9


# --- pictures -------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def viewer(module_home, x11):
    """Black and white pictures in turn, in the picture view."""
    with opened(module_home, x11, plain(module_home / "plain", [BLACK, WHITE] * 50)) as frieze:
        yield frieze


def middle(frieze):
    return frieze.idle().screenshot().getpixel((320, 180))


@pytest.mark.parametrize("motion", ["full", "reduced"])
def test_a_held_key_does_not_flash(viewer, x11, motion):
    """The position goes on at each repeat, what is seen only as often as it may; the last one is seen."""
    viewer.jump("Home").ask("set", "motion", motion)
    with Recording(x11, viewer) as recording:
        hold(x11, viewer)
        index = viewer.idle().status()["index"]
    viewer.ask("reset", "motion")
    assert index >= REPEATS // 2, "the position follows the key"
    assert middle(viewer) == (BLACK, WHITE)[index % 2]
    assert 2 <= worst(recording) <= flashes.MOST
    assert len(recording.colours()) >= (6 if motion == "full" else 4), "it is held back, not stopped"


@pytest.mark.parametrize("press", [["key", "--repeat", 40, "--delay", 25, "n"], ["click", "--repeat", 40, "--delay", 25, 5]],
                         ids=["pressed", "wheel"])
def test_presses_and_the_wheel_do_not_flash(viewer, x11, press):
    window = x11.window(viewer)
    viewer.jump("Home")
    x11.xdotool("windowfocus", window, "mousemove", "--window", window, 320, 180)
    with Recording(x11, viewer) as recording:
        x11.xdotool(*press)
        viewer.until(index=40)
        assert middle(viewer) == BLACK
    assert 2 <= worst(recording) <= flashes.MOST


def test_a_single_press_is_not_held_back(viewer, x11):
    """After a pause the next picture comes with the next frames."""
    viewer.jump("Home")
    for index in range(1, 6):
        time.sleep(0.2)
        with Recording(x11, viewer) as recording:
            pressed = time.monotonic()
            viewer.key("Right")
            wait_until(lambda: recording.frames and recording.colours()[-1] == (BLACK, WHITE)[index % 2],
                       "the next picture")
        assert recording.frames[-1][0] - pressed < 0.15


def test_alike_pictures_change_at_full_speed(home, x11):
    """What does not flash is not held back: greys that rise and fall by less than a tenth."""
    greys = [(100 + number % 30,) * 3 for number in range(60)]
    with opened(home, x11, plain(home / "grey", greys)) as frieze:
        with Recording(x11, frieze) as recording:
            hold(x11, frieze)
            assert frieze.idle().status()["index"] >= REPEATS // 2
    assert len(recording.colours()) >= REPEATS // 2, "twice as many as with a change every sixth of a second"
    assert worst(recording) <= 1


def test_a_show_does_not_flash(home, x11):
    folder = plain(home / "plain", [BLACK, WHITE] * 20)
    with home.start("--size", "640x360", "--delay", "0.1", "--slideshow", folder, display=x11) as frieze:
        frieze.until(mode="slideshow")
        with Recording(x11, frieze) as recording:
            frieze.until(index=6)
    assert 2 <= worst(recording) <= flashes.MOST


# --- animations -----------------------------------------------------------------------------------

def animated(path, colours, delay_ms, size=SIZE):
    frames = [Image.new("RGB", size, colour) for colour in colours]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=delay_ms, loop=0)
    return path


def record(x11, frieze, seconds):
    with Recording(x11, frieze) as recording:
        time.sleep(seconds)
    return recording


@pytest.mark.parametrize("suffix, colours, kind, delay_ms", [
    ("gif", (BLACK, WHITE), "light", 50), ("png", (RED, RED, GREEN), "red", 40)])
def test_an_animation_does_not_flash(home, x11, suffix, colours, kind, delay_ms):
    path = animated(home / f"a.{suffix}", colours * 10, delay_ms)
    with opened(home, x11, path) as frieze:
        recording = record(x11, frieze, 1.7)
        assert frieze.status()["animation"]["paused"] is False
    assert 2 <= worst(recording, kind) <= flashes.MOST


def test_what_does_not_flash_plays_at_its_speed(home, x11):
    """Three changes a second, and many that are small."""
    colours = [(number % 20 // 10 * 100 + 60 + number % 2 * 12,) * 3 for number in range(40)]
    with opened(home, x11, animated(home / "a.gif", colours, 40)) as frieze:
        recording = record(x11, frieze, 1.6)
    assert len(recording.colours()) >= 30, "of 40"


def test_a_held_step_does_not_flash(home, x11):
    path = animated(home / "a.gif", [BLACK, WHITE] * 30, 5000)
    with opened(home, x11, path) as frieze:
        with Recording(x11, frieze) as recording:
            hold(x11, frieze, "ctrl+n", 1.4)
            frieze.idle()
    assert 2 <= worst(recording) <= flashes.MOST


@pytest.mark.parametrize("tile, bounded", [("320x180", True), ("48x27", False)])
def test_a_tile_under_the_pointer_does_not_flash(home, x11, tile, bounded):
    """One that is too small to harm plays as it is."""
    path = animated(home / "a.gif", [BLACK, WHITE] * 5, 100, (320, 180))
    with home.start("--size", "640x360", "--tile", tile, path, pictures.write(home / "p1.png", 1), display=x11) as frieze:
        box = pictures.boxes(frieze.idle("loaded").screenshot())[0][0]
        x11.xdotool("mousemove", "--window", x11.window(frieze), box[0] + box[2] // 2, box[1] + box[3] // 2)
        frieze.until(animation=lambda animation: animation is not None)
        recording = record(x11, frieze, 1.6)
    assert (worst(recording) <= flashes.MOST) == bounded


# --- the wall, and files that change ---------------------------------------------------------------

@pytest.mark.parametrize("key, motion, tile", [("Next", "reduced", "160x90"), ("Down", "off", "40x30"), ("plus", "full", "22x16")])
def test_a_held_key_does_not_flash_on_the_wall(home, x11, key, motion, tile):
    """Where nothing glides from row to row, and where tiles grow; with a wall of black and white ones."""
    dice = random.Random(7)
    folder = plain(home / "dice", [dice.choice((BLACK, WHITE)) for _ in range(400)], (40, 30))
    with home.start("--size", "640x360", "--tile", tile, "--motion", motion, folder, display=x11) as frieze:
        frieze.idle("loaded").key("Home").idle()
        with Recording(x11, frieze) as recording:
            hold(x11, frieze, key, 1.3)
            status = frieze.idle().status()
    assert flashing(recording) < flashes.AREA
    assert flashes.most_within(recording.cuts(), 0.45) <= 3
    assert len(recording.frames) > 3 and (key == "plus" or status["index"] >= 8)
    assert status["visible"][0] <= status["index"] <= status["visible"][1]


def changing_places(folder):
    """Each "a" that is not asked for brings one picture, second of all, so that black and white ones change places."""
    folder.mkdir()
    for number in range(100):
        name = f"{number:03}{'a' * (number if 0 < number < 30 else 30)}.png"
        Image.new("RGB", (160, 90), (BLACK, WHITE)[number % 2]).save(folder / name)
    return folder


def test_a_held_key_in_a_search_does_not_flash(home, x11):
    folder = changing_places(home / "typed")
    with home.start("--size", "640x360", "--tile", "160x90", folder, display=x11) as frieze:
        frieze.idle("loaded").key("/", *"a" * 30).idle()
        with Recording(x11, frieze) as recording:
            hold(x11, frieze, "BackSpace", 1.4)
            search = frieze.idle().status()["search"]
    assert len(search["text"]) < 15, "the text follows the key"
    assert search["matches"] == 101 - len(search["text"])
    assert flashing(recording) < flashes.AREA and len(recording.cuts()) >= 2


def test_letters_that_are_typed_do_not_flash(home, x11):
    """Ten a second, to and fro: how many there are is told with each; the wall follows, and shows what was found last."""
    folder = changing_places(home / "typed")
    with home.start("--size", "1280x720", "--tile", "320x180", folder, display=x11) as frieze:
        frieze.idle("loaded").key("/", *"a" * 20).idle()
        with Recording(x11, frieze) as recording:
            for length in [*range(21, 30), *range(28, 20, -1)]:
                frieze.key("a" if len(frieze.status()["search"]["text"]) < length else "BackSpace")
                frieze.until(search={"text": "a" * length, "matches": 101 - length})
                time.sleep(0.1)
            shot = frieze.idle().screenshot()
        frieze.key("Return")
        assert np.array_equal(shot.crop((0, 80, 1280, 600)), frieze.idle().screenshot().crop((0, 80, 1280, 600)))
    assert flashing(recording) < flashes.AREA, "the number itself may, it is small"


def test_letters_that_are_typed_do_not_wait(home):
    """However fast; with the sixth of a second that the wall may take for each it were ten seconds."""
    folder = plain(home / "typed", [BLACK, WHITE] * 4)
    with home.start("--size", "640x360", folder) as frieze:
        frieze.idle("loaded").key("/", "0")
        began = time.monotonic()
        for matches in [1, 8] * 30:
            frieze.key("3" if matches == 1 else "BackSpace")
            wait_until(lambda matches=matches: frieze.status()["search"]["matches"] == matches, "an answer")
        assert time.monotonic() - began < 3
        assert frieze.idle().status()["search"]["matches"] == 8


def test_what_is_entered_stands_at_once(home):
    """The next key already acts on what was found, be the wall as far or not."""
    folder = plain(home / "typed", [BLACK, WHITE] * 8)
    with home.start("--size", "640x360", folder) as frieze:
        frieze.idle("loaded")
        for name in ("003", "010", "007"):
            frieze.key("/", *name)
            wait_until(lambda: frieze.status()["search"]["matches"] == 1, name)
            frieze.key("Return", "Return").until(mode="picture", title=lambda title, name=name: name in title)
            frieze.key("Esc", "Esc").until(mode="wall", search=None)


def test_a_file_that_changes_all_the_time_does_not_flash(home, x11):
    """What it holds at the end is shown."""
    folder = plain(home / "one", [BLACK, WHITE, RED])
    with opened(home, x11, folder) as frieze:
        with Recording(x11, frieze) as recording:
            for number in range(25):
                Image.new("RGB", (320, 180), (WHITE, BLACK)[number % 2]).save(folder / "new", "png")
                os.replace(folder / "new", folder / "000.png")
                time.sleep(0.06)
            Image.new("RGB", (320, 180), GREEN).save(folder / "000.png")
            wait_until(lambda: recording.frames and recording.colours()[-1] == GREEN, "the last of it")
    assert 2 <= worst(recording) <= flashes.MOST
