"""What a desktop knows of the window: its class, its icon, and what lies on the clipboard."""
# ctest: LABELS display

import json
import shutil

import pytest

import pictures
from frieze import need, wait_until


@pytest.fixture(scope="module")
def folder(ordinary_home):
    made = pictures.fill(ordinary_home / "pictures", 4)
    ordinary_home.hand_over(made)
    return made


@pytest.fixture
def renamed(ordinary_home):
    """The program under another name, as a package's wrapper or a test build has it."""
    program = ordinary_home.program
    ordinary_home.program = shutil.copy(program, ordinary_home / "other-name")
    yield ordinary_home
    ordinary_home.program = program


def test_window_class_on_x11(renamed, x11, folder):
    """WM_CLASS is what the desktop entry's StartupWMClass says."""
    need("xprop")
    with renamed.start("--size", "300x200", folder, display=x11) as frieze:
        said = x11.run("xprop", "-id", x11.window(frieze), "WM_CLASS").stdout.decode()
    assert said.strip() == 'WM_CLASS(STRING) = "frieze", "frieze"'


def app_ids(node):
    below = node.get("nodes", []) + node.get("floating_nodes", [])
    return [node["app_id"] for _ in range("app_id" in node)] + [one for child in below for one in app_ids(child)]


def test_app_id_on_wayland(renamed, sway, folder):
    """The app id is the name of the desktop entry: that is where a compositor finds the icon."""
    with renamed.start(folder, display=sway) as frieze:
        frieze.idle()
        assert app_ids(json.loads(sway.run("swaymsg", "-r", "-t", "get_tree")[1])) == ["frieze"]


def test_copied_path_on_wayland(ordinary_home, sway, folder):
    """y, as another program pastes it."""
    need("wl-paste")
    odd = pictures.write(folder / "ünder $score's.png", 3)
    ordinary_home.hand_over(folder)
    with ordinary_home.start(folder, display=sway) as frieze:
        frieze.until(items=5)
        sway.press(frieze, "End", "y")
        frieze.until(index=4)
        wait_until(lambda: sway.run("wl-paste", "--no-newline", check=False)[1].decode() == str(odd), "the path", 10)
        sway.press(frieze, "Home", "Return")
        frieze.until(mode="picture")
        sway.press(frieze, "y")
        wait_until(lambda: sway.run("wl-paste", "--no-newline", check=False)[1].decode() == str(folder / "p0.png"),
                   "the path of the picture in view", 10)
    odd.unlink()
