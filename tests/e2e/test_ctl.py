"""The control socket and `frieze ctl`: what status says, waiting, pausing, screenshots; who may connect."""
# ctest: LABELS sanitized

import json
import os
import signal
import socket
import stat
import subprocess

import pytest
from PIL import Image

import pictures
from frieze import PATIENCE_S, Refused, wait_until

TEXT, MAYBE_TEXT = (str,), (str, type(None))
STATUS = {
    "mode": TEXT, "index": (int,), "items": (int,), "away": (int,), "scanning": (bool,), "uri": TEXT, "title": TEXT,
    "visible": (list,), "pending": (int,), "failed": (int,), "paused": (bool,), "show_paused": (bool,),
    "zoom": (int, float, type(None)), "batch": MAYBE_TEXT, "fullscreen": (bool,), "sandbox_state": TEXT,
    "uptime_ms": (int,),
}


@pytest.fixture(scope="module")
def folder(module_home):
    return pictures.fill(module_home / "pictures", 60)


@pytest.fixture(scope="module")
def frieze(module_home, folder):
    with module_home.start("--size", "800x600", "--tile", "100x75", folder) as running:
        yield running


@pytest.fixture
def wall(frieze):
    """The running one, back at its start."""
    if frieze.status()["mode"] != "wall":
        frieze.key("Return")
    frieze.ask("loading", "resume")
    return frieze.key("Home").idle()


# --- the program `frieze ctl` ---

def test_ctl_prints_the_result(wall, folder):
    result = wall.ctl("status")
    assert (result.status, result.err) == (0, "") and result.out.count("\n") == 1
    status = json.loads(result.out)
    assert status["items"] == 60 and status["uri"] == str(folder / "p0.png")
    silent = wall.ctl("key", "Right")
    assert (silent.status, silent.out, silent.err) == (0, "", "")
    assert wall.status()["index"] == 1


@pytest.mark.parametrize("arguments", [
    ["no-such-command"], ["key"], ["key", "NoSuchKey"], ["wait"], ["wait", "forever"], ["wait", "idle", "soon"],
    ["wait", "idle", "-1"], ["screenshot"], ["screenshot", "a.png", "b.png"], ["loading", "stop"], ["status", "all"],
    ["quit", "now"],
], ids=" ".join)
def test_ctl_says_what_is_wrong(wall, arguments):
    """One line on standard error, status 1; a key that is wrong keeps all of its sequence from being pressed."""
    result = wall.ctl(*arguments)
    assert result.status == 1 and result.out == "" and len(result.lines) == 1, result
    assert result.lines[0].startswith("frieze: ")
    assert wall.status()["index"] == 0


def test_ctl_refuses_what_means_nothing_here(wall):
    """A command of another view: one line that says where it would mean something, and nothing is done."""
    picture, show = "in the picture view", "while a slideshow runs"
    for command, where in [("zoom_fit", picture), ("flip_h", picture), ("close", picture), ("zoom_keep", picture),
                           ("pause_show", show)]:
        result = wall.ctl(command)
        assert (result.status, result.err) == (1, f"frieze: {command}: only {where}\n")
    assert wall.ctl("zoom_in").status == wall.ctl("zoom_out").status == wall.ctl("status").status == 0
    wall.ask("open")
    try:
        for command, where in [("open", "on the wall"), ("page_down", "on the wall"), ("pause_show", show)]:
            result = wall.ctl(command)
            assert (result.status, result.err) == (1, f"frieze: {command}: only {where}\n")
        assert wall.status()["mode"] == "picture" and wall.status()["index"] == 0
        for command in ("zoom_fit", "flip_h", "flip_h", "status"):
            assert wall.ctl(command).status == 0
        wall.ask("slideshow")
        for command in ("pause_show", "pause_show", "zoom_fit"):
            assert wall.ctl(command).status == 0
        wall.ask("slideshow")
    finally:
        wall.ask("close")
    assert wall.status()["mode"] == "wall"


def test_ctl_key_sequence_is_all_or_nothing(wall):
    assert wall.ctl("key", "Right", "Right", "NoSuchKey").status == 1
    assert wall.status()["index"] == 0


def test_ctl_usage(home):
    for arguments in ([], ["--name"], ["--name", "x"], ["-x"]):
        result = home.frieze("ctl", *arguments)
        assert result.status == 2 and len(result.lines) == 1, result
    for arguments in (["-h"], ["--help"], ["--name", "x", "--help"]):
        result = home.frieze("ctl", *arguments)
        assert result.status == 0 and result.err == "" and result.out.startswith("usage: frieze ctl"), result


def test_ctl_without_a_frieze(home):
    result = home.frieze("ctl", "status")
    assert result.status == 1 and len(result.lines) == 1 and "default" in result.lines[0], result
    assert home.frieze("ctl", "--name", "other", "status").status == 1
    assert not (home.run / "frieze").exists(), "who only asks makes nothing"


# --- status ---

def test_status_on_the_wall(wall, folder):
    status = wall.status()
    assert set(status) >= set(STATUS)
    for key, types in STATUS.items():
        assert type(status[key]) in types, f"{key} is {status[key]!r}"
    expected = {"mode": "wall", "index": 0, "items": 60, "scanning": False, "uri": str(folder / "p0.png"),
                "title": "p0.png", "visible": [0, 41], "pending": 0, "failed": 0, "paused": False,
                "show_paused": False, "batch": None, "fullscreen": False}
    assert {key: status[key] for key in expected} == expected
    assert wall.status()["uptime_ms"] >= status["uptime_ms"] > 0


def test_status_follows(wall, folder):
    wall.key("End")
    assert wall.idle().status()["visible"][1] == 59
    assert wall.status()["uri"] == str(folder / "p59.png")
    wall.key("Return")
    status = wall.idle().status()
    assert (status["mode"], status["zoom"]) == ("picture", 1), "a small picture is not enlarged"
    wall.key("s")
    assert wall.status()["mode"] == "slideshow"
    wall.key("Space")
    assert wall.status()["show_paused"] is True
    wall.key("Esc")
    assert wall.status()["mode"] in ("wall", "picture")


# --- wait, loading ---

def test_wait(wall):
    for state in ("idle", "screenful", "loaded"):
        assert wall.ctl("wait", state, "20").status == 0


def test_a_screenful_that_was_waited_for_is_counted(home):
    """The one that --quit-when means: what is brought to textures out of view meanwhile is none of it."""
    folder = home / "pictures"
    folder.mkdir()
    Image.new("RGB", (40, 30), (90, 120, 60)).save(folder / "0000.png")
    for number in range(1, 6000):
        os.link(folder / "0000.png", folder / f"{number:04}.png")
    with home.start("--cache-size", "0", folder) as running:
        assert running.idle("screenful").stats()["startup"]["screenful"] is not None


def test_wait_that_times_out(wall):
    """An error in its time; what asks meanwhile is answered."""
    wall.ask("loading", "pause")
    wall.key("+").key("+")
    result = wall.ctl("wait", "loaded", "0.2")
    assert result.status == 1 and len(result.lines) == 1, result
    with pytest.raises(Refused) as refused:
        wall.ask("wait", "loaded", 0)
    assert refused.value.code == "timeout"
    wall.ask("loading", "resume")
    assert wall.ctl("wait", "loaded", "20").status == 0
    wall.key("0").idle()


def test_loading_pause(wall):
    """Nothing new is issued, the wall stays usable, and what was left out is made up for afterwards."""
    wall.idle("loaded").ask("loading", "pause")
    assert wall.status()["paused"] is True
    wall.key("-").idle()
    before = wall.stats()["decode"]["count"]
    wall.key("End").key("PgUp").key("Return").idle().key("n").idle()
    wall.key("Esc").idle().key("Home", "Right").idle()
    status = wall.status()
    assert (status["index"], status["mode"], status["pending"]) == (1, "wall", 60)
    assert wall.stats()["decode"]["count"] == before
    wall.ask("loading", "resume")
    assert wall.status()["paused"] is False
    wall.idle("loaded")
    assert wall.status()["pending"] == 0 and wall.stats()["decode"]["count"] >= before + 60
    wall.key("0").idle()


def test_loading_toggles(wall):
    for expected in (True, False):
        wall.ask("loading")
        assert wall.status()["paused"] is expected


# --- screenshot, stats, quit ---

def test_screenshot(wall):
    image = wall.screenshot()
    assert image.size == (800, 600)
    assert pictures.wall(image)[:5] == [list(range(row * 7, row * 7 + 7)) for row in range(5)]


def test_screenshot_that_cannot_be_written(wall):
    with pytest.raises(Refused):
        wall.ask("screenshot", "/no/such/folder/shot.png")
    assert wall.screenshot().size == (800, 600)


def test_screenshot_path_of_the_caller(wall, home):
    """A relative one is meant where the caller stands."""
    (home / "there").mkdir()
    command = f"cd '{home.path}/there' && exec '{wall.home.program}' ctl screenshot mine.png"
    process = wall.home.popen(["sh", "-c", command])
    assert process.wait(PATIENCE_S) == 0
    assert (home / "there" / "mine.png").exists()


def test_scale_folder_of_the_caller(wall, home):
    (home / "there").mkdir(exist_ok=True)
    command = f"cd '{home.path}/there' && exec '{wall.home.program}' ctl scale 100 smaller"
    process = wall.home.popen(["sh", "-c", command])
    assert process.wait(PATIENCE_S) == 0
    wait_until(lambda: (home / "there" / "smaller").exists() and os.listdir(home / "there" / "smaller"), wall.errors)


def test_an_answer_that_cannot_be_written_is_a_failure(wall):
    with open("/dev/full", "wb") as full:
        process = wall.home.popen([wall.home.program, "ctl", "status"], stdout=full, stderr=subprocess.PIPE)
        said = process.communicate(timeout=PATIENCE_S)[1]
    assert process.returncode == 1 and b"standard output" in said, said


def test_stats(wall):
    live = json.loads(wall.ctl("stats").out)
    assert live["items"] == 60 and live["startup"]["first_tile"] > 0


def test_quit(home, folder):
    with home.start("--size", "400x300", "--stats", home / "s.json", "--screenshot", home / "s.png", folder) as frieze:
        assert frieze.idle().ctl("quit").status == 0
        assert frieze.process.wait(PATIENCE_S) == 0
    assert Image.open(home / "s.png").size == (400, 300)
    assert json.loads((home / "s.json").read_text())["items"] == 60


# --- the socket ---

def test_socket_is_private(wall):
    path = wall.home.socket_path()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_ISSOCK(path.stat().st_mode)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_socket_without_a_runtime_folder(home, folder):
    """/tmp/frieze-UID instead."""
    del home.environment["XDG_RUNTIME_DIR"]
    path = f"/tmp/frieze-{os.getuid()}"
    name = f"e2e{os.getpid()}"
    existed = os.path.exists(path)
    try:
        process = home.popen([home.program, "--headless", "--size", "300x300", "--name", name, folder])
        wait_until(lambda: os.path.exists(f"{path}/{name}.sock"), "a socket")
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o700
        assert home.frieze("ctl", "--name", name, "quit").status == 0
        assert process.wait(PATIENCE_S) == 0
        assert not os.path.exists(f"{path}/{name}.sock")
    finally:
        if not existed and os.path.isdir(path) and not os.listdir(path):
            os.rmdir(path)


def test_a_socket_that_has_too_long_a_path(home, folder):
    """Whoever asks for a name is told; the wall of who does not is there without."""
    home.environment["XDG_RUNTIME_DIR"] = str(home / ("long" * 25))
    command = "--headless", "--size", "300x300", "--quit-when", "loaded", folder
    result = home.frieze(*command)
    assert result.status == 0 and "no control socket" in result.err, result.err
    result = home.frieze("--name", "mine", *command)
    assert result.status == 2 and "too long" in result.err, result.err


def test_socket_folder_that_others_can_enter(home, folder):
    """Not used, said in one line, and the wall is there without it."""
    (home.run / "frieze").mkdir()
    (home.run / "frieze").chmod(0o755)
    result = home.frieze("--headless", "--size", "300x300", "--quit-when", "screenful", folder)
    assert result.status == 0 and len(result.lines) == 1 and "private" in result.lines[0], result
    assert list((home.run / "frieze").iterdir()) == []


def test_stale_socket_is_replaced(home, folder):
    """A crash leaves its socket behind: the next start takes its place."""
    frieze = home.start("--size", "300x300", folder).ready()
    frieze.end(signal.SIGKILL)
    assert home.socket_path().exists()
    with home.start("--size", "300x300", folder) as second:
        assert second.ctl("status").status == 0 and second.errors() == []
    assert not home.socket_path().exists()


def test_second_instance(home, folder):
    """Takes its process id for a name and says so; the first one keeps its socket when the second ends."""
    with home.start("--size", "300x300", folder) as first:
        second = home.start("--size", "300x300", folder / "p1.png")
        second.name = str(second.pid)
        with second:
            first.until(items=60)
            second.until(items=1)
            assert len(second.errors()) == 1 and str(second.pid) in second.errors()[0]
            assert json.loads(second.ctl("status").out)["items"] == 1
        assert not home.socket_path(second.name).exists()
        assert json.loads(first.ctl("status").out)["items"] == 60


def test_named_instance(home, folder):
    with home.start("--name", "left wall", "--size", "300x300", folder) as frieze:
        assert home.socket_path("left wall").exists()
        assert json.loads(frieze.ctl("status").out)["items"] == 60


# --- the protocol ---

def exchange(frieze, data):
    with socket.socket(socket.AF_UNIX) as raw:
        raw.settimeout(20)
        raw.connect(str(frieze.home.socket_path(frieze.name)))
        raw.sendall(data)
        raw.shutdown(socket.SHUT_WR)
        return [json.loads(line) for line in raw.makefile("rb")]


def test_requests_are_answered_in_order(wall):
    lines = b"".join(json.dumps({"id": f"n{i}", "cmd": "status"}).encode() + b"\n" for i in range(5))
    with socket.socket(socket.AF_UNIX) as raw:
        raw.settimeout(20)
        raw.connect(str(wall.home.socket_path()))
        raw.sendall(lines)
        reader = raw.makefile("rb")
        answers = [json.loads(reader.readline()) for _ in range(5)]
    assert [(answer["id"], answer["ok"]) for answer in answers] == [(f"n{i}", True) for i in range(5)]


@pytest.mark.parametrize("line", [b"hello", b"{", b"[]", b"null", b'{"id":1}', b'{"id":1,"cmd":5}', b"\xff\xfe",
                                  b'{"id":1,"cmd":"key","args":"Right"}', b'{"id":1,"cmd":"key","args":[{}]}',
                                  b"[" * 3000, b"x" * 200000])
def test_nonsense_is_answered_with_an_error(wall, line):
    with socket.socket(socket.AF_UNIX) as raw:
        raw.settimeout(20)
        raw.connect(str(wall.home.socket_path()))
        try:
            raw.sendall(line + b"\n")
            answer = raw.makefile("rb").readline()
        except ConnectionError:
            answer = None  # hung up on: allowed where the line is too long
        if len(line) < 100000:
            answer = json.loads(answer)
            assert answer["ok"] is False and answer["error"]["code"] and answer["error"]["message"]
    assert wall.status()["items"] == 60


def test_clients_that_hang_up(wall):
    """In the middle of a line, while waiting, before reading the answer; and many at a time."""
    path = str(wall.home.socket_path())
    for data in (b"", b'{"id":1,"cm', b'{"id":1,"cmd":"stats"}\n', b'{"id":1,"cmd":"wait","args":["loaded","5"]}\n'):
        for _ in range(5):
            with socket.socket(socket.AF_UNIX) as raw:
                raw.connect(path)
                raw.sendall(data)
    many = [socket.socket(socket.AF_UNIX) for _ in range(40)]
    for raw in many:
        raw.connect(path)
    for raw in many:
        raw.close()
    wait_until(lambda: wall.ctl("status").status == 0, "a place for one more client")
    assert wall.status()["items"] == 60


def test_nothing_waits_for_tiles_behind_a_picture_that_takes_all_room(home):
    """The picture and a wall of such tiles are more than textures may take: what changes behind it comes when the wall does."""
    folder = home / "pictures"
    folder.mkdir()

    def save(number, blue):
        Image.new("RGB", (2560, 1440), (number * 20, 90, blue)).save(folder / f"{number:02}.png", compress_level=1)

    for number in range(12):
        save(number, 0)
    options = ("--size", "2560x1440", "--tile", "600x420", "--memory", "32M", "--cache-size", "0", "--motion", "off")
    with home.start(*options, folder, more={"SDL_RENDER_DRIVER": "software"}) as running:
        running.idle("loaded").key("Return").idle()
        for number in range(4, 12):
            save(number, 250)
        running.until(pending=lambda pending: pending > 0)
        running.idle("screenful").idle()
        assert running.status()["pending"] > 0
        running.idle("loaded").key("Esc").idle()
        shot = running.screenshot()
        colours = {colour for _, colour in shot.getcolors(1 << 20)}
        assert all(any(abs(c[0] - number * 20) + abs(c[1] - 90) + abs(c[2] - 250) < 12 for c in colours)
                   for number in range(4, 12))
