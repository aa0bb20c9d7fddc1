"""One load on one running peer: CPU per answer, answers per second, latency, memory; and whether the answers were right."""

import http.client
import json
import subprocess
import time

import proc
from programs import Failed


def expected_body(size):
    """What weir-origin answers: its name again and again, anew every 64 KiB."""
    piece = (b"weir-origin\n" * 5462)[:65536]
    return (piece * (size // len(piece) + 1))[:size]


def probe(port, case):
    """One request whose answer is looked at byte by byte."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        body = b"w" * case.upload_bytes if case.upload_bytes else None
        connection.request("POST" if body else "GET", "/", body)
        answer = connection.getresponse()
        got = answer.read()
    except (OSError, http.client.HTTPException) as wrong:
        raise Failed(f"no answer: {wrong or type(wrong).__name__}") from wrong
    finally:
        connection.close()
    wanted = 503 if case.mode == "shed" else 200
    if answer.status != wanted:
        raise Failed(f"answered {answer.status}, expected {wanted}")
    if wanted == 200 and got != expected_body(case.body_bytes):
        raise Failed(f"answered {len(got)} bytes that are not the {case.body_bytes} of the service")


def check(totals, case, first_error=""):
    """Every request must have got the answer that the case wants."""
    right = totals["shed"] if case.mode == "shed" else totals["ok"]
    if case.mode != "shed" and totals["shed"] <= case.may_shed * totals["due"]:
        right += totals["shed"]
    if right and right == totals["due"]:
        return
    counts = ", ".join(f"{totals[key]} {key}" for key in ("ok", "shed", "failed", "errors", "timeouts") if totals[key])
    raise Failed(f"of {totals['due']} requests: {counts or 'none answered'}" + (f" ({first_error})" if first_error else ""))


def per_second(series, start, seconds):
    """Answers per second in that part of weir-load's series, which has a row for each tenth of a second."""
    first, count = round(start * 10), round(seconds * 10)
    rows = series[first:first + count]
    if len(rows) < count:
        raise Failed(f"the load ended after {len(series) / 10} s")
    return sum(row["ok"] + row["shed"] for row in rows) / seconds


def sleep_until(moment):
    """Sleeps until that moment of the monotonic clock."""
    time.sleep(max(0.0, moment - time.monotonic()))


class Load:
    """weir-load on its core, against whoever listens on a port."""

    def __init__(self, programs, binaries, core, folder):
        self.programs, self.binary, self.core, self.folder = programs, binaries / "weir-load", core, folder

    def run(self, port, case, seconds, rate, at_start, at_end):
        """weir-load's report; the two are called when the figures begin to count and when they no longer do."""
        report = self.folder / "load.json"
        report.unlink(missing_ok=True)
        began = time.monotonic()
        program = self.programs.start("weir-load", [
            self.binary, "--target", f"http://127.0.0.1:{port}/", "--duration", f"{case.lead + seconds + 0.2:.1f}s", "--json",
            report, "--series", "--quiet", *case.load_flags(rate)], self.core)
        try:
            sleep_until(began + case.lead)
            at_start()
            sleep_until(began + case.lead + seconds)
            at_end()
            program.process.wait(seconds + 30)
        except subprocess.TimeoutExpired as late:
            raise Failed("the load did not end") from late
        finally:
            self.programs.stop(program)
        if program.process.returncode != 0:
            raise Failed(program.last_words())
        return json.loads(report.read_text())


class Meter:
    """Reads a proxy's CPU time between two moments, and its memory at the second."""

    def __init__(self, program):
        self.pids = program.pids() if program else []
        self.busy = self.kept_waiting = self.resident = None

    def start(self):
        """The first moment."""
        self.at, self.cpu, self.waited = time.monotonic(), proc.cpu_seconds(self.pids), proc.waited_seconds(self.pids)

    def end(self):
        """The second."""
        took = time.monotonic() - self.at
        self.busy = (proc.cpu_seconds(self.pids) - self.cpu) / took
        self.kept_waiting = (proc.waited_seconds(self.pids) - self.waited) / took
        self.resident = proc.pss_bytes(self.pids)


def measure(load, port, case, seconds, rate=0, program=None):
    """The figures of one round; without a program the service is asked directly, and nobody's CPU is counted."""
    probe(port, case)
    meter = Meter(program)
    report = load.run(port, case, seconds, rate, meter.start, meter.end)
    totals = report["totals"]
    check(totals, case, report["first_error"])
    answers = per_second(report["series"], case.lead, seconds)
    latency = totals["shed_latency_ms" if case.mode == "shed" else "ok_latency_ms"]
    run = {"per_second": answers, "p50_ms": latency["p50"], "p99_ms": latency["p99"],
           "shed_share": totals["shed"] / totals["due"], "load_late_p99_ms": report["lateness_ms"]["p99"]}
    if program:
        if not answers:
            raise Failed("no answers while the figures counted")
        run |= {"cpu_us": meter.busy / answers * 1e6, "busy": meter.busy, "kept_waiting": meter.kept_waiting,
                "resident_bytes": meter.resident}
    return run
