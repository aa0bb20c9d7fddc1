"""Programs that a comparison has started, each on its core, each ended by its own pid."""

import contextlib
import os
import resource
import signal
import socket
import subprocess
import time

import proc


class Failed(Exception):
    """One line for the user: why something could not be measured."""


def free_port():
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def raise_file_limit(wanted):
    """Lets this process, and those it starts, have that many open files; returns how many it got."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        with contextlib.suppress(ValueError, OSError):  # not everybody may raise the hard limit
            if hard < wanted:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, wanted))
                hard = wanted
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, wanted), hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


class Program:
    """A running program; `log` is the file with all that it has said."""

    def __init__(self, name, process, log):
        self.name, self.process, self.log = name, process, log

    @property
    def pid(self):
        """Of the process itself."""
        return self.process.pid

    def pids(self):
        """It and what it has started."""
        return proc.family(self.pid)

    def last_words(self):
        """The last line of its log."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


class Programs:
    """Starts programs and sees to it that none outlives the comparison."""

    def __init__(self, folder, before_others=False):
        """`before_others`: they do not wait for a core that someone else on the machine wants as well."""
        self.folder, self.running, self.before_others = folder, [], before_others
        self.count = 0

    def start(self, name, command, core, said=None):
        """Starts a program on that core, or on those of a list; `said` is a file for its standard output, otherwise the
        log takes it."""
        self.count += 1
        log = self.folder / f"{self.count}-{name}.log"
        own_cores = os.sched_getaffinity(0)
        # What taskset and chrt do: the child inherits it.
        os.sched_setaffinity(0, {core} if isinstance(core, int) else set(core))
        try:
            if self.before_others:
                os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
            with open(log, "w") as output:
                # A session of its own: Ctrl-C reaches the comparison alone, which then ends its programs.
                process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                           stdout=said or output, stderr=output, start_new_session=True)
        except OSError as wrong:
            raise Failed(f"{name} cannot be started: {wrong}") from wrong
        finally:
            os.sched_setaffinity(0, own_cores)
            if self.before_others:
                os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        program = Program(name, process, log)
        self.running.append(program)
        return program

    def stop(self, program):
        """Ends a program, asking first."""
        if program.process.poll() is None:
            pids = program.pids()
            program.process.terminate()
            try:
                program.process.wait(2)
            except subprocess.TimeoutExpired:
                for pid in pids:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                program.process.wait()
        if program in self.running:
            self.running.remove(program)

    def stop_all(self):
        """Ends whatever still runs."""
        for program in reversed(self.running[:]):
            self.stop(program)


def wait_for(program, port, patience=20):
    """Until the program accepts connections there."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if program.process.poll() is not None:
            raise Failed(f"{program.name} ended at once: {program.last_words()}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.005)
    raise Failed(f"{program.name} does not listen after {patience} s")
