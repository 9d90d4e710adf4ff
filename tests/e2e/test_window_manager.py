"""Under a window manager that does as it is told and no more: openbox on a screen of its own."""
# ctest: COST 10 LABELS display

import subprocess

import pytest

import pictures
from displays import Xvfb, finish
from frieze import need, wait_until
from presses import press

MAXIMISE = """<?xml version="1.0"?>
<openbox_config xmlns="http://openbox.org/3.4/rc"><keyboard><keybind key="W-m">
<action name="ToggleMaximize"/></keybind></keyboard></openbox_config>
"""


@pytest.fixture(scope="module")
def folder(module_home):
    return pictures.fill(module_home / "pictures", 20)


@pytest.fixture
def managed(home, tmp_path):
    need("openbox", "xprop")
    config = tmp_path / "rc.xml"
    config.write_text(MAXIMISE)
    with Xvfb(tmp_path) as display:
        manager = home.popen(["openbox", "--config-file", config], display, stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: b"window id" in display.run("xprop", "-root", "_NET_SUPPORTING_WM_CHECK").stdout,
                   "a window manager")
        try:
            yield display
        finally:
            finish(manager)


def state(frieze):
    out = frieze.display.run("xprop", "-id", frieze.display.window(frieze), "_NET_WM_STATE").stdout.decode()
    return {word.strip(" ,\n").removeprefix("_NET_WM_STATE_") for word in out.partition("=")[2].split()}


def test_a_window_fits_after_fullscreen(home, managed, folder):
    """Started fullscreen it has no size of its own yet: with its frame it must not reach beyond the screen."""
    with home.start(folder, display=managed) as frieze:
        frieze.idle().until(fullscreen=True)
        assert frieze.screenshot().size == managed.size
        press(frieze, "f")
        frieze.until(fullscreen=False)
        wait_until(lambda: frieze.screenshot().size == (960, 600), lambda: frieze.screenshot().size)


def test_maximised_again_after_fullscreen(home, managed, folder):
    maximised = {"MAXIMIZED_VERT", "MAXIMIZED_HORZ"}
    with home.start("--size", "500x400", folder, display=managed) as frieze:
        frieze.idle()
        managed.window(frieze)
        managed.xdotool("key", "super+m")
        wait_until(lambda: state(frieze) == maximised and frieze.screenshot().width == managed.size[0], "maximised")
        for _ in range(3):
            press(frieze, "f")
            wait_until(lambda: "FULLSCREEN" in state(frieze), "fullscreen")
            press(frieze, "f")
            wait_until(lambda: state(frieze) == maximised, lambda: state(frieze), 20)
        managed.xdotool("key", "super+m")
        wait_until(lambda: frieze.screenshot().size == (500, 400), "its own size")
        for _ in range(20):
            frieze.key("f")
        frieze.until(fullscreen=False)
        wait_until(lambda: frieze.screenshot().size == (500, 400), "its own size")
