"""Plays one world with one limiter on real sockets: service, proxy and callers as programs of their own. Judges
nothing."""

import dataclasses
import http.client
import json
import pathlib
import time

import doors
import peers
import programs
import watch
import worlds
from programs import Failed

MOST_CONNECTIONS = 5000
FILES_WANTED = 26000
TRIES = 3
GRACE = 20  # seconds that the callers may take to start and to write their logs


@dataclasses.dataclass
class Played:
    """Where the logs are, and how far the callers themselves were behind."""
    logs: dict  # kind -> path
    late_p99_ms: float
    late_mean_ms: float
    typical_seconds: float  # of an answer, from when it was due: the median
    errors: int
    first_error: str
    seen: dict  # what the proxy said of its limit over time, by figure; empty where it says nothing

    def kept(self, number):
        """The same with logs that the next run does not write over."""
        logs = {kind: path.rename(path.with_suffix(f".{number}.csv")) for kind, path in self.logs.items()}
        return dataclasses.replace(self, logs=logs)


class Stage:
    """The programs of one run after the other. The proxy has a core of its own, load and service share another."""

    def __init__(self, folder, binaries, cores, before_others=False):
        self.folder, self.binaries = pathlib.Path(folder), pathlib.Path(binaries)
        self.proxy_core, self.load_core = cores
        self.programs = programs.Programs(self.folder, before_others)
        programs.raise_file_limit(FILES_WANTED)

    def play(self, world, limiter, seed):
        """One run from a cold start."""
        try:
            return self.run(world, limiter, seed)
        finally:
            self.programs.stop_all()

    def wire(self, limiter):
        """Seconds that this door puts between callers and service when nobody has to wait: its way there and back. Of
        some tries the least, because what others do on the machine can only add to it."""
        direct, through = (min(self.play(worlds.IDLE_WORLD, name, 1).typical_seconds for _ in range(TRIES))
                           for name in ("none", limiter))
        return max(0, through - direct)

    def run(self, world, limiter, seed):
        """Starts all, lets the callers come, and reads what they say."""
        service_port = programs.free_port()
        command = [self.binaries / "weir-origin", "--listen", f"127.0.0.1:{service_port}",
                   *worlds.origin_flags(world, seed)]
        service = self.programs.start("weir-origin", command, self.load_core)
        programs.wait_for(service, service_port)
        port = programs.free_port()  # only now: a port is free again as soon as it has been found
        setup = peers.Setup("proxied", port, service_port, self.folder, MOST_CONNECTIONS, self.binaries)
        door = doors.Door(limiter, setup, world)
        proxy = None
        if limiter == "none":
            port = service_port
        else:
            proxy = self.programs.start(limiter.partition(":")[0], door.command(), self.proxy_core)
            programs.wait_for(proxy, port)
        # Without a proxy nobody but the caller himself ends a request that takes too long.
        patience = world["response_timeout"] + (0 if limiter == "none" else 10)
        restart(service_port)
        callers = [self.start_callers(load, service_port if load.passes_by else port)
                   for load in worlds.loads(world, seed, patience)]
        watched = watch.Watch(door.status_port, world["seconds"])
        self.wait(world, door, watched, [service, proxy], [caller for _, caller in callers])
        return self.played(callers, watched)

    def start_callers(self, load, port):
        """(who they are, weir-load as a running program)"""
        command = [self.binaries / "weir-load", "--target", f"http://127.0.0.1:{port}/",
                   "--connections", MOST_CONNECTIONS, "--json", self.folder / f"{load.kind}.json",
                   "--requests", self.folder / f"{load.kind}.csv", "--quiet", *load.flags]
        return load, self.programs.start(f"weir-load-{load.kind}", command, self.load_core)

    def wait(self, world, door, watched, servers, callers):
        """Until all callers have ended, telling the operator what changes on the way and asking the proxy how it is."""
        began = time.monotonic()
        changes = door.changes()
        while any(caller.process.poll() is None for caller in callers):
            since = time.monotonic() - began
            while changes and changes[0][0] <= since:
                changes.pop(0)[1]()
            watched.look(since)
            for server in servers:
                if server and server.process.poll() is not None:
                    raise Failed(f"{server.name} ended in the middle: {server.last_words()}")
            if since > world["seconds"] + GRACE:
                raise Failed(f"the callers did not end within {GRACE} s after their time")
            due = [at for at in (changes[0][0] if changes else None, watched.due()) if at is not None]
            time.sleep(min(0.05, *(max(0.001, at - since) for at in due)) if due else 0.05)

    def played(self, callers, watched):
        """What the callers wrote."""
        reports = []
        for load, caller in callers:
            if caller.process.returncode != 0:
                raise Failed(f"{caller.name}: {caller.last_words()}")
            reports.append(json.loads((self.folder / f"{load.kind}.json").read_text()))
        late = {key: max((report["lateness_ms"][key] for report in reports if report["lateness_ms"]), default=0)
                for key in ("mean", "p99")}
        of_first = reports[0]["totals"]["ok_latency_ms"]
        return Played({load.kind: self.folder / f"{load.kind}.csv" for load, _ in callers}, late["p99"], late["mean"],
                      of_first["p50"] / 1e3 if of_first else 0,
                      sum(report["totals"]["errors"] for report in reports),
                      next((report["first_error"] for report in reports if report["first_error"]), ""), watched.lines)


def restart(port):
    """The service's steps and pauses count from now on."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/restart")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as wrong:
        raise Failed(f"weir-origin does not begin anew: {wrong or type(wrong).__name__}") from wrong
    finally:
        connection.close()
    if status != 200:
        raise Failed(f"weir-origin does not begin anew: it answered {status}")
