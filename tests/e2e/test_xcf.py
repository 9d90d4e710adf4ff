"""XCF: every precision and packing, layers with opacity, masks, modes and groups, against the same worked out by numpy."""
# ctest: COST 4 PROCESSORS 2

import colorsys
import pathlib
import sys

import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "corpus"))
import generate  # noqa: E402
import xcf  # noqa: E402

SIZE = WIDTH, HEIGHT = 150, 100
BACKGROUND = np.array([0x10, 0x20, 0x30]) / 255


def photo(seed=0, channels=3):
    image = np.asarray(generate.photo(SIZE).rotate(90 * seed).resize(SIZE)).astype(float)
    alpha = np.tile(np.linspace(0, 255, WIDTH), (HEIGHT, 1))[..., None]
    return np.floor(np.concatenate([image, np.floor(alpha)], axis=2)[..., :channels])


def shown(home, data, words=""):
    """As `frieze scale` has it, 0..1; `words` are those of its complaint."""
    (home / "a.xcf").write_bytes(data)
    result = home.frieze("scale", "-s0", "--background=#102030", home / "a.xcf", home / "a.ppm")
    assert result.status == 0 and (words in result.err if words else result.err == ""), result
    return np.asarray(Image.open(home / "a.ppm")).astype(float) / 255


def light(values):
    return np.where(values <= 0.04045, values / 12.92, ((np.maximum(values, 0) + 0.055) / 1.055) ** 2.4)


def curve(values):
    return np.where(values <= 0.0031308, values * 12.92, 1.055 * np.maximum(values, 0) ** (1 / 2.4) - 0.055)


def over(below, above, alpha, linear=False):
    """Straight alpha, 0..1; `below` has four channels."""
    out = alpha + below[..., 3] * (1 - alpha)
    part = np.divide(alpha, out, out=np.zeros_like(out), where=out > 0)[..., None]
    one, two = (light(below[..., :3]), light(above)) if linear else (below[..., :3], above)
    colours = one * (1 - part) + two * part
    return np.concatenate([curve(colours) if linear else colours, out[..., None]], axis=2)


def on_ground(canvas):
    return canvas[..., :3] * canvas[..., 3:] + BACKGROUND * (1 - canvas[..., 3:])


def opaque(values):
    return np.concatenate([values[..., :3] / 255, np.ones((HEIGHT, WIDTH, 1))], axis=2)


def assert_near(got, wanted, levels=1.01):
    worst = np.abs(got - wanted).max() * 255
    assert worst <= levels, worst


@pytest.mark.parametrize("version,precision,packed", [(0, 150, 0), (0, 150, 1), (8, 150, 2), (7, 250, 1), (11, 350, 2), (12, 250, 1),
                                                      (12, 350, 2), (12, 550, 1), (7, 650, 0), (12, 650, 1), (12, 750, 2)])
def test_precisions(home, version, precision, packed):
    data = xcf.write(SIZE, [xcf.Layer(photo())], packed=packed, version=version, precision=precision)
    assert_near(shown(home, data), photo() / 255)


def test_linear_precision(home):
    data = xcf.write(SIZE, [xcf.Layer(photo())], precision=600, version=12)
    assert_near(shown(home, data), curve(photo() / 255))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_channels(home, channels):
    colours = 3 if channels > 2 else 1
    values = photo(channels=4)
    layer = np.concatenate([values[..., :colours], values[..., 3:]], axis=2)[..., :channels]
    got = shown(home, xcf.write(SIZE, [xcf.Layer(layer)], base=0 if colours == 3 else 1))
    alpha = values[..., 3] / 255 if channels in (2, 4) else np.ones((HEIGHT, WIDTH))
    below = np.concatenate([np.zeros((HEIGHT, WIDTH, 3)), np.zeros((HEIGHT, WIDTH, 1))], axis=2)
    assert_near(got, on_ground(over(below, np.broadcast_to(values[..., :colours] / 255, (HEIGHT, WIDTH, 3)), alpha)))


def test_indexed(home):
    image = generate.photo(SIZE).quantize(40)
    colours = np.array(image.getpalette()[:120]).reshape(-1, 3)
    layer = np.stack([np.asarray(image), np.where(photo(channels=4)[..., 3] > 99, 255, 0)], axis=2)
    got = shown(home, xcf.write(SIZE, [xcf.Layer(layer)], base=2, colors=colours))
    assert_near(got, np.where(layer[..., 1:] > 0, np.asarray(image.convert("RGB")) / 255, BACKGROUND))


@pytest.mark.parametrize("mode", [0, 28])
def test_layers_lie_on_one_another(home, mode):
    """One is larger than the picture, one lies beside its tiles; the highest is not shown. Since GIMP 2.10 they are mixed in
    linear light."""
    clear, mask = photo(1, 4), photo(2)[..., 0]
    hidden = xcf.Layer(photo(3), visible=False)
    middle = xcf.Layer(clear, at=(-20, 37), opacity=128, mode=mode, mask=mask)
    below = xcf.Layer(np.tile(photo(), (3, 3, 1)), at=(-WIDTH, -HEIGHT), mode=mode)
    alpha, above = np.zeros((HEIGHT, WIDTH)), np.zeros((HEIGHT, WIDTH, 3))
    alpha[37:, :WIDTH - 20] = (clear[..., 3] / 255 * mask / 255 * 128 / 255)[:HEIGHT - 37, 20:]
    above[37:, :WIDTH - 20] = clear[:HEIGHT - 37, 20:, :3] / 255
    wanted = over(opaque(photo()), above, alpha, linear=mode == 28)
    assert_near(shown(home, xcf.write(SIZE, [hidden, middle, below])), on_ground(wanted))


def divided(b, a):
    """As GIMP divides: nothing by nothing is nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.abs(b) > 1e-6, np.clip(b / a, -1e6, 1e6), 0)


def screen(b, a):
    return 1 - (1 - b) * (1 - a)


def vivid(b, a):
    return np.where(a > 0.5, divided(b, 2 - 2 * a), 1 - divided(1 - b, 2 * a))


def by_pixels(convert, back, mix):
    """`convert` and `back` are of colorsys."""
    def one(*values):
        return back(*mix(convert(*values[:3]), convert(*values[3:])))
    return lambda b, a: np.stack(np.vectorize(one)(*np.moveaxis(b, 2, 0), *np.moveaxis(a, 2, 0)), axis=2)


def luminance(c):
    return (c @ [0.2225, 0.7169, 0.0606])[..., None]


PRIMARIES = generate.to_d50({"red": (0.64, 0.33), "green": (0.30, 0.60), "blue": (0.15, 0.06)})
WHITE = np.array([0.9642, 1, 0.8249])


def to_lch(linear):
    xyz = linear @ PRIMARIES.T / WHITE
    roots = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / 3 * (29 / 6) ** 2 + 4 / 29)
    a, b = 500 * (roots[..., 0] - roots[..., 1]), 200 * (roots[..., 1] - roots[..., 2])
    return [116 * roots[..., 1] - 16, np.hypot(a, b), np.arctan2(b, a)]


def from_lch(lightness, chroma, hue):
    y = (lightness + 16) / 116
    roots = np.stack([y + chroma * np.cos(hue) / 500, y, y - chroma * np.sin(hue) / 200], axis=2)
    xyz = np.where(roots > 6 / 29, roots**3, 3 * (6 / 29) ** 2 * (roots - 4 / 29)) * WHITE
    return xyz @ np.linalg.inv(PRIMARIES).T


def by_lch(mix):
    return lambda b, a: from_lch(*mix(to_lch(b), to_lch(a)))


HSV, HLS = (colorsys.rgb_to_hsv, colorsys.hsv_to_rgb), (colorsys.rgb_to_hls, colorsys.hls_to_rgb)
BLENDS = {"multiply": lambda b, a: b * a, "screen": screen, "difference": lambda b, a: np.abs(b - a), "addition": lambda b, a: b + a,
          "subtract": lambda b, a: b - a, "darken": np.minimum, "lighten": np.maximum, "divide": divided,
          "dodge": lambda b, a: divided(b, 1 - a), "burn": lambda b, a: 1 - divided(1 - b, a),
          "grain extract": lambda b, a: b - a + 0.5, "grain merge": lambda b, a: b + a - 0.5,
          "overlay": lambda b, a: np.where(b < 0.5, 2 * a * b, 1 - 2 * (1 - a) * (1 - b)),
          "hard light": lambda b, a: np.where(a > 0.5, 1 - 2 * (1 - a) * (1 - b), 2 * a * b),
          "soft light": lambda b, a: (1 - b) * b * a + b * screen(b, a), "vivid light": vivid,
          "pin light": lambda b, a: np.where(a > 0.5, np.maximum(b, 2 * a - 1), np.minimum(b, 2 * a)),
          "linear light": lambda b, a: b + 2 * a - 1, "hard mix": lambda b, a: np.where(b + a < 1, 0.0, 1.0),
          "exclusion": lambda b, a: 0.5 - 2 * (b - 0.5) * (a - 0.5), "linear burn": lambda b, a: b + a - 1,
          "hue": by_pixels(*HSV, lambda b, a: (a[0] if a[1] else b[0], b[1], b[2])),
          "saturation": by_pixels(*HSV, lambda b, a: (b[0], a[1] if b[1] else 0, b[2])),
          "value": by_pixels(*HSV, lambda b, a: (b[0], b[1], a[2])),
          "colour": by_pixels(*HLS, lambda b, a: (a[0], b[1], a[2])),
          "luma darken": lambda b, a: np.where(luminance(b) <= luminance(a), b, a),
          "luma lighten": lambda b, a: np.where(luminance(b) >= luminance(a), b, a),
          "luminance": lambda b, a: b * divided(luminance(a), luminance(b)),
          "lch hue": by_lch(lambda b, a: (b[0], b[1], np.where(a[1] > 0.1, a[2], b[2]))),
          "lch chroma": by_lch(lambda b, a: (b[0], np.where(b[1] > 0.1, a[1], b[1]), b[2])),
          "lch colour": by_lch(lambda b, a: (b[0], a[1], a[2])), "lch lightness": by_lch(lambda b, a: (a[0], b[1], b[2]))}
OLD = {3: "multiply", 4: "screen", 5: "soft light", 6: "difference", 7: "addition", 8: "subtract", 9: "darken", 10: "lighten", 11: "hue",
       12: "saturation", 13: "colour", 14: "value", 15: "divide", 16: "dodge", 17: "burn", 18: "hard light", 19: "soft light",
       20: "grain extract", 21: "grain merge"}
NEW = {23: "overlay", 24: "lch hue", 25: "lch chroma", 26: "lch colour", 27: "lch lightness", 30: "multiply", 31: "screen", 32: "difference",
       33: "addition", 34: "subtract", 35: "darken", 36: "lighten", 37: "hue", 38: "saturation", 39: "colour", 40: "value", 41: "divide",
       42: "dodge", 43: "burn", 44: "hard light", 45: "soft light", 46: "grain extract", 47: "grain merge", 48: "vivid light",
       49: "pin light", 50: "linear light", 51: "hard mix", 52: "exclusion", 53: "linear burn", 54: "luma darken", 55: "luma lighten",
       56: "luminance"}
IN_LIGHT = {24, 25, 26, 27, 30, 33, 34, 41, 56}


@pytest.mark.parametrize("mode", [*OLD, *NEW])
def test_modes(home, mode):
    """Where what a mode makes jumps from one value to another, a pixel in a thousand may be on the other side of it."""
    above, below = photo(1, 4), photo()
    one, two, part = below / 255, above[..., :3] / 255, above[..., 3:] / 255
    if mode in OLD:
        made = BLENDS[OLD[mode]](one, two)
        wanted = one * (1 - part) + (made if mode == 15 else np.clip(made, 0, 1)) * part
    else:
        made = BLENDS[NEW[mode]](light(one), light(two)) if mode in IN_LIGHT else light(BLENDS[NEW[mode]](one, two))
        wanted = curve(light(one) * (1 - part) + made * part)
    got = shown(home, xcf.write(SIZE, [xcf.Layer(above, mode=mode), xcf.Layer(below)]))
    away = np.abs(got - np.clip(wanted, 0, 1)) * 255
    assert np.quantile(away, 0.999) <= 1.5, (away.max(), np.quantile(away, 0.999))


COVER, MIX_SPACE, BLEND_SPACE = 35, 36, 37


@pytest.mark.parametrize("blend,mix", [(1, 1), (1, 2), (2, 1), (2, 2), (-2, -1), (4, 4)])
def test_spaces(home, blend, mix):
    """Chosen, or what GIMP chose when it wrote the file: what two colours make, and how much of it shows."""
    above, below = photo(1, 4), photo()
    layer = xcf.Layer(above, mode=30, props=[(BLEND_SPACE, blend), (MIX_SPACE, mix)])
    one, two, part = below / 255, above[..., :3] / 255, above[..., 3:] / 255
    made = curve(light(one) * light(two)) if blend == 1 else one * two
    wanted = curve(light(one) * (1 - part) + light(made) * part) if abs(mix) == 1 else one * (1 - part) + made * part
    assert_near(shown(home, xcf.write(SIZE, [layer, xcf.Layer(below)])), wanted, 1.5)


@pytest.mark.parametrize("mode,cover", [(28, 2), (31, 1), (28, 1), (31, -2)])
def test_what_is_covered(home, mode, cover):
    """A layer over one that is half clear: clipped to it, or as large as both."""
    above, below = photo(1), photo(2, 4)
    layers = [xcf.Layer(above, mode=mode, opacity=128, props=[(COVER, cover), (MIX_SPACE, 2)]), xcf.Layer(below)]
    a, b = 128 / 255, below[..., 3:] / 255
    one, two = below[..., :3] / 255, above / 255
    made = screen(one, two) if mode == 31 else two
    alpha = a + b - a * b if cover == 1 else b
    colours = made * a * b + one * b * (1 - a) + (two * a * (1 - b) if cover == 1 else 0)
    wanted = colours + BACKGROUND * (1 - alpha)
    assert_near(shown(home, xcf.write(SIZE, layers)), wanted, 1.5)


def test_what_is_not_done_with_layers(home):
    """Those that take away what lies beside them are drawn as usual."""
    shown(home, xcf.write(SIZE, [xcf.Layer(photo(), mode=28, props=[(COVER, 3)])]), "blend in ways")


def test_erased(home):
    """What lies above takes away from what is below."""
    got = shown(home, xcf.write(SIZE, [xcf.Layer(photo(1, 4), mode=58), xcf.Layer(photo())]))
    below = opaque(photo())
    below[..., 3] = 1 - photo(1, 4)[..., 3] / 255
    assert_near(got, on_ground(below), 1.5)


def test_groups(home):
    """A group is one picture, half clear; what lies in a hidden one is hidden; groups in groups."""
    group = [xcf.Layer(photo(), opacity=128, group=True, path=[0]),
             xcf.Layer(photo(1, 4), path=[0, 0]),
             xcf.Layer(photo(2), group=True, path=[0, 1], visible=False),
             xcf.Layer(photo(3), path=[0, 1, 0]),
             xcf.Layer(photo(2), group=True, path=[0, 2]),
             xcf.Layer(photo(2), path=[0, 2, 0])]
    inside = over(opaque(photo(2)), photo(1)[..., :3] / 255, photo(1, 4)[..., 3] / 255)
    wanted = over(opaque(photo()), inside[..., :3], np.full((HEIGHT, WIDTH), 128 / 255))
    assert_near(shown(home, xcf.write(SIZE, group + [xcf.Layer(photo(), path=[1])])), on_ground(wanted))


def test_groups_that_let_through(home):
    """What their layers do, they do to what lies below the group; in others it does nothing where the group is clear."""
    def picture(mode):
        return xcf.write(SIZE, [xcf.Layer(photo(), group=True, path=[0], mode=mode),
                                xcf.Layer(photo(2), group=True, path=[0, 0], mode=mode),
                                xcf.Layer(photo(1), path=[0, 0, 0], mode=3), xcf.Layer(photo(), path=[1])])
    assert_near(shown(home, picture(61)), photo() * photo(1) / 255**2)
    assert_near(shown(home, picture(28)), photo(1) / 255)


@pytest.mark.parametrize("mode", [3, 23, 30, 34, 58])
def test_the_lowest_has_nothing_to_blend_with(home, mode):
    """It is drawn as it is: of the picture, of those that are seen, and of a group; the next one is not."""
    below, above = photo(2), photo(1, 4)
    alone = xcf.write(SIZE, [xcf.Layer(above, mode=mode)])
    assert_near(shown(home, alone), on_ground(np.concatenate([above[..., :3], above[..., 3:]], axis=2) / 255))
    hidden = xcf.write(SIZE, [xcf.Layer(below, mode=mode), xcf.Layer(photo(), visible=False)])
    assert_near(shown(home, hidden), below / 255)
    group = [xcf.Layer(photo(), group=True, path=[0]), xcf.Layer(above, mode=mode, path=[0, 0]), xcf.Layer(below, path=[1])]
    assert_near(shown(home, xcf.write(SIZE, group)), over(opaque(below), above[..., :3] / 255, above[..., 3] / 255)[..., :3])
    clipped = [xcf.Layer(photo(1), mode=3), xcf.Layer(below * 0, mode=3, opacity=0)]
    assert_near(shown(home, xcf.write(SIZE, clipped)), np.broadcast_to(BACKGROUND, (HEIGHT, WIDTH, 3)))


def test_masks_of_groups(home):
    mask = photo(2)[..., 0]
    group = [xcf.Layer(photo(), opacity=200, group=True, path=[0], mask=mask), xcf.Layer(photo(1), path=[0, 0]), xcf.Layer(photo(), path=[1])]
    assert_near(shown(home, xcf.write(SIZE, group)), on_ground(over(opaque(photo()), photo(1) / 255, mask / 255 * 200 / 255)))


def test_deep_groups(home):
    """Each half clear: those that are too deep for that are told."""
    def picture(depth):
        groups = [xcf.Layer(photo(), opacity=128, group=True, path=[0] * (i + 1)) for i in range(depth)]
        return xcf.write(SIZE, groups + [xcf.Layer(photo(1), path=[0] * (depth + 1)), xcf.Layer(photo(), path=[1])])
    wanted = over(opaque(photo()), photo(1) / 255, np.full((HEIGHT, WIDTH), (128 / 255) ** 5))
    assert_near(shown(home, picture(5)), on_ground(wanted))
    shown(home, picture(6), "blend in ways")


def test_profile(home):
    icc = generate.profile(generate.BASE_RGB)
    generate.photo(SIZE).save(home / "b.png", icc_profile=icc)
    assert home.frieze("scale", "-s0", home / "b.png", home / "b.ppm").status == 0
    got = shown(home, xcf.write(SIZE, [xcf.Layer(photo())], icc=icc))
    assert_near(got, np.asarray(Image.open(home / "b.ppm")) / 255.0)


@pytest.mark.parametrize("precision,version", [(100, 7), (600, 12)])
def test_profile_of_linear_light(home, precision, version):
    """As GIMP keeps it where a picture with a profile became one of linear light."""
    icc = generate.profile(generate.BASE_RGB, gamma=1.0)
    generate.photo(SIZE).save(home / "b.png", icc_profile=icc)
    assert home.frieze("scale", "-s0", home / "b.png", home / "b.ppm").status == 0
    got = shown(home, xcf.write(SIZE, [xcf.Layer(photo())], icc=icc, precision=precision, version=version))
    assert_near(got, np.asarray(Image.open(home / "b.ppm")) / 255.0, 1.5)


def test_what_is_not_known_is_said(home):
    """A mode that draws at random is drawn as the usual one."""
    got = shown(home, xcf.write(SIZE, [xcf.Layer(photo(1), mode=1), xcf.Layer(photo())]), "blend in ways")
    assert_near(got, photo(1) / 255)


@pytest.mark.parametrize("filters,visible,words", [((1,), True, "have filters"), ((0, 1), True, "have filters"), ((0,), True, ""),
                                                   ((), True, ""), ((1,), False, "")])
def test_filters_are_said(home, filters, visible, words):
    """Those of GIMP 3 that are worked out while it shows a picture: left out, and told where they would be seen."""
    layers = [xcf.Layer(photo(1), visible=visible, mask=photo(2)[..., 0] * 0 + 255, filters=filters), xcf.Layer(photo())]
    got = shown(home, xcf.write(SIZE, layers, version=20), words)
    assert_near(got, photo(1 if visible else 0) / 255)


def test_parts_and_damage(home):
    data = xcf.write(SIZE, [xcf.Layer(photo(1, 4), at=(5, 70)), xcf.Layer(photo())])
    for part in range(1, 12):
        (home / "cut.xcf").write_bytes(data[:len(data) * part // 12])
        result = home.frieze("scale", "-s0", home / "cut.xcf", home / "cut.ppm")
        assert result.status in (0, 1) and "xcf" in result.err, result
    many = xcf.write((1, 1), [xcf.Layer(np.zeros((1, 1, 3)))] * 4097)
    (home / "many.xcf").write_bytes(many)
    result = home.frieze("scale", home / "many.xcf", home / "many.ppm")
    assert result.status == 1 and "more than 4096 layers" in result.err
