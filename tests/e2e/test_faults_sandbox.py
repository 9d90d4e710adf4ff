"""Layers of the sandbox that the system really refuses (docs/faults.md, row 36): no namespace can be made, as in a
container. What is missing is named, and pictures are shown all the same."""

import subprocess

import pytest

import pictures
from frieze import PATIENCE_S, Home, isolations, need

NAMESPACES = "mountns", "netns", "ipcns", "utsns"
# These bounds are those of a user namespace, so that nobody else is concerned.
REFUSING = """#!/bin/sh -e
exec unshare --user --map-root-user sh -ec '
    for name in user mnt net ipc uts; do echo 0 >/proc/sys/user/max_${name}_namespaces; done
    exec "$0" "$@"' PROGRAM "$@"
"""


@pytest.fixture(params=[False, True], ids=["root", "user"])
def home(request):
    need("unshare")
    if "process" not in isolations():
        pytest.skip("there are no decoder processes")
    with Home(ordinary=request.param) as made:
        script = made / "refusing"
        script.write_text(REFUSING.replace("PROGRAM", f"'{made.program}'"))
        script.chmod(0o755)
        plain, made.program = made.program, script
        with made.popen([script, "--help"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as trial:
            why = trial.communicate(timeout=PATIENCE_S)[1]
        if trial.returncode:
            pytest.skip(f"this system makes no user namespace for {plain}: {why!r}")
        yield made


def test_what_is_refused_is_named(home):
    said = home.frieze("--version").out.splitlines()
    state, missing = (line.strip() for line in said[2:4])
    held = state.partition(": ")[2].split()
    names = missing.removeprefix("missing: ").split(": ")[0].split()
    assert not set(NAMESPACES) & set(held) and names[:len(NAMESPACES)] == list(NAMESPACES), said
    assert held[0] == ("strong:" if "landlock" in held else "partial:"), said

    folder = pictures.fill(home / "pictures", 3)
    home.hand_over(folder)
    stats, result = home.stats("--cache-size", "0", "--quit-when", "loaded", folder)
    assert (stats["items"], stats["failed"], stats["sandbox_state"]) == (3, 0, held[0].rstrip(":")), stats
    assert set(stats["sandbox"]) == set(held[1:])
    assert len(result.lines) == 1 and missing in result.lines[0], result.lines
    refused = home.frieze("--headless", "--sandbox", "require", "--quit-when", "loaded", folder)
    assert refused.status == 1 and len(refused.lines) == 1 and " ".join(NAMESPACES) in refused.lines[0], refused
