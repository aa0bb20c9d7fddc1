#!/usr/bin/env python3
"""The README lists every metric of weir with its type and labels, and no other; promtool finds no fault with them.

`readme_metrics_test.py --print` prints the table as it has to be, from the weir in $WEIR_BINARY."""

import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "deploy"))
from running_weir import families, needs_binary, running_weir  # noqa: E402

README = (ROOT / "README.md").read_text()
HEAD = "| metric | type | labels | meaning |\n|---|---|---|---|\n"


def exposition():
    # With priorities and partitions, so that all there can be is there.
    with running_weir("--set", "priorities=normal", "--set", "priorities=batch when path /batch",
                      "--set", "partition_by=client_address") as weir:
        return weir.metrics()


def served(text):
    """name -> (type, {labels}) of weir's own families."""
    return {name: (kind, labels - {"le"}) for name, (kind, labels) in families(text).items()
            if name.startswith("weir_")}


def listed():
    """The same as the README has it."""
    table = README.split("<!-- metrics -->")[1].split("<!-- /metrics -->")[0]
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*?) \| (.+) \|$", table, re.M)
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels, _ in rows}


def table(text):
    meanings = dict(re.findall(r"^# HELP (weir_\w+) (.*)$", text, re.M))
    return HEAD + "".join(
        f"| `{name}` | {kind} | {', '.join(f'`{label}`' for label in sorted(labels))} | {meanings[name]} |\n"
        for name, (kind, labels) in served(text).items())


@needs_binary
class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = exposition()

    def test_the_readme_lists_what_is_served_and_nothing_else(self):
        self.assertGreater(len(served(self.text)), 20)
        self.assertEqual(listed(), served(self.text))

    def test_promtool_finds_no_fault(self):
        verdict = subprocess.run(["promtool", "check", "metrics"], input=self.text, capture_output=True, text=True,
                                 timeout=60)
        self.assertEqual((verdict.returncode, verdict.stdout + verdict.stderr), (0, ""))

    def test_every_family_has_a_series_before_the_first_request(self):
        series = {re.sub(r"_(bucket|sum|count)$", "", name)
                  for name in re.findall(r"^(weir_\w+)[{ ]", self.text, re.M)}
        self.assertEqual(series, set(served(self.text)))


if __name__ == "__main__":
    if sys.argv[1:] == ["--print"]:
        print(table(exposition()), end="")
    else:
        unittest.main()
