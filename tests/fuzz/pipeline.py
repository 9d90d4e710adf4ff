#!/usr/bin/env python3
"""Mutants of the small corpus through the real program: frieze decodes folder after folder of them, as a wall.

It must end well each time, say of every decoder that died why it did, and leave no process. What breaks that is kept.
Mutants end no decoder, if all is well: so that deaths are seen to be explained, files that end one are among them, each time.

Usage: pipeline.py FRIEZE SECONDS [SEED]
"""

import collections
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
DEATH = re.compile(r"^frieze: decoder \d+: (?!died \d+ times|tried to call)(.+)$", re.MULTILINE)
LIMIT_S = 2


def masks(depth):
    """A drawing in which five of each mask are in the one before, by a style sheet, where nobody looks for them before it is
    drawn."""
    styles = "".join(f".c{i}{{mask:url(#p{i})}}" for i in range(depth))
    inner = "".join(f'<mask id="p{i}">' + f'<rect width="64" height="48" class="c{i + 1}"/>' * 5 + "</mask>"
                    for i in range(depth))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"><style>{styles}</style><defs>{inner}</defs>'
            '<rect width="64" height="48" class="c0"/></svg>').encode()


HANGS = masks(20)
# What ends a decoder: the bytes, and what is said then, of a hang by whichever bound a busy machine comes to first, its own
# (CPU time) or that of all (the clock). The words are for builds that fail on request (tests/faults/decoder.c).
DEADLY = {"hangs.svg": (HANGS, "takes longer than")}
WORDS = {"segv": "SIGSEGV", "abort": "SIGABRT", "stack": "SIGSEGV", "socket": "call socket", "execve": "call execve",
         "kill": "call kill", "lie-size": "size that was not asked for", "lie-id": "form of one"}


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


def deadly_for(program):
    fails_on_request = b"FRIEZE-FAULT " in pathlib.Path(program).read_bytes()
    return DEADLY | ({f"{word}.png": (f"FRIEZE-FAULT {word}\n".encode(), says) for word, says in WORDS.items()}
                     if fails_on_request else {})


def fill(folder, rng, known, deadly):
    for name, (data, _) in deadly.items():
        (folder / f"{rng.randrange(A_ROUND):03}-{name}").write_bytes(data)
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


def unexplained(said, deadly):
    """Those of the files that end a decoder of which that is not said once, with the reason."""
    told = {name: [line for line in said.splitlines() if re.search(rf"/\d+-{re.escape(name)}: ", line)] for name in deadly}
    return [f"of {name} is said {told[name]}, not that it {says!r}" for name, (_, says) in deadly.items()
            if len(told[name]) != 1 or says not in told[name][0]]


def faults(program, folder, home, deadly):
    """What is wrong with how the program dealt with a folder; nothing where all is well."""
    stats_file = home / "stats.json"
    stats_file.unlink(missing_ok=True)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    environment |= {name: os.environ[name] for name in os.environ if name.endswith("SAN_OPTIONS")}
    environment["ASAN_OPTIONS"] = f"{environment.get('ASAN_OPTIONS', '')}:handle_segv=0"  # the signal is what is to be seen
    command = [program, "--headless", "--no-config", "--cache-size", "0", "--size", "800x600", "--tile", "64x48",
               "--limit-seconds", str(LIMIT_S), "--memory", "256M", "--quit-when", "loaded", "--stats", str(stats_file), str(folder)]
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
    deaths, reasons = stats["decode"]["respawned"], DEATH.findall(said)
    if deaths != len(reasons) or deaths < len(deadly):
        wrong.append(f"{deaths} decoders died, {len(reasons)} deaths are explained, {len(deadly)} were meant: {said[-2000:]}")
    wrong += unexplained(said, deadly)
    if stats["isolation"] != "process":
        wrong.append(f"isolation is {stats['isolation']}")
    deadline = time.monotonic() + 2
    while children_left() and time.monotonic() < deadline:
        time.sleep(0.01)
    if children_left():
        wrong.append(f"processes are left: {children_left()}")
    fuzz.reasons.update(reasons)
    fuzz.failed += stats["failed"]
    return wrong


def fuzz(program, seconds, seed):
    """0 where nothing was found."""
    fuzz.failed, fuzz.reasons = 0, collections.Counter()
    known, deadly, end, rounds = seeds(), deadly_for(program), time.monotonic() + seconds, 0
    while time.monotonic() < end or rounds == 0:
        rng = random.Random(f"{seed}/{rounds}")
        with tempfile.TemporaryDirectory(prefix="frieze-fuzz-") as top:
            folder, home = pathlib.Path(top, "pictures"), pathlib.Path(top, "home")
            folder.mkdir()
            home.mkdir(mode=0o700)
            fill(folder, rng, known, deadly)
            wrong = faults(program, folder, home, deadly)
            if wrong:
                kept = tempfile.mkdtemp(prefix=f"frieze-found-{seed}-{rounds}-")
                shutil.copytree(folder, kept, dirs_exist_ok=True)
                print(f"round {rounds} of seed {seed}, kept in {kept}:", *wrong, sep="\n  ")
                return 1
        rounds += 1
    print(f"pipeline: {rounds * A_ROUND} mutants of seed {seed}, {fuzz.failed} not shown, {fuzz.reasons.total()} decoders died:")
    for reason, count in fuzz.reasons.most_common():
        print(f"{count:6}  {reason}")
    return 0


def become_subreaper():
    import ctypes
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: orphans come to us


if __name__ == "__main__":
    become_subreaper()
    sys.exit(fuzz(os.path.abspath(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else time.time_ns() % 10**9))
