"""Runs over time, simulated and real side by side, in the page that weir-sim writes. Draws and measures nothing."""

import html
import json
import re

import page

DATA = re.compile(r'(<script type="application/json" id="data">)(.*?)(</script>)', re.DOTALL)
# Tables of ours under the charts, in the colours of that page.
STYLE = ("<style>.tables{--grid:var(--line);--soft:var(--dim);--weir:#0f766e;--floor:#b6bec8;--other:#7c8794}"
         + page.TABLE_STYLE + "</style>")


class Curves:
    """Of all that is played; what has not been played has no lines."""

    def __init__(self, limiters):
        self.limiters, self.scenarios, self.around = limiters, {}, None

    def add(self, place, limiter, simulated_page, real):
        """One limiter in one world, `place`: the page of the simulated run, and of the real one scores and lines."""
        scenario_name, world_name = place
        before, data, after = data_of(simulated_page)
        self.around = before, after
        (scenario,) = data["scenarios"]
        (world,) = scenario["worlds"]
        (cell,) = world["cells"]
        one = self.scenarios.setdefault(scenario_name, {**scenario, "worlds": {}})
        there = one["worlds"].setdefault(world_name, {**world, "cells": {}})
        there["cells"][limiter] = {**cell, "real": real}

    def in_order(self, world):
        """A world with its cells as a list."""
        return {**world, "cells": [world["cells"].get(name, NOTHING) for name in self.limiters]}

    def document(self, title, about, notes, tables):
        """The whole page; None when nothing was played."""
        if not self.around:
            return None
        scenarios = [{**scenario, "worlds": [self.in_order(world) for world in scenario["worlds"].values()]}
                     for scenario in self.scenarios.values()]
        more = "".join(f'<p class="dim">{html.escape(note)}</p>' for note in notes)
        more += f'{STYLE}<div class="tables">' + "".join(map(page.table_html, tables)) + "</div>"
        data = {"heading": title, "about": about, "more": more, "limiters": self.limiters, "scenarios": scenarios}
        # Inside of a script element nothing may look like a tag.
        return self.around[0] + json.dumps(data, separators=(",", ":")).replace("<", "\\u003c") + self.around[1]


NOTHING = {"scores": {}, "missed": [], "why": []}


def data_of(text):
    """(what stands before the data of weir-sim's page, the data, what stands behind)"""
    found = DATA.search(text)
    return text[:found.start(2)], json.loads(found[2]), text[found.end(2):]
