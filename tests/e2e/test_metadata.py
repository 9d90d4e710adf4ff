"""What files tell of themselves, and what is done with it: the order by date taken, ratings, stacks of RAW and JPEG."""
# ctest: LABELS sanitized

import contextlib
import os
import re
import sqlite3
import time

import numpy as np
import pictures
import pytest
from frieze import Refused, wait_until
from PIL import Image

DATE_CHANGED = 0x0132
RATING = 0x4746
DATE_TAKEN = 0x9003
DATE_DIGITIZED = 0x9004
PART_TAKEN = 0x9291


def picture(path, number, taken=None, modified=None, digitized=None, original=None):
    exif = Image.Exif()
    if digitized:
        exif[0x8769] = {DATE_DIGITIZED: digitized}
    if original:
        exif[0x8769] = {DATE_TAKEN: original}
    if taken:
        exif[DATE_CHANGED] = taken
    pictures.write(path, number, exif=exif)
    if modified:
        os.utime(path, (modified, modified))


def tell(sidecar, name, date):
    sidecar.write_text('<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
                       '<r:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
                       f'r:about="" {name}="{date}"/></r:RDF></x:xmpmeta>')


def order(frieze):
    """The names of all that is shown, in order."""
    frieze.idle().key("Home")
    names = [frieze.status()["title"]]
    while frieze.key("n").status()["title"] != names[-1]:
        names.append(frieze.status()["title"])
    return names


def test_order_by_date_taken(home):
    """The date that the file tells counts before that of the file, which may be a copy; a sidecar's where it tells none,
    or only that of its last change, or of its scanner."""
    folder = home / "taken"
    folder.mkdir()
    picture(folder / "a.jpg", 0, "2015:05:05 10:00:00", 1000000)
    picture(folder / "b.jpg", 1, None, 1300000000)  # 2011
    picture(folder / "c.jpg", 2, "1950:01:01 00:00:00", 1500000000)
    picture(folder / "d.jpg", 3, None, 1000001)
    picture(folder / "e.jpg", 4, "2024:05:05 10:00:00", 1000002)
    picture(folder / "f.jpg", 5, "2024:05:05 10:00:00", 1400000000, "2023:01:01 00:00:00")
    for name, year in (("d.xmp", 2013), ("e.xmp", 2012), ("f.xmp", 1975)):
        tell(folder / name, "exif:DateTimeOriginal", f"{year}-01-01T00:00:00")
    with home.start("--size", "640x480", "--sort", "date", folder) as frieze:
        assert order(frieze) == ["c.jpg", "f.jpg", "b.jpg", "e.jpg", "d.jpg", "a.jpg"]
        frieze.key("o", "d")
        assert order(frieze) == ["a.jpg", "d.jpg", "e.jpg", "b.jpg", "f.jpg", "c.jpg"]
        frieze.key("o", "m")
        assert order(frieze) == ["a.jpg", "d.jpg", "e.jpg", "b.jpg", "f.jpg", "c.jpg"]
        frieze.key("o", "m")
        assert order(frieze) == ["c.jpg", "f.jpg", "b.jpg", "e.jpg", "d.jpg", "a.jpg"]


def test_order_within_a_second(home):
    """Of a burst, whose names begin anew in the middle: by the part of the second, also where the tile cache tells it."""
    folder = home / "burst"
    folder.mkdir()
    parts = {"DSC_0001.jpg": "40", "DSC_0002.jpg": "6", "DSC_9998.jpg": "05", "DSC_9999.jpg": "200"}
    for number, (name, part) in enumerate(parts.items()):
        exif = Image.Exif()
        exif[0x8769] = {DATE_TAKEN: "2024:05:05 10:00:00", PART_TAKEN: part}
        pictures.write(folder / name, number, exif=exif)
        os.utime(folder / name, (1.5e9, 1.5e9))
    for _ in range(2):
        with home.start("--size", "640x480", "--sort", "date", folder) as frieze:
            assert order(frieze) == ["DSC_9998.jpg", "DSC_9999.jpg", "DSC_0001.jpg", "DSC_0002.jpg"]



def test_a_date_that_was_put_right_in_a_sidecar(home):
    """Programs that leave a picture's file alone write it there. What they say of another event than that it was taken, or
    less exactly than the file, puts nothing right."""
    folder = home / "right"
    folder.mkdir()
    for number, name in enumerate("abcdef"):
        picture(folder / f"{name}.jpg", number, original=f"201{number}:06:06 10:00:00", modified=1000000 + number)
    tell(folder / "a.jpg.xmp", "exif:DateTimeOriginal", "2016-06-06T10:00:00")
    tell(folder / "b.xmp", "exif:DateTimeOriginal", "2017:06:06 10:00:00.25")
    tell(folder / "c.xmp", "xmp:CreateDate", "2018-06-06T10:00:00")
    tell(folder / "d.xmp", "xmp:ModifyDate", "2019-06-06T10:00:00")
    tell(folder / "e.xmp", "exif:DateTimeOriginal", "2014")  # the same, and no reason to stand before another of that year
    picture(folder / "g.jpg", 6, original="2014:03:03 10:00:00", modified=1000006)
    with home.start("--size", "640x480", "--sort", "date", folder) as frieze:
        assert order(frieze) == [f"{name}.jpg" for name in "cdgefab"]
        tell(folder / "f.xmp", "exif:DateTimeOriginal", "2001-01-01T10:00:00+01:00")
        wait_until(lambda: order(frieze) == [f"{name}.jpg" for name in "fcdgeab"], lambda: order(frieze))
        (folder / "a.jpg.xmp").unlink()
        wait_until(lambda: order(frieze) == [f"{name}.jpg" for name in "facdgeb"], lambda: order(frieze))


@pytest.fixture
def known(home):
    """A folder whose dates and ratings the tile cache has, and of whose first picture it does not know what it tells now: as on
    a share that does not tell either when a file was written."""
    folder = home / "known"
    folder.mkdir()

    def write(name, number, taken, stars):
        exif = Image.Exif()
        exif[DATE_CHANGED], exif[RATING] = taken, stars
        pictures.write(folder / name, number, exif=exif)
        os.utime(folder / name, (1500000000, 1500000000))
        return (folder / name).stat().st_size
    size = write("a.jpg", 0, "2015:05:05 10:00:00", 1)
    write("b.jpg", 1, "2016:05:05 10:00:00", 2)
    with home.start("--size", "640x480", "--sort", "date", folder) as frieze:
        assert order(frieze.idle("loaded")) == ["a.jpg", "b.jpg"]
    assert write("a.jpg", 0, "2017:05:05 10:00:00", 3) == size
    changed = (folder / "a.jpg").stat().st_ctime_ns
    with contextlib.closing(sqlite3.connect(home / "cache" / "frieze" / "tiles.db")) as cache, cache:
        assert cache.execute("UPDATE entry SET ctime = ? WHERE path = ?",
                             (changed, os.fsencode(folder / "a.jpg"))).rowcount > 1
    return folder


@pytest.mark.parametrize("view", ["wall", "picture"])
@pytest.mark.parametrize("by", ["date", "rating"])
def test_what_is_read_again_tells_anew(home, known, view, by):
    """`r` means all that stands in the file; what the tile cache had of it is replaced."""
    now = ["b.jpg", "a.jpg"] if by == "date" else ["a.jpg", "b.jpg"]
    with home.start("--size", "640x480", "--sort", by, known) as frieze:
        assert order(frieze.idle("loaded")) == now[::-1]
        (frieze.key("Home") if by == "date" else frieze.key("End")).until(title="a.jpg")
        frieze.key(*(["Return"] if view == "picture" else []), "r")
        wait_until(lambda: order(frieze) == now, lambda: order(frieze))
    with home.start("--size", "640x480", "--sort", by, known) as frieze:
        assert order(frieze.idle("loaded")) == now


def test_what_is_read_again_with_its_tile_is_kept(home, known):
    """Also where nothing asks for it meanwhile."""
    with home.start("--size", "640x480", known) as frieze:
        frieze.idle("loaded").key("Home", "r").idle("loaded")
    with home.start("--size", "640x480", "--sort", "date", known) as frieze:
        assert order(frieze.idle("loaded")) == ["b.jpg", "a.jpg"]


def test_the_info_overlay_reads_again(home, known):
    """In the picture view, where it comes with the pixels, too."""
    with home.start("--size", "640x480", "--motion", "off", known) as frieze:
        frieze.idle("loaded").key("Home", "i", "i", "Return").until(mode="picture", title="a.jpg")
        before = frieze.idle("loaded").screenshot()
        frieze.key("r")
        wait_until(lambda: frieze.idle("loaded").screenshot() != before, "another date")
        time.sleep(0.3)
        after = np.asarray(frieze.idle("loaded").screenshot(), np.int16)
        changed = np.argwhere(np.abs(after - np.asarray(before, np.int16)).max(axis=2) > 60)
        assert len(changed) > 0, "the date that the file tells now"


# --- ratings ---

FOREIGN = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:own="http://example.org/own/" own:thing="kept" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmp:Rating="1"/></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def rating(path):
    """The rating in a sidecar, None where there is no such file."""
    found = re.search(r'xmp:Rating(?:="|>)(-?\d)', path.read_text()) if path.exists() else None
    return int(found.group(1)) if found else None


@pytest.fixture
def culled(home):
    folder = pictures.fill(home / "culled", 4, suffix="jpg")
    with home.start("--size", "640x480", "--keys", "cull", folder) as frieze:
        yield folder, frieze.idle("loaded")


def test_digits_rate_and_x_rejects(culled):
    """In the sidecar, on either view, and nowhere else; what others wrote there stays, and their name for it."""
    folder, frieze = culled
    before = (folder / "p0.jpg").read_bytes()
    (folder / "p1.jpg.xmp").write_text(FOREIGN)
    (folder / "p1.jpg.xmp").chmod(0o640)
    frieze.key("Home", "4")
    wait_until(lambda: rating(folder / "p0.xmp") == 4, "p0 rated 4")
    frieze.key("Return", "n", "x")
    wait_until(lambda: rating(folder / "p1.jpg.xmp") == -1, "p1 rejected")
    assert (folder / "p1.jpg.xmp").read_text() == FOREIGN.replace('Rating="1"', 'Rating="-1"')
    assert (folder / "p1.jpg.xmp").stat().st_mode & 0o777 == 0o640
    frieze.key("1", "5", "2", "0", "3")
    wait_until(lambda: rating(folder / "p1.jpg.xmp") == 3, "p1 rated 3, the last that was asked for")
    assert sorted(path.name for path in folder.glob("*.xmp")) == ["p0.xmp", "p1.jpg.xmp"]
    assert sorted(path.name for path in folder.glob("*.tmp*")) == []
    assert (folder / "p0.jpg").read_bytes() == before


@pytest.mark.parametrize("how", ["folder", "files"])
def test_pictures_of_one_name_are_rated_each(home, how):
    """What NAME.xmp says is said of all of them; what is asked for now, of one."""
    folder = home / "named"
    folder.mkdir()
    for number, name in enumerate(("a.jpg", "b.JPG", "b.png", "c.CR2", "c.jpg", "c.png")):
        pictures.draw(number, (320, 240)).save(folder / name, "PNG" if name.endswith("png") else "JPEG")
    for name in ("a.xmp", "b.xmp"):
        (folder / name).write_text(FOREIGN)
    given = [folder] if how == "folder" else sorted(folder.glob("*.[!x]*"))
    with home.start("--size", "800x600", "--keys", "cull", *given) as frieze:
        frieze.idle("loaded").until(items=5)
        frieze.key("Home", "2", "n", "4", "n", "x", "n", "3").idle()  # a stack is rated as one
        names = {"a.xmp": 2, "b.xmp": 1, "b.JPG.xmp": 4, "b.png.xmp": -1, "c.jpg.xmp": 3, "c.CR2.xmp": 3}
        wait_until(lambda: {path.name: rating(path) for path in folder.glob("*.xmp")} == names,
                   lambda: {path.name: rating(path) for path in folder.glob("*.xmp")})
        assert all('own:thing="kept"' in (folder / name).read_text() for name in ("a.xmp", "b.xmp", "b.JPG.xmp", "b.png.xmp"))
        assert not frieze.errors()


@pytest.mark.parametrize("options", [[], ["--no-stack"]], ids=["stacks", "apart"])
def test_what_is_not_shown_has_its_own_rating(home, options):
    """What was not named lies in the folder all the same: the RAW file beneath, which is rated with its cover, and others."""
    folder = home / "named"
    folder.mkdir()
    for number, name in enumerate(("a.jpg", "b.JPG", "b.png", "c.CR2", "c.JPG", "d.CR2", "d.jpg", "d.png")):
        pictures.draw(number, (320, 240)).save(folder / name, "PNG" if name.endswith("png") else "JPEG")
    for name in ("a.txt", "c.pp3"):
        (folder / name).write_text("no picture")
    for name in ("b.xmp", "c.CR2.xmp"):
        (folder / name).write_text(FOREIGN)
    given = [folder / name for name in ("a.jpg", "b.JPG", "c.JPG", "d.jpg")]
    with home.start("--size", "800x600", "--keys", "cull", *options, *given) as frieze:
        frieze.idle("loaded").until(items=4)
        frieze.key("Home", "2", "n", "3", "n", "4", "n", "5").idle()
        if options:
            names = {"a.xmp": 2, "b.JPG.xmp": 3, "b.xmp": 1, "c.CR2.xmp": 1, "c.JPG.xmp": 4, "d.jpg.xmp": 5}
        else:
            names = {"a.xmp": 2, "b.JPG.xmp": 3, "b.xmp": 1, "c.CR2.xmp": 4, "c.xmp": 4, "d.jpg.xmp": 5, "d.CR2.xmp": 5}
        wait_until(lambda: {path.name: rating(path) for path in folder.glob("*.xmp")} == names,
                   lambda: {path.name: rating(path) for path in folder.glob("*.xmp")})
        assert not frieze.errors()


@pytest.mark.parametrize("options", [[], ["--no-stack"]], ids=["stacks", "apart"])
def test_a_stack_is_rated_and_no_other_of_its_name(home, options):
    """What was made of it and saved beside it, as long as nothing of the name says anything of all."""
    folder = home / "shoot"
    folder.mkdir()
    for number, name in enumerate(("a.CR2", "a.jpg", "a.png", "b.CR2", "b.png")):
        pictures.draw(number, (320, 240)).save(folder / name, "PNG" if name.endswith("png") else "JPEG")
    (folder / "b.xmp").write_text(FOREIGN)
    with home.start("--size", "800x600", "--keys", "cull", *options, folder) as frieze:
        count = len(order(frieze.idle("loaded")))
        frieze.key("Home", "x", *(["n", "x"] if options else [])).idle()
        names = {"a.jpg.xmp": -1, "a.CR2.xmp": -1, "b.xmp": 1}
        wait_until(lambda: {path.name: rating(path) for path in folder.glob("*.xmp")} == names,
                   lambda: {path.name: rating(path) for path in folder.glob("*.xmp")})
        frieze.ask("show_rated", "-1")
        wait_until(lambda: order(frieze) == (["a.CR2", "a.jpg"] if options else ["a.jpg"]), lambda: order(frieze))
        frieze.ask("show_rated")
        wait_until(lambda: len(order(frieze)) == count, lambda: order(frieze))
        frieze.key("End", "p", "4").idle()  # NAME.xmp was there: a RAW file's developer reads that
        wait_until(lambda: rating(folder / "b.xmp") == 4, lambda: list(folder.glob("*.xmp")))
        assert not (folder / "b.CR2.xmp").exists() and not frieze.errors()


def test_filter_and_order_by_rating(culled):
    """By what was rated now and by what the files told before; Esc shows all again."""
    folder, frieze = culled
    (folder / "p3.xmp").write_text(FOREIGN)
    frieze.key("Home", "2", "n", "5", "n", "x").idle()
    frieze.key("o", "*")
    wait_until(lambda: order(frieze) == ["p1.jpg", "p0.jpg", "p3.jpg", "p2.jpg"], lambda: order(frieze))
    frieze.ask("show_rated", "2")
    assert order(frieze) == ["p1.jpg", "p0.jpg"]
    frieze.key("A-0")
    assert order(frieze) == ["p1.jpg", "p0.jpg", "p3.jpg"]
    frieze.key("A-x")
    assert order(frieze) == ["p2.jpg"]
    frieze.key("4")
    frieze.until(visible=None)
    assert frieze.key("Esc").is_running() and len(order(frieze)) == 4
    frieze.ask("show_rated", "4")
    assert order(frieze) == ["p1.jpg", "p2.jpg"]
    frieze.ask("show_rated")
    assert len(order(frieze)) == 4
    with pytest.raises(Refused):
        frieze.ask("rate", "6")


@pytest.mark.parametrize("view", ["wall", "picture"])
def test_a_place_in_a_filter_that_is_still_being_answered(home, view):
    folder = pictures.fill(home / "unread", 6, suffix="jpg")
    for name in ("p1", "p3", "p4"):
        (folder / f"{name}.xmp").write_text(FOREIGN)
    for command, name in (("first", "p1.jpg"), ("last", "p4.jpg")):
        with home.start("--size", "640x480", "--cache-size", "0", folder) as frieze:
            frieze.idle("loaded").key(*"4G", *(["Return"] if view == "picture" else [])).idle()
            frieze.ask_all(("show_rated", "1"), (command,))
            assert frieze.idle().status()["title"] == name


@pytest.mark.parametrize("key", ["^a", "^i", "M"])
def test_nothing_is_marked_that_leaves_the_filter_once_its_rating_is_known(home, key):
    """Marked and out of sight it would be scaled, or given to a program, with the others."""
    folder = pictures.fill(home / "unread", 4, suffix="jpg")
    (folder / "p1.xmp").write_text(FOREIGN.replace('Rating="1"', 'Rating="-1"'))
    with home.start("--size", "640x480", "--keys", "cull", folder) as frieze:
        frieze.idle("loaded").key("Home", *(["m", "End"] if key == "M" else []))
        frieze.key("A-0", key)
        assert frieze.status()["notice"] == "ratings are still being read"
        assert frieze.status()["marked"] == (key == "M")
        frieze.idle().key(key)
        assert [os.path.basename(path) for path in frieze.ask("marks")] == ["p0.jpg", "p2.jpg", "p3.jpg"]


@pytest.mark.parametrize("left", [0, 1])
def test_what_another_program_rates_does_not_turn_the_page(culled, left):
    """Who is about to rate the picture in view rates that one, and goes on from it; though it is shown no longer, or nothing else is."""
    folder, frieze = culled
    frieze.key("Home", "4", *(["n", "4", "p"] if left else [])).idle().ask("show_rated", "4")
    assert len(order(frieze)) == 1 + left
    frieze.key("Home", "Return").idle()
    (folder / "p0.xmp").write_text(FOREIGN)
    frieze.until(visible=[1, 1] if left else None)
    (folder / "p3.xmp").write_text(FOREIGN.replace('Rating="1"', 'Rating="5"'))
    frieze.until(visible=[1, 3] if left else [3, 3])
    assert frieze.idle().status()["title"] == "p0.jpg"
    frieze.key("5").idle()
    wait_until(lambda: rating(folder / "p0.xmp") == 5, lambda: list(folder.glob("*.xmp")))
    assert frieze.idle().status()["title"] == "p0.jpg" and rating(folder / "p3.xmp") == 5
    frieze.key("0").idle()
    wait_until(lambda: frieze.status()["title"] == ("p1.jpg" if left else "p3.jpg"), lambda: frieze.status()["title"])


def test_the_last_of_a_rating_is_dropped(culled):
    """What it was beside is selected once all is shown again."""
    _, frieze = culled
    frieze.key("Home", "n", "n", "5").idle()
    frieze.ask("show_rated", "5")
    frieze.until(title="p2.jpg")
    frieze.key("D").until(title=None)
    frieze.key("Esc").until(title="p3.jpg", index=2)


def test_keys_act_on_the_picture_in_view_though_a_filter_leaves_it_out(culled):
    """A wrong rating can be mended, and it is marked; it is not dropped."""
    folder, frieze = culled
    frieze.key("Home", "3").idle()
    frieze.ask("show_rated", "3")
    frieze.idle().key("Return", "1")
    wait_until(lambda: rating(folder / "p0.xmp") == 1, "p0 rated 1")
    frieze.key("m", "5")
    wait_until(lambda: rating(folder / "p0.xmp") == 5, "p0 rated 5")
    assert [os.path.basename(path) for path in frieze.ask("marks")] == ["p0.jpg"]
    frieze.key("1").idle().key("D").idle()
    bare = np.asarray(frieze.screenshot())
    told = np.asarray(frieze.key("i").idle().screenshot())
    assert (told != bare).any(), "its panel"
    status = frieze.status()
    assert (status["title"], status["index"]) == ("p0.jpg", 0)
    frieze.ask("show_rated")
    assert len(order(frieze)) == 4


def test_nothing_is_scaled_where_nothing_is_shown(culled):
    _, frieze = culled
    frieze.ask("show_rated", "5")
    frieze.until(visible=None)
    with pytest.raises(Refused, match="no picture is selected"):
        frieze.ask("scale")


def test_other_programs_rate_while_it_runs(culled):
    """Their sidecars are seen as they come, change and go, by the filter that stands and by the order."""
    folder, frieze = culled
    frieze.ask("show_rated", "3")
    frieze.until(visible=None)
    for name, stars in (("p1.xmp", 4), ("p2.jpg.xmp", 3)):
        (folder / name).write_text(FOREIGN.replace('Rating="1"', f'Rating="{stars}"'))
    wait_until(lambda: order(frieze) == ["p1.jpg", "p2.jpg"], lambda: order(frieze))
    frieze.key("o", "*")
    (folder / "new").write_text(FOREIGN.replace('Rating="1"', 'Rating="5"'))
    (folder / "new").rename(folder / "p2.jpg.xmp")
    wait_until(lambda: order(frieze) == ["p2.jpg", "p1.jpg"], lambda: order(frieze))
    (folder / "p2.jpg.xmp").unlink()
    wait_until(lambda: order(frieze) == ["p1.jpg"], lambda: order(frieze))


def test_what_cannot_be_written_says_so(culled):
    """A sidecar that is none, or tells two ratings, is left as it is; the reason is shown and logged with its name."""
    folder, frieze = culled
    twice = FOREIGN.replace("/></rdf:RDF>", "><xmp:Rating>2</xmp:Rating></rdf:Description></rdf:RDF>")
    (folder / "p3.xmp").write_text(twice)
    (folder / "p0.xmp").write_text("this is not XML")
    (folder / "p1.xmp").mkdir()
    frieze.key("Home", "4", "n", "4", "n", "4", "n", "4")
    wait_until(lambda: f"{folder}/p3.xmp: it has several ratings" in frieze.errors_text, "p3 refused")
    assert (folder / "p3.xmp").read_text() == twice
    wait_until(lambda: rating(folder / "p2.xmp") == 4, "p2 rated 4")
    assert (folder / "p0.xmp").read_text() == "this is not XML"
    assert f"{folder}/p0.xmp: it is no XMP" in frieze.errors_text
    assert f"{folder}/p1.xmp" in frieze.errors_text


def test_links_to_sidecars(culled):
    """What one leads to is written, and it stays; also where that is away, which is told."""
    folder, frieze = culled
    (folder / "kept").mkdir()
    (folder / "kept" / "own.xmp").write_text(FOREIGN)
    for name, to in (("p0.xmp", "kept/own.xmp"), ("p1.xmp", "away/p1.xmp"), ("p2.jpg.xmp", "kept/away.xmp")):
        (folder / name).symlink_to(to)
    (folder / "p3.xmp").mkdir()
    frieze.key("Home", "4", "n", "4", "n", "4", "n", "4")
    wait_until(lambda: f"{folder}/p3.xmp: it is not a regular file" in frieze.errors_text, "p3 refused")
    for name in ("p1.xmp", "p2.jpg.xmp"):
        assert f"{folder}/{name}: a link that leads nowhere" in frieze.errors_text
    assert rating(folder / "kept" / "own.xmp") == 4
    assert [path.name for path in sorted(folder.glob("*.xmp")) if path.is_symlink()] == ["p0.xmp", "p1.xmp", "p2.jpg.xmp"]
    assert not (folder / "p2.xmp").exists() and [path.name for path in (folder / "kept").iterdir()] == ["own.xmp"]


def test_ratings_are_written_before_the_end(home):
    folder = pictures.fill(home / "ending", 3, suffix="jpg")
    with home.start("--size", "640x480", "--keys", "cull", folder) as frieze:
        frieze.idle().key("Home", "1", "n", "2", "n", "3", "q")
    assert [rating(folder / f"p{i}.xmp") for i in range(3)] == [1, 2, 3]


def test_without_asking_nothing_is_written(home):
    folder = pictures.fill(home / "untouched", 2, suffix="jpg")
    with home.start("--size", "640x480", "--sort", "rating", folder) as frieze:
        frieze.idle("loaded").key("Home", "3", "G", "i", "i").idle()
    assert sorted(path.name for path in folder.iterdir()) == ["p0.jpg", "p1.jpg"]


# --- stacks ---

@pytest.fixture
def shoot(home):
    """Two pairs, a JPEG and a RAW file alone. What is called RAW is a JPEG of another colour."""
    folder = home / "shoot"
    folder.mkdir()
    for number, name in enumerate(("A.CR2", "A.JPG", "B.NEF", "B.JPG", "C.JPG", "D.CR2")):
        image = pictures.draw(number, (320, 240))
        image.save(folder / name, "JPEG", quality=95)
    return folder


def paths(folder, *names):
    return [str(folder / name) for name in names]


@pytest.mark.parametrize("how", ["folder", "named"])
def test_raw_and_jpeg_are_one_tile(home, shoot, how):
    """Marks, drops, ratings and the marked paths at the end mean both; the one that is seen is the JPEG."""
    given = [shoot] if how == "folder" else sorted(shoot.iterdir())
    with home.start("--size", "800x600", "--keys", "cull", *given) as frieze:
        frieze.idle("loaded").until(items=4)
        assert order(frieze) == ["A.JPG", "B.JPG", "C.JPG", "D.CR2"]
        frieze.key("Home", "m", "n", "n", "m", "3")
        assert frieze.ask("marks") == paths(shoot, "A.JPG", "A.CR2", "C.JPG")
        frieze.key("Home", "n", "D").until(items=3)
        frieze.key("U").until(items=4)
        (shoot / "B.NEF.xmp").write_text(FOREIGN)
        frieze.key("Home", "4", "n", "5")
        wait_until(lambda: rating(shoot / "B.JPG.xmp" if (shoot / "B.JPG.xmp").exists() else shoot / "B.xmp") == 5, "B rated 5")
        wait_until(lambda: rating(shoot / "B.NEF.xmp") == 5, "the RAW file's own sidecar too")
        assert rating(shoot / "A.xmp") == 4 and rating(shoot / "C.xmp") == 3
        (shoot / "A.JPG").unlink()
        wait_until(lambda: order(frieze) == ["A.CR2", "B.JPG", "C.JPG", "D.CR2"], lambda: order(frieze))
        assert frieze.ask("marks") == paths(shoot, "A.CR2", "C.JPG")


@pytest.mark.parametrize("view", ["wall", "picture"])
def test_the_jpeg_comes_after_the_raw_file(home, shoot, view):
    """It takes the place of the RAW file in view, or selected, as long as both are there, and gives it back."""
    with home.start("--size", "800x600", shoot) as frieze:
        frieze.idle("loaded").key("End", *(["Return"] if view == "picture" else [])).until(mode=view, title="D.CR2", index=3)
        pictures.write(shoot / "D.JPG", 6)
        frieze.until(title=lambda title: title != "D.CR2")
        status = frieze.status()
        assert (status["mode"], status["uri"], status["index"]) == (view, str(shoot / "D.JPG"), 3)
        (shoot / "D.JPG").unlink()
        frieze.until(title=lambda title: title != "D.JPG")
        status = frieze.status()
        assert (status["mode"], status["uri"], status["index"]) == (view, str(shoot / "D.CR2"), 3)


def test_stack_has_a_badge(home, shoot):
    """Its tile and no other differs from what is shown without stacks."""
    with home.start("--size", "800x600", "--tile", "256x192", shoot) as frieze:
        stacked = frieze.idle("loaded").key("End").screenshot()
    for raw in ("A.CR2", "B.NEF"):
        (shoot / raw).unlink()
    with home.start("--size", "800x600", "--tile", "256x192", shoot) as frieze:
        alone = frieze.idle("loaded").key("End").screenshot()
    differs = np.abs(np.asarray(stacked, np.int16) - np.asarray(alone, np.int16)).max(axis=2) > 60
    rows, columns = np.nonzero(differs)
    assert len(rows) > 200
    assert columns.max() < 800 * 2 // 3 and rows.max() < 300, "the first two of three tiles in the first row"
    for left, right in ((0, 266), (267, 533)):
        assert differs[:, left:right].sum() > 100


@pytest.mark.parametrize("tile, side", [("256x192", 34), ("96x72", 17)])
@pytest.mark.parametrize("size", [(40, 800), (800, 40), (100, 200)], ids=str)
def test_badges_stand_beside_each_other(home, size, tile, side):
    """A mark and a stack, of one size, also where the picture is narrower than the two: none hides the other or stands apart from it."""
    folder = home / "two"
    folder.mkdir()
    for name in ("a.CR2", "a.jpg"):
        Image.new("RGB", size, (90, 120, 200)).save(folder / name, "JPEG")
    pictures.write(folder / "b.png", 1)
    with home.start("--size", "800x600", "--tile", tile, folder) as frieze:
        image = np.asarray(frieze.idle("loaded").key("m", "End").idle().screenshot(), dtype=int)
    white = ["".join("1" if pixel else "0" for pixel in line) for line in image.min(axis=2) > 250]
    rings = [[match.span() for match in re.finditer("1+", line) if len(match.group()) == side] for line in white]
    edge = next(y for y, found in enumerate(rings) if found)
    picture = np.argwhere((abs(image - (90, 120, 200)) < 8).all(axis=2))
    (top, left), (bottom, right) = picture.min(axis=0), picture.max(axis=0)
    assert len(rings[edge]) == 2, rings[edge]
    mark, stack = rings[edge]
    assert stack[0] - mark[1] >= 4 and mark[0] <= right and stack[1] >= left
    assert abs((mark[0] - left) - (right + 1 - stack[1])) <= 2, "alike on both sides"
    assert top - side < edge <= bottom


def test_the_sidecar_of_the_raw_file_counts(home, shoot):
    """What a developer of RAW files wrote is told of the tile that stands for both; the JPEG's own sidecar counts before."""
    (shoot / "A.CR2.xmp").write_text(FOREIGN.replace('Rating="1"', 'Rating="5"'))
    (shoot / "B.NEF.xmp").write_text(FOREIGN.replace('Rating="1"', 'Rating="5"'))
    (shoot / "B.JPG.xmp").write_text(FOREIGN.replace('Rating="1"', 'Rating="2"'))
    with home.start("--size", "800x600", "--sort", "rating", shoot) as frieze:
        assert order(frieze.idle("loaded")) == ["A.JPG", "B.JPG", "C.JPG", "D.CR2"]
        frieze.ask("show_rated", "5")
        assert order(frieze) == ["A.JPG"]
        (shoot / "B.JPG.xmp").unlink()
        wait_until(lambda: order(frieze) == ["A.JPG", "B.JPG"], lambda: order(frieze))


def test_raw_files_come_and_go(home, shoot):
    """While one lies beneath, the tile that stands for both is rated, and ordered, by its sidecar; no longer."""
    (shoot / "C.CR2.xmp").write_text(FOREIGN.replace('Rating="1"', 'Rating="5"'))
    with home.start("--size", "800x600", "--sort", "rating", shoot) as frieze:
        assert order(frieze.idle("loaded")) == ["A.JPG", "B.JPG", "C.JPG", "D.CR2"]
        (shoot / "A.CR2").rename(shoot / "C.CR2")
        wait_until(lambda: order(frieze) == ["C.JPG", "A.JPG", "B.JPG", "D.CR2"], lambda: order(frieze))
        (shoot / "C.CR2").unlink()
        wait_until(lambda: order(frieze) == ["A.JPG", "B.JPG", "C.JPG", "D.CR2"], lambda: order(frieze))


def test_no_stack(home, shoot):
    stats, _ = home.stats("--no-stack", "--quit-when", "loaded", shoot)
    assert stats["items"] == 6
    stats, _ = home.stats("--quit-when", "loaded", shoot)
    assert stats["items"] == 4


def test_print_marks_and_programs_mean_both(home, shoot):
    """A program gets both paths of a picture that alone is meant, too."""
    (home / "frieze.conf").write_text('[run]\ng = sh -c \'printf "%s\\n" "$@" > got\' got {marked}\n')
    with home.start("--size", "640x480", "--config", home / "frieze.conf", shoot) as frieze:
        frieze.idle("loaded").key("Home", "x", "g")
        wait_until(lambda: (home / "got").exists() and len((home / "got").read_text().splitlines()) == 2, "two paths")
    assert (home / "got").read_text().splitlines() == paths(shoot, "A.JPG", "A.CR2")
