"""The short form of `make soak`: thousands of small pictures decoded, shown and replaced, while some come and go and some are bad,
and nothing has grown since the first tenth of them. Nothing else may run meanwhile: with sanitizers, files and processes would wait for their
turn at the end of one lap more than of another."""
# ctest: RUN_SERIAL TRUE

import pathlib
import sys

import numpy as np
import pytest
from PIL import Image, ImageColor

from frieze import is_sanitized

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "soak"))
import report  # noqa: E402
import soak  # noqa: E402
import tree  # noqa: E402

PICTURES = 10_000
LAPS = 3
# What comes out of the tile cache varies more from lap to lap than so short a run can tell from growth.
OPTIONS = ("--cache-size", 0)


@pytest.fixture(scope="module")
def laps(module_home):
    with soak.start(module_home, *OPTIONS) as running:
        running.until(lambda last: last.pictures >= PICTURES)
        stats = running.running.stats()
        assert stats["failed"] > 0
        assert stats["cache"]["texture_bytes_peak"] < stats["upload"]["bytes"] / 10, "hardly any was replaced"
        assert running.last.textures <= soak.TEXTURES, "what was in view has left, and texts are not kept for it"
        refused = [line for line in running.running.errors() if ".jpg" in line and "--memory" in line]
        assert refused == [], "small JPEGs fit, whatever is under way"
        return running.laps, running.warming


@pytest.mark.parametrize("figure", list(soak.FIGURES))
def test_nothing_grows(laps, figure):
    if figure == "memory" and is_sanitized():
        pytest.skip("sanitizers keep what was freed")
    verdict = {one.name: one for one in soak.judge(*laps)}[figure]
    assert verdict.met, f"{figure}: {verdict.before:.2f} after a tenth, {verdict.after:.2f} at the end"


def test_what_was_measured_is_drawn(laps, tmp_path):
    """A panel for each figure, with something in it; and memory that grows is seen to grow."""
    def drawn(all_laps):
        samples = [one for lap in all_laps for one in lap]
        report.draw(tmp_path / "soak.png", all_laps, samples, soak.judge(all_laps, []), "a short one")
        return np.asarray(Image.open(tmp_path / "soak.png").convert("RGB"), dtype=int)
    calm, growing = drawn(laps[0]), drawn(laps_with("memory", 3))
    for picture in (calm, growing):
        ink = np.abs(picture - picture[0, 0]).max(2) > 40
        assert picture.shape[1] > 800 and all(band.any() for band in np.array_split(ink, 10)), picture.shape
    area = np.array(ImageColor.getrgb(report.light(report.COLOURS[0])))
    levels = [np.flatnonzero((growing[:, x] == area).all(1)) for x in range(growing.shape[1])]
    tops = [rows.min() for rows in levels if len(rows) > 5]
    assert len(tops) > 500 and tops[0] > tops[len(tops) // 2] > tops[-1], tops


@pytest.mark.skipif(is_sanitized(), reason="sanitizers keep what was freed")
def test_rest_gives_back_what_was_freed(home):
    """Of tiles that came out of the tile cache, which have no slots as those of decoders have: 12 MB besides textures, not 17 to 28."""
    with soak.start(home) as running:
        running.until(lambda last: len(running.laps) >= LAPS)
        stats = running.running.stats()["cache"]
        assert stats["disk_hits"] > 0
        assert running.last.use.own_of["main process"] - running.last.textures < 15 * soak.MB


def laps_with(figure, growth):
    """A run of 100 laps in which one figure grows a little with each."""
    made = []
    for number in range(100):
        counts = dict.fromkeys(soak.FIGURES, 1000)
        counts[figure] *= 1 + growth * number / 100
        use = tree.Use({"main process": counts.pop("memory") * soak.MB}, pss=8000 * soak.MB, **counts)
        made.append([soak.Sample(number, 1 + number, use, soak.TEXTURES, (1, 2, 3))])
    return made


@pytest.mark.parametrize("figure", list(soak.FIGURES))
def test_the_judge_judges(figure):
    def missed(growth):
        return [one.name for one in soak.judge(laps_with(figure, growth)) if not one.met]
    assert missed(0.02) == [] and missed(0.035) == [figure]
