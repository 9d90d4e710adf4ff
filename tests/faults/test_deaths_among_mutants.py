# ctest: COST 20
"""Decoders that die in every way among mutants (tests/fuzz/pipeline.py): each death is explained, none is the program's."""

import re

import test_fuzz_pipeline as pipeline

SECONDS = 10


def test_each_death_is_explained():
    said = pipeline.run(SECONDS)
    died = re.search(r"(\d+) decoders died", said)
    assert died and int(died[1]) >= 9, said
    assert all(why in said for why in ("SIGSEGV", "SIGABRT", "takes longer", "call execve", "was ended")), said
