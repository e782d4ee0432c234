"""Advice: what to fix first and what it would prevent, what to find out, and what nobody can advise on."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import NAMESPACE_URL, UUID

import polars as pl

from causeloop_pipeline.analysis.act.diagnoses import Diagnosis, diagnose
from causeloop_pipeline.analysis.act.expected_prevention import (
    Prevention,
    estimate_prevention,
    estimate_recurrences,
    hold_chances,
)
from causeloop_pipeline.analysis.act.folding import Proposal, Row, fold_alike
from causeloop_pipeline.analysis.act.investigations import list_investigations
from causeloop_pipeline.analysis.act.offered_investigations import choose_investigations
from causeloop_pipeline.analysis.act.pattern_evidence import (
    NO_EXPERIENCE,
    Experience,
    PatternEvidence,
    gather_evidence,
)
from causeloop_pipeline.analysis.act.pattern_summaries import PatternSummary
from causeloop_pipeline.analysis.act.planned_work import is_planned_work
from causeloop_pipeline.analysis.act.playbook import PLAYBOOK
from causeloop_pipeline.analysis.act.unexplained import Unexplained, describe_unexplained
from causeloop_pipeline.analysis.act.wording import (
    UNPLACED,
    list_factors,
    list_steps,
    write_distinct_title,
    write_rationale,
    write_title,
)
from causeloop_pipeline.analysis.detect.issue_occurrences import MIN_OCCURRENCES
from causeloop_pipeline.model.derived_ids import derive_id
from causeloop_pipeline.model.frames import RECOMMENDATION_SCHEMA
from causeloop_pipeline.model.pattern import SUGGESTION_BELOW
from causeloop_pipeline.model.proof import FINAL_VERDICTS
from causeloop_pipeline.model.recommendation import (
    MIN_RECURRENCES,
    OPEN_RECOMMENDATION_STATUSES,
    Effort,
    RecommendationImpact,
    RecommendationStatus,
    find_probability_of_least_recurrences,
)

HIGH_BENEFIT = 1.5
HIGH_RISK = 70.0
MIN_RECURRENCES_IF_SILENT = 1.0  # for half a year
_EFFORT_COST = {Effort.LOW: 1.0, Effort.MEDIUM: 1.6, Effort.HIGH: 2.8}
_UNKNOWN_RISK = 40.0
_REOPENED = tuple(verdict for verdict in FINAL_VERDICTS if verdict.is_reopening)


@dataclass(frozen=True, slots=True)
class RecommendationInputs:
    """What is known of a workspace: PATTERNS, their summaries by id, PREDICTIONS, the RISKS of patterns and,
    if known, CLUSTER_MEMBERS; `existing`: frame(recommendation_id, status, and if known type and verdict of
    the proof); INVESTIGATION_STATES; and the experience of people with the patterns.
    """

    patterns: pl.DataFrame
    summaries: Mapping[str, PatternSummary]
    predictions: pl.DataFrame
    risks: pl.DataFrame
    cluster_members: pl.DataFrame | None = None
    existing: pl.DataFrame | None = None
    investigations: pl.DataFrame | None = None
    experience: Experience = NO_EXPERIENCE


@dataclass(frozen=True)
class Advice:
    """RECOMMENDATIONS (the ranked fixes), INVESTIGATIONS, and the patterns without either."""

    recommendations: pl.DataFrame
    investigations: pl.DataFrame
    unexplained: Unexplained


def advise(inputs: RecommendationInputs, *, as_of: datetime, namespace: str) -> Advice:
    """Recommend one fix per pattern, or per cluster where one change fixes several; find out about others.

    In: RecommendationInputs (left out are resolved patterns, suggestions, which are a question, planned work,
    those of one issue or without a prediction, and those of which less than .2 recurrences are expected in 90
    days: they are best left alone), the time of the judgement (aware), `namespace`: a text that is unique to
    the workspace. Out: the Advice.
    Recommendations are ranked 1 (the best) to n without ties and gaps; dismissed ones stay away, and so do
    implemented ones unless their proof says failed, partly or moved. Ids follow the oldest pattern and the
    family, and an existing id is kept while any of its patterns is among those to be fixed.

    Method: `diagnose` says which family of failure it is, or that nothing tells; only then there is a fix.
    Of the others three at most, those that recur most, are offered to be found out. Of more than eleven
    fixes of one family and title the ten best stand alone and one row holds the others.
    Score = recurrences prevented in 90 days * (.5 + risk / 100) * confidence / effort.
    """
    live = inputs.patterns.filter(pl.col("status").fill_null("active") != "resolved")
    evidence = gather_evidence(live, inputs.summaries, inputs.predictions, inputs.experience, as_of=as_of)
    worthwhile = [pattern for pattern in evidence if _is_worth_advice(pattern)]
    diagnosed = {pattern.pattern_id: diagnose(pattern) for pattern in worthwhile}
    space = UUID(derive_id(NAMESPACE_URL, f"causeloop:{namespace}"))
    undiagnosed = [pattern for pattern in worthwhile if diagnosed[pattern.pattern_id] is None]
    offered = choose_investigations(undiagnosed, of=worthwhile)
    investigations = list_investigations(offered, inputs.investigations, space)
    investigated = set(investigations["pattern_id"])
    return Advice(
        recommendations=_recommend([each for each in diagnosed.values() if each is not None], inputs, space),
        investigations=investigations,
        unexplained=describe_unexplained(
            [each for each in undiagnosed if each.pattern_id not in investigated], of=worthwhile
        ),
    )


def _recommend(diagnoses: Sequence[Diagnosis], inputs: RecommendationInputs, space: UUID) -> pl.DataFrame:
    groups = _group_by_cluster(diagnoses, _map_clusters_by_pattern(inputs.cluster_members))
    context = _Context(
        ended=_list_endings(diagnoses),
        hold_chances=hold_chances(inputs.existing),
        risks=dict(inputs.risks.select("id", "risk_score").iter_rows()),
        states=_read_states(inputs.existing),
        id_space=space,
    )
    proposals = [_propose(diagnosis, context) for diagnosis in groups]
    alone, folded = _fold(proposals, context)
    shared = Counter(proposal.title for proposal in proposals)
    rows = [
        _write_row(proposal, context.ended, is_title_shared=shared[proposal.title] > 1)
        for proposal in alone
        if _is_wanted(context.states.get(proposal.recommendation_id))
    ]
    rows += [row for row in folded if _is_wanted(context.states.get(str(row["recommendation_id"])))]
    return _rank(rows)


def find_least_probability(window_days: int) -> float:
    """Find the probability below which `advise` advises nothing for a pattern, whatever else is known.

    In: the window of the pattern's prediction, in days. Out: a probability, a little lower for rounding.
    Method: that of which the hazard gives as many recurrences in 90 days as the least advised has.
    """
    return find_probability_of_least_recurrences(window_days, 0.999 * MIN_RECURRENCES)


@dataclass(frozen=True, slots=True)
class _Context:
    """What is known beside the patterns: what ended which family, chances by type, risks, earlier states."""

    ended: Mapping[str, Sequence[str]]
    hold_chances: Mapping[str, tuple[float, float, int]]
    risks: Mapping[str, float | None]
    states: Mapping[str, tuple[str, str | None]]
    id_space: UUID


def _is_worth_advice(evidence: PatternEvidence) -> bool:
    """Whether it is one problem, not planned work, can be predicted, and has not died out or nearly so."""
    if is_planned_work(evidence.name) or evidence.confidence < SUGGESTION_BELOW:
        return False
    if evidence.probability is None or evidence.occurrence_count < MIN_OCCURRENCES:
        return False
    least = MIN_RECURRENCES if evidence.recent_active_days else MIN_RECURRENCES_IF_SILENT
    return estimate_recurrences(evidence) >= least


def _map_clusters_by_pattern(cluster_members: pl.DataFrame | None) -> dict[str, str]:
    if cluster_members is None:
        return {}
    pairs = cluster_members.sort("pattern_id", "cluster_id").select("pattern_id", "cluster_id")
    return dict(pairs.iter_rows())


def _group_by_cluster(diagnoses: Sequence[Diagnosis], clusters: Mapping[str, str]) -> list[Diagnosis]:
    """One diagnosis for patterns of a cluster that fail alike, if one change fixes them all."""
    groups: dict[tuple[str, str], list[Diagnosis]] = {}
    for diagnosis in diagnoses:
        pattern_id = diagnosis.group[0].pattern_id
        is_shared = PLAYBOOK[diagnosis.family].merges and pattern_id in clusters
        key = clusters[pattern_id] if is_shared else pattern_id
        groups.setdefault((diagnosis.family, key), []).append(diagnosis)
    return [_merge(parts) for _, parts in sorted(groups.items())]


def _merge(parts: Sequence[Diagnosis]) -> Diagnosis:
    ordered = sorted(parts, key=lambda part: (-part.group[0].occurrence_count, part.group[0].pattern_id))
    return replace(ordered[0], group=[evidence for part in ordered for evidence in part.group])


def _read_states(existing: pl.DataFrame | None) -> dict[str, tuple[str, str | None]]:
    """Status and verdict of each earlier recommendation."""
    if existing is None or existing.is_empty():
        return {}
    verdict = pl.col("verdict") if "verdict" in existing.columns else pl.lit(None, pl.String).alias("verdict")
    rows = existing.select("recommendation_id", "status", verdict).iter_rows()
    return {recommendation_id: (status, proof) for recommendation_id, status, proof in rows}


def _is_wanted(state: tuple[str, str | None] | None) -> bool:
    if state is None:
        return True
    status, verdict = state
    is_claimed = status == RecommendationStatus.IMPLEMENTED
    return status in OPEN_RECOMMENDATION_STATUSES or (is_claimed and verdict in _REOPENED)


def _choose_id(diagnosis: Diagnosis, context: _Context) -> str:
    """The id under which one of these patterns was advised before, else that of the oldest."""
    oldest = sorted(diagnosis.group, key=lambda evidence: (str(evidence.first_seen_at), evidence.pattern_id))
    ids = [
        derive_id(context.id_space, f"recommendation:{diagnosis.family}:{evidence.pattern_id}")
        for evidence in oldest
    ]
    return next((existing_id for existing_id in ids if existing_id in context.states), ids[0])


def _fold(proposals: Sequence[Proposal], context: _Context) -> tuple[list[Proposal], list[Row]]:
    """The proposals to write out, and rows that fold similar ones that nobody works on; no dismissed ones."""
    decided: list[Proposal] = []
    undecided: list[Proposal] = []
    for proposal in proposals:
        status, _ = context.states.get(proposal.recommendation_id, ("pending", None))
        (undecided if status == "pending" else decided).append(proposal)
    alone, folded = fold_alike(undecided, context.id_space)
    return [*decided, *alone], folded


def _propose(diagnosis: Diagnosis, context: _Context) -> Proposal:
    remedy = PLAYBOOK[diagnosis.family]
    confidence = min(evidence.confidence for evidence in diagnosis.group)
    gain = estimate_prevention(diagnosis.group, context.hold_chances[remedy.type])
    risks = [context.risks.get(evidence.pattern_id) for evidence in diagnosis.group]
    risk = max((score for score in risks if score is not None), default=_UNKNOWN_RISK)
    score = gain.expected * (0.5 + risk / 100) * confidence / _EFFORT_COST[remedy.effort]
    return Proposal(
        recommendation_id=_choose_id(diagnosis, context),
        diagnosis=diagnosis,
        remedy=remedy,
        title=write_title(remedy, diagnosis.group, diagnosis.detail),
        gain=gain,
        impact=_rate_impact(gain, risk, remedy.effort),
        score=round(score, 6),
    )


def _list_endings(diagnoses: Sequence[Diagnosis]) -> dict[str, list[str]]:
    """What was done about the patterns of each family, once for each time."""
    ended: dict[str, list[str]] = {}
    for diagnosis in diagnoses:
        for group in diagnosis.group[0].endings:
            ended.setdefault(diagnosis.family, []).extend([group.action] * group.count)
    return ended


def _write_row(proposal: Proposal, ended: Mapping[str, Sequence[str]], *, is_title_shared: bool) -> Row:
    """The recommendation in words; a title that others have too names the pattern."""
    diagnosis, remedy, title = proposal.diagnosis, proposal.remedy, proposal.title
    kind = remedy.type.value
    is_unclear = is_title_shared or UNPLACED in title
    return {
        "recommendation_id": proposal.recommendation_id,
        "title": write_distinct_title(title, diagnosis.group) if is_unclear else title,
        "type": kind,
        "effort": remedy.effort.value,
        "impact": proposal.impact.value,
        **proposal.expected,
        "pattern_ids": sorted(evidence.pattern_id for evidence in diagnosis.group),
        "steps": list_steps(remedy, diagnosis, ended),
        "rationale": write_rationale(diagnosis, proposal.gain, kind),
        "factors": list_factors(diagnosis.group, proposal.gain, kind),
        "score": proposal.score,
    }


def _rate_impact(gain: Prevention, risk: float, effort: Effort) -> RecommendationImpact:
    """High when it prevents much or the risk is high; a quick win when that costs little."""
    if gain.expected < HIGH_BENEFIT and risk < HIGH_RISK:
        return RecommendationImpact.MEDIUM
    return RecommendationImpact.QUICK_WIN if effort == Effort.LOW else RecommendationImpact.HIGH


def _rank(rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    schema = {name: kind for name, kind in RECOMMENDATION_SCHEMA.items() if name != "rank"}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    ordered = frame.sort(
        "score", "expected_loops_prevented", "recommendation_id", descending=[True, True, False]
    )
    return ordered.with_columns(rank=pl.int_range(1, pl.len() + 1)).select(RECOMMENDATION_SCHEMA.names())
