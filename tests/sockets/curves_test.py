#!/usr/bin/env python3
"""Runs over time of load-tests/run: what weir is asked for while it runs, and the page with real runs beside simulated ones."""

import http.server
import json
import pathlib
import sys
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "load-tests/sockets"), str(ROOT / "load-tests/comparison")]

import curves  # noqa: E402
import tables  # noqa: E402
import watch  # noqa: E402


class Status(http.server.BaseHTTPRequestHandler):
    """Answers as weir's status listener does, with a limit that grows by one each time."""
    asked = 0

    def do_GET(self):
        Status.asked += 1
        text = json.dumps({"limit": Status.asked, "in_flight": 3, "waiting": 0, "changes": []}).encode()
        self.send_response(200 if self.path.startswith("/limits") else 404)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


class Watch(unittest.TestCase):
    def setUp(self):
        Status.asked = 0
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Status)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def test_looks_once_at_the_end_of_each_step(self):
        watched = watch.Watch(self.server.server_port, 20)
        self.assertAlmostEqual(watched.due(), 0.1)
        for since in (0.05, 0.11, 0.15, 0.2, 19.999, 20.5, 21):
            watched.look(since)
        self.assertEqual(watched.lines["limit"][:3], [1, 2, None])
        self.assertEqual(watched.lines["limit"][-2:], [3, 4])
        self.assertEqual(watched.lines["in_flight"][0], 3)
        self.assertEqual(len(watched.lines["waiting"]), watch.STEPS)
        self.assertIsNone(watched.due())

    def test_a_step_that_was_slept_through_stays_unknown(self):
        watched = watch.Watch(self.server.server_port, 20)
        watched.look(0.35)
        self.assertEqual(watched.lines["limit"][:4], [None, None, 1, None])
        self.assertAlmostEqual(watched.due(), 0.4)

    def test_who_does_not_answer_leaves_a_gap(self):
        self.server.shutdown()
        self.server.server_close()
        watched = watch.Watch(self.server.server_port, 20)
        watched.look(0.1)
        self.assertIsNone(watched.lines["limit"][0])
        self.assertAlmostEqual(watched.due(), 0.2)

    def test_without_a_port_there_is_nobody_to_ask(self):
        watched = watch.Watch(None, 20)
        watched.look(0.1)
        self.assertIsNone(watched.due())
        self.assertEqual((watched.lines, Status.asked), ({}, 0))


def page_of(limiter, world="w"):
    """As weir-sim writes it for one run."""
    data = {"limiters": [limiter], "scenarios": [{"name": "s", "title": "T", "seeds": 5, "worlds": [
        {"name": world, "capacity": [5], "cells": [{"scores": {"w50": 1}, "missed": [], "why": [], "limit": [7]}]}]}]}
    return f'<html><script type="application/json" id="data">{json.dumps(data)}</script><script>draw()</script></html>'


class Page(unittest.TestCase):
    def document(self, found, notes=("said",)):
        rows = [tables.Row("weir", "knee", ["<1>"])]
        return found.document("Title", "today", notes, [tables.Table("s", "T: w", ["goodput"], "unit", rows)])

    def data(self, found):
        return curves.data_of(self.document(found))[1]

    def test_each_real_run_stands_beside_the_simulated_one(self):
        found = curves.Curves(["knee", "operator"])
        found.add(("s", "w"), "knee", page_of("knee"), {"scores": {"w50": 2}, "goodput": [4], "limit": [6]})
        found.add(("s", "w"), "operator", page_of("operator"), {"scores": {"w50": 3}, "goodput": [3]})
        found.add(("s", "v"), "operator", page_of("operator", "v"), {"scores": {"w50": 4}, "goodput": [2]})
        data = self.data(found)
        self.assertEqual(data["limiters"], ["knee", "operator"])
        (scenario,) = data["scenarios"]
        self.assertEqual([world["name"] for world in scenario["worlds"]], ["w", "v"])
        knee, operator = scenario["worlds"][0]["cells"]
        self.assertEqual((knee["limit"], knee["real"]["limit"], knee["real"]["scores"]), ([7], [6], {"w50": 2}))
        self.assertNotIn("limit", operator["real"])

    def test_what_was_not_played_has_a_cell_without_lines(self):
        found = curves.Curves(["envoy", "knee"])
        found.add(("s", "w"), "knee", page_of("knee"), {"scores": {}, "goodput": [4]})
        envoy = self.data(found)["scenarios"][0]["worlds"][0]["cells"][0]
        self.assertEqual(envoy, {"scores": {}, "missed": [], "why": []})

    def test_the_tables_and_notes_are_there_and_no_tag_ends_the_data(self):
        found = curves.Curves(["knee"])
        found.add(("s", "w"), "knee", page_of("knee"), {"scores": {}, "goodput": [4]})
        text = self.document(found, ["a < b"])
        self.assertEqual(text.count("</script>"), 2)
        data = curves.data_of(text)[1]
        self.assertEqual((data["heading"], data["about"]), ("Title", "today"))
        for expected in ("a &lt; b", "T: w", "&lt;1&gt;"):
            self.assertIn(expected, data["more"])
        self.assertTrue(text.endswith("<script>draw()</script></html>"))

    def test_where_nothing_was_played_there_is_no_page(self):
        self.assertIsNone(self.document(curves.Curves(["knee"])))


if __name__ == "__main__":
    unittest.main()
