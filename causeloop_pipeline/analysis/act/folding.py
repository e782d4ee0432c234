"""Folds many similar recommendations into one: nobody reads a list of hundreds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from causeloop_pipeline.analysis.act.diagnoses import Diagnosis
from causeloop_pipeline.analysis.act.expected_prevention import Prevention, sum_prevention
from causeloop_pipeline.analysis.act.pattern_evidence import PatternEvidence
from causeloop_pipeline.analysis.act.playbook import PLAYBOOK, Remedy
from causeloop_pipeline.analysis.act.wording import count_issues, cut_title, name_place
from causeloop_pipeline.analysis.detect.clusters.error_families import format_family
from causeloop_pipeline.model.derived_ids import derive_id
from causeloop_pipeline.model.recommendation import (
    HORIZON_DAYS,
    Effort,
    RecommendationImpact,
    write_prevented,
)

MAX_OWN = 10  # recommendations of one kind that stand alone
_NAMED = 5
_PLACES = 5

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A fix with its expected benefit, which decides whether it becomes a recommendation of its own."""

    recommendation_id: str
    diagnosis: Diagnosis
    remedy: Remedy
    title: str
    gain: Prevention
    impact: RecommendationImpact
    score: float

    @property
    def expected(self) -> dict[str, float]:
        """The columns of its expected prevention."""
        gain = self.gain
        return {
            "expected_loops_prevented": round(gain.expected, 3),
            "expected_low": round(gain.low, 3),
            "expected_high": round(gain.high, 3),
        }


def fold_alike(proposals: Sequence[Proposal], space: UUID) -> tuple[list[Proposal], list[Row]]:
    """Fold all but the best recommendations of a kind into one.

    In: what is proposed; the name space of the workspace's ids. Alike are fixes of one family in one place.
    Out: of each kind the ten with the highest scores, and a row for all others, which names their patterns;
    all proposals and no row if one at most would be folded.
    """
    kinds: dict[str, list[Proposal]] = {}
    for proposal in proposals:
        kinds.setdefault(_name_kind(proposal), []).append(proposal)
    alone: list[Proposal] = []
    folded = []
    for kind, alike in sorted(kinds.items()):
        ordered = sorted(alike, key=_place_best_first)
        own = len(ordered) if len(ordered) <= MAX_OWN + 1 else MAX_OWN
        alone += ordered[:own]
        if others := ordered[own:]:
            folded.append(_write_row(kind, others, space))
    return alone, folded


def _name_kind(proposal: Proposal) -> str:
    return f"{proposal.diagnosis.family}:{_write_remedy(proposal.diagnosis.family, proposal.diagnosis.group)}"


def _place_best_first(proposal: Proposal) -> tuple[float, str]:
    return -proposal.score, min(pattern.pattern_id for pattern in proposal.diagnosis.group)


def _write_row(kind: str, others: Sequence[Proposal], space: UUID) -> Row:
    patterns = [pattern for proposal in others for pattern in proposal.diagnosis.group]
    names = ("expected_loops_prevented", "expected_low", "expected_high")
    summed = sum_prevention([proposal.gain for proposal in others])
    sums = {name: round(amount, 3) for name, amount in zip(names, summed, strict=True)}
    family = others[0].diagnosis.family
    return {
        "recommendation_id": derive_id(space, f"recommendation:{kind}:others"),
        "title": _write_title(family, patterns),
        "type": PLAYBOOK[family].type.value,
        "effort": Effort.HIGH.value,
        "impact": RecommendationImpact.MEDIUM.value,
        **sums,
        "pattern_ids": sorted(pattern.pattern_id for pattern in patterns),
        "steps": [_name_first(patterns), *_name_places(patterns), *_list_steps(family, patterns)],
        "rationale": f"{_write_reason(family, patterns)} {_write_gain(sums)}",
        "factors": [],
        "score": max(proposal.score for proposal in others),
    }


def _write_title(family: str, patterns: Sequence[PatternEvidence]) -> str:
    return cut_title(f"{_write_remedy(family, patterns)}: {len(patterns)} more patterns")


def _write_remedy(family: str, patterns: Sequence[PatternEvidence]) -> str:
    return PLAYBOOK[family].title.replace("{place}", name_place(patterns))


def _list_steps(family: str, patterns: Sequence[PatternEvidence]) -> list[str]:
    place = name_place(patterns)
    steps = (step.replace("{place}", place) for step in PLAYBOOK[family].steps)
    return [step for step in steps if "{" not in step]


def _name_first(patterns: Sequence[PatternEvidence]) -> str:
    named = ", ".join(f"“{each.name}” ({count_issues([each])})" for each in patterns[:_NAMED])
    return f"Begin with {named}: they recur most."


def _name_places(patterns: Sequence[PatternEvidence]) -> list[str]:
    """Where most of them occur, if they have several services."""
    services = Counter(each.dimensions["service"].value for each in patterns if "service" in each.dimensions)
    several = [(name, count) for name, count in sorted(services.items(), key=_sort_by_count) if count > 1]
    if not several or len(services) == 1:
        return []
    listed = ", ".join(f"{count} in {name}" for name, count in several[:_PLACES])
    return [f"Check those of one service together: {listed}."]


def _sort_by_count(named: tuple[str, int]) -> tuple[int, str]:
    return -named[1], named[0]


def _write_reason(family: str, patterns: Sequence[PatternEvidence]) -> str:
    counted = f"{len(patterns)} patterns with {count_issues(patterns)}"
    beside = f"besides the {MAX_OWN} listed on their own"
    return f"{counted} look like {format_family(family)} failures in {name_place(patterns)}, {beside}."


def _write_gain(sums: Mapping[str, float]) -> str:
    amounts = (sums["expected_loops_prevented"], sums["expected_low"], sums["expected_high"])
    return f"Fixing all of them prevents {write_prevented(*amounts)} recurrences in {HORIZON_DAYS} days."
