"""What weir makes of its host: a supervisor, threads that stand still, few descriptors, little memory."""

import contextlib
import ctypes
import os
import socket
import subprocess
import tempfile
import unittest

from house import DEADLINE, WEIR, Backend, Client, Weir, answering, main, wait_until

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


@contextlib.contextmanager
def memory_group(mebibytes):
    """A command that runs the one behind it in a control group with so much memory."""
    for mount, limit in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")):
        group = f"{mount}/weir-test-{os.getpid()}"
        try:
            os.mkdir(group)
        except OSError:
            continue
        try:
            with open(f"{group}/{limit}", "w") as file:
                file.write(str(mebibytes << 20))
            yield ("sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$@"', "sh")
            return
        except FileNotFoundError:
            continue
        finally:
            os.rmdir(group)
    raise unittest.SkipTest("no control group can be made here")


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

    def test_a_supervisor_may_have_all_the_patience_there_is(self):
        environment = ("env", f"WATCHDOG_USEC={2**63 - 1}")
        with Backend(answering()) as backend, Weir(backend.address, through=environment) as weir:
            self.assertEqual(weir.get().status, 200)

    def test_who_watches_another_process_hears_nothing(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
            supervisor.bind(folder + "/notify")
            supervisor.settimeout(1)
            environment = ("env", f"NOTIFY_SOCKET={folder}/notify", "WATCHDOG_USEC=300000", "WATCHDOG_PID=1")
            with Backend(answering()) as backend, Weir(backend.address, through=environment):
                self.assertEqual(supervisor.recv(4096), b"READY=1")
                with self.assertRaises(TimeoutError):
                    supervisor.recv(4096)


class ClientBoundTest(unittest.TestCase):
    def test_a_number_beyond_the_open_files_leaves_status_and_service_their_share(self):
        few = ("sh", "-c", 'ulimit -n 200; exec "$@"', "sh")
        with Backend(answering()) as backend, Weir(backend.address, "client.max_connections=1000", through=few) as weir:
            self.assertIn("client.max_connections is 1000, but the limit of 200 open files leaves room for 48 client "
                          "connections; no more are let in\n", weir.log_text())
            with contextlib.ExitStack() as crowd:
                clients = [crowd.enter_context(weir.connect()) for _ in range(190)]
                wait_until(lambda: weir.metrics()['weir_connections{side="client"}'] == 48, "the door to be full")
                for client in clients[:48]:
                    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                self.assertEqual({client.response().status for client in clients[:48]}, {200})
                self.assertEqual(weir.metrics()["weir_accept_paused"], 1)
                self.assertNotIn("too many open files", weir.log_text())

    def test_no_more_are_let_in_than_the_memory_holds_and_the_log_says_so(self):
        with memory_group(256) as enter, Backend(answering()) as backend:
            with Weir(backend.address, through=enter) as weir:
                self.assertIn("at most 1605 client connections (the memory limit of 256 MiB has room for 1605, "
                              "148 KiB each)\n", weir.log_text())
            with Weir(backend.address, "client.max_connections=2000", through=enter) as weir:
                self.assertIn("client.max_connections is 2000, but the memory limit of 256 MiB has room for 1605",
                              weir.log_text())
            told = subprocess.run([*enter, WEIR, "check", "--listen", "127.0.0.1:0", "--backend", backend.address,
                                   "--status", "off", "--admin", "off", "--set", "client.max_connections=2000"],
                                  capture_output=True, text=True, timeout=DEADLINE).stdout
            self.assertRegex(told, r"problem  memory +cgroup limit 256 MiB: room for 1605 client connections, 148 KiB "
                                   r"each, client.max_connections asks for 2000\n"
                                   r" +hint: raise the limit to at least 314 MiB, or lower the number")


def inheriting(listener, to="$$", count=1):
    """A command that passes the socket on to the one behind it as systemd does."""
    fd = listener.fileno()
    # A second copy right behind the first would be counted, too.
    only = f"{fd}<&-" if 3 < fd < 10 else ""
    return ("sh", "-c", f'LISTEN_PID={to} LISTEN_FDS={count}; export LISTEN_PID LISTEN_FDS; exec "$@" 3<&{fd} {only}', "sh")


class SocketActivationTest(unittest.TestCase):
    def test_a_restart_refuses_nobody_and_who_comes_between_is_served_by_the_next(self):
        with Backend(answering()) as backend, socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
            address = "127.0.0.1:%d" % listener.getsockname()[1]
            started = {"listen": address, "through": inheriting(listener), "pass_fds": (listener.fileno(),)}
            with Weir(backend.address, **started) as old:
                self.assertEqual(old.address, address)
                self.assertEqual(old.get().status, 200)
                old.stop()
                between = old.connect()
            with between, Weir(backend.address, **started) as new:
                between.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                self.assertEqual(between.response().status, 200)
                self.assertEqual(new.get().status, 200)

    def test_a_port_alone_is_the_same_to_both(self):
        with Backend(answering()) as backend, \
                socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listener:
            with Weir(backend.address, listen=":%d" % listener.getsockname()[1], through=inheriting(listener),
                      pass_fds=(listener.fileno(),)):
                with Client("127.0.0.1:%d" % listener.getsockname()[1]) as client:
                    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                    self.assertEqual(client.response().status, 200)

    def test_the_path_of_a_unix_socket_stays(self):
        with tempfile.TemporaryDirectory() as folder, Backend(answering()) as backend, socket.socket(socket.AF_UNIX) as listener:
            listener.bind(folder + "/door")
            listener.listen()
            with Weir(backend.address, listen=f"unix:{folder}/door", through=inheriting(listener),
                      pass_fds=(listener.fileno(),)) as weir:
                self.assertEqual(weir.get().status, 200)
            self.assertTrue(os.path.exists(folder + "/door"))

    def test_a_socket_that_listens_elsewhere_ends_the_start_with_1(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            where = "127.0.0.1:%d" % listener.getsockname()[1]
            flags = ("--listen", "127.0.0.1:0", "--backend", "127.0.0.1:9", "--status", "off", "--admin", "off")
            done = subprocess.run([*inheriting(listener), WEIR, "run", *flags], capture_output=True, text=True,
                                  timeout=DEADLINE, pass_fds=(listener.fileno(),))
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"the supervisor listens on {where} for weir, but `listen` does not name that address; make the two "
                          "the same\n", done.stderr)

    def test_a_count_beyond_what_was_passed_on_touches_nothing_of_its_own(self):
        for count in (30, 2**63 - 1):
            with self.subTest(count), Backend(answering()) as backend, socket.create_server(("127.0.0.1", 0)) as listener:
                with Weir(backend.address, listen="127.0.0.1:%d" % listener.getsockname()[1],
                          through=inheriting(listener, count=count), pass_fds=(listener.fileno(),)) as weir:
                    self.assertEqual(weir.get().status, 200)

    def test_what_was_passed_on_to_another_process_is_left_alone(self):
        with Backend(answering()) as backend, socket.create_server(("127.0.0.1", 0)) as listener:
            with Weir(backend.address, through=inheriting(listener, to="1"), pass_fds=(listener.fileno(),)) as weir:
                self.assertEqual(weir.get().status, 200)


if __name__ == "__main__":
    main()
