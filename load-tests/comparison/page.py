"""The result as one page that needs nothing else: a table for each case with a bar for each peer."""

import html
import statistics

from tables import all_tables

FAR = 8  # times the median of a table's bars

# Of the tables alone, for a page that has other things beside them.
TABLE_STYLE = """
section{background:var(--card);border:1px solid var(--grid);border-radius:10px;padding:16px 18px;margin:18px 0;overflow-x:auto}
section table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
section :is(th,td){padding:5px 10px;text-align:right;border-bottom:1px solid var(--grid);white-space:nowrap}
section tr:last-child td{border-bottom:0}
section th{font-weight:600;color:var(--soft);font-size:13px}
section :is(th,td):first-child{text-align:left;min-width:170px}
section th.unit{text-align:left}
section td.bar{width:38%;min-width:180px;padding-right:14px}
.track{position:relative;height:16px}
.fill{position:absolute;left:0;top:0;bottom:0;border-radius:0 3px 3px 0;background:var(--other)}
.cut .fill{-webkit-mask:linear-gradient(90deg,#000 80%,transparent);mask:linear-gradient(90deg,#000 80%,transparent)}
.range{position:absolute;top:7px;height:2px;background:var(--ink);opacity:.55}
tr.weir .fill,tr.weir-off .fill,tr.weir-plain .fill{background:var(--weir)}
tr.weir-off .fill,tr.weir-plain .fill{opacity:.6} tr.floor .fill{background:var(--floor)}
tr.weir td{font-weight:650}
td.note{text-align:left;color:var(--soft)} td.failed{color:var(--bad)}
"""
STYLE = """
:root{--paper:#fff;--card:#f7f8fa;--ink:#1b1f24;--soft:#5d6773;--grid:#e3e7ec;--weir:#0f766e;--floor:#b6bec8;
--other:#7c8794;--bad:#c53030}
@media(prefers-color-scheme:dark){:root{--paper:#12161b;--card:#191f26;--ink:#e8ecf0;--soft:#9aa5b1;--grid:#2b333d;
--weir:#3cc4b4;--floor:#4b5561;--other:#7c8794;--bad:#f87171}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1180px;margin:0 auto;padding:40px 24px 56px}
h1{font-size:26px;line-height:1.25;margin:0 0 10px}
h2{font-size:16px;margin:0 0 8px}
h2 code{color:var(--soft);font-weight:400;margin-left:8px}
p{color:var(--soft);max-width:64em;margin:0 0 12px}
code{font-size:.92em}
""" + TABLE_STYLE


def scale(bars):
    """The length of a whole track: what the longest spread needs, but one peer far off must not make dots of all others."""
    if not bars:
        return 0
    return min(max(one["high"] for one in bars), FAR * statistics.median(one["median"] for one in bars))


def bar(summary, most):
    """The median as a bar, the spread as a line over it; a bar that is too long fades out."""
    if summary is None or most <= 0:
        return '<td class="bar"></td>'
    low, middle, high = (min(100, 100 * max(0, summary[key]) / most) for key in ("low", "median", "high"))
    cut = " cut" if summary["median"] > most else ""
    return (f'<td class="bar"><div class="track{cut}"><div class="fill" style="width:{middle:.1f}%"></div>'
            f'<div class="range" style="left:{low:.1f}%;width:{max(high - low, 0.2):.1f}%"></div></div></td>')


def row_html(row, columns, most, has_bars):
    """One peer: its bar and its cells, or the note that stands in their place."""
    name = f"<td>{html.escape(row.title)}</td>"
    if row.note:
        kind = "note failed" if row.note.startswith("FAILED") else "note"
        cells = f'<td class="{kind}" colspan="{columns + has_bars}">{html.escape(row.note)}</td>'
    else:
        cells = (bar(row.bar, most) if has_bars else "") + "".join(f"<td>{html.escape(cell)}</td>" for cell in row.cells)
    return f'<tr class="{html.escape(row.name)}">{name}{cells}</tr>'


def table_html(table):
    """A section with its heading."""
    most = scale([row.bar for row in table.rows if row.bar])
    has_bars = most > 0
    heads = ["<th></th>", f'<th class="unit">{html.escape(table.unit)}</th>' if has_bars else ""]
    heads += [f"<th>{html.escape(column)}</th>" for column in table.columns]
    rows = "\n".join(row_html(row, len(table.columns), most, has_bars) for row in table.rows)
    return (f"<section><h2>{html.escape(table.title)}<code>{html.escape(table.key)}</code></h2>\n"
            f"<table><thead><tr>{''.join(heads)}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></section>")


def document(title, result, notes, tables):
    """A whole page; `notes` are the sentences on how it was measured, `result` says on what, when and by which command."""
    machine = result["machine"]
    where = f"{machine['processor']}, {machine['cores']} cores, Linux {machine['kernel']}"
    words = "".join(f"<p>{html.escape(note)}</p>\n" for note in notes)
    sections = "\n".join(table_html(table) for table in tables)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{html.escape(title)}</title><style>{STYLE}</style></head><body><main>
<h1>{html.escape(title)}</h1>
<p>{html.escape(where)}; {html.escape(result['when'])};
<code>{html.escape(result['command'])}</code></p>
{words}{sections}
</main></body></html>
"""


def page(result, notes):
    """That of the comparison."""
    return document("weir beside other proxies", result, notes, all_tables(result))
