"""Golden images: fixed scenes, each compared with the picture of it in tests/golden/.

FRIEZE_UPDATE_GOLDEN=1 writes them anew (look at them before keeping them). Renderers round in different ways, so a
few pixels may differ a little; fonts differ from system to system, so where text stands only the amount of ink is
compared.
"""

import os
import pathlib
import tempfile

import numpy as np
import pytest
from PIL import Image, ImageDraw

import pictures
from frieze import wait_until

FOLDER = pathlib.Path(__file__).parents[1] / "golden"
SIZE = (1280, 800)
MEAN_LIMIT = 0.6        # mean absolute difference, of 255
PIXEL_LIMIT = 24        # a pixel that differs by more than this in any channel differs
SHARE_LIMIT = 0.002     # of the pixels may
INK_LIMIT = (0.6, 1.6)  # ink of a text area, as a share of the golden one's
INK_LEVEL = 90

COLUMNS, ROWS, TILE, CAPTION = 4, 3, (256, 192), 18
PITCH = (SIZE[0] / COLUMNS, SIZE[1] // ROWS)
HEADINGS = [(0, y, 300, 40) for y in (0, 472, 728)]
POSITION = (SIZE[0] - 160, SIZE[1] - 52, 160, 52)  # the chip "3 / 12", there only for a while after a move


def make(folder):
    """Twelve pictures that tell errors apart: turned, stretched, cut, of the wrong size or transparency."""
    folder.mkdir()
    for number, size in enumerate([(640, 480), (480, 640), (1600, 300), (256, 192), (120, 90), (200, 1000)]):
        pictures.write(folder / f"{number}.png", number + 20, size)
    circles = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    pen = ImageDraw.Draw(circles)
    pen.ellipse((40, 40, 260, 260), fill=(255, 210, 0, 255))
    pen.ellipse((160, 60, 360, 280), fill=(0, 160, 255, 128))
    circles.save(folder / "6.png")
    rows, columns = np.indices((15, 20))
    ramp = np.stack((rows * 18, columns * 13, np.full_like(rows, 90)), axis=2).astype(np.uint8)
    Image.fromarray(ramp).resize((400, 300), Image.Resampling.NEAREST).save(folder / "7.png")
    checks = Image.fromarray(((np.indices((300, 400)).sum(axis=0) // 25 % 2) * 200 + 30).astype(np.uint8))
    checks.save(folder / "8.png")
    exif = Image.Exif()
    exif[0x0112] = 6  # stands on its side, to be turned by 90 degrees
    pictures.draw(29, (480, 320)).save(folder / "9.jpg", exif=exif, quality=95, subsampling=0)
    Image.new("RGB", (300, 200), (230, 120, 30)).save(folder / "10.gif")
    pictures.write(folder / "11.png", 31, (2400, 1800))
    return folder


def cell(index):
    return PITCH[0] * (index % COLUMNS), PITCH[1] * (index // COLUMNS)


def tile_box(index):
    x, y = cell(index)
    return round(x + (PITCH[0] - TILE[0]) / 2), round(y + (PITCH[1] - TILE[1] - CAPTION) / 2), *TILE


def captions():
    return [(x - 20, y + h, w + 40, CAPTION + 4) for x, y, w, h in map(tile_box, range(COLUMNS * ROWS))]


def to_picture(frieze, first, *keys):
    frieze.key(first, "Return").idle()
    for key in keys:
        frieze.key(key)


# Scene: options, what is done, where text may stand.
SCENES = {
    "wall": ((), lambda frieze: None, []),
    "names": (("--names",), lambda frieze: None, captions()),
    "selected": ((), lambda frieze: frieze.key("Right", "Right", "Down"), [POSITION]),
    "failed": ((), lambda frieze: None, [tile_box(5)]),
    "folders": ((), lambda frieze: None, HEADINGS),
    "small tiles": (("--tile", "120x80"), lambda frieze: None, []),
    "picture": ((), lambda frieze: to_picture(frieze, "End"), [POSITION]),
    "rotated": ((), lambda frieze: to_picture(frieze, "End", ">"), [POSITION]),
    "filled": ((), lambda frieze: to_picture(frieze, "Home", "W"), [POSITION]),
}


def into_folders(folder):
    """Five stay, four and three go below: the last row is cut off at the edge of the window."""
    for path, first, end in (("Brittany/2019", 5, 9), ("Winter", 9, 12)):
        (folder / path).mkdir(parents=True)
        for number in range(first, end):
            picture, = folder.glob(f"{number}.*")
            picture.rename(folder / path / picture.name)


def folder_of(home, scene):
    """The pictures of a scene, made once for each home; in "failed" one of them is damaged."""
    name = home / (f"golden {scene}" if scene in ("failed", "folders") else "golden")
    if not name.exists():
        make(name)
        if scene == "failed":
            (name / "5.png").write_bytes((name / "5.png").read_bytes()[:40])
        elif scene == "folders":
            into_folders(name)
        home.hand_over(name)
    return name


def check(home, scene, display=None, more=None):
    """Runs a scene; compares what frieze says it shows, and what stands on the display."""
    options, act, text = SCENES[scene]
    arguments = ("--name", "golden", "--size", f"{SIZE[0]}x{SIZE[1]}", *options, folder_of(home, scene))
    with home.start(*arguments, display=display, more=more or {}) as frieze:
        frieze.idle("loaded")
        act(frieze)
        compare(scene, frieze.screenshot(), text)
        if display:
            wait_until(lambda: not difference(display.screenshot(), read(scene), text),
                       lambda: difference(display.screenshot(), read(scene), text), pause_s=0.1)


def path_of(scene):
    return FOLDER / f"{scene.replace(' ', '_')}.png"


def check_with_fonts(home, scene, size, fonts, act, text=(), more=None):
    """The same of a window full of text: with fonts of the test's own, so that it can be compared by pixels."""
    folder = folder_of(home, scene)
    for path in folder.iterdir():
        os.utime(path, (1714572180, 1714572180))
    with home.start("--name", "golden", "--size", f"{size[0]}x{size[1]}", folder,
                    more=fonts | {"TZ": "UTC0"} | (more or {})) as frieze:
        frieze.idle("loaded")
        act(frieze)
        compare(scene, frieze.screenshot(), text)


def read(scene):
    return Image.open(path_of(scene)).convert("RGB")


def compare(scene, image, text):
    if os.environ.get("FRIEZE_UPDATE_GOLDEN"):
        image.save(path_of(scene), optimize=True)
        pytest.skip(f"{path_of(scene)} is written anew")
    if not path_of(scene).exists():
        pytest.fail(f"there is no {path_of(scene)}: FRIEZE_UPDATE_GOLDEN=1 writes it")
    found = difference(image, read(scene), text)
    if found:
        folder = pathlib.Path(tempfile.gettempdir()) / "frieze-golden"
        folder.mkdir(exist_ok=True)
        image.save(folder / path_of(scene).name)
        pytest.fail(f"{scene}: {found}; see {folder / path_of(scene).name}")


def difference(image, expected, text):
    """None, or in words what is different."""
    if image.size != expected.size:
        return f"size {image.size}, not {expected.size}"
    one, other = np.asarray(image, dtype=np.int16), np.asarray(expected, dtype=np.int16)
    apart = np.abs(one - other)
    for x, y, w, h in text:
        ink, usual = ((part[y:y + h, x:x + w].max(axis=2) > INK_LEVEL).sum() for part in (one, other))
        if (x, y, w, h) != POSITION and usual > 20 and not INK_LIMIT[0] <= ink / usual <= INK_LIMIT[1]:
            return f"{ink} pixels of text at {x},{y}, not {usual}"
        apart[y:y + h, x:x + w] = 0
    mean, share = apart.mean(), (apart.max(axis=2) > PIXEL_LIMIT).mean()
    if mean > MEAN_LIMIT or share > SHARE_LIMIT:
        rows, columns = np.nonzero(apart.max(axis=2) > PIXEL_LIMIT)
        where = f" between {columns.min()},{rows.min()} and {columns.max()},{rows.max()}" if len(rows) else ""
        return f"mean difference {mean:.2f}, {share:.2%} of the pixels differ{where}"
    return None
