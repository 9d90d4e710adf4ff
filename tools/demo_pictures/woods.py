"""Woods: spruces in fog, birches in autumn, a cabin among snowy firs."""

import numpy as np

from .colour import blend, ramp, rgb, shade
from .mountains import birds, forest, ridge_line, sky_with_sun
from .noise import Noise, cloud
from .raster import below, blur, grain, mix, over, smoothstep
from .vector import Ink, ellipse, rectangle


def spruces_in_fog(frame, colours, fog, rows=7):
    """A slope of spruces that the fog takes away, row by row."""
    rng, noise = frame.rng(), Noise(frame.seed)
    x, y = frame.grid()
    painting = sky_with_sun(frame, fog, (frame.aspect * 0.68, 0.22), '#fff6e0', 0.5, 0.75)
    fog_colours = [colour for _, colour in fog]
    for row in range(rows):
        t = row / (rows - 1)
        base = mix(0.40, 1.04, t ** 1.1)
        slope = 0.16 * (x[0] / frame.aspect - 0.5) * (1 if row % 2 else -1) * (1 - 0.4 * t)
        line = base + slope + 0.05 * noise.fractal(x[0] * 2.2 + row * 5, np.float32(row * 3.3), 3)
        colour, ink = ramp(t, colours), Ink(frame)
        forest(ink, frame, line, rng, colour, mix(0.011, 0.055, t ** 1.3), mix(0.025, 0.20, t),
               mix(0.085, 0.52, t ** 1.2))
        painting = over(painting, colour, np.maximum(ink.mask(), below(line, y, frame)))
        drift = 0.55 * cloud(frame, 2.2, rng, 4) + 0.45 * noise.fractal(x * 2 + row, y * 7, 3)
        veil = smoothstep(-0.15, 0.20, (y - base) + 0.06 * drift + 0.05)
        painting = over(painting, ramp(0.35 + 0.4 * t, fog_colours), veil * mix(0.92, 0.25, t))
    ink = Ink(frame)
    birds(ink, frame.aspect * 0.33, 0.15, 0.009, 6, rng, blend(colours[-1], fog_colours[0], 0.35))
    return grain(np.clip(ink.over(painting), 0, 1), 1.2, rng)


def birch_wood(frame, ground_at=0.40):
    """Birches in October: white stems, a floor of fallen leaves."""
    rng, noise = frame.rng(), Noise(frame.seed)
    x, y = frame.full_grid()
    far = ramp(y / ground_at + 0.10 * noise.fractal(x * 8, y * 5, 4),
               ['#5f7f86', '#8fa48c', '#c9b872', '#e0a84a'])
    floor = ramp((y - ground_at) / 0.6 + 0.15 * noise.fractal(x * 5, y * 9, 4),
                 ['#c98a3a', '#b5642c', '#8f4425', '#5f2c22'])
    border = y + 0.02 * noise.fractal(x * 4, y * 3, 3)
    painting = over(far, floor, smoothstep(ground_at - 0.02, ground_at + 0.03, border))
    painting = _leaf_dabs(frame, painting, ground_at, rng)
    for nearness, place in sorted((rng.uniform(0, 1) ** 1.5, rng.uniform(-0.02, 1.02)) for _ in range(46)):
        _birch(frame, painting, nearness, place, mix(ground_at + 0.01, 0.985, nearness ** 1.1), noise)
    return np.clip(painting, 0, 1)


def _leaf_dabs(frame, painting, ground_at, rng):
    """Leaves as dabs of a brush: larger towards the viewer on the floor, small and light in the crowns."""
    ink = Ink(frame, 2)
    fallen = ['#e8a93c', '#d9772b', '#b84a24', '#f2cb63', '#7a3a24', '#8a8f4a', '#c25a2e']
    hanging = ['#d9b04a', '#b8a24a', '#8f9a58', '#e8c860', '#7f9478', '#c98a3a']
    for _ in range(9000):
        t = np.sqrt(rng.random())
        size = mix(0.0022, 0.0085, t)
        leaf = ellipse(rng.uniform(0, frame.aspect), ground_at + 0.60 * t, size * 1.5, size * 0.7,
                       rng.normal(0, 0.4), 10)
        ink.polygon(leaf, shade(rng.choice(fallen), rng.uniform(-0.25, 0.2) - 0.2 * t))
    for _ in range(5200):
        size = rng.uniform(0.002, 0.0055)
        leaf = ellipse(rng.uniform(0, frame.aspect), ground_at * rng.random() ** 1.4 * 1.02, size * 1.3, size,
                       rng.uniform(0, 3), 9)
        ink.polygon(leaf, shade(rng.choice(hanging), rng.uniform(-0.25, 0.15)))
    return ink.over(painting)


def _birch(frame, painting, nearness, place, foot, noise):
    """Paints one trunk into `painting`, in place: only the columns that it can touch."""
    width, middle = mix(0.0055, 0.060, nearness ** 1.25), place * frame.aspect
    reach = 2.2 * width + 0.03
    left, right = np.clip((middle + reach * np.array([-1, 1])) * frame.height, 0, frame.width).astype(int)
    columns = slice(left, right)
    if left == right:
        return
    x, y = frame.grid()
    x = x[:, columns]
    curve = middle + 0.012 * np.sin(y * 3 + place * 40) + (0.5 - place) * 0.02 * y \
        + width * 0.4 * noise.fractal(y * 3 + place * 90, np.float32(place * 7), 2)
    half = width / 2 * (0.80 + 0.24 * y / foot) * (1 + 0.35 * np.exp(-np.abs(foot - y) / (width * 0.6)))
    u = (x - curve) / half
    bed = foot - 0.30 * width * np.abs(noise.fractal(x * 90, np.float32(place * 9), 2)) - 0.12 * width * u * u
    cover = np.clip((1 - np.abs(u)) * half * frame.height + 0.5, 0, 1) * below(-bed, -y, frame)
    bark = ramp(0.96 - 0.30 * smoothstep(-0.2, 1.0, u) - 0.10 * smoothstep(-0.4, -1.0, u),
                ['#3c3a48', '#8a8794', '#d9d3ca', '#faf4e8'])
    marks = noise.fractal(u * 0.8 + place * 50, y * mix(160, 34, nearness) + place * 33, 3)
    knots = noise.fractal(u * 0.5 + place * 20, y * mix(30, 8, nearness) + place * 11, 2)
    bark = over(bark, rgb('#2b2730'), 0.85 * smoothstep(0.36, 0.52, marks))
    bark = over(bark, rgb('#221e26'), 0.92 * smoothstep(0.50, 0.60, knots))
    bark = over(bark, rgb('#5a4034'), 0.75 * smoothstep(1.2 * width + 0.02, 0.0, foot - y) * np.ones_like(u))
    bark = over(bark, rgb('#c9b58a'), np.full(u.shape, (1 - nearness) ** 2 * 0.55))
    shadow = np.exp(-np.abs(y - foot) / (0.012 + 0.02 * nearness))
    shadow = shadow * np.exp(-np.abs(x - middle - width) / (width * 1.6))
    painting[:, columns] = over(painting[:, columns] * (1 - 0.45 * shadow)[..., None], bark, cover)


def cabin_in_snow(frame, cabin=(0.86, 0.715)):
    """Blue dusk, snow falling, one lit cabin among the firs."""
    rng, noise = frame.rng(), Noise(frame.seed)
    x, y = frame.grid()
    painting = sky_with_sun(frame, [(0, '#26365f'), (0.3, '#4a5f8f'), (0.55, '#8f9dbd'), (0.7, '#c9c4d0'),
                                    (1, '#d9d0d6')])
    for layer, colours in enumerate((('#8492b5', '#b0b6cc'), ('#64759f', '#97a3c2'), ('#475a88', '#7f8fb5'))):
        painting = _snowy_range(frame, painting, layer, *colours, noise, rng)
    drifts = noise.fractal(x * 1.6, y * 6, 4)
    snow = ramp(0.55 + 0.30 * drifts - 0.5 * (y - 0.7), ['#6f80b0', '#a3b0d2', '#d9dfee', '#f4f4f8'])
    away = np.hypot((x - cabin[0]) * 0.8, (y - cabin[1] - 0.03) * 1.9)
    snow = over(snow, rgb('#ffc77a'), 0.75 * np.exp(-(away / 0.15) ** 1.2))
    edge = 0.655 + 0.030 * noise.fractal(x[0] * 1.4, np.float32(2.2), 3)
    painting = over(painting, snow, below(edge, y, frame))
    ink = Ink(frame)
    for count, clear, tall, foot, colour in ((11, 0.20, 0.22, 0.70, '#3d5284'),
                                             (8, 0.30, 0.34, 0.77, '#2a3d6a'),
                                             (6, 0.46, 0.55, 0.90, '#1b2b50')):
        for k in range(count):
            place = cabin[0] + (-1 if k % 2 else 1) * rng.uniform(clear, 0.92)
            at = foot + rng.uniform(-0.02, 0.03)
            _snowy_fir(ink, place, at, tall * rng.uniform(0.75, 1.1), rng, colour)
    painting = _cabin(frame, ink.over(painting), *cabin, 0.155)
    return grain(over(painting, rgb('#f6f7fc'), _snowfall(frame, rng)), 1.0, rng)


def _snowy_range(frame, painting, layer, colour, mist, noise, rng):
    """One range behind the cabin: snow on its lit side, mist and a wood at its foot."""
    x, y = frame.grid()
    pixel = frame.height / 1067
    line = ridge_line(frame, noise, layer + 3, 0.50 + 0.05 * layer, 0.20 - 0.04 * layer, 1.8 + 0.3 * layer, 7)
    deep = np.clip((y - blur(line[None, :], 0, 40 * pixel)) / 0.16, 0, 1)
    body = over(np.broadcast_to(rgb(colour), painting.shape), rgb(mist), deep * 0.8)
    facing = np.gradient(blur(line[None, :], 0, 9 * pixel), axis=1) * frame.height
    patches = smoothstep(0.0, 0.3, 0.55 * facing + noise.fractal(x * 13 - y * 6, y * 15, 5) + 0.1)
    body = over(body, rgb('#e6e9f2'), 0.62 * patches * smoothstep(0.12, 0.0, y - line))
    ink = Ink(frame)
    forest(ink, frame, np.full(frame.width, 0.585 + 0.035 * layer), rng, shade(colour, -0.18), 0.012, 0.02,
           0.075 + 0.02 * layer)
    return ink.over(over(painting, body, below(line, y, frame)))


def _snowfall(frame, rng):
    """Flakes at three distances, the near ones large and out of focus."""
    flakes = np.zeros((frame.height, frame.width), np.float32)
    for count, size, strength in ((900, 0.0016, 0.55), (260, 0.0030, 0.75), (60, 0.0062, 0.55)):
        ink = Ink(frame, 2)
        for _ in range(count):
            ink.disc(rng.uniform(0, frame.aspect), rng.uniform(0, 1), size * rng.uniform(0.6, 1.2), '#ffffff')
        flakes = np.maximum(flakes, blur(ink.mask(), size * 0.4 * frame.height) * strength)
    return flakes


def _snowy_fir(ink, x, foot, tall, rng, colour, tiers=8):
    """A fir with snow on its boughs."""
    ink.polygon(rectangle(x - tall * 0.018, foot - tall * 0.10, tall * 0.036, tall * 0.11),
                shade(colour, -0.3))
    for k in range(tiers, 0, -1):
        half = tall * 0.235 * (k / tiers) ** 0.9
        level = foot - tall * (1 - 0.93 * k / tiers)
        top = level - tall * 0.21

        def hem(spread, points, sag, rough):
            """The lower border of a tier, from right to left; `sag` is how far its middle hangs."""
            s = np.linspace(1, -1, points)
            drop = sag(s) + rng.uniform(-rough, rough, points)
            return np.stack([x + half * spread * s, level + tall * drop], -1)

        ink.polygon(np.vstack([[(x, top)], hem(1.0, 13, lambda s: 0.022 * (1 - s * s), 0.009)]),
                    shade(colour, 0.06 * (k % 2)))
        snow = hem(0.86, 11, lambda s: 0.085 * np.abs(s) - 0.101, 0.012)
        ink.polygon(np.vstack([[(x, top)], snow]), '#e9edf6')
        ink.polygon([(x, top + tall * 0.02), (x + half * 0.80, level - tall * 0.022),
                     (x + half * 0.25, level - tall * 0.085)], '#c3cce2')


def _cabin(frame, painting, x, foot, size):
    """A log cabin with warm windows and snow on the roof, drawn in units of `size` around its door."""
    ink = Ink(frame)

    def draw(points, colour):
        ink.polygon(np.array(points) * size + (x, foot), colour)

    def beam(a, b, width, colour):
        ink.stroke(np.array([a, b]) * size + (x, foot), width * size, colour, False)

    draw(rectangle(-0.52, -0.42, 1.04, 0.48), '#3b2a33')
    for level in np.linspace(-0.42, -0.03, 7):
        beam((-0.52, level), (0.52, level), 0.008, '#2b1e28')
    draw([(-0.52, -0.42), (0, -0.92), (0.52, -0.42)], '#47323a')
    for middle in (-0.27, 0.25):
        draw(rectangle(middle - 0.10, -0.33, 0.20, 0.19), '#ffd27a')
        draw(rectangle(middle - 0.084, -0.31, 0.168, 0.084), '#fff0b8')
        beam((middle, -0.33), (middle, -0.14), 0.013, '#3b2a33')
        beam((middle - 0.10, -0.23), (middle + 0.10, -0.23), 0.013, '#3b2a33')
    draw(rectangle(-0.065, -0.294, 0.13, 0.336), '#5f3a30')
    ink.disc(x, foot - 0.62 * size, 0.062 * size, '#ffd890')
    draw(rectangle(0.22, -1.00, 0.12, 0.34), '#4a3a44')
    draw(rectangle(0.205, -1.04, 0.15, 0.055), '#f2f4fa')
    draw([(-0.634, -0.33), (0, -0.92), (0.634, -0.33), (0.634, -0.43), (0, -1.08), (-0.634, -0.43)],
         '#eef1f8')
    draw([(-0.546, 0.085), (-0.52, 0.01), (-0.1, 0.035), (0.1, 0.035), (0.52, 0.0), (0.551, 0.085)],
         '#f6dcb8')
    return _smoke_and_light(frame, ink.over(painting), x, foot, size)


def _smoke_and_light(frame, painting, x, foot, size):
    """Smoke from the chimney of `_cabin`, and the glow of its windows."""
    px, py = frame.full_grid()
    up = np.maximum(foot - size - py, 0)
    path = x + size * 0.28 + 0.1 * np.sin((foot - py) * 14) * (foot - py) + up * 0.25
    puff = np.exp(-((px - path) / (0.008 + up * 0.11)) ** 2)
    puff = puff * smoothstep(-0.02, -0.15, (py - foot) / size + 1)
    wisps = np.clip(0.65 + 0.5 * Noise(frame.seed + 9).fractal(px * 12, py * 12, 3), 0, 1)
    puff = puff * smoothstep(0.18, 0.55, py) * wisps
    painting = over(painting, rgb('#d3d6e4'), 0.62 * puff)
    glow = sum(np.exp(-np.hypot(px - x - window * size, py - foot + 0.23 * size) / (size * 0.16))
               for window in (-0.27, 0.25))
    return over(painting, rgb('#ffcf86'), np.clip(glow * 0.42, 0, 0.6))
