"""Pictures asked for at a pace, from a folder and from a slow share; and walls of 100 to 100,000 pictures, scrolled."""

import pathlib
import re
import statistics
import sys
import time

import corpus
import find
import seen
import stage
import subject

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import share as shares  # noqa: E402

KEYS, PER_SECOND = 100, 3
ZOOMED_KEYS = 100
SMALL_TILE, TILE_STEPS = "64x48", 13  # of a wall that is zoomed: by a quarter each, to 1,164 px
TILE_PAUSE_S = 0.5  # sooner after the last one a step is held back, so as not to flash
SHARE_DELAY_S, FIRST_ONES, BACK = 0.5, 3, 10
GROWTH = (100, 1_000, 10_000, 100_000)
LAYOUTS = ("justified", "masonry", "strip")
SCROLL_S, SCROLL_TURNS = 2.0, 125
TO_AND_FRO_S = 5.0  # as many frames as frieze's figure of the recent ones is made of, twice over
PATIENCE_S = 60


class Running:
    """A frieze on the display, told by its control socket; `result` holds how it ended."""

    def __init__(self, context, folder, *options, environment=None):
        self.context, self.folder, self.options, self.environment = context, folder, options, environment or {}
        self.result = {}

    def __enter__(self):
        self.context.ready()
        self.home = stage.Home(self.context.display)
        self.home.__enter__()
        self.home.environment.update(self.environment)
        command = subject.frieze_command(self.context, self.home, self.folder, "--cache-size", "0", *self.options)
        self.process = stage.start(command, self.home, cwd=self.home.path("home"))
        path = pathlib.Path(self.home.environment["XDG_RUNTIME_DIR"], "frieze", "default.sock")
        find.until(path.exists, "a socket")
        self.session = find.Session(path)
        find.until(lambda: not self.ask("status")["scanning"], "all names")
        return self

    def __exit__(self, *_):
        began = stage.now_ms()
        self.process.terminate()
        self.result["status"] = subject.wait_for(self.process)
        self.result["quit"] = stage.now_ms() - began
        self.result["stats"] = subject.json_of(self.home.path("stats.json"))
        self.home.__exit__(*_)

    def ask(self, *command):
        return self.session.ask(*command)

    def rest(self, state="idle"):
        self.ask("wait", state, str(PATIENCE_S))

    def go_on(self, count, per_second):
        """From picture to picture; 1 for each that stood there within two frames, else 0."""
        return seen.at_once(self.context.display, "n", count, per_second)


def sequence(context):
    """The pictures of the wall, one after the other."""
    with Running(context, context.wall) as running:
        running.rest("screenful")
        running.ask("key", "Return")
        running.rest()
        running.result["there"] = running.go_on(KEYS, PER_SECOND)
    return running.result


def zoomed(context):
    """The huge ones at 100 %, each where the one before was looked at."""
    with Running(context, corpus.ensure_huge(context.corpus).name) as running:
        running.rest("screenful")
        for key in ("Return", "L", "a"):
            running.ask("key", key)
            running.rest()
        running.result["there"] = running.go_on(ZOOMED_KEYS, 1)
    return running.result


def from_share(context):
    """The pictures of the wall behind a file system that takes half a second for each open and each read. None: there can be
    no such file system here."""
    with stage.Home(context.display) as home:
        try:
            share = shares.Share(context.corpus / context.wall, home.path("share"))
        except BaseException as refused:  # pytest's way of skipping is not an Exception
            if type(refused).__name__ != "Skipped":
                raise
            return None
        with share:
            share.delays = {shares.OPEN: SHARE_DELAY_S, shares.READ: SHARE_DELAY_S}
            with Running(context, share.path) as running:
                running.ask("key", "Return")
                running.result["there"] = running.go_on(KEYS + FIRST_ONES, 1)[FIRST_ONES:]
                running.rest()
                before, opens = share.opened.copy(), 0
                for _ in range(BACK):
                    running.ask("key", "p")
                    running.rest()
                    name = pathlib.Path(running.ask("status")["uri"]).name
                    opens += share.opened[name] - before[name]
                running.result["opens_back"] = opens
    return running.result


def wall_zoomed(context):
    """The wall from small tiles to large ones, a step of the key at a time: `sharp` holds for each how long it took until all that is
    in view had its pixels of that size, ms; `count` and `late` are of the frames of the zooming alone."""
    with Running(context, context.wall, "--tile", SMALL_TILE) as running:
        running.rest("loaded")
        before, sharp = running.ask("stats")["frames"], []
        for _ in range(TILE_STEPS):
            began = stage.now_ms()
            running.ask("key", "+")
            running.rest("screenful")
            sharp.append(stage.now_ms() - began)
            running.rest()
            time.sleep(TILE_PAUSE_S)
        after = running.ask("stats")["frames"]
        running.result |= {"sharp": sharp} | {key: after[key] - before[key] for key in ("count", "late")}
    return running.result


def steady_decodes(running):
    count, before = -1, -2
    while count != before:
        before, count = count, running.ask("stats")["decode"]["count"]
        time.sleep(0.5)
    return count


def scroll(context):
    """From the top of 100,000 pictures to their end; and a start at that end, as what the last screenful has to be against."""
    made = find.folder(context.corpus)
    with Running(context, made) as running:
        running.rest("screenful")
        before = steady_decodes(running)
        pages = find.COUNT // (running.ask("status")["visible"][1] + 1) // SCROLL_TURNS + 1
        began = time.monotonic()
        for turn in range(SCROLL_TURNS):
            time.sleep(max(0, began + turn * SCROLL_S / SCROLL_TURNS - time.monotonic()))
            running.ask("key", *["PgDn"] * pages)
        came = stage.now_ms()
        running.rest("screenful")
        running.result["final"] = stage.now_ms() - came
        running.result["decoded"] = running.ask("stats")["decode"]["count"] - before
        running.rest()
        running.result["at_end"] = running.ask("status")["visible"][1] == find.COUNT - 1
    with Running(context, made, "--sort", "name", "--reverse") as there:
        there.rest("screenful")
        there.rest()
    running.result["cold"] = subject.figure(there.result["stats"], "startup", "screenful")
    return running.result


def by_name(path):
    """As frieze has it: numbers by what they say."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path.name)]


def part_of_names(context, count):
    """The first so many of the small files; links to them. What is seen of each part is the same."""
    if count == find.COUNT:
        return find.folder(context.corpus)
    made = context.corpus / f"first{count}"
    if not made.exists():
        made.mkdir()
        for path in sorted(find.folder(context.corpus).glob("*.png"), key=by_name)[:count]:
            (made / path.name).hardlink_to(path)
    return made


def mean(values):
    return None if None in values else statistics.fmean(values)


def page_to_and_fro(running):
    """For long enough that all recent frames are of it."""
    end = time.monotonic() + TO_AND_FRO_S
    while time.monotonic() < end:
        running.ask("key", "PgDn")
        running.ask("key", "PgUp")


def to_and_fro(context, count, *options):
    """{first_tile, screenful, work, status} of a wall that is scrolled by pages: times in ms, work of the render thread for a frame
    while it is scrolled: those of the start, of which a long list has more, are not asked about."""
    works = []
    with Running(context, part_of_names(context, count), *options) as running:
        running.rest("screenful")
        for key in ("End", "Home"):  # shapes that came after their rows were shown count from then on
            running.ask("key", key)
            running.rest()
        steady_decodes(running)
        for _ in range(2):
            page_to_and_fro(running)
            works.append(subject.figure(running.ask("stats"), "frames", "recent_work_p50"))
        running.rest()
    stats = running.result["stats"]
    return {"first_tile": subject.figure(stats, "startup", "first_tile"), "screenful": subject.figure(stats, "startup", "screenful"),
            "work": mean(works), "status": running.result["status"]}


def growth_of(context, counts, *options, times=1):
    """[{count, first_tile, screenful, work, status}] of two runs each, `times` over, in the order of a palindrome: a machine that becomes
    slower meanwhile, or quicker, does so for all of them. The first and the last, which are held against each other, run one after
    the other. Each figure is the mean of its runs."""
    first, *between, last = counts
    order = (first, last, *between)
    rows = {count: [] for count in counts}
    for count in (*order, *reversed(order)) * times:
        rows[count].append(to_and_fro(context, count, *options))
    return [{"count": count} | {key: mean([run[key] for run in runs]) for key in runs[0]}
            for count, runs in rows.items()]


def growth(context):
    return growth_of(context, GROWTH)


def growth_in_layouts(context):
    """{layout: rows} of the first and the last count, in the layouts that are not the default."""
    return {layout: growth_of(context, (GROWTH[0], GROWTH[-1]), "--layout", layout, times=2) for layout in LAYOUTS}
