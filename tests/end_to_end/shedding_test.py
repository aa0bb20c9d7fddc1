"""What is turned away, how that is said, and that the backend never has more than the limit."""

import collections
import concurrent.futures
import json
import random
import socket
import threading
import time
import unittest

from house import Backend, Client, Weir, load, main, origin, wait_until


class Inside:
    """Counts who is in it; `most` is the most at once."""

    def __init__(self):
        self.now, self.most, self.lock = 0, 0, threading.Lock()

    def __enter__(self):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)

    def __exit__(self, *_):
        with self.lock:
            self.now -= 1


class SheddingTest(unittest.TestCase):
    def test_a_shed_says_when_to_come_back_and_why_and_keeps_the_connection(self):
        release, arrived = threading.Event(), []

        def serve(client):
            while True:
                arrived.append(client.request().target)
                release.wait(20)
                client.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")

        with Backend(serve) as backend, \
                Weir(backend.address, "limiter.algorithm=fixed", "limiter.fixed.limit=1", "queue.max_waiting=0",
                     "access_log.mode=errors") as weir:
            busy, other = weir.connect(), weir.connect()
            busy.send("GET /busy HTTP/1.1\r\nHost: h\r\n\r\n")
            wait_until(lambda: arrived, "the first request to arrive")
            for _ in range(3):
                other.send("POST /shed HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody")
                answer = other.response()
                self.assertEqual(answer.status, 503)
                self.assertRegex(answer.get("Retry-After"), "^[1-9][0-9]*$")
                self.assertLessEqual(int(answer.get("Retry-After")), 30)
                self.assertRegex(answer.get("Proxy-Status"), '^weir; error=proxy_internal_response; details="[a-z_]+"$')
                self.assertEqual(answer.get("Content-Type"), "application/problem+json")
                self.assertEqual(json.loads(answer.body)["status"], 503)
                self.assertLess(len(answer.body), 500)
            other.send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
            wait_until(lambda: "/healthz" in arrived, "the health check to pass by the limiter")
            release.set()
            self.assertEqual(other.response().body, b"hello")
            self.assertEqual(busy.response().body, b"hello")
            self.assertEqual(arrived, ["/busy", "/healthz"])
            busy.close()
            other.close()
            lines = wait_until(lambda: weir.out_text().count("\n") >= 3 and weir.out_text(), "the access log")
            shed = [json.loads(line) for line in lines.splitlines()]
            self.assertEqual([(s["ending"], s["status"], s["path"]) for s in shed], [("rejected", 503, "/shed")] * 3)
            self.assertTrue(all(s["reason"] and s["retry_after_seconds"] >= 1 for s in shed))

    def test_a_request_that_waits_is_served_when_its_turn_comes(self):
        inside = Inside()

        def serve(client):
            while True:
                client.request()
                with inside:
                    time.sleep(0.02)
                client.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")

        with Backend(serve) as backend, \
                Weir(backend.address, "limiter.algorithm=fixed", "limiter.fixed.limit=2", "queue.max_wait=20s",
                     "queue.max_waiting=100") as weir:
            clients = [weir.connect() for _ in range(20)]
            for client in clients:
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            self.assertEqual([client.response().body for client in clients], [b"hello"] * 20)
            self.assertEqual(inside.most, 2)
            for client in clients:
                client.close()

    def test_clients_that_are_slow_to_send_keep_nobody_out(self):
        def serve(client):
            while True:
                client.send(f"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{len(client.request().body)}")

        with Backend(serve) as backend, \
                Weir(backend.address, "limiter.algorithm=fixed", "limiter.fixed.limit=2", "queue.max_waiting=0") as weir:
            slow = [weir.connect() for _ in range(200)]
            for client in slow:
                client.send("POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo")
            quick = weir.connect()
            for _ in range(5):
                quick.send("POST /quick HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi")
                answer = quick.response()
                self.assertEqual((answer.status, answer.body), (200, b"2"))
            for client in slow:
                client.send("dy")
                answer = client.response()
                self.assertEqual((answer.status, answer.body), (200, b"4"))
                client.close()
            quick.close()

    def test_long_uploads_that_are_slow_keep_nobody_out_and_return_to_a_place_when_they_are_whole(self):
        inside = Inside()

        def serve(client):
            while True:
                length = len(client.request().body)
                with inside:
                    time.sleep(0.005)
                client.send(f"HTTP/1.1 200 OK\r\nContent-Length: {len(str(length))}\r\n\r\n{length}")

        with Backend(serve) as backend, \
                Weir(backend.address, "limiter.algorithm=fixed", "limiter.fixed.limit=2", "queue.max_waiting=0") as weir:
            uploads = []
            for i in range(20):
                client = weir.connect()
                length = "Transfer-Encoding: chunked" if i % 2 else "Content-Length: 20000"
                client.send(f"POST /slow HTTP/1.1\r\nHost: h\r\n{length}\r\n\r\n")
                client.send("4\r\nbody\r\n" if i % 2 else "x" * 19999)
                uploads.append(client)
                wait_until(lambda: weir.limits()["stepped_aside"] == i + 1, "the upload to step aside")
            quick = weir.connect()
            for _ in range(5):
                quick.send("POST /quick HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi")
                self.assertEqual(quick.response().body, b"2")
            for i, client in enumerate(uploads):
                client.send("0\r\n\r\n" if i % 2 else "x")
            for i, client in enumerate(uploads):
                answer = client.response()
                self.assertEqual((answer.status, answer.body), (200, b"4" if i % 2 else b"20000"))
                client.close()
            quick.close()
            self.assertEqual((weir.limits()["in_flight"], weir.limits()["stepped_aside"]), (0, 0))
            self.assertEqual(inside.most, 2)

    def test_uploads_keep_their_places_while_the_service_works_on_them(self):
        inside = Inside()

        def serve(client):
            while True:
                client.request()
                with inside:
                    time.sleep(0.05)
                client.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        with Backend(serve) as backend, \
                Weir(backend.address, "limiter.algorithm=fixed", "limiter.fixed.limit=2") as weir:
            uploads = [weir.connect() for _ in range(6)]
            for i, client in enumerate(uploads):
                head, body = [("Content-Length: 40000", "x" * 40000),
                              ("Transfer-Encoding: chunked", "4\r\nbody\r\n0\r\n\r\n")][i % 2]
                client.send(f"POST / HTTP/1.1\r\nHost: h\r\n{head}\r\n\r\n{body}")
            for client in uploads:
                self.assertEqual(client.response().status, 200)
                client.close()
            self.assertEqual(inside.most, 2)

    def test_callers_who_reset_while_they_wait_and_are_displaced_do_no_harm(self):
        answers, lock = collections.Counter(), threading.Lock()

        def call(weir, seed, until):
            chance = random.Random(seed)
            while time.monotonic() < until:
                with weir.connect() as client:
                    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                    if chance.random() < 0.5:
                        time.sleep(chance.random() * 0.02)
                        client.reset()
                        continue
                    status = client.response().status
                    with lock:
                        answers[status] += 1

        with origin("--workers", "4", "--service-time", "10ms", "--distribution", "exponential") as address, \
                Weir(address) as weir:
            until = time.monotonic() + 4
            callers = [threading.Thread(target=call, args=(weir, seed, until)) for seed in range(40)]
            for caller in callers:
                caller.start()
            for caller in callers:
                caller.join()
            self.assertGreater(answers[200], 100)
            self.assertGreater(answers[503], 100)
            self.assertEqual(set(answers), {200, 503})
            wait_until(lambda: weir.limits()["in_flight"] == weir.limits()["waiting"] == 0, "all to be over")

    def test_a_client_that_does_not_read_keeps_nobody_out(self):
        def serve(client):
            while True:
                large = client.request().target == "/large"
                body = bytes(8 << 20) if large else b"hello"
                client.send(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n")
                client.send(body)

        with Backend(serve) as backend, \
                Weir(backend.address, "limiter.algorithm=fixed", "limiter.fixed.limit=1", "queue.max_wait=10s") as weir:
            with weir.connect() as reader:
                reader.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
                reader.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n")
                self.assertIn("200", reader.head()[0])
                for _ in range(3):
                    self.assertEqual(weir.get().body, b"hello")
                left = 8 << 20
                while left > 0:
                    left -= len(reader.exactly(min(left, 1 << 20)))
                reader.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                self.assertEqual(reader.response().body, b"hello")
            self.assertEqual(weir.limits()["in_flight"], 0)

    def test_the_backend_never_has_more_than_the_limit_with_four_workers(self):
        for settings, most in ((("limiter.algorithm=fixed", "limiter.fixed.limit=4"), 4),
                               (("limiter.algorithm=knee", "limiter.max=8"), 8),
                               (("limiter.algorithm=aimd", "limiter.max=12"), 12)):
            # Wide enough to show any request that should not be there.
            with self.subTest(settings), origin("--workers", "1000", "--service-time", "20ms") as address, \
                    Weir(address, "workers=4", *settings) as weir:
                report = load(weir.address, "--rate", "1500", "--duration", "3s", "--connections", "200")
                self.assertEqual(report["totals"]["errors"], 0)
                self.assertGreater(report["totals"]["shed"], 100)
                with Client(address) as client:
                    client.send("GET /stats HTTP/1.1\r\nHost: h\r\n\r\n")
                    stats = json.loads(client.response().body)
                self.assertLessEqual(stats["max_in_service"], most)
                self.assertEqual(stats["served"], report["totals"]["ok"])

    def test_who_matters_most_is_let_in_while_the_rest_is_shed(self):
        with origin("--workers", "10", "--service-time", "10ms") as address, \
                Weir(address, "priorities=normal", "priorities=batch when header x-priority=batch",
                     "access_log.mode=errors") as weir:
            batch = []
            flood = threading.Thread(target=lambda: batch.append(
                load(weir.address, "--rate", "3000", "--duration", "6s", "--header", "X-Priority: batch")))
            flood.start()
            time.sleep(2)
            hurried = load(weir.address, "--rate", "400", "--duration", "3s")["totals"]
            flood.join()
            self.assertEqual(hurried["shed"], 0)
            self.assertEqual(hurried["ok"], hurried["due"])
            self.assertGreater(batch[0]["totals"]["shed"], 5000)
            self.assertGreater(batch[0]["totals"]["ok"], 1000, "the rest of the capacity is the batch's")
            metrics = weir.metrics()
            self.assertEqual(metrics['weir_priority_rejected_total{priority="normal"}'], 0)
            self.assertEqual(metrics['weir_priority_rejected_total{priority="batch"}'], batch[0]["totals"]["shed"])
            line = json.loads(weir.out_text().splitlines()[0])
            self.assertEqual((line["ending"], line["priority"]), ("rejected", "batch"))

    def test_a_greedy_tenant_is_shed_and_its_neighbours_are_not(self):
        with origin("--workers", "10", "--service-time", "10ms") as address, \
                Weir(address, "partition_by=header x-tenant", "access_log.mode=errors", "workers=2") as weir:
            greedy = []
            flood = threading.Thread(target=lambda: greedy.append(
                load(weir.address, "--rate", "3000", "--duration", "7s", "--header", "X-Tenant: greedy")))
            flood.start()
            time.sleep(3)
            modest = load(weir.address, "--rate", "200", "--duration", "3s", "--header", "X-Tenant: acme")["totals"]
            told = json.loads(weir.ask_status("/limits").body)["partitions"]
            flood.join()
            self.assertLess(modest["shed"], 0.05 * modest["due"], "without shares two thirds would be")
            self.assertGreater(greedy[0]["totals"]["ok"], 3000, "what nobody else wants is the greedy one's")
            self.assertEqual([each["partition"] for each in told["busiest"]], ["greedy", "acme"])
            self.assertEqual([each["over_share"] for each in told["busiest"]], [True, False])
            over_share = weir.metrics()['weir_rejected_total{reason="over_share",mode="enforced"}']
            self.assertGreater(over_share, 0.9 * greedy[0]["totals"]["shed"])
            self.assertIn(("greedy", "over_share"), {(line["partition"], line.get("reason")) for line in
                                                     map(json.loads, weir.out_text().splitlines())})

    def test_a_dry_run_counts_and_sheds_nothing(self):
        with origin("--workers", "50", "--service-time", "5ms") as address, \
                Weir(address, "limiter.algorithm=fixed", "limiter.fixed.limit=1", "queue.max_waiting=0",
                     "limiter.dry_run=true") as weir:
            report = load(weir.address, "--rate", "1000", "--duration", "2s", "--connections", "64")
            self.assertEqual(report["totals"]["shed"], 0)
            would = sum(v for k, v in weir.metrics().items()
                        if k.startswith("weir_rejected_total") and 'mode="dry_run"' in k)
            self.assertGreater(would, 100)

    def test_a_dry_run_says_what_a_limit_would_shed(self):
        def share_shed(service, light, heavy, limit, dry_run):
            """Of the heavy load, after a light one, from which it is known what a request takes."""
            def shed():
                return sum(v for k, v in weir.metrics().items() if k.startswith("weir_rejected_total"))
            with origin(*service) as address, \
                    Weir(address, "limiter.algorithm=fixed", f"limiter.fixed.limit={limit}",
                         f"limiter.dry_run={'true' if dry_run else 'false'}") as weir:
                load(weir.address, "--rate", light, "--duration", "3s")
                before = shed()
                due = load(weir.address, "--rate", heavy, "--duration", "8s", "--connections", "2000")["totals"]["due"]
                return (shed() - before) / due

        all_at_once = (("--workers", "1000", "--service-time", "500ms"), "1", "16", 1)
        pool = (("--workers", "4", "--service-time", "20ms"), "60", "300", 4)
        with concurrent.futures.ThreadPoolExecutor() as pools:
            runs = {(case, dry_run): pools.submit(share_shed, *case, dry_run)
                    for case in (all_at_once, pool) for dry_run in (False, True)}
        for case in (all_at_once, pool):
            enforced, dry = runs[case, False].result(), runs[case, True].result()
            self.assertGreater(enforced, 0.2)
            self.assertAlmostEqual(dry, enforced, delta=0.1, msg=str(case))


if __name__ == "__main__":
    main()
