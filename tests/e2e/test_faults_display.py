"""On a display: what a renderer forgets is made again, and looks as before; a window goes on whatever happens
(docs/faults.md)."""
# ctest: COST 20 LABELS sanitized
# No label "display": its faults are made under AddressSanitizer too.

import signal

import numpy as np
import pytest

from frieze import PATIENCE_S, wait_until
from test_faults_reset import WINDOW, check_reset, fill, same


@pytest.fixture(scope="module")
def folder(module_home):
    return fill(module_home / "pictures")


def test_reset(home, folder, x11, isolation):
    check_reset(home, folder, isolation, x11)


def test_window_resized_and_taken_away(home, folder, x11, isolation):
    """Another size and back: as before. Unmapped and mapped again: painted again."""
    with home.start("--isolation", isolation, *WINDOW, folder, display=x11) as frieze:
        before = np.asarray(frieze.idle("loaded").screenshot())
        window = x11.window(frieze)
        for size in ((300, 200), (1000, 700), (1, 1), (800, 600)):
            x11.xdotool("windowsize", window, *size)
            wait_until(lambda size=size: frieze.screenshot().size == size, f"a window of {size}")
        wait_until(lambda: same(frieze, before), "the wall as it was")
        x11.xdotool("windowunmap", "--sync", window)
        assert np.asarray(x11.screenshot()).max() < 100
        frieze.key("End").idle()
        x11.xdotool("windowmap", "--sync", window)
        wait_until(lambda: np.asarray(x11.screenshot()).max() > 100, "the wall on the screen")
        frieze.key("Home")
        wait_until(lambda: same(frieze, before), "the wall as it was")
        assert frieze.errors() == []


def test_display_dies(home, folder, isolation, tmp_path):
    """Xlib ends the program then: by its exit, with a line, and nothing is left."""
    from displays import Xvfb
    with Xvfb(tmp_path) as display:
        frieze = home.start("--isolation", isolation, "--size", "400x300", folder, display=display).ready().idle()
        display.process.send_signal(signal.SIGKILL)
        assert frieze.process.wait(PATIENCE_S) in (0, 1)
        assert len(frieze.errors()) >= 1
        assert [path for path in home.run.rglob("*") if path.is_socket()] == []
