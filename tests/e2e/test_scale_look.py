"""What the results of frieze scale look like: the filter, fine detail, the edges of what is clear, colours; by other decoders."""
# ctest: COST 20 PROCESSORS 2

import io
import math
import pathlib
import struct
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageCms

import similarity
from frieze import need

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "corpus"))
import generate  # noqa: E402

SIZE, SIDE = (1600, 1200), 200


def scale(home, *arguments):
    result = home.frieze("scale", *arguments)
    assert result.status == 0 and not result.lines, result


def scene(size=SIZE, seed=7):
    """Edges in all directions, gratings and grain: what filters differ in."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:size[1], 0:size[0]].astype(float)
    light = 110 + 40 * np.sin(x / 90 + np.sin(y / 120)) + 30 * np.sin((x + 2 * y) / 17) + 25 * np.sin((x * x + y * y) / 9e4)
    for _ in range(60):
        cx, cy, r = rng.uniform(0, size[0]), rng.uniform(0, size[1]), rng.uniform(10, 140)
        light[(x - cx) ** 2 + (y - cy) ** 2 < r * r] += rng.uniform(-60, 60)
    light += rng.normal(0, 8, light.shape)
    tint = np.stack([light, light * 0.9 + 12, light * 0.8 + 30], -1)
    return Image.fromarray(np.clip(tint, 0, 255).astype(np.uint8))


@pytest.fixture(scope="module")
def files(module_home):
    """One scene in the formats whose decoders scale in ways of their own, and in some that do not."""
    image = scene()
    folder = module_home / "scenes"
    folder.mkdir()
    image.save(folder / "baseline.jpg", quality=95)
    image.save(folder / "progressive.jpg", quality=95, progressive=True)
    image.save(folder / "full.jpg", quality=95, subsampling=0)
    image.save(folder / "lossy.webp", quality=95)
    image.save(folder / "lossless.webp", lossless=True, method=0)
    for suffix in ("png", "tif", "bmp", "ppm"):
        image.save(folder / f"plain.{suffix}")
    return folder


NAMES = ("baseline.jpg", "progressive.jpg", "full.jpg", "lossy.webp", "lossless.webp", "plain.png", "plain.tif", "plain.bmp",
         "plain.ppm")


@pytest.mark.parametrize("side", [90, 500])
@pytest.mark.parametrize("name", NAMES)
def test_smooth_is_as_a_full_decode_and_lanczos(home, files, name, side, isolation):
    out = home / "out.png"
    scale(home, "--isolation", isolation, "-S", "-s", side, files / name, out)
    with Image.open(out) as image:
        smooth = similarity.ssim(image, similarity.reference(files / name, image.size))
    scale(home, "--isolation", isolation, "-s", side, files / name, out)
    with Image.open(out) as image:
        fast = similarity.ssim(image, similarity.reference(files / name, image.size))
    assert smooth > 0.99 and smooth > fast, (smooth, fast)


def zone_plate(side):
    """cos(k r^2): its frequency grows with the distance from the centre, to that of the pixels at the edges."""
    y, x = np.mgrid[0:side, 0:side] - (side - 1) / 2
    return Image.fromarray(np.round(127.5 + 127 * np.cos(math.pi * (x * x + y * y) / side)).astype(np.uint8))


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tif"])
def test_fine_detail_does_not_come_back_as_rings(home, suffix):
    """Beyond what the result can show there is grey, from whatever was decoded at whatever scale."""
    side, small = 1024, 128
    options = {"jpg": {"quality": 98}, "webp": {"lossless": True}}.get(suffix, {})
    zone_plate(side).convert("RGB").save(home / f"plate.{suffix}", **options)
    scale(home, "-S", "-s", small, home / f"plate.{suffix}", home / "out.png")
    with Image.open(home / "out.png") as image:
        seen = np.asarray(image.convert("L"), dtype=float) - 127.5
    y, x = np.abs(np.mgrid[0:small, 0:small] - (small - 1) / 2) * (side / small) ** 2 / side
    frequency = np.maximum(x, y)  # cycles a pixel of the result
    assert np.sqrt((seen[frequency < 0.25] ** 2).mean()) > 85
    assert np.sqrt((seen[frequency > 0.75] ** 2).mean()) < 2
    assert np.abs(seen[frequency > 1.2]).max() < 18


@pytest.mark.parametrize("smooth", [[], ["-S"]])
@pytest.mark.parametrize("suffix", ["png", "webp", "tif", "gif"])
def test_clear_pixels_leave_no_fringe(home, suffix, smooth):
    """White on clear black, over white, stays white: a filter over colours that are not premultiplied would show a grey rim."""
    y, x = np.mgrid[0:700, 0:700] - 349.5
    alpha = np.where(x * x + y * y < 300 ** 2, 255, 0).astype(np.uint8)
    light = alpha.copy()
    picture = Image.fromarray(np.dstack([light, light, light, alpha]))
    options = {"webp": {"lossless": True, "exact": True}}.get(suffix, {})
    picture.save(home / f"disc.{suffix}", **options)
    scale(home, *smooth, "-s", 97, "--background=#ffffff", home / f"disc.{suffix}", home / "out.png")
    with Image.open(home / "out.png") as image:
        assert np.asarray(image.convert("L")).min() >= 254


def test_bmp_whose_alpha_is_0_everywhere_is_opaque(home, isolation):
    """Writers name a mask of alpha that they do not fill; one pixel that has alpha says that it is meant."""
    width, height = 40, 30
    for alpha, expected in ((0, (200, 0, 0)), (255, (0, 0, 0))):
        pixels = bytes((0, 0, 200, 0)) * (width * height - 1) + bytes((0, 0, 200, alpha))
        head = struct.pack("<IiiHHIIiiII", 124, width, height, 1, 32, 3, len(pixels), 2835, 2835, 0, 0) \
            + struct.pack("<IIIII", 0xff0000, 0xff00, 0xff, 0xff000000, 0x73524742)
        (home / "in.bmp").write_bytes(b"BM" + struct.pack("<IHHI", 138 + len(pixels), 0, 0, 138) + head.ljust(124, b"\0") + pixels)
        for size in (0, 20):
            scale(home, "--isolation", isolation, "--background", "#000000", "-s", size, home / "in.bmp", home / "out.png")
            with Image.open(home / "out.png") as image:
                assert image.convert("RGB").getpixel((2, image.height - 3)) == expected, (alpha, size)
        line = home.frieze("probe", home / "in.bmp")
        assert line.status == 0 and '"width":40,"height":30' in line.out.replace(" ", "")


def test_smooth_leaves_alone_what_fits(home, files):
    scale(home, "-S", "-s", 1600, files / "baseline.jpg", home / "same.jpg")
    assert (home / "same.jpg").read_bytes() == (files / "baseline.jpg").read_bytes()


# --- colours ---------------------------------------------------------------------------------------

PRIMARIES = {"p3": {"red": (0.68, 0.32), "green": (0.265, 0.69), "blue": (0.15, 0.06)},
             "adobe": {"red": (0.64, 0.33), "green": (0.21, 0.71), "blue": (0.15, 0.06)}}


def colored(path, kind):
    """Saturated patches and a grey ramp in colours that are not those of sRGB; gives the profile."""
    y, x = np.mgrid[0:600, 0:900]
    hue, light = x // 100 / 9 * 2 * np.pi, (y // 100 + 1) / 7
    rgb = np.stack([np.clip(255 * light * (1 + 0.9 * np.cos(hue + turn)) / 1.6, 0, 255) for turn in (0, 2.1, 4.2)], -1)
    rgb[500:] = (x[500:] / 900 * 255)[..., None]
    image = Image.fromarray(rgb.astype(np.uint8))
    options = {"quality": 95, "subsampling": 0}
    if kind == "grey":
        image, profile = image.convert("L"), generate.profile(gamma=1.8)
        options = {"quality": 95}
    elif kind == "cmyk":
        need("vips")
        image.save(path.with_suffix(".tif"), icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
        subprocess.run(["vips", "icc_export", path.with_suffix(".tif"), path, "--output-profile", "cmyk"], check=True)
        path.with_suffix(".tif").unlink()
        return
    else:
        profile = generate.profile(PRIMARIES[kind])
    image.save(path, icc_profile=profile, **options)


def by_pillow(path, size):
    with Image.open(path) as image:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        return ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB").resize(size, Image.LANCZOS)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
@pytest.mark.parametrize("kind", ["p3", "adobe", "grey", "cmyk"])
def test_colours_come_out_in_srgb(home, kind, suffix):
    """As Pillow and libvips convert them; without a profile, which means sRGB everywhere."""
    source, out = home / "in.jpg", home / f"out.{suffix}"
    colored(source, kind)
    scale(home, "-S", "-q", 98, "-s", 300, source, out)
    with Image.open(out) as image:
        assert image.mode == "RGB" and "icc_profile" not in image.info
        mine = np.asarray(image, dtype=float)
        expected = np.asarray(by_pillow(source, image.size), dtype=float)
    with Image.open(source) as image:
        as_it_is = np.asarray(image.convert("RGB").resize((300, 200), Image.LANCZOS), dtype=float)
    assert np.abs(mine - expected).mean() < 2.5 < np.abs(mine - as_it_is).mean()
    need("vips")
    subprocess.run(["vips", "icc_transform", source, home / "vips.png", "srgb", "--embedded", "--intent", "perceptual",
                    "--black-point-compensation"], check=True)
    with Image.open(home / "vips.png") as image:
        expected = np.asarray(image.convert("RGB").resize((300, 200), Image.LANCZOS), dtype=float)
    assert np.abs(mine - expected).mean() < 2.5


def test_what_fits_keeps_its_profile(home):
    colored(home / "in.jpg", "p3")
    scale(home, "-s", 900, home / "in.jpg", home / "out.jpg")
    assert (home / "out.jpg").read_bytes() == (home / "in.jpg").read_bytes()
