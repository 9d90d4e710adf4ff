"""Real displays without a screen: an X server (Xvfb) and a Wayland compositor (sway, headless)."""

import io
import itertools
import mmap
import os
import struct
import subprocess

import numpy as np
from PIL import Image

from frieze import PATIENCE_S, die_with_parent, need, wait_until


def finish(process):
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Xvfb:
    """An X server on a display number that it found free. Its screen is a file that can be read at any time."""

    def __init__(self, folder, size=(1280, 800)):
        need("Xvfb", "xdotool", "xdpyinfo")
        self.size = size
        read_end, write_end = os.pipe()
        self.process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{size[0]}x{size[1]}x24", "-nolisten", "tcp",
             "-noreset", "-fbdir", str(folder)],
            pass_fds=(write_end,), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent)
        os.close(write_end)
        with os.fdopen(read_end) as answer:
            number = answer.readline().strip()
        assert number, "Xvfb did not start"
        self.environment = {"DISPLAY": f":{number}"}
        wait_until(lambda: self.run("xdpyinfo", check=False).returncode == 0, "an answer to xdpyinfo")
        with open(folder / "Xvfb_screen0", "rb") as file:
            self.screen = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        finish(self.process)

    def run(self, *command, check=True):
        return subprocess.run([str(part) for part in command], env=os.environ | self.environment, check=check,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=PATIENCE_S)

    def xdotool(self, *command):
        return self.run("xdotool", *command).stdout.decode().split()

    def window(self, frieze):
        """The id of its window, which also gets the keyboard: there is no window manager to give it."""
        if frieze.window is None:
            frieze.window = self.xdotool("search", "--sync", "--onlyvisible", "--pid", frieze.worker)[-1]
        return frieze.window

    def press(self, frieze, *keys):
        """Keys by their X names: Right, ctrl+f, shift+space, plus."""
        self.xdotool("windowfocus", self.window(frieze), "key", "--delay", 4, *keys)

    def pixels(self):
        """The screen, B G R X, in the XWD file that the server keeps: it changes while one looks."""
        header = struct.unpack(">25I", self.screen[:100])
        size, width, height, bits, pitch, colours = (header[index] for index in (0, 4, 5, 11, 12, 19))
        rows = np.frombuffer(self.screen, np.uint8, height * pitch, size + colours * 12).reshape(height, pitch)
        return rows[:, :width * bits // 8].reshape(height, width, bits // 8)

    def screenshot(self):
        """The screen as it is now."""
        return Image.fromarray(np.ascontiguousarray(self.pixels()[..., 2::-1]))


class Sway:
    """A Wayland compositor with one output, run as an ordinary user by `home`."""

    def __init__(self, home, size=(1280, 800)):
        need("sway", "swaymsg", "wtype", "grim")
        self.home, self.size, self.environment = home, size, {}
        config = home / "sway.conf"
        config.write_text(f"output HEADLESS-1 mode {size[0]}x{size[1]}\noutput HEADLESS-1 position 0 0\n"
                          "xwayland disable\ndefault_border none\nseat * hide_cursor 1\n")
        config.chmod(0o644)
        before = {"WLR_BACKENDS": "headless", "WLR_LIBINPUT_NO_DEVICES": "1", "WLR_RENDERER": "pixman"}
        self.process = home.popen(["sway", "-c", config], more=before, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self.find_socket, "a Wayland socket")
        self.environment["SDL_VIDEODRIVER"] = "wayland"
        wait_until(lambda: self.run("grim", "-o", "HEADLESS-1", "-", check=False)[0] == 0, "an answer to grim")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        finish(self.process)

    def find_socket(self):
        assert self.process.poll() is None, "sway did not start"
        for path in self.home.run.glob("wayland-*"):
            if path.suffix != ".lock":
                self.environment["WAYLAND_DISPLAY"] = path.name
        for path in self.home.run.glob("sway-ipc.*.sock"):
            self.environment["SWAYSOCK"] = str(path)
        return len(self.environment) == 2

    def run(self, *command, check=True):
        process = self.home.popen(command, self, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL)
        out = process.communicate(timeout=PATIENCE_S)[0]
        assert not check or process.returncode == 0, f"{command} ended with {process.returncode}"
        return process.returncode, out

    def swaymsg(self, command):
        self.run("swaymsg", command)

    def press(self, _frieze, *keys):
        """Keys by their X names; "+" goes between a modifier (ctrl, shift) and its key. The seat has no keyboard while
        nobody types: programs hear of it first, and so late that a key sent at once would be lost. A capital goes as a
        text of its own: wtype takes its name for that of the small letter, and mixes up texts and named keys."""
        for capital, group in itertools.groupby(keys, lambda key: len(key) == 1 and key.isupper()):
            command = ["wtype", "-s", "300"]
            for key in () if capital else group:
                *mods, name = key.split("+")
                for mod in mods:
                    command += ["-M", mod]
                command += ["-k", name]
                for mod in mods:
                    command += ["-m", mod]
            self.run(*command, *(["".join(group)] if capital else []), "-s", "150")

    def screenshot(self):
        return Image.open(io.BytesIO(self.run("grim", "-o", "HEADLESS-1", "-")[1])).convert("RGB")
