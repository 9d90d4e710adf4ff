"""What is shown, pixel by pixel, against golden images: without a display, which every machine can."""

import numpy as np
import pytest
from PIL import Image

import golden


@pytest.mark.parametrize("scene", golden.SCENES)
@pytest.mark.parametrize("renderer", ["software", "opengl"])
def test_golden(module_home, scene, renderer):
    golden.check(module_home, scene, more={"SDL_RENDER_DRIVER": renderer})


def test_a_difference_is_found():
    """The comparison itself: a moved tile, a lost ring, a missing text are differences, a little noise is none."""
    expected = Image.new("RGB", golden.SIZE, (12, 12, 14))
    expected.paste((220, 40, 40), (100, 100, 356, 292))
    text = [(600, 300, 100, 20)]
    expected.paste((200, 200, 200), (610, 305, 640, 315))
    noise = np.random.default_rng(1).integers(-2, 3, (golden.SIZE[1], golden.SIZE[0], 3))
    noisy = Image.fromarray(np.clip(np.asarray(expected, dtype=int) + noise, 0, 255).astype(np.uint8))
    assert golden.difference(noisy, expected, []) is None or "mean" in golden.difference(noisy, expected, [])
    assert golden.difference(expected, expected, text) is None
    moved = Image.new("RGB", golden.SIZE, (12, 12, 14))
    moved.paste((220, 40, 40), (105, 100, 361, 292))
    assert golden.difference(moved, expected, []) is not None
    without = expected.copy()
    without.paste((12, 12, 14), (600, 300, 700, 320))
    assert golden.difference(without, expected, text) is not None
    assert golden.difference(expected.resize((640, 400)), expected, []) is not None
