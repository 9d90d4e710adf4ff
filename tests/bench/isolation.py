"""Processes against threads: what it costs that pictures are decoded elsewhere.

Both ways take turns on the same pictures, the first one changing from pair to pair, and ratios are made within a pair. The
small pictures are made on the spot, 160x120 JPEGs of noise, because a round trip shows only where there is little else.
"""

import pathlib
import statistics
import subprocess
import time

import numpy as np
from PIL import Image

import stage
import subject

SMALL_COUNT, SMALL_SIZE = 2000, (120, 160)
SMALL_PAIRS, WALL_PAIRS = 6, 14  # two runs of a wall differ by 3 % by chance
PATIENCE_S = 30


def make_small(folder):
    rng = np.random.default_rng(0x46525A)
    for number in range(SMALL_COUNT):
        pixels = rng.normal(128, 40, (*SMALL_SIZE, 3)).clip(0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:05}.jpg", quality=85)


def load(context, home, folder, isolation):
    stats = home.path("stats.json")
    command = subject.frieze_command(context, home, folder, "--cache-size", "0", "--isolation", isolation,
                                     "--quit-when", "loaded")
    status = subject.wait_for(stage.start(command, home, cwd=home.path("home")))
    return {"status": status, "stats": subject.json_of(stats)}


def pairs(context, home, folder, count):
    """[{process: run, thread: run}]"""
    made = []
    for number in range(count):
        pair = {}
        for isolation in ("process", "thread")[::1 if number % 2 else -1]:
            context.ready()
            pair[isolation] = load(context, home, folder, isolation)
        made.append(pair)
    return made


def private_bytes(pid):
    total = 0
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(("Private_Clean:", "Private_Dirty:")):
            total += int(line.split()[1]) * 1024
    return total


def idle_decoders(context, home):
    """Private bytes of each decoder that has decoded a wall and then rested."""
    command = subject.frieze_command(context, home, context.wall, "--cache-size", "0")
    process = stage.start(command, home, cwd=home.path("home"))
    try:
        wait = [str(context.frieze), "ctl", "wait", "loaded", str(PATIENCE_S)]
        end = time.monotonic() + PATIENCE_S
        while subprocess.run(wait, env=home.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             check=False).returncode != 0 and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(4)
        return [private_bytes(pid) for pid in stage.family(process.pid)
                if stage.command_of(pid).startswith("frieze: decoder")]
    finally:
        stage.end(process)


def run(context):
    with stage.Home(context.display) as home:
        small = home.path("small")
        small.mkdir()
        make_small(small)
        return {"wall": pairs(context, home, context.wall, WALL_PAIRS),
                "small": pairs(context, home, small, SMALL_PAIRS),
                "idle_bytes": idle_decoders(context, home),
                "respawn": subject.own_program(context, "bench_respawn", small / "00000.jpg"),
                "readers": subject.own_program(context, "bench_readers")}


# --- what they say --------------------------------------------------------------------------------

def of_pairs(made, judge):
    """What `judge` makes of the statistics of both sides, for each pair that ended well."""
    return [judge(pair["process"]["stats"], pair["thread"]["stats"]) for pair in made
            if all(pair[side]["status"] == 0 and pair[side]["stats"] for side in ("process", "thread"))]


def all_ms(stats):
    return stats["startup"]["all"]


def summary(result):
    """(ratio of the wall, microseconds a small picture, ms until the first frame, idle bytes, ms until a decoder that was killed
    is replaced, until that has decoded, until one of a new zygote does, until one that hangs is ended; ms that 100,000 names take more)"""
    ratios = of_pairs(result["wall"], lambda ours, theirs: all_ms(ours) / all_ms(theirs))
    extra_us = of_pairs(result["small"], lambda ours, theirs: (all_ms(ours) - all_ms(theirs)) * 1000 / SMALL_COUNT)
    later_ms = of_pairs(result["wall"] + result["small"], lambda ours, theirs:
                        ours["startup"]["first_frame"] - theirs["startup"]["first_frame"])
    respawn, readers = result["respawn"], result["readers"]
    return (statistics.median(ratios) if ratios else None, statistics.median(extra_us) if extra_us else None,
            statistics.median(later_ms) if later_ms else None, max(result["idle_bytes"], default=None),
            *(subject.figure(respawn, name) for name in ("replaced_p99", "killed_p99", "lost_max", "hung_max")),
            subject.figure(readers, "all_ms", "more"))
