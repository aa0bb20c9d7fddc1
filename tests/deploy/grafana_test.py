#!/usr/bin/env python3
"""The dashboard is sound, and weir serves every metric and label that its queries name."""

import json
import re
import unittest

import promql
from running_weir import DEPLOY, ROOT, metrics_after_every_event, needs_binary

DASHBOARD = json.loads((DEPLOY / "grafana" / "weir.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def queries():
    """(where, expression) of everything that asks Prometheus."""
    for panel in PANELS:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield "variable " + variable["name"], variable["query"]["query"]
    for annotation in DASHBOARD["annotations"]["list"]:
        yield "annotation " + annotation["name"], annotation["expr"]


class Dashboard(unittest.TestCase):
    def test_every_panel_says_what_it_shows_and_asks_something(self):
        for panel in PANELS:
            with self.subTest(panel["title"]):
                self.assertTrue(panel["description"])
                self.assertTrue(panel["targets"])
                self.assertEqual(panel["datasource"]["uid"], "${datasource}")

    def test_identifiers_are_unique(self):
        for values in ([panel["id"] for panel in DASHBOARD["panels"]], [panel["title"] for panel in PANELS]):
            self.assertEqual(len(values), len(set(values)))

    def test_panels_do_not_overlap(self):
        taken = {}
        for panel in DASHBOARD["panels"]:
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    self.assertNotIn((x, y), taken, panel["title"])
                    taken[x, y] = panel["title"]

    def test_it_needs_no_recording_rules(self):
        for where, expression in queries():
            self.assertFalse([name for name in promql.named_metrics(expression) if ":" in name], where)

    def test_every_query_heeds_the_choice_of_instances(self):
        for panel in PANELS:
            for target in panel["targets"]:
                self.assertIn('job=~"$job",instance=~"$instance"', target["expr"], panel["title"])

    def test_the_endings_it_names_exist(self):
        words = promql.words_of_endings((ROOT / "proxy" / "exchange" / "ending.cc").read_text())
        for where, expression in queries():
            self.assertEqual(promql.unknown_endings(expression, words), set(), where)

    @needs_binary
    def test_weir_serves_what_it_asks_for(self):
        served = metrics_after_every_event()
        for where, expression in queries():
            self.assertTrue(promql.named_metrics(expression), where)
            self.assertEqual(promql.faults(expression, served), [], where)

    @needs_binary
    def test_legends_name_labels_that_the_results_have(self):
        served = metrics_after_every_event()
        for panel in PANELS:
            for target in panel["targets"]:
                names = [promql.family_of(name, served) for name in promql.named_metrics(target["expr"])]
                has = promql.grouped_by(target["expr"]) or promql.TARGET_LABELS.union(
                    *(served[name][1] for name in names if name))
                self.assertLessEqual(set(re.findall(r"{{(\w+)}}", target["legendFormat"])), has, panel["title"])

    @needs_binary
    def test_it_shows_every_metric_of_weir(self):
        served = metrics_after_every_event()
        shown = {promql.family_of(name, served) for _, expression in queries()
                 for name in promql.named_metrics(expression)}
        self.assertEqual({name for name in served if name.startswith("weir_")} - shown, set())


if __name__ == "__main__":
    unittest.main()
