"""At rest nothing is used up: measured on an X server and without a display, with nothing else running beside."""
# ctest: RUN_SERIAL TRUE LABELS display timing

import time

import pictures
from frieze import is_sanitized

REST_S = 3


def allowed(share):
    return share * (3 if is_sanitized() else 1)


def test_idle(home, x11):
    """On a display less than half a percent of a core, on the wall and in the picture view, and no frames. Without a
    display SDL looks for events every millisecond. All at the same time, to wait only once."""
    folder = pictures.fill(home / "pictures", 60, (400, 300), "jpg")
    with (home.start("--size", "600x400", folder, display=x11) as wall,
          home.start("--name", "p", "--size", "600x400", folder / "p3.jpg", display=x11) as picture,
          home.start("--name", "h", "--size", "600x400", folder) as headless):
        all_three = (wall, picture, headless)
        for one in all_three:
            one.key("Right").idle("loaded")
        time.sleep(2.2)  # then the position is gone from the screen
        before = [(one.idle().stats()["frames"]["count"], one.cpu_s()) for one in all_three]
        began = time.monotonic()
        time.sleep(REST_S)
        lasted = time.monotonic() - began
        shares = [(one.cpu_s() - used) / lasted for one, (_, used) in zip(all_three, before)]
        frames = [one.stats()["frames"]["count"] - count for one, (count, _) in zip(all_three, before)]
        assert picture.status()["mode"] == "picture"
    assert shares[0] < allowed(0.005) and shares[1] < allowed(0.005) and shares[2] < allowed(0.015), shares
    assert max(frames) <= 1, "frames though nothing moves"
