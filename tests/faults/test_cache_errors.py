"""A disk that fails under the tile cache (docs/faults.md, row 15): that is said once, and all is shown."""
# ctest: COST 15

import os
import shutil

import pytest

import pictures
from frieze import wait_until

COUNT = 30
WALL = "--headless", "--size", "600x400", "--tile", "100x75"


@pytest.fixture
def folder(home):
    """Old enough to be kept."""
    made = pictures.fill(home / "pictures", COUNT, suffix="jpg")
    for path in made.iterdir():
        os.utime(path, (1e9, 1e9))
    return made


@pytest.mark.parametrize("is_seen", [False, True])
@pytest.mark.parametrize("kind", ["disk-open", "disk-read", "disk-write", "sync"])
def test_a_disk_that_fails(home, isolation, folder, kind, is_seen):
    """From some call on, for ever. What was kept is not thrown away for it, and used again once the disk is well."""
    options = *WALL, "--isolation", isolation, "--quit-when", "loaded", folder
    told = 0
    for number in (1, 2, 4, 8):
        shutil.rmtree(home / "cache" / "frieze", ignore_errors=True)
        if is_seen:
            wait_until(lambda: home.stats(*options)[0]["cache"]["disk_hits"] == COUNT, "all of it in the cache")
        result = home.frieze(*options, more={"FRIEZE_FAULTS": f"{kind}:{number}+"})
        assert result.status == 0 and len(result.lines) <= 1, (number, result)
        assert all("tiles.db: " in line and "damaged" not in line for line in result.lines), (number, result)
        told += len(result.lines)
        stats, result = home.stats(*options)
        assert not result.lines and (not is_seen or stats["cache"]["disk_hits"] == COUNT), (number, stats["cache"], result)
    assert told, f"nobody was told that {kind} fails"


def test_nothing_is_made_that_nobody_can_keep(home):
    """What comes after the disk has failed is not even read: nobody hears of what is wrong with it."""
    folder = pictures.fill(home / "pictures", 120, suffix="jpg")  # more than are written at once
    for path in folder.iterdir():
        os.utime(path, (1e9, 1e9))
    broken = (folder / "p1.jpg").read_bytes()[:20]
    for number in range(300):
        (folder / f"x{number}.jpg").write_bytes(broken)
    for number in range(4, 64, 4):  # until it could be opened, and then not be written
        shutil.rmtree(home / "cache" / "frieze", ignore_errors=True)
        result = home.frieze("prime", "--jobs", "1", folder, more={"FRIEZE_FAULTS": f"disk-write:{number}+"})
        if "kept no more" in result.err:
            break
    told = [line for line in result.lines if "/x" in line]
    assert result.status == 1 and any("could not be kept" in line for line in result.lines[-2:]), result.lines[-2:]
    assert len(told) < 200, len(told)
