"""What a soak tells at its end: a table of words, soak.png, and all samples as JSON."""

import dataclasses
import json
import os
import platform
import time

import plot
import soak as soak_module
from plot import COLOURS, FAINT, INK

MB = soak_module.MB
KINDS = ("main process", "zygote", "decoders", "readers")


def as_text(verdicts):
    rows = [("", "after a tenth", "at the end", "", "")]
    rows += [(one.name, f"{one.before:.1f}", f"{one.after:.1f}", f"{one.growth:+.2%}", "met" if one.met else "MISSED")
             for one in verdicts]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def save(folder, soak, verdicts, title):
    samples = [one for lap in soak.warming + soak.laps for one in lap]
    rows = {"samples": [dataclasses.asdict(one) for one in samples], "verdicts": [vars(one) for one in verdicts]}
    (folder / "samples.json").write_text(json.dumps(rows) + "\n")
    draw(folder / "soak.png", soak.laps, samples, verdicts, title)


def figures(samples, of):
    return [(one.at_s, of(one)) for one in samples]


def last(points):
    """Where a line ends, as it is drawn: the mean of its last hundredth."""
    tail = points[-max(1, len(points) // 100):]
    return sum(value for _, value in tail) / len(tail)


def named(panel, lines):
    """(points, name, colour): the lines, and their names at their ends."""
    for points, _, colour in lines:
        panel.series(points, colour)
    panel.names([(last(points), name, colour) for points, name, colour in lines])


def draw_memory(panel, samples):
    kinds = [kind for kind in KINDS if any(kind in one.use.own_of for one in samples)]
    kinds += sorted({kind for one in samples for kind in one.use.own_of} - set(kinds))
    stacks = [[(one.at_s, sum(one.use.own_of.get(kind, 0) for kind in kinds[:n]) / MB) for one in samples]
              for n in range(len(kinds) + 1)]
    pss = figures(samples, lambda one: one.use.pss / MB)
    panel.next_panel("Memory of its own, by process", plot.Axis(max(value for _, value in pss)),
                     "MB; the grey line adds its share of libraries, which depends on what else runs")
    panel.series(pss, "#b4bac2", 1)
    for n in range(len(kinds)):
        panel.area(stacks[n], stacks[n + 1], light(COLOURS[n]))
    panel.series(stacks[-1], INK)
    middles = [((last(stacks[n]) + last(stacks[n + 1])) / 2, kind, COLOURS[n]) for n, kind in enumerate(kinds)]
    panel.names(middles + [(last(stacks[-1]), f"together {last(stacks[-1]):.1f}", INK), (last(pss), "with libraries", FAINT)])


def light(colour):
    parts = (int(colour[i:i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{255 - (255 - part) * 45 // 100:02x}" for part in parts)


def draw_counts(panel, samples):
    lines = [(figures(samples, lambda one, name=name: getattr(one.use, name)), name, colour)
             for name, colour in zip(("descriptors", "threads", "processes"), COLOURS)]
    most = max(value for points, _, _ in lines for _, value in points)
    panel.next_panel("Descriptors, threads, processes", plot.Axis(most, whole=True))
    named(panel, lines)


def draw_frames(panel, samples):
    lines = [(figures(samples, lambda one, i=i: one.frame_ms[i]), name, colour)
             for i, (name, colour) in enumerate(zip(("half are shorter", "99 % are shorter", "longest"), COLOURS))]
    most = max(max(value for points, _, _ in lines for _, value in points), 100)
    panel.next_panel("Frame times", plot.Axis(most * 1.1, 1, log=True), "ms of work and present, of 240 frames each")
    named(panel, lines)


def draw_rate(panel, laps):
    ends = [lap[-1] for lap in laps]
    rates = [(now.at_s, (now.pictures - before.pictures) / (now.at_s - before.at_s))
             for before, now in zip(ends, ends[1:])]
    panel.next_panel("Pictures decoded, uploaded and replaced", plot.Axis(max(value for _, value in rates)), "a second")
    named(panel, [(rates, f"{ends[-1].pictures:,} in all", COLOURS[0])])


def draw_head(panel, samples, verdicts, title):
    panel.text(plot.LEFT, 24, title, 22, bold=True)
    machine = f"{len(os.sched_getaffinity(0))} cores, Linux {platform.release().split('-')[0]}"
    panel.text(plot.LEFT, 56, f"{time.strftime('%Y-%m-%d')}, {machine}. Shaded: what is compared, after a tenth of the "
               "pictures and at the end.", 13, FAINT)
    x = plot.LEFT
    for one in verdicts:
        colour = COLOURS[2] if one.met else "#c0392b"
        panel.text(x, 78, f"{one.name} {one.growth:+.2%}", 14, colour, bold=True)
        x += 250


def draw(path, laps, samples, verdicts, title):
    parts = [soak_module.between(laps, *part) for part in soak_module.WINDOWS]
    panel = plot.Plot((300, 190, 190, 130), samples[-1].at_s, [(part[0][0].at_s, part[-1][-1].at_s) for part in parts])
    draw_head(panel, samples, verdicts, title)
    draw_memory(panel, samples)
    draw_counts(panel, samples)
    draw_frames(panel, samples)
    draw_rate(panel, laps)
    panel.time_axis()
    panel.save(path)
