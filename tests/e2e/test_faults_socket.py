"""A control socket that is flooded (docs/faults.md, rows 31 and 32; lines and numbers of clients: unit/remote_*)."""
# ctest: LABELS sanitized

import contextlib
import json
import os
import socket
import threading
import time

import pytest

import pictures
from frieze import is_sanitized, wait_until

STATUS = json.dumps({"id": 1, "cmd": "status"}).encode() + b"\n"


@pytest.fixture
def frieze(home):
    folder = pictures.fill(home / "pictures", 30)
    with home.start("--size", "600x400", "--tile", "100x75", folder) as running:
        yield running.idle("loaded")


def connect(frieze):
    raw = socket.socket(socket.AF_UNIX)
    raw.connect(str(frieze.home.socket_path()))  # waits where many do
    raw.settimeout(20)
    return raw


def is_served(frieze):
    """Whether its own connection, made anew, is one of the eight."""
    if frieze.connection:
        frieze.connection.close()
    with contextlib.suppress(OSError):
        if frieze.connect():
            frieze.lines = frieze.connection.makefile("rb")
            frieze.connection.sendall(STATUS)
            return b'"ok":true' in frieze.lines.readline().replace(b" ", b"")
    return False


def test_a_thousand_connections(frieze):
    """Eight at a time are served, the others refused; then there is room again, and nothing is kept."""
    before, memory = len(frieze.descriptors()), frieze.stats()["memory"]["rss_peak_bytes"]
    refused = 0
    for _ in range(20):
        many = [connect(frieze) for _ in range(50)]
        for raw in many[10:]:
            refused += b"too many clients" in raw.recv(4096)
        for raw in many:
            raw.close()
    assert refused > 500
    wait_until(lambda: is_served(frieze), "a place")
    wait_until(lambda: len(frieze.descriptors()) <= before, lambda: f"{frieze.descriptors()}")
    assert frieze.stats()["memory"]["rss_peak_bytes"] < memory + (16 << 20)


def test_a_hundred_thousand_requests(frieze):
    """They are taken at a pace, and who sends them waits; frames keep their time, memory stays what it was."""
    frieze.ask_all(*[("status",)] * 50)
    before = frieze.stats()["memory"]["rss_peak_bytes"]
    unsent, answered = memoryview(STATUS * 100000), 0
    with connect(frieze) as raw:
        raw.setblocking(False)
        began, waits = time.monotonic(), []
        while time.monotonic() - began < 3:
            with contextlib.suppress(BlockingIOError):
                unsent = unsent[raw.send(unsent):]
            with contextlib.suppress(BlockingIOError):
                answered += raw.recv(1 << 20).count(b"\n")
            asked = time.monotonic()
            frieze.key("Right" if len(waits) // 20 % 2 == 0 else "Left")  # frames
            waits.append(time.monotonic() - asked)
            time.sleep(0.005)
        took = time.monotonic() - began
        stats = frieze.stats()
    assert 250 <= answered <= 252 + 500 * took
    assert len(unsent) > 50000 * len(STATUS)
    assert is_sanitized() or stats["memory"]["rss_peak_bytes"] < before + (8 << 20)  # these keep what is freed
    busy = is_sanitized() or os.getloadavg()[0] > 2 * os.cpu_count()
    assert busy or (sorted(waits)[len(waits) // 2] < 0.02 and max(waits) < 0.5), (sorted(waits)[-5:])
    assert busy or stats["frames"]["recent_max"] < 100, stats["frames"]


def test_flood_and_slow_readers(frieze):
    """Requests that never end, answers that nobody reads, half lines: who asks beside them is answered and obeyed."""
    stop = threading.Event()

    def flood(read):
        with contextlib.suppress(OSError), connect(frieze) as raw:
            raw.settimeout(0.5)
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    raw.sendall(STATUS * 50)
                if read:
                    with contextlib.suppress(TimeoutError):
                        raw.recv(65536)

    threads = [threading.Thread(target=flood, args=(number % 2 == 0,)) for number in range(6)]
    for thread in threads:
        thread.start()
    with connect(frieze) as half:
        half.sendall(b'{"id":1,"cmd":"sta')
        for _ in range(10):
            frieze.key("Right")
            assert frieze.status()["items"] == 30
        assert frieze.status()["index"] == 10
    stop.set()
    for thread in threads:
        thread.join()
    frieze.key("Home").until(index=0)
