"""Plants: a dahlia, a plum branch on gold, water lilies over carp, ginkgo leaves."""

import numpy as np

from .colour import blend, ramp, rgb, shade
from .noise import Noise, cloud
from .raster import TAU, blur, grain, mix, over, smoothstep
from .vector import Ink, bezier, ellipse, lens, rotated

GOLDEN = np.pi * (3 - np.sqrt(5))


def _unit(angle):
    return np.array([np.cos(angle), np.sin(angle)])


def _leaf(base, tip, width, widest):
    """The whole outline of a `lens`."""
    upper, _, lower = lens(base, tip, width, widest)
    return np.vstack([upper, lower[::-1]])


def dahlia(frame, ground, petals, heart, count=430, reach=0.425):
    """Petals at the golden angle, the outer ones drawn first; each with a dark border and a light heart."""
    rng = frame.rng()
    x, y = frame.grid()
    centre = np.array([frame.aspect / 2, 0.5])
    away = np.hypot(x - centre[0], y - centre[1])
    ink = Ink(frame)
    for k in range(count, 6, -1):
        t = np.sqrt(k / count)
        direction = _unit(k * GOLDEN + rng.normal(0, 0.02))
        size = reach * (0.13 + 0.30 * t ** 1.1)
        base = centre + reach * t * 0.70 * direction
        root, tip, width = base - 0.3 * size * direction, base + size * direction, size * mix(0.46, 0.52, t)
        colour = ramp(np.clip(t * 0.92 + rng.normal(0, 0.025), 0, 1), petals)
        ink.polygon(_leaf(root, base + 1.05 * size * direction, width * 1.10, 0.62), shade(colour, -0.45))
        upper, middle, lower = lens(root, tip, width, 0.62)
        ink.polygon(np.vstack([upper, lower[::-1]]), colour)
        ink.polygon(np.vstack([lower, middle[::-1]]), shade(colour, -0.13))
        upper, middle, _ = lens(base, base + 0.94 * size * direction, width * 0.42, 0.66)
        ink.polygon(np.vstack([upper, middle[::-1]]), shade(colour, 0.16))
    for k in range(90, 0, -1):
        t = np.sqrt(k / 90)
        at = centre + reach * 0.115 * t * _unit(k * GOLDEN)
        ink.disc(*(at + 0.0015), reach * 0.0145, shade(ramp(t, heart), -0.4))
        ink.disc(*at, reach * 0.0125, ramp(t, heart))
    painting = ink.over(ramp(away / 0.75, ground))
    hollow = smoothstep(reach * 0.45, 0, away) * smoothstep(0, reach * 0.2, away)
    return grain(np.clip(painting * (1 - 0.12 * hollow)[..., None], 0, 1), 1.0, rng)


def _gold_leaf(frame, rng):
    """Squares of gold leaf, overlapping at their seams, each a little different."""
    noise = Noise(frame.seed)
    x, y = frame.full_grid()
    side = 0.195
    wobble = 0.004 * noise.fractal(x * 9, y * 9, 3)
    u, v = (x + wobble) / side, (y + wobble + 0.02) / side
    cell = np.floor(u).astype(int) * 31 + np.floor(v).astype(int)
    tones = rng.uniform(-0.10, 0.10, 997)[cell % 997].astype(np.float32)
    seam = np.minimum(np.minimum(u % 1, 1 - u % 1), np.minimum(v % 1, 1 - v % 1))
    worn = noise.fractal(x * 6, y * 6, 6)
    tone = 0.55 + tones + 0.16 * worn + 0.10 * cloud(frame, 1.2, rng, 3) - 0.10 * smoothstep(0.035, 0.0, seam)
    painting = ramp(np.clip(tone, 0, 1), ['#7a5420', '#b98a35', '#d9b058', '#ecd08a', '#f7e6b4'])
    return over(painting, rgb('#8a4a24'),
                0.55 * smoothstep(0.52, 0.85, worn + 0.45 * smoothstep(0.03, 0, seam)))


def _blossom(ink, at, size, rng, petal_colours):
    """A five-petalled flower, seen from the side; colours of border, petal, its light, and stamens."""
    turn, squash, lean = rng.uniform(0, TAU), rng.uniform(0.72, 1.0), rng.uniform(0, TAU)

    def placed(points):
        return rotated(rotated(points, turn) * (1, squash), lean) + at

    for k in range(5):
        angle = k * TAU / 5
        middle = rotated([[size * 0.52, 0]], angle)[0]
        outline = rotated(ellipse(0, 0, size * 0.46, size * 0.43, 0, 30), angle) + middle
        ink.polygon(placed(outline * 1.035), petal_colours[0])
        ink.polygon(placed(outline), petal_colours[1])
        inner = rotated(ellipse(-size * 0.10, 0, size * 0.26, size * 0.20, 0, 24), angle) + middle
        ink.polygon(placed(inner), petal_colours[2])
    for k in range(11):
        angle = k * TAU / 11 + rng.uniform(-0.15, 0.15)
        far = rotated([[size * rng.uniform(0.26, 0.40), 0]], angle)[0]
        ink.stroke(placed(np.array([[0, 0], far])), size * 0.022, petal_colours[3])
        ink.disc(*placed(far[None])[0], size * 0.035, '#f2c14e')
    ink.disc(*at, size * 0.085, petal_colours[3])


def _branch(ink, rng, start, angle, length, width, depth, places):
    """One branch and its forks; adds to `places` where flowers can sit, and how the branch runs there."""
    points, heading, at = [np.array(start, float)], angle, np.array(start, float)
    steps = 26
    bend = rng.normal(0, 0.02)
    for k in range(steps):
        heading += bend + rng.normal(0, 0.075)
        bend += rng.normal(0, 0.006) - 0.02 * (heading - angle)
        at = at + length / steps * _unit(heading)
        points.append(at)
        if depth and k > 4 and rng.random() < (0.16 if depth > 1 else 0.10):
            side = rng.choice([-1, 1])
            _branch(ink, rng, at, heading + side * rng.uniform(0.45, 0.95), length * rng.uniform(0.35, 0.58),
                    width * 0.52 * (1 - k / steps * 0.5), depth - 1, places)
        if depth < 2 and k > 3 and rng.random() < 0.42:
            places.append((at + rng.normal(0, 0.007, 2), heading))
    taper = np.linspace(1, 0.28, len(points)) * rng.uniform(0.9, 1.1, len(points))
    ink.stroke(points, width * taper, '#ffffff')


def plum_on_gold(frame):
    """A plum branch in flower on gold leaf, as on a folding screen."""
    rng = frame.rng(4)
    painting = _gold_leaf(frame, frame.rng(1))
    ink, places = Ink(frame), []
    _branch(ink, rng, (-0.05, 0.93), -0.62, 1.10, 0.060, 3, places)
    _branch(ink, rng, (0.42, 0.66), -0.12, 0.98, 0.030, 2, places)
    _branch(ink, rng, (-0.03, 0.50), -0.35, 0.50, 0.026, 2, places)
    mask = ink.mask()
    moss = Noise(frame.seed + 2)
    x, y = frame.full_grid()
    bark = ramp(0.5 + 0.8 * moss.fractal(x * 22, y * 22, 4), ['#1d1614', '#3d2b25', '#5a4436'])
    lichen = smoothstep(0.25, 0.6, moss.fractal(x * 7 + 8, y * 7, 4)) * smoothstep(0.4, 0.95, blur(mask, 5))
    bark = over(bark, rgb('#5f8a72'), 0.85 * lichen)
    shadow = blur(np.roll(mask, (5, 4), (0, 1)), 5) * (1 - mask)
    painting = over(painting * (1 - 0.20 * shadow)[..., None], bark, mask)
    ink = Ink(frame)
    white = ['#c9a8a4', '#fbf3ea', '#fffaf4', '#d98a9a']
    red = ['#7a1d2c', '#c23b4c', '#d95f68', '#7a1226']
    rng.shuffle(places)
    for k, (at, heading) in enumerate(places[:170]):
        if not (-0.02 < at[0] < frame.aspect + 0.02):
            continue
        if k % 3 == 2:
            side = heading + rng.choice([-1, 1]) * 1.2
            bud = at + 0.010 * _unit(side)
            ink.disc(*bud, rng.uniform(0.006, 0.011), '#c23b4c')
            ink.disc(*(bud + 0.002), 0.0035, '#e08a90')
        else:
            _blossom(ink, at, rng.uniform(0.021, 0.033), rng, red if k % 7 == 0 else white)
    return np.clip(ink.over(painting), 0, 1)


def _lily_pad(ink, x, y, radius, rng, colour):
    """A round leaf with its notch and veins."""
    turn = rng.uniform(0, TAU)
    angle = np.linspace(0.16, TAU - 0.16, 70)
    rim = radius * (1 + 0.018 * np.sin(angle * 7 + turn))
    outline = np.vstack([[[0, 0]], np.stack([rim * np.cos(angle), rim * np.sin(angle)], -1)])
    ink.polygon(rotated(outline, turn) + (x, y), shade(colour, -0.25))
    ink.polygon(rotated(outline * 0.965, turn) + (x, y), colour)
    for k in range(11):
        a = turn + 0.35 + k * (TAU - 0.7) / 10
        tip = (x, y) + radius * 0.88 * _unit(a)
        ink.stroke([(x, y), tip], [radius * 0.030, radius * 0.008], shade(colour, 0.13), False)


def _lotus(ink, x, y, size):
    """A lotus flower: three wreaths of petals, lighter inwards."""
    for ring, (count, length, tone) in enumerate(((10, 1.0, 0.0), (9, 0.80, 0.35), (7, 0.56, 0.7))):
        for k in range(count):
            a = (k + 0.5 * (ring % 2)) * TAU / count
            tip = (x, y) + size * length * _unit(a) * (1, 0.92)
            upper, middle, lower = lens((x, y), tip, size * 0.36, 0.58)
            colour = ramp(tone, ['#d9588a', '#f08cb0', '#ffd9e2'])
            ink.polygon(np.vstack([upper, lower[::-1]]), shade(colour, -0.18))
            ink.polygon(np.vstack([upper * 0.9 + middle * 0.1, (lower * 0.9 + middle * 0.1)[::-1]]), colour)
            ink.polygon(np.vstack([upper * 0.35 + middle * 0.65, middle[::-1]]), shade(colour, 0.35))
    ink.disc(x, y, size * 0.17, '#f2b632')
    for k in range(14):
        ink.disc(*((x, y) + size * 0.14 * np.sqrt(k / 14) * _unit(k * GOLDEN)), size * 0.026, '#fbe08a')


class _Carp:
    """A carp along a curve of its back, head first; all lengths are in its own length."""

    def __init__(self, nose, heading, length, bend):
        t = np.linspace(0, 1, 60)
        back = heading + np.pi + bend * (t - 0.2) * 1.2 + 0.25 * np.sin(t * 5)
        self.length, self.along = length, np.stack([np.cos(back), np.sin(back)], -1)
        self.across = np.stack([-self.along[:, 1], self.along[:, 0]], -1)
        self.spine = np.array(nose) + np.cumsum(self.along * length / len(t), axis=0)
        snout = np.sqrt(np.clip(1 - (1 - np.minimum(t / 0.30, 1)) ** 2, 0, 1)) ** 1.15
        self.half = length * (0.098 * snout * np.cos(np.clip((t - 0.28) / 0.72, 0, 1) * 1.38) ** 0.9 + 0.004)

    def body(self):
        flank = self.across * self.half[:, None]
        return np.vstack([self.spine + flank, (self.spine - flank)[::-1]])

    def at(self, place, side, out):
        """A point beside the spine: `out` is 1 on the flank."""
        k = int(place * 60)
        return self.spine[k] + self.across[k] * side * self.half[k] * out

    def fins(self):
        for place, angle, size, slim in ((0.26, 0.75, 0.15, 0.55), (0.58, 0.6, 0.10, 0.5)):
            for side in (-1, 1):
                base, size_here = self.at(place, side, 0.75), size * self.length
                tip = base + rotated([self.along[int(place * 60)]], side * angle)[0] * size_here
                yield _leaf(base, tip, size_here * slim, 0.7)

    def tail(self):
        end, back = self.spine[-1], self.along[-1]
        for side in (-1, 1):
            tip = end + rotated([back], side * 0.42)[0] * self.length * 0.22
            yield _leaf(end - back * self.length * 0.03, tip, self.length * 0.085, 0.62)

    def paint(self, frame, painting, noise, skin, patch, veil, share, black):
        """`share` moves the border between skin and patches; `black` is how dark the black patches are."""
        shadow, fins, body, details = Ink(frame, 2), Ink(frame), Ink(frame), Ink(frame)
        for part in [self.body(), *self.tail()]:
            shadow.polygon(part + (0.014, 0.030), '#000000')
        for part in [*self.fins(), *self.tail()]:
            fins.polygon(part, '#ffffff')
        body.polygon(self.body(), '#ffffff')
        painting = over(painting, rgb('#062226'), 0.42 * blur(shadow.mask(), 8 * frame.height / 1067))
        painting = over(painting, rgb(veil), fins.mask() * 0.80)
        x, y = frame.full_grid()
        nose_x, nose_y = self.spine[0] * 9
        scale = 2.45 / self.length
        spots = smoothstep(-0.02, 0.06, noise.fractal(x * scale + nose_x, y * scale + nose_y, 3) + share)
        colour = over(np.broadcast_to(rgb(skin), painting.shape), rgb(patch), spots)
        inked = smoothstep(0.30, 0.36, noise.fractal(x * 9 + 40, y * 9 + 2.2 * nose_x, 3))
        colour = over(colour, rgb('#23262b'), inked * black)
        mask = body.mask()
        round_back = np.clip((blur(mask, self.length * 0.035 * frame.height) - 0.35) * 1.6, 0, 1)
        painting = over(painting, colour * (0.70 + 0.36 * round_back)[..., None], mask)
        ridge = self.spine[16:43]
        thick = self.length * 0.020 * np.sin(np.linspace(0, np.pi, len(ridge)))
        details.stroke(ridge, thick, '#ffffff', False)
        painting = over(painting, rgb(veil), details.mask() * 0.55)
        eyes = Ink(frame)
        for side in (-1, 1):
            eyes.disc(*self.at(0.085, side, 0.78), self.length * 0.012, '#14181b')
        return eyes.over(painting)


def carp_pond(frame):
    """Carp under water lilies, from above."""
    rng, noise = frame.rng(), Noise(frame.seed)
    x, y = frame.full_grid()
    deep = 0.5 + 0.45 * noise.fractal(x * 1.3, y * 1.3, 4)
    painting = ramp(deep, ['#06282e', '#0c424a', '#14606a', '#23808a'])
    web = 1 - np.abs(noise.fractal(x * 5 + 0.6 * noise.fractal(x * 3, y * 3, 2), y * 5, 2))
    painting = painting + (0.10 * smoothstep(0.86, 1.0, web) * deep)[..., None] * np.float32([0.7, 1, 0.95])
    for place, skin in (
            (((0.86, 0.30), -0.30, 0.60, 0.75), ('#f6efe2', '#e2572b', '#fbeee0', 0.05, 0.0)),
            (((0.40, 0.64), 2.75, 0.56, 0.80), ('#f2652a', '#f58a3a', '#ffc890', 0.0, 0.5)),
            (((1.20, 0.44), -1.15, 0.46, -0.8), ('#f8f2e8', '#d9402b', '#fdf3ea', -0.10, 1.0)),
            (((0.66, 0.93), 0.15, 0.40, -0.5), ('#f2b33d', '#f7c65a', '#ffe3a8', 0.0, 0.0))):
        painting = _Carp(*place).paint(frame, painting, noise, *skin)
    shadow, ink = Ink(frame, 2), Ink(frame)
    for px, py, radius in ((0.10, 0.14, 0.13), (0.28, 0.02, 0.09), (1.42, 0.86, 0.16), (1.22, 0.99, 0.11),
                           (1.50, 0.60, 0.075), (0.05, 0.93, 0.10), (0.72, 0.03, 0.07), (1.46, 0.10, 0.10),
                           (0.02, 0.36, 0.06), (0.80, 0.99, 0.06)):
        shadow.disc(px + 0.016, py + 0.030, radius, '#000000')
        _lily_pad(ink, px, py, radius, rng, ramp(rng.random(), ['#2f7a4f', '#4f9a58', '#86b45a']))
    _lotus(ink, 1.335, 0.80, 0.088)
    _lotus(ink, 0.155, 0.085, 0.070)
    painting = over(painting, rgb('#04181c'), 0.45 * blur(shadow.mask(), 10 * frame.height / 1067))
    painting = ink.over(painting)
    for rx, ry in ((0.30, 0.52), (1.08, 0.10)):
        ring = np.hypot(x - rx, y - ry)
        painting = painting + (0.07 * np.sin(ring * 260) * np.exp(-((ring - 0.07) / 0.035) ** 2))[..., None]
    return grain(np.clip(painting, 0, 1), 0.8, rng)


def _ginkgo(ink, at, size, turn, colours, rng):
    """A fan with a notch, fine veins and a long stem."""
    spread = rng.uniform(1.05, 1.35)
    angle = np.linspace(-spread, spread, 90)
    rim = size * (1 - 0.26 * np.exp(-(angle / 0.085) ** 2) - 0.05 * (angle / spread) ** 4
                  + 0.020 * np.sin(angle * 13 + rng.uniform(0, 6)) + 0.012 * np.sin(angle * 29))
    edge = np.stack([rim * np.sin(angle), -rim * np.cos(angle)], -1)
    waist = np.array([[size * 0.035, -size * 0.02], [-size * 0.035, -size * 0.02]])
    ink.polygon(rotated(np.vstack([edge, waist]), turn) + at, colours[0])
    bright = np.stack([rim * 0.985 * np.sin(angle), -rim * 0.985 * np.cos(angle)], -1)[:45]
    ink.polygon(rotated(np.vstack([bright, [[0, -size * 0.12]]]), turn) + at, colours[1])
    for k in range(4, 90, 5):
        vein = np.array([[0.0, -size * 0.04], edge[k] * 0.93])
        ink.stroke(rotated(vein, turn) + at, [size * 0.004, size * 0.011], colours[2], False)
    stem = bezier((0, 0), (0, size * 0.3), (size * 0.12, size * 0.5), (size * 0.22, size * 0.72), 24)
    ink.stroke(rotated(stem, turn) + at, np.linspace(size * 0.030, size * 0.020, 24), colours[2])


def ginkgo(frame):
    """Ginkgo leaves coming down at night."""
    rng = frame.rng()
    _, y = frame.grid()
    painting = ramp(y + 0.06 * cloud(frame, 2, rng, 4), ['#0b1f3a', '#123154', '#1b4468'])
    golds = [('#d99a2b', '#ecb84a', '#a86a1c'), ('#f0c659', '#f8dc86', '#c08a2a'),
             ('#b97a24', '#d0963c', '#7f4f16'), ('#e8d9a8', '#f6ecca', '#bfa566')]
    places = []
    for count, size, faint in ((26, 0.060, 0.62), (22, 0.095, 0.25), (13, 0.150, 0.0)):  # far, middle, near
        ink = Ink(frame)
        for _ in range(count):
            for _ in range(60):                                   # look for a free place, but not for ever
                at = np.array([rng.uniform(0, frame.aspect), 1 - rng.uniform(0, 1) ** 0.8 * 1.05])
                if all(np.hypot(*(at - other)) > (size + reach) * 0.62 for other, reach in places):
                    break
            places.append((at, size))
            gold = golds[int(rng.integers(4))]
            colours = [blend(c, '#16395c', faint) for c in gold]
            _ginkgo(ink, at, size * rng.uniform(0.85, 1.15), rng.normal(0.4, 1.1), colours, rng)
        if not faint:
            shadow = blur(np.roll(ink.mask(), (14, 10), (0, 1)), 12 * frame.height / 1600)
            painting = painting * (1 - 0.35 * shadow)[..., None]
        painting = ink.over(painting)
    return grain(np.clip(painting, 0, 1), 1.0, rng)
