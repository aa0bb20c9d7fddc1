#!/usr/bin/env python3
"""The parts of load-tests/compare that need no proxy: what is read from /proc, what is made of rounds, what is shown."""

import contextlib
import io
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "load-tests" / "comparison"))

import cases  # noqa: E402
import command  # noqa: E402
import figures  # noqa: E402
import install  # noqa: E402
import measure  # noqa: E402
import memory  # noqa: E402
import page  # noqa: E402
import peer_configs  # noqa: E402
import peers  # noqa: E402
import proc  # noqa: E402
import tables  # noqa: E402
from programs import Failed  # noqa: E402

STAT = "4711 (odd) na me) S 17 4711 4711 0 -1 4194560 900 0 0 0 250 150 7 9 20 0 3 0 1000 1000000 500"


class Proc(unittest.TestCase):
    def test_a_name_may_hold_blanks_and_brackets(self):
        self.assertEqual(proc.parse_stat(STAT), (4711, 17, 400 / proc.TICK))

    def test_memory_is_the_proportional_set(self):
        self.assertEqual(proc.parse_pss("a [rollup]\nRss:  900 kB\nPss:    640 kB\nPss_Anon:  1 kB\n"), 640 * 1024)
        self.assertRaises(ValueError, proc.parse_pss, "Rss: 1 kB\n")

    def test_a_family_is_all_that_was_started(self):
        self.assertEqual(proc.descendants(5, {5: 1, 6: 5, 7: 6, 8: 1, 9: 5}), [5, 6, 9, 7])

    def test_it_finds_a_child_and_sees_it_work(self):
        with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as child:
            try:
                self.assertIn(child.pid, proc.family(os.getpid()))
                before = proc.cpu_seconds([child.pid])
                while proc.cpu_seconds([child.pid]) < before + 0.05:
                    pass
                self.assertGreater(proc.pss_bytes([child.pid]), 100_000)
            finally:
                child.kill()


class Crowd(unittest.TestCase):
    def test_a_slow_client_takes_sips_and_notices_the_end(self):
        with socket.create_server(("127.0.0.1", 0)) as service, \
                memory.Crowd(service.getsockname()[1], memory.KERNEL_ROOM) as crowd:
            crowd.grow(1)
            inside, _ = service.accept()
            with inside:
                self.assertEqual(inside.recv(1000), memory.REQUEST)
                inside.sendall(b"x" * (memory.SIP + 1))
            crowd.sip()
            crowd.sip()
            with self.assertRaisesRegex(Failed, "slow connection 1 was closed"):
                crowd.sip()


class Workers(unittest.TestCase):
    def test_they_run_where_they_fit_or_are_told_to(self):
        special = ["memory", "workers"]
        with contextlib.redirect_stderr(io.StringIO()) as said:
            self.assertEqual(command.fitting(special, 2, False), ["memory"])
        self.assertIn("need 4 cores, here are 2", said.getvalue())
        self.assertEqual(command.fitting(special, 2, True), special)
        self.assertEqual(command.fitting(special, 4, False), special)

    def test_weir_is_told_how_many(self):
        for workers in (1, 2):
            setup = peers.Setup("proxied", 8081, 9001, pathlib.Path("/nowhere"), 1024, pathlib.Path("/bin"), workers)
            words = peers.weir_command("weir", setup)
            self.assertEqual(words[words.index("--workers") + 1], str(workers))


class Binaries(unittest.TestCase):
    def test_the_weir_that_was_named_stands_beside_the_plain_one(self):
        with tempfile.TemporaryDirectory() as folder:
            plain, shipped = pathlib.Path(folder) / "plain", pathlib.Path(folder) / "shipped"
            plain.mkdir()
            for name in install.TARGETS:
                (plain / name).touch()
            self.assertRaisesRegex(Failed, "there is no ", install.gather, plain, shipped, pathlib.Path(folder))
            shipped.touch()
            gathered = install.gather(plain, shipped, pathlib.Path(folder))
            found = {peer.name: peer.find(gathered).resolve() for peer in peers.named(["weir", "weir-plain", "floor"])}
            self.assertEqual(found, {"weir": shipped.resolve(), "weir-plain": (plain / "weir").resolve(),
                                     "floor": (plain / "weir-forwarder").resolve()})

    def test_the_plain_one_takes_part_only_when_asked_for(self):
        self.assertNotIn("weir-plain", command.parse([]).peers)
        self.assertEqual([peer.name for peer in command.parse(["--peers", "weir-plain"]).chosen], ["weir-plain"])


class Figures(unittest.TestCase):
    def test_the_middle_and_the_ends(self):
        self.assertEqual(figures.summary([3, 1, 8]), {"median": 3, "low": 1, "high": 8})
        self.assertEqual(figures.summary([1, 2])["median"], 1.5)
        self.assertIsNone(figures.summary([]))
        self.assertEqual(figures.median_of([{"a": 1}, {"a": None}, {}, {"a": 5}], "a")["median"], 3)

    def test_a_ratio_only_where_it_says_something(self):
        self.assertEqual(figures.ratio(3, 4), 0.75)
        for ours, theirs in ((None, 1), (1, None), (1, 0), (1, -2), (-1, 2)):
            self.assertIsNone(figures.ratio(ours, theirs))

    def test_numbers_for_people(self):
        written = [figures.number(value) for value in (None, 0.956, 17.254, 182.7, 51234.5)]
        self.assertEqual(written, ["-", "0.96", "17.25", "183", "51,234"])
        self.assertEqual(figures.number(110.1234, 3), "110.123")
        self.assertEqual(figures.span({"low": 1, "median": 2, "high": 3.5}), "1.00..3.50")


class Checks(unittest.TestCase):
    CASE = cases.Case("x", "x")

    @staticmethod
    def totals(**counts):
        return dict.fromkeys(("due", "ok", "shed", "failed", "errors", "timeouts"), 0) | counts

    def test_one_wrong_answer_fails_the_case(self):
        measure.check(self.totals(due=100, ok=100), self.CASE)
        for wrong in ("shed", "failed", "errors", "timeouts"):
            with self.assertRaisesRegex(Failed, f"of 100 requests: 99 ok, 1 {wrong} \\(why\\)"):
                measure.check(self.totals(due=100, ok=99, **{wrong: 1}), self.CASE, "why")
        self.assertRaises(Failed, measure.check, self.totals(), self.CASE)

    def test_sheds_are_right_only_where_they_are_wanted(self):
        shed, queue = cases.Case("x", "x", mode="shed"), cases.Case("x", "x", mode="queue", may_shed=0.02)
        measure.check(self.totals(due=9, shed=9), shed)
        self.assertRaises(Failed, measure.check, self.totals(due=9, ok=9), shed)
        measure.check(self.totals(due=100, ok=98, shed=2), queue)
        self.assertRaises(Failed, measure.check, self.totals(due=100, ok=97, shed=3), queue)

    def test_only_the_middle_of_the_load_counts(self):
        rows = [{"ok": n, "shed": 1} for n in range(20)]
        self.assertEqual(measure.per_second(rows, 0.3, 1), sum(range(3, 13)) + 10)
        self.assertRaises(Failed, measure.per_second, rows, 1.5, 1)

    def test_the_body_that_the_service_sends(self):
        self.assertEqual(measure.expected_body(14), b"weir-origin\nwe")
        long = measure.expected_body(65536 + 5)
        self.assertEqual((len(long), long[65536:]), (65541, b"weir-"))

    def test_versions(self):
        for said, found in (("HAProxy version 2.6.12-1+deb12u4 2026/10/17", "2.6.12-1+deb12u4"), ("nginx/1.22.1", "1.22.1"),
                            ("  version: 9e55/1.40.0/Clean", "1.40.0"), ("weir 0.1.0 (0f3591b)", "0.1.0 (0f3591b)"), ("?", None)):
            self.assertEqual(install.version_in(said), found)


class SetUp(unittest.TestCase):
    def setup_of(self, mode):
        return peers.Setup(mode, 8081, 9001, pathlib.Path("/nowhere"), 1024, pathlib.Path("/bin"))

    def test_each_peer_sheds_and_queues_by_its_own_means(self):
        self.assertIn("http-request return status 503", peer_configs.haproxy(self.setup_of("shed")))
        self.assertIn("127.0.0.1:9001 maxconn 16\n", peer_configs.haproxy(self.setup_of("queue")))
        self.assertIn("return 503;", peer_configs.nginx(self.setup_of("shed"), pathlib.Path("/nowhere")))
        self.assertIn("[503, ", peer_configs.h2o(self.setup_of("shed")))
        routes = json.loads(peer_configs.envoy(self.setup_of("shed")))["static_resources"]["listeners"][0]
        self.assertIn('"direct_response": {"status": 503}', json.dumps(routes))
        for make in (peer_configs.haproxy, peer_configs.h2o, peer_configs.envoy):
            self.assertNotIn("503", make(self.setup_of("proxied")))

    def test_unknown_names_are_named(self):
        for flags in (["--cases", "small-31"], ["--peers", "caddy"], ["--rounds", "0"], ["--cores", "0,0"]):
            with contextlib.redirect_stderr(io.StringIO()) as said, self.assertRaises(SystemExit):
                command.parse(flags)
            self.assertIn(flags[1], said.getvalue())
        names = [case.name for case in cases.CASES]
        self.assertEqual(len(set(names)), len(names))


def example():
    """A result with a peer that failed, one that cannot, and a name that must be escaped."""
    def run(cpu, **more):
        return {"cpu_us": cpu, "per_second": 50000, "busy": 0.97, "resident_bytes": 5 << 20, "p50_ms": 0.3, "p99_ms": 0.9} | more
    direct = [{"p50_ms": 0.1, "p99_ms": 0.2, "per_second": 1}]
    entries = {"weir": {"runs": [run(16), run(18), run(17)]}, "haproxy": {"runs": [run(20), run(21), run(19)]},
               "nginx": {"runs": [run(1)], "failed": "answered 502 <b>"}, "h2o": {"runs": [], "skipped": "has no queue"}}
    sizes = {"bytes": 1 << 20, "stripped_bytes": None, "version": "1.0.0"}
    grown = {name: {"runs": [{"idle_1000": size, "active_1000": 4 * size, "slow_200": 90 * size,
                               "empty_bytes": 1 << 20, "full_bytes": 2 << 20}]}
              for name, size in (("weir", 500), ("haproxy", 1000))}
    return {"when": "2026-01-01 00:00", "command": "load-tests/compare --peers 'a&b'",
            "machine": {"processor": "P", "cores": 2, "kernel": "6.1"},
            "peers": {name: {"title": name} | sizes for name in entries} | {"envoy": {"title": "Envoy", "missing": "not installed"}},
            "cases": {"small": {"title": "small", "mode": "proxied", "latency": False, "rate": None, "peers": entries},
                      "slow": {"title": "slow", "mode": "proxied", "latency": True, "rate": 1000,
                               "peers": entries | {"direct": {"runs": direct * 3}}}},
            "memory": {"counts": [1000], "wanted": [1000, 10000], "slow_counts": [200], "peers": grown},
            "workers": {"title": "small", "peers": {"one": {"runs": [run(16)]},
                                                    "two": {"runs": [run(17, per_second=96000, busy=1.9)]}}},
            "startup": {"peers": {"weir": {"runs": [{"ms": 5}, {"ms": 6}]}, "haproxy": {"runs": [{"ms": 11}]}}}}


class Shown(unittest.TestCase):
    def setUp(self):
        self.tables = {table.key: table for table in tables.all_tables(example())}
        self.text = {key: tables.as_text(table) for key, table in self.tables.items()}

    def cells(self, key, peer):
        return next(row for row in self.tables[key].rows if row.name == peer).cells

    def test_medians_spreads_and_ratios(self):
        self.assertEqual(self.cells("small", "haproxy"), ["20.00", "19.00..21.00", "50,000", "97 %", "5.0", "0.85"])
        self.assertEqual(self.cells("slow", "weir")[0], "0.200")
        self.assertEqual(self.cells("memory-idle", "haproxy")[:3], ["1,000", "1,000..1,000", "0.50"])
        self.assertEqual(self.cells("startup", "haproxy")[2], "0.50")
        self.assertEqual(self.cells("memory-slow", "weir"), ["45,000", "45,000..45,000", "1.00"])
        self.assertEqual(self.cells("workers", "two"), ["96,000", "96,000..96,000", "190 %", "17.00", "1.92"])

    def test_an_older_result_has_no_slow_connections_and_no_workers(self):
        result = example()
        del result["memory"]["slow_counts"], result["workers"]
        self.assertFalse({"memory-slow", "workers"} & {table.key for table in tables.all_tables(result)})

    def test_a_peer_that_failed_has_no_figures(self):
        self.assertIn("FAILED: answered 502", self.text["small"])
        self.assertEqual(self.cells("small", "nginx"), [])
        self.assertIn("not measured: has no queue", self.text["small"])
        self.assertIn("not installed", self.text["binaries"])
        self.assertIn("1,000 instead of 10,000", self.text["memory-idle"])

    def test_a_machine_that_was_not_quiet_is_named(self):
        result = example()
        self.assertEqual(tables.noise(result), [])
        result["cases"]["small"]["peers"]["weir"]["runs"][1]["kept_waiting"] = 0.4
        self.assertIn("for 40 % of the time in small", tables.noise(result)[0])

    def test_without_weir_there_are_no_ratios(self):
        result = example()
        result["cases"]["small"]["peers"]["weir"]["failed"] = "x"
        row = next(row for row in tables.all_tables(result)[0].rows if row.name == "haproxy")
        self.assertEqual(row.cells[-1], "-")

    def test_the_page_needs_nothing_else_and_escapes_what_it_was_told(self):
        written = page.page(example(), ["how < it"])
        self.assertIn("answered 502 &lt;b&gt;", written)
        self.assertIn("&#x27;a&amp;b&#x27;", written)
        self.assertIn("how &lt; it", written)
        self.assertIn("prefers-color-scheme:dark", written)
        self.assertIn('class="track cut"', page.bar({"low": 9, "median": 9, "high": 9}, 4))
        self.assertEqual(page.scale([{"median": 1, "high": 2}] * 2 + [{"median": 99, "high": 99}]), 8)
        # The longest spread fills the track.
        self.assertIn(f'style="width:{100 * 20 / 21:.1f}%"', written)
        for outside in ("http:", "https:", "src=", "url(", "<script"):
            self.assertNotIn(outside, written)

    def test_a_result_can_be_shown_again(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as said:
            kept, written = pathlib.Path(folder) / "a.json", pathlib.Path(folder) / "a.html"
            kept.write_text(json.dumps(example()))
            self.assertEqual(command.main(["--from-json", str(kept), "--html", str(written)]), 0)
            self.assertIn("</html>", written.read_text())
        self.assertIn(self.text["slow"], said.getvalue())


if __name__ == "__main__":
    unittest.main()
