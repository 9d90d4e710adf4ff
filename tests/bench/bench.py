#!/usr/bin/env python3
"""frieze's benchmark: makes its pictures, runs frieze, the reference limit and the peers in turn on a display
of their own, several times, and judges the medians. Exit status: 0 every bound met, 1 some missed or not
measured, 2 it could not run. docs/performance.md explains every figure."""

import argparse
import json
import os
import pathlib
import shutil
import sys
import time

import batch
import bounded
import bounds
import browse
import cold
import corpus
import find
import first
import isolation
import opengl
import peers as peer_table
import plots
import report
import screen
import stage
import subject

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
NEEDED = ("Xvfb", "xdpyinfo", "xdotool")
PROGRAMS = ("bench_limit", "bench_linear", "bench_floor", "bench_watch", "bench_picture", "bench_tile", "bench_respawn", "bench_readers")
SLOW_ROUNDS = 2  # steps whose figures hardly vary, or take long, run in the first rounds only


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true",
                        help="few rounds, a quarter of the pictures: a check, no result")
    parser.add_argument("--frieze", type=pathlib.Path, default=REPOSITORY / "build/release/frieze")
    parser.add_argument("--programs", type=pathlib.Path, help="folder of bench_limit and the others "
                        "(default: tests/bench beside the frieze program)")
    parser.add_argument("--runs", type=int, help="rounds (default 5, quick 2)")
    parser.add_argument("--peer-runs", type=int, help="rounds that include the peers (default 3, quick 1)")
    parser.add_argument("--peers", default="all", help="names with commas, all, or none")
    parser.add_argument("--drop-caches", action="store_true",
                        help="empty the page cache before each run (root only)")
    parser.add_argument("--output", type=pathlib.Path, default=REPOSITORY / "build/bench")
    parser.add_argument("--document", action="store_true", help="put the results into docs/performance.md and README.md")
    args = parser.parse_args()
    if args.quick and args.document:
        parser.error("--quick gives no results to document")
    args.programs = args.programs or args.frieze.parent / "tests/bench"
    args.runs = args.runs or (2 if args.quick else 5)
    args.peer_runs = args.peer_runs if args.peer_runs is not None else (1 if args.quick else 3)
    return args


def chosen_peers(names):
    if names == "none":
        return []
    known = {peer.name: peer for peer in peer_table.PEERS}
    unknown = set() if names == "all" else set(names.split(",")) - set(known)
    if unknown:
        raise SystemExit(f"bench: no such peer: {', '.join(sorted(unknown))}")
    return list(known.values()) if names == "all" else [known[name] for name in names.split(",")]


def tell(text):
    print(text, file=sys.stderr, flush=True)


def check_tools(args):
    """What is missing for a run, as one line each."""
    missing = [f"{tool} is not installed" for tool in NEEDED if shutil.which(tool) is None]
    missing += [f"{args.programs / name} is not built (target bench_programs)" for name in PROGRAMS
                if not (args.programs / name).exists()]
    if args.drop_caches:
        try:
            stage.drop_caches()
        except OSError as error:
            missing.append(f"--drop-caches: {error}")
    return missing


def peer_run(context, peer, folder, again=False):
    """With `again` the second of two runs in one home, with what it kept of the first."""
    context.ready()
    with stage.Home(context.display) as home:
        peer.prepare(home)
        folder = context.corpus / folder
        command = peer.command(folder, home, again)
        return screen.observe_last(1 + again, context.programs, context.display, command, home, folder, peer.tile)


def own_steps(context, args, wall_count):
    """(name, how many rounds, function): the reference programs and frieze."""
    steps = [("limit_screenful", args.runs, lambda: subject.limit(context, context.wall, corpus.SCREENFUL)),
             ("limit_all", args.runs, lambda: subject.limit(context, context.wall, wall_count)),
             ("limit_entropy", args.runs, lambda: subject.limit(context, context.wall, wall_count, "-e")),
             ("floor", SLOW_ROUNDS, lambda: subject.floor(context)),
             ("tiles", SLOW_ROUNDS, lambda: subject.tiles(context)),
             ("picture", args.runs, lambda: cold.reference(context)),
             ("linear", SLOW_ROUNDS, lambda: subject.linear(context, min(100, wall_count)))]
    if not args.quick:
        steps.append(("limit_large", SLOW_ROUNDS,
                      lambda: subject.limit(context, "large", corpus.LARGE_COUNT)))
    if not context.frieze.exists():
        return steps
    steps += [("frieze_screenful", args.runs, lambda: subject.until(context, context.wall, "screenful")),
              ("frieze_all", args.runs, lambda: subject.until(context, context.wall, "loaded")),
              ("frieze_plain35", args.runs, lambda: subject.observed(context, "plain35")),
              ("frieze_keys", args.runs, lambda: subject.with_keys(context, context.wall)),
              ("frieze_memory", SLOW_ROUNDS, lambda: subject.with_memory(context, context.wall)),
              ("frieze_quit", SLOW_ROUNDS, lambda: subject.quits(context, context.wall)),
              ("frieze_seen", SLOW_ROUNDS, lambda: subject.seen_before(context, 5 * wall_count))]
    if args.quick:
        return steps
    return steps + [("frieze_again", args.peer_runs, lambda: subject.observed(context, "plain35", again=True)),
                    ("frieze_thumbs35", args.peer_runs, lambda: subject.observed(context, "thumbs35")),
                    ("frieze_wall", args.peer_runs, lambda: subject.observed(context, "wall")),
                    ("frieze_overlays", args.runs, lambda: subject.with_overlays(context, context.wall)),
                    ("isolation", SLOW_ROUNDS, lambda: isolation.run(context)),
                    ("frieze_find", SLOW_ROUNDS, lambda: find.run(context)),
                    ("frieze_sequence", 1, lambda: browse.sequence(context)),
                    ("frieze_zoomed", 1, lambda: browse.zoomed(context)),
                    ("frieze_wall_zoomed", SLOW_ROUNDS, lambda: browse.wall_zoomed(context)),
                    ("frieze_opened", SLOW_ROUNDS, lambda: cold.opened(context)),
                    ("frieze_coarse", args.runs, lambda: cold.coarse_screenful(context)),
                    ("frieze_share", 1, lambda: browse.from_share(context)),
                    ("frieze_scroll", args.runs, lambda: browse.scroll(context)),
                    ("first_frieze", args.runs, lambda: first.first_ms(context, str(context.frieze))),
                    ("frieze_first_memory", SLOW_ROUNDS, lambda: first.memory(context)),
                    *((name, SLOW_ROUNDS, run) for name, run in bounded.runs(context)),
                    ("growth", SLOW_ROUNDS, lambda: browse.growth(context)),
                    ("growth_in_layouts", SLOW_ROUNDS, lambda: browse.growth_in_layouts(context)),
                    ("opengl", 1, lambda: opengl.run(context)),
                    ("batch", SLOW_ROUNDS, lambda: batch.run(context)),
                    ("batch_many", 1, lambda: batch.run_many(context)),
                    ("frieze_large", SLOW_ROUNDS, lambda: subject.until(context, "large", "loaded"))]


def peer_steps(context, args, peers):
    folders = ("plain35",) if args.quick else ("plain35", "thumbs35", "wall")
    return [(f"{peer.name}_{folder}", args.peer_runs,
             lambda peer=peer, folder=folder: peer_run(context, peer, folder))
            for folder in folders for peer in peers if peer.is_installed()] + [
        (name, args.peer_runs, run) for peer in peers if peer.is_installed() and not args.quick for name, run in (
            (f"{peer.name}_again", lambda peer=peer: peer_run(context, peer, "plain35", again=True)),
            (f"first_{peer.name}", lambda peer=peer: first.first_ms(context, peer.arguments[0], first.PEER_TRIES)))]


def run_rounds(steps, rounds, folders):
    """Runs every step once in each round, each time in another order. Gives {name: [result]}."""
    raw = {name: [] for name, _, _ in steps}
    for number in range(rounds):
        due = [(name, work) for name, times, work in steps if number < times]
        turn = number * 5 % len(due)
        for folder in folders:
            stage.warm(folder)
        for name, work in due[turn:] + due[:turn]:
            tell(f"round {number + 1} of {rounds}: {name}")
            raw[name].append(work())
    return raw


def keep(args, raw):
    """Before it is judged: an hour's work."""
    args.output.mkdir(parents=True, exist_ok=True)
    (args.output / "runs.json").write_text(json.dumps(raw, indent=1) + "\n")


def save(args, raw, figures, peers, facts, markdown):
    rows = [vars(row) for row in figures]
    text = json.dumps({"machine": facts, "quick": args.quick, "figures": rows, "runs": raw}, indent=1)
    (args.output / "results.json").write_text(text + "\n")
    (args.output / "results.md").write_text(markdown)
    plots.save(raw, peers, REPOSITORY / "docs/images" if args.document else args.output, tell)
    if args.document:
        report.put_into(REPOSITORY / "docs/performance.md", markdown)
        try:
            report.put_into(REPOSITORY / "README.md", report.summary(figures, peers))
        except ValueError as error:
            tell(f"bench: README.md stays as it is: {error}")


def main():
    args = arguments()
    missing = check_tools(args)
    if missing:
        tell("\n".join(f"bench: {line}" for line in missing))
        return 2
    if not args.frieze.exists():
        tell(f"bench: {args.frieze} is not built: its figures will be missing")
    if os.getloadavg()[0] > 0.5:
        tell("bench: this machine is busy: take the times with care")
    peers = chosen_peers(args.peers)
    facts = report.machine(args.drop_caches)
    root = corpus.ensure(quick=args.quick, say=tell)
    wall_count = corpus.QUICK_COUNT if args.quick else corpus.WALL_COUNT
    stage.become_subreaper()
    began = time.monotonic()
    with stage.Display() as display:
        context = subject.Context(display, args.frieze.resolve(), args.programs.resolve(), root,
                                  "quick" if args.quick else "wall", args.drop_caches)
        steps = own_steps(context, args, wall_count) + peer_steps(context, args, peers)
        try:
            kept = [] if args.drop_caches else [root / context.wall, root / "large"]
            raw = run_rounds(steps, args.runs, kept)
        finally:
            stage.sweep(context.bystanders())
    keep(args, raw)
    figures = bounds.judge(raw, peers, wall_count, not args.quick)
    facts["minutes"] = f"{(time.monotonic() - began) / 60:.1f}"
    save(args, raw, figures, peers, facts, report.as_markdown(raw, figures, peers, facts, args.runs))
    print(report.as_text(raw, figures, peers, facts, args.runs))
    return 0 if bounds.passed(figures) else 1


if __name__ == "__main__":
    sys.exit(main())
