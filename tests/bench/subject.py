"""Runs of frieze and of the bench's own programs: each makes one in a fresh home and gives a dict."""

import contextlib
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import threading
import time

import screen
import stage

TILE = (256, 192)
KEYS = ("Right", "Right", "Down", "Left", "Right", "Down", "Up", "Right") * 3
KEY_GAP_MS = 60
KEYS_START_S = 0.35
QUIT_AFTER_S = (0.2, 0.3, 0.6, 1.0)
QUIT_LIMIT_MS = 250
PATIENCE_S = 180


@dataclasses.dataclass
class Context:
    """What every run needs to know."""
    display: stage.Display
    frieze: pathlib.Path
    programs: pathlib.Path  # where bench_limit and the others are
    corpus: pathlib.Path
    wall: str = "wall"  # which of its folders stands for the large wall
    drop_caches: bool = False

    def ready(self):
        """Called before each run: files in the page cache, or not."""
        if self.drop_caches:
            stage.drop_caches()

    def bystanders(self):
        return stage.family(self.display.process.pid)


def wait_for(process, patience_s=PATIENCE_S):
    """Waits without polling, to see the end at once; kills what takes far too long. Gives the status."""
    timer = threading.Timer(patience_s, process.kill)
    timer.start()
    status = process.wait()
    timer.cancel()
    return status


def json_of(path):
    try:
        return json.loads(pathlib.Path(path).read_text())
    except (OSError, ValueError):
        return None


def figure(stats, *keys):
    """stats["a"]["b"], None where any step is missing."""
    for key in keys:
        stats = stats.get(key) if isinstance(stats, dict) else None
    return stats


# --- the bench's own programs ---------------------------------------------------------------------

def own_program(context, name, *arguments):
    """Runs one of the C programs; gives its JSON line, or None when it failed."""
    context.ready()
    with stage.Home(context.display) as home:
        command = [str(context.programs / name), *map(str, arguments)]
        process = stage.start(command, home, stdout=subprocess.PIPE, text=True)
        memory = stage.MemoryWatch(process.pid) if name == "bench_floor" else None
        if memory is not None:
            memory.start()
        output = process.stdout.read()
        status = wait_for(process)
        result = json.loads(output) if status == 0 and output else None
        if memory is not None and result is not None:
            result["outside_pss"] = memory.finish()
        return result


def limit(context, folder, count, *options):
    return own_program(context, "bench_limit", *options, "-n", count, context.corpus / folder)


def linear(context, count):
    return own_program(context, "bench_linear", "-n", count, context.corpus / context.wall)


def tiles(context):
    """Single tiles against the libraries, of a picture that has a thumbnail."""
    return own_program(context, "bench_tile", sorted((context.corpus / "thumbs35").iterdir())[0])


def floor(context):
    return own_program(context, "bench_floor")


# --- frieze ---------------------------------------------------------------------------------------

def frieze_command(context, home, folder, *more):
    return [str(context.frieze), "--stats", str(home.path("stats.json")),
            "--size", f"{stage.SCREEN_W}x{stage.SCREEN_H}", "--tile", "x".join(map(str, TILE)), *more,
            str(context.corpus / folder)]


def until(context, folder, goal, alongside=None, more=()):
    """One run with --quit-when, and `more` options; `wall` is the time around the whole process, its start and its end included.

    alongside(process, home) runs beside it, and what it gives is kept as `beside`.
    """
    context.ready()
    with stage.Home(context.display) as home:
        began = stage.now_ms()
        command = frieze_command(context, home, folder, "--quit-when", goal, *more)
        process = stage.start(command, home, cwd=home.path("home"))
        beside = alongside(process, home) if alongside is not None else None
        status = wait_for(process)
        wall = stage.now_ms() - began
        return {"wall": wall, "status": status, "stats": json_of(home.path("stats.json")), "beside": beside}


def observed(context, folder, again=False):
    """frieze looked at from outside in the way the peers are; ended by a signal when it has come to rest. With `again` the second of
    two runs in one home."""
    context.ready()
    with stage.Home(context.display) as home:
        command = frieze_command(context, home, folder)
        result = screen.observe_last(1 + again, context.programs, context.display, command, home, context.corpus / folder,
                                     TILE)
        result["stats"] = json_of(home.path("stats.json"))
        return result


def press_keys(process, home):
    """Types on the display while the wall loads; gives when the last key went down, in ms from the call."""
    began = stage.now_ms()
    time.sleep(KEYS_START_S)
    subprocess.run(["xdotool", "key", "--delay", str(KEY_GAP_MS), *KEYS], env=home.environment,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return {"keys": len(KEYS), "last_key": stage.now_ms() - began, "running": process.poll() is None}


def with_keys(context, folder):
    return until(context, folder, "loaded", press_keys)


def with_overlays(context, folder):
    """The same with the details of the picture and the performance overlay over it."""
    def alongside(process, home):
        command = [str(context.frieze), "ctl", "key", "i", "i", "I"]
        end = time.monotonic() + 2
        while subprocess.run(command, env=home.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             check=False).returncode != 0 and time.monotonic() < end:
            time.sleep(0.01)
        return press_keys(process, home)
    return until(context, folder, "loaded", alongside)


def seen_before(context, count):
    """A wall of `count` names, cold, then once more in the same home: `wall` and `stats` are those of the second run."""
    context.ready()
    pictures = sorted((context.corpus / context.wall).iterdir())
    with stage.Home(context.display) as home:
        folder = home.path("names")
        folder.mkdir()
        for number in range(count):
            picture = pictures[number % len(pictures)]
            (folder / f"{number:04}{picture.suffix}").symlink_to(picture)
        runs = []
        for _ in range(2):
            began = stage.now_ms()
            command = frieze_command(context, home, folder, "--tile", "256x256", "--quit-when", "loaded")
            status = wait_for(stage.start(command, home, cwd=home.path("home")))
            runs.append({"wall": stage.now_ms() - began, "status": status, "stats": json_of(home.path("stats.json"))})
        cold, warm = runs
        return warm | {"status": cold["status"] or warm["status"], "cold": cold}


def measure_memory(process, _home):
    watch = stage.MemoryWatch(process.pid)
    watch.start()
    wait_for(process)
    return watch.finish()


def with_memory(context, folder):
    """A run of its own: reading every process's memory map every 50 ms would disturb the other figures."""
    return until(context, folder, "loaded", measure_memory)


# --- ending it mid-load ---------------------------------------------------------------------------

def shared_traces():
    """Files of frieze's outside its home: shared memory, the socket folder without XDG_RUNTIME_DIR."""
    found = set()
    with contextlib.suppress(OSError):
        found = {f"/dev/shm/{name}" for name in os.listdir("/dev/shm")
                 if "frieze" in name and not name.startswith("frieze-bench")}
    socket_folder = f"/tmp/frieze-{os.getuid()}"
    return found | ({socket_folder} if os.path.exists(socket_folder) else set())


def quit_after(context, folder, delay_s):
    """SIGTERM after delay_s; gives the time to the end, and what is still there QUIT_LIMIT_MS after it."""
    context.ready()
    known, traces = stage.outsiders(set()) | context.bystanders(), shared_traces()
    with stage.Home(context.display) as home:
        process = stage.start(frieze_command(context, home, folder), home, cwd=home.path("home"))
        time.sleep(delay_s)
        alive = process.poll() is None
        asked = stage.now_ms()
        process.send_signal(signal.SIGTERM)
        status = wait_for(process, 20)
        took = stage.now_ms() - asked
        while stage.outsiders(known) and stage.now_ms() - asked < QUIT_LIMIT_MS:
            time.sleep(0.005)
        left = sorted(stage.outsiders(known))
        result = {"delay": delay_s, "took": took, "status": status, "was_running": alive,
                  "processes": [stage.command_of(pid) for pid in left],
                  "files": home.files_left("run", "tmp") + sorted(shared_traces() - traces),
                  "pending": unfinished(json_of(home.path("stats.json")))}
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        stage.reap()
        return result


def unfinished(stats):
    """Whether the wall was still loading when it ended, None where the statistics do not tell."""
    return None if stats is None else figure(stats, "startup", "all") is None


def quits(context, folder):
    return [quit_after(context, folder, delay) for delay in QUIT_AFTER_S]
