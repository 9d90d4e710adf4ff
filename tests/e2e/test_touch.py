"""Fingers on a touch screen: tap, double tap, long press, drag, fling, swipe, pinch, in the running program. SDL's
events are made by fingers.c, as no virtual display has a touch screen; what lies before them is SDL's."""
# ctest: COST 20 LABELS display

import os
import subprocess
import time

import pytest

import pictures
from frieze import wait_until

COUNT, COLUMNS = 100, 7
SIZE = (800, 600)
STEP_S = 0.008


@pytest.fixture(scope="module")
def folder(module_home):
    return pictures.fill(module_home / "pictures", COUNT, (400, 300))


@pytest.fixture(scope="module")
def frieze(module_home, x11, folder):
    program = os.environ.get("FRIEZE_FINGERS")
    if not program:
        pytest.skip("FRIEZE_FINGERS names no program")
    module_home.program = os.path.abspath(program)
    with module_home.start("--size", "800x600", "--tile", "100x75", folder, display=x11,
                           stdin=subprocess.PIPE) as running:
        running.idle().rows = pictures.boxes(running.screenshot())
        yield running


@pytest.fixture
def wall(frieze):
    """The top of the wall; taps far apart are no double tap."""
    frieze.key("Esc") if frieze.status()["mode"] != "wall" else None
    if frieze.status()["mode"] != "wall":
        frieze.key("Return")
    time.sleep(0.35)
    return frieze.jump("0", "End", "Home")


@pytest.fixture
def view(wall):
    return wall.jump("]", "Return", "0")


def fingers(frieze, *lines):
    """Each line is (what, finger, x, y) in px; a number is a pause in seconds."""
    for line in lines:
        if isinstance(line, (int, float)):
            time.sleep(line)
            continue
        what, finger, x, y = line
        frieze.process.stdin.write(f"{what} {finger} {x / SIZE[0]} {y / SIZE[1]}\n".encode())
        frieze.process.stdin.flush()


def tap(frieze, x, y):
    fingers(frieze, ("down", 1, x, y), 0.02, ("up", 1, x, y))


def stroke(frieze, start, end, steps=12, rest_s=0.0):
    fingers(frieze, ("down", 1, *start))
    for step in range(1, steps + 1):
        x, y = (a + (b - a) * step / steps for a, b in zip(start, end))
        fingers(frieze, STEP_S, ("move", 1, x, y))
    fingers(frieze, rest_s, ("up", 1, *end))


def pinch(frieze, middle, spans, steps=20):
    """Two fingers beside each other, from one distance to another."""
    def lines(what, span):
        return [(what, 1, middle[0] - span / 2, middle[1]), (what, 2, middle[0] + span / 2, middle[1])]
    fingers(frieze, *lines("down", spans[0]))
    for step in range(1, steps + 1):
        fingers(frieze, STEP_S, *lines("move", spans[0] + (spans[1] - spans[0]) * step / steps))
    fingers(frieze, *lines("up", spans[1]))


def place(frieze, index):
    x, y, w, h = frieze.rows[index // COLUMNS][index % COLUMNS]
    return x + w // 2, y + h // 2


def test_tap_selects(wall):
    for index in (3, 25, 17):
        tap(wall, *place(wall, index))
        wall.until(index=index, mode="wall")


def test_double_tap_opens_and_closes(wall):
    tap(wall, *place(wall, 9))
    tap(wall, *place(wall, 9))
    wall.until(mode="picture", index=9)
    time.sleep(0.35)
    tap(wall, 400, 500)
    time.sleep(0.05)
    assert wall.status()["mode"] == "picture", "one tap in the middle does nothing"
    tap(wall, 400, 500)
    wall.until(mode="wall", index=9)


def test_drag_scrolls(wall):
    """By as much as the finger goes, less what was needed to tell it from a tap; and stays there."""
    stroke(wall, (400, 450), (400, 242), 12, 0.3)
    wall.until(visible=lambda seen: seen[0] == 2 * COLUMNS, mode="wall", index=0)
    assert pictures.wall(wall.screenshot())[0][0] == 2 * COLUMNS


def test_a_drag_ends_where_a_picture_was_opened_meanwhile(wall):
    """The finger goes up over the picture; the wall behind it is not held any more."""
    fingers(wall, ("down", 1, 400, 450), STEP_S, ("move", 1, 400, 350), STEP_S, ("move", 1, 400, 250))
    wall.until(visible=lambda seen: seen[0] > 0)
    wall.key("Return").until(mode="picture")
    fingers(wall, ("up", 1, 400, 250), 0.3)  # and is heard of before the keys are
    wall.jump("Esc", "End")
    assert wall.status()["visible"][1] == COUNT - 1


def test_fling_goes_on_until_a_finger_stops_it(wall):
    stroke(wall, (400, 550), (400, 200), 6)
    wall.until(visible=lambda seen: seen[0] > 3 * COLUMNS)
    wall.idle().key("Home").idle()
    stroke(wall, (400, 550), (400, 150), 5)
    fingers(wall, ("down", 1, 400, 300))
    at = [wall.status()["visible"] for _ in range(3) if not time.sleep(0.1)]
    fingers(wall, ("up", 1, 400, 300))
    assert at[0][0] > 0 and at[1] == at[2], f"it stands still under the finger: {at}"


def test_swipes_go_through_the_pictures_and_back(view):
    stroke(view, (600, 300), (300, 310))
    view.until(index=11, mode="picture")
    stroke(view, (600, 300), (300, 290))
    view.until(index=12, mode="picture")
    stroke(view, (300, 300), (600, 300))
    view.until(index=11, mode="picture")
    stroke(view, (400, 500), (410, 200))  # upwards means nothing
    assert view.idle().status()["mode"] == "picture" and view.status()["index"] == 11
    stroke(view, (400, 200), (410, 500))
    view.until(mode="wall", index=11)


def test_tap_on_an_edge_goes_on(view):
    tap(view, 780, 300)
    view.until(index=11, mode="picture")
    tap(view, 780, 300)  # quickly, and no double tap that closes
    view.until(index=12, mode="picture")
    tap(view, 20, 300)
    view.until(index=11, mode="picture")


def test_pinch_zooms_at_the_fingers(view):
    """What lies between them stays between them; a drag then pans, and no swipe goes on."""
    view.key("W").idle()
    red = (800 // 6, 600 // 6)
    pinch(view, red, (60, 180))
    view.until(zoom=lambda zoom: zoom > 4.5)
    image = view.screenshot()
    assert image.getpixel(red) == pictures.RED and image.getpixel((red[0] + 200, red[1])) == pictures.RED
    stroke(view, (600, 300), (200, 300))
    assert view.idle().status()["index"] == 10 and view.status()["mode"] == "picture"
    assert view.screenshot() != image
    pinch(view, (400, 300), (400, 40))
    view.until(zoom=lambda zoom: zoom < 1)


def test_two_fingers_pan(view):
    view.key("W", "+", "+").idle()
    before, zoom = view.screenshot(), view.status()["zoom"]
    fingers(view, ("down", 1, 400, 300), ("down", 2, 500, 300))
    for step in range(1, 21):
        fingers(view, STEP_S, ("move", 1, 400 + 6 * step, 300), ("move", 2, 500 + 6 * step, 300))
    fingers(view, ("up", 1, 520, 300), ("up", 2, 620, 300))
    wait_until(lambda: view.idle().screenshot() != before, "another part")
    assert view.status()["zoom"] == zoom


def test_pinch_on_the_wall_sizes_tiles(wall):
    """In steps; the tile between the fingers stays there."""
    seen = wall.status()["visible"][1]
    index = 3 * COLUMNS + 3
    pinch(wall, place(wall, index), (100, 190))
    wall.until(visible=lambda now: now[1] < seen, mode="wall")
    x, y = place(wall, index)
    rows = [box for row in pictures.boxes(wall.screenshot()) for box in row]
    under = [box for box in rows if box[1] - 20 <= y < box[1] + box[3] + 20]
    assert index in [pictures.read(wall.screenshot(), box)[0] for box in under]
    pinch(wall, (x, y), (300, 60))
    wall.until(visible=lambda now: now[1] - now[0] > seen)


def test_a_drag_on_the_line_moves_no_picture(view):
    """A finger on what is typed into means that: neither the picture behind it nor the wall goes with it."""
    view.key("W", "+", "+", ":").idle()
    pictures_only = (0, 0, SIZE[0], SIZE[1] - 100)
    before = view.screenshot().crop(pictures_only)
    stroke(view, (500, SIZE[1] - 15), (200, SIZE[1] - 200))
    pinch(view, (400, SIZE[1] - 15), (60, 180))
    assert view.screenshot().crop(pictures_only) == before
    view.key("Esc")
    stroke(view, (500, SIZE[1] - 15), (200, SIZE[1] - 200))
    assert view.screenshot().crop(pictures_only) != before, "the line is gone"
    view.key("Return", ":").idle()
    top = view.status()["visible"]
    stroke(view, (500, SIZE[1] - 15), (500, 100))
    assert view.idle().status()["visible"] == top and view.status()["mode"] == "wall"
    view.key("Esc")


def test_long_press_opens_the_menu(wall):
    """For the tile under the finger; a tap outside closes it, one on a row runs it, a drag scrolls it."""
    before = wall.screenshot()
    fingers(wall, ("down", 1, *place(wall, 8)), 0.7, ("up", 1, *place(wall, 8)))
    wall.until(index=8, mode="wall")
    shown = wall.screenshot()
    assert shown != before
    stroke(wall, (300, 500), (300, 200))
    wait_until(lambda: wall.screenshot() != shown, "other rows")
    tap(wall, 2, 2)
    time.sleep(0.35)
    assert wall.idle().status()["mode"] == "wall"
    fingers(wall, ("down", 1, 5, 5), 0.7, ("up", 1, 5, 5))
    tap(wall, 60, 25)  # the first row opens the selected picture
    wall.until(mode="picture")


def test_three_fingers_and_the_palm_break_nothing(wall):
    for finger in range(1, 9):
        fingers(wall, ("down", finger, 90 * finger, 200 + 40 * finger))
    for finger in range(8, 0, -1):
        fingers(wall, ("move", finger, 50 * finger, 300), ("up", finger, 50 * finger, 300))
    fingers(wall, ("up", 77, 1, 1), ("move", 78, 1, 1))
    time.sleep(0.4)
    tap(wall, *place(wall, 4))
    wall.until(index=4, mode="wall")
