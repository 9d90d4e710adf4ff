"""The report as text: for the terminal, for build/bench/results.md, and for docs/performance.md."""

import os
import platform
import shutil
import subprocess
import textwrap
import time

from bounds import each, figure, median

BEGIN, END = "<!-- results: made by tests/bench/bench.py --document -->", "<!-- end of results -->"
README_COLUMNS = 119


def first_line(path, key):
    try:
        with open(path) as file:
            for line in file:
                if line.startswith(key):
                    return line.split(":" if ":" in line else "=", 1)[1].strip().strip('"')
    except OSError:
        pass
    return "?"


def library(name):
    if shutil.which("pkg-config") is None:
        return "?"
    answer = subprocess.run(["pkg-config", "--modversion", name], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or "?"


def machine(drop_caches):
    """What a reader must know to judge the figures."""
    memory = first_line("/proc/meminfo", "MemTotal").split()[0]
    return {"date": time.strftime("%Y-%m-%d"),
            "processor": first_line("/proc/cpuinfo", "model name"),
            "cores": len(os.sched_getaffinity(0)),
            "memory": f"{int(memory) / 1048576:.0f} GB" if memory.isdigit() else "?",
            "system": first_line("/etc/os-release", "PRETTY_NAME"), "kernel": platform.release(),
            "SDL": library("sdl2"), "libjpeg-turbo": library("libjpeg"),
            "display": "Xvfb 1920x1080, no GPU",
            "page cache": "emptied before each run" if drop_caches else "warm",
            "load before": f"{os.getloadavg()[0]:.1f}"}


def number(value, unit):
    if value is None:
        return "not measured"
    if unit == "bytes":
        return f"{value / 1e6:.1f} MB"
    if unit == "ms":
        return f"{value:.{2 if value < 1 else 1}f} ms" if value < 100 else f"{value:,.0f} ms"
    digits = {"of it": 4, "": 0}.get(unit, 2)
    return f"{value:.{digits}f} {unit}".strip()


def state(row):
    if row.bound is None:
        return ""
    if not row.counts:
        return "not measured"
    return {True: "met", False: "MISSED", None: "NOT MEASURED"}[row.met]


def bound_cells(figures):
    for row in figures:
        words = ", ".join(part for part in (row.versus, row.note) if part)
        spread = f"worst {number(row.worst, row.unit)}" if row.worst not in (None, row.value) else ""
        bound = f"<= {number(row.bound, row.unit)}" if row.bound is not None else ""
        yield (row.name, number(row.value, row.unit), bound, state(row),
               "; ".join(part for part in (spread, words) if part))


def limit_for(raw, count):
    """L for a number of tiles: when the reference had its first `count` pictures, within the run over all."""
    runs = each(raw, "limit_all", "done_ms")
    return median([done[min(int(count), len(done)) - 1] for done in runs if done and count])


def middle(runs, key):
    return median([figure(run, key) for run in runs])


def amount(value, count):
    """A time and for how many pictures it is."""
    return f"{number(value, 'ms')} for {count:.0f}" if value is not None and count else "not measured"


def times_limit(raw, value, count):
    base = limit_for(raw, count)
    return f"{value / base:.2f}" if value is not None and base else ""


def wall_cells(raw, name):
    """One program's line in the comparison: own screenful, all, files with and without thumbnails."""
    plain, again, thumbs, wall = (raw.get(f"{name}_{step}", []) for step in ("plain35", "again", "thumbs35", "wall"))
    shown, tiles = middle(plain, "screenful"), middle(plain, "tiles")
    loaded, opened = middle(wall, "loaded"), middle(wall, "opened")
    return (amount(shown, tiles), times_limit(raw, shown, tiles),
            amount(middle(again, "screenful"), middle(again, "tiles")),
            amount(middle(thumbs, "screenful"), middle(thumbs, "tiles")),
            amount(middle(wall, "screenful"), middle(wall, "tiles")),
            amount(loaded, opened), times_limit(raw, loaded, opened))


def comparison_cells(raw, peers):
    yield ("frieze", *wall_cells(raw, "frieze"))
    for peer in peers:
        if peer.is_installed():
            yield (f"{peer.name} {peer.version()}", *wall_cells(raw, peer.name))
        else:
            yield (peer.name, "not installed: not measured", "", "", "", "", "", "")


COMPARISON_HEAD = ("", "screenful, no thumbnails", "x L", "the same, seen before", "screenful, embedded thumbnails",
                   "screenful of the whole wall", "all it loads of that", "x L")
FIGURES_HEAD = ("figure", "median", "bound", "", "")


def markdown_table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def text_table(head, rows):
    rows = [head, *rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def as_markdown(raw, figures, peers, facts, rounds):
    parts = [f"{rounds} rounds; " + "; ".join(f"{key}: {value}" for key, value in facts.items()) + ".",
             markdown_table(FIGURES_HEAD, bound_cells(figures)),
             markdown_table(COMPARISON_HEAD, comparison_cells(raw, peers))]
    return "\n\n".join(parts) + "\n"


def as_text(raw, figures, peers, facts, rounds):
    parts = [f"{rounds} rounds, medians. " + "; ".join(f"{key}: {value}" for key, value in facts.items()),
             text_table(FIGURES_HEAD, list(bound_cells(figures))),
             text_table(COMPARISON_HEAD, list(comparison_cells(raw, peers)))]
    return "\n\n".join(parts) + "\n"


SUMMARY = """
On two cores without a GPU, 35 tiles of 12-megapixel JPEGs stand {screenful_s:.1f} s after the program was started, in a fresh
home: in {screenful:.2f} times what libjpeg-turbo alone takes to decode them on both cores, and all 200 in {wall:.2f} times that,
since frieze decodes no more of a picture than its tile shows. On the same display and in the same run others took, times as
long: {others}; the longest moment in which frieze did not look for input was {stall:.1f} ms. A wall of 1,000 pictures that
was seen before stands in {again:.2f} of the time.

From a network share that takes half a second for every answer, {in_time:.0f} of 100 photographs are there before you ask for
them, at one a second; going back opens no file. A scroll over 100,000 pictures decodes {decoded:.0f} of them, with the last
screenful.
"""


def summary(figures, peers):
    """What README.md tells of a run. ValueError where it did not measure all of that."""
    values = {row.name: row.value for row in figures}

    def value(name):
        if values.get(name) is None:
            raise ValueError(f"{name}: not measured")
        return values[name]

    slower = sorted((1 / value(f"wall, cold: faster than {peer.name}"), peer.name) for peer in peers)
    *others, last = [f"{name} {times:.1f}" for times, name in slower]
    text = SUMMARY.format(
        screenful_s=value("wall, cold: screenful, process start to its end") / 1000,
        screenful=value("wall, cold: screenful, the same against L"),
        wall=value("wall, cold: all 200, the same against L"),
        others=f"{', '.join(others)} and {last}",
        stall=value("while loading: longest stall of the render thread"),
        again=value("wall of 1,000 seen before, the same against cold"),
        in_time=100 * (1 - value("the same, 0.5 s for each open and read of its share, 1 a second")),
        decoded=value("100,000 scrolled past in 2 s: decoded, with the last screenful"))
    return "\n\n".join(textwrap.fill(part, README_COLUMNS) for part in text.strip().split("\n\n")) + "\n"


def put_into(document, markdown):
    """Replaces what stands between the two markers of a document."""
    text = document.read_text()
    head, found, rest = text.partition(BEGIN)
    _, closed, tail = rest.partition(END)
    if not found or not closed:
        raise ValueError(f"{document} lacks the markers for the results")
    document.write_text(f"{head}{BEGIN}\n\n{markdown}\n{END}{tail}")
