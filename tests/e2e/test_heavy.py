"""The codecs whose libraries take 10 MB: who has them, and what becomes of their pictures where they are missing."""

import os
import pathlib
import re
import shutil
import subprocess

import numpy as np
import pytest

import pictures
from frieze import Home, family, need, title_of

SMALL = pathlib.Path(__file__).parent.parent / "corpus" / "small"
HEAVY = ("a.heic", "a.avif", "lossless.jxl", "animated.jxl", "a.dng", "unread.dng", "shapes.svg", "packed.svgz", "text.svg")
LIBRARIES = re.compile(r"/lib(heif|avif|jxl|raw_r|rsvg-2)\.so")
SIZES = 15  # of struct fz_heavy_build
CODECS = pathlib.Path(os.environ.get("FRIEZE") or "frieze").with_name("frieze-codecs.so")

pytestmark = pytest.mark.skipif(not CODECS.exists(), reason="this build has them linked in")


@pytest.fixture
def home():
    with Home() as made:
        yield made


def has_libraries(pid):
    """Those of this build, as its own codecs name them."""
    return set(LIBRARIES.findall(pathlib.Path(f"/proc/{pid}/maps").read_text()))


def libraries_of_build():
    said = subprocess.run(["ldd", CODECS], stdout=subprocess.PIPE, check=True, text=True).stdout
    return set(LIBRARIES.findall(said))


def add_heavy(folder):
    """Under names of their own: a RAW file would lie beneath another picture."""
    for number, name in enumerate(HEAVY):
        shutil.copy(SMALL / name, folder / f"heavy{number}{pathlib.Path(name).suffix}")


def test_phone_picture_in_192_megabytes(home):
    """HEVC of 8 bits and 4:2:0, as phones write it: 5 megapixels are shown where all that HEIC can be would not fit."""
    need("heif-enc")
    pictures.draw(3, (2560, 1920)).save(home / "a.png")
    (home / "pictures").mkdir()
    subprocess.run(["heif-enc", "-p", "chroma=420", "-o", home / "pictures" / "a.heic", home / "a.png"], check=True, capture_output=True)
    stats, result = home.stats("--memory", "192M", "--jobs", "2", "--cache-size", "0", "--quit-when", "loaded", home / "pictures")
    assert (stats["failed"], stats["decode"]["count"]) == (0, 1), result.lines


def save_deep(picture, path):
    """As a PPM of 16 bits."""
    width, height = picture.size
    path.write_bytes(b"P6 %d %d 65535\n" % (width, height) + (np.asarray(picture) * np.uint16(257)).astype(">u2").tobytes())


@pytest.mark.parametrize("suffix", ("png", "jpg", "ppm"))
def test_lossy_jxl_in_192_megabytes(home, suffix):
    """The same of JPEG XL: lossy, of 8 bits or 16, and the coefficients of a JPEG, which take a third of what lossless and alpha may."""
    need("cjxl")
    picture = pictures.draw(3, (2560, 1920))
    if suffix == "ppm":
        save_deep(picture, home / "a.ppm")
    else:
        picture.save(home / f"a.{suffix}")
    (home / "pictures").mkdir()
    subprocess.run(["cjxl", "-e", "3", home / f"a.{suffix}", home / "pictures" / "a.jxl"], check=True, capture_output=True)
    stats, result = home.stats("--memory", "192M", "--quit-when", "loaded", home / "pictures")
    assert stats["failed"] == 0, result.err


def test_lossless_jxl_with_alpha_in_192_megabytes(home):
    """It takes no more than without."""
    need("cjxl")
    picture = pictures.draw(3, (1280, 960)).convert("RGBA")
    picture.putalpha(200)
    (home / "pictures").mkdir()
    picture.save(home / "a.png")
    subprocess.run(["cjxl", "-d", "0", "-e", "3", home / "a.png", home / "pictures" / "a.jxl"], check=True, capture_output=True)
    stats, result = home.stats("--memory", "192M", "--quit-when", "loaded", home / "pictures")
    assert stats["failed"] == 0, result.err


def test_only_who_decodes_such_a_picture_has_them(home):
    folder = pictures.fill(home / "pictures", 20)
    with home.start("--jobs", "2", "--cache-size", "0", folder) as frieze:
        frieze.idle("loaded")
        processes = family(frieze.pid)
        assert len(processes) >= 5
        assert not any(map(has_libraries, processes))
        add_heavy(folder)
        frieze.until(items=20 + len(HEAVY))
        frieze.idle("loaded")
        assert frieze.status()["failed"] == 0, frieze.errors()
        owners = {title_of(pid) for pid in family(frieze.pid)[1:] if has_libraries(pid)}
        assert owners <= {"frieze: zygote", "frieze: heavy decoder 1", "frieze: heavy decoder 2",
                          "frieze: svg decoder 1", "frieze: svg decoder 2"} and owners, owners
        assert not has_libraries(frieze.pid)


def test_a_drawing_with_text_goes_straight_to_who_has_fonts(home):
    folder = home / "pictures"
    folder.mkdir()
    (folder / "text.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><text y="30">frieze</text></svg>')
    with home.start("--jobs", "1", "--cache-size", "0", folder) as frieze:
        frieze.idle("loaded")
        assert frieze.status()["failed"] == 0, frieze.errors()
        titles = set(map(title_of, family(frieze.pid)))
        assert "frieze: svg decoder 1" in titles and "frieze: heavy decoder 1" not in titles, titles
        (folder / "shapes.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><rect width="50" height="9"/></svg>')
        frieze.until(items=2)
        frieze.idle("loaded")
        assert "frieze: heavy decoder 1" in map(title_of, family(frieze.pid))


def test_threads_load_them_with_the_first_picture(home):
    folder = pictures.fill(home / "pictures", 5)
    with home.start("--isolation", "thread", "--cache-size", "0", folder) as frieze:
        frieze.idle("loaded")
        assert not has_libraries(frieze.worker)
        add_heavy(folder)
        frieze.until(items=5 + len(HEAVY))
        frieze.idle("loaded")
        assert frieze.status()["failed"] == 0, frieze.errors()
        assert has_libraries(frieze.worker) == libraries_of_build()


def test_animation_of_them_plays(home):
    folder = home / "pictures"
    folder.mkdir()
    shutil.copy(SMALL / "animated.jxl", folder)
    with home.start("--cache-size", "0", folder) as frieze:
        frieze.idle("loaded").key("Return")
        frieze.until(mode="picture", animation=lambda playing: playing and playing["frame"] > 0)
        assert frieze.status()["failed"] == 0, frieze.errors()


@pytest.mark.parametrize("way", ["process", "thread"])
def test_without_them_a_picture_says_so(home, way):
    """All others are there."""
    program = shutil.copy(home.program, home / "frieze")
    folder = pictures.fill(home / "pictures", 3)
    shutil.copy(SMALL / "a.heic", folder)
    home.program = program
    stats, result = home.stats("--isolation", way, "--quit-when", "loaded", folder)
    assert stats["failed"] == 1 and stats["items"] == 4
    assert any(f"heic: its codec cannot be loaded: {home / 'frieze-codecs.so'}: cannot open" in line
               and "No such file" in line for line in result.lines), result.err
    said = home.frieze("--version").out
    assert re.search(r"HEIC, AVIF +libheif cannot be loaded: \S+/frieze-codecs.so", said), said


@pytest.mark.parametrize("number", range(SIZES))
def test_another_build_of_them_is_refused(home, number):
    """Where the version says nothing: sizes of what crosses the border do."""
    home.program = shutil.copy(home.program, home / "frieze")
    built = bytearray(CODECS.read_bytes())
    at = built.index(b"0.1.0" + bytes(27))  # the version, in its 32 bytes, then sizes
    built[at + 32 + 8 * number] ^= 8
    (home / "frieze-codecs.so").write_bytes(built)
    said = home.frieze("--version").out
    assert re.search(r"HEIC, AVIF +libheif cannot be loaded: \S+ is that of another frieze", said), said


def test_no_library_is_looked_for_beside_the_program():
    said = subprocess.run(["readelf", "-d", os.environ["FRIEZE"]], stdout=subprocess.PIPE, check=True, text=True).stdout
    assert "ORIGIN" not in said
