# ctest: RUN_SERIAL TRUE LABELS timing
"""A share that hangs under what the program itself reads and writes: its configuration, its cache, the files that options name.
The program ends all the same; what is held in the kernel ends with the hang."""

import errno
import io
import os
import signal
import subprocess
import time

import pytest
from PIL import Image

import pictures
import share as shares
import xlib
from frieze import PATIENCE_S, fair, is_sanitized, wait_until
from test_share import COUNT, END_S, SMALL, family, good, processes, title  # pylint: disable=unused-import


@pytest.fixture
def share(home):
    (home / "behind").mkdir()
    with shares.Share(home / "behind", home / "share", writable=True) as mounted:
        yield mounted


def ends(running, share, send, status=0):
    """In time, with that status; of its processes one may be left, which ends with the hang."""
    everybody, began = family(running.pid), time.monotonic()
    send()
    assert running.process.wait(PATIENCE_S) == status
    took = time.monotonic() - began
    assert took < END_S * (12 if is_sanitized() else 1), f"took {took:.2f} s"
    wait_until(lambda: len(everybody & processes().keys()) <= 1,
               lambda: f"left: {[title(pid) for pid in everybody & processes().keys()]}", within_s=1)
    share.let_go()
    wait_until(lambda: not everybody & processes().keys(), "the end of all", within_s=5)


@pytest.mark.parametrize("variable", ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"])
def test_it_hangs_from_the_start_on(home, share, good, variable):
    share.hang()
    running = home.start("--size", "800x600", good, more={variable: str(share.path)})
    assert share.asked.wait(PATIENCE_S)
    time.sleep(0.3)
    ends(running, share, lambda: running.send(signal.SIGTERM))


ON_SHARE = {
    "cache": ([], {"XDG_CACHE_HOME": "SHARE"}),
    "state": (["--resume"], {"XDG_STATE_HOME": "SHARE"}),
    "stats": (["--stats", "SHARE/stats.json"], {}),
    "marks": (["--marks", "SHARE/marks"], {}),
    "shown": (["--shown", "SHARE/shown"], {}),
}


WAITED_FOR = "stats", "marks"


@pytest.mark.parametrize("how", ["signal", "quit"])
@pytest.mark.parametrize("what", ON_SHARE)
def test_it_hangs_while_it_runs(home, share, good, what, how):
    """However its end was asked for. Whoever quits waits for marks and statistics to be written, until there is a signal."""
    options, variables = ON_SHARE[what]
    running = home.start("--size", "800x600", *[option.replace("SHARE", str(share.path)) for option in options], good,
                         more={name: str(share.path) for name in variables}).ready()
    running.until(items=COUNT, pending=0)
    share.hang()
    running.key("Return", "m", "Right", "m")
    time.sleep(0.3)
    if how == "quit":
        running.key("q", "q")
    if how == "quit" and what in WAITED_FOR:
        assert share.asked.wait(PATIENCE_S)
        time.sleep(1)
        assert running.is_running()
    ends(running, share, lambda: how == "quit" and what not in WAITED_FOR or running.send(signal.SIGTERM))


def is_shown(x11):
    """Not by the number of a process: two of them are the program."""
    return x11.run("xdotool", "search", "--onlyvisible", "--name", "frieze", check=False).returncode == 0


def test_its_window_goes(home, share, good, x11):
    """Though what is left behind has it open."""
    running = home.start("--size", "800x600", "--stats", share.path / "stats.json", good, display=x11).ready()
    running.until(items=COUNT, pending=0)
    wait_until(lambda: is_shown(x11), "a window")
    share.hang()
    running.send(signal.SIGTERM)
    assert running.process.wait(PATIENCE_S) == 0
    assert share.kept
    wait_until(lambda: not is_shown(x11), "no window")


@pytest.mark.parametrize("begins", ["first", "anew"])
def test_processes_begin_while_it_hangs(home, share, good, begins):
    """Those that are made by running the program again, for a drawing with text and for one without: what the program holds open there is
    none of theirs."""
    running = home.start(*SMALL, "--watch", "--shown", share.path / "shown", good).ready()
    running.until(items=COUNT, pending=0)
    zygotes = {processes()[pid] for pid in family(running.pid) if title(pid).startswith("frieze: decoder")}
    share.hang(shares.READ, shares.WRITE, shares.FLUSH)
    if begins == "anew":
        assert len(zygotes) == 1
        os.kill(zygotes.pop(), signal.SIGKILL)
    (good / "x.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="15" fill="red"/>'
                                '<text y="30">x</text></svg>')
    (good / "y.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="15"/></svg>')
    running.until(5 * (5 if is_sanitized() else 1), items=COUNT + 2, pending=0)
    assert running.status()["failed"] == 0
    ends(running, share, lambda: running.send(signal.SIGTERM))


def test_a_program_of_the_users_begins_while_it_hangs(home, share, good):
    """It has nothing of the program's, whose file there would be flushed in it."""
    (home / "run.conf").write_text(f"[run]\nt = touch {home / 'touched'}\n")
    running = home.start(*SMALL, "--config", home / "run.conf", "--watch", "--shown", share.path / "shown", good).ready()
    running.until(items=COUNT, pending=0)
    share.hang(shares.READ, shares.WRITE, shares.FLUSH)
    running.key("Return", "Right", "x", "t")
    wait_until((home / "touched").exists, "what the program does")
    running.until(programs=0)
    ends(running, share, lambda: running.send(signal.SIGTERM))


def test_a_program_of_the_users_that_is_asked_for_at_the_end_begins_while_it_hangs(home, share, good):
    """Nobody waits for a look at the file that it is given."""
    (home / "run.conf").write_text(f"[run]\nt = touch {home / 'touched'} {{path}}\n")
    pictures.write(home / "behind" / "there.png", 1)
    running = home.start(*SMALL, "--config", home / "run.conf", share.path, good).ready()
    running.until(items=COUNT + 1, pending=0)
    running.idle().key("Home").until(title="there.png")
    share.hang()
    ends(running, share, lambda: running.key("x", "t", "q"))
    wait_until((home / "touched").exists, "what the program does", 10)


def test_what_is_rated_is_marked_while_it_hangs(home, share, good):
    """Though one is being asked again."""
    pictures.write(home / "behind" / "there.png", 1)
    running = home.start(*SMALL, "--cache-size", "0", share.path, good).ready()
    running.until(items=COUNT + 1, pending=0)
    running.ask("show_rated", "0")
    running.idle().key("Home").until(title="there.png")
    share.hang()
    running.ask("reload")
    running.key("Home", "m", "G", "M").until(20, marked=COUNT + 1)
    ends(running, share, lambda: running.send(signal.SIGTERM))


def test_a_program_that_hangs_as_it_begins_is_named_at_the_end(home, share, good):
    """Its own file lies there."""
    program = home / "behind" / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (home / "run.conf").write_text(f"[run]\nt = {share.path / 'program'}\n")
    running = home.start(*SMALL, "--config", home / "run.conf", good).ready()
    running.until(items=COUNT, pending=0)
    share.hang()
    ends(running, share, lambda: running.key("x", "t", "q"))
    assert running.errors() == ["frieze: not run: program: it did not begin before the end"]


def screenshot(home, running, path):
    """By another process, which may wait for ever."""
    return home.popen([home.program, "ctl", "--name", running.name, "screenshot", path], stderr=subprocess.PIPE)


def test_a_screenshot_goes_there(home, share, good):
    """By a process of its own, as to any other place."""
    running = home.start(*SMALL, good).ready()
    running.until(items=COUNT, pending=0)
    running.idle()
    for name in "shot.png", "shot.png", "missing/shot.png":
        process = screenshot(home, running, share.path / name)
        err = process.communicate(timeout=PATIENCE_S)[1].decode()
        assert (process.returncode == 0) == (name == "shot.png"), err
    assert str(share.path / "missing/shot.png") in err and "No such file" in err
    assert [title(pid) for pid in family(running.pid)].count("frieze: writer") == 1
    there = Image.open(io.BytesIO((share.path / "shot.png").read_bytes())).convert("RGB")
    assert there.tobytes() == running.screenshot().tobytes()
    assert [entry.name for entry in (home / "behind").iterdir()] == ["shot.png"]
    running.end()


@pytest.mark.parametrize("how", ["signal", "quit"])
def test_a_screenshot_hangs(home, share, good, how):
    """Its only worker goes on, and nobody who quits waits for it."""
    running = home.start(*SMALL, "--watch", "--jobs", "1", good).ready()
    running.until(items=COUNT, pending=0)
    share.hang()
    process = screenshot(home, running, share.path / "shot.png")
    assert share.asked.wait(PATIENCE_S)
    for path in pictures.fill(home / "more", COUNT).iterdir():
        path.rename(good / f"more {path.name}")
    running.until(items=2 * COUNT, pending=0, failed=0)
    wait_until(lambda: any("screenshot" in line and "does not answer" in line for line in running.errors()), "a line about it", within_s=8)
    ends(running, share, lambda: running.key("q") if how == "quit" else running.send(signal.SIGTERM))
    assert b"frieze is ending" in process.communicate(timeout=PATIENCE_S)[1]


@pytest.mark.parametrize("what", ["pictures", "linked", "screenshot"])
def test_threads_hang(home, share, good, what):
    """Where readers are threads the program itself is held, whatever led there."""
    pictures.fill(home / "behind", COUNT)
    if what == "linked":
        for path in (home / "behind").iterdir():
            (good / f"zz {path.name}").symlink_to(share.path / path.name)
    running = home.start(*SMALL, "--isolation", "thread", good, *([share.path] if what == "pictures" else [])).ready()
    running.until(items=COUNT if what == "screenshot" else 2 * COUNT, pending=0)
    share.hang()
    process = screenshot(home, running, share.path / "shot.png") if what == "screenshot" else None
    running.key("G", "Return")
    assert share.asked.wait(PATIENCE_S)
    ends(running, share, lambda: running.send(signal.SIGTERM))
    assert not process or process.wait(PATIENCE_S) != 0


def test_a_share_that_is_dropped_hangs(home, share, good, isolation, x11):
    """While its folder is read."""
    pictures.fill(home / "behind", COUNT)
    running = home.start(*SMALL, "--isolation", isolation, good, display=x11).ready()
    running.until(items=COUNT, pending=0)
    share.hang()
    assert xlib.drop(x11, x11.window(running), f"file://{share.path}\r\n".encode())
    assert share.asked.wait(PATIENCE_S)
    running.key("G", "Return", "n", "Esc")
    assert running.status()["items"] == COUNT
    ends(running, share, lambda: running.send(signal.SIGTERM))


PIPE_BYTES = 64 << 10
STREAMS = "stdin", "stdout", "stderr"


def start_on(home, share, stream, *arguments):
    """With one of its standard files there, once its wall stands."""
    with open(share.path / stream, "rb" if stream == "stdin" else "wb") as file:
        streams = {name: subprocess.DEVNULL for name in STREAMS} | {stream: file}
        process = home.popen([home.program, "--headless", *SMALL, "--name", "streams", *arguments], **streams)
    for words in (["wait", "loaded", "20"], ["key", "m"]):
        wait_until(lambda words=words: home.frieze("ctl", "--name", "streams", *words).status == 0, words)
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("stream", STREAMS)
def test_standard_files_hang(home, share, good, stream, number):
    """They are closed with each process that has them, which takes as long. What is said meanwhile holds nobody up."""
    (home / "behind" / "stdin").write_text("".join(f"{path}\n" for path in sorted(good.iterdir())))
    process = start_on(home, share, stream, "--print-marks", *(["-"] if stream == "stdin" else [good]))
    everybody = family(process.pid)
    titles = {pid: title(pid) for pid in everybody}
    held = {"frieze: files"} | ({"frieze: reader 1"} if stream == "stdin" else set())
    share.hang(shares.READ, shares.WRITE, shares.FLUSH, shares.GETATTR)
    (good / "p0.png").write_bytes(b"no picture")
    for words in (["key", "r"], ["status"], ["run", "z"]):
        began = time.monotonic()
        home.frieze("ctl", "--name", "streams", *words)
        assert time.monotonic() - began < fair(1) * (5 if is_sanitized() else 1)
    began = time.monotonic()
    process.send_signal(number)
    assert process.wait(PATIENCE_S) == (0 if number == signal.SIGTERM else -number)
    took = time.monotonic() - began
    assert took < END_S * (12 if is_sanitized() else 1), f"took {took:.2f} s"
    wait_until(lambda: {titles[pid] for pid in everybody & processes().keys()} <= held,
               lambda: f"left: {[titles[pid] for pid in everybody & processes().keys()]}", within_s=1)
    share.let_go()
    wait_until(lambda: not everybody & processes().keys(), "the end of all", within_s=5)


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_standard_files_have_all_that_was_written(home, share, good, stream):
    """By the time that the program has ended."""
    (good / "bad.png").write_bytes(b"no picture")
    process = start_on(home, share, stream, "--print-marks", good)
    assert home.frieze("ctl", "--name", "streams", "quit").status == 0
    assert process.wait(PATIENCE_S) == 0
    text = (share.path / stream).read_text()
    assert text == f"{good / 'p0.png'}\n" if stream == "stdout" else "bad.png" in text, text


def refused(home, share, error, *arguments):
    """What a program says whose standard output there cannot be written."""
    with open(share.path / "stdout", "wb") as file:
        share.error = error
        process = home.popen([home.program, *arguments], stdout=file, stderr=subprocess.PIPE)
        said = process.communicate(timeout=PATIENCE_S)[1].decode()
        share.error = 0
    assert process.returncode == 1, said
    return said


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO], ids=["full", "broken"])
def test_standard_output_cannot_be_written(home, share, good, error):
    """The same as on a disk: it is said, and the status tells."""
    said = refused(home, share, error, "scale", "--list", good, home / "none")
    assert said.splitlines() == [f"frieze: cannot write to standard output: {os.strerror(error)}"]


def test_standard_output_is_full_before_the_end(home, share, good):
    """Who writes on learns it from the pipe that stands in its place, which ends no process by a signal."""
    pictures.draw(1, (640, 480)).save(good / "large.bmp")
    assert (good / "large.bmp").stat().st_size > 4 * PIPE_BYTES
    said = refused(home, share, errno.ENOSPC, "scale", "-s", "0", "-f", "bmp", good / "large.bmp", "/dev/stdout")
    assert os.strerror(errno.ENOSPC) in said and os.strerror(errno.EPIPE) in said, said


def hanging_fonts(home, share):
    """What makes all fonts lie there."""
    config = home / "fonts.conf"
    config.write_text(f"<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'><fontconfig><dir>{share.path}</dir>"
                      f"<cachedir>{home / 'cached fonts'}</cachedir></fontconfig>")
    share.hang()
    return {"FONTCONFIG_FILE": str(config)}


def with_text(folder, count):
    """Drawings before all others: more than there are workers."""
    for number in range(count):
        (folder / f"a{number}.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30">'
                                               '<rect width="40" height="15" fill="red"/><text y="30">x</text></svg>')


def test_fonts_hang(home, share, good):
    """All else is shown at once, drawings with text say what they wait for, and are shown when it has come."""
    with_text(good, 6)
    slow = 5 if is_sanitized() else 1
    began = time.monotonic()
    running = home.start(*SMALL, "--jobs", "2", good, more=hanging_fonts(home, share)).ready()
    running.until(2 * slow, items=COUNT + 6, pending=6)
    assert share.asked.wait(2 * slow)
    took = time.monotonic() - began
    running.until(8 * slow, pending=0, failed=6)
    assert time.monotonic() - began < took + 5 * slow
    wait_until(lambda: any("still waits for the fonts" in line for line in running.errors()), "a reason")
    share.let_go()
    running.until(10 * slow, pending=0, failed=0)
    assert running.end() == 0


@pytest.mark.parametrize("how", ["signal", "quit"])
def test_fonts_hang_at_the_end(home, share, good, how):
    """What waits for fonts is left behind: the thread that sets texts, with what is left of its process, and a zygote."""
    with_text(good, 6)
    running = home.start(*SMALL, "--names", good, more=hanging_fonts(home, share)).ready()
    running.until(items=COUNT + 6, pending=0, failed=6)
    assert share.asked.wait(PATIENCE_S)
    everybody, began = family(running.pid), time.monotonic()
    running.key("q", "q") if how == "quit" else running.send(signal.SIGTERM)
    assert running.process.wait(PATIENCE_S) == 0
    assert time.monotonic() - began < END_S * (12 if is_sanitized() else 1)
    wait_until(lambda: len(everybody & processes().keys()) <= 2,
               lambda: f"left: {[title(pid) for pid in everybody & processes().keys()]}", within_s=1)
    share.let_go()
    wait_until(lambda: not everybody & processes().keys(), "the end of all", within_s=5)


def test_it_hangs_under_prime(home, share, good):
    share.hang()
    process = home.popen([home.program, "prime", good], more={"XDG_CACHE_HOME": str(share.path)})
    assert share.asked.wait(PATIENCE_S)
    everybody, began = family(process.pid), time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_S) == 130
    assert time.monotonic() - began < END_S * (12 if is_sanitized() else 1)
    share.let_go()
    wait_until(lambda: not everybody & processes().keys(), "the end of all", within_s=5)


@pytest.mark.parametrize("stopped", [False, True], ids=["runs", "stopped"])
def test_whoever_works_ends_with_whoever_waits(home, share, good, stopped):
    """SIGKILL of the program leaves nothing, though it is two processes."""
    running = home.start(*SMALL, good, more={"XDG_CONFIG_HOME": str(share.path)}).ready()
    running.until(items=COUNT, pending=0)
    everybody = family(running.pid)
    if stopped:
        for pid in everybody - {running.pid}:
            os.kill(pid, signal.SIGSTOP)
    running.process.kill()
    running.process.wait()
    wait_until(lambda: not everybody & processes().keys(), "the end of all", within_s=1)


def test_its_status_is_that_of_the_one_that_works(home, share):
    (home / "empty").mkdir()
    with_share = {"XDG_CONFIG_HOME": str(share.path)}
    there = home.frieze("--headless", "--size", "800x600", home / "empty", more=with_share)
    without = home.frieze("--headless", "--size", "800x600", home / "empty")
    assert there.status == without.status != 0 and there.err == without.err


def test_without_a_share_it_is_one_process(home, good):
    with home.start(*SMALL, good) as running:
        running.until(items=COUNT, pending=0)
        assert [title(pid) for pid in family(running.pid)].count(title(running.pid)) == 1
