"""Watercolour: pigment that absorbs light on wet paper, and poppies painted with it."""

import numpy as np
from PIL import Image, ImageDraw

from .colour import rgb
from .noise import Noise, cloud
from .raster import TAU, blur
from .vector import bezier, ellipse, lens


def _spread(points, rng, rounds, spread):
    """A polygon whose edges are broken again and again: the border of a blot (after Tyler Hobbs)."""
    for _ in range(rounds):
        following = np.roll(points, -1, axis=0)
        edge = following - points
        length = np.hypot(edge[:, 0], edge[:, 1])[:, None]
        middle = points + edge * rng.normal(0.5, 0.08, (len(points), 1))
        middle += rng.normal(0, 1, middle.shape) * length * spread
        points = np.stack([points, middle], 1).reshape(-1, 2)
        spread *= 0.88
    return points


class Watercolour:
    """Pigment on wet paper. Washes absorb light one after the other: what overlaps darkens and mixes."""

    def __init__(self, frame, paper):
        self.frame, self.paper = frame, paper
        self.rng, noise = frame.rng(), Noise(frame.seed)
        x, y = frame.full_grid()
        self._absorbed = np.zeros((frame.height, frame.width, 3), np.float32)
        water = np.clip(cloud(frame, 4.5, self.rng, 5) * 1.3 + 0.6, 0, 1.8)
        water = np.hstack([water, water[:, ::-1]])
        self._water = np.vstack([water, water[::-1]])          # mirrored, so that it tiles without a seam
        self._grains = 1 + 0.15 * noise.fractal(x * 90, y * 90, 3)
        self._tooth = 0.010 * noise.fractal(x * 130, y * 130, 2)

    def wash(self, outline, colour, strength, layers=12, ragged=0.16, rim=0.9, uneven=0.45, wet=0.0):
        """A blot: many thin layers, a darker rim where it dried, lighter where water stood."""
        frame, scale = self.frame, self.frame.height
        outline = np.asarray(outline, float)
        margin = 0.02 + 3 * wet + 0.6 * ragged * np.ptp(outline, axis=0).max()
        left, top = np.maximum(((outline.min(0) - margin) * scale).astype(int), 0)
        right, bottom = ((outline.max(0) + margin) * scale).astype(int)
        right, bottom = min(right, frame.width), min(bottom, frame.height)
        if right - left < 4 or bottom - top < 4:
            return
        density = np.zeros((bottom - top, right - left), np.float32)
        for _ in range(layers):
            sheet = Image.new('L', (right - left, bottom - top))
            blot = _spread(outline, self.rng, 4, ragged) * scale - (left, top)
            ImageDraw.Draw(sheet).polygon([tuple(p) for p in blot.tolist()], fill=255)
            density += np.asarray(sheet, np.float32) / 255
        pixel = scale / 1067
        density = blur(density / layers, max(1.0, wet * scale))
        edge = np.clip(density - blur(density, 7 * pixel), 0, 1)
        shift = self.rng.integers(0, frame.height, 2)
        stood = np.take(np.take(self._water, np.arange(top, bottom) + shift[0], 0, mode='wrap'),
                        np.arange(left, right) + shift[1], 1, mode='wrap')
        pigment = (density ** 1.1 * (1 - uneven + uneven * stood) + edge * rim) * strength
        pigment *= self._grains[top:bottom, left:right]
        absorption = -np.log(np.clip(rgb(colour), 0.03, 0.98))
        self._absorbed[top:bottom, left:right] += pigment[..., None] * absorption

    def painting(self):
        return np.clip(rgb(self.paper) * np.exp(-self._absorbed) + self._tooth[..., None], 0, 1)


def poppies(frame):
    """Poppies, wet in wet."""
    sheet = Watercolour(frame, '#f8f3e8')
    rng = sheet.rng
    for x, y, rx, ry, colour in ((0.35, 0.62, 0.42, 0.22, '#cfdcae'), (1.1, 0.70, 0.45, 0.22, '#b9d2b8'),
                                 (0.8, 0.30, 0.5, 0.2, '#d8e6ec'), (1.25, 0.25, 0.25, 0.16, '#f3e3b5'),
                                 (0.25, 0.2, 0.28, 0.15, '#f6dcc8')):
        sheet.wash(ellipse(x, y, rx, ry, rng.normal(0, 0.2), 10), colour, 0.75, 6, 0.30, 0.1, 0.6, 0.035)
    blooms = [(0.42, 0.34, 0.150, 0.20), (0.90, 0.25, 0.115, -0.15), (1.18, 0.46, 0.160, 0.1),
              (0.70, 0.54, 0.100, -0.3), (0.16, 0.56, 0.085, 0.3), (1.42, 0.25, 0.070, 0.2)]
    for x, y, size, lean in blooms:
        foot = x - lean * 0.35 + rng.normal(0, 0.03)
        path = bezier((x, y + size * 0.2), (x + lean * 0.25, y + 0.25), (foot + 0.03, 0.8), (foot, 1.05), 30)
        _stem(sheet, path, 0.0045 + 0.02 * size, '#5d8a4e')
    for x, y, length, angle in ((0.39, 1.06, 0.38, -1.95), (0.56, 1.07, 0.36, -1.25),
                                (1.02, 1.06, 0.40, -1.90), (1.27, 1.06, 0.38, -1.25),
                                (0.08, 1.06, 0.34, -1.25), (0.83, 1.07, 0.36, -1.8),
                                (1.47, 1.06, 0.36, -1.8)):
        tip = (x + length * np.cos(angle), y + length * np.sin(angle))
        upper, _, lower = lens((x, y), tip, length * 0.22, 0.45, 9)
        green = rng.choice(['#4f8060', '#7fa35a', '#3f7468'])
        sheet.wash(np.vstack([upper, lower[::-1]]), green, 0.95, 8, 0.14, 0.8)
    for x, y, size, lean in ((0.60, 0.20, 0.024, -0.3), (1.05, 0.13, 0.020, 0.0), (0.28, 0.36, 0.018, 0.3)):
        path = bezier((x, y), (x + 0.04, y + 0.3), (x - 0.02, 0.75), (x + 0.02, 1.05), 24)
        _stem(sheet, path, 0.004, '#6d9456')
        sheet.wash(ellipse(x, y, size, size * 1.5, lean, 10), '#6d9456', 1.1, 8, 0.12)
    for bloom in blooms:
        _poppy(sheet, *bloom)
    for _ in range(26):                                              # the brush was shaken
        size = 0.0025 + 0.006 * rng.random() ** 3
        drop = ellipse(rng.uniform(0.05, frame.aspect - 0.05), rng.uniform(0.05, 0.95), size, size, 0, 7)
        sheet.wash(drop, rng.choice(['#ea4a3c', '#7fa35a', '#f3a04a']), 0.8, 2, 0.1)
    return sheet.painting()


def _stem(sheet, path, half, colour):
    sheet.wash(np.vstack([path - (half, 0), (path + (half, 0))[::-1]]), colour, 1.1, 4, 0.05, 0.6, 0.5)


def _poppy(sheet, x, y, size, lean):
    """Five petals that run into each other, a dark heart, and a ring of stamens."""
    rng = sheet.rng
    for k in range(5):
        angle = lean + k * TAU / 5 + rng.normal(0, 0.12)
        petal = ellipse(x + size * 0.46 * np.cos(angle), y + size * 0.38 * np.sin(angle), size * 0.62,
                        size * 0.50, angle + np.pi / 2, 10)
        sheet.wash(petal, rng.choice(['#f0553a', '#ea3f38', '#f57a45', '#e2384f']), 0.62, 9, 0.17, 1.1, 0.62)
    heart = ellipse(x, y + size * 0.02, size * 0.20, size * 0.16, 0, 10)
    sheet.wash(heart, '#3a2440', 1.5, 8, 0.25, 0.6, 0.3, 0.006)
    for _ in range(16):
        angle, reach = rng.uniform(0, TAU), size * rng.uniform(0.20, 0.34)
        stamen = ellipse(x + reach * np.cos(angle), y + reach * 0.85 * np.sin(angle), size * 0.022,
                         size * 0.020, 0, 6)
        sheet.wash(stamen, '#2c1c34', 1.4, 2, 0.1)
