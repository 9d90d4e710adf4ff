"""Fonts that a test brings together for itself, so that what it sees does not depend on the system's choice."""

import contextlib
import subprocess

import pytest

from frieze import need

# Family: file name and version that the golden image was made with (Debian 12).
FAMILIES = {
    "DejaVu Sans": ("DejaVuSans.ttf", 155320),
    "Noto Sans Devanagari": ("NotoSansDevanagari-Regular.ttf", 131138),
    "Noto Sans Thai": ("NotoSansThai-Regular.ttf", 131072),
    "WenQuanYi Micro Hei": ("wqy-microhei.ttc", 13107),
    "Noto Color Emoji": ("NotoColorEmoji.ttf", 133825),
}


def find(family):
    """The file of a family in the version that is known; skips the test where it is another one, or none."""
    name, version = FAMILIES[family]
    out = subprocess.run(["fc-list", f":family={family}", "--format", "%{fontversion} %{file}\n"],
                         capture_output=True, text=True, check=True).stdout
    found = [line.split(" ", 1) for line in out.splitlines() if line.endswith("/" + name)]
    if not found:
        pytest.skip(f"the font {family} is missing")
    if int(found[0][0]) != version:
        pytest.skip(f"{found[0][1]} is of version {found[0][0]}, the golden image was made with {version}")
    return found[0][1]


def families():
    """What the system has, each once; where that cannot be told, what any has."""
    with contextlib.suppress(FileNotFoundError):
        out = subprocess.run(["fc-list", "--format", "%{family[0]}\\n"], capture_output=True, text=True, check=True).stdout
        return sorted({line for line in out.splitlines() if line.isprintable() and not set(line) & set("<>&'\"")})
    return ["sans-serif", "serif", "monospace"]


def configure(home):
    """Writes a configuration of fontconfig that knows these fonts alone; gives the environment that names it."""
    need("fc-list")
    folder = home / "fonts"
    folder.mkdir()
    for family in FAMILIES:
        path = find(family)
        (folder / path.rsplit("/", 1)[1]).symlink_to(path)
    aliases = "".join(f"<alias binding='same'><family>{generic}</family><prefer><family>{family}</family></prefer></alias>"
                      for generic, family in (("sans-serif", "DejaVu Sans"), ("emoji", "Noto Color Emoji")))
    config = home / "fonts.conf"
    config.write_text(f"<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'><fontconfig><dir>{folder}</dir>"
                      f"<cachedir>{home / 'cache'}</cachedir>{aliases}</fontconfig>")
    return {"FONTCONFIG_FILE": str(config)}
