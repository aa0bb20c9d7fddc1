#!/usr/bin/env python3
"""Every piece of configuration that a README shows is one that weir takes."""

import os
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("WEIR_BINARY")
REQUIRED = "listen: 127.0.0.1:8080\nbackend: 127.0.0.1:9000\n"


@unittest.skipUnless(BINARY, "WEIR_BINARY names no weir")
class ReadmeYaml(unittest.TestCase):
    def test_every_block_is_valid(self):
        blocks = re.findall(r"^```yaml\n(.*?)^```$", (ROOT / "README.md").read_text(), re.M | re.S)
        self.assertGreaterEqual(len(blocks), 2)
        for block in blocks:
            with self.subTest(block.splitlines()[0]):
                text = block if "listen:" in block else REQUIRED + block
                verdict = subprocess.run([BINARY, "validate", "-c", "/dev/stdin"], input=text, capture_output=True,
                                         text=True, timeout=60)
                self.assertEqual(verdict.returncode, 0, verdict.stdout + verdict.stderr)


if __name__ == "__main__":
    unittest.main()
