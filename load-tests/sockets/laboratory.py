"""weir-sim as what knows the scenarios, simulates them, and judges the runs that were really made."""

import json
import pathlib
import statistics
import subprocess

from programs import Failed

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "scenarios"
SCORES = ["goodput_share", "w50", "w99", "false_shed_share", "hurried_shed_share", "converge_seconds"]


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

    def simulate(self, scenario, limiter, seeds, wire):
        """{world: (scores of each seed, the oracle's goodput per second)}, with `wire` seconds between service and gate."""
        found = self.ask("run", scenario, "--limiter", limiter, "--seeds", seeds, "--wire", wire, "--json")
        oracles = {one["world"]: one["goodput_per_second"] for one in found["oracles"]}
        return {cell["world"]: (cell["seeds"], oracles[cell["world"]]) for cell in found["cells"]}

    def judge(self, scenario, world, logs, oracle, wire):
        """The scores of one real run, by the same measure as the simulated one."""
        batch = ["--batch", logs["batch"]] if "batch" in logs else []
        return self.ask("judge", scenario, "--world", world, "--requests", logs["hurried"], *batch, "--oracle", oracle,
                        "--wire", wire)


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
