"""In cage, the compositor of kiosks, which shows one program and leaves the frames of windows to it; in sway, whose pixels can be read."""
# ctest: COST 5 LABELS display

import subprocess

import numpy as np
import pytest

import pictures
from displays import finish
from frieze import need, wait_until


class Cage:
    def __init__(self, home, sway):
        need("cage")
        before = set(home.run.glob("wayland-*"))
        self.process = home.popen(["cage", "--", "sleep", "infinity"], sway,
                                  more={"WLR_BACKENDS": "wayland", "WLR_RENDERER": "pixman"},
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: len(set(home.run.glob("wayland-*")) - before) == 2, "a socket and its lock")
        name, = (path.name for path in set(home.run.glob("wayland-*")) - before if path.suffix != ".lock")
        self.environment = {"SDL_VIDEODRIVER": "wayland", "WAYLAND_DISPLAY": name}


@pytest.fixture
def cage(ordinary_home, sway):
    compositor = Cage(ordinary_home, sway)
    try:
        yield compositor
    finally:
        finish(compositor.process)


def test_it_fills_the_screen(ordinary_home, sway, cage):
    """SDL 2.26 left the window hidden."""
    folder = pictures.fill(ordinary_home / "pictures", 12)
    ordinary_home.hand_over(folder)
    with ordinary_home.start(folder, display=cage) as frieze:
        wait_until(lambda: frieze.screenshot().size == sway.size, lambda: frieze.screenshot().size)
        wait_until(lambda: np.array_equal(np.asarray(frieze.screenshot()), np.asarray(sway.screenshot())), "the wall")
        assert pictures.wall(sway.screenshot())[0][:3] == [0, 1, 2]
        assert frieze.errors() == []
