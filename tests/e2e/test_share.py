# ctest: COST 40 LABELS sanitized
"""A share that hangs holds up its own reader and nothing else; the program ends all the same, and what is left of it ends with the
hang."""

import contextlib
import errno
import json
import os
import pathlib
import resource
import signal
import sqlite3
import subprocess
import time

import numpy as np
import pytest
from PIL import Image

import pictures
import share as shares
from frieze import PATIENCE_S, is_sanitized, wait_until

END_S = 1.0
KEPT_AFTER_S = 7  # what was decoded is written after five seconds, and nobody has been there for ten
COUNT = 12
ROOM, LITTLE = 4 << 20, 1 << 20  # for copies, with --memory 64M; what has its place without that
SMALL = "--size", "800x600", "--tile", "100x75", "--cache-size", "0"


@pytest.fixture
def share(home):
    """Numbers from 0 on."""
    pictures.fill(home / "behind", COUNT)
    with shares.Share(home / "behind", home / "share") as mounted:
        yield mounted


@pytest.fixture
def good(home):
    return pictures.fill(home / "good", COUNT)


def state_and_parent(path):
    return (path / "stat").read_text().rpartition(") ")[2].split()[:2]


def processes():
    """The parent of each that has a thread which runs, waits or is stuck: that may be another than the first."""
    found = {}
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if any(state_and_parent(task)[0] != "Z" for task in (path / "task").iterdir()):
                found[int(path.name)] = int(state_and_parent(path)[1])
    return found


def family(pid):
    """The process, and all that came from it."""
    parents, found = processes(), {pid}
    for _ in parents:
        found |= {child for child, parent in parents.items() if parent in found}
    return found


def title(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").decode()
    return ""


def process_of(running, wanted):
    return next(pid for pid in family(running.pid) if title(pid) == wanted)


def reader_of(running, number):
    return process_of(running, f"frieze: reader {number}")


def ends_but_for(running, number, mounted, send=signal.SIGTERM):
    """It ends in time. Only the reader of that number, or what has that title, is left, until the share lets go."""
    all_of_it = family(running.pid)
    stuck = process_of(running, number) if isinstance(number, str) else reader_of(running, number)
    began = time.monotonic()
    if isinstance(running, subprocess.Popen):
        running.send_signal(send)
        assert running.wait(PATIENCE_S) != 0
    else:
        assert running.end(send) == 0, running.errors()
    took = time.monotonic() - began
    assert took < END_S * (5 if is_sanitized() else 1), f"took {took:.2f} s"
    wait_until(lambda: all_of_it & processes().keys() <= {stuck},
               lambda: f"left: {[title(pid) for pid in all_of_it & processes().keys()]}", within_s=1)
    assert stuck in processes()
    mounted.let_go()
    wait_until(lambda: stuck not in processes(), "its end")


def test_it_works_as_a_folder(home, share):
    with home.start(*SMALL, share.path) as running:
        running.until(items=COUNT, pending=0)
        assert [number for row in pictures.wall(running.screenshot()) for number in row] == list(range(COUNT))


@pytest.mark.parametrize("order", ["share first", "share last"])
def test_listing_hangs(home, share, good, order):
    """Neither does the good folder wait for it, wherever it stands."""
    share.hang()
    sources = [share.path, good] if order == "share first" else [good, share.path]
    running = home.start(*SMALL, *sources).ready()
    running.until(items=COUNT, pending=0, scanning=True)
    assert share.asked.wait(PATIENCE_S)
    wait_until(lambda: any("waiting" in line for line in running.errors()), "a line about it", within_s=8)
    ends_but_for(running, 1 if order == "share first" else 2, share)


def test_every_folder_has_its_own_reader(home, share):
    """However many there are: none waits for the one that hangs."""
    share.hang()
    good = [pictures.fill(home / f"good{number}", 2) for number in range(15)]
    running = home.start(*SMALL, share.path, *good).ready()
    running.until(items=30, pending=0, scanning=True)
    assert share.asked.wait(PATIENCE_S)
    ends_but_for(running, 1, share)


@pytest.mark.parametrize("link", [False, True], ids=["path", "link"])
def test_more_folders_than_readers(home, share, link):
    """Neighbours share then, but nobody shares with the one that hangs, which a link may lead to."""
    share.hang()
    if link:
        (home / "links").mkdir()
        (home / "links/to").symlink_to("../share")
    hanging = home / "links/to" if link else share.path
    good = [pictures.fill(home / f"good{number}", 1) for number in range(50)]
    running = home.start(*SMALL, *good[:32], hanging, *good[32:]).ready()
    running.until(items=50, pending=0, scanning=True)
    assert share.asked.wait(PATIENCE_S)
    assert sum(title(pid).startswith("frieze: reader") for pid in family(running.pid)) <= 34
    ends_but_for(running, 33, share)


def test_files_that_share_a_reader(home, share, good):
    """Of sixteen files two share a reader, but not with one on another file system; it is the one that hangs that is named."""
    names = sorted(good.glob("*.png"))
    share.hang()
    running = home.start(*SMALL, names[0], share.path / "p0.png", *names[1:], *names[:3]).ready()
    running.until(items=COUNT + 3, pending=0, scanning=True)
    assert share.asked.wait(PATIENCE_S)
    said = wait_until(lambda: [line for line in running.errors() if "waiting" in line], "a line about it", within_s=8)
    assert len(said) == 1 and f"{share.path}/p0.png: " in said[0], said
    ends_but_for(running, 2, share)


def test_opening_one_of_several_files_hangs(home, share, good):
    """The one that hangs is named, not the first."""
    names = sorted(good.glob("*.png"))
    share.hang(shares.OPEN)
    with home.start(*SMALL, *names[:5], share.path / "p7.png", *names[5:], *names[:3]) as running:
        assert share.asked.wait(PATIENCE_S)
        said = wait_until(lambda: [line for line in running.errors() if "does not answer" in line], "a line about it", within_s=8)
        assert len(said) == 1 and f"{share.path}/p7.png: " in said[0], said
        share.let_go()
        said = wait_until(lambda: [line for line in running.errors() if "answers again" in line], "a line about it", within_s=5)
        assert f"{share.path}/p7.png: " in said[0], said


def test_opening_hangs_and_goes_on(home, share, good):
    """The names are known, their files are not to be had: the others' are; once it lets go, all is there."""
    share.hang(shares.OPEN)
    with home.start(*SMALL, share.path, good) as running:
        running.until(items=2 * COUNT, pending=COUNT, failed=0)
        assert share.asked.wait(PATIENCE_S)
        wait_until(lambda: any("does not answer" in line for line in running.errors()), "a line about it", within_s=8)
        running.key("Right", "Down", "End", "Home", "i")
        assert running.status()["pending"] == COUNT
        share.let_go()
        running.until(items=2 * COUNT, pending=0, failed=0)
        wait_until(lambda: any("answers again" in line for line in running.errors()), "a line about it", within_s=5)


def test_what_is_told_waits_for_its_own_share_only(home, share, good):
    """Who goes on from a picture whose file does not open is told of the next all the same."""
    with home.start(*SMALL, share.path, good) as running:
        running.until(items=2 * COUNT, pending=0)
        running.key("End", "i", "i").idle("loaded")
        share.hang(shares.OPEN)
        running.key("Home")
        assert share.asked.wait(PATIENCE_S)
        before = running.stats()["opens"]
        running.key("End", "Left")
        wait_until(lambda: running.stats()["opens"] > before, "what its file tells", within_s=3)


def test_programs_and_ratings_wait_for_their_own_share_only(home, share, good):
    """Whoever rates pictures, or runs programs on them, does so elsewhere while a share hangs."""
    (home / "config" / "frieze").mkdir(parents=True, exist_ok=True)
    (home / "config" / "frieze" / "frieze.conf").write_text("[run]\nt = touch {path}.seen\n")
    running = home.start(*SMALL, share.path, good).ready()
    running.until(items=2 * COUNT, pending=0)
    share.hang()
    running.key("Home").ask("rate", "3")
    running.ask("run", "t")
    running.key("End").ask("rate", "4")
    running.ask("run", "t")
    wait_until(lambda: any(path.suffix == ".xmp" for path in good.iterdir()), "a sidecar")
    wait_until(lambda: any(path.suffix == ".seen" for path in good.iterdir()), "the program")
    running.until(programs=1)
    wait_until(lambda: any("does not answer" in line for line in running.errors()), "a line about it", within_s=8)
    ends_but_for(running, 1, share)
    assert any("perhaps not rated" in line for line in running.errors())


def test_the_end_while_opening_hangs(home, share, good):
    share.hang(shares.OPEN)
    running = home.start(*SMALL, share.path, good).ready()
    running.until(items=2 * COUNT, pending=COUNT)
    running.key("i")  # reads what the file tells, too
    ends_but_for(running, 1, share, signal.SIGINT)


@pytest.mark.parametrize("what", [[shares.READ], []], ids=["reading", "everything"])
def test_the_end_while_files_are_read(home, share, good, what):
    """No process but the reader ever reads from a share: not even a decoder gets stuck there."""
    running = home.start(*SMALL, share.path, good).ready()
    running.until(items=2 * COUNT, pending=0)
    share.hang(*what)
    running.key("r")  # all of them again
    running.until(items=2 * COUNT, pending=lambda count: 0 < count <= COUNT)
    assert share.asked.wait(PATIENCE_S)
    ends_but_for(running, 1, share)


def test_disconnected_and_back(home, share, isolation):
    """Every answer is an error: what is shown stays, and is followed again afterwards."""
    with home.start("--isolation", isolation, *SMALL, share.path) as running:
        running.until(items=COUNT, pending=0)
        share.error = errno.ENOTCONN
        running.until(away=1)
        status = running.idle().status()
        assert (status["items"], status["pending"], status["failed"]) == (COUNT, 0, 0)
        pictures.write(home / "behind" / "p90.png", 90)
        share.error = 0
        running.until(away=0, items=COUNT + 1, pending=0, failed=0)


def copies(processes, name):
    """{inode: bytes} of files in memory, seen one after the other."""
    found = {}
    for pid in processes:
        for path in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if f"memfd:{name}" in os.readlink(path):
                    found[path.stat().st_ino] = path.stat().st_blocks * 512
    return found


def copied_bytes(processes, name="frieze-file"):
    """What is in memory of files on shares, or of others of that name, whoever holds it: of those that were there at one time, which
    are those that are seen twice."""
    first, second = copies(processes, name), copies(processes, name)
    return sum(size for inode, size in first.items() if inode in second)


@pytest.mark.parametrize("told", [True, False], ids=["lengths", "no_lengths"])
def test_copies_keep_to_the_memory(home, share, told):
    """Of files that are copied for a decoder to read there are not more at once than there is room for, whether their share tells how long
    they are or not."""
    share.tells_lengths = told
    large = Image.effect_noise((2000, 1500), 90).convert("RGB")
    for number in range(20):
        large.save(home / "behind" / f"large{number}.jpg", quality=95)
    assert ROOM / 3 < (home / "behind" / "large0.jpg").stat().st_size < ROOM
    share.hang(shares.OPEN)
    with home.start(*SMALL, "--memory", "64M", share.path) as running:
        running.until(items=COUNT + 20, pending=COUNT + 20)
        processes = running.pid, reader_of(running, 1)
        share.let_go()
        seen = []
        while running.status()["pending"] > 0:
            seen += [copied_bytes(processes) for _ in range(10)]
        running.until(items=COUNT + 20, pending=0, failed=0)
        assert ROOM / 3 < max(seen) <= ROOM + LITTLE, max(seen)


def test_order_by_date_of_what_hangs(home, share, good):
    """Workers look at the good files, whatever the others do."""
    share.hang(shares.OPEN, shares.GETATTR, shares.LOOKUP)
    running = home.start(*SMALL, good, share.path).ready()
    running.until(items=COUNT, pending=0)
    running.key("o", "d")
    share.asked.wait(PATIENCE_S)
    running.key("End", "Home").until(pending=0)
    ends_but_for(running, 2, share)


@pytest.mark.parametrize("key", ["m", "d"], ids=["modified", "taken"])
def test_what_answers_is_ordered_whatever_hangs(home, share, good, key):
    """By when it was changed or taken, of a share that was read and hangs now; and of that once it answers again."""
    for number in range(COUNT):
        os.utime(good / f"p{number}.png", (1_500_000_000 - number,) * 2)
        os.utime(home / "behind" / f"p{number}.png", (1_400_000_000 - number,) * 2)
    with home.start(*SMALL, share.path, good) as running:
        running.until(items=2 * COUNT, pending=0, scanning=False)
        share.hang(shares.OPEN, shares.GETATTR, shares.LOOKUP)
        running.key("^a", "o", key)

        def names(folder):
            return [pathlib.Path(path).name for path in running.ask("marks") if path.startswith(str(folder))]
        by_time = [f"p{number}.png" for number in reversed(range(COUNT))]
        wait_until(lambda: names(good) == by_time, lambda: names(good))
        share.let_go()
        wait_until(lambda: names(share.path) == by_time, lambda: names(share.path))


def test_a_single_file_on_a_share_that_hangs(home, share, x11):
    """What it is, main asks before it opens a window."""
    share.hang()
    mark = home.start(*SMALL, share.path / "p0.png", display=x11)
    assert share.asked.wait(PATIENCE_S)
    everybody = family(mark.pid)
    began = time.monotonic()
    assert mark.end() == 0
    assert time.monotonic() - began < END_S * (5 if is_sanitized() else 1)
    share.let_go()
    wait_until(lambda: not everybody & processes().keys(), "the end of all", within_s=5)


def sockets_of(pid):
    found = 0
    with contextlib.suppress(FileNotFoundError):  # it has ended
        for path in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed since it was listed
                found += os.readlink(path).startswith("socket:")
    return found


def test_a_reader_that_was_begun_among_few_descriptors(home, good):
    """It is given what it lacks once there is more."""
    with home.start(*SMALL, good) as running:
        running.until(items=COUNT, pending=0)
        reader, worker = reader_of(running, 1), running.worker
        usual, before = sockets_of(reader), resource.prlimit(worker, resource.RLIMIT_NOFILE)

        def replaced(most):
            """By one with a channel; with one descriptor more at each look."""
            resource.prlimit(worker, resource.RLIMIT_NOFILE, (most.pop(0), before[1]))
            return next((pid for pid in family(running.pid) - {reader}
                         if title(pid) == "frieze: reader 1" and sockets_of(pid) > 1), None)

        few = list(range(len(os.listdir(f"/proc/{worker}/fd")) - usual, before[0]))
        resource.prlimit(worker, resource.RLIMIT_NOFILE, (few[0], before[1]))
        os.kill(reader, signal.SIGKILL)
        another = wait_until(lambda: replaced(few), "another reader", pause_s=1)
        resource.prlimit(worker, resource.RLIMIT_NOFILE, before)
        wait_until(lambda: sockets_of(another) >= usual, lambda: (sockets_of(another), usual))


def test_a_reader_is_killed(home, good):
    """Another one follows, and the list stays as it is."""
    with home.start(*SMALL, good) as running:
        running.until(items=COUNT, pending=0)
        running.key("Right", "Right")
        before = running.status()
        reader = reader_of(running, 1)
        os.kill(reader, signal.SIGKILL)
        wait_until(lambda: any("signal 9" in line for line in running.errors()), "a line about it", within_s=5)
        another = wait_until(lambda: next((pid for pid in family(running.pid) - {reader}
                                           if title(pid) == "frieze: reader 1"), None), "another reader", within_s=5)
        assert another != reader
        pictures.write(good / "p99.png", 99)
        after = running.until(items=COUNT + 1, pending=0)
        assert after["uri"] == before["uri"] and after["index"] == before["index"]


def test_the_end_while_the_configuration_hangs(home, share, good):
    """Main itself reads it, before there is a window."""
    share.be_deaf()
    running = home.start(*SMALL, good, more={"XDG_CONFIG_HOME": str(share.path)})
    time.sleep(0.5)
    everybody, began = family(running.pid), time.monotonic()
    assert len(everybody) > 1 and not home.socket_path().exists()
    running.send(signal.SIGTERM)
    assert running.process.wait(PATIENCE_S) == 0
    assert time.monotonic() - began < END_S * (12 if is_sanitized() else 1)
    wait_until(lambda: not everybody & processes().keys(), "the end of all", within_s=1)


def test_prime_goes_on_beside_it(home, share, good):
    share.hang(shares.OPEN)
    process = home.popen([home.program, "prime", share.path, good], stderr=-1)
    assert share.asked.wait(PATIENCE_S)
    wait_until(lambda: share.kept, "opens that hang")
    share.let_go()
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0 and f"{2 * COUNT} tiles" in said.decode(), said


def make_old(share, age_s):
    then = time.time() - age_s
    for path in share.folder.iterdir():
        os.utime(path, (then, then))


def kept_tiles(home):
    with contextlib.closing(sqlite3.connect(home / "cache" / "frieze" / "tiles.db")) as db:
        return db.execute("SELECT count(*) FROM entry JOIN pixels USING (id) WHERE box_w > 0").fetchone()[0]


def test_prime_keeps_all_of_a_share_that_takes_its_time(home, share):
    """Whether a file is still what was decoded, it says later than a wall would wait for."""
    share.delays = {shares.LOOKUP: 0.1, shares.GETATTR: 0.1}
    result = home.frieze("prime", share.path)
    assert result.status == 0 and result.err == f"frieze prime: {COUNT} tiles\n", result
    assert kept_tiles(home) == COUNT


def test_a_wall_of_it_is_kept(home, share):
    """Of files that have been there for long, which nobody changes just now."""
    make_old(share, 2 * 3600)
    share.delays = {shares.LOOKUP: 0.1, shares.GETATTR: 0.1}
    with home.start("--size", "800x600", "--tile", "100x75", share.path) as running:
        running.idle("loaded")
    assert kept_tiles(home) == COUNT


def test_idle_time_keeps_what_its_wall_went_without(home, share):
    """Files that may just be changing, of which the share says too late that they have not."""
    make_old(share, 60)
    share.delays = {shares.LOOKUP: 0.1, shares.GETATTR: 0.1}
    with home.start("--size", "800x600", "--tile", "100x75", share.path) as running:
        running.idle("loaded")
        time.sleep(KEPT_AFTER_S)
        assert kept_tiles(home) < COUNT
        wait_until(lambda: kept_tiles(home) == COUNT, lambda: f"{kept_tiles(home)} of {COUNT} are kept", pause_s=0.2)


def test_prime_counts_once_what_another_reader_finds_again(home, share, good):
    """A reader is replaced within a listing: the one after it tells all names from the beginning."""
    (good / "link").symlink_to(share.path)
    share.hang(shares.OPENDIR)
    process = home.popen([home.program, "prime", good], stderr=-1)
    assert share.asked.wait(PATIENCE_S)  # what lies beside the link has been told
    os.kill(reader_of(process, 1), signal.SIGKILL)
    share.let_go()
    _, said = process.communicate(timeout=PATIENCE_S)
    lines = said.decode().splitlines()
    assert process.returncode == 0 and len(lines) == 2 and "signal 9" in lines[0], lines
    assert lines[1] == f"frieze prime: {2 * COUNT} tiles", lines


SUBCOMMANDS = {"probe": [], "scale": ["out.png"]}


@pytest.mark.parametrize("what", [shares.LOOKUP, shares.OPEN, shares.READ], ids=["lookup", "open", "read"])
@pytest.mark.parametrize("name", SUBCOMMANDS)
@pytest.mark.parametrize("send", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "INT"])
def test_the_end_of_subcommands(home, share, name, what, send):
    """Main waits for its reader only; nor does a decoder ever hold a file of the share."""
    share.hang(what)
    process = home.popen([home.program, name, share.path / "p0.png", *SUBCOMMANDS[name]])
    assert share.asked.wait(PATIENCE_S)
    ends_but_for(process, 0, share, send)
    assert not (home / "out.png").exists()


@pytest.mark.parametrize("what", [shares.LOOKUP, shares.CREATE, shares.WRITE, shares.FSYNC, shares.RENAME],
                         ids=["lookup", "create", "write", "fsync", "rename"])
def test_the_end_of_scale_whose_result_hangs(home, good, isolation, what):
    """One process is left, which writes it; that ends with the hang, and leaves the whole file or none."""
    (home / "behind").mkdir()
    with shares.Share(home / "behind", home / "share", writable=True) as share:
        command = home.program, "scale", "-s0", "--isolation", isolation, good / "p0.png"
        assert home.popen([*command, share.path / "first.png"]).wait(20) == 0
        share.hang(what)
        process = home.popen([*command, share.path / "out.png"])
        assert share.asked.wait(PATIENCE_S)
        everybody, began = family(process.pid), time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 130
        took = time.monotonic() - began
        assert took < END_S * (5 if is_sanitized() else 1), f"took {took:.2f} s"
        wait_until(lambda: len(everybody & processes().keys()) <= 1,
                   lambda: f"left: {[title(pid) for pid in everybody & processes().keys()]}", within_s=1)
        share.let_go()
        wait_until(lambda: not everybody & processes().keys(), "its end")
        there = {path.name: path.read_bytes() for path in (home / "behind").iterdir()}
        assert there.pop("first.png") == (good / "p0.png").read_bytes()
        assert there in ({}, {"out.png": (good / "p0.png").read_bytes()})


@pytest.mark.parametrize("copied", [False, True], ids=["encoded", "copied"])
@pytest.mark.parametrize("send", [signal.SIGTERM, signal.SIGKILL], ids=["TERM", "KILL"])
def test_the_end_of_scale_whose_result_is_slow(home, isolation, send, copied):
    """What writes it does not go on for nobody, and leaves nothing of it."""
    Image.effect_noise((2000, 1500), 90).convert("RGB").save(home / "large.bmp")
    (home / "behind").mkdir()
    with shares.Share(home / "behind", home / "share", writable=True) as share:
        at_once = share.reply

        def slowly(opcode, node, body):
            time.sleep(0.02 if opcode == shares.WRITE else 0)
            return at_once(opcode, node, body)
        share.reply = slowly
        process = home.popen([home.program, "scale", "-s", "0" if copied else "1999", "--isolation", isolation,
                              home / "large.bmp", share.path / "out.bmp"])
        wait_until(lambda: any(path.stat().st_size > 100_000 for path in (home / "behind").iterdir()), "some of it")
        everybody, began = family(process.pid), time.monotonic()
        process.send_signal(send)
        assert process.wait(PATIENCE_S) == (130 if send == signal.SIGTERM else -signal.SIGKILL)
        wait_until(lambda: not everybody & processes().keys(), "the end of all", within_s=1)
        assert time.monotonic() - began < END_S * (5 if is_sanitized() else 1)
        assert list((home / "behind").iterdir()) == []


def test_subcommands_of_files_on_a_share(home, share):
    """They say and write the same as elsewhere; one that waited goes on."""
    there, here = ([json.loads(home.frieze("probe", folder / "p3.png").out)] for folder in (share.path, home / "behind"))
    assert [dict(line, path="") for line in there] == [dict(line, path="") for line in here]
    for folder, out in ((share.path, "there.png"), (home / "behind", "here.png")):
        assert home.frieze("scale", "-s0", folder / "p3.png", home / out).status == 0
    assert (home / "there.png").read_bytes() == (home / "here.png").read_bytes() == (home / "behind" / "p3.png").read_bytes()
    assert "same file" in home.frieze("scale", share.path / "p3.png", share.path / "p3.png").err
    pictures.write(home / "behind" / "long.jpg", 1, (2000, 1001))
    assert "over 1.0 kB" in home.frieze("probe", "--limit-bytes=1K", share.path / "long.jpg").out
    share.hang(shares.READ)
    process = home.popen([home.program, "probe", share.path / "p3.png"], stdout=-1)
    assert share.asked.wait(PATIENCE_S)
    share.let_go()
    assert json.loads(process.communicate(timeout=PATIENCE_S)[0]) == there[0] and process.returncode == 0


SLOW_S, PACE_S, SEQUENCE = 0.1, 0.8, 14


def age(folder):
    """As if all had been there for long: what was written just now is read once more."""
    for path in (*folder.iterdir(), folder):
        os.utime(path, (1.5e9, 1.5e9))


@pytest.fixture
def old_share(home, share):
    age(home / "behind")
    return share


def noise(path, seed):
    """A picture whose file takes five reads of a share."""
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (400, 530, 3), dtype=np.uint8)).save(path)
    assert path.stat().st_size > 4 * shares.MOST_READ


@pytest.fixture
def slow(home):
    (home / "behind").mkdir()
    for number in range(SEQUENCE):
        noise(home / "behind" / f"{number:02}.png", number)
    age(home / "behind")
    with shares.Share(home / "behind", home / "share") as mounted:
        mounted.delays = {shares.OPEN: SLOW_S, shares.READ: SLOW_S}
        yield mounted


@pytest.mark.skipif(is_sanitized(), reason="sanitizers take longer than the pace that is kept")
def test_sequence_on_a_slow_share_is_ahead(home, slow):
    """The next picture is there before it is asked for: its parts are read at once, and several pictures too."""
    with home.start(*SMALL, slow.path) as running:
        running.until(items=SEQUENCE)
        running.key("Return")
        began, ahead = time.monotonic(), []
        for step in range(1, SEQUENCE):
            time.sleep(max(0, began + step * PACE_S - time.monotonic()))
            before = running.stats()["cache"]["hits"]
            running.key("n")
            ahead.append(running.stats()["cache"]["hits"] - before)
        running.idle()
        assert running.status()["index"] == SEQUENCE - 1
    assert sum(ahead[3:]) >= len(ahead[3:]) - 1, ahead
    assert slow.most_at_once[shares.READ] >= 4, slow.most_at_once


def test_nothing_is_read_twice_at_once(home, slow):
    """A picture that is opened while its tile comes: both from the same reads."""
    with home.start(*SMALL, "--no-siblings", slow.path / "00.png") as running:
        running.until(items=1)
        running.key("Return")
        running.until(items=1, pending=0, mode="picture")
        running.idle()
        assert slow.counts[shares.OPEN] > 1
        assert slow.most_at_once[shares.READ, shares.MOST_READ] == 1, slow.most_at_once


def test_a_pause_opens_nothing_more(home, slow):
    """Neither do those that wait for their turn at the share; all of them come afterwards."""
    with home.start(*SMALL, slow.path) as running:
        running.until(items=SEQUENCE)
        wait_until(lambda: sum(slow.opened.values()) > 0, "a first file")
        running.ask("loading", "pause")
        time.sleep(2 * SLOW_S)  # what was asked by then is answered
        opened = slow.counts[shares.OPEN]
        assert running.status()["pending"] > 0
        time.sleep(1)
        assert slow.counts[shares.OPEN] == opened < SEQUENCE
        running.ask("loading", "resume")
        running.until(pending=0, failed=0)


def leaf_to_the_tenth(running, mounted):
    """Gives how many files were opened by then."""
    running.until(items=COUNT, pending=0)
    running.key("Return").idle()
    for _ in range(10):
        running.key("n").idle()
    return mounted.counts[shares.OPEN]


def test_going_back_opens_no_file(home, old_share):
    with home.start(*SMALL, old_share.path) as running:
        opened = leaf_to_the_tenth(running, old_share)
        for step in range(10):
            running.key("p").idle()
            running.until(index=9 - step)
            assert pictures.read(running.screenshot(), (240, 180, 320, 240))[0] == 9 - step
        assert old_share.counts[shares.OPEN] == opened


def test_going_back_opens_nothing_ahead_either(home, old_share):
    """Not those before the first of the ten, until one of these is asked for; from then on as in any direction."""
    with home.start(*SMALL, old_share.path) as running:
        leaf_to_the_tenth(running, old_share)
        running.key("n").idle()
        opened = old_share.counts[shares.OPEN]
        for _ in range(10):
            running.key("p").idle()
        assert running.status()["index"] == 1 and old_share.counts[shares.OPEN] == opened
        running.key("p").idle()
        assert running.status()["index"] == 0 and old_share.counts[shares.OPEN] == opened + 1


def test_history_is_as_long_as_it_is_asked_to_be(home, old_share):
    with home.start(*SMALL, "--history", 3, old_share.path) as running:
        opened = leaf_to_the_tenth(running, old_share)
        for _ in range(3):
            running.key("p").idle()
        assert old_share.counts[shares.OPEN] == opened
        for _ in range(7):
            running.key("p").idle()
        assert old_share.counts[shares.OPEN] == opened + 7


def test_no_history_keeps_but_the_neighbour(home, old_share):
    with home.start(*SMALL, "--history", 0, old_share.path) as running:
        opened = leaf_to_the_tenth(running, old_share)
        for _ in range(10):
            running.key("p").idle()
        assert old_share.counts[shares.OPEN] == opened + 9
