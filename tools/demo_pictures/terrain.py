"""Country seen through a lens: height fields with light and shadow, drawn column by column.

A height field is a square array of heights in the unit of its side (the whole field is 1 x 1), that tiles.
"""

import numpy as np

from .colour import ramp, rgb
from .noise import Noise
from .raster import blur, grain, over, resize, sample, shrink, smoothstep

_SHADOW_STEPS = 90


def plane(size):
    """Coordinates of the cells of a field, 0 to 1."""
    side = (np.arange(size, dtype=np.float32) + 0.5) / size
    return np.meshgrid(side, side)


def slopes(heights):
    """How much the field rises towards +x and +y, per unit of distance."""
    size = len(heights)
    return ((np.roll(heights, -1, 1) - np.roll(heights, 1, 1)) * (size / 2),
            (np.roll(heights, -1, 0) - np.roll(heights, 1, 0)) * (size / 2))


def sunlight(heights, azimuth, elevation, softness=0.004):
    """Direct light on each cell (0 to 1), with the shadows that the heights cast.

    `azimuth` is where the sun stands: the angle from +x to +y, like the heading of the camera.
    """
    size, rise = len(heights), np.tan(elevation)
    dx, dy = slopes(heights)
    facing = (np.sin(elevation) - np.cos(elevation) * (np.cos(azimuth) * dx + np.sin(azimuth) * dy))
    lambert = np.clip(facing / np.sqrt(1 + dx * dx + dy * dy), 0, 1)
    blocked = np.full_like(heights, -1)
    for step in range(1, _SHADOW_STEPS):
        cells = 1.13 * step ** 1.18                    # finer near by, where shadows are sharp
        shift_x, shift_y = int(round(cells * np.cos(azimuth))), int(round(cells * np.sin(azimuth)))
        distance = np.hypot(shift_x, shift_y) / size
        other = np.roll(np.roll(heights, -shift_x, 1), -shift_y, 0)
        np.maximum(blocked, other - heights - distance * rise, out=blocked)
    return lambert * smoothstep(softness, -softness, blocked)


def hollows(heights, reach):
    """How much of the sky each cell sees (0 to 1): less in valleys than on ridges."""
    return np.clip(0.72 + (heights - blur(heights, reach)) * (len(heights) / reach) * 0.8, 0.25, 1)


class Camera:
    """Where the picture is taken from, in the unit of the field; `lens` is in frame heights."""

    def __init__(self, x, y, z, heading, horizon, lens, near, far):
        self.x, self.y, self.z, self.heading = x, y, z, heading
        self.horizon, self.lens, self.near, self.far = horizon, lens, near, far


def trace(frame, heights, camera, oversample=2, steps=1400):
    """What each pixel of the (oversampled) frame sees: distance (0 for sky), and its place in the field."""
    width, height = frame.width * oversample, frame.height * oversample
    size = len(heights)
    side = (np.arange(width, dtype=np.float32) + 0.5) / height - frame.aspect / 2
    reach = np.geomspace(camera.near, camera.far, steps).astype(np.float32)
    ahead = np.array([np.cos(camera.heading), np.sin(camera.heading)], np.float32)
    right = np.array([-ahead[1], ahead[0]])
    rays = ahead + right * (side / camera.lens)[:, None]
    rows = (np.arange(height, dtype=np.float32) + 0.5) / height
    distance = np.zeros((height, width), np.float32)
    for first in range(0, width, 200):         # a slice of columns at a time: less memory, same result
        ray = rays[first:first + 200]
        x = (camera.x + ray[:, :1] * reach) * size
        y = (camera.y + ray[:, 1:] * reach) * size
        rise = sample(heights, x, y, wrap=True) - camera.z
        screen = camera.horizon - camera.lens * rise / reach
        silhouette = np.minimum.accumulate(screen, axis=1)
        for i in range(len(ray)):
            hit = np.searchsorted(-silhouette[i], -rows, side='left')
            seen = hit < steps
            k = np.clip(hit, 1, steps - 1)
            upper, lower = screen[i, k], silhouette[i, k - 1]
            part = np.clip((lower - rows) / np.maximum(lower - upper, 1e-7), 0, 1)
            distance[:, first + i] = np.where(seen, reach[k - 1] + (reach[k] - reach[k - 1]) * part, 0)
    x = (camera.x + rays[:, 0] * distance) * size
    y = (camera.y + rays[:, 1] * distance) * size
    return distance, x, y


def rain(heights, drops, steps, rng, bite=0.35, settle=0.12, capacity=9.0, evaporation=0.018):
    """Wears gullies into a field, in place: drops run downhill, take earth along, leave it where they slow.

    All drops of one call run at once; call it several times, so that later ones find older gullies.
    """
    size, flat = len(heights), heights.reshape(-1)
    x, y = rng.uniform(0, size, (2, drops)).astype(np.float32)
    vx, vy, load = np.zeros((3, drops), np.float32)
    water, speed = np.ones((2, drops), np.float32)
    for _ in range(steps):
        xi, yi = x.astype(np.int32) % size, y.astype(np.int32) % size
        fx, fy = x - np.floor(x), y - np.floor(y)
        xn, yn = (xi + 1) % size, (yi + 1) % size
        corners = [yi * size + xi, yi * size + xn, yn * size + xi, yn * size + xn]
        shares = [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy]
        a, b, c, d = (flat[k] for k in corners)
        here = a * shares[0] + b * shares[1] + c * shares[2] + d * shares[3]
        vx = vx * 0.25 - ((b - a) * (1 - fy) + (d - c) * fy) * 0.75
        vy = vy * 0.25 - ((c - a) * (1 - fx) + (d - b) * fx) * 0.75
        length = np.maximum(np.hypot(vx, vy), 1e-9)
        vx, vy = vx / length, vy / length
        x, y = (x + vx) % size, (y + vy) % size
        fall = here - sample(heights, x, y, wrap=True)
        room = np.maximum(fall, 1e-5) * speed * water * capacity - load
        change = np.where(room > 0, -np.minimum(room * bite, np.maximum(fall, 0)), -room * settle)
        change = np.where(fall < 0, np.minimum(-fall, load), change)         # a pit: fill it
        load = np.maximum(load - change, 0)
        for corner, share in zip(corners, shares):
            flat += np.bincount(corner, change * share, size * size).astype(np.float32)
        speed = np.sqrt(np.clip(speed * speed + fall * 400, 0.04, 16))
        water *= 1 - evaporation


def _alps_field(size, seed, frequency=6.0, showers=5, summit=0.0):
    """Mountains from creased noise, then rain. With `summit`, those in the middle rise above the rest."""
    noise = Noise(seed)
    across, along = plane(size)
    x, y = across * frequency, along * frequency
    warp_x, warp_y = noise.fractal(x * 0.7, y * 0.7, 4), noise.fractal(x * 0.7 + 40, y * 0.7, 4)
    x, y = x + 0.28 * warp_x, y + 0.28 * warp_y
    heights = noise.ridged(x, y, 8, 0.47) + 0.45 * noise.fractal(x * 0.45, y * 0.45, 2)
    low, high = np.percentile(heights, (1, 99.95))
    heights = (np.clip((heights - low) / (high - low), 0, 1.1) ** 1.3).astype(np.float32)
    middle = np.exp(-((across - 0.52) ** 2 / 0.016 + (along - 0.5) ** 2 / 0.012))
    heights = heights * (1 + summit * middle).astype(np.float32) * (0.38 / frequency)
    rng = np.random.default_rng([seed, 5])
    for _ in range(showers):
        rain(heights, 40000, 48, rng, capacity=8.0)
    return heights


def _sky_rows(frame, horizon, stops):
    """A sky for an oversampled view: a gradient down to the horizon."""
    return ramp(frame.grid(2)[1] / horizon, stops)


def _before_sky(frame, view, distance, sky):
    """The oversampled view, and the sky where it shows nothing, as a painting."""
    painting = shrink(np.where((distance > 0)[..., None], view, sky).astype(np.float32), 2)
    return grain(np.clip(painting, 0, 1), 1.0, frame.rng())


def _finer(heights, seed, roughness):
    """The same field with twice the cells, and creases between the old ones: rock needs detail near by."""
    size = len(heights) * 2
    x, y = plane(size)
    noise = Noise(seed + 77)
    detail = noise.ridged(x * 96, y * 96, 4, 0.55)
    return resize(heights, size, size) + (detail - 0.4) * roughness


def alpine_morning(frame):
    """Snow peaks in the first sun, their shadows still blue, mist in the valleys."""
    heights = _finer(_alps_field(1024, frame.seed, frequency=6.0, showers=6, summit=0.9), frame.seed, 0.0007)
    size, top = len(heights), np.percentile(heights, 99.9)
    steep = 0.6 * np.hypot(*slopes(blur(heights, 5))) + 0.4 * np.hypot(*slopes(blur(heights, 1.5)))
    gx, gy = plane(size)
    patch = Noise(frame.seed + 1).fractal(gx * 60, gy * 60, 4)
    level = heights / top
    snow = smoothstep(0.95, 0.78, steep + 0.05 * patch - 0.35 * level)
    snow = snow * smoothstep(0.22, 0.34, level + 0.10 * patch)
    ground = ramp(level * 1.5 + 0.2 * patch, ['#1c2f33', '#33433f', '#4a4850', '#57545f'])
    ground = over(ground, rgb('#f4f6fa'), snow)
    sun = sunlight(heights, 1.9, 0.36) * smoothstep(0.22, 0.50, level)        # not down in the valleys yet
    light = sun[..., None] * np.float32([1.85, 1.04, 0.58])
    light = light + hollows(heights, 26)[..., None] * np.float32([0.21, 0.33, 0.58])
    lit = ground ** 2 * light.astype(np.float32)

    distance, x, y = trace(frame, heights, Camera(0.02, 0.5, top * 0.92, 0.0, 0.36, 2.4, 0.09, 0.97))
    view = np.sqrt(np.clip(sample(lit, x, y, wrap=True), 0, 1.25)) * 0.93
    level = sample(heights, x, y, wrap=True) / top
    air = 1 - np.exp(-(distance / 0.80) ** 2.2)
    valley = smoothstep(0.55, 0.10, level) * smoothstep(0.2, 0.5, distance) * 0.9
    view = over(view, ramp(1 - level * 1.3, ['#a9bcd6', '#b9c8dd', '#dcd9e0']), np.maximum(air, valley))
    sky = _sky_rows(frame, 0.36, ['#2b62a6', '#6696c8', '#b3c9e0', '#f2dccb'])
    return _before_sky(frame, view, distance, sky)


def _dune_field(size, seed):
    """Crescent crests: a saw-tooth profile along a bent wind, long slopes and short slip faces."""
    noise = Noise(seed)
    x, y = plane(size)
    total = np.zeros_like(x)
    for scale, amount, bend in ((5.0, 1.0, 1.1), (11.0, 0.34, 0.9)):
        phase = x * scale + bend * noise.fractal(x * scale * 0.35, y * scale * 0.5, 3) + 0.5 * y * scale
        t = phase - np.floor(phase)
        crest = 0.74
        lee = 1 - (np.maximum(t - crest, 0) / (1 - crest)) ** 0.85
        profile = np.where(t < crest, (t / crest) ** 1.7, lee)
        swell = 0.62 + 0.7 * noise.fractal(x * scale * 0.5 + 9, y * scale * 0.5, 2)
        total += amount * profile * np.clip(swell, 0.12, 1.3)
    return total


def dunes(frame):
    """Dunes in the last hour of the day: one side glows, the other is already cool."""
    size = 1536
    heights = blur(_dune_field(size, frame.seed), 1.2) * 0.042
    sun = sunlight(heights, 3.0, 0.26, softness=0.002)
    noise = Noise(frame.seed + 1)
    gx, gy = plane(size)
    ripple = np.sin((gx * 1.0 + gy * 0.35) * 900 + 7 * noise.fractal(gx * 14, gy * 14, 3))
    distance, x, y = trace(frame, heights, Camera(0.10, 0.28, 0.105, 0.62, 0.22, 1.55, 0.06, 0.85))
    light = np.clip(sample(sun, x, y, wrap=True) * 1.8, 0, 1)
    fine = sample(ripple, x, y, wrap=True) * np.exp(-distance * 7) * 0.10
    sky_part = sample(hollows(heights, 24), x, y, wrap=True)
    tone = 0.10 + 0.86 * light + fine * (0.4 + light) + 0.12 * (sky_part - 0.7)
    view = ramp(tone, ['#3a1c33', '#6d2f3c', '#a94f38', '#d9823f', '#f3b565', '#ffdf9f'])
    air = 1 - np.exp(-(distance / 0.75) ** 1.6)
    view = over(view, rgb('#f3b98a'), air * 0.9)
    sky = _sky_rows(frame, 0.27, ['#4d7d96', '#8fb0ab', '#e9cfa2', '#f7be8c'])
    return _before_sky(frame, view, distance, sky)


def _cloud_field(size, seed):
    """Heaps of cloud on a slow swell."""
    noise = Noise(seed)
    x, y = plane(size)
    u, v = x * 9, y * 9
    u, v = u + 0.5 * noise.fractal(u * 0.6, v * 0.6, 3), v + 0.5 * noise.fractal(u * 0.6 + 31, v * 0.6, 3)
    billow, amplitude, scale = np.zeros_like(x), 1.0, 1.0
    for octave in range(7):
        billow += amplitude * np.abs(noise(u * scale + octave * 7, v * scale)) * 1.6
        amplitude, scale = amplitude * 0.5, scale * 2
    swell = noise.fractal(x * 4, y * 4, 3)
    return 0.032 * billow * (0.75 + 0.5 * swell) + 0.014 * swell


def cloud_sea(frame):
    """Above the clouds at sunrise, with a few summits that reach through."""
    size, sun = 1280, (1.0, 0.292)
    clouds = _cloud_field(size, frame.seed)
    peaks = _alps_field(size, frame.seed + 5, frequency=6, showers=2)
    peaks = (peaks - np.percentile(peaks, 98)) * 1.9 + 0.03
    heights = np.maximum(clouds, peaks)
    distance, x, y = trace(frame, heights, Camera(0.05, 0.5, 0.115, 0.05, 0.34, 1.45, 0.06, 0.9))
    light = sample(blur(sunlight(heights, 0.25, 0.20, softness=0.014), 1.5), x, y, wrap=True)
    shade = sample(hollows(heights, 22), x, y, wrap=True)
    view = ramp(0.50 + 1.45 * (0.50 * shade + 0.70 * light - 0.58),
                ['#3c4a78', '#6a6f9f', '#a58fb0', '#e2aaa6', '#ffd2a8', '#fff1d6'])
    stone = ramp(light * 1.1 + 0.3 * shade, ['#171c3c', '#3a2f54', '#a05a58', '#f6a874'])
    view = over(view, stone, sample(smoothstep(-0.001, 0.003, peaks - clouds), x, y, wrap=True))
    air = 1 - np.exp(-(distance / 0.72) ** 2.2)
    view = over(view, rgb('#f9c49a'), air * 0.95)
    across, down = frame.grid(2)
    away = np.hypot(across - sun[0], (down - sun[1] - 0.023) * 1.2)
    sky = _sky_rows(frame, 0.38, ['#2f4f8f', '#5f7fb8', '#b9a9c4', '#f3b9a2', '#ffd6a0'])
    sky = over(sky, rgb('#fff3cf'), np.exp(-away * 5.5) * 0.9)
    core = np.clip((0.02 - np.hypot(across - sun[0], down - sun[1])) * frame.height / 3 + 0.5, 0, 1)
    sky = over(sky, rgb('#fffbe9'), core)
    view = over(view, rgb('#ffe9c0'), np.exp(-away * 4.6) * 0.60)
    return _before_sky(frame, view, distance, sky)
