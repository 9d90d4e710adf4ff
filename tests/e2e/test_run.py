"""Programs of the user, run by x and a key: what they get, what is said of them, what they do to the pictures shown."""
# ctest: COST 35 LABELS sanitized

import contextlib
import os
import signal
import sys
import time

import pytest

import pictures
from frieze import Refused, fair, wait_until

SOON_S = 0.5  # what a program removed is gone from the wall by then


@pytest.fixture
def folder(home):
    return pictures.fill(home / "pictures", 6)


@pytest.fixture
def scratch(home):
    """Where programs put what they do: outside what is shown."""
    (home / "scratch").mkdir()
    return home / "scratch"


@pytest.fixture
def start(home, folder, scratch):
    def start_it(run, *arguments, sources=(folder,), **options):
        (home / "run.conf").write_text("[run]\n" + run)
        return home.start("--config", home / "run.conf", "--size", "600x400", "--tile", "100x75", *arguments,
                          *sources, **options)
    return start_it


def script(scratch, name, text):
    path = scratch / name
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return path


def until(path):
    """Shell: waits for it, and ends after a minute where it does not come, as when the test has failed."""
    return f"left=3000; while ! [ -e {path} ]; do sleep 0.02; left=$((left - 1)); [ $left -gt 0 ] || exit 1; done"


def says(frieze, expected):
    """Waits for that notice, and that nothing is under way any more."""
    frieze.until(notice=expected if callable(expected) else lambda text: text == expected, programs=0)


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def pid_in(path):
    return int(wait_until(lambda: path.exists() and path.read_text().strip(), f"a pid in {path}"))


# --- what a program gets ---

NAMES = ["-rf.png", "$(touch pwned).png", "`id`.png", "a b.png", "new\nline.png", "it's \"quoted\".png", "*.png",
         "back\\slash.png", "{path}.png", "~.png", "ümläut 日本.png", "latin-\udce9.png", "; rm x #.png"]


def test_a_path_is_one_argument(start, home, scratch):
    """Whatever its name: as it is, absolute, and seen by no shell."""
    source = home / "odd"
    source.mkdir()
    for name in NAMES:
        pictures.write(source / "x.png", 1).rename(source / name)
    show = script(scratch, "show", f'printf "%s\\0" "$@" > {scratch}/got.tmp && mv {scratch}/got.tmp {scratch}/got\n')
    seen = set()
    with start(f"k = {show} {{path}} in={{dir}}/x '' $HOME {{marked}}\n", sources=[source]) as frieze:
        frieze.until(items=len(NAMES))
        for _ in NAMES:
            frieze.key("x", "k").until(programs=0)
            path, *others = (scratch / "got").read_bytes().split(b"\0")[:-1]
            assert others == [b"in=" + os.fsencode(source) + b"/x", b"", b"$HOME", path]
            seen.add(path)
            (scratch / "got").unlink()
            frieze.key("Right")
    assert seen == {os.fsencode(source / name) for name in NAMES}
    assert not [*home.path.rglob("pwned")]


def test_nothing_else_is_inherited(start, scratch):
    """No descriptor of ours, above all not the control socket; no signal held back; no input."""
    show = script(scratch, "show", f"cat > {scratch}/input\n")
    with start(f"k = {show}\nl = cp -rP /proc/self/fd {scratch}/fds\nm = cp /proc/self/status {scratch}/status\n") as frieze:
        frieze.idle().key("x", "k", "x", "l", "x", "m")
        frieze.until(programs=0)
        assert any("socket" in one for one in frieze.descriptors())
    opened = {int(path.name): os.readlink(path) for path in (scratch / "fds").iterdir()}
    assert opened.pop(0) == "/dev/null" and opened.pop(1).startswith("pipe") and opened.pop(2).startswith("pipe")
    assert all(target.startswith(("/proc/", str(scratch))) for target in opened.values()), "what cp has opened itself"
    assert (scratch / "input").read_bytes() == b""
    blocked, = (line for line in (scratch / "status").read_text().splitlines() if line.startswith("SigBlk"))
    assert int(blocked.split()[1], 16) == 0


def test_by_command_and_by_name(start, scratch):
    """frieze ctl run, the line, and a key of [keys] do the same as x and the key."""
    with start(f"k = touch {scratch}/k\n^j = /usr/bin/env touch {scratch}/j\n[keys]\nD = run k\n") as frieze:
        for ask in (lambda: frieze.ctl("run", "k"), lambda: frieze.ask("run", "touch"), lambda: frieze.key("D"),
                    lambda: frieze.key(":", *"run", "Space", "k", "Return"), lambda: frieze.key("Return", "x", "k")):
            ask()
            wait_until((scratch / "k").exists, "its file")
            (scratch / "k").unlink()
        frieze.ask("run", "env")
        wait_until((scratch / "j").exists, "its file")
        for wrong in (["zz"], [], ["k", "k"]):
            with pytest.raises(Refused):
                frieze.ask("run", *wrong)
        assert frieze.ctl("run", "zz").err == "frieze: zz is no key and no program of [run]\n"


def test_no_programs_yet(start):
    with start("") as frieze:
        frieze.key("x")
        says(frieze, "No programs yet: a line KEY = PROGRAM {path} in [run] of frieze.conf makes one")


def test_no_picture_is_selected(start, home, scratch):
    """A program that wants one is not run; one that does not is."""
    (home / "empty").mkdir()
    with start(f"k = touch {{path}}.x\nm = touch {{marked}}\nl = touch {scratch}/l\n", "--watch",
               sources=[home / "empty"]) as frieze:
        for key in "km":
            frieze.key("x", key)
            says(frieze, "no picture is selected")
        frieze.key("x", "l")
        says(frieze, "touch: done")
    assert (scratch / "l").exists() and not (home / "empty" / ".x").exists()


def test_faults_of_the_file(home, folder):
    """Each named by file and line, and the rest holds."""
    conf = home / "run.conf"
    conf.write_text("[run]\nk = touch {file}\nl = echo --in={marked}\nm = echo fine\nqq = echo\nn = {path}\n")
    with home.start("--config", conf, "--size", "600x400", folder) as frieze:
        assert frieze.errors() == [
            f"frieze: {conf}:2: {{file}} is none of {{path}}, {{dir}} and {{marked}}; {{{{ stands for a brace",
            f"frieze: {conf}:3: {{marked}} becomes many arguments: it stands alone, not in a word",
            f"frieze: {conf}:5: qq is no key",
            f"frieze: {conf}:6: a picture is no program: its path can be an argument only"]
        frieze.key("x", "m")
        says(frieze, "echo: fine")


# --- what is said of it ---

RESULTS = [
    ("true", "true: done"),
    ("echo 'two words'", "echo: two words"),
    ("printf '\\n  \\nfirst\\nsecond'", "printf: first"),
    ("false", "false: failed with exit status 1"),
    ("sh -c 'echo out; echo one >&2; echo two >&2; echo three >&2; exit 3'", "sh: failed with exit status 3\ntwo\nthree"),
    ("sh -c 'kill -9 $$'", "sh: ended by signal 9 (Killed)"),
    ("frieze-no-such-program {path}", "frieze-no-such-program: there is no such program"),
    ("/no/such/program", "program: there is no such program"),
    ("sh -c 'yes | head -c 300000; yes no | head -c 300000 >&2; echo end >&2; exit 1'",
     "sh: failed with exit status 1\nno\nend"),
]


def test_its_result(start):
    with start("".join(f"{key} = {line}\n" for key, (line, _) in zip("abcdefghi", RESULTS))) as frieze:
        for key, (_, expected) in zip("abcdefghi", RESULTS):
            frieze.key("x", key)
            says(frieze, expected)
        assert frieze.errors() == []


def test_how_long_its_result_is_shown(start):
    """Two seconds a line."""
    with start("k = echo one\nl = sh -c 'echo two >&2; echo three >&2; exit 3'\n") as frieze:
        for key, lines in (("k", 1), ("l", 3)):
            frieze.key("x", key)
            frieze.until(notice=lambda text, lines=lines: text and text.count("\n") == lines - 1)
            began = time.monotonic()
            frieze.until(2 * lines + 4, notice=None)
            assert 2 * lines - 1 < time.monotonic() - began


def test_a_failure_is_seen(start):
    """Its lines stand below each other."""
    def rows(frieze):
        shot = frieze.screenshot().convert("L").point(lambda level: 255 * (level > 180))
        lit = [shot.crop((0, y, 600, y + 1)).getbbox() is not None for y in range(280, 400)]
        return sum(now and not before for before, now in zip([False, *lit], lit))
    with start("k = sh -c 'echo aaaa >&2; echo bbbb >&2; exit 3'\n") as frieze:
        frieze.idle()
        assert rows(frieze) == 0
        frieze.key("x", "k")
        says(frieze, "sh: failed with exit status 3\naaaa\nbbbb")
        assert rows(frieze) == 3


def test_a_failure_is_seen_where_deaths_are_ignored(start, home, scratch):
    """By who starts the program: then the system tells nobody how a process ended."""
    ignoring = "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    home.program = script(scratch, "ignoring", f"exec {sys.executable} -c '{ignoring}' {home.program} \"$@\"\n")
    with start("k = false\n") as frieze:
        frieze.idle().key("x", "k")
        says(frieze, lambda text: text and text.startswith("false: failed"))


def test_the_panel_lists_them(start):
    """x alone shows what may follow, and runs nothing."""
    with start("k = echo one\nl = echo two\n") as frieze:
        before = frieze.screenshot()
        frieze.key("x")
        panel = frieze.screenshot().crop((0, 250, 200, 400))
        assert panel != before.crop((0, 250, 200, 400))
        frieze.key("q")  # follows nothing: both keys are spent
        wait_until(lambda: frieze.screenshot() == before, "no panel")
        assert frieze.status()["notice"] is None


# --- its time ---

def test_the_deadline(start, scratch):
    """What listens is asked to end; what does not is ended a second later, with all that it started."""
    hard = script(scratch, "hard", f"trap '' TERM\nsleep 77 & echo $! > {scratch}/inner\necho $$ > {scratch}/outer\n"
                                   "while :; do sleep 0.1; done\n")
    with start(f"s = sleep 77\nh = {hard}\n", "--run-timeout", "0.4") as frieze:
        began = time.monotonic()
        frieze.key("x", "s")
        says(frieze, "sleep: ended after 0.4 s (run-timeout)")
        assert 0.4 <= time.monotonic() - began < 0.4 + 3
        began = time.monotonic()
        frieze.key("x", "h")
        says(frieze, "hard: ended after 0.4 s (run-timeout)")
        assert 1.4 <= time.monotonic() - began < 1.4 + 3
        for name in ("inner", "outer"):
            pid = pid_in(scratch / name)
            wait_until(lambda pid=pid: not is_alive(pid), f"the end of {name}", within_s=5)
        frieze.ask("set", "run-timeout", "30")
        frieze.ask("run", "s")
        time.sleep(0.6)
        assert frieze.status()["programs"] == 1
        kill_children(frieze)


def kill_children(frieze):
    for pid in children(frieze.pid):
        os.kill(pid, signal.SIGKILL)


def children(parent):
    """The programs that it runs: its own processes have titles."""
    found = []
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as file:
                is_child = entry.isdigit() and int(file.read().rsplit(")", 1)[1].split()[1]) == parent
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                if is_child and not file.read().startswith(b"frieze: "):
                    found.append(int(entry))
        except (OSError, ValueError):
            pass
    return found


def test_many_at_once(start, scratch):
    """Eight run, the others wait for them, all get their turn; the wall goes on."""
    one = script(scratch, "one", f"echo x >> {scratch}/begun\n{until(scratch / 'go')}\n"
                                 f"echo x >> {scratch}/ended\n")
    with start(f"k = {one}\n") as frieze:
        of_its_own = children(frieze.pid)
        for _ in range(20):
            frieze.key("x", "k")

        def count(name):
            return len((scratch / name).read_text().split()) if (scratch / name).exists() else 0
        wait_until(lambda: count("begun") == 8, lambda: f"eight, not {count('begun')}")
        time.sleep(0.3)
        assert count("begun") == 8 and frieze.status()["programs"] == 20
        assert frieze.key("Right").status()["index"] == 1
        (scratch / "go").touch()
        frieze.until(programs=0)
        assert count("ended") == 20 and children(frieze.pid) == of_its_own
        for _ in range(300):
            frieze.key("x", "k")
        frieze.until(programs=0)
        assert 200 <= count("ended") - 20 <= 300
        assert len(frieze.descriptors()) < 60


def test_an_idle_wall_while_one_runs(start):
    """Waiting for a program costs nothing."""
    with start("k = sleep 2.2\n") as frieze:
        frieze.idle("loaded").key("x", "k")
        frieze.until(programs=1)
        time.sleep(0.5)
        before = frieze.cpu_s()
        time.sleep(1.5)
        assert frieze.cpu_s() - before < 0.075
        says(frieze, "sleep: done")


def test_the_end_while_one_runs(start, scratch):
    """frieze ends at once; the program goes on, can write as much as it likes, and is not killed for it."""
    goes_on = script(scratch, "goes-on", f"set -e\necho $$ > {scratch}/pid\n"
                                         f"{until(scratch / 'go')}\n"
                                         "yes | head -c 300000; yes | head -c 300000 >&2\n"
                                         f"echo well > {scratch}/result\n")
    frieze = start(f"k = {goes_on}\n").ready().idle()
    frieze.key("x", "k")
    pid = pid_in(scratch / "pid")
    began = time.monotonic()
    assert frieze.end() == 0
    assert time.monotonic() - began < fair(1)
    time.sleep(0.2)
    assert is_alive(pid)
    (scratch / "go").touch()
    wait_until((scratch / "result").exists, "its end")
    wait_until(lambda: not is_alive(pid), "its end")
    assert frieze.errors() == []


@pytest.mark.parametrize("count", [1, 8])
def test_what_is_asked_for_right_before_the_end_is_begun(start, scratch, count):
    """And not waited for."""
    one = script(scratch, "one", f"echo \"$1\" >> {scratch}/begun\n{until(scratch / 'go')}\n"
                                 f"echo x >> {scratch}/ended\n")
    frieze = start(f"k = {one} {{path}}\n").ready().idle()
    frieze.key("m", *["x", "k"] * count, "q")
    began = time.monotonic()
    assert frieze.end() == 0
    assert time.monotonic() - began < fair(1)
    wait_until(lambda: (scratch / "begun").exists() and len((scratch / "begun").read_text().split()) == count,
               lambda: f"{count}; it said {frieze.errors()}", fair(10))
    assert not (scratch / "ended").exists()
    (scratch / "go").touch()
    wait_until(lambda: (scratch / "ended").exists() and len((scratch / "ended").read_text().split()) == count, "their end")
    assert frieze.errors() == []


@pytest.mark.parametrize("printed", [False, True], ids=["", "printed"])
def test_what_begins_at_the_end_finds_the_marks_in_their_file(start, scratch, folder, printed):
    """Also where they are printed and nobody reads that. That file is large, or it would be there in time by chance."""
    (scratch / "marks").write_text("".join(f"/nowhere/{number}\n" for number in range(300000)))
    one = script(scratch, "one", f"cp {scratch}/marks {scratch}/copy.new && mv {scratch}/copy.new {scratch}/copy\n")
    read_fd, write_fd = os.pipe()
    os.set_blocking(write_fd, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(write_fd, bytes(4096))
    os.set_blocking(write_fd, True)
    frieze = start(f"k = {one}\n", "--marks", scratch / "marks", *["--print-marks"] * printed, stdout=write_fd).ready().idle()
    os.close(write_fd)
    frieze.key("m", "x", "k", "q")
    try:
        wait_until((scratch / "copy").exists, "what the program copies")
    except AssertionError:
        frieze.process.kill()
        raise
    finally:
        with open(read_fd, "rb") as file:
            file.read()
    assert frieze.end() == 0
    assert f"{folder}/p0.png" in (scratch / "copy").read_text().splitlines()


def test_what_waits_for_others_at_the_end_is_not_begun(start, scratch):
    """Which is the one that was asked for last."""
    one = script(scratch, "one", f"echo x >> {scratch}/begun\n{until(scratch / 'go')}\n")
    last = script(scratch, "last", f"echo last >> {scratch}/begun\n")
    frieze = start(f"k = {one}\nl = {last}\n").ready().idle()
    frieze.key(*["x", "k"] * 8)
    wait_until(lambda: (scratch / "begun").exists() and len((scratch / "begun").read_text().split()) == 8, "eight of them")
    frieze.key("x", "l", "q")
    assert frieze.end() == 0
    assert frieze.errors() == ["frieze: not run: last: 8 others still run"]
    (scratch / "go").touch()
    assert "last" not in (scratch / "begun").read_text()


def test_what_a_program_leaves_behind(start, scratch):
    """It has ended, and what it started goes on: the result is there, and nobody is killed for writing."""
    leaves = script(scratch, "leaves", f"(set -e; {until('$1/go')}; yes | head -c 300000;"
                                       " yes | head -c 300000 >&2; echo well > $1/result) &\necho left\n")
    with start(f"k = {leaves} {scratch}\n") as frieze:
        frieze.key("x", "k")
        says(frieze, "leaves: left")
        (scratch / "go").touch()
        wait_until((scratch / "result").exists, "its end")
        wait_until(lambda: sum("pipe" in one for one in frieze.descriptors()) == 0, "no pipe is left")


# --- what it did to the pictures ---

def numbers(frieze):
    return [number for row in pictures.wall(frieze.screenshot()) for number in row]


def gone_soon(frieze, *keys, **expected):
    """Within half a second of the key, unless the machine is busy."""
    frieze.key(*keys)
    began = time.monotonic()
    frieze.until(**expected)
    assert time.monotonic() - began < fair(SOON_S)


@pytest.fixture(params=["watched", "not watched", "paths"])
def changing(request, start, folder, scratch):
    """The same, whether or not anybody watches the folder."""
    lines = (f"m = mv {{path}} {scratch}\nr = rm {{marked}}\nn = mv {{path}} {{dir}}/p3a.png\n"
             f"c = cp {folder}/p5.png {{path}}\n")
    if request.param == "paths":
        paths = scratch / "paths"
        paths.write_text("".join(f"{path}\n" for path in sorted(folder.iterdir())))
        with open(paths, "rb") as file, start(lines, "--no-watch", sources=["-"], stdin=file) as frieze:
            yield frieze.idle()
    else:
        with start(lines, *["--no-watch"] * (request.param == "not watched")) as frieze:
            yield frieze.idle()


def test_what_it_moves_away_is_gone(changing, folder):
    gone_soon(changing, "Right", "x", "m", items=5)
    assert not (folder / "p1.png").exists()
    gone_soon(changing, "x", "r", items=4)
    says(changing, "rm: done")
    wait_until(lambda: numbers(changing) == [0, 3, 4, 5], lambda: numbers(changing))


def test_in_the_picture_view_the_next_one_follows(changing):
    changing.key("Right", "Return").until(mode="picture", index=1)
    gone_soon(changing, "x", "m", items=5, mode="picture", title="p2.png")


def test_what_it_renames_stays_what_it_is(changing, folder):
    """The picture under its new name is still the selected and the marked one."""
    changing.key("Home", "Right", "m").key("x", "n")
    changing.until(items=6, programs=0)
    renamed = folder / "p3a.png"
    assert renamed.exists()
    wait_until(lambda: changing.ask("marks") == [str(renamed)], lambda: changing.ask("marks"))
    changing.key("m").idle()  # the badge of a mark covers what tells the pictures apart
    places = [0, 2, 3, 1, 4, 5], [0, 1, 2, 3, 4, 5]  # by name; paths stand as they came
    assert numbers(changing) in places
    assert changing.status()["uri"] == str(renamed)


def test_what_it_writes_is_read_again(changing):
    changing.key("Home", "x", "c")
    wait_until(lambda: numbers(changing) == [5, 1, 2, 3, 4, 5], lambda: numbers(changing))
