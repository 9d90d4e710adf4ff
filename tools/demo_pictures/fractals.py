"""Mathematics by the pixel: a Julia set with relief, and a tiling of the hyperbolic plane."""

import numpy as np

from .colour import ramp, rgb
from .raster import TAU, mix, shrink, smoothstep

_ZOOM = 2                                                            # oversampling in both directions


def _plane(frame, height):
    """The complex numbers under the pixels, as one flat array; the frame shows `height` of the plane."""
    x, y = frame.full_grid(_ZOOM)
    return (((x - frame.aspect / 2) + 1j * (0.5 - y)) * height).astype(np.complex64).ravel()


def _painting(frame, flat):
    """Flat colours of a `_plane` -> a painting."""
    size = (frame.height * _ZOOM, frame.width * _ZOOM, 3)
    return np.clip(shrink(flat.reshape(size).astype(np.float32), _ZOOM), 0, 1)


def _escape(z, c, limit, bail=1e4):
    """Iterates z*z + c on all points that are still near.

    Returns the smooth count (-1 inside), the slope of the potential (a unit complex number, to light a
    relief), and the estimated distance to the set.
    """
    count = np.full(z.shape, -1, np.float32)
    slope, distance = np.zeros(z.shape, np.complex64), np.zeros(z.shape, np.float32)
    index, dz = np.arange(z.size), np.ones_like(z)
    for step in range(limit):
        dz, z = 2 * z * dz, z * z + z.dtype.type(c)
        size = z.real * z.real + z.imag * z.imag
        gone = size > bail
        if not gone.any():
            continue
        out, speed, log = index[gone], np.maximum(np.abs(dz[gone]), 1e-20), np.log(size[gone])
        count[out] = step + 2 - np.log2(log)
        uphill = z[gone] / dz[gone]
        slope[out] = uphill / np.maximum(np.abs(uphill), 1e-20)
        distance[out] = np.sqrt(size[gone]) * log / speed * 0.5
        index, z, dz = index[~gone], z[~gone], dz[~gone]
        if index.size == 0:
            break
    return count, slope, distance


def julia(frame, c, height, colours, inside, period, limit=500, relief=0.4):
    """The Julia set of z*z + c; the colours come back every `period` of the root of the count."""
    count, slope, distance = _escape(_plane(frame, height), complex(*c), limit)
    flat = ramp(np.sqrt(np.maximum(count, 0)) / period % 1.0, list(colours) + [colours[0]])
    sun = np.exp(2.2j)                                         # Lambert light on the potential seen as a hill
    light = np.clip((slope.real * sun.real + slope.imag * sun.imag + 1.4) / 2.4, 0, 1)
    light = mix(1 - relief * 0.75, 1 + relief * 0.45, light)[:, None]
    edge = smoothstep(0, 1.5, distance * frame.height / height)[:, None]
    flat = np.clip(flat * light, 0, 1) * (0.45 + 0.55 * edge)
    return _painting(frame, np.where((count < 0)[:, None], rgb(inside), flat))


def _fold(z, p, centre, radius):
    """Moves points of the disc into its middle p-gon, by turning and by reflecting in the circle of an edge.

    Returns where they end, and how many edges they crossed.
    """
    sector, crossings = TAU / p, np.zeros(z.shape, np.int32)
    w = z.astype(np.complex128)
    for _ in range(60):
        w = w * np.exp(-1j * sector * np.round(np.angle(w) / sector))
        apart = w - centre
        outside = np.abs(apart) < radius - 1e-12
        if not outside.any():
            break
        w = np.where(outside, centre + radius ** 2 / np.conj(np.where(outside, apart, 1)), w)
        crossings += outside
    return w, crossings


def hyperbolic(frame, rings, p=5, q=4, paper='#f5efe2', dark='#16324f', light='#e8dcc0'):
    """The Poincaré disc, tiled by p-gons, q at each corner; `rings` are the colours outwards."""
    height, rim = 2.16, 0.9985
    pixel = height / frame.height
    z = _plane(frame, height)
    centre = np.cos(np.pi / q) / np.sqrt(np.cos(np.pi / q) ** 2 - np.sin(np.pi / p) ** 2)
    radius = np.sqrt(centre ** 2 - 1)
    w, crossings = _fold(np.where(np.abs(z) < rim, z, 0), p, centre, radius)
    angle = np.angle(w)

    flat = np.array([rgb(c) for c in rings])[np.minimum(crossings, len(rings) - 1)]
    flat = np.where((angle > 0)[:, None], flat, flat * 0.82 + rgb(dark) * 0.18)
    flower = np.abs(w) / (centre - radius) < 0.42 + 0.2 * np.abs(np.cos(angle * p / 2))
    flat = np.where(flower[:, None], rgb(light), flat)

    shrunk = 1 - np.abs(z) ** 2                              # how much smaller things are there on the page
    scale = shrunk / np.maximum(1 - np.abs(w) ** 2, 1e-9)    # distances in the middle p-gon -> on the page
    edge = np.abs(np.abs(w - centre) - radius) * scale
    to_corner = w * np.exp(-0.5j * TAU / p * np.sign(angle))
    spoke = np.minimum(np.abs(w.imag), np.abs(to_corner.imag)) * scale
    line = np.clip((0.00675 * shrunk + 0.35 * pixel - edge) / pixel + 0.5, 0, 1)
    line = np.maximum(line, 0.75 * np.clip((0.0016 * shrunk - spoke) / pixel + 0.5, 0, 1))[:, None]
    flat = mix(flat, rgb(light), line)
    within = np.clip((rim - np.abs(z)) / pixel + 0.5, 0, 1)[:, None]
    return _painting(frame, mix(rgb(paper), flat, within))
