"""Runs the program under test: once to its end, or as a process that is asked and told through its control socket."""

import contextlib
import ctypes
import dataclasses
import functools
import io
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import pytest
from PIL import Image

PATIENCE_S = 150  # ends what hangs, and says nothing of how quick frieze is: what a second does takes a slow machine 20 beside other tests
USER = 65534  # nobody: who runs what refuses to run as root
PASSED_ON = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "ASAN_OPTIONS",
             "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS")


def binary():
    path = os.environ.get("FRIEZE")
    if not path:
        pytest.skip("FRIEZE does not name the program to test")
    return os.path.abspath(path)


LEAK_CHECK_FELL = re.compile(r"Tracer caught signal|==\d+==(LeakSanitizer has encountered a fatal error|HINT: )")


@functools.cache
def is_sanitized():
    """Whether sanitizers are built in: slower, larger, and not what a measurement is about."""
    with open(binary(), "rb") as file:
        program = file.read()
    return b"__asan_init" in program or b"__tsan_init" in program


@functools.cache
def isolations():
    """The ways of decoding that this build has."""
    out = subprocess.run([binary(), "--help"], stdout=subprocess.PIPE, check=True, timeout=PATIENCE_S).stdout.decode()
    return re.search(r"--isolation (\S+)", out).group(1).split("|")


def in_each_isolation(metafunc):
    """A hook of pytest: a test that asks for `isolation` runs with decoders as processes, as they are used. Where sanitizers look on they
    are threads, so that these see all that they share."""
    if "isolation" in metafunc.fixturenames:
        as_process = os.environ.get("FRIEZE") and "process" in isolations() and not is_sanitized()
        metafunc.parametrize("isolation", ["process" if as_process else "thread"])


def need(*tools):
    for tool in tools:
        if not shutil.which(tool):
            pytest.skip(f"{tool} is missing")


def fair(seconds):
    """What a program that needs its core for so long may take beside all others that want one, too."""
    return seconds * max(1, os.getloadavg()[0] / os.cpu_count())


def die_with_parent():
    """Between fork and exec: a test run that is killed leaves nothing behind."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def wait_until(condition, what, within_s=PATIENCE_S, pause_s=0.01):
    """Waits until condition() gives something true, and gives that. `within_s` is for what frieze promises to be quick with."""
    deadline = time.monotonic() + within_s
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            pytest.fail(f"not within {within_s} s: {what() if callable(what) else what}")
        time.sleep(pause_s)


def family(pid):
    """A process and all that come from it, itself first."""
    found = [pid]
    for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in path.read_text().split():
                found += family(int(child))
    return found


def rollup_bytes(pid, *fields):
    """What a process takes, by fields of its smaps_rollup added up; 0 where there is no such process."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return sum(int(line.split()[1]) for line in file if line.partition(":")[0] in fields) * 1024
    return 0


def pss_bytes(pid):
    """A process and all that come from it; what they share with others counts in part."""
    return sum(rollup_bytes(one, "Pss") for one in family(pid))


def title_of(pid):
    """As ps shows it; "" where there is no such process."""
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").decode(errors="replace")
    return ""


def threads_of(pid):
    """Their names."""
    found = []
    for path in pathlib.Path(f"/proc/{pid}/task").glob("*/comm"):
        with contextlib.suppress(OSError):  # ended since it was listed
            found.append(path.read_text().strip())
    return sorted(found)


class Home:
    """A fresh home with all the folders that XDG names, short enough for a socket path; `ordinary` gives it to a user
    that is not root."""

    def __init__(self, ordinary=False):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="fze2e-"))
        self.user = USER if ordinary and os.getuid() == 0 else None
        self.environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        self.environment["HOME"] = str(self.path)
        for variable, name in (("XDG_RUNTIME_DIR", "run"), ("XDG_CONFIG_HOME", "config"), ("XDG_CONFIG_DIRS", "system"),
                               ("XDG_CACHE_HOME", "cache"), ("XDG_DATA_HOME", "data"), ("XDG_STATE_HOME", "state"),
                               ("TMPDIR", "tmp")):
            (self.path / name).mkdir(mode=0o700)
            self.environment[variable] = str(self.path / name)
        self.program = binary()
        if self.user is not None:
            # Where the program was built may be closed to that user.
            codecs = pathlib.Path(self.program).with_name("frieze-codecs.so")
            self.program = shutil.copy(self.program, self.path / "frieze")
            if codecs.exists():
                shutil.copy(codecs, self.path)
            self.hand_over(self.path)

    def __truediv__(self, name):
        return self.path / name

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    @property
    def run(self):
        return self.path / "run"

    def socket_path(self, name="default"):
        return self.run / "frieze" / f"{name}.sock"

    def hand_over(self, folder):
        """Gives a folder and what is in it to the user of this home."""
        if self.user is None:
            return
        for path in (folder, *folder.rglob("*")):
            os.chown(path, self.user, self.user, follow_symlinks=False)

    def popen(self, command, display=None, **options):
        environment = self.environment | (display.environment if display else {}) | options.pop("more", {})
        if self.user is not None:
            options |= {"user": self.user, "group": self.user, "extra_groups": []}
        return subprocess.Popen([os.fsencode(one) for one in map(as_text, command)], env=environment, cwd=self.path,
                                preexec_fn=die_with_parent, **options)

    def start(self, *arguments, display=None, **options):
        return Frieze(self, arguments, display, options)

    def frieze(self, *arguments, display=None, data=None, timeout=PATIENCE_S, **options):
        """Runs the program to its end. `data` comes on its standard input."""
        options.setdefault("stdin", subprocess.DEVNULL if data is None else subprocess.PIPE)
        process = self.popen([self.program, *arguments], display, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             **options)
        try:
            out, err = process.communicate(data, timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            pytest.fail(f"frieze {' '.join(map(as_text, arguments))} did not end in {timeout} s; it said: {err!r}")
        return Result(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))

    def stats(self, *arguments, status=0, name="stats.json", **options):
        """Runs it with --headless and --stats; gives what that file says, with the lines of standard error."""
        result = self.frieze("--headless", "--stats", self / name, *arguments, **options)
        assert result.status == status, f"exit status {result.status}, {result.err}"
        stats = json.loads((self / name).read_text())
        return stats, result


def as_text(value):
    return os.fsdecode(value) if isinstance(value, bytes) else str(value)


@dataclasses.dataclass
class Result:
    status: int
    out: str
    err: str

    @property
    def lines(self):
        return self.err.splitlines()


class Refused(Exception):
    """What frieze answered where it did not do what it was told."""

    def __init__(self, error):
        super().__init__(error.get("message"))
        self.code = error.get("code")


class Frieze:
    """A running frieze; as a context it is ended at the end, and must end well."""

    def __init__(self, home, arguments, display, options):
        self.home, self.name = home, "default"
        arguments = [as_text(argument) for argument in arguments]
        if "--name" in arguments:
            self.name = arguments[arguments.index("--name") + 1]
        self.expected_status = options.pop("status", 0)
        fd, self.error_file = tempfile.mkstemp(dir=home.path, prefix="stderr-")
        at = 1 if arguments[:1] == ["scale"] else 0
        arguments[at:at] = [] if display else ["--headless"]
        self.display = display
        options.setdefault("stdin", subprocess.DEVNULL)
        self.process = home.popen([home.program, *arguments], display, stderr=fd, **options)
        os.close(fd)
        self.pid = self.process.pid
        self.connection = self.window = None

    def __enter__(self):
        try:
            return self.ready()
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise

    def __exit__(self, kind, *_):
        if kind is not None:
            self.process.kill()
            self.process.wait()
        status = self.end()
        if kind is None:
            assert status == self.expected_status, f"exit status {status}: {self.errors()}"

    @property
    def errors_text(self):
        return pathlib.Path(self.error_file).read_text(errors="replace")

    def errors(self):
        return [line for line in self.errors_text.splitlines() if not LEAK_CHECK_FELL.match(line)]

    def judged(self, status):
        """The exit status, unless LeakSanitizer itself fell over a thread that a library was starting or ending: that says
        nothing of frieze."""
        return self.expected_status if status == 1 and "Tracer caught signal" in self.errors_text else status

    def is_running(self):
        return self.process.poll() is None

    # --- its control socket ---

    def connect(self):
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(PATIENCE_S + 5)
        try:
            self.connection.connect(str(self.home.socket_path(self.name)))
        except OSError:
            self.connection.close()
            self.connection = None
        return self.connection

    def ready(self):
        """Waits until it answers."""
        wait_until(lambda: self.connect() or not self.is_running(), "a control socket")
        assert self.is_running(), f"ended with status {self.process.returncode}: {self.errors()}"
        self.lines = self.connection.makefile("rb")
        self.ask("status")
        return self

    def ask(self, command, *arguments):
        """Sends one command, gives its result."""
        return self.ask_all((command, *arguments))[0]

    def ask_all(self, *commands):
        """Sends several commands at once, so that nothing is drawn between them; gives their results."""
        requests = [{"id": 7, "cmd": command, "args": [as_text(argument) for argument in arguments]}
                    for command, *arguments in commands]
        self.connection.sendall(b"".join(json.dumps(request).encode() + b"\n" for request in requests))
        return [self.answer(command) for command, *_ in commands]

    def answer(self, command):
        line = self.lines.readline()
        assert line, f"no answer to {command}; {self.errors()}"
        answer = json.loads(line)
        assert answer["id"] == 7
        if not answer["ok"]:
            raise Refused(answer["error"])
        return answer.get("result")

    def ctl(self, *arguments, **options):
        """Runs `frieze ctl`."""
        return self.home.frieze("ctl", "--name", self.name, *arguments, **options)

    def status(self):
        return self.ask("status")

    def stats(self):
        return self.ask("stats")

    def key(self, *keys):
        self.ask("key", *keys)
        return self

    def jump(self, *keys):
        """Where some keys lead, without the motion on the way there."""
        self.ask("set", "motion", "off")
        self.key(*keys).idle()
        self.ask("reset", "motion")
        return self

    def idle(self, state="idle"):
        try:
            self.ask("wait", state, PATIENCE_S)
        except Refused as refused:
            raise Refused({"code": refused.code, "message": f"{refused}: {self.status()}"}) from refused
        return self

    def screenshot(self):
        """What is shown, once nothing is under way any more."""
        path = self.home / "shot.png"
        if self.home.user is not None:
            path = self.home / "tmp" / "shot.png"
        self.idle().ask("screenshot", path)
        return Image.open(io.BytesIO(path.read_bytes())).convert("RGB")

    def until(self, within_s=PATIENCE_S, **expected):
        """Waits for a status; a value may be a function that judges."""
        last = {}

        def reached():
            last.update(self.status())
            return all(value(last[key]) if callable(value) else last[key] == value for key, value in expected.items())
        wait_until(reached, lambda: f"{expected}, the last status was {last}", within_s)
        return last

    # --- its end ---

    def send(self, number):
        self.process.send_signal(number)

    def end(self, number=signal.SIGTERM):
        """Ends it, gives its exit status."""
        if self.connection:
            self.lines.close()
            self.connection.close()
            self.connection = None
        if self.is_running():
            self.process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.judged(self.process.wait(PATIENCE_S))
        self.process.kill()
        self.process.wait()
        pytest.fail(f"did not end within {PATIENCE_S} s of signal {number}")

    # --- seen from outside ---

    @property
    def worker(self):
        """The process that does the work: where something is mounted that may hang, the second one of its name."""
        return next((pid for pid in family(self.pid)[1:] if title_of(pid) == title_of(self.pid)), self.pid)

    def descriptors(self):
        found = []
        for path in pathlib.Path(f"/proc/{self.worker}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed since it was listed
                found.append(os.readlink(path))
        return sorted(found)

    def threads(self):
        return threads_of(self.worker)

    def cpu_s(self):
        """Processor time so far, in seconds, of all its threads, to the nanosecond where the system counts that way."""
        worker = self.worker
        with contextlib.suppress(OSError, IndexError):
            files = pathlib.Path(f"/proc/{worker}/task").glob("*/schedstat")
            return sum(int(file.read_text().split()[0]) for file in files) / 1e9
        fields = pathlib.Path(f"/proc/{worker}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
