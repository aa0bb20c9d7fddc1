"""Draws what the demo measured: the table, the page and the headline picture. Knows nothing of how it was measured."""

import html
import math

BIN = 5  # slices of 100 ms in one point of a curve
OBJECTIVE_MS = 100

STYLE = """
:root{--paper:#fff;--card:#f7f8fa;--ink:#1b1f24;--soft:#5d6773;--grid:#e3e7ec;--shade:#f3e9d8;--alone:#c2410c;--weir:#0f766e;
--offered:#8b95a1;--shed:#b7791f;--failed:#c53030;--waiting:#7c5cc4}
@media(prefers-color-scheme:dark){:root{--paper:#12161b;--card:#191f26;--ink:#e8ecf0;--soft:#9aa5b1;--grid:#2b333d;--shade:#2b2519;
--alone:#fb8a4c;--weir:#3cc4b4;--offered:#7c8794;--shed:#e0b04c;--failed:#f87171;--waiting:#a78bfa}}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--soft)}
svg .name{font-size:13px;font-weight:600;fill:var(--ink)}
svg .title{font-size:17px;font-weight:650;fill:var(--ink)}
.line{fill:none;stroke-width:2;stroke-linejoin:round}
.grid{stroke:var(--grid);stroke-width:1}
.mark{stroke:var(--soft);stroke-width:1.2;stroke-dasharray:2 3;fill:none}
"""
PAGE_STYLE = """
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1180px;margin:0 auto;padding:40px 24px 56px}
h1{font-size:27px;line-height:1.25;margin:0 0 10px;letter-spacing:-.01em;text-wrap:balance}
p{color:var(--soft);max-width:58em;margin:0 0 16px}
h2{font-size:17px;margin:0 0 8px}
.columns{display:grid;grid-template-columns:1fr 1fr;gap:20px;margin:28px 0}
.card{background:var(--card);border:1px solid var(--grid);border-radius:10px;padding:18px 18px 8px;min-width:0}
.card svg{display:block;width:100%;height:auto;margin:0 0 12px}
.alone h2{color:var(--alone)} .weir h2{color:var(--weir)}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:7px 12px;text-align:right;border-bottom:1px solid var(--grid);white-space:nowrap}
th{font-weight:600;color:var(--soft);font-size:14px}
th:first-child,td:first-child,th:nth-child(2),td:nth-child(2){text-align:left}
tr.weir td{border-bottom-width:2px} tr.alone td:nth-child(2){color:var(--alone)} tr.weir td:nth-child(2){color:var(--weir)}
td.good{font-weight:650}
code{font-size:.9em;background:var(--card);padding:1px 5px;border-radius:4px}
@media(max-width:820px){.columns{grid-template-columns:1fr}}
"""


class Story:
    """Both runs and what they say. `phases` are (name, requests per second); `seconds` is the length of each."""

    def __init__(self, alone, behind, phases, capacity, seconds):
        self.alone, self.behind, self.phases, self.capacity, self.seconds = alone, behind, phases, capacity, seconds
        for side in (alone, behind):
            side["points"] = points_of(side["series"])
            side["recovered"] = recovery(side["points"], 2 * seconds, 3 * seconds)
        over = phases[1][1] / capacity
        lone, weir = (side["phases"][1]["goodput_per_second"] for side in (alone, behind))
        self.lines = (f"At {over:g} times its capacity the service alone answers {lone:.0f} requests a second in time;",
                      f"behind weir it answers {weir:.0f} of the {capacity} it can.")
        self.headline = " ".join(self.lines)
        self.second_line = (f"When the overload is over, the service alone {recovered_in(alone, seconds)}; "
                            f"behind weir it {recovered_in(behind, seconds)}.")

    @property
    def length(self):
        return len(self.phases) * self.seconds


def recovered_in(side, seconds):
    after = side["recovered"]
    if after is None:
        return f"has not recovered {seconds} s later"
    return "is well at once" if after < 1 else f"needs {after:.1f} s to recover"


def points_of(series):
    points = []
    for i in range(0, len(series) - BIN + 1, BIN):
        rows = series[i:i + BIN]
        per_second = 10 / BIN
        slow = [row["p99_ms"] for row in rows if row["p99_ms"] is not None]
        points.append({"at": rows[0]["at_seconds"] + BIN / 20, "p99": max(slow) if slow else None,
                       **{key: sum(row[key] for row in rows) * per_second for key in ("due", "good", "shed", "failed")}})
    return points


def recovery(points, start, end):
    """Seconds from `start` until nine in ten of what is asked is answered in time, for good; None when it never is."""
    last_bad = None
    inside = [point for point in points if start <= point["at"] < end]
    for point in inside:
        if point["good"] < 0.9 * point["due"]:
            last_bad = point["at"] + BIN / 20
    if last_bad is None:
        return 0.0
    return None if last_bad >= end - 0.5 else last_bad - start


def rows_of(story):
    for i, (name, rate) in enumerate(story.phases):
        for side in (story.alone, story.behind):
            phase = side["phases"][i]
            latency = phase["ok_latency_ms"] or {}
            failed = (phase["failed"] + phase["errors"] + phase["timeouts"]) / phase["seconds"]
            yield (f"{name}, {rate / story.capacity:g}x" if side is story.alone else "", side["label"],
                   f"{phase['due_per_second']:.0f}/s", f"{phase['goodput_per_second']:.0f}/s", milliseconds(latency.get("p50")),
                   milliseconds(latency.get("p99")), f"{phase['shed_per_second']:.0f}/s", f"{failed:.0f}/s")


COLUMNS = ("phase", "service", "offered", "in time", "p50", "p99", "shed (503)", "failed")


def milliseconds(value):
    return "-" if value is None else f"{value:.0f} ms"


def text_table(story):
    rows = [COLUMNS, *rows_of(story)]
    wide = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(wide[i]) if i < 2 else cell.rjust(wide[i]) for i, cell in enumerate(row)) for row in rows]
    lines.insert(1, "-" * len(lines[0]))
    note = f"in time: within {OBJECTIVE_MS} ms; failed: no answer within 2 s, or an error; p50 and p99: of what was answered"
    return "\n".join(lines) + "\n\n" + note


def html_table(story):
    head = "".join(f"<th>{name}</th>" for name in COLUMNS)
    body = ""
    for row in rows_of(story):
        cells = "".join(f'<td class="good">{cell}</td>' if i == 3 else f"<td>{cell}</td>" for i, cell in enumerate(row))
        body += f'<tr class="{"alone" if row[1] == "alone" else "weir"}">{cells}</tr>'
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


class Axis:
    """Maps values to heights. `bend` is what the value goes through first: nothing, or a logarithm."""

    def __init__(self, ticks, bend=float):
        self.ticks, self.bend = ticks, bend
        self.low, self.high = bend(ticks[0]), bend(ticks[-1])

    def share(self, value):
        return min(1.0, max(0.0, (self.bend(value) - self.low) / (self.high - self.low)))


def rates(story):
    return Axis(list(range(0, int(max(rate for _, rate in story.phases) * 1.2) + 1, 500)))


def crowd():
    """From nothing to ten thousand on one axis: logarithmic above one."""
    return Axis([0, 10, 100, 1000, 10000], lambda value: math.log10(1 + value))


class Chart:
    """One panel: an SVG group of the given size with grid, phases, curves and a legend in its title line."""

    def __init__(self, story, axis, width, height, left=48, top=30, bottom=24):
        self.story, self.axis, self.width, self.height = story, axis, width, height
        self.left, self.top, self.bottom = left, top, bottom
        self.marks, self.legend = [], []

    def x(self, at):
        return self.left + (self.width - self.left - 8) * min(1.0, at / self.story.length)

    def y(self, value):
        return self.height - self.bottom - (self.height - self.top - self.bottom) * self.axis.share(value)

    def curve(self, pairs, colour, name, look=""):
        """`pairs` are (seconds, value); a value of None leaves a gap."""
        path, pen = "", "M"
        for at, value in pairs:
            if value is None:
                pen = "M"
                continue
            path += f"{pen}{self.x(at):.1f} {self.y(value):.1f}"
            pen = "L"
        self.marks.append(f'<path class="line" style="stroke:var(--{colour});{look}" d="{path}"/>')
        if name:
            self.legend.append((colour, name))

    def area(self, pairs, colour):
        pairs = [(at, value) for at, value in pairs if value is not None]
        if pairs:
            path = "".join(f"L{self.x(at):.1f} {self.y(value):.1f}" for at, value in pairs)
            foot = self.height - self.bottom
            path = f"M{self.x(pairs[0][0]):.1f} {foot}{path}L{self.x(pairs[-1][0]):.1f} {foot}Z"
            self.marks.append(f'<path style="fill:var(--{colour});opacity:.16" d="{path}"/>')

    def level(self, value, name):
        y = self.y(value)
        self.marks.append(f'<path class="mark" d="M{self.left} {y:.1f}H{self.width - 8}"/>'
                          f'<text x="{self.left + 4}" y="{y - 4:.1f}">{name}</text>')

    def back(self):
        seconds, story = self.story.seconds, self.story
        foot = self.height - self.bottom
        out = (f'<rect x="{self.x(seconds):.1f}" y="{self.top}" width="{self.x(2 * seconds) - self.x(seconds):.1f}" '
               f'height="{foot - self.top}" style="fill:var(--shade)"/>')
        for tick in self.axis.ticks:
            y = self.y(tick)
            out += (f'<path class="grid" d="M{self.left} {y:.1f}H{self.width - 8}"/>'
                    f'<text x="{self.left - 7}" y="{y + 4:.1f}" text-anchor="end">{tick:,}</text>')
        for i, (_, rate) in enumerate(story.phases):
            out += (f'<text x="{self.x((i + .5) * seconds):.1f}" y="{self.height - 8}" text-anchor="middle">'
                    f"{rate / story.capacity:g}x, {seconds} s</text>")
        return out

    def svg(self, title, at=(0, 0)):
        out = f'<g transform="translate({at[0]} {at[1]})"><text class="name" x="0" y="14">{html.escape(title)}</text>'
        x = self.width - 8
        for colour, name in reversed(self.legend):
            x -= len(name) * 6.6
            out += (f'<text x="{x:.0f}" y="14">{name}</text><rect x="{x - 16:.0f}" y="8" width="11" height="4" rx="2" '
                    f'style="fill:var(--{colour})"/>')
            x -= 28
        return out + self.back() + "".join(self.marks) + "</g>"


def offered_curve(story):
    pairs = []
    for i, (_, rate) in enumerate(story.phases):
        pairs += [(i * story.seconds, rate), ((i + 1) * story.seconds, rate)]
    return pairs


def column(story, side, key):
    return [(point["at"], point[key]) for point in side["points"]]


def goodput_chart(story, side, colour, width, height):
    chart = Chart(story, rates(story), width, height)
    chart.level(story.capacity, "capacity")
    chart.curve(offered_curve(story), "offered", "offered", "stroke-dasharray:5 4;stroke-width:1.5")
    chart.area(column(story, side, "good"), colour)
    chart.curve(column(story, side, "good"), colour, "in time")
    return chart


def inside_chart(story, side, width, height):
    chart = Chart(story, crowd(), width, height)
    rows = [row for row in side["inside"] if row["at"] <= story.length]
    if rows and "limit" in rows[0]:
        chart.curve([(row["at"], row["limit"]) for row in rows], "weir", "limit")
        chart.curve([(row["at"], row["in_flight"]) for row in rows], "offered", "in flight", "stroke-width:1.3")
        chart.curve([(row["at"], row["waiting"]) for row in rows], "waiting", "waiting in weir", "stroke-width:1.3")
    else:
        chart.curve([(row["at"], row["in_service"] + row["waiting"]) for row in rows], "alone", "inside the service")
    return chart


def column_of_charts(story, side, colour):
    width, height = 540, 190
    slow = Chart(story, Axis([1, 10, 100, 1000, 10000], lambda value: math.log10(max(1, value))), width, height)
    slow.level(OBJECTIVE_MS, f"objective, {OBJECTIVE_MS} ms")
    slow.curve(column(story, side, "p99"), colour, "")
    lost = Chart(story, rates(story), width, height)
    lost.curve(column(story, side, "shed"), "shed", "shed at once (503)")
    lost.curve(column(story, side, "failed"), "failed", "failed or timed out")
    charts = [("Answered within 100 ms, per second", goodput_chart(story, side, colour, width, height)),
              ("p99 of the answers, ms (log)", slow), ("Shed and failed, per second", lost),
              ("Requests, now (log)", inside_chart(story, side, width, height))]
    return "".join(f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{title}">{chart.svg(title)}</svg>'
                   for title, chart in charts)


def page(story):
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{html.escape(story.headline)}</title><style>{STYLE}{PAGE_STYLE}</style></head><body><main>
<h1>{html.escape(story.headline)}</h1>
<p>{html.escape(story.second_line)}</p>
{html_table(story)}
<div class="columns">
<section class="card alone"><h2>The service alone</h2>{column_of_charts(story, story.alone, "alone")}</section>
<section class="card weir"><h2>The same service behind weir</h2>{column_of_charts(story, story.behind, "weir")}</section>
</div>
<p>The service has ten workers, each request takes one of them for 10 ms, and who finds none free waits in its queue: {story.capacity}
requests a second. The load is open: requests come at random when they are due, however slow the answers are, and latency counts
from that moment. Clients give up after 2 s. In time means answered within {OBJECTIVE_MS} ms. Both runs have the same service, fresh,
and the same arrivals; weir has its defaults and was told only where to listen and where the service is. A point of a curve is half a
second; its p99 is the worst of the five 100 ms in it.</p>
</main></body></html>
"""


def picture(story):
    """The goodput of both, side by side, as a file of its own for a README."""
    width, height, gap = 440, 250, 24
    whole = 2 * width + gap + 40
    left = goodput_chart(story, story.alone, "alone", width, height)
    right = goodput_chart(story, story.behind, "weir", width, height)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {height + 108}" role="img">
<title>{html.escape(story.headline)}</title><style>{STYLE}</style>
<rect width="100%" height="100%" rx="8" style="fill:var(--paper)"/>
<text class="title" x="20" y="32">{html.escape(story.lines[0])}</text>
<text class="title" x="20" y="54">{html.escape(story.lines[1])}</text>
<text x="20" y="76">Requests a second answered within {OBJECTIVE_MS} ms. {html.escape(story.second_line)}</text>
{left.svg("The service alone", (20, 96))}
{right.svg("The same service behind weir", (20 + width + gap, 96))}
</svg>
"""
