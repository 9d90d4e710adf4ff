"""What a picture should look like, by decoders other than frieze's own code: Pillow, and the tools of the formats' own
libraries where Pillow has none. Each gives the picture as it is shown: upright, in sRGB, on the background."""

import io
import os
import pathlib
import shutil
import subprocess
import tempfile

import numpy as np
from PIL import Image, ImageCms, ImageFile

ImageFile.LOAD_TRUNCATED_IMAGES = False
BACKGROUND = (0x10, 0x20, 0x30)
SRGB = ImageCms.createProfile("sRGB")
TOOL_TIMEOUT_S = 60
# The format as frieze calls it, and what draws such a file as a PNG.
TOOLS = {
    "heic": ["heif-convert", "-q", "100", "{0}", "{1}"],
    "avif": ["heif-convert", "-q", "100", "{0}", "{1}"],
    "jxl": ["djxl", "{0}", "{1}"],
    "svg": ["rsvg-convert", "-o", "{1}", "{0}"],
    "psd": ["convert", "{0}[0]", "-auto-orient", "PNG32:{1}"],
    "xcf": ["convert", "-background", "none", "{0}", "-flatten", "PNG32:{1}"],
}
LOSSY = {"jpeg", "heic", "avif", "jxl", "webp"}


class Unread(Exception):
    """The reference cannot read it either: its words are the reason."""


class Missing(Unread):
    """There is none to ask."""


def need(tool):
    if not shutil.which(tool):
        raise Missing(f"{tool} is missing: tools/deps test installs it")


def in_srgb(image):
    """By its ICC profile, where it has one that fits it."""
    icc = image.info.get("icc_profile")
    if not icc or image.mode not in ("RGB", "RGBA", "L", "CMYK"):
        return image
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        alpha = image.getchannel("A") if image.mode == "RGBA" else None
        out = ImageCms.profileToProfile(image.convert("RGB") if alpha else image, profile, SRGB, outputMode="RGB")
        if alpha:
            out.putalpha(alpha)
        return out
    except (ImageCms.PyCMSError, OSError):
        return image


def eight_bits(image):
    """Pillow clips what is deeper; a grey of 16 bits is what is divided by 257 here."""
    if image.mode.startswith("I;16"):
        values = np.asarray(image).astype(np.float64)
        return Image.fromarray((values / 257 + 0.5).astype(np.uint8))
    if image.mode == "I":
        values = np.asarray(image).astype(np.float64)
        return Image.fromarray((np.clip(values, 0, 65535) / 257 + 0.5).astype(np.uint8))
    if image.mode == "F":
        return Image.fromarray((np.clip(np.asarray(image), 0, 1) * 255 + 0.5).astype(np.uint8))
    return image


def on_background(image):
    if "transparency" in image.info or image.mode in ("PA", "LA", "La", "RGBa", "RGBA"):
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, BACKGROUND + (255,))
        return Image.alpha_composite(ground, image).convert("RGB")
    return image.convert("RGB")


def shown(image):
    """An open picture of Pillow as RGB."""
    orientation, format_name = image.getexif().get(0x112, 1), image.format
    image.load()
    if image.mode in ("RGBX", "RGBa"):
        image = image.convert("RGB" if image.mode == "RGBX" else "RGBA")
    image = in_srgb(eight_bits(image))
    image.info.pop("exif", None)
    turn = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
            5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_90}.get(orientation)
    image = on_background(image)
    if format_name == "TIFF":  # which Pillow turns as it loads it
        turn = None
    return (image if turn is None else image.transpose(turn)), orientation if 1 <= orientation <= 8 else 1


def by_tool(name, path):
    tool = TOOLS[name]
    need(tool[0])
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "out.png")
        link = pathlib.Path(folder, "in." + name)
        link.symlink_to(os.path.abspath(path))
        command = [part.format(link, out) for part in tool]
        try:
            result = subprocess.run(command, capture_output=True, timeout=TOOL_TIMEOUT_S, check=False)
        except subprocess.TimeoutExpired:
            raise Unread(f"{tool[0]} takes too long") from None
        # Of several pictures heif-convert writes out-1.png, out-2.png and so on.
        written = sorted(pathlib.Path(folder).glob("out*.png"))
        if result.returncode != 0 or not written:
            words = (result.stderr or result.stdout).decode(errors="replace").strip().splitlines()
            raise Unread(f"{tool[0]}: {words[-1] if words else result.returncode}")
        with Image.open(written[0]) as image:
            # What it wrote is upright by now.
            return on_background(in_srgb(eight_bits(load(image)))), 1


def load(image):
    image.load()
    return image


def by_pillow(path):
    with Image.open(path) as image:
        return shown(image)


def of_pfm(path):
    """pfm(5): floating point, from the bottom up; of linear light."""
    kind, size, scale, data = pathlib.Path(path).read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    values = np.frombuffer(data, "<f4" if scale.startswith(b"-") else ">f4").reshape(height, width, -1)[::-1]
    light = np.clip(values, 0, 1)
    shown_as = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return Image.fromarray(np.broadcast_to(shown_as * 255 + 0.5, (height, width, 3)).astype(np.uint8)), 1


def of_pam(path):
    """pam(5): grey or RGB, with alpha or without. ImageMagick, where there is alpha, knows 8 and 16 bits alone."""
    head, data = pathlib.Path(path).read_bytes().split(b"ENDHDR\n", 1)
    told = dict(line.split(None, 1) for line in head.splitlines() if b" " in line)
    width, height, depth, most = (int(told[word]) for word in (b"WIDTH", b"HEIGHT", b"DEPTH", b"MAXVAL"))
    values = np.frombuffer(data, "u1" if most < 256 else ">u2").reshape(height, width, depth)
    planes = [Image.fromarray((plane / most * 255 + 0.5).astype(np.uint8)) for plane in np.moveaxis(values, 2, 0)]
    return on_background(Image.merge({1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[depth], planes)), 1


def by_imagemagick(path):
    """A second opinion, upright."""
    need("convert")
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.png")
        subprocess.run(["convert", path + "[0]", "-auto-orient", "-depth", "8", "PNG32:" + out], capture_output=True,
                       timeout=TOOL_TIMEOUT_S, check=False)
        if not os.path.exists(out):
            raise Unread("convert cannot read it")
        with Image.open(out) as image:
            return on_background(in_srgb(load(image)))


# Formats that are simple enough to be read here.
OWN = {"pam": of_pam, "pfm": of_pfm}


def picture(name, path):
    """The picture in RGB, upright, and the orientation that its file asks for; `name` is frieze's word for the format."""
    try:
        return by_tool(name, path) if name in TOOLS else OWN.get(name, by_pillow)(path)
    except Unread:
        raise
    except Exception as error:  # Pillow's decoders raise many kinds of what they meet in files
        if name == "tiff" and not path.endswith("out.tif"):
            return picture_of_tiff(path)
        raise Unread(f"Pillow: {error}"[:100]) from error


def picture_of_tiff(path):
    """What Pillow knows no mode for."""
    need("tiff2rgba")
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.tif")
        result = subprocess.run(["tiff2rgba", "-c", "none", path, out], capture_output=True, timeout=TOOL_TIMEOUT_S,
                                check=False)
        if result.returncode != 0 or not os.path.exists(out):
            raise Unread("tiff2rgba: " + result.stderr.decode(errors="replace").strip()[:100])
        return picture("tiff", out)


def shares(count, source):
    """For each of `count` places which part of each of `source` pixels is in it: what Pillow calls BICUBIC, and what it
    makes thumbnails by."""
    ratio = source / count
    away = np.abs((np.arange(source) + 0.5 - (np.arange(count)[:, None] + 0.5) * ratio) / ratio)
    near = (1.5 * away - 2.5) * away**2 + 1
    far = ((-0.5 * away + 2.5) * away - 4) * away + 2
    weights = np.where(away < 1, near, np.where(away < 2, far, 0))
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)


def reduced(values, size):
    """In floating point: Pillow itself rounds in between."""
    height, width = values.shape[:2]
    if size[1] < height:
        values = np.tensordot(shares(size[1], height), values, (1, 0))
    if size[0] < width:
        values = np.tensordot(shares(size[0], width), values, (1, 1)).transpose(1, 0, 2)
    return np.clip(values, 0, 255)


def difference(expected, path):
    """The mean absolute difference of a written picture from the one expected, reduced to its size: by area, or by a good
    filter of Pillow's, for the two differ where a picture is all edges."""
    with Image.open(path) as image:
        got = np.asarray(image.convert("RGB"), dtype=np.float32)
    size = got.shape[1], got.shape[0]
    if size[0] > expected.width or size[1] > expected.height:
        return 255.0
    wanted = [reduced(np.asarray(expected, dtype=np.float32), size)]
    if size != expected.size:
        wanted += [np.asarray(expected.resize(size, by), dtype=np.float32)
                   for by in (Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)]
    return min(float(np.abs(one - got).mean()) for one in wanted)
