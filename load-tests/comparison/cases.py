"""What is measured: each case is one kind of request from so many connections. Knows nothing of who answers."""

import dataclasses

KIB = 1024
QUEUE_WIDTH = 16  # requests at the service at once where the queue is in use
NEVER = ("--workers", "1", "--service-time", "1h")  # a service that takes requests and does not answer


@dataclasses.dataclass(frozen=True)
class Case:
    """One kind of load. `mode` is how the peers are set up: proxied, queue or shed."""
    name: str
    title: str
    mode: str = "proxied"
    connections: int = 32
    asking: int = 0  # of a closed loop: connections that ask at once, each in its turn; 0: all
    body_bytes: int = 512
    upload_bytes: int = 0
    closes: bool = False  # a new connection for each request
    share: float = 0  # open loop at that share of a core's capacity; 0: closed loop
    rate: float = 0  # open loop at that rate
    service: tuple = ("--service-time", "0")  # weir-origin's flags
    may_shed: float = 0  # share of the answers

    @property
    def is_open(self):
        """Requests come at a rate, not one after the other."""
        return self.share > 0 or self.rate > 0

    @property
    def measures_latency(self):
        """At a rate that everybody keeps up with, where latency says something."""
        return self.is_open and self.mode == "proxied"

    @property
    def ramp(self):
        """Seconds in which the connections are opened: thousands at once do not fit into a listener's backlog."""
        return 0.1 if self.connections <= 256 else 1.5

    @property
    def lead(self):
        """Seconds of load before the figures count."""
        return self.ramp + 0.2

    def load_flags(self, rate):
        """The words that make weir-load ask so."""
        flags = ["--expect-bytes", str(self.body_bytes)] if self.mode != "shed" else []
        if self.is_open:
            flags += ["--rate", f"{rate:.0f}", "--connections", str(self.connections), "--warmup", f"{self.lead:.1f}s"]
        else:
            flags += ["--closed", str(self.asking or self.connections), "--ramp", f"{self.ramp:.1f}s"]
        if self.asking:
            flags += ["--connections", str(self.connections), "--spread"]
        if self.upload_bytes:
            flags += ["--method", "POST", "--body-bytes", str(self.upload_bytes)]
        if self.closes:
            flags += ["--header", "Connection: close"]
        return flags


CASES = [
    Case("small-32", "512 B, 32 connections"),
    Case("small-256", "512 B, 256 connections", connections=256),
    Case("small-4096", "512 B, 4,096 connections", connections=4096),
    Case("spread-4096", "512 B, 4,096 connections of which 32 ask at once", connections=4096, asking=32),
    Case("body-64k", "64 KiB, 32 connections", body_bytes=64 * KIB),
    Case("body-1m", "1 MiB, 32 connections", body_bytes=KIB * KIB),
    Case("connect", "512 B, a new connection for each request, 32 at once", closes=True),
    Case("upload-64k", "64 KiB posted, 512 B back, 32 connections", upload_bytes=64 * KIB),
    Case("upload-1m", "1 MiB posted, 512 B back, 32 connections", upload_bytes=KIB * KIB),
    # At less than the service can do, or weir would rightly shorten its queue.
    Case("queue", f"512 B, {QUEUE_WIDTH} at the service for 1 ms each, up to half wait in the proxy, 11,200 requests a second",
         mode="queue", connections=256, rate=11200, service=("--workers", str(QUEUE_WIDTH), "--service-time", "1ms"),
         may_shed=0.02),
    Case("shed-32", "503 at once, 32 connections", mode="shed", service=NEVER),
    Case("shed-256", "503 at once, 256 connections", mode="shed", connections=256, service=NEVER),
    Case("latency-low", "512 B, hardly any load", connections=256, rate=1000),
    Case("latency-half", "512 B, half of what one core can do", connections=256, share=0.5),
]
# Measured in ways of their own.
SPECIAL = {"memory": "memory of idle, of active and of slow connections", "startup": "from exec to the first answer",
           "workers": "weir with two workers beside weir with one"}
CONNECTION_COUNTS = (1000, 10000)
SLOW_COUNTS = (200,)  # what the kernel holds for each is far more than what a proxy does
SLOW_BYTES = 16 * KIB * KIB  # more than all sockets on its way can hold
WORKERS_CASE = Case("workers", "512 B, 256 connections", connections=256)
WORKERS_CORES = 4  # two for weir, one for load and one for the service


def named(names):
    """The cases of these names, in the order of the list above, and the special ones; KeyError names an unknown one."""
    known = {case.name: case for case in CASES}
    for name in names:
        if name not in known and name not in SPECIAL:
            raise KeyError(name)
    return [case for case in CASES if case.name in names], [name for name in SPECIAL if name in names]
