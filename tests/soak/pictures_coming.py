"""A folder of small pictures of which some come, some go and some change while it is shown, a few bad ones among them."""

import io
import itertools
import pathlib
import random

from PIL import Image, ImageDraw

COUNT = 1600  # several times as many as the textures hold
SIZE = (160, 120)
DIFFERENT = 48
CHANGES = 12  # of each kind, a lap
SAMPLES = pathlib.Path(__file__).parent.parent / "corpus" / "small"


def small_jpeg(number):
    """A file of about 5 kB: half of it noise, which is what takes time."""
    image = Image.effect_noise(SIZE, 70).convert("RGB")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, SIZE[0] // 2, SIZE[1]), fill=(number * 37 % 256, number * 91 % 256, number * 53 % 256))
    data = io.BytesIO()
    image.save(data, "JPEG", quality=85)
    return data.getvalue()


def bad_files(good):
    """(suffix, bytes): cut, damaged, no picture at all, and headers that lie."""
    damaged = bytearray(good)
    damaged[len(damaged) // 2] ^= 0xff
    huge = io.BytesIO()
    Image.new("1", (8, 8)).save(huge, "PNG")
    lying = huge.getvalue().replace((8).to_bytes(4, "big") * 2, (60000).to_bytes(4, "big") * 2, 1)
    return [("jpg", good[:len(good) // 3]), ("jpg", bytes(damaged)), ("jpg", b"no picture\n" * 40), ("lying.png", lying),
            ("gif", b"GIF89a"), ("jpg", b"")]


def samples():
    """One small file of every format."""
    suffixes = (".png", ".gif", ".webp", ".tif", ".bmp", ".svg", ".heic", ".avif", ".jxl", ".xpm", ".dng", ".pcx", ".tga")
    files = [path for path in sorted(SAMPLES.iterdir()) if path.suffix in suffixes]
    return [(path.suffix[1:], path.read_bytes()) for path in files]


class Coming:
    """The folder, always of as many files, whatever came and went."""

    def __init__(self, folder):
        self.folder = folder
        self.rng = random.Random(7)
        self.numbers = itertools.count()
        self.good = [("jpg", small_jpeg(number)) for number in range(DIFFERENT)]
        self.bad, self.samples = bad_files(self.good[0][1]), samples()
        self.files = []
        folder.mkdir()
        for suffix, data in self.samples * 2 + self.bad:  # all libraries are loaded in the first lap
            self.add(suffix, data, most=400)
        while len(self.files) < COUNT:
            self.add(*self.rng.choice(self.good))

    def add(self, suffix, data, most=1000):
        """Under a name that nothing had before, somewhere in the order of names."""
        path = self.folder / f"{self.rng.randrange(most):03}-{next(self.numbers)}.{suffix}"
        path.write_bytes(data)
        self.files.append(path)

    def change(self):
        """As many go as come; some are written anew in place."""
        for path in self.rng.sample(self.files, CHANGES):
            path.unlink()
            self.files.remove(path)
        for kinds, count in ((self.good, CHANGES - 5), (self.samples, 3), (self.bad, 2)):
            for _ in range(count):
                self.add(*self.rng.choice(kinds))
        for path in self.rng.sample(self.files, CHANGES):
            if path.suffix == ".jpg":
                path.write_bytes(self.rng.choice(self.good)[1])
