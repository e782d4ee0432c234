"""Investigations: what to note at the next occurrence where nothing tells which of two causes it is.

One is offered only where noting it is possible and would tell: for failures of software, whose hosts,
releases and jobs can be looked up, and for a place that has more of a failure than it has of others. What
else a patient, a lift or a parcel needs noted is not ours to guess.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import polars as pl

from causeloop_pipeline.analysis.act.hotspots import Hotspot
from causeloop_pipeline.analysis.act.pattern_evidence import (
    InvestigationFinding,
    PatternEvidence,
)
from causeloop_pipeline.model.advice_frames import INVESTIGATION_SCHEMA
from causeloop_pipeline.model.derived_ids import derive_id
from causeloop_pipeline.model.investigation import (
    MAX_OPEN_INVESTIGATIONS,
    InvestigationResult,
    InvestigationStatus,
)

CONCENTRATED = 0.8  # share of issues from one place
BY_JOB, BY_HOST, BY_CHANGE, BY_PLACE, BY_INPUT = "job", "host", "change", "place", "input"
_EXCEPTION = re.compile(r"\b[A-Z]\w*(?:Error|Exception)\b")

FAMILY_OF_RESULT = {
    (BY_JOB, InvestigationResult.FIRST): "scheduled_job",
    (BY_JOB, InvestigationResult.SECOND): "capacity",
    (BY_HOST, InvestigationResult.FIRST): "hardware",
    (BY_HOST, InvestigationResult.SECOND): "bad_deploy",
    (BY_CHANGE, InvestigationResult.FIRST): "bad_deploy",
    (BY_INPUT, InvestigationResult.FIRST): "data_quality",
    (BY_INPUT, InvestigationResult.SECOND): "bad_deploy",
}
"""The family of failure that a finding shows, by kind of investigation and result."""


@dataclass(frozen=True, slots=True)
class Investigation:
    """What to note, the two causes that it tells apart, and how each would show."""

    kind: str
    title: str
    to_note: str
    first_cause: str
    second_cause: str
    steps: Sequence[str]


CAUSES = {
    BY_JOB: ("a scheduled job", "the load at that time"),
    BY_HOST: ("one machine", "one release"),
    BY_CHANGE: ("a change", "something that the services share"),
    BY_INPUT: ("a certain input", "one release"),
    BY_PLACE: ("something at that place", "how much that place is used"),
}
"""The two causes that each kind tells apart."""


def choose_investigation(
    evidence: PatternEvidence, place: str, hotspot: Hotspot | None = None
) -> Investigation | None:
    """Choose what to find out about a pattern.

    In: the evidence on a pattern whose cause is not known, where it occurs, and the place that has more of it
    than other places do. Out: the investigation; None where neither it is about software nor has a hotspot,
    or where everything of use has been found out.
    """
    finished = {finding.kind for finding in evidence.findings}
    offered = (
        _by_place(evidence, hotspot),
        _by_job(evidence, place),
        _by_input(evidence, place),
        _by_host(evidence, place),
        _by_change(evidence),
    )
    return next((each for each in offered if each is not None and each.kind not in finished), None)


def choose_found_family(findings: Sequence[InvestigationFinding]) -> tuple[str, InvestigationFinding] | None:
    """Read which family of failure people found out.

    In: what was found out about a pattern, the latest first. Out: the family and the finding that shows it.
    """
    for finding in findings:
        family = FAMILY_OF_RESULT.get((finding.kind, InvestigationResult(finding.result)))
        if family:
            return family, finding
    return None


def list_findings(states: pl.DataFrame) -> dict[str, list[InvestigationFinding]]:
    """List what was found out about each pattern.

    In: INVESTIGATION_STATES, the latest decision first. Out: pattern id to findings, in that order.
    """
    findings: dict[str, list[InvestigationFinding]] = {}
    done = states.filter(pl.col("status") == InvestigationStatus.DONE)
    for pattern_id, kind, result, note in done.select("pattern_id", "kind", "result", "note").iter_rows():
        findings.setdefault(pattern_id, []).append(InvestigationFinding(kind, result, note))
    return findings


def list_investigations(
    ranked: Sequence[tuple[PatternEvidence, Investigation]], existing: pl.DataFrame | None, space: UUID
) -> pl.DataFrame:
    """List the investigations that are open now, three at most.

    In: patterns with what to find out, the most worthwhile first; earlier ones as INVESTIGATION_STATES; the
    name space of the workspace's ids. Out: INVESTIGATION_SCHEMA. What is open stays until it is done or its
    pattern needs it no more; what was done or dismissed does not come back.
    """
    states = {} if existing is None else dict(existing.select("investigation_id", "status").iter_rows())
    rows = []
    for evidence, each in ranked:
        identity = derive_id(space, f"investigation:{each.kind}:{evidence.pattern_id}")
        status = states.get(identity)
        if status in (None, InvestigationStatus.OPEN):
            rows.append((status is None, identity, evidence.pattern_id, each))
    chosen = sorted(rows, key=lambda row: row[0])[:MAX_OPEN_INVESTIGATIONS]
    return pl.DataFrame(
        [
            {
                "investigation_id": identity,
                "pattern_id": pattern_id,
                "kind": each.kind,
                "place": place,
                "title": each.title,
                "to_note": each.to_note,
                "first_cause": each.first_cause,
                "second_cause": each.second_cause,
                "steps": list(each.steps),
            }
            for place, (_, identity, pattern_id, each) in enumerate(chosen, 1)
        ],
        schema=INVESTIGATION_SCHEMA,
        orient="row",
    )


def _count_seen(evidence: PatternEvidence) -> str:
    """How often there was something to note."""
    return f" (on {evidence.recent_active_days} of the last {evidence.recent_days} days)"


def _by_job(evidence: PatternEvidence, place: str) -> Investigation | None:
    if evidence.tendency is None or not evidence.is_technical:
        return None
    hours, seen = evidence.tendency.when, _count_seen(evidence)
    return Investigation(
        BY_JOB,
        f"Find out whether “{evidence.name}” on {hours} comes from a job or from the load",
        f"Which jobs run on {hours}, and how many requests per minute {place} handles then{seen}",
        *CAUSES[BY_JOB],
        (
            f"List the jobs that run on {hours}, and the requests per minute of {place} at that time.",
            "Move the largest of those jobs by a day, once. If the failure moves with it, the job causes it.",
            "If the failure stays at its hour, it follows the load.",
        ),
    )


def _by_input(evidence: PatternEvidence, place: str) -> Investigation | None:
    """Of code that fails with an exception, the machine is rarely the cause."""
    if evidence.change is not None or not _EXCEPTION.search(f"{evidence.name} {evidence.error_text}"):
        return None
    seen = _count_seen(evidence)
    return Investigation(
        BY_INPUT,
        f"Find out whether “{evidence.name}” comes from a certain input or from one release",
        f"The id of the input and the release of {place} at each occurrence{seen}",
        *CAUSES[BY_INPUT],
        (
            "Log the id of what was being processed, not its content, and the release with each failure.",
            "If the inputs have something in common, write a test with one of them; it must fail as they do.",
            "If any input fails, but only since one release, compare that release with the last one.",
        ),
    )


def _by_host(evidence: PatternEvidence, place: str) -> Investigation | None:
    service = evidence.dimensions.get("service")
    if not evidence.is_technical or evidence.change is not None:
        return None
    if service is None or service.count < CONCENTRATED * service.of:
        return None
    seen = _count_seen(evidence)
    return Investigation(
        BY_HOST,
        f"Find out whether “{evidence.name}” comes from one machine or one release",
        f"The host and release of {place} at each occurrence{seen}",
        *CAUSES[BY_HOST],
        (
            "Log the host (or instance) and the release with each failure: often one line of configuration.",
            "If it is always the same host, drain that machine once and see whether the failure stops.",
            "If several hosts have it, but only since one release, compare that release with the last one.",
        ),
    )


def _by_change(evidence: PatternEvidence) -> Investigation | None:
    service = evidence.dimensions.get("service")
    if not evidence.is_technical or evidence.change is not None:
        return None
    if service is not None and service.count >= CONCENTRATED * service.of:
        return None
    seen = _count_seen(evidence)
    return Investigation(
        BY_CHANGE,
        f"Find out whether “{evidence.name}” comes from a change or from something shared",
        f"The service, and what was last changed there, at each occurrence{seen}",
        *CAUSES[BY_CHANGE],
        (
            "Add the service, and what was last changed there, to each of its issues.",
            "If it follows changes of one service, a change causes it: begin with the latest of them.",
            "If several services have it at once, look at what they share: network, database, sign-in.",
        ),
    )


def _by_place(evidence: PatternEvidence, hotspot: Hotspot | None) -> Investigation | None:
    if hotspot is None:
        return None
    at = hotspot.place
    counted = f"{hotspot.count:,} of {hotspot.of:,}"
    return Investigation(
        BY_PLACE,
        f"Find out what is different at {at}: {counted} issues of “{evidence.name}” are from there",
        f"What {at} does or has that the others do not, at each occurrence{_count_seen(evidence)}",
        *CAUSES[BY_PLACE],
        (
            f"Compare the next three at {at} with three elsewhere: equipment, people, procedure, supplies.",
            f"Where they differ, let {at} do once as the others do, and see whether it still occurs there.",
            "If they do not differ, count occurrences per use: a place that is used more has more of them.",
        ),
    )
