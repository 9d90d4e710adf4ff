"""A full disk, one that may not be written, too few descriptors, processes, threads: the show goes on, or ends with
a message (docs/faults.md)."""
# ctest: COST 40 LABELS sanitized

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess

import pytest
from PIL import Image

import pictures
from frieze import PATIENCE_S, USER, Home, need

COUNT = 40


@pytest.fixture
def folder(home):
    """Older than what the cache leaves out because it may change once more."""
    made = pictures.fill(home / "pictures", COUNT, suffix="jpg")
    for path in made.iterdir():
        os.utime(path, (1e9, 1e9))
    return made


def mounted(script):
    """What runs a program with file systems of its own, made by that script."""
    need("unshare", "mount")
    unshare = ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    trial = subprocess.run([*unshare, "mount", "-t", "tmpfs", "none", "/mnt"], stderr=subprocess.DEVNULL, check=False)
    if trial.returncode:
        pytest.skip("this system permits no mounts")
    return [*unshare, "sh", "-ec", f'{script}\nexec "$@"', "sh"]


def show(home, wrapper, folder, *more):
    """Shows all of it; (status, lines of standard error)."""
    process = home.popen([*wrapper, home.program, "--headless", "--size", "800x600", "--tile", "100x75", "--quit-when",
                          "loaded", "--screenshot", "/dev/null", *more, folder],
                         stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, lines = process.communicate(timeout=PATIENCE_S)
    return process.returncode, [line for line in lines.decode().splitlines() if line.startswith("frieze: ")]


def of_cache(lines):
    return [line for line in lines if "tiles.db" in line]


# --- rows 15 and 16 ---

def test_disk_full_for_the_cache(home, isolation, folder):
    """Said once, and all is shown."""
    wrapper = mounted(f"mount -t tmpfs -o size=100k none '{home / 'cache'}'")
    status, lines = show(home, wrapper, folder, "--isolation", isolation)
    assert status == 0 and len(lines) == len(of_cache(lines)) == 1, lines
    assert "full" in lines[0] or "No space" in lines[0], lines


def test_disk_full_for_what_was_asked_for(home, isolation, folder):
    """Told, status 1, and nothing half written in the place of what was there."""
    (home / "small").mkdir()
    script = f"mount -t tmpfs -o size=8k none '{home / 'small'}'; head -c 8000 /dev/zero > '{home / 'small' / 'fill'}'"
    process = home.popen([*mounted(script), "sh", "-c", '"$@"; echo $?; ls "$0"', home / "small", home.program,
                          "--headless", "--size", "300x200", "--isolation", isolation, "--quit-when", "loaded",
                          "--cache-size", "0", "--stats", home / "small" / "s.json", "--screenshot",
                          home / "small" / "s.png", folder],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, lines = process.communicate(timeout=PATIENCE_S)
    assert out.decode().split() == ["1", "fill"], (out, lines)
    assert {name for name in ("s.json", "s.png") if name in lines.decode()} == {"s.json", "s.png"}, lines


def test_disk_full_for_prime(home, folder):
    """Counted as kept is what is kept."""
    kept = home / "kept"
    process = home.popen([*mounted(f"mount -t tmpfs -o size=400k none '{home / 'cache'}'"), "sh", "-c",
                          '"$@"; cp -r "$0" ' + str(kept), home / "cache" / "frieze", home.program, "prime", folder],
                         stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, said = process.communicate(timeout=PATIENCE_S)
    with contextlib.closing(sqlite3.connect(kept / "tiles.db")) as cache:
        count = cache.execute("SELECT count(*) FROM entry WHERE box_w > 0").fetchone()[0]
    lines = said.decode().splitlines()
    assert 0 < count < COUNT and len(of_cache(lines)) == 1, (count, lines)
    assert f"frieze prime: {count} tiles; {COUNT - count} could not be kept" in lines, (count, lines)


def test_files_have_a_largest_size(home, folder):
    """By a limit on the process, which a signal comes with."""
    need("prlimit")
    status, lines = show(home, ["prlimit", "--fsize=20000"], folder, "--isolation", "thread")
    assert status == 0 and len(lines) == len(of_cache(lines)) == 1, lines


@pytest.mark.parametrize("what", ["cache", "root"])
def test_read_only(home, isolation, folder, what):
    """The cache alone; or everything, with no control socket either."""
    scripts = {"cache": f"mount -t tmpfs -o ro none '{home / 'cache'}'", "root": "mount -o bind,remount,ro /"}
    wrapper = mounted(scripts[what])
    status, lines = show(home, wrapper, folder, "--isolation", isolation)
    assert status == 0 and len(of_cache(lines)) == 1 and "Read-only file system" in of_cache(lines)[0], lines
    others = [line for line in lines if "tiles.db" not in line]
    assert others == [] or what == "root" and len(others) == 1 and "control socket" in others[0], lines


@pytest.mark.parametrize("what", ["full", "read-only"])
def test_a_filled_cache_that_cannot_be_written(home, isolation, folder, what):
    """What it holds is used all the same, wherever it lies."""
    cache, mount = home / "cache", home / "a #1? 100%41"
    assert home.frieze("prime", "--tile", "100x75", folder).status == 0
    mount.mkdir()
    script = f"mount -t tmpfs -o size=4m none '{mount}'; cp -a '{cache / 'frieze'}' '{mount}'; " + {
        "full": f"cat /dev/zero > '{mount / 'fill'}' 2> /dev/null || true",
        "read-only": f"mount -o remount,ro '{mount}'"}[what]
    process = home.popen([*mounted(script), home.program, "--headless", "--size", "800x600", "--tile", "100x75",
                          "--isolation", isolation, "--quit-when", "loaded", "--stats", home / "s.json", folder],
                         more={"XDG_CACHE_HOME": str(mount)}, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, said = process.communicate(timeout=PATIENCE_S)
    lines = [line for line in said.decode().splitlines() if line.startswith("frieze: ")]
    stats = json.loads((home / "s.json").read_text())
    assert process.returncode == 0 and len(lines) == len(of_cache(lines)) == 1, said
    assert stats["cache"]["disk_hits"] == COUNT and stats["opens"] == 0, (stats["cache"], stats["opens"], lines)


def test_cache_folder_of_others(isolation):
    """By a user whom permissions bind."""
    with Home(ordinary=True) as home:
        folder = pictures.fill(home / "pictures", 4)
        home.hand_over(folder)
        (home / "cache").chmod(0o555)
        status, lines = show(home, [], folder, "--isolation", isolation)
        (home / "cache").chmod(0o700)
        assert status == 0 and len(lines) == len(of_cache(lines)) == 1 and "ermission denied" in lines[0], lines


# --- row 17, beside what unit/decode_cache does with any byte, versions and links ---

@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_cache_file_of_somebody_else(home, folder):
    """Not believed, and replaced."""
    assert show(home, [], folder) == (0, [])
    path = home / "cache" / "frieze" / "tiles.db"
    os.chown(path, USER, USER)
    assert show(home, [], folder)[0] == 0 and path.stat().st_uid == os.getuid()
    stats, _ = home.stats("--size", "800x600", "--tile", "100x75", "--quit-when", "loaded", folder)
    assert stats["cache"]["disk_hits"] == COUNT


# --- row 35 ---

SOON_S = 20  # on a busy machine, with sanitizers


def ends_well(home, folder, wrapper, *more):
    """Whole, or with a message and the status for it; nothing else, and soon."""
    shot = home / "shot.png"
    shot.unlink(missing_ok=True)
    result = subprocess.run([*wrapper, home.program, "--headless", "--size", "300x200", "--quit-when", "loaded",
                             "--cache-size", "0", "--stats", home / "s.json", "--screenshot", shot, *more, folder],
                            env=home.environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=SOON_S,
                            check=False,
                            **({"user": home.user, "group": home.user, "extra_groups": []} if home.user else {}))
    assert result.returncode in (0, 1, 3, 127), (wrapper, result)  # 127: the dynamic linker could not start it
    assert result.returncode == 0 or result.stderr, wrapper
    if result.returncode == 0:
        Image.open(shot).load()
        stats = json.loads((home / "s.json").read_text())
        assert stats["failed"] == 0 or len(result.stderr.splitlines()) >= stats["failed"], (wrapper, result.stderr)
    return result.returncode


def test_few_descriptors(home, isolation):
    """Whatever cannot be opened is told; nothing waits for a descriptor that does not come."""
    need("prlimit")
    folder = pictures.fill(home / "pictures", 3)
    home.environment["SDL_VIDEODRIVER"] = "dummy"
    statuses = {count: ends_well(home, folder, ["prlimit", f"--nofile={count}"], "--isolation", isolation,
                                 "--quit-when", "loaded" if count % 2 else "screenful")
                for count in range(3, 61)}
    assert all(statuses[count] == 0 for count in range(40, 61)), statuses


def test_few_descriptors_for_prime(home):
    """What it could not read is no empty folder."""
    need("prlimit")
    folder = pictures.fill(home / "pictures", 3)
    for count in range(12, 40):
        result = subprocess.run(["prlimit", f"--nofile={count}", home.program, "prime", folder], env=home.environment,
                                stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=SOON_S, check=False)
        assert result.returncode in (0, 1), (count, result)
        assert result.returncode or b"3 tiles" in result.stderr or b"3 already" in result.stderr, (count, result)
        shutil.rmtree(home / "cache" / "frieze", ignore_errors=True)


def test_few_processes_and_threads(isolation):
    """By a user whom limits bind."""
    need("prlimit")
    with Home(ordinary=True) as home:
        folder = pictures.fill(home / "pictures", 3)
        home.hand_over(folder)
        home.environment["SDL_VIDEODRIVER"] = "dummy"
        shutil.copy(shutil.which("prlimit"), home / "prlimit")
        statuses = {count: ends_well(home, folder, ["prlimit", f"--nproc={count}"], "--isolation", isolation)
                    for count in (0, 1, 2, 3, 4, 5, 6, 8, 10, 500)}
        assert statuses[500] == 0, statuses
