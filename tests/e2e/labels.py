"""The name under a single tile, and how large it is."""

import numpy as np
from PIL import Image

import pictures

INK = 60  # a pixel that differs by this much from the background is ink
BLUE = (30, 60, 250)


def one_picture(home):
    """A folder with one picture that has an upper-case name."""
    folder = home / "one"
    if not folder.exists():
        folder.mkdir()
        Image.new("RGB", (256, 192), BLUE).save(folder / "MHM.png")
        home.hand_over(folder)
    return folder


def top_of(pixels):
    """The row below the picture and the ring around it."""
    rows = np.nonzero((np.abs(pixels.astype(int) - BLUE).max(axis=2) < 8).any(axis=1))[0]
    return int(rows.max()) + 8


def ink_of(image):
    """Height and width of what stands below the picture."""
    pixels = np.asarray(image, dtype=np.int16)
    below = pixels[top_of(pixels):]
    rows, columns = np.nonzero(np.abs(below - pictures.BACKGROUND).max(axis=2) > INK)
    assert len(rows), "there is no text"
    return int(rows.max() - rows.min() + 1), int(columns.max() - columns.min() + 1)


def size_of(home, *options, display=None):
    """Height and width of the label in a window with these options, and the size of the window in pixels."""
    with home.start("--name", "label", "--names", *options, one_picture(home), display=display) as frieze:
        image = frieze.idle("loaded").screenshot()
    return ink_of(image), image.size


def is_scaled(size, usual, scale):
    return all(abs(now - scale * before) <= 2 + 0.12 * scale * before for now, before in zip(size, usual))
