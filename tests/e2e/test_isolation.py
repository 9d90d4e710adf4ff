# ctest: COST 15 PROCESSORS 2 LABELS sanitized
"""Decoder processes, seen from outside: what they are, what they have, and that nothing but their own picture dies with them."""

import contextlib
import os
import pathlib
import pty
import random
import re
import select
import signal
import subprocess
import time

import pictures
import numpy as np
import pytest
from PIL import Image
from frieze import PATIENCE_S, Home, is_sanitized, threads_of, title_of, wait_until

SEED = int(os.environ.get("FZ_TEST_SEED", time.time_ns() % 10**9))
SANITIZED_TIMES = 20  # what sanitizers are let off
NO_CACHE = ("--cache-size", "0")


def times():
    return SANITIZED_TIMES if is_sanitized() else 1


def stat_of(pid):
    """(state, parent), None where there is no such process."""
    with contextlib.suppress(OSError):
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        return fields[0], int(fields[1])
    return None


def processes_of(program):
    """{pid: title} of what descends from it."""
    table = {int(entry): stat_of(entry) for entry in os.listdir("/proc") if entry.isdigit()}
    found, more = set(), {program}
    while more:
        more = {pid for pid, stat in table.items() if stat and stat[0] != "Z" and stat[1] in more}
        found |= more
    return {pid: title_of(pid) for pid in found}


def is_gone(pid):
    stat = stat_of(pid)
    return not stat or stat[0] == "Z"


def pids_of(frieze, title):
    return [pid for pid, name in processes_of(frieze.pid).items() if name.startswith(title)]


@pytest.fixture
def home():
    with Home() as made:
        yield made


def test_titles_environment_and_descriptors(home):
    folder = pictures.fill(home / "pictures", 20)
    with home.start("--jobs", "2", *NO_CACHE, folder) as frieze:
        frieze.idle("loaded")
        found = processes_of(frieze.pid)
        assert {"frieze: zygote", "frieze: decoder 1", "frieze: decoder 2"} <= set(found.values())
        assert frieze.status()["sandbox_state"] in ("full", "strong", "partial")
        for pid in pids_of(frieze, "frieze: decoder"):
            if not os.access(f"/proc/{pid}/fd/0", os.F_OK):
                pytest.skip("descriptors and environment of another user's process need CAP_SYS_PTRACE")
            links = [os.readlink(path) for path in pathlib.Path(f"/proc/{pid}/fd").iterdir()]
            sockets = [link for link in links if link.startswith("socket:")]
            files = [link for link in links if str(home.path) in link and not (is_sanitized() and "stderr-" in link)]
            assert len(sockets) == 1 and not files, links
            assert str(home.path).encode() not in pathlib.Path(f"/proc/{pid}/environ").read_bytes()


def drawings(folder):
    """One for each of the two kinds of decoders that are not there from the start."""
    for name, shape in (("shapes", '<rect width="50" height="50"/>'), ("text", '<text y="50">a</text>')):
        (folder / f"{name}.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90">{shape}</svg>')


def test_limits_of_decoders(home):
    """Of all three kinds, as the kernel knows them."""
    folder = pictures.fill(home / "pictures", 2)
    drawings(folder)
    with home.start("--jobs", "1", *NO_CACHE, folder) as frieze:
        frieze.idle("loaded")
        decoders = pids_of(frieze, ("frieze: decoder", "frieze: heavy decoder", "frieze: svg decoder"))
        assert len(decoders) == 3
        for pid in decoders:
            lines = pathlib.Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
            hard = {line[:25].strip(): line[47:68].strip() for line in lines}
            most = {name: int(hard[f"Max {name}"]) for name in ("cpu time", "file size", "processes", "open files")}
            assert most["cpu time"] <= 3601 and most["file size"] <= 400e6 and most["processes"] <= 4096, most
            assert most["open files"] <= 16 + 512 and hard["Max core file size"] == "0", hard
            assert is_sanitized() or int(hard["Max address space"]) < 1 << 34, hard


def kill_outright(program, *titles):
    """Those of its processes are stopped before: they notice nothing."""
    left = processes_of(program.pid)
    assert left
    for pid, title in left.items():
        if titles and title.startswith(titles):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
            wait_until(lambda pid=pid: (stat_of(pid) or "T")[0] == "T", "its stop")  # unless it ends at that moment
    program.kill()
    program.wait()
    began = time.monotonic()
    try:
        wait_until(lambda: all(map(is_gone, left)), lambda: str([left[pid] for pid in left if not is_gone(pid)]))
    finally:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    took = time.monotonic() - began
    print(f"all of {len(left)} gone after {took * 1000:.0f} ms")
    assert took < 0.1 * times()


def test_killed_outright_leaves_no_process(home):
    folder = pictures.fill(home / "pictures", 120)
    for pause_s in (0.02, 0.1, 0.3):
        frieze = home.start("--jobs", "2", *NO_CACHE, folder, status=-signal.SIGKILL)
        frieze.ready()
        time.sleep(pause_s)
        kill_outright(frieze.process)
        frieze.end()


@pytest.mark.parametrize("titles", [("frieze: zygote",), ("frieze: decoder", "frieze: heavy decoder", "frieze: svg decoder", "frieze: reader"), ("frieze: ",)],
                         ids=["zygotes", "theirs", "all"])
def test_killed_outright_leaves_none_that_is_stopped(home, titles):
    """Also of zygotes that were begun later: those of heavy codecs and of SVG with text, those that took the place of others."""
    folder = pictures.fill(home / "pictures", 20)
    drawings(folder)
    for lost in (False, True):
        frieze = home.start("--jobs", "2", *NO_CACHE, folder, status=-signal.SIGKILL)
        frieze.ready().idle("loaded")
        before = pids_of(frieze, "frieze: zygote")
        assert len(before) == 4
        if lost:
            for pid in before:
                os.kill(pid, signal.SIGKILL)
            frieze.key("r").idle("loaded")
            wait_until(lambda: len(pids_of(frieze, "frieze: zygote")) == 4, lambda: str(processes_of(frieze.pid)))
            assert not set(before) & set(pids_of(frieze, "frieze: zygote"))
        kill_outright(frieze.process, *titles)
        frieze.end()


def is_stopped(pid):
    """Or gone: a stop takes effect where a process leaves the kernel."""
    stat = stat_of(pid)
    return not stat or stat[0] in "TZ"


@pytest.mark.skipif(is_sanitized(), reason="a fork takes so long there that who is stopped may have no group yet")
def test_killed_outright_while_its_processes_begin(home):
    """Each may be stopped as soon as it is there, before it could ask to end with the program."""
    if os.getsid(1) == os.getsid(0):
        pytest.skip("process 1 is of this session: the kernel calls nobody orphaned then")
    chance = random.Random(SEED)
    print(f"FZ_TEST_SEED={SEED}")
    folder = pictures.fill(home / "pictures", 4)
    drawings(folder)
    for _ in range(60):
        frieze = home.start(*NO_CACHE, folder, status=-signal.SIGKILL)
        until, seen, stopped = time.monotonic() + chance.uniform(0, 0.25) * times(), {}, []
        while time.monotonic() < until:
            found = processes_of(frieze.pid)
            for pid in found.keys() - seen.keys() - {frieze.pid}:
                if chance.random() < 0.5:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGSTOP)
                        stopped.append(pid)
            seen |= found
        wait_until(lambda pids=tuple(stopped): all(map(is_stopped, pids)), "what was told to stop", within_s=times())
        seen |= processes_of(frieze.pid)
        frieze.process.kill()
        assert frieze.end() == -signal.SIGKILL
        left = {pid: title for pid, title in seen.items() if not is_gone(pid)}
        try:
            wait_until(lambda left=left: all(map(is_gone, left)), str(left), within_s=times())
        finally:
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("state", ["decoding", "writing"])
def test_scale_killed_outright_leaves_none_that_is_stopped(home, state):
    """Neither while it decodes, nor while it writes to a pipe that nobody reads."""
    picture, out = home / "large.png", home / "out.bmp"
    Image.effect_noise((5000, 4000), 90).save(picture)
    os.mkfifo(out)
    unread = os.open(out, os.O_RDWR)
    program = home.popen([home.program, "scale", "-s", "0", picture, out], stderr=subprocess.DEVNULL)

    def is_reached():
        decodes = any(title.startswith("frieze: decoder") for title in processes_of(program.pid).values())
        return decodes if state == "decoding" else select.select([unread], [], [], 0)[0]
    wait_until(is_reached, state)
    kill_outright(program, home.program, "frieze: ")
    os.close(unread)


def test_decoders_killed_while_a_wall_loads(home):
    """At random; every picture is there in the end, because none of them is to blame."""
    print(f"seed {SEED}")
    rng = random.Random(SEED)
    folder = pictures.fill(home / "pictures", 120)
    with home.start("--jobs", "2", *NO_CACHE, "--size", "1280x800", "--tile", "64x48", folder) as frieze:
        before, killed = len(frieze.idle("loaded").descriptors()), 0
        frieze.key("r")
        for _ in range(12):
            decoders = pids_of(frieze, "frieze: decoder")
            if decoders:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(rng.choice(decoders), signal.SIGKILL)
                    killed += 1
            time.sleep(rng.uniform(0.03, 0.08))
        frieze.idle("loaded")
        assert frieze.status()["failed"] == 0 and killed > 0
        frieze.key("r")
        for _ in range(6):
            for pid in pids_of(frieze, "frieze: decoder"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            frieze.key("r").idle("loaded")
        assert frieze.status()["failed"] == 0
        assert frieze.stats()["decode"]["respawned"] >= 6
        wait_until(lambda: len(frieze.descriptors()) <= before + 1, lambda: frieze.descriptors())


def test_decoders_killed_for_a_while(home):
    """As where memory is short: once that has passed every picture is there, whose decoders were killed again and again."""
    folder = home / "noise"
    folder.mkdir()
    noise = Image.effect_noise((5000, 4000), 90)
    for number in range(3):
        noise.save(folder / f"n{number}.png", compress_level=1)
    with home.start("--jobs", "1", *NO_CACHE, "--size", "800x600", folder) as frieze:
        end, killed = time.monotonic() + PATIENCE_S, 0
        while killed < 8 and time.monotonic() < end:
            for pid in pids_of(frieze, "frieze: decoder"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
            time.sleep(0.03)
        assert killed >= 8
        frieze.until(pending=0, failed=0, items=3)


def test_what_is_told_by_a_decoder_that_is_lost_is_asked_again(home):
    """The file is not to blame: it has its date in an order by dates."""
    folder = home / "dated"
    folder.mkdir()
    names = [f"p{number}.jpg" for number in range(6)]
    for number, name in enumerate(names):
        exif = Image.Exif()
        exif[0x0132] = f"{2010 + number}:01:01 00:00:00"
        Image.new("RGB", (64, 64)).save(folder / name, exif=exif)
        os.utime(folder / name, (1.7e9, 1.7e9))
    with home.start("--jobs", "1", *NO_CACHE, folder) as frieze:
        decoder, = pids_of(frieze.idle("loaded"), "frieze: decoder")
        os.kill(decoder, signal.SIGSTOP)
        frieze.ask("set", "sort", "date")
        time.sleep(0.5)
        os.kill(decoder, signal.SIGKILL)
        frieze.idle().key("Home")
        titles = []
        for _ in names:
            titles.append(frieze.status()["title"])
            frieze.key("n")
        assert titles == names


def test_what_dies_with_nothing_to_do_is_replaced_at_once(home):
    """Also with the zygote. Not for ever: after a row of deaths the next one begins with a picture."""
    folder = pictures.fill(home / "pictures", 20)
    with home.start("--jobs", "1", *NO_CACHE, folder) as frieze:
        frieze.idle("loaded")
        for title in ("frieze: decoder", "frieze: decoder", "frieze: zygote", "frieze: decoder"):
            decoder, = pids_of(frieze, "frieze: decoder")
            os.kill(decoder if title == "frieze: decoder" else stat_of(decoder)[1], signal.SIGKILL)
            wait_until(lambda dead=decoder: set(pids_of(frieze, "frieze: decoder")) - {dead}, "another one", within_s=2 * times())
        decoder, = pids_of(frieze, "frieze: decoder")
        os.kill(decoder, signal.SIGKILL)
        wait_until(lambda: frieze.errors_text.count("decoder 1: ") == 5, lambda: frieze.errors_text)
        time.sleep(0.5)
        assert not pids_of(frieze, "frieze: decoder")
        frieze.key("r").idle("loaded")
        assert len(pids_of(frieze, "frieze: decoder")) == 1
        assert frieze.stats()["decode"]["respawned"] == 5


@pytest.mark.parametrize("how", ["by a signal", "at its deadline"])
def test_what_dies_over_the_last_picture_is_replaced_at_once(home, how):
    """Though nothing else is to be decoded."""
    folder = pictures.fill(home / "pictures", 8)
    options = ["--limit-seconds", "1"] if how == "at its deadline" else []
    with home.start("--jobs", "1", "--history", "0", *options, *NO_CACHE, folder) as frieze:
        for _ in range(1 if options else 4):
            frieze.idle("loaded")
            decoder, = pids_of(frieze, "frieze: decoder")
            os.kill(decoder, signal.SIGSTOP)
            frieze.key("r")
            time.sleep(0.1)
            if not options:
                os.kill(decoder, signal.SIGSEGV)
                os.kill(decoder, signal.SIGCONT)
            wait_until(lambda dead=decoder: dead not in pids_of(frieze, "frieze: decoder"), "its end")
            wait_until(lambda: pids_of(frieze, "frieze: decoder"), "another one", within_s=1 * times())
            frieze.key("l")


def test_what_dies_as_it_begins_is_replaced_too(home):
    """Before it could say that its sandbox is closed."""
    folder = pictures.fill(home / "pictures", 2)
    for _ in range(12):
        with home.start("--jobs", "1", *NO_CACHE, folder) as frieze:
            frieze.idle("loaded")
            decoder, = pids_of(frieze, "frieze: decoder")
            zygote = stat_of(decoder)[1]
            children = pathlib.Path(f"/proc/{zygote}/task/{zygote}/children")
            for _ in range(3):
                os.kill(decoder, signal.SIGKILL)
                dead, until = str(decoder), time.monotonic() + 2 * times()
                while not (found := [pid for pid in children.read_text().split() if pid != dead]):
                    assert time.monotonic() < until, frieze.errors_text
                decoder, = map(int, found)


def peak_of_all(frieze):
    return frieze.stats()["memory"]["pss_peak_bytes"]


def test_memory_is_looked_at_while_a_picture_is_decoded(home):
    """However long that takes: here its decoder is stopped."""
    folder = home / "pictures"
    folder.mkdir()
    with home.start("--watch", "--jobs", "1", *NO_CACHE, folder) as frieze:
        decoder, = wait_until(lambda: pids_of(frieze.idle(), "frieze: decoder"), "a decoder")
        assert peak_of_all(frieze) is None  # nobody had a reason to look
        os.kill(decoder, signal.SIGSTOP)
        pictures.fill(folder, 1)
        wait_until(lambda: peak_of_all(frieze), "a look")
        assert peak_of_all(frieze) > 1 << 20 and frieze.stats()["decode"]["count"] == 0
        os.kill(decoder, signal.SIGCONT)
        assert frieze.idle("loaded").stats()["failed"] == 0


def test_memory_is_looked_at_after_few_pictures(home, isolation):
    folder = pictures.fill(home / "pictures", 2)
    for _ in range(2):  # the second time the tile cache has them
        with home.start("--isolation", isolation, folder) as frieze:
            frieze.idle("loaded")
            assert wait_until(lambda one=frieze: peak_of_all(one), "a look") > 1 << 20


def test_decoder_that_hangs_does_not_hold_the_end(home):
    """Stopped, not dead: SIGTERM ends the program within a second all the same, and takes it along."""
    folder = pictures.fill(home / "pictures", 40)
    with home.start("--jobs", "2", *NO_CACHE, folder) as frieze:
        frieze.idle("loaded")
        decoders = pids_of(frieze, "frieze: decoder")
        for pid in decoders:
            os.kill(pid, signal.SIGSTOP)
        frieze.key("r")
        wait_until(lambda: frieze.status()["pending"] > 0, "a decode under way")
        began = time.monotonic()
        assert frieze.end() == 0
        assert time.monotonic() - began < times()
        wait_until(lambda: all(map(is_gone, decoders)), "the end of the decoders", within_s=2)


def test_threads_that_opened_files_end(home):
    """A moment in which a share, or the machine, is slow leaves no threads behind."""
    folder = pictures.fill(home / "pictures", 20)
    with home.start(*NO_CACHE, folder) as frieze:
        frieze.idle("loaded")
        reader, = pids_of(frieze, "frieze: reader")
        wait_until(lambda: len(threads_of(reader)) == 2, lambda: str(threads_of(reader)), within_s=5 * times())


def test_one_picture_in_both_ways(home):
    folder = pictures.fill(home / "pictures", 12)
    for picture in sorted(folder.iterdir()):
        for isolation in ("process", "thread"):
            result = home.frieze("scale", "--isolation", isolation, "-s", "40", picture, home / f"{isolation}.png")
            assert result.status == 0, result.err
        assert (home / "process.png").read_bytes() == (home / "thread.png").read_bytes()


def test_require_asks_other_kinds_of_decoders(home):
    """By the dynamic loader the program runs, but its file does not run again for a zygote."""
    with open("/proc/self/maps", encoding="utf-8") as file:
        loader = re.search(r"/\S*/ld-\S+", file.read())
    if not loader or is_sanitized():
        pytest.skip("no loader by which the program can be run")
    folder = pictures.fill(home / "pictures", 2)
    if "sandbox: full" not in home.frieze("--version").out:
        pytest.skip("this system does not permit all of the sandbox, and that is said first")
    said = {}
    for sandbox in ("auto", "require"):
        command = loader.group(), home.program, "--headless", "--sandbox", sandbox, "--quit-when", "loaded", folder
        process = home.popen(command, stderr=subprocess.PIPE)
        said[sandbox] = process.communicate(timeout=PATIENCE_S)[1].decode()
        assert process.returncode == (0 if sandbox == "auto" else 1), said
    assert "heavy decoders" in said["require"] and "heavy decoders" not in said["auto"]


def test_sandbox_is_told(home):
    """As it is, in every place; off only when asked for."""
    folder = pictures.fill(home / "pictures", 2)
    said = [line.strip() for line in home.frieze("--version").out.splitlines()]
    state = next(line for line in said if line.startswith("sandbox: ")).removeprefix("sandbox: ").split(":")[0]
    stats, result = home.stats("--quit-when", "loaded", folder)
    assert stats["isolation"] == "process" and stats["sandbox_state"] == state
    assert (state == "full") == (result.err == ""), result.err
    required = home.frieze("--headless", "--sandbox", "require", "--quit-when", "loaded", folder)
    assert required.status == (0 if state == "full" else 1)
    assert state == "full" or "--sandbox=require" in required.err
    for choice in (("--sandbox", "off"), ("--isolation", "thread")):
        stats, result = home.stats("--quit-when", "loaded", *choice, folder)
        assert stats["sandbox_state"] == "off" and stats["sandbox"] == [] and stats["failed"] == 0
        assert result.err == ""
    refused = home.frieze("--headless", "--isolation", "thread", "--sandbox", "require", folder)
    assert refused.status == 2 and len(refused.lines) == 1


def said_at_terminal(home, *arguments):
    """Lines of standard error."""
    terminal, end = pty.openpty()
    process = home.popen([home.program, *arguments], stdout=subprocess.DEVNULL, stderr=end)
    os.close(end)
    assert process.wait(PATIENCE_S) == 0
    with open(terminal, "rb") as file:
        with contextlib.suppress(OSError):  # EIO: nobody has it open any more
            return file.read1().decode().splitlines()
    return []


def test_sandbox_is_told_at_a_terminal(home):
    """Once, whatever it is; whoever asks for the version has it in that."""
    folder = pictures.fill(home / "pictures", 2)
    once = "--headless", "--quit-when", "loaded", *NO_CACHE, folder
    said = said_at_terminal(home, *once)
    assert len(said) == 1 and said[0].startswith("frieze: sandbox: "), said
    if said[0].startswith("frieze: sandbox: full"):
        assert said_at_terminal(home, "--sandbox", "require", *once) == said
    for choice in (("--sandbox", "off"), ("--isolation", "thread")):
        assert said_at_terminal(home, *choice, *once) == ["frieze: sandbox: off"]
    assert said_at_terminal(home, "--version") == []


@pytest.mark.parametrize("is_journal", [False, True], ids=["file", "journal"])
def test_sandbox_is_told_to_the_journal(home, is_journal):
    """Which systemd names by the file that standard error is (systemd.exec(5)); no other file has this line."""
    folder = pictures.fill(home / "pictures", 2)
    with open(home / "said", "wb") as file:
        told = os.fstat(file.fileno())
        more = {"JOURNAL_STREAM": f"{told.st_dev}:{told.st_ino + (not is_journal)}"}
        program = home.popen([home.program, "--headless", "--quit-when", "loaded", "--isolation", "thread", *NO_CACHE, folder],
                             stderr=file, more=more)
        assert program.wait(PATIENCE_S) == 0
    assert (home / "said").read_text() == ("frieze: sandbox: off\n" if is_journal else "")


def test_sandbox_is_told_without_a_picture(home):
    (home / "pictures").mkdir()
    with home.start("--watch", *NO_CACHE, home / "pictures") as frieze:
        frieze.until(sandbox_state=lambda state: state in ("full", "strong", "partial"), items=0)


def test_sandbox_is_told_in_the_performance_overlay(home):
    """In its third line, and where that is too long in its fourth: as wide as what the status says."""
    (home / "pictures").mkdir()
    widths = {}
    for choice in ("auto", "off"):
        with home.start("--watch", "--size", "800x600", "--sandbox", choice, *NO_CACHE, home / "pictures") as frieze:
            state = frieze.until(sandbox_state=lambda state, off=choice == "off": off == (state == "off"))["sandbox_state"]
            frieze.key("I")

            def ink(lines, frieze=frieze):
                panel = np.asarray(frieze.screenshot(), dtype=int)[lines[0]:lines[1], 285:780].min(axis=2)
                return np.flatnonzero((panel > 150).any(axis=0)).size
            wait_until(lambda: ink((159, 180)) > 40, "a third line")
            widths[state] = ink((159, 180)), ink((180, 201))
    assert widths["off"][1] == 0, widths
    assert all(first > 2 * widths["off"][0] for state, (first, _) in widths.items() if state != "off"), widths
    assert "full" not in widths or widths["full"][1] > 100, widths
