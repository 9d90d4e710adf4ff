"""The mouse alone reaches everything: the menu of the right button, the edges of the picture view, back and forward."""
# ctest: COST 20 LABELS display

import re

import numpy as np
import pytest

import pictures
from frieze import wait_until
from presses import table
from test_metadata import rating
from test_mouse import click, mouse

COUNT, SIZE = 40, (800, 600)
FRAME = (110, 110, 118)


@pytest.fixture(scope="module")
def folder(module_home):
    return pictures.fill(module_home / "pictures", COUNT, (320, 240))


@pytest.fixture(scope="module")
def frieze(module_home, x11, folder):
    with module_home.start("--size", "800x600", "--tile", "100x75", folder, display=x11) as running:
        running.idle()
        yield running


@pytest.fixture
def wall(frieze):
    if frieze.status()["mode"] != "wall":
        frieze.key("Return")
    frieze.key("Home", "0").idle()
    mouse(frieze, (400, 598))
    return frieze


def menu_box(image):
    """Where the menu stands: its frame of one grey."""
    line = (np.asarray(image) == FRAME).all(axis=2)
    rows, columns = np.flatnonzero(line.sum(axis=1) > 100), np.flatnonzero(line.sum(axis=0) > 60)
    return (columns[0], rows[0], columns[-1], rows[-1]) if len(rows) and len(columns) else None


def open_at(frieze, x, y):
    mouse(frieze, (x, y), *click(button=3))
    return wait_until(lambda: menu_box(frieze.screenshot()), "a menu")


def test_right_click_opens_it_and_a_click_runs_a_row(wall):
    """The first row on the wall opens the selected picture, which is the one under the pointer."""
    left, top, right, bottom = open_at(wall, 160, 50)
    assert left >= 0 and right < SIZE[0] and top >= 0 and bottom < SIZE[1]
    assert wall.status()["index"] == 1
    mouse(wall, (left + 40, top + 15), *click())
    wall.until(mode="picture", index=1)
    assert menu_box(wall.screenshot()) is None


def test_a_narrow_window_shortens_no_text_for_the_keys_of_others(home, folder):
    """The first row says all that it says in a wide one."""
    rows = []
    for size in ("320x240", "1280x800"):
        with home.start("--size", size, "--motion", "off", folder) as frieze:
            image = frieze.idle("loaded").key("Menu").screenshot()
        left, top, _, _ = menu_box(image)
        rows.append(np.asarray(image.crop((left + 6, top + 4, left + 200, top + 28))))
    assert (rows[0] == rows[1]).all()


def test_a_click_outside_or_esc_closes_it(wall):
    open_at(wall, 400, 590)
    selected = wall.status()["index"]
    mouse(wall, (3, 3), *click())
    wait_until(lambda: menu_box(wall.screenshot()) is None, "no menu")
    assert wall.status()["index"] == selected and wall.status()["mode"] == "wall"
    open_at(wall, 700, 300)
    wall.key("Esc")
    assert menu_box(wall.screenshot()) is None and wall.is_running()


def test_every_row_can_be_reached(wall):
    """Also in a window that has no room for them, by the wheel, by the rows that lead on, and by keys."""
    box = open_at(wall, 400, 300)

    def rows():
        return wall.screenshot().crop(box).tobytes()

    mouse(wall, (3, 3))
    first = rows()
    mouse(wall, (400, 300), *click(5, 5), (3, 3))
    wait_until(lambda: rows() != first, "other rows")
    mouse(wall, (400, 300), *click(60, 4), (3, 3))
    wait_until(lambda: rows() == first, "the first rows again")
    mouse(wall, ((box[0] + box[2]) // 2, box[3] - 15), *click(), (3, 3))
    wait_until(lambda: rows() != first, "other rows")
    wall.key("Esc")
    # Its last rows are the first picture, the last picture, and the letters.
    wall.key("Menu", "End", "Up", "Return").until(index=COUNT - 1, mode="wall")
    wall.key("Menu", "End", "Up", "Up", "Return").until(index=0)


def test_keys_move_in_it(wall):
    wall.key("Menu", "Down", "Return").until(mode="picture")
    wall.key("Menu", "x").until(mode="picture")
    assert menu_box(wall.screenshot()) is None
    wall.key("Menu", "Return", "Esc").until(mode="picture")  # no row was chosen


def test_pointing_shows_the_row(wall):
    left, top, *_ = open_at(wall, 5, 5)
    mouse(wall, (left + 40, top + 60))
    pointed = wall.screenshot()
    mouse(wall, (left + 40, top + 100))
    wait_until(lambda: wall.screenshot() != pointed, "another row")
    assert (np.asarray(pointed)[:, left + 2] == (255, 200, 96)).all(axis=1).sum() > 15, "a bar, not a colour alone"
    wall.key("Esc")


def test_a_click_closes_what_is_typed_and_the_help(wall):
    """What the menu opened can be left without a key."""
    plain = wall.screenshot()
    for key in (":", "?"):
        wall.key(key)
        wait_until(lambda: wall.screenshot() != plain, "something over the wall")
        mouse(wall, (400, 300), *click(), (400, 598))
        wait_until(lambda: wall.screenshot().crop((0, 0, 600, 600)) == plain.crop((0, 0, 600, 600)), "the wall")
    assert wall.status()["mode"] == "wall" and wall.status()["index"] == 0


def test_menu_of_a_running_show(wall):
    wall.ask("set", "delay", "100")
    wall.key("s").until(mode="slideshow")
    wall.key("Menu", "Home")
    assert menu_box(wall.screenshot())
    wall.key("Esc", "s").until(mode="picture")
    wall.ask("reset", "delay")


def test_what_keys_give_a_command_is_in_reach(home, x11):
    """With --keys=cull the rows that rate and those that filter, and what [keys] and [run] bind, each among its like. No other
    key is left, so that each row is known by its place."""
    folder = pictures.fill(home / "culled", 2, (320, 240), suffix="jpg")
    touched = home / "touched"
    others = sorted(table()["wall"] - {"0", "x"})
    (home / "few.conf").write_text("[keys]\nF2 = search p1\nF3 = set delay 33\n"
                                   + "".join(re.sub(r"[\\=[#;]", r"\\\g<0>", key) + " = none\n" for key in others)
                                   + f"[run]\nt = touch {touched}\n")
    with home.start("--config", home / "few.conf", "--keys", "cull", "--size", "900x780", folder, display=x11) as frieze:
        frieze.idle("loaded")
        x, y, *_ = pictures.boxes(frieze.screenshot())[0][0]
        find, rate, show, own = 0, {0: 1, 1: 2, 3: 4, 5: 6, -1: 7}, {0: 8, 3: 11, 4: 12, -1: 14}, 15

        def choose(row):
            left, top, _, bottom = open_at(frieze, x + 20, y + 20)
            mouse(frieze, (left + 40, top + (bottom - top) * (2 * row + 1) // (2 * (own + 2))), *click())

        def shows(*numbers):
            wait_until(lambda: [one for row in pictures.wall(frieze.screenshot()) for one in row] == [*numbers],
                       lambda: f"{numbers}, not {pictures.wall(frieze.screenshot())}")
        left, top, right, bottom = open_at(frieze, x + 20, y + 20)
        frame = (np.asarray(frieze.screenshot())[top:bottom + 1, left:right + 1] == FRAME).all(axis=(1, 2))
        lines = np.flatnonzero(frame) / (bottom - top) * (own + 2)
        assert lines == pytest.approx([0, rate[0], own, own + 2], abs=0.1), "a topic each for finding, marking, the rest"
        frieze.key("Esc")
        for stars in (5, 1, 0, -1):
            choose(rate[stars])
            wait_until(lambda at=stars: rating(folder / "p0.xmp") == at, lambda at=stars: f"{at} stars")
        choose(show[-1])
        shows(0)
        choose(show[0])
        shows(1)
        choose(rate[3])
        wait_until(lambda: rating(folder / "p1.xmp") == 3, "3 stars for the other")
        for stars, shown in ((4, []), (3, [1])):
            choose(show[stars])
            shows(*shown)
        choose(own)
        wait_until(touched.exists, "the program's file")
        choose(own + 1)
        wait_until(lambda: frieze.ask("get", "delay")["value"] == 33, lambda: frieze.ask("get", "delay"))
        choose(find)
        frieze.until(search={"text": "p1", "matches": 1})


def test_edges_lead_to_other_pictures(wall):
    """An arrow shows there; what was dragged was no click, and where there is no other picture there is none."""
    wall.key("Home", "Return", "0").idle()
    mouse(wall, (400, 300))
    plain = np.asarray(wall.screenshot())
    mouse(wall, (790, 100))
    arrow = wait_until(lambda: (np.asarray(wall.screenshot())[:, 680:] != plain[:, 680:]).any(), "an arrow")
    assert arrow
    mouse(wall, (790, 300), *click(2))
    wall.until(index=2, mode="picture")
    mouse(wall, (10, 300), *click())
    wall.until(index=1, mode="picture")
    mouse(wall, (10, 300), "mousedown", "1", (100, 300), "mouseup", "1")
    assert wall.idle().status()["index"] == 1
    mouse(wall, (10, 300), *click())
    wall.until(index=0, mode="picture")
    mouse(wall, (11, 300), *click())
    assert wall.idle().status()["index"] == 0, "there is none before the first"
    mouse(wall, (400, 550), *click(2))
    wall.until(mode="wall")


def test_back_and_forward_buttons(wall):
    wall.key("Return").idle()
    mouse(wall, (400, 300), *click(2, 9))
    wall.until(index=2, mode="picture")
    mouse(wall, *click(1, 8))
    wall.until(index=1, mode="picture")
