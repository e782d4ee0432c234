"""The kind of failure of a pattern, and what shows it; nothing where nothing does."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from causeloop_pipeline.analysis.act.body_reading import SYMPTOMS
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
    "hardware": "hardware",
    "power": "hardware",
    "link": "network",
    "third_party": "third_party",
    "load": "capacity",
    "capacity": "capacity",
}
_EXPIRED = "expired"
_CERTIFICATE = re.compile(r"\bcert(?:ificate)?s?\b|\bx509\b|\b(?:tls|ssl)\b")
_CREDENTIAL = re.compile(r"\b(?:secret|token|credential|password|passphrase|tgt|ticket|api key|key)s?\b")


class Basis(StrEnum):
    """What a diagnosis rests on."""

    FINDING = "finding"
    STATED = "stated"
    BODY = "body"
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
    the family that the titles show, or that most of the latest texts do where the titles show none or only a
    symptom, what held before, the changes that it follows, the line of code where it
    fails; None where none of these tells, and for a suggestion, of which it is not known that it is one
    problem.
    """
    if evidence.confidence < SUGGESTION_BELOW:
        return None
    readers = (_by_finding, _by_stated_cause, _by_bodies, _by_words, _by_what_held, _by_change, _by_code)
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
    if stated is None:
        return None
    family = _name_expired(stated.words) if stated.kind == _EXPIRED else _FAMILY_OF_CAUSE.get(stated.kind)
    return (family, Basis.STATED, stated.words) if family else None


def _name_expired(words: str) -> str | None:
    """What expired: a certificate, or what a program signs in with. Of a licence nothing is known."""
    if _CERTIFICATE.search(words):
        return "certificate_expiry"
    return "authentication" if _CREDENTIAL.search(words) else None


def _by_bodies(evidence: PatternEvidence) -> FamilyEvidence | None:
    read = evidence.body_reading
    if read is None or (evidence.family is not None and evidence.family.family not in SYMPTOMS):
        return None
    is_new = evidence.family is None or read.family not in SYMPTOMS
    return (read.family, Basis.BODY, read.sentence) if is_new else None


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
    """Find what held before. In: the evidence. Out: what kept it away longer than by chance."""
    return find_what_held(evidence.endings, evidence.usual_gap_days)


def is_shown_by_bodies(evidence: PatternEvidence) -> bool:
    """Tell whether the latest texts name the failure. In: the evidence. Out: true where the titles do not."""
    return _by_bodies(evidence) is not None


def is_at_one_line(evidence: PatternEvidence) -> bool:
    """Tell whether the latest traces fail at one line. In: the evidence. Out: true for three in five."""
    frame = evidence.frame
    return frame is not None and frame.count >= MIN_TRACES and frame.count >= MIN_SHARE_OF_TRACES * frame.of
