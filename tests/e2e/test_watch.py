"""Folders that change while they are shown. What changes is seen within two seconds."""
# ctest: LABELS sanitized

import os
import shutil
import time

import numpy as np
import pytest

import pictures
from frieze import wait_until

SOON_S = 2


@pytest.fixture
def folder(home):
    return pictures.fill(home / "pictures", 4)


@pytest.fixture
def frieze(home, folder):
    with home.start("--size", "600x400", "--tile", "100x75", folder) as running:
        yield running.idle()


def numbers(frieze):
    return [number for row in pictures.wall(frieze.screenshot()) for number in row]


def shows(frieze, *expected):
    """Waits until the wall shows these pictures, in this order."""
    frieze.until(items=len(expected), pending=0)
    wait_until(lambda: numbers(frieze) == list(expected), lambda: f"{expected}, shown: {numbers(frieze)}", pause_s=0.05)


def test_added_within_two_seconds(frieze, folder):
    """In its place in the order, without a scan of anything else."""
    began = time.monotonic()
    pictures.write(folder / "p2a.png", 9)
    frieze.until(items=5, pending=0)
    took = time.monotonic() - began
    shows(frieze, 0, 1, 2, 9, 3)
    assert took < SOON_S or os.getloadavg()[0] > 2 * os.cpu_count()


def test_added_without_a_suffix(frieze, folder):
    """What is known by its bytes only is looked into when it comes, also where nothing else happens."""
    pictures.write(frieze.home / "whole.png", 9).rename(folder / "p2a")
    (folder / "words").write_text("no picture\n")
    shows(frieze, 0, 1, 2, 9, 3)
    frieze.until(scanning=False)


def test_gone_before_it_is_looked_into(home, isolation, folder):
    """Nobody can say of it that it is no picture."""
    whole = pictures.write(home / "whole.png", 9)
    with home.start("--isolation", isolation, "--cache-size", "0", folder) as frieze:
        frieze.idle("loaded")
        for turn in range(5):
            frieze.ask("loading", "pause")
            os.link(whole, folder / "p2a")
            frieze.until(scanning=True)
            (folder / "p2a").rename(home / f"gone{turn}")
            frieze.ask("loading", "resume")  # and it looks, before news of that comes
            frieze.until(scanning=False, items=4)
        assert frieze.errors() == []


def test_added_in_pieces(frieze, folder):
    """A file that is still being written fails nothing and is shown when it is whole."""
    whole = pictures.write(frieze.home / "whole.png", 8).read_bytes()
    with open(folder / "p9.png", "wb", buffering=0) as file:
        for start in range(0, len(whole), len(whole) // 4 + 1):
            file.write(whole[start:start + len(whole) // 4 + 1])
            time.sleep(0.1)
    shows(frieze, 0, 1, 2, 3, 8)
    assert frieze.status()["failed"] == 0 and frieze.errors() == []


def test_moved_in_as_downloads_are(frieze, folder):
    part = folder / ".p9.png.part"
    pictures.draw(8).save(part, "png")
    time.sleep(0.2)
    assert frieze.status()["items"] == 4
    part.rename(folder / "p9.png")
    shows(frieze, 0, 1, 2, 3, 8)


def test_rewritten(frieze, folder):
    """In place and by renaming over it: new pixels, the same item; the selection stays."""
    frieze.key("Right", "Right")
    pictures.write(folder / "p1.png", 21)
    shows(frieze, 0, 21, 2, 3)
    pictures.write(folder.parent / "new", 22, format="png").rename(folder / "p2.png")
    shows(frieze, 0, 21, 22, 3)
    assert frieze.status()["index"] == 2 and frieze.errors() == []


@pytest.mark.parametrize("way", ["in place", "renamed"])
def test_rewritten_with_the_time_and_the_size_that_it_had(home, folder, way):
    """As programs do that turn a picture or correct its date, and are told to keep the file's time."""
    for path in folder.iterdir():
        path.unlink()
    for number in range(3):
        pictures.write(folder / f"p{number}.bmp", number)
        os.utime(folder / f"p{number}.bmp", (1.5e9, 1.5e9))
    with home.start("--size", "600x400", "--tile", "100x75", folder) as running:
        running.idle("loaded")
    with home.start("--size", "600x400", "--tile", "100x75", folder) as running:
        running.idle("loaded")
        assert numbers(running) == [0, 1, 2] and running.stats()["cache"]["disk_hits"] == 3
        if way == "in place":
            with open(folder / "p1.bmp", "r+b") as file:
                file.write(pictures.encoded(9, (320, 240), ".bmp"))
                file.flush()
                os.utime(file.fileno(), (1.5e9, 1.5e9))
        else:
            other = pictures.write(home / "other.bmp", 9)
            os.utime(other, (1.5e9, 1.5e9))
            other.rename(folder / "p1.bmp")
        shows(running, 0, 9, 2)
    with home.start("--size", "600x400", "--tile", "100x75", folder) as running:
        assert numbers(running.idle("loaded")) == [0, 9, 2] and running.stats()["cache"]["disk_hits"] >= 2


@pytest.mark.parametrize("way", ["in place", "swapped"])
def test_no_tile_of_what_stood_there_before_comes_back(home, way):
    """Of another size, or in the next session; the cache knew both files by the size and the time that they still have."""
    folder, sizes = home / "own", ("100x75", "120x90")
    folder.mkdir()
    for number in range(3):
        pictures.write(folder / f"p{number}.bmp", number)
        os.utime(folder / f"p{number}.bmp", (1.5e9, 1.5e9))
    for size in sizes:
        with home.start("--size", "600x400", "--tile", size, folder) as running:
            assert numbers(running.idle("loaded")) == [0, 1, 2]
    expected = [0, 9, 2] if way == "in place" else [2, 1, 0]
    with home.start("--size", "600x400", "--tile", sizes[1], folder) as running:
        running.idle("loaded")
        if way == "in place":
            with open(folder / "p1.bmp", "r+b") as file:
                file.write(pictures.encoded(9, (320, 240), ".bmp"))
                file.flush()
                os.utime(file.fileno(), (1.5e9, 1.5e9))
        else:
            for old, new in (("p0", "aside"), ("p2", "p0"), ("aside", "p2")):
                (folder / f"{old}.bmp").rename(folder / f"{new}.bmp")
        shows(running, *expected)
        running.ask("set", "tile", sizes[0])
        assert numbers(running.idle("loaded")) == expected
    for size in sizes:
        with home.start("--size", "600x400", "--tile", size, folder) as running:
            assert numbers(running.idle("loaded")) == expected


def test_touched(home, folder):
    """Of what has another time, and nothing else, the order by that time is another one."""
    for number in range(4):
        os.utime(folder / f"p{number}.png", (1.5e9 + number, 1.5e9 + number))
    with home.start("--size", "600x400", "--tile", "100x75", "--sort", "modified", folder) as running:
        running.idle("loaded")
        before = numbers(running)
        assert sorted(before) == [0, 1, 2, 3]
        os.utime(folder / "p1.png", (1.5e9 + 9, 1.5e9 + 9))
        shows(running, *([1, *(n for n in before if n != 1)] if before[0] == 3 else [*(n for n in before if n != 1), 1]))


def test_rewritten_while_it_is_open(frieze, folder):
    """The picture view shows the new pixels too."""
    frieze.key("Right", "Return").idle()
    assert pictures.only(frieze.screenshot())[0] == 1
    pictures.write(folder / "p1.png", 21, (300, 300))
    wait_until(lambda: pictures.only(frieze.screenshot())[0] == 21, "the new picture", pause_s=0.05)
    assert pictures.only(frieze.screenshot())[2][2:] == (300, 300)


def test_emptied_while_it_is_open(frieze, folder):
    """As programs do that write a file anew in its place: the view stays with it."""
    path = folder / "p1.png"
    frieze.key("Right", "Return").until(mode="picture", title="p1.png")
    frieze.idle()
    path.write_bytes(b"")
    frieze.until(failed=1, items=4, title="p1.png")
    pictures.write(path, 9)
    frieze.until(failed=0, pending=0, title="p1.png")
    wait_until(lambda: pictures.only(frieze.screenshot())[0] == 9, "the new picture", pause_s=0.05)


def test_damaged_and_mended(frieze, folder):
    good = (folder / "p1.png").read_bytes()
    (folder / "p1.png").write_bytes(good[:40])
    frieze.until(failed=1, items=4)
    (folder / "p1.png").write_bytes(good)
    frieze.until(failed=0, items=4)
    shows(frieze, 0, 1, 2, 3)


def test_what_is_no_picture_any_more_says_so_on_its_tile(frieze, folder):
    """The one that it was is still to be seen, with a sign; without it once it is a picture again."""
    whole = (folder / "p1.png").read_bytes()
    before = np.asarray(frieze.screenshot()).astype(int)
    (folder / "p1.png").write_text("no picture\n")
    frieze.until(failed=1)
    frieze.idle()
    rows, columns = np.nonzero(np.abs(np.asarray(frieze.screenshot()) - before).max(axis=2) > 100)
    assert 0 < len(rows) and np.ptp(rows) < 30 and np.ptp(columns) < 30, "a sign and nothing else"
    (folder / "p1.png").write_bytes(whole)
    frieze.until(failed=0)
    frieze.idle()
    assert np.abs(np.asarray(frieze.screenshot()) - before).max() < 10


def test_what_is_being_copied_is_said_to_be_damaged_once(frieze, folder):
    whole = pictures.encoded(9, (2000, 1500), ".jpg")
    path = folder / "copied.jpg"
    for part in (4, 5, 6, 7):
        decoded = frieze.stats()["decode"]["count"]
        path.write_bytes(whole[:len(whole) * part // 8])
        wait_until(lambda: frieze.stats()["decode"]["count"] > decoded, "it is read")
        frieze.until(items=5, pending=0)
    assert len([line for line in frieze.errors() if "copied.jpg" in line]) == 1, frieze.errors()
    path.write_bytes(whole)
    shows(frieze, 9, 0, 1, 2, 3)


def test_damaged_out_of_view(home):
    """It is read once more in case that it is still being written; then it says so, whether anybody looks at it or not."""
    folder = pictures.fill(home / "pictures", 120)
    with home.start("--size", "600x400", "--tile", "100x75", folder) as frieze:
        frieze.idle("loaded")
        (folder / "p119.png").write_bytes((folder / "p119.png").read_bytes()[:40])
        frieze.until(failed=1, items=120, pending=0)


def test_changed_again_while_a_picture_is_opened(home):
    """What changes all the time is read again later, and that is not forgotten for what is due before."""
    folder = pictures.fill(home / "pictures", 120)
    with home.start("--motion", "off", "--size", "600x400", "--tile", "100x75", folder) as frieze:
        frieze.idle("loaded")
        for number in range(4):
            for moment in range(2):
                pictures.write(home / "new.png", number).rename(folder / "p119.png")
                time.sleep(0.06)
            frieze.key("Right", "Return").key("Esc")
            frieze.idle("loaded")


def test_changed_where_no_search_finds_it(frieze, folder):
    """The picture that is shown is loaded whatever the list leaves out."""
    frieze.key("Return").idle().ask("search", "qqq")
    pictures.write(frieze.home / "new.png", 7).rename(folder / "p0.png")
    wait_until(lambda: pictures.only(frieze.screenshot())[0] == 7, "the new picture", pause_s=0.05)


def test_removed(frieze, folder):
    """The selection goes to its neighbour; the picture view goes on with the next, the last one leads to the wall."""
    frieze.key("Right")
    (folder / "p1.png").unlink()
    shows(frieze, 0, 2, 3)
    assert frieze.status()["index"] == 1
    frieze.key("Return").idle()
    (folder / "p2.png").unlink()
    frieze.until(items=2, mode="picture", title="p3.png")
    (folder / "p3.png").unlink()
    frieze.until(items=1, title="p0.png")
    (folder / "p0.png").unlink()
    frieze.until(items=0, mode="wall")
    assert frieze.is_running()
    pictures.write(folder / "p5.png", 5)
    shows(frieze, 5)


@pytest.mark.parametrize("again", [False, True], ids=["emptied", "removed"])
def test_emptied_and_refilled(home, folder, again):
    """The selection is in view, wherever it is then."""
    pictures.fill(folder, 30)
    aside = home / "aside"
    with home.start("--size", "600x400", "--tile", "100x75", folder) as frieze:
        frieze.until(items=30)
        frieze.key("G").idle()
        aside.mkdir()
        for path in folder.iterdir():
            path.rename(aside / path.name)
        frieze.until(items=0)
        if again:
            folder.rmdir()
            folder.mkdir()
            time.sleep(0.2)
        for path in aside.iterdir():
            path.rename(folder / path.name)
        frieze.until(items=30, pending=0)
        status = frieze.idle().status()
        assert status["visible"][0] <= status["index"] <= status["visible"][1], status


def test_renamed(frieze, folder):
    """To another place in the order; to a name that is no picture's, and back."""
    (folder / "p0.png").rename(folder / "p7.png")
    shows(frieze, 1, 2, 3, 0)
    (folder / "p2.png").rename(folder / "p2.txt")
    shows(frieze, 1, 3, 0)
    (folder / "p2.txt").rename(folder / "p2.png")
    shows(frieze, 1, 2, 3, 0)


@pytest.mark.parametrize("opened", [False, True], ids=["wall", "picture"])
def test_renamed_over_another(home, opened):
    """It is to be found there, and what was selected and marked still is."""
    folder = pictures.fill(home / "own", 8)
    with home.start("--size", "800x600", "--marks", home / "marks", folder) as frieze:
        frieze.idle().key("3", "g", "g", "m").idle()
        if opened:
            frieze.key("Return").idle()
        (folder / "p2.png").rename(folder / "p6.png")
        frieze.until(items=7, title="p6.png", marked=1, mode="picture" if opened else "wall")
        marks = home / "marks"
        wait_until(lambda: marks.exists() and marks.read_text() == f"{folder}/p6.png\n", "the mark of its new name")
        frieze.idle()
        if opened:
            assert pictures.only(frieze.screenshot())[0] == 2


def test_renamed_out_of_a_search(home):
    """The next that is found takes the place, wherever the other went; where none is found any more, it is still the same."""
    folder = pictures.fill(home / "own", 60)
    with home.start("--size", "800x600", folder) as frieze:
        frieze.idle().ask("search", "p1")
        frieze.until(title="p1.png")
        frieze.key("4", "g", "g").until(title="p12.png")
        (folder / "p12.png").rename(folder / "z.png")
        frieze.until(title="p13.png", search={"text": "p1", "matches": 10})
        frieze.ask("search", "p13")
        frieze.until(search={"text": "p13", "matches": 1})
        (folder / "p13.png").rename(folder / "y.png")
        frieze.until(search={"text": "p13", "matches": 0})
        frieze.ask("search", "")
        frieze.until(title="y.png")


def test_removed_while_they_are_read(home):
    """Nothing is said of what goes: it is no fault. Of a link that leads nowhere one line is."""
    folder = home / "many"
    folder.mkdir()
    first = pictures.write(folder / "p0.png", 0)
    for n in range(1, 3000):
        os.link(first, folder / f"p{n}.png")
    (folder / "x.png").symlink_to(folder / "nothing")
    with home.start("--cache-size", "0", folder) as frieze:
        frieze.ready()
        for n in range(3000 - 1, 0, -1):
            (folder / f"p{n}.png").unlink()
        frieze.until(items=2, pending=0, failed=1)
        wait_until(lambda: frieze.errors_text, "a line")
    assert len(frieze.errors()) == 1 and "x.png: " in frieze.errors()[0] and "No such file" in frieze.errors()[0]


def test_folder_added_and_removed(frieze, folder):
    """With pictures in it, which come all at once or one after the other; below as well; and gone again."""
    pictures.fill(frieze.home / "new", 2).rename(folder / "q")
    shows(frieze, 0, 1, 2, 3, 0, 1)
    (folder / "q" / "deep" / "deeper").mkdir(parents=True)
    pictures.write(folder / "q" / "deep" / "deeper" / "p8.png", 8)
    frieze.until(items=7, pending=0)
    assert sorted(numbers(frieze)) == [0, 0, 1, 1, 2, 3, 8]
    shutil.rmtree(folder / "q")
    shows(frieze, 0, 1, 2, 3)


def test_folder_renamed_and_moved_away(frieze, folder):
    pictures.fill(folder / "a", 1)
    frieze.until(items=5, pending=0)
    (folder / "a").rename(folder / "b")
    frieze.until(items=5, pending=0)
    pictures.write(folder / "b" / "p9.png", 9)
    frieze.until(items=6, pending=0)
    frieze.key("End")
    assert "/b/" in frieze.status()["uri"]
    (folder / "b").rename(frieze.home / "elsewhere")
    shows(frieze, 0, 1, 2, 3)
    pictures.write(frieze.home / "elsewhere" / "p10.png", 10)
    time.sleep(0.3)
    assert frieze.status()["items"] == 4


def test_many_changes_at_once(frieze, folder):
    """However much happens in between, the end counts."""
    for number in range(100):
        pictures.write(folder / f"n{number}.png", number, (32, 24))
    for number in range(0, 100, 2):
        (folder / f"n{number}.png").unlink()
    for number in range(1, 100, 10):
        (folder / f"n{number}.png").rename(folder / f"m{number}.png")
    frieze.until(items=54, pending=0, failed=0, scanning=False)
    # One that was gone before it could be read may be told of.
    assert all(any(f"/n{number}.png: " in line for number in (*range(0, 100, 2), *range(1, 100, 10)))
               for line in frieze.errors())


def test_the_view_stays_where_it_is(home):
    """What comes in before the part that is looked at moves nothing in it."""
    folder = pictures.fill(home / "pictures", 100)
    with home.start("--size", "600x400", "--tile", "100x75", folder) as frieze:
        frieze.idle().key("End").idle()
        before = frieze.status()["uri"]
        for number in range(10):
            pictures.write(folder / f"a{number}.png", number)
        frieze.until(items=110, pending=0)
        status = frieze.idle().status()
        assert status["uri"] == before and status["visible"][0] <= status["index"] <= status["visible"][1]


@pytest.mark.parametrize("layout", ["grid", "justified", "masonry"])
@pytest.mark.parametrize("number", [2, 70])
def test_what_is_selected_stays_in_view(home, layout, number):
    """However much comes in between it and the first one in view; at the start of the wall, too."""
    folder = pictures.fill(home / "pictures", 100, (32, 24))
    with home.start("--size", "600x400", "--tile", "100x75", "--layout", layout, folder) as frieze:
        frieze.idle("loaded").ask_all(*[("forward",)] * number)
        for count in range(1, 31):
            first, index = frieze.idle().status()["visible"][0], frieze.status()["index"]
            os.link(folder / "p0.png", folder / f"p{(first + index) // 2 - count // 2}x{count}.png")
            frieze.until(items=100 + count)
        status = frieze.idle("loaded").status()
        assert status["visible"][0] <= status["index"] <= status["visible"][1]


def test_the_view_stays_in_an_order_by_time(home):
    """As in one by name, where newer ones come before what is looked at."""
    folder = pictures.fill(home / "pictures", 120, (32, 24))
    for number in range(120):
        os.utime(folder / f"p{number}.png", (1e9 - number, 1e9 - number))
    with home.start("--size", "600x400", "--tile", "100x75", "--sort", "modified", "--reverse", folder) as frieze:
        frieze.idle("loaded").key("6", "0", "G", "Up", "Up").idle()
        before = frieze.status()
        for number in range(40):  # eight rows
            os.link(folder / "p0.png", folder / f"new{number}.png")
        frieze.until(items=160, index=before["index"] + 40)
        after = frieze.idle("loaded").status()
        assert after["title"] == before["title"]
        assert after["visible"][0] == before["visible"][0] + 40


def remove(folder, numbers):
    for number in numbers:
        (folder / f"p{number}.png").unlink()


@pytest.mark.parametrize("view", ["wall", "picture"])
def test_removed_with_those_before_it(home, view):
    """The next one takes its place, however many went before it; or the last, where none is left behind it."""
    folder = pictures.fill(home / "pictures", 100, (32, 24))
    with home.start("--size", "600x400", "--tile", "100x75", folder) as frieze:
        frieze.idle().ask_all(*[("forward",)] * 6, *([("open",)] if view == "picture" else []))
        frieze.until(mode=view, title="p60.png")
        remove(folder, range(30, 61))
        frieze.until(items=69, mode=view, title="p61.png", index=30)
        remove(folder, (*range(10), *range(61, 100)))
        frieze.until(items=20, mode=view, title="p29.png", index=19)


def test_the_view_stays_where_its_first_row_goes(home):
    """What stood behind the first one in view comes to where that was, and what is selected stays in view."""
    folder = pictures.fill(home / "pictures", 120, (32, 24))
    with home.start("--size", "600x400", "--tile", "100x75", folder) as frieze:
        frieze.idle().ask_all(*[("forward",)] * 8)
        first, last = frieze.idle().status()["visible"]
        assert first > 40 and first < last < 119
        remove(folder, range(first - 39, first + 1))
        frieze.until(items=80, title="p80.png")
        after = frieze.idle().status()
        first_now, last_now = after["visible"]
        assert first_now <= first - 39 < first_now + (last - first) // 2
        assert first_now <= after["index"] <= last_now


@pytest.mark.parametrize("layout", ["grid", "justified", "masonry"])
def test_a_zoom_keeps_what_is_selected_in_view(home, layout):
    """Also where the list changes while a step waits for its turn, so that the wall does not flash."""
    folder = pictures.fill(home / "pictures", 120, (32, 24))
    with home.start("--size", "600x400", "--tile", "100x75", "--layout", layout, folder) as frieze:
        frieze.idle("loaded").key("7", "0", "G").idle("loaded")
        for number in range(6):
            frieze.ask("zoom_in")
            os.link(folder / "p0.png", folder / f"z{number}.png")
            time.sleep(0.06)
        frieze.until(items=126)
        status = frieze.idle("loaded").status()
        assert status["title"] == "p69.png" and status["visible"][0] <= status["index"] <= status["visible"][1]


def test_letters_stay_with_their_pictures(home):
    folder = pictures.fill(home / "pictures", 50, (32, 24))
    with home.start("--size", "600x400", "--tile", "100x75", folder) as frieze:
        frieze.idle("loaded").key("'")
        for name in ("a0.png", "a1.png"):
            os.link(folder / "p0.png", folder / name)
        frieze.until(items=52)
        frieze.key("d").until(title="p2.png", index=4)


def test_no_watch(home, folder):
    with home.start("--no-watch", "--size", "600x400", folder) as frieze:
        frieze.idle()
        pictures.write(folder / "p9.png", 9)
        time.sleep(0.5)
        assert frieze.status()["items"] == 4


def test_watch_keeps_an_empty_folder(home):
    """Nothing there yet: it waits, and shows what comes."""
    (home / "empty").mkdir()
    with home.start("--watch", "--size", "600x400", "--tile", "100x75", home / "empty") as frieze:
        assert frieze.idle().status()["items"] == 0
        assert frieze.status()["index"] is None and frieze.status()["visible"] is None
        pictures.write(home / "empty" / "p3.png", 3)
        shows(frieze, 3)


def test_empty_wall_obeys_all_keys(home):
    (home / "empty").mkdir()
    with home.start("--watch", "--size", "600x400", home / "empty") as frieze:
        for key in ("Right", "Down", "End", "Home", "PgDn", "Return", "s", "Space", "+", "-", "0", ">", "r", "y", "V",
                    "n", "]", "G"):
            frieze.ask("key", key)
        assert frieze.idle().status()["mode"] == "wall"


def test_wait_for_a_path(home):
    """--wait: a folder, a file, and one below a folder that does not exist yet."""
    with home.start("--wait", "--size", "600x400", "--tile", "100x75", home / "later", home / "one.png",
                    home / "no" / "folder" / "yet") as frieze:
        time.sleep(0.3)
        assert frieze.status()["items"] == 0 and frieze.is_running()
        pictures.fill(home / "made", 2).rename(home / "later")
        frieze.until(items=2, pending=0)
        pictures.write(home / "one.tmp", 7, format="png").rename(home / "one.png")
        frieze.until(items=3, pending=0)
        pictures.fill(home / "made" / "folder" / "yet", 1)
        (home / "made").rename(home / "no")
        shows(frieze, 0, 1, 7, 0)
        pictures.write(home / "later" / "p2.png", 2)
        shows(frieze, 0, 1, 2, 7, 0)
        assert frieze.errors() == []


def test_paused_loading_takes_notice_of_what_comes(home):
    """It is listed and not read, until loading goes on."""
    (home / "pictures").mkdir()
    with home.start("--watch", "--size", "600x400", "--tile", "100x75", home / "pictures") as frieze:
        frieze.ask("loading", "pause")
        pictures.fill(home / "pictures", 3)
        frieze.until(items=3, pending=3)
        assert frieze.stats()["decode"]["count"] == frieze.stats()["opens"] == 0
        frieze.ask("loading", "resume")
        shows(frieze, 0, 1, 2)


def test_watched_folder_is_replaced(frieze, folder):
    """The whole folder goes and comes again."""
    folder.rename(frieze.home / "old")
    pictures.fill(frieze.home / "new", 2).rename(folder)
    frieze.until(items=2, pending=0)
    assert frieze.is_running()
