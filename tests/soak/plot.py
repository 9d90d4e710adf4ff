"""Draws what was seen of a run as one picture: panels over a common axis of time."""

import math

from PIL import Image, ImageDraw, ImageFont

SCALE = 2  # drawn twice as large and reduced, which smooths every edge
WIDTH, LEFT, RIGHT, TOP, GAP, BOTTOM = 1500, 84, 190, 132, 58, 46
PAPER, INK, FAINT, GRID, SHADE = "#ffffff", "#1b1f24", "#6a737d", "#e4e7eb", "#f1f4f8"
COLOURS = ("#2f6fb3", "#e08a2e", "#3d9a6a", "#b4527a", "#7a66b8")


def font(size, bold=False):
    try:
        return ImageFont.truetype(f"DejaVuSans{'-Bold' if bold else ''}.ttf", size * SCALE)
    except OSError:
        return ImageFont.load_default()


def nice_step(span, count):
    """1, 2 or 5 times a power of ten, so that about `count` steps fit."""
    raw = span / count
    power = 10 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw)


class Axis:
    """Values to pixels, from the lower edge of a panel upwards."""

    def __init__(self, most, low=0.0, log=False, whole=False):
        self.log, self.low = log, low
        if log:
            self.ticks = [value for value in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000) if low <= value <= most]
            self.high = most
        else:
            step = nice_step(max(most - low, 1e-9) * 1.08, 4)
            step = max(1, step) if whole else step
            self.high = low + step * math.ceil((most - low) * 1.08 / step)
            self.ticks = [low + step * i for i in range(round((self.high - low) / step) + 1)]

    def share(self, value):
        if self.log:
            value = min(max(value, self.low), self.high)
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)


class Plot:
    def __init__(self, heights, span_s, shades=()):
        self.span_s, self.shades = span_s, shades
        self.height = TOP + sum(heights) + GAP * (len(heights) - 1) + BOTTOM
        self.image = Image.new("RGB", (WIDTH * SCALE, self.height * SCALE), PAPER)
        self.pen = ImageDraw.Draw(self.image)
        self.tops = [TOP + sum(heights[:i]) + GAP * i for i in range(len(heights))]
        self.heights, self.panel = heights, -1

    def text(self, x, y, text, size=13, colour=INK, bold=False, anchor="la"):
        self.pen.text((x * SCALE, y * SCALE), text, colour, font(size, bold), anchor=anchor)

    def line(self, points, colour, width=1.6):
        self.pen.line([(x * SCALE, y * SCALE) for x, y in points], colour, round(width * SCALE), joint="curve")

    def x(self, at_s):
        return LEFT + (WIDTH - LEFT - RIGHT) * at_s / self.span_s

    def y(self, value):
        top, height = self.tops[self.panel], self.heights[self.panel]
        return top + height * (1 - self.axis.share(value))

    def next_panel(self, title, axis, unit=""):
        self.panel, self.axis = self.panel + 1, axis
        top, height = self.tops[self.panel], self.heights[self.panel]
        for begin, end in self.shades:
            box = [value * SCALE for value in (self.x(begin), top, self.x(end), top + height)]
            self.pen.rectangle(box, SHADE)
        for tick in axis.ticks:
            self.line([(LEFT, self.y(tick)), (WIDTH - RIGHT, self.y(tick))], GRID, 1)
            self.text(LEFT - 8, self.y(tick), f"{tick:,g}", 12, FAINT, anchor="rm")
        self.text(LEFT, top - 12, title, 14, bold=True, anchor="ls")
        self.text(WIDTH - RIGHT, top - 12, unit, 12, FAINT, anchor="rs")

    def columns(self, points):
        """[(x, least, mean, most)] of (time, value), one for each column of pixels that has any."""
        found = {}
        for at_s, value in points:
            found.setdefault(round(self.x(at_s)), []).append(value)
        return [(x, min(values), sum(values) / len(values), max(values)) for x, values in sorted(found.items())]

    def area(self, lower, upper, colour):
        """Between two series over the same times."""
        low, high = self.columns(lower), self.columns(upper)
        edge = [(x, self.y(mean)) for x, _, mean, _ in high] + [(x, self.y(mean)) for x, _, mean, _ in reversed(low)]
        if len(high) > 1:
            self.pen.polygon([(x * SCALE, y * SCALE) for x, y in edge], colour)

    def series(self, points, colour, width=1.6):
        """The mean as a line, and beside it what lies between the least and the most as a veil."""
        columns = self.columns(points)
        veil = Image.new("L", self.image.size, 0)
        pen = ImageDraw.Draw(veil)
        for x, least, _, most in columns:
            pen.rectangle([x * SCALE, self.y(most) * SCALE, (x + 1) * SCALE, self.y(least) * SCALE], 60)
        self.image.paste(colour, mask=veil)
        if len(columns) > 1:
            self.line([(x, self.y(mean)) for x, _, mean, _ in columns], colour, width)

    def names(self, labels):
        """(value, text, colour) beside the ends of the lines, moved apart where they would overlap."""
        row, bottom = 18, self.tops[self.panel] + self.heights[self.panel]
        labels = sorted(labels, key=lambda label: self.y(label[0]))
        at = []
        for value, _, _ in labels:
            at.append(max(self.y(value), at[-1] + row if at else 0))
        for i in reversed(range(len(at))):
            at[i] = min(at[i], bottom - (len(at) - 1 - i) * row)
        for y, (_, text, colour) in zip(at, labels):
            self.text(WIDTH - RIGHT + 10, y, text, 13, colour, anchor="lm")

    def time_axis(self):
        minutes = self.span_s > 180
        unit = 60 if minutes else 1
        step = nice_step(self.span_s / unit, 10)
        y = self.tops[-1] + self.heights[-1]
        for i in range(int(self.span_s / unit / step) + 1):
            self.text(self.x(i * step * unit), y + 8, f"{i * step:g}", 12, FAINT, anchor="ma")
        self.text(WIDTH - RIGHT + 10, y + 8, "minutes" if minutes else "seconds", 12, FAINT)

    def save(self, path):
        self.image.resize((WIDTH, self.height), Image.LANCZOS).save(path, optimize=True)
