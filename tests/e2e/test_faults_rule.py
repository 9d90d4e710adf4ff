"""What holds whatever is wrong with a file (docs/faults.md): frames keep their time, the reason is told, the next picture comes,
and descriptors and memory are back to where they were."""
# ctest: COST 40 LABELS sanitized

import math
import os
import pathlib
import sys
import time

import pictures
from frieze import PATIENCE_S, fair, is_sanitized, wait_until
from test_faults_files import HUGE_SVG, SVGS, encoded, jpeg_head, png_of_one_bit
from test_faults_frames import gif
from test_bad_inputs import huge_png

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "soak"))
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "fuzz"))
import pipeline  # noqa: E402
import tree  # noqa: E402

MB = 1 << 20
GAP_MS = 100
SOON_S = 1.0
REST_S = 3  # workers give back after 2 what they keep
ROUNDS = 4
FAULTS = {  # the file, what is said of it, whether it is shown all the same
    "cut.jpg": (lambda: encoded("jpg")[:6000], "premature end", True),
    "refused.png": (lambda: encoded("png")[:40], "ends early", False),
    "huge.png": (lambda: huge_png(65535), "65535", False),
    "huge.jpg": (lambda: jpeg_head(65535), "65535", False),
    "big.png": (lambda: png_of_one_bit(3000, True), None, True),
    "frames.gif": (gif, None, True),
    "deep.svg": (lambda: SVGS["deep"][0].encode(), "inside one another", False),
    "large.svg": (lambda: HUGE_SVG, None, True),
    "hangs.svg": (lambda: pipeline.HANGS, pipeline.DEADLY["hangs.svg"][1], False),
}
IN_PROCESSES_ONLY = {"hangs.svg"}  # a thread cannot be ended


def until(frieze, **facts):
    """Meanwhile somebody goes to and fro on the wall: frames."""
    turns, end = 0, time.monotonic() + PATIENCE_S
    while any(frieze.status()[name] != value for name, value in facts.items()):
        assert time.monotonic() < end, (facts, frieze.status(), frieze.errors())
        frieze.key("Right" if turns // 2 % 2 == 0 else "Left")
        turns += 1
        time.sleep(0.01)


def come_and_go(frieze, folder, bad, is_shown, number):
    """The bad one, and a good one after it."""
    os.link(bad, folder / bad.name)
    until(frieze, items=7, pending=0, failed=int(not is_shown))
    began = time.monotonic()
    pictures.write(folder / "next.png", number)
    until(frieze, items=8, pending=0, failed=int(not is_shown))
    took_s = time.monotonic() - began
    assert number in sum(pictures.wall(frieze.screenshot()), []), bad
    frames = frieze.stats()["frames"]
    (folder / bad.name).unlink()
    (folder / "next.png").unlink()
    until(frieze, items=6, pending=0, failed=0)
    return took_s < SOON_S and frames["recent_max"] < GAP_MS, took_s, frames


def test_nothing_but_its_own_tile(home, isolation):
    faults = {name: fault for name, fault in FAULTS.items() if isolation == "process" or name not in IN_PROCESSES_ONLY}
    folder, elsewhere = pictures.fill(home / "pictures", 6), home / "elsewhere"
    elsewhere.mkdir()
    for name, (make, *_) in faults.items():
        (elsewhere / name).write_bytes(make())
    limit_s = math.ceil(fair(pipeline.LIMIT_S) * (5 if is_sanitized() else 1))
    options = "--isolation", isolation, "--jobs", "1", "--size", "600x400", "--tile", "100x75", "--limit-seconds", str(limit_s)
    used, turns = [], {name: [] for name in faults}
    with home.start(*options, "--cache-size", "0", folder) as frieze:
        frieze.idle("loaded")
        for number in range(ROUNDS):
            for name, (*_, is_shown) in faults.items():
                turns[name].append(come_and_go(frieze, folder, elsewhere / name, is_shown, 10 + number))
            time.sleep(REST_S)
            used.append((len(frieze.descriptors()), tree.look(frieze.pid).own))
            if os.getloadavg()[0] <= os.cpu_count() and not is_sanitized():
                assert all(turn[-1][0] for turn in turns.values()), turns
        assert is_sanitized() or all(any(turn[0] for turn in of_it) for of_it in turns.values()), turns
        for name, (_, says, _) in faults.items():
            about = [line for line in frieze.errors() if f"/{name}: " in line]
            assert len(about) == (ROUNDS if says else 0), frieze.errors()
            assert all(says in line or "set aside" in line and says in about[1] for line in about), about
        # The first round loads what is there from then on. A decoder that is being replaced has its own beside the new one's.
        wait_until(lambda: len(frieze.descriptors()) <= used[1][0], lambda: f"{used}: {frieze.descriptors()}")
        before = max(own for _, own in used[:2])  # now and then there is less for a moment
        assert is_sanitized() or used[-1][1] < before + MB, used
