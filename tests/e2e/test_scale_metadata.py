"""What goes with the pixels through frieze scale: EXIF, XMP and IPTC, true of the result, seen by other decoders; or nothing."""
# ctest: COST 12

import io
import json
import struct
import subprocess
import zlib
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, IptcImagePlugin, PngImagePlugin

import pictures
from frieze import need

MAKE, MODEL, ORIENTATION, DATE, XMP_TAG = 0x10f, 0x110, 0x112, 0x132, 0x2bc
EXIF_IFD, GPS_IFD, INTEROP_IFD = 0x8769, 0x8825, 0xa005
TAKEN, NOTE, COLORS, WIDTH, HEIGHT, BITS = 0x9003, 0x927c, 0xa001, 0xa002, 0xa003, 0x9102
SIZE = (900, 600)
XMP = ('<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
       'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmp:Rating="4" '
       'xmpNote:HasExtendedXMP="0123456789ABCDEF0123456789ABCDEF" GCamera:MotionPhoto="1" '
       'xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" '
       'tiff:Orientation="6" exif:PixelXDimension = \'900\' photoshop:ICCProfile="Display P3" '
       'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" '
       'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
       '<tiff:ImageLength>600</tiff:ImageLength><exif:PixelYDimension>600</exif:PixelYDimension>'
       '<xmp:Label>tiff:Orientation is kept here</xmp:Label></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>')


def scale(home, *arguments, status=0):
    result = home.frieze("scale", *arguments)
    assert result.status == status, result
    return result


def exif_block(order="<", note=b"maker's own", thumbnail=b"\xff\xd8 a thumbnail \xff\xd9" * 50):
    """A TIFF structure as cameras write it, with a directory for each purpose; the maker's note stands behind them all."""
    def directory(at, entries, following=0):
        body, extra, after = b"", b"", at + 2 + 12 * len(entries) + 4
        for tag, kind, count, value in entries:
            if len(value) > 4:
                body += struct.pack(order + "HHII", tag, kind, count, after + len(extra))
                extra += value + b"\0" * (len(value) % 2)
            else:
                body += struct.pack(order + "HHI", tag, kind, count) + value.ljust(4, b"\0")
        return struct.pack(order + "H", len(entries)) + body + struct.pack(order + "I", following) + extra

    def short(value):
        return struct.pack(order + "H", value)

    def long(value):
        return struct.pack(order + "I", value)

    places = {"exif": 0, "gps": 0, "interop": 0, "thumbnail": 0}
    for _ in range(2):  # the second time with the places that the first one found
        first = directory(8, [(0x100, 4, 1, long(900)), (MAKE, 2, 7, b"Frieze\0"), (MODEL, 2, 12, b"Wall Mark 2\0"),
                              (ORIENTATION, 3, 1, short(6)), (DATE, 2, 20, b"2021:02:03 04:05:06\0"),
                              (EXIF_IFD, 4, 1, long(places["exif"])), (GPS_IFD, 4, 1, long(places["gps"]))], places["thumbnail"])
        places["exif"] = 8 + len(first)
        exif = directory(places["exif"], [(0x829a, 5, 1, long(1) + long(125)), (TAKEN, 2, 20, b"2020:01:02 03:04:05\0"),
                                          (BITS, 5, 1, long(4) + long(1)), (NOTE, 7, len(note), note), (COLORS, 3, 1, short(65535)),
                                          (WIDTH, 3, 1, short(900)), (HEIGHT, 4, 1, long(600)),
                                          (INTEROP_IFD, 4, 1, long(places["interop"]))])
        places["gps"] = places["exif"] + len(exif)
        gps = directory(places["gps"], [(1, 2, 2, b"S\0"), (2, 5, 3, b"".join(long(n) for n in (33, 1, 30, 1, 0, 1)))])
        places["interop"] = places["gps"] + len(gps)
        interop = directory(places["interop"], [(1, 2, 4, b"R03\0")])
        places["thumbnail"] = places["interop"] + len(interop)
        at = places["thumbnail"] + 2 + 12 * 2 + 4
        small = directory(places["thumbnail"], [(0x201, 4, 1, long(at)), (0x202, 4, 1, long(len(thumbnail)))]) + thumbnail
    return (b"II*\0" if order == "<" else b"MM\0*") + long(8) + first + exif + gps + interop + small


def write(path, exif=None, xmp=None, iptc=None, size=SIZE):
    image, options = pictures.draw(5, size), {}
    if exif:
        options["exif"] = b"Exif\0\0" + exif if path.suffix != ".png" else exif
    if path.suffix in (".webp", ".avif") and xmp:
        options["xmp"] = xmp.encode()
    if path.suffix == ".png" and xmp:
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp)
        options["pnginfo"] = info
    data = io.BytesIO()
    image.save(data, Image.registered_extensions()[path.suffix], **options)
    data = data.getvalue()
    if path.suffix == ".jpg":
        data = data[:2] + segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0" + xmp.encode() if xmp else None) \
            + segment(0xed, b"Photoshop 3.0\0" + iptc if iptc else None) + data[2:]
    path.write_bytes(data)
    return path


def segment(marker, payload):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(payload) + 2) + payload if payload else b""


def xmp_of(path):
    data = path.read_bytes()
    begin, end = data.find(b"<?xpacket begin"), data.find(b"<?xpacket end")
    return data[begin:end].decode() if begin >= 0 else None


def iim(*texts):
    return b"".join(struct.pack(">BBBH", 0x1c, 2, number, len(text)) + text for number, text in texts)


def resources(*some):
    return b"".join(b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + b"\0" * (len(data) % 2) for number, data in some)


@pytest.fixture(params=[".jpg", ".png", ".webp"])
def source(home, request):
    return write(home / f"in{request.param}", exif_block(), XMP, resources((1036, b"a thumbnail"), (1028, iim((120, b"a caption")))))


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_exif_is_true_of_the_result(home, source, suffix, isolation):
    out = home / f"out{suffix}"
    scale(home, "--isolation", isolation, "-s", 300, source, out)
    with Image.open(out) as image:
        exif = image.getexif()
        taken = exif.get_ifd(EXIF_IFD)
        assert image.size == (200, 300) and exif[ORIENTATION] == 1
        assert (exif[MAKE], exif[MODEL], exif[DATE]) == ("Frieze", "Wall Mark 2", "2021:02:03 04:05:06")
        assert (taken[WIDTH], taken[HEIGHT], taken[COLORS]) == (200, 300, 1) and taken[TAKEN] == "2020:01:02 03:04:05"
        assert taken[0x829a] == 1 / 125 and taken[NOTE] == b"maker's own" and BITS not in taken and 0x100 not in exif
        assert exif.get_ifd(GPS_IFD)[2] == (33, 30, 0) and exif.get_ifd(INTEROP_IFD)[1] == "R98"
        assert pictures.read(image.convert("RGB"), (0, 0, 200, 300)) == \
            pictures.read(pictures.draw(5, SIZE).transpose(Image.ROTATE_270), (0, 0, 600, 900))
    assert b"a thumbnail" not in out.read_bytes()


def srgb_of_adobe_rgb(pixels):
    """By the matrices of both: Adobe RGB (1998) color image encoding, 4.3.4; IEC 61966-2-1, 5.3. Of 0 to 255 each."""
    to_xyz = np.array([[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529], [0.02703, 0.07069, 0.99134]])
    to_srgb = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])
    light = ((pixels / 255) ** (563 / 256) @ (to_srgb @ to_xyz).T).clip(0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055) * 255


def test_adobe_rgb_of_cameras(home):
    """They write no profile, but an interoperability index of R03."""
    path, out = home / "in.jpg", home / "out.png"
    across, down = np.meshgrid(np.linspace(40, 215, 96), np.linspace(40, 215, 64))
    colors = np.stack([across, down, 255 - across], axis=-1).astype(np.uint8)
    for index in (b"R03", b"R98"):
        Image.fromarray(colors).save(path, quality=95, subsampling=0, exif=b"Exif\0\0" + exif_block().replace(b"R03", index))
        scale(home, "-s", 0, path, out)
        with Image.open(path) as image:
            stored = np.asarray(image.transpose(Image.ROTATE_270)).astype(float)
        with Image.open(out) as image:
            shown = np.asarray(image.convert("RGB")).astype(float)
        expected = srgb_of_adobe_rgb(stored) if index == b"R03" else stored
        assert np.abs(shown - expected).max() < 3
    assert np.abs(srgb_of_adobe_rgb(stored) - stored).max() > 20


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_xmp_is_true_of_the_result(home, source, suffix):
    out = home / f"out{suffix}"
    scale(home, "-s", 300, source, out)
    expected = XMP
    for old, new in (('tiff:Orientation="6"', 'tiff:Orientation="1"'), ("PixelXDimension = '900'", "PixelXDimension = '200'"),
                     ("Length>600", "Length>300"), ("YDimension>600", "YDimension>300"),
                     (' xmpNote:HasExtendedXMP="0123456789ABCDEF0123456789ABCDEF"', ""), ('Photo="1"', 'Photo="0"'), ("Display P3", "sRGB IEC61966-2.1")):
        assert old in expected
        expected = expected.replace(old, new)
    assert xmp_of(out) == expected[:expected.index("<?xpacket end")]


def test_libvips_sees_the_same(home, source):
    need("vipsheader")
    out = home / "out.jpg"
    scale(home, "-s", 300, source, out)
    told = dict(line.split(": ", 1) for line in subprocess.run(["vipsheader", "-a", out], capture_output=True, text=True, check=True)
                .stdout.splitlines() if ": " in line)
    assert (told["width"], told["height"], told["interpretation"]) == ("200", "300", "srgb")
    assert told["orientation"] == "1" and told["exif-ifd0-Make"].startswith("Frieze")
    assert told["exif-ifd2-PixelXDimension"].startswith("200") and told["exif-ifd3-GPSLatitude"].startswith("33")
    assert not any(key.startswith("exif-ifd1") or key == "icc-profile-data" for key in told)


def test_iptc_goes_along(home):
    for number, caption in enumerate((b"a caption", b"of even length")):
        source = write(home / f"{number}.jpg", iptc=resources((1036, b"a thumbnail"), (1028, iim((120, caption)))))
        scale(home, "-s", 300, source, home / "out.jpg")
        with Image.open(home / "out.jpg") as image:
            assert IptcImagePlugin.getiptcinfo(image) == {(2, 120): caption}
        assert b"a thumbnail" not in (home / "out.jpg").read_bytes()
        scale(home, "-s", 300, source, home / "out.png")
        with Image.open(home / "out.png") as image:
            told = image.text["Raw profile type iptc"].split()
            block = bytes.fromhex("".join(told[2:]))
            assert told[0] == "iptc" and int(told[1]) == len(block)
            assert block == resources((1028, iim((120, caption))))
        scale(home, "-s", 300, home / "out.png", home / "again.jpg")
        with Image.open(home / "again.jpg") as image:
            assert IptcImagePlugin.getiptcinfo(image) == {(2, 120): caption}


@pytest.mark.parametrize("size", [300, 0])
def test_stripped(home, source, size):
    """Nothing at all, also of what would be copied."""
    for suffix in (".jpg", ".png", ".webp"):
        out = home / f"out{suffix}"
        scale(home, "--strip", "-s", size, source, out)
        with Image.open(out) as image:
            assert not image.getexif() and not image.info.get("exif") and xmp_of(out) is None
        assert b"Frieze" not in out.read_bytes() and b"caption" not in out.read_bytes()
    upright = write(home / f"upright{source.suffix}", exif_block().replace(struct.pack("<HHIH", ORIENTATION, 3, 1, 6),
                                                                          struct.pack("<HHIH", ORIENTATION, 3, 1, 1)), XMP)
    scale(home, "-s0", upright, home / f"same{source.suffix}")
    assert (home / f"same{source.suffix}").read_bytes() == upright.read_bytes()
    scale(home, "--strip", "-s0", upright, home / f"stripped{source.suffix}")
    assert b"Frieze" not in (home / f"stripped{source.suffix}").read_bytes()


def test_in_a_folder_too(home, source):
    (home / "some").mkdir()
    source.rename(home / "some" / source.name)
    scale(home, "-s", 300, home / "some", home / "out")
    scale(home, "-s", 300, "--strip", home / "some", home / "bare")
    with Image.open(home / "out" / source.name) as image:
        assert image.getexif()[MAKE] == "Frieze"
    with Image.open(home / "bare" / source.name) as image:
        assert not image.getexif()


def test_big_endian_and_notes_that_stay_where_they_were(home):
    """What a maker's note points to counts from the start of the structure: it stays in its place, or is left out."""
    note = b"note" + bytes(range(256)) * 8
    block = exif_block(">", note)
    scale(home, "-s", 300, write(home / "in.jpg", block), home / "out.jpg")
    with Image.open(home / "out.jpg") as image:
        kept = image.info["exif"][6:]
        assert image.getexif()[ORIENTATION] == 1 and image.getexif().get_ifd(EXIF_IFD)[NOTE] == note
    assert kept[:2] == b"MM" and kept.index(note) == block.index(note)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_what_is_broken_is_left_out(home, suffix):
    """Cut short anywhere, with a byte turned anywhere, going in circles: the picture is there, and what it keeps can be read."""
    block = exif_block()
    broken = [block[:cut] for cut in range(0, len(block), 61)] + [b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\0", b"II*\0\xff\xff\xff\xff"]
    for at in range(4, 300, 7):
        broken.append(block[:at] + bytes([block[at] ^ 0xff]) + block[at + 1:])
    (home / "in").mkdir()
    for number, some in enumerate(broken):
        write(home / "in" / f"{number}{suffix}", some or b"\0", XMP[:200 + number])
    result = scale(home, "-s", 100, home / "in", home / "out")
    assert f" scaled {len(broken)} using" in result.out
    for number in range(len(broken)):
        with Image.open(home / "out" / f"{number}{suffix}") as image:
            image.load()
            assert image.getexif().get(ORIENTATION, 1) == 1
            assert dict(image.getexif()) is not None and image.getexif().get_ifd(EXIF_IFD) is not None


def test_what_is_too_large_or_strange_is_left_out(home):
    scale(home, "-s", 100, write(home / "large.png", xmp=XMP.replace("kept", "kept" + " " * 70000)), home / "out.jpg")
    assert xmp_of(home / "out.jpg") is None
    scale(home, "-s", 100, write(home / "cut.png", xmp=XMP.replace("</rdf:Description>", "")), home / "out.jpg")
    assert xmp_of(home / "out.jpg") is None
    note = bytes(60000)
    scale(home, "-s", 100, write(home / "note.jpg", exif_block("<", note, b"")), home / "out.jpg")
    with Image.open(home / "out.jpg") as image:
        assert image.getexif()[MAKE] == "Frieze" and image.getexif().get_ifd(EXIF_IFD)[NOTE] == note


def packet(body, spaces="", attributes=""):
    return (f'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {spaces} '
            f'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" {SPACES}{attributes}>{body}'
            '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>')


SPACES = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in (
    ("tiff", "http://ns.adobe.com/tiff/1.0/"), ("exif", "http://ns.adobe.com/exif/1.0/"), ("xmp", "http://ns.adobe.com/xap/1.0/"),
    ("xmpGImg", "http://ns.adobe.com/xap/1.0/g/img/"), ("xmpNote", "http://ns.adobe.com/xmp/note/"), ("dc", "http://purl.org/dc/elements/1.1/"),
    ("mwg-rs", "http://www.metadataworkinggroup.com/schemas/regions/"), ("stArea", "http://ns.adobe.com/xmp/sType/Area#"),
    ("stDim", "http://ns.adobe.com/xap/1.0/sType/Dimensions#"), ("MP", "http://ns.microsoft.com/photo/1.2/"),
    ("MPRI", "http://ns.microsoft.com/photo/1.2/t/RegionInfo#"), ("MPReg", "http://ns.microsoft.com/photo/1.2/t/Region#"),
    ("Iptc4xmpExt", "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"), ("xmpTPg", "http://ns.adobe.com/xap/1.0/t/pg/")))


def scaled_xmp(home, xmp, orientation=1, more=b""):
    """What stands in the copy, which is 300 x 200, or turned."""
    exif = exif_block().replace(struct.pack("<HHIH", ORIENTATION, 3, 1, 6), struct.pack("<HHIH", ORIENTATION, 3, 1, orientation))
    data = write(home / "in.jpg", exif, xmp).read_bytes()
    (home / "in.jpg").write_bytes(data[:2] + more + data[2:])
    scale(home, "-s", 300, home / "in.jpg", home / "out.jpg")
    return xmp_of(home / "out.jpg")


def test_xmp_in_other_forms(home):
    """Padded by zeros; with other prefixes; as elements, with attributes, or with others in them; and what only looks like it."""
    assert 'tiff:Orientation="1"' in scaled_xmp(home, XMP + "\0\0")
    assert 't:Orientation="1"' in scaled_xmp(home, XMP.replace("tiff:", "t:").replace(":tiff", ":t"))
    for body, expected in (('<tiff:Orientation rdf:datatype="x">6</tiff:Orientation>', '<tiff:Orientation rdf:datatype="x">1</tiff:Orientation>'),
                           ("<tiff:ImageWidth><rdf:value>6</rdf:value></tiff:ImageWidth>", ""),
                           ("<tiff:ImageWidth/><tiff:ImageLength></tiff:ImageLength>", "<tiff:ImageLength>200</tiff:ImageLength>"),
                           ("<xmp:Thumbnails><rdf:Alt><rdf:li><xmpGImg:image>AAAA</xmpGImg:image></rdf:li></rdf:Alt></xmp:Thumbnails>", ""),
                           ("<xmp:Label>tiff:Orientation='6'</xmp:Label>", "<xmp:Label>tiff:Orientation='6'</xmp:Label>"),
                           ("<!-- <tiff:Orientation>6</tiff:Orientation> -->", "<!-- <tiff:Orientation>6</tiff:Orientation> -->")):
        assert scaled_xmp(home, packet(body)) == packet(expected).split("<?xpacket end")[0]


REGIONS = ('<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:AppliedToDimensions stDim:w="900" stDim:h="600" stDim:unit="pixel"/>'
           '<mwg-rs:RegionList><rdf:Bag><rdf:li rdf:parseType="Resource"><mwg-rs:Area stArea:x="0.5" stArea:y="0.4" stArea:w="0.1" '
           'stArea:h="0.2" stArea:unit="normalized"/><mwg-rs:Name>Ada</mwg-rs:Name></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>')
PEOPLE = ('<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag><rdf:li MPReg:Rectangle="0.45, 0.3, 0.1, 0.2" '
          'MPReg:PersonDisplayName="Ada"/></rdf:Bag></MPRI:Regions></MP:RegionInfo>')
PARTS = ('<Iptc4xmpExt:ImageRegion><rdf:Bag><rdf:li rdf:parseType="Resource"><Iptc4xmpExt:RegionBoundary '
         'Iptc4xmpExt:rbUnit="relative" Iptc4xmpExt:rbX="0.5"/></rdf:li></rdf:Bag></Iptc4xmpExt:ImageRegion>')
PLACES = ("<exif:SubjectArea><rdf:Seq><rdf:li>450</rdf:li><rdf:li>300</rdf:li></rdf:Seq></exif:SubjectArea>"
          "<exif:SubjectLocation><rdf:Seq><rdf:li>450</rdf:li><rdf:li>300</rdf:li></rdf:Seq></exif:SubjectLocation>")
PAGE = '<xmpTPg:MaxPageSize stDim:w="900" stDim:h="600"/>'


def test_places_that_xmp_tells(home):
    """Parts of the sides are the same in a smaller picture, but not in one that was turned; pixels are others in both."""
    source = packet(REGIONS + PEOPLE + PLACES + PARTS + PARTS.replace("relative", "pixel") + PAGE)
    smaller = REGIONS.replace('w="900" stDim:h="600"', 'w="300" stDim:h="200"') + PEOPLE + PARTS + PAGE
    assert scaled_xmp(home, source) == packet(smaller).split("<?xpacket end")[0]
    assert scaled_xmp(home, source, orientation=6) == packet(PAGE).split("<?xpacket end")[0]


def test_xmp_in_several_segments(home):
    """All of it becomes one packet, where it is whole and fits in one; what is not there is not named."""
    def pieces(rest, guid=b"0123456789ABCDEF0123456789ABCDEF", most=9):
        size = len(rest) // 3 + 1
        return b"".join(segment(0xe1, b"http://ns.adobe.com/xmp/extension/\0" + guid + struct.pack(">II", len(rest), at) + rest[at:at + size])
                        for at in list(range(0, len(rest), size))[:most])

    main = packet("<xmp:Label>first</xmp:Label>", attributes=' xmpNote:HasExtendedXMP="0123456789ABCDEF0123456789ABCDEF"')
    alone = packet("<xmp:Label>first</xmp:Label>").split("<?xpacket end")[0]
    rest = packet("<dc:source>the rest</dc:source><tiff:Orientation>6</tiff:Orientation>").split("?>", 1)[1].split("<?xpacket")[0].encode()
    told = scaled_xmp(home, main, more=pieces(rest), orientation=6)
    assert "HasExtendedXMP" not in told and told.startswith(alone[:alone.index("</rdf:RDF>")])
    assert "<dc:source>the rest</dc:source><tiff:Orientation>1</tiff:Orientation></rdf:Description></rdf:RDF></x:xmpmeta>" in told
    first, second = ElementTree.fromstring(told)[0]
    assert [one.text for one in first] == ["first"] and [one.text for one in second] == ["the rest", "1"]
    for other in (pieces(rest, most=2), pieces(rest, guid=b"F" * 32), pieces(rest.replace(b"the rest", b"the rest" * 10000)),
                  pieces(rest[:-20]), pieces(rest.replace(b"rdf:RDF ", b'rdf:RDF xmlns:a="urn:a" ')), pieces(rest.replace(b"rdf:", b"r:")), b""):
        assert scaled_xmp(home, main, more=other) == alone


def test_places_in_the_larger_picture_and_previews_are_left_out(home):
    image, exif = pictures.draw(5, SIZE), Image.Exif()
    exif[MAKE], exif[EXIF_IFD] = "Frieze", {0x9214: (450, 300, 80, 80), TAKEN: "2020:01:02 03:04:05"}
    image.save(home / "in.jpg", exif=exif)
    data = (home / "in.jpg").read_bytes()
    assert b"\x92\x14"[::-1] in data or b"\x92\x14" in data
    iptc = resources((1028, iim((120, b"a caption"), (202, b"an older picture"), (25, b"a keyword"))))
    (home / "in.jpg").write_bytes(data[:2] + segment(0xed, b"Photoshop 3.0\0" + iptc) + data[2:])
    scale(home, "-s", 100, home / "in.jpg", home / "out.jpg")
    with Image.open(home / "out.jpg") as image:
        taken = image.getexif().get_ifd(EXIF_IFD)
        assert image.getexif()[MAKE] == "Frieze" and taken[TAKEN] and 0x9214 not in taken
        told = IptcImagePlugin.getiptcinfo(image)
    assert told == {(2, 120): b"a caption", (2, 25): b"a keyword"}


def test_from_formats_that_are_not_written(home):
    """A TIFF is such a structure itself, and holds XMP as a tag."""
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION], exif[XMP_TAG] = "Frieze", 6, XMP.encode()
    pictures.draw(5, SIZE).save(home / "in.tif", exif=exif)
    scale(home, "-s", 300, home / "in.tif", home / "out.jpg")
    with Image.open(home / "out.jpg") as image:
        assert dict(image.getexif()) == {MAKE: "Frieze", ORIENTATION: 1} and image.size == (200, 300)
    assert 'tiff:Orientation="1"' in xmp_of(home / "out.jpg")


# --- PNG: chunks anywhere, and what stands in texts -----------------------------------------------------------------

def png(path, early=(), late=(), pieces=1, size=SIZE, rows=None):
    """With chunks before and behind the pixels, which stand in so many of them; `rows` are not packed."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    image = pictures.draw(5, SIZE)
    packed = zlib.compress(rows, 0) if rows else \
        zlib.compress(b"".join(b"\0" + image.crop((0, y, SIZE[0], y + 1)).tobytes() for y in range(SIZE[1])))
    step = max(1, len(packed) // pieces)
    data = [(b"IDAT", packed[at:at + step]) for at in range(0, len(packed), step)]
    data += [(b"IDAT", b"")] * (pieces - len(data))
    head = (b"IHDR", struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in [head, *early, *data, *late, (b"IEND", b"")]))
    return path


def profile(keyword, data, packed=False, name=None):
    """A text as ImageMagick writes it; exiftool gives it another name."""
    digits = "\n".join(data.hex()[at:at + 72] for at in range(0, 2 * len(data), 72))
    text = f"\n{name or keyword.split()[-1]}\n{len(data):8}\n{digits}\n".encode()
    return (b"zTXt" if packed else b"tEXt", keyword.encode() + b"\0" + (b"\0" + zlib.compress(text) if packed else text))


def packed_xmp(xmp):
    return b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp.encode())


def assert_kept(path):
    with Image.open(path) as image:
        assert image.size == (200, 300) and image.getexif()[ORIENTATION] == 1 and image.getexif()[MAKE] == "Frieze"
        assert image.getexif().get_ifd(EXIF_IFD)[TAKEN] == "2020:01:02 03:04:05"


def test_png_keeps_what_stands_behind_its_pixels(home):
    """As libpng writes them: 8 KB in a chunk, thousands of chunks in a large picture."""
    late = [(b"eXIf", exif_block()), (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP.encode())]
    scale(home, "-s", 300, png(home / "in.png", late=late, pieces=20000), home / "out.jpg")
    assert_kept(home / "out.jpg")
    assert 'tiff:Orientation="1"' in xmp_of(home / "out.jpg")


MANY_TEXTS = [(b"tEXt", b"Comment\0one of many")] * 600


@pytest.mark.parametrize("late", [[(b"eXIf", exif_block())], [profile("Raw profile type exif", exif_block(), True)],
                                  [*MANY_TEXTS, profile("Raw profile type exif", exif_block())]], ids=["chunk", "text", "many texts"])
def test_png_too_large_to_be_held_lies_as_it_says_behind_its_pixels(home, late):
    size = (3600, 3200)
    source = png(home / "in.png", late=late, pieces=4000, size=size, rows=(b"\0" + b"\x80" * 3 * size[0]) * size[1])
    assert source.stat().st_size > 32 << 20
    scale(home, "-s", 300, source, home / "out.jpg")
    with Image.open(home / "out.jpg") as image:
        assert image.size == (267, 300) and image.getexif()[ORIENTATION] == 1
    told = json.loads(home.frieze("probe", source).out)
    assert (told["width"], told["height"], told["orientation"]) == (size[1], size[0], 6)


def test_png_keeps_what_stands_behind_many_texts(home):
    texts = [*MANY_TEXTS, profile("Raw profile type exif", exif_block()), packed_xmp(XMP)]
    scale(home, "-s", 300, png(home / "in.png", texts), home / "out.jpg")
    assert_kept(home / "out.jpg")
    assert 'tiff:Orientation="1"' in xmp_of(home / "out.jpg")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("keyword, begin", [("exif", b"Exif\0\0"), ("exif", b""), ("APP1", b"Exif\0\0")], ids=["exif", "bare", "APP1"])
def test_png_keeps_exif_that_stands_in_a_text(home, keyword, begin, packed):
    text = profile(f"Raw profile type {keyword}", begin + exif_block(), packed)
    scale(home, "-s", 300, png(home / "in.png", [text]), home / "out.jpg")
    assert_kept(home / "out.jpg")


def test_png_keeps_exif_of_its_chunk_before_that_of_a_text(home):
    text = profile("Raw profile type exif", exif_block().replace(b"Frieze", b"Others"))
    scale(home, "-s", 300, png(home / "in.png", [text], [(b"eXIf", exif_block())]), home / "out.jpg")
    assert_kept(home / "out.jpg")


@pytest.mark.parametrize("text", [packed_xmp(XMP), profile("Raw profile type xmp", XMP.encode(), True),
                                  profile("Raw profile type APP1", b"http://ns.adobe.com/xap/1.0/\0" + XMP.encode())],
                         ids=["packed", "xmp", "APP1"])
def test_png_keeps_xmp_that_is_packed_or_stands_in_a_text(home, text):
    scale(home, "-s", 300, png(home / "in.png", [text]), home / "out.webp")
    assert 'PixelXDimension = \'300\'' in xmp_of(home / "out.webp")


@pytest.mark.parametrize("data, keyword, name", [(resources((1028, iim((120, b"a caption")))), "iptc", None),
                                                 (resources((1028, iim((120, b"a caption")))), "iptc", "IPTC profile"),
                                                 (resources((1036, b"small"), (1028, iim((120, b"a caption")))), "8bim", None),
                                                 (iim((120, b"a caption")), "iptc", None)],
                         ids=["resources", "by exiftool", "8bim", "datasets"])
def test_png_keeps_iptc_that_stands_in_a_text(home, data, keyword, name):
    scale(home, "-s", 300, png(home / "in.png", [profile(f"Raw profile type {keyword}", data, True, name)]), home / "out.jpg")
    with Image.open(home / "out.jpg") as image:
        assert IptcImagePlugin.getiptcinfo(image) == {(2, 120): b"a caption"}


def test_png_by_imagemagick(home):
    need("convert")
    source = write(home / "in.jpg", exif_block(), XMP, resources((1028, iim((120, b"a caption")))))
    subprocess.run(["convert", source, home / "in.png"], check=True)
    scale(home, "-s", 300, home / "in.png", home / "out.jpg")
    assert_kept(home / "out.jpg")
    with Image.open(home / "out.jpg") as image:
        assert IptcImagePlugin.getiptcinfo(image) == {(2, 120): b"a caption"}
    assert 'tiff:Orientation="1"' in xmp_of(home / "out.jpg")


def test_png_that_goes_on_and_on_ends_in_time(home):
    """More chunks than any picture has, and texts that unpack to gigabytes: what stands before them is kept."""
    bomb = b"Raw profile type xmp\0\0" + zlib.compress(b"\nxmp\n 9\n" + b"20" * (128 << 20), 1)
    many = [(b"zTXt", bomb)] + [packed_xmp(" " * (8 << 20))] * 40 + [(b"noNe", b"")] * 300000
    scale(home, "-s", 300, png(home / "in.png", [(b"eXIf", exif_block())], many), home / "out.jpg")
    assert_kept(home / "out.jpg")
    assert xmp_of(home / "out.jpg") is None
