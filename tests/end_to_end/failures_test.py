"""What goes wrong: clients that leave or stall, backends that die, are down or talk nonsense, and every bound."""

import contextlib
import json
import signal
import socket
import threading
import time
import unittest

from house import Backend, Client, Weir, answering, main, wait_until


def never_answering(arrived, gone):
    def serve(client):
        client.request()
        arrived.append(client)
        try:
            while True:
                client.more()
        except EOFError:
            gone.append(client)

    return serve


class ClientsThatLeaveTest(unittest.TestCase):
    def leave(self, how, *settings):
        arrived, gone = [], []
        with Backend(never_answering(arrived, gone)) as backend, Weir(backend.address, *settings) as weir:
            client = weir.connect()
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            wait_until(lambda: arrived, "the request to arrive")
            self.assertEqual(weir.limits()["in_flight"], 1)
            how(client)
            wait_until(lambda: gone, "the backend request to be cancelled")
            wait_until(lambda: weir.limits()["in_flight"] == 0, "the permit to come back")
            self.assertIn("client_left", "".join(weir.metrics()))
            client.close()

    def test_a_close_cancels_the_backend_request_and_gives_the_permit_back(self):
        self.leave(Client.close)

    def test_a_reset_does_too(self):
        self.leave(Client.reset)

    def test_a_half_close_does_too_by_default(self):
        self.leave(lambda client: client.socket.shutdown(socket.SHUT_WR))

    def test_a_half_close_is_answered_when_configured(self):
        def serve(client):
            client.request()
            time.sleep(0.2)
            client.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")

        with Backend(serve) as backend, Weir(backend.address, "client.half_close=serve") as weir:
            with weir.connect() as client:
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                client.socket.shutdown(socket.SHUT_WR)
                self.assertEqual(client.response().body, b"hello")

    def test_a_client_that_leaves_while_it_waits_is_never_sent_to_the_service(self):
        self.leave_while_it_waits("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n", Client.close)

    def leave_while_it_waits(self, said, leave):
        arrived, gone = [], []
        with Backend(never_answering(arrived, gone)) as backend, \
                Weir(backend.address, "limiter.algorithm=fixed", "limiter.fixed.limit=1", "queue.max_wait=20s") as weir:
            first, second = weir.connect(), weir.connect()
            first.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n")
            wait_until(lambda: arrived, "the first request to arrive")
            second.send(said)
            wait_until(lambda: weir.limits()["waiting"] == 1, "the second to wait")
            leave(second)
            wait_until(lambda: weir.limits()["waiting"] == 0, "the second to be forgotten")
            first.close()
            wait_until(lambda: weir.limits()["in_flight"] == 0, "the permit to come back")
            self.assertEqual(len(arrived), 1)
            second.close()

    def test_so_is_one_however_much_of_its_request_is_held_or_still_to_be_read(self):
        for size in (16383, 16384, 60000, 100000):
            head = f"POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: {size}\r\n\r\n"
            for leave in (Client.close, lambda client: client.socket.shutdown(socket.SHUT_WR)):
                with self.subTest(size=size):
                    self.leave_while_it_waits(head + "x" * size, leave)

    def test_and_one_that_sent_many_requests_ahead(self):
        self.leave_while_it_waits("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n" * 5000, Client.close)

    def test_what_is_held_of_a_half_closed_client_is_served_when_configured(self):
        release = threading.Event()

        def serve(client):
            while True:
                release.wait(20)
                client.send(f"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n{len(client.request().body):06}")

        with Backend(serve) as backend, Weir(backend.address, "limiter.algorithm=fixed", "limiter.fixed.limit=1",
                                             "queue.max_wait=20s", "client.half_close=serve") as weir:
            first, second = weir.connect(), weir.connect()
            first.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n")
            wait_until(lambda: weir.limits()["in_flight"] == 1, "the first request to arrive")
            second.send("POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n" + "x" * 200000)
            second.socket.shutdown(socket.SHUT_WR)
            wait_until(lambda: weir.limits()["waiting"] == 1, "the second to wait")
            time.sleep(0.1)
            release.set()
            self.assertEqual(second.response().body, b"200000")
            first.close()
            second.close()

    def test_one_that_leaves_as_its_turn_comes_is_not_sent_either_and_costs_no_connection(self):
        for leave in (Client.close, Client.reset):
            with self.subTest(leave=leave):
                self.leave_as_its_turn_comes(leave)

    def test_one_that_waits_is_not_sent_over_a_connection_whose_end_came_with_the_last_answer(self):
        connections, arrived = [], []

        def serve(connection):
            connections.append(connection)
            while True:
                arrived.append(connection.request().target)
                if arrived[-1] != "/1":
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        with Backend(serve) as backend, \
                Weir(backend.address, "workers=1", "limiter.algorithm=fixed", "limiter.fixed.limit=1",
                     "queue.max_wait=20s") as weir, weir.connect() as first, weir.connect() as second:
            first.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n")
            wait_until(lambda: arrived == ["/1"], "the first request to arrive")
            second.send("POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx")
            wait_until(lambda: weir.limits()["waiting"] == 1, "the second to wait")
            with weir.finding_at_once():
                connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                connections[0].socket.shutdown(socket.SHUT_WR)
            self.assertEqual([first.response().status, second.response().status], [200, 200])
            self.assertEqual(len(connections), 2)

    def leave_as_its_turn_comes(self, leave):
        connections, arrived = [], []

        def serve(connection):
            connections.append(connection)
            while True:
                arrived.append(connection.request().target)

        def answer():
            connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        with Backend(serve) as backend, \
                Weir(backend.address, "workers=1", "limiter.algorithm=fixed", "limiter.fixed.limit=1",
                     "queue.max_wait=20s") as weir, weir.connect() as first:
            second = weir.connect()
            first.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n")
            wait_until(lambda: arrived == ["/1"], "the first request to arrive")
            second.send("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n")
            wait_until(lambda: weir.limits()["waiting"] == 1, "the second to wait")
            with weir.finding_at_once():
                answer()
                leave(second)
            self.assertEqual(first.response().status, 200)
            wait_until(lambda: weir.limits()["in_flight"] == 0, "the permit to come back")
            first.send("GET /3 HTTP/1.1\r\nHost: h\r\n\r\n")
            wait_until(lambda: "/3" in arrived, "the third request to arrive")
            self.assertEqual(arrived, ["/1", "/3"])
            self.assertEqual(len(connections), 1)
            answer()
            self.assertEqual(first.response().status, 200)
            left = {where: count for where, count in weir.metrics().items() if where.startswith("weir_client_left")}
            self.assertEqual({where: count for where, count in left.items() if count > 0},
                             {'weir_client_left_total{stage="connecting",exempt="false"}': 1})

    def test_who_does_not_send_or_read_on_is_cut_off(self):
        settings = ("client.request_head_timeout=300ms", "client.body_stall_timeout=300ms", "client.idle_timeout=400ms")
        with Backend(answering()) as backend, Weir(backend.address, *settings) as weir:
            with weir.connect() as client:
                client.send("GET / HT")
                self.assertEqual(client.response().status, 408)
                self.assertTrue(client.closed())
            with weir.connect() as client:
                client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")
                self.assertEqual(client.response().status, 408)
                self.assertTrue(client.closed())
            with weir.connect() as client:
                began = time.monotonic()
                self.assertTrue(client.closed(5))
                self.assertGreater(time.monotonic() - began, 0.3)

    def test_who_has_sent_in_time_is_not_cut_off_though_it_is_heard_late(self):
        settings = ("client.request_head_timeout=200ms", "client.body_stall_timeout=200ms", "client.idle_timeout=200ms")
        sent = {"idle": ("", "GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
                "in a head": ("GET / HT", "TP/1.1\r\nHost: h\r\n\r\n"),
                "in a body": ("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n", "x" * 20000)}
        for where, (before, late) in sent.items():
            with self.subTest(where), Backend(answering()) as backend, Weir(backend.address, *settings) as weir, \
                    weir.connect() as client:
                client.send(before)
                with weir.finding_at_once():
                    client.send(late)
                    time.sleep(0.3)
                self.assertEqual(client.response().status, 200)

    def test_who_has_read_in_time_is_not_cut_off_though_it_is_noticed_late(self):
        size = 16 << 20

        def serve(client):
            client.request()
            client.send(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n" + "x" * size)

        with Backend(serve) as backend, Weir(backend.address, "client.body_stall_timeout=1s") as weir, \
                weir.connect() as client:
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            wait_until(lambda: weir.limits()["slow_readers"] == 1, "weir to wait for its client")
            with weir.finding_at_once():
                while client.readable(0.2):
                    client.more()
                time.sleep(1)
            self.assertEqual(len(client.response().body), size)


class BackendsThatFailTest(unittest.TestCase):
    def test_an_answer_that_came_in_time_is_passed_on_though_it_is_heard_late(self):
        settings = ("backend.response_head_timeout=200ms", "backend.body_stall_timeout=200ms")
        answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
        for before in (0, len(answer) - 2):
            asked, go_on = threading.Event(), threading.Event()

            def serve(client, before=before, asked=asked, go_on=go_on):
                client.request()
                client.send(answer[:before])
                asked.set()
                go_on.wait(20)
                client.send(answer[before:])
                client.more()

            with self.subTest(before=before), Backend(serve) as backend, Weir(backend.address, *settings) as weir, \
                    weir.connect() as client:
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                asked.wait(20)
                with weir.finding_at_once():
                    go_on.set()
                    time.sleep(0.3)
                response = client.response()
                self.assertEqual((response.status, response.body), (200, b"hello"))

    def test_a_backend_that_is_down_is_said_in_milliseconds_with_the_cause(self):
        with Backend(answering()) as backend:
            address = backend.address
        with Weir(address) as weir:
            began = time.monotonic()
            answer = weir.get()
            self.assertLess(time.monotonic() - began, 0.5)
            self.assertEqual(answer.status, 502)
            self.assertIn("error=connection_refused", answer.get("Proxy-Status"))
            wait_until(lambda: "connection refused" in weir.log_text(), "the cause to be logged")

    def test_a_pooled_connection_that_died_is_replaced_once_for_a_request_that_may_be_repeated(self):
        served = []

        def serve(client):
            served.append(client.request())
            client.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            served.append(client.request())  # read, then closed without an answer

        with Backend(serve) as backend, Weir(backend.address) as weir, weir.connect() as client:
            client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n")
            self.assertEqual(client.response().status, 200)
            client.send("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n")
            self.assertEqual(client.response().status, 200)
            self.assertEqual(backend.connections, 2)
            client.send("POST /3 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx")
            answer = client.response()
            self.assertEqual(answer.status, 502)
            self.assertIn("connection_terminated", answer.get("Proxy-Status"))
            self.assertEqual(backend.connections, 2)
            self.assertEqual([r.target for r in served], ["/1", "/2", "/2", "/3"])

    def test_a_pooled_connection_that_dies_as_a_request_comes_is_replaced_whatever_the_request_is(self):
        def die(connection, last_words):
            connection.send(last_words)
            connection.socket.shutdown(socket.SHUT_RDWR)

        fields = "HTTP/1.1\r\nHost: h\r\n"
        chunked = "3\r\nabc\r\n4\r\ndefg\r\n0\r\nX-Sum: 7\r\n\r\n"
        requests = {
            "GET": (f"GET /2 {fields}\r\n", b""),
            "POST": (f"POST /2 {fields}Content-Length: 3\r\n\r\nabc", b"abc"),
            "POST of nothing": (f"POST /2 {fields}Content-Length: 0\r\n\r\n", b""),
            "PUT": (f"PUT /2 {fields}Content-Length: 5000\r\n\r\n" + "x" * 5000, b"x" * 5000),
            "POST of so much that it is answered before other sockets are read":
                (f"POST /2 {fields}Content-Length: 20000\r\n\r\n" + "x" * 20000, b"x" * 20000),
            "POST in chunks": (f"POST /2 {fields}Transfer-Encoding: chunked\r\n\r\n{chunked}", b"abcdefg"),
        }
        timed_out = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        for what, (text, body) in requests.items():
            for last_words in ("", timed_out):
                with self.subTest(what=what, last_words=last_words):
                    self.replaces(text, body, lambda connection: die(connection, last_words))

    def replaces(self, text, body, die):
        connections, served = [], []

        def serve(connection):
            connections.append(connection)
            while True:
                served.append(connection.request())
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        with Backend(serve) as backend, Weir(backend.address, "workers=1") as weir, weir.connect() as client:
            client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n")
            self.assertEqual(client.response().status, 200)
            with weir.finding_at_once():
                client.send(text)
                die(connections[0])
            self.assertEqual(client.response().status, 200)
            self.assertEqual([(r.target, r.body) for r in served], [("/1", b""), ("/2", body)])

    def test_so_is_one_that_dies_behind_more_requests_than_are_read_before_the_first_is_written(self):
        connections = []

        def serve(connection):
            connections.append(connection)
            answering()(connection)

        with contextlib.ExitStack() as stack, Backend(serve) as backend, \
                Weir(backend.address, "workers=1", "limiter.algorithm=fixed", "limiter.fixed.limit=100") as weir:
            clients = [stack.enter_context(weir.connect()) for _ in range(40)]
            # One after the other, so that all use the same connection.
            for client in clients:
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                self.assertEqual(client.response().status, 200)
            self.assertEqual(len(connections), 1)
            with weir.finding_at_once():
                for client in clients:
                    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx")
                connections[0].socket.shutdown(socket.SHUT_RDWR)
            self.assertEqual({client.response().status for client in clients}, {200})

    def test_a_fresh_connection_that_dies_is_not_retried(self):
        with Backend(lambda client: client.request()) as backend, Weir(backend.address) as weir:
            self.assertEqual(weir.get().status, 502)
            self.assertEqual(backend.connections, 1)

    def test_nonsense_from_the_backend_is_502(self):
        for text in ("nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
                     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\nx",
                     "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"):
            with self.subTest(text), Backend(answering(text)) as backend, Weir(backend.address) as weir:
                answer = weir.get()
                self.assertEqual(answer.status, 502)
                self.assertIn("http_protocol_error", answer.get("Proxy-Status"))

    def test_a_response_that_breaks_off_cannot_be_taken_for_complete(self):
        for head in ("Content-Length: 100", "Transfer-Encoding: chunked"):
            def serve(client, head=head):
                client.request()
                client.send(f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n" + ("5\r\nhello\r\n" if "chunked" in head else "hello"))

            with self.subTest(head), Backend(serve) as backend, Weir(backend.address) as weir, weir.connect() as client:
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                with self.assertRaises(EOFError):
                    client.response()

    def test_what_breaks_off_ends_in_a_reset_where_only_a_close_would_end_it(self):
        def serve(client):
            client.request()
            client.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok")

        with Backend(serve) as backend, Weir(backend.address) as weir, weir.connect() as client:
            client.send("GET / HTTP/1.0\r\n\r\n")
            self.assertTrue(client.ends_in_reset())

    def test_who_gives_up_on_such_a_response_is_reset_too(self):
        def serve(client):
            client.request()
            client.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n")
            with contextlib.suppress(OSError):
                while True:
                    client.send("10000\r\n" + "x" * 65536 + "\r\n")

        with Backend(serve) as backend, Weir(backend.address, "client.body_stall_timeout=300ms") as weir:
            with self.subTest("does not read"), weir.connect() as client:
                client.send("GET / HTTP/1.0\r\n\r\n")
                stalled = 'weir_endings_total{ending="client_stalled",exempt="false"}'
                wait_until(lambda: weir.metrics().get(stalled) == 1, "the stall")
                self.assertTrue(client.ends_in_reset())
            with self.subTest("ends its side"), weir.connect() as client:
                client.send("GET / HTTP/1.0\r\n\r\n")
                client.head()
                client.socket.shutdown(socket.SHUT_WR)
                self.assertTrue(client.ends_in_reset())

    def test_a_response_that_is_complete_ends_in_a_close(self):
        complete = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
        with Backend(answering(complete)) as backend, Weir(backend.address) as weir, weir.connect() as client:
            client.send("GET / HTTP/1.0\r\n\r\n")
            self.assertFalse(client.ends_in_reset())
            self.assertTrue(client.held.endswith(b"\r\n\r\nok"))
        with Weir(backend.address) as weir, weir.connect() as client:  # nobody listens any more
            client.send("GET / HTTP/1.0\r\n\r\n")
            self.assertFalse(client.ends_in_reset())
            self.assertIn(b"connection refused", client.held)

    def test_a_service_that_does_not_answer_is_504_and_one_that_stops_is_cut(self):
        def serve(client):
            if client.request().target == "/head":
                time.sleep(2)
            client.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello")
            time.sleep(2)

        settings = ("backend.response_head_timeout=300ms", "backend.body_stall_timeout=300ms")
        with Backend(serve) as backend, Weir(backend.address, *settings) as weir:
            answer = weir.get("/head")
            self.assertEqual(answer.status, 504)
            self.assertIn("http_response_timeout", answer.get("Proxy-Status"))
            with weir.connect() as client:
                client.send("GET /body HTTP/1.1\r\nHost: h\r\n\r\n")
                with self.assertRaises(EOFError):
                    client.response()

    def test_a_connect_that_takes_too_long_is_503(self):
        listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        address = "127.0.0.1:%d" % listener.getsockname()[1]
        fillers = []
        for _ in range(4):  # the kernel then answers no further SYN
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
            fillers.append(filler)
        with Weir(address, "backend.connect_timeout=200ms") as weir:
            answer = weir.get()
            self.assertEqual(answer.status, 503)
            self.assertIn("connection_timeout", answer.get("Proxy-Status"))
            self.assertRegex(answer.get("Retry-After"), "^[1-9][0-9]*$")
        for filler in fillers:
            filler.close()
        listener.close()


class BoundsTest(unittest.TestCase):
    def test_a_head_request_that_is_refused_gets_no_body(self):
        with Backend(answering()) as backend, Weir(backend.address, "access_log.mode=all") as weir, \
                weir.connect() as client:
            client.send("HEAD / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")
            self.assertEqual(client.response(head_request=True).status, 400)
            self.assertEqual(client.until_close(), b"")
            line = json.loads(wait_until(weir.out_text, "the line"))
            self.assertEqual((line["method"], line["bytes_out"]), ("HEAD", 0))

    def test_each_bound_has_its_status(self):
        settings = ("client.max_body_size=1KiB", "client.max_fields=20", "client.max_head_size=8KiB",
                    "client.max_target_size=2KiB")
        cases = [
            ("GET / HTTP/1.1\r\nHost: h\r\n" + "".join(f"X-{i}: 1\r\n" for i in range(20)) + "\r\n", 431),
            ("GET / HTTP/1.1\r\nHost: h\r\nX-Long: " + "x" * 9000 + "\r\n\r\n", 431),
            ("GET /" + "x" * 3000 + " HTTP/1.1\r\nHost: h\r\n\r\n", 414),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1025\r\n\r\n", 413),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n401\r\n" + "x" * 1025 + "\r\n0\r\n\r\n", 413),
            ("GET / HTTP/1.1\r\nHost: h\r\nExpect: miracles\r\n\r\n", 417),
            ("GET / HTTP/3.0\r\nHost: h\r\n\r\n", 505),
        ]
        with Backend(lambda client: client.request()) as backend, Weir(backend.address, *settings) as weir:
            for text, status in cases:
                with self.subTest(status=status, text=text[:40]), weir.connect() as client:
                    client.send(text)
                    self.assertEqual(client.response().status, status)

    def test_what_is_refused_is_logged_as_far_as_it_could_be_read(self):
        cases = [
            ("FETCH /tea?x=%22 HTTP/1.1\r\nHost: h\r\n\r\n", 501, "FETCH", "/tea?x=%22", "h1.1", None),
            ("GET /tea HTTP/1.1\r\n\r\n", 400, "GET", "/tea", "h1.1", None),
            ("GET /tea HTTP/1.0\r\nHost: h\r\nHost: i\r\nX-Request-Id: 7\r\n\r\n", 400, "GET", "/tea", "h1.0", "7"),
            ("GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n", 400, None, None, None, None),
            ("GET / HTTP/3.0\r\nHost: h\r\n\r\n", 505, None, None, None, None),
        ]
        with Backend(answering()) as backend, \
                Weir(backend.address, "access_log.mode=errors", "limiter.algorithm=fixed",
                     "limiter.fixed.limit=7") as weir:
            bodies = []
            for text, status, *_ in cases:
                with weir.connect() as client:
                    client.send(text)
                    answer = client.response()
                    self.assertEqual(answer.status, status)
                    bodies.append(len(answer.body))
            lines = wait_until(lambda: weir.out_text().count("\n") >= len(cases) and weir.out_text(), "the access log")
            said = [json.loads(line) for line in lines.splitlines()]
            self.assertEqual([(s["status"], *map(s.get, ("method", "path", "version", "request_id"))) for s in said],
                             [tuple(read) for _, *read in cases])
            counted = weir.metrics()
            self.assertEqual([sum(value for name, value in counted.items() if f'version="{version}"' in name and
                                  name.startswith("weir_requests_total")) for version in ("h1.0", "h1.1", "unreadable")],
                             [1, 2, 2])
            self.assertEqual([s["bytes_out"] for s in said], bodies)
            self.assertEqual({s["limit"] for s in said}, {7})

    def test_nothing_ambiguous_is_forwarded(self):
        seen = []

        def serve(client):
            while True:
                seen.append(client.request())
                client.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        cases = [
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
            "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n",
            "GET / HTTP/1.1\nHost: h\n\n",
            "GET / HTTP/1.1\r\nHost : h\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n",
        ]
        with Backend(serve) as backend, Weir(backend.address) as weir:
            for text in cases:
                with self.subTest(text), weir.connect() as client:
                    client.send(text + "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n")
                    self.assertEqual(client.response().status, 400)
                    self.assertTrue(client.closed())
            self.assertEqual(seen, [])

    def test_more_clients_than_allowed_wait_at_the_door_and_none_is_lost(self):
        with Backend(answering()) as backend, Weir(backend.address, "client.max_connections=4") as weir:
            clients = [weir.connect() for _ in range(8)]
            for client in clients:
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            for client in clients[:4]:
                self.assertEqual(client.response().body, b"hello")
            self.assertEqual(weir.metrics()["weir_accept_paused"], 1)
            for client in clients[:4]:
                client.close()
            for client in clients[4:]:
                self.assertEqual(client.response().body, b"hello")
                client.close()


if __name__ == "__main__":
    main()
