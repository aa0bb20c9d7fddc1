"""One load on one running peer: CPU per answer, answers per second, latency, memory; and whether the answers were right."""

import http.client
import json
import subprocess
import time

import proc
from programs import Failed


def expected_body(size):
    """What weir-origin answers."""
    text = b"weir-origin\n"
    return (text * (size // len(text) + 1))[:size]


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
    if right and right == totals["due"]:
        return right
    counts = ", ".join(f"{totals[key]} {key}" for key in ("ok", "shed", "failed", "errors", "timeouts") if totals[key])
    raise Failed(f"of {totals['due']} requests: {counts or 'none answered'}" + (f" ({first_error})" if first_error else ""))


class Load:
    """weir-load on its core, against whoever listens on a port."""

    def __init__(self, programs, binaries, core, folder):
        self.programs, self.binary, self.core, self.folder = programs, binaries / "weir-load", core, folder

    def run(self, port, case, seconds, rate=0, meanwhile=None):
        """weir-load's report; `meanwhile` is called once when most of the load is over."""
        report = self.folder / "load.json"
        report.unlink(missing_ok=True)
        program = self.programs.start("weir-load", [
            self.binary, "--target", f"http://127.0.0.1:{port}/", "--duration", f"{seconds}s", "--json", report, "--quiet",
            *case.load_flags(rate)], self.core)
        try:
            if meanwhile:
                time.sleep(0.7 * seconds)
                meanwhile()
            program.process.wait(seconds + 30)
        except subprocess.TimeoutExpired as late:
            raise Failed("the load did not end") from late
        finally:
            self.programs.stop(program)
        if program.process.returncode != 0:
            raise Failed(program.last_words())
        return json.loads(report.read_text())


def measure(load, port, case, seconds, rate=0, program=None):
    """The figures of one round; without a program the service is asked directly, and nobody's CPU is counted."""
    probe(port, case)
    pids = program.pids() if program else []
    memory = []
    before, began = proc.cpu_seconds(pids), time.monotonic()
    report = load.run(port, case, seconds, rate, lambda: memory.append(proc.pss_bytes(pids)))
    spent, took = proc.cpu_seconds(pids) - before, time.monotonic() - began
    totals = report["totals"]
    answers = check(totals, case, report["first_error"])
    latency = totals["shed_latency_ms" if case.mode == "shed" else "ok_latency_ms"]
    run = {"answers": answers, "per_second": answers / totals["seconds"], "p50_ms": latency["p50"], "p99_ms": latency["p99"],
           "load_late_p99_ms": report["lateness_ms"]["p99"]}
    if program:
        run |= {"cpu_us": spent / answers * 1e6, "busy": spent / took, "resident_bytes": memory[0]}
    return run
