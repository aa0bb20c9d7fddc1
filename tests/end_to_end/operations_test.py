"""Starting, watching, draining, and what is said when something is wrong."""

import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from house import DEADLINE, WEIR, Backend, Client, Weir, answering, main, origin, wait_until


def weir(*arguments, text=None):
    return subprocess.run([WEIR, *arguments], capture_output=True, text=True, input=text, timeout=DEADLINE)


def free_address():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return "127.0.0.1:%d" % listener.getsockname()[1]


def refuses(address):
    try:
        Client(address).close()
    except OSError:
        return True
    return False


class CommandLineTest(unittest.TestCase):
    def test_every_fault_of_a_file_is_named_with_its_place(self):
        done = weir("validate", "-c", "-", text="listen: :8080\nbackend: 127.0.0.1:9000\nlimitr: {}\nclient:\n  idle_timeout: 60\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn('limitr', done.stderr)
        self.assertIn('did you mean "limiter"?', done.stderr)
        self.assertRegex(done.stderr, r"stdin:5:17: client\.idle_timeout: ")
        self.assertIn("\nstdin: 2 faults", done.stderr)

    def test_an_input_that_cannot_be_read_is_said(self):
        with open("/dev/null", "wb") as nothing_to_read:
            done = subprocess.run([WEIR, "validate", "-c", "-"], capture_output=True, text=True, stdin=nothing_to_read,
                                  timeout=DEADLINE)
        self.assertEqual((done.returncode, done.stderr),
                         (1, "stdin: cannot be read: Bad file descriptor\nstdin: 1 fault\n"))

    def test_a_flag_for_one_value_that_is_given_twice_is_refused(self):
        done = weir("validate", "--listen", ":1", "--listen", ":2", "--backend", "a:1", "--backend", "b:1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--backend: ", done.stderr)
        self.assertEqual(weir("validate", "--listen", ":1", "--listen", ":2", "--backend", "a:1").returncode, 0)

    def test_a_list_is_set_by_giving_its_key_again(self):
        printed = weir("print-config", "--backend", "127.0.0.1:9000", "--set", "listen=:1", "--set", "listen=:2").stdout
        self.assertIn('":1"', printed)
        self.assertIn('":2"', printed)
        self.assertRegex(weir("run", "--help").stdout, r"again\s+for\s+the\s+next\s+of\s+a\s+list")

    def test_a_good_file_is_valid_and_prints_back(self):
        self.assertEqual(weir("validate", "-c", "config/example.yaml").returncode, 0)
        printed = weir("print-config", "--listen", ":8080", "--backend", "127.0.0.1:9000")
        self.assertEqual(printed.returncode, 0)
        self.assertEqual(weir("validate", "-c", "-", text=printed.stdout).returncode, 0)

    def test_help_and_version_say_what_it_is(self):
        self.assertIn("weir run --listen :8080 --backend 127.0.0.1:9000", weir("--help").stdout)
        self.assertRegex(weir("--version").stdout, r"weir \d+\.\d+\.\d+ .*\nllhttp \d+\.\d+\.\d+ \(strict\)")
        self.assertEqual(weir("--no-such-flag").returncode, 1)

    def test_the_doctor_names_what_is_wrong_with_a_hint(self):
        with Backend(answering()) as backend:
            good = weir("check", "--listen", "127.0.0.1:0", "--backend", backend.address, "--status", "off", "--admin", "off")
            self.assertIn(f"{backend.address} answers", good.stdout)
        bad = weir("check", "--listen", "127.0.0.1:0", "--backend", backend.address, "--status", "off", "--admin", "off")
        self.assertEqual(bad.returncode, 1)
        self.assertIn("connection refused", bad.stdout)
        self.assertIn("hint:", bad.stdout)

    def test_the_doctor_finds_what_would_keep_run_from_starting_and_changes_nothing(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as live, socket.socket(socket.AF_UNIX) as dead:
            live.bind(folder + "/live")
            live.listen()
            dead.bind(folder + "/stale")
            dead.close()
            with open(folder + "/plain", "w") as plain:
                plain.write("kept")
            flags = ("--backend", "127.0.0.1:9", "--status", f"unix:{folder}/live", "--admin", f"unix:{folder}/plain")
            cases = {f"{folder}/none/log": "no such file or directory", folder: "is a directory"}
            for path, complaint in cases.items():
                told = weir("check", "--listen", f"unix:{folder}/stale", *flags, "--set", f"access_log.path={path}").stdout
                self.assertRegex(told, rf"problem  status +unix:{folder}/live: another program listens there")
                self.assertRegex(told, rf"problem  admin +unix:{folder}/plain: a file stands there that is not a socket")
                self.assertRegex(told, rf"ok       listen +unix:{folder}/stale can be made")
                self.assertRegex(told, rf"problem  access_log +{path}: {complaint}")
            told = weir("check", "--listen", f"unix:{folder}/new", *flags, "--set", f"access_log.path={folder}/log").stdout
            self.assertRegex(told, rf"ok       access_log +{folder}/log can be written")
            self.assertEqual(sorted(os.listdir(folder)), ["live", "plain", "stale"])
            with open(folder + "/plain") as plain:
                self.assertEqual(plain.read(), "kept")

    def test_the_doctor_gives_the_hint_that_applies(self):
        with Backend(answering()) as backend:
            told = weir("check", "--listen", backend.address, "--backend", "127.0.0.1:9", "--status", "off").stdout
            self.assertIn("hint: another program, or a weir that runs, listens there (ss -ltnp shows which)\n", told)
            told = weir("check", "--listen", "192.0.2.1:0", "--backend", backend.address, "--status", "off").stdout
            self.assertIn("hint: no address of this host; :port is all of them\n", told)

    def test_too_few_open_files_are_said_and_end_the_start_with_1(self):
        flags = "--listen 127.0.0.1:0 --backend 127.0.0.1:9 --status off --admin off"
        for files in (8, 10, 12, 14, 16):
            with self.subTest(files):
                done = subprocess.run(["sh", "-c", f"ulimit -n {files}; exec {WEIR} run {flags}"], capture_output=True,
                                      text=True, timeout=DEADLINE)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertEqual(done.stderr, f"weir: the limit of {files} open files is too low, expected at least 32; "
                                 "raise LimitNOFILE or `ulimit -Hn`\n")

    def test_few_open_files_are_warned_of(self):
        with Backend(answering()) as backend:
            with Weir(backend.address, through=("sh", "-c", 'ulimit -n 100; exec "$@"', "sh")) as few:
                self.assertIn("limit of 100 open files leaves room for 1 client connection; raise", few.log_text())
                self.assertIn("at most 1 client connection (limit on open files)\n", few.log_text())

    def test_what_cannot_be_written_is_said_and_is_no_success(self):
        flags = ("--listen", ":8080", "--backend", "127.0.0.1:9000")
        for verb in (("validate", *flags), ("print-config", *flags), ("check", *flags), ("--help",), ("--version",), ()):
            with self.subTest(verb), open("/dev/full", "w") as full:
                done = subprocess.run([WEIR, *verb], stdout=full, stderr=subprocess.PIPE, text=True, timeout=DEADLINE)
                self.assertEqual(done.returncode, 1)
                self.assertEqual(done.stderr, "weir: cannot write to standard output: no space left on device\n")

    def test_who_reads_only_some_of_the_faults_ends_nothing(self):
        faults = "".join(f"key{i}: 1\n" for i in range(2000))
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "w") as gone:
            done = subprocess.run([WEIR, "validate", "-c", "-"], stdout=gone, stderr=gone, text=True, input=faults,
                                  timeout=DEADLINE)
        self.assertEqual(done.returncode, 1)

    def test_a_taken_port_is_said_and_ends_the_start_with_1(self):
        with Backend(answering()) as backend:
            done = weir("run", "--listen", backend.address, "--backend", "127.0.0.1:9", "--status", "off", "--admin", "off")
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"cannot listen on {backend.address}: address already in use", done.stderr)


class StatusTest(unittest.TestCase):
    def test_status_tells_and_admin_changes_by_post_only(self):
        with Backend(answering()) as backend, Weir(backend.address) as weir:
            self.assertEqual(weir.get().body, b"hello")
            for path in ("/livez", "/readyz", "/ping", "/", "/metrics", "/limits"):
                self.assertEqual(weir.ask_status(path).status, 200, path)
            self.assertEqual(weir.ask_status("/metrics", "POST").status, 405)
            self.assertEqual(weir.ask_status("/nowhere").status, 404)
            self.assertEqual(weir.metrics()['weir_requests_total{code_class="2xx",version="h1.1"}'], 1)
            limits = weir.limits()
            self.assertEqual(limits["algorithm"], "knee")
            self.assertGreaterEqual(limits["limit"], 1)
            self.assertIn(b"127.0.0.1", weir.ask_status("/config_dump", address=weir.admin).body)
            self.assertEqual(weir.ask_status("/drain", address=weir.admin).status, 405)
            self.assertEqual(weir.ask_status("/logging?level=warn", "POST", address=weir.admin).status, 200)
            self.assertEqual(weir.ask_status("/logging?level=loud", "POST", address=weir.admin).status, 400)

    def test_refusals_of_the_service_itself_are_served_and_counted(self):
        for statuses, counted in ((503, 1), (504, 0)):
            with self.subTest(statuses), Backend(answering("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")) as backend:
                with Weir(backend.address, f"backend.overload_statuses={statuses}") as weir:
                    self.assertEqual(weir.get().status, 503)
                    served = 'weir_endings_total{ending="served",exempt="false"}'
                    wait_until(lambda: weir.metrics()[served] == 1, "it to be counted")
                    self.assertEqual(weir.metrics()["weir_backend_overload_answers_total"], counted)

    def test_admin_drain_ends_the_process(self):
        with Backend(answering()) as backend, Weir(backend.address) as weir:
            self.assertIn(weir.ask_status("/drain", "POST", address=weir.admin).status, (200, 202))
            self.assertEqual(weir.process.wait(timeout=DEADLINE), 0)


class LogTest(unittest.TestCase):
    def test_a_failure_names_the_address_that_was_tried_and_how_often(self):
        nobody = free_address()
        with Weir(nobody) as weir:
            for _ in range(3):
                self.assertEqual(weir.get().status, 502)
            self.assertIn(f"backend_refused: {nobody}: connection refused\n", weir.log_text())
            weir.stop()
            self.assertIn(f"backend_refused: {nobody}: connection refused (2 times more)\n", weir.log_text())


class StandardDescriptorsTest(unittest.TestCase):
    def test_whoever_starts_it_without_input_or_output_can_end_it_in_order(self):
        for closed in ("<&-", ">&-", "<&- >&-"):
            with self.subTest(closed), Backend(answering()) as backend:
                with Weir(backend.address, through=("sh", "-c", f'exec "$@" {closed}', "sh")) as weir:
                    self.assertEqual(weir.get().body, b"hello")

    def test_nor_do_errors_need_a_place_to_go(self):
        status = free_address()
        command = [WEIR, "run", "--listen", "127.0.0.1:0", "--backend", "127.0.0.1:9", "--status", status, "--admin", "off"]
        process = subprocess.Popen(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command])
        wait_until(lambda: not refuses(status), "weir to listen")
        with Client(status) as client:
            client.send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
            self.assertEqual(client.response().status, 200)
        process.terminate()
        self.assertEqual(process.wait(timeout=DEADLINE), 0)


class DrainTest(unittest.TestCase):
    def test_what_is_open_finishes_and_readiness_fails_meanwhile(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number):
                self.drain_with_one_open(number)

    def drain_with_one_open(self, number):
        release = threading.Event()

        def serve(client):
            client.request()
            release.wait(20)
            client.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")

        with Backend(serve) as backend, Weir(backend.address) as weir, weir.connect() as client:
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            wait_until(lambda: weir.limits()["in_flight"] == 1, "the request to be in flight")
            weir.process.send_signal(number)
            wait_until(lambda: weir.ask_status("/readyz").status == 503, "readiness to fail")
            weir.process.send_signal(signal.SIGHUP)  # a terminal may say it twice
            wait_until(lambda: refuses(weir.address), "the door to close")
            release.set()
            answer = client.response()
            self.assertEqual((answer.status, answer.body, answer.get("Connection").lower()), (200, b"hello", "close"))
            self.assertEqual(weir.process.wait(timeout=DEADLINE), 0)

    def test_clients_that_keep_an_idle_connection_do_not_hold_it_up(self):
        with Backend(answering()) as backend, Weir(backend.address, "drain_seconds=1") as weir, \
                weir.connect() as client:
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            self.assertEqual(client.response().status, 200)
            weir.process.send_signal(signal.SIGTERM)
            self.assertEqual(weir.process.wait(timeout=DEADLINE), 0)
            self.assertNotIn("cutting", weir.log_text())

    def test_a_hangup_is_nothing_to_who_was_started_to_ignore_it(self):
        with Backend(answering()) as backend, Weir(backend.address, through=("nohup",)) as weir:
            weir.process.send_signal(signal.SIGHUP)
            time.sleep(0.2)
            self.assertEqual(weir.get().body, b"hello")
            self.assertNotIn("draining", weir.log_text())

    def test_a_hangup_while_it_reads_its_configuration_drains_it_when_it_stands(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkfifo(f"{folder}/weir.yaml")
            weir = subprocess.Popen([WEIR, "run", "-c", f"{folder}/weir.yaml"], stderr=subprocess.PIPE, text=True)
            with open(f"{folder}/weir.yaml", "w") as config:  # opened when weir has
                for number in (signal.SIGHUP, signal.SIGUSR1):
                    weir.send_signal(number)
                config.write("{listen: '127.0.0.1:0', backend: '127.0.0.1:9', status: off, admin: off}")
            said = weir.communicate(timeout=DEADLINE)[1]
        self.assertEqual(weir.returncode, 0, said)
        self.assertIn("drained", said)

    def test_whoever_rotates_or_hangs_up_while_it_ends_does_not_kill_it(self):
        with Weir("localhost:9") as weir:  # a name, for whose sake there are threads beside weir's own
            weir.process.send_signal(signal.SIGTERM)

            def ended():
                for number in (signal.SIGUSR1, signal.SIGHUP):
                    weir.process.send_signal(number)
                return weir.process.poll() is not None

            wait_until(ended, "weir to end")
            self.assertEqual(weir.process.returncode, 0)

    def test_a_second_signal_ends_it_now(self):
        with Backend(lambda client: (client.request(), time.sleep(20))) as backend:
            with Weir(backend.address, expect_exit=2) as weir, weir.connect() as client:
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                wait_until(lambda: weir.limits()["in_flight"] == 1, "the request to be in flight")
                weir.process.send_signal(signal.SIGINT)
                wait_until(lambda: "draining" in weir.log_text(), "the drain to begin")
                weir.process.send_signal(signal.SIGINT)
                self.assertEqual(weir.process.wait(timeout=2), 2)

    def test_a_signal_after_a_drain_that_was_asked_for_otherwise_is_no_second_one(self):
        def hang_up(weir):
            weir.process.send_signal(signal.SIGHUP)

        def ask(weir):
            weir.ask_status("/drain", "POST", address=weir.admin)

        def serve(client):
            client.request()
            time.sleep(1)
            client.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        for drain in (hang_up, ask):
            with self.subTest(drain=drain.__name__), Backend(serve) as backend, Weir(backend.address) as weir, \
                    weir.connect() as client:
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                wait_until(lambda: weir.limits()["in_flight"] == 1, "the request to be in flight")
                drain(weir)
                wait_until(lambda: "draining" in weir.log_text(), "the drain to begin")
                weir.process.send_signal(signal.SIGTERM)
                self.assertEqual(client.response().status, 200)
                self.assertEqual(weir.process.wait(timeout=DEADLINE), 0)

    def test_what_it_then_cuts_is_in_the_books(self):
        one_place = ("limiter.algorithm=fixed", "limiter.fixed.limit=1", "access_log.mode=all", "queue.max_wait=20s")
        with Backend(lambda client: (client.request(), time.sleep(20))) as backend:
            with Weir(backend.address, *one_place, expect_exit=2) as weir, weir.connect() as first, \
                    weir.connect() as second, weir.connect():
                first.send("GET /first HTTP/1.1\r\nHost: h\r\n\r\n")
                wait_until(lambda: weir.limits()["in_flight"] == 1, "the request to be in flight")
                second.send("GET /second HTTP/1.1\r\nHost: h\r\n\r\n")
                wait_until(lambda: weir.limits()["waiting"] == 1, "the other to wait")
                for _ in range(2):
                    weir.process.send_signal(signal.SIGTERM)
                    wait_until(lambda: "draining" in weir.log_text(), "the drain to begin")
                for answer in (first.response(), second.response()):
                    self.assertEqual((answer.status, answer.get("Connection")), (503, "close"))
                    self.assertRegex(answer.get("Retry-After"), "^[1-9][0-9]*$")
                self.assertEqual(weir.process.wait(timeout=DEADLINE), 2)
                lines = [json.loads(line) for line in weir.out_text().splitlines()]
                self.assertEqual({(line["path"], line["ending"], line["stage"]) for line in lines},
                                 {("/first", "shutdown", "forwarding"), ("/second", "shutdown", "waiting")})
                self.assertIn("told to end a second time: cutting 3 connections", weir.log_text())
                self.assertIn("ended: cut short 2 requests", weir.log_text())

    def test_what_it_then_cuts_does_not_look_complete(self):
        def serve(client):
            client.request()
            client.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n")
            time.sleep(20)

        with Backend(serve) as backend, Weir(backend.address, expect_exit=2) as weir, weir.connect() as client:
            client.send("GET / HTTP/1.0\r\n\r\n")
            client.head()
            weir.process.send_signal(signal.SIGINT)
            wait_until(lambda: "draining" in weir.log_text(), "the drain to begin")
            weir.process.send_signal(signal.SIGINT)
            self.assertTrue(client.ends_in_reset())
            self.assertEqual(weir.process.wait(timeout=DEADLINE), 2)

    def test_a_drain_that_has_no_time_but_nobody_to_cut_is_a_good_end(self):
        with Backend(answering()) as backend, Weir(backend.address, "drain_seconds=0") as weir:
            self.assertEqual(weir.get("/", "Connection: close\r\n").status, 200)
            wait_until(lambda: weir.metrics()['weir_connections{side="client"}'] == 0, "the client to be gone")
            weir.process.send_signal(signal.SIGTERM)
            self.assertEqual(weir.process.wait(timeout=DEADLINE), 0)

    def test_a_drain_whose_time_is_over_answers_what_it_cuts(self):
        with Backend(lambda client: (client.request(), time.sleep(20))) as backend:
            with Weir(backend.address, "drain_seconds=1", expect_exit=3) as weir, weir.connect() as client:
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                wait_until(lambda: weir.limits()["in_flight"] == 1, "the request to be in flight")
                weir.process.send_signal(signal.SIGTERM)
                self.assertEqual(client.response().status, 503)
                self.assertEqual(weir.process.wait(timeout=DEADLINE), 3)

    def test_no_request_is_lost_in_a_drain_under_load(self):
        answered, lost = [], []

        def ask_until_refused(address):
            while True:
                try:
                    client = Client(address)
                except OSError:
                    return  # the door is closed
                with client:
                    while True:
                        try:
                            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                            answer = client.response()
                        except (EOFError, OSError) as error:
                            lost.append(error)
                            return
                        answered.append(answer.status)
                        if answer.get("Connection") == "close":
                            break

        with origin("--workers", "20", "--service-time", "5ms") as address:
            for workers in (1, 4):
                with self.subTest(workers=workers), Weir(address, f"workers={workers}") as weir:
                    askers = [threading.Thread(target=ask_until_refused, args=(weir.address,)) for _ in range(16)]
                    for asker in askers:
                        asker.start()
                    time.sleep(1)
                    weir.process.send_signal(signal.SIGTERM)
                    self.assertEqual(weir.process.wait(timeout=DEADLINE), 0)
                    for asker in askers:
                        asker.join()
        self.assertEqual(lost, [])
        self.assertGreater(len(answered), 1000)
        self.assertEqual(set(answered), {200})


if __name__ == "__main__":
    main()
