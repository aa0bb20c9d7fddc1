"""What weir says of its limit while a world is played, once at the end of each of so many steps. Judges nothing."""

import http.client
import json

STEPS = 200  # as many as a simulated run is shown in
SEEN = ("limit", "in_flight", "waiting")
PATIENCE = 0.5  # seconds


class Watch:
    """For one run of so many seconds; without a port there is nobody to ask."""

    def __init__(self, port, seconds):
        self.port, self.step = port, seconds / STEPS
        self.lines = {key: [None] * STEPS for key in SEEN} if port else {}

    def due(self):
        """Seconds from the start of the next look; None when there is nothing to be seen any more."""
        return (self.taken + 1) * self.step if self.lines and self.taken < STEPS else None

    taken = 0  # steps that are over

    def look(self, since):
        """At so many seconds from the start; a step that was slept through stays unknown."""
        if self.due() is None or since < self.due():
            return
        self.taken = min(STEPS, int(since / self.step + 1e-9))
        for key, value in self.ask().items():
            self.lines[key][self.taken - 1] = value

    def ask(self):
        """What holds now; nothing when weir has better things to do."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", "/limits?history=0")
            said = json.loads(connection.getresponse().read())
            return {key: said[key] for key in SEEN}
        except (OSError, http.client.HTTPException, ValueError):
            return {}
        finally:
            connection.close()
