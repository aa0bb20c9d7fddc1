#!/usr/bin/env python3
"""Lets a weir live through what it is built for, on loopback, so that an instrumented one learns what it does most.

The numbers of requests are fixed, not the time: a slow machine learns the same as a fast one. Every answer is looked at.
deploy/build-optimised is who calls it."""

import argparse
import http.client
import pathlib
import re
import socket
import subprocess
import sys
import threading
import time

CLIENTS = 32
HEAD_END = b"\r\n\r\n"
ANSWER_HEAD = (b"HTTP/1.1 200 OK\r\nServer: service\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
               b"Content-Type: application/json\r\n")
BODY = b"the body of an answer that says nothing\n" * 26215  # over 1 MiB
FIELDS = (b"Host: shop.example:8080\r\nUser-Agent: train/1.0\r\nAccept: application/json\r\nAccept-Encoding: gzip\r\n"
          b"X-Request-ID: 7c1f0d3e\r\n")
DRAIN_SECONDS = 60


class Failed(Exception):
    """One line for the user."""


class Reader:
    """Messages off one connection."""

    def __init__(self, connection):
        self.connection, self.held = connection, b""

    def more(self):
        """False at the end."""
        got = self.connection.recv(1 << 18)
        self.held += got
        return bool(got)

    def take(self, size):
        """Exactly so many bytes."""
        pieces, have = [self.held], len(self.held)
        while have < size:
            got = self.connection.recv(1 << 18)
            if not got:
                raise Failed("a body was cut off")
            pieces.append(got)
            have += len(got)
        whole = b"".join(pieces)
        self.held = whole[size:]
        return whole[:size]

    def take_line(self):
        """Up to the end of the line, without it."""
        while b"\r\n" not in self.held:
            if not self.more():
                raise Failed("a chunk was cut off")
        line, _, self.held = self.held.partition(b"\r\n")
        return line

    def message(self, has_body=True):
        """Its head; its body is read and forgotten. None at the end."""
        while HEAD_END not in self.held:
            if not self.more():
                return None
        head, _, self.held = self.held.partition(HEAD_END)
        if not has_body:
            return head
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        if length:
            self.take(int(length[1]))
        elif re.search(rb"(?i)\r\ntransfer-encoding: *chunked", head):
            while size := int(self.take_line(), 16):
                self.take(size + 2)
            self.take_line()
        return head


class Service:
    """Answers at once with as many bytes as the path says, /chunks in chunks; never answers /occupy."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    @staticmethod
    def serve(connection):
        reader = Reader(connection)
        try:
            while head := reader.message():
                method, path, _ = head.split(b" ", 2)
                if path == b"/chunks":
                    chunks = b"".join(b"%x\r\n%s\r\n" % (size, BODY[:size]) for size in (700, 4000, 90))
                    connection.sendall(ANSWER_HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
                elif path != b"/occupy":
                    size = int(re.match(rb"/(\d*)", path)[1] or 512)
                    body = b"" if method == b"HEAD" else BODY[:size]
                    connection.sendall(ANSWER_HEAD + b"Content-Length: %d\r\n\r\n" % size + body)
        except (OSError, Failed):
            pass  # weir is gone, and with it this training


def request(method=b"GET", path=b"/512?fields=name,price", fields=b"", body=b""):
    """The bytes of one."""
    return method + b" " + path + b" HTTP/1.1\r\n" + FIELDS + fields + b"\r\n" + body


def posted(size):
    """One with a body of a known length."""
    return request(b"POST", b"/512", b"Content-Type: application/json\r\nContent-Length: %d\r\n" % size, BODY[:size])


def free_ports(count):
    """Ports of loopback that nobody uses."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class Weir:
    """A running weir with one worker, ended as a deployment ends it."""

    def __init__(self, binary, service, flags):
        self.port, self.status, admin = free_ports(3)
        self.process = subprocess.Popen(
            [binary, "run", "--listen", f"127.0.0.1:{self.port}", "--backend", service.address, "--workers", "1",
             "--status", f"127.0.0.1:{self.status}", "--admin", f"127.0.0.1:{admin}", "-l", "error", *flags])

    def __enter__(self):
        end = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                self.connect().close()
                return self
            except OSError:
                time.sleep(0.02)
        self.process.kill()
        raise Failed("weir does not listen")

    def __exit__(self, kind, *_):
        self.process.terminate()
        try:
            code = self.process.wait(DRAIN_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        # Counters are written by a clean end alone.
        if code != 0 and kind is None:
            raise Failed(f"weir ended with {code}")

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=DRAIN_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def scrape(self):
        """What Prometheus, a probe and a person ask for."""
        for path in ("/metrics", "/readyz", "/limits"):
            asked = http.client.HTTPConnection("127.0.0.1", self.status, timeout=DRAIN_SECONDS)
            asked.request("GET", path)
            if asked.getresponse().read() == b"":
                raise Failed(f"{path} was empty")
            asked.close()


class Crowd:
    """Kept-alive clients that all ask, and then all read."""

    def __init__(self, weir, count=CLIENTS):
        self.readers = [Reader(weir.connect()) for _ in range(count)]
        self.answers = 0

    def wave(self, asked, wanted=(b"200",), each=1):
        """One request, or `each` at once, from everybody."""
        for reader in self.readers:
            reader.connection.sendall(asked * each)
        for reader in self.readers:
            for _ in range(each):
                self.check(reader.message(not asked.startswith(b"HEAD ")), wanted)

    def check(self, head, wanted):
        status = head.split(b" ", 2)[1] if head else b"nothing"
        if status not in wanted:
            raise Failed(f"answered {status.decode(errors='replace')}, expected one of {wanted}")
        self.answers += 1

    def close(self):
        for reader in self.readers:
            reader.connection.close()


def new_connections(weir, count, asked, wanted):
    """A connection for each request."""
    for _ in range(count):
        crowd = Crowd(weir, 1)
        crowd.wave(asked, wanted)
        crowd.close()
    return count


def serve(weir, times):
    """What passes. In waves, because a busy loop finds many connections ready at once."""
    crowd = Crowd(weir)
    for _ in range(times(10)):
        for _ in range(20):
            crowd.wave(request())
        crowd.wave(request(path=b"/chunks"))
        crowd.wave(request(b"HEAD"))
        crowd.wave(request(), each=4)
        crowd.wave(posted(2000))
        chunk = b"7d0\r\n" + BODY[:2000] + b"\r\n"
        crowd.wave(request(b"PUT", b"/512", b"Transfer-Encoding: chunked\r\n", chunk + b"0\r\n\r\n"))
        weir.scrape()
    for _ in range(times(6)):
        crowd.wave(request(path=b"/65536"))
        crowd.wave(posted(65536))
    crowd.close()
    few = Crowd(weir, 4)  # one Python thread sends and then reads: what all ask must fit into the sockets
    for _ in range(times(12)):
        few.wave(request(path=b"/1048576"))
        few.wave(posted(1 << 20))
    few.close()
    closing = new_connections(weir, times(400), request(fields=b"Connection: close\r\n"), (b"200",))
    return crowd.answers + few.answers + closing


def shed(weir, times):
    """What is turned away: a request that never ends has the only place."""
    occupant = weir.connect()
    occupant.sendall(request(path=b"/occupy"))
    time.sleep(0.3)
    crowd = Crowd(weir)
    for _ in range(times(200)):
        crowd.wave(request(), (b"503",))
    for _ in range(times(10)):
        crowd.wave(posted(2000), (b"503",))
    crowd.close()
    count = crowd.answers + new_connections(weir, times(200), request(fields=b"Connection: close\r\n"), (b"503",))
    occupant.close()
    return count


def queue(weir, times):
    """What waits for a place, and gets one."""
    crowd = Crowd(weir)
    for _ in range(times(80)):
        crowd.wave(request(), (b"200", b"503"))
    crowd.close()
    return crowd.answers


FREE = ["--algorithm", "knee", "--set", "limiter.min=100"]
LESSONS = [
    ("served", serve, FREE),
    ("served and logged", serve, [*FREE, "--set", "access_log.mode=all", "--set", "access_log.path=/dev/null"]),
    ("shed", shed, ["--algorithm", "fixed", "--set", "limiter.fixed.limit=1", "--set", "queue.max_waiting=0"]),
    ("queued", queue, ["--algorithm", "fixed", "--set", "limiter.fixed.limit=4", "--set", "queue.max_waiting=100",
                       "--set", "queue.max_wait=1m"]),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weir", type=pathlib.Path, help="the binary")
    parser.add_argument("--share", type=float, default=1, help="of the usual number of requests")
    arguments = parser.parse_args()
    service = Service()
    for name, lesson, flags in LESSONS:
        try:
            with Weir(arguments.weir, service, flags) as weir:
                count = lesson(weir, lambda number: max(1, round(number * arguments.share)))
        except (Failed, OSError, http.client.HTTPException) as wrong:
            sys.exit(f"train: {name}: {wrong or type(wrong).__name__}")
        print(f"train: {count} requests {name}")


main()
