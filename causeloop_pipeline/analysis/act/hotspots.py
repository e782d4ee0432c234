"""Places that have more of a failure than of all others: a station, a team, a component, a region."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from causeloop_pipeline.analysis.act.pattern_evidence import PatternEvidence

MIN_ISSUES = 10  # at the place
MIN_OTHERS = 10  # patterns, beside which a place can stand out
MAX_SHARE_OF_OTHERS = 0.2  # of the patterns; a place that leads more of them is only large
EVERYTHING = 0.9  # of the issues: where all come from one place, it is just where the failure lives
_PLACES = ("component", "region", "team", "environment", "service")


@dataclass(frozen=True, slots=True)
class Hotspot:
    """A place, and how many of how many of a pattern's issues occurred there."""

    place: str
    count: int
    of: int


def find_hotspots(patterns: Sequence[PatternEvidence]) -> dict[str, Hotspot]:
    """Find the place that stands out, pattern by pattern.

    In: the evidence on all patterns of a workspace. Out: pattern id to the first kind of place that has a
    third of its issues or more, but not all, and leads few of the other patterns.
    """
    leading = Counter(
        (kind, each.dimensions[kind].value)
        for each in patterns
        for kind in _PLACES
        if kind in each.dimensions
    )
    most = MAX_SHARE_OF_OTHERS * len(patterns)
    hotspots: dict[str, Hotspot] = {}
    if len(patterns) < MIN_OTHERS:
        return hotspots
    for each in patterns:
        for kind in _PLACES:
            counted = each.dimensions.get(kind)
            if counted is None or leading[kind, counted.value] > most:
                continue
            if counted.count >= MIN_ISSUES and counted.count <= EVERYTHING * counted.of:
                hotspots.setdefault(each.pattern_id, Hotspot(counted.value, counted.count, counted.of))
    return hotspots
