"""Texts: names in every script, marks for what must not act, sizes, contrast, and fonts that do not come."""
# ctest: COST 25 PROCESSORS 2

import os
import pathlib
import signal
import struct
import tempfile
import time

import numpy as np
import pytest
from PIL import Image

import fonts
import golden
import huge_png
import labels
import pictures
from frieze import PATIENCE_S, is_sanitized, wait_until

NAMES = [
    "01 שלום עולם 2023.png", "שלום (עולם) 2023.png", "صورة من السوق ١٢.png", "تقرير final 12 نهائي.png",
    "हिन्दी क्षत्रिय कृति.png", "ภาพถ่ายที่นี่ ปั้น.png", "写真と日本の館.png", "사진 모음.png",
    "emoji 😀👨‍👩‍👧‍👦🏳️‍🌈👍🏽.png", "heart ❤️ ☺ ⭐ 1️⃣ 🇯🇵.png", "mixed עברית and العربية.png", "Ünïcödé cafe\u0301 ﬁ.png",
    "photo\u202egpj.exe.png", "tab\there\nnew\x1b[31m.png", "iso\u2066late\u2069 \u200fRLM.png",
    "z" + "\u0301" * 60 + " tower.png", "👨‍👩‍👧‍👦" * 9 + ".png",
    "A very long name of a picture that was taken in a far country IMG_20230401_123456.png",
    "שם ארוך מאוד של תמונה שצולמה בחופשה בארץ רחוקה מאוד ועוד קצת.png", "क्‍ष a\u200cb ZWJ.png",
]
INVALID = b"invalid \xff\xe9 latin1.png"
CHIP_KEY = "P"  # "Loading is paused" stays in the lower left corner


def write_all(folder):
    folder.mkdir()
    for number, name in enumerate(NAMES):
        Image.new("RGB", (300, 100), (40 + 9 * number, 90, 140)).save(folder / name)
    with open(os.path.join(os.fsencode(folder), INVALID), "wb") as file:
        pictures.draw(42, (300, 100)).save(file, "PNG")
    return folder


@pytest.fixture(scope="module")
def names(module_home):
    return write_all(module_home / "names")


@pytest.fixture(scope="module")
def own_fonts(module_home):
    return fonts.configure(module_home)


# --- scripts --------------------------------------------------------------------------------------

SCRIPTS = golden.FOLDER / "scripts.png"
ARGUMENTS = ("--size", "1280x800", "--tile", "300x100", "--names", "--text-scale", "1.5")
COLUMNS, CELL, BOX, CAPTION = 4, (320, 800 / 6), (300, 100), 27
MOVED_LIMIT = 0.1  # of a label's ink may differ by so much


def caption(index):
    """The label under a tile, with room for the marks that stand out of it."""
    x, y = CELL[0] * (index % COLUMNS), CELL[1] * (index // COLUMNS)
    top = int(y + (CELL[1] - BOX[1] - CAPTION) / 2) + BOX[1]
    return int(x), top, CELL[0], CAPTION + 4


def labels_that_differ(image, expected):
    one, other = (np.asarray(picture, dtype=np.int16) for picture in (image, expected))
    found = []
    for index in range(len(NAMES) + 1):
        x, y, w, h = caption(index)
        part, usual = one[y:y + h, x:x + w], other[y:y + h, x:x + w]
        ink = (np.abs(usual - pictures.BACKGROUND).max(axis=2) > labels.INK).sum()
        assert ink > 100, f"label {index} of the golden image is empty"
        moved = (np.abs(part - usual).max(axis=2) > labels.INK).sum()
        if moved > MOVED_LIMIT * ink:
            found.append((index, int(moved), int(ink)))
    return found


def test_names_in_every_script(module_home, names, own_fonts):
    """Hebrew, Arabic, Devanagari, Thai, CJK, emoji, mixed and hostile names, label by label."""
    with module_home.start("--name", "scripts", *ARGUMENTS, names, more=own_fonts) as frieze:
        image = frieze.idle("loaded").screenshot()
    if os.environ.get("FRIEZE_UPDATE_GOLDEN"):
        image.save(SCRIPTS, optimize=True)
        pytest.skip(f"{SCRIPTS} is written anew")
    expected = Image.open(SCRIPTS).convert("RGB")
    apart = labels_that_differ(image, expected)
    if apart:
        seen = pathlib.Path(tempfile.gettempdir()) / "frieze-golden"
        seen.mkdir(exist_ok=True)
        image.save(seen / SCRIPTS.name)
        pytest.fail(f"labels (number, pixels apart, ink): {apart}; see {seen / SCRIPTS.name}")
    assert not golden.difference(image, expected, [caption(index) for index in range(len(NAMES) + 1)])


def test_a_wrong_label_is_found():
    """The comparison itself: a label that is missing, moved, mirrored, or another one."""
    expected = Image.open(SCRIPTS).convert("RGB")
    assert labels_that_differ(expected, expected) == []
    x, y, w, h = caption(5)
    part, other = expected.crop((x, y, x + w, y + h)), caption(6)
    wrongs = (Image.new("RGB", part.size, pictures.BACKGROUND), part.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
              part.transform(part.size, Image.Transform.AFFINE, (1, 0, 2, 0, 1, 0)),
              expected.crop((other[0], other[1], other[0] + w, other[1] + h)))
    for wrong in wrongs:
        changed = expected.copy()
        changed.paste(wrong, (x, y))
        assert [index for index, *_ in labels_that_differ(changed, expected)] == [5]


def test_an_invalid_name_opens(module_home, names):
    """It is shown, counted and opened like any other."""
    with module_home.start("--name", "invalid", "--names", "--size", "800x600",
                           os.path.join(os.fsencode(names), INVALID), "--no-siblings") as frieze:
        frieze.idle().key("Return").until(mode="picture", items=1, failed=0)
        assert pictures.only(frieze.screenshot())[0] == 42


# --- sizes ----------------------------------------------------------------------------------------

def test_text_scale(module_home):
    usual, _ = labels.size_of(module_home, "--size", "1280x960")
    for scale in (0.5, 1.5, 2, 4):
        size, _ = labels.size_of(module_home, "--size", "1280x960", "--text-scale", scale)
        assert labels.is_scaled(size, usual, scale), f"{size} at {scale}, {usual} at 1"


def test_text_scale_leaves_room_for_lines(module_home):
    usual, _ = labels.size_of(module_home, "--size", "600x480")
    size, _ = labels.size_of(module_home, "--size", "600x480", "--text-scale", 4)
    assert labels.is_scaled(size, usual, 2), f"{size} at 4, {usual} at 1"


@pytest.mark.parametrize("value", ["0.49", "4.1", "0", "-1", "big", "2x", "nan", ""])
def test_text_scale_out_of_range(home, value):
    result = home.frieze("--headless", f"--text-scale={value}", "nothing")
    assert result.status == 2 and "--text-scale" in result.err and len(result.lines) == 1


def test_a_reason_that_is_too_long_is_shortened(home):
    """Where no line follows in which it could go on, this one is another one."""
    (home / "huge").mkdir()
    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    (home / "huge" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + huge_png.chunk(b"IHDR", header) + huge_png.chunk(b"IDAT", b""))

    def line(height):
        with home.start("--size", "400x300", "--tile", f"160x{height}", home / "huge") as frieze:
            image = np.asarray(frieze.idle("loaded").screenshot().convert("RGB")).astype(int)
        fill = (np.abs(image - (38, 22, 24)).max(axis=2) == 0)
        top, left = (np.flatnonzero(fill.any(axis=axis))[0] for axis in (1, 0))
        return image[top + 55:top + 75, left + 8:left + 150]
    whole, also_whole, short = (line(height) for height in (130, 120, 90))
    assert (whole > 150).any() and (whole == also_whole).all()
    assert (short > 150).any() and (short != whole).any()


@pytest.mark.parametrize("size, scale, most_px, lines", [("1280x800", 1, 17, 1), ("320x240", 1, 17, 3), ("1280x800", 4, 68, 3)])
def test_a_notice_is_broken_into_lines(home, size, scale, most_px, lines):
    """Where the window is narrower than its words, which are not left out for that."""
    Image.new("RGB", (800, 600), (0, 0, 0)).save(home / "plain.png")
    with home.start("--size", size, "--text-scale", scale, "--motion", "off", "--no-siblings", home / "plain.png") as frieze:
        frieze.idle("loaded").key("Return").until(notice=None)
        wait_until(lambda: not (np.asarray(frieze.screenshot()) > 150).any(), "no text")
        image = np.asarray(frieze.key("x").screenshot())
    rows = (image.min(axis=2) > 150).any(axis=1)
    tops = np.flatnonzero(rows[1:] & ~rows[:-1])
    groups = 1 + (np.diff(tops) > most_px).sum()  # beside the dots and the accents of a line
    assert groups == lines


# --- contrast -------------------------------------------------------------------------------------

def luminance(colour):
    """As WCAG 2.1 counts it."""
    linear = [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in (c / 255 for c in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    x, y = sorted((luminance(a), luminance(b)))
    return (y + 0.05) / (x + 0.05)


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (128, 128, 128), (255, 255, 0), (200, 230, 255)])
def test_text_over_a_picture(home, colour):
    """The darkest or lightest letter against what stands around it."""
    path = home / "plain.png"
    Image.new("RGB", (800, 600), colour).save(path)
    with home.start("--size", "800x600", "--no-siblings", path) as frieze:
        frieze.idle().key("Return").until(mode="picture")
        # in the other half the position goes away when its time is over
        before = np.asarray(frieze.screenshot(), dtype=np.int16)[:, :400]
        image = np.asarray(frieze.key(CHIP_KEY).screenshot(), dtype=np.int16)[:, :400]
    rows, columns = np.nonzero(np.abs(image - before).max(axis=2) > 4)
    chip = image[rows.min():rows.max() + 1, columns.min():columns.max() + 1].reshape(-1, 3)
    colours, counts = np.unique(chip, axis=0, return_counts=True)
    ground = colours[counts.argmax()]
    letters = max((tuple(c) for c, count in zip(colours, counts) if count >= 3), key=lambda c: contrast(c, ground))
    assert contrast(letters, ground) >= 4.5, f"{letters} on {ground}"


@pytest.mark.parametrize("background", ["ffffff", "808080", "b2b2b8", "0c0c0e"])
def test_names_on_any_background(module_home, background):
    folder = labels.one_picture(module_home)
    ground = tuple(bytes.fromhex(background))
    with module_home.start("--name", "ground", "--names", "--size", "800x400", "--background", background,
                           "--text-scale", "2", folder) as frieze:
        pixels = np.asarray(frieze.idle("loaded").screenshot())
    below = pixels[labels.top_of(pixels):].reshape(-1, 3)
    best = max(contrast(tuple(colour), ground) for colour in np.unique(below, axis=0))
    assert best >= 4.5, f"{best:.1f} on {background}"


# --- bounds ---------------------------------------------------------------------------------------

COUNT = 9000


def test_labels_stay_within_their_cache(home):
    """Thousands of names: what has gone out of view is given back."""
    folder = home / "many"
    folder.mkdir()
    pictures.write(folder / "0.png", 1, (8, 8))
    for number in range(1, COUNT):
        os.link(folder / "0.png", folder / f"{number}.png")
    with home.start("--names", "--size", "1920x1080", "--tile", "16x16", "--memory", "1G", folder) as frieze:
        frieze.until(items=COUNT)
        frieze.ask("wait", "idle", 60)
        one_screen = frieze.stats()["cache"]["texture_bytes_peak"]
        seen = frieze.status()["visible"]
        while frieze.status()["visible"][1] < COUNT - 1:
            frieze.key("PgDn").ask("wait", "idle", 60)
        peak = frieze.stats()["cache"]["texture_bytes_peak"]
    assert seen[1] - seen[0] > 1000
    assert peak < one_screen + (48 << 20), f"{one_screen >> 20} MB for a screen, {peak >> 20} MB for all"


@pytest.mark.parametrize("end", [lambda frieze: frieze.key("q"), lambda frieze: frieze.send(signal.SIGTERM)],
                         ids=["q", "SIGTERM"])
def test_fonts_that_do_not_come(home, end):
    """Reading a pipe that nobody writes to lasts for ever: tiles are shown without names, and it ends within a second."""
    pipe = home / "fonts.conf"
    os.mkfifo(pipe)
    folder = pictures.fill(home / "pictures", 6)
    frieze = home.start("--names", "--size", "1280x800", "--tile", "256x192", folder,
                        more={"FONTCONFIG_FILE": str(pipe)}).ready()
    frieze.ask("wait", "screenful", 20)

    def shown():
        frieze.ask("screenshot", home / "shot.png")
        wall = pictures.wall(Image.open(home / "shot.png").convert("RGB"))
        return sorted(number for row in wall for number in row if number is not None)
    wait_until(lambda: shown() == list(range(6)), shown, pause_s=0.1)
    frieze.key("Right").until(index=1)
    began = time.monotonic()
    end(frieze)
    assert frieze.process.wait(PATIENCE_S) == 0
    assert time.monotonic() - began < (5 if is_sanitized() else 1)
