#!/usr/bin/env python3
"""The byte forwarder carries bytes, and load-tests/compare sets weir beside it."""

import json
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARIES = pathlib.Path(os.environ.get("WEIR_BINARIES", ROOT / "build/asan/bin"))
DEADLINE = 20


class Forwarder(unittest.TestCase):
    def setUp(self):
        self.service = socket.create_server(("127.0.0.1", 0))
        self.service.settimeout(DEADLINE)
        self.addCleanup(self.service.close)
        backend = f"127.0.0.1:{self.service.getsockname()[1]}"
        self.program = subprocess.Popen([BINARIES / "weir-forwarder", "--listen", "127.0.0.1:0", "--backend", backend],
                                        stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end)
        self.port = int(re.search(r"listening on 127\.0\.0\.1:(\d+)", self.program.stdout.readline())[1])

    def end(self):
        self.program.terminate()
        self.program.wait(DEADLINE)
        self.program.stdout.close()

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
        self.assertEqual(result["cases"]["shed-32"]["peers"]["weir"]["runs"][0]["shed_share"], 1)
        self.assertEqual(len(result["startup"]["peers"]["floor"]["runs"]), 10)
        self.assertIn("not measured: knows no HTTP", done.stdout)


if __name__ == "__main__":
    unittest.main()
