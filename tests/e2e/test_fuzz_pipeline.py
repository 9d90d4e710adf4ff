# ctest: COST 25 PROCESSORS 2 LABELS sanitized
"""Mutants through the whole of it: tests/fuzz/pipeline.py, for a short while."""

import pathlib
import subprocess
import sys

from frieze import binary

SECONDS = 20
PIPELINE = pathlib.Path(__file__).resolve().parents[1] / "fuzz" / "pipeline.py"


def run(seconds):
    """What it says at the end, where nothing was found."""
    result = subprocess.run([sys.executable, PIPELINE, binary(), str(seconds)], capture_output=True, text=True, check=False)
    print(result.stdout)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_mutants_end_no_program_and_no_death_is_silent():
    run(SECONDS)
