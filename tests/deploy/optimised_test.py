#!/usr/bin/env python3
"""What deploy/build-optimised is made of: presets that exist, a training that weir passes, a refusal without counters."""

import json
import re
import subprocess
import tempfile
import unittest

from running_weir import BINARY, DEPLOY, ROOT, needs_binary


class Optimised(unittest.TestCase):
    def test_its_presets_exist(self):
        script = (DEPLOY / "build-optimised").read_text()
        presets = json.loads((ROOT / "CMakePresets.json").read_text())
        for kind, pattern in (("configurePresets", r"cmake --preset (\S+)"), ("buildPresets", r"--build --preset (\S+)")):
            self.assertEqual(set(re.findall(pattern, script)), {"optimised"})
            self.assertIn("optimised", [each["name"] for each in presets[kind]])

    def test_there_is_no_using_what_was_not_counted(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DWEIR_PROFILE=use"],
                                  capture_output=True, text=True, timeout=100)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("deploy/build-optimised makes and uses them", " ".join(done.stderr.split()))

    @needs_binary
    def test_weir_passes_the_training(self):
        done = subprocess.run([DEPLOY / "train.py", BINARY, "--share", "0.02"], capture_output=True, text=True, timeout=100)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lessons = re.findall(r"train: [1-9]\d* requests (.*)", done.stdout)
        self.assertEqual(lessons, ["served", "served and logged", "shed", "queued"])


if __name__ == "__main__":
    unittest.main()
