"""Animations in the picture view: which frame when, the keys that stop and step, what they cost, files that mean harm."""
# ctest: COST 15 LABELS display

import contextlib
import os
import signal
import time

import numpy as np
import pytest
from PIL import Image

import frieze
import opened
import pictures
from frieze import wait_until

COLORS = [(200, 30, 30), (30, 200, 30), (30, 30, 200), (200, 200, 30), (30, 200, 200), (200, 30, 200)]
SIZE = (320, 240)
MB = 1 << 20


def save(path, delays_ms, colors=COLORS, size=SIZE, **options):
    frames = [Image.new("RGB", size, colors[i % len(colors)]) for i in range(len(delays_ms))]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=delays_ms, **options)
    return path


@contextlib.contextmanager
def show(home, path, *options):
    """Opens it in the picture view."""
    with home.start("--size", "400x300", *options, path) as running:
        running.idle().key("Return").until(mode="picture")
        yield running


def animation(running):
    return running.status()["animation"]


def playing(running, frame=None, **more):
    """Waits for that frame."""
    wanted = more | ({} if frame is None else {"frame": frame})
    return running.until(animation=lambda a: a and all(a[key] == value for key, value in wanted.items()))["animation"]


def watch(running, count):
    """The next `count` changes of frame: when, and to which."""
    seen, last, end = [], None, time.monotonic() + frieze.PATIENCE_S
    while len(seen) < count:
        now = animation(running)  # None for a moment, where another begins
        if now and last and now["frame"] != last["frame"]:
            seen.append((time.monotonic(), now["frame"]))
        last = now or last
        assert time.monotonic() < end, f"only {seen} in {frieze.PATIENCE_S} s"
    return seen


def color(running):
    image = running.screenshot()
    return image.getpixel((image.width // 2, image.height // 2))


def near(a, b, tolerance=6):
    return all(abs(x - y) <= tolerance for x, y in zip(a, b))


@pytest.mark.parametrize("suffix, options", (("gif", {}), ("webp", {"lossless": True}), ("png", {})))
def test_frames_follow_each_other(home, suffix, options):
    """From the last to the first again, never faster than the file says."""
    delays = [200, 300, 150, 250]
    path = save(home / f"a.{suffix}", delays, loop=0, **options)
    with show(home, path) as running:
        assert playing(running, 1)["frames"] == 4
        seen = watch(running, 9)
        (first, frame), (last, end) = seen[0], seen[-1]
        passed = 0
        for _, following in seen[1:]:
            while frame != following:  # a busy machine may have missed some
                passed, frame = passed + delays[frame] / 1000, (frame + 1) % 4
        assert frame == end and {frame for _, frame in seen} == set(range(4))
        assert last - first > passed - 0.2, f"faster than the file says: {seen}"


def test_stops_after_its_plays_and_starts_anew(home):
    """The word NETSCAPE2.0 repeats it once: then its last frame stays, until it is asked for again."""
    path = save(home / "a.gif", [60, 60, 60], loop=1)
    with show(home, path) as running:
        playing(running, 2)
        playing(running, 2, ended=True)
        frames = running.idle().stats()["frames"]["count"]
        time.sleep(0.5)
        assert animation(running)["frame"] == 2
        assert running.stats()["frames"]["count"] <= frames + 2
        running.key("^Space")
        playing(running, 0)
        playing(running, 2)


def test_keys_stop_and_step(home):
    path = save(home / "a.gif", [100] * 6, loop=0)
    with show(home, path) as running:
        playing(running, 2)
        running.key("^Space")
        at = playing(running, paused=True)["frame"]
        assert near(color(running), COLORS[at])
        assert running.status()["notice"] == f"Frame {at + 1} of 6"
        for key, step in (("^n", 1), ("^n", 1), ("^p", -1), ("^p", -1), ("^p", -1)):
            at = (at + step) % 6
            running.key(key)
            playing(running, at, paused=True)
            assert near(color(running), COLORS[at])
        running.key("4", "^n")
        playing(running, (at + 4) % 6, paused=True)
        running.key("^Space")
        playing(running, paused=False)
        watch(running, 3)


def decoders_of(running):
    return {pid for pid in frieze.family(running.pid) if frieze.title_of(pid).startswith("frieze: decoder")}


def test_a_step_shows_what_was_to_come(home):
    """It is made already: the decoder, which is far from its first frame by then and stands still here, has nothing to do."""
    path = save(home / "a.gif", [200] * 6, loop=0)
    with show(home, path) as running:
        playing(running, 2)
        running.key("^Space")
        at = playing(running, paused=True)["frame"]
        running.idle()
        stopped = decoders_of(running)
        assert stopped
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        running.key("^n")
        playing(running, (at + 1) % 6, paused=True)
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
        assert near(color(running), COLORS[(at + 1) % 6])
        running.key("^Space")
        watch(running, 2)


def test_goes_on_where_its_decoder_was_lost(home):
    """Between two frames that is nobody's fault: another one opens it again, and goes on where it was."""
    path = save(home / "a.gif", [200] * 6, loop=0)
    with show(home, path) as running:
        playing(running, 2)
        for _ in range(2):
            running.key("^Space")
            at = playing(running, paused=True)["frame"]
            for pid in decoders_of(running):
                os.kill(pid, signal.SIGKILL)
            running.key("^n")
            playing(running, (at + 1) % 6, paused=True)
            assert near(color(running), COLORS[(at + 1) % 6])
            running.key("^Space")
            watch(running, 3)
        assert not (running.status()["notice"] or "").startswith("Not played")
    assert any("killed" in line for line in running.errors())


def test_plays_are_counted_whoever_decodes(home):
    """A decoder that is lost in the third of four leaves two at most, and no four more."""
    path = save(home / "a.gif", [100] * 8, loop=3)
    with show(home, path) as running:
        for _ in range(2):
            playing(running, 7)
            playing(running, 0)
        for pid in decoders_of(running):
            os.kill(pid, signal.SIGKILL)
        rounds, at = 0, 0
        while not (now := animation(running))["ended"]:
            rounds, at = rounds + (now["frame"] < at), now["frame"]
        assert rounds <= 1 and now["frame"] == 7


@pytest.mark.parametrize("time", range(4))
def test_the_end_after_its_decoder_was_lost(home, time):
    """Nobody has asked anything of it since, so nobody knows."""
    with show(home, save(home / "a.gif", [60, 60, 60])) as running:
        playing(running, 2, ended=True)
        for pid in decoders_of(running):
            os.kill(pid, signal.SIGKILL)


def test_plays_longer_than_a_decoder_may_live(home):
    """Each has an hour of CPU time, which this clock lets pass in a part of a second: another one opens it again before that is over,
    and no frame is late for it."""
    rng = np.random.default_rng(5)
    frames = [Image.fromarray(rng.integers(0, 255, (600, 800), dtype=np.uint8)) for _ in range(8)]
    frames[0].save(home / "a.gif", save_all=True, append_images=frames[1:], duration=60, loop=0)
    clock = {"LD_PRELOAD": os.environ["FRIEZE_CLOCK"], "FRIEZE_CLOCK_CPU": "9000"}
    options = ("--size", "400x300", "--jobs", "1", "--limit-seconds", "900")  # a picture takes some ms, which this clock makes minutes
    with home.start(*options, home / "a.gif", more=clock) as running:
        running.idle().key("Return")
        playing(running)
        seen, longest_s = set(), 0
        end = time.monotonic() + frieze.PATIENCE_S
        while len(seen) < 6:
            assert time.monotonic() < end, f"{len(seen)} decoders in {frieze.PATIENCE_S} s"
            when = [at for at, _ in watch(running, 6)]
            longest_s = max(longest_s, *(after - before for before, after in zip(when, when[1:])))
            seen |= decoders_of(running)
        assert longest_s < (5 if frieze.is_sanitized() else 1), "frames of 60 ms"
        assert running.stats()["decode"]["respawned"] == 0 and running.errors() == []
        assert not (running.status()["notice"] or "").startswith("Not played")


def test_less_motion(home):
    """With --motion=reduced it plays when it is asked for; with off it is stepped through at most."""
    path = save(home / "a.gif", [50] * 6, loop=0)
    with show(home, path, "--motion=reduced") as running:
        assert near(color(running), COLORS[0])
        assert animation(running) is None
        running.key("^Space")
        playing(running)
        watch(running, 2)
        running.ask("set", "motion", "off")
        running.until(animation=None)
        assert near(color(running), COLORS[0])
        with pytest.raises(frieze.Refused):
            running.ask("animation")
        running.key("^n")
        playing(running, 1, paused=True)
        assert near(color(running), COLORS[1])


def test_idle_means_that_the_frame_is_there(home):
    with show(home, save(home / "a.gif", [60] * 6, loop=0), "--motion", "reduced") as running:
        running.idle()
        for shown in COLORS[1:]:
            running.ask("frame_next")
            running.idle()
            assert near(color(running), shown)


def test_loading_that_is_paused_starts_nothing(home):
    """What was stepped through stands afterwards too; what plays waits for its frames, and goes on with them."""
    path = save(home / "a.gif", [60] * 6, loop=0)
    with show(home, path, "--motion=off") as running:
        running.idle().key("^n")
        playing(running, 1, paused=True)
        running.key("P").idle().key("P").idle()
        playing(running, 1, paused=True)
    with show(home, path) as running:
        playing(running, 2)
        running.key("P").idle()
        playing(running, paused=False)
        running.key("P")
        watch(running, 3)


def show_checks(home, name, loop):
    """Opens four frames of pixels that alternate."""
    rows, columns = np.indices((1200, 1600))
    checks = [Image.fromarray(((rows + columns) % 2 * 255).astype(np.uint8) & grey) for grey in (255, 200, 140, 90)]
    checks[0].save(home / name, save_all=True, append_images=checks[1:], duration=80, loop=loop)
    return show(home, home / name)


def assert_sharp_when_zoomed(running, **stands):
    """A zoom shows the pixels of the frame that stands."""
    for key, sharp in ((None, False), ("a", True)):
        middle = (running.key(key) if key else running).idle().screenshot().convert("L")
        steps = np.abs(np.diff(np.array(middle, dtype=int)[150, 100:300]))
        assert (steps.min() > 60) == sharp, (key, steps)
        playing(running, **stands)


def test_one_that_is_paused_is_as_sharp_as_it_is_large(home):
    with show_checks(home, "a.gif", 0) as running:
        playing(running, 1)
        running.key("^Space")
        at = playing(running, paused=True)["frame"]
        assert_sharp_when_zoomed(running, frame=at, paused=True)


def test_one_that_has_ended_is_as_sharp_as_it_is_large(home):
    """And stays at its end."""
    with show_checks(home, "a.png", 2) as running:
        playing(running, 3, ended=True)
        assert_sharp_when_zoomed(running, frame=3, ended=True)
        time.sleep(0.3)
        assert animation(running)["ended"]


def test_one_that_is_too_large_to_play_says_so(home):
    """When it is opened, and to whoever asks for its frames."""
    save(home / "a.gif", [60] * 3, size=(2400, 2000), loop=0)
    with show(home, home / "a.gif", "--memory", "64M") as running:
        running.until(notice=lambda text: text and "Not played" in text and "--memory" in text)
        for command in (("frame_next",), ("animation",)):
            reply = running.ctl(*command)
            assert reply.status == 1 and "cannot be played" in reply.err, (command, reply)
        assert animation(running) is None


def test_one_that_plays_once_ends_before_what_is_damaged(home):
    path = save(home / "a.webp", [400] * 4, loop=1, lossless=True)
    data = bytearray(path.read_bytes())
    at = [place for place in range(len(data)) if data[place:place + 4] == b"VP8L"][2]
    data[at + 13:at + 13 + 8] = b"\xff" * 8  # behind its header
    path.write_bytes(data)
    with show(home, path, "--motion", "full") as running:
        seen = []
        def ended():
            now = animation(running)
            if now and (not seen or seen[-1] != now["frame"]):
                seen.append(now["frame"])
            return now and now["ended"]
        wait_until(ended, lambda: seen)
        assert seen in ([0, 1], [1]), seen


def test_the_end_is_the_start_again(home):
    """Of one that plays once, also where its last frame was paused at."""
    path = save(home / "a.gif", [60, 60, 4000, 60])
    with show(home, path) as running:
        playing(running, 2)
        running.key("^n")
        playing(running, 3, paused=True)
        running.key("^Space")
        playing(running, 2, paused=False, ended=False)


def test_stays_with_its_picture(home):
    """What is left stops, comes back from the start, and its tile is the first frame."""
    folder = pictures.fill(home / "some", 1, SIZE)
    save(folder / "a.gif", [60] * 6, loop=0)
    with home.start("--size", "400x300", folder) as running:
        running.idle().key("Return")
        playing(running, 3)
        running.key("n").until(animation=None)
        running.key("p")
        playing(running, 2)
        running.key("Esc").until(animation=None, mode="wall")
        running.idle()
        assert COLORS[0] in [color for _, color in running.screenshot().getcolors(1 << 20)]


def test_picture_that_is_not_animated_says_so(home):
    folder = pictures.fill(home / "some", 1, SIZE)
    with home.start("--size", "400x300", folder) as running:
        running.idle().key("Return").idle()
        for command in ("animation", "frame_next", "frame_previous"):
            with pytest.raises(frieze.Refused, match="no animation"):
                running.ask(command)


# --- what it costs ---


def held_bytes(running):
    """Its own: what is mapped of libraries depends on who else runs."""
    return frieze.rollup_bytes(running.pid, "Anonymous")


@pytest.mark.skipif(frieze.is_sanitized(), reason="sanitizers have memory of their own")
def test_frames_are_never_all_in_memory(home):
    """200 frames of 480 KB: 96 MB if they were kept."""
    path = save(home / "a.gif", [20] * 200, size=(400, 300), loop=0)
    other = pictures.fill(home / "some", 1, (400, 300)) / "p0.png"
    with home.start("--size", "400x300", "--memory", "64M", other, path) as running:
        rest = held_bytes(running.idle().key("Return").idle())
        running.key("n")
        assert playing(running)["frames"] == 200
        most = 0
        for _ in range(2):
            at = animation(running)["frame"]
            running.key("9", "0", "^n")
            playing(running, paused=True)
            running.key("^Space")
            watch(running, 10)
            most = max(most, held_bytes(running))
            assert animation(running)["frame"] != at
        assert most - rest < 16 * MB


@pytest.mark.parametrize("part", (0.5, 0.9, 0.999))
def test_cut_file_plays_as_far_as_it_goes(home, part):
    path = save(home / "a.gif", [50] * 20, loop=0)
    data = path.read_bytes()
    path.write_bytes(data[:int(len(data) * part)])
    with show(home, path) as running:
        frames = playing(running)["frames"]
        assert 20 * part - 3 < frames < 20
        watch(running, 3)


def test_removed_while_it_plays(home):
    folder = pictures.fill(home / "some", 2, SIZE)
    save(folder / "a.gif", [30] * 6, loop=0)
    with home.start("--size", "400x300", folder) as running:
        running.idle().key("Return")
        playing(running, 2)
        (folder / "a.gif").unlink()
        running.until(items=2, animation=None)


def test_going_back_opens_no_file(home, isolation):
    """What plays has its file in memory as long as the history has the picture."""
    folder = pictures.fill(home / "some", 0)
    counts = range(4, 8)  # of frames
    for count in counts:
        save(folder / f"{count}.gif", [30] * count, loop=0)
    with home.start("--size", "400x300", "--isolation", isolation, folder) as running:
        running.idle().key("Return")
        playing(running, 2, frames=counts[0])
        for count in counts[1:]:
            running.key("Right")
            playing(running, 2, frames=count)
        with opened.names_in(folder) as told:
            for count in reversed(counts[:-1]):
                running.key("Left")
                playing(running, 2, frames=count)
            assert told() == []
        save(folder / f"{counts[1]}.gif", [30] * 9, loop=0)
        running.key("Right")
        playing(running, 8, frames=9)


def test_what_is_too_large_to_keep_is_read_again(home):
    """Of 64 MB copies take 4 at most: what plays comes first."""
    folder = pictures.fill(home / "some", 0)
    noise = np.random.default_rng(1).integers(0, 255, (8, 600, 800), dtype=np.uint8)
    frames = [Image.fromarray(one, "P") for one in noise]
    for frame in frames:
        frame.putpalette(bytes(range(256)) * 3)
    frames[0].save(folder / "a.gif", save_all=True, append_images=frames[1:], duration=30, loop=0)
    save(folder / "b.gif", [30] * 4, loop=0)
    assert (folder / "a.gif").stat().st_size > 5 * MB
    with home.start("--size", "400x300", "--memory", "64M", folder) as running:
        running.idle().key("Return")
        playing(running, 2, frames=8)
        running.key("Right")
        playing(running, 2, frames=4)
        with opened.names_in(folder) as told:
            running.key("Left")
            playing(running, 2, frames=8)
            assert set(told()) == {"a.gif"}


# --- on the wall ---


def point(running, x, y):
    running.display.xdotool("mousemove", "--window", running.display.window(running), x, y)


def middle_of(running, wanted):
    """Where that colour stands."""
    distance = np.abs(np.asarray(running.screenshot(), dtype=int) - wanted).max(axis=2)
    rows, columns = np.nonzero(distance <= 6)
    return int(columns.min() + columns.max()) // 2, int(rows.min() + rows.max()) // 2


def test_tile_under_the_pointer_plays(home, x11):
    """Not before the pointer is there, not after it left, nor with less motion; then its first frame is there again."""
    folder = home / "some"
    folder.mkdir()
    save(folder / "a.gif", [80] * 3, loop=0)
    save(folder / "b.png", [80] * 3, COLORS[3:], loop=0)
    with home.start("--size", "800x300", folder, display=x11) as running:
        point(running, 2, 298)
        running.until(animation=None)
        first, second = middle_of(running, COLORS[0]), middle_of(running, COLORS[3])
        point(running, *first)
        playing(running, 1)
        watch(running, 4)
        point(running, first[0] + 3, first[1])
        watch(running, 2)
        point(running, *second)
        running.until(animation=lambda a: a and running.screenshot().getpixel(first) == COLORS[0])
        watch(running, 2)
        point(running, 2, 298)
        running.until(animation=None)
        image = running.screenshot()
        assert near(image.getpixel(first), COLORS[0]) and near(image.getpixel(second), COLORS[3])
        running.ask("set", "motion", "reduced")
        point(running, *first)
        before = running.idle().stats()["frames"]["count"]
        time.sleep(0.4)
        assert animation(running) is None and running.stats()["frames"]["count"] <= before + 2
        running.ask("reset", "motion")
        playing(running, 1)
        running.key("Home", "Return")
        assert playing(running, 2)["frames"] == 3
