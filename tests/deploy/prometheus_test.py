#!/usr/bin/env python3
"""The rules parse, pass their unit tests, name what weir serves, and each alert has its section in the runbook."""

import re
import subprocess
import unittest

import yaml

import promql
from running_weir import DEPLOY, ROOT, metrics_after_every_event, needs_binary

RULES = [DEPLOY / "prometheus" / "recording.yaml", DEPLOY / "prometheus" / "alerts.yaml"]


def all_rules():
    for file in RULES:
        for group in yaml.safe_load(file.read_text())["groups"]:
            yield from group["rules"]


ALERTS = [rule for rule in all_rules() if "alert" in rule]
RUNBOOK = (DEPLOY / "prometheus" / "RUNBOOK.md").read_text()


def promtool(*arguments):
    return subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, timeout=100,
                          cwd=DEPLOY / "prometheus")


class Rules(unittest.TestCase):
    def test_promtool_accepts_them(self):
        verdict = promtool("check", "rules", *RULES)
        self.assertEqual(verdict.returncode, 0, verdict.stdout + verdict.stderr)

    def test_they_pass_their_unit_tests(self):
        verdict = promtool("test", "rules", "alerts_test.yaml")
        self.assertEqual(verdict.returncode, 0, verdict.stdout + verdict.stderr)

    def test_every_alert_has_a_test_in_which_it_fires_and_one_in_which_it_does_not(self):
        tests = yaml.safe_load((DEPLOY / "prometheus" / "alerts_test.yaml").read_text())["tests"]
        cases = [case for test in tests for case in test.get("alert_rule_test", [])]
        fires = {case["alertname"] for case in cases if case["exp_alerts"]}
        self.assertEqual({alert["alert"] for alert in ALERTS}, fires)
        # The healthy weir of the first test is silent for all of them.
        self.assertIn({"expr": "ALERTS", "eval_time": "30m", "exp_samples": []}, tests[0]["promql_expr_test"])

    def test_recorded_names_are_recorded(self):
        recorded = {rule["record"] for rule in all_rules() if "record" in rule}
        for rule in all_rules():
            asked = {name for name in promql.named_metrics(rule["expr"]) if ":" in name}
            self.assertLessEqual(asked, recorded, rule)

    def test_every_alert_explains_itself(self):
        for alert in ALERTS:
            with self.subTest(alert["alert"]):
                self.assertIn(alert["labels"]["severity"], ("page", "ticket", "notice"))
                self.assertEqual(set(alert["annotations"]), {"summary", "description", "runbook"})

    def test_the_runbook_has_one_section_for_each_alert(self):
        sections = re.findall(r"^## (\w+)$", RUNBOOK, re.M)
        self.assertEqual(sorted(sections), sorted(alert["alert"] for alert in ALERTS))
        for alert in ALERTS:
            self.assertEqual(alert["annotations"]["runbook"], f"RUNBOOK.md#{alert['alert'].lower()}")
        for section in re.split(r"^## ", RUNBOOK, flags=re.M)[1:]:
            for part in ("**Means.**", "**Look.**", "**Do.**"):
                self.assertIn(part, section)
        for target in re.findall(r"\]\(#(\w+)\)", RUNBOOK):
            self.assertIn(target, [section.lower() for section in sections])

    def test_the_endings_they_name_exist(self):
        words = promql.words_of_endings((ROOT / "proxy" / "exchange" / "ending.cc").read_text())
        self.assertIn("served", words)
        for rule in all_rules():
            self.assertEqual(promql.unknown_endings(rule["expr"], words), set(), rule)
        for word in re.findall(r"`((?:backend|connect|response|client|request)_\w+)`", RUNBOOK):
            self.assertIn(word, words)

    @needs_binary
    def test_weir_serves_every_metric_they_name(self):
        served = metrics_after_every_event()
        for rule in all_rules():
            self.assertEqual(promql.faults(rule["expr"], served), [], rule)
        for name in re.findall(r"\b(?:weir|process)_\w+", RUNBOOK):
            self.assertIsNotNone(promql.family_of(name, served), f"RUNBOOK.md names {name}")


if __name__ == "__main__":
    unittest.main()
