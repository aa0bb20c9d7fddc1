"""Simulated and measured scores side by side, and whether they agree. Measures nothing."""

from figures import number
from tables import Row, Table

# How far a real score may be outside of what the simulated seeds reach: a part of it, and an absolute part, for the
# latencies in milliseconds. It has a scheduler and other programs on both sides, of which the simulator knows nothing.
BANDS = {
    "goodput_share": (0, 0.05),
    "w50": (0.25, 1),
    "w99": (0.5, 5),
    "false_shed_share": (0, 0.03),
    "hurried_shed_share": (0, 0.05),
}
UNLOADED = {"w50": "unloaded_p50", "w99": "unloaded_p99"}
WORDS = {"goodput_share": "goodput", "w50": "w50", "w99": "w99", "false_shed_share": "false sheds",
         "hurried_shed_share": "sheds"}
IN_WORDS = ("Agreement: goodput within 0.05, w50 within 25 % and 1 ms, w99 within 50 % and 5 ms, false sheds within "
            "0.03, all sheds within 0.05 of what some simulated seed reached; shown is the seeds' median. A latency is "
            "shown over that of one request alone; sheds are those of callers in a hurry, which are all but a batch.")


def band_of(score, simulated, world):
    """How far from `simulated` a real score may be."""
    part, absolute = BANDS[score]
    if score in UNLOADED:
        absolute *= 1e-3 / world[UNLOADED[score]]
    return part * simulated + absolute


# The callers' own lateness, a 99th percentile, from which on a run says more of the machine than of the limiter.
DISTURBED_MS = 10


def outside(entry, world):
    """{score in words: "more" or "less"} of those that are outside their band."""
    found = {}
    for score, word in WORDS.items():
        reached, real = [one[score] for one in entry["histories"]], entry["real"][score]
        if real > max(reached) + band_of(score, max(reached), world):
            found[word] = "more"
        if real < min(reached) - band_of(score, min(reached), world):
            found[word] = "less"
    return found


def verdict(entry, world):
    """"agree", or what does not, and whether the machine had other things to do."""
    found = [f"{word} {way}" for word, way in outside(entry, world).items()]
    if entry["late_p99_ms"] > DISTURBED_MS:
        found.append(f"callers {entry['late_p99_ms']:.0f} ms late")
    return ", ".join(found) or "agree"


def seconds(value, world):
    """A convergence; `never` only where something was to converge to."""
    return "" if world["step_at"] is None else "never" if value is None else f"{value:.1f}"


SHOWN = (("goodput_share", 3), ("w50", 2), ("w99", 2), ("hurried_shed_share", 3), ("false_shed_share", 4))
COLUMNS = [word for score, _ in SHOWN for word in (f"{WORDS[score]} sim", "real")] + ["step sim", "real", "verdict"]


def row_of(limiter, entry, world):
    """One limiter in one world."""
    row = Row(limiter.partition(":")[0], limiter, note=entry.get("note", ""))
    if row.note:
        return row
    sim, real = entry["simulated"], entry["real"]
    for score, digits in SHOWN:
        row.cells += [number(sim[score], digits), number(real[score], digits)]
    row.cells += [seconds(one["converge_seconds"], world) for one in (sim, real)]
    row.cells.append(verdict(entry, world))
    row.bar = {key: real["goodput_share"] for key in ("low", "median", "high")}
    return row


def tables_of(result):
    """A table for each world."""
    found = []
    for scenario in result["scenarios"].values():
        for name, world in scenario["worlds"].items():
            rows = [row_of(limiter, entry, world["is"]) for limiter, entry in world["limiters"].items()]
            if "note" in world:
                rows = [Row("none", "not played", note=world["note"])]
            found.append(Table(scenario["name"], f"{scenario['title']}: {name}", COLUMNS, "goodput, real", rows))
    return found


def key_of(scenario, world, limiter, word):
    """How a score that may disagree is named."""
    return f"{scenario}:{world}:{limiter}:{word}"


def cells(result):
    """(scenario, world, limiter, its entry, what the world is) of all."""
    return [(scenario["name"], name, limiter, entry, world["is"]) for scenario in result["scenarios"].values()
            for name, world in scenario["worlds"].items() for limiter, entry in world["limiters"].items()]


def judged(result):
    """Those that were played while the machine had nothing else to do."""
    return [cell for cell in cells(result) if "real" in cell[3] and cell[3]["late_p99_ms"] <= DISTURBED_MS]


def disagreements(result):
    """The names of all scores outside their band."""
    return [key_of(scenario, name, limiter, word) for scenario, name, limiter, entry, world in judged(result)
            for word in outside(entry, world)]


def failures(result):
    """What could not be played, and why."""
    return [f"{scenario}, {name}, {limiter}: {entry['note']}" for scenario, name, limiter, entry, _ in cells(result)
            if entry.get("note", "").startswith("FAILED")]


def summary(result):
    """How many agree, and what to think of the callers' own lateness."""
    played = [cell for cell in cells(result) if "real" in cell[3]]
    calm = judged(result)
    agreeing = sum(not outside(entry, world) for _, _, _, entry, world in calm)
    notes = [f"{agreeing} of {len(calm)} agree. {IN_WORDS}"]
    wires = ", ".join(f"{name} {1e3 * seconds:.2f} ms" for name, seconds in result["wire_seconds"].items())
    if wires:
        notes.append("Between service and gate the simulator was given what an idle proxy was measured to add: "
                     f"{wires}.")
    if len(calm) < len(played):
        notes.append(f"NOISE: in {len(played) - len(calm)} more runs the callers themselves were over "
                     f"{DISTURBED_MS} ms late (p99): the machine had other things to do.")
    return notes
