"""Compositors of kiosks: cage, which shows one program and leaves the frames of windows to it, in sway, whose pixels can be read; and one
with nothing plugged in."""
# ctest: COST 5 LABELS display

import ctypes
import socket
import struct
import subprocess
import threading

import numpy as np
import pytest

import pictures
from displays import finish
from frieze import need, wait_until

# What libdecor says where none of its plugins is installed; cage wants no decorations.
UNDECORATED = "Couldn't open plugin directory: No such file or directory", "No plugins found, falling back on no decorations"


class Cage:
    def __init__(self, home, sway):
        need("cage", "Xwayland")
        before = set(home.run.glob("wayland-*"))
        self.process = home.popen(["cage", "--", "sleep", "infinity"], sway,
                                  more={"WLR_BACKENDS": "wayland", "WLR_RENDERER": "pixman"},
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: len(set(home.run.glob("wayland-*")) - before) == 2, "a socket and its lock")
        name, = (path.name for path in set(home.run.glob("wayland-*")) - before if path.suffix != ".lock")
        self.environment = {"SDL_VIDEODRIVER": "wayland", "WAYLAND_DISPLAY": name}


@pytest.fixture
def cage(ordinary_home, sway):
    compositor = Cage(ordinary_home, sway)
    try:
        yield compositor
    finally:
        finish(compositor.process)


def test_it_fills_the_screen(ordinary_home, sway, cage):
    """SDL 2.26 left the window hidden."""
    folder = pictures.fill(ordinary_home / "pictures", 12)
    ordinary_home.hand_over(folder)
    with ordinary_home.start(folder, display=cage) as frieze:
        wait_until(lambda: frieze.screenshot().size == sway.size, lambda: frieze.screenshot().size)
        wait_until(lambda: np.array_equal(np.asarray(frieze.screenshot()), np.asarray(sway.screenshot())), "the wall")
        assert pictures.wall(sway.screenshot())[0][:3] == [0, 1, 2]
        assert [line for line in frieze.errors() if line not in UNDECORATED] == []


class NoSeat:
    """Says that it has a compositor and nothing else, to as many as ask."""

    def __init__(self, path):
        self.environment = {"SDL_VIDEODRIVER": "wayland", "WAYLAND_DISPLAY": str(path)}
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(str(path))
        self.listening.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client = self.listening.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.answer, args=(client,), daemon=True).start()

    def answer(self, client):
        def say(to, event, what):
            client.sendall(struct.pack("=IHH", to, event, 8 + len(what)) + what)
        with client, client.makefile("rb") as asked:
            while header := asked.read(8):
                to, request, size = struct.unpack("=IHH", header)
                what = asked.read(size - 8)
                if to == 1:  # wl_display: sync, get_registry
                    new, = struct.unpack("=I", what)
                    name = b"wl_compositor\0"
                    say(new, 0, what if request == 0 else struct.pack("=II16sI", 1, len(name), name, 4))


def sdl_version():
    version = (ctypes.c_uint8 * 3)()
    ctypes.CDLL("libSDL2-2.0.so.0").SDL_GetVersion(version)
    return tuple(version)


@pytest.mark.skipif(sdl_version() >= (2, 30), reason="SDL starts there, but needs more of a desktop than this one has")
def test_a_compositor_without_a_seat(home):
    """SDL would crash."""
    display = NoSeat(home / "wayland")
    result = home.frieze(pictures.fill(home / "pictures", 1), display=display)
    display.listening.close()
    assert result.status == 1 and "no display (wayland: the compositor has no seat" in result.err, result.err
