"""frieze scale against the decode limit, and against what else people shrink a folder with: 400 px, each in a fresh folder. How
much the results look like what a full decode and Lanczos make of the same."""

import functools
import json
import multiprocessing
import os
import pathlib
import shutil
import subprocess
import sys
import time

import stage
import subject

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import similarity  # noqa: E402
from PIL import Image  # noqa: E402

SIDE = 400
ALIKE = ("vipsthumbnail",)  # peers whose results are compared
PILLOW = """
import sys, pathlib, multiprocessing
from PIL import Image
def one(path):
    with Image.open(path) as image:
        image.draft("RGB", ({side}, {side}))
        image.thumbnail(({side}, {side}))
        image.save(pathlib.Path(sys.argv[2]) / path.name, quality=90)
if __name__ == "__main__":
    with multiprocessing.Pool({cores}) as pool:
        pool.map(one, sorted(pathlib.Path(sys.argv[1]).iterdir()), 1)
"""


def others(cores):
    """Peers: {{name: (program that it needs, command)}}; {{source}} and {{out}} stand for the folders."""
    each = f"ls {{source}}/* | xargs -P {cores} -n 4"
    return {"vipsthumbnail": ("vipsthumbnail", f"{each} vipsthumbnail -s {SIDE} -o {{out}}/%s.jpg[Q=90]"),
            "Pillow with draft": (sys.executable, f"{sys.executable} {{script}} {{source}} {{out}}"),
            "convert -resize": ("convert", f"ls {{source}} | xargs -P {cores} -I NAME convert {{source}}/NAME"
                                           f" -resize {SIDE}x{SIDE} -quality 90 {{out}}/NAME")}


def timed(home, command, count):
    """Seconds for a command that fills the folder `out` with so many pictures; None where it does not."""
    out = home.path("out")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    began = time.monotonic()
    process = stage.start(command, home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    status = subject.wait_for(process)
    took = time.monotonic() - began
    return took if status == 0 and len(list(out.iterdir())) == count else None


def frieze(context, home, source, count, *more):
    return timed(home, [str(context.frieze), "scale", "-s", str(SIDE), *more, str(source), str(home.path("out"))], count)


def likeness_of(out, path):
    with Image.open(out / path.name) as image:
        return similarity.ssim(image, similarity.reference(path, image.size))


def likeness(home, source, cores):
    """The mean SSIM of what lies in `out` now."""
    with multiprocessing.Pool(cores) as pool:
        found = pool.map(functools.partial(likeness_of, home.path("out")), sorted(source.iterdir()), 1)
    return sum(found) / len(found)


def memory(context, home, source, *more):
    """Bytes a worker at the peak."""
    out = home.path("out")
    shutil.rmtree(out, ignore_errors=True)
    process = stage.start([str(context.frieze), "scale", "--json", "-s", str(SIDE), *more, str(source), str(out)], home,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    watch = stage.MemoryWatch(process.pid)
    watch.start()
    told = process.stdout.read()
    status = subject.wait_for(process)
    peak = watch.finish()
    return peak / json.loads(told)["workers"] if status == 0 else None


def ctl(context, home, *words):
    return subprocess.run([str(context.frieze), "ctl", *words], env=home.environment, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False)


def in_window(context, home, source):
    """What its statistics say of a window that scales on one core while keys are pressed."""
    out, stats = home.path("shown"), home.path("stats.json")
    size = f"{stage.SCREEN_W}x{stage.SCREEN_H}"
    process = stage.start(["taskset", "-c", "0", str(context.frieze), "scale", "--show", "--window", size, "-s", str(SIDE),
                           "--stats", str(stats), str(source), str(out)], home, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL)
    end = time.monotonic() + 5
    while ctl(context, home, "status").returncode != 0 and time.monotonic() < end:
        time.sleep(0.01)
    pressed = subject.press_keys(process, home)
    working = json.loads(ctl(context, home, "jobs").stdout or b"[]")
    ctl(context, home, "jobs", "wait", "scale", "60")
    ctl(context, home, "quit")
    status = subject.wait_for(process)
    told = subject.json_of(stats) if status == 0 else None
    still = any(job["name"] == "scale" and job["state"] == "working" for job in working)
    return told and told | {"keys": pressed["keys"] if still else 0}


def limit(context, source, threads):
    told = subject.own_program(context, "bench_limit", "-s", f"{SIDE}x{SIDE}", "-j", threads, source)
    return told and told["wall_ms"] / 1000


def run(context):
    """One round. Times in s."""
    source, cores = context.corpus / "large", len(os.sched_getaffinity(0))
    count = len(list(source.iterdir()))
    context.ready()
    found = {"limit": limit(context, source, cores), "limit one": limit(context, source, 1)}
    with stage.Home(context.display) as home:
        script = pathlib.Path(home.path("shrink.py"))
        script.write_text(PILLOW.format(side=SIDE, cores=cores))
        found["frieze"] = frieze(context, home, source, count)
        found["frieze one"] = frieze(context, home, source, count, "-c", "1")
        found["memory"] = memory(context, home, context.corpus / context.wall)
        found["memory smooth"] = memory(context, home, context.corpus / context.wall, "-S")
        found["smooth"] = frieze(context, home, source, count, "-S")
        found["likeness smooth"] = likeness(home, source, cores)
        found["window"] = in_window(context, home, source)
        for name, (program, command) in others(cores).items():
            if shutil.which(program):
                text = command.format(source=source, out=home.path("out"), script=script)
                found[name] = timed(home, ["sh", "-c", text], count)
                if name in ALIKE and found[name]:
                    found[f"likeness {name}"] = likeness(home, source, cores)
    return found


# --- many small ones ------------------------------------------------------------------------------

MANY, KINDS, SMALL = 100_000, 100, (160, 120)


def fill_with_small(folder):
    """Links to some pictures of a few KB, each under a name of its own."""
    folder.mkdir()
    for number in range(KINDS):
        grain = Image.effect_noise((SMALL[0] // 8, SMALL[1] // 8), 60 + number).resize(SMALL, Image.BICUBIC)
        grain.convert("RGB").save(folder / f"{number:06}.jpg", quality=85)
    for number in range(KINDS, MANY):
        os.link(folder / f"{number % KINDS:06}.jpg", folder / f"{number:06}.jpg")


def run_many(context):
    """100,000 small pictures: the seconds that each tenth of them took, and the PSS of all processes at its end."""
    with stage.Home(context.display) as home:
        source, out = home.path("small"), home.path("out")
        fill_with_small(source)
        process = stage.start([str(context.frieze), "scale", "-s", "100", str(source), str(out)], home,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        tenths, memory, last, done = [], [], time.monotonic(), 0
        for line in process.stderr:  # one for each
            done += line.endswith(b": scaled\n")
            if done == MANY // 10 * (len(tenths) + 1):
                now = time.monotonic()
                tenths.append(now - last)
                memory.append(sum(stage.pss_bytes(pid) for pid in stage.family(process.pid)))
                last = time.monotonic()
        status = subject.wait_for(process)
        return {"tenths": tenths, "memory": memory} if status == 0 and len(tenths) == 10 else None
