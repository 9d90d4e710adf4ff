"""A sample of the tests under X11 again in a Wayland compositor: sway, headless, as an ordinary user."""
# ctest: COST 20 PROCESSORS 2 LABELS display

import json
import signal
import time

import pytest
from PIL import Image

import golden
import pictures
from displays import Sway
from frieze import PATIENCE_S, Home, wait_until

COUNT, COLUMNS = 40, 4


@pytest.fixture(scope="module")
def folder(ordinary_home):
    made = pictures.fill(ordinary_home / "pictures", COUNT, (640, 480))
    ordinary_home.hand_over(made)
    return made


@pytest.fixture(scope="module")
def frieze(ordinary_home, sway, folder):
    with ordinary_home.start("--stats", ordinary_home / "tmp" / "stats.json", folder, display=sway) as running:
        yield running.idle()


@pytest.fixture
def wall(frieze):
    if frieze.status()["mode"] != "wall":
        frieze.key("Return")
    return frieze.key("0", "Home")


def test_folder_keys(ordinary_home, sway):
    """Braces, wherever they stand on the keyboard; the headings are there. Before `wall` is: of two fullscreen windows sway 1.10 goes on
    to show the first."""
    tree = pictures.tree(ordinary_home / "tree", {"a": 3, "b": 2, "c": 6})
    ordinary_home.hand_over(tree)
    with ordinary_home.start("--name", "folders", tree, display=sway) as frieze:
        frieze.until(index=0, items=11)
        for key, index in (("braceright", 3), ("braceright", 5), ("End", 10), ("braceleft", 5), ("braceleft", 3)):
            sway.press(frieze, key)
            frieze.until(index=index, mode="wall")
        sway.press(frieze, "Home")
        wait_until(lambda: pictures.wall(sway.screenshot())[:2] == [[0, 1, 2], [3, 4]], "rows of their own")


def test_the_wall_fills_the_output(wall, sway):
    """What the compositor shows is what frieze says that it shows."""
    wall.until(fullscreen=True, visible=[0, 11])
    assert wall.screenshot().size == sway.size
    wait_until(lambda: pictures.wall(sway.screenshot())[:2] == [[0, 1, 2, 3], [4, 5, 6, 7]], "the wall")


def test_the_output_goes_and_comes_back(wall, sway):
    """As a monitor that is switched off: what is asked for meanwhile is done, and is on the screen afterwards."""
    for _ in range(3):
        sway.swaymsg("output HEADLESS-1 disable")
        wall.key("End").until(index=COUNT - 1)
        sway.swaymsg("output HEADLESS-1 enable")
        wall.until(fullscreen=True)
        wait_until(lambda: COUNT - 1 in sum(pictures.wall(sway.screenshot()), []), "the last picture")
        wall.key("Home").until(index=0)
        wait_until(lambda: pictures.wall(sway.screenshot())[:2] == [[0, 1, 2, 3], [4, 5, 6, 7]], "the wall")
    assert wall.errors() == []


def test_keys(wall, sway):
    """One key of each kind: named, letter, shifted, with a modifier."""
    sway.press(wall, "Right", "l", "Down", "G", "Home", "Down", "bracketright")
    wall.until(index=COLUMNS + 10)
    sway.press(wall, "G", "ctrl+u", "Home", "ctrl+f", "plus", "0", "n")
    wall.until(index=3 * COLUMNS + 1)


def test_picture_view(wall, sway):
    sway.press(wall, "Right", "Return")
    wall.until(mode="picture", index=1)
    wall.idle()
    wait_until(lambda: pictures.only(sway.screenshot())[0] == 1, "picture 1")
    assert pictures.only(sway.screenshot())[2] == (320, 160, 640, 480)
    sway.press(wall, "Right", "space", "greater")
    wall.until(mode="picture", index=3)
    assert pictures.only(wall.screenshot())[:2] == (3, "90")
    sway.press(wall, "less", "a", "plus", "BackSpace")
    wall.until(mode="picture", index=2, zoom=1)
    sway.press(wall, "s", "space")
    wall.until(mode="slideshow", show_paused=True)
    sway.press(wall, "Return")
    wall.until(mode="wall", index=2)


def frames_of_a_new_tile(wall, ordinary_home, folder):
    wall.idle()
    before = wall.stats()["frames"]["count"]
    pictures.write(folder / "a first one.png", COUNT, (640, 480))
    ordinary_home.hand_over(folder)
    wall.until(items=COUNT + 1)
    wall.idle()
    drawn = wall.stats()["frames"]["count"] - before
    (folder / "a first one.png").unlink()
    wall.until(items=COUNT)
    return drawn


def test_a_fade_has_its_frames(wall, ordinary_home, folder):
    """Where presenting blocks for the display, a tile fades in within a few frames, not one frame a second: 8 or 9 are
    drawn, 5 or 6 where the loop sleeps in between. The best of three: a busy machine may drop some."""
    wall.key("p")  # the selection stays at the top, where the new tile comes
    assert max(frames_of_a_new_tile(wall, ordinary_home, folder) for _ in range(3)) >= 7


def test_q_ends_it(wall, sway):
    """The last test of this one; those below start their own."""
    sway.press(wall, "q")
    assert wall.process.wait(PATIENCE_S) == 0 and wall.errors() == []
    stats = json.loads((wall.home / "tmp" / "stats.json").read_text())
    assert stats["input"]["count"] > 20 and stats["input"]["to_present_p50"] > 0


def test_fullscreen_and_back(ordinary_home, sway, folder):
    """A window that floats has its size back after fullscreen; the wall follows each time."""
    sway.swaymsg('for_window [title="frieze"] floating enable')
    try:
        with ordinary_home.start("--name", "window", "--size", "640x480", "--tile", "200x150", folder,
                                 display=sway) as frieze:
            frieze.until(fullscreen=False)
            wait_until(lambda: frieze.screenshot().size == (640, 480), "a window")
            for key, expected, size in (("f", True, sway.size), ("F11", False, (640, 480))):
                sway.press(frieze, key)
                frieze.until(fullscreen=expected)
                wait_until(lambda wanted=size: frieze.screenshot().size == wanted, f"a frame of {size}")
            assert pictures.wall(frieze.screenshot()) == [[0, 1, 2], [3, 4, 5]]
    finally:
        sway.swaymsg('for_window [title="frieze"] floating disable')


def draws(frieze):
    """Within a second."""
    before = frieze.stats()["frames"]["count"]
    time.sleep(1)
    return frieze.stats()["frames"]["count"] > before


def test_another_workspace(ordinary_home, sway, folder):
    """Where the compositor asks for no frames, presenting waits for none: SDL would, for a sixth of a second each. An animation stands
    meanwhile. What was asked for is on the screen as soon as the window is."""
    animated = ordinary_home / "animated"
    animated.mkdir()
    frames = [Image.new("RGB", (320, 240), (20 * i, 100, 100)) for i in range(10)]
    frames[0].save(animated / "a.gif", save_all=True, append_images=frames[1:], duration=100, loop=0)
    ordinary_home.hand_over(animated)
    with ordinary_home.start("--name", "unseen", folder, display=sway) as frieze:
        frieze.idle()
        sway.swaymsg("workspace 2")
        try:
            for _ in range(20):
                frieze.key("End").idle().key("Home").idle()
            assert frieze.stats()["frames"]["recent_p50"] < 150
            frieze.jump("End")
        finally:
            sway.swaymsg("workspace 1")
        wait_until(lambda: COUNT - 1 in sum(pictures.wall(sway.screenshot()), []), "the last picture")
    with ordinary_home.start("--name", "unseen", animated / "a.gif", display=sway) as frieze:
        frieze.until(animation=bool)
        sway.swaymsg("workspace 2")
        try:
            wait_until(lambda: not draws(frieze), "an animation that stands")
        finally:
            sway.swaymsg("workspace 1")
        wait_until(lambda: draws(frieze), "one that plays")


@pytest.mark.parametrize("moving", (False, True))
def test_compositor_dies(moving):
    """As where an X server does: a line, status 1, and nothing is left. Neither while its answer to a frame is on the way."""
    with Home(ordinary=True) as home, Sway(home) as sway:
        home.hand_over(pictures.fill(home / "pictures", 40))
        frieze = home.start("--tile", "400x300", home / "pictures", display=sway).ready().idle()
        if moving:
            frieze.jump("End")
            frieze.process.send_signal(signal.SIGSTOP)
            time.sleep(0.2)
        sway.process.kill()
        sway.process.wait()
        frieze.process.send_signal(signal.SIGCONT)
        assert frieze.process.wait(PATIENCE_S) == 1
        assert frieze.errors() == ["frieze: the display has gone"]
        assert list((home.run / "frieze").glob("*.sock")) == []


@pytest.mark.parametrize("scene", ["wall", "selected"])
def test_golden(ordinary_home, sway, scene):
    golden.check(ordinary_home, scene, sway)
