"""Drawings are sharp however far they are zoomed: what is shown is what librsvg draws at that size."""
# ctest: COST 12

import base64
import gzip
import io
import pathlib
import re
import subprocess
import sys
import urllib.parse

import numpy as np
import pytest
from PIL import Image

from frieze import is_sanitized, need

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "fuzz"))
import pipeline  # noqa: E402

GROUND = (12, 12, 14)
WINDOW = (960, 720)
SHAPES = """<path d="M0 0 L30 90 M0 90 L30 60 M0 45.1 H30 M10.03 0 V90" stroke="#fff" stroke-width=".07"/>
<g opacity=".5"><circle cx="12" cy="40" r="5" fill="red"/><circle cx="16" cy="42" r="5" fill="blue"/></g>
<g mask="url(#m)"><rect x="2" y="50" width="26" height="6" fill="lime"/></g>
<defs><mask id="m"><circle cx="15" cy="52" r="6" fill="#fff"/></mask><filter id="f"><feGaussianBlur stdDeviation=".6"/>
</filter></defs><circle cx="22" cy="34" r="2" fill="#ff8" filter="url(#f)"/>"""


def draw(home, width, height):
    path = home / "drawings" / "a.svg"
    path.parent.mkdir()
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 30 90">'
                    f"{SHAPES}</svg>")
    return path


def by_librsvg(home, path, width, height, turned=0):
    """That drawing in that size, in the middle of the window."""
    need("rsvg-convert")
    png = home / "reference.png"
    command = ["rsvg-convert", "-w", width, "-h", height, "-b", "#0c0c0e", "-o", png, path]
    subprocess.run([str(part) for part in command], check=True)
    window = Image.new("RGB", WINDOW, GROUND)
    drawing = Image.open(png).convert("RGB").rotate(-90 * turned, expand=True)
    window.paste(drawing, (round(WINDOW[0] / 2 - drawing.width / 2), round(WINDOW[1] / 2 - drawing.height / 2)))
    return pixels(window)


def pixels(image):
    """Without what lies over the picture for a while."""
    shown = np.array(image, dtype=np.int16)
    shown[600:, 700:] = shown[:60] = 0
    return shown


def sharpness(image):
    return np.abs(np.diff(image, axis=0)).mean() + np.abs(np.diff(image, axis=1)).mean()


def start(home, path, memory="1G", limit_seconds=30, display=None):
    return home.start("--size", "%dx%d" % WINDOW, "--memory", memory, "--limit-seconds", str(limit_seconds), path,
                      display=display)


@pytest.mark.parametrize("driver", ("headless", "x11"))
@pytest.mark.parametrize("memory", ("96M", "1G"))
def test_zoomed_it_is_what_librsvg_draws_in_that_size(home, request, driver, memory):
    """The window filled by its middle, at 32 times its own size, in squares; then turned."""
    path = draw(home, 30, 90)
    display = request.getfixturevalue("x11") if driver == "x11" else None
    with start(home, path, memory, display=display) as running:
        running.idle().until(mode="picture") if display else running.idle().key("Return").idle()
        running.key("W").idle()
        assert running.status()["zoom"] == 32
        shown = pixels(running.screenshot())
        wanted = by_librsvg(home, path, 960, 2880)
        assert np.abs(shown - wanted).max() <= 12 and np.abs(shown - wanted).mean() <= 0.1
        running.key(">", "w", "a").idle()
        running.key(*["+"] * 9).idle()
        zoom = running.status()["zoom"]
        shown = pixels(running.screenshot())
        wanted = by_librsvg(home, path, round(30 * zoom), round(90 * zoom), 1)
        assert 7 < zoom < 8 and np.abs(shown - wanted).mean() < 1.5 and sharpness(shown) > 0.85 * sharpness(wanted)
        assert not running.errors()


def test_an_icon_is_drawn_for_each_zoom(home):
    """Where all of it is seen: to the pixel, at any zoom."""
    path = draw(home, 12, 36)
    with start(home, path) as running:
        running.until(items=1)
        running.key("Return").idle()
        for steps in (1, 5, 3, 4):
            running.key(*["+"] * steps).idle()
            zoom = running.status()["zoom"]
            wanted = by_librsvg(home, path, round(12 * zoom), round(36 * zoom))
            assert np.abs(pixels(running.screenshot()) - wanted).mean() < 0.5, f"zoom {zoom}"
        assert zoom > 18
        assert not running.errors()


def test_what_is_shown_as_a_whole_is_no_larger_than_it_says(home):
    """100 % is its own size, and fitting it into the window enlarges no picture."""
    with start(home, draw(home, 12, 36)) as running:
        running.until(items=1)
        for keys in (["Return"], ["a"], ["+", "w"]):
            running.key(*keys).idle()
            assert running.status()["zoom"] == 1
            seen = np.argwhere(pixels(running.screenshot()).max(axis=2) > 30)
            assert np.ptp(seen, axis=0).max() <= 36


def test_one_that_takes_too_long_larger_is_shown_as_it_was(home):
    """Its filters take no second at its own size, and more than that larger: it stays, and why is told."""
    path, octaves = home / "slow.svg", '<feTurbulence numOctaves="30"/>'
    path.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="30" height="90"><defs><filter id="f">'
                    f'{30 * octaves}</filter></defs><rect width="30" height="90" fill="#fff"/>'
                    '<rect width="9" height="9" filter="url(#f)"/></svg>')
    with start(home, path, limit_seconds=1) as running:
        running.until(items=1)
        running.key("Return").idle()
        for keys in (["W"], ["+", "+"]):
            running.key(*keys).idle()
            assert pixels(running.screenshot())[300:600, 300:600].mean() > 200
            assert "take too long" in running.status()["notice"]
        assert running.status()["failed"] == 0


# --- what the drawing does not tell of itself -------------------------------------------------------------------------

ROOT = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="60" height="60">'


def holding(side, coding="base64"):
    """A drawing of a picture of side x side px."""
    png = io.BytesIO()
    Image.new("RGB", (side, side), (200, 60, 20)).save(png, "png")
    data = ";base64," + base64.b64encode(png.getvalue()).decode() if coding == "base64" else \
        "," + urllib.parse.quote(png.getvalue(), safe="")
    return f'{ROOT}<image width="60" height="60" xlink:href="data:image/png{data}"/></svg>'.encode()


def noise(width, height, kind):
    """A photo that compresses to little less than it is, the left of it red; with the root of a drawing of a fifth of its size."""
    photo = Image.fromarray(np.random.default_rng(3).integers(0, 256, (height, width, 3), np.uint8))
    photo.paste((230, 20, 60), (0, 0, width // 2, height))
    data = io.BytesIO()
    photo.save(data, kind, **({"quality": 97, "subsampling": 0} if kind == "jpeg" else {}))
    root = ROOT.replace("60", str(width // 5), 1).replace("60", str(height // 5), 1)
    return root, f"data:image/{kind};base64," + base64.b64encode(data.getvalue()).decode()


def refusal(home, drawing, *options, name="a.svg"):
    """What is said of it, beside a good one that is shown all the same."""
    folder = home / "folder"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(drawing)
    (folder / "good.svg").write_bytes(holding(40))
    with home.start("--size", "640x480", *options, folder) as running:
        running.until(items=2, pending=0, failed=1)
        said = [line for line in running.errors() if name in line]
        stats = running.stats()
    assert len(said) == 1
    return said[0], stats


@pytest.mark.parametrize("name", ("a.svg", "a.svgz"))
def test_a_picture_inside_counts_as_any(home, name):
    """Its pixels against the limits, and what it takes against the memory."""
    drawing = holding(6000)
    packed = gzip.compress(drawing) if name.endswith("z") else drawing
    assert "6000x6000 is over 30 Mpx" in refusal(home, packed, "--limit-pixels", "300", name=name)[0]
    assert "more than --memory leaves" in refusal(home, packed, "--memory", "64M", name=name)[0]


def scaled(home, drawing, status=0):
    """As `frieze scale` draws it over #204060, in its own size, and what is said of it."""
    (home / "a.svg").write_text(drawing)
    result = home.frieze("scale", "-s", "0", "-b", "204060", home / "a.svg", home / "a.png")
    assert result.status == status, result.err
    return Image.open(home / "a.png").convert("RGB"), result.err


@pytest.mark.parametrize("kind, call", [("png", ""), ("png", "image/jpeg"), ("png", "text/plain"), ("jpeg", ""), ("jpeg", "image/jpg"),
                                        ("jpeg", "image/pjpeg"), ("jpeg", "image/png"), ("gif", "application/octet-stream"),
                                        ("bmp", "image/png"), ("png", "image/png;charset=utf-8")])
def test_a_picture_inside_is_what_its_bytes_are(home, kind, call):
    """Not what the drawing calls it, after one that is called as it is."""
    data, named = io.BytesIO(), noise(40, 40, "png")[1]
    Image.new("RGB", (40, 40), (200, 60, 20)).save(data, kind)
    called = f"data:{call};base64," + base64.b64encode(data.getvalue()).decode()
    picture, said = scaled(home, f'{ROOT}<image y="30" width="60" height="30" xlink:href="{named}"/>'
                                 f'<image width="60" height="30" xlink:href="{called}"/></svg>')
    assert np.abs(np.array(picture.getpixel((20, 45))) - (230, 20, 60)).max() < 6
    if kind == "bmp" and "shown in part: svg: an embedded BMP is not drawn" in said:
        return  # librsvg has none from 2.57 on
    assert not said
    assert np.abs(np.array(picture.getpixel((30, 15))) - (200, 60, 20)).max() < 6


QUESTION = 'requiredFeatures="http://www.w3.org/TR/SVG11/feature#Extensibility"'


@pytest.mark.parametrize("asking, shown", [(f"<g {QUESTION}/>", (200, 60, 20)), (f"<g {QUESTION}></g>", (200, 60, 20)),
                                           (f'<foreignObject {QUESTION} width="9" height="9"/>', (20, 60, 200))])
def test_a_warning_of_draw_io_is_not_shown(home, asking, shown):
    """As in browsers; but what it has in place of HTML is."""
    instead = '<switch>%s<rect width="60" height="60" fill="#143cc8"/></switch>'
    picture, said = scaled(home, f'{ROOT}<rect width="60" height="60" fill="#c83c14"/>{instead % asking}</svg>')
    assert not said and picture.getpixel((30, 30)) == shown
    picture = scaled(home, f'{ROOT}{instead % asking}<rect width="60" height="60" fill="#c83c14"/></svg>'
                           f"<!-- data:;base64,iVBORw0KGgo= {asking} -->")[0]
    assert picture.getpixel((30, 30)) == (200, 60, 20)


def embedded(kind):
    """A drawing of a red ground, and over half of it a picture of that kind."""
    ground = f'{ROOT}<rect width="60" height="60" fill="#c83c14"/><image width="60" height="30" xlink:href="data:image/{kind};base64,'
    if kind == "avif":
        data = (pathlib.Path(__file__).parent.parent / "corpus" / "small" / "a.avif").read_bytes()
    else:
        picture = io.BytesIO()
        Image.new("RGB", (40, 40), (20, 200, 60)).save(picture, kind)
        data = picture.getvalue()
    return ground + base64.b64encode(data).decode() + '"/></svg>'


@pytest.mark.parametrize("kind, name", [("bmp", "BMP"), ("webp", "WebP"), ("avif", "AVIF"), ("png", None)])
def test_what_it_cannot_draw_is_told(home, kind, name):
    """One of a kind that it has no module or library for is left out, as librsvg leaves it out, but not without a word."""
    picture, said = scaled(home, embedded(kind))
    assert picture.getpixel((30, 45)) == (200, 60, 20)
    if picture.getpixel((30, 15)) == (200, 60, 20):
        assert f"shown in part: svg: an embedded {name} is not drawn" in said
    else:
        assert not said


FOREIGN = '<foreignObject width="60" height="20"><p xmlns="http://www.w3.org/1999/xhtml">Start</p></foreignObject>'


@pytest.mark.parametrize("inside, is_told", [
    (FOREIGN, True), (f'<switch>{FOREIGN}<rect width="60" height="20"/></switch>', False), ("<desc>no foreignObject</desc>", False)])
def test_html_that_nothing_stands_in_for_is_told(home, inside, is_told):
    _, said = scaled(home, f'{ROOT}<rect width="60" height="60" fill="#c83c14"/>{inside}</svg>')
    assert ("shown in part: svg: what only a browser draws (foreignObject) is left out" in said) == is_told
    assert bool(said) == is_told


ALONG = '<path id="p" d="M0 9h60"/><text><textPath href="#p">Start</textPath></text>'
VARIABLES = "what CSS variables (var) say is left out"


@pytest.mark.parametrize("inside, told", [
    (ALONG, "text along a path (textPath) is left out"), (f"<switch>{ALONG}<rect/></switch>", None), ("<desc>textPath</desc>", None),
    ('<rect fill="var(--a, red)"/>', VARIABLES), ('<rect style="stroke:lime;fill: var( --a )"/>', VARIABLES),
    ("<style>:root{--a:red} rect > g, rect{fill:var(--a)}</style>", VARIABLES),
    ("<style><![CDATA[/* one */ rect{fill:var(--a)}]]></style>", VARIABLES),
    ('<rect fill="red" style="fill:light-dark(red, var(--a, lime))"/>', None), ("<style>:root{--a:red}</style>", None),
    ("<style>/* rect{fill:var(--a)} */</style>", None),
    ("<desc>fill: var(--a)</desc>", None), ("<script>var(--a)</script>", None)])
def test_what_librsvg_passes_over_is_told(home, inside, told):
    _, said = scaled(home, f'{ROOT}<rect width="60" height="60" fill="#c83c14"/>{inside}</svg>')
    assert (f"shown in part: svg: {told}" in said) if told else not said


LEFT_OUT = "a shadow (feDropShadow) is left out"
SHADOWED = '%s<filter id="f" x="-1" y="-1" width="3" height="3">%s</filter>%s<rect x="20" y="20" width="20" height="20" filter="url(#f)"/></svg>'
IN_FULL = """<feGaussianBlur in="SourceAlpha" stdDeviation="%s"/><feOffset dx="%s" dy="%s" result="b"/><feFlood %s/>
             <feComposite in2="b" operator="in"/><feMerge><feMergeNode/><feMergeNode in="SourceGraphic"/></feMerge>"""


@pytest.mark.parametrize("attributes, blur, dx, dy, flood", [
    ("", "2", "2", "2", ""),
    ('dx="9" dy="-5" stdDeviation="0" flood-color="#e01080"', "0", "9", "-5", 'flood-color="#e01080"'),
    (' in=\'SourceGraphic\'\n stdDeviation = "3 1" style="flood-color:lime;flood-opacity:.5"', "3 1", "2", "2",
     'flood-color="lime" flood-opacity=".5"'),
    ('class="s" dx="4"', "2", "4", "2", 'flood-color="yellow"'),
    ('color-interpolation-filters="sRGB" flood-color="#808080"', "2", "2", "2",
     'color-interpolation-filters="sRGB" flood-color="#808080"')])
@pytest.mark.parametrize("end", ["/>", "><animate/></feDropShadow>"])
def test_a_shadow_is_what_it_is_short_for(home, attributes, blur, dx, dy, flood, end):
    style = "<style>.s{flood-color:yellow}</style>"
    drawn, said = scaled(home, SHADOWED % (ROOT, f"<feDropShadow {attributes}{end}", style))
    in_full, _ = scaled(home, SHADOWED % (ROOT, IN_FULL % (blur, dx, dy, flood), style))
    assert not said and drawn.getpixel((30, 30)) == (0, 0, 0)
    assert len(in_full.getcolors(3600)) > 2
    assert np.abs(np.array(drawn, dtype=int) - in_full).max() <= 1


@pytest.mark.parametrize("sheet, attributes, flood", [
    ("feDropShadow{flood-color:#e01080;flood-opacity:.5}", "", 'flood-color="#e01080" flood-opacity=".5"'),
    ("/* feDropShadow{flood-color:red} */ g, filter > feDropShadow.s{flood-color:lime}", 'class="s"', 'flood-color="lime"'),
    ("<![CDATA[feDropShadow{flood-color:lime}feDropShadow.t{flood-color:red}]]>", 'class="s"', 'flood-color="lime"'),
    ("feDropShadow{flood-color:lime} feFlood{flood-color:red}", "", 'style="flood-color:lime"'),
    ("feDropShadow{flood-color:lime}", 'style="flood-color:red"', 'style="flood-color:red"'),
    (".feDropShadow, feDropShadows, #feDropShadow{flood-color:lime}", "", "")])
def test_a_shadow_is_styled_by_its_name(home, sheet, attributes, flood):
    drawn, said = scaled(home, SHADOWED % (ROOT, f"<feDropShadow {attributes}/>", f"<style>{sheet}</style>"))
    in_full, _ = scaled(home, SHADOWED % (ROOT, IN_FULL % ("2", "2", "2", flood), ""))
    assert not said and len(in_full.getcolors(3600)) > 2
    assert np.abs(np.array(drawn, dtype=int) - in_full).max() <= 1


@pytest.mark.parametrize("inside", [
    '<feDropShadow in="SourceGraphic" result="a"/><feFlood flood-color="red"/><feMerge><feMergeNode in="a"/></feMerge>',
    '<feOffset/><feDropShadow/><feDropShadow/>', f'<feDropShadow id="x" class="data:;base64,iVBORw0KGgo="/>'])
def test_shadows_among_other_primitives(home, inside):
    drawn, said = scaled(home, SHADOWED % (ROOT, inside, ""))
    assert not said and drawn.getpixel((30, 30)) == (0, 0, 0)
    assert drawn.getpixel((41, 41)) not in ((0, 0, 0), (0x20, 0x40, 0x60), (255, 0, 0))


def told_left_out(home):
    """What is said of a shadow that is left out: nothing, where librsvg draws them itself."""
    need("rsvg-convert")
    (home / "known.svg").write_text(SHADOWED % (ROOT, "<feDropShadow/>", ""))
    subprocess.run(["rsvg-convert", "-o", home / "known.png", home / "known.svg"], check=True)
    return "" if Image.open(home / "known.png").getpixel((30, 30))[3] else f"shown in part: svg: {LEFT_OUT}"


IN_THE_WAY = '<style>#s{flood-color:red}</style><desc>feDropShadow &lt;feDropShadow/&gt;</desc>'


@pytest.mark.parametrize("ahead, shadow, behind, flood, told", [
    ("", '<feDropShadow id="s"/>', "", 'flood-color="red"', None),
    ("", '<feDropShadow in2="SourceAlpha" operator="out" flood-color="lime"/>', "", 'flood-color="lime"', None),
    ("", '<feDropShadow class="dy=\'1 dx=\'9" flood-color="lime"/>', "", 'flood-color="lime"', None),
    ("", '<feDropShadow result="a"/>', '<feFlood flood-opacity="0"/><feMerge><feMergeNode/><feMergeNode in="a"/></feMerge>', "", None),
    ("", "<feDropShadow><set/></feDropShadow>", "<feOffset/>", "", None),
    ('<!DOCTYPE svg [<!ENTITY a "x">\n<!-- don\'t -->] >', "<feDropShadow/>", "", "", None),
    ('<!DOCTYPE svg [<!ENTITY a "<feDropShadow/>">]>', "<feDropShadow/>", "", "", LEFT_OUT),
    ("", '<feDropShadow data-a="->" flood-color="lime"/>', "", 'flood-color="lime"', None)])
def test_a_shadow_is_drawn_whatever_is_around_it(home, ahead, shadow, behind, flood, told):
    drawn, said = scaled(home, ahead + SHADOWED % (ROOT, shadow + behind, IN_THE_WAY))
    in_full, _ = scaled(home, SHADOWED % (ROOT, IN_FULL % ("2", "2", "2", flood), IN_THE_WAY))
    told = told and told_left_out(home)
    assert told in said if told else not said
    assert len(in_full.getcolors(3600)) > 2
    assert np.abs(np.array(drawn, dtype=int) - in_full).max() <= 1


@pytest.mark.parametrize("inside", [f'<feDropShadow class="{"a" * 5000}"></feDropShadow>', "<feDropShadow></feDropShadow>" * 1001,
                                    f'<!-- <feDropShadow {"a" * 5000} --><feDropShadow class="{"a" * 5000}"/>'])
def test_a_shadow_that_is_left_out_is_told(home, inside):
    _, said = scaled(home, SHADOWED % (ROOT, "", f'<filter id="g">{inside}</filter>'))
    told = told_left_out(home)
    assert told in said if told else not said


def test_a_shadow_has_the_name_of_its_result(home):
    """Where its end is a tag of its own, and its prefix is that of all."""
    drawn, said = scaled(home, '<s:svg xmlns:s="http://www.w3.org/2000/svg" width="60" height="60"><s:filter id="f"><s:feDropShadow dx="5" '
                               'result="a"><s:animate/></s:feDropShadow ><s:feFlood flood-color="red"/><s:feMerge><s:feMergeNode in="a"/>'
                               '</s:feMerge></s:filter><s:rect width="30" height="30" filter="url(#f)"/></s:svg>')
    assert not said and drawn.getpixel((10, 10)) == (0, 0, 0) and drawn.getpixel((31, 20)) not in ((0x20, 0x40, 0x60), (255, 0, 0))


def test_a_shadow_with_a_prefix(home):
    drawn, said = scaled(home, '<s:svg xmlns:s="http://www.w3.org/2000/svg" width="60" height="60"><s:filter id="f"><s:feDropShadow dx="5"/>'
                               '</s:filter><s:rect width="30" height="30" filter="url(#f)"/></s:svg><!-- <feDropShadow -->')
    assert not said and drawn.getpixel((10, 10)) == (0, 0, 0) and drawn.getpixel((31, 20)) != (0x20, 0x40, 0x60)


def seconds(said):
    """That it was ended after."""
    return float(re.search(r"longer than ([\d.]+) s", said)[1])


def test_what_takes_more_time_than_it_seems_is_ended(home):
    said, stats = refusal(home, pipeline.masks(12))
    assert "takes longer than" in said and "much for what it is" in said
    assert stats["decode"]["cpu"] > 800  # all that it may take, though it gave no account of that
    said_later, _ = refusal(home, pipeline.masks(12), "--limit-seconds", "60")
    assert 1.7 * seconds(said) < seconds(said_later) < 2.3 * seconds(said), "who allows more time gets more"


@pytest.mark.skipif(is_sanitized(), reason="sanitizers have memory of their own")
def test_what_takes_more_memory_than_it_seems_is_ended(home):
    said, _ = refusal(home, holding(9000, coding="percent"))
    assert "takes more than" in said and "much for what it is" in said


@pytest.mark.parametrize("kind, size, memory", [("jpeg", (1000, 800), "128M"), ("png", (1000, 800), "128M"), ("png", (2600, 2200), "1G"),
                                                ("jpeg", (4000, 3000), "1G")])
def test_a_photo_inside_is_weighed_as_what_it_is(home, kind, size, memory):
    """As programs of drawing write them, also where its letters are more than libxml2 takes without a word."""
    root, data = noise(*size, kind)
    assert len(data) > (1 if size[0] == 1000 else 10) * 1_000_000
    (home / "a.svg").write_text(f'{root}<image width="100%" height="100%" xlink:href="{data}"/></svg>')
    with home.start("--size", "640x480", "--memory", memory, home / "a.svg") as running:
        running.until(items=1, pending=0)
        running.key("Return").idle()
        assert not running.errors() and running.status()["failed"] == 0
        red = np.abs(np.array(running.screenshot(), dtype=np.int16) - (230, 20, 60)).max(axis=2) < 12
        assert red.sum() > 0.4 * min(size[0] * size[1] / 25, 640 * 480)
