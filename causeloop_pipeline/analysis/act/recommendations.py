"""Ranked recommendations: what to fix first, and what it would prevent."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import NAMESPACE_URL, UUID

import polars as pl

from causeloop_pipeline.analysis.act.diagnoses import (
    Advice,
    diagnose,
    estimate_chance_of_one_problem,
)
from causeloop_pipeline.analysis.act.expected_prevention import (
    Prevention,
    estimate_prevention,
    estimate_recurrences,
    hold_chances,
)
from causeloop_pipeline.analysis.act.folding import Proposal, Row, fold_alike
from causeloop_pipeline.analysis.act.observations import choose_observation
from causeloop_pipeline.analysis.act.pattern_evidence import PatternEvidence, gather_evidence
from causeloop_pipeline.analysis.act.pattern_summaries import PatternSummary
from causeloop_pipeline.analysis.act.planned_work import is_planned_work
from causeloop_pipeline.analysis.act.playbook import PLAYBOOK, UNKNOWN, UNOBSERVED, Remedy
from causeloop_pipeline.analysis.act.wording import (
    list_steps,
    write_distinct_title,
    write_rationale,
    write_title,
)
from causeloop_pipeline.analysis.detect.issue_occurrences import MIN_OCCURRENCES
from causeloop_pipeline.model.derived_ids import derive_id
from causeloop_pipeline.model.frames import RECOMMENDATION_SCHEMA
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
_EFFORT_COST = {Effort.LOW: 1.0, Effort.MEDIUM: 1.6, Effort.HIGH: 2.8}
_UNKNOWN_RISK = 40.0
_REOPENED = tuple(verdict for verdict in FINAL_VERDICTS if verdict.is_reopening)


@dataclass(frozen=True, slots=True)
class RecommendationInputs:
    """What is known of a workspace: PATTERNS, their summaries by id, PREDICTIONS, the RISKS of patterns and,
    if known, CLUSTER_MEMBERS and `existing`: frame(recommendation_id, status, and if known type and verdict
    of the proof).
    """

    patterns: pl.DataFrame
    summaries: Mapping[str, PatternSummary]
    predictions: pl.DataFrame
    risks: pl.DataFrame
    cluster_members: pl.DataFrame | None = None
    existing: pl.DataFrame | None = None


def recommend(inputs: RecommendationInputs, *, as_of: datetime, namespace: str) -> pl.DataFrame:
    """Recommend one remedy per pattern, or per cluster where one change fixes several, and rank them.

    In: RecommendationInputs (left out are resolved patterns, planned work, those of one issue, those of one
    active day and no prediction, and those of which less than .2 recurrences are expected in 90 days, times
    the confidence of a suggestion: they are best left alone), the time of the judgement (aware), `namespace`:
    a text that is unique to the workspace. Out: RECOMMENDATION_SCHEMA by rank, 1 the best, no ties, no gaps.
    Dismissed ones stay away, and so do implemented ones unless their proof says failed, partly or moved. Ids
    follow the oldest pattern and the remedy, and an existing id is kept while any of its patterns is among
    those to be fixed.

    Method: the kind of failure is the cause that the issues state, else read from template, error type,
    titles and traces, else from the rhythm or from changes in the evidence; without any, the advice is the
    observation that tells two causes apart. A pattern of a confidence below .5 is to be checked first; what
    that prevents is counted with the confidence, the chance that there is one problem to fix. Of more than
    eleven such suggestions the ten best stand alone and one row holds the others.
    Score = recurrences prevented in 90 days if it is one problem * (.5 + risk / 100) * confidence / effort.
    """
    live = inputs.patterns.filter(pl.col("status").fill_null("active") != "resolved")
    evidence = gather_evidence(live, inputs.summaries, inputs.predictions, as_of=as_of)
    diagnoses = [diagnose(pattern) for pattern in evidence if _is_worth_advice(pattern)]
    groups = _group_by_cluster(diagnoses, _map_clusters_by_pattern(inputs.cluster_members))

    context = _Context(
        hold_chances=hold_chances(inputs.existing),
        risks=dict(inputs.risks.select("id", "risk_score").iter_rows()),
        states=_read_states(inputs.existing),
        id_space=UUID(derive_id(NAMESPACE_URL, f"causeloop:{namespace}")),
    )
    proposals = [_propose(advice, context) for advice in groups]
    alone, folded = _fold(proposals, context)
    shared = Counter(proposal.title for proposal in proposals)
    rows = [
        _write_row(proposal, is_title_shared=shared[proposal.title] > 1)
        for proposal in alone
        if _is_wanted(context.states.get(proposal.recommendation_id))
    ]
    rows += [row for row in folded if _is_wanted(context.states.get(str(row["recommendation_id"])))]
    return _rank(rows)


def find_least_probability(window_days: int) -> float:
    """Find the probability below which `recommend` recommends nothing for a pattern, whatever else is known.

    In: the window of the pattern's prediction, in days. Out: a probability, a little lower for rounding.
    Method: that of which the hazard gives as many recurrences in 90 days as the least advised has.
    """
    return find_probability_of_least_recurrences(window_days, 0.999 * MIN_RECURRENCES)


@dataclass(frozen=True, slots=True)
class _Context:
    """What is known beside the patterns: chances by type, risks by pattern, earlier states by id."""

    hold_chances: Mapping[str, tuple[float, float, int]]
    risks: Mapping[str, float | None]
    states: Mapping[str, tuple[str, str | None]]
    id_space: UUID


def _is_worth_advice(evidence: PatternEvidence) -> bool:
    """Whether it recurs enough, is one problem, is no planned work, and did not occur just once
    unpredictably.
    """
    if is_planned_work(evidence.name) or (evidence.probability is None and evidence.active_days == 1):
        return False
    recurrences = estimate_recurrences(evidence) * estimate_chance_of_one_problem(evidence)
    return evidence.occurrence_count >= MIN_OCCURRENCES and recurrences >= MIN_RECURRENCES


def _map_clusters_by_pattern(cluster_members: pl.DataFrame | None) -> dict[str, str]:
    if cluster_members is None:
        return {}
    pairs = cluster_members.sort("pattern_id", "cluster_id").select("pattern_id", "cluster_id")
    return dict(pairs.iter_rows())


def _group_by_cluster(diagnoses: Sequence[Advice], clusters: Mapping[str, str]) -> list[Advice]:
    """One piece of advice for patterns of a cluster that fail alike, if one change fixes them all."""
    groups: dict[tuple[str, str], list[Advice]] = {}
    for advice in diagnoses:
        pattern_id = advice.group[0].pattern_id
        is_shared = PLAYBOOK[advice.family].merges and pattern_id in clusters
        key = clusters[pattern_id] if is_shared else pattern_id
        groups.setdefault((advice.family, key), []).append(advice)
    return [_merge(parts) for _, parts in sorted(groups.items())]


def _merge(parts: Sequence[Advice]) -> Advice:
    ordered = sorted(parts, key=lambda part: (-part.group[0].occurrence_count, part.group[0].pattern_id))
    return Advice(
        ordered[0].family, ordered[0].words, [evidence for part in ordered for evidence in part.group]
    )


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


def _choose_id(advice: Advice, context: _Context) -> str:
    """The id under which one of these patterns was advised before, else that of the oldest."""
    oldest = sorted(advice.group, key=lambda evidence: (str(evidence.first_seen_at), evidence.pattern_id))
    ids = [
        derive_id(context.id_space, f"recommendation:{advice.family}:{evidence.pattern_id}")
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


def _choose_remedy(advice: Advice) -> Remedy:
    """What the playbook says, or what to observe where no cause is known."""
    remedy = PLAYBOOK[advice.family]
    if advice.family not in (UNKNOWN, UNOBSERVED):
        return remedy
    observation = choose_observation(advice.group[0])
    return replace(remedy, title=observation.title, steps=tuple(observation.steps))


def _propose(advice: Advice, context: _Context) -> Proposal:
    remedy = _choose_remedy(advice)
    confidence = min(evidence.confidence for evidence in advice.group)
    chance = min(estimate_chance_of_one_problem(evidence) for evidence in advice.group)
    gain = estimate_prevention(advice.group, context.hold_chances[remedy.type], chance)
    risks = [context.risks.get(evidence.pattern_id) for evidence in advice.group]
    risk = max((score for score in risks if score is not None), default=_UNKNOWN_RISK)
    score = gain.expected / chance * (0.5 + risk / 100) * confidence / _EFFORT_COST[remedy.effort]
    return Proposal(
        recommendation_id=_choose_id(advice, context),
        advice=advice,
        remedy=remedy,
        title=write_title(remedy, advice.group),
        gain=gain,
        impact=_rate_impact(gain, risk, remedy.effort),
        score=round(score, 6),
    )


def _write_row(proposal: Proposal, *, is_title_shared: bool) -> Row:
    """The recommendation in words; a title that others have too names the pattern."""
    advice, remedy, title = proposal.advice, proposal.remedy, proposal.title
    kind = remedy.type.value
    return {
        "recommendation_id": proposal.recommendation_id,
        "title": write_distinct_title(title, advice.group) if is_title_shared else title,
        "type": kind,
        "effort": remedy.effort.value,
        "impact": proposal.impact.value,
        **proposal.expected,
        "pattern_ids": sorted(evidence.pattern_id for evidence in advice.group),
        "steps": list_steps(remedy, advice.group),
        "rationale": write_rationale(advice.family, advice.words, advice.group, proposal.gain, kind),
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
