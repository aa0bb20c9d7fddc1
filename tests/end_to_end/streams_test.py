"""Streams of events: they may be silent for as long as they like, take nobody's place, and who closes one has not left
without an answer."""

import json
import signal
import threading
import time
import unittest

from house import DEADLINE, Backend, Weir, main, wait_until

HEAD = "HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
EVENT = "9\r\ndata: 1\n\n\r\n"
THREE_PLACES = ("limiter.algorithm=fixed", "limiter.fixed.limit=3", "queue.max_waiting=0", "backend.body_stall_timeout=1s",
                "access_log.mode=all")


class EventStreamsTest(unittest.TestCase):
    def serving(self):
        """A service with streams that are silent until `event` is set, and word of those that were given up."""
        event, given_up = threading.Event(), []

        def serve(client):
            while True:
                if client.request().target not in ("/events", "/healthz"):
                    client.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
                    continue
                client.send(HEAD)
                while not event.is_set():
                    client.socket.settimeout(0.05)
                    try:
                        client.more()
                    except TimeoutError:
                        pass
                    except EOFError:
                        given_up.append(client)
                        return
                client.socket.settimeout(DEADLINE)
                client.send(EVENT + "0\r\n\r\n")

        return event, given_up, Backend(serve)

    def open(self, weir, path="/events"):
        client = weir.connect()
        client.send(f"GET {path} HTTP/1.1\r\nHost: h\r\nX-Tenant: dashboards\r\n\r\n")
        first, fields = client.head()
        self.assertEqual((first, dict(fields).get("Transfer-Encoding")), ("HTTP/1.1 200 OK", "chunked"))
        return client

    def test_ten_that_are_silent_keep_nobody_out_of_three_places_and_are_not_cut(self):
        for more in ((), ("limiter.dry_run=true",), ("partition_by=header x-tenant",)):
            event, given_up, service = self.serving()
            with self.subTest(settings=more), service as backend, Weir(backend.address, *THREE_PLACES, *more) as weir:
                streams = [self.open(weir) for _ in range(10)]
                exempt = self.open(weir, "/healthz")
                ordinary, end = 0, time.monotonic() + 2.5
                while time.monotonic() < end:
                    self.assertEqual(weir.get("/", "X-Tenant: dashboards\r\n").status, 200)
                    ordinary += 1
                    time.sleep(0.02)
                limits = weir.limits()
                self.assertEqual([limits[key] for key in ("in_flight", "event_streams", "exempt_in_flight")], [0, 11, 0])
                self.assertEqual(given_up, [])
                streams.pop().close()
                wait_until(lambda: given_up, "the service to hear that one has left")
                event.set()
                for stream in (*streams, exempt):
                    self.assertEqual(stream.chunked(), (b"data: 1\n\n", []))
                    stream.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                    self.assertEqual(stream.response().body, b"hello")
                    stream.close()
                metrics = weir.metrics()
                endings = {key: value for key, value in metrics.items() if key.startswith("weir_endings_total") and value}
                self.assertEqual(endings, {'weir_endings_total{ending="served",exempt="false"}': ordinary + 10,
                                           'weir_endings_total{ending="streamed",exempt="false"}': 10,
                                           'weir_endings_total{ending="streamed",exempt="true"}': 1})
                for none in ("weir_rejected_total", "weir_client_left_total", "weir_event_streams"):
                    self.assertEqual([key for key in metrics if key.startswith(none) and metrics[key]], [])
                self.assertEqual(metrics["weir_request_duration_seconds_count"], ordinary + 10)
                self.assertEqual(metrics['weir_request_duration_seconds_bucket{le="2"}'], ordinary + 10)
                lines = wait_until(lambda: weir.out_text().count("\n") >= ordinary + 21 and weir.out_text(), "the access log")
                told = [(line["ending"], line["status"]) for line in map(json.loads, lines.splitlines())
                        if line["path"] == "/events"]
                self.assertEqual(sorted(told), [("streamed", 200)] * 10)

    def test_one_that_is_open_is_waited_for_when_weir_drains(self):
        event, _, service = self.serving()
        with service as backend, Weir(backend.address) as weir:
            stream = self.open(weir)
            weir.process.send_signal(signal.SIGTERM)
            wait_until(lambda: "draining" in weir.log_text(), "the drain to begin")
            time.sleep(0.3)
            self.assertIsNone(weir.process.poll())
            event.set()
            self.assertEqual(stream.chunked(), (b"data: 1\n\n", []))
            self.assertEqual(weir.process.wait(timeout=DEADLINE), 0)
            stream.close()

    def test_one_that_its_client_does_not_read_is_cut(self):
        def serve(client):
            client.request()
            client.send(HEAD)
            while True:
                client.send(EVENT * 10000)

        with Backend(serve) as backend, Weir(backend.address, "client.body_stall_timeout=300ms") as weir:
            stream = self.open(weir)
            stalled = 'weir_endings_total{ending="client_stalled",exempt="false"}'
            wait_until(lambda: weir.metrics().get(stalled) == 1, "the stall")
            self.assertFalse(stream.until_close().endswith(b"0\r\n\r\n"))
            stream.close()


if __name__ == "__main__":
    main()
