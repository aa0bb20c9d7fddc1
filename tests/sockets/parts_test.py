#!/usr/bin/env python3
"""The parts of load-tests/run that need no socket: a world as flags, what cannot be played, how limiters are set, bands."""

import contextlib
import io
import os
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "load-tests/sockets"), str(ROOT / "load-tests/comparison")]

import beside  # noqa: E402
import doors  # noqa: E402
import laboratory  # noqa: E402
import peer_configs  # noqa: E402
import peers  # noqa: E402
import playing  # noqa: E402
import programs  # noqa: E402
import tables  # noqa: E402
import worlds  # noqa: E402

CONDITIONS = {"from": 0, "workers": 10, "service": 0.01, "slow_share": 0, "slow_times": 1, "thrash": 0, "outside": 0,
              "failing_share": 0, "quick_share": 0, "reading_share": 0, "reading": 0, "stalled": 0, "freeze_every": 0,
              "freeze": 0, "leavers": 0, "hidden_load": 0, "hard_cap": 0, "most_per_second": 0,
              "leaving_share": 0, "leaving": 0.01, "load": 0.5, "batch_load": 0}
WORLD = {"name": "w", "times": "exponential", "discipline": "fifo", "gone_caller": "works_on", "seconds": 60,
         "warm_up": 5, "proxies": 1, "clients": 0, "session_requests": 1, "batch_classes": [], "tenants": [], "retry_after_max": 30, "retry": "never", "attempts": 3, "gives_up": None,
         "in_time": 0.1, "response_timeout": 60, "step_at": None, "unloaded_p50": 0.007, "unloaded_p99": 0.046}


def world(*changes, **given):
    """A plain world; the conditions are `changes`, each on top of the one before."""
    conditions = []
    for change in changes or ({},):
        conditions.append({**(conditions[-1] if conditions else CONDITIONS), **change})
    return {**WORLD, **given, "conditions": conditions}


def values_of(flags, flag):
    """All that is given for a flag."""
    return [value for word, value in zip(flags, flags[1:]) if word == flag]


class Service(unittest.TestCase):
    def test_what_holds_at_first_is_a_flag_each(self):
        flags = worlds.origin_flags(world({"slow_share": 0.1, "slow_times": 40, "outside": 0.02}, times="pareto"), 7)
        self.assertEqual(values_of(flags, "--workers"), ["10"])
        self.assertEqual(values_of(flags, "--service-time"), ["10000us"])
        self.assertEqual(values_of(flags, "--distribution"), ["pareto(2.1)"])
        self.assertEqual(values_of(flags, "--slow"), ["0.1:40"])
        self.assertEqual(values_of(flags, "--outside"), ["20000us"])
        self.assertEqual(values_of(flags, "--seed"), ["7"])
        self.assertEqual(values_of(flags, "--step"), [])

    def test_only_what_changes_is_a_step(self):
        flags = worlds.origin_flags(world({}, {"from": 20, "workers": 5, "load": 1}, {"from": 30, "service": 0.02},
                                          {"from": 40, "load": 2}), 1)
        self.assertEqual(values_of(flags, "--step"), ["20000000us:workers=5", "30000000us:service-time=20000us"])

    def test_errors_and_quick_answers_take_no_worker(self):
        flags = worlds.origin_flags(world({"failing_share": 0.8}, {"from": 20, "failing_share": 0}), 1)
        self.assertEqual(values_of(flags, "--aside"), ["0.8:500:1ms"])
        self.assertEqual(values_of(flags, "--step"), ["20000000us:aside=0:200:1ms"])
        self.assertEqual(values_of(worlds.origin_flags(world({"quick_share": 0.1}), 1), "--aside"), ["0.1:200:1ms"])

    def test_a_service_may_stand_still(self):
        flags = worlds.origin_flags(world({}, {"from": 10, "stalled": 1}, {"from": 20, "stalled": 0}), 1)
        self.assertEqual(values_of(flags, "--stall"), ["10000000us:10000000us"])
        flags = worlds.origin_flags(world({"freeze_every": 10, "freeze": 0.5}, seconds=25), 1)
        self.assertEqual(values_of(flags, "--stall"), ["0us:500000us", "10000000us:500000us", "20000000us:500000us"])

    def test_times_of_standing_still_that_meet_are_one(self):
        one = world({"freeze_every": 10, "freeze": 1}, {"from": 20.5, "stalled": 1}, {"from": 25, "stalled": 0, "freeze": 0})
        self.assertEqual(worlds.stalls(one), [[0, 1], [10, 11], [20, 25]])

    def test_shared_processors_may_thrash(self):
        flags = worlds.origin_flags(world({"thrash": 0.02}, discipline="sharing"), 1)
        self.assertEqual(values_of(flags, "--discipline"), ["sharing"])
        self.assertEqual(values_of(flags, "--thrash"), ["0.02"])


class Callers(unittest.TestCase):
    def test_the_profile_follows_load_and_capacity(self):
        (one,) = worlds.loads(world({}, {"from": 20, "workers": 5}, {"from": 30, "load": 1}), 3, 70)
        self.assertEqual(values_of(one.flags, "--profile"), ["500:20000000us,250:10000000us,500:30000000us"])
        self.assertEqual(values_of(one.flags, "--timeout"), ["70000000us"])
        self.assertFalse(one.passes_by)

    def test_what_does_not_change_the_rate_is_one_phase(self):
        (one,) = worlds.loads(world({}, {"from": 20, "workers": 5, "load": 1}), 3, 70)
        self.assertEqual(values_of(one.flags, "--profile"), ["500:60000000us"])

    def test_a_batch_and_hidden_callers_are_loads_of_their_own(self):
        found = worlds.loads(world({"batch_load": 5, "hidden_load": 0.3}, retry="back_off"), 3, 70)
        self.assertEqual([(one.kind, one.passes_by) for one in found],
                         [("hurried", False), ("batch", False), ("hidden", True)])
        self.assertEqual(values_of(found[1].flags, "--profile"), ["5000:60000000us"])
        self.assertEqual([values_of(one.flags, "--header") for one in found], [[], ["X-Priority: batch"], []])
        self.assertEqual(len({values_of(one.flags, "--seed")[0] for one in found}), 3)
        self.assertEqual([values_of(one.flags, "--retry") for one in found], [["back-off"], ["back-off"], []])

    def test_who_gives_up_times_out(self):
        (one,) = worlds.loads(world(gives_up=0.06), 1, 70)
        self.assertEqual(values_of(one.flags, "--timeout"), ["60000us"])


class Playable(unittest.TestCase):
    def test_a_plain_world_can_be_played(self):
        self.assertEqual(worlds.why_not(world()), "")

    def test_what_cannot_says_why(self):
        for expected, one in (("a closed loop of clients", world(clients=8)),
                              ("several proxies before one service", world(proxies=2)),
                              ("sessions of several requests", world(session_requests=5)),
                              ("callers that read slowly", world({"reading_share": 0.1})),
                              ("callers that leave and come again", world({"leavers": 30})),
                              ("a service that refuses by itself", world({"hard_cap": 12})),
                              ("a service that refuses by itself", world({"most_per_second": 300})),
                              ("some callers that leave", world({"leaving_share": 0.2})),
                              ("a longest Retry-After of its own", world(retry_after_max=60)),
                              ("more than two classes", world({"batch_load": 1}, batch_classes=[0.5, 0.5])),
                              ("tenants", world({}, tenants=[0.5, 0.5])),
                              ("a service that notices when a caller gives up",
                               world(gives_up=0.06, gone_caller="stops")),
                              ("workers that thrash without sharing", world({"thrash": 0.02})),
                              ("7,000 requests/s, more than the 6,000", world({"load": 7})),
                              ("a service of 50us", world({"service": 50e-6, "load": 0.01}))):
            self.assertIn(expected, worlds.why_not(one))


class Doors(unittest.TestCase):
    def test_names(self):
        for name in ("knee", "aimd", "fixed:12", "operator", "envoy", "none"):
            self.assertTrue(doors.is_known(name), name)
        for name in ("codel", "fixed", "fixed:", "fixed:0", "fixed:1x", ""):
            self.assertFalse(doors.is_known(name), name)

    def test_the_operator_takes_a_fifth_more_in_whole_requests(self):
        self.assertEqual([doors.operators_width(workers) for workers in (1, 2, 4, 5, 20)], [1, 2, 4, 6, 24])

    def test_the_operator_learns_of_changes_and_nobody_else_does(self):
        one = world({"workers": 20}, {"from": 20, "workers": 5}, {"from": 30, "load": 2})
        with tempfile.TemporaryDirectory() as folder:
            setup = peers.Setup("proxied", 1, 2, pathlib.Path(folder), 100, pathlib.Path(folder))
            self.assertEqual([at for at, _ in doors.Door("operator", setup, one).changes()], [20])
            self.assertEqual(doors.Door("knee", setup, one).changes(), [])

    def test_the_operator_notices_who_leaves(self):
        with tempfile.TemporaryDirectory() as folder:
            setup = peers.Setup("proxied", 1, 2, pathlib.Path(folder), 100, pathlib.Path(folder))
            config = peer_configs.haproxy(setup, 12, control=pathlib.Path(folder) / "orders")
            self.assertIn("option abortonclose\n", config)
            self.assertNotIn("abortonclose", peer_configs.haproxy(setup))

    def test_weir_is_given_the_worlds_timeout_and_a_fixed_limit(self):
        with tempfile.TemporaryDirectory() as folder:
            binaries = pathlib.Path(folder)
            (binaries / "weir").touch()
            setup = peers.Setup("proxied", 1, 2, binaries, 100, binaries)
            words = doors.Door("fixed:12", setup, world(response_timeout=5)).command()
        self.assertIn("backend.response_head_timeout=5000ms", words)
        self.assertIn("limiter.fixed.limit=12", words)
        self.assertEqual(values_of(words, "--algorithm"), ["fixed"])


def may_run_before_others():
    """Whether this process may ask for it."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        return False
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return True


class BeforeOthers(unittest.TestCase):
    def scheduler_of(self, before_others):
        """How a program is scheduled that is started so."""
        with tempfile.TemporaryDirectory() as folder:
            started = programs.Programs(pathlib.Path(folder), before_others)
            try:
                pid = started.start("sleep", ["sleep", "60"], min(os.sched_getaffinity(0))).process.pid
                return os.sched_getscheduler(pid)
            finally:
                started.stop_all()

    @unittest.skipIf(not may_run_before_others(), "needs to be allowed SCHED_FIFO")
    def test_only_what_is_played_runs_before_others_and_only_when_asked_for(self):
        self.assertEqual(self.scheduler_of(True), os.SCHED_FIFO)
        self.assertEqual(os.sched_getscheduler(0), os.SCHED_OTHER)
        self.assertEqual(self.scheduler_of(False), os.SCHED_OTHER)


def entry(real=None, late=1):
    """A perfect simulation and what was measured."""
    return {"simulated": scores(), "histories": [scores(), scores(goodput_share=0.98)], "real": real or scores(),
            "late_p99_ms": late}


def scores(**given):
    """Those of a perfect run, but for what is given."""
    return {"goodput_share": 1, "w50": 1.5, "w99": 1.2, "false_shed_share": 0, "hurried_shed_share": 0.5,
            "converge_seconds": None, **given}


class Machine(unittest.TestCase):
    def test_lapses_make_callers_as_late_as_they_were(self):
        found = laboratory.machine_of(0.001, 0.00039, 0.0047)
        away = found.lapse / found.lapse_every
        self.assertAlmostEqual(away * found.lapse / 2, 0.00039)
        self.assertAlmostEqual(away * (1 - 0.0047 / found.lapse), 0.01)

    def test_no_lateness_or_one_that_lapses_do_not_explain_is_no_lapse(self):
        for late in ((0, 0), (0.00001, 0.005)):
            self.assertEqual(laboratory.machine_of(0.001, *late), laboratory.Machine(0.001))


class Agreement(unittest.TestCase):
    def test_within_the_band(self):
        self.assertEqual(beside.verdict(entry(scores(goodput_share=0.94, w50=1.9, w99=1.8)), world()), "agree")

    def test_outside_says_what_and_which_way(self):
        self.assertEqual(beside.verdict(entry(scores(goodput_share=0.9, w50=3, hurried_shed_share=0.6)), world()),
                         "goodput less, w50 more, sheds more")

    def test_milliseconds_count_by_how_long_a_request_takes(self):
        self.assertEqual(beside.verdict(entry(scores(w50=2.4)), world(unloaded_p50=0.001)), "agree")

    def test_a_disturbed_run_says_so_and_does_not_count(self):
        self.assertEqual(beside.verdict(entry(scores(w50=9), 134), world()), "w50 more, callers 134 ms late")

    def test_medians_and_what_some_runs_have_not(self):
        found = laboratory.medians([scores(w50=1, converge_seconds=2), scores(w50=3), scores(w50=2, converge_seconds=1)])
        self.assertEqual((found["w50"], found["converge_seconds"]), (2, None))

    def test_tables_hold_every_limiter_and_what_was_not_played(self):
        result = {"wire_seconds": {"weir": 0.0007}, "scenarios": {"s": {"name": "s", "title": "T", "worlds": {
            "w": {"is": world(step_at=3),
                  "limiters": {"knee": entry(), "vegas": entry(late=12), "envoy": {"note": "not played: no"}}},
            "v": {"is": world(), "limiters": {}, "note": "cannot be played: x"}}}}}
        text = "\n".join(map(tables.as_text, beside.tables_of(result)))
        for expected in ("T: w", "agree", "never", "not played: no", "cannot be played: x"):
            self.assertIn(expected, text)
        notes = beside.summary(result)
        self.assertIn("1 of 1 agree", notes[0])
        self.assertTrue(notes[1].endswith("measured to add: weir 0.70 ms."))
        self.assertIn("in 1 more runs", notes[2])


def result_of(**limiters):
    """What was played in one world."""
    return {"wire_seconds": {}, "scenarios": {"s01": {"name": "s01", "title": "T", "worlds": {
        "all at once": {"is": world(), "limiters": limiters}}}}}


class ExitCode(unittest.TestCase):
    def code(self, *allowed, **limiters):
        with contextlib.redirect_stderr(io.StringIO()) as said:
            code = playing.outcome(result_of(**limiters), allowed)
        self.said = said.getvalue()
        return code

    def test_0_when_all_agree(self):
        self.assertEqual(self.code(knee=entry(), envoy=entry(), operator={"note": "HAProxy is not installed"}), 0)

    def test_3_when_something_disagrees_and_says_what(self):
        self.assertEqual(self.code(knee=entry(), envoy=entry(scores(w99=40))), playing.DISAGREES)
        self.assertEqual(self.said, "run: disagrees: s01:all at once:envoy:w99\n")

    def test_what_is_allowed_may_disagree_and_nothing_else(self):
        allowed = "s01:all at once:envoy:w99"
        self.assertEqual(self.code(allowed, envoy=entry(scores(w99=40))), 0)
        self.assertIn("disagrees, as is allowed: " + allowed, self.said)
        self.assertEqual(self.code(allowed, envoy=entry(scores(w99=40, goodput_share=0.5))), playing.DISAGREES)
        self.assertEqual(self.code(allowed, knee=entry(scores(w99=40))), playing.DISAGREES)

    def test_1_when_something_could_not_be_played_whatever_disagrees(self):
        self.assertEqual(self.code(knee=entry(scores(w99=40)), envoy={"note": "FAILED: it ended"}), 1)
        self.assertIn("envoy: FAILED: it ended", self.said)

    def test_what_was_disturbed_is_not_judged(self):
        self.assertEqual(self.code(knee=entry(), envoy=entry(scores(w99=40), late=134)), 0)
        self.assertEqual(self.code(envoy=entry(late=134)), 1)
        self.assertIn("nothing could be judged", self.said)


if __name__ == "__main__":
    unittest.main()
