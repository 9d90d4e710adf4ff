#!/usr/bin/env python3
"""Gets public test pictures out of Debian's source packages, by apt, into a folder; needs no rights, changes nothing of the
system. What is not to be had is named and left out.

    fetch.py FOLDER
"""

import pathlib
import subprocess
import sys
import tarfile

PACKAGES = {
    "libpng1.6": "PngSuite and libpng's own",
    "libjpeg-turbo": "its test images",
    "libwebp": "its examples",
    "libheif": "its examples and what its fuzzers found",
    "tiff": "libtiff's test images",
    "pillow": "every format, orientations, BMP suite, damaged files",
    "libexif": "cameras' EXIF data",
    "giflib": "GIF",
    "libavif": "AVIF",
    "golang-golang-x-image": "WebP, TIFF, BMP",
    "exiv2": "cameras' metadata",
    "libraw": "camera RAW",
    "libqoi": "QOI",
}
SUFFIXES = {"." + suffix for suffix in "png apng jpg jpeg webp gif tif tiff heic heif avif jxl bmp ico cur ppm pgm pbm pnm "
            "tga qoi pcx svg xpm dng cr2 nef arw raf orf rw2 pef".split()}
LARGEST_BYTES = 64 << 20
SOURCES = """Types: deb-src
URIs: http://deb.debian.org/debian
Suites: bookworm
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""


def apt(folder, *arguments):
    own = folder / "apt"
    for name in ("sources", "lists/partial"):
        (own / name).mkdir(parents=True, exist_ok=True)
    (own / "sources" / "source.sources").write_text(SOURCES)
    options = {"Dir::Etc::SourceList": "/dev/null", "Dir::Etc::SourceParts": own / "sources",
               "Dir::State::Lists": own / "lists", "Dir::Cache": own, "APT::Sandbox::User": "root"}
    return subprocess.run(["apt-get", "-qq", *(word for name, value in options.items() for word in ("-o", f"{name}={value}")),
                           *arguments], cwd=own, check=False, capture_output=True)


def unpack(archive, folder):
    """Pictures only, flat, under names that tell their place."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with tarfile.open(archive) as tar:
        for member in tar:
            path = pathlib.PurePosixPath(member.name)
            if member.isfile() and path.suffix.lower() in SUFFIXES and member.size <= LARGEST_BYTES:
                name = "__".join(path.parts[1:])[-200:]
                (folder / name).write_bytes(tar.extractfile(member).read())
                count += 1
    return count


def main():
    folder = pathlib.Path(sys.argv[1]).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    if apt(folder, "update").returncode != 0:
        sys.exit("fetch: apt-get cannot be asked for sources")
    for package, what in PACKAGES.items():
        if (folder / package).exists():
            continue
        apt(folder, "source", "--download-only", package)
        archives = [path for path in (folder / "apt").glob(f"{package}_*.orig.tar.*") if path.suffix in (".gz", ".xz", ".bz2")]
        count = sum(unpack(archive, folder / package) for archive in archives)
        print(f"{package}: {count} pictures ({what})" if count else f"{package}: nothing to be had")


if __name__ == "__main__":
    main()
