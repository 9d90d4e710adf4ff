"""Decoder processes that go wrong (docs/faults.md): each costs its own picture, with the reason, and the next comes
from another one. tests/faults/decoder.c does what the file says."""
# ctest: COST 20

import contextlib
import os
import pathlib
import re
import signal
import time

import pytest

import pictures
from frieze import Home, family, wait_until

DEATHS = {
    "segv": "SIGSEGV",
    "abort": "SIGABRT",
    "stack": "SIGSEGV",
    "socket": "call socket",
    "execve": "call execve",
    "kill": "call kill",
}
WALL = "--size", "600x400", "--tile", "100x75", "--cache-size", "0", "--isolation", "process"
LIES = {
    "size": "size that was not asked for",
    "negative": "size that was not asked for",
    "limits": "over the limits",
    "id": "form of one",
    "what": "form of one",
    "text": "cannot be",
    "short": "form of one",
}


@pytest.fixture(scope="module")
def shared():
    with Home() as fresh:
        yield fresh


def is_alive(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def title(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()


def load_and_hear(home, *words, options=(), good=6):
    """Good pictures and one of each of these; gives statistics, the line about each word, and all other lines."""
    folder = pictures.fill(home / f"folder-{'-'.join(words)}", good)
    for word in words:
        (folder / f"{word}.png").write_text(f"FRIEZE-FAULT {word.removesuffix('-again')}\n{word}\n")
    home.environment["ASAN_OPTIONS"] = f"{os.environ.get('ASAN_OPTIONS', '')}:handle_segv=0"  # a sanitizer ends with status 1
    stats, result = home.stats(*WALL, "--quit-when", "loaded", *options, folder, timeout=60)
    lines = [line for line in result.lines if line.startswith("frieze: ")]
    told = {word: [line for line in lines if f"/{word}.png" in line] for word in words}
    return stats, told, [line for line in lines if line not in sum(told.values(), [])]


def load(home, *words, **options):
    return load_and_hear(home, *words, **options)[:2]


@pytest.mark.parametrize("word", DEATHS)
def test_death_costs_its_own_picture(shared, word):
    stats, told = load(shared, word)
    assert stats["failed"] == 1 and stats["items"] == 7 and stats["decode"]["respawned"] >= 1
    assert len(told[word]) == 1 and DEATHS[word] in told[word][0], told


def test_open_has_no_effect(shared):
    """And is named, once for each process: libraries may try it without need."""
    _, told, others = load_and_hear(shared, "open", "open-again", options=("--jobs", "1"))
    for word in told:
        assert len(told[word]) == 1 and "refused" in told[word][0] and "effect" not in told[word][0]
    assert others == ["frieze: decoder 1: tried to call openat, which has no effect"]


@pytest.mark.parametrize("lie", LIES)
def test_lie_is_found_out(shared, lie):
    """The decoder is put down, with what was wrong with its answer."""
    stats, told = load(shared, f"lie-{lie}")
    assert stats["failed"] == 1 and stats["decode"]["respawned"] >= 1, told
    assert len(told[f"lie-{lie}"]) == 1 and LIES[lie] in told[f"lie-{lie}"][0], told


@pytest.mark.parametrize("word", ["loop", "lie-silent"])
def test_endless_ones_are_killed_at_their_deadline(shared, word):
    began = time.monotonic()
    stats, told = load(shared, word, options=("--limit-seconds", "1", "--jobs", "2"))
    took = time.monotonic() - began
    assert stats["failed"] == 1 and len(told[word]) == 1, told
    assert 1 <= took < 10, f"{took:.1f} s"


def test_a_row_of_deaths_is_paced(home):
    """Five cost no time; from then on the next decoder waits, longer each time up to a second, and that is said."""
    folder = pictures.fill(home / "pictures", 3)
    for number in range(9):
        (folder / f"a{number}.png").write_text(f"FRIEZE-FAULT abort\n{number}\n")  # each a content of its own
    stats, result = home.stats(*WALL, "--quit-when", "loaded", "--jobs", "1", folder, timeout=60)
    assert stats["failed"] == stats["decode"]["respawned"] == 9 and stats["items"] == 12, result
    told = re.findall(r"decoder 1: died (\d+) times in a row, the next one begins in ([0-9.]+) s", result.err)
    assert told == [("5", "0.25"), ("6", "0.5"), ("7", "1"), ("8", "1"), ("9", "1")][:len(told)] and len(told) >= 4, result.err
    assert sum("SIGABRT" in line for line in result.lines) >= 9, result.err


def test_what_comes_next_is_shown(home):
    """While it runs: a bad one among good ones, then more of them; the window answers all the time."""
    folder = pictures.fill(home / "pictures", 10)
    (folder / "a.png").write_text("FRIEZE-FAULT segv\n")
    with home.start(*WALL, folder) as frieze:
        frieze.until(items=11, pending=0, failed=1)
        pictures.write(folder / "p20.png", 20)
        frieze.until(items=12, pending=0, failed=1)
        assert 20 in sum(pictures.wall(frieze.screenshot()), [])


def test_zygote_killed(home):
    """Replaced when the next decoder is needed; nothing of the old ones is left."""
    folder = pictures.fill(home / "pictures", 4)
    with home.start(*WALL, folder) as frieze:
        frieze.idle("loaded")
        zygotes = [pid for pid in family(frieze.pid) if "zygote" in (title(pid) or "")]
        zygote = next(pid for pid in zygotes if any("decoder" in (title(child) or "") for child in family(pid)))
        before = family(zygote)
        os.kill(zygote, signal.SIGKILL)
        wait_until(lambda: not any(map(is_alive, before)), "the end of all that came from it", within_s=2)
        for number in range(30, 34):
            pictures.write(folder / f"p{number}.png", number)
        frieze.until(items=8, pending=0, failed=0)
        assert {30, 31, 32, 33} <= set(sum(pictures.wall(frieze.screenshot()), []))


END_S = 5  # of a program with sanitizers


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("word, mode", [("loop", "process"), ("lie-silent", "process"), ("loop", "thread")])
def test_signal_while_a_decoder_hangs(home, word, mode, number):
    """Status 0, soon, and nothing is left of it: a thread ends with its process."""
    folder = pictures.fill(home / "pictures", 3)
    (folder / "z.png").write_text(f"FRIEZE-FAULT {word}\n")
    with home.start(*WALL[:-1], mode, "--jobs", "2", folder) as frieze:
        frieze.until(items=4, pending=1)
        before = family(frieze.pid)
        began = time.monotonic()
        frieze.send(number)
        assert frieze.judged(frieze.process.wait(20)) == 0
        assert time.monotonic() - began < END_S
        wait_until(lambda: not any(map(is_alive, before)), "the end of all that came from it", within_s=2)
