"""Patterns that fill the plane: star tiles, a weave, leaded glass, blocks."""

import numpy as np

from .colour import blend, ramp, rgb, shade
from .noise import Noise, cloud
from .raster import TAU, blur, grain, over, shrink, smoothstep
from .vector import Ink


def _star(corners, contact):
    """Hankin's construction: rays from the middles of a polygon's edges meet in a star."""
    count = len(corners)
    middles = (corners + np.roll(corners, -1, axis=0)) / 2
    edges = np.roll(corners, -1, axis=0) - corners
    heading = np.arctan2(edges[:, 1], edges[:, 0])
    points = []
    for k in range(count):
        a, b = middles[k], middles[(k + 1) % count]
        one, two = heading[k] + contact, heading[(k + 1) % count] + np.pi - contact
        da, db = np.array([np.cos(one), np.sin(one)]), np.array([np.cos(two), np.sin(two)])
        points += [a, a + da * np.linalg.solve(np.array([da, -db]).T, b - a)[0]]
    return np.array(points)


def _regular(sides, x, y, edge, first):
    """A regular polygon with the middle of an edge at angle `first`."""
    angle = first + np.arange(sides) * TAU / sides + np.pi / sides
    reach = edge / 2 / np.sin(np.pi / sides)
    return np.array([x, y]) + reach * np.stack([np.cos(angle), np.sin(angle)], -1)


def zellige(frame, deep, turquoise, ochre, rust, white='#f7f0df', ground='#f1e6cf', edge=0.062,
            contact=np.radians(62)):
    """Star tiles on the tiling of dodecagons, hexagons and squares."""
    ink, outlines = Ink(frame), []
    step = edge * (3 + np.sqrt(3))                                   # from dodecagon to dodecagon

    def tile(sides, x, y, first, fill, hearts=()):
        points = _star(_regular(sides, x, y, edge, first), contact)
        ink.polygon(points, fill)
        for share, colour in hearts:
            ink.polygon((points - (x, y)) * share + (x, y), colour)
        outlines.append(np.vstack([points, points[:1]]))

    for i in range(-9, 10):
        for j in range(-9, 10):
            x, y = frame.aspect / 2 + step * (i + j / 2), 0.5 + step * j * np.sqrt(3) / 2
            if not (-0.3 < x < frame.aspect + 0.3 and -0.3 < y < 1.3):
                continue
            if (i - j) % 3:
                tile(12, x, y, 0, deep, [(0.66, ochre), (0.54, white), (0.30, turquoise)])
            else:
                tile(12, x, y, 0, rust, [(0.66, white), (0.54, deep), (0.30, turquoise)])
            for turn in np.arange(3) * TAU / 6:
                tile(4, x + step / 2 * np.cos(turn), y + step / 2 * np.sin(turn), turn, ochre)
            for turn in TAU / 12 + np.arange(2) * TAU / 6:
                reach = step / np.sqrt(3)
                tile(6, x + reach * np.cos(turn), y + reach * np.sin(turn), TAU / 12, turquoise,
                     [(0.5, white), (0.30, deep)])
    for points in outlines:
        for a, b in zip(points[:-1], points[1:]):
            ink.stroke([a, b], edge * 0.085, white)
    rng = frame.rng()
    glaze = 0.035 * cloud(frame, 22, rng, 4) + 0.02 * cloud(frame, 3, rng, 3)
    return np.clip(ink.over(frame.blank(rgb(ground))) * (1 + glaze)[..., None], 0, 1)


_TWILL = np.array([[0, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 1], [0, 0, 1, 1]])       # 1: the warp is on top


def woven(frame, warp, weft, threads=13, half=0.44):
    """Bands over and under each other, two by two, with the light on their curves."""
    noise = Noise(frame.seed)
    x, y = frame.full_grid(2)
    u, v = x * threads, y * threads
    column, row = np.floor(u).astype(int), np.floor(v).astype(int)
    upright = _TWILL[row % 4, column % 4] == 1
    warp_colours = np.array([rgb(c) for c in warp])[column % len(warp)]
    weft_colours = np.array([rgb(c) for c in weft])[row % len(weft)]
    across = np.where(upright, u - column, v - row) - 0.5
    along = np.where(upright, v - row, u - column) - 0.5
    ahead = np.where(upright, _TWILL[(row + 1) % 4, column % 4], 1 - _TWILL[row % 4, (column + 1) % 4]) == 1
    behind = np.where(upright, _TWILL[(row - 1) % 4, column % 4], 1 - _TWILL[row % 4, (column - 1) % 4]) == 1
    dive = np.where(along > 0, ~ahead, ~behind) * smoothstep(0.18, 0.5, np.abs(along))
    fibre = np.where(upright, noise.fractal(u * 9, v * 1.2, 3), noise.fractal(u * 1.2 + 50, v * 9, 3))
    light = 1.04 - 0.20 * (across / half) ** 2 - 0.40 * dive + 0.06 * fibre - 0.08 * across
    band = np.where(upright[..., None], warp_colours, weft_colours) * light[..., None]
    under = np.where(upright[..., None], weft_colours, warp_colours) * 0.42
    painting = np.where((np.abs(across) > half)[..., None], under, band)
    return np.clip(shrink(painting.astype(np.float32), 2), 0, 1)


def _relaxed_points(frame, count, rng, rounds, margin=0.08):
    """Points that keep apart from each other: each moves to the middle of its cell, again and again."""
    low, high = (-margin, -margin), (frame.aspect + margin, 1 + margin)
    points, probe = rng.uniform(low, high, (count, 2)), rng.uniform(low, high, (30000, 2))
    for _ in range(rounds):
        nearest = ((probe[:, None, :] - points[None]) ** 2).sum(-1).argmin(1)
        owned = np.bincount(nearest, minlength=count)[:, None]
        total = np.stack([np.bincount(nearest, probe[:, k], count) for k in (0, 1)], -1)
        points = np.where(owned > 0, total / np.maximum(owned, 1), points)
    return points


def _nearest(x, y, points):
    """The nearest of `points` to each pixel, and how far the border to the second nearest is."""
    first, second = np.full(x.shape, 9e9, np.float32), np.full(x.shape, 9e9, np.float32)
    one, two = np.zeros(x.shape, np.int16), np.zeros(x.shape, np.int16)
    for k, (px, py) in enumerate(points):
        distance = (x - px) ** 2 + (y - py) ** 2
        closer, next_best = distance < first, distance < second
        two = np.where(closer, one, np.where(next_best, k, two)).astype(np.int16)
        second = np.where(closer, first, np.where(next_best, distance, second))
        one = np.where(closer, k, one).astype(np.int16)
        first = np.where(closer, distance, first)
    apart = np.hypot(*(points[one] - points[two]).transpose(2, 0, 1))
    return one, (second - first) / np.maximum(2 * apart, 1e-6)


def _glass_colour(x, y, away, odd, rng):
    """What a piece of the window shows, by its place: the sun and its rings, sky, hills, water."""
    if away < 0.14:
        return ramp(away / 0.14, ['#fff3b8', '#ffc93c'])
    for reach, *pair in ((0.20, '#ffbe3d', '#ff9f1c'), (0.275, '#f3722c', '#e4572e'),
                         (0.36, '#c8446a', '#a8326e')):
        if away < reach:
            return rgb(pair[odd])
    if y < 0.66 + 0.035 * np.sin(x * 8 + 0.6):
        return ramp(y / 0.66 + rng.uniform(-0.12, 0.12), ['#123a7a', '#2566b0', '#4fa3c7', '#8fd0c9'])
    if y < 0.80 + 0.05 * np.sin(x * 6 + 3.5):
        return ramp(rng.random(), ['#1f7a4d', '#58a83f', '#a3c644'])
    return ramp(rng.random(), ['#0d3b66', '#14647a', '#1f9aa0', '#5fc7b8'])


def stained_glass(frame, count=260):
    """A window: a sun over hills and water, in leaded glass."""
    rng, noise = frame.rng(), Noise(frame.seed)
    x, y = frame.full_grid()
    sun, points = np.array([frame.aspect / 2, 0.36]), [(frame.aspect / 2, 0.36)]
    for radius, pieces, turn in ((0.085, 9, 0), (0.175, 22, 0), (0.235, 22, 0.14), (0.32, 22, 0)):
        angle = np.arange(pieces) * TAU / pieces + turn
        points += list(sun + radius * np.stack([np.cos(angle), np.sin(angle)], -1))
    points += [p for p in _relaxed_points(frame, count, rng, 4) if np.hypot(*(p - sun)) > 0.385]
    points = np.array(points, np.float32)
    colours = np.array([_glass_colour(*p, np.hypot(*(p - sun)), k % 2, rng) for k, p in enumerate(points)])

    piece, border = _nearest(x, y, points)
    turn = rng.uniform(0, TAU, len(points)).astype(np.float32)[piece]    # each piece was drawn its own way
    u, v = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    light = 1.0 + 0.13 * noise.fractal(u * 10, v * 34, 3) + 0.10 * cloud(frame, 3, rng, 3)
    light = light - 0.30 * np.exp(-border / 0.010)
    glass = np.clip(colours[piece] * light[..., None], 0, 1) ** 0.92
    lead = (0.10 + 0.16 * smoothstep(0.0036, 0.0, border))[..., None] * np.float32([0.9, 0.92, 1.0])
    painting = over(glass, lead, np.clip((0.0036 - border) * frame.height + 0.5, 0, 1))
    return np.clip(painting + 0.16 * blur(painting ** 2, 14 * frame.height / 1600), 0, 1)


_LEVELS = [(0, '#3f8fa6'), (1, '#ecd9a4'), (2, '#9dbb63'), (4, '#6c9a52'), (6, '#467a4c'), (8, '#8d8374'),
           (10, '#b3aaa0'), (13, '#f7f5f0')]


def _island_heights(count, noise):
    """Whole heights of an island with one mountain; 0 is the sea."""
    across, along = np.meshgrid(np.arange(count), np.arange(count))
    middle = (count - 1) / 2
    away = np.hypot(across - middle, along - middle) / middle
    height = 7.0 * (1 - away ** 1.6) + 5.5 * noise.fractal(across * 0.115 + 3, along * 0.115, 4)
    peak = np.exp(-((across - middle - 2) ** 2 + (along - middle + 3) ** 2) / 26) * 11
    return np.round(np.maximum(height + peak, 0)).astype(int)


def blocks(frame, count=30, half=0.0255):
    """An island of little blocks, seen from above a corner; `half` is half the width of one."""
    rng, noise = frame.rng(), Noise(frame.seed)
    sky = np.repeat(ramp(frame.grid()[1], ['#f4e3cf', '#efc9ae', '#e2a893']), frame.width, axis=1)
    ink, heights = Ink(frame), _island_heights(count, noise)
    for i, j in sorted(np.ndindex(count, count), key=sum):                       # from the back to the front
        level = heights[j, i]
        colour = [c for lowest, c in _LEVELS if level >= lowest][-1]
        if level == 0:
            colour = blend(colour, '#6fb7bd', 0.5 + float(noise(np.float32(i * 0.4), np.float32(j * 0.4))))
        left = heights[j + 1, i] if j + 1 < count else -1.6
        right = heights[j, i + 1] if i + 1 < count else -1.6
        x, y = frame.aspect / 2 + (i - j) * half, 0.150 + (i + j) * half / 2
        _block(ink, x, y, half, level, left, right, shade(colour, rng.uniform(-0.05, 0.06)))
        if 2 <= level <= 6 and rng.random() < 0.28:
            _fir(ink, x, y + half / 2 - level * half * 0.53, half, rng)
    return grain(ink.over(sky), 1.0, rng)


def _block(ink, x, y, half, level, left, right, colour):
    """One block, up to `level`: its top, and the sides that its lower neighbours leave open."""
    rise, quarter = half * 0.53, half / 2
    top = y - level * rise + (0.4 * rise if level == 0 else 0)                   # the sea lies a little lower
    for neighbour, side, dark in ((left, -1, -0.20), (right, 1, -0.42)):
        if neighbour < level:
            foot = top + quarter + (level - neighbour) * rise
            ink.polygon([(x, top + 2 * quarter), (x + side * half, top + quarter), (x + side * half, foot),
                         (x, foot + quarter)], shade(colour, dark))
    ink.polygon(np.array([(0, 0), (half, quarter), (0, 2 * quarter), (-half, quarter)]) + (x, top), colour)


def _fir(ink, x, y, half, rng):
    """A tree of three cones, folded from paper."""
    for k in range(3):
        width, foot = half * (0.55 - 0.14 * k), y - half * (0.25 + 0.42 * k)
        green = shade('#2f6b4a', 0.08 * k + rng.uniform(-0.06, 0.06))
        for side, tone in ((-1, 0.10), (1, -0.18)):
            face = np.array([(side, 0.35), (0, 0.7), (0, -1.3)]) * width + (x, foot)
            ink.polygon(face, shade(green, tone))
