"""What a lap does, from the start of the wall and back there."""

import time

# The tile cache holds a part of the pictures, the textures a smaller one.
MEMORY = 32 << 20
OPTIONS = ("--size", "1280x800", "--tile", "96x72", "--memory", str(MEMORY), "--cache-size", "4M", "--motion", "off")
PAGES = 4
STEPS = 4
REST_S = 0.05
REST_END_S = 3.5  # after 2 s without work workers give back what they keep; threads that opened files end after 0.2 s
PATIENCE_S = 20


def shown(running):
    running.ask("wait", "screenful", PATIENCE_S)


def pages(running, key="PgDn", count=PAGES):
    for _ in range(count):
        running.key(key)
        shown(running)


def walk(running):
    """Down the wall from another place each time, as the pictures are random anyway."""
    pages(running)
    running.key("End")
    shown(running)
    pages(running, "PgUp", 1)


def race(running):
    """Pages that nobody waits for: what was asked for is taken back."""
    running.key(*["PgDn"] * 2 * PAGES)
    shown(running)


def show(running):
    """The slideshow at its fastest, and then as fast as somebody who holds a key."""
    running.ask("set", "delay", "0.1")
    running.key("G", "s")
    for _ in range(STEPS):
        running.key("n")
        running.idle("screenful")
    running.until(index=lambda index: index >= STEPS)
    running.key("s", "Esc")


def zoom(running):
    running.key("G", "+", "+")
    shown(running)
    pages(running, count=2)
    running.key("0")
    shown(running)


def find(running):
    for text in ("9", "9 7", "jpg", "lying"):
        running.ask("search", text)
        shown(running)
    # A picture that cannot be shown, in the picture view.
    running.ask("open")
    running.ask("wait", "idle", PATIENCE_S)
    running.ask("close")
    running.ask("search", "")


def order(running):
    running.ask("sort_random")
    shown(running)
    pages(running, count=2)
    running.ask("sort_size")
    shown(running)
    running.ask("sort_name")


def look(running):
    """All that is written on the screen."""
    for keys in (("I", "i", "i", "V"), ("PgDn",), ("Return",), ("n", "n"), ("Esc", "?"), ("Esc", "V", "i", "I")):
        running.key(*keys)
        running.ask("wait", "idle", PATIENCE_S)


def rest(running):
    """At the start of the wall, with all decoded that there is room for, until workers rest too."""
    running.key("Home")
    running.ask("wait", "idle", PATIENCE_S)
    count = None
    while count != (count := running.stats()["upload"]["count"]):
        time.sleep(REST_S)
    time.sleep(REST_END_S)


PARTS = (walk, race, show, zoom, find, order, look, rest)


def lap(running, coming):
    """Yields after each part."""
    coming.change()
    for part in PARTS:
        part(running)
        yield part.__name__
