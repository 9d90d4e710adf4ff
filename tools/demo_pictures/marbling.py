"""Marbled paper: drops of ink on water, pulled with pins and combs, computed backwards.

Each pixel is moved to where its ink lay before the last stroke, and so on; the newest drop that then holds
the point gives the colour. (The maps are those of mathematical marbling by A. Jaffer and others.)
"""

import numpy as np

from .colour import rgb
from .noise import Noise
from .raster import TAU, shrink


class Drop:
    """A drop pushes all ink outwards; area is kept."""

    def __init__(self, x, y, radius, colour):
        self.x, self.y, self.r2, self.colour = x, y, radius * radius, colour

    def before(self, x, y):
        """Where the ink at (x, y) was, and which points this drop itself covers."""
        dx, dy = x - self.x, y - self.y
        distance = dx * dx + dy * dy
        covered = distance < self.r2
        back = np.sqrt(np.maximum(1 - self.r2 / np.maximum(distance, 1e-12), 0))
        return self.x + dx * back, self.y + dy * back, covered


class Comb:
    """Pins in a row, drawn along `angle`: ink is dragged the further the nearer it is to a pin."""

    def __init__(self, angle, offset, spacing, pull, sharp, wave=0.0, wave_length=1.0):
        self.along = np.array([np.cos(angle), np.sin(angle)], np.float32)
        self.offset, self.spacing, self.pull, self.sharp = offset, spacing, pull, sharp
        self.wave, self.wave_length = wave, wave_length

    def before(self, x, y):
        ax, ay = self.along
        across = -ay * x + ax * y - self.offset
        if self.wave:
            across = across + self.wave * np.sin((ax * x + ay * y) * TAU / self.wave_length)
        gap = np.abs(across)
        if self.spacing:
            gap = np.abs((across / self.spacing + 0.5) % 1.0 - 0.5) * self.spacing
        shift = self.pull * self.sharp / (gap + self.sharp)
        return x - ax * shift, y - ay * shift, None


class Swirl:
    """A pin stirred in a circle."""

    def __init__(self, x, y, radius, pull, sharp):
        self.x, self.y, self.radius, self.pull, self.sharp = x, y, radius, pull, sharp

    def before(self, x, y):
        dx, dy = x - self.x, y - self.y
        distance = np.hypot(dx, dy)
        shift = self.pull * self.sharp / (np.abs(distance - self.radius) + self.sharp)
        angle = shift / np.maximum(distance, 0.02)
        c, s = np.cos(angle), np.sin(angle)
        return self.x + c * dx + s * dy, self.y - s * dx + c * dy, None


def marble(frame, strokes, ground, tremble=0.0):
    """The sheet after all `strokes`, in their order."""
    x, y = frame.full_grid(2)
    if tremble:
        noise = Noise(frame.seed)
        x, y = x + tremble * noise.fractal(x * 3, y * 3, 3), y + tremble * noise.fractal(x * 3 + 40, y * 3, 3)
    shape = x.shape
    painting = np.empty(shape + (3,), np.float32).reshape(-1, 3)
    painting[:] = rgb(ground)
    x, y, index = x.ravel(), y.ravel(), np.arange(x.size)
    for stroke in reversed(strokes):
        x, y, covered = stroke.before(x, y)
        if covered is not None and covered.any():
            painting[index[covered]] = rgb(stroke.colour)
            keep = ~covered
            x, y, index = x[keep], y[keep], index[keep]
    return shrink(painting.reshape(shape + (3,)), 2)


def ebru(frame, colours, ground, drops=170):
    """Turkish marbling: a stone pattern, combed across and back, with a few swirls."""
    rng = frame.rng()
    strokes = []
    for k in range(drops):
        x, y = rng.uniform(-0.1, frame.aspect + 0.1), rng.uniform(-0.1, 1.1)
        strokes.append(Drop(x, y, rng.uniform(0.035, 0.085), colours[k % len(colours)]))
    strokes += [Comb(np.pi / 2, 0.0, 0.26, 0.30, 0.05), Comb(-np.pi / 2, 0.13, 0.26, 0.30, 0.05),
                Comb(0.0, 0.02, 0.075, 0.16, 0.014)]
    for row in range(3):
        for column in range(5):
            strokes.append(Swirl((column + 0.25 + 0.5 * (row % 2)) * frame.aspect / 5, (row + 0.5) / 3, 0.055,
                                 0.034 * (1 if row % 2 else -1), 0.030))
    return marble(frame, strokes, ground, 0.004)


def floating_ink(frame, inks, ground):
    """Suminagashi: rings of ink and of nothing, drifting on still water."""
    rng = frame.rng()
    strokes = []
    centres = [(0.40, 0.36), (0.62, 0.70)]
    for ring in range(38):                           # in turns, so that the blots push each other aside
        for cx, cy in centres:
            colour = ground if ring % 2 else inks[(ring // 2) % len(inks)]
            strokes.append(Drop(cx * frame.aspect + rng.normal(0, 0.004), cy + rng.normal(0, 0.004),
                                rng.uniform(0.033, 0.060), colour))
    strokes += [Comb(0.9, 0.30, 0, 0.18, 0.10), Comb(-2.0, -0.25, 0, 0.14, 0.07),
                Comb(2.3, 0.1, 0, 0.12, 0.06), Swirl(0.30, 0.52, 0.10, 0.09, 0.08),
                Swirl(0.52, 0.22, 0.07, -0.05, 0.05)]
    return marble(frame, strokes, ground, 0.035)
