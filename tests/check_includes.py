#!/usr/bin/env python3
"""Fails when a file includes a room that it may not know. The table is the plan of the house."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# room -> rooms it may include; the longest matching room of a path wins. A room may always include itself.
MAY_INCLUDE = {
    "limiters": [],
    "config": ["limiters/params.h"],
    "proxy/buffer": [],
    "proxy/loop": ["limiters/timeline.h"],
    "proxy/transport": ["proxy/loop", "proxy/buffer", "limiters/timeline.h"],
    "proxy/http": ["proxy/buffer"],
    "proxy/exchange": ["proxy/http/message.h", "proxy/http/codec.h", "proxy/http/forwarding_rules.h",
                       "proxy/http/error_reply.h", "proxy/buffer", "limiters"],
    "proxy/client": ["proxy/exchange", "proxy/http", "proxy/transport", "proxy/loop", "proxy/buffer", "limiters"],
    "proxy/backend": ["proxy/exchange", "proxy/http", "proxy/transport", "proxy/loop", "proxy/buffer", "limiters"],
    "proxy/observe": ["proxy/exchange", "proxy/http", "proxy/transport", "proxy/loop", "proxy/buffer", "limiters"],
    "proxy": ["proxy", "config", "limiters"],
    "load-tests/pieces": ["proxy/buffer", "proxy/loop", "proxy/transport", "proxy/http", "limiters"],
    "load-tests/load": ["proxy/buffer", "proxy/loop", "proxy/transport", "proxy/http", "limiters", "load-tests"],
    "load-tests/origin": ["proxy/buffer", "proxy/loop", "proxy/transport", "proxy/http", "limiters", "load-tests"],
    "load-tests/forwarder": ["proxy/transport", "load-tests"],
    "load-tests": ["limiters", "config", "load-tests"],
    "tests": ["limiters", "config", "proxy", "load-tests", "tests"],
}
# header -> the only places that may include it: where the outside world comes in.
OUTSIDE = {
    r"uv\.h": ["proxy/loop/", "proxy/transport/", "proxy/verbs", "load-tests/load/", "load-tests/origin/", "tests/"],
    r"llhttp\.h": ["proxy/http/h1_", "proxy/verbs", "tests/"],
    r"yaml-cpp/.*": ["config/", "load-tests/simulator/scenario", "tests/"],
    r"prometheus/.*": ["proxy/observe/", "tests/"],
    r"CLI/.*": ["proxy/", "load-tests/"],
    r"benchmark/.*": ["load-tests/bench/"],
    r"openssl/.*": ["proxy/transport/tls_", "proxy/verbs", "tests/"],
}


def room_of(path):
    rooms = [r for r in MAY_INCLUDE if path == r or path.startswith(r + "/") or path.startswith(r + ".")]
    return max(rooms, key=len) if rooms else None


def allowed(path, include):
    room = room_of(path)
    if room is None:
        return False
    if room_of(include) == room:
        return True
    return any(include == may or include.startswith(may + "/") or include.startswith(may + ".")
               for may in MAY_INCLUDE[room])


def main():
    files = subprocess.run(["git", "ls-files", "*.cc", "*.h"], cwd=ROOT, capture_output=True, text=True, check=True)
    faults = []
    for path in files.stdout.split():
        for number, line in enumerate((ROOT / path).read_text().splitlines(), 1):
            ours = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if ours and not allowed(path, ours.group(1)):
                faults.append(f"{path}:{number}: {room_of(path)} may not include {ours.group(1)}")
            system = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
            for pattern, places in OUTSIDE.items():
                if system and re.fullmatch(pattern, system.group(1)) and not path.startswith(tuple(places)):
                    faults.append(f"{path}:{number}: <{system.group(1)}> may be included only in {', '.join(places)}")
    print("\n".join(faults) if faults else "check_includes: every include follows the plan of the house")
    return 1 if faults else 0


sys.exit(main())
