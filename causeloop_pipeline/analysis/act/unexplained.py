"""The patterns for which it is not known what to do, and what they have in common."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from causeloop_pipeline.analysis.act.endings import write_endings
from causeloop_pipeline.analysis.act.pattern_evidence import PatternEvidence

MAX_TRAITS, MAX_ENDED = 5, 3
MIN_SHARE = 0.25
_EVERYWHERE = 0.8  # a trait that so many of all patterns have tells nothing
_DIMENSIONS = ("service", "component", "region", "team", "environment", "error_type")


@dataclass(frozen=True, slots=True)
class Unexplained:
    """Patterns whose remedy is not known: what they share, the commonest first, and what ended some."""

    pattern_ids: Sequence[str]
    traits: Sequence[str]
    endings: Sequence[str]


def describe_unexplained(patterns: Sequence[PatternEvidence], of: Sequence[PatternEvidence]) -> Unexplained:
    """Describe what patterns have in common.

    In: the evidence on patterns whose remedy is not known, and on all patterns. Out: their ids, and what a
    quarter of them and at least two share, but not nearly all patterns: place, team, error type, part of the
    week, or that they follow changes. Of the MAX_ENDED that occurred most often, what ended them.
    """
    counts, everywhere = _count_traits(patterns), _count_traits(of)
    shared = [
        (text, count)
        for text, count in counts.items()
        if count >= max(2.0, MIN_SHARE * len(patterns)) and everywhere[text] < _EVERYWHERE * len(of)
    ]
    ordered = sorted(shared, key=lambda each: (-each[1], each[0]))[:MAX_TRAITS]
    traits = [f"{count} of {len(patterns)} {text}" for text, count in ordered]
    return Unexplained(
        sorted(evidence.pattern_id for evidence in patterns), traits, list(_describe_endings(patterns))
    )


def _describe_endings(patterns: Sequence[PatternEvidence]) -> Iterator[str]:
    ended = [evidence for evidence in patterns if evidence.endings]
    for evidence in sorted(ended, key=lambda each: (-each.occurrence_count, each.pattern_id))[:MAX_ENDED]:
        yield f"What ended “{evidence.name}” before: {write_endings(evidence.endings[:2])}"


def _count_traits(patterns: Sequence[PatternEvidence]) -> Counter[str]:
    return Counter(trait for evidence in patterns for trait in _list_traits(evidence))


def _list_traits(evidence: PatternEvidence) -> Iterator[str]:
    for kind in _DIMENSIONS:
        counted = evidence.dimensions.get(kind)
        if counted is not None and counted.count * 2 >= counted.of:
            yield f"have the {kind.replace('_', ' ')} {counted.value}"
    if evidence.tendency is not None:
        yield f"come most often on {evidence.tendency.when}"
    if evidence.change is not None:
        yield "follow changes"
