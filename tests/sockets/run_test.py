#!/usr/bin/env python3
"""load-tests/run plays a short world end to end, and refuses what it does not know."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "load-tests/sockets"), str(ROOT / "load-tests/comparison")]

import curves  # noqa: E402

BINARIES = pathlib.Path(os.environ.get("WEIR_BINARIES", ROOT / "build/asan/bin"))


def run(*words):
    """load-tests/run with those words."""
    return subprocess.run([ROOT / "load-tests/run", "--bin", BINARIES, "--no-install", *map(str, words)], capture_output=True,
                          text=True, timeout=100)


@unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "needs two cores")
class Run(unittest.TestCase):
    def test_a_short_world(self):
        with tempfile.TemporaryDirectory() as folder:
            kept, page = pathlib.Path(folder) / "result.json", pathlib.Path(folder) / "page.html"
            done = run("s02", "--worlds", "2 constant", "--limiters", "fixed:2", "none", "--scale", "0.05", "--json", kept,
                       "--html", page)
            # A busy machine may make them disagree or leave nothing to be judged: it must say so then.
            self.assertEqual(done.returncode, 3 if "disagrees" in done.stderr else 1 if "could be judged" in done.stderr else 0,
                             done.stderr)
            result = json.loads(kept.read_text())
            self.assertIn("Very few places: 2 constant", page.read_text())
            weir, none = curves.data_of(page.read_text())[1]["scenarios"][0]["worlds"][0]["cells"]
        self.assertIn("Very few places: 2 constant", done.stdout)
        for key in ("limit", "goodput", "shed", "p50"):
            self.assertEqual(len(weir["real"][key]), len(weir[key]), key)
        self.assertIn(2, weir["real"]["limit"])
        self.assertGreater(max(weir["real"]["goodput"]), 0)
        self.assertNotIn("limit", none["real"])
        self.assertEqual(set(result["wire_seconds"]), {"weir"})
        found = result["scenarios"]["s02"]["worlds"]["2 constant"]["limiters"]
        # Wide: the programs may be slowed by sanitizers, and the machine may have other things to do.
        weir = found["fixed:2"]["real"]
        self.assertGreater(weir["goodput_share"], 0.5)
        self.assertLess(weir["goodput_share"], 1.3)
        self.assertGreater(weir["hurried_shed_share"], 0.2)
        self.assertLess(weir["w50"], 15)
        self.assertGreater(found["none"]["real"]["w50"], 20)
        self.assertEqual(found["none"]["real"]["hurried_shed_share"], 0)
        self.assertGreater(found["none"]["simulated"]["w50"], 20)

    def test_the_list_says_what_can_be_played_and_why_not(self):
        done = run("--list", "s01", "s16")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("10 pareto: 60 s", done.stdout)
        self.assertIn("who is turned away gives up: cannot be played: sessions of several requests", done.stdout)
        self.assertNotIn("s02", done.stdout)

    def test_what_is_not_known_is_named_with_what_was_expected(self):
        for words, expected in ((("s99",), 'scenario "s99" is not known, expected some of s01'),
                                (("s02", "--worlds", "x"), 'world "x" is in none of s02, expected some of "1 constant"'),
                                (("s02", "--limiters", "codel"), 'limiter "codel" cannot be played, expected some of knee'),
                                (("s17",), "nothing that can be played: 50 us: 120,000 requests/s"),
                                (("s02", "--allow", "s02:2 constant:knee:w9"), "allows nothing that is played"),
                                (("s02", "--scale", "2"), "expected a share above 0, at most 1"),
                                ((), "which scenario?")):
            done = run(*words)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(expected, done.stderr)


if __name__ == "__main__":
    unittest.main()
