"""Pictures that gather from millions of points: a strange attractor and a flame."""

import numpy as np

from .colour import ramp, rgb, to_encoded, to_linear
from .raster import TAU, blur, mix, shrink, smoothstep

_ZOOM = 2                                                            # oversampling in both directions


def _histogram(frame, span, batches):
    """How many points fall on each (oversampled) pixel, and their mean hue.

    `batches` yields x, y and hue (0 to 1); the height of the frame shows `span` around the origin.
    """
    width, height = frame.width * _ZOOM, frame.height * _ZOOM
    counts, hues = np.zeros(width * height), np.zeros(width * height)
    for x, y, hue in batches:
        column = np.floor(x / span * height + width / 2).astype(np.int32)
        row = np.floor((y / span + 0.5) * height).astype(np.int32)
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        cell = row[inside] * width + column[inside]
        counts += np.bincount(cell, minlength=counts.size)
        hues += np.bincount(cell, hue[inside], minlength=hues.size)
    mean = hues / np.maximum(counts, 1)
    return [field.reshape(height, width).astype(np.float32) for field in (counts, mean)]


def clifford(frame, a, b, c, d, span, paper, ink, points=400000, rounds=70):
    """Clifford Pickover's attractor, drawn with a fine pen on paper; the hue is the length of the hop."""
    rng = frame.rng()

    def batches():
        x, y = rng.uniform(-1, 1, (2, points)).astype(np.float32)
        for step in range(rounds):
            old_x, old_y = x, y
            x, y = np.sin(a * y) + c * np.cos(a * x), np.sin(b * x) + d * np.cos(b * y)
            if step > 8:
                yield x, y, np.clip(np.hypot(x - old_x, y - old_y) / 3.2, 0, 1)

    counts, hue = _histogram(frame, span, batches())
    soft = blur(counts, 1.5)                   # few points are noisy: smooth them, keep the dense lines
    density = mix(soft, counts, smoothstep(3, 16, soft)) / counts.mean()
    dark = (1 - np.exp(-0.42 * density ** 0.62))[..., None]
    hue = blur(hue * counts, 1.5) / np.maximum(soft, 1e-6)
    return shrink(mix(rgb(paper), ramp(hue, ink), dark), _ZOOM)


_VARIATIONS = {
    'linear': lambda x, y, r2: (x, y),
    'sine': lambda x, y, r2: (np.sin(x), np.sin(y)),
    'sphere': lambda x, y, r2: (x / (r2 + 1e-3), y / (r2 + 1e-3)),
    'swirl': lambda x, y, r2: (x * np.sin(r2) - y * np.cos(r2), x * np.cos(r2) + y * np.sin(r2)),
    'horseshoe': lambda x, y, r2: ((x - y) * (x + y) / np.sqrt(r2 + 1e-6), 2 * x * y / np.sqrt(r2 + 1e-6)),
    'polar': lambda x, y, r2: (np.arctan2(x, y) / np.pi, np.sqrt(r2) - 1),
    'heart': lambda x, y, r2: (np.sqrt(r2) * np.sin(np.arctan2(x, y) * np.sqrt(r2)),
                               -np.sqrt(r2) * np.cos(np.arctan2(x, y) * np.sqrt(r2))),
    'disc': lambda x, y, r2: (np.arctan2(x, y) / np.pi * np.sin(np.pi * np.sqrt(r2)),
                              np.arctan2(x, y) / np.pi * np.cos(np.pi * np.sqrt(r2))),
    'julia': lambda x, y, r2: (r2 ** 0.25 * np.cos(np.arctan2(x, y) / 2),
                               r2 ** 0.25 * np.sin(np.arctan2(x, y) / 2)),
    'fisheye': lambda x, y, r2: (2 * y / (np.sqrt(r2) + 1), 2 * x / (np.sqrt(r2) + 1)),
}


def random_flame(seed, count=3):
    """Functions for `flame`: affine maps, each followed by a mixture of two variations."""
    rng = np.random.default_rng([seed, 31])
    names = sorted(_VARIATIONS)
    functions = []
    for _ in range(count):
        angle, scale = rng.uniform(0, TAU, 2), rng.uniform(0.45, 1.05, 2)
        matrix = (scale[0] * np.cos(angle[0]), -scale[1] * np.sin(angle[1]), rng.uniform(-0.8, 0.8),
                  scale[0] * np.sin(angle[0]), scale[1] * np.cos(angle[1]), rng.uniform(-0.8, 0.8))
        first, second = rng.choice(len(names), 2, replace=False)
        share = rng.uniform(0.25, 0.9)
        functions.append((matrix, {names[first]: share, names[second]: 1 - share}, rng.uniform(0.5, 1.0)))
    return functions


def _hops(functions, rng, points, rounds):
    """Yields the points after each round, and their hues; the first rounds are not yet on the flame."""
    weights = np.array([weight for _, _, weight in functions])
    bounds = np.cumsum(weights / weights.sum())
    x, y = rng.uniform(-1, 1, (2, points)).astype(np.float32)
    hue = rng.uniform(0, 1, points).astype(np.float32)
    for step in range(rounds):
        which = np.searchsorted(bounds, rng.random(points, dtype=np.float32))
        for k, (m, variations, _) in enumerate(functions):
            pick = np.flatnonzero(which == k)
            u, v = m[0] * x[pick] + m[1] * y[pick] + m[2], m[3] * x[pick] + m[4] * y[pick] + m[5]
            r2 = u * u + v * v
            moved = [(share, _VARIATIONS[name](u, v, r2)) for name, share in variations.items()]
            x[pick] = sum(share * p[0] for share, p in moved)
            y[pick] = sum(share * p[1] for share, p in moved)
            hue[pick] = 0.5 * hue[pick] + 0.5 * k / (len(functions) - 1)
        lost = ~np.isfinite(x + y) | (np.abs(x) + np.abs(y) > 1e4)
        x[lost], y[lost] = 0.1, 0.2
        if step > 12:
            yield x, y, hue


def flame(frame, functions, colours, ground, span=2.4, points=500000, rounds=80):
    """A fractal flame (after Scott Draves): points hop between bent copies of the plane."""
    counts, hue = _histogram(frame, span, _hops(functions, frame.rng(2), points, rounds))
    soft = blur(counts, 2.4 * frame.height / 960)            # as in `clifford`
    counts = mix(soft, counts, smoothstep(8, 60, soft))
    hue = blur(hue * (counts + 1e-3), 1.2) / blur(counts + 1e-3, 1.2)
    level = np.log1p(counts / counts.mean() * 6)
    level = (level / np.percentile(level, 99.8)) ** 0.8
    light = to_linear(ramp(hue, colours)) * np.clip(level, 0, 1.6)[..., None] ** 1.6
    light += np.clip(level - 0.82, 0, 1)[..., None] ** 2 * 1.4
    return to_encoded(shrink(light + to_linear(rgb(ground)), _ZOOM))
