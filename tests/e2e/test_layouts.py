"""Layouts whose tiles have the shapes of their pictures: whole pictures, no gaps, nothing that jumps."""
# ctest: COST 50 PROCESSORS 2 LABELS display
import os
import pathlib
import time

import numpy as np
import pytest
from PIL import Image

import pictures
import share as shares
from frieze import fair, is_sanitized, wait_until

BACKGROUND = (12, 12, 14)
SHAPES = [(600, 400), (400, 600), (640, 360), (400, 400), (800, 300), (450, 600)]
COLORS = [(220, 60, 60), (60, 200, 80), (80, 120, 240), (230, 200, 60), (200, 80, 220), (70, 210, 210)]
SIZE = (1280, 800)


@pytest.fixture(scope="module")
def folder(module_home):
    """Pictures in one colour each, of shapes that follow from their number."""
    path = module_home / "shapes"
    path.mkdir()
    for i in range(300):
        Image.new("RGB", SHAPES[i * 5 % 6 if i % 7 else 1], COLORS[i % 6]).save(path / f"{i:03}.png")
    return path


def start(home, folder, layout, *options):
    return home.start("--size", "{}x{}".format(*SIZE), "--tile", "160x120", "--layout", layout, "--motion", "off", *options, folder)


def boxes(image):
    """The rectangles in one colour that stand in an image, as (x, y, w, h, colour); those that are cut at its edges are left out."""
    pixels = np.asarray(image).astype(int)
    found, seen = [], np.zeros(pixels.shape[:2], bool)
    for number, color in enumerate(COLORS):
        mask = (np.abs(pixels - color).max(axis=2) < 12)
        for y, x in np.argwhere(mask & ~np.roll(mask, 1, 0) & ~np.roll(mask, 1, 1)):
            if seen[y, x] or y == 0 or x == 0:
                continue
            w = int(np.argmin(np.append(mask[y, x:], False)))
            h = int(np.argmin(np.append(mask[y:, x], False)))
            seen[y:y + h, x:x + w] = True
            if w > 8 and h > 8 and y + h < image.height:
                found.append((int(x), int(y), w, h, number))
    return found


def tiles(image):
    """Those that no chip at the bottom covers."""
    return boxes(image.convert("RGB").crop((0, 0, SIZE[0], 740)))


def tiles_beside_the_bar(image):
    """Nor the scroll bar, while it is there."""
    return [box for box in tiles(image) if box[0] + box[2] < SIZE[0] - 16]


def beside_chips_and_bar(image):
    return np.asarray(image.convert("RGB").crop((0, 0, SIZE[0] - 16, 740)))


def assert_whole(found):
    for x, y, w, h, number in found:
        shapes = {a / b for a, b in SHAPES}
        nearest = min(abs(w - h * shape) / max(shape, 1) for shape in shapes)
        assert nearest <= 2, (x, y, w, h)


@pytest.mark.parametrize("layout", ["justified", "masonry"])
def test_pictures_are_whole_and_fill_the_window(home, folder, layout):
    with start(home, folder, layout) as frieze:
        frieze.idle("loaded").key("1", "0", "G").idle("loaded")
        image = frieze.screenshot()
        found = tiles(image)
        assert len(found) > 10
        assert_whole(found)
        pixels = np.asarray(image.crop((0, 40, SIZE[0], 740)))
        empty = (np.abs(pixels.astype(int) - BACKGROUND).max(axis=2) < 6).mean()
        assert empty < 0.09, f"{empty:.0%} of the wall is empty"
        if layout == "justified":
            rows = {}
            for x, y, w, h, _ in found:
                rows.setdefault(y, []).append((x, w, h))
            for row in rows.values():
                assert len({h for *_, h in row}) == 1, "one height"
        else:
            assert len({w for x, _, w, _, _ in found if x + w < SIZE[0] - 10}) == 1, "one width, beside the scroll bar"


@pytest.mark.parametrize("layout", ["justified", "masonry"])
def test_a_share_is_laid_out_as_any_folder(home, folder, layout):
    """Headers are read ahead of its files too."""
    walls = []
    with shares.Share(folder, home / "share") as share:
        for path in folder, share.path:
            with start(home, path, layout, "--cache-size", "0") as frieze:
                walls.append(tiles(frieze.idle("loaded").screenshot()))
    assert len(walls[0]) > 10
    assert walls[0] == walls[1]


def watch_places(frieze, for_s=1.5):
    """Where tiles are seen, in any frame, of which one shows some."""
    seen, end = set(), time.monotonic() + for_s
    while time.monotonic() < end or (not seen and time.monotonic() < end + 10):
        path = frieze.home / "frame.png"
        frieze.ask("screenshot", path)
        with Image.open(path) as image:
            seen |= {box[:2] for box in tiles(image)}
    return seen


@pytest.mark.parametrize("layout", ["justified", "masonry"])
def test_nothing_seen_jumps_while_shapes_arrive(home, folder, layout):
    """From the first picture on, each that is seen stays: frames of a cold start, and after a jump to the end."""
    with start(home, folder, layout, "--cache-size", "0") as frieze:
        for keys in ((), ("G",), ("5", "0", "G")):
            if keys:
                frieze.ask_all(("key", *keys))
            seen = watch_places(frieze)
            last = {box[:2] for box in tiles(frieze.idle("loaded").screenshot())}
            assert len(last) > 8 and seen
            assert seen <= last, keys


@pytest.mark.parametrize("layout", ("justified", "masonry", "strip"))
def test_the_ends_are_reached_where_no_shape_is_known(home, folder, layout):
    """What lies on the way becomes longer meanwhile, and the place of the last picture another one."""
    many, names = home / "many", sorted(folder.iterdir())
    many.mkdir()
    for i in range(3000):
        os.link(names[i * 7 % len(names)], many / f"{i:04}.png")
    with home.start("--size", "{}x{}".format(*SIZE), "--tile", "160x120", "--layout", layout, many) as frieze:
        frieze.idle()
        for key, end, at in (("End", 2999, 1), ("Home", 0, 0), ("End", 2999, 1)):
            visible = frieze.key(key).idle().status()["visible"]
            assert visible[at] == end, (key, visible)


def test_rows_of_many_folders_do_not_jump(home, module_home):
    """Each folder is a block of its own; they become known in any order."""
    tree = module_home / "tree"
    if not tree.exists():
        for i in range(40):
            (tree / f"{i:02}").mkdir(parents=True)
            for k in range(5):
                color = COLORS[(i + k) % 6]
                Image.new("RGB", SHAPES[(i * 5 + k) % 6], color).save(tree / f"{i:02}" / f"{k}.png")
    with start(home, tree, "justified", "--cache-size", "0") as frieze:
        for keys in ((), ("G",)):
            if keys:
                frieze.ask_all(("key", *keys))
            seen = watch_places(frieze)
            assert seen and seen <= {box[:2] for box in tiles(frieze.idle("loaded").screenshot())}, keys


def test_rows_stay_where_another_file_comes(home):
    """One came among them, and has the shape of most as long as it is seen; those that come after the last one move none above it."""
    (home / "some").mkdir()
    for i in range(60):
        Image.new("RGB", SHAPES[i * 5 % 6], COLORS[i % 6]).save(home / "some" / f"{i:03}.png")
    with start(home, home / "some", "justified", "--watch") as frieze:
        frieze.idle("loaded")
        Image.new("RGB", (1600, 400), COLORS[0]).save(home / "some" / "003b.png")
        frieze.until(items=61)
        before = {box for box in tiles(frieze.idle("loaded").screenshot()) if box[1] < 300}
        for count, name in ((62, "900.png"), (63, "901.png")):
            Image.new("RGB", SHAPES[0], COLORS[1]).save(home / "some" / name)
            frieze.until(items=count)
            after = {box for box in tiles(frieze.idle("loaded").screenshot()) if box[1] < 300}
            assert len(before) > 8 and after == before
        frieze.key("G").idle("loaded").key("g", "g").idle("loaded")


@pytest.mark.parametrize("layout", ["justified", "masonry"])
def test_rows_in_view_stay_where_files_above_come_and_go(home, layout):
    """Far from the start of one folder, rows are where they were seen, whatever happens above them."""
    some = home / "some"
    some.mkdir()
    for i in range(900):
        Image.new("RGB", SHAPES[i * 5 % 6 if i % 7 else 1], COLORS[i % 6]).save(some / f"{i:03}.png")
    with start(home, some, layout, "--watch") as frieze:
        frieze.idle().key("7", "0", "0", "G")
        before, count = tiles_beside_the_bar(frieze.idle("loaded").screenshot()), 900
        for name, comes in (("003.png", False), ("100b.png", True), ("100c.png", True), ("300.png", False), ("301.png", False)):
            if comes:
                Image.new("RGB", (1600, 400), COLORS[0]).save(some / name)
            else:
                (some / name).unlink()
            count += 1 if comes else -1
            frieze.until(items=count)
            assert len(before) > 8 and tiles_beside_the_bar(frieze.idle("loaded").screenshot()) == before, name
        first = frieze.key("g", "g").idle("loaded").screenshot()
        assert_whole(tiles(first))


def cpu_of_listing(home, folder, layout, left):
    """Of the main thread until so many are left, s."""
    with start(home, folder, layout, "--jobs", 2) as frieze:
        frieze.until(items=left)
        fields = pathlib.Path(f"/proc/{frieze.pid}/task/{frieze.pid}/stat").read_text().rsplit(")")[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(is_sanitized(), reason="sanitizers take their time")
def test_many_that_are_no_pictures_leave_together(home):
    """Each of them that leaves a mosaic by itself has all of it laid out anew: that takes forty times as long as in a grid, not five."""
    (home / "many").mkdir()
    Image.new("RGB", (64, 48), COLORS[0]).save(home / "many" / "a.png")
    (home / "text").write_text("no picture " * 9)
    for i in range(60000):
        os.link(home / "many" / "a.png", home / "many" / f"c{i:05}.png")
    for i in range(1500):
        os.link(home / "text", home / "many" / f"b{i:04}.jpg")
    grid, mosaic = (cpu_of_listing(home, home / "many", layout, 60001) for layout in ("grid", "justified"))
    assert mosaic < 16 * grid, (mosaic, grid)


@pytest.mark.parametrize("layout", ["justified", "masonry"])
def test_a_wall_without_pictures(home, layout):
    """Resized, searched and given its first picture."""
    (home / "empty").mkdir()
    with start(home, home / "empty", layout, "--watch") as frieze:
        frieze.idle()
        for option, value in (("text-scale", 2), ("names", "yes"), ("layout", "grid"), ("layout", layout), ("tile", "300x200")):
            frieze.ask("set", option, value)
        frieze.key("v", "v", "v", "v", "G", "j", "PgDn").idle()
        Image.new("RGB", SHAPES[0], COLORS[0]).save(home / "empty" / "a.png")
        frieze.until(items=1)
        frieze.idle("loaded").key("/", "x", "Return").idle()
        frieze.key("v", "v", "v", "v").idle()
        assert frieze.key("Esc").idle("loaded").status()["items"] == 1


def test_rows_come_back_where_they_were(home, folder):
    """Down and up again: the same tiles in the same places, whatever became known meanwhile."""
    with start(home, folder, "justified") as frieze:
        frieze.idle("loaded")
        first = tiles(frieze.screenshot())
        frieze.key("G").idle("loaded").key("g", "g").idle("loaded")
        wait_until(lambda: tiles(frieze.screenshot()) == first, "the first rows again")


def test_v_goes_round_and_keeps_the_selection_in_view(home, folder):
    with start(home, folder, "grid") as frieze:
        frieze.idle("loaded").key("1", "5", "0", "G").idle("loaded")
        index = frieze.status()["index"]
        for layout in ("justified", "masonry", "strip", "grid"):
            frieze.key("v").idle("loaded")
            status = frieze.status()
            assert frieze.ask("get", "layout")["value"] == layout
            assert status["index"] == index
            assert status["visible"][0] <= index <= status["visible"][1]


@pytest.mark.parametrize("change", [("+", "+"), ("-",), ("V",), "text"])
def test_the_selected_is_not_cut_in_another_size(home, folder, change):
    """Selecting it again moves nothing then, where the shapes of all are known: the first round learns them."""
    cut = []
    with start(home, folder, "masonry") as frieze:
        for number in (150, *range(150, 160)):
            frieze.key("0", *str(number), "G").idle("loaded").idle()
            if change == "text":
                frieze.ask("set", "text-scale", "3")
            else:
                frieze.key(*change)
            seen = beside_chips_and_bar(frieze.idle().idle("loaded").idle().screenshot())
            again = beside_chips_and_bar(frieze.key(*str(number), "G").idle().screenshot())
            cut.append((again != seen).any())
            if change == "text":
                frieze.ask("set", "text-scale", "1")
            elif change == ("V",):
                frieze.key("V")
    assert not any(cut[1:])


def test_the_largest_tile_of_a_strip_is_the_largest(home):
    """Whoever asks for more gets no more, and a smaller one at the first step back; so does who comes from larger tiles of a grid."""
    for name in "ab":
        pictures.fill(home / "tree" / name, 3)
    with home.start("--size", "800x480", "--layout", "strip", "--motion", "off", home / "tree") as running:
        largest = running.idle("loaded").screenshot()
        for _ in range(8):
            running.ask("zoom_in")
            time.sleep(0.35)  # a step is not seen before
        assert running.idle("loaded").screenshot() == largest
        running.ask("zoom_out")
        assert running.idle("loaded").screenshot() != largest
        running.ask("set", "layout", "grid")
        for _ in range(8):
            running.ask("zoom_in")
            time.sleep(0.35)
        running.ask("set", "layout", "strip")
        largest = running.idle("loaded").screenshot()
        running.ask("zoom_out")
        assert running.idle("loaded").screenshot() != largest


def test_wide_pictures_are_sharp_in_rows(home):
    folder = home / "wide"
    folder.mkdir()
    rows, columns = np.indices((400, 1600))
    for number in range(3):
        Image.fromarray(((rows // 5 + columns // 5) % 2 * 255).astype(np.uint8)).save(folder / f"{number}.png")
    with start(home, folder, "justified", "--tile", "256x192") as running:
        image = np.asarray(running.idle("loaded").screenshot().convert("L"), float)
    inside = image[60:120, 60:360]
    steps = np.abs(np.diff(inside, axis=1))
    assert np.percentile(steps, 75) > 80, np.percentile(steps, [25, 50, 75, 90])


def test_larger_texts_leave_the_first_heading_whole(home):
    for i in range(4):
        pictures.fill(home / "pictures" / f"folder{i}", 4)
    options = "--size", "800x600", "--tile", "160x120", "--motion", "off", "--cache-size", "0", home / "pictures"
    with home.start(*options) as frieze:
        frieze.idle().key("G").idle().key("g", "g").idle().ask("set", "text-scale", "2")
        grown = np.asarray(frieze.idle().screenshot())[:300, :700]
    with home.start("--text-scale", "2", *options) as frieze:
        assert (grown == np.asarray(frieze.idle().screenshot())[:300, :700]).all()


@pytest.mark.parametrize("layout", ["justified", "masonry"])
def test_moves_lead_to_what_stands_there(home, folder, layout):
    """Down goes to a later picture and up back to it; both ends are reached."""
    with start(home, folder, layout) as frieze:
        frieze.idle("loaded").key("5")
        frieze.key("l").idle("loaded")
        begin = frieze.status()["index"]
        down = frieze.key("j").idle().status()["index"]
        assert down > begin
        assert frieze.key("k").idle().status()["index"] == begin
        frieze.key("g", "g", "PgDn").idle("loaded")
        assert 0 < frieze.status()["index"] < 100
        frieze.key("G").idle("loaded")
        assert frieze.status()["index"] == 299 == frieze.status()["visible"][1]


@pytest.mark.parametrize("layout", ["justified", "masonry", "grid", "strip"])
def test_a_turned_picture_is_as_large_as_its_new_shape_allows(home, layout):
    """It is decoded anew for that, its row is laid out anew, and turned back all is as it was."""
    (home / "upright").mkdir()
    for i in range(30):
        Image.new("RGB", (300, 600), COLORS[1 + i % 5 if i != 1 else 0]).save(home / "upright" / f"{i:02}.png")
    with start(home, home / "upright", layout, "--cache-size", "0") as frieze:
        frieze.idle("loaded").key("2", "G")
        before = tiles_beside_the_bar(frieze.idle("loaded").screenshot())
        opens = frieze.stats()["opens"]
        after = tiles_beside_the_bar(frieze.key(">").idle("loaded").screenshot())
        upright, turned = (next(box for box in found if box[4] == 0) for found in (before, after))
        assert abs(turned[2] - 2 * turned[3]) <= 2, turned
        if layout == "justified":
            row = [box[3] for box in after if box[1] == turned[1]]
            assert len(row) > 3 and set(row) == {turned[3]}, after
        elif layout == "masonry":
            assert {box[2] for box in after} == {turned[2]}, after
        else:
            assert abs(3 * turned[2] - 4 * upright[3]) <= 6, "as wide as its box, which is 4 to 3"
        assert frieze.stats()["opens"] == opens + 1
        assert tiles_beside_the_bar(frieze.key("<").idle("loaded").screenshot()) == before


@pytest.mark.parametrize("motion", ["full", "reduced"])
def test_the_wall_that_was_fades_away(home, folder, motion):
    """Between two layouts each place lies between its two colours."""
    with home.start("--size", "{}x{}".format(*SIZE), "--motion", motion, folder) as frieze:
        frieze.idle("loaded")
        for _ in range(2):  # what is not loaded yet fades in by itself
            for _ in range(4):
                frieze.key("v").idle("loaded")
        time.sleep(1.2)
        before = np.asarray(frieze.screenshot(), int)[:700]
        frieze.ask("key", "v")
        frames = [frieze.home / f"frame{i}.png" for i in range(12)]
        for path in frames:
            frieze.ask("screenshot", path)
        after = np.asarray(frieze.idle("loaded").screenshot(), int)[:700]
        low, high = np.minimum(before, after) - 6, np.maximum(before, after) + 6
        parts = []
        for path in frames:
            with Image.open(path) as image:
                now = np.asarray(image.convert("RGB"), int)[:700]
            outside = ((now < low) | (now > high)).any(axis=2).mean()
            assert outside < 0.02, f"{outside:.1%} of the places are neither"
            parts.append(np.abs(now - before).mean() / np.abs(after - before).mean())
        assert any(0.1 < part < 0.9 for part in parts), parts


BOX, CUT = (256, 192), ((900, 300), (300, 900), (800, 600), (640, 360), (120, 90), (300, 100))


def photo_like(size, seed):
    """Smooth, and different everywhere: what is cut off on the wrong side shows."""
    small = Image.fromarray(np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8))
    return small.resize(size, Image.BICUBIC)


def cut_to_box(image):
    """As large as the box, from the middle; nothing is enlarged."""
    scale = min(1, max(BOX[0] / image.width, BOX[1] / image.height))
    whole = image.resize((round(image.width * scale), round(image.height * scale)), Image.BICUBIC)
    w, h = min(whole.width, BOX[0]), min(whole.height, BOX[1])
    left, top = (whole.width - w) // 2, (whole.height - h) // 2
    return whole.crop((left, top, left + w, top + h))


@pytest.mark.parametrize("name", ["png", "jpg"])
def test_pictures_fill_their_boxes(home, isolation, name):
    """Cut on both sides alike; cold, and from the tile cache; chosen at the start and at run time."""
    (home / "shapes").mkdir()
    drawn = [photo_like(size, seed) for seed, size in enumerate(CUT)]
    selected = home / "shapes" / "0.png"
    Image.new("RGB", BOX).save(selected)
    os.utime(selected, (1.5e9, 1.5e9))
    for number, image in enumerate(drawn):
        path = home / "shapes" / f"{number + 1}.{name}"
        image.save(path, **({"quality": 95} if name == "jpg" else {}))
        os.utime(path, (1.5e9, 1.5e9))
    for run in ("cold", "seen before", "at run time"):
        fit = [] if run == "at run time" else ["--fit", "cover"]
        with home.start("--size", "1920x1080", "--isolation", isolation, *fit, home / "shapes") as running:
            running.until(items=len(CUT) + 1, pending=0)
            if not fit:
                running.idle().ask("set", "fit", "cover")
            shot = np.asarray(running.idle().screenshot().convert("RGB"), dtype=np.int16)
            assert run != "seen before" or running.stats()["opens"] == 0
        for number, image in enumerate(drawn):
            wanted = np.asarray(cut_to_box(image), dtype=np.int16)
            is_ = tile_at(shot, number)
            assert is_.shape == wanted.shape, (run, number)
            assert np.abs(is_ - wanted).mean() < 3, (run, number)


@pytest.mark.parametrize("options", [("--layout", "masonry"), ("--layout", "justified"), ("--layout", "grid"), ("--fit", "cover", "--tile", "400x100")], ids=lambda options: options[1])
def test_what_is_less_than_a_pixel_thin_is_drawn(home, options):
    """As a line; also turned."""
    (home / "thin").mkdir()
    thin = {"a": (3000, 4), "b": (4, 3000), "c": (10000, 10), "d": (10000, 1)}
    for color, (name, size) in zip(COLORS, thin.items()):
        Image.new("RGB", size, color).save(home / "thin" / f"{name}.png")
    Image.new("RGB", (800, 600), (120, 120, 120)).save(home / "thin" / "e.png")
    with home.start("--size", "1280x720", "--motion", "off", *options, home / "thin") as running:
        running.idle("loaded")
        for way in ("as they are", "turned"):
            shot = np.asarray(running.idle("loaded").screenshot().convert("RGB")).astype(int)
            for color, name in zip(COLORS, thin):
                assert (np.abs(shot - color).max(axis=2) < 40).sum() >= 20, (way, name)
            running.key(*[key for _ in thin for key in (">", "n")])


def tile_at(shot, number):
    """The picture in the column after the selected one, of seven."""
    column = shot[:216, (number + 1) * 1920 // 7:(number + 2) * 1920 // 7]
    inside = np.abs(column - np.array(BACKGROUND)).sum(axis=2) > 12
    rows, columns = np.flatnonzero(inside.mean(axis=1) > 0.3), np.flatnonzero(inside.mean(axis=0) > 0.3)
    return column[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]


@pytest.mark.parametrize("layout", ("justified", "masonry"))
def test_what_the_scroll_bar_rushes_past_is_not_opened(home, x11, layout):
    """Layouts that go by shapes: tens of thousands in a second and a half, of which none is looked at for long; then what it comes to
    rest at is shown."""
    count, steps = 30000, 60
    folder = home / "many"
    first = pictures.fill(folder, 1) / "p0.png"
    for number in range(1, count):
        os.link(first, folder / f"p{number}.png")
    options = "--layout", layout, "--size", "800x600", "--tile", "100x75", "--memory", "64M", "--cache-size", "0"
    with home.start(*options, folder, display=x11) as running:
        running.until(items=count, scanning=False)
        running.idle()
        before = running.stats()["opens"]
        window = x11.window(running)
        x11.xdotool("mousemove", "--window", window, "795", "10", "mousedown", "1")
        for step in range(1, steps + 1):
            x11.xdotool("mousemove", "--window", window, "795", str(10 + 589 * step // steps), "sleep", "0.025")
        x11.xdotool("mouseup", "1")
        running.until(visible=lambda seen: seen[1] == count - 1)
        running.idle()
        opened = running.stats()["opens"] - before
        in_view = running.status()["visible"][1] + 1 - running.status()["visible"][0]
        assert in_view <= opened < fair(count / 10)
        assert len(pictures.wall(running.screenshot())) > 1


def test_nothing_in_view_is_not_waited_for(home):
    """A search hides all of it while rows wait for the shapes of their pictures, which come late."""
    folder = pictures.fill(home / "pictures", 20)
    with shares.Share(folder, home / "share") as share:
        share.delays[shares.READ] = 1
        with home.start("--layout", "justified", "--size", "800x600", share.path) as running:
            running.until(items=20)
            running.ask("search", "qqq")
            running.idle()


def test_down_goes_from_the_column_where_it_stands_now(home):
    """Not from the one that it had before the tiles changed their size, or their order."""
    with home.start("--size", "800x600", "--tile", "100x75", "--motion", "off", pictures.fill(home / "many", 90)) as frieze:
        def moved(*keys):
            before = frieze.idle().status()["index"]
            return frieze.jump(*keys).status()["index"] - before
        frieze.idle().jump("l", "l", "l", "j")
        frieze.key("-").idle()
        down = moved("j")
        assert down == -moved("l", "h", "k"), "its own column"
