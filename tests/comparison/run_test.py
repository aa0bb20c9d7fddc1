#!/usr/bin/env python3
"""The byte forwarder carries bytes, and load-tests/compare sets weir beside it."""

import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "load-tests" / "comparison"))

import peers  # noqa: E402
from programs import free_port  # noqa: E402

BINARIES = pathlib.Path(os.environ.get("WEIR_BINARIES", ROOT / "build/asan/bin"))
DEADLINE = 20


def start_forwarder(test, *flags):
    """Its port; it ends with the test."""
    program = subprocess.Popen([BINARIES / "weir-forwarder", "--listen", "127.0.0.1:0", *flags], stdout=subprocess.PIPE, text=True)

    def end():
        program.terminate()
        program.wait(DEADLINE)
        program.stdout.close()
    test.addCleanup(end)
    return int(re.search(r"listening on 127\.0\.0\.1:(\d+)", program.stdout.readline())[1])


class Forwarder(unittest.TestCase):
    def setUp(self):
        self.service = socket.create_server(("127.0.0.1", 0))
        self.service.settimeout(DEADLINE)
        self.addCleanup(self.service.close)
        self.port = start_forwarder(self, "--backend", f"127.0.0.1:{self.service.getsockname()[1]}")

    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE)
        self.addCleanup(client.close)
        inside, _ = self.service.accept()
        inside.settimeout(DEADLINE)
        self.addCleanup(inside.close)
        return client, inside

    def test_more_than_the_kernel_holds_arrives_whole_and_each_way_ends_by_itself(self):
        client, inside = self.connect()
        sent = os.urandom(1 << 20) * 16

        def send():
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
        sender = threading.Thread(target=send)
        sender.start()
        got = b"".join(iter(lambda: inside.recv(1 << 16), b""))
        sender.join()
        self.assertEqual(got, sent)
        inside.sendall(b"back")
        inside.close()
        self.assertEqual(b"".join(iter(lambda: client.recv(100), b"")), b"back")

    def test_many_at_once_are_kept_apart(self):
        pairs = [self.connect() for _ in range(100)]
        for number, (client, _) in enumerate(pairs):
            client.sendall(b"%04d" % number)
        for number, (_, inside) in enumerate(pairs):
            self.assertEqual(inside.recv(100), b"%04d" % number)

    def test_a_service_that_is_gone_ends_its_client_alone(self):
        client, _ = self.connect()
        self.service.close()
        late = socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE)
        with late:
            try:
                self.assertEqual(late.recv(1), b"")
            except ConnectionResetError:
                pass
        client.sendall(b"x")


class Answering(unittest.TestCase):
    BYTES = 60000

    def test_whatever_is_said_is_answered_with_a_503_of_so_many_bytes(self):
        client = socket.create_connection(("127.0.0.1", start_forwarder(self, "--answer", str(self.BYTES))), timeout=DEADLINE)
        with client:
            for words in (b"GET / HTTP/1.1\r\n\r\n", b"?"):
                client.sendall(words)
                got = b""
                while len(got) < self.BYTES:
                    got += client.recv(1 << 16)
                head, _, body = got.partition(b"\r\n\r\n")
                self.assertEqual(head, b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: %d" % len(body))
                self.assertEqual(len(got), self.BYTES)
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(client.recv(1), b"")

    def test_who_does_not_read_is_not_read_and_has_it_all_in_the_end(self):
        client = socket.create_connection(("127.0.0.1", start_forwarder(self, "--answer", str(self.BYTES))), timeout=DEADLINE)
        with client:
            asked = 0
            client.settimeout(0.3)
            with self.assertRaises(TimeoutError):
                while True:
                    # Larger than what it reads at once, so that each costs an answer.
                    client.sendall(b"x" * (64 << 10))
                    asked += 1
            client.settimeout(DEADLINE)
            client.shutdown(socket.SHUT_WR)
            got = sum(len(part) for part in iter(lambda: client.recv(1 << 20), b""))
            self.assertEqual(got % self.BYTES, 0)
            self.assertGreaterEqual(got // self.BYTES, asked)

    def test_an_answer_shorter_than_its_head_is_refused(self):
        done = subprocess.run([BINARIES / "weir-forwarder", "--answer", "10"], capture_output=True, text=True, timeout=DEADLINE)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("--answer", done.stderr + done.stdout)


def connect_when_it_stands(port):
    """A connection to a program that has just been started."""
    give_up = time.monotonic() + DEADLINE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)
        except ConnectionRefusedError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.02)


class Shed(unittest.TestCase):
    REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: weir-load\r\n\r\n"

    def shed_of_weir(self):
        """What a weir set up as it is compared answers when its one place is taken."""
        service = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(service.close)
        service.settimeout(DEADLINE)
        setup = peers.Setup("shed", free_port(), service.getsockname()[1], pathlib.Path("/nowhere"), 1024, BINARIES)
        weir = subprocess.Popen(peers.weir_command(BINARIES / "weir", setup))
        self.addCleanup(weir.wait, DEADLINE)
        self.addCleanup(weir.kill)
        with connect_when_it_stands(setup.port) as occupant:
            occupant.sendall(self.REQUEST)
            with service.accept()[0], socket.create_connection(("127.0.0.1", setup.port), timeout=DEADLINE) as client:
                client.sendall(self.REQUEST)
                client.shutdown(socket.SHUT_WR)
                return b"".join(iter(lambda: client.recv(1 << 16), b""))

    def test_the_byte_forwarder_answers_as_many_bytes_as_weir(self):
        shed = self.shed_of_weir()
        self.assertTrue(shed.startswith(b"HTTP/1.1 503 "), shed)
        seconds = re.search(rb"\r\nRetry-After: (\d+)\r\n", shed)[1]
        # The first is told to come back in a few; of the thousands of a comparison each is in 15 to 30.
        self.assertEqual(len(shed) - len(seconds) + len(b"15"), peers.BYTES_OF_A_SHED, shed)


@unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "needs two cores")
class Compare(unittest.TestCase):
    def test_weir_beside_the_floor(self):
        with tempfile.TemporaryDirectory() as folder:
            kept = pathlib.Path(folder) / "result.json"
            done = subprocess.run([ROOT / "load-tests/compare", "--no-install", "--bin", BINARIES, "--rounds", "1", "--cases",
                                   "small-32,shed-32,latency-low,startup", "--peers", "weir,floor", "--quiet", "--json", kept],
                                  capture_output=True, text=True, timeout=100)
            self.assertEqual(done.returncode, 0, done.stderr)
            result = json.loads(kept.read_text())
        self.assertNotIn("FAILED", done.stdout)
        self.assertGreater(result["cases"]["small-32"]["peers"]["weir"]["runs"][0]["cpu_us"], 0)
        for peer in ("weir", "floor"):
            self.assertEqual(result["cases"]["shed-32"]["peers"][peer]["runs"][0]["shed_share"], 1)
        self.assertEqual(len(result["startup"]["peers"]["floor"]["runs"]), 10)


if __name__ == "__main__":
    unittest.main()
