"""The slideshow and what is shown: --slideshow, --delay, --shown, a file on the command line."""
# ctest: COST 15 LABELS display

import json
import os
import time

import pytest
from PIL import Image

import pictures
from displays import Xvfb


@pytest.fixture(scope="module")
def folder(module_home):
    return pictures.fill(module_home / "pictures", 8, (400, 300))


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_show_goes_on_by_itself(home, x11, folder):
    """From the first picture on, each as long as the delay says, and from the last to the first again."""
    log = home / "shown.jsonl"
    with home.start("-s", "--delay", "0.3", "--shown", log, "--size", "400x300", folder, display=x11) as frieze:
        frieze.until(mode="slideshow", index=7)
        frieze.until(mode="slideshow", index=1)
    shown = lines_of(log)
    names = [os.path.basename(one["path"]) for one in shown]
    assert names[:9] == [f"p{number}.png" for number in (*range(8), 0)]
    for one in shown[1:8]:
        assert 280 <= one["ms"] <= 1500, f"0.3 s a picture, give or take what a busy machine takes: {shown}"


def test_the_first_picture_is_there_before_the_last_one_leaves(home):
    """Where the show comes round, more pictures than the history keeps lie between: it is loaded ahead like any other."""
    many = pictures.fill(home / "many", 40, (400, 300))
    with home.start("--delay", "1", "--history", "0", "--size", "400x300", many) as frieze:
        frieze.until(items=40, scanning=False)
        frieze.key("End", "Return").until(mode="picture", index=39)
        frieze.idle()
        hits = frieze.stats()["cache"]["hits"]
        frieze.key("s").until(mode="slideshow", index=0)
        assert frieze.stats()["cache"]["hits"] == hits + 1


def in_view(frieze):
    """The number of the picture that is seen, and how it is turned: asked for while the program is not idle."""
    shot = frieze.home / "in view.png"
    frieze.ask("screenshot", str(shot))
    with Image.open(shot) as image:
        return pictures.only(image.convert("RGB"))[:2]


def shown_as_it_waits(frieze):
    """The number of the picture in view once nothing is loaded any more, and what was loaded ahead has been shown."""
    frieze.until(mode="slideshow", index=1)
    frieze.key("P")
    seen = []
    while len(seen) < 5 or len(set(seen[-5:])) > 1:
        time.sleep(0.4)
        seen.append(in_view(frieze)[0])
    return seen[-1]


def test_keys_are_meant_for_what_is_in_view_while_a_show_waits(home):
    """It has gone on to a picture that does not come: nobody has seen that one yet."""
    many = pictures.fill(home / "many", 40, (400, 300))
    with home.start("-s", "--delay", "0.4", "--size", "600x400", "--motion", "off", many) as frieze:
        seen = shown_as_it_waits(frieze)
        frieze.key("m", ">")
        assert frieze.ask("marks") == [str(many / f"p{seen}.png")]
        assert frieze.status()["title"] == f"p{seen}.png" and in_view(frieze) == (seen, "90")
        frieze.key("P").until(mode="slideshow", title=f"p{seen + 1}.png")


@pytest.mark.parametrize("key, mode", [("Space", "slideshow"), ("s", "picture"), ("Return", "wall"), ("t", "wall")])
def test_what_is_in_view_is_kept_while_a_show_waits(home, key, mode):
    """Paused, ended or left then: the picture that is seen stays, and is the one that is selected."""
    many = pictures.fill(home / "many", 40, (400, 300))
    with home.start("-s", "--delay", "0.4", "--size", "600x400", "--motion", "off", many) as frieze:
        seen = shown_as_it_waits(frieze)
        frieze.key(key, "P").until(mode=mode, title=f"p{seen}.png", index=seen)
        frieze.idle()
        assert frieze.status()["title"] == f"p{seen}.png"
        assert mode == "wall" or in_view(frieze)[0] == seen


@pytest.mark.parametrize("keys, step", [("n", 1), ("p", -1), ("2n", 2)])
def test_steps_count_from_what_is_in_view_while_a_show_waits(home, keys, step):
    """Nobody has seen the one that it waits for."""
    folder = pictures.fill(home / "many", 40, (400, 300))
    with home.start("-s", "--delay", "0.4", "--size", "600x400", "--motion", "off", folder) as frieze:
        seen = shown_as_it_waits(frieze)
        frieze.key(*keys).until(index=seen + step)


def test_what_was_dropped_takes_no_place_in_the_history(home):
    """Going back past ten that were taken off the wall finds those that were shown before them."""
    many = pictures.fill(home / "many", 30, (400, 300))
    with home.start("--history", "5", "--size", "400x300", many) as frieze:
        frieze.idle().key("Home", "Return").idle()
        for _ in range(5):
            frieze.key("n").idle()
        for _ in range(10):
            frieze.key("D").idle()
        frieze.until(index=5, items=20)
        hits = frieze.stats()["cache"]["hits"]
        frieze.key("p", "p", "p", "p", "p").until(index=0)
        assert frieze.stats()["cache"]["hits"] == hits + 5


def test_each_has_its_time_whoever_asked_for_it(home, folder):
    """Also one that a key went on to shortly before the show would have."""
    log = home / "shown.jsonl"
    with home.start("-s", "--delay", "2", "--shown", log, "--size", "400x300", folder) as frieze:
        frieze.until(mode="slideshow", index=1)
        time.sleep(1.5)
        frieze.key("n").until(index=lambda index: index >= 2)
        frieze.until(index=5)
    times = [one["ms"] for one in lines_of(log)]
    assert sorted(times[1:-1])[1] >= 1900, f"all but one, that the key ended, and the last: {times}"


@pytest.mark.parametrize("options, first", [(("--reverse",), 7), (("--sort", "size"), 5), (("--sort", "date"), 3)])
def test_begins_with_the_first_of_its_order(home, options, first):
    """Not with the first by name, which then has another place."""
    some, log = pictures.fill(home / "some", 8, (400, 300)), home / "shown.jsonl"
    for number in range(8):
        os.utime(some / f"p{number}.png", (1.5e9 + number,) * 2)
    os.utime(some / "p3.png", (1.2e9, 1.2e9))
    pictures.write(some / "p5.png", 5, (40, 30))
    with home.start("-s", "--delay", "60", "--shown", log, "--size", "400x300", *options, some) as frieze:
        frieze.until(mode="slideshow", title=f"p{first}.png")
        frieze.idle()
    assert [os.path.basename(one["path"]) for one in lines_of(log)] == [f"p{first}.png"]


def test_a_paused_show_is_so_after_its_folder_was_empty(home):
    some = pictures.fill(home / "some", 3, (400, 300))
    with home.start("-s", "--delay", "0.4", "--size", "400x300", some) as frieze:
        frieze.until(mode="slideshow", index=1)
        frieze.key("Space").until(show_paused=True)
        for path in some.iterdir():
            path.unlink()
        frieze.until(items=0)
        pictures.fill(some, 3, (400, 300))
        frieze.until(items=3, mode="slideshow", show_paused=True)


def test_faster_is_never_slower(home, folder):
    with home.start("-s", "--delay", "0.34", "--size", "400x300", folder) as frieze:
        frieze.until(mode="slideshow")
        frieze.key(".")
        assert frieze.ask("get", "delay")["value"] <= 0.34


def test_paused_show_stands_still(home, x11, folder):
    with home.start("-s", "-d", "0.2", "--size", "400x300", folder, display=x11) as frieze:
        frieze.until(mode="slideshow", index=2)
        x11.press(frieze, "space")
        at = frieze.until(show_paused=True)["index"]
        before = frieze.stats()["frames"]["count"]
        frieze.idle()
        still = frieze.stats()["frames"]["count"]
        time.sleep(0.7)
        assert frieze.status()["index"] == at
        assert frieze.stats()["frames"]["count"] - still <= 5, f"frames while nothing moves, {before} before"
        x11.press(frieze, "space")
        frieze.until(show_paused=False, index=(at + 2) % 8)


def test_show_skips_nothing_that_failed(home, x11):
    """A picture that cannot be shown does not stop it."""
    folder = pictures.fill(home / "some", 4, (400, 300))
    (folder / "p1.png").write_bytes((folder / "p1.png").read_bytes()[:40])
    with home.start("--slideshow", "--delay", "0.2", "--size", "400x300", folder, display=x11) as frieze:
        frieze.until(index=3, mode="slideshow")
        assert len(frieze.errors()) == 1


def test_one_file_opens_and_its_folder_follows(home, x11, folder):
    """In its order, with the named one shown first; nothing from the folders below."""
    pictures.fill(folder / "below", 2)
    try:
        with home.start("--size", "800x600", folder / "p5.png", display=x11) as frieze:
            frieze.until(mode="picture", index=5, items=8, scanning=False)
            assert pictures.only(frieze.screenshot())[0] == 5
            x11.press(frieze, "Right", "Right", "Right")
            frieze.until(index=7, mode="picture")
            x11.press(frieze, "Return")
            frieze.until(mode="wall", index=7)
    finally:
        for path in (folder / "below").iterdir():
            path.unlink()
        (folder / "below").rmdir()


def test_one_file_without_its_siblings(home, x11, folder):
    with home.start("--no-siblings", "--size", "400x300", folder / "p5.png", display=x11) as frieze:
        frieze.until(mode="picture", index=0, items=1)


def test_a_file_that_is_missing_on_a_display(home, x11, folder):
    """Status 3 and one line, also where its folder has others."""
    result = home.frieze("--size", "300x200", folder / "missing.png", display=x11)
    assert result.status == 3 and 1 <= len(result.lines) <= 2 and "missing.png" in result.lines[0], result


def test_fullscreen_without_a_size(home, x11, folder):
    """The whole screen, and its pixels are those of the window."""
    with home.start(folder, display=x11) as frieze:
        frieze.idle().until(fullscreen=True)
        assert frieze.screenshot().size == x11.size
        assert pictures.wall(x11.screenshot()) == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_quit_when_on_a_display(home, x11, folder):
    """A display that is there is used, also for a screenshot at the end."""
    result = home.frieze("--size", "640x480", "--tile", "200x150", "--screenshot", home / "s.png", "--stats",
                         home / "s.json", "--quit-when", "loaded", folder, display=x11)
    assert (result.status, result.lines) == (0, [])
    assert pictures.wall(Image.open(home / "s.png")) == [[0, 1, 2], [3, 4, 5]]
    stats = json.loads((home / "s.json").read_text())
    assert stats["renderer"] not in (None, "offscreen") and stats["decode"]["count"] == 8


def test_quit_while_loading(home, x11):
    """By a key, within a second."""
    folder = home / "slow"
    folder.mkdir()
    Image.effect_noise((3000, 2000), 90).convert("RGB").save(folder / "n0.jpg", quality=95)
    for number in range(1, 60):
        os.link(folder / "n0.jpg", folder / f"n{number}.jpg")
    frieze = home.start("--size", "1200x700", folder, display=x11).ready()
    x11.press(frieze, "Right")
    began = time.monotonic()
    x11.press(frieze, "q")
    assert frieze.process.wait(20) == 0 and time.monotonic() - began < 1 and frieze.errors() == []


def test_server_that_goes_away(home, folder, tmp_path):
    """The X server ends, and so does frieze; its socket is not in the way of the next one."""
    with Xvfb(tmp_path) as display:
        frieze = home.start("--size", "300x200", folder, display=display).ready().idle()
    frieze.process.wait(10)
    with home.start("--size", "300x200", folder) as after:
        assert after.errors() == []


def test_starts_no_session_bus(home, x11, folder):
    """Where there is none, libdbus would launch one: to be waited for at the start, and left behind at the end."""
    (home / "bin").mkdir()
    launch = home / "bin" / "dbus-launch"
    launch.write_text(f"#!/bin/sh\ntouch '{home.path}/launched'\n")
    launch.chmod(0o755)
    home.environment["PATH"] = f"{home.path}/bin:{home.environment['PATH']}"
    home.environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
    assert home.frieze("--size", "300x200", "--quit-when", "screenful", folder, display=x11).status == 0
    assert not (home / "launched").exists()


def test_a_short_delay_shortens_the_fade(home):
    """Of two plain pictures each is seen pure for a while, however short its time: the fade takes half of it at most."""
    folder = home / "plain"
    folder.mkdir()
    colours = [(200, 30, 30), (30, 30, 200)]
    for number, colour in enumerate(colours):
        Image.new("RGB", (320, 180), colour).save(folder / f"{number}.png")
    seen = set()
    with home.start("--headless", "--size", "320x180", "--slideshow", "--delay", "0.4", folder) as frieze:
        frieze.ready().until(mode="slideshow")
        for _ in range(60):
            frieze.ask("screenshot", home / "now.png")
            seen.add(Image.open(home / "now.png").convert("RGB").getpixel((160, 90)))
            if all(colour in seen for colour in colours) and len(seen) > 2:
                return
    raise AssertionError(f"never both pure, with a fade between: {sorted(seen)}")


@pytest.mark.parametrize("launcher", ["DESKTOP_STARTUP_ID", "XDG_ACTIVATION_TOKEN", "GIO_LAUNCHED_DESKTOP_FILE"])
def test_the_hint_from_a_desktop(home, x11, folder, launcher):
    """Somebody who clicked on an icon has no terminal; the line on the screen is for him too."""
    def bottom(environment):
        home.environment.update(environment)
        with home.start("--size", "640x480", folder, display=x11) as frieze:
            return frieze.idle().screenshot().crop((0, 430, 640, 480)).tobytes()
    plain = bottom({})
    assert bottom({launcher: "frieze-1"}) != plain


@pytest.mark.parametrize("name", ["photo.txt", "photo.mp4", "photo", ".photo"])
def test_the_named_file_is_shown_whatever_its_name(home, x11, folder, name):
    """Its bytes decide, as they do for every file that is named; the pictures of its folder follow."""
    (folder / name).write_bytes((folder / "p5.png").read_bytes())
    try:
        with home.start("--size", "400x300", folder / name, display=x11) as frieze:
            frieze.until(mode="picture", title=name, items=lambda items: items >= 9)
            assert frieze.idle().screenshot().getpixel((10, 10)) == pictures.RED and frieze.errors() == []
    finally:
        (folder / name).unlink()


def test_a_named_file_that_is_no_picture(home, x11, folder):
    """It opens, and says what it is; no other picture takes its place."""
    (folder / "p0 text.jpg").write_text("hello")
    try:
        with home.start("--size", "400x300", folder / "p0 text.jpg", display=x11) as frieze:
            frieze.until(mode="picture", title="p0 text.jpg", failed=1)
            assert len(frieze.errors()) == 1 and "p0 text.jpg" in frieze.errors()[0]
    finally:
        (folder / "p0 text.jpg").unlink()
