"""Space: an eclipse, sunrise from orbit, a giant with rings."""

import numpy as np

from .colour import filmic, ramp, rgb, to_linear
from .noise import Noise, cloud
from .raster import blur, grain, mix, over, shrink, smoothstep
from .skies import starlight


def _lit(colour, amount):
    """Light of a colour, with a strength for each pixel."""
    return to_linear(rgb(colour)) * amount[..., None].astype(np.float32)


def eclipse(frame, moon=0.165):
    """The corona of a total eclipse, with the last bead of sunlight; `moon` is the radius of its disc."""
    rng, noise = frame.rng(), Noise(frame.seed)
    x, y = frame.full_grid()
    dx, dy = x - frame.aspect / 2, y - 0.5
    radius, angle = np.hypot(dx, dy), np.arctan2(dy, dx)
    out, cos, sin = np.maximum(radius / moon, 1), np.cos(angle), np.sin(angle)
    streamers = np.zeros_like(radius)
    for k, (features, power) in enumerate(((1.6, 0.9), (3.6, 0.8), (8, 0.5), (17, 0.35))):
        outwards = 0.28 * np.log(out) * (1 + k)
        streamers += power * noise.fractal(cos * features + k * 9, sin * features + outwards, 3)
    reach = 1.0 + 0.36 * np.cos(2 * angle - 0.55) + 0.14 * np.cos(3 * angle + 1)
    corona = np.clip(0.85 + 0.6 * streamers, 0.05, 3) * out ** (-3.3 / np.clip(reach, 0.5, 2)) * reach
    corona = corona * np.exp(-(radius / 0.66) ** 3) * 0.85
    image = to_linear(ramp((out - 1) / 2.2, ['#fff3dc', '#f0ecff', '#8fb4ff', '#3f78f0'])) * corona[..., None]
    fire = smoothstep(0.16, 0.45, noise.fractal(cos * 3.2 + 20, sin * 3.2, 3))
    image += _lit('#ff3f66', fire * np.exp(-((radius - moon) / 0.006) ** 2) * 4.0)
    image += _lit('#fff8f2', np.exp(-((radius - moon) / 0.0035) ** 2) * 1.2)
    image *= np.clip((radius - moon) * frame.height / 1.5 + 0.5, 0, 1)[..., None]
    bead = np.hypot(dx - moon * 0.80, dy + moon * 0.60)
    image += _lit('#fffaf2', np.exp(-bead / 0.010) * 5 + np.exp(-bead / 0.05) * 0.35)
    image += starlight(frame, 260, rng, 0.5) * smoothstep(0.22, 0.5, radius)[..., None]
    image += to_linear(ramp(radius, ['#142a52', '#0a1533', '#040817']))
    return grain(filmic(image * 1.3), 1.5, rng)


def blue_limb(frame, sun_x=1.93):
    """Sunrise seen from orbit: a thin bright line between night and space."""
    rng, noise = frame.rng(), Noise(frame.seed)
    x, y = frame.full_grid()
    centre, radius = (1.5, 3.02), 2.55
    height = np.hypot(x - centre[0], y - centre[1]) - radius
    toward = np.exp(-((x - sun_x) / 0.75) ** 2)
    up, outside = np.maximum(height, 0), np.clip(height * frame.height / 1.5 + 0.5, 0, 1)[..., None]
    air = _lit('#3f8cff', np.exp(-up / 0.075) * (0.10 + 0.75 * toward))
    air += _lit('#a9d8ff', np.exp(-up / 0.020) * (0.12 + 1.2 * toward))
    air += _lit('#ffb066', np.exp(-up / 0.0085) * (0.05 + 2.0 * toward ** 2))
    air += starlight(frame, 700, rng, 0.7) * (1 - 0.9 * np.exp(-up / 0.12))[..., None]
    ground = _night_side(x, y, np.maximum(-height, 0), toward, np.exp(-((x - sun_x) / 0.22) ** 2), noise)
    sun_y = centre[1] - np.sqrt(radius ** 2 - (sun_x - centre[0]) ** 2) - 0.004
    away = np.hypot(x - sun_x, y - sun_y)
    flare = _lit('#fff7ea', np.exp(-away / 0.012) * 9 + np.exp(-away / 0.055) * 0.9)
    flare += _lit('#84c0ff', np.exp(-away / 0.30) * 0.10)
    return grain(filmic((mix(ground, air, outside) + flare) * 1.2), 1.5, rng)


def _night_side(x, y, depth, toward, near, noise):
    """The ground below the limb: clouds in the first light, and towns; `near` is 1 under the sun."""
    bent = noise.fractal(x * 3 + 2, (y + depth * 2.5) * 9, 6)
    cover = smoothstep(0.0, 0.7, noise.fractal(x * 5 + bent, (y + depth) * 14 + bent, 5) + 0.5 * bent)
    light = _lit('#071326', np.ones_like(x))
    light += _lit('#3d5f9a', cover * np.exp(-depth / 0.26) * (0.10 + 1.0 * toward))
    light += _lit('#ff9f6a', cover * np.exp(-depth / 0.045) * near * 0.9)
    light += _lit('#6fb2ff', np.exp(-depth / 0.018) * (0.10 + 0.8 * toward))
    land = smoothstep(0.05, 0.35, noise.fractal(x * 2.1 + 11, y * 4 + 3, 5)) * smoothstep(0.06, 0.2, depth)
    towns = smoothstep(0.38, 0.75, noise.fractal(x * 30, y * 46, 4)) * land
    return light + _lit('#ffb45e', towns * (1 - cover) * 0.55 * (1 - 0.8 * toward))


_SUN = np.array([-0.72, -0.42, 0.55])                        # its direction: left, above, before the picture


def _sphere(u, v, pixel):
    """Depth (0 at the rim, 1 in the middle) and coverage of the unit disc; `pixel` is the size of a pixel."""
    return np.sqrt(np.clip(1 - u * u - v * v, 0, 1)), np.clip((1 - np.hypot(u, v)) / pixel + 0.5, 0, 1)


def ringed_giant(frame):
    """A banded planet with rings and two moons."""
    rng, noise, zoom = frame.rng(), Noise(frame.seed), 2
    pixel = frame.px / zoom
    x, y = frame.full_grid(zoom)
    radius, tilt = 0.30, -0.34
    dx, dy = (x - frame.aspect * 0.46) / radius, (y - 0.53) / radius
    u, v = dx * np.cos(tilt) + dy * np.sin(tilt), dy * np.cos(tilt) - dx * np.sin(tilt)
    disc_depth, disc = _sphere(u, v, pixel / radius)
    nebula = 0.5 + 0.5 * cloud(frame, 1.6, rng, 5)
    sky = to_linear(ramp(nebula, ['#04060d', '#060b18', '#0d1a2c', '#153044', '#24505c']))
    sky = sky + starlight(frame, 1500, rng, 0.9)
    image = np.repeat(np.repeat(sky, zoom, 0), zoom, 1)
    image = over(image, _giant(dx, dy, u, v, disc_depth, noise), disc)
    density, rings = _rings(u, v / 0.26, noise)
    image = over(image, to_linear(rings), np.where((v > 0) | (disc < 0.5), density, 0) * 0.94)
    for moon_x, moon_y, size, colour in ((1.32, 0.22, 0.026, '#d8cfc4'), (0.20, 0.83, 0.014, '#c49a7c')):
        a, b = (x - moon_x) / size, (y - moon_y) / size
        depth, face = _sphere(a, b, pixel / size)
        day = smoothstep(-0.05, 0.8, a * _SUN[0] + b * _SUN[1] + depth * _SUN[2])
        image = over(image, _lit(colour, day), face)
    image = shrink(image, zoom)
    return grain(filmic((image + 0.10 * blur(image, 18 * frame.height / 1067)) * 1.45), 1.4, rng)


def _giant(dx, dy, u, v, depth, noise):
    """The light of the planet: bands along its latitudes, storms, day and night, the rings' shadow."""
    latitude, longitude = v * 0.97 - depth * 0.24, np.arctan2(u, depth + 0.25 * v)
    storms = 0.035 * noise.fractal(longitude * 1.6, latitude * 7, 5)
    storms = storms + 0.012 * noise.fractal(longitude * 6, latitude * 24, 4)
    bands = noise.fractal(np.full_like(v, 3.3), (latitude + storms) * 5.5, 5, 0.62)
    body = ramp(0.5 + 0.75 * bands, ['#6b3f35', '#b06a48', '#e0a36c', '#f2d3a2', '#d9b08a', '#f6e6cc'])
    day = smoothstep(-0.08, 0.75, dx * _SUN[0] + dy * _SUN[1] + depth * _SUN[2])
    shadow = np.exp(-((np.hypot(u + 0.10, (v + 0.16) / 0.26) - 1.78) / 0.40) ** 4)
    shadow = shadow * smoothstep(-0.35, -0.15, v)
    light = to_linear(body) * (1.15 * day * (1 - 0.62 * shadow))[..., None].astype(np.float32)
    return light + _lit('#e8a06a', (1 - depth) ** 3 * day * 0.30)


def _rings(u, v, noise):
    """How dense the rings are and their colours; u and v lie in their plane, the planet's radius is 1."""
    radius = np.hypot(u, v)
    grooves = noise.fractal(radius * 26, np.full_like(u, 0.5), 4) * 0.5 + 0.5
    gap = 1 - 0.92 * np.exp(-((radius - 1.93) / 0.030) ** 2)
    density = smoothstep(1.30, 1.36, radius) * smoothstep(2.30, 2.24, radius) * (0.30 + 0.75 * grooves)
    density = density * gap * (0.55 + 0.45 * smoothstep(1.36, 1.60, radius))
    colours = ramp(grooves + 0.15 * (radius - 1.8), ['#8a6d5a', '#d9bf9c', '#f5e7cd'])
    # The planet's shadow: a strip that leads away from the sun.
    away_u, away_v = 0.80, -0.60
    shaded = smoothstep(1.02, 0.94, np.abs(u * away_v - v * away_u))
    shaded = shaded * smoothstep(-0.3, 0.0, u * away_u + v * away_v)
    return density, colours * (0.96 - 0.86 * shaded)[..., None].astype(np.float32)
