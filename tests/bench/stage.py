"""Where the measured programs run: a display of their own, a fresh home for each run, and the means to find
every process that a run started."""

import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time

SCREEN_W, SCREEN_H = 1920, 1080
PR_SET_CHILD_SUBREAPER = 36


def now_ms():
    return time.monotonic_ns() / 1e6


def memory_folder():
    """A folder in memory if there is one: the screen's file must not cause writes to a disk."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class Display:
    """An X server without hardware on a free number; its screen is a file to map (self.screen_file)."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="frieze-bench-", dir=memory_folder())
        reading, writing = os.pipe()
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{SCREEN_W}x{SCREEN_H}x24",
                   "-nolisten", "tcp", "-noreset", "-ac", "-nocursor", "-fbdir", self.folder]
        self.process = subprocess.Popen(command, pass_fds=[writing], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        if not number:
            self.close()
            raise RuntimeError("Xvfb did not start")
        self.name = ":" + number
        self.screen_file = os.path.join(self.folder, "Xvfb_screen0")
        self.wait_until_it_answers()

    def wait_until_it_answers(self):
        environment = dict(os.environ, DISPLAY=self.name)
        for _ in range(100):
            if subprocess.run(["xdpyinfo"], env=environment, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False).returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError(f"display {self.name} does not answer")

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Home:
    """A user who has never run anything: empty home, configuration, cache, run-time and temporary folders."""

    def __init__(self, display=None):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="frieze-home-"))
        parts = {"HOME": "home", "XDG_CONFIG_HOME": "home/.config", "XDG_CONFIG_DIRS": "home/.system", "XDG_CACHE_HOME": "home/.cache",
                 "XDG_DATA_HOME": "home/.local/share", "XDG_STATE_HOME": "home/.local/state",
                 "XDG_RUNTIME_DIR": "run", "TMPDIR": "tmp"}
        self.environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8",
                            # no session bus: nobody waits for one, and nothing is started through one
                            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent", "NO_AT_BRIDGE": "1"}
        for key, place in parts.items():
            folder = self.root / place
            folder.mkdir(parents=True, mode=0o700)
            self.environment[key] = str(folder)
        if display is not None:
            self.environment["DISPLAY"] = display.name
            self.environment["SDL_VIDEODRIVER"] = "x11"

    def path(self, *parts):
        return self.root.joinpath(*parts)

    def files_left(self, *parts):
        """Everything but folders below run/ and tmp/, by name relative to the home."""
        found = []
        for top in parts:
            for folder, _, names in os.walk(self.path(top)):
                found += [os.path.relpath(os.path.join(folder, name), self.root) for name in names]
        return sorted(found)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.root, ignore_errors=True)


# --- processes ------------------------------------------------------------------------------------

def become_subreaper():
    """Orphans of what we start become our children, so that none can get away unseen."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def parents():
    """{pid: parent} of every process that is not a zombie."""
    table = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        with contextlib.suppress(OSError, IndexError, ValueError):
            with open(f"/proc/{entry}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
            if fields[0] != "Z":
                table[int(entry)] = int(fields[1])
    return table


def family(pid):
    """pid and all its descendants."""
    table = parents()
    found = {pid}
    while True:
        more = {child for child, parent in table.items() if parent in found} - found
        if not more:
            return found
        found |= more


def outsiders(known):
    """Our descendants that are not in `known`: what a run has left behind."""
    me = os.getpid()
    return family(me) - {me} - known


def command_of(pid):
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().replace(b"\0", b" ").decode(errors="replace").strip()
    return "?"


def start(arguments, home, **more):
    return subprocess.Popen(arguments, env=home.environment, stdin=subprocess.DEVNULL,
                            stdout=more.pop("stdout", subprocess.DEVNULL),
                            stderr=more.pop("stderr", subprocess.DEVNULL), **more)


def end(process, grace_s=3.0):
    """Ends the process and all that came from it: politely first, but surely. Gives its exit status."""
    members = family(process.pid)
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(grace_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for pid in members & set(parents()) - {process.pid}:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    reap()
    return process.returncode


def sweep(spared):
    """Kills what is left of all that we started, but for `spared`: for the way out after an interruption."""
    for pid in outsiders(spared):
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def reap():
    """Collects adopted orphans that have ended. No Popen object may be waiting for one of its own then."""
    for pid, parent in zombies():
        if parent == os.getpid():
            with contextlib.suppress(OSError):
                os.waitpid(pid, os.WNOHANG)


def zombies():
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                with open(f"/proc/{entry}/stat") as file:
                    fields = file.read().rpartition(")")[2].split()
                if fields[0] == "Z":
                    yield int(entry), int(fields[1])


# --- memory ---------------------------------------------------------------------------------------

def pss_bytes(pid):
    """Proportional set size of one process, 0 where it may not be read."""
    with contextlib.suppress(OSError, ValueError):
        with open(f"/proc/{pid}/smaps_rollup") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    return 0


class MemoryWatch(threading.Thread):
    """Samples the PSS of a process and its descendants: (ms since it was made, sum in bytes)."""

    def __init__(self, pid, pause_s=0.05):
        super().__init__(daemon=True)
        self.pid, self.pause_s, self.began = pid, pause_s, now_ms()
        self.samples, self.stop = [], threading.Event()

    def run(self):
        while not self.stop.wait(self.pause_s):
            self.samples.append((now_ms() - self.began, sum(pss_bytes(pid) for pid in family(self.pid))))

    def finish(self):
        """Gives the largest."""
        self.stop.set()
        self.join()
        return max((taken for _, taken in self.samples), default=0)


# --- the page cache -------------------------------------------------------------------------------

def warm(folder):
    """Reads every file, so that all runs find them in memory."""
    for path in sorted(pathlib.Path(folder).iterdir()):
        path.read_bytes()


def drop_caches():
    """Empties the page cache; raises OSError where that is not permitted."""
    os.sync()
    with open("/proc/sys/vm/drop_caches", "w") as file:
        file.write("3\n")
