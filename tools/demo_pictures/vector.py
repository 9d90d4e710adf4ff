"""Shapes with clean edges: drawn by Pillow on a larger canvas, and averaged down."""

import numpy as np
from PIL import Image, ImageDraw

from .colour import rgb
from .raster import TAU, shrink


class Ink:
    """A transparent sheet in the coordinates of a frame, to be laid over a painting.

    The colours stand on black beside a mask of their own: the averages of both are what compositing with
    premultiplied alpha needs, so that no edge gets a fringe.
    """

    def __init__(self, frame, oversample=3):
        self._zoom = oversample
        self._scale = frame.height * oversample
        size = (frame.width * oversample, frame.height * oversample)
        self._colours, self._mask = Image.new('RGB', size), Image.new('L', size)
        self._draw, self._cover = ImageDraw.Draw(self._colours), ImageDraw.Draw(self._mask)

    def polygon(self, points, colour):
        flat = [tuple(p) for p in (np.asarray(points) * self._scale).tolist()]
        self._draw.polygon(flat, fill=_eight_bit(colour))
        self._cover.polygon(flat, fill=255)

    def disc(self, x, y, radius, colour):
        box = [v * self._scale for v in (x - radius, y - radius, x + radius, y + radius)]
        self._draw.ellipse(box, fill=_eight_bit(colour))
        self._cover.ellipse(box, fill=255)

    def sector(self, x, y, radius, start, end, colour):
        """A slice of a disc, from angle `start` to `end` (radians, clockwise on the screen)."""
        angle = np.linspace(start, end, max(8, int(abs(end - start) * 60)))
        rim = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], -1)
        self.polygon(np.vstack([[[x, y]], rim]), colour)

    def arc(self, x, y, radius, thickness, start, end, colour):
        """A piece of a ring, whose middle line has the given radius."""
        angle = np.linspace(start, end, max(8, int(abs(end - start) * max(20, 400 * radius))))
        around = np.stack([np.cos(angle), np.sin(angle)], -1)
        outer, inner = radius + thickness / 2, max(radius - thickness / 2, 0)
        self.polygon(np.vstack([around * outer, around[::-1] * inner]) + (x, y), colour)

    def stroke(self, points, width, colour, round_ends=True):
        """A line through `points`; `width` is one number, or one per point."""
        points = np.asarray(points, float)
        half = np.broadcast_to(np.asarray(width, float) / 2, len(points))
        along = np.gradient(points, axis=0)
        along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
        across = np.stack([-along[:, 1], along[:, 0]], -1) * half[:, None]
        self.polygon(np.vstack([points + across, (points - across)[::-1]]), colour)
        if round_ends:
            self.disc(*points[0], half[0], colour)
            self.disc(*points[-1], half[-1], colour)

    def over(self, painting):
        alpha = self.mask()[..., None]
        return painting * (1 - alpha) + shrink(np.asarray(self._colours), self._zoom) / 255

    def mask(self):
        return shrink(np.asarray(self._mask), self._zoom) / 255


def _eight_bit(colour):
    return tuple(int(v) for v in np.clip(np.round(rgb(colour) * 255), 0, 255))


def ellipse(x, y, rx, ry, turn=0.0, count=64):
    angle = np.linspace(0, TAU, count, endpoint=False)
    return rotated(np.stack([rx * np.cos(angle), ry * np.sin(angle)], -1), turn) + (x, y)


def rotated(points, angle):
    c, s = np.cos(angle), np.sin(angle)
    return np.asarray(points) @ np.array([[c, s], [-s, c]])


def rectangle(x, y, width, height):
    return np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])


def bezier(a, b, c, d, count=40):
    """Points of the cubic curve from `a` to `d`, drawn towards `b` and `c`."""
    t = np.linspace(0, 1, count)[:, None]
    a, b, c, d = (np.asarray(p, float) for p in (a, b, c, d))
    return a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t * t * (1 - t) + d * t ** 3


def lens(base, tip, width, lean=0.5, count=28):
    """The outline of a simple leaf from `base` to `tip`; `lean` says where along it is widest."""
    base, tip = np.asarray(base, float), np.asarray(tip, float)
    axis = tip - base
    across = np.array([-axis[1], axis[0]]) / max(np.hypot(*axis), 1e-9) * width / 2
    t = np.linspace(0, 1, count)
    profile = np.sin(np.pi * t ** (np.log(0.5) / np.log(lean)))
    middle = base + axis * t[:, None]
    return middle + across * profile[:, None], middle, middle - across * profile[:, None]
