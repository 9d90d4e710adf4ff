"""Scaling in a window onto a share that hangs: the wall goes on, cancelling and quitting take no time, nothing half is left."""
# ctest: COST 20

import errno
import os
import time

import pytest
from PIL import Image

import pictures
import share as shares
from frieze import PATIENCE_S, wait_until
from test_scale_window import age, finished, job
from test_share import copied_bytes, ends_but_for, family

COUNT = 40
MANY = 10
MEMORY_BYTES = 64 << 20
WHAT = pytest.mark.parametrize("what", [shares.LOOKUP, shares.CREATE, shares.WRITE, shares.RENAME],
                               ids=["lookup", "create", "write", "rename"])


@pytest.fixture(scope="module")
def source(module_home):
    return age(pictures.fill(module_home / "in", COUNT, (640, 480), "jpg"))


@pytest.fixture
def target(home):
    (home / "behind").mkdir()
    with shares.Share(home / "behind", home / "share", writable=True) as share:
        yield share


@pytest.fixture
def hung(home, source, target, what):
    """A wall of one worker, which scales onto it while nothing is written there."""
    frieze = home.start("--jobs", "1", "--size", "800x600", "--tile", "100x75", source).ready()
    frieze.idle()
    target.hang(what)
    frieze.key("^a").ask("scale", 320, target.path)
    assert target.asked.wait(PATIENCE_S)
    return frieze


def left(target):
    return [path.name for path in target.folder.iterdir()]


def number_shown(frieze):
    """In the picture view; None while it opens."""
    try:
        return pictures.only(frieze.screenshot())[0]
    except AssertionError:
        return None


@WHAT
def test_the_wall_goes_on(hung, target, source):
    for key in ("+", "End", "-", "Home"):  # other tiles, and other sizes
        hung.key(key).idle("screenful")
    hung.key("Return").until(mode="picture")
    wait_until(lambda: number_shown(hung) == 0, "the picture")
    hung.key("Esc").until(mode="wall")
    assert job(hung)["state"] == "working" and job(hung)["done"] == 0
    wait_until(lambda: any("does not answer" in line and str(target.path) in line for line in hung.errors()), "a line", within_s=8)
    target.let_go()
    done = finished(hung)
    assert (done["done"], done["failed"]) == (COUNT, 0)
    assert sorted(left(target)) == sorted(f"p{i}.jpg" for i in range(COUNT))
    assert hung.end() == 0


@WHAT
def test_cancelling_takes_no_time(hung, target):
    began = time.monotonic()
    hung.ask("jobs", "cancel", "scale")
    hung.until(batch="IDLE")
    assert time.monotonic() - began < 1
    target.let_go()
    hung.ask("scale", 320, target.path)  # those that were marked, once more
    assert finished(hung)["failed"] == 0
    assert sorted(left(target)) == sorted(f"p{i}.jpg" for i in range(COUNT))
    assert hung.end() == 0


@WHAT
def test_quitting_takes_no_time(hung, target):
    ends_but_for(hung, "frieze: writer", target)
    assert [name for name in left(target) if not name.endswith(".jpg")] == []


def test_what_could_not_be_looked_at_is_not_replaced(home, source, target):
    """It may stand there, newer than its picture, or lead to an original."""
    stands = pictures.write(target.folder / "p1.jpg", 7, (32, 24)).read_bytes()
    target.refusals["p1.jpg"] = errno.EIO
    with home.start("scale", "--show", "-s", "320", source, target.path, status=1) as frieze:
        done = finished(frieze)
        assert "p1.jpg" not in target.refusals and (done["done"], done["failed"]) == (COUNT, 1)
        assert [line for line in frieze.errors() if "p1.jpg" in line and os.strerror(errno.EIO) in line]
    assert (target.folder / "p1.jpg").read_bytes() == stands
    assert len(left(target)) == COUNT


@pytest.mark.parametrize("is_slow", [False, True], ids=["at once", "later"])
def test_what_is_wrong_with_a_picture_is_said_as_on_the_console(home, target, is_slow):
    """Also where its worker has gone on to others meanwhile."""
    folder = pictures.fill(home / "cut", 1, (640, 480), "jpg")
    whole = (folder / "p0.jpg").read_bytes()
    (folder / "p0.jpg").write_bytes(whole[:len(whole) // 2])
    console = home.frieze("scale", "-s", "320", folder, home / "console")
    said = console.lines[0]
    assert console.status == 0 and said.startswith("frieze: p0.jpg: Corrupt"), console
    if is_slow:
        target.delays[shares.CREATE] = 0.3
    with home.start("scale", "--show", "-s", "320", folder, target.path) as frieze:
        assert finished(frieze)["failed"] == 0
        assert [line for line in frieze.errors() if line.startswith("frieze: p0.jpg: ")] == [said]


@pytest.fixture(params=["made", "copied"])
def large(request, home):
    """Pictures of which each result takes a good part of the room there is, and how they are scaled."""
    if request.param == "made":
        yield age(pictures.fill(home / "large", MANY, (1600, 1200), "jpg")), ("-s", "1500", "--format=ppm")
        return
    noise = Image.effect_noise((2000, 1500), 90).convert("RGB")
    (home / "source").mkdir()
    for number in range(MANY):
        noise.save(home / "source" / f"p{number}.jpg", quality=95)
    with shares.Share(home / "source", home / "large") as share:
        yield share.path, ("-s", "2000")


def test_results_that_wait_keep_to_the_memory(home, target, large):
    """A share that hangs, or writes slower than pictures are made."""
    source, how = large
    target.hang(shares.WRITE)
    with home.start("scale", "--show", "--jobs", "2", "--memory", str(MEMORY_BYTES), *how, source, target.path) as frieze:
        assert target.asked.wait(PATIENCE_S)
        seen, end = [], time.monotonic() + 3
        while time.monotonic() < end:
            seen.append(sum(copied_bytes(family(frieze.pid), name) for name in ("result", "frieze-file")))
            time.sleep(0.05)
        assert 0 < max(seen) < MEMORY_BYTES / 4, max(seen)
        target.delays[shares.WRITE] = 0.005
        target.let_go()
        done = finished(frieze)
        assert (done["done"], done["failed"]) == (MANY, 0)
    assert len(left(target)) == MANY
