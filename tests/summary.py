#!/usr/bin/env python3
"""Counts what ran in ctest's JUnit files and ends with the line "N passed, N failed[, N skipped]". Of a test that stands in
several files the last counts.

A test program that says how many tests it holds (cmocka, run_pytest.py) counts as that many, any
other as one. A file that is not there, or holds no test, counts as failed. Status 1 if anything failed.
"""
import re
import sys
import xml.etree.ElementTree

CMOCKA = [re.compile(rf"^\[  {word} +\] (\d+) test", re.MULTILINE) for word in ("PASSED", "FAILED", "SKIPPED")]
PYTEST = re.compile(r"^pytest counts: (\d+) passed, (\d+) failed, (\d+) skipped$", re.MULTILINE)


def inner_counts(output):
    """What the program itself counted, as [passed, failed, skipped]."""
    found = PYTEST.search(output)
    if found:
        return [int(number) for number in found.groups()]
    return [sum(map(int, pattern.findall(output))) for pattern in CMOCKA]


def count(case):
    """One test of ctest as [passed, failed, skipped]. ctest has the last word on whether it failed."""
    passed, failed, skipped = inner_counts(case.findtext("system-out") or "")
    if case.get("status") == "run":
        return [passed if passed or skipped else 1, 0, skipped]
    reason = case.find("skipped")  # also of tests that could not be started: those failed
    if case.get("status") == "disabled" or reason is not None and reason.get("message").startswith("SKIP_"):
        return [0, 0, max(skipped, 1)]
    return [passed, max(failed, 1), skipped]


def cases_of(path):
    try:
        cases = list(xml.etree.ElementTree.parse(path).iter("testcase"))
    except (OSError, xml.etree.ElementTree.ParseError) as error:
        print(f"{path}: {error}", file=sys.stderr)
        cases = []
    return {case.get("name"): count(case) for case in cases} or {path: [0, 1, 0]}


counts = {}
for path in sys.argv[1:]:
    counts.update(cases_of(path))
passed, failed, skipped = (sum(column) for column in zip(*counts.values()))
print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""), flush=True)
sys.exit(failed > 0)
