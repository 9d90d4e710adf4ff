# ctest: RUN_SERIAL TRUE
"""--memory bounds the program as it is seen from outside: the proportional set size of all its processes is at most that of
an empty window of the same driver, plus the bound. Nothing else may run meanwhile: what other processes share of the same
libraries is not counted here, and they come and go."""

import contextlib
import shutil
import pathlib
import io
import os
import struct
import threading
import time
import zlib

import numpy as np
import pytest
from PIL import Image

import displays
import fonts
import frieze
import huge_jpeg
import huge_png
import huge_webp

MB = 1 << 20
BOUND = 64 * MB
JOBS = 6  # each of which has buffers of its own
COPIES = 8
EMPTY_S = 1.0
IDLE_DECODER = 2 * MB  # that it may have for itself


class Watcher(threading.Thread):
    """Samples the proportional set size of a process and its descendants, and keeps the largest sum."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.bytes, self.over = pid, 0, threading.Event()

    def run(self):
        while not self.over.is_set():
            self.bytes = max(self.bytes, frieze.pss_bytes(self.pid))
            time.sleep(0.002)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


@pytest.fixture(scope="module")
def pictures_folder(module_home):
    """Noise, which no format makes small: files near the most that the bound lets a worker read, and pictures near the
    most that it lets SDL2_image decode."""
    folder = module_home / "large"
    folder.mkdir()
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (1700, 3000, 3), dtype=np.uint8))
    formats = [("jpg", (3000, 1500), {"quality": 96, "subsampling": 0}), ("png", (2400, 1500), {"compress_level": 0}),
               ("webp", (1000, 800), {"quality": 80, "method": 0}), ("tiff", (900, 700), {}), ("bmp", (1200, 800), {}),
               ("ppm", (1100, 900), {})]
    for suffix, (width, height), options in formats:
        first = folder / f"0.{suffix}"
        noise.crop((0, 0, width, height)).save(first, **options)
        for number in range(1, COPIES):
            os.link(first, folder / f"{number}.{suffix}")
    return folder


def look_around(running):
    """The wall to its end and back, some pictures at full size, a zoom."""
    running.idle("loaded").key("End").idle().key("Home").idle().key("Return").idle()
    for _ in range(8):
        running.key("n").idle()
    running.key("a").idle().key("Esc").idle().key("Esc").idle()
    running.key("+", "+").idle()


def floor_of(home, window, display=None):
    (home / "empty").mkdir()
    with home.start(*window, "--watch", home / "empty", display=display) as running, Watcher(running.pid) as floor:
        running.idle()
        time.sleep(EMPTY_S)
    return floor.bytes


def is_idle(running):
    """Reads the whole file again for each part: that takes its time."""
    with contextlib.suppress(frieze.Refused):
        running.idle()
        return True
    return False

def use_within_the_bound(home, request, folder, driver, use):
    """Gives the status and the statistics at the end, and what was the most at once from outside, bytes."""
    display = request.getfixturevalue("x11") if driver == "x11" else None
    window = ("--size", "1280x800", "--jobs", JOBS, "--memory", BOUND)
    floor = floor_of(home, window, display)
    with home.start(*window, folder, display=display) as running, Watcher(running.pid) as filled:
        use(running)
        status, stats = running.status(), running.stats()
    assert status["failed"] == 0, running.errors()
    assert floor > 8 * MB and filled.bytes > floor
    used = (filled.bytes - floor) / MB
    assert used <= BOUND / MB, f"{used:.1f} MB over a floor of {floor / MB:.1f} MB"
    print(f"{driver}: {used:.1f} MB of {BOUND // MB} over a floor of {floor / MB:.1f} MB")
    return status, stats, filled.bytes


@pytest.mark.parametrize("driver", ("headless", "x11"))
@pytest.mark.skipif(frieze.is_sanitized(), reason="sanitizers have memory of their own")
def test_bound_holds_from_outside(home, request, pictures_folder, driver):
    status, *_ = use_within_the_bound(home, request, pictures_folder, driver, look_around)
    assert status["items"] == 6 * COPIES


@pytest.fixture(scope="module")
def mixed_folder(module_home, pictures_folder):
    """Of each common format many, and among them what takes libraries of its own: HEIC, AVIF, JPEG XL, RAW, texts in an SVG."""
    folder, corpus = module_home / "mixed", pathlib.Path(__file__).parent.parent / "corpus" / "small"
    folder.mkdir()
    for picture in pictures_folder.iterdir():
        os.link(picture, folder / picture.name)
    for number in range(10):
        for name in ("a.heic", "a.avif", "alpha.jxl", "lossy.jxl", "a.dng", "text.svg"):
            shutil.copy(corpus / name, folder / f"{number}-{name}")
    return folder


def look_around_to_the_end(running):
    look_around(running)
    running.key("End", "Return").idle().key("p").idle()


@pytest.mark.parametrize("driver", ("headless", "x11"))
@pytest.mark.skipif(frieze.is_sanitized(), reason="sanitizers have memory of their own")
def test_bound_holds_with_the_libraries_of_heavy_formats(home, request, mixed_folder, driver):
    """Some 30 MB of them, which textures leave to them."""
    _, stats, most_bytes = use_within_the_bound(home, request, mixed_folder, driver, look_around_to_the_end)
    assert stats["memory"]["pss_peak_bytes"] > most_bytes / 2


@pytest.fixture(scope="module")
def shapes_folder(module_home):
    """Hardly two of one shape."""
    folder, random = module_home / "ratios", np.random.default_rng(7)
    folder.mkdir()
    for number, ratio in enumerate(random.uniform(0.4, 2.4, 200)):
        size = (900, round(900 / ratio)) if ratio > 1 else (round(900 * ratio), 900)
        Image.new("RGB", size, tuple(random.integers(40, 255, 3).tolist())).save(folder / f"{number:03}.jpg")
    return folder


@pytest.mark.skipif(frieze.is_sanitized(), reason="sanitizers have memory of their own")
@pytest.mark.parametrize("layout", ("justified", "masonry"))
def test_shapes_of_their_own_share_pages(home, shapes_folder, layout):
    """Up and down a wall of more than the bound holds: each size had a page of its own once, 2 to 4 MB."""
    window = ("--size", "1920x1080", "--jobs", JOBS, "--memory", BOUND, "--layout", layout)
    floor = floor_of(home, window)
    with home.start(*window, shapes_folder) as running, Watcher(running.pid) as filled:
        running.idle("loaded")
        for keys in (("PgDn",) * 4, ("End",), ("PgUp",) * 4, ("Home",)):
            running.key(*keys).idle("loaded")
        status, peak = running.status(), running.stats()["cache"]["texture_bytes_peak"] / MB
    assert status["items"] == 200 and status["failed"] == 0, running.errors()
    used = (filled.bytes - floor) / MB
    page = 514 * 514 * 4 / MB  # what comes into view may begin one more
    assert peak <= BOUND / MB / 2 + page, f"{peak:.1f} MB of textures"
    assert used <= BOUND / MB, f"{used:.1f} MB over a floor of {floor / MB:.1f} MB"
    print(f"{layout}: {used:.1f} MB of {BOUND // MB}, {peak:.1f} of them textures")


@pytest.mark.skipif(frieze.is_sanitized(), reason="sanitizers have memory of their own")
@pytest.mark.parametrize("kind, width, height", [(huge_jpeg, 30000, 20000), (huge_png, 24000, 16000),
                                                 (huge_webp, 12000, 10240)])
def test_huge_picture_opens_within_the_bound(home, kind, width, height):
    """600 megapixels, interlaced 384, lossless WebP 123, at the window's size and at their own: 1.8 GB would hold them."""
    window, path = ("--size", "1280x800", "--jobs", JOBS, "--memory", BOUND), home / "huge"
    kind.write(path, width, height)
    assert path.stat().st_size > BOUND / 4  # what the workers have
    floor = floor_of(home, window)
    with home.start(*window, path) as running, Watcher(running.pid) as filled:
        running.idle()
        running.key("Return")
        running.idle()
        whole = np.asarray(running.screenshot()).astype(int)
        running.key("a").until(zoom=1)
        running.idle()
        detail = np.asarray(running.screenshot()).astype(int)
        running.key("j", "l", "l")
        running.idle()
        beside = np.asarray(running.screenshot()).astype(int)
        status = running.status()
    assert status["failed"] == 0 and not running.errors()
    for y in (100, 400, 700):
        wanted = kind.green_at((y - 400) * height / 800 + height / 2)
        assert abs(whole[y, 300:900, 1].mean() - wanted) < 2
        assert abs(detail[y, :, 1].mean() - kind.green_at(height // 2 - 400 + y)) < 2
    bars = detail[100:700, :, 2].mean(axis=0)
    for x in range(0, 1280):
        at = (width - 1280) // 2 + x
        if 3 < at % 50 < 47:
            assert abs(bars[x] - (60 + at // 50 % 2 * 120)) < 12, x
    greens, bars = beside[100:700, :, 1].mean(axis=1), beside[100:700, :, 2].mean(axis=0)
    assert (abs((greens - 40 + 12) % 25 - 12) < 2).mean() > 0.9
    assert (abs(bars % 120 - 60) < 12).mean() > 0.8 and (beside != detail).any()
    used = (filled.bytes - floor) / MB
    assert used <= BOUND / MB, f"{used:.1f} MB over a floor of {floor / MB:.1f} MB"
    print(f"{used:.1f} MB of {BOUND // MB} over a floor of {floor / MB:.1f} MB")


@pytest.mark.skipif(frieze.is_sanitized(), reason="sanitizers have memory of their own")
def test_textures_give_up_what_a_large_picture_needs(home, pictures_folder):
    """A file of 42 MB that has to be held; of the bound a quarter, 40 MB, is for the workers."""
    bound, folder = 160 * MB, home / "pictures"
    folder.mkdir()
    window = ("--size", "1280x800", "--jobs", JOBS, "--memory", bound)
    y, x = np.mgrid[0:3500, 0:4000]
    pixels = np.stack([x // 16, y // 14, (x // 500 + y // 500) % 2 * 200], axis=-1).astype(np.uint8)
    Image.fromarray(pixels).save(folder / "large.bmp")
    for number in range(40):
        os.link(pictures_folder / f"{number % COPIES}.jpg", folder / f"{number}.jpg")
    assert (folder / "large.bmp").stat().st_size > bound / 4
    floor = floor_of(home, window)
    with home.start(*window, folder) as running, Watcher(running.pid) as filled:
        running.idle("loaded").key("End").idle().key("Return").idle()
        whole = np.asarray(running.screenshot()).astype(int)
        running.key("a").idle()
        detail = np.asarray(running.screenshot()).astype(int)
        status = running.status()
    assert status["failed"] == 0 and not running.errors()
    left = (1280 - 800 * 4000 // 3500) // 2
    for row in (90, 390, 690):
        for column in (60, 450, 850):
            shown, wanted = whole[row, left + column], pixels[row * 3500 // 800, column * 3500 // 800]
            assert abs(shown - wanted).max() < 6, (row, column)
    assert np.abs(detail - pixels[1350:2150, 1360:2640].astype(int)).mean() < 2
    used = (filled.bytes - floor) / MB
    assert used <= bound / MB, f"{used:.1f} MB over a floor of {floor / MB:.1f} MB"
    print(f"{used:.1f} MB of {bound // MB} over a floor of {floor / MB:.1f} MB")


def draw_holes(width, height):
    """Fields of 500 px, of which each other one is clear, in bands of green."""
    y, x = np.ogrid[0:height, 0:width]
    pixels = np.empty((height, width, 4), np.uint8)
    pixels[:] = (200, 0, 120, 0)
    pixels[:, :, 1] = 40 + y // 1000 % 8 * 25
    pixels[:, :, 3] = (x // 500 + y // 500) % 2 * np.uint8(255)
    return pixels


@pytest.mark.skipif(frieze.is_sanitized(), reason="sanitizers have memory of their own")
def test_large_lossy_webp_with_alpha_within_the_bound(home):
    """150 MB would hold it, of which the workers have 35: colours come in bands, alpha row by row."""
    bound, pixels = 160 * MB, draw_holes(6000, 5000)
    window = ("--size", "1280x800", "--jobs", JOBS, "--memory", bound, "--background", "000000")
    Image.fromarray(pixels).save(home / "holes.webp", quality=60, method=0)
    shown = pixels[:, :, 1].astype(int) * (pixels[:, :, 3] > 0)
    floor = floor_of(home, window)
    with home.start(*window, home / "holes.webp") as running, Watcher(running.pid) as filled:
        running.idle()
        running.key("Return")
        running.idle()
        whole = np.asarray(running.screenshot()).astype(int)[:, :, 1]
        running.key("a").until(zoom=1)
        running.idle()
        detail = np.asarray(running.screenshot()).astype(int)[:, :, 1]
        status = running.status()
    assert status["failed"] == 0 and not running.errors()
    for y in range(250, 5000, 500):
        for x in range(250, 6000, 500):
            assert abs(whole[y * 800 // 5000, 640 + (x - 3000) * 800 // 5000] - shown[y, x]) < 5
    assert np.median(abs(detail - shown[2100:2900, 2360:3640])) < 3
    assert (abs(detail - shown[2100:2900, 2360:3640]) < 12).mean() > 0.97
    used = (filled.bytes - floor) / MB
    assert used <= bound / MB, f"{used:.1f} MB over a floor of {floor / MB:.1f} MB"
    print(f"{used:.1f} MB of {bound // MB} over a floor of {floor / MB:.1f} MB")


def draw_24_megapixels(grain):
    """Slow gradients and hard edges; with grain it is what a camera sees, without what a program draws."""
    y, x = np.mgrid[0:4000, 0:6000].astype(np.float32)
    waves = np.sin(x / 170) * np.sin(y / 230) * 60 + np.where((x // 700 + y // 500) % 2, 30, -30)
    pixels = np.stack([128 + waves, x * (255 / 6000), y * (255 / 4000)], axis=-1)
    if grain:
        pixels += np.random.default_rng(2).normal(0, 6, (4000, 6000, 1)).astype(np.float32)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


@pytest.mark.skipif(frieze.is_sanitized(), reason="sanitizers have memory of their own")
def test_pngs_of_24_megapixels_within_the_bound(home):
    """Each is 96 MB in full; a wall of them, some as large as the window, and one at 100 %."""
    folder = home / "pictures"
    folder.mkdir()
    for number, grain in enumerate((False, True)):
        draw_24_megapixels(grain).save(folder / f"{number}.png", compress_level=1)
        for copy in range(1, 4):
            os.link(folder / f"{number}.png", folder / f"{number}-{copy}.png")
    (home / "screen").mkdir()
    with displays.Xvfb(home / "screen", (1920, 1080)) as display:
        window = ("--size", "1920x1080", "--memory", BOUND)
        floor = floor_of(home, window, display)
        with home.start(*window, folder, display=display) as running, Watcher(running.pid) as filled:
            running.until(pending=0)
            running.idle()
            running.key("Return")
            for key in ("n", "n", "n", "a", "Esc", "Esc"):
                running.idle()
                running.key(key)
            status = running.status()
    assert status["items"] == 8 and status["failed"] == 0, running.errors()
    used = (filled.bytes - floor) / MB
    assert used <= BOUND / MB, f"{used:.1f} MB over a floor of {floor / MB:.1f} MB"
    print(f"{used:.1f} MB of {BOUND // MB} over a floor of {floor / MB:.1f} MB")


@pytest.fixture(scope="module")
def wall_folders(module_home):
    """Fifty PNGs of 24 megapixels, two hundred JPEGs of 12, a hundred thousand small ones: no two neighbours are the same file,
    which a decoder would not read twice."""
    drawn = draw_24_megapixels(False)
    small = Image.fromarray(np.random.default_rng(3).integers(0, 255, (48, 64, 3), dtype=np.uint8)).resize((640, 480))
    whole = {("pngs", "png", 50, 4): (drawn, {"compress_level": 1}), ("small", "jpg", 100_000, 50): (small, {"quality": 85}),
             ("jpegs", "jpg", 200, 4): (drawn.crop((0, 0, 4000, 3000)), {"quality": 90})}
    for (name, suffix, count, files), (picture, options) in whole.items():
        folder, data = module_home / name, io.BytesIO()
        folder.mkdir()
        picture.save(data, {"png": "PNG", "jpg": "JPEG"}[suffix], **options)
        for number in range(files):
            (folder / f"{number:06}.{suffix}").write_bytes(data.getvalue() + bytes([number] * 8))
        for number in range(files, count):
            os.link(folder / f"{number % files:06}.{suffix}", folder / f"{number:06}.{suffix}")
    return module_home


def scroll_all_of_it(running):
    running.idle("loaded")
    for key in ("PgDn", "End", "PgUp", "Home"):
        running.key(key)
        running.idle("loaded")


def scroll_here_and_there(running):
    running.idle("screenful")
    for key in ("PgDn",) * 5 + ("End",) + ("PgUp",) * 3 + ("Home",):
        running.key(key)
        running.idle("screenful")


def look_at_some(running):
    running.key("Return").idle()
    for key in ("n", "n", "a", "Esc", "Esc"):
        running.key(key)
        running.idle()


@pytest.mark.skipif(frieze.is_sanitized(), reason="sanitizers have memory of their own")
@pytest.mark.parametrize("name, count, scroll", (("pngs", 50, scroll_all_of_it), ("jpegs", 200, scroll_all_of_it),
                                                 ("small", 100_000, scroll_here_and_there)))
def test_walls_within_the_bound(home, wall_folders, name, count, scroll):
    """And what decoders keep meanwhile is what was set aside for it; once they rest it is but a page each."""
    window = ("--size", "1920x1080", "--jobs", JOBS, "--memory", BOUND)
    floor, kept = floor_of(home, window), []
    with home.start(*window, wall_folders / name) as running, Watcher(running.pid) as filled:
        frieze.wait_until(lambda: not running.status()["scanning"], "all names")
        scroll(running)
        kept.append(running.stats()["memory"])
        look_at_some(running)
        kept.append(running.stats()["memory"])
        status = running.status()
        frieze.wait_until(lambda: running.stats()["memory"]["kept_bytes"] <= JOBS * 4096, "rest")
        idle = [frieze.rollup_bytes(pid, "Private_Clean", "Private_Dirty") for pid in frieze.family(running.pid)
                if " decoder " in frieze.title_of(pid)]
    assert status["items"] == count and status["failed"] == 0, running.errors()
    assert all(0 < one["kept_bytes"] <= one["kept_limit_bytes"] <= BOUND // 4 // 8 for one in kept), kept
    assert len(idle) == JOBS and max(idle) <= IDLE_DECODER, idle
    used = (filled.bytes - floor) / MB
    assert used <= BOUND / MB, f"{used:.1f} MB over a floor of {floor / MB:.1f} MB"
    print(f"{name}: {used:.1f} MB of {BOUND // MB} over a floor of {floor / MB:.1f} MB; decoders kept "
          f"{max(one['kept_bytes'] for one in kept) / MB:.1f} of {kept[0]['kept_limit_bytes'] / MB:.1f} MB, "
          f"{max(idle) // 1024} KB of its own an idle one")


@pytest.mark.skipif(frieze.is_sanitized(), reason="sanitizers have memory of their own")
def test_a_window_of_eight_megapixels_within_the_bound(home, wall_folders):
    """A picture that fills it is 33 MB, and the next one as well."""
    window = ("--size", "3840x2160", "--jobs", JOBS, "--memory", BOUND)
    floor = floor_of(home, window)
    with home.start(*window, wall_folders / "jpegs") as running, Watcher(running.pid) as filled:
        running.idle("screenful").key("Return").idle()
        for key in ("n", "n", "n", "p", "p", "a", "n"):
            running.key(key).idle()
        status = running.status()
    assert status["failed"] == 0, running.errors()
    used = (filled.bytes - floor) / MB
    assert used <= BOUND / MB, f"{used:.1f} MB over a floor of {floor / MB:.1f} MB"
    print(f"{used:.1f} MB of {BOUND // MB} over a floor of {floor / MB:.1f} MB")


@pytest.mark.parametrize("size, bound", [("1920x1080", "64M"), ("3840x2160", "64M"), ("3840x2160", "192M")])
def test_the_next_picture_is_there_beside_the_one_in_view(home, wall_folders, size, bound):
    """However little there is for both; and tiles of the wall behind it, for which there is no room, are not made again after each."""
    with home.start("--size", size, "--memory", bound, "--cache-size", "0", wall_folders / "jpegs") as running:
        running.idle("screenful").key("Return").idle()
        for _ in range(4):
            before = running.stats()
            after = running.key("n").idle().stats()
            assert after["cache"]["hits"] == before["cache"]["hits"] + 1
            assert after["decode"]["count"] <= before["decode"]["count"] + 2


def write_drawings(folder, count, families):
    """Of 16 lines of text each, of which hardly two have the same font, size and colour."""
    random = np.random.default_rng(5)
    for number in range(count):
        lines = "".join(f'<text x="10" y="{30 + 28 * i}" font-family="{random.choice(families)}" '
                        f'font-size="{random.integers(12, 28)}">frieze {number}, line {i}, Hamburgefonstiv</text>' for i in range(16))
        (folder / f"{number:03}.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="600" height="480">{lines}</svg>')


@pytest.mark.skipif(frieze.is_sanitized(), reason="sanitizers have memory of their own")
@pytest.mark.parametrize("families", (["sans-serif", "serif", "monospace"], fonts.families()), ids=("few", "all"))
def test_drawings_with_text_within_the_bound(home, families):
    """Each decoder of them had 6 to 30 MB of fonts and glyphs, which were nobody's."""
    folder = home / "drawings"
    folder.mkdir()
    write_drawings(folder, 120, families)
    window = ("--size", "1280x800", "--jobs", JOBS, "--memory", BOUND)
    floor = floor_of(home, window)
    with home.start(*window, folder) as running, Watcher(running.pid) as filled:
        scroll_all_of_it(running)
        look_at_some(running)
        status = running.status()
    assert status["items"] == 120 and status["failed"] == 0, running.errors()
    used = (filled.bytes - floor) / MB
    assert used <= BOUND / MB, f"{used:.1f} MB over a floor of {floor / MB:.1f} MB"
    print(f"{len(families)} families: {used:.1f} MB of {BOUND // MB} over a floor of {floor / MB:.1f} MB")


def write_one_strip(path, pixels):
    """As scanners do; deflated."""
    height, width, _ = pixels.shape
    data = zlib.compress(pixels.tobytes(), 1)
    bits_at = 8 + len(data)
    tags = ((256, 4, 1, width), (257, 4, 1, height), (258, 3, 3, bits_at), (259, 3, 1, 8), (262, 3, 1, 2), (273, 4, 1, 8), (277, 3, 1, 3),
            (278, 4, 1, height), (279, 4, 1, len(data)))
    path.write_bytes(struct.pack("<2sHI", b"II", 42, bits_at + 6) + data + struct.pack("<3H", 8, 8, 8) +
                     struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags) + bytes(4))


@pytest.mark.skipif(frieze.is_sanitized(), reason="sanitizers have memory of their own")
def test_tiff_of_one_strip_within_the_bound(home):
    """24 megapixels, of which no strip is held: 240 MB for this one."""
    y, x = np.ogrid[0:4000, 0:6000]
    pixels = np.empty((4000, 6000, 3), np.uint8)
    pixels[:, :, 0], pixels[:, :, 1], pixels[:, :, 2] = x * 255 // 6000, y * 255 // 4000, (x // 50 + y // 50) % 2 * 90 + 60
    write_one_strip(home / "scan.tif", pixels)
    window = ("--size", "1280x800", "--jobs", JOBS, "--memory", BOUND)
    floor = floor_of(home, window)
    with home.start(*window, home / "scan.tif") as running, Watcher(running.pid) as filled:
        running.idle("loaded").key("Return").idle()
        whole = np.asarray(running.screenshot()).astype(int)
        running.key("a").idle()
        detail = np.asarray(running.screenshot()).astype(int)
        status = running.status()
    assert status["failed"] == 0 and not running.errors()
    assert abs(whole[400, 640] - pixels[2000, 3000])[:2].max() < 3 and abs(whole[100, 200] - pixels[500, 800])[:2].max() < 3
    assert np.abs(detail[:640] - pixels[1600:2240, 2360:3640].astype(int)).max() <= 2
    used = (filled.bytes - floor) / MB
    assert used <= BOUND / MB, f"{used:.1f} MB over a floor of {floor / MB:.1f} MB"
    print(f"{used:.1f} MB of {BOUND // MB} over a floor of {floor / MB:.1f} MB")

def write_unpacked(path, width, height, tiled):
    """Nothing compressed, in one strip or in tiles, with the directory behind them as most programs write it."""
    side = 256
    x = np.arange(width)
    with open(path, "wb") as out:
        out.write(struct.pack("<2sHI", b"II", 42, 0))
        for y in range(0, height, side):
            rows = np.zeros((side, -(-width // side) * side, 3), np.uint8)
            ys = np.arange(y, y + side)[:, None]
            rows[:, :width, 0], rows[:, :width, 1] = x * 255 // width, ys * 255 // height
            rows[:, :width, 2] = (x // 50 + ys // 50) % 2 * 90 + 60
            if tiled:
                out.write(rows.reshape(side, -1, side, 3).swapaxes(0, 1).tobytes())
            else:
                out.write(rows[:height - y, :width].tobytes())
        count = -(-width // side) * -(-height // side) if tiled else 1
        block = side * side * 3 if tiled else width * height * 3
        tables = out.tell()
        offsets, lengths = (tables + 8, tables + 8 + count * 4) if tiled else (8, block)
        out.write(struct.pack("<4H", 8, 8, 8, 0))
        if tiled:
            out.write(np.arange(8, 8 + count * block, block, dtype="<u4").tobytes() + np.full(count, block, "<u4").tobytes())
        where = ((322, 3, 1, side), (323, 3, 1, side), (324, 4, count, offsets), (325, 4, count, lengths)) if tiled else \
            ((273, 4, 1, offsets), (278, 4, 1, height), (279, 4, 1, lengths))
        tags = sorted(((256, 4, 1, width), (257, 4, 1, height), (258, 3, 3, tables), (259, 3, 1, 1), (262, 3, 1, 2), (277, 3, 1, 3), *where))
        directory = out.tell()
        out.write(struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags) + bytes(4))
        out.seek(4)
        out.write(struct.pack("<I", directory))


@pytest.mark.skipif(frieze.is_sanitized(), reason="sanitizers have memory of their own")
@pytest.mark.parametrize("tiled", (False, True), ids=("strip", "tiles"))
def test_tiff_larger_than_the_bound(home, tiled):
    """Of a file of 240 MB no more is held than is decoded."""
    width, height = 5000, 16000
    write_unpacked(home / "map.tif", width, height, tiled)
    window = ("--size", "1280x800", "--jobs", JOBS, "--memory", BOUND)
    floor = floor_of(home, window)
    with home.start(*window, home / "map.tif") as running, Watcher(running.pid) as filled:
        running.idle("loaded").key("Return").idle()
        whole = np.asarray(running.screenshot()).astype(int)
        running.key("a").idle()
        detail = np.asarray(running.screenshot()).astype(int)
        status = running.status()
    assert status["failed"] == 0 and not running.errors()
    assert abs(whole[400, 640, 0] - 127) < 3 and abs(whole[400, 640, 1] - 127) < 3
    y, x = np.ogrid[height // 2 - 400:height // 2 + 240, width // 2 - 640:width // 2 + 640]
    assert np.abs(detail[:640, :, 0] - x * 255 // width).max() <= 2
    assert np.abs(detail[:640, :, 2] - ((x // 50 + y // 50) % 2 * 90 + 60)).max() <= 2
    used = (filled.bytes - floor) / MB
    assert used <= BOUND / MB, f"{used:.1f} MB over a floor of {floor / MB:.1f} MB"
    print(f"{used:.1f} MB of {BOUND // MB} over a floor of {floor / MB:.1f} MB")


def test_huge_progressive_jpeg_gives_its_reason(home):
    huge_jpeg.write(home / "huge.jpg", 30000, 20000, progressive=True)
    stats, result = home.stats("--memory", BOUND, "--quit-when", "loaded", home / "huge.jpg")
    assert stats["failed"] == 1
    assert "30000x20000 is over" in result.err, result.err
    assert stats["memory"]["rss_peak_bytes"] < 300 * MB
