#!/usr/bin/env python3
"""Compares frieze with the reference decoders: size, orientation, and the pixels of `frieze scale -s 400`.

    compare.py FRIEZE FILE-OR-FOLDER...

Ends with 1 where a file that the reference reads differs, and where the tool is missing that would read it. One that the reference refuses as well has to be shown in part
or to fail with a reason.
"""

import collections
import concurrent.futures
import dataclasses
import fnmatch
import functools
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

import reference

BOX = 400
LIMIT, LOSSY_LIMIT = 3.0, 6.0
TIMEOUT_S = 60
MEMORY_BYTES = 3 << 30  # some files promise more than any machine has


STATES = {
    "same": "as the reference says",
    "second": "not as Pillow says, but as ImageMagick does",
    "known": "differs from both, for a reason in known.txt",
    "differs": "from both",
    "refused": "by the reference",
    "missing": "is what would read it for the reference: nothing is compared",
    "without": "of a format that this build cannot read",
}
WRONG = ("differs", "missing")


@dataclasses.dataclass
class Verdict:
    path: str
    format: str
    state: str  # a key of STATES
    difference: float = 0.0
    why: str = ""


def probe(frieze, path):
    result = subprocess.run([frieze, "probe", path], capture_output=True, timeout=TIMEOUT_S, check=False)
    if result.returncode not in (0, 1):
        raise RuntimeError(f"probe ends with {result.returncode}: {result.stderr.decode(errors='replace')[-300:]}")
    return json.loads(result.stdout)


def scale(frieze, path, out, box):
    result = subprocess.run([frieze, "scale", "-s", str(box), "--background=#%02x%02x%02x" % reference.BACKGROUND, path,
                             out], capture_output=True, timeout=TIMEOUT_S, check=False)
    words = result.stderr.decode(errors="replace").strip()
    if result.returncode not in (0, 1) or (result.returncode == 1 and not words):
        raise RuntimeError(f"scale ends with {result.returncode}: {words[-300:]}")
    return result.returncode, words


def compare(frieze, path, box=BOX):
    return known(judge(frieze, path, box))


def judge(frieze, path, box):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.ppm")  # whose bytes are never copied from a PNG
        try:
            told = probe(frieze, path)
            status, words = scale(frieze, path, out, box)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            return Verdict(path, "?", "differs", why=str(error))
        name = told["format"] or "none"
        if told["error"] and "this build cannot read it" in told["error"]:
            return Verdict(path, name, "without", why=told["error"])
        try:
            expected, orientation = reference.picture(name, path)
        except reference.Missing as error:
            return Verdict(path, name, "missing", why=str(error))
        except reference.Unread as error:
            return Verdict(path, name, "refused", why=f"{error}; frieze: {words or 'shows it'}")
        if status != 0:
            return Verdict(path, name, "differs", why=words)
        limit = LOSSY_LIMIT if name in reference.LOSSY else LIMIT
        mean = reference.difference(expected, out)
        problems = []
        if (told["width"], told["height"]) != expected.size:
            problems.append(f"{told['width']}x{told['height']} is {expected.width}x{expected.height}")
        if name not in reference.TOOLS and told["orientation"] != orientation:
            problems.append(f"orientation {told['orientation']} is {orientation}")
        if mean > limit:
            problems.append(f"pixels by {mean:.2f}")
        if problems and name not in reference.TOOLS:
            second = second_opinion(path, told, out)
            if second <= limit:
                return Verdict(path, name, "second", second, "; ".join(problems))
        if problems and words:
            problems.append(words)
        return Verdict(path, name, "differs" if problems else "same", mean, "; ".join(problems))


def second_opinion(path, told, out):
    """What differs from Pillow may be Pillow's fault."""
    try:
        expected = reference.by_imagemagick(path)
    except (reference.Unread, OSError, ValueError):
        return 255.0
    return reference.difference(expected, out) if (told["width"], told["height"]) == expected.size else 255.0


@functools.cache
def known_reasons():
    lines = (pathlib.Path(__file__).parent / "known.txt").read_text().splitlines()
    return [tuple(line.split(None, 1)) for line in lines if line and not line.startswith("#")]


def known(verdict):
    """A file may differ for a reason that is known."""
    for pattern, reason in known_reasons():
        if verdict.state == "differs" and fnmatch.fnmatch(os.path.basename(verdict.path), pattern):
            return dataclasses.replace(verdict, state="known", why=reason)
    return verdict


def all_files(names):
    for name in names:
        path = pathlib.Path(name)
        yield from sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]


def report(verdicts):
    by_format = collections.defaultdict(list)
    for verdict in verdicts:
        by_format[verdict.format].append(verdict)
    print(f"{'format':8}{'files':>8}" + "".join(f"{state:>9}" for state in STATES) + f"{'mean':>8}{'worst':>8}")
    for name, some in sorted(by_format.items()):
        count = collections.Counter(one.state for one in some)
        means = [one.difference for one in some if one.state == "same"]
        print(f"{name:8}{len(some):8}" + "".join(f"{count[state]:9}" for state in STATES)
              + f"{sum(means) / len(means) if means else 0:8.2f}{max(means, default=0):8.2f}")
    print("".join(f"\n{state:9}{meaning}" for state, meaning in STATES.items()))


def quiet():
    """The libraries of the reference tell standard error of every damage."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def main():
    frieze, *names = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    files = [str(path) for path in all_files(names)]
    with concurrent.futures.ProcessPoolExecutor(initializer=quiet) as pool:
        verdicts = list(pool.map(functools.partial(compare, os.path.abspath(frieze)), files))
    for verdict in verdicts:
        if verdict.state in WRONG or (verdict.state != "same" and os.environ.get("VERBOSE")):
            print(f"{verdict.state}: {verdict.path} ({verdict.format}): {verdict.why}")
    report(verdicts)
    sys.exit(any(verdict.state in WRONG for verdict in verdicts))


if __name__ == "__main__":
    main()
