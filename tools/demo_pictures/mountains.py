"""Landscapes of layered silhouettes: ridges in mist, balloons, a red mountain."""

import numpy as np

from .colour import blend, ramp, rgb, shade
from .noise import Noise, cloud, streaks
from .raster import below, blur, grain, mix, over, smoothstep
from .vector import Ink, rectangle


def ridge_line(frame, noise, row, base, height, scale, octaves=7, gain=0.5):
    """The skyline of one ridge, a y for each column; `row` picks it among the ridges of a noise."""
    x = frame.grid()[0][0]
    crease = noise.ridged(x * scale + row * 7.7, np.float32(row * 3.1), octaves, gain)
    swell = noise.fractal(x * scale * 0.4 - row, np.float32(row), 2)
    return base - height * (crease + 0.55 * swell)


def sky_with_sun(frame, stops, sun=None, glow='#ffffff', reach=0.5, strength=0.6):
    """A vertical gradient, and the glow around a sun at (x, y) if there is one."""
    x, y = frame.grid()
    painting = np.broadcast_to(ramp(y[:, 0], stops)[:, None, :], (frame.height, frame.width, 3))
    if sun:
        distance = np.hypot((x - sun[0]) * 0.75, y - sun[1])
        painting = over(painting, rgb(glow), strength * np.exp(-(distance / reach) ** 1.2 * 3))
    return np.array(painting, np.float32)


def disc(frame, x0, y0, radius, softness=1.5):
    """Coverage of a disc with an edge of `softness` pixels."""
    x, y = frame.grid()
    return np.clip((radius - np.hypot(x - x0, y - y0)) * frame.height / softness + 0.5, 0, 1)


def spruce(x, base, height, rng, slim=0.30):
    """The outline of a conifer that stands on `base`."""
    tiers = 9 + int(rng.integers(0, 5))
    left, right = [], []
    for k in range(1, tiers + 1):
        t = k / tiers
        half = slim * height * 0.5 * t ** 0.85
        level = base - height * (1 - t)
        for side, points in ((-1, left), (1, right)):
            tip = half * rng.uniform(0.75, 1.12)
            points.append((x + side * tip, level + height * rng.uniform(0.0, 0.02)))
            points.append((x + side * tip * rng.uniform(0.40, 0.6), level - height * 0.018))
    return [(x, base - height)] + right + left[::-1]


def forest(ink, frame, line, rng, colour, spacing, low, high):
    """Conifers along a skyline. Their sizes come in groups, as they grow."""
    column = -0.05
    group = Noise(int(rng.integers(1 << 30)))
    while column < frame.aspect + 0.05:
        at = int(np.clip(column * frame.height, 0, frame.width - 1))
        size = 0.5 + 0.9 * float(group(np.float32(column * 6), np.float32(0.5)))
        height = mix(low, high, np.clip(size + rng.uniform(-0.35, 0.35), 0, 1))
        ink.polygon(spruce(column, line[at] + 0.015, height, rng, rng.uniform(0.26, 0.36)), colour)
        column += spacing * rng.uniform(0.25, 1.2) * (1.7 - size)


def birds(ink, x, y, size, count, rng, colour):
    """A loose flock, each bird two arcs."""
    t = np.linspace(0, 1, 12)
    for _ in range(count):
        bx, by = x + rng.normal(0, 6 * size), y + rng.normal(0, 2.2 * size)
        span = size * rng.uniform(0.7, 1.2)
        lift = rng.uniform(0.2, 0.6)
        for side in (-1, 1):
            wing = np.stack([bx + side * span * t, by - span * lift * np.sin(t * np.pi * 0.72)], -1)
            ink.stroke(wing, span * 0.16 * (1 - 0.85 * t), colour)


def misty_ridges(frame, sky, ridges, mists, sun=None, glow='#fff2d8', disc_radius=0.0, disc_colour='#fff8e8',
                 top=0.40, bottom=0.98, layers=7, tall=(0.10, 0.20), wide=(3.2, 1.5), trees=0.0, flock=None):
    """Mountain behind mountain, each fading into the mist at its foot.

    `ridges` and `mists` are gradients from far to near; so are `tall` (height of the ridges) and `wide`
    (features per unit), between the heights `top` and `bottom`. `trees` is the height of the nearest; `flock`
    the birds' arguments.
    """
    rng, noise = frame.rng(), Noise(frame.seed)
    x, y = frame.grid()
    painting = sky_with_sun(frame, sky, sun, glow)
    if disc_radius:
        painting = over(painting, rgb(disc_colour), disc(frame, *sun, disc_radius, 2.5))
    drift = cloud(frame, 2.0, rng, 4)
    for layer in range(layers):
        t = layer / (layers - 1)
        base = mix(top, bottom, t ** 1.15)
        line = ridge_line(frame, noise, layer + 1, base + 0.04, mix(*tall, t), mix(*wide, t),
                          octaves=6 + layer // 2, gain=0.46)
        colour, mist = ramp(t, ridges), ramp(t, mists)
        depth = (y - blur(line[None, :], 0, 45 * frame.height / 1067)) / mix(0.13, 0.30, t) + 0.22 * drift
        body = mix(colour, mist, (smoothstep(0.02, 1.1, depth) * 0.9 * (1 - 0.45 * t))[..., None])
        if sun:
            near = np.exp(-np.abs(x - sun[0]) * 2.2) * (1 - t) ** 2 * 0.45
            body = over(body, rgb(glow), np.broadcast_to(near, drift.shape))
        painting = over(painting, body, below(line, y, frame))
        if trees and t > 0.6:
            ink = Ink(frame)
            forest(ink, frame, line, rng, colour, 0.011 * (0.4 + t), trees * 0.35 * t, trees * t ** 3)
            painting = over(painting, colour, ink.mask() * (1 - smoothstep(0.2, 0.8, depth)))
    if flock:
        ink = Ink(frame)
        birds(ink, *flock, rng, ramp(0.75, ridges))
        painting = ink.over(painting)
    return grain(painting, 1.3, rng)


def _gore(x, y, radius, east, west):
    """The outline of a balloon's panel between two longitudes (as sines)."""
    t = np.linspace(0, 1, 40)
    level = -1 + 2.32 * t
    down = np.maximum(level - 0.12, 0)                       # below the widest place it narrows to the mouth
    taper = 0.993 - 0.60 * (down / 1.2) ** 1.25 - 0.14 * down
    profile = np.where(down > 0, taper, np.sqrt(np.clip(1 - level ** 2, 0, 1)))
    edge = np.stack([profile, level], -1)
    return np.vstack([edge * (east, 1), (edge * (west, 1))[::-1]]) * radius + (x, y)


def _balloon(ink, x, y, radius, colours, light, panels=14):
    """A hot-air balloon with coloured panels, lit from one side (`light`: -1 left, 1 right)."""
    bounds = np.sin(np.linspace(-np.pi / 2, np.pi / 2, panels + 1))
    for i in range(panels):
        facing = (bounds[i] + bounds[i + 1]) / 2
        glow = 0.16 - 0.34 * abs(facing - light)
        ink.polygon(_gore(x, y, radius, bounds[i], bounds[i + 1]), shade(colours[i % len(colours)], glow))
    foot = y + 1.32 * radius
    for side in (-1, 1):
        ink.stroke([(x + side * 0.2 * radius, foot), (x + side * 0.11 * radius, foot + 0.34 * radius)],
                   0.025 * radius, '#4a3a36')
    ink.polygon(rectangle(x - 0.13 * radius, foot + 0.32 * radius, 0.26 * radius, 0.2 * radius), '#5a3a2c')


def balloons(frame):
    """Balloons over a valley, an hour after dawn."""
    ridges = ['#c9b3bd', '#a98a9c', '#86677f', '#5d4763', '#3a2d47']
    mists = ['#f6dccb', '#f1cdbb', '#dcb0aa', '#b18a95', '#6a5068']
    painting = misty_ridges(
        frame, [(0, '#6f9fbd'), (0.28, '#a9c4c9'), (0.5, '#f3d9bf'), (0.62, '#f9cfa9'), (1, '#f7c7a6')],
        ridges, mists, sun=(1.18, 0.56), glow='#fff0cf', top=0.60, bottom=1.04, layers=6, tall=(0.05, 0.13),
        wide=(2.6, 1.4))
    ink = Ink(frame)
    flight = [(0.40, 0.36, 0.148, ['#c8443a', '#f2e3c9', '#e08a3c', '#f2e3c9']),
              (1.02, 0.21, 0.074, ['#2f5d73', '#e9dcc3']),
              (0.80, 0.53, 0.046, ['#d9a441', '#b5523b', '#7a2f3a']),
              (1.31, 0.38, 0.060, ['#8c3b4a', '#eec27c', '#8c3b4a', '#f4ead6']),
              (0.72, 0.13, 0.026, ['#7b8f5b', '#efe2c5']),
              (1.13, 0.52, 0.022, ['#b5523b', '#f0dcc0']),
              (0.10, 0.60, 0.020, ['#5d6f94', '#efe2c5']),
              (0.14, 0.17, 0.030, ['#c98b3b', '#5c3a55'])]
    for x, y, radius, colours in flight:
        haze = np.clip(0.5 - radius * 6, 0, 0.4)
        _balloon(ink, x, y, radius, [blend(c, '#f3d9c4', haze) for c in colours], light=0.55)
    return ink.over(painting)


def red_mountain(frame):
    """A red cone under a sky of prussian blue, as a woodblock printer of the 1830s might have cut it."""
    rng, noise = frame.rng(), Noise(frame.seed)
    x, y = frame.grid()
    wood = streaks(frame, 3, 260, rng) * 0.010 + streaks(frame, 1.5, 90, rng) * 0.008
    painting = sky_with_sun(frame, [(0, '#12325c'), (0.13, '#1d4f80'), (0.34, '#5f97ad'), (0.62, '#d9dcc0'),
                                    (0.8, '#f0dfba'), (1, '#eed3a5')])
    painting = _print_clouds(frame, painting, rng)

    peak, summit, foot = 0.93, 0.215, 0.94
    column = x[0]
    away = np.abs(column - peak)
    slope = summit + (foot - summit) * (1 - np.exp(-away * np.where(column < peak, 1.75, 2.1))) * 1.12
    slope = np.maximum(slope, summit + 0.012 + 0.01 * noise(column * 40, np.float32(3.3)))
    slope += 0.004 * noise.fractal(column * 14, np.float32(8.1), 4)
    height = np.broadcast_to((y - summit) / (foot - summit), painting.shape[:2])
    fall = np.broadcast_to((column - peak) / (0.06 + away.max() * np.clip(height, 0.01, 1)), height.shape)
    body = ramp(height,
                [(0, '#4b1d1c'), (0.22, '#8c2f23'), (0.55, '#b8472b'), (0.78, '#b5683c'), (1, '#7b7a4a')])
    gully = noise.fractal(fall * 26, height * 1.6, 4)
    body = over(body, rgb('#5d211d'), 0.30 * smoothstep(0.1, 0.6, gully) * smoothstep(0.95, 0.3, height))
    tongue = np.abs(noise.fractal(fall * 30 + 4, np.full_like(fall, 1.7) + height, 4))
    snow_edge = 0.10 + 0.34 * tongue ** 1.5 + 0.05 * noise.fractal(fall * 70, height * 9, 3)
    body = over(body, rgb('#f3ead6'), smoothstep(0.010, -0.010, height - snow_edge))
    painting = over(painting, body, below(slope, y, frame))

    treeline = 0.83 + 0.035 * noise.fractal(column * 2.2, np.float32(5.5), 5) + 0.02 * np.cos(column * 2.5)
    stipple = noise(x * 120, y * 170)
    woods = below(treeline, y, frame) * smoothstep(-0.32, 0.02, stipple + (y - treeline) * 7)
    greens = ramp((y - 0.8) / 0.2 + 0.12 * stipple, ['#4e7358', '#2c5648', '#17384a'])
    painting = over(painting, greens, woods)
    return np.clip(painting + wood[..., None], 0, 1)


def _print_clouds(frame, painting, rng):
    """Rows of flat white bands with round ends, thinner towards the horizon."""
    ink = Ink(frame)
    for row in range(8):
        y, thick = 0.17 + row * 0.070, 0.0150 * (1 - row * 0.085)
        for _ in range(3):
            x, length = rng.uniform(-0.15, frame.aspect), rng.uniform(0.22, 0.60)
            level = y + rng.uniform(-0.02, 0.02)
            for shelf in range(int(rng.integers(2, 5))):
                left, right = x + length * rng.uniform(0, 0.35), x + length * rng.uniform(0.6, 1)
                t = np.linspace(0, 1, 60)
                swell = np.sin(np.pi * t) ** 0.7 * (0.8 + 0.2 * np.sin(t * 19 + shelf))
                swell = thick * (0.35 + 0.65 * swell)
                wave = level + shelf * thick * 0.62 + 0.0022 * np.sin(t * 11 + shelf * 2)
                ink.stroke(np.stack([left + (right - left) * t, wave], -1), swell, '#ffffff')
    return over(painting, rgb('#f4eeda'), ink.mask() * 0.88)
