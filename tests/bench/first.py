"""The first picture of a folder of 100,000, by each program as it is started by default, seen on the screen from outside; and the
memory that frieze has taken there when its first screenful stands."""

import time

import numpy as np
from PIL import Image

import find
import screen
import stage
import subject

SIZE, COLOUR = (4000, 3000), (200, 0, 200)  # no program has that in its own window
ALIKE, STEP, LEAST = 60, 8, 20  # of every STEPth pixel each way so many are nearly of that colour
ORIGINALS = 4  # a file may have 65,000 names at most
LOOK_S, PATIENCE_S = 0.004, 20
PEER_TRIES = 3  # one start of geeqie in seven or so leaves its picture's place empty for good


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


def shows(pixels):
    return (np.abs(pixels[::STEP, ::STEP].astype(np.int16) - COLOUR).max(axis=2) < ALIKE).sum() >= LEAST


def first_ms(context, program, tries=1):
    """From its start, exec included; None: not in PATIENCE_S, in none of so many starts."""
    for _ in range(tries):
        took = one_start_ms(context, program)
        if took is not None:
            break
    return {"first": took}


def one_start_ms(context, program):
    made = folder(context.corpus)
    context.ready()
    with stage.Home(context.display) as home:
        pixels = screen.pixels_of(np.memmap(context.display.screen_file, np.uint8, "r"))
        assert not shows(pixels)
        began = stage.now_ms()
        process = stage.start([program, str(made)], home, cwd=home.path("home"))
        while not (seen := shows(pixels)) and stage.now_ms() - began < PATIENCE_S * 1000 and process.poll() is None:
            time.sleep(LOOK_S)
        took = stage.now_ms() - began
        stage.end(process)
        return took if seen else None


def sample_memory(process, _home):
    """Until its end."""
    watch = stage.MemoryWatch(process.pid, LOOK_S)
    watch.start()
    subject.wait_for(process)
    watch.finish()
    return watch.samples


def memory(context):
    """Pictures take so long that all names are there before the last tile."""
    return subject.until(context, folder(context.corpus), "screenful", sample_memory)


def stood_bytes(run):
    """The most until the first screenful stood: what came after that lies beside it. None: that was not seen."""
    stood_ms = subject.figure(run["stats"], "startup", "screenful")
    return max((taken for ms, taken in run["beside"] if stood_ms and ms <= stood_ms), default=None)
