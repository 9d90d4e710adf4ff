"""The help: as it looks, in pages where the window is small, and closed by any other key or a click."""
# ctest: COST 75

import numpy as np
import pytest

import fonts
import golden
import pictures

MOST_PAGES = 30


@pytest.fixture(scope="module")
def own_fonts(module_home):
    return fonts.configure(module_home)


@pytest.fixture(scope="module")
def folder(module_home):
    return pictures.fill(module_home / "pictures", 12, (400, 300))


def test_golden(module_home, own_fonts):
    """By OpenGL: what lies under a translucent ground is up to two levels darker by SDL's own renderer."""
    golden.check_with_fonts(module_home, "help", (1280, 720), own_fonts, lambda frieze: frieze.key("?"),
                            more={"SDL_RENDER_DRIVER": "opengl"})


def columns_of(image):
    """Where text stands, as rows and columns of the window."""
    ink = np.asarray(image).max(axis=2) > 150
    return np.nonzero(ink.any(axis=1))[0], np.nonzero(ink.any(axis=0))[0]


@pytest.mark.parametrize("scale", [1, 2, 4])
@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (800, 480), (480, 800), (640, 480)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_pages(module_home, folder, size, scale):
    """Space turns as many pages as there are, each another; then no more; nothing touches the edges of the window."""
    with module_home.start("--name", "pages", "--size", f"{size[0]}x{size[1]}", "--text-scale", scale, folder) as frieze:
        frieze.idle("loaded").key("?")
        seen = []
        for _ in range(MOST_PAGES):
            image = frieze.screenshot()
            if seen and image.tobytes() == seen[-1]:
                break
            rows, columns = columns_of(image)
            assert rows.min() > 4 and columns.min() > 4
            assert rows.max() < size[1] - 4 and columns.max() < size[0] - 4
            seen.append(image.tobytes())
            frieze.key("Space")
        assert len(set(seen)) == len(seen)
        assert len(seen) == 1 if size[0] >= 1280 and scale == 1 else 2 <= len(seen) < MOST_PAGES
        for before in reversed(seen[:-1]):
            frieze.key("PgUp")
            assert frieze.screenshot().tobytes() == before
        frieze.key("Esc")
        assert pictures.shows(frieze.screenshot(), pictures.RED)


def test_it_follows_the_keymap(home, folder):
    """Another key for the same command is another picture of the help."""
    shots = []
    for keys in ("feh", "nsxiv"):
        with home.start("--size", "1280x720", "--keys", keys, folder) as frieze:
            shots.append(frieze.idle("loaded").key("?").screenshot().tobytes())
    assert shots[0] != shots[1]
