"""A share that hangs: a folder mounted through /dev/fuse, whose every answer can be kept back. Whoever waits for one
is stuck in the kernel, as on a dead network share. It speaks the kernel's protocol itself (linux/fuse.h, version 7.31): no
library, and no other program."""

import collections
import ctypes
import errno
import functools
import os
import pathlib
import stat
import struct
import threading
import time

import pytest

(LOOKUP, FORGET, GETATTR, UNLINK, RENAME, OPEN, READ, WRITE, STATFS, RELEASE, FSYNC, FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR,
 CREATE, INTERRUPT, DESTROY, BATCH_FORGET) = 1, 2, 3, 10, 12, 14, 15, 16, 17, 18, 20, 25, 26, 27, 28, 29, 35, 36, 38, 42
NEVER_KEPT = {FORGET, BATCH_FORGET, INTERRUPT, INIT, DESTROY, RELEASE, RELEASEDIR}
NO_ANSWER = {FORGET, BATCH_FORGET, INTERRUPT}
HEADER = struct.Struct("=IIQQIIIHH")
ANSWER = struct.Struct("=IiQ")
ROOT = 1
BUFFER_BYTES = 1 << 20
MOST_WRITE = 1 << 16
MOST_READ = 1 << 17  # what the kernel asks for at once
DIRECT_IO, KEEP_CACHE = 1, 2  # how files are opened: each read is a request; the kernel keeps what was read
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REC, MS_PRIVATE, MNT_DETACH = 1, 2, 4, 1 << 14, 1 << 18, 2
CLONE_NEWNS = 1 << 17

libc = ctypes.CDLL(None, use_errno=True)


@functools.cache
def see_own_mounts_only():
    """From now on who runs beside these tests sees nothing of what they mount, and it ends with them. Who may not do that may not
    mount either."""
    if libc.unshare(CLONE_NEWNS) == 0 and libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None) != 0:
        raise OSError(ctypes.get_errno(), "mounts of its own")


class Share:
    """`folder`, seen at `mount`; read-only, unless files may be written there, one folder deep. `cached`: the kernel keeps what was read,
    as of a disk."""

    def __init__(self, folder, mount, writable=False, cached=False):
        self.folder, self.path = pathlib.Path(folder), pathlib.Path(mount)
        self.how = KEEP_CACHE if cached else DIRECT_IO
        self.nodes, self.numbers = {ROOT: self.folder}, {self.folder: ROOT}
        self.lock = threading.Lock()
        self.keeps, self.kept = set(), []  # opcodes that are not answered; requests
        self.is_deaf = False  # does not even take requests: who waits can be killed, as on a share of NFS
        self.keeps_from = None  # bytes: reads from there on are not answered either
        self.delays = {}  # opcode -> s before it is answered, each request for itself
        self.bytes_per_s, self.free_at = 0, 0.0  # what is read comes one after the other; 0: at once
        self.block = 4096  # bytes: what it says that is best read at once
        self.counts = collections.Counter()  # opcode -> requests that came
        self.opened = collections.Counter()  # name -> how often
        self.read_bytes, self.read_order = collections.Counter(), []  # name -> bytes that it gave; the names as they came
        self.at_once, self.most_at_once = collections.Counter(), collections.Counter()  # opcode, or opcode and offset -> under way
        self.error = 0  # the answer to everything, as of a share that is disconnected
        self.refusals = {}  # name -> errno, for who looks it up next
        self.tells_lengths = True  # else each file looks empty
        self.names = 1 << 62  # of each folder: who reads on is told of an error
        self.flaps_s = 0  # once the next folder was closed it is disconnected, for so long
        self.lost = {}  # name -> errno, for whoever looks it up
        self.readable = 1 << 62  # bytes of each file: a read beyond them fails
        self.closed = set()  # names of files that nobody may open, though they look as if anybody might
        self.asked = threading.Event()  # something was kept back
        self.path.mkdir(exist_ok=True)
        see_own_mounts_only()
        try:
            self.fd = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            pytest.skip(f"no share to hang: /dev/fuse: {error.strerror}")
        data = f"fd={self.fd},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()},allow_other"
        if libc.mount(b"share", os.fsencode(self.path), b"fuse", MS_NOSUID | MS_NODEV | (0 if writable else MS_RDONLY), data.encode()) != 0:
            os.close(self.fd)
            pytest.skip(f"no share to hang: mount: {os.strerror(ctypes.get_errno())}")
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Closing the device lets everybody go, whatever was kept back."""
        libc.umount2(os.fsencode(self.path), MNT_DETACH)
        self.let_go()
        self.thread.join(5)
        os.close(self.fd)

    def hang(self, *opcodes):
        """From now on; without opcodes, everything."""
        with self.lock:
            self.asked.clear()
            self.keeps = set(opcodes) or set(range(64))

    def be_deaf(self):
        """It takes one request more, which is made here."""
        self.is_deaf = True
        self.hang()
        threading.Thread(target=lambda: self.path.exists(), daemon=True).start()
        self.asked.wait(5)

    def let_go(self):
        self.is_deaf = False
        with self.lock:
            kept, self.kept, self.keeps, self.keeps_from = self.kept, [], set(), None
        for request in kept:
            self.answer(request)

    def serve(self):
        while True:
            try:
                request = os.read(self.fd, BUFFER_BYTES)
            except OSError as error:
                if error.errno in (errno.ENOENT, errno.EINTR, errno.EAGAIN):
                    continue
                return  # unmounted
            opcode = HEADER.unpack_from(request)[1]
            with self.lock:
                keep = (opcode in self.keeps or self.is_far(request)) and opcode not in NEVER_KEPT
                self.count(request)
                if keep:
                    self.kept.append(request)
            if keep:
                self.asked.set()
            elif delay := self.delay_of(request):
                threading.Timer(delay, self.answer, (request,)).start()
            else:
                self.answer(request)
            while self.is_deaf:
                time.sleep(0.01)

    def delay_of(self, request):
        opcode = HEADER.unpack_from(request)[1]
        if opcode != READ or not self.bytes_per_s:
            return self.delays.get(opcode, 0)
        now = time.monotonic()
        size = struct.unpack_from("=QQI", request, HEADER.size)[2]
        self.free_at = max(self.free_at, now) + size / self.bytes_per_s
        return self.free_at - now

    def count(self, request):
        opcode = HEADER.unpack_from(request)[1]
        self.counts[opcode] += 1
        for key in self.keys_of(request):
            self.at_once[key] += 1
            self.most_at_once[key] = max(self.most_at_once[key], self.at_once[key])

    @staticmethod
    def read_from(request):
        """Where a read begins, bytes; -1 of all else."""
        return struct.unpack_from("=QQ", request, HEADER.size)[1] if HEADER.unpack_from(request)[1] == READ else -1

    def is_far(self, request):
        return self.keeps_from is not None and self.read_from(request) >= self.keeps_from

    def keys_of(self, request):
        opcode, offset = HEADER.unpack_from(request)[1], self.read_from(request)
        return [opcode] if offset < 0 else [opcode, (opcode, offset)]

    def answer(self, request):
        with self.lock:
            for key in self.keys_of(request):
                self.at_once[key] -= 1
        length, opcode, unique, node, *_ = HEADER.unpack_from(request)
        if opcode in NO_ANSWER:
            return
        try:
            if self.error and opcode not in NEVER_KEPT:
                raise OSError(self.error, "")
            body, code = self.reply(opcode, node, request[HEADER.size:length]), 0
        except OSError as error:
            body, code = b"", -error.errno
        try:
            os.write(self.fd, ANSWER.pack(ANSWER.size + len(body), code, unique) + body)
        except OSError:
            pass  # nobody waits for it any more

    def reply(self, opcode, node, body):
        path = self.nodes.get(node, self.folder)
        if opcode == INIT:
            return struct.pack("=IIIIHHIIHHI28x", 7, 31, MOST_WRITE, 0, 16, 12, MOST_WRITE, 1, 0, 0, 0)
        if opcode == LOOKUP:
            name = os.fsdecode(body.rstrip(b"\0"))
            if name in self.refusals or name in self.lost:
                raise OSError(self.lost.get(name) or self.refusals.pop(name), "")
            return self.entry(path / name)
        if opcode == GETATTR:
            return struct.pack("=QII", 0, 0, 0) + self.attributes(path)
        if opcode in (OPEN, OPENDIR):
            os.stat(path)
            self.opened[path.name] += opcode == OPEN
            if path.name in self.closed:
                raise OSError(errno.EACCES, "")
            return struct.pack("=QII", 0, self.how if opcode == OPEN else 0, 0)
        if opcode == READ:
            _, offset, size = struct.unpack_from("=QQI", body)
            if offset + size > self.readable:
                raise OSError(errno.EIO, "")
            with open(path, "rb") as file:
                found = os.pread(file.fileno(), size, offset)
            self.read_bytes[path.name] += len(found)
            self.read_order.append(path.name)
            return found
        if opcode == READDIR:
            _, offset, size = struct.unpack_from("=QQI", body)
            return self.listing(path, offset, size, self.names)
        if opcode == STATFS:
            return struct.pack("=QQQQQIIII24x", 1 << 20, 1 << 19, 1 << 19, 1 << 16, 1 << 15, 4096, 255, 4096, 0)
        if opcode == CREATE:
            made = path / os.fsdecode(body[16:].rstrip(b"\0"))
            made.touch()
            return self.entry(made) + struct.pack("=QII", 0, self.how, 0)
        if opcode == WRITE:
            _, offset, size = struct.unpack_from("=QQI", body)
            with open(path, "r+b") as file:
                return struct.pack("=II", os.pwrite(file.fileno(), body[40:40 + size], offset), 0)
        if opcode == RENAME:
            old, new = (path / os.fsdecode(name) for name in body[8:].split(b"\0")[:2])
            self.nodes[self.numbers.pop(old)] = old.rename(new)
            return b""
        if opcode == UNLINK:
            (path / os.fsdecode(body.rstrip(b"\0"))).unlink()
            return b""
        if opcode == RELEASEDIR and self.flaps_s:
            self.error = errno.ENOTCONN
            threading.Timer(self.flaps_s, setattr, (self, "error", 0)).start()
            self.flaps_s = 0
        if opcode in (RELEASE, RELEASEDIR, FLUSH, FSYNC, DESTROY):
            return b""
        raise OSError(errno.ENOSYS, "")

    def attributes(self, path):
        st = path.lstat()
        node = self.numbers.get(path, 0)
        times = [divmod(ns, 10**9) for ns in (st.st_atime_ns, st.st_mtime_ns, st.st_ctime_ns)]
        length = st.st_size if self.tells_lengths or not stat.S_ISREG(st.st_mode) else 0
        return struct.pack("=QQQQQQIIIIIIIIII", node, length, st.st_blocks, *(s for s, _ in times),
                           *(ns for _, ns in times), st.st_mode, st.st_nlink, st.st_uid, st.st_gid, 0, self.block, 0)

    def entry(self, path):
        path.lstat()
        node = self.numbers.setdefault(path, len(self.numbers) + ROOT)
        self.nodes[node] = path
        return struct.pack("=QQQQII", node, 0, 0, 0, 0, 0) + self.attributes(path)

    @staticmethod
    def listing(path, offset, size, most):
        out = b""
        names = sorted(os.fsencode(name) for name in os.listdir(path))
        if offset >= most:
            raise OSError(errno.EIO, "")
        for index, name in list(enumerate(names))[offset:most]:
            kind = stat.S_IFMT((path / os.fsdecode(name)).lstat().st_mode) >> 12
            entry = struct.pack("=QQII", index + 2, index + 1, len(name), kind) + name
            entry += b"\0" * (-len(entry) % 8)
            if len(out) + len(entry) > size:
                break
            out += entry
        return out
