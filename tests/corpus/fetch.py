#!/usr/bin/env python3
"""Gets public test pictures out of Debian's packages, by apt, into a folder; needs no rights, changes nothing of the
system. What is not to be had is named and left out.

    fetch.py FOLDER
"""

import pathlib
import subprocess
import sys
import tarfile

SOURCES = {
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
    "libimage-exiftool-perl": "a file of every camera and editor",
    "gdk-pixbuf": "the GIF test suite, BMP, ICO, what crashed it",
    "kimageformats": "PSD, TGA, XCF, JPEG XL, AVIF",
    "graphicsmagick": "TIFF of every depth, with alpha beside each kind",
    "libgd2": "what crashed it, TGA, BMP, AVIF",
    "vips": "TIFF of many pages, ICO, profiles",
}
BINARIES = {
    "libjxl-testdata": "JPEG XL, and PNG, PNM, PAM and PFM of many depths and colour spaces",
}
SUFFIXES = {"." + suffix for suffix in "png apng jpg jpeg webp gif tif tiff heic heif avif jxl bmp ico cur ppm pgm pbm pnm "
            "pam pfm tga qoi pcx iff lbm svg svgz xpm xcf psd psb dng cr2 nef arw raf orf rw2 pef".split()}
LARGEST_BYTES = 64 << 20
LIST = """Types: deb deb-src
URIs: http://deb.debian.org/debian
Suites: bookworm
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""


def apt(folder, *arguments):
    own = folder / "apt"
    for name in ("sources", "lists/partial"):
        (own / name).mkdir(parents=True, exist_ok=True)
    (own / "sources" / "source.sources").write_text(LIST)
    options = {"Dir::Etc::SourceList": "/dev/null", "Dir::Etc::SourceParts": own / "sources",
               "Dir::State::Lists": own / "lists", "Dir::Cache": own, "APT::Sandbox::User": "root"}
    return subprocess.run(["apt-get", "-qq", *(word for name, value in options.items() for word in ("-o", f"{name}={value}")),
                           *arguments], cwd=own, check=False, capture_output=True)


def unpack(tar, folder):
    """Pictures only, flat, under names that tell their place."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for member in tar:
        path = pathlib.PurePosixPath(member.name)
        if member.isfile() and path.suffix.lower() in SUFFIXES and member.size <= LARGEST_BYTES:
            name = "__".join(path.parts[1:])[-200:]
            (folder / name).write_bytes(tar.extractfile(member).read())
            count += 1
    return count


def get_source(folder, package):
    apt(folder, "source", "--download-only", package)
    count = 0
    for path in (folder / "apt").glob(f"{package}_*.orig.tar.*"):
        if path.suffix in (".gz", ".xz", ".bz2"):
            with tarfile.open(path) as tar:
                count += unpack(tar, folder / package)
    return count


def get_binary(folder, package):
    apt(folder, "download", package)
    count = 0
    for path in (folder / "apt").glob(f"{package}_*.deb"):
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", path], stdout=subprocess.PIPE) as dpkg, \
                tarfile.open(fileobj=dpkg.stdout, mode="r|") as tar:
            count += unpack(tar, folder / package)
    return count


def main():
    folder = pathlib.Path(sys.argv[1]).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    if apt(folder, "update").returncode != 0:
        sys.exit("fetch: apt-get cannot be asked for packages")
    for packages, get in (SOURCES, get_source), (BINARIES, get_binary):
        for package, what in packages.items():
            if (folder / package).exists():
                continue
            count = get(folder, package)
            print(f"{package}: {count} pictures ({what})" if count else f"{package}: nothing to be had")


if __name__ == "__main__":
    main()
