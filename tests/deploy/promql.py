"""Reads what a PromQL expression names, as far as the checks of deploy/ need it; it does not evaluate anything."""

import re

# Labels that Prometheus or Kubernetes add to every series of a target.
TARGET_LABELS = {"job", "instance", "namespace", "pod", "container"}
_NAME = r"(?<![\w:$\"])((?:weir|process|instance:weir)_[\w:]*|instance:[\w:]+)"


def named_metrics(expression):
    """Every metric, recorded ones (with colons) included."""
    return set(re.findall(_NAME, expression))


def selectors(expression):
    """(metric, {label: value}) of every selector."""
    for name, inside in re.findall(_NAME + r"(?:\{([^}]*)\})?", expression):
        yield name, dict(re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"', inside))


def grouped_by(expression):
    """Labels in by (…) and without (…)."""
    lists = re.findall(r"\b(?:by|without)\s*\(([^)]*)\)", expression)
    return {label.strip() for each in lists for label in each.split(",") if label.strip()}


def family_of(name, families):
    """The family that serves this name; None when there is none."""
    if name in families:
        return name
    base, _, suffix = name.rpartition("_")
    is_histogram = base in families and families[base][0] == "histogram"
    return base if is_histogram and suffix in ("bucket", "sum", "count") else None


def faults(expression, families):
    """What an expression asks for and weir does not serve, in words."""
    known = set(TARGET_LABELS) | {"le"}
    found = []
    for name, matchers in selectors(expression):
        if ":" in name:
            continue
        family = family_of(name, families)
        if family is None:
            found.append(f"{name}: weir serves no such metric")
            continue
        known |= families[family][1]
        unknown = set(matchers) - families[family][1] - TARGET_LABELS - {"le"}
        found += [f"{name}: it has no label {label}" for label in sorted(unknown)]
    if not any(":" in name for name in named_metrics(expression)):
        found += [f"{label}: no metric of the expression has this label"
                  for label in sorted(grouped_by(expression) - known)]
    return found


def words_of_endings(source):
    """The words in the table of endings, from its C++ source."""
    return set(re.findall(r'\{Ending::k\w+,\s*"(\w+)"', source))


def unknown_endings(expression, words):
    """Values of `ending` in the expression that no request can have."""
    return {value for _, matchers in selectors(expression) for value in matchers.get("ending", "").split("|")
            if value and value not in words}
