# ctest: COST 20 TIMEOUT 240
"""Decoders that die in every way among mutants (tests/fuzz/pipeline.py): each death is explained, none is the program's."""

import pathlib
import re
import subprocess
import sys

from frieze import binary

SECONDS = 10
PIPELINE = pathlib.Path(__file__).resolve().parents[1] / "fuzz" / "pipeline.py"


def test_each_death_is_explained():
    result = subprocess.run([sys.executable, PIPELINE, binary(), str(SECONDS)], capture_output=True, text=True, check=False)
    print(result.stdout)
    assert result.returncode == 0, result.stdout + result.stderr
    died = re.search(r"(\d+) decoders died", result.stdout)
    assert died and int(died[1]) >= 9, result.stdout
    assert all(why in result.stdout for why in ("SIGSEGV", "SIGABRT", "takes longer", "call execve", "was ended")), result.stdout
