#!/usr/bin/env python3
"""Runs the demo: one service under 0.7, 2.5 and 0.7 times its capacity, first alone, then behind weir with its defaults.

Prints a table and writes the report (demo_report.py draws it). Start it with ./deploy/demo, which builds first."""

import argparse
import http.client
import json
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

import demo_report

ROOT = pathlib.Path(__file__).resolve().parents[1]
LOGS = ROOT / "build" / "demo"
CAPACITY = 1000  # of the service below, requests per second: ten workers, 10 ms each
SERVICE = ["--workers", "10", "--service-time", "10ms"]
PHASES = [("before", 700), ("overload", 2500), ("after", 700)]
CLIENT = ["--timeout", "2s", "--slo", "100ms"]
KEPT_LOAD = ",".join(["700:20s,1500:40s"] * 10)
SAMPLE_EVERY = 0.2  # seconds


class Failed(Exception):
    """Ends the demo with one line for the user."""


class Programs:
    """What the demo has started. Each one is ended by its own pid, unless it was told to stay."""

    def __init__(self, folder):
        self.folder, self.running = folder, []

    def start(self, name, *flags):
        binary = self.folder / name
        if not binary.exists():
            raise Failed(f"{binary} is missing; ./deploy/demo builds it")
        log = LOGS / f"{name}.log"
        with open(log, "w") as output:
            # A session of its own: Ctrl-C reaches the demo alone, which then ends its programs in order.
            program = subprocess.Popen([binary, *flags], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                       start_new_session=True)
        program.name, program.log = name, log
        self.running.append(program)
        return program

    def stop(self, program):
        if program in self.running:
            self.running.remove(program)
        if program.poll() is None:
            program.terminate()
            try:
                program.wait(3)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()

    def stop_all(self):
        for program in reversed(self.running[:]):
            self.stop(program)


def told(program, pattern, patience=10):
    """The address a program logs once it listens."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = re.search(pattern + r" (127\.0\.0\.1:\d+)", program.log.read_text())
        if found:
            return found[1]
        if program.poll() is not None:
            last = (program.log.read_text().strip().splitlines() or ["no word why"])[-1]
            raise Failed(f"{program.name} did not start: {last}")
        time.sleep(0.02)
    raise Failed(f"{program.name} was not ready after {patience} s; see {program.log}")


class Sampler:
    """Asks one address for JSON five times a second and keeps the answers with the time they came."""

    def __init__(self, address, path, fields):
        self.address, self.path, self.fields = address, path, fields
        self.rows, self.ended = [], threading.Event()
        self.began = time.monotonic()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.ended.wait(SAMPLE_EVERY):
            try:
                link = http.client.HTTPConnection(self.address, timeout=1)
                link.request("GET", self.path)
                answer = json.load(link.getresponse())
                link.close()
            except (OSError, ValueError, http.client.HTTPException):
                continue  # a hole in one time line is no reason to end the demo
            row = {field: answer[field] for field in self.fields}
            self.rows.append({"at": time.monotonic() - self.began, **row})

    def stop(self):
        self.ended.set()
        self.thread.join(3)
        return self.rows


def follow(load, label):
    """Shows the load's own progress until it ends: a line that changes on a terminal, else a line every five seconds."""
    last_shown = -5.0
    began = time.monotonic()
    while load.poll() is None:
        time.sleep(0.25)
        lines = [line for line in re.split(r"[\r\n]", load.log.read_text()[-2000:]) if " asked " in line]
        now = time.monotonic() - began
        if not lines:
            continue
        line = f"demo: {label:<11} " + re.sub(r"\x1b\[\w*", "", lines[-1]).strip()
        if sys.stdout.isatty():
            print("\r\033[K" + line[:150], end="", flush=True)
        elif now - last_shown >= 5:
            print(line, flush=True)
            last_shown = now
    if sys.stdout.isatty():
        print("\r\033[K", end="", flush=True)
    if load.returncode != 0:
        last = (load.log.read_text().strip().splitlines() or ["no word why"])[-1]
        raise Failed(f"weir-load ended with {load.returncode}: {last}")


def measure(programs, label, target, sampler, seconds):
    report = LOGS / "load.json"
    report.unlink(missing_ok=True)
    profile = ",".join(f"{rate}:{seconds}s" for _, rate in PHASES)
    load = programs.start("weir-load", "--target", f"http://{target}/", "--profile", profile, *CLIENT, "--series",
                          "--progress", "--json", str(report))
    try:
        follow(load, label)
    finally:
        inside = sampler.stop()
        programs.stop(load)
    result = json.loads(report.read_text())
    if not result["totals"]["ok"]:
        raise Failed(f"{label}: no request was answered: {result['first_error'] or 'no word why'}")
    return {"label": label, "phases": result["phases"], "series": result["series"], "inside": inside}


def start_weir(programs, service):
    """weir with its defaults: only where to listen and where the service is."""
    weir = programs.start("weir", "run", "--listen", "127.0.0.1:0", "--backend", service, "--status", "127.0.0.1:0",
                          "--admin", "127.0.0.1:0")
    told(weir, "admin on")
    return told(weir, "listening on"), told(weir, "status on"), told(weir, "admin on")


def keep(programs, door, status, admin, report):
    programs.start("weir-load", "--target", f"http://{door}/", "--profile", KEPT_LOAD, *CLIENT, "--quiet")
    pids = " ".join(str(program.pid) for program in reversed(programs.running))
    programs.running.clear()
    print(f"""
Still running, under 0.7 and 1.5 times its capacity in turn for the next 10 minutes:
  live page   http://{status}/
  the limit   curl http://{status}/limits
  metrics     curl http://{status}/metrics
  drain       curl -X POST http://{admin}/drain
  a request   curl -i http://{door}/
  report      {report}
  stop        kill {pids}""")


def run(options, programs):
    began = time.monotonic()
    service = programs.start("weir-origin", "--listen", "127.0.0.1:0", *SERVICE)
    address = told(service, "listening on")
    sampler = Sampler(address, "/stats", ["in_service", "waiting"])
    alone = measure(programs, "alone", address, sampler, options.seconds)
    programs.stop(service)

    # The same service again, fresh: nothing of the first run's overload is held against it.
    service = programs.start("weir-origin", "--listen", "127.0.0.1:0", *SERVICE)
    address = told(service, "listening on")
    door, status, admin = start_weir(programs, address)
    sampler = Sampler(status, "/limits", ["limit", "in_flight", "waiting"])
    behind = measure(programs, "behind weir", door, sampler, options.seconds)

    story = demo_report.Story(alone, behind, PHASES, CAPACITY, options.seconds)
    print(f"\n{story.headline}\n{story.second_line}\n\n{demo_report.text_table(story)}\n")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(demo_report.page(story))
    if options.svg:
        options.svg.write_text(demo_report.picture(story))
    print(f"demo: {time.monotonic() - began:.0f} s; report: {options.out}")
    if options.keep:
        keep(programs, door, status, admin, options.out)


def read_flags():
    parser = argparse.ArgumentParser(
        prog="./deploy/demo", description="Installs, builds, overloads a service alone and behind weir, shows the difference.")
    parser.add_argument("--keep", action="store_true", help="leave service, weir and load running; says how to look and stop")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build" / "demo.html", help="the report (build/demo.html)")
    parser.add_argument("--svg", type=pathlib.Path, help="also write the headline picture to this file")
    parser.add_argument("--seconds", type=int, default=17, help="of each of the three phases, 3 to 600 (17)")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build" / "release" / "bin",
                        help="where the programs are (build/release/bin)")
    options = parser.parse_args()
    if not 3 <= options.seconds <= 600:
        parser.error("--seconds must be 3 to 600")
    return options


def main():
    options = read_flags()
    LOGS.mkdir(parents=True, exist_ok=True)
    programs = Programs(options.bin)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    try:
        run(options, programs)
    except Failed as why:
        sys.exit(f"demo: {why}")
    except OSError as why:
        sys.exit(f"demo: {why.strerror}: {why.filename}" if why.filename else f"demo: {why}")
    except KeyboardInterrupt:
        print("\ndemo: stopped", file=sys.stderr)
        sys.exit(130)
    finally:
        programs.stop_all()


if __name__ == "__main__":
    main()
