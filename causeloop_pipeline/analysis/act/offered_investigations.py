"""Which investigations are worth offering: where something can be noted soon, and one at each hotspot."""

from collections.abc import Sequence

from causeloop_pipeline.analysis.act.expected_prevention import estimate_recurrences
from causeloop_pipeline.analysis.act.hotspots import find_hotspots
from causeloop_pipeline.analysis.act.investigations import Investigation, choose_investigation
from causeloop_pipeline.analysis.act.pattern_evidence import PatternEvidence
from causeloop_pipeline.analysis.act.wording import name_place

MIN_TO_NOTE = 1.0
"""Recurrences in 90 days below which there is hardly an occurrence at which to note something."""


def choose_investigations(
    patterns: Sequence[PatternEvidence], of: Sequence[PatternEvidence]
) -> list[tuple[PatternEvidence, Investigation]]:
    """Choose what to find out about patterns whose cause is not known.

    In: the evidence on them, and on all patterns. Out: patterns with what to find out, the commonest first;
    of several patterns with one hotspot only the first is about it.
    """
    hotspots = find_hotspots(of)
    noted = [each for each in patterns if estimate_recurrences(each) >= MIN_TO_NOTE]
    offered = []
    places: set[str] = set()
    for each in sorted(noted, key=lambda each: (-estimate_recurrences(each), each.pattern_id)):
        hotspot = hotspots.get(each.pattern_id)
        if hotspot is not None and hotspot.place in places:
            hotspot = None
        chosen = choose_investigation(each, name_place([each]), hotspot)
        if chosen is not None:
            offered.append((each, chosen))
            places |= {hotspot.place} if hotspot is not None else set()
    return offered
