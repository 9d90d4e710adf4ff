"""Pictures opened cold, and the first that is seen of a wall: when something like the final frame stands on the screen, seen from
outside, and when the final one does."""

import mmap
import os
import struct
import time

import numpy as np

import browse
import screen
import stage
import subject

NAMES, LEAST_MEMORY = 1_000, "128M"  # so little that most of them have no tile
APART, EACH = 67, 10  # numbers that are opened lie so far from each other; how many with and without a thumbnail
ROW_STEP, COLUMN_STEP = 24, 8  # a look takes 0.05 ms, two in a hundred of a core
STILL_S, POLL_S, PATIENCE_S = 0.5, 0.002, 10
# How much nearer to the final pixels than what stood there before: coarse, or final.
COARSE = 0.25


class Screen:
    """Every so many pixels of the X server's screen, mapped; `frames` holds [ms, pixels] of each state that was seen."""

    def __init__(self, display):
        with open(display.screen_file, "rb") as file:
            self.map = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        header = struct.unpack(">25I", self.map[:100])
        size, self.width, height, bits, pitch, colours = (header[index] for index in (0, 4, 5, 11, 12, 19))
        rows = np.frombuffer(self.map, np.uint8, height * pitch, size + colours * 12).reshape(height, pitch)
        self.pixels = rows[ROW_STEP // 2::ROW_STEP, :self.width * bits // 8].reshape(-1, self.width, bits // 8)
        self.frames = []

    def look(self):
        """Whether it is another one than before."""
        now, seen = stage.now_ms(), self.pixels[:, ::COLUMN_STEP, :3]
        if self.frames and np.array_equal(seen, self.frames[-1][1]):
            return False
        self.frames.append((now, seen.copy()))
        return True

    def until_still(self, alive=lambda: True):
        moved = began = time.monotonic()
        while time.monotonic() - moved < STILL_S and time.monotonic() - began < PATIENCE_S and alive():
            if self.look():
                moved = time.monotonic()
            time.sleep(POLL_S)

    def times(self, area=np.s_[:, :]):
        """(coarse, final) of an area of `pixels`, ms: since when it is nearly, and exactly, what it was at the end."""
        final = self.frames[-1][1][area].astype(np.int16)
        apart = [float(np.abs(pixels[area].astype(np.int16) - final).mean()) for _, pixels in self.frames]
        return tuple(self.since(apart, apart[0] * share) for share in (COARSE, 0))

    def since(self, apart, most):
        late = [index for index, value in enumerate(apart) if value > most]
        return self.frames[late[-1] + 1][0] if late else self.frames[0][0]


def links(context, home):
    pictures = sorted((context.corpus / context.wall).iterdir())
    folder = home.path("names")
    folder.mkdir()
    for number in range(NAMES):
        picture = pictures[number % len(pictures)]
        (folder / f"{number:04}{picture.suffix}").symlink_to(picture)
    return folder


def numbers(with_thumbnail):
    """Of pictures that lie far from each other, and of those that the last one brought along."""
    found, at = [], 0
    while len(found) < EACH:
        at += APART
        while (at % 200 % 3 == 2) != with_thumbnail:
            at += 1
        found.append(at)
    return found


def open_one(running, seen, number):
    """(ms until it is coarse, until it is sharp) from the keys on: the wall goes there and opens it."""
    seen.frames.clear()
    seen.look()
    began = stage.now_ms()
    running.ask("key", *str(number + 1), "G", "Return")
    seen.until_still()
    coarse, final = seen.times()
    running.ask("key", "Esc")
    running.rest()
    browse.steady_decodes(running)
    return coarse - began, final - began


def opened(context):
    """Without animation, which takes longer than the decoding. Of each picture nothing is there, not even a tile."""
    with stage.Home(context.display) as home:
        folder = links(context, home)
        with browse.Running(context, folder, "--motion", "off", "--memory", LEAST_MEMORY) as running:
            running.rest("screenful")
            browse.steady_decodes(running)
            seen = Screen(context.display)
            for key, with_thumbnail in (("plain", False), ("thumbnail", True)):
                running.result[key] = [open_one(running, seen, number) for number in numbers(with_thumbnail)]
    return running.result


def coarse_screenful(context):
    """{coarse, final}: ms from the start of the program until all tiles are there, coarse at least, and until they are final; and
    how many were found."""
    context.ready()
    with stage.Home(context.display) as home:
        seen = Screen(context.display)
        began = stage.now_ms()
        process = stage.start(subject.frieze_command(context, home, "thumbs35"), home, cwd=home.path("home"))
        seen.until_still(lambda: process.poll() is None)
        frame = screen.read_frame(context.display.screen_file)
        status = stage.end(process)
        times = [seen.times(np.s_[-(-y // ROW_STEP):(y + h) // ROW_STEP, -(-x // COLUMN_STEP):(x + w) // COLUMN_STEP])
                 for x, y, w, h in screen.find_tiles(frame, subject.TILE)]
        return {"tiles": len(times), "coarse": max((coarse for coarse, _ in times), default=0) - began,
                "final": max((final for _, final in times), default=0) - began, "status": status,
                "stats": subject.json_of(home.path("stats.json"))}


def reference(context):
    """Full decode, upload and draw on one core, for each picture of the wall; and how fast memory is copied."""
    return subject.own_program(context, "bench_picture", "-n", 2 * EACH, context.corpus / context.wall)
