"""frieze scale IN OUT, of folders: sizes and names, what is left alone, what is refused, and ends at any moment."""
# ctest: COST 40 PROCESSORS 2

import hashlib
import json
import os
import pathlib
import pty
import random
import re
import shutil
import signal
import subprocess
import time

import pytest
from PIL import Image

import pictures
from frieze import PATIENCE_S, binary, need, wait_until

KILLS = int(os.environ.get("FZ_TEST_KILLS", 20))


def scale(home, *arguments, status=0):
    result = home.frieze("scale", *arguments)
    assert result.status == status, result
    return result


def summary(home, *arguments, status=0):
    return scale(home, *arguments, status=status).out.splitlines()[-1]


def contents(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*") if path.is_file()}


def size_of(path):
    with Image.open(path) as image:
        image.load()
        return image.size


def age(folder, seconds=60):
    then = time.time() - seconds
    for path in folder.rglob("*"):
        os.utime(path, (then, then))


@pytest.fixture
def source(home):
    """Four that are too large, one that fits, one in a folder below."""
    folder = pictures.fill(home / "in", 4, (900, 600), "jpg")
    pictures.write(folder / "small.jpg", 5, (300, 200))
    (folder / "below").mkdir()
    pictures.write(folder / "below" / "deep.png", 6, (900, 600))
    age(folder)
    return folder


def test_sizes_and_summary(home, source, isolation):
    out = home / "made" / "out"
    word = "processes" if isolation == "process" else "threads"
    assert summary(home, "--isolation", isolation, "-c", 2, "-s", 300, source, out) == \
        f"copied 1 scaled 4 using 2 {word}"
    assert sorted(path.name for path in out.iterdir()) == ["p0.jpg", "p1.jpg", "p2.jpg", "p3.jpg", "small.jpg"]
    assert {size_of(path) for path in out.iterdir()} == {(300, 200)}
    assert (out / "small.jpg").read_bytes() == (source / "small.jpg").read_bytes()


def test_the_tree(home, source):
    assert summary(home, "-r", "-c", 1, source, home / "out").startswith("copied 1 scaled 5 using 1 ")
    assert size_of(home / "out" / "below" / "deep.png") == (400, 267)


def test_formats_and_names_that_clash(home, source):
    Image.new("RGB", (500, 500), "red").save(source / "p1.gif")
    Image.new("RGB", (500, 500), "red").save(source / "p0.png")
    result = scale(home, "-f", "jpg", source, home / "out")
    assert any("p0.png: becomes p0-png.jpg" in line for line in result.lines)
    assert any("p1.gif: becomes p1-gif.jpg" in line for line in result.lines)
    for path in (home / "out").iterdir():
        with Image.open(path) as image:
            assert image.format == "JPEG" and max(image.size) <= 400


def test_another_decoder_sees_the_same(home, source):
    need("vipsheader")
    exif = Image.Exif()
    exif[0x0112] = 6
    pictures.draw(9, (900, 600)).save(source / "turned.jpg", exif=exif, quality=95)
    scale(home, source, home / "out")
    seen = subprocess.run(["vipsheader", home / "out" / "turned.jpg"], capture_output=True, text=True, check=True)
    assert "267x400" in seen.stdout
    with Image.open(home / "out" / "turned.jpg") as image:
        assert image.getexif().get(0x0112, 1) == 1
        turned = pictures.draw(9, (900, 600)).transpose(Image.ROTATE_270)
        assert pictures.read(image, (0, 0, 267, 400)) == pictures.read(turned, (0, 0, 600, 900))


def test_what_fails_is_told_and_counted(home, source):
    (source / "bad.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    (source / "notes").write_text("no picture, and no suffix that says so\n")
    result = scale(home, source, home / "out", status=1)
    assert result.out.startswith("copied 1 scaled 4 skipped 1 using ")
    assert len([line for line in result.lines if "bad.jpg" in line]) == 1
    assert "bad.jpg" not in {path.name for path in (home / "out").iterdir()}


def test_again_leaves_alone_what_is_newer(home, source):
    out = home / "out"
    scale(home, source, out)
    before = contents(out)
    assert summary(home, source, out).startswith("copied 0 scaled 0 skipped 5 using ")
    pictures.write(source / "p2.jpg", 77, (900, 600))
    later = time.time() + 5
    os.utime(source / "p2.jpg", (later, later))
    assert summary(home, source, out).startswith("copied 0 scaled 1 skipped 4 using ")
    assert {name for name, content in contents(out).items() if content != before[name]} == {"p2.jpg"}
    assert summary(home, "--anew", source, out).startswith("copied 1 scaled 4 using ")


def test_a_result_without_bytes_is_made_again(home, source):
    """As a power cut may leave one: it has its name, and nothing in it."""
    out = home / "out"
    scale(home, source, out)
    before = contents(out)
    (out / "p2.jpg").write_bytes(b"")
    assert summary(home, source, out).startswith("copied 0 scaled 1 skipped 4 using ")
    assert contents(out) == before


def test_an_empty_list_is_done_at_once(home):
    """Nothing that is new, say: no fault, and a summary like any other."""
    assert home.frieze("scale", "--null", "-", home / "out", data=b"").out.startswith("copied 0 scaled 0 using ")
    result = home.frieze("scale", "--json", "-", home / "out", data=b"")
    assert result.status == 0 and json.loads(result.out)["scaled"] == 0 and not result.lines


def test_originals_are_never_written(home, source):
    before = contents(source)
    for out in (source, f"{source}/", source / "below" / "..", source.parent / "in" / "."):
        assert len(scale(home, source, out, status=2).lines) == 1
    assert len(scale(home, "-r", source, source / "below" / "out", status=2).lines) == 1
    (home / "link").symlink_to(source)
    assert len(scale(home, source, home / "link", status=2).lines) == 1
    # of a folder above, a folder of the results is the source itself
    (home / "in" / "in").mkdir()
    pictures.write(home / "in" / "in" / "p0.jpg", 8, (900, 600))
    before = contents(source)
    scale(home, "-r", source, home.path, status=1)
    assert {name: contents(source)[name] for name in before} == before
    # results that are links to originals, and originals themselves
    out = home / "out"
    out.mkdir()
    (out / "p0.jpg").symlink_to(source / "p1.jpg")
    os.link(source / "p1.jpg", out / "p1.jpg")
    result = scale(home, source, out, status=1)
    assert " skipped 2 " in result.out
    assert {name: contents(source)[name] for name in before} == before
    assert (out / "p0.jpg").is_symlink() and os.path.samefile(out / "p1.jpg", source / "p1.jpg")


def test_links_to_folders_are_not_followed(home, source):
    """They may lead to the results, which would be made of results again and again."""
    (home / "out").mkdir()
    (source / "frame").symlink_to(home / "out")
    for made in ("copied 1 scaled 5 using ", "copied 0 scaled 0 skipped 6 using "):
        result = scale(home, "-r", source, home / "out")
        assert result.out.startswith(made) and (made.startswith("copied 1") or "frame: a link" in result.err)


def test_what_cannot_be_written_stays_where_it_fits(home, source):
    frames = [Image.new("P", (100, 80), n) for n in range(3)]
    frames[0].save(source / "small.gif", save_all=True, append_images=frames[1:])
    Image.new("P", (900, 800), 3).save(source / "large.gif")
    age(source)
    assert summary(home, source, home / "out").startswith("copied 2 scaled 5 using ")
    assert (home / "out" / "small.gif").read_bytes() == (source / "small.gif").read_bytes()
    assert size_of(home / "out" / "large.png") == (400, 356) and not (home / "out" / "small.png").exists()
    assert summary(home, source, home / "out").startswith("copied 0 scaled 0 skipped 7 using ")


def test_quiet_and_json(home, source):
    result = scale(home, "--quiet", source, home / "out")
    assert result.out == "" and result.lines == []
    told = json.loads(scale(home, "--json", "--quiet", "--anew", source, home / "out").out)
    assert (told["copied"], told["scaled"], told["skipped"], told["failed"], told["total"]) == (1, 4, 0, 0, 5)
    assert told["canceled"] is False and told["workers"] >= 1


def test_shards_are_the_whole(home, source):
    scale(home, "-r", source, home / "whole")
    names = scale(home, "-r", "--list", source, home / "none").out.splitlines()
    assert sorted(names) == sorted(contents(source)) and not (home / "none").exists()
    told = [json.loads(scale(home, "-r", "--json", "--shard", f"{k}/3", source, home / "parts").out)
            for k in (1, 2, 3)]
    assert sum(part["total"] for part in told) == len(names)
    assert contents(home / "parts") == contents(home / "whole")


def test_a_list_that_cannot_be_written_is_told(home, source):
    with open("/dev/full", "wb") as full:
        program = home.popen([home.program, "scale", "-r", "--list", source, home / "none"], stdout=full, stderr=subprocess.PIPE)
        said = program.communicate(timeout=PATIENCE_S)[1].decode().splitlines()
    assert program.returncode == 1 and len(said) == 1 and "standard output" in said[0], said


@pytest.mark.parametrize("form", ([], ["--json"]))
def test_a_summary_that_cannot_be_written_is_told(home, source, form):
    with open("/dev/full", "wb") as full:
        program = home.popen([home.program, "scale", "-r", *form, source, home / "made"], stdout=full, stderr=subprocess.PIPE)
        said = program.communicate(timeout=PATIENCE_S)[1].decode().splitlines()
    assert program.returncode == 1 and "standard output" in said[-1], said
    assert contents(home / "made")


def test_usage(home, source):
    for wrong in (["-f", "tiff"], ["--shard", "3/2"], ["--shard", "0/2"], ["-s", "x"], ["-c", "0"]):
        assert len(scale(home, *wrong, source, home / "out", status=2).lines) == 1
    (home / "file").write_text("")
    assert len(scale(home, source, home / "file", status=2).lines) == 1


@pytest.fixture(scope="module")
def many(module_home):
    """Large enough to be interrupted: files that are all one."""
    folder = module_home / "many"
    folder.mkdir()
    Image.effect_noise((2400, 1800), 60).convert("RGB").save(folder / "n000.jpg", quality=92)
    for number in range(1, 60):
        os.link(folder / "n000.jpg", folder / f"n{number:03}.jpg")
    age(folder)
    return folder


def start(home, *arguments, **options):
    return home.popen([binary(), "scale", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def is_whole(out, expected):
    found = contents(out) if out.exists() else {}
    return set(found.values()) <= {expected} and all(name.endswith(".jpg") for name in found)


def test_cancelled(home, many):
    scale(home, many, home / "all")
    expected = contents(home / "all")
    one = next(iter(expected.values()))
    process = start(home, many, home / "out")
    wait_until(lambda: (home / "out").exists() and len(list((home / "out").iterdir())) > 3, "it does not begin")
    process.send_signal(signal.SIGINT)
    asked = time.monotonic()
    out, lines = process.communicate(timeout=PATIENCE_S)
    assert time.monotonic() - asked < 2 and process.returncode == 130
    assert "canceling..." in lines and out.rstrip().endswith(" canceled"), (out, lines)
    done = contents(home / "out")
    assert 0 < len(done) < len(expected) and is_whole(home / "out", one)
    assert f"scaled {len(done)} " in out
    assert f" skipped {len(done)} " in summary(home, many, home / "out")
    assert contents(home / "out") == expected


def test_killed_at_any_moment(home, many):
    scale(home, many, home / "all")
    expected = contents(home / "all")
    one, seed = next(iter(expected.values())), random.randrange(1 << 32)
    print("seed", seed)
    choose = random.Random(seed)
    took = time.monotonic()
    scale(home, "--anew", many, home / "all")
    took = time.monotonic() - took
    for _ in range(KILLS):
        shutil.rmtree(home / "out", ignore_errors=True)
        process = start(home, many, home / "out")
        time.sleep(choose.uniform(0, took))
        process.kill()
        process.communicate(timeout=PATIENCE_S)
        assert is_whole(home / "out", one)
    scale(home, many, home / "out")
    assert contents(home / "out") == expected


def test_a_line_of_progress_on_a_terminal(home, many):
    """It is written over and over, fits into the terminal, and stands alone: the error above it stays whole."""
    folder = home / "some"
    folder.mkdir()
    for number in range(30):
        os.link(many / "n000.jpg", folder / f"{'ä' * 60}{number}.jpg")
    (folder / "bad.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    controller, terminal = pty.openpty()
    process = home.popen([binary(), "scale", folder, home / "out"], stdout=subprocess.PIPE, stderr=terminal)
    os.close(terminal)
    seen = b""
    while True:
        try:
            seen += os.read(controller, 65536)
        except OSError:
            break
    process.wait(PATIENCE_S)
    os.close(controller)
    text = seen.decode()
    shown = text.replace("\r\n", "\n").split("\r\x1b[K")
    progress = [part for part in shown if " of 31, " in part]
    assert progress and all(len(part) < 80 and "\n" not in part for part in progress), progress
    lines = [line for part in shown for line in part.splitlines()]
    assert len([line for line in lines if line.startswith("frieze: bad.jpg: jpeg")]) == 1, lines


# --- beyond one machine: what the documents say, with the variables that the schedulers set ---

def documented(kind):
    text = (pathlib.Path(__file__).parents[2] / "docs" / "batch.md").read_text()
    return next(block for block in re.findall(r"```\w+\n(.*?)```", text, re.DOTALL) if kind in block)


def parts(home, source, command, **variables):
    """Runs one part by a shell that finds frieze; gives what its summary says."""
    (home / "bin").mkdir(exist_ok=True)
    if not (home / "bin" / "frieze").exists():
        (home / "bin" / "frieze").symlink_to(home.program)
    environment = {"PATH": f"{home / 'bin'}:{os.environ['PATH']}", "IN": str(source), "OUT": str(home / "out")} | variables
    process = home.popen(["env", *(f"{name}={value}" for name, value in environment.items()), "sh", "-c", command],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    return [json.loads(line) for line in out.splitlines()]


def test_documented_examples(home, source):
    scale(home, source, home / "whole")
    xargs = documented("xargs").split("|\n")[0].rsplit("|", 0)[0].rstrip(" |")
    slurm, kubernetes = documented("SLURM_ARRAY_TASK_ID"), documented("JOB_COMPLETION_INDEX")
    kubernetes = re.search(r"args: \['(.*)'\]", kubernetes).group(1).replace("/pictures /results", '"$IN" "$OUT"')
    told = {
        "xargs": parts(home, source, xargs),
        "slurm": sum((parts(home, source, slurm, SLURM_ARRAY_TASK_ID=k, SLURM_ARRAY_TASK_COUNT=4, SLURM_CPUS_PER_TASK=1)
                      for k in range(1, 5)), []),
        "kubernetes": sum((parts(home, source, kubernetes, JOB_COMPLETION_INDEX=k) for k in range(32)), []),
    }
    for name, summaries in told.items():
        assert sum(summary["total"] for summary in summaries) == 5, (name, summaries)
    assert sum(summary["scaled"] for summary in told["xargs"]) == 4
    assert all(summary["scaled"] == 0 for summary in told["slurm"] + told["kubernetes"])  # they stand there already
    assert contents(home / "out") == contents(home / "whole")


# --- a handle on it ---

def asks(home, *arguments):
    result = home.frieze("ctl", "--name", "work", *arguments)
    assert result.status == 0, result
    return json.loads(result.out)[0] if result.out.strip() else None


@pytest.mark.parametrize("command", ["scale", "prime"])
def test_its_handle(home, command):
    """Told, suspended, resumed, waited for and cancelled from outside, as in the window."""
    count = 24
    folder = pictures.fill(home / "in", count, (2400, 1800))  # PNG: some time for each
    age(folder)
    line = [home.program, command, "--name", "work", "--jobs", "1", folder, *([home / "out"] if command == "scale" else [])]
    process = home.popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: home.socket_path("work").exists() and asks(home, "jobs")["done"] > 0, "something done")
    asks(home, "jobs", "suspend")
    told = asks(home, "jobs")
    assert (told["name"], told["state"], told["total"]) == (command, "suspended", count)
    time.sleep(3)  # what a worker has before it still ends: four pictures, which take half a second
    told = asks(home, "jobs")
    assert told["done"] < count
    time.sleep(0.5)
    assert asks(home, "jobs")["done"] == told["done"]
    assert home.frieze("ctl", "--name", "work", "jobs", "wait", command, "0.2").status == 1
    asks(home, "jobs", "cancel")
    assert process.wait(PATIENCE_S) == 130
    shutil.rmtree(home / "cache", ignore_errors=True)
    process = home.popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: home.socket_path("work").exists(), "a socket")
    asks(home, "jobs", "suspend")
    asks(home, "jobs", "resume", command)
    assert home.frieze("ctl", "--name", "work", "jobs", "wait", command, "60", timeout=70).status == 0
    assert process.wait(PATIENCE_S) == 0
