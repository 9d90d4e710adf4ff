"""Painted landscapes for the benchmark: large base pictures that look like photographs to a JPEG coder.

Each scene is an RGB array of BASE_H x BASE_W bytes made of what a photograph is made of: slow gradients,
fields of noise in many octaves, hard edges between things, and fine texture. Nothing here is copied from
anywhere, and the same seed gives the same picture.
"""

import numpy as np
from PIL import Image

BASE_W, BASE_H = 5000, 3800


def stretch(field, size):
    """A small float array enlarged smoothly to (height, width)."""
    image = Image.fromarray(np.ascontiguousarray(field, dtype=np.float32), mode="F")
    return np.asarray(image.resize((size[1], size[0]), Image.BICUBIC))


def octaves(rng, size, coarse, count, gain=0.55, aspect=1.0):
    """Sum of `count` octaves of noise in -1..1 or so, the first with `coarse` cells across the width."""
    total = np.zeros(size, np.float32)
    weight = 1.0
    for level in range(count):
        across = max(2, min(size[1], coarse << level))
        down = max(2, min(size[0], int(across * aspect * size[0] / size[1])))
        total += weight * stretch(rng.standard_normal((down, across)), size)
        weight *= gain
    return total


def ridge_line(rng, height, roughness):
    """The height in rows of a mountain's outline for each column: a random walk over several scales."""
    line = octaves(rng, (2, BASE_W), 3, 10, roughness)[0]
    return height + line * BASE_H * 0.09


def paint(canvas, mask, colour, shade):
    """Puts colour (three floats) lit by shade (a field around 1) wherever mask (0..1) covers the canvas."""
    for channel in range(3):
        plane = canvas[..., channel]
        plane += mask * (colour[channel] * shade - plane)


def sky(rng, canvas, top, bottom):
    """A vertical gradient with clouds."""
    fall = np.linspace(0, 1, BASE_H, dtype=np.float32)[:, None]
    clouds = np.clip(octaves(rng, (BASE_H, BASE_W), 4, 7, 0.5, 2.5) * 0.35, 0, 1)
    for channel in range(3):
        plane = top[channel] * (1 - fall) + bottom[channel] * fall
        canvas[..., channel] = plane + clouds * (240 - plane) * 0.7


def texture(rng, depth, grainy):
    """A field around 1 with detail down to single pixels."""
    coarse = octaves(rng, (BASE_H, BASE_W), 6, 6, 0.62)
    fine = octaves(rng, (BASE_H, BASE_W), 500, 3, 0.8)
    return 1 + depth * (0.55 * coarse + grainy * fine)


def mountains(rng, canvas):
    sky(rng, canvas, (70, 110, 190), (205, 215, 225))
    rows = np.arange(BASE_H, dtype=np.float32)[:, None]
    shade = texture(rng, 0.16, 0.55)
    for layer in range(5):
        near = layer / 4
        line = ridge_line(rng, BASE_H * (0.35 + 0.14 * layer), 0.5)
        mask = np.clip(rows - line[None, :], 0, 1)
        colour = [150 - 95 * near, 165 - 85 * near, 185 - 135 * near]
        paint(canvas, mask, colour, np.roll(shade, 700 * layer, axis=1))


def shore(rng, canvas):
    sky(rng, canvas, (90, 140, 205), (235, 215, 190))
    rows = np.arange(BASE_H, dtype=np.float32)[:, None]
    waves = 1 + 0.14 * octaves(rng, (BASE_H, BASE_W), 16, 7, 0.75, 5.0)
    paint(canvas, np.clip(rows - BASE_H * 0.45, 0, 1), (45, 95, 125), waves)
    line = ridge_line(rng, BASE_H * 0.74, 0.42)
    paint(canvas, np.clip(rows - line[None, :], 0, 1), (205, 180, 140), texture(rng, 0.10, 0.8))


def town(rng, canvas):
    sky(rng, canvas, (120, 150, 190), (225, 220, 215))
    rough = texture(rng, 0.07, 0.7)
    for depth in range(3):
        left = 0
        while left < BASE_W:
            width = int(rng.integers(180, 620))
            top = int(BASE_H * (0.25 + 0.18 * depth + 0.2 * rng.random()))
            house(rng, canvas, rough, (left, top, min(BASE_W, left + width), BASE_H))
            left += width


def house(rng, canvas, rough, box):
    """One wall with rows of windows: straight edges of every contrast."""
    left, top, right, bottom = box
    wall = rng.uniform((90, 70, 60), (220, 200, 185)).astype(np.float32)
    canvas[top:bottom, left:right] = wall * rough[top:bottom, left:right, None]
    step, wide = int(rng.integers(60, 130)), int(rng.integers(24, 56))
    glass = rng.uniform(25, 120, 3)
    for row in range(top + step // 2, bottom - step, step):
        for column in range(left + step // 3, right - wide, step):
            lit = glass * rng.uniform(0.6, 1.6)
            canvas[row:row + wide * 3 // 2, column:column + wide] = lit


def forest(rng, canvas):
    sky(rng, canvas, (150, 180, 210), (220, 225, 215))
    leaves = texture(rng, 0.34, 0.75)
    cover = np.clip(octaves(rng, (BASE_H, BASE_W), 9, 8, 0.66) * 3 + 2.2, 0, 1)
    paint(canvas, cover, (62, 92, 40), leaves)
    for _ in range(26):
        left, width = int(rng.integers(0, BASE_W - 160)), int(rng.integers(14, 150))
        round_shade = np.sin(np.linspace(0.35, 2.9, width, dtype=np.float32))
        bark = leaves[:, left:left + width, None] * round_shade[None, :, None]
        canvas[:, left:left + width] = bark * np.float32((95, 75, 58))


def meadow(rng, canvas):
    sky(rng, canvas, (60, 120, 200), (200, 220, 235))
    rows = np.arange(BASE_H, dtype=np.float32)[:, None]
    line = ridge_line(rng, BASE_H * 0.5, 0.35)
    paint(canvas, np.clip(rows - line[None, :], 0, 1), (70, 95, 60), texture(rng, 0.2, 0.5))
    grass = 1 + 0.26 * octaves(rng, (BASE_H, BASE_W), 220, 5, 0.85, 0.25)
    paint(canvas, np.clip(rows - BASE_H * 0.62, 0, 1), (105, 140, 55), grass)


def closeup(rng, canvas):
    """Soft round lights behind one sharp, rough thing."""
    blur = octaves(rng, (BASE_H, BASE_W), 5, 3, 0.5)
    for channel, base in enumerate((120, 95, 80)):
        canvas[..., channel] = base * (1 + 0.3 * np.roll(blur, 400 * channel, axis=1))
    yy, xx = np.ogrid[:BASE_H, :BASE_W]
    angle = octaves(rng, (BASE_H // 4, BASE_W // 4), 6, 6, 0.5)
    edge = 1 + 0.10 * stretch(angle, (BASE_H, BASE_W))
    reach = np.hypot((xx - BASE_W * 0.5) / 1.25, yy - BASE_H * 0.55).astype(np.float32)
    paint(canvas, np.clip(BASE_H * 0.36 * edge - reach, 0, 1), (175, 120, 70), texture(rng, 0.3, 0.6))


SCENES = (mountains, shore, town, forest, meadow, closeup)


def base(number):
    """Scene `number` as bytes. Takes a few seconds and about 400 MB while it runs."""
    rng = np.random.default_rng([0x46525A, number])
    canvas = np.zeros((BASE_H, BASE_W, 3), np.float32)
    SCENES[number % len(SCENES)](rng, canvas)
    return np.clip(canvas, 0, 255).astype(np.uint8)
