"""Runs the binary in $WEIR_BINARY for the checks of deploy/, before a small service that can be slow."""

import contextlib
import http.client
import http.server
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
BINARY = os.environ.get("WEIR_BINARY")
needs_binary = unittest.skipUnless(BINARY, "WEIR_BINARY names no weir")


def free_ports(count):
    """Ports of loopback that nobody uses; all are held until all are found, so that they differ."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def ask(port, path, method="GET", timeout=10):
    """Status and text of one answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    with contextlib.closing(connection):
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def until(happens, what, seconds=30):
    """Waits for `happens()` to be true; fails with the name of what did not come."""
    deadline = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come within {seconds} s")
        time.sleep(0.02)


def validate(file):
    """Fails with weir's own words when it finds fault with the file."""
    verdict = subprocess.run([BINARY, "validate", "-c", str(file)], capture_output=True, text=True, timeout=60)
    assert verdict.returncode == 0, f"{file}: {verdict.stdout}{verdict.stderr}"


class Service(http.server.ThreadingHTTPServer):
    """Answers at once, but /slow only when it is let go."""

    daemon_threads = True

    def __init__(self):
        self.slow_ones = threading.Semaphore(0)
        self.let_go = threading.Event()
        super().__init__(("127.0.0.1", 0), _Answer)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/slow":
            self.server.slow_ones.release()
            self.server.let_go.wait(30)
        self.send_response(200)
        self.send_header("Content-Length", "3")
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(b"ok\n")

    def log_message(self, *words):
        pass


class Weir:
    """One running weir: `traffic` and `status` are its ports, `service` what stands behind it."""

    def __init__(self, arguments, environment):
        self.service = Service()
        self.traffic, self.status, admin = free_ports(3)
        self.process = subprocess.Popen(
            [BINARY, "run", *arguments, "--listen", f"127.0.0.1:{self.traffic}",
             "--backend", f"127.0.0.1:{self.service.server_address[1]}",
             "--status", f"127.0.0.1:{self.status}", "--admin", f"127.0.0.1:{admin}"],
            env={**os.environ, **environment})

    def stands(self):
        assert self.process.poll() is None, f"weir ended with {self.process.returncode}"
        try:
            return ask(self.status, "/readyz")[0] == 200
        except OSError:
            return False

    def metrics(self):
        return ask(self.status, "/metrics")[1]


@contextlib.contextmanager
def running_weir(*arguments, environment=None):
    """A weir that is ready; after the block it must drain and end with 0."""
    weir = Weir(arguments, environment or {})
    try:
        until(weir.stands, "readiness")
        yield weir
        weir.service.let_go.set()
        weir.process.send_signal(signal.SIGTERM)
        assert weir.process.wait(60) == 0, f"weir ended with {weir.process.returncode}"
    finally:
        weir.service.let_go.set()
        if weir.process.poll() is None:
            weir.process.kill()
            weir.process.wait()
        weir.service.shutdown()
        weir.service.server_close()


def families(text):
    """name -> (kind, names of labels) of every metric family in an exposition."""
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
    labels = {name: set() for name in kinds}
    for series, inside in re.findall(r"^([a-zA-Z_:]\w*)(?:\{(.*)\})? \S+$", text, re.M):
        family = series if series in kinds else re.sub(r"_(bucket|sum|count)$", "", series)
        labels.setdefault(family, set()).update(re.findall(r'(\w+)="(?:[^"\\]|\\.)*"', inside))
    return {name: (kinds.get(name, "untyped"), labels[name]) for name in labels}


def metrics_after_every_event():
    """The families of a weir that tells callers apart, and has served, let wait, shed, and been left by one."""
    with running_weir("--algorithm", "fixed", "--set", "limiter.fixed.limit=1",
                      "--set", "queue.max_waiting=1", "--set", "queue.max_wait=10s",
                      "--set", "priorities=normal", "--set", "partition_by=client_address") as weir:
        assert ask(weir.traffic, "/")[0] == 200
        leaves = socket.create_connection(("127.0.0.1", weir.traffic))
        leaves.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        assert weir.service.slow_ones.acquire(timeout=30)
        waits = socket.create_connection(("127.0.0.1", weir.traffic))
        waits.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        until(lambda: re.search(r"^weir_queue_length(\{.*\})? 1", weir.metrics(), re.M), "one that waits")
        assert ask(weir.traffic, "/")[0] == 503
        leaves.close()
        until(lambda: re.search(r"^weir_client_left_total\{.*\} [1-9]", weir.metrics(), re.M), "the client that left")
        weir.service.let_go.set()
        assert waits.recv(12) == b"HTTP/1.1 200"
        waits.close()
        return families(weir.metrics())
