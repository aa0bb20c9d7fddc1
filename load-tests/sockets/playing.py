"""The command line of load-tests/run."""

import argparse
import dataclasses
import json
import os
import pathlib
import shlex
import shutil
import signal
import statistics
import sys
import tempfile
import time

import beside
import command
import curves
import doors
import install
import laboratory
import page
import stage
import tables
import worlds
from programs import Failed

ABOUT = """Plays scenarios of the limiter laboratory on real sockets: weir-origin as the service, weir-load as the
callers, and weir, Envoy (adaptive_concurrency), HAProxy as a careful operator sets it (maxconn at the service's true
width and a fifth, timeout queue 50ms) or nothing between them; the proxy on one core, load and service on another. The
simulator plays the same worlds with the same limiters, judges both, and the two stand side by side.

Ends with 0 when all that was played agrees, 3 when something does not that --allow does not name, 1 when something
could not be played or judged, 2 when what was typed is wrong. What is not installed is left out, and what the machine
disturbed in every try is not judged."""
DISAGREES = 3
TARGETS = ["weir", "weir-origin", "weir-load", "weir-sim"]
LISTING_TARGETS = ["weir-sim"]
AGAIN = 3
HISTORIES = 5  # that are simulated at least: a real run is one of many that might have been
FAILURES = (Failed, OSError, ValueError)
DEFAULT_LIMITERS = ["knee", "operator", "envoy", "none"]


class Wrong(Exception):
    """One line for the user: what was typed and what was expected."""


def share(text):
    """Above 0, at most 1."""
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"found '{text}', expected a share above 0, at most 1")
    return value


def parse(typed):
    """The options; names are checked when it is known what there is."""
    parser = argparse.ArgumentParser(prog="load-tests/run", description=ABOUT,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="names in load-tests/scenarios, as s06")
    parser.add_argument("--list", action="store_true", help="what can be played, and why not the rest")
    parser.add_argument("--limiters", nargs="+", default=DEFAULT_LIMITERS, help=f"some of {', '.join(doors.NAMES)}")
    parser.add_argument("--worlds", nargs="+", metavar="NAME", help="only these of the scenarios' worlds")
    parser.add_argument("--seeds", type=command.at_least_one, default=1, help="real runs of each; their medians count")
    parser.add_argument("--scale", type=share, default=1, help="share of each world's time that is run")
    parser.add_argument("--allow", nargs="+", default=[], metavar="SCENARIO:WORLD:LIMITER:SCORE",
                        help="these may disagree, as s08:\"after light load\":knee:w99; scores: "
                             + ", ".join(beside.WORDS.values()))
    parser.add_argument("--real-time", action="store_true",
                        help="what is played runs before all else on the machine (SCHED_FIFO), "
                             "which it must be allowed")
    parser.add_argument("--json", type=pathlib.Path, help="write every figure there, after each run")
    parser.add_argument("--html", type=pathlib.Path, help="write a page with tables and with each run over time there")
    parser.add_argument("--bin", type=pathlib.Path, help="our binaries, instead of building them")
    parser.add_argument("--no-install", action="store_true", help="with what is here already")
    parser.add_argument("--cores", type=command.two_cores, help="PROXY,LOAD (the first two)")
    return parser.parse_args(typed)


def listed(names):
    """Names in quotes."""
    return ", ".join(f'"{name}"' for name in names)


def check_names(arguments):
    """Scenarios and limiters must be known."""
    known = laboratory.names()
    for name in arguments.limiters:
        if not doors.is_known(name):
            raise Wrong(f'limiter "{name}" cannot be played, expected some of {", ".join(doors.NAMES)}')
    if not arguments.scenarios and not arguments.list:
        raise Wrong(f"which scenario? expected some of {', '.join(known)}; --list says which can be played")
    for name in arguments.scenarios:
        if name not in known:
            raise Wrong(f'scenario "{name}" is not known, expected some of {", ".join(known)}')


def chosen_worlds(arguments, scenarios):
    """{scenario: {world: its description, or why it cannot be played}} of what was asked for."""
    known = [world["name"] for scenario in scenarios.values() for world in scenario["worlds"]]
    for name in arguments.worlds or []:
        if name not in known:
            raise Wrong(f'world "{name}" is in none of {", ".join(scenarios)}, expected some of {listed(known)}')
    chosen = {}
    for scenario in scenarios.values():
        for world in scenario["worlds"]:
            if not arguments.worlds or world["name"] in arguments.worlds:
                chosen.setdefault(scenario["name"], {})[world["name"]] = world
    reasons = [f"{world['name']}: {worlds.why_not(world)}" for some in chosen.values() for world in some.values()
               if worlds.why_not(world)]
    if len(reasons) == sum(len(some) for some in chosen.values()):
        raise Wrong("nothing that can be played: " + " | ".join(reasons))
    return chosen


def check_allowed(arguments, chosen):
    """What may disagree must be among what is played, so that an exception does not outlive its reason by a typing
    error."""
    known = {beside.key_of(scenario, world, limiter, word) for scenario, some in chosen.items() for world in some
             for limiter in arguments.limiters for word in beside.WORDS.values()}
    for one in arguments.allow:
        if one not in known:
            raise Wrong(f'"{one}" allows nothing that is played, '
                        f"expected SCENARIO:WORLD:LIMITER:SCORE such as {min(known)}")


def show_list(scenarios):
    """Each world, with its time or why it cannot be played."""
    for scenario in scenarios.values():
        print(f"{scenario['name']}  {scenario['title']}")
        for world in scenario["worlds"]:
            reason = worlds.why_not(world)
            how = f"cannot be played: {reason}" if reason else f"{world['seconds']:.0f} s"
            print(f"       {world['name']}: {how}")


def say(text):
    """A progress line."""
    print(f"run: {text}", file=sys.stderr, flush=True)


class Play:
    """All that was asked for, into a result that grows. `saved` is called after each run."""

    def __init__(self, arguments, lab, result, saved):
        self.arguments, self.lab, self.result, self.saved = arguments, lab, result, saved
        self.stage = stage.Stage(arguments.folder, arguments.bin, arguments.cores, arguments.real_time)
        self.curves = curves.Curves(arguments.limiters)

    def wire(self, limiter):
        """What the door of a limiter adds, measured once. Without a proxy there is nothing to add."""
        if limiter == "none":
            return 0
        name = doors.peer_of(limiter).name
        if name not in self.result["wire_seconds"]:
            self.result["wire_seconds"][name] = self.stage.wire(limiter)
            say(f"{name} adds {1e3 * self.result['wire_seconds'][name]:.2f} ms")
        return self.result["wire_seconds"][name]

    def scenario(self, scenario, chosen):
        """Its worlds with every limiter."""
        found = {"name": scenario["name"], "title": scenario["title"], "worlds": {}}
        self.result["scenarios"][scenario["name"]] = found
        for name, world in chosen.items():
            found["worlds"][name] = {"is": world, "limiters": {}}
            if worlds.why_not(world):
                found["worlds"][name]["note"] = f"cannot be played: {worlds.why_not(world)}"
        for limiter in self.arguments.limiters:
            self.limiter(scenario["name"], limiter, [one for one in found["worlds"].values() if "note" not in one])

    def limiter(self, scenario, limiter, played):
        """One of them in these worlds; a failure is written down and the rest goes on."""
        missing, wire = doors.missing(limiter, self.arguments.bin), 0
        try:
            wire = 0 if missing else self.wire(limiter)
        except FAILURES as wrong:
            missing = f"FAILED: {wrong}"
        for one in played:
            entry = one["limiters"][limiter] = {}
            try:
                entry |= {"note": missing} if missing else self.seeds(scenario, one["is"], limiter, wire)
            except FAILURES as wrong:
                entry["note"] = f"FAILED: {wrong}"
            self.saved()

    def seeds(self, scenario, world, limiter, wire):
        """All runs of one limiter in one world, and then the simulated ones on a machine that does to them what this
        one did: their scores, the medians, and how far the callers were behind."""
        played = []
        for seed in range(1, self.arguments.seeds + 1):
            say(f"{scenario}, {world['name']}: {limiter}, seed {seed}, {world['seconds']:.0f} s")
            played.append(self.quietly(world, limiter, seed).kept(seed))
        machine = laboratory.machine_of(wire, *(statistics.mean(getattr(one, key) for one in played) / 1e3
                                                for key in ("late_mean_ms", "late_p99_ms")))
        histories, oracle, page_of_first = self.lab.simulate(scenario, world["name"], limiter,
                                                             max(self.arguments.seeds, HISTORIES), machine)
        runs = [self.lab.judge(scenario, world["name"], one.logs, oracle, machine) for one in played]
        lines, real = [run.pop("over_time") for run in runs], laboratory.medians(runs)
        self.curves.add((scenario, world["name"]), limiter, page_of_first,
                        {"scores": real, **lines[0], **played[0].seen})
        return {"runs": runs, "real": real, "late_p99_ms": max(one.late_p99_ms for one in played),
                "errors": sum(one.errors for one in played), "oracle_per_second": oracle, "histories": histories,
                "simulated": laboratory.medians(histories), "machine": dataclasses.asdict(machine)}

    def quietly(self, world, limiter, seed):
        """A run, anew when the machine had other things to do, but not for ever."""
        for _ in range(AGAIN):
            played = self.stage.play(world, limiter, seed)
            if played.late_p99_ms <= beside.DISTURBED_MS:
                break
            say(f"the callers were {played.late_p99_ms:.0f} ms late")
        return played


TITLE = "The limiter laboratory on real sockets"


def show(result, arguments, over_time):
    """The tables, and the page where one is asked for: with the runs over time, unless nothing was played."""
    found = beside.tables_of(result)
    for table in found:
        print(tables.as_text(table) + "\n")
    notes = beside.summary(result)
    print("\n".join(notes))
    if arguments.html:
        text = over_time.document(TITLE, f"{result['when']}, {result['command']}", notes, found)
        arguments.html.write_text(text or page.document(TITLE, result, notes, found))


def outcome(result, allowed):
    """The exit code, and on the terminal what it stands on."""
    disagreeing, failed, judged = beside.disagreements(result), beside.failures(result), beside.judged(result)
    for one in disagreeing:
        say(f"disagrees{', as is allowed' if one in allowed else ''}: {one}")
    for one in failed:
        say(one)
    if not judged:
        say("nothing could be judged")
    return 1 if failed or not judged else DISAGREES if set(disagreeing) - set(allowed) else 0


def run(arguments):
    """Checks what was typed, plays, shows."""
    check_names(arguments)
    wanted = [peer.name for peer in map(doors.peer_of, [] if arguments.list else arguments.limiters) if peer]
    install.prepare(arguments, wanted, LISTING_TARGETS if arguments.list else TARGETS)
    lab = laboratory.Laboratory(arguments.bin, arguments.scale)
    scenarios = lab.describe(arguments.scenarios)
    if arguments.list:
        show_list(scenarios)
        return 0
    chosen = chosen_worlds(arguments, scenarios)
    check_allowed(arguments, chosen)
    result = {"when": time.strftime("%Y-%m-%d %H:%M"), "command": "load-tests/run " + shlex.join(arguments.typed),
              "machine": command.machine(), "scale": arguments.scale, "seeds": arguments.seeds, "wire_seconds": {},
              "scenarios": {}}

    def saved():
        """What there is by now, so that an interrupted run has not been for nothing."""
        if arguments.json:
            arguments.json.write_text(json.dumps(result, indent=1) + "\n")
    play = Play(arguments, lab, result, saved)
    for name, some in chosen.items():
        play.scenario(scenarios[name], some)
    saved()
    show(result, arguments, play.curves)
    return outcome(result, arguments.allow)


def main(typed):
    """The exit code that --help tells; 130: interrupted."""
    arguments = parse(typed)
    arguments.typed = typed
    signal.signal(signal.SIGTERM, command.end_on)
    arguments.folder = tempfile.mkdtemp(prefix="weir-run-")
    os.chmod(arguments.folder, 0o755)
    try:
        return run(arguments)
    except KeyboardInterrupt:
        print("\nrun: interrupted; all that it started has ended", file=sys.stderr)
        return 130
    except (Wrong, Failed) as wrong:
        print(f"run: {wrong}", file=sys.stderr)
        return 2 if isinstance(wrong, Wrong) else 1
    finally:
        shutil.rmtree(arguments.folder, ignore_errors=True)
