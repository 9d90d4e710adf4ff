"""What a program shows, seen from outside: runs it under bench_watch, finds the tiles in its last frame, and
says when the last of them got its final pixels.

The rule is the same for every program. A run is over when nothing moves any more: no change on the screen, no
processor time, no file opened for QUIET_MS. Then the tiles are looked for in the frame as it stands, and each
tile's final time is that of the last change of any cell of 16x16 pixels inside it. What changes outside of
the tiles (a progress text, a scroll bar, a cursor) does not count. A coarse picture that is replaced later
counts when it is replaced.
"""

import json
import struct
import subprocess

import numpy as np

import stage

QUIET_MS = 1200
BUSY_SHARE = 0.10  # of one core: less than this over SETTLED_MS is idle
SETTLED_MS = 300


def read_frame(path):
    """The screen as an array of height x width x 3, from the XWD file that Xvfb keeps."""
    with open(path, "rb") as file:
        return pixels_of(file.read())


def pixels_of(data):
    """The same of the bytes of such a file, not copied."""
    header = struct.unpack(">25I", data[:100])
    size, width, height, bits, pitch, colours = (header[index] for index in (0, 4, 5, 11, 12, 19))
    start = size + colours * 12
    rows = np.frombuffer(data, np.uint8, height * pitch, start).reshape(height, pitch)
    return rows[:, :width * bits // 8].reshape(height, width, bits // 8)[..., 2::-1]


def runs(flags, least):
    """[(start, end)] of the stretches of True that are at least `least` long."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(a, b) for a, b in zip(edges[::2], edges[1::2]) if b - a >= least]


def bridged(flags, gap):
    """flags with inner stretches of False up to `gap` long filled: dark columns inside a picture."""
    out = flags.copy()
    for start, stop in runs(~flags, 1):
        if 0 < start and stop < len(flags) and stop - start <= gap:
            out[start:stop] = True
    return out


def background(frame):
    """The colour that covers more of the frame than any other."""
    packed = frame.astype(np.uint32)
    values, counts = np.unique((packed[..., 0] << 16 | packed[..., 1] << 8 | packed[..., 2])[::3, ::3],
                               return_counts=True)
    most = int(values[np.argmax(counts)])
    return np.array([most >> 16, most >> 8 & 255, most & 255], np.int16)


def find_tiles(frame, tile):
    """Rectangles (x, y, w, h) of the pictures on a wall whose tiles are about `tile` (width, height) large.

    Pictures stand in rows: a band of rows that differ from the background and are high enough, and in it
    stretches of columns. Tiles without a gap between them are told apart by their width. Flat areas are no
    pictures.
    """
    differs = (np.abs(frame.astype(np.int16) - background(frame)) > 12).any(axis=2)
    found = []
    for top, bottom in runs(differs.mean(axis=1) > 0.02, int(tile[1] * 0.22)):
        filled = differs[top:bottom].mean(axis=0) > 0.1
        for left, right in runs(bridged(filled, 4), int(tile[0] * 0.6)):
            count = max(1, round((right - left) / (tile[0] * 1.03)))
            width = (right - left) // count
            boxes = [(left + i * width, top, width, bottom - top) for i in range(count)]
            found += [box for box in boxes if is_picture(frame, box)]
    return found


def is_picture(frame, box):
    x, y, w, h = box
    inside = frame[y + h // 8:y + h - h // 8, x + w // 8:x + w - w // 8]
    return inside.size > 0 and inside.astype(np.float32).std(axis=(0, 1)).max() > 2


def tile_times(watch, tiles):
    """For each tile the time (ms, as in the watch) when the last cell inside it changed for the last time."""
    columns, rows = watch["cells"]
    last = np.array(watch["last"]).reshape(rows, columns)
    cell = watch["cell"]
    times = []
    for x, y, w, h in tiles:
        inside = last[-(-(y + 4) // cell):(y + h - 4) // cell, -(-(x + 4) // cell):(x + w - 4) // cell]
        times.append(float(inside.max()) if inside.size else 0.0)
    return times


def idle_time(watch, after):
    """The first time from `after` on at which the program is at rest: a tenth of a core for 300 ms."""
    samples = [(at, used) for at, used in watch["cpu"]]
    for index, (at, used) in enumerate(samples):
        later = [u for t, u in samples[index:] if t <= at + SETTLED_MS]
        if at >= after and later[-1] - used < BUSY_SHARE * SETTLED_MS:
            return at
    return samples[-1][0] if samples else after


def start_watch(programs, display, folder, timeout_s):
    arguments = [programs / "bench_watch", display.screen_file, folder, QUIET_MS, timeout_s * 1000]
    process = subprocess.Popen([str(one) for one in arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               text=True)
    if process.stdout.readline().strip() != "ready":
        raise RuntimeError("bench_watch did not start")
    return process


def observe(programs, display, arguments, home, folder, tile, timeout_s=180, during=None):
    """Runs a program on a wall of `folder` and gives what was seen. All times in ms from its start, exec
    included.

    screenful: the last visible tile is final. loaded: after the last file was opened, the program has come to
    rest; `opened` says how many files that were, for some load only what is near. during(process) is called
    once while it runs.
    """
    watcher = start_watch(programs, display, folder, timeout_s)
    began = stage.now_ms()
    process = stage.start(arguments, home, cwd=home.path("home"))
    watcher.stdin.write(f"{process.pid}\n")
    watcher.stdin.close()
    if during is not None:
        during(process)
    watch = json.loads(watcher.stdout.read())
    watcher.wait()
    frame = read_frame(display.screen_file)
    status = stage.end(process)
    return describe(watch, frame, began, tile, len(list(folder.iterdir())), status)


def observe_last(runs, *arguments):
    """The last of several runs in one home, which finds what those before it left there."""
    for _ in range(runs):
        result = observe(*arguments)
    return result


def describe(watch, frame, began, tile, files, status):
    tiles = find_tiles(frame, tile)
    times = [t for t in tile_times(watch, tiles) if t > 0]
    result = {"end": watch["end"], "tiles": len(times), "opened": len(watch["opened"]), "status": status,
              "first_change": since(min((t for t in watch["first"] if t > 0), default=None), began),
              "screenful": since(max(times, default=None), began),
              "screen_still": since(max(watch["last"], default=None), began), "loaded": None, "files": files,
              "cpu": watch["cpu"][-1][1] if watch["cpu"] else None,
              "watch_cost": watch["look_ms"] / max(1, watch["looks"])}
    if watch["opened"] and times:
        result["loaded"] = max(idle_time(watch, max(watch["opened"])) - began, result["screenful"])
    return result


def since(at, began):
    return None if not at else at - began
