"""Memory per connection: a fresh peer, then so many connections, idle or active, and what its memory grew by.

Idle: kept alive, has had one answer, asks for nothing. Active: its request is at the service, which does not answer yet, so
the peer holds a connection on either side. What the kernel holds for the sockets is in nobody's figure."""

import http.client
import json
import socket
import time

import proc
from programs import Failed

REQUEST = b"GET / HTTP/1.1\r\nHost: service.example\r\nUser-Agent: compare\r\nAccept: */*\r\n\r\n"
SETTLE = 0.5  # seconds in which a peer may give back what it needed for a moment


def settled_bytes(program):
    """PSS a moment after the last thing happened."""
    time.sleep(SETTLE)
    return proc.pss_bytes(program.pids())


def read_answer(connection, body_bytes):
    """One answer of the service to its end."""
    held = b""
    while True:
        head, end, body = held.partition(b"\r\n\r\n")
        if end and len(body) >= body_bytes:
            break
        more = connection.recv(65536)
        if not more:
            raise Failed("a connection was closed instead of answered")
        held += more
    if not head.startswith(b"HTTP/1.1 200 ") or len(body) != body_bytes:
        raise Failed(f"answered {head.splitlines()[0].decode(errors='replace')!r} with {len(body)} bytes")


class Crowd:
    """Connections to one port, opened as they are wanted and closed together."""

    def __init__(self, port):
        self.port, self.connections = port, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self.connections:
            connection.close()

    def grow(self, count, body_bytes=None):
        """Up to so many connections, a request on each new one; its answer is read when its size is given."""
        try:
            while len(self.connections) < count:
                connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
                self.connections.append(connection)
                connection.sendall(REQUEST)
                if body_bytes is not None:
                    read_answer(connection, body_bytes)
        except OSError as wrong:
            raise Failed(f"connection {len(self.connections)}: {wrong or type(wrong).__name__}") from wrong

    def check_open(self):
        """None has been answered or closed behind our back."""
        for number, connection in enumerate(self.connections, 1):
            connection.setblocking(False)
            try:
                got = connection.recv(1)
            except BlockingIOError:
                continue
            except OSError as wrong:
                raise Failed(f"connection {number} was lost: {wrong}") from wrong
            raise Failed(f"connection {number} was {'answered' if got else 'closed'} before its time")


def wait_until_inside(service_port, count, patience=20):
    """Until the service holds that many requests."""
    end = time.monotonic() + patience
    while True:
        asked = http.client.HTTPConnection("127.0.0.1", service_port, timeout=20)
        asked.request("GET", "/stats")
        stats = json.loads(asked.getresponse().read())
        asked.close()
        if stats["in_service"] + stats["waiting"] >= count:
            return
        if time.monotonic() > end:
            raise Failed(f"only {stats['in_service'] + stats['waiting']} of {count} requests reached the service")
        time.sleep(0.05)


def idle(program, port, counts, body_bytes):
    """{count: bytes for each of that many idle connections}, and the memory with none and with most of them."""
    with Crowd(port) as crowd:
        crowd.grow(1, body_bytes)  # what is allocated once is not a connection's
        empty = settled_bytes(program)
        figures = {}
        for count in counts:
            crowd.grow(count + 1, body_bytes)
            full = settled_bytes(program)
            figures[count] = (full - empty) / count
        crowd.check_open()
    return figures, empty, full


def active(program, port, service_port, counts):
    """{count: bytes for each of that many active connections}."""
    with Crowd(port) as crowd:
        crowd.grow(1)
        wait_until_inside(service_port, 1)
        empty = settled_bytes(program)
        figures = {}
        for count in counts:
            crowd.grow(count + 1)
            wait_until_inside(service_port, count + 1)
            figures[count] = (settled_bytes(program) - empty) / count
        crowd.check_open()
    return figures
