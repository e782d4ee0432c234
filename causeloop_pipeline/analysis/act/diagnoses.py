"""The kind of failure of a pattern, and what shows it; nothing where nothing does."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from causeloop_pipeline.analysis.act.endings import EndingGroup, find_what_held
from causeloop_pipeline.analysis.act.investigations import CAUSES, choose_found_family
from causeloop_pipeline.analysis.act.pattern_evidence import PatternEvidence
from causeloop_pipeline.analysis.act.playbook import CODE_LINE, WHAT_HELD
from causeloop_pipeline.model.investigation import InvestigationResult
from causeloop_pipeline.model.pattern import SUGGESTION_BELOW

MIN_TRACES = 3
MIN_SHARE_OF_TRACES = 0.6
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


class Basis(StrEnum):
    """What a diagnosis rests on."""

    FINDING = "finding"
    STATED = "stated"
    HELD = "held"
    WORDS = "words"
    CHANGE = "change"
    CODE = "code"


FamilyEvidence = tuple[str, Basis, str]
"""A family, what it rests on, and the words, finding or action that shows it."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One family of failure for patterns that its remedy would fix together, the largest pattern first.

    `detail` is the words, the finding or the action that shows it, by `basis`.
    """

    family: str
    basis: Basis
    detail: str
    group: Sequence[PatternEvidence]


def diagnose(evidence: PatternEvidence) -> Diagnosis | None:
    """Diagnose the kind of failure.

    In: the evidence on a pattern. Out: the strongest of what people found out, the cause that they state,
    the family that the texts show, what held before, the changes that it follows, the line of code where it
    fails; None where none of these tells, and for a suggestion, of which it is not known that it is one
    problem.
    """
    if evidence.confidence < SUGGESTION_BELOW:
        return None
    readers = (_by_finding, _by_stated_cause, _by_words, _by_what_held, _by_change, _by_code)
    readings = (read(evidence) for read in readers)
    family = next((each for each in readings if each is not None), None)
    return Diagnosis(*family, [evidence]) if family else None


def _by_finding(evidence: PatternEvidence) -> FamilyEvidence | None:
    finding = choose_found_family(evidence.findings)
    if finding is None:
        return None
    family, decided = finding
    first, second = CAUSES[decided.kind]
    return family, Basis.FINDING, first if decided.result == InvestigationResult.FIRST else second


def _by_stated_cause(evidence: PatternEvidence) -> FamilyEvidence | None:
    stated = evidence.stated_cause
    if stated is None or stated.kind not in _FAMILY_OF_CAUSE:
        return None
    return _FAMILY_OF_CAUSE[stated.kind], Basis.STATED, stated.words


def _by_words(evidence: PatternEvidence) -> FamilyEvidence | None:
    read = evidence.family
    return (read.family, Basis.WORDS, read.words) if read else None


def _by_what_held(evidence: PatternEvidence) -> FamilyEvidence | None:
    held = find_held(evidence)
    return (WHAT_HELD, Basis.HELD, held.phrase) if held else None


def _by_change(evidence: PatternEvidence) -> FamilyEvidence | None:
    change = evidence.change
    return ("bad_deploy", Basis.CHANGE, change.text) if change and change.is_regular else None


def _by_code(evidence: PatternEvidence) -> FamilyEvidence | None:
    frame = evidence.frame
    return (CODE_LINE, Basis.CODE, frame.value) if frame and is_at_one_line(evidence) else None


def find_held(evidence: PatternEvidence) -> EndingGroup | None:
    """Find what held before. In: the evidence. Out: what kept it away three times as long as usual."""
    return find_what_held(evidence.endings, evidence.usual_gap_days)


def is_at_one_line(evidence: PatternEvidence) -> bool:
    """Tell whether the latest traces fail at one line. In: the evidence. Out: true for three in five."""
    frame = evidence.frame
    return frame is not None and frame.count >= MIN_TRACES and frame.count >= MIN_SHARE_OF_TRACES * frame.of
