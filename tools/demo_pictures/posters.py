"""Posters: circles and arcs, a sun over hills, mid-century leaves, squares with circles."""

import numpy as np

from .colour import rgb, shade
from .noise import Noise, streaks
from .raster import TAU, below, blur, grain, mix, over, shrink, smoothstep
from .vector import Ink, bezier, ellipse, lens, rectangle


def _paper(frame, colour, rng, amount=0.007):
    """A ground with the faint fibres of printing paper."""
    fibres = streaks(frame, 220, 160, rng) + 0.7 * streaks(frame, 60, 40, rng)
    return rgb(colour) + (fibres * amount)[..., None] * np.ones(3, np.float32)


def _pressed(painting, ink, rng, frame, amount=0.014):
    """Ink on paper, not quite even."""
    uneven = streaks(frame, 160, 160, rng) * 0.6 + streaks(frame, 25, 25, rng) * 0.4
    return np.clip(ink.over(painting) + (uneven * amount)[..., None], 0, 1)


def bauhaus(frame, colours, ground, columns=4, rows=6):
    """A grid of quarter circles, arcs, discs and bars, after the Bauhaus exercises of the 1920s."""
    rng = frame.rng()
    margin = 0.055
    side = min((frame.aspect - 2 * margin) / columns, (1 - 2 * margin) / rows)
    left, top = (frame.aspect - side * columns) / 2, (1 - side * rows) / 2
    ink = Ink(frame)
    grounds = {}
    for row, column in np.ndindex(rows, columns):
        taken = {grounds.get((row - 1, column)), grounds.get((row, column - 1))}
        back = rng.choice([c for c in colours if c not in taken])
        front, third = rng.choice([c for c in colours if c != back], 2, replace=False)
        grounds[row, column] = back
        _tile(ink, left + column * side, top + row * side, side, back, front, third, rng)
    return ink.over(frame.blank(rgb(ground)))


def _tile(ink, x, y, s, back, front, third, rng):
    """One square of `bauhaus`: one of nine motifs, in one of its turns."""
    kind, corner = int(rng.integers(9)), int(rng.integers(4))
    ink.polygon(rectangle(x, y, s, s), back)
    cx, cy = x + s * (corner in (1, 2)), y + s * (corner in (2, 3))
    start = corner * TAU / 4
    if kind == 0:
        ink.sector(cx, cy, s, start, start + TAU / 4, front)
        ink.sector(cx, cy, s * 0.5, start, start + TAU / 4, third)
    elif kind == 1:
        for k, colour in enumerate((front, back, third, back, front)):
            ink.sector(cx, cy, s * (1 - 0.2 * k), start, start + TAU / 4, colour)
    elif kind == 2:
        ink.disc(x + s / 2, y + s / 2, s * 0.38, front)
        ink.disc(x + s / 2, y + s / 2, s * 0.15, third)
    elif kind == 3:
        turn = int(rng.integers(4)) * TAU / 4
        ink.sector(x + s / 2, y + s / 2, s / 2, turn, turn + TAU / 2, front)
    elif kind == 4:
        points = [(x, y), (x + s, y), (x + s, y + s), (x, y + s)]
        points.pop(corner)
        ink.polygon(points, front)
    elif kind == 5:
        for k in range(4):
            if corner % 2:
                ink.polygon(rectangle(x + s * k / 4, y, s / 8, s), front)
            else:
                ink.polygon(rectangle(x, y + s * k / 4, s, s / 8), front)
    elif kind == 6:
        ink.sector(x, y, s, 0, TAU / 4, front)
        ink.sector(x + s, y + s, s, TAU / 2, 3 * TAU / 4, third)
        rim = s * np.stack([np.cos(np.linspace(0, TAU / 4, 40)), np.sin(np.linspace(0, TAU / 4, 40))], -1)
        ink.polygon(np.vstack([rim + (x, y), (x + s, y + s) - rim]), back)
    elif kind == 7:
        for k, m in np.ndindex(2, 2):
            dot = third if k == m else front
            ink.disc(x + s * (0.27 + 0.46 * k), y + s * (0.27 + 0.46 * m), s * 0.17, dot)
    else:
        ink.sector(cx, cy, s, start, start + TAU / 4, front)
        right, down = 1 if corner in (0, 3) else -1, 1 if corner in (0, 1) else -1
        ink.disc(cx + s * 0.36 * right, cy + s * 0.36 * down, s * 0.16, third)


def sun_discs(frame, ground, sun, hills, rays):
    """A sun and round hills cut from coloured paper."""
    rng = frame.rng()
    painting = _paper(frame, ground, rng)
    ink = Ink(frame)
    cx, cy, radius = frame.aspect * 0.56, 0.335, 0.185
    for k in range(36):
        angle = k * TAU / 36
        inner, outer = radius * 1.16, radius * (1.50 if k % 2 else 1.34)
        direction = np.array([np.cos(angle), np.sin(angle)])
        ink.stroke([(cx, cy) + direction * inner, (cx, cy) + direction * outer], 0.0062, rays)
    ink.disc(cx, cy, radius, sun)
    painting = _pressed(painting, ink, rng, frame)
    x, y = frame.grid()
    for middle, width, height, colour, pattern in hills:
        along = (x - middle * frame.aspect) / (width * frame.aspect)
        line = 1 - height * np.sqrt(np.clip(1 - along[0] ** 2, 0, 1))
        line = np.where(np.abs(along[0]) < 1, line, 1.02)
        cover, shadow = below(line, y, frame), below(line - 0.012, y, frame)
        painting = painting * (1 - 0.16 * blur(shadow, 7 * frame.height / 1600) * (1 - cover))[..., None]
        lighter, amount = _hill_pattern(frame, pattern, along, np.hypot(along, (1 - y) / height))
        body = over(np.broadcast_to(rgb(colour), painting.shape), shade(colour, lighter), amount)
        painting = over(painting, body, cover)
    return grain(np.clip(painting, 0, 1), 1.5, rng)


def _hill_pattern(frame, pattern, along, inside):
    """How much lighter the pattern of a hill is, and where; `inside` is 0 at its foot, 1 on its line."""
    x, y = frame.full_grid()
    if pattern == 'rings':
        stripe = np.abs(((1 - inside) * 9) % 1 - 0.5)
        return 0.28, smoothstep(0.16, 0.12, stripe) * (inside < 0.985)
    if pattern == 'dots':
        from_dot_x = ((x + 0.0125 * (np.floor(y / 0.0217) % 2)) % 0.025) - 0.0125
        return 0.35, np.clip((0.0042 - np.hypot(from_dot_x, y % 0.0217 - 0.01085)) * frame.height + 0.5, 0, 1)
    if pattern == 'rows':
        angle = np.arctan2(1.08 - y, along * 0.55 * frame.aspect)
        return -0.22, smoothstep(0.20, 0.16, np.abs((angle * 11) % 1 - 0.5))
    return 0.0, np.zeros_like(x)


def squares_with_circles(frame, palette, columns=6, rows=4):
    """Concentric circles in squares, each square a chord of its own; painted, not ruled."""
    rng, noise = frame.rng(), Noise(frame.seed)
    x, y = frame.full_grid(2)
    x, y = x + 0.006 * noise.fractal(x * 7, y * 7, 3), y + 0.006 * noise.fractal(x * 7 + 9, y * 7, 3)
    column = np.clip((x / frame.aspect * columns).astype(int), 0, columns - 1)
    row = np.clip((y * rows).astype(int), 0, rows - 1)
    cell_x = (x / frame.aspect * columns - column - 0.5) * (frame.aspect / columns * rows)
    cell_y = y * rows - row - 0.5
    which = row * columns + column
    count = columns * rows
    drift = rng.uniform(-0.05, 0.05, (2, count)).astype(np.float32)
    edges = np.sort(rng.uniform(0.08, 0.46, (count, 5)), axis=1).astype(np.float32)
    edges = 0.35 * edges + 0.65 * np.linspace(0.10, 0.455, 5, dtype=np.float32)
    chords = np.stack([rng.permutation(len(palette))[:6] for _ in range(count)])
    for k in range(count):                           # the last is the ground: never that of a neighbour
        taken = {chords[k - 1, 5] if k % columns else -1, chords[k - columns, 5] if k >= columns else -1}
        while chords[k, 5] in taken:
            chords[k] = rng.permutation(len(palette))[:6]
    distance = np.hypot(cell_x - drift[0][which], cell_y - drift[1][which])
    ring = np.zeros(x.shape, int)
    for k in range(5):
        ring += distance > edges[which, k] * (1 + 0.02 * np.sin(3 * np.arctan2(cell_y, cell_x) + which))
    colours = np.array([rgb(c) for c in palette])
    painting = colours[chords[which, ring]]
    wash = 0.08 * noise.fractal(x * 4, y * 4, 5) + 0.035 * noise.fractal(x * 40, y * 40, 3)
    painting = painting * (1 + wash + 0.05 * (distance * 2 - 0.5))[..., None]
    return np.clip(shrink(painting.astype(np.float32), 2), 0, 1)


def leaves(frame, ground, blots, palette, stems):
    """Mid-century leaves: two-tone blades on thin stems before large quiet shapes."""
    rng = frame.rng()
    painting = _paper(frame, ground, rng)
    ink = Ink(frame)
    for bx, by, rx, ry, turn, colour in blots:
        ink.polygon(ellipse(bx, by, rx, ry, turn, 120), colour)
    painting = _pressed(painting, ink, rng, frame)
    ink = Ink(frame)
    for x, foot, tall, lean, pairs, slim, first, second in stems:
        a, d = np.array([x, foot]), np.array([x + lean, foot - tall])
        stem = bezier(a, a + (0, -tall * 0.4), d + (-lean * 0.3, tall * 0.35), d, 60)
        ink.stroke(stem, np.linspace(0.007, 0.003, 60), palette[-1])
        for k in range(pairs):
            t = 0.22 + 0.74 * k / pairs
            at = stem[int(t * 59)]
            ahead = stem[min(int(t * 59) + 1, 59)] - at
            heading = np.arctan2(ahead[1], ahead[0])
            length = tall * 0.30 * np.sin(np.pi * (0.22 + 0.66 * (1 - t))) ** 0.8
            for side in (-1, 1):
                angle = heading + side * mix(1.05, 0.55, t)
                tip = at + length * np.array([np.cos(angle), np.sin(angle)])
                _blade(ink, at, tip, length * slim, palette[first], palette[second])
        at, ahead = stem[-1], stem[-1] - stem[-6]
        tip = at + ahead / np.hypot(*ahead) * tall * 0.17
        _blade(ink, at, tip, tall * 0.17 * slim, palette[first], palette[second])
    return _pressed(painting, ink, rng, frame)


def _blade(ink, base, tip, width, one, two):
    """A leaf in two tones, divided along its middle."""
    upper, middle, lower = lens(base, tip, width, 0.45)
    ink.polygon(np.vstack([upper, middle[::-1]]), one)
    ink.polygon(np.vstack([lower, middle[::-1]]), two)
