"""What is opened: one file in all the ways in which it can be named, and where frieze was closed (--resume)."""
# ctest: COST 40 LABELS display

import json
import os
import signal
import time
import urllib.parse

import pytest

import pictures
from frieze import PATIENCE_S, wait_until


def uri(path, host=""):
    return f"file://{host}{urllib.parse.quote(os.fsencode(path))}"


def window(home, x11, *arguments, **options):
    return home.start("--size", "400x300", *arguments, display=x11, **options)


# --- one file ---

@pytest.fixture
def folder(home):
    made = pictures.fill(home / "my pictures", 6)
    os.symlink(made, home / "link to a folder")
    (home / "elsewhere" / "deep").mkdir(parents=True)
    os.symlink(home / "elsewhere" / "deep", home / "link behind")
    pictures.fill(home / "elsewhere", 4)
    return made


WAYS = {
    "absolute": lambda home: (home / "my pictures" / "p3.png", 6),
    "relative": lambda home: ("my pictures/p3.png", 6),
    "with dots": lambda home: ("./elsewhere/..//my pictures/./p3.png", 6),
    "through a linked folder": lambda home: ("link to a folder/p3.png", 6),
    "two dots behind a link": lambda home: ("link behind/../p3.png", 4),
    "URI": lambda home: (uri(home / "my pictures" / "p3.png"), 6),
    "URI of this host": lambda home: (uri(home / "my pictures" / "p3.png", "localhost"), 6),
    "URI without slashes": lambda home: ("file:" + uri(home / "my pictures" / "p3.png")[7:], 6),
}


@pytest.mark.parametrize("way", WAYS)
def test_one_file_opens_and_its_folder_follows(home, x11, folder, way):
    name, count = WAYS[way](home)
    with window(home, x11, "--motion", "off", name) as frieze:
        frieze.until(mode="picture", items=count)
        frieze.idle()
        assert pictures.only(frieze.screenshot())[0] == 3
        x11.press(frieze, "Home")
        frieze.until(mode="picture", index=0)
        frieze.idle()
        assert pictures.only(frieze.screenshot())[0] == 0
    assert frieze.errors() == []


@pytest.mark.parametrize("way", ["moved", "written", "linked", "with its folder"])
def test_one_file_that_is_waited_for_opens_and_its_folder_follows(home, x11, way):
    folder = home / "late"
    made = pictures.fill(home / "made", 4)
    late = made / "p1.png"
    late.rename(home / "late.png")
    if way != "with its folder":
        made.rename(folder)
    with window(home, x11, "--motion", "off", "--wait", "late/p1.png") as frieze:
        time.sleep(0.3)
        status = frieze.status()
        assert (status["mode"], status["items"]) == ("wall", 0)
        if way == "moved":
            (home / "late.png").rename(folder / "p1.png")
        elif way == "linked":
            os.symlink(home / "late.png", folder / "p1.png")
        elif way == "written":
            with open(folder / "p1.png", "wb") as file:
                file.write((home / "late.png").read_bytes()[:200])
                file.flush()
                time.sleep(0.5)
                assert frieze.status()["items"] == 0
                file.write((home / "late.png").read_bytes()[200:])
        else:
            (home / "late.png").rename(late)
            made.rename(folder)
        frieze.until(mode="picture", items=4, index=1, title="p1.png")
        frieze.idle()
        assert pictures.only(frieze.screenshot())[0] == 1
        pictures.write(folder / "p9.png", 9)
        frieze.until(items=5, title="p1.png")
    assert frieze.errors() == []


@pytest.mark.parametrize("comes", ["rename", "symlink_to"])
def test_one_file_that_is_waited_for_without_its_folder(home, x11, folder, comes):
    late = folder / "late.png"
    with window(home, x11, "--wait", "--no-siblings", late) as frieze:
        frieze.until(items=0)
        if comes == "rename":
            (folder / "p2.png").rename(late)
        else:
            late.symlink_to(folder / "p2.png")
        frieze.until(mode="picture", items=1, title="late.png")
    assert frieze.errors() == []


def test_a_folder_with_the_name_of_a_picture_is_waited_for_as_any(home, x11, folder):
    (home / "album.png").mkdir()
    pictures.fill(home / "album.png" / "below", 2)
    with window(home, x11, "--wait", "album.png") as frieze:
        frieze.until(mode="wall", items=2)
    assert frieze.errors() == []


def test_a_link_opens_among_the_pictures_of_its_own_folder(home, x11, folder):
    os.symlink(folder / "p3.png", home / "elsewhere" / "a link.png")
    with window(home, x11, "elsewhere/a link.png") as frieze:
        frieze.until(mode="picture", index=0, items=5, uri=str(home / "elsewhere" / "a link.png"))
        frieze.idle()
        assert pictures.only(frieze.screenshot())[0] == 3


def test_names_that_need_their_percents(home, x11):
    """Bytes that are no UTF-8, and a name that looks encoded already."""
    folder = pictures.fill(home / "odd", 2)
    for number, name in ((5, b"100%25 #1?.png"), (7, b"b\xff\n.png")):
        path = os.fsencode(folder) + b"/" + name
        pictures.write(path.decode(errors="surrogateescape"), number)
        with window(home, x11, uri(path)) as frieze:
            frieze.until(mode="picture")
            frieze.idle()
            assert pictures.only(frieze.screenshot())[0] == number


def test_folder_and_several_by_uri(home, folder):
    """Several, folders among them: the wall, in the order given; messages name paths."""
    stats, result = home.stats("--quit-when", "loaded", uri(home / "elsewhere" / "p1.png"), uri(folder) + "/",
                               uri(home / "not there.png"))
    assert (stats["items"], stats["failed"]) == (8, 1)
    assert len(result.lines) == 1 and "not there.png: no such file" in result.lines[0]


@pytest.mark.parametrize("bad", ["file://elsewhere.invalid/a.png", "file:", "file:a.png", "file:///a%2", "file:///%00"])
def test_bad_uri(home, bad):
    result = home.frieze("--headless", bad)
    assert result.status == 2 and len(result.lines) == 1 and bad in result.lines[0], result


# --- where it was closed ---

COUNT, COLUMNS = 100, 3  # of 100x75 in 400 px


@pytest.fixture
def many(home):
    return pictures.fill(home / "many", COUNT, (160, 120))


def resumed(home, x11, *sources, **options):
    return window(home, x11, "--tile", "100x75", "--resume", *sources, **options)


def leave(home, x11, keys, *sources):
    """Closed by a signal, where some keys led. What is looked at is where the next run begins: this one need not glide."""
    with resumed(home, x11, "--motion", "off", *sources) as frieze:
        frieze.key(*keys).idle()


def state(home):
    return json.loads((home / "state" / "frieze" / "resume.json").read_text())


@pytest.mark.parametrize("end", ["key", "signal", "hangup"])
def test_resume_on_the_wall(home, x11, many, end):
    """Selection, scroll position and tile size, however it ended."""
    with window(home, x11, "--resume", many) as frieze:
        frieze.key("-", "-", "5", "0", "G").idle()
        before, view = frieze.status(), frieze.screenshot()
        assert before["index"] == 49
        if end == "key":
            x11.press(frieze, "q")
            frieze.process.wait(PATIENCE_S)
        elif end == "hangup":
            frieze.end(signal.SIGHUP)
    with window(home, x11, "--resume", many) as frieze:
        frieze.until(index=49, mode="wall", visible=before["visible"])
        frieze.idle()
        # The first row: a chip with the position stands over the last for a while.
        assert pictures.boxes(frieze.screenshot())[0] == pictures.boxes(view)[0]
        assert frieze.errors() == []


def test_resume_keeps_what_is_looked_at(home, x11, many):
    """Scrolled away from the selection."""
    with resumed(home, x11, many) as frieze:
        frieze.key("]", "]").idle()
        x11.xdotool("mousemove", "--window", x11.window(frieze), 200, 150, *["click", 5] * 8)
        wait_until(lambda: frieze.idle().status()["visible"][0] > 20, "another part of the wall")
        before = frieze.idle().status()
    with resumed(home, x11, many) as frieze:
        frieze.until(index=20, visible=before["visible"])


@pytest.mark.parametrize("moves", [False, True])
def test_resume_keeps_its_place_while_the_list_grows(home, x11, moves):
    """Where the list ends with what is gone to, its row can stand nowhere but at the bottom; then more comes, and it stands
    where it stood, unless somebody moved."""
    first, late = pictures.fill(home / "first", 30), pictures.fill(home / "late", 30)
    with resumed(home, x11, "--wait", first, late) as frieze:
        frieze.until(items=60)
        frieze.key("G", "3", "0", "G").idle()  # from below: its row is the upper one
        before = frieze.status()
        assert before["index"] == 29 and before["visible"][1] >= 29 + COLUMNS
    late.rename(home / "away")
    with resumed(home, x11, "--wait", first, late) as frieze:
        frieze.until(items=30, index=29, visible=lambda seen: seen[1] == 29)
        if moves:
            frieze.key("Left").until(index=28)
        (home / "away").rename(late)
        frieze.until(items=60, scanning=False)
        after = frieze.idle().status()
        assert (after["index"], after["visible"] == before["visible"]) == ((28, False) if moves else (29, True))


def test_resume_in_the_picture_view(home, x11, many):
    """Esc leads to the wall: the program was not started with a picture."""
    leave(home, x11, [*"77G", "Return"], many)
    with resumed(home, x11, many) as frieze:
        frieze.until(index=76, mode="picture")
        frieze.idle()
        assert pictures.only(frieze.screenshot())[0] == 76
        frieze.key("Esc")
        frieze.until(index=76, mode="wall")


def test_remembered_without_resume_too(home, x11, many):
    """Who thinks of --resume when frieze is closed already."""
    with window(home, x11, many) as frieze:
        frieze.idle().key("G").idle()
    with window(home, x11, many) as frieze:
        assert frieze.idle().status()["index"] == 0
        frieze.key("4", "G")
    with resumed(home, x11, many) as frieze:
        frieze.until(index=3)


def test_resume_is_for_each_set_of_sources(home, x11, many):
    """In whatever way and order they are written."""
    other = pictures.fill(home / "other", 10)
    for sources, key in (((many,), "5"), ((other,), "6"), ((other, many), "7")):
        leave(home, x11, [key, "G"], *sources)
    for sources, index in ((("./many/",), 4), ((uri(other),), 5), (("many", "other/../other"), 90 + 16)):
        with resumed(home, x11, *sources) as frieze:
            frieze.until(index=index)
    assert len(state(home)["places"]) == 3


def test_resume_goes_where_the_picture_is_now(home, x11, many):
    leave(home, x11, "50G", many)
    for number in range(20):
        (many / f"p{number}.png").unlink()
    with resumed(home, x11, many) as frieze:
        frieze.until(index=29, uri=str(many / "p49.png"))


def test_resume_where_the_picture_is_gone(home, x11, many):
    """A notice tells, the wall stands at its top, and nothing ends."""
    leave(home, x11, "50G", many)
    (many / "p49.png").unlink()
    with resumed(home, x11, many) as frieze:
        frieze.idle()
        assert frieze.status()["index"] == 0 and frieze.status()["items"] == COUNT - 1
        assert frieze.errors() == []


@pytest.mark.parametrize("moves", [False, True])
def test_own_movement_wins(home, x11, moves):
    """While what is gone to is not listed yet: it lies in a folder that is waited for."""
    first, late = pictures.fill(home / "first", 10), home / "late"
    late.mkdir()
    pictures.write(late / "x.png", 50)
    with resumed(home, x11, "--wait", first, late) as frieze:
        frieze.until(items=11)
        frieze.idle().key("G").idle()
    late.rename(home / "away")
    with resumed(home, x11, "--wait", first, late) as frieze:
        frieze.until(items=10, index=0)
        if moves:
            frieze.key("Right").until(index=1)
        (home / "away").rename(late)
        frieze.until(items=11, scanning=False)
        assert frieze.idle().status()["index"] == (1 if moves else 10)


def test_a_named_file_opens_itself(home, x11, many):
    """Also where the config file says resume; what was closed then is no place of the folder."""
    (home / "config" / "frieze").mkdir(parents=True)
    (home / "config" / "frieze" / "frieze.conf").write_text("resume = yes\n")
    with window(home, x11, many) as frieze:
        frieze.key("5", "0", "G").idle()
    with window(home, x11, many / "p7.png") as frieze:
        frieze.until(mode="picture", index=7)
        frieze.key("n").idle()
    with window(home, x11, many / "p7.png") as frieze:
        frieze.until(mode="picture", index=7)
    with window(home, x11, many) as frieze:
        frieze.until(index=49)


def test_nothing_is_remembered_where_the_config_says_no(home, x11, many):
    (home / "config" / "frieze").mkdir(parents=True)
    (home / "config" / "frieze" / "frieze.conf").write_text("resume = no\n")
    with window(home, x11, many) as frieze:
        frieze.key("5", "G").idle()
    assert not (home / "state" / "frieze").exists()


def test_headless_runs_are_remembered_only_with_resume(home, many):
    assert home.frieze("--headless", "--quit-when", "screenful", many).status == 0
    with home.start("--size", "400x300", many) as frieze:
        frieze.idle().key("G").idle()
    assert not (home / "state" / "frieze").exists()
    with home.start("--size", "400x300", "--resume", many) as frieze:
        frieze.idle().key("G").idle()
    with home.start("--size", "400x300", "--resume", many) as frieze:
        frieze.until(index=COUNT - 1)


def test_resume_is_written_while_it_runs(home, x11, many):
    """A power cut costs seconds: here, a signal that nobody can catch."""
    frieze = resumed(home, x11, many).ready()
    frieze.key("9", "G")
    wait_until(lambda: (home / "state" / "frieze" / "resume.json").exists() and
               state(home)["places"][0]["picture"].endswith("p8.png"), "the place in the file")
    frieze.end(signal.SIGKILL)
    with resumed(home, x11, many) as again:
        again.until(index=8)


BAD_FILES = {
    "damaged": lambda path: path.write_text('{"places": ['),
    "something else": lambda path: path.write_text('[1, 2, 3]'),
    "binary": lambda path: path.write_bytes(bytes(range(256)) * 10),
    "huge": lambda path: path.write_text('{"places": [' + " " * (5 << 20) + "]}"),
    "a folder": lambda path: path.mkdir(),
    "a pipe": lambda path: os.mkfifo(path),
    "deep": lambda path: path.write_text('[' * 100000),
}


@pytest.mark.parametrize("bad", BAD_FILES)
def test_bad_state_file(home, many, bad):
    """One line names it; the rest works."""
    path = home / "state" / "frieze" / "resume.json"
    path.parent.mkdir(parents=True)
    BAD_FILES[bad](path)
    with home.start("--size", "400x300", "--motion", "off", "--resume", many) as frieze:
        frieze.idle().key("G").idle()
        assert len(frieze.errors()) == 1 and str(path) in frieze.errors()[0], frieze.errors()
    if path.is_file():
        with home.start("--size", "400x300", "--resume", many) as frieze:
            frieze.until(index=COUNT - 1)
            assert frieze.errors() == []


def test_state_that_cannot_be_written(ordinary_home):
    """One line at the end, and the status of the run."""
    folder = pictures.fill(ordinary_home / "some", 3)
    (ordinary_home / "state").chmod(0o500)
    ordinary_home.hand_over(folder)
    try:
        with ordinary_home.start("--size", "400x300", "--resume", folder) as frieze:
            frieze.idle().key("G").idle()
        assert len(frieze.errors()) == 1 and "resume" in frieze.errors()[0]
    finally:
        (ordinary_home / "state").chmod(0o700)


def test_resumed_slideshow_starts_there(home, x11, many):
    leave(home, x11, "50G", many)
    with resumed(home, x11, "--slideshow", "--delay", "60", many) as frieze:
        frieze.until(mode="slideshow", index=49)
