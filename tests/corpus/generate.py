#!/usr/bin/env python3
"""Makes pictures of every format and of every kind that Pillow and the formats' own tools can write.

    generate.py FOLDER
    generate.py --small FOLDER      of a few bytes each: tests/corpus/small, what fuzzing and damaging begin with
"""

import gzip
import io
import pathlib
import struct
import subprocess
import sys
import zlib

import numpy as np
from PIL import Image, ImageCms, ImageDraw

import dng
import psd
import xcf

SIZE = (500, 333)
BASE_RGB = {"red": (0.67, 0.33), "green": (0.21, 0.71), "blue": (0.15, 0.06)}  # Adobe RGB (1998)


def photo(size=SIZE):
    """Smooth light, fine detail, hard edges and colours of every hue."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(float)
    hue = np.stack([np.sin(x / 37 + phase) * np.cos(y / 29 - phase) for phase in (0, 2.1, 4.2)], axis=2)
    wave = np.sin((x - width / 2) ** 2 / 900 + (y - height / 2) ** 2 / 900)[..., None]
    values = 128 + 80 * hue + 30 * wave + 20 * np.random.default_rng(1).standard_normal((height, width, 1))
    image = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    pen.rectangle((width // 10, height // 10, width // 4, height // 3), fill=(250, 240, 10), outline=(0, 0, 0))
    pen.line((0, height, width, 0), fill=(255, 255, 255), width=3)
    return image


def with_alpha(image):
    width, height = image.size
    alpha = np.tile(np.linspace(0, 255, width).astype(np.uint8), (height, 1))
    out = image.convert("RGBA")
    out.putalpha(Image.fromarray(alpha))
    return out


# --- ICC: version 2, matrix and one curve (ICC.1:2001-04) -------------------------------------------

def to_d50(primaries, white=(0.3127, 0.3290)):
    """The columns of XYZ of the primaries, by Bradford's adaptation."""
    def xyz(xy):
        return np.array([xy[0] / xy[1], 1, (1 - xy[0] - xy[1]) / xy[1]])
    columns = np.stack([xyz(primaries[name]) for name in ("red", "green", "blue")], axis=1)
    columns = columns * np.linalg.solve(columns, xyz(white))
    bradford = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    d50 = np.array([0.9642, 1.0, 0.8249])
    gains = np.diag((bradford @ d50) / (bradford @ xyz(white)))
    return np.linalg.inv(bradford) @ gains @ bradford @ columns


def profile(primaries=None, gamma=2.2, words=b"-"):
    """Of an RGB display, or of grey without primaries."""
    def number(value):
        return struct.pack(">i", round(value * 65536))

    tags = [(b"desc", b"desc" + bytes(4) + struct.pack(">I", 5) + b"test\0" + bytes(78)), (b"cprt", b"text" + bytes(4) + words + b"\0"),
            (b"wtpt", b"XYZ " + bytes(4) + number(0.9642) + number(1) + number(0.8249))]
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
    if primaries:
        columns = to_d50(primaries)
        for index, name in enumerate((b"r", b"g", b"b")):
            tags.append((name + b"XYZ", b"XYZ " + bytes(4) + b"".join(number(value) for value in columns[:, index])))
            tags.append((name + b"TRC", curve))
    else:
        tags.append((b"kTRC", curve))
    at, table, data = 128 + 4 + 12 * len(tags), b"", b""
    for name, value in tags:
        value += bytes(-len(value) % 4)
        table += name + struct.pack(">II", at + len(data), len(value))
        data += value
    head = struct.pack(">I4sI4s4s4s", at + len(data), b"\0\0\0\0", 0x02100000, b"mntr", b"RGB " if primaries else b"GRAY", b"XYZ ")
    head += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + number(0.9642) + number(1) + number(0.8249)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


# --- files -----------------------------------------------------------------------------------------

def oriented(orientation):
    exif = Image.Exif()
    exif[0x112] = orientation
    return exif


def qoi(image):
    """Every pixel as it is: QOI_OP_RGBA."""
    pixels = np.asarray(image.convert("RGBA")).reshape(-1, 4)
    data = np.concatenate([np.full((len(pixels), 1), 0xff, np.uint8), pixels], axis=1).tobytes()
    return b"qoif" + struct.pack(">IIBB", *image.size, 4, 0) + data + bytes(7) + b"\1"


def png(image, interlaced=False, depth=8):
    """What Pillow cannot write: 16 bits a channel, Adam7."""
    values = np.asarray(image)
    if depth == 16:
        values = (values.astype(np.uint16) * 257).astype(">u2")
    kind = {"L": 0, "RGB": 2, "RGBA": 6}[image.mode]
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows = b""
    for x, y, dx, dy in passes if interlaced else [(0, 0, 1, 1)]:
        for row in values[y::dy, x::dx]:
            rows += b"\0" + row.tobytes() if row.size else b""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    head = struct.pack(">IIBBBBB", *image.size, depth, kind, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def with_chunks(png_bytes, *chunks):
    """Behind the first: pairs of a name and data."""
    data = b"".join(struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks)
    return png_bytes[:33] + data + png_bytes[33:]


def profile_text(kind, data, packed):
    """A chunk that holds a profile as a text, as ImageMagick writes it."""
    digits = "\n".join(data.hex()[at:at + 72] for at in range(0, 2 * len(data), 72))
    text = f"\n{kind}\n{len(data):8}\n{digits}\n".encode()
    return b"zTXt" if packed else b"tEXt", f"Raw profile type {kind}".encode() + b"\0" + (b"\0" + zlib.compress(text) if packed else text)


def text_exif(png_bytes, exif, packed):
    return with_chunks(png_bytes, profile_text("exif", exif, packed))


def text_metadata(png_bytes):
    """All that stands beside its pixels, in texts, before and behind these."""
    words = b"\x1c\2\x78\0\5words"
    before = profile_text("iptc", b"8BIM\4\4\0\0" + struct.pack(">I", len(words)) + words, True), profile_text("APP1", b"Exif\0\0" + full_exif(), True)
    late = with_chunks(bytes(33), (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(XMP.encode())))[33:]
    return with_chunks(png_bytes[:-12] + late + png_bytes[-12:], *before)


def tga_from_right(image):
    """Which Pillow reads, but does not write."""
    head = struct.pack("<BBBHHBHHHHBB", 0, 0, 2, 0, 0, 0, 0, 0, *image.size, 24, 0x30)
    return head + np.ascontiguousarray(np.asarray(image)[:, ::-1, ::-1]).tobytes()


def pam(image):
    depth = len(image.getbands())
    head = f"P7\nWIDTH {image.width}\nHEIGHT {image.height}\nDEPTH {depth}\nMAXVAL 255\nTUPLTYPE {'RGB_ALPHA' if depth == 4 else 'RGB'}\nENDHDR\n"
    return head.encode() + image.tobytes()


def pfm(image):
    values = np.asarray(image).astype(float)[::-1] / 255
    light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return f"PF\n{image.width} {image.height}\n-1.0\n".encode() + light.astype("<f4").tobytes()


def planes(image):
    return [np.asarray(image.getchannel(band)) for band in image.getbands()]


def psds(image, alpha):
    """In every mode and depth; what is clear lies on white, but for the last, as other programs write it."""
    on_white = Image.alpha_composite(Image.new("RGBA", image.size, "white"), alpha).convert("RGB")
    clear = planes(on_white) + [np.asarray(alpha.getchannel("A"))]
    palette = image.quantize(64)
    colors = np.array((palette.getpalette() + [0] * 768)[:768], dtype=np.uint8).reshape(256, 3).T.tobytes()
    inks = [255 - plane for plane in planes(image.convert("CMYK"))]
    lab = ImageCms.profileToProfile(image, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB")
    values = np.frombuffer(lab.tobytes(), np.uint8).reshape(image.height, image.width, 3)
    profiled = [(psd.PROFILE, profile(BASE_RGB)), (psd.EXIF, full_exif()), (psd.XMP, XMP.encode())]
    return {
        "rgb.psd": psd.write(planes(image)),
        "raw.psd": psd.write(planes(image), packed=0, count=1, resources=profiled[:1]),
        "turned.psd": psd.write(planes(image), resources=profiled),
        "rgb.psb": psd.write(planes(image), large=True, count=2),
        "clear.psd": psd.write(clear, count=2, clear=True),
        "rgb-16.psd": psd.write([plane.astype(int) * 257 for plane in planes(image)], depth=16),
        "clear-16.psd": psd.write([plane.astype(int) * 257 for plane in clear], depth=16, count=1, clear="Mt16"),
        "l.psd": psd.write(planes(image.convert("L")), psd.GREY),
        "l-32.psd": psd.write([plane / 255 for plane in planes(image.convert("L"))], psd.GREY, 32),
        "1.psd": psd.write([~np.asarray(image.convert("1"))], psd.BITMAP, 1),
        "p.psd": psd.write([np.asarray(palette)], psd.INDEXED, colors=colors),
        "cmyk.psd": psd.write(inks, psd.CMYK),
        "clear-cmyk.psd": psd.write([255 - plane for plane in planes(on_white.convert("CMYK"))] + clear[3:], psd.CMYK, count=1, clear=True),
        "straight.psd": psd.write(planes(alpha), count=1, clear=True),
        "lab.psd": psd.write([values[..., 0], values[..., 1] + 128, values[..., 2] + 128], psd.LAB),
    }


def by_pillow(folder, picture_size):
    image = photo(picture_size)
    grey, palette, alpha = image.convert("L"), image.quantize(64), with_alpha(image)

    def save(name, what, **options):
        what.save(folder / name, **options)

    for name, sampling in (("444", 0), ("422", 1), ("420", 2)):
        save(f"{name}.jpg", image, quality=90, subsampling=sampling)
        save(f"progressive-{name}.jpg", image, quality=90, subsampling=sampling, progressive=True)
    save("grey.jpg", grey)
    save("cmyk.jpg", image.convert("CMYK"), quality=90)
    save("adobe-rgb.jpg", image, quality=92, icc_profile=profile(BASE_RGB))
    save("grey-gamma.jpg", grey, quality=92, icc_profile=profile(gamma=1.0))
    save("adobe-rgb.png", image, icc_profile=profile(BASE_RGB))
    save("adobe-rgb.webp", image, lossless=True, icc_profile=profile(BASE_RGB))
    save("adobe-rgb.tif", image, icc_profile=profile(BASE_RGB))
    for orientation in range(1, 9):
        exif = oriented(orientation)
        for suffix in ("jpg", "png", "webp", "tif"):
            save(f"orientation-{orientation}.{suffix}", image, exif=exif)
    modes = {"1": image.convert("1"), "l": grey, "la": alpha.convert("LA"), "p": palette, "rgb": image, "rgba": alpha}
    for name, what in modes.items():
        save(f"{name}.png", what)
    save("clear-index.png", palette, transparency=3)
    save("clear-colour.png", image, transparency=(250, 240, 10))
    for name, what in (("rgb", image), ("rgba", alpha), ("l", grey)):
        (folder / f"{name}-16.png").write_bytes(png(what, depth=16))
        (folder / f"{name}-interlaced.png").write_bytes(png(what, interlaced=True))
    for name, what in (("rgb", image), ("rgba", alpha)):
        save(f"{name}.webp", what, quality=90)
        save(f"{name}-lossless.webp", what, lossless=True)
    clear = bytearray((folder / "rgba-lossless.webp").read_bytes())
    clear[24] &= ~0x10  # says that none of it is clear
    (folder / "rgba-said-opaque.webp").write_bytes(clear)
    save("animated.webp", image, save_all=True, append_images=[image.rotate(90), image.rotate(180)], lossless=True)
    save("animated.png", image, save_all=True, append_images=[image.rotate(90), image.rotate(180)], duration=100)
    save("p.gif", palette)
    save("clear.gif", palette, transparency=3)
    save("animated.gif", palette, save_all=True, append_images=[palette.rotate(90), palette.rotate(180)], duration=100)
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        save(f"{compression}.tif", image, compression=compression)
    save("fax.tif", modes["1"], compression="group4")
    for name, what in (("1", modes["1"]), ("l", grey), ("p", palette), ("rgba", alpha), ("cmyk", image.convert("CMYK"))):
        save(f"{name}.tif", what)
    lab = ImageCms.profileToProfile(image, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB")
    save("lab.tif", lab)
    save("large-profile.tif", image, icc_profile=profile(BASE_RGB, words=b"-" * 1500000))
    save("l-16.tif", Image.fromarray(np.asarray(grey).astype(np.uint16) * 257))
    save("pages.tif", image, save_all=True, append_images=[grey, palette])
    for name, what in (("1", modes["1"]), ("l", grey), ("p", palette), ("rgb", image), ("rgba", alpha)):
        save(f"{name}.bmp", what)
    for name, what in (("1", modes["1"]), ("l", grey), ("rgb", image)):
        save(f"{name}.pnm", what)
    save("l-16.pgm", Image.fromarray(np.asarray(grey).astype(np.int32) * 257))
    exif = oriented(6).tobytes()[6:]
    for packed in (False, True):
        (folder / f"text-exif{'-packed' if packed else ''}.png").write_bytes(text_exif(png(image), exif, packed))
    (folder / "from-right.tga").write_bytes(tga_from_right(image))
    for name, what in (("rgb", image), ("rgba", alpha)):
        (folder / f"{name}.pam").write_bytes(pam(what))
    (folder / "rgb.pfm").write_bytes(pfm(image))
    layers = [xcf.Layer(np.asarray(alpha), at=(-9, 5)), xcf.Layer(np.asarray(image)[::-1], opacity=200), xcf.Layer(np.asarray(image))]
    (folder / "rgb.xcf").write_bytes(xcf.write(picture_size, layers[2:]))
    (folder / "layers.xcf").write_bytes(xcf.write(picture_size, layers))
    for name, data in psds(image, alpha).items():
        (folder / name).write_bytes(data)
    for name, what in (("1", modes["1"]), ("l", grey), ("la", alpha.convert("LA")), ("p", palette), ("rgb", image),
                       ("rgba", alpha)):
        save(f"{name}.tga", what)
        save(f"{name}-rle.tga", what, compression="tga_rle")
    for name, what in (("1", modes["1"]), ("l", grey), ("p", palette), ("rgb", image)):
        save(f"{name}.pcx", what)
    save("a.ico", alpha.resize((64, 64)), sizes=[(16, 16), (32, 32), (64, 64)])
    save("bmp.ico", alpha.resize((48, 48)), sizes=[(16, 16), (48, 48)], bitmap_format="bmp")
    for name, what in (("rgb", image), ("rgba", alpha)):
        (folder / f"{name}.qoi").write_bytes(qoi(what))
    for size in ((1, 1), (1, 700), (700, 1), (7, 5), (401, 399)):
        save(f"{size[0]}x{size[1]}.png", photo(size))
        save(f"{size[0]}x{size[1]}.jpg", photo(size), quality=95)
    (folder / "shapes.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 500 300" width="500">'
                                       '<rect width="300" height="200" fill="#fa0"/><circle cx="300" cy="180" r="100" '
                                       'fill="#06f" fill-opacity=".5"/><path d="M9 9L490 290" stroke="#fff"/></svg>')


def by_tools(folder):
    """Those of Debian: tools/deps names them."""
    source, clear = folder / "rgb.png", folder / "rgba.png"
    for name, command in {
            "lossy.jxl": ["cjxl", "-d", "1", source], "lossless.jxl": ["cjxl", "-d", "0", source],
            "alpha.jxl": ["cjxl", "-d", "0", clear], "from-jpeg.jxl": ["cjxl", folder / "420.jpg"],
            "progressive.jxl": ["cjxl", "-p", "-d", "1", source],
            "animated.jxl": ["cjxl", "-d", "3", folder / "animated.png"]}.items():  # that of libjxl 0.11 cannot read each GIF
        subprocess.run([*command, folder / name], capture_output=True, check=True)
    for name, options in {"a.heic": [source], "alpha.heic": [clear], "a.avif": ["-A", source],
                          "alpha.avif": ["-A", clear], "tiny.heic": [folder / "7x5.png"]}.items():
        subprocess.run(["heif-enc", "-q", "90", *options, "-o", folder / name], capture_output=True, check=True)
    for name in ("a.heic", "a.avif"):  # a grid and one picture, without the property that tells their size
        data = (folder / name).read_bytes()
        (folder / f"no-extent{(folder / name).suffix}").write_bytes(data.replace(b"ispe", b"free"))


def fill(folder, size=SIZE):
    """Gives the files."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    by_pillow(folder, size)
    by_tools(folder)
    return sorted(folder.iterdir())


# --- small ones ------------------------------------------------------------------------------------

SMALL, SMALL_BYTES = (24, 17), 5000
SVGS = {
    "nested": "<g>" * 50 + '<rect width="9" height="9"/>' + "</g>" * 50,
    "uses": '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g><use href="#a"/>',
    "text": '<style>text{fill:red}</style><text x="2" y="12" font-size="9">a<tspan>b</tspan></text>',
    "paints": '<defs><linearGradient id="g"><stop offset="0" stop-color="#f00"/><stop offset="1"/></linearGradient><filter id="f">'
              '<feGaussianBlur stdDeviation="2"/></filter><clipPath id="c"><circle r="9"/></clipPath></defs>'
              '<path d="M1 1h9v9z" fill="url(#g)" filter="url(#f)" clip-path="url(#c)" transform="rotate(9)"/>',
    "shadow": '<filter id="f"><feDropShadow id="b" dx="3" stdDeviation = "1" in2="a" result="r"/><feDropShadow flood-color="#f00" ><animate/>'
              '</feDropShadow><!-- <feDropShadow/> --></filter><rect x="6" y="5" width="9" height="7" filter="url(#f)"/>',
}
XMP = ('<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
       'rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:Rating="3" '
       'xmp:CreateDate="2024-05-01T12:00:00+02:00"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">t</rdf:li></rdf:Alt>'
       '</dc:title></rdf:Description></rdf:RDF></x:xmpmeta>')


def long_xmp(jpeg_bytes):
    """XMP in two segments, that tells places in the picture."""
    def packet(body, note=""):
        return ('<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
                'xmlns:r="http://www.metadataworkinggroup.com/schemas/regions/" xmlns:d="http://ns.adobe.com/xap/1.0/sType/Dimensions#" '
                f'xmlns:n="http://ns.adobe.com/xmp/note/" xmlns:t="http://ns.adobe.com/tiff/1.0/"{note}>{body}</rdf:Description></rdf:RDF></x:xmpmeta>').encode()

    def segment(data):
        return b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data

    guid, rest = "0123456789ABCDEF" * 2, packet('<t:ImageWidth>24</t:ImageWidth>')
    main = packet('<r:Regions rdf:parseType="Resource"><r:AppliedToDimensions d:w="24" d:h="17"/></r:Regions>', f' n:HasExtendedXMP="{guid}"')
    more = guid.encode() + struct.pack(">II", len(rest), 0) + rest
    return jpeg_bytes[:2] + segment(b"http://ns.adobe.com/xap/1.0/\0" + main) + segment(b"http://ns.adobe.com/xmp/extension/\0" + more) + jpeg_bytes[2:]


def full_exif():
    exif = oriented(6)
    exif[0x10f], exif[0x110], exif[0x10e] = "maker", "model", "words"
    exif[0x8769] = {0x9003: "2024:02:29 23:59:58", 0x9011: "+05:30", 0x829a: 0.01, 0x829d: 2.8, 0x8827: 200, 0x920a: 35.0}
    exif[0x8825] = {1: "N", 2: (48.0, 12.0, 30.5), 3: "E", 4: (11.0, 30.0, 0.0)}
    return exif.tobytes()[6:]


def xv(image):
    """A thumbnail of xv: 3, 3 and 2 bits."""
    rgb = np.asarray(image).astype(int)
    return f"P7 332\n#END_OF_COMMENTS\n{image.width} {image.height} 255\n".encode() + \
        (rgb[..., 0] & 0xe0 | rgb[..., 1] >> 3 & 0x1c | rgb[..., 2] >> 6).astype(np.uint8).tobytes()


def ilbm(image):
    """Four planes, as they are (EA IFF 85, ILBM)."""
    def chunk(name, data):
        return name + struct.pack(">I", len(data)) + data + bytes(len(data) % 2)
    values = np.asarray(image.quantize(16))
    row_bits = -(-image.width // 16) * 16
    body = b"".join(np.packbits(np.pad(row >> plane & 1, (0, row_bits - image.width))).tobytes() for row in values for plane in range(4))
    head = struct.pack(">HHhhBBBBHBBhh", *image.size, 0, 0, 4, 0, 0, 0, 0, 1, 1, *image.size)
    colors = bytes(image.quantize(16).getpalette()[:48])
    return chunk(b"FORM", b"ILBM" + chunk(b"BMHD", head) + chunk(b"CMAP", colors) + chunk(b"BODY", body))


def fill_small(folder):
    folder = pathlib.Path(folder)
    for path in fill(folder, SMALL):
        turned = path.name.startswith("orientation-") and not path.name.startswith("orientation-6")
        if turned or path.stat().st_size > SMALL_BYTES:
            path.unlink()
    with_alpha(photo(SMALL)).save(folder / "two.ico", sizes=[(8, 8), (16, 16)], bitmap_format="bmp")
    with_alpha(photo((16, 16))).save(folder / "png.ico", sizes=[(16, 16)])
    icon = bytearray((folder / "two.ico").read_bytes())
    icon[2] = 2
    (folder / "two.cur").write_bytes(icon)
    photo(SMALL).save(folder / "exif.jpg", exif=b"Exif\0\0" + full_exif(), quality=50)
    small = io.BytesIO()
    photo(SMALL).save(small, "jpeg", quality=50)
    (folder / "long-xmp.jpg").write_bytes(long_xmp(small.getvalue()))
    photo(SMALL).save(folder / "exif.webp", exif=full_exif(), quality=50, xmp=XMP.encode())
    for name, body in SVGS.items():
        (folder / f"{name}.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="24" height="17">' + body + "</svg>")
    layers = [xcf.Layer(np.asarray(photo(SMALL)), group=True, path=[0], opacity=99),
              xcf.Layer(np.asarray(with_alpha(photo(SMALL))), at=(3, -2), mode=30, mask=np.asarray(photo(SMALL).convert("L")), path=[0, 0])]
    (folder / "group.xcf").write_bytes(xcf.write(SMALL, layers, packed=2, version=12, precision=250))
    small = io.BytesIO()
    photo((12, 9)).save(small, "jpeg", quality=30)
    without = [(psd.VERSION, b"\0\0\0\1\0" + bytes(12)), (psd.THUMBNAIL, psd.thumbnail(small.getvalue(), (12, 9)))]
    (folder / "thumbnail.psd").write_bytes(psd.write([np.full((17, 24), 255)] * 3, count=1, resources=without))
    pixels = np.asarray(photo(SMALL))
    through = [xcf.Layer(pixels, group=True, path=[0], mode=61), xcf.Layer(layers[1].pixels, path=[0, 0], mode=38, at=(3, -2)),
               xcf.Layer(pixels, group=True, path=[0, 1], mask=pixels[..., 0]), xcf.Layer(pixels, path=[0, 1, 0], mode=26), xcf.Layer(pixels, path=[1])]
    (folder / "through.xcf").write_bytes(xcf.write(SMALL, through))
    numbers = (b"cICP", bytes([9, 16, 0, 1])), (b"cLLI", struct.pack(">II", 4000 * 10000, 100 * 10000))
    (folder / "text-metadata.png").write_bytes(text_metadata(png(photo(SMALL))))
    (folder / "hdr.png").write_bytes(with_chunks(png(photo(SMALL)), *numbers))
    (folder / "packed.svgz").write_bytes(gzip.compress((folder / "paints.svg").read_bytes(), mtime=0))
    paints = (folder / "paints.svg").read_text()
    (folder / "utf-16.svg").write_bytes(f'\ufeff<?xml version="1.0" encoding="UTF-16"?>{paints}'.encode("utf-16-be"))
    (folder / "a.xpm").write_text('/* XPM */\nstatic char *a[] = {\n"2 2 2 1",\n"a c #ff0000",\n"b c None",\n"ab",\n"ba"\n};\n')
    (folder / "a.xv").write_bytes(xv(photo(SMALL)))
    (folder / "a.iff").write_bytes(ilbm(photo(SMALL)))
    (folder / "a.dng").write_bytes(dng.write(photo((32, 24))))
    (folder / "unread.dng").write_bytes(dng.write(photo((32, 24)), 52546, [(52546, (folder / "lossy.jxl").read_bytes()), (7, (folder / "420.jpg").read_bytes())]))
    (folder / "full.exif").write_bytes(full_exif())
    (folder / "a.xmp").write_text(XMP)
    (folder / "rgb.icc").write_bytes(profile(BASE_RGB))
    (folder / "grey.icc").write_bytes(profile(gamma=1.8))


if __name__ == "__main__":
    if sys.argv[1] == "--small":
        fill_small(sys.argv[2])
    else:
        fill(sys.argv[1])
