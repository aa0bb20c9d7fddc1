"""weir-sim as what knows the scenarios, simulates them, and judges the runs that were really made."""

import dataclasses
import json
import math
import pathlib
import statistics
import subprocess
import tempfile

from programs import Failed

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "scenarios"
SCORES = ["goodput_share", "w50", "w99", "false_shed_share", "hurried_shed_share", "converge_seconds"]


@dataclasses.dataclass(frozen=True)
class Machine:
    """What the simulator is told of the machine: seconds that a way takes, and that each core is away for now and
    then."""
    wire: float
    lapse: float = 0
    lapse_every: float = 0

    def flags(self):
        """The words for weir-sim."""
        return "--wire", self.wire, "--lapse", self.lapse, "--lapse-every", self.lapse_every


def machine_of(wire, late_mean, late_p99):
    """Lapses of one length L, the core away for a share A of the time, make callers late by A L / 2 on average, and by
    more than x in A (1 - x / L) of the cases. That gives both from the mean and the 99th percentile."""
    room = 1 - 2 * late_p99 / (100 * late_mean) if late_mean > 0 else 0
    if room <= 0:
        return Machine(wire)
    lapse = late_mean * 100 * (1 - math.sqrt(room))
    share = 2 * late_mean / lapse if lapse > 0 else 0
    return Machine(wire, lapse, lapse / share) if 0 < share < 1 else Machine(wire)


class Laboratory:
    """weir-sim on the scenarios, with that share of their time."""

    def __init__(self, binaries, scale):
        self.binary, self.scale = pathlib.Path(binaries) / "weir-sim", scale

    def ask(self, verb, *words):
        """What a verb answers as JSON; `run` ends with 1 where weir misses a bar, which is no failure here."""
        done = subprocess.run([str(word) for word in (self.binary, verb, *words, "--folder", FOLDER, "--shorter",
                                                      self.scale)], capture_output=True, text=True)
        if done.returncode not in ((0, 1) if verb == "run" else (0,)):
            raise Failed((done.stderr.strip().splitlines() or ["weir-sim said nothing"])[-1])
        return json.loads(done.stdout)

    def describe(self, names):
        """The scenarios with their worlds, by name."""
        return {scenario["name"]: scenario for scenario in self.ask("describe", *names)}

    def simulate(self, scenario, world, limiter, seeds, machine):
        """(scores of each seed, the oracle's goodput per second, a page of the first seed's run) in one world on such a
        machine."""
        with tempfile.NamedTemporaryFile("r", prefix="weir-run-", suffix=".html") as page:
            found = self.ask("run", scenario, "--world", world, "--limiter", limiter, "--seeds", seeds,
                             *machine.flags(), "--json", "--html", page.name)
            return found["cells"][0]["seeds"], found["oracles"][0]["goodput_per_second"], page.read()

    def judge(self, scenario, world, logs, oracle, machine):
        """The scores of one real run, by the same measure as the simulated one, and as "over_time" its figures."""
        batch = ["--batch", logs["batch"]] if "batch" in logs else []
        return self.ask("judge", scenario, "--world", world, "--requests", logs["hurried"], *batch, "--oracle", oracle,
                        *machine.flags())


def names():
    """Of all scenarios there are."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def medians(runs):
    """Of each score over the seeds; None where a run has none."""
    found = {}
    for score in SCORES:
        values = [run[score] for run in runs]
        found[score] = None if None in values else statistics.median(values)
    return found
