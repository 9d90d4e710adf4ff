"""Files that once brought a decoder down: each is shown in part or fails with a reason, and the others are shown."""

import pathlib

import pictures

CORPUS = pathlib.Path(__file__).parent.parent / "corpus" / "bad"


def test_each_costs_its_own_tile(home):
    """Beside sound pictures, all at once and several times over: damage done to memory shows late."""
    folder = pictures.fill(home / "pictures", 12)
    bad = [path for path in CORPUS.iterdir() if path.is_file()]
    assert bad
    for round_number in range(8):
        for path in bad:
            (folder / f"{round_number} {path.name}").write_bytes(path.read_bytes())
    stats, result = home.stats("--quit-when", "loaded", folder)
    assert result.status == 0
    assert stats["items"] == 12 + 8 * len(bad) and stats["unsupported"] == 0
    told = [line for line in result.lines if any(path.name in line for path in bad)]
    assert len(told) == 8 * len(bad)
