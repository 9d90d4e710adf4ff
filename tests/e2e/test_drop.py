"""Files and folders dropped on the window, by a program that speaks XDND as file managers do."""
# ctest: LABELS display

import os
import urllib.parse

import pytest

import pictures
import xlib
from frieze import wait_until

COUNT = 6


def uris(*paths):
    """text/uri-list (RFC 2483)."""
    return b"".join(b"file://" + urllib.parse.quote(os.fsencode(path)).encode() + b"\r\n" for path in paths)


@pytest.fixture
def dropped(home):
    folder = pictures.fill(home / "to drop", 3)
    (folder / "below").mkdir()
    for number, path in ((20, folder / "below" / "x.png"), (21, home / "one ä#%20.png")):
        pictures.write(path, number)
    return folder


@pytest.fixture
def frieze(home, x11):
    pictures.fill(home / "pictures", COUNT)
    with home.start("--size", "800x600", "--tile", "100x75", home / "pictures", display=x11) as running:
        yield running.idle()


def drop(frieze, data, **options):
    return xlib.drop(frieze.display, frieze.display.window(frieze), data, **options)


def numbers(frieze):
    return [number for row in pictures.wall(frieze.screenshot()) for number in row]


def test_a_file_joins_at_the_end_and_is_selected(frieze, home, dropped):
    assert drop(frieze, uris(home / "one ä#%20.png"))
    frieze.until(items=COUNT + 1, index=COUNT, mode="wall", uri=str(home / "one ä#%20.png"), scanning=False)
    assert numbers(frieze) == [*range(COUNT), 21]
    assert frieze.errors() == []


def test_folders_and_files_in_the_order_of_the_drop(frieze, home, dropped):
    """The folder is read in its place; the first of all is selected. The second drop comes behind the first."""
    assert drop(frieze, uris(dropped, home / "one ä#%20.png"))
    frieze.until(items=COUNT + 5, index=COUNT, scanning=False)
    assert numbers(frieze) == [*range(COUNT), 0, 1, 2, 20, 21]
    pictures.write(home / "late.png", 30)
    assert drop(frieze, uris(home / "late.png", home / "one ä#%20.png"))
    frieze.until(items=COUNT + 6, index=COUNT + 5)
    assert numbers(frieze) == [*range(COUNT), 0, 1, 2, 20, 21, 30], "what is there already does not come twice"


def test_dropped_again_is_selected(frieze, home, dropped):
    assert drop(frieze, uris(home / "one ä#%20.png", dropped / "p0.png"))
    frieze.until(items=COUNT + 2, index=COUNT)
    frieze.key("Home")
    assert drop(frieze, uris(dropped / "p0.png"))
    frieze.until(items=COUNT + 2, index=COUNT + 1, scanning=False)


def test_what_is_dropped_while_a_search_stands(frieze, home, dropped):
    """It is selected if it is found, in its place among what is; or else nothing is."""
    pictures.write(home / "p3 too.png", 22)
    frieze.key("/", "p", "3", "Return").until(index=3, title="p3.png")
    assert drop(frieze, uris(home / "p3 too.png"))
    frieze.until(items=COUNT + 1, index=COUNT, title="p3 too.png", scanning=False)
    frieze.key("Home")
    assert drop(frieze, uris(home / "one ä#%20.png"))
    frieze.until(items=COUNT + 2, index=3, title="p3.png", scanning=False)


def test_a_dropped_folder_is_followed(frieze, dropped):
    """What comes in it later joins too, and moves nobody's selection."""
    assert drop(frieze, uris(dropped))
    frieze.until(items=COUNT + 4, index=COUNT, scanning=False)
    frieze.key("Home")
    pictures.write(dropped / "later.png", 40)
    frieze.until(items=COUNT + 5, index=0)
    assert sorted(numbers(frieze)) == sorted([*range(COUNT), 0, 1, 2, 20, 40])
    (dropped / "p1.png").unlink()
    frieze.until(items=COUNT + 4, index=0)


def test_into_the_picture_view(frieze, home, x11, dropped):
    """It shows what was dropped."""
    frieze.key("Return").idle()
    assert drop(frieze, uris(home / "one ä#%20.png"))
    frieze.until(mode="picture", index=COUNT)
    frieze.idle()
    assert pictures.only(frieze.screenshot())[0] == 21


def test_on_an_empty_wall(home, x11, dropped):
    (home / "empty").mkdir()
    with home.start("--watch", "--size", "400x300", "--tile", "100x75", home / "empty", display=x11) as frieze:
        frieze.idle()
        assert drop(frieze, uris(dropped))
        frieze.until(items=4, index=0, scanning=False)
        assert numbers(frieze) == [0, 1, 2, 20]


def test_while_the_first_folder_is_being_read(home, x11, dropped):
    """Items of both come at once; what was dropped stays behind."""
    for number in range(300):
        (home / "many" / f"folder{number}").mkdir(parents=True)
        pictures.write(home / "many" / f"folder{number}" / "a.png", number % 100, (8, 6))
    with home.start("--size", "400x300", home / "many", display=x11) as frieze:
        assert drop(frieze, uris(home / "one ä#%20.png"))
        frieze.until(items=301, index=300, scanning=False)


def test_a_thousand_files(frieze, home):
    """In one drop."""
    folder = home / "thousand"
    folder.mkdir()
    paths = [pictures.write(folder / f"{number:04}.png", number % 100, (8, 6)) for number in range(1000)]
    assert drop(frieze, uris(*reversed(paths)))
    frieze.until(items=COUNT + 1000, index=COUNT, scanning=False)
    frieze.idle("loaded")
    assert frieze.status()["failed"] == 0
    frieze.key("End")
    frieze.until(uri=str(paths[0]))


@pytest.mark.parametrize("data, options", [
    (b"http://example.invalid/a.jpg\r\n", {}),
    (b"https://example.invalid/a\r\nftp://example.invalid/b\r\n", {}),
    (b"only words", {"kind": b"text/plain"}),
    (b"file://elsewhere.invalid/a.png\r\n", {}),
])
def test_what_is_no_file_is_refused(frieze, x11, data, options):
    """A notice says so; nothing joins, nothing ends."""
    before = frieze.screenshot()
    drop(frieze, data, **options)
    wait_until(lambda: frieze.screenshot().crop((200, 500, 600, 600)) != before.crop((200, 500, 600, 600)), "a notice")
    assert frieze.status()["items"] == COUNT


def test_what_gives_no_picture(frieze, home, x11):
    """A folder without pictures changes nothing; a path that is not there is a tile that says so."""
    (home / "empty").mkdir()
    before = frieze.screenshot()
    assert drop(frieze, uris(home / "empty"))
    wait_until(lambda: frieze.screenshot() != before, "a notice")
    frieze.until(items=COUNT, index=0, scanning=False)
    assert drop(frieze, uris(home / "gone.png"))
    frieze.until(items=COUNT + 1, failed=1, index=COUNT)


def test_ended_while_a_drop_is_read(home, x11, dropped):
    for pause in range(3):
        with home.start("--size", "400x300", dropped, display=x11) as frieze:
            drop(frieze, uris(*[dropped] * 50))
            if pause:
                frieze.status()
        assert frieze.errors() == []
