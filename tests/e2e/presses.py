"""Keys of the command table, pressed on a real X server, and which of them were."""

import pathlib
import re

# Keys as the command table writes them, and as X does.
X_NAMES = {"Esc": "Escape", "Space": "space", "S-Space": "shift+space", "PgDn": "Next", "PgUp": "Prior", "Del": "Delete",
           "^Space": "ctrl+space", "[": "bracketleft", "]": "bracketright", "+": "plus", "=": "equal", "-": "minus",
           "*": "asterisk", ">": "greater", "<": "less", "|": "bar", "_": "underscore", ",": "comma", ".": "period",
           "?": "question", ":": "colon", "'": "apostrophe", "{": "braceleft", "}": "braceright", "/": "slash",
           ")": "parenright", "(": "parenleft", " ": "space"}

# By the mode in which they were pressed. One process of pytest runs one file.
pressed = {"wall": set(), "picture": set(), "slideshow": set()}


def x_name(key):
    if re.fullmatch(r"\^[a-z]|A-\w", key):
        return {"^": "ctrl+", "A": "alt+"}[key[0]] + key[-1]
    return X_NAMES.get(key, key)


def type_keys(frieze, *keys):
    """Keys that are no commands: letters of a text, keys that something open takes for itself."""
    frieze.display.press(frieze, *map(x_name, keys))


def press(frieze, *keys):
    """Keys of the table; a sequence is pressed one after the other, as is a number before a key."""
    pressed[frieze.status()["mode"]].update(keys)
    singles = []
    for key in keys:
        singles += key if re.fullmatch(r"[a-z][a-z*]|\d+[a-zA-Z]", key) else [key]
    type_keys(frieze, *singles)


def source(name):
    return (pathlib.Path(__file__).parents[2] / "src" / "ctl" / name).read_text()


def table():
    """The keys of the command table, by the mode in which they are heard."""
    rows = re.findall(r'X\(\w+,(?:\s*\w+,)+\s*"([^"]*)",\s*"([^"]*)",\s*"([^"]*)"', source("command.h"))
    assert len(rows) > 20
    return {mode: {key for row in rows for key in row[place].split()} for place, mode in enumerate(pressed)}


def given(preset):
    """The keys of a preset that give a command an argument: (command, argument) of each."""
    rows = re.findall(rf'X\({preset}, (\w+), "([^"]*)", "([^"]*)"\)', source("preset.h").split("ARGUMENT_TABLE(X)")[1])
    return {key: (command, argument) for command, argument, key in rows}
