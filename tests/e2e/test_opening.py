"""What is opened: one file in all the ways in which it can be named, and where frieze was closed (--resume)."""
# ctest: LABELS display

import os
import urllib.parse

import pytest

import pictures


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
    with window(home, x11, name) as frieze:
        frieze.until(mode="picture", items=count)
        frieze.idle()
        assert pictures.only(frieze.screenshot())[0] == 3
        x11.press(frieze, "Home")
        frieze.until(mode="picture", index=0)
        frieze.idle()
        assert pictures.only(frieze.screenshot())[0] == 0
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
