"""The first picture of a folder of 100,000, by each program as it is started by default, seen on the screen from outside; and the
memory that frieze has taken there when its first screenful stands."""

import struct
import time

import numpy as np
from PIL import Image

import find
import stage
import subject

SIZE, COLOUR = (4000, 3000), (200, 0, 200)  # no program has that in its own window
ALIKE, STEP, LEAST = 60, 8, 20  # of every STEPth pixel each way so many are nearly of that colour
ORIGINALS = 4  # a file may have 65,000 names at most
LOOK_S, PATIENCE_S = 0.004, 40


def folder(root):
    made = root / "first"
    done = made / ".complete"
    if not done.exists():
        made.mkdir(exist_ok=True)
        for number in range(find.COUNT):
            path = made / f"{number:06}.jpg"
            path.unlink(missing_ok=True)
            if number < ORIGINALS:
                Image.new("RGB", SIZE, COLOUR).save(path)
            else:
                path.hardlink_to(made / f"{number % ORIGINALS:06}.jpg")
        done.touch()
    return made


class Screen:
    """Every STEPth pixel each way, as it is now."""

    def __init__(self, path):
        header = struct.unpack(">25I", path_bytes(path, 100))
        size, width, height, bits, pitch, colours = (header[index] for index in (0, 4, 5, 11, 12, 19))
        data = np.memmap(path, np.uint8, "r", size + colours * 12, (height * pitch,))
        self.pixels = data.reshape(height, pitch // (bits // 8), bits // 8)[::STEP, :width:STEP, 2::-1]

    def shows(self):
        return (np.abs(self.pixels.astype(np.int16) - COLOUR).max(axis=2) < ALIKE).sum() >= LEAST


def path_bytes(path, count):
    with open(path, "rb") as file:
        return file.read(count)


def first_ms(context, program):
    """From its start, exec included; None: not in PATIENCE_S."""
    made = folder(context.corpus)
    context.ready()
    with stage.Home(context.display) as home:
        screen = Screen(context.display.screen_file)
        assert not screen.shows()
        began = stage.now_ms()
        process = stage.start([program, str(made)], home, cwd=home.path("home"))
        while not (seen := screen.shows()) and stage.now_ms() - began < PATIENCE_S * 1000 and process.poll() is None:
            time.sleep(LOOK_S)
        took = stage.now_ms() - began
        stage.end(process)
        return {"first": took if seen else None}


def memory(context):
    """Until then; pictures take so long that all names are there before the last tile."""
    return subject.until(context, folder(context.corpus), "screenful", subject.measure_memory)
