"""What may stand between callers and service: weir, Envoy, an operator's HAProxy, nothing. Each has the name that the
simulator knows it by."""

import json
import re
import socket

import peer_configs
import peers
import programs
import worlds
from programs import Failed

WEIR = ["knee", "gradient", "gradient2", "vegas", "aimd"]
NAMES = [*WEIR, "fixed:N", "operator", "envoy", "none"]
OPERATORS_SHARE = 1.2  # of the service's true width
OPERATORS_WAIT = "50ms"


def is_known(name):
    """Whether it can be played."""
    return name in (*WEIR, "operator", "envoy", "none") or re.fullmatch(r"fixed:[1-9]\d{0,5}", name) is not None


def peer_of(name):
    """Whose binary it needs; None for nothing at all."""
    if name == "none":
        return None
    wanted = {"operator": "haproxy", "envoy": "envoy"}.get(name, "weir")
    return next(peer for peer in peers.PEERS if peer.name == wanted)


def missing(name, binaries):
    """Why it cannot be played here, or an empty text."""
    peer = peer_of(name)
    return "" if peer is None or peer.find(binaries) else f"{peer.title} is not installed"


def operators_width(workers):
    """As in the simulator: whole requests, at least one."""
    return max(1, int(OPERATORS_SHARE * workers + 1e-9))


class Door:
    """One of them, for one run."""

    def __init__(self, name, setup, world):
        self.name, self.setup, self.world = name, setup, world
        self.answer_within = f"{world['response_timeout'] * 1000:.0f}ms"
        self.control = setup.folder / f"{setup.port}.sock"
        is_weir = name != "none" and peer_of(name).name == "weir"
        self.status_port = programs.free_port() if is_weir else None  # only weir says what its limit is

    def command(self):
        """The words that start it."""
        binary = peer_of(self.name).find(self.setup.binaries)
        if self.name == "operator":
            config = peer_configs.haproxy(self.setup, operators_width(self.world["conditions"][0]["workers"]),
                                          OPERATORS_WAIT, self.answer_within, self.control)
            return [binary, "-db", "-f", self.setup.write("haproxy.cfg", config)]
        if self.name == "envoy":
            config = peer_configs.adaptive_envoy(self.setup.port, self.setup.service_port,
                                                 f"{self.world['response_timeout']:.6g}s")
            return [binary, "-c", self.setup.write("envoy.json", json.dumps(config)), "--concurrency", "1",
                    "-l", "error", "--disable-hot-restart"]
        algorithm, _, limit = self.name.partition(":")
        fixed = ["--set", f"limiter.fixed.limit={limit}"] if limit else []
        batch = any(is_["batch_load"] for is_ in self.world["conditions"])
        priorities = [word for one in worlds.PRIORITIES for word in ("--set", f"priorities={one}")] if batch else []
        return peers.weir_command(binary, self.setup, ["--algorithm", algorithm, *fixed, *priorities, "--set",
                                                       f"backend.response_head_timeout={self.answer_within}"],
                                  f"127.0.0.1:{self.status_port}")

    def changes(self):
        """[(seconds, what to do then)]: the operator knows when the service's width changes, nobody else is told."""
        if self.name != "operator":
            return []
        found = []
        for before, is_ in zip(self.world["conditions"], self.world["conditions"][1:]):
            width = operators_width(is_["workers"])
            if width != operators_width(before["workers"]):
                found.append((is_["from"], lambda width=width: self.tell(f"set maxconn server service/one {width}")))
        return found

    def tell(self, order):
        """A line for HAProxy's control socket."""
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(5)
            control.connect(str(self.control))
            control.sendall(order.encode() + b"\n")
            answer = control.recv(4096).strip()
        if answer:
            raise Failed(f"HAProxy on \"{order}\": {answer.decode()}")
