"""Runs frieze for a long time over thousands of pictures, of which some come and go, and looks at it from outside: memory,
descriptors, threads and processes at the end are to be what they were after the first tenth.

Exit status: 0 nothing has grown, 1 something has, or frieze fell, 2 it could not run.
"""

import argparse
import contextlib
import dataclasses
import os
import pathlib
import statistics
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "e2e"))

import frieze  # noqa: E402
import lap  # noqa: E402
import pictures_coming  # noqa: E402
import tree  # noqa: E402

BOUND = 0.02
WINDOWS = (0.1, 0.3), (0.8, 1.0)  # of all pictures: what is compared
TELL_S = 60.0
LOADED_S = 120
# Mesa's renderer on the CPU keeps a frame or two, of 7 MB each, when it likes: what frieze does would hide behind that.
RENDERER = {"SDL_RENDER_DRIVER": os.environ.get("SDL_RENDER_DRIVER", "software")}
WARM_LAPS = 2  # before anything counts: libraries, fonts and buffers are used for the first time
MB = 1e6
TEXTURES = lap.MEMORY // 2  # as docs/memory.md shares out what --memory gives


@dataclasses.dataclass
class Sample:
    at_s: float
    pictures: int  # decoded since it counts, from their files or from the tile cache
    use: tree.Use
    textures: int  # bytes
    frame_ms: tuple  # p50, p99 and most of the last frames


@dataclasses.dataclass
class Verdict:
    """A figure after the first tenth of the pictures and at the end."""
    name: str
    before: float
    after: float

    @property
    def growth(self):
        return self.after / self.before - 1

    may_fall: bool = False

    @property
    def met(self):
        return self.growth <= BOUND if self.may_fall else abs(self.growth) <= BOUND


def memory(laps):
    """The mean over whole laps: all have the same parts, so what one needs for a moment counts alike in all of them. Textures have a
    bound of their own, and count as that: of pages of 3.4 MB there is one more or less as shapes of pictures fall."""
    return statistics.mean((one.use.own - one.textures + TEXTURES) / MB for lap in laps for one in lap)


def most(name):
    """The most where laps end: files that are just being read come and go until then. Decoders of formats that few folders have
    come and go too, over many laps."""
    return lambda laps: max(getattr(lap[-1].use, name) for lap in laps)


COUNTS = ("descriptors", "threads", "processes")
FIGURES = {"memory": memory} | {name: most(name) for name in COUNTS}


def between(laps, least, most):
    """The laps that ended in this part of all pictures."""
    total = laps[-1][-1].pictures
    found = [lap for lap in laps if least * total < lap[-1].pictures <= most * total]
    if not found:
        raise ValueError("too short: no whole lap lies in a tenth of it")
    return found


def judge(laps, warming=()):
    """`warming`: the laps before these, in which there was all of everything once: counts may have been as high as then."""
    first, last = (between(laps, *window) for window in WINDOWS)
    early = [*warming, *between(laps, 0, WINDOWS[0][1])]
    return [Verdict(name, figure(early if name in COUNTS else first), figure(last), name in COUNTS)
            for name, figure in FIGURES.items()]


class Soak:
    """A running frieze and what was seen of it. `tell` is given a line now and then."""

    def __init__(self, running, coming, tell=None):
        self.running, self.coming, self.tell = running, coming, tell
        self.began, self.told_s = time.monotonic(), 0.0
        self.warming, self.laps, self.before = [], [], 0

    @property
    def last(self):
        return self.laps[-1][-1]

    def sample(self):
        stats = self.running.stats()
        frames = tuple(stats["frames"][f"recent_{name}"] or 0 for name in ("p50", "p99", "max"))
        pictures = stats["decode"]["count"] + stats["cache"]["disk_hits"] - self.before
        return Sample(time.monotonic() - self.began, pictures, tree.look(self.running.pid),
                      stats["cache"]["texture_bytes"], frames)

    def warm_up(self):
        self.running.ask("wait", "loaded", LOADED_S)
        self.warming = [self.one_lap() for _ in range(WARM_LAPS)]
        self.before = self.warming[-1][-1].pictures

    def one_lap(self):
        return [self.sample() for _ in lap.lap(self.running, self.coming)]

    def lap(self):
        self.laps.append(self.one_lap())
        last = self.last
        if self.tell and last.at_s >= self.told_s + TELL_S:
            self.told_s = last.at_s
            self.tell(f"{last.at_s:6.0f} s  {last.pictures:9,} pictures  {last.use.own / MB:6.1f} MB  "
                      f"{last.use.descriptors} descriptors  {last.use.threads} threads  {last.use.processes} processes")

    def until(self, over):
        """Whole laps, until over(the last sample) says that it is enough."""
        while not self.laps or not over(self.last):
            self.lap()
        return self


@contextlib.contextmanager
def start(home, *arguments, tell=None):
    coming = pictures_coming.Coming(home / "pictures")
    with home.start(*lap.OPTIONS, *arguments, coming.folder, more=RENDERER) as running:
        soak = Soak(running, coming, tell)
        soak.warm_up()
        yield soak


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seconds", type=float, nargs="?", default=1800, help="how long (default: half an hour)")
    parser.add_argument("--frieze", type=pathlib.Path, default=REPOSITORY / "build/release/frieze")
    parser.add_argument("--output", type=pathlib.Path, default=REPOSITORY / "build/soak",
                        help="the folder for soak.png and samples.json")
    parser.add_argument("option", nargs="*", help="options of frieze, after --")
    return parser.parse_args()


def tell(text):
    print(text, flush=True)


def main():
    import report  # not for who only judges
    args = arguments()
    if not args.frieze.exists():
        tell(f"soak: {args.frieze} is not built")
        return 2
    os.environ["FRIEZE"] = str(args.frieze)
    tell(f"soak: {args.seconds:.0f} s of {args.frieze}")
    with frieze.Home() as home, start(home, *args.option, tell=tell) as soak:
        soak.until(lambda last: last.at_s >= args.seconds)
        isolation = soak.running.stats()["isolation"]
    verdicts = judge(soak.laps, soak.warming)
    args.output.mkdir(parents=True, exist_ok=True)
    title = f"frieze, {soak.last.pictures:,} pictures in {soak.last.at_s / 60:.0f} minutes, isolation by {isolation}"
    report.save(args.output, soak, verdicts, title)
    tell(report.as_text(verdicts))
    tell(f"soak: {args.output / 'soak.png'}")
    return 0 if all(one.met for one in verdicts) else 1


if __name__ == "__main__":
    sys.modules["soak"] = sys.modules["__main__"]
    sys.exit(main())
