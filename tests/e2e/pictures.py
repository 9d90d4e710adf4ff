"""Small pictures that say by themselves which one they are and how they are turned, and what finds them again in a
screenshot.

A picture is a grid of 3 x 3 fields: red and green in the upper corners, and seven fields of light and dark blue that
hold its number. No colour is near the background of the wall.
"""

import functools
import io
import itertools
import os

import numpy as np
from PIL import Image, ImageDraw

BACKGROUND = (12, 12, 14)
RED, GREEN, LIGHT, DARK = (220, 40, 40), (40, 190, 60), (200, 220, 255), (30, 60, 150)
FIELDS = 3
MAX_NUMBER = 127
SCROLLBAR_PX = 6

# Turned clockwise by quarters; what a mirrored one looks like as it was first mirrored left and right, then turned.
TURNS = ("0", "90", "180", "270", "mirrored 0", "mirrored 90", "mirrored 180", "mirrored 270")


def fields_of(number):
    bits = [LIGHT if number >> bit & 1 else DARK for bit in range(7)]
    return [RED, bits[0], GREEN, *bits[1:]]


def draw(number, size=(320, 240)):
    """The picture `number` (0 to 127)."""
    assert 0 <= number <= MAX_NUMBER
    image = Image.new("RGB", size)
    pen = ImageDraw.Draw(image)
    for index, colour in enumerate(fields_of(number)):
        x, y = index % FIELDS, index // FIELDS
        pen.rectangle((x * size[0] // FIELDS, y * size[1] // FIELDS,
                       (x + 1) * size[0] // FIELDS - 1, (y + 1) * size[1] // FIELDS - 1), fill=colour)
    return image


@functools.cache
def encoded(number, size, suffix):
    """The file of a picture: tests write the same ones again and again."""
    data = io.BytesIO()
    draw(number, size).save(data, Image.registered_extensions()[suffix])
    return data.getvalue()


def write(path, number, size=(320, 240), **options):
    if options:
        draw(number, size).save(path, **options)
    else:
        with open(path, "wb") as file:
            file.write(encoded(number, size, os.path.splitext(path)[1].lower()))
    return path


def fill(folder, count, size=(320, 240), suffix="png", first=0):
    """Pictures 0, 1, 2… named p0, p1, p2…: natural order is that of their numbers, plain order is not."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + count):
        write(folder / f"p{number}.{suffix}", number, size)
    return folder


def tree(folder, counts):
    """The same, as many in each folder of `counts`, numbered on from folder to folder."""
    numbers = iter(range(MAX_NUMBER + 1))
    for path, count in counts.items():
        (folder / path).mkdir(parents=True, exist_ok=True)
        for number in itertools.islice(numbers, count):
            write(folder / path / f"p{number}.png", number)
    return folder


# --- finding them again ---------------------------------------------------------------------------

def upright(grid, turn):
    """The grid of fields before it was turned by TURNS[turn]."""
    grid = np.rot90(grid, turn % 4)
    return grid[:, ::-1] if turn >= 4 else grid


def read(image, box):
    """(number, turn) of the picture that fills `box` (x, y, w, h), or None where none of ours stands there."""
    pixels = np.asarray(image.convert("RGB"), dtype=np.int32)
    x, y, w, h = box
    rows = [y + h * (2 * i + 1) // (2 * FIELDS) for i in range(FIELDS)]
    columns = [x + w * (2 * i + 1) // (2 * FIELDS) for i in range(FIELDS)]
    palette = np.array((RED, GREEN, LIGHT, DARK))
    grid = np.zeros((FIELDS, FIELDS), dtype=int)
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            distances = np.abs(palette - pixels[row, column]).sum(axis=1)
            if distances.min() > 100:
                return None
            grid[i, j] = distances.argmin()
    for turn, name in enumerate(TURNS):
        colours = upright(grid, turn).flatten()
        bits = np.delete(colours, (0, 2))
        if colours[0] == 0 and colours[2] == 1 and (bits >= 2).all():
            return sum(int(bit == 2) << shift for shift, bit in enumerate(bits)), name
    return None


def stretches(flags, least):
    """[(start, end)] of the stretches of True that are at least `least` long."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(a, b) for a, b in zip(edges[::2], edges[1::2]) if b - a >= least]


def shows(image, colour):
    """Whether one pixel at least is of this colour, as far as a tile kept on disk as JPEG has it."""
    return bool((np.abs(np.asarray(image, dtype=np.int16) - colour) <= 2).all(axis=2).any())


def differs_from_background(image, background=BACKGROUND):
    pixels = np.asarray(image.convert("RGB"), dtype=np.int16)
    return (np.abs(pixels - np.array(background, dtype=np.int16)) > 16).any(axis=2)


def boxes(image, background=BACKGROUND, least=20, right=SCROLLBAR_PX):
    """Rows of boxes (x, y, w, h) of what stands on the wall, at least `least` px wide and high."""
    filled = differs_from_background(image, background)
    filled[:, image.width - right:] = False
    rows = []
    for top, bottom in stretches(filled.any(axis=1), least):
        row = []
        for left, right in stretches(filled[top:bottom].any(axis=0), least):
            inside = np.flatnonzero(filled[top:bottom, left:right].any(axis=1))
            y, end = top + int(inside[0]), top + int(inside[-1]) + 1
            row.append((int(left), y, int(right - left), end - y))
        rows.append(row)
    return rows


def wall(image, background=BACKGROUND, least=20):
    """The numbers of the pictures on the wall, row by row; None for what is none of ours."""
    found = [[read(image, box) for box in row] for row in boxes(image, background, least)]
    return [[one and one[0] for one in row] for row in found if row]


def only(image):
    """(number, turn, box) of the one picture in view: the picture view."""
    rows = [box for row in boxes(image, least=60, right=0) for box in row]
    assert len(rows) == 1, f"expected one picture, found {rows}"
    number_and_turn = read(image, rows[0])
    assert number_and_turn, "what is shown is none of our pictures"
    return (*number_and_turn, rows[0])
