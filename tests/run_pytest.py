"""Runs one pytest file for ctest and says in one line how its tests ended, for tests/summary.py.

Ends with pytest's status, or with 77 (skipped) where pytest is missing or every test was skipped.
"""
import resource
import sys

SKIPPED = 77

try:
    import pytest
except ImportError:
    print("skipped: pytest is missing (Debian: python3-pytest)")
    sys.exit(SKIPPED)


class Counter:
    """A pytest plugin: counts each test once, whichever of its phases failed or was skipped."""

    def __init__(self):
        self.outcomes = {}

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            worst = (report.outcome, self.outcomes.get(report.nodeid))
            self.outcomes[report.nodeid] = "failed" if "failed" in worst else report.outcome

    def pytest_collectreport(self, report):
        if report.outcome != "passed":
            self.outcomes[report.nodeid] = report.outcome

    def count(self, outcome):
        return list(self.outcomes.values()).count(outcome)


counter = Counter()
status = pytest.main(["-q", "-rs", "-p", "no:cacheprovider", *sys.argv[1:]], plugins=[counter])
passed, failed, skipped = (counter.count(outcome) for outcome in ("passed", "failed", "skipped"))
used = resource.getrusage(resource.RUSAGE_CHILDREN), resource.getrusage(resource.RUSAGE_SELF)
print(f"CPU: {sum(one.ru_utime + one.ru_stime for one in used):.1f} s")
print(f"pytest counts: {passed} passed, {failed} failed, {skipped} skipped")
if skipped and not passed and not failed:
    status = SKIPPED
sys.exit(status)
