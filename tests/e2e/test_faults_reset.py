"""What a renderer forgets is made again, and looks as before (docs/faults.md). Here without a display; test_faults_display.py
does the same on one."""
# ctest: COST 15 LABELS sanitized

import os
import subprocess

import numpy as np
import pytest

import pictures
from frieze import wait_until

WINDOW = "--size", "800x600", "--tile", "100x75", "--motion", "off", "--cache-size", "0"
FOOT = 500
VIEWS = {
    "wall": [],
    "names": ["V"],
    "scrolled": ["End"],
    "picture": ["Return"],
    "at its own size": ["Return", "a"],
    "turned": ["Return", ">"],
    "help": ["?"],
    "info": ["Return", "i"],
}


def fill(folder):
    pictures.fill(folder, 30, (400, 300))
    pictures.write(folder / "large.png", 99, (3000, 2000))
    return folder


@pytest.fixture(scope="module")
def folder(module_home):
    return fill(module_home / "pictures")


def same(frieze, before):
    """Whether it looks as it did, but for what comes and goes at the foot."""
    now = np.asarray(frieze.screenshot())
    return now.shape == before.shape and np.array_equal(now[:FOOT], before[:FOOT])


def forget(frieze, what, view):
    """Until textures are made again."""
    uploads = frieze.stats()["upload"]["count"]
    frieze.process.stdin.write(f"{what} 0 0 0\n".encode())
    frieze.process.stdin.flush()
    wait_until(lambda: frieze.stats()["upload"]["count"] > uploads, f"{view}: new textures after {what}")


def check_reset(home, folder, isolation, display=None):
    """In every view, one after the other: of the device, then of the targets."""
    program = os.environ.get("FRIEZE_FINGERS")
    if not program:
        pytest.skip("FRIEZE_FINGERS names no program")
    home.program = os.path.abspath(program)
    options = "--isolation", isolation, *WINDOW
    with home.start(*options, folder, display=display, stdin=subprocess.PIPE) as frieze:
        frieze.idle("loaded")
        for name, keys in VIEWS.items():
            if keys:
                frieze.key(*keys)
            before = np.asarray(frieze.idle().screenshot())
            for what in ("device", "targets"):
                forget(frieze, what, name)
                wait_until(lambda before=before: same(frieze, before), f"{name} as it was")
            if name == "help":
                frieze.key("?")
            while frieze.status()["mode"] != "wall":
                frieze.key("Return").idle()
            frieze.key(*(["V"] if name == "names" else ["i"] if name == "info" else []), "Home").idle()
        assert frieze.errors() == [] and frieze.status()["failed"] == 0


def test_reset(home, folder, isolation):
    check_reset(home, folder, isolation)
