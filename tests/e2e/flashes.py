"""What flashes on the screen of an X server, measured as WCAG 2.3.1 says, from the pixels."""

import threading
import time

import numpy as np
from PIL import Image

BLACK, WHITE, RED, GREEN = (0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 120, 0)
COLUMNS, ROWS = 32, 18
MOST = 6  # opposing changes in a second: three flashes
AREA = 5  # cells: a quarter of ten degrees of the eye on a large screen (src/view/flash.h); less may flash
_linear = np.array([v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in np.arange(256) / 255])


class Recording:
    """As a context: all that a window shows meanwhile, but for its lowest quarter, where notices and the position stand."""

    def __init__(self, display, frieze, every_s=0.003):
        words = display.xdotool("getwindowgeometry", "--shell", display.window(frieze))
        place = {name: int(value) for name, value in (word.split("=") for word in words)}
        self.box = [place[name] for name in ("X", "Y", "WIDTH", "HEIGHT")]
        self.display, self.every_s, self.frames = display, every_s, []
        self.ended, self.thread = threading.Event(), threading.Thread(target=self.record)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def record(self):
        x, y, w, h = self.box
        pixels = self.display.pixels()[y:y + h * 3 // 4, x:x + w]
        while not self.ended.wait(self.every_s):
            now, frame = time.monotonic(), pixels[::4, ::4].copy()
            if not self.frames or not np.array_equal(frame, self.frames[-1][1]):
                self.frames.append((now, frame))

    def colours(self):
        """Of the middle of each frame, (red, green, blue), in turn."""
        middles = [frame[frame.shape[0] // 2, frame.shape[1] // 2] for _, frame in self.frames]
        seen = [tuple(int(channel) for channel in middle[2::-1]) for middle in middles]
        return seen[:1] + [now for before, now in zip(seen, seen[1:]) if now != before]

    def cuts(self):
        """When a fifth of it became something else."""
        return [now for (_, before), (now, frame) in zip(self.frames, self.frames[1:])
                if (np.abs(frame.astype(int) - before) > 40).any(axis=2).mean() > 0.2]

    def levels(self, kind):
        """Of each cell, frame by frame, 0 to 1."""
        for now, frame in self.frames:
            h, w = frame.shape[0] // ROWS * ROWS, frame.shape[1] // COLUMNS * COLUMNS
            linear = _linear[frame[:h, :w, 2::-1]]
            cells = linear.reshape(ROWS, h // ROWS, COLUMNS, w // COLUMNS, 3).mean(axis=(1, 3))
            r, g, b = cells[..., 0], cells[..., 1], cells[..., 2]
            if kind == "light":
                yield now, 0.2126 * r + 0.7152 * g + 0.0722 * b
            else:
                yield now, np.where(r >= 0.8 * (r + g + b), np.maximum(r - g - b, 0), 0)

    def changes(self, kind="light"):
        """For each cell the greatest number of opposing changes within one second."""
        least, bright = (0.1, 0.8) if kind == "light" else (20 / 320, 2)
        frames = list(self.levels(kind))
        times = [[[] for _ in range(COLUMNS)] for _ in range(ROWS)]
        extreme, direction = frames[0][1].copy(), np.zeros((ROWS, COLUMNS), int)
        for now, level in frames[1:]:
            step = np.where(level > extreme, 1, -1)
            changed = (np.abs(level - extreme) >= least) & (np.minimum(level, extreme) < bright) & (step != direction)
            for row, column in zip(*np.nonzero(changed)):
                times[row][column].append(now)
            further = (level - extreme) * direction > 0
            extreme = np.where(changed | further, level, extreme)
            direction = np.where(changed, step, direction)
        return np.array([[most_within(cell, 1) for cell in row] for row in times])


def most_within(times, seconds):
    return max((sum(start <= time < start + seconds for time in times) for start in times), default=0)


def worst(recording, kind="light"):
    return recording.changes(kind).max()


def flashing(recording, kind="light"):
    """How many cells change more often than that."""
    return (recording.changes(kind) > MOST).sum()


def plain(folder, colours, size=(320, 180)):
    """A folder of plain pictures in these colours."""
    folder.mkdir()
    for number, colour in enumerate(colours):
        Image.new("RGB", size, colour).save(folder / f"{number:03}.png")
    return folder
