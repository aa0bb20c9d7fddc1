#!/usr/bin/env python3
"""The unit is what systemd understands, well fenced, and keeps what it promises about the binary."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import unittest

import yaml

from running_weir import BINARY, DEPLOY, ROOT, needs_binary, running_weir

SOCKET = (DEPLOY / "systemd" / "weir.socket").read_text()
UNIT = (DEPLOY / "systemd" / "weir.service").read_text()
# 0 is the best systemd can say and 10 the worst; a proxy needs the network, which costs about 1.
MOST_EXPOSURE = 2.0
needs_systemd = unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")


def values(key):
    return re.findall(rf"^{key}=(.*)$", UNIT, re.M)


def analyze(unit, *arguments):
    """Exit code and all output of systemd-analyze on this text; the binary stands in the place that is named."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "weir.service"
        file.write_text(unit.replace("/usr/bin/weir", BINARY or "/bin/true"))
        verdict = subprocess.run(["systemd-analyze", "--no-pager", *arguments, str(file)],
                                 capture_output=True, text=True, timeout=60)
        return verdict.returncode, verdict.stdout + verdict.stderr


class Unit(unittest.TestCase):
    @needs_systemd
    def test_systemd_finds_nothing_to_say_about_it(self):
        self.assertEqual(analyze(UNIT, "verify", "--man=no"), (0, ""))

    @needs_systemd
    def test_nor_about_the_socket_that_belongs_to_it(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in (("weir.service", UNIT), ("weir.socket", SOCKET)):
                (pathlib.Path(folder) / name).write_text(text.replace("/usr/bin/weir", BINARY or "/bin/true"))
            verdict = subprocess.run(["systemd-analyze", "--no-pager", "verify", "--man=no", f"{folder}/weir.socket"],
                                     capture_output=True, text=True, timeout=60)
            self.assertEqual((verdict.returncode, verdict.stdout + verdict.stderr), (0, ""))

    @needs_systemd
    def test_that_check_sees_a_wrong_key(self):
        _, words = analyze(UNIT.replace("[Service]\n", "[Service]\nNoSuchKey=1\n"), "verify", "--man=no")
        self.assertIn("NoSuchKey", words)

    @needs_systemd
    def test_it_is_exposed_no_more_than_it_must_be(self):
        code, words = analyze(UNIT, "security", "--offline=true", f"--threshold={MOST_EXPOSURE * 10:.0f}")
        self.assertEqual(code, 0, words)

    def test_it_validates_what_it_then_runs(self):
        (before,), (start,) = values("ExecStartPre"), values("ExecStart")
        self.assertEqual(start, "/usr/bin/weir run -c /etc/weir/weir.yaml $WEIR_OPTIONS")
        self.assertEqual(before, start.replace(" run ", " validate "))

    @needs_binary
    def test_flags_may_complete_the_file_and_faulty_ones_do_not_pass_the_check(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "weir.yaml"
            file.write_text("listen: :8080\n")
            (check,) = values("ExecStartPre")
            check = check.replace("/usr/bin/weir", BINARY).replace("/etc/weir/weir.yaml", str(file))
            for options, code in (("--backend 127.0.0.1:9", 0), ("", 1), ("--backend 127.0.0.1:9 --workers none", 1)):
                done = subprocess.run(check.replace("$WEIR_OPTIONS", options).split(), capture_output=True, text=True,
                                      timeout=60)
                self.assertEqual(done.returncode, code, (options, done.stderr))

    def test_stopping_waits_longer_than_the_drain(self):
        drain = yaml.safe_load((ROOT / "config" / "example.yaml").read_text())["drain_seconds"]
        (timeout,) = values("TimeoutStopSec")
        self.assertGreaterEqual(int(timeout.removesuffix("s")), drain + 5)
        self.assertEqual(values("KillMode"), ["mixed"])

    def test_a_failed_start_is_not_tried_again_and_a_crash_is(self):
        self.assertEqual(values("Restart"), ["always"])
        self.assertEqual(values("RestartPreventExitStatus"), ["1"])

    def test_a_drain_that_was_cut_is_no_failure_of_the_unit(self):
        self.assertEqual(values("SuccessExitStatus"), ["2 3"])

    @needs_binary
    def test_weir_notifies_as_the_unit_expects(self):
        self.assertEqual(values("Type"), ["notify"])
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
            address = os.path.join(folder, "notify")
            supervisor.bind(address)
            supervisor.settimeout(10)
            with running_weir(environment={"NOTIFY_SOCKET": address}):
                self.assertIn(b"READY=1", supervisor.recv(4096))
            self.assertIn(b"STOPPING=1", supervisor.recv(4096))


if __name__ == "__main__":
    unittest.main()
