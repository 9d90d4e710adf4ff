"""The bench's judgement of its runs, which takes them an hour to get to."""

import pathlib
import sys
import types

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "bench"))
import bounds  # noqa: E402
import peers  # noqa: E402
import report  # noqa: E402


@pytest.mark.parametrize("full", [True, False])
def test_what_was_not_measured_is_not_met(full):
    figures = bounds.judge({}, peers.PEERS, 200, full)
    assert len(figures) > 20 and not bounds.passed(figures)
    assert not any(row.met for row in figures)
    texts = [make({}, figures, peers.PEERS, {"minutes": "0"}, 1) for make in (report.as_text, report.as_markdown)]
    assert all(row.name in text for row in figures for text in texts)
    with pytest.raises(ValueError):
        report.summary(figures, peers.PEERS)


def test_what_readme_tells_is_what_was_measured():
    names = [row.name for row in bounds.judge({}, peers.PEERS, 200, True)]
    names.append("wall of 1,000 seen before, the same against cold")  # a row that comes with its runs
    figures = [types.SimpleNamespace(name=name, value=0.5) for name in names]
    told = report.summary(figures, peers.PEERS)
    assert all(peer.name in told for peer in peers.PEERS) and "{" not in told
    assert max(len(line) for line in told.splitlines()) <= report.README_COLUMNS
