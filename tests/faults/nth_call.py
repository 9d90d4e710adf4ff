#!/usr/bin/env python3
"""Fails the Nth call of each kind, N = 1, 2, 3… until a clean pass, in every scene: the request fails, or the program
ends with a message; no signal, no hang, no leak, nothing half written.

Usage: nth_call.py FRIEZE [SCENE|KIND]...    with the frieze of tests/faults/; all scenes and kinds without
"""

import collections
import concurrent.futures
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "e2e"))

import frieze  # noqa: E402  (found by the path above)
import pictures  # noqa: E402
from PIL import Image  # noqa: E402

PATIENCE_S = 20
KINDS = ("alloc", "read", "write", "event", "open", "fd", "stat", "file", "unlink", "sync", "watch", "socket",
         "spawn", "map", "thread", "texture", "upload", "surface", "video", "sqlite", "disk-read", "disk-write",
         "disk-open", "cut", "torn")
POWER = "cut", "torn"  # what kills the program, or the process that works for it
KILLED = -signal.SIGKILL, 128 + signal.SIGKILL
READER_ENDED = re.compile(r"reader \d+ was ended by signal 9")
# What may fail from some call on, for ever: but nobody can go on without memory.
LASTING = "read", "write", "open", "fd", "stat", "file", "unlink", "sync", "watch", "spawn", "map", "thread", \
    "texture", "upload", "video", "sqlite", "disk-read", "disk-write", "disk-open"
SANITIZER = re.compile(r"==\d+==ERROR|runtime error:|ERROR: LeakSanitizer|SUMMARY:")
CONFIG = "tile = 90x70\n[keys]\nF5 = next\n[run]\na = true\n"
MARKS_BEFORE = "marked before\n"

Outcome = collections.namedtuple("Outcome", "status errors made counts took_s")


def make_pictures(folder):
    """A few of each kind; an animation, one that is cut short, one that is none, a sidecar, a folder below."""
    folder.mkdir()
    for number, suffix in enumerate(("jpg", "png", "webp", "bmp", "jpg", "tif")):
        pictures.write(folder / f"p{number}.{suffix}", number)
    frames = [pictures.draw(number, (60, 45)) for number in (10, 11, 12)]
    frames[0].save(folder / "moves.gif", save_all=True, append_images=frames[1:], duration=50, loop=0)
    (folder / "cut.jpg").write_bytes((folder / "p0.jpg").read_bytes()[:900])
    (folder / "none.png").write_text("no picture")
    (folder / "drawn.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48">'
                                      '<rect width="30" height="30" fill="red"/></svg>')
    (folder / "below").mkdir()
    pictures.write(folder / "below" / "p7.jpg", 7)
    then = time.time() - 60  # what changed a moment ago is not kept in the cache
    for path in folder.rglob("*"):
        os.utime(path, (then, then))
    return folder


def make_batch(folder):
    """What can all be scaled: large ones and one that fits, in two folders."""
    (folder / "below").mkdir(parents=True)
    for number, name in enumerate(("p0.jpg", "p1.png", "p2.webp", "below/p3.jpg")):
        pictures.write(folder / name, number)
    pictures.write(folder / "below" / "small.png", 4, (60, 45))
    return folder


class Place:
    """What all runs share, made once: pictures, and the tile cache of a wall seen before."""

    def __init__(self, program, folder):
        os.environ["FRIEZE"] = str(program)
        self.folder = pathlib.Path(folder)
        self.pictures = make_pictures(self.folder / "pictures")
        self.batch = make_batch(self.folder / "batch")
        self.cache = None
        with self.home() as home:
            result = run(self, SCENES["wall"], home, None)
            assert result.status == 0, result
            self.cache = shutil.copytree(home / "cache" / "frieze", self.folder / "cache")

    def home(self):
        home = frieze.Home()
        home.environment |= {"SDL_VIDEODRIVER": "dummy", "FRIEZE_FAULTS_LOG": str(home / "faults.log")}
        (home / "config" / "frieze").mkdir()
        (home / "config" / "frieze" / "frieze.conf").write_text(CONFIG)
        (home / "marks").write_text(MARKS_BEFORE)
        return home


class Scene:
    """One way to use the program."""

    def __init__(self, name, arguments, commands=None, own_pictures=False, own_batch=False, seen=False, statuses=(0, 1, 3)):
        self.name, self.arguments, self.commands = name, arguments, commands
        self.own_pictures, self.own_batch, self.seen, self.statuses = own_pictures, own_batch, seen, statuses


THREADS = "--isolation", "thread"
ASKED_FOR = ["--size", "400x300", "--headless", "--jobs", "2", "--stats", "s.json", "--screenshot", "s.png",
             "--marks", "marks", "--print-marks", "--shown", "shown",
             "--resume", "PICTURES"]
LOADED = "--quit-when", "loaded"
IDLE = ["wait", "idle", "2"]
USE = [["wait", "loaded", "5"], ["key", "m", "Return"], IDLE, ["key", "n", "n", "+", "i", ">"], IDLE,
       ["screenshot", "shot.png"], ["key", "s", "I"], ["wait", "idle", "1"], ["key", "s", "Esc"],
       ["key", "/", "p", "Return"], ["key", "Esc", "o", "d", "v", "?"], IDLE, ["key", "Esc", "r", "m"],
       ["key", "x", "a"], ["set", "motion", "off"], ["status"], ["stats"], ["marks"], IDLE, ["quit"]]
RATE = [["wait", "loaded", "5"], ["key", "4"], IDLE, ["key", "n", "2"], IDLE, ["quit"]]
BATCH = "-r", "-s", "100", "--sync", "-c", "2", "BATCH", "results"
SHOWN = [["jobs", "wait", "scale", "10"], IDLE, ["quit"]]
SCENES = {scene.name: scene for scene in (
    Scene("wall", [*THREADS, *LOADED, *ASKED_FOR]),
    Scene("processes", [*LOADED, *ASKED_FOR]),  # which share what is counted
    Scene("seen", [*THREADS, *LOADED, "--sort", "date", *ASKED_FOR], seen=True),
    Scene("use", [*THREADS, *ASKED_FOR], USE),
    Scene("rate", [*THREADS, "--size", "400x300", "--headless", "--keys", "cull", "PICTURES"], RATE, own_pictures=True),
    Scene("prime", ["prime", "PICTURES"]),
    Scene("probe", ["probe", "PICTURES/p0.jpg", "PICTURES/p1.png", "PICTURES/moves.gif", "PICTURES/drawn.svg"]),
    Scene("scale", ["scale", "-s", "100", "PICTURES/p0.jpg", "scaled.png"]),
    Scene("batch", ["scale", *THREADS, *BATCH], own_batch=True, statuses=(0, 1, 2, 3)),
    Scene("batches", ["scale", *BATCH], own_batch=True, statuses=(0, 1, 2, 3)),
    Scene("shown", ["scale", "--show", "--headless", "--window", "400x300", *BATCH], SHOWN, own_batch=True, statuses=(0, 1, 2, 3, 130)),
    Scene("ctl", ["ctl", "status"], statuses=(1,)),
)}


# --- one run ---------------------------------------------------------------------------------------

def converse(home, process, commands):
    """Sends the commands, takes what comes back; without a socket it is ended by a signal."""
    deadline = time.monotonic() + 3
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE_S / 2)
    while process.poll() is None and time.monotonic() < deadline:
        try:
            connection.connect(str(home.socket_path()))
        except OSError:
            time.sleep(0.01)
            continue
        try:
            with connection.makefile("rb") as answers:
                for command, *arguments in commands:
                    connection.sendall(json.dumps({"id": 1, "cmd": command, "args": arguments}).encode() + b"\n")
                    if not answers.readline():
                        break
        except OSError:
            pass
        break
    connection.close()
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGTERM)


def run(place, scene, home, fault):
    """One run to its end; status None where it does not come to it."""
    folder = place.pictures
    if scene.own_pictures:
        folder = shutil.copytree(folder, home / "own", copy_function=shutil.copy2)
    if scene.seen:
        shutil.copytree(place.cache, home / "cache" / "frieze")
    batch = shutil.copytree(place.batch, home / "batch", copy_function=shutil.copy2) if scene.own_batch else place.batch
    arguments = [argument.replace("PICTURES", str(folder)).replace("BATCH", str(batch)) for argument in scene.arguments]
    log = home / "faults.log"
    log.unlink(missing_ok=True)
    began = time.monotonic()
    with open(home / "stderr", "wb") as errors, open(home / "stdout", "wb") as out:
        process = home.popen([home.program, *arguments], more={"FRIEZE_FAULTS": fault} if fault else {}, stderr=errors,
                             stdin=subprocess.DEVNULL, stdout=errors if scene.name == "probe" else out)
    if scene.commands:
        converse(home, process, scene.commands)
    try:
        status = process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)  # a core for whoever looks for the reason
        process.wait()
        status = None
    lines = log.read_text().splitlines() if log.exists() else []
    counts = {}
    for _, name, number in (line.split() for line in lines if line.startswith("count")):
        counts[name] = max(counts.get(name, 0), int(number))  # by each of its processes, which share them
    made = [line for line in lines if line.startswith("fault")] or ["in a decoder"] * counts.get("made", 0)
    return Outcome(status, (home / "stderr").read_text(errors="replace"), made, counts, time.monotonic() - began)


# --- what may come of it -----------------------------------------------------------------------------

def broken_files(place, scene, home):
    """What is half written."""
    found = []
    for path in (home / "s.json", *(home / "state").rglob("*.json")):
        try:
            json.loads(path.read_text() if path.exists() else "{}")
        except ValueError:
            found.append(f"{path.name} holds {path.read_text()!r}")
    for name in ("s.png", "shot.png", "scaled.png"):
        try:
            if (home / name).exists():
                Image.open(home / name).load()
        except (OSError, SyntaxError) as error:
            found.append(f"{name}: {error}")
    marks = (home / "marks").read_text()
    known = {*MARKS_BEFORE.splitlines(), *map(str, place.pictures.rglob("*.*")), str(home / MARKS_BEFORE.strip())}
    if not marks or not marks.endswith("\n") or not set(marks.splitlines()) <= known:
        found.append(f"marks holds {marks!r}")
    if (home / "config" / "frieze" / "frieze.conf").read_text() != CONFIG:
        found.append("the config file was changed")
    for path in home.path.rglob("*.xmp"):
        if not path.read_text().rstrip().endswith("?>") and "</x:xmpmeta>" not in path.read_text():
            found.append(f"{path.name} is cut short")
    originals = ([(place.pictures, home / "own")] if scene.own_pictures else []) + \
                ([(place.batch, home / "batch")] if scene.own_batch else [])
    for folder, own in originals:
        for path in folder.rglob("*.*"):
            if (own / path.relative_to(folder)).read_bytes() != path.read_bytes():
                found.append(f"the picture {path.name} was changed")
    return found


def wrong_results(place, home, kind, status):
    """Of a batch: each is whole or not there, and with status 0 all are there, unless a listing could not look at its pictures: it
    leaves out then what it knows nothing of."""
    found, names = [], {path.relative_to(place.batch) for path in place.batch.rglob("*.*")}
    there = {path.relative_to(home / "results") for path in (home / "results").rglob("*.*")}
    for name in there:
        try:
            with Image.open(home / "results" / name) as image:
                image.load()
                if max(image.size) > 100:
                    found.append(f"the result {name} is {image.size}")
        except (OSError, SyntaxError) as error:
            found.append(f"the result {name}: {error}")
    if there - names:
        found.append(f"nobody asked for {there - names}")
    if status == 0 and there != names and kind != "stat":
        found.append(f"status 0 without {names - there}")
    return found


def left_over(home):
    """What must not outlive the process."""
    ignored = {"faults.log", "stderr"}
    return [str(path.relative_to(home.path)) for path in home.path.rglob("*")
            if (path.suffix in (".tmp", ".sock") or path.parent == home / "tmp") and path.name not in ignored]


def damaged_cache(home):
    path = home / "cache" / "frieze" / "tiles.db"
    if not path.exists():
        return []
    try:
        with sqlite3.connect(path) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchone()[0]
            connection.execute("BEGIN IMMEDIATE")
        connection.close()
    except sqlite3.Error as error:
        found = str(error)
    return [] if found == "ok" else [f"the tile cache: {found}"]


def judge(place, scene, home, fault, outcome):
    """What is wrong, as lines; nothing where all is well."""
    found = []
    kind = fault.split(":")[0] if fault else None
    killed = kind in POWER and bool(outcome.made)
    if outcome.status is None:
        found.append(f"did not end in {PATIENCE_S} s")
    elif killed:
        went_on = outcome.status in scene.statuses and READER_ENDED.search(outcome.errors)  # it made the step, alone
        if outcome.status not in KILLED and not went_on:
            found.append(f"status {outcome.status} where the power failed")
    elif outcome.status < 0 or outcome.status not in scene.statuses:
        found.append(f"status {outcome.status}")
    elif outcome.status != 0 and not outcome.errors.strip() and kind != "write":  # a line of the log is one
        found.append(f"status {outcome.status} without a message")
    if SANITIZER.search(outcome.errors) and not frieze.LEAK_CHECK_FELL.search(outcome.errors):
        found.append("a sanitizer's report")
    if not killed and kind != "unlink":
        found += [f"{path} is left" for path in left_over(home)]
    found += broken_files(place, scene, home)
    if scene.own_batch and not killed:
        found += wrong_results(place, home, kind, outcome.status)
    if not (killed and kind == "torn"):  # a torn page of a journal that was never synced is found by its checksum
        found += damaged_cache(home)
    if killed:
        found += comes_back(place, home)
    return found


def comes_back(place, home):
    """After the power has failed: all is shown, nothing is called damaged."""
    home.environment["FRIEZE_FAULTS_LOG"] = str(home / "second.log")
    again = Scene("again", [*SCENES["wall"].arguments])
    outcome = run(place, again, home, None)
    lines = [line for line in outcome.errors.splitlines() if "damaged" in line and "tiles.db" in line]
    found = [f"afterwards: {line}" for line in lines]
    if outcome.status != 0:
        found.append(f"afterwards: status {outcome.status}, {outcome.errors!r}")
    return found + broken_files(place, again, home) + damaged_cache(home)


def attempt(place, scene, fault):
    """(what is wrong, the outcome) of one run."""
    with place.home() as home:
        outcome = run(place, scene, home, fault)
        return judge(place, scene, home, fault, outcome), outcome


def tell(scene, fault, found, outcome):
    lines = [f"{scene.name} {fault}: {'; '.join(found)} ({outcome.took_s:.1f} s)", *outcome.made[:3]]
    lines += [f"    {line}" for line in outcome.errors.splitlines()[:40]]
    return "\n".join(lines)


# --- all of them ---------------------------------------------------------------------------------------

def clean_counts(place, scene):
    found, outcome = attempt(place, scene, None)
    assert not found, tell(scene, "nothing", found, outcome)
    return outcome.counts | {"torn": outcome.counts["cut"]}


def faults_of(kind, count):
    yield from (f"{kind}:{number}" for number in range(1, count + 1))
    if kind in LASTING:
        yield from (f"{kind}:{number}+" for number in range(1, count + 1))


def run_all(place, names, kinds, workers):
    """The full loop; gives how much went wrong."""
    wrong = total = 0
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for name in names:
            scene = SCENES[name]
            counts = clean_counts(place, scene)
            for kind in kinds:
                began = time.monotonic()
                faults = list(faults_of(kind, counts[kind]))
                results = list(pool.map(lambda fault, scene=scene: (fault, *attempt(place, scene, fault)), faults))
                for number in itertools.count(counts[kind] + 1):  # with threads no two runs count alike
                    results.append((f"{kind}:{number}", *attempt(place, scene, f"{kind}:{number}")))
                    if not results[-1][2].made:
                        break
                bad = [result for result in results if result[1]]
                for fault, found, outcome in bad:
                    print(tell(scene, fault, found, outcome), flush=True)
                wrong += len(bad)
                total += len(results)
                took_s = time.monotonic() - began
                print(f"{name} {kind}: {len(results)} runs, {len(bad)} wrong, {took_s:.0f} s", flush=True)
    print(f"{total - wrong} passed, {wrong} failed")
    return wrong


def main():
    if len(sys.argv) < 2 or not os.access(sys.argv[1], os.X_OK):
        sys.exit(__doc__)
    words = sys.argv[2:]
    names = [word for word in words if word in SCENES] or list(SCENES)
    kinds = [word for word in words if word in KINDS] or KINDS
    folder = frieze.tempfile.mkdtemp(prefix="fzfaults-")
    try:
        place = Place(pathlib.Path(sys.argv[1]).resolve(), folder)
        sys.exit(run_all(place, names, kinds, os.cpu_count() or 2) > 0)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
