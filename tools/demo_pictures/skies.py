"""Night skies: northern lights, the Milky Way, star trails."""

import numpy as np

from .colour import filmic, ramp, rgb, to_linear
from .mountains import forest, ridge_line
from .noise import Noise
from .raster import TAU, below, blur, grain, mix, over, smoothstep
from .sea import water_over
from .vector import Ink


def starlight(frame, count, rng, brightest=3.0, density=None):
    """Stars as light: many faint, few bright, most nearly white. `density` thins them out by place."""
    light = np.zeros((frame.height, frame.width, 3), np.float32)
    column, row = rng.integers(2, frame.width - 2, count), rng.integers(2, frame.height - 2, count)
    strength = brightest * np.minimum(0.035 / rng.uniform(0.02, 1, count) ** 1.3, 1)
    if density is not None:
        strength = strength * (rng.uniform(0, 1, count) < density[row, column])
    warmth = np.clip(rng.normal(0.45, 0.22, count), 0, 1)
    colours = to_linear(ramp(warmth, ['#9db8ff', '#eaf0ff', '#fff6e8', '#ffcf9a']))
    np.add.at(light, (row, column), (strength[:, None] * colours).astype(np.float32))
    pixel = max(frame.width, frame.height) / 1600
    return light * 0.9 + blur(light, 0.7) * 2.2 + blur(light, 3.2 * pixel) * 1.6 * pixel


def _aurora_light(frame, curtains, hues, rays=6000):
    """Folded curtains: thousands of vertical rays along wandering lines, each with a sharp foot.

    A curtain is ((x, foot, height) at its start, the same at its end, strength): it comes nearer.
    """
    noise = Noise(frame.seed + 3)
    rows = (np.arange(frame.height, dtype=np.float32) + 0.5) / frame.height
    light = np.zeros((frame.width, frame.height, 3), np.float32)
    for k, (start, end, power) in enumerate(curtains):
        s = np.linspace(0, 1, rays, dtype=np.float32)
        near = s ** 1.4

        def along(features, row, octaves=3):
            return noise.fractal(s * features + row, np.float32(row * 1.7 + 5 * k + 0.5), octaves)

        at = mix(start[0], end[0], s) + mix(0.04, 0.20, near) * along(5, 0)
        foot = mix(start[1], end[1], near) + mix(0.015, 0.10, near) * along(4, 7)
        tall = mix(start[2], end[2], near) * (0.85 + 0.6 * along(14, 2, 2))
        strength = power * np.clip(0.50 + 1.3 * along(4.5, 3), 0.03, 2)
        strength = strength * np.clip(0.60 + 1.1 * along(90, 1), 0.1, 2)
        for i in range(rays):
            column = int(at[i] * frame.height)
            if not 0 <= column < frame.width:
                continue
            up = (foot[i] - rows) / tall[i]
            fall = np.exp(-2.6 * np.maximum(up, 0)) * smoothstep(-0.10, 0.06, up)
            light[column] += (fall * strength[i])[:, None] * ramp(np.clip(up * 0.62, 0, 1), hues) ** 2
    light = light.transpose(1, 0, 2) * (frame.width / rays)
    pixel = frame.height / 1067
    return blur(light, 3.0 * pixel, 2.4 * pixel) + 0.40 * blur(light, 40 * pixel, 50 * pixel)


def aurora(frame):
    """Northern lights above a fjord, and in it."""
    rng, noise = frame.rng(), Noise(frame.seed)
    _, y = frame.grid()
    shore = 0.76
    sky = to_linear(ramp(y / shore, ['#040818', '#071429', '#0b2238', '#164052']))
    light = sky + starlight(frame, 900, rng, 0.35)
    curtains = [((1.75, 0.70, 0.16), (-0.25, 0.34, 0.62), 0.95),
                ((-0.1, 0.71, 0.10), (1.8, 0.50, 0.36), 0.55)]
    light += _aurora_light(frame, curtains, ['#7dffb0', '#35e6a0', '#2aa6b4', '#5a5fd0', '#a83fa8'])
    painting = filmic(light * 1.45)
    for layer, colour in enumerate(['#10283a', '#081826']):
        base = shore - 0.01 + 0.016 * layer
        line = ridge_line(frame, noise, layer + 1, base, 0.17 - 0.06 * layer, 1.7 + layer, 8)
        painting = over(painting, rgb(colour), below(line, y, frame))
    painting = water_over(frame, painting, shore, noise, '#04101c', 0.40, choppy=0.07, waves=2.6)
    return grain(painting, 1.2, rng)


def milky_way(frame):
    """The Milky Way over a dark ridge, with the last glow of a village."""
    rng, noise = frame.rng(), Noise(frame.seed)
    x, y = frame.full_grid()
    turn = 1.08
    along = (x - frame.aspect / 2) * np.cos(turn) + (y - 0.45) * np.sin(turn)
    across = -(x - frame.aspect / 2) * np.sin(turn) + (y - 0.45) * np.cos(turn)
    across = across + 0.05 * noise.fractal(x * 2.2, y * 2.2, 3)
    band = np.exp(-(across / (0.105 + 0.06 * along)) ** 2)
    clouds = np.clip(0.50 + 1.15 * noise.fractal(x * 4, y * 4, 7, 0.58), 0.04, 2)
    torn = across + 0.045 * noise.fractal(x * 6 + 2, y * 6, 6, 0.6)
    lane = np.exp(-((torn - 0.012) / 0.038) ** 2)
    dust = smoothstep(0.05, 0.75, 0.8 * noise.fractal(x * 4.2 + 5, y * 4.2, 7, 0.6) + 0.70 * lane - 0.05)
    glow = band ** 1.2 * clouds * (1 - 0.82 * dust * band ** 0.5)
    core = np.exp(-((along - 0.16) / 0.25) ** 2)
    tint = ramp(0.25 + 0.5 * core + 0.2 * clouds - 0.25 * dust, ['#4a63c8', '#a06ec0', '#ff9f7a', '#ffe0a8'])
    light = to_linear(ramp(y, [(0, '#04071a'), (0.5, '#0a1233'), (0.76, '#1f2a5c'), (0.9, '#7a4a6a'),
                               (1, '#e08a5a')]))
    light += to_linear(tint) * (glow * (0.30 + 0.62 * core))[..., None]
    light += starlight(frame, 4200, rng, 0.8, np.clip(0.22 + band * (1 - dust * 0.8), 0, 1))
    painting = filmic(light * 1.5)
    for layer, colour in enumerate(['#22213c', '#0c0d1c']):
        line = ridge_line(frame, noise, layer + 1, 0.925 + 0.05 * layer, 0.085, 2.4 + layer, 7)
        painting = over(painting, rgb(colour), below(line, y, frame))
    ink = Ink(frame)
    forest(ink, frame, line, rng, colour, 0.012, 0.012, 0.055)
    return grain(ink.over(painting), 1.4, rng)


def star_trails(frame):
    """An hour of stars around the pole, above a wood."""
    rng, noise = frame.rng(), Noise(frame.seed)
    x, y = frame.grid()
    pole = (frame.aspect * 0.62, 0.60)
    painting = np.repeat(ramp(y, [(0, '#0a1030'), (0.45, '#15285a'), (0.75, '#2f5a86'), (0.92, '#8aa5a0'),
                                  (1, '#e0b98a')]), frame.width, axis=1)
    ink = Ink(frame, 2)
    for _ in range(480):
        radius = 1.35 * np.sqrt(rng.uniform(0.0004, 1))
        start = rng.uniform(0, TAU)
        bright = min(0.30 + 0.05 / rng.uniform(0.04, 1), 1.0)
        tone = ramp(np.clip(rng.normal(0.45, 0.3), 0, 1), ['#9fbcff', '#e9f0ff', '#fff3dd', '#ffc890'])
        ink.arc(*pole, radius, 0.0011 + 0.0013 * bright * rng.random(), start, start + 0.62,
                tone * bright + rgb('#15285a') * (1 - bright))
    trails = ink.over(np.zeros_like(painting)) * smoothstep(1.0, 0.62, y)[..., None]
    painting = 1 - (1 - painting) * (1 - trails)
    for layer, colour in enumerate(['#1a3550', '#081320']):
        line = ridge_line(frame, noise, layer + 4, 0.90 + 0.07 * layer, 0.06, 1.6, 6)
        painting = over(painting, rgb(colour), below(line, y, frame))
        ink = Ink(frame)
        forest(ink, frame, line, rng, colour, 0.010 + 0.012 * layer, 0.02 + 0.02 * layer, 0.07 + 0.16 * layer)
        painting = ink.over(painting)
    return grain(painting, 1.0, rng)
