"""Runs the cases: the peers take turns over the rounds, because a machine is not the same from one minute to the next."""

import http.client
import pathlib
import socket
import sys
import time

import cases
import measure
import memory
import peers
import programs
import startup
from programs import Failed

STARTS = 10
FILES_WANTED = 26000
SPARE_FILES = 200


class Bench:
    """What all cases need, and the result as it grows. `saved` is called after each case."""

    def __init__(self, arguments, chosen_peers, result, saved):
        self.folder = pathlib.Path(arguments.folder)
        self.arguments, self.peers, self.result, self.saved = arguments, chosen_peers, result, saved
        self.proxy_core, self.load_core = arguments.cores
        others = [core for core in arguments.free_cores if core not in arguments.cores]
        # With fewer than four the service shares a core with the load, or all share all.
        self.worker_cores = [self.proxy_core, others[0] if others else self.load_core]
        self.service_core = others[1] if len(others) > 1 else self.load_core
        self.programs = programs.Programs(self.folder)
        self.load = measure.Load(self.programs, arguments.bin, self.load_core, self.folder)
        # A proxy needs two descriptors for each connection.
        self.most_connections = (programs.raise_file_limit(FILES_WANTED) - SPARE_FILES) // 2

    # ---- pieces ----

    def say(self, text):
        """A progress line that the next one writes over."""
        if sys.stderr.isatty():
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
        elif not self.arguments.quiet:
            print(text, file=sys.stderr, flush=True)

    def service(self, body_bytes=512, flags=("--service-time", "0"), core=None):
        """weir-origin on the load's core, unless another is named: (the program, its port)."""
        port = programs.free_port()
        program = self.programs.start("weir-origin", [self.arguments.bin / "weir-origin", "--listen", f"127.0.0.1:{port}",
                                                      "--body-bytes", body_bytes, *flags],
                                      self.load_core if core is None else core)
        programs.wait_for(program, port)
        return program, port

    def start(self, peer, mode, service_port, most, port=None):
        """A peer, listening: (the program, its port)."""
        port = port or programs.free_port()
        setup = peers.Setup(mode, port, service_port, self.folder, most, self.arguments.bin)
        program = peers.start(peer, setup, self.programs, self.proxy_core)
        programs.wait_for(program, port)
        return program, port

    def turns(self, names, done):
        """The names, beginning with another one each round."""
        names = list(names)
        return names[done % len(names):] + names[:done % len(names)] if names else []

    # ---- cases of load ----

    def run_case(self, case):
        """All rounds of one case, into the result."""
        found = {"title": case.title, "mode": case.mode, "latency": case.measures_latency, "rate": None, "peers": {}}
        self.result["cases"][case.name] = found
        services, running, occupants = [], {}, []

        def serve():
            """A service of its own for each: where thousands of connections to one address stay open, its ports get scarce
            and the kernel searches long for each new one, which the floor alone needs in every round."""
            service, port = self.service(case.body_bytes, case.service)
            services.append(service)
            return port
        try:
            for peer in self.peers:
                found["peers"][peer.name] = entry = {"runs": []}
                if case.mode in peer.lacks:
                    entry["skipped"] = peer.lacks[case.mode]
                    continue
                with failing_into(entry):
                    running[peer.name] = self.start(peer, case.mode, serve(), max(1024, case.connections + 100))
                    if case.mode == "shed" and peer.command is peers.weir_command:
                        occupants.append(occupy(running[peer.name][1]))
            if case.measures_latency:
                found["peers"]["direct"] = {"runs": []}
                running["direct"] = (None, serve())
            self.rounds(case, found, running)
        finally:
            for occupant in occupants:
                occupant.close()
            for program in [program for program, _ in running.values() if program] + services:
                self.programs.stop(program)

    def rounds(self, case, found, running):
        """Peers that fail once are out of the case."""
        if case.is_open and not self.find_rate(case, found, running):
            return
        for done in range(self.arguments.rounds):
            for name in self.turns(running, done):
                entry = found["peers"][name]
                if "failed" in entry:
                    continue
                self.say(f"{case.name}: round {done + 1} of {self.arguments.rounds}, {name}")
                program, port = running[name]
                with failing_into(entry):
                    entry["runs"].append(measure.measure(self.load, port, case, self.arguments.seconds, found["rate"] or 0,
                                                         program))

    def find_rate(self, case, found, running):
        """Into the result; when it cannot be found nothing can be measured."""
        trouble = {}
        with failing_into(trouble):
            found["rate"] = case.rate or self.rate_of(case, running)
            return True
        for name in running:
            found["peers"][name].setdefault("failed", f"no rate: {trouble['failed']}")
        return False

    def rate_of(self, case, running):
        """A share of what HAProxy can do with the proxies' core, or else the first peer there is; the same for all. Not more
        than 0.6 of what load and service can do with theirs."""
        closed = cases.Case("rate", "", body_bytes=case.body_bytes)
        others = [name for name in running if name != "direct"]
        reference = "haproxy" if "haproxy" in running else others[0] if others else None
        most = 0.6 * measure.measure(self.load, running["direct"][1], closed, 1)["per_second"]
        if reference is None:
            return most
        program, port = running[reference]
        capacity = 1e6 / measure.measure(self.load, port, closed, 1, 0, program)["cpu_us"]
        return round(min(case.share * capacity, most), -2)

    # ---- the special ones ----

    def run_memory(self):
        """Each peer anew in every second round, once for idle, once for active and once for slow connections."""
        counts = sorted({min(count, self.most_connections - 100) for count in cases.CONNECTION_COUNTS})
        found = self.result["memory"] = {"counts": counts, "wanted": list(cases.CONNECTION_COUNTS),
                                         "slow_counts": list(cases.SLOW_COUNTS), "peers": {}}
        rounds = (self.arguments.rounds + 1) // 2  # it varies less than CPU and takes longer
        for done in range(rounds):
            for name in self.turns([peer.name for peer in self.peers if "memory" not in peer.lacks], done):
                entry = found["peers"].setdefault(name, {"runs": []})
                if "failed" in entry:
                    continue
                self.say(f"memory: round {done + 1} of {rounds}, {name}")
                with failing_into(entry):
                    entry["runs"].append(self.memory_of(next(peer for peer in self.peers if peer.name == name), counts))

    def memory_of(self, peer, counts):
        """{"idle_1000": bytes, ..., "empty_bytes", "full_bytes"} of one round."""
        run = {}
        services = {"idle": {}, "active": {"flags": cases.NEVER}, "slow": {"body_bytes": cases.SLOW_BYTES}}
        for kind, what in services.items():
            service, service_port = self.service(**what)
            program = None
            try:
                program, port = self.start(peer, "proxied", service_port, self.most_connections)
                if kind == "idle":
                    figures, run["empty_bytes"], run["full_bytes"] = memory.idle(program, port, counts, 512)
                elif kind == "active":
                    figures = memory.active(program, port, service_port, counts)
                else:
                    figures = memory.slow(program, port, cases.SLOW_COUNTS)
                run |= {f"{kind}_{count}": size for count, size in figures.items()}
            finally:
                if program:
                    self.programs.stop(program)
                self.programs.stop(service)
        return run

    def run_startup(self):
        """Each peer so many times."""
        found = self.result["startup"] = {"peers": {}}
        service, service_port = self.service()
        try:
            for done in range(STARTS):
                for peer in self.peers:
                    entry = found["peers"].setdefault(peer.name, {"runs": []})
                    if "startup" in peer.lacks:
                        entry["skipped"] = peer.lacks["startup"]
                    elif "failed" not in entry:
                        self.say(f"startup: {done + 1} of {STARTS}, {peer.name}")
                        with failing_into(entry):
                            entry["runs"].append({"ms": self.startup_of(peer, service_port)})
        finally:
            self.programs.stop(service)

    def startup_of(self, peer, service_port):
        """Milliseconds of one start."""
        port = programs.free_port()
        setup = peers.Setup("proxied", port, service_port, self.folder, 1024, self.arguments.bin)
        began = time.monotonic()
        program = peers.start(peer, setup, self.programs, self.proxy_core)
        try:
            return (startup.first_answer(program, port) - began) * 1e3
        finally:
            self.programs.stop(program)

    def run_workers(self):
        """weir alone, with one worker and with two, each on a core of its own; who comes first changes with the rounds."""
        found = self.result["workers"] = {"title": cases.WORKERS_CASE.title, "peers": {}}
        setups = {"one": (1, self.worker_cores[:1]), "two": (2, self.worker_cores)}
        for done in range(self.arguments.rounds):
            for name in self.turns(setups, done):
                entry = found["peers"].setdefault(name, {"runs": []})
                self.say(f"workers: round {done + 1} of {self.arguments.rounds}, {name}")
                with failing_into(entry):
                    entry["runs"].append(self.workers_run(*setups[name]))

    def workers_run(self, workers, cores):
        """One round with so many workers on those cores; `service_core` is the last that is left."""
        case = cases.WORKERS_CASE
        service, service_port = self.service(core=self.service_core)
        program = None
        try:
            port = programs.free_port()
            setup = peers.Setup("proxied", port, service_port, self.folder, 1024, self.arguments.bin, workers)
            program = peers.start(peers.named(["weir"])[0], setup, self.programs, cores)
            programs.wait_for(program, port)
            return measure.measure(self.load, port, case, self.arguments.seconds, 0, program)
        finally:
            if program:
                self.programs.stop(program)
            self.programs.stop(service)

    def run(self, load_cases, special):
        """Everything that was asked for."""
        began = time.monotonic()
        for case in load_cases:
            self.run_case(case)
            self.saved()
        if "memory" in special:
            self.run_memory()
            self.saved()
        if "startup" in special:
            self.run_startup()
            self.saved()
        if "workers" in special:
            self.run_workers()
        self.result["took_seconds"] = time.monotonic() - began
        self.saved()
        self.say("")


def occupy(port):
    """Takes weir's only place."""
    occupant = socket.create_connection(("127.0.0.1", port))
    occupant.sendall(b"GET /occupy HTTP/1.1\r\nHost: service.example\r\n\r\n")
    time.sleep(0.2)
    return occupant


class failing_into:
    """A failure inside is written into the entry, and the comparison goes on with the next."""

    def __init__(self, entry):
        self.entry = entry

    def __enter__(self):
        return self.entry

    def __exit__(self, kind, wrong, _):
        if isinstance(wrong, (Failed, OSError, ValueError, http.client.HTTPException)):
            self.entry["failed"] = str(wrong) or kind.__name__
            return True
        return False
