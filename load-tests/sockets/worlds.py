"""A scenario's world as flags of weir-origin and weir-load, or why it cannot be played. Runs nothing."""

import dataclasses
import math

MOST_PER_SECOND = 6000
LEAST_SERVICE = 0.001
DISTRIBUTIONS = {"constant": "constant", "exponential": "exponential", "lognormal": "lognormal(1)",
                 "pareto": "pareto(2.1)"}
RETRIES = {"never": "never", "at_once": "at-once", "back_off": "back-off", "retry_after": "retry-after"}


@dataclasses.dataclass(frozen=True)
class Load:
    """Callers of one kind: who they are, the words for weir-load, whether they pass by the proxy."""
    kind: str  # hurried, batch or hidden
    flags: tuple
    passes_by: bool = False


# 50 requests/s of a millisecond: so light a load that nobody waits, not even before a single place.
IDLE = {"from": 0, "workers": 100, "service": 0.001, "slow_share": 0, "slow_times": 1, "thrash": 0, "outside": 0,
        "failing_share": 0, "quick_share": 0, "stalled": 0, "freeze_every": 0, "freeze": 0, "hidden_load": 0,
        "load": 0.0005, "batch_load": 0}
IDLE_WORLD = {"name": "idle", "times": "constant", "discipline": "fifo", "seconds": 1.5, "retry": "never",
              "attempts": 1, "gives_up": None, "in_time": 1, "response_timeout": 60, "conditions": [IDLE]}


def span(seconds):
    """A time as our flags take it."""
    return f"{seconds * 1e6:.0f}us"


def rates(world, key):
    """[(requests per second, seconds)] that callers of that kind offer."""
    found = []
    for index, is_ in enumerate(world["conditions"]):
        rate = is_[key] * is_["workers"] / is_["service"]
        length = end_of(world, index) - is_["from"]
        if found and found[-1][0] == rate:
            length += found.pop()[1]
        found.append((rate, length))
    return found


def end_of(world, index):
    """When the conditions of that number end."""
    later = world["conditions"][index + 1:]
    return later[0]["from"] if later else world["seconds"]


def always(world, key):
    """Whether that condition never changes."""
    return len({is_[key] for is_ in world["conditions"]}) == 1


def ever(world, key):
    """Whether that condition is ever set."""
    return any(is_[key] for is_ in world["conditions"])


def why_not(world):
    """What of this world cannot be played, in words; empty when it can."""
    most = max(sum(is_[key] for key in ("load", "batch_load", "hidden_load")) * is_["workers"] / is_["service"]
               for is_ in world["conditions"])
    least = min(is_["service"] for is_ in world["conditions"])
    faults = [
        (world["proxies"] > 1, "several proxies before one service"),
        (world["clients"] > 0, "a closed loop of clients"),
        (world["session_requests"] > 1, "sessions of several requests"),
        (ever(world, "reading_share"), "callers that read slowly"),
        (ever(world, "leavers"), "callers that leave and come again"),
        (ever(world, "hard_cap") or ever(world, "most_per_second"), "a service that refuses by itself"),
        (ever(world, "leaving_share"), "some callers that leave"),
        (world["retry_after_max"] != 30, "a longest Retry-After of its own"),
        (len(world["batch_classes"]) > 1, "more than two classes of callers"),
        (bool(world["tenants"]), "tenants"),
        (world["gives_up"] and world["gone_caller"] == "stops", "a service that notices when a caller gives up"),
        (ever(world, "failing_share") and ever(world, "quick_share"), "errors and quick answers in one world"),
        (world["discipline"] == "lifo", "a service that answers the newest first"),
        (world.get("queues", 1) > 1, "a service of several queues"),
        (ever(world, "thrash") and world["discipline"] == "fifo", "workers that thrash without sharing"),
        (not always(world, "thrash"), "thrash that changes"),
        (any(is_["workers"] != int(is_["workers"]) for is_ in world["conditions"]), "a part of a worker"),
        (most > MOST_PER_SECOND + 0.5,
         f"{most:,.0f} requests/s, more than the {MOST_PER_SECOND:,} that load and service carry on one core"),
        (least < LEAST_SERVICE, f"a service of {span(least)}, in which the sockets would be what is measured"),
    ]
    return "; ".join(words for is_so, words in faults if is_so)


def slow_of(is_):
    """The share of slow requests and how slow they are."""
    return f"{is_['slow_share']:.6g}:{is_['slow_times']:.6g}"


def aside_of(is_):
    """Who is answered without a worker, with what."""
    failing = is_["failing_share"] > 0
    return f"{is_['failing_share'] if failing else is_['quick_share']:.6g}:{500 if failing else 200}:1ms"


# What --step can change: its key, and the value under given conditions.
CHANGES = {
    "workers": lambda is_: f"{is_['workers']:.0f}",
    "service-time": lambda is_: span(is_["service"]),
    "slow": slow_of,
    "aside": aside_of,
    "outside": lambda is_: span(is_["outside"]),
}


def step_flags(world):
    """A --step for each thing that changes."""
    flags = []
    for before, is_ in zip(world["conditions"], world["conditions"][1:]):
        for key, value in CHANGES.items():
            if value(is_) != value(before):
                flags += ["--step", f"{span(is_['from'])}:{key}={value(is_)}"]
    return flags


def stalls(world):
    """[[begin, end]] in seconds in which nothing comes back; freezes come at multiples of their period, the first at
    0."""
    spans = []
    for index, is_ in enumerate(world["conditions"]):
        begin, end = is_["from"], end_of(world, index)
        if is_["stalled"]:
            spans.append([begin, end])
        elif is_["freeze"] and is_["freeze_every"]:
            every, freeze = is_["freeze_every"], is_["freeze"]
            turns = range(int(begin / every), math.ceil(end / every))
            spans += [[max(begin, turn * every), turn * every + freeze] for turn in turns]
    merged = []
    for begin, end in sorted(one for one in spans if one[0] < one[1]):
        if merged and begin <= merged[-1][1]:
            merged[-1][1] = max(end, merged[-1][1])
        else:
            merged.append([begin, end])
    return merged


def stall_flags(world):
    """A --stall for each of them."""
    return [word for begin, end in stalls(world) for word in ("--stall", f"{span(begin)}:{span(end - begin)}")]


def origin_flags(world, seed):
    """The words for weir-origin, but for where it listens."""
    first = world["conditions"][0]
    flags = [word for key, value in CHANGES.items() for word in (f"--{key}", value(first))]
    flags += ["--distribution", DISTRIBUTIONS[world["times"]], "--discipline", world["discipline"], "--seed", str(seed)]
    if first["thrash"]:
        flags += ["--thrash", f"{first['thrash']:.6g}"]
    return flags + step_flags(world) + stall_flags(world)


# By which callers who are not in a hurry say so, and weir tells them.
BATCH_HEADER = "X-Priority: batch"
PRIORITIES = ("normal", "batch when header x-priority=batch")


def loads(world, seed, patience):
    """The callers; who does not give up by himself waits so many seconds."""
    found = []
    for number, (kind, key) in enumerate((("hurried", "load"), ("batch", "batch_load"), ("hidden", "hidden_load"))):
        if kind != "hurried" and not ever(world, key):
            continue
        profile = ",".join(f"{rate:.6g}:{span(length)}" for rate, length in rates(world, key))
        flags = ["--profile", profile, "--seed", str(seed + 1000 * number), "--at-end", "give-up",
                 "--timeout", span(min(patience, world["gives_up"] or patience)), "--slo", span(world["in_time"])]
        if kind == "batch":
            flags += ["--header", BATCH_HEADER]
        if kind != "hidden":
            flags += ["--retry", RETRIES[world["retry"]], "--attempts", str(world["attempts"])]
        found.append(Load(kind, tuple(flags), kind == "hidden"))
    return found
