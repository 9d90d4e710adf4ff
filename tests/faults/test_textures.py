"""Textures that cannot be made, or not be filled (docs/faults.md, row 22): room is made for those in view, or the tile
stays empty, and that is said once."""
# ctest: COST 40 RUN_SERIAL TRUE

import json

import numpy as np
import pytest
from PIL import Image

import pictures

WALL = "--headless", "--size", "600x400", "--tile", "100x75", "--cache-size", "0"
LARGE = *WALL[:2], "1100x700", "--tile", "250x190", *WALL[5:]  # of whose tiles four share a texture
CALLS = {"texture": "SDL_CreateTexture", "upload": "SDL_UpdateTexture"}
COUNT = 12
IN_ONE = {"texture": 4, "upload": 1}  # tiles that one call is for


@pytest.fixture
def folder(home):
    return pictures.fill(home / "pictures", COUNT)


def failing(home, fault):
    """What the program's environment has to say for that; its log."""
    log = home / "faults.log"
    log.unlink(missing_ok=True)
    more = {"SDL_VIDEODRIVER": "dummy", "FRIEZE_FAULTS_LOG": str(log)} | ({"FRIEZE_FAULTS": fault} if fault else {})
    return more, log


def show(home, isolation, folder, fault, wall=WALL):
    """(the wall, statistics, lines, names of the calls that failed)."""
    more, log = failing(home, fault)
    result = home.frieze(*wall, "--isolation", isolation, "--quit-when", "loaded", "--stats", home / "s.json",
                         "--screenshot", home / "s.png", folder, more=more)
    assert result.status == 0, result
    made = [line.split()[3] for line in log.read_text().splitlines() if line.startswith("fault")]
    return Image.open(home / "s.png").convert("RGB"), json.loads((home / "s.json").read_text()), result.lines, made


@pytest.mark.parametrize("kind", CALLS)
def test_one_that_fails_is_made_after_all(home, isolation, folder, kind):
    options = LARGE if kind == "texture" else WALL
    whole, *_ = show(home, isolation, folder, None, options)
    tried = 0
    for number in range(1, 40):
        wall, stats, lines, made = show(home, isolation, folder, f"{kind}:{number}", options)
        if not made:
            break
        assert made == [CALLS[kind]] and stats["failed"] == 0 and not lines, number
        assert np.array_equal(np.asarray(wall), np.asarray(whole)), number
        tried += 1
    assert tried >= COUNT / IN_ONE[kind]


def tiles(wall):
    """What is inside of each."""
    pixels = np.asarray(wall, dtype=int)
    if wall.width == 1100:
        boxes = [(16 + 275 * (number % 4), 18 + 233 * (number // 4), 242, 178) for number in range(COUNT)]
    else:
        boxes = [(14 + 120 * (number % 5), 7 + 100 * (number // 5), 92, 67) for number in range(COUNT)]
    return [pixels[y:y + h, x:x + w] for x, y, w, h in boxes]


def is_empty(tile):
    """Grey, with some dots: what has no picture looks so, and no texture that was never filled."""
    return np.ptp(tile, axis=2).max() <= 8 and 20 < tile.min() < tile.max() < 160


@pytest.mark.parametrize("kind, first", [("texture", 1), ("texture", 2), ("texture", 3), ("upload", 1), ("upload", 3), ("upload", 6)])
def test_none_can_be_made(home, isolation, folder, kind, first):
    """It goes on with what there is, and ends as it was asked to; each tile shows its picture or none."""
    options = LARGE if kind == "texture" else WALL
    whole, *_ = show(home, isolation, folder, None, options)
    wall, stats, lines, made = show(home, isolation, folder, f"{kind}:{first}+", options)
    shown = [np.array_equal(tile, wanted) for tile, wanted in zip(tiles(wall), tiles(whole))]
    assert made and stats["items"] == COUNT and stats["failed"] == 0
    assert all(right or is_empty(tile) for right, tile in zip(shown, tiles(wall))), shown
    assert sum(shown) == (first - 1) * IN_ONE[kind], shown
    assert len(lines) == 1 and "renderer refuses" in lines[0], lines


@pytest.mark.parametrize("first", range(1, 9))
def test_none_can_be_filled_any_more(home, isolation, first):
    """A picture that comes in squares, then an animation: each shows what there was before, or nothing."""
    folder = home / "pictures"
    folder.mkdir()
    pictures.write(folder / "a.jpg", 1, (2800, 2000))
    frames = [pictures.draw(number) for number in (10, 11, 12)]
    frames[0].save(folder / "b.gif", save_all=True, append_images=frames[1:], duration=50, loop=0)
    more, log = failing(home, f"upload:{first}+")
    with home.start(*WALL[1:], "--isolation", isolation, "--memory", "64M", folder, more=more) as frieze:
        middle = frieze.idle("loaded").key("Home", "Return").idle().key("a").screenshot()
        off = np.abs(np.asarray(middle, dtype=int)[:250] - pictures.DARK).max(axis=2)  # the field that fills the window
        assert off.max() < 12 or off.min() > 12, off
        assert frieze.status()["zoom"] == 1
        frieze.key("w", "n").until(mode="picture", index=1, pending=0, failed=0)
        frieze.key("Esc").until(mode="wall")
        assert len(frieze.errors()) <= 1 and all("renderer refuses" in line for line in frieze.errors())
    assert "SDL_UpdateTexture" in log.read_text()


def test_a_show_goes_on(home, isolation, folder):
    """Past pictures that get no texture: a sign would stand still for good."""
    more, log = failing(home, "texture:1+")
    with home.start(*WALL[1:], "-s", "--delay", "0.4", "--isolation", isolation, folder, more=more) as frieze:
        for index in (4, 9, 2):
            frieze.until(mode="slideshow", index=index, failed=0)
        assert len(frieze.errors()) == 1 and "renderer refuses" in frieze.errors()[0]
    assert "SDL_CreateTexture" in log.read_text()
