"""The result as tables of plain cells, which the terminal and the page both show. Knows nothing of how it was measured."""

from figures import median_of, number, ratio, span

MIB = 1 << 20
DISTURBED = 0.05  # share of the time


class Row:
    """One peer in one table: its name, cells, and the figure that its bar shows (None: none)."""

    def __init__(self, name, title, cells=(), bar=None, note=""):
        self.name, self.title, self.cells, self.bar, self.note = name, title, list(cells), bar, note


class Table:
    """A heading, the columns behind the peer's name, the unit of the bars, and rows."""

    def __init__(self, key, title, columns, unit, rows):
        self.key, self.title, self.columns, self.unit, self.rows = key, title, columns, unit, rows


def titles(result):
    """The names of the peers for people."""
    return {name: one["title"] for name, one in result["peers"].items()} | {"direct": "no proxy at all"}


def rows_of(result, entries, make):
    """A row for each peer; who failed or cannot says so instead of showing figures. `make` gives (cells, bar)."""
    names, rows = titles(result), []
    for name, entry in entries.items():
        row = Row(name, names.get(name, name))
        if "failed" in entry:
            row.note = f"FAILED: {entry['failed']}"
        elif "skipped" in entry:
            row.note = f"not measured: {entry['skipped']}"
        elif not entry["runs"]:
            row.note = "not measured"
        else:
            row.cells, row.bar = make(entry["runs"])
        rows.append(row)
    return rows


def sound(entries, name):
    """The runs of a peer; none when it failed."""
    entry = entries.get(name, {})
    return [] if "failed" in entry else entry.get("runs", [])


def middle(summary):
    """The median, where there is one."""
    return summary["median"] if summary else None


def load_table(result, key, case):
    """CPU per answer and what belongs to it."""
    ours = middle(median_of(sound(case["peers"], "weir"), "cpu_us"))

    def make(runs):
        cpu, resident = median_of(runs, "cpu_us"), median_of(runs, "resident_bytes")
        cells = [number(cpu["median"]), span(cpu), number(middle(median_of(runs, "per_second")), 0),
                 f"{100 * middle(median_of(runs, 'busy')):.0f} %", number(resident["median"] / MIB, 1),
                 number(ratio(ours, cpu["median"]))]
        return cells, cpu
    what = "shed" if case["mode"] == "shed" else "request"
    columns = [f"us CPU per {what}", "spread", "answers/s", "core busy", "PSS MiB", "weir / it"]
    return Table(key, case["title"], columns, f"us per {what}", rows_of(result, case["peers"], make))


def added(runs, direct, key):
    """What a proxy adds to the latency without one, round by round as far as both have it."""
    return [{key: run[key] - base[key]} for run, base in zip(runs, direct)]


def latency_table(result, key, case):
    """Median and 99th percentile, less those of the same round without a proxy."""
    direct = sound(case["peers"], "direct")
    weir = sound(case["peers"], "weir")
    ours = {point: middle(median_of(added(weir, direct, point), point)) for point in ("p50_ms", "p99_ms")}

    def make(runs):
        p50, p99 = (median_of(added(runs, direct, point), point) for point in ("p50_ms", "p99_ms"))
        cells = [number(middle(p50), 3), span(p50, 3), number(middle(p99), 3), span(p99, 3),
                 number(middle(median_of(runs, "cpu_us"))), number(ratio(ours["p50_ms"], middle(p50))),
                 number(ratio(ours["p99_ms"], middle(p99)))]
        return cells, p99
    entries = {name: entry for name, entry in case["peers"].items() if name != "direct"}
    rows = rows_of(result, entries, make)
    if direct:
        p50, p99 = median_of(direct, "p50_ms"), median_of(direct, "p99_ms")
        rows.append(Row("direct", "no proxy at all (its own latency)",
                        [number(p50["median"], 3), span(p50, 3), number(p99["median"], 3), span(p99, 3), "-", "-", "-"]))
    else:
        why = case["peers"].get("direct", {}).get("failed", "no runs")
        rows.append(Row("direct", "no proxy at all", note=f"FAILED: {why}"))
    columns = ["added p50 ms", "spread", "added p99 ms", "spread", "us CPU", "p50 weir / it", "p99 weir / it"]
    rate = f"; {number(case['rate'], 0)} requests a second" if case["rate"] else ""
    return Table(key, case["title"] + rate, columns, "added p99, ms", rows)


def memory_tables(result):
    """One table for each kind of connection, its bars for the most of them."""
    found, tables = result["memory"], []
    kinds = {"idle": "idle: kept alive, asks for nothing", "active": "active: waits for the service's answer",
             "slow": "slow: its client takes a large answer sip by sip"}
    for kind, what in kinds.items():
        counts = found.get("slow_counts", []) if kind == "slow" else found["counts"]
        if not counts:  # an older result
            continue
        keys = [f"{kind}_{count}" for count in counts]
        ours = {key: middle(median_of(sound(found["peers"], "weir"), key)) for key in keys}

        def make(runs, keys=keys, ours=ours, kind=kind):
            cells = []
            for key in keys:
                one = median_of(runs, key)
                cells += [number(middle(one), 0), span(one, 0), number(ratio(ours[key], middle(one)))]
            if kind == "idle":
                cells += [number(middle(median_of(runs, key)) / MIB, 1) for key in ("empty_bytes", "full_bytes")]
            return cells, median_of(runs, keys[-1])
        columns = []
        for count in counts:
            columns += [f"bytes each at {count:,}", "spread", "weir / it"]
        if kind == "idle":
            columns += ["PSS MiB at 1", f"at {found['counts'][-1]:,}"]
        title = f"memory per connection, {what}"
        if kind != "slow" and counts[-1] != max(found["wanted"]):
            title += f" ({found['counts'][-1]:,} instead of {max(found['wanted']):,}: no more open files are allowed here)"
        rows = rows_of(result, found["peers"], make)
        tables.append(Table(f"memory-{kind}", title, columns, f"bytes at {counts[-1]:,}", rows))
    return tables


def startup_table(result):
    """Median of the starts."""
    entries = result["startup"]["peers"]
    ours = middle(median_of(sound(entries, "weir"), "ms"))

    def make(runs):
        one = median_of(runs, "ms")
        return [number(one["median"], 1), span(one, 1), number(ratio(ours, one["median"]))], one
    return Table("startup", "from exec to the first answer of the service", ["ms", "spread", "weir / it"], "ms",
                 rows_of(result, entries, make))


def workers_table(result):
    """Answers of two workers over those of one; 1.9 is asked for where the cores allow."""
    entries = result["workers"]["peers"]
    one = middle(median_of(sound(entries, "one"), "per_second"))
    rows = []
    for name, title in (("one", "weir, 1 worker"), ("two", "weir, 2 workers")):
        row = Row(name, title)
        runs = sound(entries, name)
        if runs:
            answers, busy = median_of(runs, "per_second"), middle(median_of(runs, "busy"))
            row.bar = answers
            row.cells = [number(answers["median"], 0), span(answers, 0), f"{100 * busy:.0f} %",
                         number(middle(median_of(runs, "cpu_us"))), number(ratio(answers["median"], one))]
        else:
            row.note = f"FAILED: {entries.get(name, {}).get('failed', 'no runs')}"
        rows.append(row)
    columns = ["answers/s", "spread", "cores busy", "us CPU per request", "it / 1 worker"]
    return Table("workers", f"two workers beside one, {result['workers']['title']}", columns, "answers/s", rows)


def binaries_table(result):
    """Sizes and versions; also who is not installed."""
    rows = []
    for name, one in result["peers"].items():
        if name == "weir-off":
            continue
        row = Row(name, one["title"], note=one.get("missing", ""))
        if not row.note:
            row.cells = [number(size / MIB, 1) if size else "-" for size in (one["bytes"], one["stripped_bytes"])]
            row.cells.append(one["version"] or "-")
        rows.append(row)
    return Table("binaries", "binaries, without the libraries they link to", ["MiB", "stripped", "version"], "", rows)


def noise(result):
    """A sentence when weir was kept from its core by programs that have no part in this; none on a quiet machine."""
    worst = max(((run.get("kept_waiting") or 0, key) for key, case in result["cases"].items()
                 for run in sound(case["peers"], "weir")), default=(0, ""))
    if worst[0] < DISTURBED:
        return []
    return [f"NOISE: other programs kept weir waiting for its core, for {100 * worst[0]:.0f} % of the time in {worst[1]}. "
            "These figures are not worth keeping."]


def all_tables(result):
    """Everything that the result holds, in the order in which it is shown."""
    tables = [(latency_table if case["latency"] else load_table)(result, key, case) for key, case in result["cases"].items()]
    if result.get("memory"):
        tables += memory_tables(result)
    if result.get("startup"):
        tables.append(startup_table(result))
    if result.get("workers"):
        tables.append(workers_table(result))
    return [*tables, binaries_table(result)]


def as_text(table):
    """For the terminal: the peer to the left, the figures to the right."""
    lines = [f"{table.key}: {table.title}"]
    wide = max([len(row.title) for row in table.rows] + [20])
    widths = [max([len(column)] + [len(row.cells[i]) for row in table.rows if row.cells])
              for i, column in enumerate(table.columns)]
    lines.append("  " + " " * wide + "".join(f"  {column:>{width}}" for column, width in zip(table.columns, widths)))
    for row in table.rows:
        cells = "  " + row.note if row.note else "".join(f"  {cell:>{width}}" for cell, width in zip(row.cells, widths))
        lines.append(f"  {row.title:{wide}}{cells}")
    return "\n".join(lines)
