"""What goes through: bodies, framings, interim answers, upgrades, and what each hop adds and removes."""

import hashlib
import os
import socket
import tempfile
import time
import unittest

from house import Backend, Weir, answering, main, sanitized, wait_until


class ForwardingTest(unittest.TestCase):
    def test_request_and_response_pass_through_and_both_connections_are_kept(self):
        seen = []

        def serve(client):
            while True:
                seen.append(client.request())
                client.send("HTTP/1.1 201 Made\r\nX-From: service\r\nContent-Length: 5\r\n\r\nhello")

        with Backend(serve) as backend, Weir(backend.address) as weir, weir.connect() as client:
            for _ in range(3):
                client.send("POST /a?b=c HTTP/1.1\r\nHost: weir.test\r\nX-To: service\r\nContent-Length: 3\r\n\r\nabc")
                answer = client.response()
                self.assertEqual((answer.status, answer.reason, answer.body), (201, "Made", b"hello"))
                self.assertEqual(answer.get("X-From"), "service")
            self.assertEqual(backend.connections, 1)
            self.assertEqual([(r.method, r.target, r.body, r.get("Host"), r.get("X-To")) for r in seen],
                             [("POST", "/a?b=c", b"abc", "weir.test", "service")] * 3)

    def test_pipelined_requests_are_answered_in_order(self):
        def serve(client):
            while True:
                target = client.request().target
                client.send(f"HTTP/1.1 200 OK\r\nContent-Length: {len(target)}\r\n\r\n{target}")

        with Backend(serve) as backend, Weir(backend.address) as weir, weir.connect() as client:
            client.send("".join(f"GET /{i} HTTP/1.1\r\nHost: h\r\n\r\n" for i in range(50)))
            self.assertEqual([client.response().body.decode() for _ in range(50)], [f"/{i}" for i in range(50)])

    def test_chunked_bodies_and_trailers_pass_in_both_directions(self):
        seen = []

        def serve(client):
            seen.append(client.request())
            client.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                        "3\r\nabc\r\n4;ext=1\r\ndefg\r\n0\r\nX-Sum: 7\r\n\r\n")

        with Backend(serve) as backend, Weir(backend.address) as weir, weir.connect() as client:
            client.send("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-End: yes\r\n\r\n")
            answer = client.response()
            self.assertEqual((answer.body, answer.trailers), (b"abcdefg", [("X-Sum", "7")]))
            self.assertEqual((seen[0].body, seen[0].trailers), (b"hello", [("X-End", "yes")]))

    def test_every_interim_answer_reaches_a_client_of_1_1_and_none_one_of_1_0(self):
        def serve(client):
            while True:
                client.request()
                client.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </b>\r\n\r\n"
                            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        with Backend(serve) as backend, Weir(backend.address) as weir:
            with weir.connect() as client:
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                answers = [client.response() for _ in range(3)]
                self.assertEqual([a.status for a in answers], [103, 103, 200])
                self.assertEqual([a.get("Link") for a in answers], ["</a>", "</b>", None])
            with weir.connect() as client:
                client.send("GET / HTTP/1.0\r\n\r\n")
                self.assertEqual(client.response().status, 200)
                self.assertTrue(client.closed())

    def test_100_continue_comes_from_the_service(self):
        def serve(client):
            _, fields = client.head()
            self.assertIn("100-continue", dict(fields).values())
            client.send("HTTP/1.1 100 Continue\r\n\r\n")
            body = client.exactly(4)
            client.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + body)

        with Backend(serve) as backend, Weir(backend.address) as weir, weir.connect() as client:
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
            self.assertEqual(client.response().status, 100)
            client.send("body")
            self.assertEqual(client.response().body, b"body")

    def test_head_204_and_304_have_no_body_and_the_connection_goes_on(self):
        def serve(client):
            while True:
                request = client.request()
                status = request.target[1:]
                length = "" if status == "204" else "Content-Length: 1000\r\n"
                client.send(f"HTTP/1.1 {status} X\r\n{length}\r\n")

        with Backend(serve) as backend, Weir(backend.address) as weir, weir.connect() as client:
            for method, status in (("HEAD", 200), ("GET", 204), ("GET", 304), ("HEAD", 200)):
                client.send(f"{method} /{status} HTTP/1.1\r\nHost: h\r\n\r\n")
                answer = client.response(head_request=True)
                self.assertEqual(answer.status, status)
                self.assertEqual(answer.get("Content-Length"), None if status == 204 else "1000")
            self.assertEqual(backend.connections, 1)

    def test_a_1_0_client_is_served_with_and_without_keep_alive(self):
        with Backend(answering()) as backend, Weir(backend.address) as weir:
            with weir.connect() as client:
                client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                answer = client.response()
                self.assertEqual((answer.body, answer.get("Connection").lower()), (b"hello", "keep-alive"))
                client.send("GET / HTTP/1.0\r\n\r\n")
                self.assertEqual(client.response().body, b"hello")
                self.assertTrue(client.closed())

    def test_absolute_form_and_asterisk_reach_the_service_in_its_own_form(self):
        seen = []

        def serve(client):
            while True:
                seen.append(client.request())
                client.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        with Backend(serve) as backend, Weir(backend.address) as weir, weir.connect() as client:
            client.send("GET http://weir.test/x?y HTTP/1.1\r\nHost: weir.test\r\n\r\n")
            client.response()
            client.send("OPTIONS * HTTP/1.1\r\nHost: weir.test\r\n\r\n")
            client.response()
            self.assertEqual([(r.method, r.target, r.get("Host")) for r in seen],
                             [("GET", "/x?y", "weir.test"), ("OPTIONS", "*", "weir.test")])

    def test_connect_is_refused_with_405(self):
        with Backend(answering()) as backend, Weir(backend.address) as weir, weir.connect() as client:
            client.send("CONNECT weir.test:443 HTTP/1.1\r\nHost: weir.test:443\r\n\r\n")
            self.assertEqual(client.response().status, 405)
            self.assertTrue(client.closed())
            self.assertEqual(backend.connections, 0)

    def test_fields_for_one_hop_are_removed_in_both_directions_and_weirs_own_are_set(self):
        seen = []

        def serve(client):
            seen.append(client.request())
            client.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: X-Hop, keep-alive\r\nX-Hop: 1\r\n"
                        "Keep-Alive: timeout=5\r\nX-End: 2\r\n\r\n")

        with Backend(serve) as backend, Weir(backend.address) as weir, weir.connect() as client:
            client.send("GET / HTTP/1.1\r\nHost: weir.test\r\nConnection: X-Mine, X-Forwarded-For\r\nX-Mine: 1\r\n"
                        "Keep-Alive: 1\r\nProxy-Connection: x\r\nTE: trailers, gzip\r\nX-Forwarded-For: 192.0.2.7\r\n"
                        "X-Kept: 3\r\n\r\n")
            answer = client.response()
            self.assertEqual([answer.get(n) for n in ("X-Hop", "Keep-Alive", "X-End")], [None, None, "2"])
            self.assertIn("weir", answer.get("Via"))
            request = seen[0]
            self.assertEqual([request.get(n) for n in ("X-Mine", "Keep-Alive", "Proxy-Connection", "X-Kept", "TE")],
                             [None, None, None, "3", "trailers"])
            self.assertEqual(request.get("X-Forwarded-For"), "192.0.2.7, 127.0.0.1")
            self.assertEqual(request.get("X-Forwarded-Proto"), "http")
            self.assertEqual(request.get("X-Forwarded-Host"), "weir.test")
            self.assertRegex(request.get("Via"), r"^1\.1 weir \([0-9a-f]{16}\)$")

    def test_what_comes_back_to_a_weir_through_another_is_508_and_a_second_weir_is_no_loop(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            address = "127.0.0.1:%d" % free.getsockname()[1]
        with Weir(address) as other, Weir(other.address, listen=address) as weir:
            for path in ("/", "/healthz"):
                self.assertEqual(weir.get(path).status, 508)
            for exempt in ("false", "true"):
                self.assertEqual(weir.metrics()['weir_endings_total{ending="loop",exempt="%s"}' % exempt], 1)
        with Backend(answering()) as backend, Weir(backend.address) as inner, Weir(inner.address) as outer:
            self.assertEqual(outer.get().status, 200)

    def test_an_upgraded_connection_echoes_like_a_websocket_and_holds_no_place(self):
        def serve(client):
            head, fields = client.head()
            self.assertEqual({n.lower(): v for n, v in fields}["upgrade"], "websocket")
            client.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nhi")
            while True:
                client.more()
                client.send(client.exactly(len(client.held)))

        with Backend(serve) as backend, Weir(backend.address) as weir:
            with weir.connect() as client:
                client.send("GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
                answer = client.response()
                self.assertEqual((answer.status, answer.get("Upgrade")), (101, "websocket"))
                self.assertEqual(client.exactly(2), b"hi")
                for _ in range(20):
                    frame = os.urandom(5000)
                    client.send(frame)
                    self.assertEqual(client.exactly(5000), frame)
                self.assertEqual([weir.limits()[key] for key in ("in_flight", "tunnels")], [0, 1])
                client.socket.shutdown(socket.SHUT_WR)
                self.assertTrue(client.closed())
            self.assertEqual([weir.limits()[key] for key in ("in_flight", "tunnels")], [0, 0])

    def test_an_early_answer_arrives_while_the_body_is_still_being_sent(self):
        def serve(client):
            client.head()
            client.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
            time.sleep(0.2)

        with Backend(serve) as backend, Weir(backend.address) as weir, weir.connect() as client:
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\npart")
            self.assertEqual(client.response().status, 403)

    def test_an_early_answer_without_a_body_says_that_the_connection_closes_when_too_much_is_still_to_come(self):
        def serve(client):
            client.head()
            client.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
            time.sleep(0.2)

        with Backend(serve) as backend, Weir(backend.address) as weir:
            for size, says in ((40000, None), (200000, "close")):
                with self.subTest(size=size), weir.connect() as client:
                    client.send(f"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {size}\r\n\r\n")
                    answer = client.response()
                    self.assertEqual((answer.status, answer.get("Connection")), (401, says))

    def test_large_bodies_arrive_whole_in_both_directions(self):
        size = 64 << 20

        def serve(client):
            _, fields = client.head()
            left, digest = int(dict(fields)["Content-Length"]), hashlib.sha256()
            while left:
                if not client.held:
                    client.more()
                digest.update(client.held)
                left -= len(client.held)
                client.held = b""
            block = os.urandom(1 << 20)
            answer = hashlib.sha256()
            client.send(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nX-Got: {digest.hexdigest()}\r\n"
                        f"X-Sends: {hashlib.sha256(block * (size >> 20)).hexdigest()}\r\n\r\n")
            for _ in range(size >> 20):
                client.send(block)
            client.more()

        with Backend(serve) as backend, Weir(backend.address) as weir, weir.connect() as client:
            block = os.urandom(1 << 20)
            client.send(f"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {size}\r\n\r\n")
            for _ in range(size >> 20):
                client.send(block)
            answer = client.response()
            self.assertEqual(answer.get("X-Got"), hashlib.sha256(block * (size >> 20)).hexdigest())
            self.assertEqual(answer.get("X-Sends"), hashlib.sha256(answer.body).hexdigest())

    def test_a_slow_reader_stops_the_fast_writer_and_costs_under_a_mebibyte(self):
        sent = [0]

        def serve(client):
            client.request()
            client.send(f"HTTP/1.1 200 OK\r\nContent-Length: {1 << 30}\r\n\r\n")
            block = bytes(1 << 18)
            for _ in range(1 << 12):
                client.send(block)
                sent[0] += len(block)

        with Backend(serve) as backend, Weir(backend.address) as weir:
            with weir.connect() as client:
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
                before = weir.resident_bytes()
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                client.head()
                most, taken = 0, 0
                end = time.monotonic() + 4
                while time.monotonic() < end:  # about 1 MiB/s
                    taken += len(client.socket.recv(1 << 16))
                    time.sleep(0.06)
                    most = max(most, weir.resident_bytes() - before)
                self.assertLess(most, (4 if sanitized() else 1) << 20)
                self.assertLess(sent[0] - taken, 24 << 20, "the writer was not stopped")

    def test_backends_and_listeners_may_be_unix_sockets_or_v6(self):
        with tempfile.TemporaryDirectory() as folder:
            path, door = folder + "/backend.sock", folder + "/weir.sock"
            with Backend(answering(), path=path) as backend, Weir(backend.address, listen="unix:" + door) as weir:
                self.assertEqual(weir.get().body, b"hello")
            self.assertFalse(os.path.exists(door))
        with Backend(answering(), family=socket.AF_INET6) as backend, Weir(backend.address, listen="[::1]:0") as weir:
            self.assertEqual(weir.get().body, b"hello")

    def test_a_name_is_resolved_and_unknown_ones_are_said(self):
        with Backend(answering()) as backend:
            port = backend.address.rsplit(":", 1)[1]
            with Weir("localhost:" + port) as weir:
                wait_until(lambda: weir.get().status == 200, "localhost to be resolved")
        with Weir("no-such-name.invalid:80") as weir:
            answer = weir.get()
            self.assertEqual(answer.status, 502)
            self.assertIn('error=dns_error; details="backend_unresolved"', answer.get("Proxy-Status"))


if __name__ == "__main__":
    main()
