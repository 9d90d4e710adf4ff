"""What xdotool cannot do on an X server: ask a window to close, read the clipboard, drag and drop. Calls to libX11."""

import contextlib
import ctypes
import ctypes.util
import time

import pytest

from frieze import PATIENCE_S

CLIENT_MESSAGE, SELECTION_REQUEST, SELECTION_NOTIFY = 33, 30, 31
XDND_VERSION = 5


class Event(ctypes.Union):
    class Message(ctypes.Structure):
        _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
                    ("display", ctypes.c_void_p), ("window", ctypes.c_ulong), ("message_type", ctypes.c_ulong),
                    ("format", ctypes.c_int), ("data", ctypes.c_long * 5)]

    class Selection(ctypes.Structure):
        _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
                    ("display", ctypes.c_void_p), ("requestor", ctypes.c_ulong), ("selection", ctypes.c_ulong),
                    ("target", ctypes.c_ulong), ("property", ctypes.c_ulong), ("time", ctypes.c_ulong)]

    class Request(ctypes.Structure):
        _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
                    ("display", ctypes.c_void_p), ("owner", ctypes.c_ulong), ("requestor", ctypes.c_ulong),
                    ("selection", ctypes.c_ulong), ("target", ctypes.c_ulong), ("property", ctypes.c_ulong),
                    ("time", ctypes.c_ulong)]
    _fields_ = [("type", ctypes.c_int), ("message", Message), ("selection", Selection), ("request", Request),
                ("pad", ctypes.c_long * 24)]


def library():
    try:
        x = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
    except OSError:
        pytest.skip("libX11 is missing")
    x.XOpenDisplay.restype = ctypes.c_void_p
    for name, types in (("XCloseDisplay", ""), ("XInternAtom", "si"), ("XDefaultRootWindow", ""), ("XSync", "i"),
                        ("XSendEvent", "uiup"), ("XCreateSimpleWindow", "uiiIIIuu"), ("XPending", ""),
                        ("XConvertSelection", "uuuuu"), ("XNextEvent", "p"), ("XSetSelectionOwner", "uuu"),
                        ("XChangeProperty", "uuuiipi"),
                        ("XGetWindowProperty", "uulliuppppp")):
        kinds = {"s": ctypes.c_char_p, "i": ctypes.c_int, "I": ctypes.c_uint, "u": ctypes.c_ulong,
                 "l": ctypes.c_long, "p": ctypes.c_void_p}
        function = getattr(x, name)
        function.argtypes = [ctypes.c_void_p, *(kinds[kind] for kind in types)]
        function.restype = ctypes.c_ulong
    return x


@contextlib.contextmanager
def connection(display):
    x = library()
    server = x.XOpenDisplay(display.environment["DISPLAY"].encode())
    assert server, "no connection to the X server"
    try:
        yield x, server
    finally:
        x.XCloseDisplay(server)


def send(x, server, window, kind, *data):
    """A client message, with up to five numbers."""
    event = Event()
    event.message.type, event.message.window, event.message.format = CLIENT_MESSAGE, int(window), 32
    event.message.message_type = x.XInternAtom(server, kind, 0)
    for index, number in enumerate(data):
        event.message.data[index] = number
    x.XSendEvent(server, int(window), 0, 0, ctypes.byref(event))
    x.XSync(server, 0)


def ask_to_close(display, window):
    """As a window manager does where its close button was pressed."""
    with connection(display) as (x, server):
        send(x, server, window, b"WM_PROTOCOLS", x.XInternAtom(server, b"WM_DELETE_WINDOW", 0))


def events(x, server):
    event, deadline = Event(), time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if x.XPending(server):
            x.XNextEvent(server, ctypes.byref(event))
            yield event
        else:
            time.sleep(0.005)


def drop(display, window, data, kind=b"text/uri-list"):
    """Drags `data` to the middle of a window and drops it there, by the XDND protocol; True when the window took it."""
    with connection(display) as (x, server):
        def atom(name):
            return x.XInternAtom(server, name, 0)
        own = x.XCreateSimpleWindow(server, x.XDefaultRootWindow(server), 0, 0, 1, 1, 0, 0, 0)
        x.XSetSelectionOwner(server, atom(b"XdndSelection"), own, 0)
        send(x, server, window, b"XdndEnter", own, XDND_VERSION << 24, atom(kind))
        send(x, server, window, b"XdndPosition", own, 0, 100 << 16 | 100, 0, atom(b"XdndActionCopy"))
        for event in events(x, server):
            if event.type == SELECTION_REQUEST:
                request = event.request
                x.XChangeProperty(server, request.requestor, request.property, request.target, 8, 0, data, len(data))
                answer = Event()
                answer.selection.type, answer.selection.requestor = SELECTION_NOTIFY, request.requestor
                answer.selection.selection, answer.selection.target = request.selection, request.target
                answer.selection.property, answer.selection.time = request.property, request.time
                x.XSendEvent(server, request.requestor, 0, 0, ctypes.byref(answer))
                x.XSync(server, 0)
            elif event.type == CLIENT_MESSAGE and event.message.message_type == atom(b"XdndStatus"):
                if not event.message.data[1] & 1:
                    return False
                send(x, server, window, b"XdndDrop", own, 0, 0)
            elif event.type == CLIENT_MESSAGE and event.message.message_type == atom(b"XdndFinished"):
                return bool(event.message.data[1] & 1)
    return False


def clipboard(display):
    """The text in the clipboard, or None where nobody offers one."""
    with connection(display) as (x, server):
        own = x.XCreateSimpleWindow(server, x.XDefaultRootWindow(server), 0, 0, 1, 1, 0, 0, 0)
        name, utf8, mine = (x.XInternAtom(server, text, 0) for text in (b"CLIPBOARD", b"UTF8_STRING", b"FZ_E2E"))
        x.XConvertSelection(server, name, utf8, mine, own, 0)
        x.XSync(server, 0)
        for event in events(x, server):
            if event.type == SELECTION_NOTIFY:
                return text_property(x, server, own, mine) if event.selection.property else None
    return None


def text_property(x, server, window, name):
    kind, form, count, rest = ctypes.c_ulong(), ctypes.c_int(), ctypes.c_ulong(), ctypes.c_ulong()
    data = ctypes.c_void_p()
    x.XGetWindowProperty(server, window, name, 0, 1 << 16, 0, 0, ctypes.byref(kind), ctypes.byref(form),
                         ctypes.byref(count), ctypes.byref(rest), ctypes.byref(data))
    return ctypes.string_at(data.value, count.value).decode() if data.value else None
