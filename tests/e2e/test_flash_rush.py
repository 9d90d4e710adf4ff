"""A wall that rushes past does not flash; one that can be followed has no veil: from real frames."""
# ctest: COST 50 LABELS display

import pytest

import flashes
from flashes import BLACK, GREEN, RED, WHITE, Recording, plain, worst

COLUMNS, ROWS = 3, 200


def rows_of(home, x11, one, other, *arguments):
    """A wall of rows in two colours in turn, 200 px wide and 60 high each tile."""
    folder = plain(home / "rows", [(one, other)[number // COLUMNS % 2] for number in range(COLUMNS * ROWS)], (200, 60))
    return home.start("--size", "640x360", "--tile", "200x60", *arguments, folder, display=x11)


@pytest.fixture(scope="module")
def rows(module_home, x11):
    with rows_of(module_home, x11, BLACK, WHITE) as frieze:
        frieze.idle("loaded")
        yield frieze


def press(x11, frieze, *command):
    """Words of xdotool; "at" stands for a way of the pointer within the window."""
    window = x11.window(frieze)
    words = [word for part in command for word in (["mousemove", "--window", window] if part == "at" else [part])]
    x11.xdotool("windowfocus", window, *words)


def hold(key, seconds):
    return ["keydown", key, "sleep", seconds, "keyup", key]


BAR = [word for number in range(80) for word in ("at", 637, 20 + abs(number % 20 - 10) * 30, "sleep", 0.025)]


def shake(px, steps):
    """By a button held: seven times up and down, in steps of 16 ms."""
    ways = [180 + px * way for way in (*range(1, steps + 1), *range(steps - 1, -1, -1))] * 7
    return ["at", 320, 180, "mousedown", 1, *[word for y in ways for word in ("at", 320, y, "sleep", 0.016)], "mouseup", 1]


RUSHES = {
    "page": hold("Next", 2.6),
    "ends": ["key", "--delay", 200, *["End", "g", "g"] * 6],
    "bar": ["at", 637, 5, "mousedown", 1, *BAR, "mouseup", 1],
    "shaken fast": shake(83, 2),
    "shaken far": shake(40, 4),
    "shaken slowly": shake(30, 5),
}


@pytest.mark.parametrize("way", RUSHES)
def test_a_wall_that_rushes_does_not_flash(rows, x11, way):
    rows.jump("Home").idle()
    with Recording(x11, rows) as recording:
        press(x11, rows, *RUSHES[way])
        rows.idle()
    assert recording.changes()[:, :-1].max() <= flashes.MOST, "but for the thumb of the bar, which is small"


@pytest.mark.parametrize("one, other, background", [
    (RED, GREEN, "0c0c0e"), (BLACK, WHITE, "ffffff"), (BLACK, WHITE, "808080"), (RED, WHITE, "ff0000")])
def test_on_any_background(home, x11, one, other, background):
    with rows_of(home, x11, one, other, "--background", background) as frieze:
        frieze.idle("loaded")
        with Recording(x11, frieze) as recording:
            press(x11, frieze, *RUSHES["ends"])
            frieze.idle()
    assert worst(recording) <= flashes.MOST and worst(recording, "red") <= flashes.MOST


NOTCHES = ["click", "--repeat", 20, "--delay", 200, 5]
SLOW = {
    "notches": ["at", 320, 180, *NOTCHES],
    "down": hold("Down", 2),
    "one page": ["key", "Next"],
    "hand": ["at", 320, 300, "mousedown", 1,
             *[word for y in range(300, 60, -6) for word in ("at", 320, y, "sleep", 0.016)], "mouseup", 1],
}


@pytest.mark.parametrize("way", SLOW)
def test_what_can_be_followed_has_no_veil(home, x11, way):
    """Of tiles as they are by default, all white."""
    folder = plain(home / "white", [WHITE] * 300, (256, 192))
    with home.start("--size", "1280x800", folder, display=x11) as frieze:
        frieze.idle("loaded").key("Home").idle()
        with Recording(x11, frieze) as recording:
            press(x11, frieze, *SLOW[way])
            frieze.idle()
    veiled = sum(frame[..., :3].min(axis=2).max() < 250 for _, frame in recording.frames)
    assert len(recording.frames) > 10 and veiled == 0
