"""Memory per connection: a fresh peer, then so many connections, idle, active or slow, and what its memory grew by.

Idle: kept alive, has had one answer, asks for nothing. Active: its request is at the service, which does not answer yet, so
the peer holds a connection on either side. Slow: a large answer is on its way and its client takes it sip by sip, so the
peer holds what it has read ahead. What the kernel holds for the sockets is in nobody's figure."""

import http.client
import json
import socket
import time

import proc
from programs import Failed

REQUEST = b"GET / HTTP/1.1\r\nHost: service.example\r\nUser-Agent: compare\r\nAccept: */*\r\n\r\n"
SETTLE = 0.5  # seconds in which a peer may give back what it needed for a moment
SIP = 4096
SIPS = 5
KERNEL_ROOM = 16 * 1024  # of a slow client, or its kernel would take the answer in its stead


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

    def __init__(self, port, kernel_room=None):
        self.port, self.kernel_room, self.connections = port, kernel_room, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self.connections:
            connection.close()

    def connect(self):
        """One more."""
        connection = socket.socket()
        self.connections.append(connection)
        connection.settimeout(20)
        if self.kernel_room:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.kernel_room)
        connection.connect(("127.0.0.1", self.port))
        return connection

    def grow(self, count, body_bytes=None):
        """Up to so many connections, a request on each new one; its answer is read when its size is given."""
        try:
            while len(self.connections) < count:
                connection = self.connect()
                connection.sendall(REQUEST)
                if body_bytes is not None:
                    read_answer(connection, body_bytes)
        except OSError as wrong:
            raise Failed(f"connection {len(self.connections)}: {wrong or type(wrong).__name__}") from wrong

    def sip(self):
        """A little of each answer, which nobody may have ended."""
        for number, connection in enumerate(self.connections, 1):
            try:
                got = connection.recv(SIP)
            except OSError as wrong:
                raise Failed(f"slow connection {number} was lost: {wrong or type(wrong).__name__}") from wrong
            if not got:
                raise Failed(f"slow connection {number} was closed")

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


def slow(program, port, counts):
    """{count: bytes for each of that many connections whose answer is taken sip by sip}."""
    with Crowd(port, KERNEL_ROOM) as crowd:
        crowd.grow(1)
        crowd.sip()
        empty = settled_bytes(program)
        figures = {}
        for count in counts:
            crowd.grow(count + 1)
            for _ in range(SIPS):
                crowd.sip()
            figures[count] = (settled_bytes(program) - empty) / count
        crowd.sip()
    return figures
