#!/usr/bin/env python3
"""Mutants of the small corpus through the real program: frieze decodes folder after folder of them, as a wall.

It must end well each time, say of every decoder that died why it did, and leave no process. What breaks that is kept.

Usage: pipeline.py FRIEZE SECONDS [SEED]
"""

import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

CORPUS = pathlib.Path(__file__).resolve().parents[1] / "corpus"
A_ROUND, MOST_BYTES, PATIENCE_S = 60, 200_000, 120
EXTREMES = (b"\0", b"\xff", b"\x7f\xff", b"\x80\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\0\0\0\x01")
DEATH = re.compile(r"^frieze: decoder \d+: (?!died \d+ times)", re.MULTILINE)


def seeds():
    found = [path for folder in ("small", "bad") for path in sorted((CORPUS / folder).iterdir())
             if path.is_file() and path.stat().st_size <= MOST_BYTES]
    assert len(found) > 50, f"no corpus in {CORPUS}"
    return [(path.suffix, path.read_bytes()) for path in found]


def mutate(rng, data, other):
    """One mutant: flipped bits, extreme values, cuts, doubled parts, a piece of another file."""
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        if not data:
            break
        at = rng.randrange(len(data)) if rng.random() < 0.5 else min(int(rng.expovariate(1 / 64)), len(data) - 1)
        end = min(len(data), at + int(rng.expovariate(1 / 32)) + 1)
        kind = rng.randrange(6)
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            value = rng.choice(EXTREMES)
            data[at:at + len(value)] = value
        elif kind == 2:
            del data[at:end]
        elif kind == 3:
            data[at:at] = data[at:end]
        elif kind == 4 and other:
            begin = rng.randrange(len(other))
            data[at:end] = other[begin:begin + (end - at)]
        else:
            del data[rng.randrange(len(data)):]
    return bytes(data)


def fill(folder, rng, known):
    for number in range(A_ROUND):
        suffix, data = rng.choice(known)
        if rng.random() < 0.1:
            suffix = rng.choice(known)[0]
        (folder / f"{number:03}{suffix}").write_bytes(mutate(rng, data, rng.choice(known)[1]))


def children_left():
    """Decoders and zygotes whose program is gone: they were ours, as this program adopts orphans."""
    me, found = os.getpid(), []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = pathlib.Path(f"/proc/{entry}/stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == me and fields[0] != "Z":
            found.append(int(entry))
    return found


def faults(program, folder, home):
    """What is wrong with how the program dealt with a folder; nothing where all is well."""
    stats_file = home / "stats.json"
    stats_file.unlink(missing_ok=True)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    environment |= {name: os.environ[name] for name in os.environ if name.endswith("SAN_OPTIONS")}
    command = [program, "--headless", "--no-config", "--cache-size", "0", "--size", "800x600", "--tile", "64x48",
               "--limit-seconds", "2", "--memory", "256M", "--quit-when", "loaded", "--stats", str(stats_file), str(folder)]
    try:
        result = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S,
                                check=False)
    except subprocess.TimeoutExpired:
        return [f"it does not end within {PATIENCE_S} s"]
    said = result.stderr.decode(errors="replace")
    if result.returncode != 0 or not stats_file.exists():
        return [f"exit status {result.returncode}: {said[-2000:]}"]
    stats = json.loads(stats_file.read_text())
    wrong = []
    deaths, told = stats["decode"]["respawned"], len(DEATH.findall(said))
    if deaths != told:
        wrong.append(f"{deaths} decoders died, {told} deaths are explained: {said[-2000:]}")
    if stats["isolation"] != "process":
        wrong.append(f"isolation is {stats['isolation']}")
    deadline = time.monotonic() + 2
    while children_left() and time.monotonic() < deadline:
        time.sleep(0.01)
    if children_left():
        wrong.append(f"processes are left: {children_left()}")
    fuzz.deaths += deaths
    fuzz.failed += stats["failed"]
    return wrong


def fuzz(program, seconds, seed):
    """0 where nothing was found."""
    fuzz.deaths = fuzz.failed = 0
    known, end, rounds = seeds(), time.monotonic() + seconds, 0
    while time.monotonic() < end or rounds == 0:
        rng = random.Random(f"{seed}/{rounds}")
        with tempfile.TemporaryDirectory(prefix="frieze-fuzz-") as top:
            folder, home = pathlib.Path(top, "pictures"), pathlib.Path(top, "home")
            folder.mkdir()
            home.mkdir(mode=0o700)
            fill(folder, rng, known)
            wrong = faults(program, folder, home)
            if wrong:
                kept = tempfile.mkdtemp(prefix=f"frieze-found-{seed}-{rounds}-")
                shutil.copytree(folder, kept, dirs_exist_ok=True)
                print(f"round {rounds} of seed {seed}, kept in {kept}:", *wrong, sep="\n  ")
                return 1
        rounds += 1
    print(f"pipeline: {rounds * A_ROUND} mutants of seed {seed}, {fuzz.failed} not shown, {fuzz.deaths} decoders died and said why")
    return 0


def become_subreaper():
    import ctypes
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: orphans come to us


if __name__ == "__main__":
    become_subreaper()
    sys.exit(fuzz(os.path.abspath(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else time.time_ns() % 10**9))
