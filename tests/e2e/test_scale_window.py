"""Scaling in a window: frieze scale --show, and from the wall by S; states, suspension, ends at any moment, originals kept."""
# ctest: COST 40 LABELS display

import hashlib
import os
import shutil
import subprocess
import time

import pytest
from PIL import Image

import pictures
from frieze import PATIENCE_S, Refused, wait_until
from presses import type_keys

LARGE = (2400, 1800)  # takes a while
WINDOW = (800, 600)


def contents(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*") if path.is_file()}


def age(folder):
    then = time.time() - 60
    for path in folder.rglob("*"):
        os.utime(path, (then, then))
    return folder


@pytest.fixture(scope="module")
def source(module_home):
    return age(pictures.fill(module_home / "in", 60, LARGE, "jpg"))


@pytest.fixture
def out(home):
    return home / "out"


def show(home, display, *arguments, **options):
    size = [] if "-s" in arguments else ["-s", "1600"]
    return home.start("scale", "--show", "--window", "800x600", "--tile", "100x75", "--no-config", *size, *arguments,
                      display=display, **options)


def window(frieze):
    """Of the process that shows it: the one that was started waits for it."""
    if frieze.window is None:
        frieze.window = frieze.display.xdotool("search", "--sync", "--onlyvisible", "--class", "frieze")[-1]
    return frieze.window


def job(frieze, name="scale"):
    return next(job for job in frieze.ask("jobs") if job["name"] == name)


def begun(frieze, at_least=1):
    wait_until(lambda: job(frieze)["done"] >= at_least, "pictures that are done")
    return frieze


def finished(frieze, within_s=PATIENCE_S):
    wait_until(lambda: frieze.status()["batch"] == "IDLE" and job(frieze)["total"] > 0, "the end", within_s)
    return job(frieze)


def ended(frieze):
    """Its exit status, once it has ended by itself."""
    return frieze.process.wait(PATIENCE_S)


def test_all_are_scaled_and_shown(home, x11, source, out):
    with open(home / "said", "wb") as said, show(home, x11, "-s", "200", source, out, stdout=said) as frieze:
        done = finished(frieze)
        assert (done["state"], done["done"], done["total"], done["failed"]) == ("idle", 60, 60, 0)
        shot = frieze.screenshot()
    assert (home / "said").read_text().startswith("copied 0 scaled 60 using ")
    for path in out.iterdir():
        with Image.open(path) as image:
            assert image.size == (200, 150)
    assert len(list(out.iterdir())) == 60
    assert len(pictures.boxes(shot)) > 0  # tiles, undimmed


def test_the_folder_it_proposes_where_nothing_is_shown(home, x11, source):
    """Beside what is marked; without a mark there is nothing to scale."""
    folder = pictures.fill(home / "few", 2, (40, 30))
    with home.start("--size", "800x600", folder, display=x11) as frieze:
        frieze.idle().key("m").ask("search", "no such name")
        frieze.until(title=None, marked=1)
        frieze.key("S", "Tab", "Tab", "Return")
        wait_until(lambda: (home / "few-1600").is_dir(), "the folder", 10)
        finished(frieze)
        assert [path.name for path in (home / "few-1600").glob("*.png")] == ["p0.png"]
        frieze.key("u", "S")
        frieze.until(notice="no picture is selected")


def test_tiles_are_dim_until_they_are_done(home, x11, source, out):
    with show(home, x11, "-c", "1", source, out) as frieze:
        begun(frieze)
        frieze.ask("jobs", "suspend", "scale")
        frieze.idle("screenful")
        assert job(frieze)["state"] == "suspended"
        time.sleep(1)  # what was begun ends
        count = job(frieze)["done"]
        time.sleep(0.4)
        assert job(frieze)["done"] == count < 15
        assert frieze.status()["batch"] == "WORKING"
        dim = [lightness(frieze.screenshot(), box) for box in grid()]
        frieze.ask("jobs", "resume", "scale")
        frieze.ask("jobs", "wait", "scale", PATIENCE_S)
        light = [lightness(frieze.screenshot(), box) for box in grid()]
    assert abs(light[0] - dim[0]) < 2, (light[0], dim[0])  # was done already
    assert light[20] > 1.8 * dim[20], (light[20], dim[20])  # waited


def grid():
    """The middle of each tile in the window: 7 columns of 100x75."""
    pitch_x, pitch_y = WINDOW[0] / 7, 96
    return [(int((i % 7 + 0.5) * pitch_x), int((i // 7 + 0.5) * pitch_y)) for i in range(35)]


def lightness(shot, at, side=20):
    box = (at[0] - side, at[1] - side, at[0] + side, at[1] + side)
    return sum(shot.crop(box).convert("L").getdata()) / (2 * side) ** 2


def test_suspended_and_resumed(home, x11, source, out):
    with show(home, x11, "-s", "100", source, out) as frieze:
        begun(frieze).ask("jobs", "suspend", "scale")
        with pytest.raises(Refused):
            frieze.ask("jobs", "suspend", "scale")
        frieze.ask("jobs", "resume", "scale")
        frieze.ask("jobs", "wait", "scale", 60)
        assert job(frieze)["done"] == 60 and frieze.status()["batch"] == "IDLE"


@pytest.mark.parametrize("how", ["key", "button", "command"])
def test_cancelled(home, x11, source, out, how):
    with open(home / "said", "wb") as said, show(home, x11, "-c", "1", source, out, stdout=said, status=130) as frieze:
        begun(frieze)
        window(frieze)
        if how == "key":
            type_keys(frieze, "Esc")
        elif how == "button":
            x11.xdotool("mousemove", "--window", window(frieze), WINDOW[0] - 50, WINDOW[1] - 25, "click", 1)
        else:
            frieze.ask("jobs", "cancel", "scale")
        finished(frieze, within_s=5)
        assert frieze.is_running()
        count = job(frieze)["done"]
        assert count < 60
    assert (home / "said").read_text().rstrip().endswith("canceled")
    assert len(list(out.iterdir())) == count
    for path in out.iterdir():
        with Image.open(path) as image:
            image.load()


def processes_of(group):
    out = subprocess.run(["ps", "-eo", "pgid=,pid="], stdout=subprocess.PIPE, check=True).stdout.decode().split("\n")
    return [line for line in out if line.split()[:1] == [str(group)]]


@pytest.fixture(scope="module")
def undisturbed(module_home, source):
    assert module_home.frieze("scale", "-s", "1600", source, module_home / "undisturbed").status == 0
    return contents(module_home / "undisturbed")


@pytest.mark.parametrize("how", ["q", "SIGTERM", "ctl"])
def test_closed_in_the_middle(home, x11, source, out, undisturbed, how):
    frieze = show(home, x11, "-c", "1", source, out, start_new_session=True).ready()
    begun(frieze)
    before = time.monotonic()
    if how == "q":
        frieze.key("q")
    elif how == "SIGTERM":
        frieze.process.terminate()
    else:
        frieze.ask("quit")
    assert ended(frieze) == 130
    assert time.monotonic() - before < 5
    wait_until(lambda: not processes_of(frieze.pid), lambda: f"an end of {processes_of(frieze.pid)}")
    interrupted = contents(out)
    assert len(interrupted) < 60 and not [name for name in interrupted if not name.endswith(".jpg")]
    frieze.end()
    assert home.frieze("scale", "-s", "1600", source, out).status == 0
    assert contents(out) == undisturbed


def test_terminating_is_told(home, source, out):
    """While the last picture is decoded, which may be over before it is asked."""
    for _ in range(20):
        frieze = home.start("scale", "--show", "-c", "1", "-s", "1600", source, out).ready()
        begun(frieze)
        frieze.connection.sendall(b'{"id":7,"cmd":"quit","args":[]}\n{"id":7,"cmd":"status","args":[]}\n')
        answers = [frieze.lines.readline() for _ in range(2)]
        assert ended(frieze) == 130
        if b'"TERMINATING"' in answers[1]:
            return
        shutil.rmtree(out)
    pytest.fail(f"it was never told: {answers}")


def test_what_cannot_be_is_said_before_there_is_a_window(home, source):
    before = contents(source)
    for target in (source, source / "below"):
        result = home.frieze("scale", "--show", "-r", "--headless", source, target)
        assert result.status == 2, result
        assert len(result.lines) == 1 and str(target) in result.lines[0]
    assert contents(source) == before


@pytest.mark.parametrize("arguments, said", [(["--list"], "--list"), (["one"], "no folder")])
def test_what_has_no_meaning_in_a_window(home, source, out, arguments, said):
    path = source / "p0.jpg" if arguments == ["one"] else source
    result = home.frieze("scale", "--show", "--headless", *[a for a in arguments if a != "one"], path, out)
    assert result.status == 2 and said in result.err and not out.exists(), result


def test_a_source_behind_a_link(home, source, out):
    (home / "link").symlink_to(source)
    with home.start("scale", "--show", "-s", "100", home / "link", out) as frieze:
        assert finished(frieze)["done"] == 60
    assert len(list(out.iterdir())) == 60


def test_an_empty_folder_ends_as_on_the_console(home, out):
    (home / "empty").mkdir()
    results = [home.frieze("scale", *show, "--json", home / "empty", out) for show in ([], ["--show", "--headless"])]
    assert [result.status for result in results] == [1, 1]
    assert all('"total":0' in result.out for result in results), results


@pytest.mark.parametrize("how", ["quit", "cancel"])
def test_ended_before_all_names_are_known(home, source, out, how):
    os.mkfifo(home / "paths")
    paths = os.open(home / "paths", os.O_RDWR)
    with open(home / "said", "wb") as said:
        frieze = home.start("scale", "--show", "-", out, stdin=paths, stdout=said).ready()
    os.write(paths, os.fsencode(source / "p0.jpg") + b"\n")
    frieze.until(items=1, batch="WORKING")
    if how == "cancel":
        frieze.ask("jobs", "cancel", "scale")
        frieze.ask("jobs", "wait", "scale")
        assert frieze.status()["batch"] == "IDLE" and frieze.is_running()
    frieze.ask("quit")
    assert ended(frieze) == 130
    assert "canceled" in (home / "said").read_text() and not out.exists()
    os.close(paths)


def test_paths_of_which_some_lie_in_the_target(home):
    folder = home / "mixed"
    pictures.write(folder_of(folder) / "x.jpg", 1, (900, 600))
    older = pictures.write(folder_of(folder / "b") / "x.jpg", 2, (900, 600))
    os.utime(older, (1, 1))
    before = older.read_bytes()
    paths = b"".join(os.fsencode(path) + b"\n" for path in (folder / "x.jpg", older))
    result = home.frieze("scale", "-", folder / "b", data=paths)
    assert result.status == 2 and "lie there" in result.err
    (home / "link").symlink_to(folder / "b")  # which a path does not tell
    result = home.frieze("scale", "-", home / "link", data=os.fsencode(folder / "x.jpg"))
    assert result.status == 1 and "might be an original" in result.err, result
    assert older.read_bytes() == before


def folder_of(path):
    path.mkdir(parents=True, exist_ok=True)
    return path


# --- from the wall ---

@pytest.fixture
def wall(home, x11, source):
    with home.start("--size", "800x600", "--tile", "100x75", source, display=x11) as frieze:
        yield frieze.idle()


def test_marked_pictures_by_keys(home, x11, wall, out):
    type_keys(wall, "m", "l", "m", "l", "l", "m", "S")
    type_keys(wall, "3", "2", "0", "Down", "^u", *str(out), "Return")
    finished(wall)
    assert sorted(path.name for path in out.iterdir()) == ["p0.jpg", "p1.jpg", "p3.jpg"]
    with Image.open(out / "p3.jpg") as image:
        assert image.size == (320, 240)
    type_keys(wall, "Esc")  # takes the bar away, and does not quit
    assert wall.is_running() and wall.status()["batch"] == "IDLE"


@pytest.mark.parametrize("how", ["command", "panel"])
@pytest.mark.parametrize("folder", ["~", "~/a/b", "~else"])
def test_folders_below_home(home, x11, source, how, folder):
    """As a shell has them: "~" alone and before a slash; nothing is made of another's."""
    mine = folder_of(home / "mine")
    expected = {"~": mine, "~/a/b": mine / "a" / "b", "~else": home / "~else"}[folder]
    home.environment["HOME"] = str(mine)
    with home.start("--size", "800x600", "--tile", "100x75", source, display=x11) as wall:
        wall.idle()
        if how == "command":
            wall.ask("scale", 100, folder)
        else:
            type_keys(wall, "S", "Down", "^u", *("asciitilde" if letter == "~" else letter for letter in folder), "Return")
        assert finished(wall)["failed"] == 0
    assert [path.name for path in expected.iterdir() if path.suffix == ".jpg"] == ["p0.jpg"]


def test_the_current_picture_by_mouse(home, x11, wall, source):
    wall.key("End", "S").idle()
    x11.xdotool("mousemove", "--window", wall.display.window(wall), 800 // 2 + 270, 600 // 2 + 65, "click", 1)  # the button Scale
    finished(wall)
    beside = source.with_name(source.name + "-1600")
    assert [path.name for path in beside.iterdir()] == ["p59.jpg"]
    with Image.open(beside / "p59.jpg") as image:
        assert max(image.size) == 1600


def test_originals_stay(home, wall, source):
    before = contents(source)
    for target in (source, source.parent):
        wall.ask("scale", 50, target)
        with pytest.raises(Refused, match="pictures of the wall lie there"):
            wall.ask("jobs", "wait", "scale")
        assert "pictures of the wall lie there" in job(wall)["error"]
    assert contents(source) == before
    with pytest.raises(Refused):
        wall.ask("scale", "tiny", source)


def test_originals_behind_links_stay(home, x11):
    """What a wall shows by one path, the target names by another."""
    real = folder_of(home / "real")
    older = pictures.write(real / "x.jpg", 1, (900, 600))
    os.utime(older, (1, 1))
    pictures.write(folder_of(real / "sub") / "x.jpg", 2, (900, 600))
    (home / "link").symlink_to(real)
    before = contents(real)
    for wall, target in ((real, home / "link"), (home / "link", real)):
        with home.start(wall) as frieze:
            frieze.until(items=2)
            frieze.idle().key("End", "m").ask("scale", 100, target)
            frieze.ask("jobs", "wait", "scale")
            assert job(frieze)["failed"] == 1
    assert contents(real) == before


def test_esc_in_a_picture_leaves_the_batch_alone(wall, out):
    wall.key("^a").ask("scale", 1600, out)
    wall.key("Return").until(mode="picture")
    type_keys(wall, "Esc")
    wall.until(mode="wall")
    assert wall.status()["batch"] == "WORKING"
    type_keys(wall, "Esc")
    wall.until(batch="IDLE")
    assert wall.is_running() and job(wall)["done"] < 60


def test_several_at_once_are_refused(wall, out):
    wall.key("^a").ask("scale", 300, out)
    with pytest.raises(Refused) as refused:
        wall.ask("scale", 300, out)
    assert refused.value.code == "busy"
    wall.ask("jobs", "cancel")
    wall.ask("jobs", "wait", "scale")
    wall.ask("scale", 300, out)
    wall.ask("jobs", "wait", "scale", 60)
    assert len(list(out.iterdir())) == 60


# --- other long work ---

def test_scanning_is_told(home, isolation):
    folder = home / "many"
    for i in range(50):
        pictures.fill(folder / f"f{i:03}", 1, (40, 30))
    with home.start("--isolation", isolation, folder) as frieze:
        frieze.ask("jobs", "wait", "scan", 20)
        assert (job(frieze, "scan")["done"], job(frieze, "scan")["state"]) == (50, "idle")
        with pytest.raises(Refused):
            frieze.ask("jobs", "suspend", "scan")


def test_scanning_is_held_and_ended(home, isolation):
    """Paths that come on standard input, which stays open: it would never end by itself."""
    folder = pictures.fill(home / "in", 3, (40, 30))
    os.mkfifo(home / "paths")
    paths = os.open(home / "paths", os.O_RDWR)
    with home.start("--isolation", isolation, "-", stdin=paths) as frieze:
        os.write(paths, os.fsencode(folder / "p0.png") + b"\n")
        frieze.until(items=1)
        assert job(frieze, "scan")["state"] == "working"
        frieze.ask("jobs", "suspend", "scan")
        time.sleep(0.3)
        os.write(paths, os.fsencode(folder / "p1.png") + b"\n")
        time.sleep(0.5)
        assert frieze.status()["items"] == 1
        frieze.ask("jobs", "resume", "scan")
        frieze.until(items=2)
        frieze.ask("jobs", "cancel", "scan")
        frieze.ask("jobs", "wait", "scan", 10)
        time.sleep(0.3)  # it is over for the program at once; its reader, which may hang, hears of it a moment later
        os.write(paths, os.fsencode(folder / "p2.png") + b"\n")
        time.sleep(0.3)
        assert frieze.status()["scanning"] is False and frieze.status()["items"] == 2
        assert not frieze.errors()
    os.close(paths)
