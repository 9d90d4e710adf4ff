"""The board of letters: who has no keyboard searches and gives commands by clicks and by fingers, in each script."""
# ctest: COST 30 LABELS display

import os
import re
import subprocess
import time

import numpy as np
import pytest

import pictures
from frieze import wait_until
from presses import table
from test_menu import menu_box
from test_mouse import click, mouse
from test_touch import fingers, tap

SIZE = (800, 600)
NAMES = ("sommer", "Sommer-2", "été", "winter", "Жаба", "лето", "猫", "שלום")
EDGE = (168, 170, 180)  # around each key
LETTERS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
SIGNS = ("-_./:~,;@#", "!?&+=%*'\"(", ")[]{}<>|\\^", "`$")
SETTLED_S = 0.45  # what is pressed before was not meant for it
AWAY = (400, 5)  # a key under the pointer is drawn in another way
MENU_ROWS, ZOOM, SEARCH, SCALE, COMMAND = 5, 0, 1, 2, 3


@pytest.fixture(scope="module")
def folder(module_home):
    folder = module_home / "pictures"
    pictures.fill(folder, len(NAMES), (320, 240))
    for number, name in enumerate(NAMES):
        (folder / f"p{number}.png").rename(folder / f"{name}.png")
    return folder


def start(home, folder, x11, size=SIZE, *options, **others):
    """Little else than what is typed into has a key: each row of the menu is known by its place."""
    unbound = "".join(re.sub(r"[\\=[#;]", r"\\\g<0>", key) + " = none\n"
                      for key in sorted(set().union(*table().values()) - {"/", ":", "0", "x", "S"}))
    (home / "few.conf").write_text("[keys]\n" + unbound)
    return home.start("--config", home / "few.conf", "--size", f"{size[0]}x{size[1]}", "--tile", "100x75", *options,
                      folder, display=x11, **others)


@pytest.fixture(scope="module")
def frieze(module_home, x11, folder):
    with start(module_home, folder, x11) as running:
        running.idle()
        yield running


@pytest.fixture
def wall(frieze):
    frieze.key("Esc") if keys(frieze) else None
    frieze.ask("search", "")
    mouse(frieze, (400, 300))
    frieze.until(search=None)
    return frieze


def keys(frieze):
    """The boxes of the board's keys, row by row, as they are seen."""
    seen = (np.asarray(frieze.screenshot()) == EDGE).all(axis=2)
    tops = [y for y in np.flatnonzero(seen.sum(axis=1) > 26)]
    rows = [(top, bottom) for top, bottom in zip(tops[::2], tops[1::2])]
    found = []
    for top, bottom in rows:
        sides = np.flatnonzero(seen[top + 2:top + 5].all(axis=0))
        found.append([(int(left), int(top), int(right), int(bottom)) for left, right in zip(sides[::2], sides[1::2])])
    return found


def shown(frieze):
    return wait_until(lambda: len(keys(frieze)) >= 4 and keys(frieze)[-5:], "a board")


def middle(box):
    left, top, right, bottom = box
    return (left + right) // 2, (top + bottom) // 2


def find(board, key, rows):
    """Where a character stands, or one of the keys at the edges by its name."""
    named = {"ABC": (-2, 0), "Erase": (-2, -1), "Cancel": (-1, 0), "signs": (-1, 1), "names": (-1, 2), "Space": (-1, -2),
             "Enter": (-1, -1)}
    if key in named:
        row, column = named[key]
        return middle(board[row][column])
    for row, characters in enumerate(rows):
        if key in characters:
            return middle(board[row][characters.index(key) + (rows is LETTERS and row == len(rows) - 1)])
    raise KeyError(key)


def press(frieze, *names, rows=LETTERS):
    board = shown(frieze)
    mouse(frieze, *(part for key in names for part in (find(board, key, rows), *click())), AWAY)


def choose(frieze, row):
    """Of the menu, that a right click opens."""
    mouse(frieze, (400, 300), *click(button=3))
    left, top, _, bottom = wait_until(lambda: menu_box(frieze.screenshot()), "a menu")
    mouse(frieze, (left + 40, top + (bottom - top) * (2 * row + 1) // (2 * MENU_ROWS)), *click(), AWAY)


def open_board(frieze, row):
    choose(frieze, row)
    shown(frieze)
    time.sleep(SETTLED_S)


def test_a_search_by_clicks(wall):
    """The wall follows letter by letter; Erase takes one back; Enter leaves the search standing, Cancel ends it."""
    open_board(wall, SEARCH)
    press(wall, "s", "o")
    wall.until(search={"text": "so", "matches": 2})
    press(wall, "m", "m", "e", "r", "x", "Erase", "Space", "Erase")
    wall.until(search={"text": "sommer", "matches": 2})
    press(wall, "Enter")
    wait_until(lambda: not keys(wall), "no board")
    wall.until(search={"text": "sommer", "matches": 2})
    assert [one for row in pictures.wall(wall.idle().screenshot()) for one in row] == [1, 0]
    open_board(wall, SEARCH)
    press(wall, "w", "i")
    wall.until(search={"text": "wi", "matches": 1})
    press(wall, "Cancel")
    wall.until(search=None)
    assert not keys(wall)


def test_signs_and_capitals(wall):
    """What paths and commands are written with: the command line runs what was clicked."""
    open_board(wall, COMMAND)
    press(wall, *"set", "Space", *"delay", "Space", "7", "signs")
    wait_until(lambda: len(keys(wall)[0]) == 10 and len(keys(wall)[1]) == 10 and len(keys(wall)[2]) == 10, "signs")
    press(wall, ".", rows=SIGNS)
    press(wall, "signs", rows=SIGNS)
    wait_until(lambda: len(keys(wall)[2]) == 9, "letters")
    press(wall, "5", "Enter")
    wait_until(lambda: wall.ask("get", "delay")["value"] == 7.5, lambda: wall.ask("get", "delay"))
    wall.ask("reset", "delay")


def test_characters_of_the_names(wall):
    """What Latin letters do not write is offered, as far as names have it, folded as the search folds them."""
    open_board(wall, SEARCH)
    press(wall, "names")
    offered = sorted(set("".join(NAMES).casefold()) - set("abcdefghijklmnopqrstuvwxyz0123456789-é"))
    wait_until(lambda: sum(len(row) for row in keys(wall)[:2]) >= 10, "characters")
    assert sum(len(row) for row in keys(wall)[:-2]) == len(offered)
    press(wall, "ж", rows=("".join(offered[:10]), "".join(offered[10:])))
    wall.until(search={"text": "ж", "matches": 1})
    press(wall, "names")
    wait_until(lambda: len(keys(wall)[0]) == 10, "letters")
    press(wall, "Cancel")


def test_characters_of_the_paths(wall):
    """A folder is named as it is, with its capitals and accents."""
    open_board(wall, COMMAND)
    press(wall, "names")
    offered = {character for character in "".join(NAMES) if not character.isascii()}
    assert {"é", "Ж"} <= offered
    wait_until(lambda: sum(len(row) for row in keys(wall)[:-2]) == len(offered), "these characters")
    press(wall, "Cancel")


def test_a_wheel_over_it_turns_nothing_behind_it(wall):
    """In the picture view it would go on to the next picture."""
    wall.ask("first")
    wall.ask("open")
    wall.until(mode="picture", index=0)
    mouse(wall, (400, 560), *click(button=5))
    wall.until(index=1)
    wall.ask("key", ":")
    mouse(wall, (780, 590), *click())
    shown(wall)
    mouse(wall, (400, 560), *click(button=5), *click(button=5))
    assert wall.idle().status()["index"] == 1
    mouse(wall, (400, 100), *click(button=5), AWAY)
    wall.until(index=2)
    press(wall, "Cancel")
    wall.ask("close")


def test_with_a_keyboard_it_stays_away(wall):
    """It comes where the line is pressed, and goes with the first key that is typed."""
    x11 = wall.display
    x11.press(wall, "slash")
    plain = wall.idle().screenshot()
    assert not keys(wall)
    x11.press(wall, "w")
    wall.until(search={"text": "w", "matches": 1})
    choose(wall, ZOOM)
    wait_until(lambda: menu_box(wall.screenshot()) is None, "no menu")
    assert not keys(wall.idle())
    mouse(wall, (780, 590), *click(), AWAY)
    shown(wall)
    time.sleep(SETTLED_S)
    press(wall, "i")
    wall.until(search={"text": "wi", "matches": 1})
    x11.press(wall, "n")
    wall.until(search={"text": "win", "matches": 1})
    wait_until(lambda: not keys(wall), "no board")
    x11.press(wall, "Escape")
    assert plain != wall.until(search=None) and wall.is_running()


def test_a_second_click_on_the_menu_types_nothing(wall):
    """The board comes up under the pointer: who clicked twice meant what stood there before."""
    mouse(wall, (400, 560), *click(button=3))
    left, top, _, bottom = wait_until(lambda: menu_box(wall.screenshot()), "a menu")
    mouse(wall, (left + 60, top + (bottom - top) * 3 // (2 * MENU_ROWS)), *click(2), AWAY)
    shown(wall)
    time.sleep(SETTLED_S)
    assert wall.status().get("search") is None
    press(wall, "w")
    wall.until(search={"text": "w", "matches": 1})


def test_clicks_beside_keys_leave_the_wall_alone(wall):
    """A press between the keys is nobody's; one on the wall closes the line, and what was found stays."""
    open_board(wall, SEARCH)
    press(wall, "s")
    wall.until(search={"text": "s", "matches": 2})
    mouse(wall, (4, 500), *click(), (4, 520), *click(2))
    assert wall.status()["mode"] == "wall" and keys(wall)
    mouse(wall, (760, 20), *click())
    wait_until(lambda: not keys(wall), "no board")
    wall.until(search={"text": "s", "matches": 2}, mode="wall")


def test_the_folder_of_scaled_pictures(wall, module_home):
    """The only other line that is typed into: a press on it brings the board, under the panel."""
    choose(wall, SCALE)
    arrows, buttons = wait_until(lambda: len(keys(wall)) == 2 and keys(wall), "a panel without a board")
    mouse(wall, (SIZE[0] // 2, (arrows[0][3] + buttons[0][1]) // 2), *click(), AWAY)
    wait_until(lambda: len(keys(wall)) == 2 + 5, "a board")
    time.sleep(SETTLED_S)
    press(wall, "q", "Erase", "7", "Enter")
    wait_until(lambda: list((module_home / "pictures-16007").glob("*")), "a picture in the folder")
    wait_until(lambda: len(keys(wall)) < 5, "no board")


@pytest.mark.parametrize("size, scale", (((320, 240), 1), ((320, 240), 4), ((640, 480), 4), ((1280, 800), 0.5)))
def test_keys_are_large_enough(module_home, x11, folder, size, scale):
    """For fingers, WCAG 2.5.8, in each window and at each size of the text; no key leaves the window."""
    with start(module_home, folder, x11, size, "--text-scale", scale, "--name", "small") as frieze:
        frieze.idle().key("/")
        mouse(frieze, (size[0] // 2, size[1] - 4), *click(), (size[0] // 2, 4))
        board = shown(frieze)
        assert len(board) >= 4 and sum(len(row) for row in board) >= 26 + 6
        for left, top, right, bottom in (box for row in board for box in row):
            assert right - left + 3 >= 24 and bottom - top + 3 >= 24
            assert left >= 0 and top >= 0 and right < size[0] and bottom < size[1]


def test_a_search_by_fingers(module_home, x11, folder):
    """Each key goes down with its finger, also while another one rests on the board."""
    program = os.environ.get("FRIEZE_FINGERS")
    assert program, "FRIEZE_FINGERS names the program with fingers"
    own, module_home.program = module_home.program, os.path.abspath(program)
    with start(module_home, folder, x11, SIZE, "--name", "fingers", stdin=subprocess.PIPE) as frieze:
        module_home.program = own
        mouse(frieze.idle(), AWAY)
        fingers(frieze, ("down", 1, 400, 300), 0.7, ("up", 1, 400, 300))
        left, top, _, bottom = wait_until(lambda: menu_box(frieze.screenshot()), "a menu")
        tap(frieze, left + 40, top + (bottom - top) * 3 // (2 * MENU_ROWS))
        board = shown(frieze)
        time.sleep(SETTLED_S)
        fingers(frieze, *((what, 1, *find(board, key, LETTERS)) for key in "sommer" for what in ("down", "up")))
        frieze.until(search={"text": "sommer", "matches": 2})
        fingers(frieze, ("down", 1, *find(board, "Erase", LETTERS)), ("down", 2, *find(board, "Erase", LETTERS)),
                ("up", 1, 400, 300), ("up", 2, 400, 300))
        frieze.until(search={"text": "somm", "matches": 2})
        tap(frieze, *find(board, "Enter", LETTERS))
        wait_until(lambda: not keys(frieze), "no board")
        frieze.until(search={"text": "somm", "matches": 2})
