"""The command line: what it refuses, and with which line and status; sources; paths on standard input."""
# ctest: COST 20

import os
import pathlib
import shutil
import subprocess

import pytest
from PIL import Image

import pictures
from frieze import PATIENCE_S


@pytest.fixture(scope="module")
def folder(module_home):
    return pictures.fill(module_home / "pictures", 6)


# --- refused: one line, status 2 ---

BAD_OPTIONS = [
    ["--no-such-option"], ["-Z"], ["--headles"],
    ["--size"], ["--size", ""], ["--size", "800"], ["--size", "x600"], ["--size", "800x"], ["--size", "0x600"],
    ["--size", "800x600x2"], ["--size", "-800x600"], ["--size", "99999x600"], ["--size=800 x 600"],
    ["--tile", "1x1"], ["--tile", "big"], ["-t"],
    ["--jobs", "0"], ["--jobs", "-1"], ["--jobs", "many"], ["--jobs", "3.5"], ["--jobs", "257"],
    ["-j9999999999999999999"],
    ["--memory", "1"], ["--memory", "12X"], ["--memory", "-64M"], ["--memory", "99999999999G"], ["--memory", "M"],
    ["--delay", "0"], ["--delay", "-5"], ["--delay", "nan"], ["--delay", "inf"], ["--delay", "5 s"], ["--delay", ""],
    ["--background", "red"], ["--background", "12345"], ["--background", "1234567"], ["--background", "-12345"],
    ["--quit-when", "never"], ["--quit-when", ""], ["--quit-when", "LOADED"],
    ["--isolation", "none"], ["--headless=1"], ["--name", ""], ["--name", "a/b"], ["--name", "n" * 65],
    ["--screenshot", ""], ["--stats"],
]


LONG_NAMES = {"-t": "--tile", "-j": "--jobs"}
WITHOUT_VALUE = ("--size", "--stats", "-t")


@pytest.mark.parametrize("options", BAD_OPTIONS, ids=" ".join)
def test_bad_option(home, folder, options):
    """The line names the option; nothing is opened and no file is written."""
    operands = [] if options[-1] in WITHOUT_VALUE else [folder]
    result = home.frieze(*options, *operands)
    assert result.status == 2 and len(result.lines) == 1 and result.out == "", result
    option = options[0].split("=")[0]
    assert result.lines[0].startswith("frieze: ") and LONG_NAMES.get(option[:2], option) in result.lines[0]


@pytest.mark.parametrize("source", ["http://x", "https://example.invalid/a.jpg", "exec:ls", "foo.m3u", "foo.m3u8",
                                    "foo.xspf", "foo.zip", "foo.tar.gz", "ftp://x/y.png", ""])
def test_source_that_this_build_lacks(home, source):
    """A scheme without a row in the source table: status 2, one line that names it."""
    result = home.frieze("--headless", source)
    if result.status != 2 and "this build" not in result.err:
        pytest.skip("this build has a source of that kind")
    assert result.status == 2 and len(result.lines) == 1, result
    assert source in result.lines[0]


def test_path_that_looks_like_a_scheme(home):
    """What begins with ./ is a path, whatever follows."""
    pictures.write(home / "exec:1.png", 3)
    stats, result = home.stats("--quit-when", "loaded", "./exec:1.png")
    assert (stats["items"], stats["failed"], result.lines) == (1, 0, [])


def test_double_dash_ends_the_options(home):
    pictures.write(home / "-x.png", 3)
    stats, result = home.stats("--quit-when", "loaded", "--", "-x.png")
    assert (stats["items"], stats["failed"], result.lines) == (1, 0, [])


def test_forms_of_options(home, folder):
    """--name=value and --name value; short ones alone, together and with the value attached; the last one counts."""
    shot = home / "shot.png"
    for options in (["--size=400x300", "-t100x75"], ["--size", "400x300", "-t", "100x75"],
                    ["--size", "10000x9000", "--size", "400x300", "--tile", "100x75"], ["-nt100x75", "--size=400x300"]):
        result = home.frieze("--headless", *options, "--screenshot", shot, "--quit-when=screenful", folder)
        assert (result.status, result.lines) == (0, []), result.err
        image = Image.open(shot)
        assert image.size == (400, 300) and pictures.wall(image) == [[0, 1, 2], [3, 4, 5]]


def test_help(home):
    for option in ("--help", "-h"):
        result = home.frieze(option)
        assert (result.status, result.lines) == (0, [])
        assert result.out.startswith("Usage: frieze") and result.out.endswith("\n")
        for name in ("--size", "--tile", "--headless", "--quit-when", "--memory", "--jobs", "ctl"):
            assert name in result.out
        assert max(map(len, result.out.splitlines())) <= 120


def test_version(home):
    for option in ("--version", "-V"):
        result = home.frieze(option)
        assert (result.status, result.lines) == (0, [])
        first, *rest = result.out.splitlines()
        assert first.split()[0] == "frieze" and first.split()[1][0].isdigit()
        assert any("sandbox" in line for line in rest), "which layers of the sandbox hold"


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["probe", "--help"], ["scale", "-h"], ["prime", "--help"],
                                   ["ctl", "--help"]], ids=" ".join)
def test_what_cannot_be_written(home, words):
    """A disk that is full is told of, and by the status too."""
    with open("/dev/full", "wb") as full:
        process = home.popen([home.program, *words], stdout=full, stderr=subprocess.PIPE)
        said = process.communicate(timeout=PATIENCE_S)[1].decode()
    assert process.returncode == 1 and "standard output" in said and said.count("\n") == 1, (process.returncode, said)


# --- what there is to show: exit status 3 ---

@pytest.mark.parametrize("name", ["missing.png", "missing/", "empty", "words.jpg", "nothing.png"])
def test_no_source_yields_a_picture(home, name):
    (home / "empty").mkdir()
    (home / "words.jpg").write_text("not a picture\n")
    (home / "nothing.png").write_bytes(b"")
    result = home.frieze("--headless", "--quit-when", "loaded", name)
    assert result.status == 3, result
    assert 1 <= len(result.lines) <= 2 and any(name.rstrip("/") in line for line in result.lines), result.err


def test_no_source_yields_a_picture_without_quit_when(home):
    """It ends by itself: nothing can come any more."""
    (home / "empty").mkdir()
    assert home.frieze("--headless", home / "empty", home / "missing").status == 3


def test_pictures_folder_of_the_user(home):
    """Without a source: the folder that user-dirs.dirs names, or else ~/Pictures."""
    for folder, count in ((home / "Pictures", 2), (home / "Bilder", 3)):
        pictures.fill(folder, count)
        with home.start("--size", "400x300") as frieze:
            assert frieze.idle("loaded").status()["items"] == count
        (home / "config" / "user-dirs.dirs").write_text('XDG_PICTURES_DIR="$HOME/Bilder"\n')


def test_demo_pictures(home):
    """Without a source and without a pictures folder: those that are installed beside the program."""
    (home / "bin").mkdir()
    program = shutil.copy(home.program, home / "bin" / "frieze")
    pictures.fill(home / "share" / "frieze" / "demo", 2)
    home.program = program
    with home.start("--size", "400x300") as frieze:
        assert frieze.idle("loaded").status()["items"] >= 2


@pytest.fixture
def demo_home(home):
    """One whose program has three demo pictures installed beside it."""
    (home / "bin").mkdir()
    home.program = shutil.copy(home.program, home / "bin" / "frieze")
    pictures.fill(home / "share" / "frieze" / "demo", 3)
    return home


def shown_without_source(home):
    """The folder of the first picture, and how many there are."""
    with home.start("--size", "400x300") as running:
        running.idle("loaded").key("Return").idle()
        return pathlib.Path(running.status()["uri"]).parent.name, running.status()["items"]


@pytest.mark.parametrize("folder", ("$HOME/", "$HOME", "$HOME/.", "ABSOLUTE"))
def test_home_as_pictures_folder_means_none(demo_home, folder):
    """Else all of the home would be searched."""
    pictures.write(demo_home / "mine.png", 100)
    name = folder.replace("ABSOLUTE", f"{demo_home.path}/")
    (demo_home / "config" / "user-dirs.dirs").write_text(f'XDG_PICTURES_DIR="{name}"\n')
    assert shown_without_source(demo_home) == ("demo", 3)


@pytest.mark.parametrize("content", ("nothing", "no picture"))
def test_pictures_folder_without_pictures(demo_home, content):
    folder = demo_home / "Pictures"
    (folder / "a" / "b").mkdir(parents=True)
    if content == "no picture":
        (folder / "words.txt").write_text("words\n")
        (folder / "a" / "words.jpg").write_text("words\n")
        (folder / "a" / "b" / ".hidden.png").write_bytes(pictures.write(folder / "x.png", 1).read_bytes())
        (folder / "x.png").unlink()
        (folder / "a" / "circle").symlink_to(folder)
    assert shown_without_source(demo_home) == ("demo", 3)
    pictures.write(folder / "a" / "b" / "camera", 4, format="PNG")  # known by its bytes
    assert shown_without_source(demo_home) == ("b", 1)


def test_empty_pictures_folder_that_is_watched(demo_home):
    """Who waits for pictures does not want others."""
    (demo_home / "Pictures").mkdir()
    with demo_home.start("--size", "400x300", "--watch") as running:
        pictures.write(demo_home / "Pictures" / "new.png", 5)
        assert running.until(items=1)["items"] == 1


def test_working_folder_that_is_gone(home):
    """It is missing as any other path is, and not the root of all."""
    gone = home / "gone"
    gone.mkdir()
    with home.popen(["/bin/sh", "-c", f"cd {gone} && rmdir {gone} && exec {home.program} --headless ."],
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 3 and err.startswith(b"frieze: .: no such file or folder\n"), err


# --- paths on standard input ---

def paths_on_stdin(home, data, *options):
    shot = home / "shot.png"
    result = home.frieze("--headless", "--size", "800x300", "--tile", "200x150", "--screenshot", shot, "--quit-when",
                         "loaded", *options, "-", data=data)
    assert result.status == 0, result
    return pictures.wall(Image.open(shot)), result.lines


@pytest.mark.parametrize("end, options", [(b"\n", []), (b"\0", ["-0"]), (b"\0", ["--null"])])
def test_paths_on_stdin(home, folder, end, options):
    """In the order in which they come, each as often as it comes, the last one also without its end."""
    paths = [bytes(folder / f"p{number}.png") for number in (5, 0, 3)]
    assert paths_on_stdin(home, end.join(paths), *options) == ([[5, 0, 3]], [])
    assert paths_on_stdin(home, end.join(paths) + end, *options) == ([[5, 0, 3]], [])


def test_paths_on_stdin_are_taken_as_they_are(home):
    """Spaces, a newline (with -0), bytes that are no UTF-8; relative ones are relative to the working directory."""
    names = [b" lead.png", b"a\nb.png", b"\xff\xfe.png"]
    for number, name in enumerate(names):
        pictures.draw(number).save(open(bytes(home.path) + b"/" + name, "wb"), "png")
    assert paths_on_stdin(home, b"\0".join(names), "-0") == ([[0, 1, 2]], [])


def test_two_dots_behind_a_link_on_stdin(home, folder):
    """They lead where the system says, as among the arguments."""
    (home / "far").mkdir()
    (home / "far" / "below").mkdir()
    os.symlink(home / "far" / "below", home / "link")
    pictures.fill(home / "far", 1)
    name, = (path.name for path in (home / "far").iterdir() if path.is_file())
    stats, result = home.stats("--quit-when", "loaded", "-", data=f"link/../{name}\n".encode())
    assert (stats["items"], stats["failed"]) == (1, 0), result.err


def test_paths_on_stdin_that_are_not_there(home, folder):
    """One line of each, as of an argument; the rest is shown."""
    paths = [folder / name for name in ("p5.png", "p0.png", "gone.png", "gone")]
    shown, lines = paths_on_stdin(home, b"\n".join(map(bytes, paths)))
    assert shown[0][:2] == [5, 0]
    assert sorted(lines) == [f"frieze: {folder / name}: cannot open: No such file or directory" for name in ("gone.png", "gone")]


def test_none_of_the_paths_on_stdin_is_there(home, folder):
    result = home.frieze("--headless", "--quit-when", "loaded", "-", data=bytes(folder / "gone.png"))
    assert result.status == 3 and any(f"{folder / 'gone.png'}: " in line for line in result.lines), result


def test_lines_of_windows_on_stdin(home):
    """With a CR before their ends; where a name before the first of them ends with one, that is meant."""
    for number, name in enumerate(("a.png", "b\r", "c", "c\r")):
        pictures.draw(number).save(open(home / name, "wb"), "png")
    assert paths_on_stdin(home, b"\r\na.png\r\nc\r\n") == ([[0, 2]], [])
    assert paths_on_stdin(home, b"a.png\nb\r\nc\r\n") == ([[0, 1, 3]], [])
    assert paths_on_stdin(home, b"c\na.png\r") == ([[2, 0]], [])


def test_nothing_on_stdin(home):
    result = home.frieze("--headless", "--quit-when", "loaded", "-", data=b"")
    assert result.status == 3 and 1 <= len(result.lines) <= 2, result


def test_stdin_that_stays_open(home, folder):
    """What was read is shown while more may come; nothing waits for the end of the list."""
    with home.start("--size", "800x300", "--tile", "200x150", "-", stdin=subprocess.PIPE) as frieze:
        frieze.process.stdin.write(b"%s\n" % bytes(folder / "p2.png"))
        frieze.process.stdin.flush()
        frieze.until(items=1, pending=0, scanning=True)
        frieze.process.stdin.write(b"%s\n" % bytes(folder / "p4.png"))
        frieze.process.stdin.close()
        frieze.until(items=2, pending=0, scanning=False)
        assert pictures.wall(frieze.screenshot()) == [[2, 4]]
