"""Folders as headings on the wall: where there are any, what they push aside, and what stays where it is."""
# ctest: LABELS sanitized

import numpy as np
import pytest

import pictures
from frieze import wait_until

SIZE = ("--size", "800x600", "--tile", "100x75")
COLUMNS = 7
HEADING_PX = 40
PITCH = 75 + 18 + 6
INK = 90  # brighter than the line of a heading


def ink(image, y):
    """Where the text of a heading that begins at `y` stands: columns of pixels, from the left."""
    return np.flatnonzero((np.asarray(image)[y:y + HEADING_PX].max(axis=2) > INK).any(axis=0))


def test_each_folder_has_a_heading(home):
    tree = pictures.tree(home / "tree", {"": 2, "holidays/by the sea": 9, "winter": 3})
    with home.start(*SIZE, tree) as frieze:
        image = frieze.idle("loaded").screenshot()
    assert pictures.wall(image) == [[0, 1], [2, 3, 4, 5, 6, 7, 8], [9, 10], [11, 12, 13]]
    tops = [0, HEADING_PX + PITCH, 2 * HEADING_PX + 3 * PITCH]
    assert all(len(ink(image, y)) > 20 for y in tops)
    widths = [int(ink(image, y).max()) for y in tops]
    assert widths[0] < widths[1] and widths[2] < widths[1], "each says its own path"


def test_a_folder_alone_has_none(home):
    folder = pictures.fill(home / "alone", 9)
    (folder / "empty").mkdir()
    with home.start(*SIZE, folder) as frieze:
        image = frieze.idle("loaded").screenshot()
    assert pictures.wall(image) == [[*range(7)], [7, 8]]
    assert pictures.boxes(image)[0][0][1] < HEADING_PX / 2, "the first row at the top"


def test_folders_of_a_picture_each_have_none(home):
    """As those of music: a wall of headings with a tile under each would show hardly a picture."""
    tree = pictures.tree(home / "music", {f"album {letter}": 1 for letter in "abcdefghi"})
    with home.start(*SIZE, tree) as frieze:
        assert pictures.wall(frieze.idle("loaded").screenshot()) == [[*range(7)], [7, 8]]


def test_named_files_have_none(home):
    """Their order is the user's own."""
    tree = pictures.tree(home / "tree", {"a": 4, "b": 4})
    with home.start(*SIZE, *sorted(tree.glob("*/*.png"))) as frieze:
        assert pictures.wall(frieze.idle("loaded").screenshot()) == [[*range(7)], [7]]


def test_paths_from_here_and_there_have_none(home):
    """A list goes to and fro between folders."""
    tree = pictures.tree(home / "tree", {"a": 4, "b": 4})
    paths = [tree / folder / f"p{number}.png" for both in zip(range(4), range(4, 8)) for folder, number in zip("ab", both)]
    (home / "list").write_bytes(b"\n".join(map(bytes, paths)))
    with open(home / "list", "rb") as given, home.start(*SIZE, "-", stdin=given) as frieze:
        assert pictures.wall(frieze.idle("loaded").screenshot()) == [[0, 4, 1, 5, 2, 6, 3], [7]]


def test_what_is_looked_at_stays_where_it_is(home):
    """Headings that come and go above it push nothing around; the selection keeps its picture."""
    tree = pictures.tree(home / "tree", {"b": 30, "c": 30, "d": 30})
    with home.start(*SIZE, tree) as frieze:
        frieze.until(items=90)
        frieze.key("End").idle("loaded").until(index=89)
        wait_until(lambda: not has_scrollbar(frieze), "no scroll bar any more")
        before = frieze.screenshot()
        pictures.tree(tree, {"a": 10})
        frieze.until(items=100, index=99)
        assert np.array_equal(before, frieze.idle("loaded").screenshot())
        (tree / "b").rename(home / "gone")
        frieze.until(items=70, index=69)
        assert np.array_equal(before, frieze.idle("loaded").screenshot())


def has_scrollbar(frieze):
    return (np.asarray(frieze.screenshot())[:, -4:].max(axis=2) > INK).any()


def test_hint_letters_mean_the_tile_that_they_are_on(home):
    tree = pictures.tree(home / "tree", {"a": 3, "b": 5})
    with home.start(*SIZE, tree) as frieze:
        frieze.idle("loaded").key("'", "d").until(index=2)
        frieze.key("'", "f").until(index=3)
        assert frieze.status()["visible"] == [0, 7]


def test_hint_letters_are_given_where_the_wall_is_going(home):
    """Pressed while it still glides."""
    folder = pictures.fill(home / "many", 120, (64, 64))
    with home.start("--size", "400x300", "--tile", "64x64", folder) as frieze:
        frieze.idle("loaded").key("End").idle()
        frieze.key("Home", "'", "a", "s")
        frieze.until(index=1)


def test_hint_letters_stand_on_what_is_seen_of_a_tile(home):
    """Which the edge of the window cuts."""
    folder = pictures.fill(home / "many", 30, (260, 200))
    with home.start("--size", "400x200", "--layout", "strip", folder) as frieze:
        frieze.idle("loaded").key("End").idle("loaded")
        before, after = frieze.screenshot(), frieze.key("'").screenshot()
    assert pictures.differs_from_background(before)[:, 0].any(), "a tile is cut"
    changed = (np.asarray(before) != np.asarray(after)).any(axis=2)
    assert len(pictures.stretches(changed[:, :20].any(axis=1), 12)) == 1


def test_hint_letters_end_where_a_picture_opens(home):
    folder = pictures.fill(home / "few", 5)
    with home.start("--size", "400x200", folder) as frieze:
        frieze.idle().key("'")
        frieze.ask("open")
        frieze.key("n").until(mode="picture", index=1)


def test_hint_letters_of_many_tiles(home):
    """Three letters, where two do not tell all."""
    folder = home / "many"
    folder.mkdir()
    for number in range(800):
        pictures.write(folder / f"{number:03}.png", number % 100, (16, 16))
    with home.start("--size", "1280x800", "--tile", "16x16", folder) as frieze:
        assert frieze.idle("loaded").status()["visible"] == [0, 799]
        frieze.key("'", "s", "a", "d")
        frieze.until(index=26 * 26 + 2)


def test_hint_letters_stand_apart_on_small_tiles(home):
    """One chip a tile, none over another."""
    folder = pictures.fill(home / "many", 100, (64, 64))
    with home.start("--size", "640x200", "--tile", "16x16", folder) as frieze:
        frieze.idle("loaded").key("End")
        before = pictures.boxes(frieze.screenshot(), least=8)[0]
        after = pictures.boxes(frieze.key("'").screenshot(), least=8)[0]
    assert len(before) > 20
    assert [x + w // 2 for x, _, w, _ in after] == pytest.approx([x + w // 2 for x, _, w, _ in before], abs=3)
