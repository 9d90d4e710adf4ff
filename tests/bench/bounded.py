"""`--memory 64M`, seen from outside: all processes together, with the wall of 200, 100,000 files, and 50 PNGs of 24 megapixels."""

import pathlib

from PIL import Image

import corpus
import first
import subject

BYTES = 64 << 20
PNGS, ORIGINALS = 50, 4  # no two neighbours are the same file, which a decoder would not read twice


def pngs(root):
    """The same scenes as huge/, made once."""
    made = pathlib.Path(root) / "pngs"
    done = made / ".complete"
    if not done.exists():
        made.mkdir(exist_ok=True)
        sources = sorted(corpus.ensure_huge(root).glob("*.jpg"))
        for number in range(PNGS):
            path = made / f"{number:03}.png"
            path.unlink(missing_ok=True)
            if number < ORIGINALS:
                with Image.open(sources[number]) as picture:
                    picture.save(path, compress_level=1)
            else:
                path.hardlink_to(made / f"{number % ORIGINALS:03}.png")
        done.touch()
    return made


def runs(context):
    """(name of the step, function) for each folder."""
    def run(folder, goal):
        return subject.until(context, folder, goal, subject.measure_memory, ("--memory", "64M"))
    return [("frieze_bounded_wall", lambda: run(context.wall, "loaded")),
            ("frieze_bounded_first", lambda: run(first.folder(context.corpus), "screenful")),
            ("frieze_bounded_pngs", lambda: run(pngs(context.corpus), "loaded"))]
