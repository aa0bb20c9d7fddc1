"""The access log as an operator has it: a file that is moved, a reader that is slow, and a change at three in the morning."""

import json
import os
import signal
import tempfile
import unittest

from house import Backend, Weir, answering, main, wait_until

ONE_PLACE = ("limiter.algorithm=fixed", "limiter.fixed.limit=1", "queue.max_waiting=0", "workers=2")


def lines_of(path):
    with open(path) as log:
        return [json.loads(line) for line in log]


class AccessLogTest(unittest.TestCase):
    def test_lines_of_the_access_log_that_nobody_takes_are_counted_at_the_end(self):
        with tempfile.TemporaryDirectory() as folder, Backend(answering()) as backend:
            os.mkfifo(folder + "/log")
            reader = os.open(folder + "/log", os.O_RDONLY | os.O_NONBLOCK)
            with Weir(backend.address, "access_log.mode=all", f"access_log.path={folder}/log") as weir:
                for _ in range(30):
                    weir.get("/" + "x" * 8000)
                weir.stop()
                written = os.read(reader, 1 << 20).count(b"\n")
                self.assertIn(f"the access log has lost {30 - written} lines\n", weir.log_text())
                self.assertNotIn("cannot write", weir.log_text())
            os.close(reader)

    def test_a_reopened_access_log_is_said(self):
        with tempfile.TemporaryDirectory() as folder, Backend(answering()) as backend:
            with Weir(backend.address, "access_log.mode=all", f"access_log.path={folder}/log") as weir:
                os.rename(folder + "/log", folder + "/log.1")
                weir.process.send_signal(signal.SIGUSR1)
                wait_until(lambda: f"reopened the access log {folder}/log\n" in weir.log_text(), "it to be said")
                self.assertTrue(os.path.exists(folder + "/log"))


class ChangeTest(unittest.TestCase):
    def test_sheds_are_written_down_from_when_somebody_asks_and_until_he_has_seen_enough(self):
        with tempfile.TemporaryDirectory() as folder, Backend(answering_never) as backend, \
                Weir(backend.address, f"access_log.path={folder}/log", *ONE_PLACE) as weir, weir.connect() as inside:
            inside.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
            wait_until(lambda: weir.limits()["in_flight"] == 1, "the place to be taken")
            self.assertEqual(weir.get("/before").status, 503)
            self.assertFalse(os.path.exists(folder + "/log"))
            self.assertEqual(told(weir, "mode=errors"), (200, "mode errors\n"))
            for _ in range(8):
                self.assertEqual(weir.get("/seen").status, 503)
            lines = wait_until(lambda: len(lines_of(folder + "/log")) == 8 and lines_of(folder + "/log"), "the lines")
            self.assertEqual({(line["path"], line["reason"]) for line in lines}, {("/seen", "limit")})
            self.assertEqual(told(weir, "mode=off"), (200, "mode off\n"))
            self.assertEqual(weir.get("/after").status, 503)
            inside.close()
            weir.stop()
            self.assertEqual(len(lines_of(folder + "/log")), 8)

    def test_what_is_in_force_is_shown_beside_what_is_configured(self):
        with Backend(answering()) as backend, Weir(backend.address) as weir:
            told(weir, "mode=all&for_seconds=300")
            said = r"access_log\.mode: all for 300 s \(was off\), told by (127\.0\.0\.1:\d+)\n"
            teller = wait_until(lambda: weir.find(said), "it to be said")
            shown = json.loads(weir.ask_status("/access_log", address=weir.admin).body)
            self.assertEqual((shown["mode"], shown["configured_mode"], shown["path"]), ("all", "off", "stdout"))
            self.assertIn(shown["seconds_left"], range(200, 301))
            dump = weir.ask_status("/config_dump", address=weir.admin).body.decode()
            self.assertIn(f"\n  mode: all  # POST /access_log by {teller}\n", dump)
            weir.get("/seen")
            self.assertEqual(json.loads(wait_until(weir.out_text, "the line"))["path"], "/seen")

    def test_a_change_for_a_while_ends_by_itself(self):
        with Backend(answering()) as backend, Weir(backend.address, "access_log.mode=errors") as weir:
            self.assertEqual(told(weir, "mode=all&for_seconds=1"), (200, "mode all for 1 s, then errors\n"))
            wait_until(lambda: "access_log.mode: errors again, as configured\n" in weir.log_text(), "its end")
            self.assertIn(b"mode: errors  # flag --set", weir.ask_status("/config_dump", address=weir.admin).body)

    def test_a_log_that_was_switched_on_follows_a_file_that_was_moved(self):
        with tempfile.TemporaryDirectory() as folder, Backend(answering()) as backend, \
                Weir(backend.address, f"access_log.path={folder}/log") as weir:
            told(weir, "mode=all")
            os.rename(folder + "/log", folder + "/log.1")
            weir.process.send_signal(signal.SIGUSR1)
            wait_until(lambda: "reopened" in weir.log_text(), "it to be reopened")
            weir.get("/after")
            wait_until(lambda: [line["path"] for line in lines_of(folder + "/log")] == ["/after"], "the line")

    def test_what_cannot_be_is_said_and_changes_nothing(self):
        with Backend(answering()) as backend, Weir(backend.address, "access_log.path=/no/such/place/log") as weir:
            self.assertEqual(told(weir, "mode=loud"), (400, 'mode is "loud", expected off, errors or all\n'))
            self.assertEqual(
                told(weir, "mode=all"),
                (500, "cannot open the access log /no/such/place/log: No such file or directory\n"))
            self.assertEqual(json.loads(weir.ask_status("/access_log", address=weir.admin).body)["mode"], "off")
            self.assertEqual(weir.get().body, b"hello")


def told(weir, query):
    """Asks for a change; status and text of the answer."""
    answer = weir.ask_status("/access_log?" + query, "POST", address=weir.admin)
    return answer.status, answer.body.decode()


def answering_never(client):
    client.request()
    client.until_close()


if __name__ == "__main__":
    main()
