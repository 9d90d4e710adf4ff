"""Where memory is short, caches shrink first, then decoders that have nothing to do go, and all comes back when it is over: in a
real control group, whose limit comes close."""

import contextlib
import os
import pathlib
import sys

import pytest

import frieze
import pictures

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "soak"))
import tree  # noqa: E402

CGROUPS = pathlib.Path("/sys/fs/cgroup")
MB = 1 << 20
MEMORY = 128 * MB
TEXTURES = MEMORY // 2
COUNT = 127


class Group:
    """A memory control group of version 2, or of version 1 where the machine still has that."""

    def __init__(self):
        self.folder, reasons = None, []
        for parent, file in self.candidates():
            folder = parent / f"frieze-test-{os.getpid()}"
            try:
                folder.mkdir()
            except OSError as error:
                reasons.append(f"{parent}: {error.strerror}")
                continue
            self.limit_file = folder / file
            if self.limit_file.exists():
                self.folder, self.version = folder, 2 if file == "memory.high" else 1
                return
            folder.rmdir()
            reasons.append(f"{parent} has no memory controller")
        pytest.skip("no control group can be made: " + ("; ".join(reasons) or "there are none"))

    @staticmethod
    def candidates():
        for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers:
                yield from ((CGROUPS / path.strip("/"), "memory.high"), (CGROUPS, "memory.high"))
            elif "memory" in controllers.split(","):
                yield CGROUPS / "memory" / path.strip("/"), "memory.limit_in_bytes"

    def used(self):
        """What cannot be dropped: all but copies of files."""
        prefix, usage = ("", "memory.current") if self.version == 2 else ("total_", "memory.usage_in_bytes")
        stat = dict(line.split() for line in (self.folder / "memory.stat").read_text().splitlines())
        copies = sum(int(stat[f"{prefix}{name}"]) for name in ("active_file", "inactive_file"))
        return int((self.folder / usage).read_text()) - copies

    def tighten(self):
        """Less than a tenth is left, but enough to live on: version 1 kills who needs more."""
        with contextlib.suppress(OSError):  # more is used by now
            self.limit_file.write_text(str(int(self.used() / 0.92)))

    def loosen(self):
        self.limit_file.write_text("max" if self.version == 2 else "-1")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            frieze.wait_until(lambda: not (self.folder / "cgroup.procs").read_text(), "an empty group")
        self.folder.rmdir()


@pytest.fixture
def group(home):
    """The program runs in it."""
    with Group() as made:
        start = home / "in-group"
        start.write_text(f'#!/bin/sh\necho $$ >{made.folder}/cgroup.procs && exec {home.program} "$@"\n')
        start.chmod(0o755)
        home.program = start
        yield made


def memory(running):
    return running.stats()["memory"]


def textures(running):
    return running.stats()["cache"]["texture_bytes"]


def fill(running):
    """Waits until what is kept to be quick fills the room that it has."""
    counts = [-1]

    def is_full():
        counts.append(running.stats()["upload"]["count"])
        return counts[-1] == counts[-2] and textures(running) > TEXTURES * 3 / 4
    frieze.wait_until(is_full, lambda: f"full textures: {textures(running)}", pause_s=0.25)


def decoders(running):
    """Their processes."""
    return [pid for pid in tree.tree(running.pid) if tree.kind(pid) == "decoders"]


def until_pressure(running, name, meanwhile=lambda: None):
    def reached():
        meanwhile()
        return memory(running)["pressure"] == name
    frieze.wait_until(reached, lambda: f"pressure {name}: {memory(running)}", pause_s=0.25)


@pytest.mark.skipif(frieze.is_sanitized(), reason="sanitizers keep what was freed")
def test_caches_shrink_and_come_back(home, group):
    folder = pictures.fill(home / "pictures", COUNT, (400, 300), "jpg")
    for number in range(500):
        os.link(folder / f"p{number % COUNT}.jpg", folder / f"q{number}.jpg")
    with home.start("--size", "800x600", "--memory", MEMORY, folder) as running:
        fill(running.idle())
        before = memory(running)
        shown = running.screenshot()
        assert before["pressure"] == "none" and before["pressures"] == 0
        assert bool(decoders(running)) == (running.stats()["isolation"] == "process")

        until_pressure(running, "caches", group.tighten)
        group.loosen()
        frieze.wait_until(lambda: textures(running) <= TEXTURES / 4, lambda: f"fewer textures: {textures(running)}")
        assert running.screenshot() == shown, "what is in view stays"
        running.key("G").idle()
        assert pictures.wall(running.screenshot()), "and the wall goes on"
        running.key("Home").idle()

        until_pressure(running, "decoders", group.tighten)
        group.loosen()
        frieze.wait_until(lambda: not decoders(running), lambda: f"no idle decoders: {decoders(running)}")
        assert pictures.wall(running.screenshot()) == pictures.wall(shown)

        until_pressure(running, "none")
        running.key("G").idle().key("Home").idle()
        frieze.wait_until(lambda: textures(running) > TEXTURES / 3, lambda: f"more textures again: {textures(running)}")
        assert memory(running)["pressures"] == 1
        assert [line for line in running.errors() if "memory is short" in line and "control group" in line] == running.errors()
        assert len(running.errors()) == 1, running.errors()
        assert bool(decoders(running)) == (running.stats()["isolation"] == "process")
        assert running.stats()["decode"]["respawned"] == 0, "none has died"
