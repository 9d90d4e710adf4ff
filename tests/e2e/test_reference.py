"""Pictures of every format and kind, compared with what the reference decoders say: size, orientation, and the pixels of
`frieze scale`. `make corpus` does the same with the public test sets."""
# ctest: COST 20

import pathlib
import shutil
import sys
import tempfile

import pytest

import frieze

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "corpus"))
import compare  # noqa: E402
import generate  # noqa: E402

SIZE, BOX = (260, 171), 120


@pytest.fixture(scope="module")
def verdicts():
    with tempfile.TemporaryDirectory() as folder:
        files = [str(path) for path in generate.fill(folder, SIZE)]
        yield [compare.compare(frieze.binary(), path, BOX) for path in files]


def test_every_picture(verdicts):
    wrong = [f"{pathlib.Path(one.path).name}: {one.why}" for one in verdicts if one.state == "differs"]
    assert not wrong, "\n".join(wrong)


def test_the_comparison_compares(verdicts):
    """Most of them with Pillow itself."""
    same = [one for one in verdicts if one.state == "same"]
    formats = {"jpeg", "png", "webp", "gif", "tiff", "bmp", "tga", "pnm"}
    tools = {"heic": "heif-convert", "avif": "heif-convert", "jxl": "djxl"}
    formats |= {name for name, tool in tools.items() if shutil.which(tool)}
    assert len(same) > 100 and formats <= {one.format for one in same}
