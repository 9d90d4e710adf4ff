"""What files tell of themselves, and what is done with it: the order by date taken."""

import os

import pictures
from PIL import Image

DATE_CHANGED = 0x0132


def picture(path, number, taken=None, modified=None):
    exif = Image.Exif()
    if taken:
        exif[DATE_CHANGED] = taken
    pictures.write(path, number, exif=exif)
    if modified:
        os.utime(path, (modified, modified))


def order(frieze):
    """The names of all that is shown, in order."""
    frieze.idle().key("Home")
    names = []
    for _ in range(frieze.status()["items"]):
        names.append(frieze.status()["title"])
        frieze.key("n")
    return names


def test_order_by_date_taken(home):
    """The date that the file tells counts before that of the file, which may be a copy; a sidecar's where it tells none."""
    folder = home / "taken"
    folder.mkdir()
    picture(folder / "a.jpg", 0, "2015:05:05 10:00:00", 1000000)
    picture(folder / "b.jpg", 1, None, 1300000000)  # 2011
    picture(folder / "c.jpg", 2, "1950:01:01 00:00:00", 1500000000)
    picture(folder / "d.jpg", 3, None, 1000001)
    (folder / "d.xmp").write_text('<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF '
                                  'xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description '
                                  'xmlns:exif="http://ns.adobe.com/exif/1.0/" r:about="" '
                                  'exif:DateTimeOriginal="2013-01-01T00:00:00"/></r:RDF></x:xmpmeta>')
    with home.start("--size", "640x480", "--sort", "date", folder) as frieze:
        assert order(frieze) == ["c.jpg", "b.jpg", "d.jpg", "a.jpg"]
        frieze.key("o", "d")
        assert order(frieze) == ["a.jpg", "d.jpg", "b.jpg", "c.jpg"]
        frieze.key("o", "m")
        assert order(frieze) == ["a.jpg", "d.jpg", "b.jpg", "c.jpg"]
        frieze.key("o", "m")
        assert order(frieze) == ["c.jpg", "b.jpg", "d.jpg", "a.jpg"]
