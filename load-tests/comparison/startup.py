"""Time from exec to the first answer of the service through a peer."""

import socket
import time

from programs import Failed

REQUEST = b"GET / HTTP/1.1\r\nHost: service.example\r\nConnection: close\r\n\r\n"
PATIENCE = 20  # seconds
PAUSE = 0.0002


def first_answer(program, port):
    """The moment at which a request has been answered with 200; asks again and again."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
                connection.sendall(REQUEST)
                start = connection.recv(65536)
        except OSError:
            start = b""
        if start.startswith(b"HTTP/1.1 200 "):
            return time.monotonic()
        if program.process.poll() is not None:
            raise Failed(f"ended at once: {program.last_words()}")
        time.sleep(PAUSE)
    raise Failed(f"no answer within {PATIENCE} s")
