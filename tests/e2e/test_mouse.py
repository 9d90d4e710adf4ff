"""The mouse and the window itself, on a real X server: click, double click, wheel, drag, resize."""
# ctest: COST 20 LABELS display

import time

import pytest

import pictures
import xlib
from frieze import PATIENCE_S, wait_until

COUNT, COLUMNS = 100, 7
PICTURE = (400, 300)
DRAGGED_PX = 200


@pytest.fixture(scope="module")
def folder(module_home):
    return pictures.fill(module_home / "pictures", COUNT, PICTURE)


@pytest.fixture(scope="module")
def frieze(module_home, x11, folder):
    with module_home.start("--size", "800x600", "--tile", "100x75", folder, display=x11) as running:
        running.idle().rows = pictures.boxes(running.screenshot())
        yield running


@pytest.fixture
def wall(frieze):
    """The top of the wall, with the pointer where it is in nobody's way: clicks far apart are no double click."""
    if frieze.status()["mode"] != "wall":
        frieze.key("Return")
    frieze.jump("0", "End", "Home")
    mouse(frieze, (2, 598), *click(button=2))
    return frieze


@pytest.fixture
def view(wall):
    """The picture view of picture 10, at 100 %."""
    return wall.jump("]", "Return", "0")


def mouse(frieze, *command):
    """xdotool's commands on the window of frieze; what they move to is counted from its corner."""
    parts = []
    for part in command:
        parts += ["mousemove", "--window", frieze.display.window(frieze), *part] if isinstance(part, tuple) else [part]
    frieze.display.xdotool(*parts)


def place(frieze, index):
    """The middle of a tile while the wall stands at its top."""
    x, y, w, h = frieze.rows[index // COLUMNS][index % COLUMNS]
    return x + w // 2, y + h // 2


def click(times=1, button=1):
    return ["click", "--repeat", str(times), "--delay", "8", str(button)]


def test_click_selects(wall):
    for index in (0, 6, 17, 35, 41):
        mouse(wall, place(wall, index), *click())
        wall.until(index=index, mode="wall")


def test_click_beside_the_pictures(wall):
    """Right and middle buttons, and the margin of a tile: nothing opens, nothing breaks."""
    for button in (2, 3, 8, 9):
        mouse(wall, place(wall, 5), *click(2, button))
    assert wall.idle().status()["mode"] == "wall"


def test_double_click_opens_and_closes(wall):
    mouse(wall, place(wall, 9), *click(2))
    wall.until(mode="picture", index=9)
    assert pictures.only(wall.screenshot())[0] == 9
    mouse(wall, (400, 500), *click(2))
    wall.until(mode="wall", index=9)


def test_two_clicks_on_two_tiles_open_nothing(wall):
    mouse(wall, place(wall, 2), *click(), place(wall, 12), *click())
    wall.until(index=12)
    assert wall.idle().status()["mode"] == "wall"


def test_wheel_scrolls(wall):
    """The selection stays where it is; the end of the wall is the end."""
    mouse(wall, (400, 300), *click(5, 5))
    wall.until(index=0, visible=lambda seen: seen[0] >= 2 * COLUMNS)
    mouse(wall, *click(60, 5))
    wall.until(visible=lambda seen: seen[1] == COUNT - 1)
    assert wall.idle().status()["visible"][1] == COUNT - 1
    mouse(wall, *click(80, 4))
    wall.until(visible=lambda seen: seen[0] == 0)


def test_wheel_with_ctrl_sizes_tiles(wall):
    seen = wall.status()["visible"][1]
    mouse(wall, (400, 300), "keydown", "ctrl", *click(2, 4), "keyup", "ctrl")
    wall.until(visible=lambda now: now[1] < seen)
    mouse(wall, "keydown", "ctrl", *click(4, 5), "keyup", "ctrl")
    wall.until(visible=lambda now: now[1] > seen)


def drag(frieze, start, end, steps=8, pause_s=0.01):
    mouse(frieze, start, "mousedown", "1")
    for step in range(1, steps + 1):
        time.sleep(pause_s)
        mouse(frieze, tuple(a + (b - a) * step // steps for a, b in zip(start, end)))
    time.sleep(0.2)  # at rest before it is let go of: no fling
    mouse(frieze, "mouseup", "1")


def test_drag_scrolls(wall):
    """By as much as the hand goes."""
    drag(wall, (400, 400), (400, 400 - DRAGGED_PX))
    wall.until(visible=lambda seen: seen[0] > 0, mode="wall")
    rows = pictures.wall(wall.screenshot())
    assert rows[0][0] == DRAGGED_PX // 100 * COLUMNS, "two rows of 100 px further"


def test_fling_goes_on(wall):
    """Let go of while it moves, the wall runs on and comes to rest."""
    path = [part for y in range(500, 150, -50) for part in ((400, y), "sleep", "0.01")]
    mouse(wall, (400, 550), "mousedown", "1", "sleep", "0.05", *path[:-2], "mouseup", "1")
    wall.until(visible=lambda seen: seen[0] > 3 * COLUMNS)
    wall.idle()


def test_a_click_brings_all_of_a_tile_into_view(wall):
    """As a key does, however short it is."""
    shots = []
    for select in (lambda: mouse(wall, (place(wall, 0)[0], 575), *click()), lambda: wall.key(*str(6 * COLUMNS + 1), "G")):
        wall.jump("0", "End", "Home")
        mouse(wall, (400, 300), *click(1, 5))
        wall.until(visible=lambda seen: seen[1] >= 6 * COLUMNS)
        wall.idle()
        select()
        wall.until(index=6 * COLUMNS)
        mouse(wall, (2, 598))
        shots.append(wall.idle().screenshot())
    assert shots[0] == shots[1]


def test_a_drag_that_a_key_ended_flings_nothing(wall):
    """Into the picture view, in which the button comes up."""
    path = [part for y in range(500, 250, -50) for part in ((400, y), "sleep", "0.01")]
    mouse(wall, (400, 550), "mousedown", "1", "sleep", "0.05", *path)
    wall.key("Return").until(mode="picture")
    mouse(wall, "mouseup", "1")
    wall.idle().key("Esc").until(mode="wall")
    seen = wall.idle().status()["visible"]
    mouse(wall, (400, 300), *click())
    assert wall.idle().status()["visible"] == seen


def test_a_drag_ends_where_a_picture_opens(wall):
    """Nor does it go on once that is closed, however far the pointer went meanwhile."""
    mouse(wall, (200, 300), "mousedown", "1", "sleep", "0.05", (200, 280), "sleep", "0.05", (200, 260))
    wall.key("Return").until(mode="picture")
    mouse(wall, (200, 20))
    before = wall.idle().key("Return").until(mode="wall")["visible"]
    mouse(wall, (200, 19), "sleep", "0.1", "mouseup", "1")
    assert wall.idle().status()["visible"] == before


def test_the_pointer_takes_back_a_number(wall):
    """Else it would count for whatever key comes next."""
    wall.key("Home").idle().key("5")
    mouse(wall, place(wall, 3), *click())
    wall.until(index=3)
    assert wall.key("n").idle().status()["index"] == 4


def test_a_button_that_comes_up_elsewhere(wall, x11):
    """While the window is away, as one that is minimised: the wall does not follow a pointer that holds nothing."""
    window = x11.window(wall)
    mouse(wall, (400, 400), "mousedown", "1", "sleep", "0.05", (400, 350), "sleep", "0.05", (400, 300))
    wall.idle()
    x11.xdotool("windowunmap", "--sync", window)
    x11.xdotool("mouseup", "1", "windowmap", "--sync", window, "windowfocus", "--sync", window)
    seen = wall.idle().status()["visible"]
    mouse(wall, (400, 250), "sleep", "0.1", (400, 100), "sleep", "0.1")
    assert wall.idle().status()["visible"] == seen
    mouse(wall, "click", "1")  # SDL believes that the button is down until it comes up


def test_the_scroll_bar_is_dragged(wall):
    """From its thumb at the top to the bottom, and back to where the button went down: nothing is selected by that."""
    edge = 795
    mouse(wall, (edge, 10), "mousedown", "1")
    for y in range(10, 600, 30):
        mouse(wall, (edge, y))
    mouse(wall, (edge - 300, 599))
    wall.until(visible=lambda seen: seen[1] == COUNT - 1)
    mouse(wall, (edge, 10), "sleep", "0.2", "mouseup", "1")
    wall.until(visible=lambda seen: seen[0] == 0)
    assert wall.idle().status()["index"] == 0
    mouse(wall, (400, 300))
    assert wall.idle().status()["visible"][0] == 0, "let go of"


def test_the_thumb_is_wide_enough_to_be_caught(wall):
    """24 px, WCAG 2.5.8; beside it, as far from the edge, a press is for the wall."""
    mouse(wall, (777, 12), "mousedown", "1", (777, 300), "sleep", "0.2", "mouseup", "1")
    first, last = wall.idle().status()["visible"]
    assert first <= COUNT // 2 <= last
    wall.jump("End", "Home")
    mouse(wall, (777, 590), *click())
    assert wall.idle().status()["visible"][0] == 0


def test_a_press_beside_its_thumb_leads_there(wall):
    mouse(wall, (795, 300), *click())
    first, last = wall.idle().status()["visible"]
    assert first <= COUNT // 2 <= last
    mouse(wall, (795, 598), *click())
    assert wall.idle().status()["visible"][1] == COUNT - 1


def test_the_scroll_bar_shows_where_the_pointer_is(wall):
    time.sleep(1.6)  # since the wall moved
    shots = []
    for x in (400, 795, 400):
        mouse(wall, (x, 300))
        wait_until(lambda x=x: wall.status()["mode"] == "wall" and wall.idle(), "a frame")
        shots.append(wall.screenshot().getpixel((794, 2)))
    assert shots[0] == shots[2] != shots[1]


# --- in the picture view ---

def test_wheel_goes_through_pictures_that_fit(view):
    mouse(view, (400, 300), *click(3, 5))
    view.until(index=13, mode="picture")
    mouse(view, *click(1, 4))
    view.until(index=12, mode="picture")


def test_wheel_with_ctrl_zooms_at_the_pointer(view):
    """What is under the pointer stays there."""
    view.key("W").idle()
    x, y = 800 // 6, 600 // 6  # the middle of the red field
    mouse(view, (x, y), "keydown", "ctrl", *click(3, 4), "keyup", "ctrl")
    view.until(zoom=lambda zoom: zoom > 3)
    image = view.screenshot()
    for place_of_red in ((x, y), (x, y + 150), (x + 200, y), (0, 0)):
        assert image.getpixel(place_of_red) == pictures.RED
    mouse(view, "keydown", "ctrl", *click(9, 5), "keyup", "ctrl")
    view.until(zoom=lambda zoom: zoom < 1)


def test_wheel_pans_what_is_larger_than_the_window(view):
    view.key("W", "+", "+").idle()
    start = view.screenshot()
    mouse(view, (400, 300), *click(3, 5))
    wait_until(lambda: view.screenshot() != start, "another part of it")
    assert view.status()["index"] == 10


def test_wheel_goes_along_what_is_only_wider(home, x11):
    pictures.write(home / "wide.png", 1, (2400, 300))
    with home.start("--size", "800x600", home / "wide.png", display=x11) as frieze:
        frieze.idle().key("Return", "W").idle()
        for button in (5, 4):
            before = frieze.idle().screenshot()
            mouse(frieze, (400, 300), *click(2, button))
            wait_until(lambda: frieze.screenshot() != before, "another part of it")


def test_drag_pans(view):
    """The picture follows the hand; the edge stays at the edge."""
    view.key("W", "+").idle()
    drag(view, (400, 300), (700, 500))
    drag(view, (100, 100), (700, 500))
    assert view.idle().status()["index"] == 10
    image = view.screenshot()
    assert image.getpixel((5, 5)) == pictures.RED, "the upper left corner"
    drag(view, (400, 300), (250, 300))
    wait_until(lambda: view.screenshot().getpixel((0, 5)) == pictures.RED, "still red")
    # One field of the 3 x 3 is 333 px wide at 250 %: green begins at 667, now at 517.
    assert view.screenshot().getpixel((530, 5)) == pictures.GREEN
    assert view.screenshot().getpixel((500, 5)) != pictures.GREEN


# --- the window ---

def test_resize_lays_out_again(wall, x11):
    """Columns and rows follow; the selection stays in view, on the wall and in the picture view."""
    wall.key("]", "]", "]", "]").idle()
    window = x11.window(wall)
    try:
        for w, h in ((500, 700), (1200, 300), (120, 120), (900, 500)):
            x11.xdotool("windowsize", window, w, h)
            wait_until(lambda size=(w, h): wall.screenshot().size == size, f"a frame of {w}x{h}")
            columns = max(1, w // 106)
            visible = wall.idle().status()["visible"]
            assert visible[0] % columns == 0 and visible[0] <= 40 <= visible[1]
            assert visible[1] - visible[0] + 1 == columns * max(1, h // 99) or visible[1] == COUNT - 1
        rows = pictures.wall(wall.screenshot())
        assert len(rows[0]) == 8 and rows[0] == list(range(rows[0][0], rows[0][0] + 8))
        wall.key("Return").idle()
        x11.xdotool("windowsize", window, 200, 700)
        wait_until(lambda: wall.screenshot().size == (200, 700), "a frame of 200x700")
        assert pictures.only(wall.screenshot())[2] == (0, 275, 200, 150)
    finally:
        x11.xdotool("windowsize", window, 800, 600)
        wait_until(lambda: wall.screenshot().size == (800, 600), "the size as before")


def test_what_is_looked_at_stays(wall, x11):
    """Scrolled away from the selection, neither a new size of the window nor of the tiles leads back to it."""
    mouse(wall, (400, 300), *click(5, 5))
    seen = wall.until(visible=lambda seen: seen[0] >= 2 * COLUMNS) and wall.idle().status()["visible"]
    window = x11.window(wall)
    try:
        for size in ((640, 500), (900, 600), (800, 600)):
            x11.xdotool("windowsize", window, *size)
            wait_until(lambda size=size: wall.screenshot().size == size, "a frame of the new size")
            first, last = wall.idle().status()["visible"]
            assert first <= seen[0] <= last and first > seen[0] - COLUMNS
        wall.key("+").idle()
        first, last = wall.status()["visible"]
        assert first <= seen[0] <= last and first > seen[0] - COLUMNS
    finally:
        x11.xdotool("windowsize", window, 800, 600)
        wait_until(lambda: wall.screenshot().size == (800, 600), "the size as before")


def test_resize_to_and_fro(wall, x11):
    """Faster than the tiles can follow, and back to where it was."""
    window = x11.window(wall)
    for _ in range(3):
        x11.xdotool("windowsize", window, 640, 480, "windowsize", window, 90, 70, "windowsize", window, 1000, 700,
                    "windowsize", window, 800, 600)
    wait_until(lambda: wall.screenshot().size == (800, 600), "the size as before")
    assert wall.idle("loaded").status()["pending"] == 0


def test_closing_the_window_ends_it(home, x11, folder):
    """As a window manager does: by asking."""
    frieze = home.start("--size", "300x200", folder, display=x11).ready().idle()
    xlib.ask_to_close(x11, x11.window(frieze))
    assert frieze.process.wait(PATIENCE_S) == 0


def test_click_between_headings(home, x11):
    """A tile is where it is seen, a heading is none."""
    tree = pictures.tree(home / "tree", {"a": 3, "b": 9, "c": 30})
    with home.start("--name", "tree", "--size", "800x600", "--tile", "100x75", tree, display=x11) as frieze:
        frieze.idle().rows = pictures.boxes(frieze.screenshot())
        starts = [0, 3, 10, 12, 19]
        for row, column in ((1, 6), (3, 2), (0, 1), (2, 0)):
            x, y, w, h = frieze.rows[row][column]
            mouse(frieze, (x + w // 2, y + h // 2), *click())
            frieze.until(index=starts[row] + column, mode="wall")
        x, y, *_ = frieze.rows[3][0]
        mouse(frieze, (x + 20, y - 20), *click())
        assert frieze.idle().status()["index"] == starts[2]


def test_a_double_click_does_not_open_what_came_between_its_clicks(home, x11):
    """Names still come at the beginning, and another tile stands below the pointer."""
    folder = pictures.fill(home / "grows", 9, PICTURE)
    with home.start("--size", "800x600", "--tile", "100x75", folder, display=x11) as frieze:
        frieze.idle().rows = pictures.boxes(frieze.screenshot())
        at = place(frieze, 2)
        for number in range(20):
            mouse(frieze, (2, 598), *click(button=2))
            mouse(frieze, at, *click())
            began = time.monotonic()
            before = frieze.status()
            pictures.write(folder / f"a{number}.png", number)
            frieze.until(items=before["items"] + 1)
            mouse(frieze, *click())
            if time.monotonic() - began < 0.4:
                break
        assert frieze.status()["mode"] == "wall"
        time.sleep(0.6)  # or the next ones are the third and the fourth click
        mouse(frieze, at, *click(2))
        frieze.until(mode="picture")


@pytest.mark.parametrize("number, x, title", [(1, 20, "1y.png"), (1, 780, "2x.png"), (2, 20, "1x.png"),
                                              (2, 780, "3x.png"), (3, 20, "2x.png"), (3, 780, "3y.png")])
def test_an_edge_leads_on_from_what_no_longer_matches(home, x11, number, x, title):
    """The picture in view was renamed, and is none of the matches: it lies between two of them, or at an end."""
    folder = home / "source"
    folder.mkdir()
    for one in range(1, 4):
        pictures.write(folder / f"{one}x.png", one, PICTURE)
    with home.start("--size", "800x600", folder, display=x11) as frieze:
        frieze.idle().ask("search", "x")
        frieze.idle().key(str(number), "G", "Return").until(mode="picture", title=f"{number}x.png")
        (folder / f"{number}x.png").rename(folder / f"{number}y.png")
        frieze.until(title=f"{number}y.png", search={"text": "x", "matches": 2})
        mouse(frieze.idle(), (x, 300), *click())
        assert frieze.idle().until(10, title=title)["mode"] == "picture"
