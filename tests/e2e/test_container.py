# ctest: COST 30
"""As root of a container: the sandbox tells truly what it has left, and all that a decoder that was taken over tries is stopped
all the same, by a layer that is named."""

import collections
import pathlib
import re
import subprocess

import pytest

import container
import pictures
from frieze import binary, isolations, need

NAMESPACES = {"mountns", "netns", "ipcns", "utsns"}
ALL = {"no_new_privs", "seccomp", "no_caps", "landlock", "limits"} | NAMESPACES
LANDLOCK = "landlock_create_ruleset", "landlock_restrict_self"
Kind = collections.namedtuple("Kind", "refused missing")
KINDS = {"podman": Kind((), set()),
         "docker": Kind(container.REFUSED_BY_DOCKER, NAMESPACES),
         "docker-without-landlock": Kind(container.REFUSED_BY_DOCKER + LANDLOCK, NAMESPACES | {"landlock"})}
SKIPPED = re.compile(r"^\[  SKIPPED \] (\w+)$", re.MULTILINE)
ATTEMPT = re.compile(r"^    (\w+) +without (\S+) +(stopped by|not stopped|NOT GIVEN HERE:) ([a-z_,]*) ", re.MULTILINE)


@pytest.fixture(params=KINDS)
def kind(request):
    need("unshare")
    if "process" not in isolations():
        pytest.skip("there are no decoder processes")
    why = container.why_not(KINDS[request.param].refused)
    if why:
        pytest.skip(why)
    return KINDS[request.param]


@pytest.fixture
def missing(home, kind):
    """Layers that there cannot be; Landlock among them where this machine has none at all."""
    state = next(line for line in home.frieze("--version").out.splitlines() if line.startswith("sandbox: "))
    return kind.missing | (set() if "landlock" in state else {"landlock"})


def run_unit(kind, name):
    """What a program of tests/unit says in such a container, where it must end well."""
    program = pathlib.Path(binary()).parent / "tests" / f"unit_{name}"
    if not program.exists():
        pytest.skip(f"there is no {program}")
    ran = subprocess.run(container.command(program, kind.refused), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         check=False, timeout=200)
    said = ran.stdout.decode(errors="replace")
    assert ran.returncode == 0, said
    return said


def test_what_holds_is_told(home, kind, missing):
    """In every place, with the name of each layer that does not."""
    state = "full" if missing <= {"landlock"} else "partial" if "landlock" in missing else "strong"
    command = " ".join(f"'{part}'" for part in container.command(home.program, kind.refused))
    home.program = home / "contained"
    home.program.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    home.program.chmod(0o755)
    said = home.frieze("--version").out.splitlines()
    held = said[2].removeprefix(f"sandbox: {state}: ").split()
    reasons = said[3].strip().removeprefix("missing: ") if missing else ""
    assert set(held) == ALL - missing, said
    assert {name for reason in reasons.split(", ") for name in reason.partition(":")[0].split()} == missing, said
    assert "landlock" not in kind.missing or "landlock: landlock_create_ruleset: Operation not permitted" in reasons, said

    folder = pictures.fill(home / "pictures", 3)
    stats, result = home.stats("--cache-size", "0", "--quit-when", "loaded", folder)
    assert (stats["items"], stats["failed"], stats["sandbox_state"]) == (3, 0, state), stats
    assert stats["sandbox"] == held and len(result.lines) == bool(missing) and reasons in result.err, result.lines
    required = home.frieze("--headless", "--sandbox", "require", "--quit-when", "loaded", folder)
    assert required.status == (0 if state == "full" else 1) and reasons in required.err, required


def test_nothing_gets_out(kind, missing):
    """Each attempt is stopped; where a layer that is to stop it next is missing, that one is not judged, and not passed."""
    said = run_unit(kind, "process_sandbox")
    attempts = ATTEMPT.findall(said)
    first = [attempt for attempt in attempts if attempt[1] == "nothing"]
    assert len({name for name, *_ in first}) > 20 and len(first) >= 2 * len({name for name, *_ in first}), said
    assert all(how == "stopped by" and layers == "seccomp" for _, _, how, layers in first), said
    not_given = [attempt for attempt in attempts if attempt[2] == "NOT GIVEN HERE:"]
    assert not_given == [attempt for attempt in attempts if missing & set(attempt[3].split(","))], said
    assert set(SKIPPED.findall(said)) == ({"nothing_gets_out_as_root", "nothing_gets_out_as_a_user"} if missing else set()), said


# What a container that has all layers cannot show: it lacks the capability that shows it. And what only those layers show.
HIDDEN = {"the_kernel_says_the_same"}
UNPROVEN = {"there_is_nothing_to_see", "each_layer_can_be_missing"}


def test_layers(kind, missing):
    assert set(SKIPPED.findall(run_unit(kind, "process_layers"))) == HIDDEN | (UNPROVEN if missing & NAMESPACES else set())


def test_a_decoder_that_was_taken_over(kind):
    """What it tries with its answers, and against what stops it in every place."""
    assert SKIPPED.findall(run_unit(kind, "decode_hostile")) == []
