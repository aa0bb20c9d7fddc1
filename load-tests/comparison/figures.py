"""Numbers out of rounds: medians, spreads, ratios, and how they are written. Knows nothing of how they were measured."""

import statistics


def summary(values):
    """Median, least and most of what the rounds gave; None when they gave nothing."""
    if not values:
        return None
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def ratio(ours, theirs):
    """Ours as a multiple of theirs; None where that says nothing."""
    if ours is None or theirs is None or ours < 0 or theirs <= 0:
        return None
    return ours / theirs


def median_of(runs, key):
    """Summary of one figure over the runs that have it."""
    return summary([run[key] for run in runs if run.get(key) is not None])


def number(value, digits=2):
    """A number for people: "-" for none, thousands apart, no digits behind the point where they say nothing."""
    if value is None:
        return "-"
    if abs(value) >= 999.5:
        return f"{value:,.0f}"
    return f"{value:.{0 if abs(value) >= 100 and digits < 3 else digits}f}"


def span(one, digits=2):
    """The spread of a summary: "4.10..4.80"."""
    return "-" if one is None else f"{number(one['low'], digits)}..{number(one['high'], digits)}"
