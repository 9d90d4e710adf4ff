#!/usr/bin/env python3
"""Makes the benchmark's pictures, once, into a cache folder.

    wall/      200 JPEGs of 4000x3000 (12 Mpx), about 3.6 MB each; every third has an embedded EXIF thumbnail
    large/     56 JPEGs of 4800x3600 (17 Mpx), about 5 MB each, none with a thumbnail
    plain35/   hard links to the first 35 of wall/ without thumbnail
    thumbs35/  hard links to the first 35 of wall/ with one
    quick/     hard links to the first 54 of wall/
    huge/      26 JPEGs of 6000x4000 (24 Mpx), about 7 MB each, under four names each: made when first needed

All are quality 90, 4:2:0, baseline. Each is a cut of one of six painted scenes at a place of its own,
mirrored or not, with its own colours, light and grain; picture k has the same bytes in every run on the same
libraries. A stamp file says that a folder is complete, so that a second call returns at once.
"""

import argparse
import io
import json
import multiprocessing
import os
import pathlib
import shutil
import struct
import sys
import tempfile
import time

import numpy as np
import PIL
from PIL import Image

import scenes

VERSION = 1  # raise it when the pictures change: stamps of other versions are not believed
WALL_COUNT, LARGE_COUNT, SCREENFUL = 200, 56, 35
QUICK_COUNT = 54  # holds 36 without thumbnail
WALL_SIZE, LARGE_SIZE = (4000, 3000), (4800, 3600)
HUGE_COUNT, HUGE_NAMES, HUGE_SIZE = 26, 4, (6000, 4000)  # larger than the scenes, which are mirrored at their edges
QUALITY, SUBSAMPLING_420 = 90, 2
GRAIN_UNIT = 24.0  # standard deviation of the stored grain
# Standard deviation of the grain added to each scene, chosen so that the files come near 2.4 bits a pixel.
GRAIN = {"mountains": 9.3, "shore": 10.0, "town": 9.6, "forest": 5.5, "meadow": 9.6, "closeup": 8.4}


def has_thumbnail(index):
    return index % 3 == 2


def default_folder():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return pathlib.Path(os.environ.get("FRIEZE_BENCH_DIR") or os.path.join(cache, "frieze-bench"))


# --- EXIF -----------------------------------------------------------------------------------------

def ifd(entries, offset, following):
    """One TIFF directory at `offset`: entries are (tag, type, count, bytes); long values come after it."""
    body, extra = b"", b""
    after = offset + 2 + 12 * len(entries) + 4
    for tag, kind, count, value in entries:
        if len(value) > 4:
            body += struct.pack("<HHII", tag, kind, count, after + len(extra))
            extra += value + b"\0" * (len(value) % 2)
        else:
            body += struct.pack("<HHI", tag, kind, count) + value.ljust(4, b"\0")
    head = struct.pack("<H", len(entries)) + body
    end = after + len(extra)
    return head + struct.pack("<I", end if following else 0) + extra


def exif(index, thumbnail):
    """An APP1 payload like a camera's: maker, orientation, date, and the thumbnail (or None) in IFD1."""
    date = time.strftime("%Y:%m:%d %H:%M:%S", time.gmtime(1500000000 + 86413 * index)).encode() + b"\0"
    first = ifd([(0x010F, 2, 7, b"Frieze\0"), (0x0112, 3, 1, struct.pack("<H", 1)),
                 (0x0132, 2, len(date), date)], 8, thumbnail is not None)
    data = b"II*\0" + struct.pack("<I", 8) + first
    if thumbnail is not None:
        at = len(data) + 2 + 12 * 3 + 4
        data += ifd([(0x0103, 3, 1, struct.pack("<H", 6)), (0x0201, 4, 1, struct.pack("<I", at)),
                     (0x0202, 4, 1, struct.pack("<I", len(thumbnail)))], len(data), False) + thumbnail
    return b"Exif\0\0" + data


# --- one picture ----------------------------------------------------------------------------------

def base_path(work, number):
    return os.path.join(work, f"scene{number}.npy")


def make_base(args):
    work, number = args
    np.save(base_path(work, number), scenes.base(number))


def make_grain(work):
    """A field of grain a little wider than a pixel, as demosaicking leaves it."""
    rng = np.random.default_rng([0x46525A, 99])
    raw = rng.standard_normal((scenes.BASE_H, scenes.BASE_W), dtype=np.float32)
    soft = raw + 0.35 * (np.roll(raw, 1, 0) + np.roll(raw, 1, 1))
    soft *= GRAIN_UNIT / soft.std()
    np.save(os.path.join(work, "grain.npy"), np.clip(soft, -127, 127).astype(np.int8))


def cut(rng, plane, size):
    """A window of size (width, height) somewhere in plane."""
    more = [(0, max(0, least - have)) for have, least in zip(plane.shape, size[::-1])]
    plane = np.pad(plane, more + [(0, 0)] * (plane.ndim - 2), mode="reflect") if more != [(0, 0)] * 2 else plane
    top = int(rng.integers(0, plane.shape[0] - size[1] + 1))
    left = int(rng.integers(0, plane.shape[1] - size[0] + 1))
    return plane[top:top + size[1], left:left + size[0]]


def develop(rng, scene, grain, size, strength):
    """The scene's cut with its own tone curve, colour balance and grain, as an RGB array."""
    window = cut(rng, scene, size)
    if rng.random() < 0.5:
        window = window[:, ::-1]
    out = np.empty(window.shape, np.uint8)
    gamma, levels = rng.uniform(0.8, 1.25), np.arange(256) / 255
    amount = strength * rng.uniform(0.55, 1.16) / GRAIN_UNIT
    noise_levels = np.rint(np.arange(256, dtype=np.uint8).view(np.int8) * amount).astype(np.int16)
    for channel in range(3):
        curve = np.clip(255 * levels ** gamma * rng.uniform(0.82, 1.12), 0, 255).astype(np.int16)
        plane = curve[window[..., channel]]
        plane += noise_levels[cut(rng, grain, size).view(np.uint8)]
        out[..., channel] = np.clip(plane, 0, 255, out=plane)
    return out


def jpeg(image, quality, exif_bytes):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, subsampling=SUBSAMPLING_420, exif=exif_bytes)
    return out.getvalue()


def make_picture(args):
    """Writes one file unless it is there; the name appears when the file is whole. Gives its size."""
    work, path, index, size, thumb = args
    if os.path.exists(path):
        return os.path.getsize(path)
    number = index % len(scenes.SCENES)
    scene = np.load(base_path(work, number), mmap_mode="r")
    grain = np.load(os.path.join(work, "grain.npy"), mmap_mode="r")
    rng = np.random.default_rng([0x46525A, 1000 + index, size[0]])
    strength = GRAIN[scenes.SCENES[number].__name__]
    image = Image.fromarray(develop(rng, scene, grain, size, strength))
    small = jpeg(image.resize((160, 120), Image.BOX), 80, b"") if thumb else None
    data = jpeg(image, QUALITY, exif(index, small))
    with open(path + ".part", "wb") as out:
        out.write(data)
    os.rename(path + ".part", path)
    return len(data)


# --- the folders ----------------------------------------------------------------------------------

def tasks(root, work, quick):
    """What has to be made: one argument tuple of make_picture for each file."""
    wall = [(work, str(root / "wall" / f"IMG_{index + 1:04d}.jpg"), index, WALL_SIZE, has_thumbnail(index))
            for index in range(QUICK_COUNT if quick else WALL_COUNT)]
    large = [(work, str(root / "large" / f"DSC_{index + 1:04d}.jpg"), index, LARGE_SIZE, False)
             for index in range(0 if quick else LARGE_COUNT)]
    return wall + large


def link_subset(root, name, most, wanted):
    """root/name with hard links (copies where links do not work) to the first `most` wanted of wall/."""
    folder = root / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    chosen = [p for p in sorted((root / "wall").iterdir()) if wanted(int(p.stem[4:]) - 1)][:most]
    for path in chosen:
        try:
            os.link(path, folder / path.name)
        except OSError:
            shutil.copyfile(path, folder / path.name)


def stamp_of(quick):
    return {"version": VERSION, "quick": quick, "numpy": np.__version__, "pillow": PIL.__version__}


def is_complete(root, quick):
    try:
        stamp = json.loads((root / "stamp.json").read_text())
    except (OSError, ValueError):
        return False
    return stamp["version"] == VERSION and (quick or not stamp["quick"])


def fill(root, quick, workers, say):
    """Makes every file of the corpus. The bases lie in a temporary folder beside it and go at the end."""
    (root / "wall").mkdir(parents=True, exist_ok=True)
    (root / "large").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root, prefix="work-") as work:
        todo = tasks(root, work, quick)
        with multiprocessing.Pool(workers, maxtasksperchild=40) as pool:
            say("painting the scenes")
            pool.map(make_base, [(work, n) for n in range(len(scenes.SCENES))], chunksize=1)
            make_grain(work)
            sizes = []
            for size in pool.imap(make_picture, todo, chunksize=4):
                sizes.append(size)
                if len(sizes) % 40 == 0:
                    say(f"{len(sizes)} of {len(todo)} pictures")
    return sizes


def ensure_huge(root, say=lambda text: None):
    """root/huge, complete: made once, and not before somebody needs it."""
    folder = root / "huge"
    if (folder / ".complete").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with tempfile.TemporaryDirectory(dir=root, prefix="work-") as work:
        say("painting the scenes of 24 megapixels")
        with multiprocessing.Pool(os.cpu_count(), maxtasksperchild=10) as pool:
            pool.map(make_base, [(work, n) for n in range(len(scenes.SCENES))], chunksize=1)
            make_grain(work)
            pool.map(make_picture, [(work, str(folder / f"DSC_{index:04d}.jpg"), index, HUGE_SIZE, False)
                                    for index in range(HUGE_COUNT)], chunksize=1)
    for index in range(HUGE_COUNT, HUGE_COUNT * HUGE_NAMES):
        (folder / f"DSC_{index:04d}.jpg").hardlink_to(folder / f"DSC_{index % HUGE_COUNT:04d}.jpg")
    (folder / ".complete").touch()
    return folder


def ensure(root=None, quick=False, workers=None, say=lambda text: None):
    """The corpus folder, complete; makes what is missing."""
    root = pathlib.Path(root or default_folder())
    if is_complete(root, quick):
        return root
    old = root / "version"
    if not old.exists() or old.read_text() != str(VERSION):
        for name in ("wall", "large"):
            shutil.rmtree(root / name, ignore_errors=True)
    for left in root.glob("work-*"):
        shutil.rmtree(left, ignore_errors=True)
    root.mkdir(parents=True, exist_ok=True)
    old.write_text(str(VERSION))
    fill(root, quick, workers or os.cpu_count(), say)
    link_subset(root, "plain35", SCREENFUL, lambda index: not has_thumbnail(index))
    link_subset(root, "thumbs35", SCREENFUL, has_thumbnail)
    link_subset(root, "quick", QUICK_COUNT, lambda index: True)
    (root / "stamp.json").write_text(json.dumps(stamp_of(quick)))
    return root


def main():
    parser = argparse.ArgumentParser(description="Make the benchmark's pictures.")
    parser.add_argument("--quick", action="store_true", help=f"only the first {QUICK_COUNT} of wall/")
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("folder", nargs="?", help="default $FRIEZE_BENCH_DIR or ~/.cache/frieze-bench")
    args = parser.parse_args()
    start = time.monotonic()
    root = ensure(args.folder, args.quick, args.workers, lambda text: print(text, file=sys.stderr))
    for name in ("wall", "large", "plain35", "thumbs35"):
        sizes = [p.stat().st_size for p in (root / name).glob("*.jpg")]
        if sizes:
            print(f"{root / name}: {len(sizes)} files, {sum(sizes) / len(sizes) / 1e6:.2f} MB on average, "
                  f"{min(sizes) / 1e6:.2f} to {max(sizes) / 1e6:.2f}")
    print(f"{time.monotonic() - start:.1f} s")


if __name__ == "__main__":
    main()
