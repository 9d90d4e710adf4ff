"""Pictures of every format and kind, compared with what the reference decoders say: size, orientation, and the pixels of
`frieze scale`. `make corpus` does the same with the public test sets."""
# ctest: COST 35 PROCESSORS 2

import os
import pathlib
import shutil
import sqlite3
import sys
import tempfile
import time

import numpy as np
import pytest
from PIL import Image, ImageDraw

import frieze

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "corpus"))
import compare  # noqa: E402
import generate  # noqa: E402

SIZE, BOX = (260, 171), 120


# What the reference decoders of Debian 12 refuse although it is sound: all else that is made here is compared.
UNREAD = {"1-rle.tga", "p.psd", "rgb.qoi", "rgba.qoi"}
SMALL, BAD = (pathlib.Path(__file__).parent.parent / "corpus" / name for name in ("small", "bad"))
TEXT_SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200" font-size="24">{}</svg>"""
LINES = """<text y="30">Latin <tspan font-weight="bold">bold</tspan> <tspan font-family="serif">serif</tspan></text>
<text y="70" font-family="monospace">mono</text><text id="t" y="110">שלום العربية 中文 हिन्दी</text><use href="#t" y="40"/>"""


@pytest.fixture(scope="module")
def files():
    with tempfile.TemporaryDirectory() as folder:
        yield generate.fill(folder, SIZE)


@pytest.fixture(scope="module", params=(BOX, max(SIZE)), ids=("reduced", "whole"))
def verdicts(files, request):
    return [compare.compare(frieze.binary(), str(path), request.param) for path in files]


def test_every_picture(verdicts):
    def is_wrong(one):
        return one.state in compare.WRONG or (one.state == "refused" and pathlib.Path(one.path).name not in UNREAD)
    wrong = [f"{pathlib.Path(one.path).name}: {one.why}" for one in verdicts if is_wrong(one)]
    assert not wrong, "\n".join(wrong)


def test_the_comparison_compares(verdicts):
    """Most of them with Pillow itself."""
    same = [one for one in verdicts if one.state == "same"]
    formats = {"jpeg", "png", "webp", "gif", "tiff", "bmp", "tga", "pnm", *compare.reference.TOOLS}
    assert len(same) > 100 and formats <= {one.format for one in same}


@pytest.mark.parametrize("name", ["1.psd", "group.xcf", "shapes.svg", "a.heic", "lossy.jxl"])
def test_what_nothing_is_compared_with_is_told(name, monkeypatch):
    monkeypatch.setattr(compare.reference.shutil, "which", lambda tool: None)
    verdict = compare.compare(frieze.binary(), str(SMALL / name), BOX)
    assert verdict.state == "missing" and verdict.state in compare.WRONG and "is missing" in verdict.why


@pytest.mark.parametrize("height", (820, 940, 1640))  # a little more than twice and four times the box
def test_letters(tmp_path, height):
    """Of these the scaled DCT alone leaves 12 and more of 255."""
    page = Image.new("L", (height * 3 // 4, height), 255)
    for y in range(8, height - 20, 12):
        ImageDraw.Draw(page).text((10, y), "the quick brown fox jumps over a lazy dog " * 5, fill=0)
    page.save(tmp_path / "page.jpg", quality=90)
    verdict = compare.compare(frieze.binary(), str(tmp_path / "page.jpg"))
    assert verdict.state == "same", verdict.why


@pytest.mark.parametrize("side, box", ((1004, 125), (1601, 400), (1001, 250)))  # a bit over 8, 4 and 4 times
def test_sides_that_the_dct_does_not_divide(tmp_path, side, box):
    """What lies beyond the picture in its last blocks takes no place: the pattern would be off by a pixel at the far edges."""
    wave = np.sin(2 * np.pi * np.arange(side) / 48)
    Image.fromarray((127 + 120 * np.outer(wave, wave)).astype(np.uint8)).save(tmp_path / "wave.jpg", quality=92)
    verdict = compare.compare(frieze.binary(), str(tmp_path / "wave.jpg"), box)
    assert verdict.state == "same", verdict.why


def tiles(home, isolation, folder):
    """Of the tile cache: what is known of each picture, and its tile as it is kept there."""
    shutil.rmtree(home / "cache")
    (home / "cache").mkdir()
    print(home.frieze("prime", f"--isolation={isolation}", "--tile=200x150", folder))
    with sqlite3.connect(home / "cache" / "frieze" / "tiles.db") as db:
        return {row[0]: row[1:] for row in db.execute("SELECT path, format, width, height, orientation, frames, profile, "
                                                      "tile FROM entry JOIN pixels USING (id) WHERE box_w > 0")}


def scaled(home, isolation, path):
    """What comes of a picture: status, what is said, the bytes."""
    out = home / "scaled.ppm"
    out.unlink(missing_ok=True)
    result = home.frieze("scale", "-s", "200", f"--isolation={isolation}", path, out)
    return result.status, result.err, out.read_bytes() if out.exists() else None


def refused_by_newer(path, outcome):
    """Files that libheif since 1.19 and librsvg since 2.57 read no more, and say why."""
    return {"small no-extent.heic": "Invalid image size", "small nested.svg": "maximum depth of 50"}.get(path.name, "\0") in outcome[1]


def test_processes_and_threads_give_the_same_tiles(home, files):
    """Of each file of the corpus; what the tile cache does not keep (damaged ones, what is no picture) is scaled."""
    folder = home / "pictures"
    folder.mkdir()
    then = time.time() - 60
    for path in (*files, *SMALL.iterdir(), *BAD.iterdir()):
        shutil.copy(path, folder / f"{path.parent.name} {path.name}")
    (folder / "text.svg").write_text(TEXT_SVG.format(LINES))
    for path in folder.iterdir():
        os.utime(path, (then, then))
    by_process, by_thread = (tiles(home, isolation, folder) for isolation in ("process", "thread"))
    assert len(by_process) > 200 and {"jpeg", "png", "svg"} <= {row[0] for row in by_process.values()}
    wrong = [os.fsdecode(path) for path in by_process | by_thread if by_process.get(path) != by_thread.get(path)]
    others = [path for path in folder.iterdir() if os.fsencode(path) not in by_process]
    outcomes = {path: [scaled(home, isolation, path) for isolation in ("process", "thread")] for path in others}
    unread = [path.name for path, (outcome, _) in outcomes.items() if not refused_by_newer(path, outcome)]
    assert len(unread) < 12, unread
    wrong += [str(path) for path, (one, other) in outcomes.items() if one != other]
    assert not wrong, "\n".join(wrong)


def test_text_in_an_svg_is_drawn_in_a_process_too(home):
    shown = {}
    for name, body in (("empty", ""), ("text", LINES)):
        (home / f"{name}.svg").write_text(TEXT_SVG.format(body))
        for isolation in ("process", "thread"):
            out = home / f"{name}.{isolation}.ppm"
            assert home.frieze("scale", "-s", "0", f"--isolation={isolation}", home / f"{name}.svg", out).status == 0
            shown[name, isolation] = out.read_bytes()
    assert shown["text", "process"] == shown["text", "thread"] and shown["empty", "process"] == shown["empty", "thread"]
    assert sum(a != b for a, b in zip(shown["text", "process"], shown["empty", "process"], strict=True)) > 3000
