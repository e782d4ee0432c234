"""The kind of failure of a pattern, and the playbook's remedy for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from causeloop_pipeline.analysis.act.pattern_evidence import PatternEvidence
from causeloop_pipeline.analysis.act.playbook import SUGGESTED, UNKNOWN, UNOBSERVED

SUGGESTION_BELOW = 0.5  # a pattern of less confidence is a suggestion
_FAMILY_OF_CAUSE = {
    "configuration": "configuration",
    "bad_deploy": "bad_deploy",
    "expired": "certificate_expiry",
    "hardware": "hardware",
    "power": "hardware",
    "link": "network",
    "third_party": "third_party",
    "load": "capacity",
    "capacity": "capacity",
}


@dataclass(frozen=True, slots=True)
class Advice:
    """One remedy for patterns that it would fix together, the pattern with most issues first."""

    family: str
    words: str | None
    group: Sequence[PatternEvidence]


def diagnose(evidence: PatternEvidence) -> Advice:
    """Diagnose the kind of failure.

    In: the evidence on a pattern. Out: a suggestion where it is hardly one problem; else the cause that
    people state, else what words, changes or hours show.
    """
    if evidence.confidence < SUGGESTION_BELOW:
        return Advice(SUGGESTED, None, [evidence])
    stated = evidence.stated_cause
    if stated is not None and stated.kind in _FAMILY_OF_CAUSE:
        return Advice(_FAMILY_OF_CAUSE[stated.kind], stated.words, [evidence])
    return Advice(*_read_family(evidence), [evidence])


def _read_family(evidence: PatternEvidence) -> tuple[str, str | None]:
    """The family that words, changes or hours show, and the words if they did."""
    by_words = (evidence.families[0].family, evidence.families[0].words) if evidence.families else None
    if by_words and evidence.families[0].weight >= 2:
        return by_words
    if evidence.change_evidence:
        return "bad_deploy", None
    if by_words:
        return by_words
    when = evidence.tendency
    if when is not None and when.share >= 0.5 and when.lift >= 3:
        return "scheduled_job", None
    has_error = evidence.exception is not None or "error_type" in evidence.dimensions
    return UNKNOWN if has_error else UNOBSERVED, None


def estimate_chance_of_one_problem(evidence: PatternEvidence) -> float:
    """Take the chance that a pattern is one problem.

    In: the evidence on it. Out: the confidence of a suggestion; 1 for what is surer than that.
    """
    return evidence.confidence if evidence.confidence < SUGGESTION_BELOW else 1.0
