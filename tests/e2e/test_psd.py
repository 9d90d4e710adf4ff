"""PSD and PSB: the picture of the layers, in every mode, depth and packing, against what the planes were made of."""
# ctest: COST 4 PROCESSORS 2

import io
import pathlib
import sys

import numpy as np
import pytest
from PIL import Image, ImageCms

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "corpus"))
import generate  # noqa: E402
import psd  # noqa: E402

SIZE = WIDTH, HEIGHT = 150, 100
BACKGROUND = np.array([0x10, 0x20, 0x30])
PHOTO = generate.photo(SIZE)
VALUES = np.asarray(PHOTO).astype(float)
ALPHA = np.tile(np.floor(np.linspace(0, 255, WIDTH)), (HEIGHT, 1))


def result(home, data, words="", options=(), status=0):
    (home / "a.psd").write_bytes(data)
    out = home.frieze("scale", "-s0", "--background=#102030", *options, home / "a.psd", home / "a.ppm")
    assert out.status == status and (words in out.err if words else out.err == ""), out
    return out


def shown(home, data, words=""):
    """As `frieze scale` has it; `words` are those of its complaint."""
    result(home, data, words)
    return np.asarray(Image.open(home / "a.ppm")).astype(float)


def planes(values, full=255, top=255):
    values = np.asarray(values, dtype=float)
    values = values[..., None] if values.ndim == 2 else values
    return [np.round(values[..., c] / top * full) if full > 1 else values[..., c] / top for c in range(values.shape[2])]


def on_white(values, alpha, white=255.0):
    """As Photoshop stores what is clear."""
    part = alpha[..., None] / 255
    return values * part + white * (1 - part)


def on_ground(values, alpha=ALPHA):
    part = alpha[..., None] / 255
    return values * part + BACKGROUND * (1 - part)


def assert_near(got, wanted, levels=1.01):
    worst = np.abs(got - wanted).max()
    assert worst <= levels, worst


def light(values):
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("large", [False, True], ids=["psd", "psb"])
@pytest.mark.parametrize("packed", [0, 1], ids=["raw", "packed"])
@pytest.mark.parametrize("depth", [8, 16, 32])
@pytest.mark.parametrize("mode", [psd.RGB, psd.GREY, psd.DUOTONE])
def test_light(home, mode, depth, packed, large):
    """Of 32 bits it is linear."""
    values = VALUES if mode == psd.RGB else VALUES[..., 1]
    made = planes(light(values / 255), 1, 1) if depth == 32 else planes(values, 2**depth - 1)
    wanted = values if mode == psd.RGB else np.repeat(values[..., None], 3, axis=2)
    assert_near(shown(home, psd.write(made, mode, depth, packed, large)), wanted)


@pytest.mark.parametrize("packed", [0, 1], ids=["raw", "packed"])
def test_bitmap(home, packed):
    bits = VALUES[..., 0] < 99
    got = shown(home, psd.write([bits], psd.BITMAP, 1, packed))
    assert_near(got, np.where(bits, 0, 255)[..., None], 0)


@pytest.mark.parametrize("clear", [None, 7])
def test_indexed(home, clear):
    image = PHOTO.quantize(40)
    colours = np.array((image.getpalette() + [0] * 768)[:768], dtype=np.uint8).reshape(256, 3)
    resources = [(psd.CLEAR_INDEX, clear.to_bytes(2, "big"))] if clear is not None else []
    got = shown(home, psd.write([np.asarray(image)], psd.INDEXED, colors=colours.T.tobytes(), resources=resources))
    wanted = np.asarray(image.convert("RGB")).astype(float)
    if clear is not None:
        wanted[np.asarray(image) == clear] = BACKGROUND
    assert_near(got, wanted, 0)


@pytest.mark.parametrize("mode", [psd.CMYK, psd.CHANNELS])
@pytest.mark.parametrize("depth", [8, 16])
def test_ink(home, mode, depth):
    """Without a profile it is multiplied."""
    inks = 255 - np.asarray(PHOTO.convert("CMYK")).astype(float)
    inks[..., 3] = np.floor(VALUES[..., 0] / 2) + 128
    got = shown(home, psd.write(planes(inks, 2**depth - 1), mode, depth))
    assert_near(got, inks[..., :3] * inks[..., 3:] / 255)


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_channels_without_names(home, channels):
    got = shown(home, psd.write(planes(VALUES)[:channels], psd.CHANNELS))
    assert_near(got, VALUES if channels == 3 else np.repeat(VALUES[..., :1], 3, axis=2))


@pytest.mark.parametrize("depth", [8, 16])
def test_lab(home, depth):
    """CIE 15:2004 of the white D50, to sRGB."""
    there = ImageCms.profileToProfile(PHOTO, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB")
    values = np.frombuffer(there.tobytes(), np.uint8).reshape(HEIGHT, WIDTH, 3).astype(float)
    values[..., 1:] = (values[..., 1:] + 128) % 256  # Pillow's are signed
    middle = (values[..., :1] / 2.55 + 16) / 116
    roots = np.concatenate([middle + (values[..., 1:2] - 128) / 500, middle, middle - (values[..., 2:] - 128) / 200], axis=2)
    xyz = np.where(roots > 6 / 29, roots**3, 3 * (6 / 29) ** 2 * (roots - 4 / 29)) * [0.9642, 1, 0.8249]
    primaries = {"red": (0.64, 0.33), "green": (0.30, 0.60), "blue": (0.15, 0.06)}
    linear = np.clip(xyz @ np.linalg.inv(generate.to_d50(primaries)).T, 0, 1)
    wanted = 255 * np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    made = planes(values) if depth == 8 else [values[..., 0] * 257, values[..., 1] * 256, values[..., 2] * 256]
    assert_near(shown(home, psd.write(made, psd.LAB, depth)), wanted, 2)


@pytest.mark.parametrize("large", [False, True], ids=["psd", "psb"])
@pytest.mark.parametrize("depth,clear", [(8, True), (16, True), (16, "Mt16"), (32, True)])
@pytest.mark.parametrize("mode", [psd.RGB, psd.GREY])
def test_clear(home, mode, depth, clear, large):
    """The colours are stored as they look on white. What is nearly clear has lost its colours, and shows little of them."""
    values = VALUES if mode == psd.RGB else VALUES[..., :1]
    colours = light(values / 255) if depth == 32 else values
    stored = on_white(colours, ALPHA, 1 if depth == 32 else 255)
    made = planes(stored, 1, 1) + planes(ALPHA, 1) if depth == 32 else \
        planes(np.concatenate([stored, ALPHA[..., None]], axis=2), 2**depth - 1)
    got = shown(home, psd.write(made, mode, depth, large=large, count=2, clear=clear))
    assert_near(got, on_ground(values), 1.01 if depth > 8 else 2.01)


@pytest.mark.parametrize("mode,depth", [(psd.RGB, 8), (psd.RGB, 16), (psd.CMYK, 8)])
def test_clear_as_it_is(home, mode, depth):
    """Other programs lay nothing on white, which shows where something is darker than that would be."""
    values = VALUES if mode == psd.RGB else np.concatenate([VALUES, np.full((HEIGHT, WIDTH, 1), 255.0)], axis=2)
    made = planes(np.concatenate([values, ALPHA[..., None]], axis=2), 2**depth - 1)
    assert_near(shown(home, psd.write(made, mode, depth, count=1, clear=True)), on_ground(VALUES))


@pytest.mark.parametrize("packed", [0, 1], ids=["raw", "packed"])
@pytest.mark.parametrize("depth", [8, 16])
def test_clear_but_for_what_is_unseen(home, depth, packed):
    """Some writers lay on white what shows in part, and leave black where nothing shows."""
    alpha = np.where(np.arange(HEIGHT)[:, None] % 3 == 0, 0, ALPHA)
    stored = np.where(alpha[..., None] == 0, 0, on_white(VALUES, alpha))
    made = planes(np.concatenate([stored, alpha[..., None]], axis=2), 2**depth - 1)
    got = shown(home, psd.write(made, psd.RGB, depth, packed, count=1, clear=True))
    assert_near(got, on_ground(VALUES, alpha), 1.01 if depth > 8 else 2.01)


@pytest.mark.parametrize("packed", [0, 1], ids=["raw", "packed"])
def test_clear_as_it_is_from_the_first_row(home, packed):
    """Only the last row shows that nothing was laid on white; all rows are read so."""
    values = np.full((HEIGHT, WIDTH, 3), 240.0)
    values[-1] = 0
    alpha = np.full((HEIGHT, WIDTH), 128.0)
    made = planes(np.concatenate([values, alpha[..., None]], axis=2))
    assert_near(shown(home, psd.write(made, packed=packed, count=1, clear=True)), on_ground(values, alpha))


def test_clear_inks(home):
    inks = np.concatenate([VALUES, np.full((HEIGHT, WIDTH, 1), 255.0)], axis=2)
    made = planes(np.concatenate([on_white(inks, ALPHA), ALPHA[..., None]], axis=2))
    assert_near(shown(home, psd.write(made, psd.CMYK, count=1, clear=True)), on_ground(VALUES), 2.01)


def test_as_many_channels_as_photoshop_writes(home):
    """57, one more than it documents."""
    assert_near(shown(home, psd.write([*planes(VALUES), *(np.zeros((HEIGHT, WIDTH)) for _ in range(54))], count=0)), VALUES, 0)


@pytest.mark.parametrize("count", [0, 2])
def test_other_channels_are_no_alpha(home, count):
    made = planes(np.concatenate([VALUES, ALPHA[..., None], ALPHA[..., None]], axis=2))
    assert_near(shown(home, psd.write(made, count=count)), VALUES, 0)


@pytest.mark.parametrize("depth", [8, 16])
def test_profile(home, depth):
    icc = generate.profile(generate.BASE_RGB)
    PHOTO.save(home / "b.png", icc_profile=icc)
    assert home.frieze("scale", "-s0", home / "b.png", home / "b.ppm").status == 0
    got = shown(home, psd.write(planes(VALUES, 2**depth - 1), depth=depth, resources=[(psd.PROFILE, icc)]))
    assert_near(got, np.asarray(Image.open(home / "b.ppm")).astype(float))


def test_profile_behind_the_first_bytes(home):
    """Resources may be large."""
    icc = generate.profile(generate.BASE_RGB)
    resources = [(psd.XMP, b" " * 300001), (psd.PROFILE, icc)]
    with_icc = shown(home, psd.write(planes(VALUES), resources=resources))
    assert_near(with_icc, shown(home, psd.write(planes(VALUES), resources=resources[1:])), 0)
    assert np.abs(with_icc - VALUES).max() > 9


@pytest.mark.parametrize("packed", [0, 1], ids=["raw", "packed"])
def test_larger_than_what_is_held(home, packed):
    """Planes are read side by side, of a file whose first bytes alone are in memory; reduced, and a part of it."""
    large = PHOTO.resize((2100, 1400))
    data = psd.write(planes(np.asarray(large)), packed=packed, count=1)
    assert_near(shown(home, data), np.asarray(large).astype(float), 0)
    result(home, data, options=("-s", "500"))
    large.save(home / "b.png")
    home.frieze("scale", "-s", "500", home / "b.png", home / "b.ppm")
    assert (home / "a.ppm").read_bytes() == (home / "b.ppm").read_bytes()


def test_orientation_and_what_it_tells(home):
    data = psd.write(planes(VALUES), resources=[(psd.EXIF, generate.full_exif()), (psd.XMP, generate.XMP.encode())])
    assert_near(shown(home, data), np.rot90(VALUES, -1), 0)
    told = home.frieze("probe", home / "a.psd").out
    assert '"width":100,"height":150,"orientation":6' in told and '"date":"2024-02-29T23:59:58+05:30"' in told, told


def small_jpeg():
    out = io.BytesIO()
    PHOTO.resize((60, 40)).save(out, "jpeg", quality=95)
    return out.getvalue()


def test_saved_without_its_picture(home):
    """There is but white, unless there are no layers; the thumbnail is shown."""
    no = (psd.VERSION, b"\0\0\0\1\0" + bytes(12))
    jpeg = small_jpeg()
    white = planes(np.full((HEIGHT, WIDTH, 3), 255.0))
    got = shown(home, psd.write(white, count=1, resources=[no, (psd.THUMBNAIL, psd.thumbnail(jpeg, (60, 40)))]), "its thumbnail")
    assert got.shape == (40, 60, 3) and np.abs(got - np.asarray(Image.open(io.BytesIO(jpeg)))).mean() < 2
    result(home, psd.write(white, count=1, resources=[no]), "saved without the picture", status=1)
    assert_near(shown(home, psd.write(planes(VALUES), resources=[no])), VALUES, 0)


def test_what_is_not_read_is_said(home):
    result(home, psd.write(planes(VALUES), packed=2), "packed by ZIP", status=1)
    result(home, psd.write(planes(VALUES), packed=9), "no known method", status=1)
    for mode, depth, count in ((5, 8, 3), (psd.RGB, 12, 3), (psd.RGB, 1, 3), (psd.RGB, 8, 2), (psd.CMYK, 8, 3), (psd.RGB, 8, 99)):
        head = psd.write([np.zeros((1, 1))] * count, psd.RGB, 8)
        head = head[:22] + depth.to_bytes(2, "big") + mode.to_bytes(2, "big") + head[26:]
        result(home, head, "psd: its header is damaged", status=1)


def test_files_that_end_early(home):
    """What came of the first plane is shown in grey."""
    data = psd.write(planes(VALUES), packed=0)
    pixels = len(data) - 3 * WIDTH * HEIGHT
    got = shown(home, data[:pixels + WIDTH * HEIGHT], "ends early")
    assert_near(got, np.repeat(VALUES[..., :1], 3, axis=2), 0)
    got = shown(home, data[:pixels + WIDTH * 50], "ends early")
    assert_near(got[:50], np.repeat(VALUES[:50, :, :1], 3, axis=2), 0)
    assert_near(got[50:], BACKGROUND, 0)
    got = shown(home, data[:pixels + WIDTH * HEIGHT * 5 // 2], "ends early")
    assert_near(got[:50], VALUES[:50], 0)
    layers_at = 34  # behind the header, no colours and no resources
    far = data[:layers_at] + b"\x5a\x5a\x5a\x5a" + data[layers_at + 4:]
    result(home, far, "ends before its pixels", status=1)
    packed = psd.write(planes(VALUES), count=3)
    for part in range(1, 12):
        (home / "cut.psd").write_bytes(packed[:len(packed) * part // 12])
        out = home.frieze("scale", "-s0", home / "cut.psd", home / "cut.ppm")
        assert out.status in (0, 1) and out.err, out


def test_damaged_rows(home):
    """A row whose length is wrong costs what it is of, not what follows."""
    data = bytearray(psd.write(planes(VALUES)))
    table = data.index(b"\0\1", 34)
    data[table + 2 + 2 * 7:table + 4 + 2 * 7] = b"\xff\xff"
    result(home, bytes(data), "rows are damaged")
