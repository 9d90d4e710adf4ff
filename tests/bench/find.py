"""Search and order among 100,000 names, typed and asked for on the control socket of a running frieze."""

import json
import pathlib
import random
import socket
import struct
import time
import zlib

import stage
import subject

COUNT = 100_000
TEXTS = ("stormy 7", "lake of", "zzz")
PATIENCE_S = 60


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# One grey pixel: what it shows does not matter here.
PNG = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
       + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b""))
FIRST = ("stormy", "quiet", "golden", "frozen", "distant", "narrow", "winding", "old", "northern", "hidden")
SECOND = ("lake", "harbour", "ridge", "meadow", "street", "forest", "island", "bridge", "garden", "valley")
THIRD = ("of glass", "at dusk", "in rain", "before the snow", "of my youth", "without name", "in May")


def names():
    rng = random.Random(1)
    return [f"{rng.choice(FIRST)} {rng.choice(SECOND)} {rng.choice(THIRD)} {number}.png" for number in range(COUNT)]


def folder(root):
    """100,000 small files, made once."""
    made = root / "names"
    done = made / ".complete"
    if not done.exists():
        made.mkdir(exist_ok=True)
        for name in names():
            (made / name).write_bytes(PNG)
        done.touch()
    return made


class Session:
    """The control socket, one request after the other."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        # its name is there before it listens
        until(lambda: self.socket.connect_ex(str(path)) == 0, "a control socket")
        self.lines = self.socket.makefile("r")

    def ask(self, command, *arguments):
        self.socket.sendall(json.dumps({"id": 1, "cmd": command, "args": list(arguments)}).encode() + b"\n")
        answer = json.loads(self.lines.readline())
        assert answer["ok"], answer
        return answer["result"]


def until(condition, what):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)


def letters(session, listed):
    """From each key to the status that tells the right number of matches, in ms."""
    times = []
    for text in TEXTS:
        session.ask("key", "/")
        for length in range(1, len(text) + 1):
            expected = sum(text[:length] in name for name in listed)
            began = stage.now_ms()
            session.ask("key", "Space" if text[length - 1] == " " else text[length - 1])
            until(lambda: (session.ask("status")["search"] or {}).get("matches") == expected, text[:length])
            times.append(stage.now_ms() - began)
        session.ask("key", "Esc")
    return times


def sorts(session):
    """From the keys to rest, in ms; what the files are is known by then. Orders that follow each other within a second wait for
    each other, so as not to flash."""
    session.ask("key", "o", "d")
    session.ask("wait", "idle", str(PATIENCE_S))
    times = []
    for keys in ("on", "od", "on", "od"):
        time.sleep(1.1)
        began = stage.now_ms()
        session.ask("key", *keys)
        session.ask("wait", "idle", str(PATIENCE_S))
        times.append(stage.now_ms() - began)
    return times


def run(context):
    """One run; `letters` and `sorts` in ms."""
    made, listed = folder(context.corpus), [name.lower() for name in names()]
    stage.warm(made)  # sorting by date reads them all
    with stage.Home(context.display) as home:
        process = stage.start(subject.frieze_command(context, home, made), home, cwd=home.path("home"))
        try:
            path = pathlib.Path(home.environment["XDG_RUNTIME_DIR"], "frieze", "default.sock")
            until(path.exists, "a socket")
            session = Session(path)
            until(lambda: session.ask("status")["items"] == COUNT, "all names")
            session.ask("wait", "idle", str(PATIENCE_S))
            result = {"letters": letters(session, listed), "sorts": sorts(session)}
        finally:
            process.terminate()
            status = subject.wait_for(process)
        return result | {"status": status, "stats": subject.json_of(home.path("stats.json"))}
