"""A pointer for a Wayland compositor that has none: the wlr-virtual-pointer protocol, spoken over the socket itself."""

import contextlib
import socket
import struct
import time

DISPLAY, REGISTRY, CALLBACK, MANAGER, POINTER = range(1, 6)
LEFT = 0x110  # BTN_LEFT of linux/input-event-codes.h


def text(value):
    data = value.encode() + b"\0"
    return struct.pack("=I", len(data)) + data + b"\0" * (-len(data) % 4)


class Pointer:
    def __init__(self, sway):
        self.size = sway.size
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(str(sway.home.run / sway.environment["WAYLAND_DISPLAY"]))
        self.send(DISPLAY, 1, struct.pack("=I", REGISTRY))
        self.send(DISPLAY, 0, struct.pack("=I", CALLBACK))
        name, version = self.find_global("zwlr_virtual_pointer_manager_v1")
        self.send(REGISTRY, 0, struct.pack("=I", name) + text("zwlr_virtual_pointer_manager_v1") +
                  struct.pack("=II", min(version, 1), MANAGER))
        self.send(MANAGER, 0, struct.pack("=II", 0, POINTER))

    def close(self):
        self.socket.close()

    def send(self, target, opcode, arguments=b""):
        self.socket.sendall(struct.pack("=II", target, (8 + len(arguments)) << 16 | opcode) + arguments)

    def receive(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            assert part, "the compositor closed the connection"
            data += part
        return data

    def find_global(self, interface):
        """Reads what the registry has up to the answer of the callback."""
        found = None
        while True:
            target, word = struct.unpack("=II", self.receive(8))
            data = self.receive((word >> 16) - 8)
            if target == CALLBACK:
                assert found, f"the compositor lacks {interface}"
                return found
            if target == REGISTRY and word & 0xffff == 0:
                name, size = struct.unpack_from("=II", data)
                if data[8:8 + size - 1].decode() == interface:
                    found = name, struct.unpack_from("=I", data, len(data) - 4)[0]

    def now(self):
        return int(time.monotonic() * 1000) & 0xffffffff

    def move(self, x, y):
        """To a place in device pixels of the output."""
        self.send(POINTER, 1, struct.pack("=IIIII", self.now(), x, y, *self.size))
        self.send(POINTER, 4)

    def click(self, x, y):
        """Where two of them are near each other, the second may be a double click."""
        self.move(x, y)
        for state in (1, 0):
            self.send(POINTER, 2, struct.pack("=III", self.now(), LEFT, state))
            self.send(POINTER, 4)


@contextlib.contextmanager
def pointer(sway):
    device = Pointer(sway)
    try:
        device.move(0, 0)
        time.sleep(0.3)  # until programs have heard of it
        yield device
    finally:
        device.close()
