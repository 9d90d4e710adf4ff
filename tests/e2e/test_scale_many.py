"""frieze scale of thousands of small pictures takes no more memory than of a few. What each tenth of 100,000 takes in time is the
bench's."""
# ctest: COST 15 PROCESSORS 2

import os
import subprocess

import pytest

import pictures
from frieze import binary, is_sanitized

FEW, MANY = 1000, 5000
GROWTH_BYTES = 3 << 20


def fill(folder, count):
    """Links to a few files, which all have names of their own."""
    folder.mkdir()
    for number in range(count):
        path = folder / f"{number:06}.jpg"
        if number < 50:
            pictures.write(path, number, (160, 120))
        else:
            os.link(folder / f"{number % 50:06}.jpg", path)
    return folder


def use_of(home, count, isolation):
    """The largest process of one run, bytes."""
    source, out = fill(home / f"in{count}", count), home / f"out{count}"
    process = home.popen([binary(), "scale", "--quiet", "--isolation", isolation, "-c", 2, "-s", 100, source, out],
                         stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0 and len(list(out.iterdir())) == count
    return usage.ru_maxrss * 1024


def test_memory_is_flat(home, isolation):
    if is_sanitized():
        pytest.skip("sanitizers keep what was freed")
    few, many = use_of(home, FEW, isolation), use_of(home, MANY, isolation)
    assert many < few + GROWTH_BYTES, (few, many)
