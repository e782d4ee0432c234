"""Investigations: what to note at the next occurrence where nothing tells which of two causes it is.

One is offered only where noting it is possible and would tell: for failures of software, whose hosts,
releases and jobs can be looked up. What a patient, a lift or a parcel needs noted is not ours to guess.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import polars as pl

from causeloop_pipeline.analysis.act.pattern_evidence import InvestigationFinding, PatternEvidence
from causeloop_pipeline.model.advice_frames import INVESTIGATION_SCHEMA
from causeloop_pipeline.model.derived_ids import derive_id
from causeloop_pipeline.model.investigation import (
    MAX_OPEN_INVESTIGATIONS,
    InvestigationResult,
    InvestigationStatus,
)

CONCENTRATED = 0.8  # share of issues from one place
BY_JOB, BY_HOST, BY_CHANGE = "job", "host", "change"

FAMILY_OF_RESULT = {
    (BY_JOB, InvestigationResult.FIRST): "scheduled_job",
    (BY_JOB, InvestigationResult.SECOND): "capacity",
    (BY_HOST, InvestigationResult.FIRST): "hardware",
    (BY_HOST, InvestigationResult.SECOND): "bad_deploy",
    (BY_CHANGE, InvestigationResult.FIRST): "bad_deploy",
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
    BY_CHANGE: ("a change", "something that all services share"),
}
"""The two causes that each kind tells apart."""


def choose_investigation(evidence: PatternEvidence, place: str) -> Investigation | None:
    """Choose what to find out about a pattern.

    In: the evidence on a pattern whose cause is not known, and where it occurs. Out: the investigation; None
    where it is not about software, or where everything of use has been found out.
    """
    if not evidence.is_technical:
        return None
    finished = {finding.kind for finding in evidence.findings}
    offered = (_by_job(evidence, place), _by_host(evidence, place), _by_change(evidence))
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


def _by_job(evidence: PatternEvidence, place: str) -> Investigation | None:
    if evidence.tendency is None:
        return None
    hours = evidence.tendency.when
    return Investigation(
        BY_JOB,
        f"Find out whether a job or the load causes “{evidence.name}” on {hours}",
        f"Which jobs run on {hours}, and how many requests a minute {place} has then",
        *CAUSES[BY_JOB],
        (
            f"List the jobs that run on {hours}, with the requests a minute of {place} beside them.",
            "Move the largest of those jobs by a day once. If the failure moves with it, it is the job.",
            "If it stays at its hour, it follows the load.",
        ),
    )


def _by_host(evidence: PatternEvidence, place: str) -> Investigation | None:
    service = evidence.dimensions.get("service")
    if service is None or service.count < CONCENTRATED * service.of or evidence.change is not None:
        return None
    return Investigation(
        BY_HOST,
        f"Find out whether one machine or one release causes “{evidence.name}”",
        f"Host and release of {place} at each occurrence",
        *CAUSES[BY_HOST],
        (
            "Add host (or instance) and release to what is logged with the failure: a line of configuration.",
            "Always the same host means the machine: drain it once and see whether the failure stops.",
            "Several hosts, and always from one release on, means the release: compare it with the last one.",
        ),
    )


def _by_change(evidence: PatternEvidence) -> Investigation | None:
    service = evidence.dimensions.get("service")
    if (service is not None and service.count >= CONCENTRATED * service.of) or evidence.change is not None:
        return None
    return Investigation(
        BY_CHANGE,
        f"Find out whether a change or something shared causes “{evidence.name}”",
        "The service, and what was changed there last, at each occurrence",
        *CAUSES[BY_CHANGE],
        (
            "Add the service, and what was changed there last, to each of its issues.",
            "If it follows changes of one service, it is the change: begin with the newest of them.",
            "If several services have it at once, look at what they share: network, database, sign-in.",
        ),
    )
