"""Noise: smooth random fields, at any place or on a whole frame."""

import numpy as np

from .raster import resize


class Noise:
    """Gradient noise in the plane, about -0.7 to 0.7, with one feature per unit."""

    def __init__(self, seed):
        rng = np.random.default_rng([seed, 977])
        self._order = np.tile(rng.permutation(256).astype(np.int32), 2)
        angle = rng.uniform(0, 2 * np.pi, 256)
        self._gx, self._gy = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)

    def __call__(self, x, y):
        x, y = np.broadcast_arrays(np.asarray(x, np.float32), np.asarray(y, np.float32))
        xf, yf = np.floor(x), np.floor(y)
        xi, yi = xf.astype(np.int32) & 255, yf.astype(np.int32) & 255
        dx, dy = x - xf, y - yf
        u = dx * dx * dx * (dx * (dx * 6 - 15) + 10)
        v = dy * dy * dy * (dy * (dy * 6 - 15) + 10)

        def corner(i, j):
            g = self._order[self._order[(xi + i) & 255] + ((yi + j) & 255)]
            return self._gx[g] * (dx - i) + self._gy[g] * (dy - j)

        top = corner(0, 0)
        top += (corner(1, 0) - top) * u
        bottom = corner(0, 1)
        bottom += (corner(1, 1) - bottom) * u
        return top + (bottom - top) * v

    def fractal(self, x, y, octaves=5, gain=0.5, lacunarity=2.0):
        """A sum of octaves, about -1 to 1. Each is turned, so that no lattice direction shows."""
        x, y = np.asarray(x, np.float32), np.asarray(y, np.float32)
        total, amplitude, reach = 0, 1.0, 0.0
        for octave in range(octaves):
            total = total + amplitude * self(x + 17.3 * octave, y - 9.1 * octave)
            reach += amplitude
            amplitude *= gain
            x, y = lacunarity * (0.8 * x - 0.6 * y), lacunarity * (0.6 * x + 0.8 * y)
        return total * (1.5 / reach)

    def ridged(self, x, y, octaves=5, gain=0.5, lacunarity=2.0):
        """Creases, not waves: 0 to 1, sharp at the top. Fine ones only where the coarse ones are high."""
        x, y = np.asarray(x, np.float32), np.asarray(y, np.float32)
        total, amplitude, reach, weight = 0, 1.0, 0.0, 1.0
        for octave in range(octaves):
            crease = (1 - np.abs(self(x + 5.7 * octave, y + 31.9 * octave)) * 1.6) ** 2 * weight
            total = total + amplitude * crease
            weight = np.clip(crease * 1.6, 0, 1)
            reach += amplitude
            amplitude *= gain
            x, y = lacunarity * (0.8 * x - 0.6 * y), lacunarity * (0.6 * x + 0.8 * y)
        return total / reach


def cloud(frame, scale, rng, octaves=4, gain=0.5):
    """A quick fractal field over the whole frame, about -1 to 1, `scale` features per frame height.

    Random lattices, enlarged: ten times faster than `Noise`, but it cannot be asked at bent places.
    """
    total, amplitude, reach = 0, 1.0, 0.0
    for _ in range(octaves):
        rows = max(4, int(round(scale)) + 3)
        columns = max(4, int(round(scale * frame.aspect)) + 3)
        total = total + amplitude * resize(rng.uniform(-1, 1, (rows, columns)), frame.width, frame.height)
        reach += amplitude
        amplitude *= gain
        scale *= 2
    return total * (1.6 / reach)


def streaks(frame, scale_x, scale_y, rng):
    """One octave with different scales along and across: brush marks, fibres, ripples."""
    rows, columns = max(2, int(round(scale_y))), max(2, int(round(scale_x * frame.aspect)))
    return resize(rng.uniform(-1, 1, (rows, columns)), frame.width, frame.height)
