"""What a desktop knows of the window: its class, its icon, and what lies on the clipboard."""
# ctest: LABELS display

import io
import json
import pathlib
import shutil

import pytest
from PIL import Image

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


def test_window_icon_on_x11(ordinary_home, x11, folder):
    """For desktops that look for no entry; its tiles have about the colours of the drawing that is installed."""
    need("xprop", "rsvg-convert")
    with ordinary_home.start("--size", "300x200", folder, display=x11) as frieze:
        said = x11.run("xprop", "-id", x11.window(frieze), "-notype", "32c", "_NET_WM_ICON").stdout.decode()
    numbers = [int(number) for number in said.split("=")[1].replace(",", " ").split()]
    width, height, pixels = numbers[0], numbers[1], numbers[2:]
    drawing = pathlib.Path(__file__).parents[2] / "assets" / "icon" / "frieze.svg"
    png = x11.run("rsvg-convert", "-w", width, "-h", height, drawing).stdout
    drawn = Image.open(io.BytesIO(png)).convert("RGBA")
    assert len(pixels) == width * height
    for x, y in ((4, 3), (11, 3), (5, 9), (10, 13), (1, 8), (8, 7)):
        place = x * width // 16, y * height // 16
        pixel = pixels[place[1] * width + place[0]]
        own = [pixel >> shift & 255 for shift in (16, 8, 0, 24)]
        assert max(abs(a - b) for a, b in zip(own, drawn.getpixel(place))) < 70, (x, y, own, drawn.getpixel(place))
    assert pixels[0] >> 24 == 0 and drawn.getpixel((0, 0))[3] == 0, "round corners"


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
        wait_until(lambda: sway.run("wl-paste", "--no-newline", check=False)[1].decode() == str(odd), "the path")
        sway.press(frieze, "Home", "Return")
        frieze.until(mode="picture")
        sway.press(frieze, "y")
        wait_until(lambda: sway.run("wl-paste", "--no-newline", check=False)[1].decode() == str(folder / "p0.png"),
                   "the path of the picture in view")
    odd.unlink()
