"""What is done while the picture that was asked for has yet to come, and the one before it is still in view."""
# ctest: COST 10 LABELS display

import pytest

import pictures
from frieze import wait_until
from test_mouse import click, mouse

COUNT = 100
LAST = COUNT - 1
NEAR = 3.125  # W + + of a picture in a window twice as large


@pytest.fixture
def awaited(home, x11):
    """The last picture was asked for and does not come; the first one is in view, and larger than the window."""
    folder = pictures.fill(home / "pictures", COUNT, (400, 300))
    with home.start("--size", "800x600", "--tile", "100x75", folder, display=x11) as frieze:
        frieze.idle().jump("Return", "W", "+", "+").until(mode="picture", zoom=pytest.approx(NEAR))
        frieze.key("P", "End").until(index=LAST, zoom=pytest.approx(NEAR))
        yield frieze


@pytest.mark.parametrize("key", ["Left", "h", "Up", "k"])
def test_keys_that_pan_go_on_from_it(awaited, key):
    """All of it would be in view."""
    awaited.key(key).until(mode="picture", index=LAST - 1)


def test_esc_leaves_it(awaited):
    awaited.key("Esc").until(mode="wall", index=LAST)


def test_the_wheel_goes_on_from_it(awaited):
    mouse(awaited, (400, 300), *click(1, 4))
    awaited.until(mode="picture", index=LAST - 1)


def test_the_wheel_with_ctrl_zooms_from_the_whole_of_it(awaited):
    mouse(awaited, (400, 300), "keydown", "ctrl", *click(1, 4), "keyup", "ctrl")
    awaited.until(zoom=pytest.approx(1.2), index=LAST)


def test_zoom_that_is_kept_is_its_own(awaited):
    """Not that of the picture before."""
    awaited.key("L", "P").idle().until(index=LAST, zoom=1)
    assert pictures.only(awaited.screenshot())[0] == LAST


def test_where_zoom_is_kept_keys_pan_it(awaited):
    """It is shown as it was asked for, and stays."""
    awaited.key("Home", "L", "End", "Left").until(index=LAST)
    awaited.key("P").idle().until(index=LAST, zoom=pytest.approx(NEAR))


@pytest.mark.parametrize("key", ["^n", "^p", "^Space"])
def test_nobody_knows_yet_whether_it_moves(awaited, key):
    awaited.key(key)
    wait_until(lambda: "has yet to be loaded" in (awaited.status()["notice"] or ""), "that it has yet to come")
