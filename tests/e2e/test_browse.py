"""Search, marks, order and dropping, by keys in a real X server, in both views."""
# ctest: COST 40 LABELS display

import contextlib
import json
import os
import signal
import subprocess
import time

import pytest

import pictures
from frieze import PATIENCE_S, wait_until
from presses import press, pressed, type_keys

# In natural order of their names: (name, size of the picture, age in days).
FILES = [("beach 2.png", 30, 4), ("beach 10.png", 20, 6), ("BEACH 11.png", 10, 1), ("cafe\u0301 b.png", 50, 3),
         ("caf\u00e9.png", 60, 2), ("zebra.png", 70, 0), ("\u017bubr 1.png", 40, 5)]
NAMES = [name for name, _, _ in FILES]
MANY_MARKS = 5000
# The keys that are pressed in this file, in both views.
BROWSE = {"/", "z", "Z", "on", "od", "om", "os", "o*", "or", "D", "Del", "U", "m", "M", "^a", "u", "^i", ")", "("}


@pytest.fixture(scope="module")
def folder(module_home):
    folder = module_home / "pictures"
    folder.mkdir()
    for number, (name, size, age) in enumerate(FILES):
        pictures.write(folder / name, number, (size * 8, size * 6))
        when = time.time() - age * 86400
        os.utime(folder / name, (when, when))
    return folder


@pytest.fixture(scope="module")
def running(module_home, x11, folder):
    with module_home.start("--size", "800x600", "--tile", "150x100", folder, display=x11) as running:
        yield running.idle()


@pytest.fixture(params=["wall", "picture"])
def frieze(request, running):
    """As it was at the start, in either view, with the first picture selected."""
    running.ask("search", "")
    running.key("u", "U", "U", "U")
    if running.status()["mode"] != "wall":
        running.key("Return")
    running.ask("set", "sort", "name")
    running.ask("reset", "sort")
    running.ask("reset", "reverse")
    running.idle()
    return running.jump("Home", *["Return"] * (request.param == "picture"))


def test_an_order_by_a_key_is_told_by_the_options(running):
    running.key("o", "d", "o", "d").idle()
    assert running.ask("get", "sort")["value"] == "date" and running.ask("get", "reverse")["value"] is True
    assert running.ask("get", "sort")["set_by"] == "run time"
    running.ask("reset", "sort")
    running.ask("reset", "reverse")


def title(frieze):
    return frieze.idle().status()["title"]


def order(frieze):
    """The names from first to last, as one goes through them."""
    frieze.idle().key("Home")
    seen = [title(frieze)]
    for _ in range(len(FILES) - 1):
        seen.append(frieze.key("n").status()["title"])
    return seen


# --- search ---

def search(frieze, *keys):
    press(frieze, "/")
    type_keys(frieze, *keys)


def test_search_as_one_types(frieze):
    """Case, accents and composition do not matter; the first match at once, n and N among them, Esc ends it."""
    search(frieze, *"cafe")
    frieze.until(search={"text": "cafe", "matches": 2}, title=NAMES[3])
    type_keys(frieze, "Return")
    press(frieze, "n")
    frieze.until(title=NAMES[4], index=4, items=len(FILES))
    press(frieze, "n", "N")
    frieze.until(title=NAMES[3])
    mode = frieze.status()["mode"]
    press(frieze, "Esc")
    frieze.until(search=None, title=NAMES[3], mode=mode)
    press(frieze, "n", "n")
    frieze.until(title="zebra.png")


def test_search_is_taken_back(frieze):
    search(frieze, *"beach 11")
    frieze.until(search={"text": "beach 11", "matches": 1}, title="BEACH 11.png")
    type_keys(frieze, "BackSpace")
    frieze.until(search={"text": "beach 1", "matches": 2}, title="BEACH 11.png")
    press(frieze, "Esc")
    frieze.until(search=None, title="BEACH 11.png")


def test_nothing_is_found(frieze):
    """Nothing lost: the selection is where it was. Of the picture in view, which is to be seen all the same, keys mark it."""
    marked = 1 if frieze.status()["mode"] == "picture" else 0
    search(frieze, *"qqq", "Return")
    status = frieze.until(search={"text": "qqq", "matches": 0})
    named = [status[key] is not None for key in ("index", "title", "uri")]
    assert named == [bool(marked)] * 3, "nothing on the wall, and the picture in view"
    press(frieze, "n", "p", "Right", "Home", "m")
    frieze.until(notice=None if marked else "no picture is selected")
    press(frieze, "D")
    press(frieze, "Esc")
    frieze.until(search=None, index=0, marked=marked, items=len(FILES))


@contextlib.contextmanager
def hidden_in_view(home, number, *arguments):
    """Of four matches, the one in view was renamed, and is none any more."""
    source = home / "source"
    source.mkdir()
    for one in range(1, 5):
        pictures.write(source / f"{one}x.png", one)
    with home.start(*arguments, source) as frieze:
        frieze.idle().ask("search", "x")
        frieze.idle().key(str(number), "G", "Return").until(mode="picture", title=f"{number}x.png")
        (source / f"{number}x.png").rename(source / f"{number}y.png")
        frieze.until(title=f"{number}y.png", search={"text": "x", "matches": 3})
        yield frieze.idle()


@pytest.mark.parametrize("number, key, title", [
    (2, "n", "3x.png"), (2, "p", "1x.png"), (2, "]", "4x.png"), (2, "[", "1x.png"),
    (1, "n", "2x.png"), (1, "p", "1y.png"), (1, "[", "1y.png"),
    (4, "p", "3x.png"), (4, "n", "4y.png"), (4, "]", "4y.png")])
def test_on_from_what_no_longer_matches(home, number, key, title):
    """The next and the one before are those beside it; where none is that way, it stays."""
    with hidden_in_view(home, number) as frieze:
        frieze.key(key).idle().until(10, title=title)
        if number == 2:
            assert frieze.key("[", "p").status()["title"] == "1x.png"


@pytest.mark.parametrize("number, title", [(1, "2x.png"), (2, "3x.png"), (4, "1x.png")])
def test_a_show_goes_on_from_what_no_longer_matches(home, number, title):
    """To the one behind it; behind the last one it begins anew."""
    with hidden_in_view(home, number, "--delay", "2") as frieze:
        frieze.ask("slideshow")
        assert frieze.until(title=lambda now: now != f"{number}y.png")["title"] == title


def test_what_a_search_hides_is_not_waited_for(frieze):
    frieze.ask("search", "beach 1")
    frieze.ask("zoom_in")
    assert frieze.idle("loaded").status()["pending"] == 0
    frieze.ask("search", "")
    frieze.key("0").idle("loaded")


def test_search_by_command(frieze):
    frieze.ask("search", "ZUBR")
    frieze.until(search={"text": "ZUBR", "matches": 1}, title="\u017bubr 1.png")
    type_keys(frieze, ":", *"search zeb", "Return")
    frieze.until(search={"text": "zeb", "matches": 1}, title="zebra.png")


# --- marks ---

def marked(frieze):
    return [os.path.basename(path) for path in frieze.ask("marks")]


def test_marks_by_key(frieze):
    press(frieze, "m", "n", "n", "m")
    frieze.until(marked=2)
    assert marked(frieze) == [NAMES[0], NAMES[2]]
    press(frieze, "n", "n", "M")
    frieze.until(marked=4)
    assert marked(frieze) == [NAMES[0], *NAMES[2:5]]
    press(frieze, "m")
    frieze.until(marked=3)
    press(frieze, "^i")
    frieze.until(marked=4)
    assert marked(frieze) == [NAMES[1], *NAMES[4:]]
    press(frieze, "u")
    frieze.until(marked=0)
    press(frieze, "^a")
    frieze.until(marked=len(FILES))


def test_from_mark_to_mark(frieze):
    press(frieze, "n", "m", "n", "n", "n", "m", "Home", ")")
    frieze.until(index=1)
    press(frieze, ")")
    frieze.until(index=4)
    press(frieze, ")")  # none is there: stays
    press(frieze, "(")
    frieze.until(index=1)
    press(frieze, "Home", "2", ")")
    frieze.until(index=4)


def test_marks_of_a_search(frieze):
    """All that is shown; what it hides keeps its own."""
    press(frieze, "m")
    search(frieze, *"beach", "Return")
    press(frieze, "^a")
    frieze.until(marked=3)
    press(frieze, "Esc")
    assert marked(frieze) == NAMES[:3]


def test_what_comes_right_after_a_search_is_meant_for_what_it_found(frieze):
    frieze.key("/", *"zebra", "Return", "m")
    assert marked(frieze) == ["zebra.png"]
    frieze.key("Esc", "Home", "/", *"beach", "Return", "^a")
    assert marked(frieze) == [*NAMES[:3], "zebra.png"]
    frieze.ask("search", "caf")
    frieze.ask("mark_none")
    frieze.ask("mark")
    assert marked(frieze) == [NAMES[3]]
    frieze.key("Esc", "/", *"zubr", "Return", "D")
    assert frieze.status()["items"] == len(FILES) - 1
    frieze.key("Esc").until(items=len(FILES) - 1, search=None)
    assert "zebra.png" == frieze.key("End").until(index=len(FILES) - 2)["title"]


@pytest.mark.parametrize("keys", ["m", "M", "r", ">", "rate", "xk", "y", "D"])
def test_who_does_something_with_a_picture_keeps_it(home, keys):
    """What comes before it later does not take the selection from it."""
    source = home / "source"
    source.mkdir()
    for number, name in enumerate(("b.png", "c.png")):
        pictures.write(source / name, number)
    (home / "run.conf").write_text("[run]\nk = true {path}\n")
    with home.start("--config", home / "run.conf", source) as frieze:
        frieze.idle("loaded").until(title="b.png")
        if keys == "rate":
            frieze.ask("rate", "3")
        else:
            frieze.key(*keys)
        kept = frieze.status()["title"]
        pictures.write(source / "a.png", 2)
        frieze.until(visible=lambda visible: visible[1] == (1 if keys == "D" else 2))
        assert frieze.idle().status()["title"] == kept == ("c.png" if keys == "D" else "b.png")


# --- order ---

def test_orders(frieze):
    """By each key, once more the other way round; the selection stays on its picture."""
    press(frieze, "n", "n")
    frieze.until(title=NAMES[2])
    by_date, by_size = sorted(FILES, key=lambda f: -f[2]), sorted(FILES, key=lambda f: f[1])
    for key, names in (("od", by_date), ("os", by_size), ("om", by_date), ("o*", FILES)):
        press(frieze, key)
        frieze.until(index=[name for name, _, _ in names].index(NAMES[2]), title=NAMES[2])
        if key == "od":
            assert order(frieze) == [name for name, _, _ in names]
            frieze.ask("search", NAMES[2])
            frieze.until(title=NAMES[2])
            frieze.key("Esc").until(search=None, title=NAMES[2])
    press(frieze, "on")
    frieze.until(index=2, title=NAMES[2])
    press(frieze, "on")
    frieze.until(index=len(FILES) - 3, title=NAMES[2])
    assert order(frieze) == NAMES[::-1]


@pytest.mark.parametrize("how", ["arguments", "lines"])
def test_named_one_by_one(home, how):
    """As they were named; by name they stand together, whatever named them."""
    folder = pictures.fill(home / "own", 12)
    given = [folder / f"p{number}.png" for number in (3, 10, 2)]
    (home / "lines").write_text("".join(f"{path}\n" for path in given))

    def start(*options):
        sources = ["-"] if how == "lines" else given
        with open(home / "lines", "rb") as lines:
            return home.start(*options, *sources, stdin=lines)

    def numbers(frieze):
        return [title(frieze.key(str(nth), "g", "g")) for nth in (1, 2, 3)]

    with start() as frieze:
        frieze.until(items=3)
        assert numbers(frieze) == ["p3.png", "p10.png", "p2.png"]
        for names in (["p2.png", "p3.png", "p10.png"], ["p10.png", "p3.png", "p2.png"]):
            frieze.key("o", "n").idle()
            assert numbers(frieze) == names
    with start("--reverse") as frieze:
        frieze.until(items=3)
        assert numbers(frieze) == ["p2.png", "p10.png", "p3.png"]


def test_a_place_in_an_order_that_has_just_been_asked_for(frieze):
    """First, last and nth are those of the new order, though it is not there yet; who goes on from what is shown stays there."""
    by_size = [name for name, _, _ in sorted(FILES, key=lambda f: f[1])]
    for keys, index in (("gg", 0), ("G", -1), ("3gg", 2), ("3G", 2)):
        frieze.ask("sort_name")
        frieze.idle().key("End", "o", "s", *keys)
        assert title(frieze) == by_size[index], keys
    for keys, name in (("ggn", NAMES[1]), ("ggm", NAMES[0])):
        frieze.ask("set", "sort", "name")
        frieze.idle().key("End", "o", "s", *keys)
        assert title(frieze) == name, keys


@pytest.mark.parametrize("keys", [["+"], ["i"], ["s"], ["0"]], ids="".join)
def test_who_does_something_with_the_picture_in_view_stays_with_it(home, folder, keys):
    """Though first was asked for, and in the order that is to come another one is."""
    with home.start("--delay", "60", folder) as frieze:
        frieze.idle().key("End", "Return").idle()
        frieze.key("o", "s", "g", "g", *keys)
        assert frieze.idle().status()["title"] == NAMES[0]


def test_random_orders(frieze):
    """Every picture once; shuffled and back."""
    press(frieze, "or")
    assert sorted(order(frieze)) == sorted(NAMES)
    press(frieze, "on")
    press(frieze, "Z")
    assert sorted(order(frieze)) == sorted(NAMES)
    press(frieze, "Z")
    assert order(frieze) == NAMES
    at = frieze.status()["index"]
    press(frieze, "z")
    frieze.until(index=lambda index: index != at)


# --- dropping ---

@pytest.mark.parametrize("key", ["D", "Del"])
def test_drop_and_undo(frieze, folder, key):
    press(frieze, "n", key)
    frieze.until(items=len(FILES) - 1, title=NAMES[2])
    press(frieze, "2", key)
    frieze.until(items=len(FILES) - 3, title=NAMES[4], notice="2 dropped from the list, U brings them back")
    press(frieze, "U")
    frieze.until(items=len(FILES) - 1, title=NAMES[2], notice="2 brought back")
    press(frieze, "U")
    frieze.until(items=len(FILES), title=NAMES[1])
    press(frieze, "U")  # nothing left to bring back
    assert order(frieze) == NAMES and sorted(os.listdir(folder)) == sorted(NAMES)


def test_the_last_match_is_dropped(frieze):
    """Its place passes on to its neighbour, though the search hides that."""
    search(frieze, *"beach 11", "Return")
    frieze.until(search={"text": "beach 11", "matches": 1}, title=NAMES[2])
    press(frieze, "D")
    frieze.until(search={"text": "beach 11", "matches": 0}, mode="wall")
    press(frieze, "Esc")
    frieze.until(search=None, items=len(FILES) - 1, title=NAMES[3], index=2)
    press(frieze, "U")
    frieze.until(items=len(FILES), title=NAMES[2])


# --- what is printed and kept ---

@pytest.mark.parametrize("end", [["q"], signal.SIGTERM, signal.SIGINT, signal.SIGHUP],
                         ids=["q", "TERM", "INT", "HUP"])
@pytest.mark.parametrize("zero", [False, True], ids=["lines", "zero"])
def test_marks_are_printed(home, folder, end, zero):
    out = home / "marked"
    with open(out, "wb") as file:
        frieze = home.start("--print-marks", *(["-0"] if zero else []), folder, stdout=file).ready()
        frieze.idle().key("n", "m", "G", "m")
        if end == ["q"]:
            frieze.ask("key", "q")
            assert frieze.process.wait(PATIENCE_S) == 0
        else:
            assert frieze.end(end) == 0
    paths = [str(folder / NAMES[1]), str(folder / NAMES[-1])]
    assert out.read_bytes().decode() == "".join(path + ("\0" if zero else "\n") for path in paths)


def test_marks_are_kept(home, folder):
    """In a file that is written within a second, whole, and read at the next start; what is not there stays in it."""
    file = home / "marks"
    away = str(folder / "away.png")
    file.write_text(away + "\n" + str(folder / NAMES[3]) + "\n")
    with home.start("--marks", file, folder) as frieze:
        assert marked(frieze.idle()) == [NAMES[3]]
        frieze.key("m")
        expected = [str(folder / NAMES[0]), str(folder / NAMES[3]), away]
        wait_until(lambda: file.read_text().splitlines() == expected, lambda: file.read_text(), within_s=1.5)
        frieze.key("n", "m")
        assert frieze.end() == 0, "ended before it was written"
    assert file.read_text().splitlines() == [expected[0], str(folder / NAMES[1]), *expected[1:]]
    with home.start("--marks", file, folder) as frieze:
        assert frieze.idle().status()["marked"] == 3
    assert [path for path in os.listdir(home.path) if path.startswith(("marks.", ".marks"))] == []


def test_marks_that_could_not_be_written_are_at_the_end(home, folder):
    """The place that they go to was away for a while, and nothing was marked since."""
    place = home / "drive"
    place.mkdir()
    with home.start("--marks", place / "marks", folder) as frieze:
        place.rename(home / "away")
        frieze.idle().key("m")
        wait_until(lambda: any(str(place) in line for line in frieze.errors()), frieze.errors)
        (home / "away").rename(place)
        assert frieze.end() == 0
    assert (place / "marks").read_text() == str(folder / NAMES[0]) + "\n"


def test_marks_that_cannot_be_written_at_the_end_are_a_failure(home, folder):
    place = home / "drive"
    place.mkdir()
    with home.start("--marks", place / "marks", folder) as frieze:
        place.rename(home / "away")
        frieze.idle().key("m")
        frieze.expected_status = 1
        assert frieze.end() == 1
    assert any(str(place) in line for line in frieze.errors())


def test_a_file_of_marks_for_two(home):
    """Each keeps what the other one marks, and takes away what the other one does, here or there or by hand."""
    here, there, file = pictures.fill(home / "here", 4), pictures.fill(home / "there", 4), home / "marks"

    def holds(*paths):
        wait_until(lambda: file.exists() and sorted(file.read_text().splitlines()) == sorted(map(str, paths)),
                   lambda: f"{paths}, but {file.read_text() if file.exists() else 'no file'}")
    with home.start("--marks", file, here) as one, home.start("--name", "other", "--marks", file, there) as other:
        one.idle("loaded").key("Home", "m")
        holds(here / "p0.png")
        other.idle("loaded").key("Home", "m")
        holds(here / "p0.png", there / "p0.png")
        one.key("Right", "m")
        holds(here / "p0.png", here / "p1.png", there / "p0.png")
        other.key("m")  # no more
        holds(here / "p0.png", here / "p1.png")
        one.key("m")
        holds(here / "p0.png")
        file.write_text(f"{here}/p2.png\n{here}/p3.png\n")  # and not p0.png
        one.key("m")
        holds(*(here / f"p{number}.png" for number in (1, 2, 3)))
        assert marked(one) == ["p1.png", "p2.png", "p3.png"]
        file.unlink()  # what is marked is so without it
        one.key("m")
        holds(here / "p2.png", here / "p3.png")
        other.key("m")
        holds(here / "p2.png", here / "p3.png", there / "p0.png")
        one.key("m")  # and ends at once
    assert sorted(file.read_text().splitlines()) == [*(f"{here}/p{number}.png" for number in (1, 2, 3)), f"{there}/p0.png"]


def test_the_file_of_marks_is_never_seen_half_written(home):
    """However often it is rewritten, a reader finds all of it as it was or all of it as it is; each within a second."""
    many = home / "many"
    many.mkdir()
    pictures.write(home / "one.png", 1)
    for number in range(MANY_MARKS):
        os.link(home / "one.png", many / f"{number:05}.png")
    every = "".join(f"{many / f'{number:05}.png'}\n" for number in range(MANY_MARKS))
    file, written = home / "marks", set()

    def becomes(text):
        content = file.read_text() if file.exists() else ""
        assert content in (every, "")
        written.update([file.stat().st_ino] if file.exists() else [])
        return content == text
    with home.start("--marks", file, many) as frieze:
        frieze.until(items=MANY_MARKS, scanning=False)
        for _ in range(3):
            for key, text in (("^a", every), ("u", "")):
                frieze.key(key)
                wait_until(lambda text=text: becomes(text), f"{len(text)} bytes in the file", within_s=1, pause_s=0)
    assert len(written) > 1, "a new file each time"


def test_marks_of_names_with_line_ends(home, folder):
    """A name that holds the end of a line is one name, now and at the next start."""
    odd = pictures.fill(home / "odd", 2)
    pictures.write(odd / "two\nlines.png", 5)
    file = home / "marks"
    for _ in range(2):
        with home.start("--marks", file, odd) as frieze:
            frieze.idle()
            if not file.exists():
                frieze.key("^a")
            frieze.until(marked=3, items=3)
            assert frieze.end() == 0 and frieze.errors() == []
        paths = file.read_bytes().decode().split("\0")
        assert sorted(paths) == ["", *sorted(str(path) for path in odd.iterdir())]


def test_a_program_gets_only_what_is_listed(home, folder):
    """Paths in the file of marks that are not there are no arguments; nor is what a search hides."""
    (home / "config" / "frieze").mkdir()
    log = home / "log"
    (home / "config" / "frieze" / "frieze.conf").write_text(f"[run]\na = sh -c 'echo $# >> {log}' x {{marked}}\n")
    (home / "marks").write_text(f"{folder}/away.png\n")
    with home.start("--marks", home / "marks", folder) as frieze:
        frieze.idle().key("x", "a")
        wait_until(lambda: log.exists() and log.read_text() == "1\n", "one argument: the selected one")
        frieze.until(programs=0)  # whose end is a notice too
        frieze.ask("search", "nothing has this name")
        frieze.until(search=lambda search: search["matches"] == 0)
        frieze.key("x", "a")
        frieze.until(notice=lambda notice: notice and "no picture" in notice)
        assert log.read_text() == "1\n"


@pytest.mark.parametrize("kind", ["folder", "fifo", "binary", "picture"])
def test_marks_that_cannot_be_read(home, kind):
    """One clear line, and a program that runs and touches nothing; its status tells that the marks are lost. `frieze --marks *.png` names
    a picture."""
    folder = pictures.fill(home / "own", 3)
    file = folder / "p0.png" if kind == "picture" else home / "marks"
    if kind == "folder":
        file.mkdir()
    elif kind == "fifo":
        os.mkfifo(file)
    elif kind == "binary":
        file.write_bytes(bytes(range(1, 256)) * 20 + b"\0" * 20)
    before = file.read_bytes() if file.is_file() else None
    frieze = home.start("--marks", file, folder).ready()
    frieze.idle().key("m").until(marked=1)
    time.sleep(0.5)  # longer than it waits before it writes
    frieze.send(signal.SIGTERM)
    assert frieze.process.wait(PATIENCE_S) == 1
    assert len(frieze.errors()) == 1 and "cannot read the marks in" in frieze.errors()[0]
    assert file.is_dir() == (kind == "folder") and file.is_fifo() == (kind == "fifo"), "left as it was"
    assert (file.read_bytes() if file.is_file() else None) == before


def test_marks_without_a_current_folder(home, folder):
    """Nobody knows what relative lines name then: they stay as they are."""
    file, gone = home / "marks", home / "gone"
    file.write_text("relative.png\n")
    gone.mkdir()
    program = f"cd {gone} && rmdir {gone} && exec \"$@\""
    asked = [home.program, "--size", "300x200", "--headless", "--marks", file, folder]
    process = home.popen(["sh", "-c", program, "sh", *asked], stderr=subprocess.PIPE)
    wait_until(home.socket_path().exists, "its socket")
    for command in (["wait", "loaded", "10"], ["key", "m"], ["quit"]):
        assert home.frieze("ctl", *command).status == 0
    _, told = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1 and f"cannot read the marks in {file}: no current folder, for relative.png" in told.decode()
    assert file.read_text() == "relative.png\n"


def test_marks_of_what_is_away(home):
    """A folder that goes and comes back has its marks again, and the file does not lose them meanwhile."""
    top = pictures.fill(home / "top", 3)
    pictures.fill(top / "share", 3)
    file = home / "marks"
    with home.start("--marks", file, top) as frieze:
        frieze.idle().key("^a")
        frieze.until(marked=6)
        (top / "share").rename(home / "away")
        frieze.until(items=3, marked=3)
        frieze.key("Home", "m")  # the file is written again
        wait_until(lambda: file.exists() and len(file.read_text().splitlines()) == 5, "five marks", within_s=2)
        (home / "away").rename(top / "share")
        frieze.until(items=6, marked=5)
        frieze.key("Home", "D").until(items=5, marked=5)
        frieze.key("Home", "D").until(items=4, marked=4)
        wait_until(lambda: len(file.read_text().splitlines()) == 4, lambda: file.read_text(), within_s=2)


def test_the_file_of_marks_keeps_its_permissions(home, folder):
    file = home / "marks"
    file.write_text("")
    file.chmod(0o600)
    with home.start("--marks", file, folder) as frieze:
        frieze.idle().key("m")
        wait_until(file.read_text, "the mark", within_s=2)
    assert file.stat().st_mode & 0o777 == 0o600


def test_pick(home, folder):
    out = home / "picked"
    with open(out, "wb") as file:
        frieze = home.start("--pick", folder, stdout=file).ready()
        frieze.idle().key("n", "n")
        frieze.ask("key", "Return")
        assert frieze.process.wait(PATIENCE_S) == 0
    assert out.read_text() == str(folder / NAMES[2]) + "\n"


def test_start_in_an_order(home, folder):
    result = home.frieze("--headless", "--sort", "date", "--reverse", "--quit-when", "loaded", "--stats",
                         home / "s.json", folder)
    assert result.status == 0 and json.loads((home / "s.json").read_text())["items"] == len(FILES)
    with home.start("--sort", "date", "--reverse", folder) as frieze:
        frieze.until(title="zebra.png")
        assert order(frieze) == [name for name, _, _ in sorted(FILES, key=lambda f: f[2])]


def test_every_key_of_this_file_was_pressed():
    """In a run of the whole file; test_keys.py presses all others of the command table."""
    assert BROWSE - pressed["wall"] == BROWSE - pressed["picture"] == set()


def many(home, count):
    """So many pictures; nothing but what is in view, and around it, has room."""
    folder = home / "many"
    first = pictures.fill(folder, 1) / "p0.png"
    for number in range(1, count):
        os.link(first, folder / f"p{number}.png")
    return home.start("--size", "800x600", "--tile", "100x75", "--memory", "64M", "--cache-size", "0", folder)


def decodes(running):
    return running.stats()["decode"]["count"]


def steady_decodes(running):
    wait_until(lambda: is_steady(lambda: decodes(running.idle())), "the end of filling")
    return decodes(running)


def test_what_is_only_scrolled_past_is_not_decoded(home):
    """Thousands on the way to the end: what comes to rest is decoded, and what lies beside it."""
    count = 6000
    with many(home, count) as running:
        running.until(items=count, scanning=False)
        before = steady_decodes(running)
        while running.status()["index"] < count - 1:
            running.key(*["PgDn"] * 4)
        rushed = decodes(running) - before
        running.idle()
        first_seen, last_seen = running.status()["visible"]
        in_view = last_seen + 1 - first_seen
        assert last_seen == count - 1 and rushed < in_view
        assert decodes(running) - before >= in_view


def test_pages_that_are_leapt_over_are_not_decoded(home):
    """Hundreds of them in two seconds, of which a dozen are seen on the way."""
    count, turns = 20000, 100
    with many(home, count) as running:
        running.until(items=count, scanning=False)
        before = steady_decodes(running)
        in_view = running.status()["visible"][1] + 1
        rests, last_sent = 0, time.monotonic()  # where it stands for 60 ms, RUSH_US, it and its neighbours are to be seen
        for _ in range(turns):
            sent = time.monotonic()
            running.key(*["PgDn"] * (count // in_view // turns + 1))
            # From sent to answered: the longest that two turns can have lain apart, for it acts on a turn at some time between.
            rests, last_sent = rests + (time.monotonic() - last_sent > 0.05), sent
            time.sleep(0.016)
        assert running.status()["index"] == count - 1
        assert decodes(running) - before < 3 * (1 + rests) * in_view


def test_where_a_jump_leads_to_is_decoded_once(home):
    """Each is made a third of a second after the one before, so that nothing flashes. With all room in use what was decoded meanwhile
    found none, and was decoded again and again."""
    count, places = 6000, range(2000, 6000, 400)  # there is room for some 1,070, the first ones
    with many(home, count) as running:
        running.until(items=count, scanning=False)
        before = steady_decodes(running)
        in_view = running.status()["visible"][1] + 1
        running.ask("set", "motion", "off")
        for place in places:
            seen = decodes(running)
            running.key(*f"{place}G")
            running.until(visible=lambda visible, place=place: visible[0] < place <= visible[1] + 1)
            wait_until(lambda seen=seen: decodes(running) - seen > in_view - 6, "what is in view there")
        assert (steady_decodes(running) - before) / len(places) <= 3 * in_view  # a page on either side


def is_steady(value, for_s=0.5):
    before = value()
    time.sleep(for_s)
    return value() == before
