"""What the figures must be. Takes the raw runs of bench.py and gives one row per figure, judged.

Ratios are made within a round, from runs a few seconds apart, and the median over the rounds counts: what
else the machine is doing moves both sides of a ratio.
"""

import dataclasses
import statistics

import bounded
import browse
import find
import first
import isolation
from subject import QUIT_LIMIT_MS, figure

SCREENFUL_LIMIT, ALL_LIMIT = 0.75, 0.65  # times L
PEER_SHARE = 0.5  # of the fastest peer's time for as many tiles
SEEN_SHARE = 0.1  # of the time that the same wall took cold
WORK_MS, TOTAL_MS, STALL_MS = 5.0, 20.0, 33.0
OVERLAYS_WORK_MS, OVERLAYS_TOTAL_MS, OVERLAYS_STALL_MS = 8.0, 33.0, 50.0
INPUT_MS = 33.4  # two frames at 60 Hz
FREEZE_SHARE = 50  # the linear program's freeze is at least so many times frieze's longest stall
SORT_MS = 300.0
MEMORY_BYTES, FIRST_BYTES = 60e6, 30e6  # above the floor
SCREENFUL = 35
# Of a tile, CPU time: times the library's own fastest way to that size; one in ms.
TILE_LIMITS = {"JPEG 4:2:0": 0.6, "JPEG 4:2:0, restarts": 0.6, "JPEG 4:2:2": 0.6, "JPEG 4:4:4": 0.6, "JPEG grey": 0.6,
               "JPEG progressive": 0.12, "JPEG at 1/4": 1.03, "JPEG at 1/2": 1.03, "JPEG in full": 1.03,
               "JPEG progressive, at 1/2": 1.03, "WebP": 1.05, "PNG": 1.1}
FIRST_MS = 0.2
ISOLATION_SHARE, ISOLATION_US, ISOLATION_START_MS, IDLE_BYTES = 1.02, 50.0, 15.0, 2e6
KILLED_MS, LOST_MS, HUNG_MS, READERS_MS = 5.0, 100.0, 50.0, 50.0
LATE_SHARE, LATE_ZOOMED, LATE_ON_SHARE = 0.01, 0.1, 0.05  # of pictures that are asked for
QUIT_SHARE_MS = 1000.0
SCROLLED_MOST, SCROLL_COLD = 500, 1.3
OPENED_COLD, COARSE, COARSE_THUMBNAIL = 1.15, 0.55, 0.25  # times full decode, upload and draw on one core
COARSE_LIMIT = 0.3  # times L, of a screenful
GROWTH_SHARE = 1.2  # of the work at 100 pictures
BATCH_SHARE, BATCH_LOSS, BATCH_BYTES = 0.9, 0.05, 40e6
SMOOTH_SHARE = 1.4
MANY_SHARE, MANY_GROWTH = 1.1, 2e6  # time of the last tenths against the first ones; bytes more at the end
SMOOTH_PEERS = ("vipsthumbnail", "Pillow with draft")  # no slower than these
BATCH_PEERS = {"vipsthumbnail": 1.0, "Pillow with draft": 1.0, "convert -resize": 1 / 8}
LEAST_INPUTS = 12  # fewer key presses answered while loading say nothing


@dataclasses.dataclass
class Figure:
    """One row of the report. met: True, False, or None for not measured (or, with no bound, just told)."""
    name: str
    value: float = None
    unit: str = "ms"
    bound: float = None
    versus: str = ""  # what it is a ratio to, in words
    worst: float = None
    counts: bool = True  # False: reported only
    met: bool = None
    note: str = ""

    def judge(self):
        if self.value is not None and self.bound is not None:
            self.met = self.value <= self.bound
        return self


def median(values):
    values = [v for v in values if v is not None]
    return statistics.median(values) if values else None


def worst(values):
    return max((v for v in values if v is not None), default=None)


def each(raw, step, *keys):
    """The value at keys of each run of a step, None where it is missing."""
    return [figure(run, *keys) for run in raw.get(step, [])]


def is_good(run):
    """Whether a run of frieze ended well, left its statistics, and could read every picture."""
    return bool(run and run["status"] == 0 and run["stats"] and not run["stats"].get("failed"))


def good(raw, step):
    """The runs of a step, None in place of those that went wrong: they give no figures."""
    return [run if is_good(run) else None for run in raw.get(step, [])]


def failure_figure(raw):
    runs = [(step, run) for step, batch in raw.items() for run in batch
            if step.startswith("frieze_") and step != "frieze_quit"]
    bad = sorted({f"{step}: {reason(run)}" for step, run in runs if not is_good(run)})
    row = Figure("runs of frieze that went wrong", len(bad) if runs else None, "", 0).judge()
    row.note = "; ".join(bad[:3])
    return row


def reason(run):
    if run["status"] != 0:
        return f"exit status {run['status']}"
    return "no statistics" if not run["stats"] else f"{run['stats'].get('failed')} pictures failed"


def ratios(above, below):
    return [a / b if a is not None and b else None for a, b in zip(above, below)]


def wall_figures(raw, count, full):
    rows = []
    for step, goal, key, limit, bound in (
            ("frieze_screenful", "screenful", "screenful", "limit_screenful", SCREENFUL_LIMIT),
            ("frieze_all", f"all {count}", "all", "limit_all", ALL_LIMIT if full else None)):
        runs, base = good(raw, step), each(raw, limit, "wall_ms")
        outside = [figure(run, "wall") for run in runs]
        inside = [figure(run, "stats", "startup", key) for run in runs]
        name = f"wall, cold: {goal}"
        rows.append(Figure(f"{name}, by its own clock", median(inside), counts=False))
        rows.append(Figure(f"{name}, process start to its end", median(outside), counts=False))
        shares = ratios(outside, base)
        rows.append(Figure(f"{name}, the same against L", median(shares), "x L", bound,
                           f"L = {say_ms(median(base))}", worst(shares)).judge())
    base = each(raw, "limit_entropy", "wall_ms")
    rows.append(Figure(f"{name}, the same against entropy decoding alone", median(ratios(outside, base)), "x its time", counts=False,
                       note=say_ms(median(base))))
    return rows


def seen_figures(raw, full):
    """A wall that was seen before, against the same wall cold, and what it opened."""
    runs = good(raw, "frieze_seen")
    if not runs:
        return []
    names = max((figure(run, "stats", "items") or 0 for run in runs), default=0)
    times = [[figure(run, *keys) for run in runs] for keys in (("wall",), ("cold", "wall"))]
    shares = ratios(*times)
    name = f"wall of {names:,} seen before"
    return [Figure(f"{name}, process start to its end", median(times[0]), counts=False),
            Figure(f"{name}, the same against cold", median(shares), "x cold", SEEN_SHARE if full else None,
                   f"cold = {say_ms(median(times[1]))}", worst(shares)).judge(),
            Figure(f"{name}: picture files opened", worst([figure(run, "stats", "opens") for run in runs]), "", 0).judge()]


def say_ms(value):
    return "?" if value is None else f"{value:.0f} ms"


def against_peer(raw, peer, step, name):
    """frieze's screenful of the 35 files without embedded thumbnails against that peer's, as `step` saw both."""
    row = Figure(f"{name}: faster than {peer.name}", None, "x its time", 1.0)
    ours, tiles, theirs, their_tiles = (median(each(raw, f"{who}_{step}", key)) for who in ("frieze", peer.name)
                                        for key in ("screenful", "tiles"))
    if not peer.is_installed():
        row.counts, row.note = False, "not installed: not measured"
    elif ours is None or theirs is None:
        row.note = "no run"
    elif tiles < SCREENFUL:
        row.note = f"only {tiles:.0f} of {SCREENFUL} tiles of frieze's found on the screen"
    else:
        row.value = ours / theirs
        row.versus = f"{say_ms(ours)} for {tiles:.0f} tiles against {say_ms(theirs)} for {their_tiles:.0f}"
        row.met = row.value < row.bound
    return row


def peer_figures(raw, peers, full):
    rows = [against_peer(raw, peer, "plain35", "wall, cold") for peer in peers]
    fastest = min((each_tile(raw, peer.name) for peer in peers if peer.is_installed() and each_tile(raw, peer.name)),
                  default=None)
    share = each_tile(raw, "frieze") / fastest if fastest and each_tile(raw, "frieze") else None
    rows.append(Figure("wall, cold: against the fastest of them, for as many", share, "x its time", PEER_SHARE).judge())
    return rows + [against_peer(raw, peer, "again", "wall, seen before") for peer in peers if full]


def each_tile(raw, name):
    shown, tiles = (median(each(raw, f"{name}_plain35", key)) for key in ("screenful", "tiles"))
    return shown / tiles if shown and tiles else None


def floor_bytes(raw):
    return median([max(run["outside_pss"], run["pss_peak_bytes"]) for run in raw.get("floor", []) if run])


def peak_bytes(runs):
    """Of all its processes: the larger of its own figure and that from outside."""
    return median([max(run["beside"] or 0, figure(run, "stats", "memory", "pss_peak_bytes") or 0) for run in runs if run])


def first_figures(raw, peers):
    """The first picture of 100,000 files, each program as it is by default."""
    ours = median(each(raw, "first_frieze", "first"))
    rows = [Figure("first picture of 100,000 files, process start included", ours, "ms", counts=False)]
    for peer in peers:
        theirs = median(each(raw, f"first_{peer.name}", "first"))
        row = Figure(f"the same: sooner than {peer.name}", ours / theirs if ours and theirs else None, "x its time", 1.0)
        if not peer.is_installed():
            row.counts, row.note = False, "not installed: not measured"
        elif theirs:
            row.versus = f"{say_ms(ours)} against {say_ms(theirs)}"
        rows.append(row.judge())
    floor = floor_bytes(raw)
    stands = median([first.stood_bytes(run) for run in good(raw, "frieze_first_memory") if figure(run, "stats", "items") == find.COUNT])
    return rows + [Figure("the same: memory above the floor, all names read, a screenful shown", stands - floor if stands and floor else None,
                          "bytes", FIRST_BYTES).judge()]


def frame_figures(raw, full):
    """Without the full wall there are fewer than a hundred frames: then the 99th of 100 is only told."""
    runs = good(raw, "frieze_all")
    rows = []
    work, total = (WORK_MS, TOTAL_MS) if full else (None, None)
    for label, keys, bound in (("work, 99 of 100 frames", ("frames", "work_p99"), work),
                               ("work + present, 99 of 100 frames", ("frames", "total_p99"), total),
                               ("longest stall of the render thread", ("render_thread", "stall_max"),
                                STALL_MS)):
        values = [figure(run, "stats", *keys) for run in runs]
        row = Figure(f"while loading: {label}", median(values), "ms", bound, worst=worst(values))
        rows.append(row.judge())
    return rows + [input_figure(raw)]


def input_figure(raw):
    values, thin = [], 0
    for run in good(raw, "frieze_keys"):
        late = figure(run, "beside", "last_key") or 0
        loaded = figure(run, "stats", "startup", "all") or 0
        enough = (figure(run, "stats", "input", "count") or 0) >= LEAST_INPUTS
        thin += not enough
        values.append(figure(run, "stats", "input", "to_present_p50") if enough else None)
        if loaded and late > loaded + 500:
            thin += 1
    row = Figure("while loading: key press to the frame that shows it, median", median(values), "ms",
                 INPUT_MS, worst=worst(values)).judge()
    if thin:
        row.note = f"in {thin} runs too few keys, or keys after the loading"
    return row


def overlay_figures(raw):
    """The bounds of frames and input hold with the overlays on."""
    runs = good(raw, "frieze_overlays")
    rows = []
    for name, keys, bound in (("work of a frame, p99", ("frames", "work_p99"), OVERLAYS_WORK_MS),
                              ("work + present, p99", ("frames", "total_p99"), OVERLAYS_TOTAL_MS),
                              ("longest stall", ("render_thread", "stall_max"), OVERLAYS_STALL_MS),
                              ("key press to its frame, median", ("input", "to_present_p50"), INPUT_MS)):
        values = [figure(run, "stats", *keys) for run in runs]
        rows.append(Figure(f"while loading, overlays on: {name}", median(values), "ms", bound,
                           worst=worst(values)).judge())
    return rows


def find_figures(raw):
    """Among 100,000 names."""
    runs = good(raw, "frieze_find")
    if not runs:
        return []
    letters = [worst(run["letters"]) for run in runs if run]
    sorts = [worst(run["sorts"]) for run in runs if run]
    return [Figure("100,000 names: a letter typed to its answer, longest", median(letters), "ms", INPUT_MS,
                   worst=worst(letters)).judge(),
            Figure("100,000 names: sorted by name or date, to rest, longest", median(sorts), "ms", SORT_MS,
                   worst=worst(sorts)).judge()]


def late(runs):
    return [1 - sum(run["there"]) / len(run["there"]) if run else None for run in runs]


def browse_figures(raw):
    """Pictures asked for at a pace: whether they were there already."""
    rows = []
    for step, name, bound in (("frieze_sequence", "next picture, 12 megapixels, 3 a second: not in the next frame", LATE_SHARE),
                              ("frieze_zoomed", "the same at 100 %, 24 megapixels, 1 a second", LATE_ZOOMED),
                              ("frieze_share", "the same, 0.5 s for each open and read of its share, 1 a second",
                               LATE_ON_SHARE)):
        shares = late(good(raw, step))
        rows.append(Figure(name, median(shares), "of them", bound, worst=worst(shares)).judge())
    on_share = good(raw, "frieze_share")
    return rows + [Figure("there 10 back: files opened", worst([figure(run, "opens_back") for run in on_share]), "", 0).judge(),
                   Figure("there: longest stall of the render thread",
                          worst([figure(run, "stats", "render_thread", "stall_max") for run in on_share]), "ms",
                          STALL_MS).judge(),
                   Figure("there: SIGTERM to the end", worst([figure(run, "quit") for run in on_share]), "ms",
                          QUIT_SHARE_MS).judge()]


def opened_figures(raw):
    """A picture in the window that nothing was known of; a screenful of first pictures; the wall in other sizes."""
    runs = good(raw, "frieze_opened")
    bases = [median(run["all_ms"]) if run else None for run in raw.get("picture", [])]
    rows = []
    for key, name, which, bound in (("plain", "coarse", 0, COARSE), ("thumbnail", "coarse, embedded thumbnail", 0, COARSE_THUMBNAIL),
                                    ("plain", "sharp", 1, OPENED_COLD), ("thumbnail", "sharp, embedded thumbnail", 1, OPENED_COLD)):
        times = [median([one[which] for one in run[key]]) if run else None for run in runs]
        shares = ratios(times, bases)
        rows.append(Figure(f"picture opened cold, 12 megapixels: {name}", median(shares), "x full decode + upload + draw", bound,
                           f"{say_ms(median(times))} against {say_ms(median(bases))}", worst(shares)).judge())
    coarse = [run if run and run["tiles"] >= SCREENFUL else None for run in good(raw, "frieze_coarse")]
    shares = ratios([figure(run, "coarse") for run in coarse], each(raw, "limit_screenful", "wall_ms"))
    rows.append(Figure("wall, cold: a screenful of embedded thumbnails, process start to its frame", median(shares), "x L",
                       COARSE_LIMIT, say_ms(median([figure(run, "coarse") for run in coarse])), worst(shares)).judge())
    return rows + zoom_figures(raw) + [upload_figure(raw)]


def zoom_figures(raw):
    runs = good(raw, "frieze_wall_zoomed")
    stalls = [figure(run, "stats", "render_thread", "stall_max") for run in runs]
    steps = [step for run in runs if run for step in run["sharp"]]
    late = [figure(run, "late") for run in runs]
    name = "wall zoomed by steps of a quarter from 64 to 1,164 px"
    return [Figure(f"{name}: longest stall of the render thread", median(stalls), "ms", STALL_MS, worst=worst(stalls)).judge(),
            Figure(f"{name}: late frames", worst(late), "", counts=False),
            Figure(f"{name}: a step until it is sharp, median", median(steps), "ms", counts=False, worst=worst(steps))]


def upload_figure(raw):
    """Bytes a second, of both."""
    ours = [figure(run, "stats", "upload") for run in good(raw, "frieze_all")]
    rates = [one["bytes"] / one["time"] / 1e6 if one and one.get("time") else None for one in ours]
    copies = each(raw, "picture", "copy_gb_s")
    return Figure("upload of tiles, of what the machine copies in memory", median(ratios(rates, copies)), "x its rate", counts=False,
                  note=f"{median(rates) or 0:.1f} GB/s against {median(copies) or 0:.1f}")


def ended_well(tables):
    return [rows for rows in tables if rows and not any(row["status"] for row in rows)]


def growth_figure(name, tables):
    work = ratios([rows[-1]["work"] for rows in tables], [rows[0]["work"] for rows in tables])
    return Figure(name, median(work), "x", GROWTH_SHARE, worst=worst(work)).judge()


def scale_figures(raw):
    """100,000 pictures."""
    runs = good(raw, "frieze_scroll")
    arrived = [run if run and run["at_end"] else None for run in runs]
    against = ratios([figure(run, "final") for run in arrived], [figure(run, "cold") for run in arrived])
    tables = ended_well(raw.get("growth", []))
    rows = [Figure("100,000 scrolled past in 2 s: decoded, with the last screenful",
                   worst([figure(run, "decoded") for run in arrived]), "", SCROLLED_MOST).judge(),
            Figure("its last screenful, against a cold start there", median(against), "x cold", SCROLL_COLD,
                   worst=worst(against)).judge(),
            growth_figure("work for a frame at 100,000, against 100", tables)]
    rows += [growth_figure(f"the same in layout {layout}", ended_well([one[layout] for one in raw.get("growth_in_layouts", [])]))
             for layout in browse.LAYOUTS]
    for at, count in enumerate((row["count"] for row in tables[0]) if tables else ()):
        rows.append(Figure(f"{count:,} pictures: first tile", median([table[at]["first_tile"] for table in tables]),
                           counts=False))
        rows.append(Figure(f"{count:,} pictures: work for a frame", median([table[at]["work"] for table in tables]),
                           counts=False))
    return rows


def opengl_figures(raw):
    """Small tiles of many shapes."""
    rows = []
    for table in raw.get("opengl", []):
        for name, run in table.items():
            rows.append(Figure(f"500 to 700 tiles of many shapes, {name}: work for a frame", run["work"], counts=False))
    return rows


def freeze_figures(raw):
    """R1: the linear program's frozen window against frieze's longest stall, as a share of one fiftieth."""
    frozen = median(each(raw, "linear", "freeze_ms"))
    stall = median([figure(run, "stats", "render_thread", "stall_max") for run in good(raw, "frieze_all")])
    count = median(each(raw, "linear", "count"))
    rows = [Figure(f"linear program: window frozen while it loads {count or 0:.0f}", frozen, counts=False),
            Figure("linear program: longest single picture", median(each(raw, "linear", "picture_max_ms")),
                   counts=False)]
    share = stall / frozen if stall is not None and frozen else None
    row = Figure("longest stall, of the linear program's freeze", share, "of it", 1 / FREEZE_SHARE).judge()
    return rows + [row]


def memory_figure(raw):
    floor, peak = floor_bytes(raw), peak_bytes(good(raw, "frieze_memory"))
    rows = [Figure("memory: empty SDL window (floor), peak PSS", floor, "bytes", counts=False),
            Figure("memory: frieze with its processes, peak PSS", peak, "bytes", counts=False)]
    above = peak - floor if peak and floor else None
    row = Figure("memory: above the floor", above, "bytes", MEMORY_BYTES).judge()
    drawn = {figure(run, "stats", "renderer") for run in good(raw, "frieze_memory") if run}
    expected = {run["renderer"] for run in raw.get("floor", []) if run}
    if drawn and expected and drawn != expected:
        row.met, row.note = None, f"renderers differ: {sorted(map(str, drawn))} and {sorted(expected)}"
    return rows + [row]


def bounded_figures(raw):
    floor = floor_bytes(raw)
    peaks = [(label, peak_bytes(good(raw, f"frieze_bounded_{step}"))) for step, label in (
        ("wall", "the 200"), ("first", "100,000 files"), ("pngs", f"{bounded.PNGS} PNGs of 24 megapixels"))]
    return [Figure(f"memory with --memory 64M: {label}, above the floor", peak - floor if peak and floor else None, "bytes",
                   bounded.BYTES).judge() for label, peak in peaks]


def quit_figures(raw):
    runs = [one for batch in raw.get("frieze_quit", []) for one in batch or [] if one and one["was_running"]]
    took = [one["took"] for one in runs]
    slow = Figure("quit while loading: SIGTERM to the end, longest", worst(took), "ms", QUIT_LIMIT_MS).judge()
    slow.note = ", ".join(f"asked after {one['delay']:g} s" for one in runs if one["took"] == slow.value)
    odd = sorted({one["status"] for one in runs if one["status"] != 0})
    if odd:
        slow.met, slow.note = False, f"exit status {odd}"
    late = sum(one["pending"] is False for one in runs)
    if late:
        slow.note += f" ({late} of {len(runs)} after the loading)"
    left = [what for one in runs for what in one["processes"] + one["files"]]
    clean = Figure("quit while loading: processes and files left", len(left) if runs else None, "", 0).judge()
    clean.note = ", ".join(sorted(set(left))[:4])
    return [slow, clean]


def tile_figures(raw):
    """One decode each; the embedded thumbnail with its file's opening."""
    runs = [{tile["name"]: tile for tile in run["tiles"]} for run in raw.get("tiles", []) if run]
    rows = []
    for name, bound in TILE_LIMITS.items():
        ours, theirs = ([figure(run, name, key) for run in runs] for key in ("ours_ms", "theirs_ms"))
        shares = ratios(ours, theirs)
        rows.append(Figure(f"one tile: {name}", median(shares), "x its library", bound,
                           f"{median(ours) or 0:.1f} ms", worst(shares)).judge())
    first = [figure(run, "embedded thumbnail", "ours_ms") for run in runs]
    return rows + [Figure("one tile: embedded thumbnail, with opening", median(first), "ms", FIRST_MS,
                          worst=worst(first)).judge()]


def isolation_figures(raw):
    """Decoder processes against threads, medians over all pairs of all rounds."""
    runs = [isolation.summary(run) for run in raw.get("isolation", []) if run]
    rows = []
    for at, (name, unit, bound) in enumerate((
            ("all pictures of the wall", "x threads", ISOLATION_SHARE),
            ("a picture of 160x120, more than threads take", "µs", ISOLATION_US),
            ("the first frame, later than with threads", "ms", ISOLATION_START_MS),
            ("private memory of an idle decoder, largest", "bytes", IDLE_BYTES),
            ("killed, until another one is ready, p99", "ms", KILLED_MS),
            ("killed, until another one has decoded, p99", "ms", KILLED_MS),
            ("zygote killed, until another one has decoded, longest", "ms", LOST_MS),
            ("hung, ended after its deadline, longest", "ms", HUNG_MS),
            ("100,000 names by a reader, more than in place", "ms", READERS_MS))):
        values = [run[at] for run in runs]
        rows.append(Figure(f"decoder processes: {name}", median(values), unit, bound, worst=worst(values)).judge())
    return rows


def batch_figures(raw):
    """frieze scale of the 56 of 17 megapixels to 400 px: with encoding and writing, against decoding alone."""
    runs = raw.get("batch", [])
    times = {name: [figure(run, name) for run in runs] for name in ("limit", "limit one", "frieze", "frieze one", "memory")}
    shares = ratios(times["frieze"], times["limit"])
    gained = ratios(ratios(times["frieze one"], times["frieze"]), ratios(times["limit one"], times["limit"]))
    rows = [Figure("batch to 400 px, with encoding", median(shares), "x decoding alone", BATCH_SHARE, worst=worst(shares),
                   note=f"{(median(times['frieze']) or 0):.2f} s").judge(),
            Figure("batch: lost of what two cores gain in decoding", 1 - median(gained) if median(gained) else None, "of it",
                   BATCH_LOSS).judge(),
            Figure("batch: memory a worker, peak PSS, 12 megapixels", median(times["memory"]), "bytes", BATCH_BYTES).judge()]
    for name, bound in BATCH_PEERS.items():
        against = ratios(times["frieze"], [figure(run, name) for run in runs])
        rows.append(Figure(f"batch: against {name}", median(against), "x its time", bound, worst=worst(against),
                           counts=median(against) is not None).judge())
    return rows


def window_figures(raw):
    """The same in a window, on one core, while keys are pressed: the bounds of a wall that loads."""
    runs = [figure(run, "window") for run in raw.get("batch", [])]
    thin = sum(1 for run in runs if run and not run["keys"])
    rows = []
    for label, keys, bound in (("work, 99 of 100 frames", ("frames", "work_p99"), WORK_MS),
                               ("work + present, 99 of 100 frames", ("frames", "total_p99"), TOTAL_MS),
                               ("longest stall of the render thread", ("render_thread", "stall_max"), STALL_MS),
                               ("key press to the frame that shows it, median", ("input", "to_present_p50"), INPUT_MS)):
        values = [figure(run, *keys) for run in runs]
        rows.append(Figure(f"batch in a window, one core: {label}", median(values), "ms", bound, worst=worst(values),
                           note=f"in {thin} runs it was over before the last key" if thin else "").judge())
    return rows


def smooth_figures(raw):
    """The same with -S; and how far the results are from what a full decode and Lanczos give, against vipsthumbnail's."""
    runs = raw.get("batch", [])
    took = [figure(run, "smooth") for run in runs]
    shares = ratios(took, [figure(run, "limit") for run in runs])
    rows = [Figure("batch -S, with encoding", median(shares), "x decoding alone", SMOOTH_SHARE, worst=worst(shares),
                   note=f"{(median(took) or 0):.2f} s").judge(),
            Figure("batch -S: memory a worker, peak PSS, 12 megapixels",
                   median([figure(run, "memory smooth") for run in runs]), "bytes", BATCH_BYTES).judge()]
    for name in SMOOTH_PEERS:
        against = ratios(took, [figure(run, name) for run in runs])
        rows.append(Figure(f"batch -S: against {name}", median(against), "x its time", 1.0, worst=worst(against),
                           counts=median(against) is not None).judge())
    likeness = {name: [figure(run, f"likeness {name}") for run in runs] for name in ("smooth", "vipsthumbnail")}
    lost = {name: [1 - value if value else None for value in values] for name, values in likeness.items()}
    share = median(ratios(lost["smooth"], lost["vipsthumbnail"]))
    return rows + [Figure("batch -S: SSIM lost against Lanczos of a full decode", share, "of what vipsthumbnail loses", 1.0,
                          counts=share is not None, note=f"SSIM {(median(likeness['smooth']) or 0):.4f} against "
                          f"{(median(likeness['vipsthumbnail']) or 0):.4f}").judge()]


def many_figures(raw):
    """100,000 small pictures. Three tenths at each end: one may fall on something else that the machine does; of memory the last but
    one, when all still work."""
    runs = [run for run in raw.get("batch_many", []) if run]
    times = [median(run["tenths"][-3:]) / median(run["tenths"][:3]) for run in runs]
    grown = [run["memory"][-2] - run["memory"][0] for run in runs]
    each_ms = [sum(run["tenths"]) / 100 for run in runs]
    return [Figure("batch of 100,000 small: a picture of the last three tenths, against the first three", median(times), "x",
                   MANY_SHARE, note=f"{(median(each_ms) or 0):.2f} ms each").judge(),
            Figure("batch of 100,000 small: memory gained from the first tenth to the ninth", median(grown), "bytes",
                   MANY_GROWTH).judge()]


def large_figures(raw):
    base = each(raw, "limit_large", "wall_ms")
    shares = ratios([figure(run, "wall") for run in good(raw, "frieze_large")], base)
    if not base:
        return []
    return [Figure("wall, cold: all 56 of 17 megapixels", median(shares), "x L", None,
                   f"L = {say_ms(median(base))}", counts=False)]


def judge(raw, peers, count, full):
    """All figures, from the runs of a wall of `count` pictures; full: that is the wall the bounds are for."""
    return (wall_figures(raw, count, full) + seen_figures(raw, full) + peer_figures(raw, peers, full) + frame_figures(raw, full)
            + (first_figures(raw, peers) if full else []) + (overlay_figures(raw) if full else []) + find_figures(raw) + (browse_figures(raw) + opened_figures(raw) + scale_figures(raw) + opengl_figures(raw) if full else [])
            + freeze_figures(raw) + memory_figure(raw) + (bounded_figures(raw) if full else [])
            + quit_figures(raw) + tile_figures(raw) + (isolation_figures(raw) if full else []) + (batch_figures(raw) + window_figures(raw) + smooth_figures(raw) + many_figures(raw) if full else [])
            + [failure_figure(raw)] + large_figures(raw))


def passed(figures):
    """Every bound met. One not measured is not met; a peer that is not installed does not count."""
    return all(row.met for row in figures if row.bound is not None and row.counts)
