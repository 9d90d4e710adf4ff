"""What a program and all that came from it use, as /proc tells from outside."""

import dataclasses
import os
import pathlib
import re

PROC = pathlib.Path("/proc")
TITLE = re.compile(r"frieze: (\w+)")
ONE_NAME = {"zygote": "zygote", "decoder": "decoders", "heavy": "decoders", "svg": "decoders", "reader": "readers"}


@dataclasses.dataclass
class Use:
    """Bytes, and counts, of the whole tree. `own` is what it shares with nobody outside: anonymous memory, and files that
    exist in memory only; what two of its processes share counts once. `pss` adds its share of the libraries, which grows
    where other programs that use them end."""
    own_of: dict  # by kind of process
    pss: int
    processes: int
    threads: int
    descriptors: int

    @property
    def own(self):
        return sum(self.own_of.values())


def parents():
    """{process: its parent}, of all that run."""
    found = {}
    for path in PROC.glob("[0-9]*/stat"):
        try:
            found[int(path.parent.name)] = int(path.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            pass
    return found


def tree(root):
    """The process, and all that came from it and still have a parent in it."""
    known, found = parents(), [root]
    for one in found:
        found += [pid for pid, parent in known.items() if parent == one]
    return found


def kind(pid):
    title = (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace")
    matched = TITLE.match(title)
    return ONE_NAME.get(matched[1], matched[1]) if matched else "main process"


def memory(pid):
    """{field: bytes} of smaps_rollup."""
    lines = (line.split() for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines())
    return {words[0].rstrip(":"): int(words[1]) * 1024 for words in lines if len(words) == 3}


def look(root):
    """A Use; a process that ends meanwhile is left out."""
    use = Use({}, 0, 0, 0, 0)
    for pid in tree(root):
        try:
            name, fields = kind(pid), memory(pid)
            threads = len(os.listdir(PROC / str(pid) / "task"))
            descriptors = len(os.listdir(PROC / str(pid) / "fd"))
        except OSError:
            continue
        if "Pss" not in fields:  # it has ended, and waits to be reaped
            continue
        use.own_of[name] = use.own_of.get(name, 0) + fields["Pss_Anon"] + fields["Pss_Shmem"]
        use.pss += fields["Pss"]
        use.processes += 1
        use.threads += threads
        use.descriptors += descriptors
    return use
