"""The results as pictures, by matplotlib where that is installed."""

import report
from bounds import median

INK, PAPER, OURS, THEIRS = "#e8e8ec", "#131316", "#60be78", "#5a8cdc"
SIZE_IN, DPI = (8, 3.2), 120


def new_plot(title):
    from matplotlib.figure import Figure  # draws without a display
    figure = Figure(figsize=SIZE_IN, dpi=DPI, facecolor=PAPER, layout="constrained")
    axes = figure.add_subplot(facecolor=PAPER)
    axes.set_title(title, color=INK, loc="left")
    axes.tick_params(colors=INK)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(side == "bottom")
        axes.spines[side].set_color(INK)
    return figure, axes


def walls(raw, peers):
    """How long each program takes for a screenful, per tile: their screenfuls differ."""
    times = {}
    for name in ("frieze", *(peer.name for peer in peers if peer.is_installed())):
        runs = raw.get(f"{name}_plain35", [])
        shown, tiles = report.middle(runs, "screenful"), report.middle(runs, "tiles")
        if shown and tiles:
            times[name] = shown / tiles
    if len(times) < 2:
        return None
    names = sorted(times, key=times.get, reverse=True)
    figure, axes = new_plot("From the start to a screenful, ms a picture (12 megapixels)")
    bars = axes.barh(names, [times[name] for name in names],
                     color=[OURS if name == "frieze" else THEIRS for name in names])
    axes.bar_label(bars, fmt="%.0f", padding=4, color=INK)
    return figure


def growth(raw):
    """The first tile, and the work of a frame, at 100 to 100,000 pictures."""
    tables = [rows for rows in raw.get("growth", []) if rows]
    if not tables:
        return None
    counts = [row["count"] for row in tables[0]]

    def line(key):
        return [median([table[at][key] for table in tables]) for at in range(len(counts))]

    figure, axes = new_plot("From the start to the first tile, and to a screenful, ms")
    for key, name, color in (("first_tile", "first tile", OURS), ("screenful", "screenful", THEIRS)):
        axes.plot(counts, line(key), marker="o", color=color, label=name)
    axes.set_xscale("log")
    axes.set_xticks(counts, [f"{count:,}" for count in counts])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("pictures in the folder", color=INK)
    axes.legend(facecolor=PAPER, labelcolor=INK, edgecolor=PAPER)
    return figure


def save(raw, peers, folder, say):
    """bench-walls.png and bench-growth.png, as far as there are figures for them."""
    try:
        plots = {"bench-walls.png": walls(raw, peers), "bench-growth.png": growth(raw)}
    except ImportError:
        say("bench: no plots: python3-matplotlib is missing")
        return
    for name, figure in plots.items():
        if figure:
            figure.savefig(folder / name)
