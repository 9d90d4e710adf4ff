"""What reaches the screen first, where the renderer is slower than the decoders."""
# ctest: COST 10

import os

import pytest

import pictures
from frieze import wait_until


@pytest.fixture
def frieze(home):
    folder = pictures.fill(home / "pictures", 120)
    more = {"LD_PRELOAD": os.environ["FRIEZE_SLOW_UPLOADS"],
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
    with home.start("--size", "400x300", "--tile", "150x110", "--motion", "off", folder, more=more) as running:
        yield running


def waiting(frieze):
    stats = frieze.stats()
    return stats["decode"]["count"] - stats["upload"]["count"]


def test_what_is_in_view_does_not_wait_behind_what_is_not(frieze):
    wait_until(lambda: waiting(frieze) >= 12, "pixels that wait")
    before, waited = frieze.stats()["upload"]["count"], waiting(frieze)
    frieze.key("End").idle("screenful")
    first, last = frieze.status()["visible"]
    beside = frieze.stats()["upload"]["count"] - before - (last - first + 1)
    assert 0 <= beside < waited  # some while those in view were decoded, and not all that waited
