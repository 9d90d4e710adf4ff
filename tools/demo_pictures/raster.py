"""Arrays of pixels: coordinates, compositing, blurring, sampling, and finishing touches.

A painting is a float32 array (height, width, 3), sRGB-encoded from 0 to 1 unless its name says `light`.
"""

import numpy as np
from PIL import Image

TAU = 2 * np.pi


class Frame:
    """The size of a picture and its coordinates: x to the right, y down, in units of its height.

    Painters work in these units only, so that a draft at a smaller scale shows the same picture.
    """

    def __init__(self, width, height, seed):
        self.width, self.height, self.seed = width, height, seed
        self.aspect = width / height
        self.px = 1 / height

    def rng(self, salt=0):
        return np.random.default_rng([self.seed, salt])

    def grid(self, oversample=1):
        """x as a row and y as a column, at pixel centres: they broadcast to the whole frame."""
        w, h = self.width * oversample, self.height * oversample
        x = (np.arange(w, dtype=np.float32) + 0.5) / w * self.aspect
        y = (np.arange(h, dtype=np.float32) + 0.5) / h
        return x[None, :], y[:, None]

    def full_grid(self, oversample=1):
        x, y = self.grid(oversample)
        return [np.ascontiguousarray(a) for a in np.broadcast_arrays(x, y)]

    def blank(self, colour=(0, 0, 0)):
        return np.full((self.height, self.width, 3), colour, np.float32)


def smoothstep(low, high, value):
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def mix(a, b, amount):
    return a + (b - a) * amount


def over(painting, colour, alpha):
    """`colour` (one, or one per pixel) laid over `painting` with an opacity per pixel."""
    return painting + (np.asarray(colour, np.float32) - painting) * alpha[..., None].astype(np.float32)


def below(edge, y, frame):
    """Coverage of what lies below the line `edge` (one y per column), antialiased over one pixel."""
    return np.clip((y - edge) * frame.height + 0.5, 0, 1)


def _box(field, radius, axis):
    size = 2 * radius + 1
    pad = [(0, 0)] * field.ndim
    pad[axis] = (radius + 1, radius)
    total = np.cumsum(np.pad(field, pad, mode='edge'), axis=axis, dtype=np.float64)
    length = field.shape[axis]
    high = np.take(total, np.arange(size, size + length), axis)
    low = np.take(total, np.arange(length), axis)
    return ((high - low) / size).astype(np.float32)


def blur(field, sigma_y, sigma_x=None):
    """A near-Gaussian blur: three box filters. Sigmas in pixels; an axis with less than 0.5 is left alone."""
    for axis, sigma in ((0, sigma_y), (1, sigma_y if sigma_x is None else sigma_x)):
        if sigma < 0.5:
            continue
        radius = max(1, int(round((np.sqrt(4 * sigma * sigma + 1) - 1) / 2)))
        for _ in range(3):
            field = _box(field, radius, axis)
    return field


def shrink(array, factor):
    """The mean of each block of factor x factor pixels."""
    h, w = array.shape[0] // factor, array.shape[1] // factor
    blocks = array.reshape((h, factor, w, factor) + array.shape[2:])
    return blocks.mean(axis=(1, 3), dtype=np.float32)


def resize(field, width, height):
    """A smooth (bicubic) enlargement of one channel."""
    image = Image.fromarray(np.ascontiguousarray(field, dtype=np.float32))
    return np.asarray(image.resize((width, height), Image.BICUBIC))


def sample(array, column, row, wrap=False):
    """Bilinear look-up at fractional pixel places; the border repeats, or the array tiles."""
    h, w = array.shape[:2]
    if not wrap:
        column, row = np.clip(column, 0, w - 1.001), np.clip(row, 0, h - 1.001)
    x0, y0 = np.floor(column).astype(np.int32), np.floor(row).astype(np.int32)
    fx, fy = (column - x0).astype(np.float32), (row - y0).astype(np.float32)
    x1, y1 = x0 + 1, y0 + 1
    if wrap:
        x0, x1, y0, y1 = x0 % w, x1 % w, y0 % h, y1 % h
    if array.ndim == 3:
        fx, fy = fx[..., None], fy[..., None]
    top = array[y0, x0] * (1 - fx) + array[y0, x1] * fx
    bottom = array[y1, x0] * (1 - fx) + array[y1, x1] * fx
    return top * (1 - fy) + bottom * fy


def grain(painting, amount, rng):
    """Fine luminance noise (standard deviation in 8-bit steps): it keeps long gradients from banding."""
    noise = rng.standard_normal(painting.shape[:2], dtype=np.float32) * (amount / 255)
    return painting + noise[..., None]
