"""The command line of load-tests/compare."""

import argparse
import json
import os
import pathlib
import platform
import shlex
import shutil
import signal
import sys
import tempfile
import time

import bench
import cases
import install
import page
import peers
import tables
from programs import Failed

ABOUT = """weir beside HAProxy, nginx, h2o, Envoy and a bare byte forwarder, in one run.

Installs the peers, builds weir, and lets everybody take turns over the rounds: one worker on one core, load and service on
another. Prints medians, spreads and weir's ratio to each. A peer that gives a single wrong answer in a case has failed it.
The default takes about ten minutes, besides building; figures worth keeping need --rounds 5 --seconds 5 and a machine
with nothing else to do."""
NOTES = [
    "CPU per request: user and system time of all of the proxy's processes in the middle of the load, divided by the answers "
    "of that time. PSS: proportional set size under load. Spread: least and most of the rounds. Core busy: how much of its "
    "core the proxy used; where that is below 90 % load and service set the pace, and answers/s say little.",
    "weir runs with its default algorithm, free to let everything through, because a shed is cheaper than a request. The byte "
    "forwarder knows no HTTP and opens a connection to the service for each of the client's. Sheds: HAProxy and nginx return "
    "503, Envoy has a direct response, h2o a line of mruby, weir has its only place taken, and the floor answers whatever it "
    "reads, unlooked at, with as many bytes as weir.",
    "Added latency: less that of the same rate without a proxy, in the same round. Memory per connection is the proxy's own, "
    "without the kernel's socket buffers.",
]


def words(text):
    """A list written with commas."""
    return [word for word in text.split(",") if word]


def two_cores(text):
    """PROXY,LOAD: two different cores that this process may use."""
    numbers = [int(word) for word in words(text) if word.isdecimal()]
    if len(numbers) != 2 or numbers[0] == numbers[1] or not set(numbers) <= os.sched_getaffinity(0):
        raise argparse.ArgumentTypeError(f"found '{text}', expected two of {sorted(os.sched_getaffinity(0))}, as 0,1")
    return numbers


def at_least_one(text):
    """A count that is not nothing."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"found '{text}', expected a whole number from 1 on")
    return int(text)


def parse(typed):
    """The options, checked."""
    every_case = [case.name for case in cases.CASES] + list(cases.SPECIAL)
    parser = argparse.ArgumentParser(prog="load-tests/compare", description=ABOUT,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=at_least_one, default=3)
    parser.add_argument("--seconds", type=at_least_one, default=1, help="of load on each peer in each round")
    parser.add_argument("--cases", type=words, default=every_case, help=f"some of {','.join(every_case)}")
    parser.add_argument("--peers", type=words, default=peers.USUAL,
                        help=f"some of {','.join(peers.NAMES)}; {peers.PLAIN} only when asked for")
    parser.add_argument("--json", type=pathlib.Path, help="write every figure there, after each case")
    parser.add_argument("--html", type=pathlib.Path, help="write a page with bars there")
    parser.add_argument("--from-json", type=pathlib.Path, help="measure nothing: show what an earlier run has written")
    parser.add_argument("--bin", type=pathlib.Path, help="our binaries, instead of building them")
    parser.add_argument("--weir", type=pathlib.Path,
                        help="the weir to compare, instead of what deploy/build-optimised builds; beside it "
                             f"{peers.PLAIN} is what the release preset builds")
    parser.add_argument("--no-install", action="store_true", help="compare with what is here already")
    parser.add_argument("--workers-anyway", action="store_true",
                        help=f"the case workers even on fewer than {cases.WORKERS_CORES} cores, where it says little")
    parser.add_argument("--cores", type=two_cores, help="PROXY,LOAD (the first two)")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    arguments = parser.parse_args(typed)
    try:
        arguments.load_cases, arguments.special = cases.named(arguments.cases)
        arguments.chosen = peers.named(arguments.peers)
    except KeyError as unknown:
        parser.error(f"there is no case or peer {unknown}")
    return arguments


def fitting(special, cores, anyway):
    """The special cases that this machine has enough cores for; what does not fit is said."""
    if "workers" not in special or cores >= cases.WORKERS_CORES or anyway:
        return special
    print(f"compare: the case workers does not fit: two workers, load and service need {cases.WORKERS_CORES} cores, here are "
          f"{cores}; --workers-anyway runs it nevertheless", file=sys.stderr)
    return [name for name in special if name != "workers"]


def machine():
    """What the figures were measured on."""
    processor = platform.processor() or platform.machine()
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
            break
    return {"processor": processor, "cores": os.cpu_count(), "kernel": platform.release()}


def show(result, arguments):
    """The tables, and the page where one is asked for."""
    for table in tables.all_tables(result):
        print(tables.as_text(table) + "\n")
    notes = tables.noise(result) + NOTES
    print("\n".join(notes))
    if arguments.html:
        arguments.html.write_text(page.page(result, notes))


def compare(arguments):
    """Measures, and returns the result."""
    built = arguments.bin is None
    install.prepare(arguments, arguments.peers)
    if arguments.weir is None:
        arguments.weir = install.build_optimised() if built else arguments.bin / "weir"
    arguments.bin = install.gather(arguments.bin, arguments.weir, pathlib.Path(arguments.folder))
    arguments.special = fitting(arguments.special, len(arguments.free_cores), arguments.workers_anyway)
    folder = pathlib.Path(arguments.folder)
    os.sched_setaffinity(0, {arguments.cores[1]})
    result = {"when": time.strftime("%Y-%m-%d %H:%M"), "command": "load-tests/compare " + shlex.join(arguments.typed),
              "machine": machine(), "rounds": arguments.rounds, "seconds": arguments.seconds,
              "peers": install.describe(arguments.chosen, arguments.bin, folder), "cases": {}}

    def saved():
        """What there is by now, so that an interrupted run has not been for nothing."""
        if arguments.json:
            arguments.json.write_text(json.dumps(result, indent=1) + "\n")
    # What is not installed has no rows, but a line in the table of binaries.
    present = [peer for peer in arguments.chosen if "missing" not in result["peers"][peer.name]]
    run = bench.Bench(arguments, present, result, saved)
    try:
        run.run(arguments.load_cases, arguments.special)
    finally:
        # A second Ctrl-C must not leave anybody behind.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        run.programs.stop_all()
    return result


def end_on(number, _):
    """SIGTERM ends as Ctrl-C does."""
    raise KeyboardInterrupt


def main(typed):
    """0: done; 1: it could not be done; 130: interrupted."""
    arguments = parse(typed)
    arguments.typed = typed
    if arguments.from_json:
        show(json.loads(arguments.from_json.read_text()), arguments)
        return 0
    signal.signal(signal.SIGTERM, end_on)
    arguments.folder = tempfile.mkdtemp(prefix="weir-compare-")
    os.chmod(arguments.folder, 0o755)
    try:
        show(compare(arguments), arguments)
    except KeyboardInterrupt:
        print("\ncompare: interrupted; all that it started has ended", file=sys.stderr)
        return 130
    except Failed as wrong:
        print(f"compare: {wrong}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # who reads the tables has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        shutil.rmtree(arguments.folder, ignore_errors=True)
    return 0
