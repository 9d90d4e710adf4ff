"""Drawings of lines and edges: currents, a map, cut paper."""

import numpy as np

from .colour import ramp, rgb
from .noise import Noise, streaks
from .raster import blur, over
from .vector import Ink


class _Room:
    """Remembers, in a coarse grid, where the sheet is taken."""

    _CELLS, _MARGIN = 520, 40                                # cells per frame height, and beyond each border

    def __init__(self, frame):
        rows, columns = (int(self._CELLS * side) + 2 * self._MARGIN for side in (1, frame.aspect))
        self._taken = np.zeros((rows, columns), bool)
        self._discs = {}

    def _around(self, x, y, radius):
        """The part of the grid around a point, and a disc of the same size; None beyond the margin."""
        reach = int(radius * self._CELLS) + 1
        if reach not in self._discs:
            side = np.arange(-reach, reach + 1)
            self._discs[reach] = side[:, None] ** 2 + side ** 2 <= reach * reach
        row, column = int(y * self._CELLS) + self._MARGIN, int(x * self._CELLS) + self._MARGIN
        rows, columns = self._taken.shape
        if not (reach <= row < rows - reach and reach <= column < columns - reach):
            return None
        return self._taken[row - reach:row + reach + 1, column - reach:column + reach + 1], self._discs[reach]

    def free(self, x, y, radius):
        place = self._around(x, y, radius)
        return place is not None and not (place[0] & place[1]).any()

    def take(self, path, radius):
        for x, y in path:
            cells, disc = self._around(x, y, radius)
            cells |= disc


def _follow(heading, room, start, sign, length, clear, step=0.004):
    """The way with (or against) the flow from `start`, until it is long enough or meets another ribbon."""
    (x, y), path = start, []
    while len(path) * step < length and room.free(x, y, clear):
        path.append((x, y))
        angle = heading(x, y)
        x, y = x + sign * step * np.cos(angle), y + sign * step * np.sin(angle)
    return path


def currents(frame, ground, palette, widths, tries=2600):
    """Ribbons that follow one flow and never touch, broad ones first; `palette`: (colour, weight)."""
    rng, noise = frame.rng(), Noise(frame.seed)
    ink, room = Ink(frame), _Room(frame)
    weights = np.array([weight for _, weight in palette])

    def heading(x, y):
        return 0.3 + 1.15 * np.pi * float(noise.fractal(np.float32(x * 0.85), np.float32(y * 0.85), 2))

    for attempt in range(tries):
        width = widths[0] * (widths[1] / widths[0]) ** min(1, attempt / tries * 1.25) * rng.uniform(0.7, 1.3)
        length = rng.uniform(0.25, 1.1) / 2
        start = rng.uniform(-0.05, frame.aspect + 0.05), rng.uniform(-0.05, 1.05)
        ahead, back = (_follow(heading, room, start, sign, length, width / 2 + 0.0042) for sign in (1, -1))
        path = np.array(back[:0:-1] + ahead)
        if len(path) * 0.004 < max(0.05, width * 2.0):
            continue
        room.take(path[::2], width / 2)
        colour = palette[int(rng.choice(len(palette), p=weights / weights.sum()))][0]
        ink.stroke(path, width, colour, round_ends=False)
        if width > 0.018 and rng.random() < 0.30:                    # some broad ones are split lengthways
            across = np.gradient(path, axis=0)[:, ::-1] * (-1, 1)
            across /= np.hypot(across[:, 0], across[:, 1])[:, None]
            for lane in (-0.25, 0.0, 0.25):
                ink.stroke(path + across * width * lane, width * 0.05, ground, round_ends=False)
    tooth = streaks(frame, 200, 200, rng) * 0.006
    return np.clip(ink.over(frame.blank(rgb(ground))) + tooth[..., None], 0, 1)


def contours(frame, tints, line, levels=17):
    """A map of a country that is not there: tinted heights, contour lines, every fifth a thicker one."""
    noise = Noise(frame.seed)
    x, y = frame.full_grid()
    field = noise.fractal(x * 1.25 + 0.25 * noise.fractal(x * 1.5, y * 1.5, 2), y * 1.25, 4, 0.40)
    low, high = np.percentile(field, (0.5, 99.7))
    level = (field - low) / (high - low) * levels
    painting = ramp(np.floor(level) / levels, tints)
    dx, dy = np.gradient(level, axis=1), np.gradient(level, axis=0)
    slope = np.hypot(dx, dy) + 1e-5
    near = np.abs(level - np.round(level)) / slope
    thick = np.where(np.round(level) % 5 == 0, 2.0, 0.9) * frame.height / 1067
    alpha = np.clip(thick - near + 0.5, 0, 1)
    relief = np.clip((dx + dy) * 0.9 * frame.height / 1067, -0.10, 0.10)
    painting = painting * (1 - relief)[..., None]
    painting = over(painting, rgb(line), alpha * 0.75)
    return np.clip(painting, 0, 1)


def paper_cut(frame, papers, levels=9, scale=1.15):
    """Sheets of coloured paper with holes, one on the other, each casting a soft shadow on the next."""
    rng, noise = frame.rng(), Noise(frame.seed)
    x, y = frame.full_grid()
    bend_x, bend_y = noise.fractal(x * 0.9, y * 0.9, 2), noise.fractal(x * 0.9 + 30, y * 0.9, 2)
    field = noise.fractal(x * scale + 0.5 * bend_x, y * scale + 0.5 * bend_y, 2, 0.35)
    field = field - 0.25 * np.hypot(x - frame.aspect / 2, y - 0.5)
    low, high = np.percentile(field, (1, 99.5))
    level = (high - field) / (high - low) * levels
    slope = np.hypot(np.gradient(level, axis=1), np.gradient(level, axis=0)) + 1e-6
    tooth = streaks(frame, 240, 240, rng) * 0.010
    painting = frame.blank(rgb(papers[0]))
    pixel = frame.height / 1067
    for k in range(1, levels):
        cover = np.clip((level - k) / slope + 0.5, 0, 1)
        drop = np.roll(cover, (int(round(7 * pixel)), int(round(5 * pixel))), (0, 1))
        shadow = 0.5 * blur(drop, 6 * pixel) + 0.5 * blur(drop, 17 * pixel)
        painting = painting * (1 - 0.62 * shadow)[..., None]
        rim = np.clip((level - k) / slope / (2.2 * pixel), 0, 1)
        sheet = ramp(k / (levels - 1), papers) * (1.05 - 0.05 * rim)[..., None]
        painting = over(painting, sheet + tooth[..., None], cover)
    return np.clip(painting, 0, 1)
