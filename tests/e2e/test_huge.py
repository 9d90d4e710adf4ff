"""Pictures that --memory does not hold as a whole: detail comes in squares, for what is in view, and shows what the whole
picture would."""
# ctest: COST 50

import os

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

W, H = 2800, 2000
NEAR_W, NEAR_H = 2080, 2000  # few enough to be one texture where there is room
SQUARE = 256  # px
LITTLE, LESS, ENOUGH = "64M", "60M", "1G"  # of which a picture may have 4.2, 3.9 and 67 Mpx


def draw_picture(width, height):
    """A smooth ground, dark nowhere, with a line each 100 px and the place written beside it."""
    y, x = np.mgrid[0:height, 0:width]
    ground = np.stack([80 + x * 160 // width, 80 + y * 160 // height, (x // 50 + y // 50) % 2 * 80 + 90], -1)
    image = Image.fromarray(ground.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for at in range(0, max(width, height), 100):
        draw.line((at, 0, at, height), fill=(250, 250, 250))
        draw.line((0, at, width, at), fill=(250, 250, 250))
    for at_y in range(0, height, 100):
        for at_x in range(0, width, 200):
            draw.text((at_x + 4, at_y + 4), f"{at_x},{at_y}", fill=(250, 250, 90))
    return image


@pytest.fixture(scope="module")
def drawn():
    return draw_picture(W, H)


@pytest.fixture(scope="module")
def jpeg(module_home, drawn):
    path = module_home / "huge.jpg"
    drawn.save(path, quality=95)
    return path


@pytest.fixture(scope="module")
def near_jpeg(module_home):
    path = module_home / "near.jpg"
    draw_picture(NEAR_W, NEAR_H).save(path, quality=95)
    return path


def pixels(image):
    """Without the corner where the place in the list is told for a while."""
    shown = np.array(image, dtype=np.int16)
    shown[640:, 800:] = 128
    return shown


def sharpness(image):
    return np.abs(np.diff(image, axis=0)).mean() + np.abs(np.diff(image, axis=1)).mean()


def open_picture(home, path, memory, display=None):
    return home.start("--size", "900x700", "--memory", memory, path, display=display)


def shots(home, path, memory, steps, display=None, errors=0):
    """What is shown after each of the steps, and at which zoom."""
    with open_picture(home, path, memory, display) as running:
        running.idle().until(mode="picture") if display else running.idle().key("Return").idle()
        shown = [(pixels(running.key(*keys).screenshot()), running.status()["zoom"]) for keys in steps]
        assert len(running.errors()) == errors and running.status()["failed"] == 0
    return shown


# 100 %, panned to where squares begin and end, to the corner; larger; turned and mirrored
STEPS = (("a",), ("l", "j"), ("l", "l", "l", "l", "j", "j", "j", "j"), ("+",), (">",), ("h", "k"), ("|", "a"),
         ("_", "+", "+"), ("+", "+", "+"))


@pytest.mark.parametrize("driver", ("headless", "x11"))
def test_squares_show_what_the_whole_would(home, request, near_jpeg, driver):
    """At 100 % and above: the same pixels in the same places, so that no edge between two squares is seen."""
    display = request.getfixturevalue("x11") if driver == "x11" else None
    steps = STEPS if driver == "headless" else (*STEPS[:1], *STEPS[2:5])
    whole, squares = (shots(home, near_jpeg, memory, steps, display) for memory in (ENOUGH, LESS))
    for keys, (wanted, zoom), (is_, same_zoom) in zip(steps, whole, squares):
        assert zoom == same_zoom and zoom >= 1
        off = np.abs(is_ - wanted)
        # Where a square would end within a pixel of the window, its edge is rounded.
        most = 2 if SQUARE * zoom % 1 == 0 else 60
        assert off.max() <= most and off.mean() <= 1, f"after {keys}, zoom {zoom}: {off.max()}, {off.mean():.2f}"


def save_turned(image, path):
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(path, quality=95, exif=exif)


FORMATS = {"plain.jpg": lambda image, path: image.save(path, quality=95), "turned.jpg": save_turned,
           "rows.png": lambda image, path: image.save(path, compress_level=1),
           "strips.tif": lambda image, path: image.save(path, compression="tiff_deflate"),
           "lossy.webp": lambda image, path: image.save(path, quality=80, method=0),
           "lossless.webp": lambda image, path: image.save(path, lossless=True, method=0)}


@pytest.mark.parametrize("name", FORMATS)
def test_pixels_are_those_of_the_file(home, drawn, name):
    """At 100 %, compared with what another program decodes."""
    path = home / name
    FORMATS[name](drawn, path)
    (shown, zoom), = shots(home, path, "80M", [("a",)])
    picture = ImageOps.exif_transpose(Image.open(path).convert("RGB"))
    left, top = (picture.width - 900) // 2, (picture.height - 700) // 2
    assert zoom == 1
    assert np.abs(shown - pixels(picture.crop((left, top, left + 900, top + 700)))).max() <= 2


@pytest.mark.parametrize("size", [(300, 120000), (120000, 300)], ids=["high", "wide"])
def test_longer_than_any_jpeg(home, size):
    """As pictures of whole pages are, and panoramas."""
    width, height = size
    part = draw_picture(min(size), 1000)
    bands = [np.roll(part, band * 7, axis=0) for band in range(max(size) // 1000)]
    picture = Image.fromarray(np.concatenate(bands))
    picture = picture if height > width else picture.transpose(Image.Transpose.ROTATE_90)
    path = home / "long.png"
    picture.save(path, compress_level=1)
    (fit, _), (shown, zoom) = shots(home, path, "200M", [("w",), ("a",)])
    left, top = (width - 900) // 2, (height - 700) // 2
    there = np.array(picture.crop((max(left, 0), max(top, 0), max(left, 0) + min(width, 900), max(top, 0) + min(height, 700))),
                     dtype=np.int16)
    at_x, at_y = max(-left, 0), max(-top, 0)
    assert zoom == 1 and fit.max() > 100
    off = np.abs(shown[at_y:at_y + there.shape[0], at_x:at_x + there.shape[1]] - there)
    off[640 - at_y:, 800 - at_x:] = 0  # where the place in the list is told
    assert off.max() <= 2


def test_a_file_cut_short_shows_as_much(home, near_jpeg):
    """The end of the file in view: below it the ground, as the whole picture has it, and it is told once."""
    path = home / "cut.jpg"
    path.write_bytes(near_jpeg.read_bytes()[:near_jpeg.stat().st_size * 6 // 10])
    steps = (("a",), ("j",), ("j", "j", "j", "j", "j", "j", "j", "j"))
    whole, squares = (shots(home, path, memory, steps, errors=1) for memory in (ENOUGH, LESS))
    for (wanted, _), (is_, zoom) in zip(whole, squares):
        assert zoom == 1
        assert np.abs(is_ - wanted).max() <= 2
    assert squares[2][0][:600].max() < 30


def test_between_fit_and_full_size(home, near_jpeg):
    """In the same places, and as sharp as the whole picture, decoded to that very size."""
    steps = [("+",), ("+",), ("+", "l", "j")]
    for (wanted, zoom), (is_, _) in zip(shots(home, near_jpeg, ENOUGH, steps), shots(home, near_jpeg, LESS, steps)):
        assert 0.3 < zoom < 1
        assert np.abs(is_ - wanted).mean() < 4
        assert sharpness(is_) > 0.9 * sharpness(wanted)


def test_nothing_flashes_on_the_way(home, jpeg):
    """Each frame while it moves shows some form of the picture, everywhere: the ground behind it is black."""
    with open_picture(home, jpeg, LITTLE) as running:
        running.idle().key("Return").idle().key("a").idle()
        for keys in (["l", "j"], ["+"], ["h", "h", "h"], ["-", "-"], ["w"], ["a"]):
            running.key(*keys)
            for _ in range(3):
                running.ask("screenshot", home / "frame.png")
                frame = pixels(Image.open(home / "frame.png").convert("RGB"))
                height = min(700, round(running.status()["zoom"] * H)) // 2 - 30
                assert frame[350 - height:350 + height].max(axis=2).min() > 60, f"after {keys}"
            running.idle()


def test_says_that_it_is_whole(home, jpeg):
    """Nothing claims that it is shown reduced."""
    with open_picture(home, jpeg, LITTLE) as running:
        running.idle().key("Return").idle().key("a").idle()
        assert running.status()["notice"] is None
        assert running.stats()["decode"]["repeated"] == 0


@pytest.mark.parametrize("size", [(10, 10000), (10000, 10)], ids=["high", "wide"])
def test_says_nothing_of_a_thin_one_that_it_holds(home, size):
    """As a whole, its shorter side is less than a pixel here."""
    Image.new("RGB", size, (200, 60, 60)).save(home / "thin.png")
    with home.start("--size", "900x600", home / "thin.png") as running:
        running.idle().key("Return").idle()
        for _ in range(8):
            running.key("+")
            assert running.status()["notice"] is None, running.status()["zoom"]
            running.idle()
        red = (pixels(running.screenshot().convert("RGB")) == (200, 60, 60)).all(axis=2)
        assert abs(red.any(axis=int(size[0] > size[1])).sum() - 10 * running.status()["zoom"]) <= 1


def test_says_where_the_memory_does_not_reach(home, jpeg):
    """Squares of half the size would fill this window, those of the full size exceed the textures that it may have."""
    with home.start("--size", "1900x1200", "--memory", LITTLE, jpeg) as running:
        running.idle().key("Return").idle().key("a").idle()
        assert running.status()["notice"] is None
        running.key("-", "-")
        assert 0.5 < running.status()["zoom"] < 0.7 and "Mpx: --memory" in running.status()["notice"]
        running.key("w").idle()


def test_a_file_that_changed_is_read_again(home, drawn):
    """While its detail is in view: no square of the new file stands beside those of the old one."""
    path = home / "changing.jpg"
    drawn.save(path, quality=90)
    other = drawn.transpose(Image.Transpose.ROTATE_90).convert("L")
    with home.start("--size", "900x700", "--memory", LITTLE, "--no-watch", path) as running:
        running.key("Return").idle().key("a").idle()
        other.save(home / "new.jpg", quality=90)
        os.replace(home / "new.jpg", path)
        running.key("l", "l", "l", "l", "l", "l").idle()
        shown = pixels(running.key("w").screenshot())
        assert np.abs(shown[:, :, 0] - shown[:, :, 2]).max() <= 3
        assert not running.errors()


def test_a_zoom_that_is_kept_is_loaded_ahead(home):
    """With L at 100 %: what the next picture shows of itself is there before it is asked for, and to the pixel."""
    (home / "large").mkdir()
    drawn = draw_picture(3000, 2000)
    for number in range(4):
        drawn.rotate(180 * (number % 2)).save(home / "large" / f"{number}.png", compress_level=1)
    with home.start("--size", "900x700", "--memory", ENOUGH, "--cache-size", "0", home / "large") as running:
        running.until(items=4)
        running.key("Return", "L").idle()
        running.key("a").idle()
        before = pixels(running.screenshot())
        for number in range(1, 4):
            hits = running.stats()["cache"]["hits"]
            running.key("n")
            assert running.stats()["cache"]["hits"] == hits + 1
            shown = pixels(running.screenshot())
            place = (1500 - 450, 1000 - 350, 1500 + 450, 1000 + 350)
            wanted = pixels(drawn.rotate(180 * (number % 2)).crop(place))
            assert np.abs(shown - wanted)[:640].max() == 0 and (shown != before).any()
            before = shown
            running.idle()


def test_what_finds_no_room_ahead_is_not_asked_for_for_ever(home):
    """The pictures that come next, at 100 %, are more than --memory holds: it comes to rest all the same, and goes on."""
    (home / "large").mkdir()
    for number in range(6):
        draw_picture(3200, 2400).rotate(180 * (number % 2)).save(home / "large" / f"{number}.jpg", quality=90)
    with home.start("--size", "900x700", "--memory", "64M", "--cache-size", "0", home / "large") as running:
        running.until(items=6)
        for keys in (["Return", "L"], ["a"], ["n"], ["n"], ["p"]):
            running.key(*keys).idle()
        decodes = running.stats()["decode"]["count"]
        running.idle()
        assert running.stats()["decode"]["count"] == decodes


def test_large_progressive_jpeg_needs_its_first_scan(home):
    """Of over 32 MB, by what stands behind its picture; its coefficients alone are 276 MB."""
    y, x = np.ogrid[0:8000, 0:12000]
    colors = np.broadcast_arrays(x // 50 % 2 * 120 + 60, y * 255 // 8000, x * 255 // 12000)
    pixels = np.stack([color.astype(np.uint8) for color in colors], -1)
    Image.fromarray(pixels).save(home / "a.jpg", quality=75, subsampling=2, progressive=True)
    os.truncate(home / "a.jpg", 33 << 20)
    stats, result = home.stats("--memory", "256M", "--quit-when", "loaded", home / "a.jpg")
    assert stats["failed"] == 0, result.err


NEEDS_LESS = {"lossy.webp": {"quality": 80, "method": 0}, "scans.jpg": {"quality": 90, "progressive": True}}


def test_what_finds_no_memory_in_a_large_window_comes_smaller(home):
    """In one of 3840x2160 the decode of either takes more than the workers have of --memory 64M, as large as the window; each is shown
    as large as they can make it, enlarged, and read once for that."""
    folder, drawn = home / "tall", draw_picture(2000, 3000)
    folder.mkdir()
    for name, options in NEEDS_LESS.items():
        drawn.save(folder / name, **options)
    wanted = np.array(drawn.resize((1440 // 16, 2160 // 16), Image.Resampling.BOX), dtype=np.int16)
    with home.start("--size", "3840x2160", "--memory", "64M", "--cache-size", "0", folder) as running:
        running.until(items=2)
        running.idle("screenful").key("Return").idle()
        for _ in NEEDS_LESS:
            shown = running.screenshot().crop((1200, 0, 2640, 2160))
            shown = np.array(shown.resize((1440 // 16, 2160 // 16), Image.Resampling.BOX), dtype=np.int16)
            assert np.abs(shown - wanted)[:100].mean() < 4
            running.key("n").idle()
        decodes = running.stats()["decode"]["count"]
        running.key("p", "n").idle()
        assert running.status()["failed"] == 0 and running.stats()["decode"]["count"] == decodes


def test_textures_of_a_smaller_window_make_room(home):
    """20 MB that libjpeg holds, of the 14 that --memory 64M leaves to the workers: two pictures of 1920x1080 leave the rest."""
    folder, drawn = home / "tall", draw_picture(2000, 3000)
    folder.mkdir()
    for name in ("a.jpg", "b.jpg"):
        drawn.save(folder / name, **NEEDS_LESS["scans.jpg"])
    wanted = np.array(drawn.resize((720, 1080), Image.Resampling.BICUBIC), dtype=np.int16)[:900]
    with home.start("--size", "1920x1080", "--memory", "64M", "--cache-size", "0", folder) as running:
        running.until(items=2)
        running.idle("screenful").key("Return").idle()
        hits = running.stats()["cache"]["hits"]
        for _ in range(2):
            shown = np.array(running.screenshot().crop((600, 0, 1320, 900)), dtype=np.int16)
            assert np.abs(shown - wanted).mean() < 2
            running.key("n").idle()
        assert running.status()["failed"] == 0 and not running.errors()
        assert running.stats()["cache"]["hits"] == hits + 1  # the next one is there beside it, as before
