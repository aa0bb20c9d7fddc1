"""What the kernel says of a process and of those it has started: CPU time and memory."""

import os
import pathlib

TICK = os.sysconf("SC_CLK_TCK")
PROC = pathlib.Path("/proc")


def parse_stat(text):
    """(pid, parent, seconds of CPU) of a /proc/PID/stat line; the name in it may hold blanks and brackets."""
    pid, _, rest = text.partition(" (")
    fields = rest[rest.rindex(")") + 2:].split()
    # utime and stime, fields 14 and 15 of proc(5): of all threads, also of those that have ended.
    return int(pid), int(fields[1]), (int(fields[11]) + int(fields[12])) / TICK


def parse_pss(text):
    """Bytes of the Pss line of /proc/PID/smaps_rollup."""
    for line in text.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise ValueError("no Pss line")


def descendants(pid, parents):
    """The process and all that it has started, given everybody's parent."""
    found = [pid]
    for one in found:
        found += sorted(child for child, parent in parents.items() if parent == one)
    return found


def family(pid):
    """A running process and all that it has started."""
    parents = {}
    for folder in PROC.iterdir():
        if folder.name.isdecimal():
            try:
                child, parent, _ = parse_stat((folder / "stat").read_text())
            except (OSError, ValueError):
                continue  # it has ended since
            parents[child] = parent
    return descendants(pid, parents)


def scheduled_seconds(pid):
    """(seconds on a core, seconds of waiting for one) of the threads that live, counted in ns; zeros where the kernel does
    not tell."""
    ran = waited = 0
    try:
        for task in (PROC / str(pid) / "task").iterdir():
            fields = (task / "schedstat").read_text().split()
            ran, waited = ran + int(fields[0]), waited + int(fields[1])
    except (OSError, ValueError, IndexError):
        return 0.0, 0.0
    return ran * 1e-9, waited * 1e-9


def cpu_seconds(pids):
    """CPU time of these processes. /proc/PID/stat counts in ticks of 10 ms, which is coarse for a second of load; the
    threads' schedstat counts the same in ns, but forgets threads that have ended."""
    total = 0.0
    for pid in pids:
        _, _, ticked = parse_stat((PROC / str(pid) / "stat").read_text())
        total += max(ticked, scheduled_seconds(pid)[0])
    return total


def waited_seconds(pids):
    """For how long these processes could have run, but others had the core."""
    return sum(scheduled_seconds(pid)[1] for pid in pids)


def pss_bytes(pids):
    """Proportional set size: resident memory, pages that several processes share counted once."""
    return sum(parse_pss((PROC / str(pid) / "smaps_rollup").read_text()) for pid in pids)
