"""What weir makes of its host: a supervisor, threads that stand still, few descriptors, little memory."""

import contextlib
import ctypes
import os
import socket
import tempfile
import unittest

from house import DEADLINE, Backend, Weir, answering, main, wait_until

PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH = 0x4206, 0x4207, 17


def ptrace(request, thread):
    call = ctypes.CDLL(None, use_errno=True).ptrace
    call.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    if call(request, thread, None, None) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


@contextlib.contextmanager
def all_threads_held_but_the_first(process):
    """In the `with` block only the main loop turns."""
    threads = [int(task) for task in os.listdir(f"/proc/{process.pid}/task") if int(task) != process.pid]
    for thread in threads:
        ptrace(PTRACE_SEIZE, thread)
        ptrace(PTRACE_INTERRUPT, thread)
        os.waitpid(thread, 0x40000000)  # __WALL
    try:
        yield
    finally:
        for thread in threads:
            ptrace(PTRACE_DETACH, thread)


class StuckLoopTest(unittest.TestCase):
    def test_a_loop_that_does_not_turn_fails_liveness_until_it_does(self):
        with Backend(answering()) as backend, Weir(backend.address, "workers=2") as weir:
            self.assertEqual(weir.ask_status("/livez").status, 200)
            with all_threads_held_but_the_first(weir.process):
                told = wait_until(lambda: (answer := weir.ask_status("/livez")).status == 503 and answer, "liveness to fail")
                self.assertRegex(told.body, rb"^loop [01] has not turned for [5-9] s\n$")
                self.assertEqual(weir.ask_status("/readyz").status, 503)
                self.assertGreaterEqual(weir.metrics()['weir_loop_stuck_seconds{loop="1"}'], 4)
            wait_until(lambda: weir.ask_status("/livez").status == 200, "liveness to return")
            wait_until(lambda: "loop 1 has not turned for 5 s\n" in weir.log_text(), "it to be said")
            wait_until(lambda: "loop 1 turns again\n" in weir.log_text(), "its end to be said")
            self.assertEqual(weir.get().status, 200)


class WatchdogTest(unittest.TestCase):
    def test_the_supervisor_hears_of_it_while_all_loops_turn_and_no_longer(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
            supervisor.bind(folder + "/notify")
            supervisor.settimeout(3)
            environment = ("env", f"NOTIFY_SOCKET={folder}/notify", "WATCHDOG_USEC=1500000")
            with Backend(answering()) as backend, Weir(backend.address, through=environment) as weir:
                heard = {supervisor.recv(4096) for _ in range(4)}
                self.assertEqual(heard, {b"READY=1", b"WATCHDOG=1"})
                with all_threads_held_but_the_first(weir.process):
                    wait_until(lambda: weir.ask_status("/livez").status == 503, "liveness to fail")
                    with self.assertRaises(TimeoutError):
                        while True:
                            supervisor.recv(4096)
                self.assertEqual(supervisor.recv(4096), b"WATCHDOG=1")

    def test_who_watches_another_process_hears_nothing(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
            supervisor.bind(folder + "/notify")
            supervisor.settimeout(1)
            environment = ("env", f"NOTIFY_SOCKET={folder}/notify", "WATCHDOG_USEC=300000", "WATCHDOG_PID=1")
            with Backend(answering()) as backend, Weir(backend.address, through=environment):
                self.assertEqual(supervisor.recv(4096), b"READY=1")
                with self.assertRaises(TimeoutError):
                    supervisor.recv(4096)


if __name__ == "__main__":
    main()
