"""Water: a harbour at dusk, the low sun, islands, wet streets."""

import numpy as np

from .colour import filmic, ramp, rgb, shade, to_linear
from .mountains import birds, disc, ridge_line, sky_with_sun, spruce
from .noise import Noise, cloud
from .raster import below, blur, grain, mix, over, sample, smoothstep
from .vector import Ink, rectangle


def _mirrored(frame, above, horizon, noise, choppy=0.05, waves=3.0, samples=6):
    """The rows from `horizon` down: `above` upside down, each wave looking higher or lower by up to `choppy`.

    The waves are noise on the plane of the water, so that they grow towards the viewer; far away, where a
    pixel holds many of them, the samples blur them into the vertical streaks that lights make on water.
    """
    x, y = (side[int(horizon * frame.height):] for side in frame.full_grid())
    depth = np.maximum(y - horizon, 0.0008)
    far = 1 / (depth + 0.012)
    u, v = (x - frame.aspect / 2) * far * waves * 0.30, far * waves
    spread = choppy * smoothstep(-0.01, 0.06, depth)
    total = 0
    for k in range(samples):
        tilt = noise.fractal(u + 3.1 * k, v + 0.07 * k, 2) + 0.35 * noise(u * 5 + k, v * 4)
        up = np.clip(horizon - depth + tilt * spread - 0.25 * spread, 0, horizon - 0.002)
        aside = x + tilt * spread * 0.12
        total = total + sample(above, aside * frame.height - 0.5, up * frame.height - 0.5)
    return total / samples


def water_over(frame, painting, horizon, noise, tint, depth_of_tint=0.5, **waves):
    """`painting` with everything below `horizon` replaced by its reflection."""
    y = frame.grid()[1][int(horizon * frame.height):]
    water = _mirrored(frame, painting, horizon, noise, **waves)
    deeper = 0.12 + depth_of_tint * smoothstep(horizon, 1.15, y)
    water = over(water, rgb(tint), np.broadcast_to(deeper, water.shape[:2]))
    alpha = np.broadcast_to(below(horizon, y, frame), water.shape[:2])
    return np.vstack([painting[:-len(water)], over(painting[-len(water):], water, alpha)])


def _boat(ink, x, water, length, colour, rng):
    """A moored boat with its mast, stays and furled sail, and its own image broken by the waves."""
    ink.polygon([(x - length * 0.5, water - length * 0.13), (x + length * 0.56, water - length * 0.16),
                 (x + length * 0.42, water), (x - length * 0.42, water)], colour)
    ink.polygon(rectangle(x - length * 0.16, water - length * 0.21, length * 0.3, length * 0.1), colour)
    mast, deck, tall = x + length * 0.02, water - length * 0.13, length * rng.uniform(1.15, 1.5)
    lean = rng.choice([-1, 1])
    ink.stroke([(mast, deck), (mast, deck - tall)], 0.0028, colour)
    for side in (lean * 0.30, -lean * 0.34):
        ink.stroke([(mast, deck - tall * 0.96), (mast + side * tall, deck)], 0.0010, colour)
    ink.stroke([(mast, deck - tall * 0.14), (mast + lean * tall * 0.24, deck - tall * 0.12)], 0.0050, colour)
    _broken_image(ink, x, water, length * 0.46, int(length * 110), 0.0050, length * 0.10,
                  0.0042 * (0.5 + length * 3), colour, rng)


def _broken_image(ink, x, water, half, count, gap, sway, thick, colour, rng):
    """Level strokes under something dark on the water, shorter and shorter."""
    for k in range(count):
        reach = half * (1 - k / count) ** 0.5 * rng.uniform(0.3, 1)
        shift, level = rng.normal(0, sway), water + k * gap
        ink.stroke([(x + shift - reach, level), (x + shift + reach, level)], thick, colour)


def _town(frame, ink, lamps, shore, rng):
    """Gabled houses in a row, windows lit in some; lamps are (x, y, strength, colour) for the glow."""
    x = 0.02
    while x < frame.aspect:
        width, height = rng.uniform(0.022, 0.042), rng.uniform(0.030, 0.062)
        height *= 0.75 + 0.25 * np.sin(x * 4.0 + 0.6)         # the town climbs a little, here and there
        wall = shade('#22223c', rng.uniform(-0.25, 0.08))
        top = shore - height
        ink.polygon([(x, shore), (x, top), (x + width / 2, top - width * rng.uniform(0.4, 0.75)),
                     (x + width, top), (x + width, shore)], wall)
        for row, column in np.ndindex(int(height / 0.014), int(width / 0.010)):
            if rng.random() < 0.30:
                window_x, window_y = x + 0.004 + column * 0.0098, top + 0.004 + row * 0.0135
                colour = rng.choice(['#ffd58a', '#ffc066', '#ffe6b8', '#ff9f55'])
                ink.polygon(rectangle(window_x, window_y, 0.0042, 0.0062), colour)
                lamps.append((window_x, window_y, 0.30, colour))
        if rng.random() < 0.5:
            lamps.append((x, shore - 0.010, 1.5, rng.choice(['#ffcf86', '#ffb056', '#fff0d0'])))
        x += width * rng.uniform(0.92, 1.05)
    spire = [(0.92, 0), (0.92, -0.105), (0.93, -0.185), (0.94, -0.105), (0.94, 0)]
    ink.polygon(np.array(spire) + (0, shore), '#1b1b33')


def _lamplight(frame, painting, lamps):
    """Adds the glow of the lamps to the painting, as light."""
    points, pixel = np.zeros_like(painting), frame.height / 1067
    for x, y, strength, colour in lamps:
        column, row = int(x * frame.height), int(y * frame.height)
        if 1 < column < frame.width - 2:
            points[row - 1:row + 1, column - 1:column + 1] += to_linear(rgb(colour)) * strength
    glow = sum(blur(points, s * pixel) * (s * pixel) ** 2 * k for s, k in ((2.5, 0.9), (8, 0.30), (26, 0.16)))
    return filmic(-np.log(1 - np.clip(to_linear(painting), 0, 0.97)) + glow)


def harbour(frame):
    """A harbour when the lamps are lit and the sky is not dark yet."""
    rng, noise = frame.rng(), Noise(frame.seed)
    horizon = 0.60
    x, y = frame.grid()
    painting = sky_with_sun(frame, [(0, '#1b2350'), (0.22, '#3d4382'), (0.40, '#8a5f95'), (0.50, '#d98582'),
                                    (0.57, '#f6b27a'), (0.62, '#fbcf8e'), (1, '#fbcf8e')],
                            (0.42, 0.60), '#ffe2a0', 0.55, 0.55)
    wisps = 0.35 * cloud(frame, 1.6, rng, 5) + noise.fractal(x * 0.8 + 1.5 * y, y * 9, 6)
    painting = over(painting, ramp(np.broadcast_to(y / 0.6, wisps.shape), ['#4a4080', '#c06f98', '#ffb98c']),
                    0.55 * smoothstep(0.02, 0.75, wisps) * smoothstep(0.60, 0.42, y))
    for layer, colour in enumerate(['#7a6391', '#4f4677']):
        base = horizon - 0.012 + 0.012 * layer
        line = ridge_line(frame, noise, layer + 2, base, 0.10 - 0.02 * layer, 1.5 + layer, 6)
        painting = over(painting, rgb(colour), below(line, y, frame))
    lamps, ink = [], Ink(frame)
    _town(frame, ink, lamps, horizon, rng)
    painting = ink.over(painting)
    painting = _lamplight(frame, painting, lamps)
    painting = water_over(frame, painting, horizon, noise, '#161c44', 0.62, choppy=0.10, waves=3.2)
    ink = Ink(frame)
    for bx, by, length in ((0.20, 0.735, 0.15), (1.24, 0.80, 0.23), (0.66, 0.672, 0.085), (1.02, 0.655, 0.06),
                           (0.90, 0.70, 0.10)):
        _boat(ink, bx, by, length, '#11132b', rng)
    return grain(ink.over(painting), 1.2, rng)


def _glints(frame, painting, noise, horizon, sun_x):
    """The sun's path: waves that happen to face it, fewer and larger towards the viewer."""
    x, y = frame.full_grid()
    depth = np.maximum(y - horizon, 0.0008)
    far = 1 / (depth + 0.012)
    facing = noise((x - sun_x) * far * 1.6, far * 6.0)
    facing = facing + 0.75 * noise((x - sun_x) * far * 3.6 + 40, far * 14.0)
    aside = np.abs(x - sun_x) / (0.055 + 0.17 * depth)
    lit = smoothstep(0.10, 0.34, facing - 0.30 * aside ** 1.5 + 0.13 - 0.24 * depth)
    lit = lit * 0.88 * below(horizon, y, frame)
    return over(painting, ramp(depth / 0.45, ['#fff1c0', '#ffd08a', '#f79a62']), lit)


def low_sun(frame):
    """The sun on the horizon, its path on the water, and one sail."""
    rng, noise = frame.rng(), Noise(frame.seed)
    horizon, sun_x, sun_y = 0.50, frame.aspect * 0.52, 0.415
    x, y = frame.grid()
    painting = sky_with_sun(frame, [(0, '#2b5876'), (0.16, '#6a8f9c'), (0.30, '#e0b58b'), (0.42, '#f58f54'),
                                    (0.50, '#e8603c'), (1, '#e8603c')], (sun_x, sun_y), '#ffd27a', 0.42, 0.9)
    bands = noise.fractal(x * 1.1, y * 16, 5) + 0.4 * noise.fractal(x * 4, y * 40 + 9, 4)
    painting = over(painting, ramp(np.broadcast_to(y / 0.5, bands.shape), ['#3c5f78', '#b0787a', '#8f3a3c']),
                    0.62 * smoothstep(0.16, 0.9, bands) * smoothstep(0.53, 0.36, y))
    painting = over(painting, rgb('#fff3cc'), disc(frame, sun_x, sun_y, 0.055, 2.5))
    painting = water_over(frame, painting, horizon, noise, '#17384f', 0.50, choppy=0.12, waves=3.0, samples=4)
    painting = _glints(frame, painting, noise, horizon, sun_x)
    ink = Ink(frame)
    _sailing_boat(ink, frame.aspect * 0.29, 0.523, 0.105, rng)
    birds(ink, frame.aspect * 0.74, 0.26, 0.011, 5, rng, '#4b3440')
    return grain(ink.over(painting), 1.2, rng)


def _sailing_boat(ink, x, water, tall, rng):
    """A small boat before the wind, with main sail and jib."""
    t = np.linspace(0, 1, 24)
    level = water - 0.02 - tall * (1 - t)
    belly = x + 0.40 * tall * t + 0.07 * tall * np.sin(t * np.pi)
    ink.polygon(np.vstack([[(x, level[0]), (x, level[-1])], np.stack([belly, level], -1)[::-1]]), '#3a2431')
    ink.polygon([(x - 0.012, water - 0.018 - 0.9 * tall), (x - 0.012 - 0.26 * tall, water - 0.018),
                 (x - 0.008, water - 0.02)], '#4a2b36')
    hull = [(-0.040, -0.013), (0.052, -0.015), (0.036, 0), (-0.028, 0)]
    ink.polygon(np.array(hull) + (x, water), '#24182a')
    _broken_image(ink, x, water + 0.002, 0.036, 14, 0.0068, 0.004, 0.0026, '#3a2431', rng)


def islands(frame):
    """Islands with pines in still water, on a white night."""
    rng, noise = frame.rng(), Noise(frame.seed)
    horizon = 0.56
    x, y = frame.grid()
    painting = sky_with_sun(frame, [(0, '#5a7fa8'), (0.22, '#a3aec4'), (0.42, '#eec3b8'), (0.56, '#ffd2a0'),
                                    (1, '#ffd2a0')], (1.80, 0.52), '#fff0c0', 0.8, 0.85)
    wisps = noise.fractal(x * 0.9, y * 9, 5)
    painting = over(painting, rgb('#f4e6d2'), 0.55 * smoothstep(0.05, 0.9, wisps) * smoothstep(0.56, 0.3, y))
    # Each island: the middle and half of its length, its height, its colour; far to near.
    shapes = [(2.1, 1.7, 0.035, '#b3b8b8'), (0.35, 0.9, 0.060, '#94a7ab'), (2.75, 0.7, 0.070, '#718f97'),
              (1.35, 0.42, 0.085, '#456c78'), (0.42, 0.55, 0.120, '#254f5e'), (2.42, 0.46, 0.150, '#12333f')]
    for row, (middle, half, height, colour) in enumerate(shapes):
        along = (x[0] - middle) / half
        crest = noise.fractal(x[0] * (2.2 + row), np.float32(row * 3.3), 5)
        line = horizon - height * np.sqrt(np.clip(1 - along ** 2, 0, 1)) * (0.62 + 0.5 * crest)
        line = np.where(np.abs(along) < 1, line, horizon + 0.02)
        ink, tallest = Ink(frame), 0.010 + height * 1.25
        for _ in range(int(half * 110)):
            at = middle + half * np.clip(rng.normal(0, 0.42), -0.93, 0.93)
            column = int(at * frame.height)
            if 0 <= column < frame.width:
                tall = tallest * rng.uniform(0.25, 1.0) ** 1.2
                tree = spruce(at, line[column] + 0.01, tall, rng, rng.uniform(0.30, 0.46))
                ink.polygon(tree, shade(colour, rng.uniform(-0.10, 0.06)))
        painting = ink.over(over(painting, rgb(colour), below(line, y, frame)))
    painting = water_over(frame, painting, horizon, noise, '#3d6a77', 0.42, choppy=0.030, samples=4)
    mist = np.exp(-((y - horizon) / 0.020) ** 2) * (0.40 + 0.35 * noise.fractal(x * 1.5, y * 6, 3))
    painting = over(painting, rgb('#f8e3c8'), np.clip(mist, 0, 1))
    ink = Ink(frame)
    birds(ink, 1.6, 0.2, 0.014, 7, rng, '#3c5a63')
    return grain(ink.over(painting), 1.0, rng)


def after_rain(frame):
    """Street lamps and shop windows out of focus, and the wet street below them."""
    rng, noise = frame.rng(), Noise(frame.seed)
    x, y = frame.full_grid()
    street, pixel = 0.60, frame.height / 1067
    lamps = _out_of_focus(x, y, frame, street, rng)
    sky = to_linear(ramp(y, [(0, '#0b1226'), (0.5, '#16213d'), (0.62, '#1b1c33'), (1, '#07080f')]))
    light = sky + lamps + 0.5 * blur(lamps, 40 * pixel)

    rough = noise.fractal(x * 5, y * 26, 4)
    puddle = smoothstep(-0.25, 0.35, noise.fractal(x * 1.6, y * 7, 3))
    up = np.clip(2 * street - y + 0.03 * rough, 0, 1) * frame.height
    smear = sample(blur(lamps, 62 * pixel, 9 * pixel), (x + 0.010 * rough) * frame.height, up)
    clear = sample(lamps, x * frame.height, up)
    wet = smear * (0.9 + 1.5 * puddle)[..., None] + clear * (0.35 * puddle)[..., None]
    ground = smoothstep(street - 0.01, street + 0.03, y)[..., None]
    return grain(filmic(1.5 * mix(light, light * 0.25 + wet, ground)), 1.6, rng)


def _out_of_focus(x, y, frame, street, rng):
    """Lamps as a lens shows them that looks elsewhere: discs with a bright rim, most near the street."""
    colours = ['#ffb24a', '#ff8a3c', '#ffd9a0', '#ff5a4a', '#ffc46b', '#5fc4c9', '#ff9d5c', '#e8436a',
               '#fff0d8']
    light = np.zeros((frame.height, frame.width, 3), np.float32)
    for _ in range(64):
        radius = rng.choice([0.018, 0.028, 0.042, 0.062], p=[0.34, 0.34, 0.22, 0.10])
        radius = radius * rng.uniform(0.85, 1.15)
        at_x, at_y = rng.uniform(0, frame.aspect), street - 0.05 - abs(rng.normal(0, 0.17))
        colour, strength = to_linear(rgb(rng.choice(colours))), rng.uniform(0.20, 0.65)
        distance = np.hypot(x - at_x, y - at_y)
        rim = 0.62 + 0.38 * smoothstep(radius * 0.75, radius * 0.97, distance)
        spot = np.clip((radius - distance) * frame.height / 2 + 0.5, 0, 1) * rim
        light += (spot * strength)[..., None].astype(np.float32) * colour
    return light
