"""For every eye and ear: states that are told apart without colours, what moves, the title. What flashes: test_flash.py."""
# ctest: COST 40 LABELS display

import os
import time

import numpy as np
import pytest
from PIL import Image

import pictures
import xlib
from frieze import wait_until

STEADY_S = 0.6  # the wall that was just drawn first is not drawn anew before: it would flash

PLAIN = {"white": (255, 255, 255), "black": (0, 0, 0), "grey": (119, 119, 119), "red": (255, 0, 0),
         "green": (0, 128, 0)}  # the greys and greens on which black and white are equally poor
ENOUGH = 4.5
SIZE = ("--size", "900x690")
TILE, CAPTION = (256, 192), 18


def luminance(colour):
    """Relative luminance, as WCAG 2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (one / 255 for one in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_itself():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)  # #777: the known near miss


def colours_of(image, box):
    return {tuple(int(c) for c in one) for one in np.asarray(image.crop(box)).reshape(-1, 3)}


@pytest.fixture(scope="module")
def plain(module_home):
    """A plain picture of each colour, whole and cut off; and one that is nothing but its beginning."""
    folder = module_home / "plain"
    folder.mkdir()
    for number, colour in enumerate(PLAIN.values()):
        Image.new("RGB", (640, 480), colour).save(folder / f"{number} whole.png")
        image = Image.new("RGB", (640, 480), colour)
        image.paste(Image.effect_noise((640, 40), 90), (0, 440))
        image.save(folder / f"{number} torn.jpg", quality=92)
        content = (folder / f"{number} torn.jpg").read_bytes()
        (folder / f"{number} torn.jpg").write_bytes(content[:len(content) * 3 // 4])
    (folder / "9.png").write_bytes((folder / "0 whole.png").read_bytes()[:40])
    return folder


def tile_box(index, columns=3):
    """Where a tile's box stands in a window of three columns and three rows."""
    pitch_x, pitch_y = 900 / columns, 690 / 3
    x = pitch_x * (index % columns) + (pitch_x - TILE[0]) / 2
    y = pitch_y * (index // columns) + (pitch_y - TILE[1] - CAPTION) / 2
    return round(x), round(y), *TILE


def bands(line):
    return [line[0]] + [now for before, now in zip(line, line[1:]) if now != before]


@pytest.mark.parametrize("background", ["0c0c0e", "ffffff", "777777"])
def test_selection_contrasts_with_any_picture(home, background):
    """Crossing the edge of the selected tile from inside: of its two bands one contrasts with the picture, one with the
    background, and both with each other."""
    behind, ring = tuple(bytes.fromhex(background)), [(0, 0, 0), (255, 255, 255)]
    for number, colour in enumerate(PLAIN.values()):
        Image.new("RGB", TILE, colour).save(home / f"{number}.png")
    with home.start(*SIZE, "--tile", "256x192", "--background", background,
                    *(home / f"{number}.png" for number in range(len(PLAIN)))) as frieze:
        for index, colour in enumerate(PLAIN.values()):
            image = frieze.screenshot()
            x, y, w, _ = tile_box(index)
            line = [image.getpixel((x + w // 2, row)) for row in range(y + 50, y - 9, -1)]
            expected = [colour, *ring, behind]
            assert max(contrast(band, colour) for band in ring) >= ENOUGH
            assert max(contrast(band, behind) for band in ring) >= ENOUGH and contrast(*ring) >= ENOUGH
            assert bands(line) == bands(expected)
            frieze.key("Right")


def test_damaged_has_a_shape(home, plain):
    """In the corner of each picture that is shown in part, a sign with an edge and a ground of its own."""
    with home.start(*SIZE, "--tile", "256x192", plain) as frieze:
        frieze.idle("loaded")
        image = frieze.screenshot()
        first = frieze.status()["visible"]
    signs = []
    white = (np.asarray(image) == 255).all(axis=2)
    black = (np.asarray(image) == 0).all(axis=2)
    for index in range(first[0], min(first[1], 9) + 1):
        x, y, w, h = tile_box(index - first[0])
        corner = (slice(max(y, 0), y + 60), slice(x + w - 40, x + w - 2))
        colour = PLAIN[list(PLAIN)[index // 2]]
        torn = index % 2 == 0  # "0 torn" stands before "0 whole"
        if torn:
            assert white[corner].sum() > 150 and black[corner].sum() > 150
            signs.append(index)
        elif colour not in ((255, 255, 255), (0, 0, 0)):
            assert white[corner].sum() == 0 and black[corner].sum() == 0
    assert len(signs) >= 3


def test_marked_has_a_shape(home):
    """In the lower left corner, white on black with a white edge, on a picture of any colour; nothing without a mark."""
    for number, colour in enumerate(PLAIN.values()):
        Image.new("RGB", TILE, colour).save(home / f"{number}.png")
    with home.start(*SIZE, "--tile", "256x192",
                    *(home / f"{number}.png" for number in range(len(PLAIN)))) as frieze:
        corners = []
        for keys in ((), ("^a", "End")):
            frieze.key(*keys) if keys else None
            image = frieze.screenshot()
            corners.append([image.crop((x + 4, y + h - 38, x + 38, y + h - 4)) for x, y, _, h in map(tile_box, range(5))])
        for plain, marked, colour in zip(*corners, PLAIN.values()):
            assert plain.getcolors() == [(34 * 34, colour)]
            counts = {seen: count for count, seen in marked.getcolors()}
            assert counts[(255, 255, 255)] > 150 and counts[(0, 0, 0)] > 150
        assert len({corner.tobytes() for corner in corners[1]}) == 1, "the same shape on each"


on_any_background = pytest.mark.parametrize("background", [(12, 12, 14), *PLAIN.values()], ids=["usual", *PLAIN])


@on_any_background
def test_failed_has_a_shape_and_can_be_read(home, plain, background):
    """On a ground of its own, on the wall and in the picture view."""
    folder = home / "failed"
    folder.mkdir()
    (folder / "f.png").write_bytes((plain / "9.png").read_bytes())
    with home.start("--size", "400x300", "--background", bytes(background).hex(), folder) as frieze:
        wall = frieze.screenshot()
        big = frieze.key("Return").screenshot()
    ground = wall.getpixel((330 - 10, 200))
    inks = colours_of(wall, (75, 60, 110, 90))
    best = max(inks, key=lambda ink: contrast(ink, ground))
    assert contrast(best, ground) >= ENOUGH, "the sign"
    text = colours_of(wall, (75, 90, 200, 140))
    assert max(contrast(ink, ground) for ink in text) >= ENOUGH, "the name and the reason"
    sign = colours_of(big, (175, 100, 225, 150))
    assert {(0, 0, 0), (255, 255, 255)} <= sign
    panel = big.getpixel((200, 145 + 22))
    words = colours_of(big, (100, 160, 300, 200))
    assert max(contrast(ink, panel) for ink in words) >= ENOUGH


@on_any_background
def test_loading_has_a_shape(home, background):
    """Neither an empty place nor a dark picture: dots on a ground."""
    folder = home / "many"
    folder.mkdir()
    Image.effect_noise((800, 600), 60).convert("RGB").save(folder / "0.jpg", quality=90)
    for number in range(1, 3000):
        os.link(folder / "0.jpg", folder / f"{number}.jpg")
    with home.start("--size", "400x300", "--background", bytes(background).hex(), folder) as frieze:
        frieze.ask("loading", "pause")
        frieze.until(items=3000, scanning=False)
        frieze.key("End")
        image = frieze.idle().screenshot()
        opened = frieze.key("Return").screenshot()
    assert {(0, 0, 0), (255, 255, 255)} <= colours_of(opened, (180, 130, 220, 170)), "in the picture view too"
    middle = colours_of(image, (150, 100, 250, 200))
    assert len(middle) == 2, "a ground and dots"
    assert contrast(*middle) >= ENOUGH
    assert all(contrast(colour, background) > 1.05 for colour in middle), "the place is seen too"


@pytest.mark.parametrize("layout", ["grid", "strip"])
def test_the_scroll_bar_is_seen(home, x11, layout):
    """After a move and under the pointer: its edge or the bar against what is behind it, and against each other."""
    for number in range(60):
        Image.new("RGB", (64, 48), (90, 90, 90)).save(home / f"{number}.png")
    with home.start("--size", "400x300", "--tile", "100x75", "--layout", layout, *(home / f"{n}.png" for n in range(60)),
                    display=x11) as frieze:
        frieze.idle("loaded")

        def judge(image, background):
            seen = np.asarray(image)
            lines = seen[10:290, 385:] if layout == "grid" else seen[285:, 10:390].swapaxes(0, 1)
            across = max(lines, key=lambda line: len(np.unique(line, axis=0))).tolist()
            assert max(contrast(shade, background) for shade in across) >= ENOUGH, across
            assert max(contrast(*pair) for pair in zip(across, across[1:])) >= ENOUGH, across

        for background in ((12, 12, 14), *PLAIN.values()):
            x11.xdotool("mousemove", "--window", x11.window(frieze), 200, 150)
            frieze.ask("set", "background", bytes(background).hex())
            judge(frieze.key("Home").idle().key("PgDn").screenshot(), background)
            x11.xdotool("mousemove", "--window", x11.window(frieze), *((397, 150) if layout == "grid" else (200, 297)))
            time.sleep(0.1)
            judge(frieze.screenshot(), background)


# --- what moves -----------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def numbered(module_home):
    return pictures.fill(module_home / "numbered", 100, (400, 300))


def frames_of(frieze, *keys):
    """Frames from some keys to rest. A line of text comes later, and takes one more."""
    before = frieze.stats()["frames"]["count"]
    frieze.key(*keys).idle()
    return frieze.stats()["frames"]["count"] - before


@pytest.mark.parametrize("motion, least, most", [("full", 8, 1000), ("reduced", 1, 4), ("off", 1, 4)])
def test_a_key_leads_there_at_once(home, numbered, motion, least, most):
    """Scrolling, opening, zooming, closing."""
    with home.start("--motion", motion, "--size", "800x600", "--tile", "100x75", numbered) as frieze:
        frieze.idle("loaded")
        time.sleep(STEADY_S)
        for keys in (["PgDn"], ["Return"], ["W"], ["Return"]):
            frames = frames_of(frieze, *keys)
            assert least <= frames <= most, f"{frames} frames for {keys}"


@pytest.mark.parametrize("motion", ["reduced", "off"])
def test_the_first_frame_is_the_last(home, numbered, motion):
    with home.start("--motion", motion, "--size", "800x600", "--tile", "100x75", numbered) as frieze:
        frieze.idle("loaded")
        time.sleep(STEADY_S)
        frieze.key("PgDn").ask("screenshot", home / "now.png")
        assert pictures.wall(Image.open(home / "now.png"))[0][0] == frieze.status()["visible"][0] > 0
        frieze.key("Home", "Return").ask("screenshot", home / "now.png")
        assert pictures.only(Image.open(home / "now.png"))[0] == 0
        frieze.idle().key("Return").ask("screenshot", home / "now.png")
        assert pictures.wall(Image.open(home / "now.png"))[0][0] == 0


@pytest.mark.parametrize("motion, fades", [("full", True), ("reduced", True), ("off", False)])
def test_fades_of_the_show(home, motion, fades):
    folder = home / "two"
    folder.mkdir()
    colours = [(200, 30, 30), (30, 30, 200)]
    for number, colour in enumerate(colours):
        Image.new("RGB", (320, 180), colour).save(folder / f"{number}.png")
    seen = set()
    with home.start("--motion", motion, "--size", "320x180", "--slideshow", "--delay", "0.5", folder) as frieze:
        frieze.until(mode="slideshow")
        for _ in range(80):
            frieze.ask("screenshot", home / "now.png")
            seen.add(Image.open(home / "now.png").convert("RGB").getpixel((40, 40)))  # beside what is said in the middle
            if fades and set(colours) < seen:
                break
    between = seen - set(colours) - {(12, 12, 14)}
    assert set(colours) <= seen and bool(between) == fades, sorted(seen)


def test_motion_changes_while_it_runs(home, numbered):
    with home.start("--size", "800x600", "--tile", "100x75", numbered) as frieze:
        frieze.idle("loaded")
        assert frames_of(frieze, "PgDn") >= 8
        frieze.ask("set", "motion", "off")
        assert frames_of(frieze, "PgDn") <= 4


def test_a_fling_does_not_glide_without_motion(home, x11, numbered):
    from test_mouse import mouse
    with home.start("--motion", "reduced", "--size", "800x600", "--tile", "100x75", numbered, display=x11) as frieze:
        frieze.idle()
        path = [part for y in range(500, 150, -50) for part in ((400, y), "sleep", "0.01")]
        mouse(frieze, (400, 550), "mousedown", "1", "sleep", "0.05", *path[:-2], "mouseup", "1")
        frieze.until(visible=lambda seen: seen[0] > 0)
        assert frieze.idle().status()["visible"][0] <= 4 * 7, "as far as the hand went"


# --- the title ------------------------------------------------------------------------------------

def test_the_title_tells_the_state(home, x11, plain):
    with home.start("--size", "400x300", plain, display=x11) as frieze:
        frieze.idle("loaded")
        window = int(x11.window(frieze))

        def title():
            with xlib.connection(x11) as (x, server):
                name = x.XInternAtom(server, b"_NET_WM_NAME", 0)
                return xlib.text_property(x, server, window, name)

        def becomes(expected):
            wait_until(lambda: title() == expected, lambda: f"{expected}, it is {title()}")

        becomes("0 torn.jpg (1 of 11), damaged, shown in part - frieze")
        frieze.key("Right")
        becomes("0 whole.png (2 of 11) - frieze")
        frieze.key("m")
        becomes("0 whole.png (2 of 11), marked - frieze")
        frieze.key("P")
        becomes("0 whole.png (2 of 11), marked, loading paused - frieze")
        frieze.key("m", "Left", "m")
        becomes("0 torn.jpg (1 of 11), damaged, shown in part, marked, loading paused - frieze")
        frieze.key("m", "Right", "P", "Return")
        becomes("0 whole.png (2 of 11) - frieze")
        frieze.ask("set", "delay", "1000")
        frieze.key("s")
        becomes("0 whole.png (2 of 11), slideshow - frieze")
        frieze.key("Space")
        becomes("0 whole.png (2 of 11), slideshow paused - frieze")
        frieze.key("s", "End")
        becomes("9.png (11 of 11), cannot be shown: file ends early - frieze")
        frieze.key("Return")
        becomes("9.png (11 of 11), cannot be shown: file ends early - frieze")
        frieze.ask("search", "torn")
        becomes("4 torn.jpg (5 of 5 found), damaged, shown in part - frieze")
        frieze.ask("search", "no such thing")
        becomes("nothing found - frieze")
        frieze.key("Esc")
        becomes("4 torn.jpg (9 of 11), damaged, shown in part - frieze")
