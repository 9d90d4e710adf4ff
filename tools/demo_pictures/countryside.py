"""Fields: rows of lavender, hills in the evening."""

import numpy as np

from .colour import blend, ramp, rgb, shade
from .mountains import ridge_line, sky_with_sun
from .noise import Noise
from .raster import TAU, below, blur, grain, mix, over, smoothstep
from .vector import Ink, bezier, ellipse, lens, rectangle

_ROWS = 1.35            # rows of lavender per unit of distance across, on the plane of the field


def lavender(frame, horizon=0.40):
    """Rows of lavender that run to a tree on the horizon."""
    rng, noise = frame.rng(), Noise(frame.seed)
    x, y = frame.full_grid()
    vanish = frame.aspect * 0.60
    stops = [(0, '#3f5f9a'), (0.15, '#8f86b8'), (0.28, '#e8a894'), (0.37, '#ffcf8f'), (0.42, '#ffe0a0'),
             (1, '#ffe0a0')]
    painting = sky_with_sun(frame, stops, (vanish + 0.10, 0.375), '#fff1c4', 0.42, 0.9)
    wisps = smoothstep(0.12, 0.8, noise.fractal(x * 1.1, y * 10, 5))
    painting = over(painting, ramp(y / 0.4, ['#8a86b8', '#f2a48f', '#ffb878']), 0.65 * wisps)
    for layer, colour in enumerate(['#a58fae', '#75688f']):
        line = ridge_line(frame, noise, layer + 2, horizon + 0.005, 0.050 - 0.018 * layer, 1.9 + layer, 6)
        painting = over(painting, rgb(colour), below(line, y, frame))
    edge = horizon + 0.004 * noise.fractal(x[0] * 9, np.float32(4.4), 3)
    painting = over(painting, _lavender_rows(x, y, horizon, vanish, noise), below(edge, y, frame))
    painting = _spikes(frame, painting, horizon, vanish, rng)
    ink, column = Ink(frame), 0.0
    while column < frame.aspect:
        if abs(column - vanish) > 0.05:
            size = rng.uniform(0.006, 0.014)
            ink.polygon(ellipse(column, horizon + 0.002, size * 1.4, size, 0, 14), '#5a4a6f')
        column += rng.uniform(0.008, 0.03)
    _broad_tree(ink, vanish, horizon + 0.008, 0.155, rng, '#2f2740', '#4a3a52')
    return grain(np.clip(ink.over(painting), 0, 1), 1.0, rng)


def _lavender_rows(x, y, horizon, vanish, noise):
    """The field in perspective: round rows, lit from the right, soil between them, warm haze far away."""
    depth = np.maximum(y - horizon, 1e-4)
    across, far = (x - vanish) / depth, 1 / (depth + 0.02)
    row = (across + 0.10 * noise.fractal(across * 0.4, 0.6 / (depth + 0.05), 2)) * _ROWS
    inside = row - np.floor(row) - 0.5
    tuft = noise.fractal(row * 5.0, far * 3.2, 4) + 0.5 * noise.fractal(across * 26, far * 9, 3)
    mound = np.clip(1 - (inside / 0.37) ** 2 + 0.34 * tuft * smoothstep(0.0, 0.12, depth), 0, 1)
    sunny = np.clip(0.5 - inside * np.sign(across + 0.2) * 0.55, 0, 1)
    flowers = ramp(mound ** 0.8 * (0.48 + 0.36 * sunny) + 0.16 * tuft,
                   ['#241640', '#45287a', '#6f48a8', '#a278cf', '#d9b4ea', '#ffe2e6'])
    soil = ramp(0.5 + 0.5 * noise.fractal(across * 20, far * 5, 3), ['#2b2436', '#4a3f45', '#5f6b48'])
    field = over(soil, flowers, smoothstep(0.02, 0.30, mound))
    field = over(field, rgb('#d99ab0'), np.exp(-(depth / 0.050) ** 0.8) * 0.97)
    return over(field, rgb('#ffc88a'), 0.38 * np.exp(-np.abs(x - vanish - 0.1) * 1.4 - depth / 0.30))


def _spikes(frame, painting, horizon, vanish, rng):
    """Single flowers on the mounds of the nearer rows, smaller with distance."""
    ink = Ink(frame, 2)
    tones = ['#4a2c80', '#6f4aa8', '#8f66c4', '#b48adb', '#dcbcf0', '#f3d9ee']
    for depth in np.sort(0.60 * rng.uniform(0.10, 1, 13000) ** 0.75):
        reach = frame.aspect / depth / _ROWS + 1
        row, offset = np.floor(rng.uniform(-reach, reach)) + 0.5, np.clip(rng.normal(0, 0.17), -0.36, 0.36)
        x, size = vanish + (row + offset) / _ROWS * depth, 0.018 * depth
        if not -0.02 < x < frame.aspect + 0.02:
            continue
        light = 0.62 - abs(offset) * 1.4 - offset * np.sign(row) * 0.5 + rng.normal(0, 0.16)
        lean = rng.normal(0, 0.25)
        spike = ellipse(x + lean * size, horizon + depth - size * 0.7, size * 0.34, size * 1.15, lean, 9)
        ink.polygon(spike, tones[int(np.clip(light, 0, 0.999) * 6)])
    return mix(painting, ink.over(painting), 0.85)


def _broad_tree(ink, x, foot, tall, rng, dark, light):
    """A broad tree against the light: trunk, boughs, and a crown of many small leaves."""
    for k in range(9):
        angle = -np.pi / 2 + (k - 4) * 0.24
        tip = (x + tall * 0.64 * np.cos(angle), foot - tall * 0.30 + tall * 0.52 * np.sin(angle))
        bough = bezier((x, foot), (x, foot - tall * 0.25), (x, foot - tall * 0.35), tip, 20)
        ink.stroke(bough, np.linspace(tall * 0.055, tall * 0.006, 20), dark)
    for _ in range(900):
        angle = rng.uniform(0, TAU)
        reach = np.sqrt(rng.random()) * (1 + 0.14 * np.sin(angle * 5 + 1) + 0.08 * np.sin(angle * 9))
        up = -0.36 * reach * np.sin(angle)
        colour = blend(dark, light, np.clip(0.5 + 0.9 * up + rng.normal(0, 0.2), 0, 1))
        ink.polygon(ellipse(x + tall * 0.52 * reach * np.cos(angle), foot - tall * (0.66 + up), tall * 0.026,
                            tall * 0.018, rng.uniform(0, 3), 8), colour)


# Of each hill the base, height and features per unit of its line, two colours, and how many stripes.
_HILLS = [(0.44, 0.050, 1.7, '#c9c29a', '#c9c29a', 0), (0.48, 0.075, 1.4, '#b3b781', '#bcbf8a', 44),
          (0.545, 0.095, 1.2, '#9aa863', '#a9b36c', 30), (0.62, 0.125, 1.05, '#e0b04e', '#d3a042', 34),
          (0.71, 0.13, 0.95, '#86993f', '#98a84a', 24), (0.82, 0.14, 0.9, '#5d8040', '#6f8f46', 19),
          (0.97, 0.14, 0.85, '#35633c', '#437243', 13)]


def evening_hills(frame):
    """Hills ploughed and sown in stripes, cypresses, a farm, and the last light from the left."""
    rng, noise = frame.rng(), Noise(frame.seed)
    x, y = frame.full_grid()
    painting = sky_with_sun(frame, [(0, '#5f9aa6'), (0.20, '#a9c8b8'), (0.36, '#f3e2b8'), (0.46, '#fbd29a'),
                                    (1, '#fbd29a')], (0.12, 0.40), '#fff3cc', 0.55, 0.85)
    for k, (base, height, wide, first, second, stripes) in enumerate(_HILLS):
        line = base - height * noise.fractal(x[0] * wide + 7.3 * k, np.float32(k * 2.7), 2, 0.30)
        depth = y - line
        slope = np.gradient(blur(line[None, :], 0, 30 * frame.height / 1067), axis=1) * frame.height
        fan = (x - 0.3 * frame.aspect - 0.1 * k) / (0.35 + depth * 2.4) + 1.6 * slope * depth
        body = _striped(first, second, (fan + 0.15 * np.sin(depth * 9 + k)) * stripes * (1 if k % 2 else -1))
        facing = smoothstep(-0.30, 0.30, -slope)      # the sun is at the left: what falls to it is lit
        light = 0.74 - 0.10 * np.clip(depth / 0.3, 0, 1)
        light = light + 0.40 * facing * np.exp(-np.maximum(depth, 0) / 0.22)
        warmth = mix(np.float32([0.86, 0.92, 1.06]), np.float32([1.10, 1.02, 0.86]), facing[..., None])
        body = np.clip(body * light[..., None] * warmth, 0, 1)
        mist = smoothstep(0.03, 0.16, depth) * max(0.0, 0.62 - 0.14 * k)
        painting = over(painting, over(body, rgb('#fbe0b0'), mist), below(line, y, frame))
        hill = _Hill(frame, line)
        hill.furnish(k, rng)
        painting = over(painting, rgb('#2a4038'), 0.38 * blur(hill.shadows.mask(), 1.5))
        painting = hill.things.over(painting)
    return grain(np.clip(painting, 0, 1), 0.8, rng)


def _striped(first, second, phase):
    """Two colours in turns along `phase`, antialiased where the stripes are narrow."""
    wave = np.sin(phase)
    width = np.hypot(np.gradient(wave, axis=0), np.gradient(wave, axis=1)) + 1e-6
    return over(np.broadcast_to(rgb(first), wave.shape + (3,)), rgb(second),
                np.clip(wave / width / 1.5 + 0.5, 0, 1))


class _Hill:
    """What stands on one hill, and its long shadows."""

    def __init__(self, frame, line):
        self._frame, self._line = frame, line
        self.things, self.shadows = Ink(frame), Ink(frame, 2)

    def _ground(self, x):
        return self._line[int(np.clip(x * self._frame.height, 0, self._frame.width - 1))]

    def furnish(self, number, rng):
        """Bushes far away, the farm in the middle, cypresses from there to the front."""
        if number in (1, 2):
            for x in rng.uniform(0, self._frame.aspect, 22):
                size = rng.uniform(0.004, 0.009)
                self.things.disc(x, self._ground(x) + size * 0.2, size,
                                 shade('#6f8458', rng.uniform(-0.2, 0.1)))
        if number == 2:
            for k in range(7):
                self._cypress(1.08 + 0.017 * k, 0.034 * rng.uniform(0.8, 1.1), 0.006)
        elif number == 3:
            self._farm(0.50, 0.085)
            for x, tall in ((0.561, 0.085), (0.587, 0.105), (0.612, 0.075), (0.437, 0.095)):
                self._cypress(x, tall)
        elif number == 4:
            for k in range(9):
                self._cypress(0.90 + 0.062 * k, 0.105 * rng.uniform(0.9, 1.08))
        elif number == 6:
            for x, tall in ((0.16, 0.33), (0.235, 0.40), (0.325, 0.30)):
                self._cypress(x, tall, 0.03)

    def _cypress(self, x, tall, sink=0.010):
        foot = self._ground(x) + sink
        upper, middle, lower = lens((x, foot), (x, foot - tall), tall * 0.19, 0.36)
        self.things.polygon(np.vstack([upper, lower[::-1]]), '#1d4237')
        self.things.polygon(np.vstack([upper, middle[::-1]]), '#47703f')
        upper, _, lower = lens((x, foot - 0.002), (x + tall * 1.35, foot + tall * 0.22), tall * 0.13, 0.4)
        self.shadows.polygon(np.vstack([upper, lower[::-1]]), '#ffffff')

    def _farm(self, x, size):
        """A farm house with its tower, drawn in units of its width."""
        foot = self._ground(x) + 0.012

        def draw(points, colour):
            self.things.polygon(np.array(points) * size + (x, foot), colour)

        draw(rectangle(-0.5, -0.50, 1, 0.5), '#f6dfb4')
        draw(rectangle(0.14, -0.50, 0.36, 0.5), '#b99878')
        draw([(-0.58, -0.47), (-0.36, -0.76), (0.34, -0.76), (0.58, -0.47)], '#b5563a')
        draw(rectangle(-0.44, -0.92, 0.24, 0.92), '#fae8c2')
        draw([(-0.49, -0.90), (-0.32, -1.06), (-0.15, -0.90)], '#a84c34')
        for left in (-0.10, 0.02):
            draw(rectangle(left, -0.36, 0.07, 0.12), '#6f5a4c')
