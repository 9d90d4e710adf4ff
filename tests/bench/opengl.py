"""Walls of small tiles of many shapes by OpenGL (Mesa's CPU renderer) and by SDL's own: what a frame takes of the render thread."""

import random
import shutil

from PIL import Image

import browse
import subject

COUNT, SIDE, TILE = 1_000, 640, "64x64"  # 500 to 700 tiles in view
LAYOUTS = ("grid", "justified", "masonry")
SHAPES = (4 / 3, 4 / 3, 4 / 3, 3 / 2, 3 / 2, 16 / 9, 3 / 4, 2 / 3, 1)  # as cameras and phones make them; one in ten is cut by hand
CUT = (0.5, 2.2)
SOURCES = 40


def shapes_folder(context):
    """corpus/shapes, made of the wall's pictures."""
    folder = context.corpus / "shapes"
    if (folder / ".complete").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    rng = random.Random(7)
    sources = []
    for path in sorted((context.corpus / "wall").iterdir())[:SOURCES]:
        image = Image.open(path)
        image.draft("RGB", (1000, 750))
        sources.append(image.convert("RGB").resize((960, 720)))
    for number in range(COUNT):
        ratio = rng.uniform(*CUT) if rng.randrange(10) == 0 else rng.choice(SHAPES)
        w, h = (SIDE, round(SIDE / ratio)) if ratio >= 1 else (round(SIDE * ratio), SIDE)
        source = sources[number % len(sources)]
        x, y = rng.randint(0, source.width - w), rng.randint(0, source.height - h)
        source.crop((x, y, x + w, y + h)).save(folder / f"{number:04d}.jpg", quality=85)
    (folder / ".complete").touch()
    return folder


def run(context):
    """{"renderer layout": {work, frame, bytes, upload}}: ms of a frame of a wall that is scrolled by pages; what its textures take, and ms of
    all uploads."""
    folder, table = shapes_folder(context), {}
    for renderer in ("software", "opengl"):
        for layout in LAYOUTS:
            options = "--tile", TILE, "--layout", layout
            with browse.Running(context, folder, *options, environment={"SDL_RENDER_DRIVER": renderer}) as running:
                running.rest("screenful")
                for key in ("End", "Home"):
                    running.ask("key", key)
                    running.rest()
                browse.page_to_and_fro(running)
                stats = running.ask("stats")
            table[f"{renderer} {layout}"] = {
                "work": subject.figure(stats, "frames", "recent_work_p50"), "frame": subject.figure(stats, "frames", "recent_p50"),
                "bytes": subject.figure(stats, "cache", "texture_bytes_peak"), "upload": subject.figure(stats, "upload", "time")}
    return table
