"""Beginning and end: signals while it loads, nothing left behind, nothing that piles up."""
# ctest: RUN_SERIAL TRUE LABELS sanitized

import contextlib
import ctypes
import json
import os
import pathlib
import random
import re
import resource
import signal
import subprocess
import time

import pytest
from PIL import Image

import pictures
from frieze import PATIENCE_S, is_sanitized, wait_until

END_S = 1.0  # from the signal to the end of the process
LARGE = (4000, 3000)
LARGE_COUNT = 40
PR_SET_CHILD_SUBREAPER = 36  # prctl(2)
ROUNDS = 50  # FZ_TEST_ROUNDS says how many for longer runs


@pytest.fixture(scope="module")
def folder(module_home):
    return pictures.fill(module_home / "pictures", 60, (400, 300), "jpg")


@pytest.fixture(scope="module")
def slow(module_home):
    """Takes much longer to load than any test waits: large pictures of noise, of which the files are all one."""
    made = module_home / "slow"
    made.mkdir()
    Image.effect_noise(LARGE, 90).convert("RGB").save(made / "n0.jpg", quality=95)
    for number in range(1, LARGE_COUNT):
        os.link(made / "n0.jpg", made / f"n{number}.jpg")
    return made


@pytest.fixture(scope="module", autouse=True)
def adopts():
    """Processes that a program leaves behind become children of this one."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    assert prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    yield
    prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def left_behind():
    """The titles of those that are frieze's, and run."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, parent = (path / "stat").read_text().rpartition(") ")[2].split()[:2]
            title = (path / "cmdline").read_bytes()
            if state != "Z" and int(parent) == os.getpid() and b"frieze" in title.split(b"\0")[0]:
                found.append(title)
    return found


def traces(pid):
    """What is shared with other processes and carries its number."""
    names = [name for folder in ("/dev/shm", "/tmp") if os.path.isdir(folder) for name in os.listdir(folder)]
    return [name for name in names if "frieze" in name and str(pid) in re.findall(r"\d+", name)]


def files_left(home):
    """In its own folders, but for caches, which are meant to stay."""
    return [str(path) for name in ("run", "tmp") for path in (home / name).rglob("*") if not path.is_dir()]


def ends_well(home, frieze, end, limit_s=END_S):
    """Ends it by end(), and looks at what is left."""
    began = time.monotonic()
    end()
    status = frieze.judged(frieze.process.wait(PATIENCE_S))
    took = time.monotonic() - began
    assert status == 0, f"status {status}: {frieze.errors()}"
    assert took < limit_s * (5 if is_sanitized() else 1), f"took {took:.2f} s"
    wait_until(lambda: not left_behind(), lambda: f"{left_behind()} are left", within_s=0.5)
    assert files_left(home) == []
    assert traces(frieze.pid) == []
    assert frieze.errors() == []


def test_what_is_left_is_seen():
    subprocess.run(["bash", "-c", "(exec -a 'frieze: decoder 1' sleep 60) & disown"], check=True)
    wait_until(left_behind, "it is not")
    subprocess.run(["pkill", "-f", "^frieze: decoder 1 60$"], check=True)
    wait_until(lambda: not left_behind(), lambda: f"{left_behind()} are left", within_s=5)


SIGNALS = signal.SIGTERM, signal.SIGINT, signal.SIGHUP


def start_holding_signals(home, *arguments, **options):
    """What comes before the program looks for signals waits for it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        return home.start(*arguments, **options)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


# Each worker opens the tile cache for itself, when it first looks for something there.
UNCACHED = "--cache-size", "0"
DELAYS = [0.05, 0.15, 0.4, 0.9]


@pytest.mark.parametrize("number, delay", [*((signal.SIGTERM, delay) for delay in DELAYS), (signal.SIGINT, 0.3),
                                           (signal.SIGHUP, 0.3)])
def test_signal_while_loading(home, isolation, slow, number, delay):
    """Status 0 within a second; no process, socket or temporary file is left."""
    frieze = start_holding_signals(home, "--isolation", isolation, "--stats", home / "s.json", slow)
    time.sleep(delay)
    ends_well(home, frieze, lambda: frieze.send(number))


def test_quit_while_loading(home, isolation, slow):
    frieze = home.start("--isolation", isolation, slow).ready()
    ends_well(home, frieze, lambda: frieze.ask("quit"))


def test_quit_while_a_picture_is_opened(home, isolation, slow):
    options = "--isolation", isolation, "--size", "1000x800"
    frieze = home.start(*options, slow).ready()
    frieze.key("Return", "Right", "Right", "a")
    time.sleep(0.1)
    ends_well(home, frieze, lambda: frieze.key("q"))


@pytest.fixture(scope="module")
def mixed(module_home):
    """Small pictures, a large one, and one that never comes."""
    made = pictures.fill(module_home / "mixed", 30)
    Image.effect_noise((3000, 2000), 90).convert("RGB").save(made / "large.jpg", quality=95)
    os.mkfifo(made / "never.png")
    return made


def valid_or_absent(home):
    """What was asked for is whole, or not there; and no other file has come."""
    if (home / "s.json").exists():
        json.loads((home / "s.json").read_text())
        (home / "s.json").unlink()
    if (home / "s.png").exists():
        Image.open(home / "s.png").load()
        (home / "s.png").unlink()
    assert [path.name for path in home.path.iterdir() if path.is_file() and not path.name.startswith("stderr-")] == []


def test_signals_at_random_moments(home, isolation, mixed):
    """From the first instruction on."""
    seed = int(os.environ.get("FZ_TEST_SEED", time.time_ns()))
    print(f"FZ_TEST_SEED={seed}")
    chance = random.Random(seed)
    for _ in range(int(os.environ.get("FZ_TEST_ROUNDS", ROUNDS))):
        arguments = ["--isolation", isolation, "--size", "600x400", "--stats", home / "s.json"]
        arguments += chance.choice([[], ["--screenshot", home / "s.png"], ["--slideshow", "--delay", "0.5"]])
        frieze = start_holding_signals(home, *arguments, mixed)
        number = chance.choice(SIGNALS)
        time.sleep(chance.choice([0.02, 0.1, 0.4]) * chance.random())
        ends_well(home, frieze, lambda frieze=frieze, number=number: frieze.send(number))
        valid_or_absent(home)


@pytest.fixture
def full_pipe(home):
    """Whoever writes to it waits for ever."""
    path = home / "full"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(reader, b"#" * 4096)
    yield path
    os.close(reader)


def test_a_signal_keeps_the_status(home, folder, full_pipe):
    """Where the end hangs and the program is ended by force, it still tells what failed: here, that --stats cannot be
    written, while whoever reads --shown does not."""
    frieze = home.start("--size", "300x200", "--shown", full_pipe, "--stats", home / "missing" / "s.json", "--slideshow",
                        folder).ready()
    frieze.key("n").idle().key("n").idle()
    frieze.send(signal.SIGTERM)
    assert frieze.process.wait(PATIENCE_S) == 1
    assert len(frieze.errors()) == 1 and "missing" in frieze.errors()[0]
    assert files_left(home) == []


def niceness(pid):
    """Of each thread."""
    found = []
    for path in pathlib.Path(f"/proc/{pid}/task").glob("*/stat"):
        with contextlib.suppress(OSError):  # it has just ended
            found.append(int(path.read_text().rpartition(")")[2].split()[16]))
    return found


def test_no_thread_stands_behind_others_at_the_end(home, folder, full_pipe):
    """Where many want the cores, it would get its last turn long after the others are done."""
    if os.getuid() != 0 and resource.getrlimit(resource.RLIMIT_NICE)[0] < 20:
        pytest.skip("only root may take back that a thread is nice")
    frieze = home.start("--size", "300x200", "--shown", full_pipe, "--slideshow", folder).ready()
    frieze.key("n").idle().key("n").idle()
    assert max(niceness(frieze.pid)) > os.nice(0)
    frieze.send(signal.SIGTERM)  # it hangs over the pipe, until it is ended by force
    wait_until(lambda: max(niceness(frieze.pid)) == os.nice(0), lambda: str(niceness(frieze.pid)), within_s=0.5)
    assert frieze.process.wait(PATIENCE_S) == 0


def test_many_signals(home, isolation, slow):
    """The second one changes nothing."""
    frieze = home.start("--isolation", isolation, slow).ready()
    began = time.monotonic()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        frieze.send(number)
    assert frieze.process.wait(PATIENCE_S) == 0 and time.monotonic() - began < END_S * (5 if is_sanitized() else 1)


def test_signal_writes_what_was_asked_for(home, folder):
    frieze = home.start("--size", "400x300", "--stats", home / "s.json", "--screenshot", home / "s.png", folder).ready()
    assert frieze.idle().end(signal.SIGTERM) == 0
    assert (home / "s.json").exists() and Image.open(home / "s.png").size == (400, 300)


def has_a_socket(pid):
    with contextlib.suppress(OSError):
        return any(os.readlink(path).startswith("socket:") for path in pathlib.Path(f"/proc/{pid}/fd").iterdir())
    return False


def test_signal_while_a_wait_is_unanswered(home, slow):
    """Whoever waits is told."""
    frieze = home.start("--tile", "1000x900", slow).ready()
    waiting = home.popen([home.program, "ctl", "wait", "loaded", "60"], stderr=-1)
    wait_until(lambda: has_a_socket(waiting.pid), "a connection")
    time.sleep(0.2)
    frieze.send(signal.SIGTERM)
    assert waiting.wait(PATIENCE_S) == 1 and waiting.stderr.read() == b"frieze: frieze is ending\n"
    assert frieze.process.wait(PATIENCE_S) == 0


def test_signals_while_a_screenshot_is_unanswered(home, folder, full_pipe):
    """Who asked for it is told; the second signal gives it up."""
    frieze = home.start("--size", "300x200", folder).ready().idle()
    asking = home.popen([home.program, "ctl", "screenshot", full_pipe], stderr=-1)
    wait_until(lambda: str(full_pipe) in frieze.descriptors(), "the screenshot")
    frieze.send(signal.SIGTERM)
    time.sleep(0.1)
    frieze.send(signal.SIGTERM)
    assert frieze.process.wait(PATIENCE_S) == 0
    assert asking.wait(PATIENCE_S) == 1 and asking.stderr.read() == b"frieze: frieze is ending\n"


def test_the_process_is_named(home, folder):
    with home.start("--size", "300x200", folder) as frieze:
        names = frieze.threads()
        assert any(name.startswith("frieze:work") for name in names) and "frieze:control" in names


# --- in the long run ---

def use_a_lot(frieze):
    """Opens and closes pictures, scrolls, sizes, turns, shows."""
    for move in ("Home", "End"):
        frieze.key(move, "Return").idle()
        frieze.key("n", "+", "a", ">", "<", "0", "p").idle()
        frieze.key("s", "s", "Return")
    frieze.key("+", "0", "Home", "P", "P", "r", "V", "V").idle("loaded").idle()


def test_what_is_held_stays_as_it_is(home, folder):
    """How much is under way at once is a matter of chance, so the most of it is seen after some use; what is lost in
    each use would grow for ever."""
    with home.start("--size", "600x400", "--shown", home / "shown", folder) as frieze:
        seen = []
        while len(seen) < 15 and (len(seen) < 3 or seen[-3:] != [seen[-1]] * 3):
            use_a_lot(frieze)
            seen.append((frieze.descriptors(), frieze.threads(), frieze.stats()["cache"]["texture_bytes_peak"]))
        assert seen[-3:] == [seen[-1]] * 3, seen
        assert frieze.status()["failed"] == 0


def test_descriptors_of_connections_come_back(home, folder):
    """Without the tile cache, whose first batch may be written in the middle of this, into a file of its own."""
    with home.start("--size", "300x200", *UNCACHED, folder) as frieze:
        before = len(frieze.idle().descriptors())
        for _ in range(15):
            assert frieze.ctl("status").status == 0
        wait_until(lambda: len(frieze.descriptors()) <= before, lambda: f"{frieze.descriptors()}")


def test_changes_of_a_folder_leave_nothing(home):
    """Watched folders that come and go."""
    top = pictures.fill(home / "top", 2)
    with home.start("--size", "300x200", *UNCACHED, top) as frieze:
        pictures.fill(top / "again", 2)
        frieze.until(items=4, pending=0)
        for turn in range(5):
            if turn == 1:  # fonts are opened with the first text that needs them, which idle waits for
                before = len(frieze.idle().descriptors())
            (top / "again").rename(home / "away")
            frieze.until(items=2)
            (home / "away").rename(top / "again")
            frieze.until(items=4, pending=0)
        assert len(frieze.idle().descriptors()) <= before
