"""Every key of the command table, pressed on a real X server; what it did is seen in the status or on the screen."""
# ctest: COST 100 LABELS display

import time

import numpy as np
import pytest

import pictures
import xlib
from displays import Xvfb
from frieze import PATIENCE_S, need, wait_until
from presses import given, press, pressed, table, type_keys
from test_animation import COLORS, color, near, playing, save, watch
from test_browse import BROWSE
from test_metadata import rating

COUNT, COLUMNS, ROWS = 100, 7, 6
START = 50
TO_START = ["Home", *"]]]]]"]
PICTURE = (400, 300)  # in a window of 800x600: half of it at 100 %

# On the wall, from START: where the selection goes.
WALL_MOVES = {"n": 1, "p": -1, "h": -1, "Left": -1, "l": 1, "Right": 1, "k": -COLUMNS, "Up": -COLUMNS, "j": COLUMNS,
              "Down": COLUMNS, "Space": ROWS * COLUMNS, "PgDn": ROWS * COLUMNS, "^f": ROWS * COLUMNS,
              "S-Space": -ROWS * COLUMNS, "PgUp": -ROWS * COLUMNS, "^b": -ROWS * COLUMNS, "^d": ROWS // 2 * COLUMNS,
              "^u": -ROWS // 2 * COLUMNS, "]": 10, "[": -10, "Home": -START, "End": COUNT - 1 - START,
              "G": COUNT - 1 - START, "N": -1, "gg": -START, "{": -START, "}": 0}
# In the picture view, where all of the picture is in view.
PICTURE_MOVES = {"n": 1, "Space": 1, "PgDn": 1, "p": -1, "BackSpace": -1, "PgUp": -1, "Right": 1, "l": 1, "j": 1,
                 "Left": -1, "h": -1, "k": -1, "Up": -1, "Down": 1, "]": 10, "[": -10, "Home": -START,
                 "End": COUNT - 1 - START, "G": COUNT - 1 - START, "N": -1, "gg": -START, "{": -START, "}": 0}
PICTURE_ZOOMS = {"+": 1.25, "=": 1.25, "-": 0.8, "a": 1, "*": 1, "w": 1, "W": 2, "0": 1}
TURNS = {">": "90", "<": "270"}
FLIPS = {"|": "mirrored 0", "_": "mirrored 180"}


@pytest.fixture(scope="module")
def folder(module_home):
    return pictures.fill(module_home / "pictures", COUNT, PICTURE)


@pytest.fixture(scope="module")
def frieze(module_home, x11, folder):
    with module_home.start("--size", "800x600", "--tile", "100x75", folder, display=x11) as running:
        x11.xdotool("mousemove", 400, 5)  # away from the edges, which show where they lead
        yield running.idle()


@pytest.fixture
def wall(frieze):
    """The wall with START selected, however a test before left it."""
    if frieze.status()["mode"] != "wall":
        frieze.key("Return")
    return frieze.key("0", *TO_START)


@pytest.fixture
def view(frieze):
    """The picture view of START."""
    if frieze.status()["mode"] == "slideshow":
        frieze.key("s")
    if frieze.status()["mode"] == "wall":
        frieze.key(*TO_START, "Return")
    return frieze.jump("0", *TO_START)


@pytest.mark.parametrize("key", WALL_MOVES)
def test_move_on_the_wall(wall, key):
    press(wall, key)
    wall.until(index=START + WALL_MOVES[key], mode="wall")


def test_moves_stop_at_the_ends(wall):
    press(wall, "Home", "Left", "Up", "PgUp", "[", "p", "l")
    wall.until(index=1)
    press(wall, "End", "Right", "Down", "PgDn", "]", "n", "h")
    wall.until(index=COUNT - 2)


def test_selection_is_kept_in_view(wall):
    for key, first in (("Home", 0), ("End", COUNT - 1)):
        press(wall, key)
        wall.until(index=first, visible=lambda seen, at=first: seen[0] <= at <= seen[1])


@pytest.mark.parametrize("key, larger", [("+", True), ("=", True), ("-", False)])
def test_tile_size(wall, key, larger):
    """The selected picture stays in view; 0 resets. A row that is cut off at the edge is one row more in view."""
    usual = (ROWS * COLUMNS, (ROWS + 1) * COLUMNS)

    def seen(least, most):
        return lambda visible: least <= visible[1] + 1 - visible[0] <= most and visible[0] <= START <= visible[1]
    press(wall, key)
    wall.until(visible=seen(1, usual[0] - 1) if larger else seen(usual[1] + 1, COUNT))
    press(wall, "0")
    wall.until(visible=seen(*usual))
    assert wall.idle().status()["pending"] == 0


def around(index):
    """Judges what is visible."""
    return lambda visible: visible[0] <= index <= visible[1]


@pytest.fixture
def strip(wall):
    wall.ask("set", "layout", "masonry")
    press(wall, "v")
    wait_until(lambda: wall.ask("get", "layout")["value"] == "strip", "a strip")
    wall.idle()
    yield wall
    wall.ask("reset", "layout")


def test_layout_key(strip):
    """A strip is one row of larger tiles, with the selection in it; then the grid again, with it still in view."""
    shot = strip.screenshot()
    assert pictures.wall(shot) == [[START - 1, START, START + 1]]
    for x, y, w, h in pictures.boxes(shot)[0]:
        assert abs(w - 250) <= 12 and abs(h - 187) <= 12 and abs(y + h / 2 - 300) < 20
    press(strip, "Right", "Down", "v")
    strip.until(index=START + 2, visible=lambda seen: seen[1] - seen[0] >= (ROWS - 1) * COLUMNS and around(START + 2)(seen))
    assert len(pictures.boxes(strip.screenshot())) >= ROWS


def test_moves_along_the_strip(strip):
    for key, index in (("Left", START - 1), ("Up", START - 2), ("End", COUNT - 1), ("Home", 0), ("PgDn", 3), ("v", 3)):
        press(strip, key)
        strip.until(index=index, visible=around(index))


def test_wheel_click_and_drag_along_the_strip(strip, x11):
    """The wheel turns it sideways, a click selects what is under the pointer, a hand takes it along."""
    def at(x):
        return ("mousemove", "--window", x11.window(strip), x, 300)
    press(strip, "Home")
    strip.until(index=0, visible=[0, 2])
    x11.xdotool(*at(300), "click", "--repeat", 6, "--delay", 5, 5)
    strip.until(index=0, visible=lambda seen: seen[0] >= 3)
    shot = strip.screenshot()
    under = next(pictures.read(shot, box)[0] for box in pictures.boxes(shot)[0] if box[0] + 30 <= 300 < box[0] + 200)
    x11.xdotool(*at(300), "click", 1)
    strip.until(index=under)
    before = strip.idle().status()["visible"]
    x11.xdotool(*at(700), "mousedown", 1, *at(400), *at(150), "mouseup", 1)
    strip.until(visible=lambda seen: seen[0] > before[0], mode="wall")


def test_without_motion_the_layout_changes_at_once(strip):
    strip.ask("set", "motion", "off")
    try:
        press(strip, "v")
        strip.until(visible=lambda seen: seen[1] - seen[0] >= (ROWS - 1) * COLUMNS)
    finally:
        strip.ask("reset", "motion")


@pytest.mark.parametrize("key", TURNS)
def test_rotate_on_the_wall(wall, key):
    """The tile shows it; the other way takes it back."""
    press(wall, key)
    turns = {name for _, name in tiles(wall)}
    try:
        wait_until(lambda: (START, TURNS[key]) in tiles(wall), lambda: f"{START} turned, seen: {turns}")
    finally:
        press(wall, next(other for other in TURNS if other != key))
        wait_until(lambda: (START, "0") in tiles(wall), "upright again")


def tiles(frieze):
    image = frieze.screenshot()
    return {pictures.read(image, box) for row in pictures.boxes(image) for box in row} - {None} or {(-1, "0")}


@pytest.mark.parametrize("key", PICTURE_MOVES)
def test_move_in_the_picture_view(view, key):
    press(view, key)
    view.until(index=START + PICTURE_MOVES[key], mode="picture")
    assert pictures.only(view.screenshot())[:2] == (START + PICTURE_MOVES[key], "0")


@pytest.mark.parametrize("key", PICTURE_ZOOMS)
def test_zoom(view, key):
    """From 100 %, and from elsewhere where it leads back to that."""
    if PICTURE_ZOOMS[key] == 1:
        press(view, "-", "-")
        view.until(zoom=pytest.approx(0.64))
    press(view, key)
    view.until(zoom=pytest.approx(PICTURE_ZOOMS[key]), index=START)
    x, y, w, h = pictures.only(view.screenshot())[2]
    assert (w, h) == tuple(pytest.approx(side * PICTURE_ZOOMS[key], abs=1) for side in PICTURE)
    assert abs(2 * x + w - 800) <= 2 and abs(2 * y + h - 600) <= 2, "in the middle"


@pytest.mark.parametrize("keys, turn", [*((key, turn) for key, turn in (TURNS | FLIPS).items()),
                                        (">>", "180"), (">|", "mirrored 270"), ("|_", "180"), (">>>>", "0")])
def test_turn_in_the_picture_view(view, keys, turn):
    """Turned and flipped as seen on the screen, and back."""
    press(view, *keys)
    try:
        wait_until(lambda: pictures.only(view.screenshot())[:2] == (START, turn),
                   lambda: f"{keys} shows {turn}, not {pictures.only(view.screenshot())}", pause_s=0.05)
        w, h = pictures.only(view.screenshot())[2][2:]
        assert (w, h) == (PICTURE if len(keys.replace("|", "").replace("_", "")) % 2 == 0 else PICTURE[::-1])
    finally:
        view.key(*reversed(keys.translate(str.maketrans("<>", "><"))))
        view.idle()
    assert pictures.only(view.screenshot())[:2] == (START, "0")


def test_arrows_pan_what_is_larger_than_the_window(view):
    """The picture stays, its place changes, and moves back."""
    press(view, "W", "+", "+")
    view.until(zoom=pytest.approx(3.125))
    start = view.screenshot()
    for key, back in ("hl", "kj", ("Right", "Left"), ("Down", "Up")):
        press(view, key)
        wait_until(lambda: view.screenshot() != start, "another part of the picture")
        assert view.status()["index"] == START
        press(view, back)
        wait_until(lambda: pictures_alike(view.screenshot(), start), "the part as before")
    press(view, "n")
    view.until(index=START + 1)


def pictures_alike(one, other):
    """Beside the position and the scroll bar, which are told for a while."""
    return np.abs(np.asarray(one, dtype=int) - np.asarray(other, dtype=int))[:500, :780].max() < 40


def test_pan_stops_at_the_edge(view):
    """No gap comes in however far one pans."""
    press(view, "W", "+", *["Right"] * 25, *["Down"] * 25)
    view.until(zoom=pytest.approx(2.5))
    image = view.idle().screenshot()
    for corner in ((1, 1), (798, 1), (1, 520), (790, 530)):
        assert image.getpixel(corner) != pictures.BACKGROUND
    assert view.status()["index"] == START


def test_keys_right_after_a_move_mean_the_new_picture(view):
    """However long that one takes to come."""
    press(view, "n", "W")
    view.idle().until(index=START + 1, zoom=pytest.approx(2))
    press(view, "n", ">")
    view.idle()
    try:
        assert pictures.only(view.screenshot())[:2] == (START + 2, "90")
        press(view, "p", "0")
        assert view.idle().status()["index"] == START + 1
        assert pictures.only(view.screenshot())[:2] == (START + 1, "0")
    finally:
        view.key("Home", *"]]]]]", "n", "n", "<")


def test_esc_goes_up_level_by_level(view):
    """Zoom, picture, wall."""
    press(view, "+", "+", "Esc")
    view.until(mode="picture", zoom=1)
    press(view, "Esc")
    view.until(mode="wall")


def test_keep_zoom(view):
    """L: zoom and place from picture to picture; again: each as a whole."""
    press(view, "+", "n")
    view.until(index=START + 1, zoom=1)
    press(view, "L", "+", "n")
    view.until(index=START + 2, zoom=pytest.approx(1.25))
    press(view, "L", "n")
    view.until(index=START + 3, zoom=1)


# --- from view to view ---

@pytest.mark.parametrize("key", ["Return", "t", "Esc"])
def test_open_and_close(wall, key):
    press(wall, "Return")
    wall.until(mode="picture", index=START, zoom=1)
    press(wall, "n")
    wall.until(index=START + 1)
    press(wall, key)
    wall.until(mode="wall", index=START + 1, zoom=None)
    wait_until(lambda: (START + 1, "0") in tiles(wall), "its tile")  # a notice may lie over it first


def test_keypad_enter_opens(wall):
    press(wall, "KP_Enter")
    wall.until(mode="picture")


def test_show_keys(view):
    """s starts and ends it, Space pauses and resumes while it runs and is next otherwise."""
    press(view, "s")
    view.until(mode="slideshow", show_paused=False)
    for expected in (True, False):
        press(view, "Space")
        view.until(mode="slideshow", show_paused=expected)
    press(view, "n")
    view.until(mode="slideshow", index=START + 1)
    press(view, "s")
    view.until(mode="picture", index=START + 1)
    press(view, "Space")
    view.until(mode="picture", index=START + 2)


def test_show_from_the_wall(wall):
    press(wall, "s")
    wall.until(mode="slideshow", index=START)


# --- between folders ---

@pytest.fixture(scope="module")
def tree(module_home):
    """Pictures 0 to 4, 5 and 6, 7 to 15 in three folders."""
    return pictures.tree(module_home / "tree", {"a": 5, "b": 2, "c": 9})


@pytest.mark.parametrize("mode", ["wall", "picture"])
def test_folder_keys(home, x11, tree, mode):
    """To the first of the next; back to the first of this one, then of the one before; no further than there are any."""
    with home.start("--size", "800x600", "--tile", "100x75", tree, display=x11) as frieze:
        frieze.idle().until(index=0, items=16)
        if mode == "picture":
            press(frieze, "Return")
        for keys, index in (("}", 5), ("}", 7), ("}", 7), ("nn", 9), ("}", 9), ("{", 7), ("{", 5), ("n{", 5), ("{", 0),
                            ("{", 0), ("n{", 0), ("2}", 7), ("n2{", 5), ("9{", 0), ("9}", 7)):
            press(frieze, *keys)
            frieze.until(index=index, mode=mode)


def test_moves_between_folders(home, x11, tree):
    """Sideways in order; up and down by rows, in the column of the start as far as a row reaches."""
    with home.start("--size", "800x600", "--tile", "100x75", tree, display=x11) as frieze:
        assert pictures.wall(frieze.idle().screenshot()) == [[0, 1, 2, 3, 4], [5, 6], [7, 8, 9, 10, 11, 12, 13], [14, 15]]
        for keys, index in ((["4", "l"], 4), (["j"], 6), (["Down"], 11), (["j"], 15), (["k", "k", "Up"], 4), (["l"], 5),
                            (["j", "j"], 14), (["h"], 13), (["Up", "Up"], 4), (["PgDn"], 15), (["PgUp"], 4)):
            press(frieze, *keys)
            frieze.until(index=index, mode="wall")


# --- the rest, in both views ---

@pytest.fixture(params=["wall", "picture"])
def either(request):
    return request.getfixturevalue("wall" if request.param == "wall" else "view")


def test_loading_key(either):
    for expected in (True, False):
        press(either, "P")
        either.until(paused=expected)


def test_reload_key(either):
    before = either.stats()["decode"]["count"]
    press(either, "r")
    wait_until(lambda: either.stats()["decode"]["count"] > before, "a decode")


def test_scale_key(either):
    """A panel that takes the keys (what it does: test_scale_window.py)."""
    press(either, "S")
    type_keys(either, "n", "j", "l")
    assert either.status()["index"] == START
    type_keys(either, "Esc")
    press(either, "n")
    either.until(index=START + 1)


def test_run_key(either):
    """Without programs in the config file it says where they are written; test_run.py looks at those that are."""
    press(either, "x")
    either.until(notice=lambda text: text and "[run] of frieze.conf" in text)


def test_held_keys(wall, x11):
    """One that moves goes on while it is held; one that does something does it once."""
    x11.xdotool("windowfocus", x11.window(wall), "keydown", "l", "sleep", "1.1", "keyup", "l")
    wall.until(index=lambda index: index > START + 2)
    before = wall.idle("loaded").stats()["decode"]["count"]
    x11.xdotool("keydown", "r", "sleep", "1.1", "keyup", "r")
    assert wall.idle("loaded").stats()["decode"]["count"] == before + 1


def test_fullscreen_keys(home, x11, folder):
    """In both views; what becomes of the window is for a window manager to say, and seen in the test under Wayland."""
    with home.start("--size", "300x200", folder, display=x11) as frieze:
        for mode in ("wall", "picture"):
            for key, expected in (("f", True), ("F11", False), ("F11", True), ("f", False)):
                press(frieze, key)
                frieze.until(fullscreen=expected, mode=mode)
            frieze.key("Return")


def test_fullscreen_without_window_manager(home, x11, folder):
    """From the start on, without the tenth of a second that SDL would wait for a manager; left and entered by keys."""
    def covered():
        shot = x11.screenshot()
        return all(shot.getpixel((x, y)) == (255, 255, 255) for x in (0, shot.width - 1) for y in (0, shot.height - 1))
    with home.start("--background", "#ffffff", folder, display=x11) as frieze:
        frieze.idle("loaded")
        assert frieze.status()["fullscreen"]
        wait_until(covered, "it does not cover the display")
        for expected in (False, True):
            press(frieze, "f")
            frieze.until(fullscreen=expected)
            wait_until(lambda: covered() == expected, "the window does not follow")
            assert frieze.idle().status()["visible"]


@pytest.fixture
def empty_screen(tmp_path):
    with Xvfb(tmp_path) as display:
        yield display


def test_fullscreen_without_window_manager_and_back(home, empty_screen, folder):
    """The window has its size and its place again."""
    def place():
        white = (np.asarray(empty_screen.screenshot().convert("RGB")) == 255).all(axis=2)
        return [(int(line.argmax()), int(line.sum())) for line in (white.any(axis=0), white.any(axis=1))]
    with home.start("--background", "#ffffff", "--size", "300x200", folder, display=empty_screen) as frieze:
        frieze.idle("loaded")
        before = wait_until(lambda: place() if [length for _, length in place()] == [300, 200] else None, place)
        press(frieze, "f")
        frieze.until(fullscreen=True)
        wait_until(lambda: place() != before, "the window does not follow")
        press(frieze, "f")
        frieze.until(fullscreen=False)
        wait_until(lambda: place() == before, place, 20)


def test_copy_path_key(either, folder, x11):
    """The path of the picture is in the clipboard for others to paste."""
    press(either, "y")
    wait_until(lambda: xlib.clipboard(x11) == str(folder / f"p{START}.png"), lambda: xlib.clipboard(x11))


def test_names_key(either):
    """Seen on the wall, also where it was pressed in the picture view."""
    def ink():
        shot = either.screenshot()
        boxes = pictures.boxes(shot)[1]
        x, y, w, h = boxes[1]
        return int(pictures.differs_from_background(shot.crop((x, y + h + 1, x + w, y + h + 17))).sum())
    mode = either.status()["mode"]
    press(either, "V")
    if mode == "picture":
        press(either, "Esc")
    either.until(mode="wall")
    wait_until(lambda: ink() > 20, "names")
    press(either, "V")
    wait_until(lambda: ink() == 0, "no names")


def test_faster_and_slower(view):
    """Six times faster than 5 s a picture: the show goes on within two; and back again."""
    press(view, *"......", "s")
    view.until(4, mode="slideshow", index=START + 2)
    press(view, "s")
    view.until(mode="picture")
    press(view, *",,,,,,")
    delay_becomes(view, 0.5 * 1.5 ** 6)  # from the shortest there is
    view.ask("reset", "delay")


def delay_becomes(frieze, seconds):
    wait_until(lambda: frieze.ask("get", "delay")["value"] == pytest.approx(seconds, rel=1e-4),
               lambda: f"{seconds} s a picture, not {frieze.ask('get', 'delay')}")


def test_faster_and_slower_on_the_wall(wall):
    """What the next show will take for a picture."""
    for keys, seconds in ((".", 5 / 1.5), (",", 5), (",", 7.5), ("2,", 7.5 * 1.5 ** 2), ("3.", 5)):
        press(wall, *keys)
        delay_becomes(wall, seconds)
    wall.ask("reset", "delay")


def test_animation_keys(home, x11):
    """Stop it and play it; its next frame, and the one before."""
    (home / "moving").mkdir()
    save(home / "moving" / "a.gif", [100] * len(COLORS), loop=0)
    with home.start("--size", "400x300", home / "moving", display=x11) as frieze:
        press(frieze.idle(), "Return")
        playing(frieze, 2)
        press(frieze, "^Space")
        at = playing(frieze, paused=True)["frame"]
        for key, step in (("^n", 1), ("^n", 1), ("^p", -1)):
            press(frieze, key)
            at = (at + step) % len(COLORS)
            playing(frieze, at, paused=True)
            assert near(color(frieze), COLORS[at])
        press(frieze, "^Space")
        playing(frieze, paused=False)
        watch(frieze, 2)


@pytest.mark.parametrize("mode", ["wall", "picture"])
def test_keys_of_cull(home, x11, mode):
    """Each row of its table: the pictures 1 to 5 are rated so, 0 is rejected, and of 6 the rating is taken away again."""
    folder = pictures.fill(home / "culled", 7, suffix="jpg")
    keys = {what: key for key, what in given("cull").items()}
    filters = {"5": (5, 5), "-1": (0, 0), "3": (3, 5), "1": (1, 5), "0": (1, 6), "4": (4, 5), "2": (2, 5)}
    ratings = ["-1", *"12345", "0"]
    assert set(keys) == {*(("RATE", one) for one in ratings), *(("SHOW_RATED", one) for one in filters)}
    with home.start("--size", "800x600", "--tile", "100x75", "--keys", "cull", folder, display=x11) as frieze:
        frieze.idle()
        if mode == "picture":
            press(frieze, "Return")
        for number, one in enumerate(ratings):
            press(frieze, *["4"] * (one == "0"), keys["RATE", one], "n")
            wait_until(lambda at=(number, one): rating(folder / f"p{at[0]}.xmp") == int(at[1]),
                       lambda at=(number, one): f"p{at[0]} rated {at[1]}")
        for one, (first, last) in filters.items():
            press(frieze, keys["SHOW_RATED", one], "Home")
            frieze.until(index=first, mode=mode)
            press(frieze, "End")
            frieze.until(index=last)


def test_a_key_without_a_meaning(either):
    before = either.status()
    press(either, "Tab", "Insert", "F7", "ctrl+q", "dead_acute", "Shift_L", "r")
    either.idle()
    after = either.status()
    assert all(after[key] == before[key] for key in ("mode", "index", "zoom", "fullscreen", "paused"))


def test_alt_and_super_belong_to_others(home, x11, folder):
    """Alt+q and the like are the window manager's: they are not the letter."""
    with home.start("--size", "300x200", folder, display=x11) as frieze:
        press(frieze.idle(), "alt+n", "super+n", "alt+q", "super+q", "alt+l", "P")
        frieze.until(paused=True, index=0)  # P is heard after them


# --- numbers, sequences, the line, the help ---

@pytest.mark.parametrize("keys, index", [("15G", 14), ("15gg", 14), ("100G", 99), ("999999G", 99), ("3j", START + 21),
                                         ("2]", START + 20), ("0n", START + 1), ("10n", START + 10)])
def test_numbers_before_keys(wall, keys, index):
    singles = [*keys[:-2], "g", "g"] if keys.endswith("gg") else [*keys]
    press(wall, *singles)
    wall.until(index=index, mode="wall")


@pytest.mark.parametrize("keys, index", [("42G", 41), ("15gg", 14), ("3n", START + 3)])
def test_numbers_in_the_picture_view(view, keys, index):
    press(view, *([*keys[:-2], "gg"] if keys.endswith("gg") else [keys]))
    view.until(index=index, mode="picture")


def test_menu_key(either):
    """Over the pictures, with keys of its own; test_menu.py looks at what is in it."""
    plain = either.screenshot()
    press(either, "Menu")
    wait_until(lambda: not pictures_alike(either.screenshot(), plain), "a menu")
    type_keys(either, "Esc")
    wait_until(lambda: pictures_alike(either.screenshot(), plain), "no menu any more")


def test_esc_takes_back_what_was_begun(either):
    """A number or the first key of a sequence: nothing is left of it, and nothing else happens."""
    before = either.idle().status()
    press(either, "4", "2", "Esc", "g", "Esc", "n")
    either.until(index=before["index"] + 1, mode=before["mode"])
    type_keys(either, "g", "x", "p")  # no sequence begins so: both keys are spent
    either.until(index=before["index"], mode=before["mode"])


def test_the_line(either):
    """Typed as in a shell: completed, edited, taken from the history; one clear line where it makes no sense."""
    mode, index = (either.status()[key] for key in ("mode", "index"))
    def line(*keys):
        press(either, ":")
        type_keys(either, *keys)
    line(*"nexx", "BackSpace", "Tab", "Return")
    either.until(index=index + 1, mode=mode)
    line("Up", "Return")
    either.until(index=index + 2, mode=mode)
    line(*"42", "Return")
    either.until(index=41, mode=mode)
    line(*"q", "Esc", ":", "BackSpace", ":", *"nonsense", "Return")
    press(either, "n")
    either.until(index=42, mode=mode)


def test_a_number_in_the_line_is_a_place(wall):
    """As before G: past the end it is the last."""
    for number, index in (("5000000000", COUNT - 1), ("1", 0), ("0", 0), ("99999999999999999999", COUNT - 1)):
        press(wall, ":")
        type_keys(wall, *number, "Return")
        wall.until(index=index)


def test_a_line_that_is_opened_from_a_line(wall):
    """A search stands until something is typed."""
    press(wall, "/")
    type_keys(wall, *"p1", "Return")
    wall.until(search=lambda search: search and search["text"] == "p1")
    items = wall.idle().status()["search"]
    press(wall, ":")
    type_keys(wall, *"search", "Return")
    assert wall.idle().status()["search"] == items
    type_keys(wall, "Esc")
    wall.until(search=None)


def test_hint_letters(wall):
    """Two letters each, as there are more tiles than letters; Esc, or a letter of none, takes them away again."""
    first = wall.idle().status()["visible"][0]
    for letters, index in ((["a", "d"], 2), (["s", "BackSpace", "a", "a"], 0), (["Esc", "l"], 1), (["m", "m", "n"], 2)):
        press(wall, "'")
        type_keys(wall, *letters)
        wall.until(index=first + index, mode="wall")


def test_the_help(either):
    """Keys of its own: what is below does not move."""
    before = either.idle().status()
    for key in ("?", "F1"):
        press(either, key)
        wait_until(lambda: not shows_red(either), "the help over the pictures")
        type_keys(either, "Space", "q")
        wait_until(lambda: shows_red(either), "no help any more")
    changing = {"uptime_ms": 0, "notice": None}
    assert either.status() | changing == before | changing


def test_the_info_overlay(either):
    """Off, one line, many lines, off again; what is below does not move."""
    def height():
        difference = np.abs(np.asarray(either.screenshot(), dtype=int) - plain).max(axis=2)
        rows = np.nonzero(difference[:, :380].any(axis=1))[0]
        return int(rows.max() - rows.min()) if len(rows) else 0
    either.until(notice=None)  # the position stands on the right, where nobody looks
    before = either.idle().status()
    plain = np.asarray(either.screenshot(), dtype=int)
    for low, high in ((20, 60), (120, 400), (0, 0)):
        press(either, "i")
        wait_until(lambda at=(low, high): at[0] <= height() <= at[1], lambda: f"{height()} px high")
    assert either.status() | {"uptime_ms": 0} == before | {"uptime_ms": 0}


def test_the_performance_overlay(either):
    """In the upper right corner, on its own: an idle wall with it draws its figures, twice a second."""
    def corner():
        return either.screenshot().crop((400, 20, 790, 280)).tobytes()
    plain = corner()
    press(either, "I")
    wait_until(lambda: corner() != plain, "the overlay")
    before = either.stats()["frames"]["count"]
    time.sleep(1.2)
    assert 1 <= either.stats()["frames"]["count"] - before <= 5
    press(either, "I")
    wait_until(lambda: corner() == plain, "no overlay any more")


def shows_red(frieze):
    """One of the plain colours of the pictures, as it is."""
    return pictures.shows(frieze.screenshot(), pictures.RED)


# --- other layouts ---

@pytest.mark.parametrize("layout", ["ru", "gr"])
def test_a_layout_without_latin_letters(home, tmp_path, folder, layout):
    """Keys are matched by their places: plain, with a number, and with Ctrl, once each. Signs of its own are themselves."""
    need("setxkbmap")
    with Xvfb(tmp_path) as display:
        display.run("setxkbmap", layout)
        with home.start("--size", "800x600", "--tile", "100x75", folder, display=display) as frieze:
            window = display.window(frieze.idle())

            def places(*codes):
                display.xdotool("windowfocus", window, "key", "--delay", 4, *codes)
            places(46)  # l
            frieze.until(index=1)
            display.xdotool("key", 42, 42)  # gg
            frieze.until(index=0)
            display.xdotool("keydown", 37, "key", 41, "keyup", 37)  # ^f
            frieze.until(index=ROWS * COLUMNS)
            display.xdotool("keydown", 37, "key", 31, "keyup", 37)  # ^i
            frieze.until(marked=COUNT)
            frieze.key("/", *"p9", "Space", *"p10").until(search=lambda search: search and search["text"] == "p9 p10")
            display.xdotool("keydown", 37, "key", 25, "keyup", 37)  # ^w
            frieze.until(search=lambda search: search and search["text"] == "p9 ")
            display.xdotool("keydown", 37, "key", 30, "keyup", 37)  # ^u
            frieze.until(search=lambda search: not search or search["text"] == "")
            frieze.key("Esc", "g", "g", "?").idle()
            first = frieze.screenshot()
            display.xdotool("key", 57)  # n: the help goes on, or ends
            frieze.idle()
            display.xdotool("key", 33)  # p
            assert frieze.idle().screenshot() == first


# --- locks ---

def test_locks(home, tmp_path, folder):
    """Caps Lock is for what is typed: keys are what they are without it. Without Num Lock the keypad moves."""
    with Xvfb(tmp_path) as display, \
            home.start("--size", "800x600", "--tile", "100x75", folder, display=display) as frieze:
        frieze.idle()
        for keys, expected in ((["Caps_Lock", "l"], {"index": 1}), (["shift+g"], {"index": COUNT - 1}),
                               (["g", "g"], {"index": 0}), (["ctrl+f"], {"index": ROWS * COLUMNS}),
                               (["s"], {"mode": "slideshow"}), (["s", "Return"], {"mode": "wall"})):
            display.press(frieze, *keys)
            frieze.until(**expected)
        display.press(frieze, "slash", "x", "shift+y")
        frieze.until(search=lambda search: search and search["text"] == "Xy")
        display.press(frieze, "Escape", "Caps_Lock")
        for key, index in (("KP_End", COUNT - 1), ("KP_Home", 0), ("KP_Right", 1), ("KP_Down", 1 + COLUMNS)):
            display.press(frieze, key)
            frieze.until(index=index)
        display.press(frieze, "Num_Lock", "KP_3", "shift+g")
        frieze.until(index=2)


# --- those that end it ---

@pytest.mark.parametrize("keys", [["q"], ["Esc"], ["Return", "q"], ["Return", "Esc", "Esc"]], ids="-".join)
def test_keys_that_end_it(home, x11, folder, keys):
    """Esc ends in the level that it was started in."""
    frieze = home.start("--size", "300x200", folder, display=x11).ready().idle()
    for key in keys:
        assert frieze.is_running()
        press(frieze, key)
        if key == "Return":
            frieze.until(mode="picture")
        elif key != keys[-1]:
            frieze.until(mode="wall")
    assert frieze.process.wait(PATIENCE_S) == 0 and frieze.errors() == []


def test_esc_ends_in_the_picture_it_was_started_in(home, x11, folder):
    frieze = home.start("--size", "300x200", folder / "p3.png", display=x11).ready().idle()
    frieze.until(mode="picture", index=3, items=COUNT)
    press(frieze, "Escape")
    assert frieze.process.wait(PATIENCE_S) == 0 and frieze.errors() == []


# --- nothing left out ---

def test_every_key_of_the_table_was_pressed():
    """In a run of the whole file, in each view that has it. Those of test_browse.py are held to it there."""
    for mode, keys in table().items():
        assert keys - pressed[mode] - BROWSE == set(), f"not pressed: {mode}"


@pytest.mark.parametrize("key, zoom", [("+", 0.4), ("-", 0.256), ("*", 1)])
def test_zoom_before_the_size_is_known(home, key, zoom):
    """Steps count from all of it, as soon as that is known."""
    folder = pictures.fill(home / "large", 40, (2000, 1500), suffix="jpg")
    with home.start("--size", "640x480", "--cache-size", "0", "--jobs", "1", folder) as frieze:
        frieze.idle().ask_all(("loading", "pause"), ("last",), ("open",))
        frieze.key(key)
        assert frieze.status()["zoom"] == pytest.approx({"+": 1.25, "-": 0.8, "*": 1}[key])
        frieze.ask("loading", "resume")
        frieze.until(zoom=pytest.approx(zoom))


def test_the_cursor_stays_in_view(home):
    """In a line that is longer than the window, wherever it is moved to."""
    folder = pictures.fill(home / "few", 2)
    with home.start("--size", "480x300", folder) as frieze:
        frieze.idle("loaded").key(":", *"set_" * 30)
        seen = []
        for keys in (("x",), ("Left",) * 60, ("Home",), ("End",)):
            bar = np.asarray(frieze.key(*keys).screenshot(), dtype=int)[-30:]
            is_cursor = (bar[..., 0] > 200) & (bar[..., 2] < 150)
            assert is_cursor.sum() > 20, keys
            seen.append(np.nonzero(is_cursor)[1].mean())
        assert seen[0] == seen[3] > 350 and seen[1] < 30 and seen[2] < 30
