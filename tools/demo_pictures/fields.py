"""Colour for its own sake: painted rectangles, a cut stone, silk, the walls of a canyon."""

import numpy as np

from .colour import ramp, rgb
from .noise import Noise, cloud, streaks
from .raster import blur, grain, mix, over, smoothstep


def _brushed_rectangle(frame, noise, box, feather):
    """Coverage of a rectangle with worn corners, whose edges a wide brush has left uneven."""
    x, y = frame.full_grid()
    left, top, right, bottom = box
    corner = 0.03
    dx = np.abs(x - (left + right) / 2) - (right - left) / 2 + corner
    dy = np.abs(y - (top + bottom) / 2) - (bottom - top) / 2 + corner
    dx, dy = dx + 0.009 * noise.fractal(x * 2, y * 9, 5), dy + 0.009 * noise.fractal(x * 9, y * 2 + 9, 5)
    outside = np.hypot(np.maximum(dx, 0), np.maximum(dy, 0)) + np.minimum(np.maximum(dx, dy), 0) - corner
    ragged = 0.30 * noise.fractal(x * 24, y * 24, 4)
    near = -outside / feather
    veil = smoothstep(-1.2, 2.6, near + ragged) * 0.55
    return veil + 0.45 * smoothstep(0.0, 1.4, near + ragged)


def colour_field(frame, ground, blocks, feather=0.018):
    """Soft rectangles that float on a ground, each in many thin layers."""
    rng = frame.rng()
    brush = 0.55 * streaks(frame, 5, 150, rng) + 0.45 * streaks(frame, 60, 9, rng)
    clouds = cloud(frame, 2.5, rng, 6, 0.6)
    painting = ramp(np.clip(0.5 + 0.30 * clouds + 0.12 * brush, 0, 1), ground)
    for k, (box, stops) in enumerate(blocks):
        noise = Noise(frame.seed * 100 + k)
        cover = _brushed_rectangle(frame, noise, box, feather)
        inner = cloud(frame, 1.8, rng, 6, 0.62)
        strokes = 0.6 * streaks(frame, 4, 120, rng) + 0.4 * streaks(frame, 50, 7, rng)
        body = ramp(np.clip(0.5 + 0.34 * inner + 0.16 * strokes, 0, 1), stops)
        thin = 0.90 + 0.10 * inner
        painting = over(painting, body, np.clip(cover * thin, 0, 1))
    return np.clip(painting + 0.008 * streaks(frame, 400, 400, rng)[..., None], 0, 1)


def agate(frame, colours, bands=15.0, centre=(0.55, 0.5)):
    """A cut stone: bands that follow each other around a hollow."""
    noise = Noise(frame.seed)
    x, y = frame.full_grid()
    u, v = x - centre[0] * frame.aspect, y - centre[1]
    bent_u = u + 0.16 * noise.fractal(x * 1.7, y * 1.7, 4, 0.45)
    bent_v = v + 0.16 * noise.fractal(x * 1.7 + 30, y * 1.7, 4, 0.45)
    radius = np.hypot(bent_u, bent_v * 1.12)
    radius = radius + 0.075 * noise.fractal(x * 2.2 + 60, y * 2.2, 3)
    radius = radius + 0.004 * noise.fractal(x * 22, y * 22, 3)
    level = radius * bands
    order = noise.fractal(level * 0.55, np.full_like(level, 3.7), 4, 0.7)
    painting = ramp(0.5 + 0.75 * order, colours)
    hair = noise.fractal(level * 4.5, np.full_like(level, 9.2), 3)
    painting = painting * (1 + 0.10 * hair)[..., None]
    line = np.exp(-(noise(level * 0.8, np.full_like(level, 5.1)) / 0.035) ** 2)
    painting = over(painting, rgb('#fbf3e6'), 0.55 * line * smoothstep(0.06, 0.2, radius))
    crystal = np.abs(noise.fractal(u * 26, v * 26, 4))
    heart = smoothstep(0.085, 0.055, radius)
    painting = over(painting, ramp(crystal * 1.6, ['#fffdf6', '#e8e2ee', '#9f94b8']), heart)
    depth = blur(level, 3 * frame.height / 1067)
    light = (np.roll(depth, 1, 1) - np.roll(depth, -1, 1)) * 0.25
    return np.clip(painting * (1 + np.clip(light, -0.08, 0.08))[..., None], 0, 1)


def silk(frame, colours, folds=3.2, turn=0.5):
    """Folded cloth: a field bent by itself, lit like a surface."""
    rng, noise = frame.rng(), Noise(frame.seed)
    x, y = frame.full_grid()
    u = x * np.cos(turn) - y * np.sin(turn)
    v = x * np.sin(turn) + y * np.cos(turn)
    ax, ay = noise.fractal(u * 0.8, v * 0.8, 2), noise.fractal(u * 0.8 + 11, v * 0.8, 2)
    bx = noise.fractal(u + 0.8 * ax, v * 0.6 + 0.8 * ay + 5, 2)
    by = noise.fractal(u * 0.7 + ay + 17, v + ax, 2)
    field = np.sin((v + 0.75 * bx) * folds * 2.2 + 2.4 * by) + 0.35 * np.sin((u + by) * folds * 3.1 + 3 * bx)
    step = 1.0 / frame.height
    dx, dy = np.gradient(field, step, axis=1) * 0.06, np.gradient(field, step, axis=0) * 0.06
    normal = 1 / np.sqrt(1 + dx * dx + dy * dy)
    light = np.clip((0.55 * dx - 0.5 * dy + 0.68) * normal, 0, 1)
    shine = np.clip((0.30 * dx - 0.42 * dy + 0.86) * normal, 0, 1) ** 22
    hue = np.clip(0.5 + 0.30 * field + 0.35 * bx, 0, 1)
    painting = ramp(hue, colours) * (0.30 + 0.85 * light)[..., None]
    return grain(np.clip(over(painting, rgb('#fff4e6'), 0.42 * shine), 0, 1), 1.2, rng)


def canyon(frame, walls=9):
    """The walls of a slot canyon, worn round by water, lit from above."""
    rng, noise = frame.rng(), Noise(frame.seed)
    x, y = frame.full_grid()
    painting = ramp(np.clip(1.15 - y * 0.9 + 0.15 * noise.fractal(x * 3, y * 3, 3), 0, 1),
                    ['#b5502a', '#f0924a', '#ffd28a', '#fff1cf'])
    for k in range(walls):                                           # far to near, from both sides in turn
        t, side = k / (walls - 1), 1 if k % 2 else -1
        middle = frame.aspect / 2 + side * mix(0.05, 0.30, t) + 0.05 * np.sin(k * 2.4)
        edge = middle + 0.10 * noise.fractal(y * mix(2.6, 1.3, t) + 9 * k, np.full_like(y, k * 1.7), 3, 0.42)
        edge = edge + 0.05 * np.sin(y * 5 + k * 1.9)
        inward = (x - edge) * side
        cover = np.clip(inward * frame.height + 0.5, 0, 1)
        bend = y + 0.35 * inward + 0.07 * noise.fractal(x * 2 + k * 3, y * 2, 3)
        strata = noise.fractal(np.full_like(bend, 2.2 + k), bend * 26, 5, 0.62)
        glow = np.exp(-inward / mix(0.10, 0.20, t)) * mix(1.0, 0.62, t) * (1.05 - 0.55 * y)
        fold = 0.5 + 0.5 * noise.fractal(x * 3.5 + 5 * k, y * 1.4, 3)
        tone = np.clip(0.10 + 0.80 * glow + 0.16 * (fold - 0.5) + 0.075 * strata - 0.12 * t, 0, 1)
        body = ramp(tone, ['#1e0f2b', '#4a1c3a', '#8c2f36', '#c9552f', '#f08a3e', '#ffc67a'])
        shadow = 0.40 * np.exp(-np.maximum(-inward, 0) / 0.03)
        painting = over(painting, rgb('#3a1228'), np.where(inward < 0, shadow, 0) * (0.4 + 0.6 * y))
        painting = over(painting, body, cover)
    return grain(np.clip(painting, 0, 1), 1.2, rng)
