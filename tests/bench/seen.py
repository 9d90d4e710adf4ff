"""What a user sees of a key: pressed on the X server, answered by the pixels of its screen, and nothing asked of frieze."""

import ctypes
import mmap
import time

import screen

PATIENCE_S, POLL_S = 0.3, 0.001
COPIED_S = 0.012  # a frame that began to show is there by then
FRAMES_S = 2 / 60  # the key is heard in one frame, the picture is there with the next
STEP, EDGE = 40, 200  # px: between the pixels looked at, and to those at the edges, where chips stand


class Keyboard:
    def __init__(self, display):
        self.x, self.test = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        self.x.XOpenDisplay.restype = ctypes.c_void_p
        self.x.XStringToKeysym.restype = ctypes.c_ulong
        self.server = ctypes.c_void_p(self.x.XOpenDisplay(display.name.encode()))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.x.XCloseDisplay(self.server)

    def press(self, name):
        code = self.x.XKeysymToKeycode(self.server, ctypes.c_ulong(self.x.XStringToKeysym(name.encode())))
        for down in (True, False):
            self.test.XTestFakeKeyEvent(self.server, code, down, 0)
        self.x.XFlush(self.server)


class Sight:
    def __init__(self, display):
        with open(display.screen_file, "rb") as file:
            self.map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.pixels = screen.pixels_of(self.map)[EDGE:-EDGE:STEP, EDGE:-EDGE:STEP]

    def look(self):
        return self.pixels.tobytes()

    def until_changed(self, before):
        """Seconds until anything changed; PATIENCE_S: nothing did."""
        began = took = time.monotonic()
        while self.look() == before and took - began < PATIENCE_S:
            time.sleep(POLL_S)
            took = time.monotonic()
        return took - began


def at_once(display, key, count, per_second):
    """Presses it again and again; [1 where all that came of it stood there within two frames, else 0]."""
    there, sight = [], Sight(display)
    with Keyboard(display) as keyboard:
        began = time.monotonic()
        for number in range(count):
            before = sight.look()
            keyboard.press(key)
            took = sight.until_changed(before)
            time.sleep(COPIED_S)
            first = sight.look()
            time.sleep(max(0, began + (number + 1) / per_second - time.monotonic()))
            there.append(int(took <= FRAMES_S and sight.look() == first))
    return there
