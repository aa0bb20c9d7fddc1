"""What the end-to-end tests stand on: a real weir process, backends that follow a script, raw clients.

Everything is on loopback with ports of the system's choosing, and every wait has a deadline."""

import contextlib
import json
import os
import re
import select
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

WEIR = os.environ.get("WEIR_BINARY", "build/asan/bin/weir")
ORIGIN = os.environ.get("WEIR_ORIGIN_BINARY", "build/asan/bin/weir-origin")
LOAD = os.environ.get("WEIR_LOAD_BINARY", "build/asan/bin/weir-load")
DEADLINE = 20.0


def sanitized():
    """True when weir was built with a sanitizer, whose own memory then hides weir's."""
    with open(WEIR, "rb") as binary:
        return b"__asan_init" in (text := binary.read()) or b"__tsan_init" in text


def wait_until(condition, what, deadline=DEADLINE):
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"waited {deadline} s in vain for {what}")


def written(file):
    """Without moving the offset, which the process that writes shares."""
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode()


class Weir:
    """One weir process; leaving the `with` block ends it and looks for sanitizer reports."""

    def __init__(self, backend, *settings, listen="127.0.0.1:0", expect_exit=0, through=(), pass_fds=()):
        """`through` is a command that runs the one behind it in its own process, such as nohup."""
        self.log = tempfile.TemporaryFile(mode="w+")
        self.out = tempfile.TemporaryFile(mode="w+")
        self.expect_exit = expect_exit
        command = [*through, WEIR, "run", "--listen", listen, "--backend", backend, "--status", "127.0.0.1:0",
                   "--admin", "127.0.0.1:0", "--drain-seconds", "5", "-l", "debug"]
        for setting in settings:
            command += ["--set", setting]
        self.process = subprocess.Popen(command, stderr=self.log, stdout=self.out, pass_fds=pass_fds)
        wait_until(lambda: "ready" in self.log_text() or self.process.poll() is not None, "weir to be ready")
        if self.process.poll() is not None:
            raise AssertionError("weir did not start:\n" + self.log_text())
        self.address = self.find(r"listening on (\S+)")
        self.status = self.find(r"status on (\S+)")
        self.admin = self.find(r"admin on (\S+)")

    def log_text(self):
        return written(self.log)

    def out_text(self):
        return written(self.out)

    def find(self, pattern):
        found = re.search(pattern, self.log_text())
        return found.group(1).rstrip(",") if found else None

    def connect(self):
        return Client(self.address)

    def get(self, path="/", headers=""):
        with self.connect() as client:
            client.send(f"GET {path} HTTP/1.1\r\nHost: weir.test\r\n{headers}\r\n")
            return client.response()

    def ask_status(self, path, method="GET", address=None):
        address = address or self.status
        with Client(address) as client:
            client.send(f"{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")
            return client.response(head_request=method == "HEAD")

    def metrics(self):
        """{'name{labels}': value}"""
        values = {}
        for line in self.ask_status("/metrics").body.decode().splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                values[name] = float(value)
        return values

    def limits(self):
        return json.loads(self.ask_status("/limits").body)

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    @contextlib.contextmanager
    def finding_at_once(self):
        """What happens in the `with` block is found by one poll of each worker, in the order in which it happened."""
        # Epoll still keeps what a busy worker was last told of, and would tell that first.
        wait_until(lambda: self.threads_are("S"), "weir to have nothing to do")
        self.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: self.threads_are("T"), "weir to stand still")
        yield
        self.process.send_signal(signal.SIGCONT)

    def threads_are(self, state):
        """In the kernel's letters; all of them."""
        tasks = f"/proc/{self.process.pid}/task"
        for task in os.listdir(tasks):
            with open(f"{tasks}/{task}/stat") as stat:
                if stat.read().rpartition(")")[2].split()[0] != state:
                    return False
        return True

    def stop(self, signal_number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(signal_number)
        return self.process.wait(timeout=DEADLINE)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            code = self.stop()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("weir did not end:\n" + self.log_text())
        text = self.log_text()
        if kind is None:
            for word in ("AddressSanitizer", "LeakSanitizer", "runtime error", "ThreadSanitizer"):
                assert word not in text, text
            if self.expect_exit is not None:
                assert code == self.expect_exit, f"weir ended with {code}:\n{text}"
        else:
            print(text[-4000:])
        self.log.close()
        self.out.close()


class Response:
    def __init__(self, status, reason, fields, body=b"", trailers=()):
        self.status, self.reason, self.fields, self.body, self.trailers = status, reason, fields, body, list(trailers)

    def all(self, name):
        return [value for field, value in self.fields if field.lower() == name.lower()]

    def get(self, name):
        values = self.all(name)
        return values[0] if values else None


def dial(address):
    if address.startswith("unix:"):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(DEADLINE)
        sock.connect(address[5:])
        return sock
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host.strip("[]"), int(port)), timeout=DEADLINE)


class Client:
    """A raw HTTP/1.1 client that hides nothing: text out, parsed responses in."""

    def __init__(self, address_or_socket):
        is_socket = isinstance(address_or_socket, socket.socket)
        self.socket = address_or_socket if is_socket else dial(address_or_socket)
        self.socket.settimeout(DEADLINE)
        self.held = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def send(self, text):
        self.socket.sendall(text.encode("latin-1") if isinstance(text, str) else text)

    def more(self):
        try:
            got = self.socket.recv(65536)
        except ConnectionResetError:
            raise EOFError("reset by the peer")
        if not got:
            raise EOFError("closed by the peer")
        self.held += got

    def line(self):
        while b"\r\n" not in self.held:
            self.more()
        line, self.held = self.held.split(b"\r\n", 1)
        return line.decode("latin-1")

    def exactly(self, size):
        while len(self.held) < size:
            self.more()
        taken, self.held = self.held[:size], self.held[size:]
        return taken

    def until_close(self):
        with contextlib.suppress(EOFError):
            while True:
                self.more()
        taken, self.held = self.held, b""
        return taken

    def readable(self, deadline):
        """True when more has come in time, or the end."""
        return bool(select.select([self.socket], [], [], deadline)[0])

    def closed(self, deadline=DEADLINE):
        """True when the peer closes, without more bytes, in time."""
        if self.held:
            return False
        if not self.readable(deadline):
            return False
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def ends_in_reset(self):
        """Reads on; True when the peer resets the connection, False when it closes it."""
        while True:
            try:
                got = self.socket.recv(65536)
            except ConnectionResetError:
                return True
            if not got:
                return False
            self.held += got

    def head(self):
        """First line and fields of whatever comes."""
        first = self.line()
        fields = []
        while True:
            line = self.line()
            if not line:
                return first, fields
            name, value = line.split(":", 1)
            fields.append((name, value.strip()))

    def chunked(self):
        body = b""
        while True:
            size = int(self.line().split(";")[0], 16)
            if size == 0:
                break
            body += self.exactly(size)
            assert self.exactly(2) == b"\r\n"
        trailers = []
        while True:
            line = self.line()
            if not line:
                return body, trailers
            name, value = line.split(":", 1)
            trailers.append((name, value.strip()))

    def body_of(self, fields, bodyless=False):
        lowered = {name.lower(): value for name, value in fields}
        if bodyless:
            return b"", []
        if "chunked" in lowered.get("transfer-encoding", ""):
            return self.chunked()
        if "content-length" in lowered:
            return self.exactly(int(lowered["content-length"])), []
        return None, []

    def response(self, head_request=False):
        first, fields = self.head()
        _, status, reason = (first.split(" ", 2) + [""])[:3]
        status = int(status)
        bodyless = head_request or status < 200 or status in (204, 304)
        body, trailers = self.body_of(fields, bodyless)
        if body is None:
            body = self.until_close()
        return Response(status, reason, fields, body, trailers)

    def request(self):
        """For the backend's side: (method, target, fields, body)."""
        first, fields = self.head()
        method, target, _ = first.split(" ")
        body, trailers = self.body_of(fields)
        return Request(method, target, fields, body or b"", trailers)


class Request(Response):
    def __init__(self, method, target, fields, body, trailers):
        super().__init__(0, "", fields, body, trailers)
        self.method, self.target = method, target


class Backend:
    """Calls `serve(client)` in a thread for each connection; errors of a script end that connection only."""

    def __init__(self, serve, path=None, family=socket.AF_INET):
        self.serve = serve
        self.connections = 0
        if path:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(path)
            self.address = "unix:" + path
        else:
            self.listener = socket.socket(family)
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.listener.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
            host, port = self.listener.getsockname()[:2]
            self.address = f"[{host}]:{port}" if family == socket.AF_INET6 else f"{host}:{port}"
        self.listener.listen(512)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.run, args=(sock,), daemon=True).start()

    def run(self, sock):
        client = Client(sock)
        with contextlib.suppress(EOFError, OSError, ValueError):
            self.serve(client)
        client.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # A plain close() does not wake the thread inside accept().
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def answering(text="HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"):
    """A script that answers every request with the same bytes."""

    def serve(client):
        while True:
            client.request()
            client.send(text)

    return serve


@contextlib.contextmanager
def origin(*flags):
    """A weir-origin process; yields its address."""
    process = subprocess.Popen([ORIGIN, "--listen", "127.0.0.1:0", *flags], stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        yield re.search(r"listening on ([^\s,]+)", line).group(1)
    finally:
        process.terminate()
        process.wait(timeout=DEADLINE)
        process.stdout.close()


def load(address, *flags):
    """Runs weir-load against `address` and gives back its JSON."""
    with tempfile.NamedTemporaryFile(mode="r", suffix=".json") as report:
        subprocess.run([LOAD, "--target", f"http://{address}/", "--json", report.name, *flags], check=True,
                       stdout=subprocess.DEVNULL, timeout=120)
        return json.load(report)


def main():
    unittest.main(verbosity=2)
