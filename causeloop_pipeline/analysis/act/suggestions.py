"""Many suggestions in one recommendation: a list of hundreds of patterns to check is read by nobody."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID, uuid5

from causeloop_pipeline.analysis.act.expected_prevention import HORIZON_DAYS
from causeloop_pipeline.analysis.act.pattern_evidence import PatternEvidence
from causeloop_pipeline.analysis.act.playbook import PLAYBOOK, SUGGESTED
from causeloop_pipeline.model.recommendation import Effort, RecommendationImpact

MAX_OWN = 10  # suggestions that are recommended one by one
_NAMED = 5
_PLACES = 5

Row = Mapping[str, object]


def fold_suggestions(suggestions: Sequence[tuple[PatternEvidence, Row]], space: UUID) -> list[Row]:
    """Fold all but the best suggestions into one recommendation.

    In: suggested patterns with the rows of their recommendations; the name space of the workspace's ids. Out:
    the rows of the ten with the highest scores, and one for all others, which names their patterns; all rows
    as they were if one at most would be folded.
    """
    ordered = sorted(suggestions, key=lambda each: (-_number(each[1], "score"), each[0].pattern_id))
    if len(ordered) <= MAX_OWN + 1:
        return [row for _, row in ordered]
    others = ordered[MAX_OWN:]
    return [*(row for _, row in ordered[:MAX_OWN]), _write_row(others, space)]


def _number(row: Row, name: str) -> float:
    return float(str(row[name]))


def _write_row(others: Sequence[tuple[PatternEvidence, Row]], space: UUID) -> Row:
    patterns, rows = [pattern for pattern, _ in others], [row for _, row in others]
    remedy = PLAYBOOK[SUGGESTED]
    sums = {
        name: round(math.fsum(_number(row, name) for row in rows), 3)
        for name in ("expected_loops_prevented", "expected_low", "expected_high")
    }
    return {
        "recommendation_id": str(uuid5(space, f"recommendation:{SUGGESTED}:others")),
        "title": f"Check {len(patterns)} more suggestions, those that recur most first",
        "type": remedy.type.value,
        "effort": Effort.HIGH.value,
        "impact": RecommendationImpact.MEDIUM.value,
        **sums,
        "pattern_ids": sorted(pattern.pattern_id for pattern in patterns),
        "steps": [_name_first(patterns), *_name_places(patterns), *remedy.steps],
        "rationale": _write_rationale(patterns, sums["expected_loops_prevented"]),
        "score": max(_number(row, "score") for row in rows),
    }


def _name_first(patterns: Sequence[PatternEvidence]) -> str:
    named = ", ".join(f"“{each.name}” ({each.issue_count} issues)" for each in patterns[:_NAMED])
    return f"Begin with {named}: they recur most."


def _name_places(patterns: Sequence[PatternEvidence]) -> list[str]:
    """Where most of them happen, if they have services."""
    services = Counter(each.dimensions["service"].value for each in patterns if "service" in each.dimensions)
    several = [(name, count) for name, count in sorted(services.items(), key=_by_count) if count > 1]
    if not several:
        return []
    listed = ", ".join(f"{count} in {name}" for name, count in several[:_PLACES])
    return [f"Check those of one service together: {listed}."]


def _by_count(named: tuple[str, int]) -> tuple[int, str]:
    return -named[1], named[0]


def _write_rationale(patterns: Sequence[PatternEvidence], prevented: float) -> str:
    issues = sum(each.issue_count for each in patterns)
    low, high = min(each.confidence for each in patterns), max(each.confidence for each in patterns)
    return (
        f"{len(patterns)} patterns with {issues} issues, of which it is not sure that each is one problem "
        f"(confidence {low:.2f} to {high:.2f}), beside the {MAX_OWN} that stand alone. Fixing those that "
        f"are one problem prevents about {prevented:.1f} recurrences in {HORIZON_DAYS} days, all together."
    )
