"""The evidence on a pattern, gathered for its recommendation: all of it counted, none of it guessed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from causeloop_pipeline.analysis.act.stated_causes import StatedCause, read_stated_cause
from causeloop_pipeline.analysis.detect.clusters.error_families import FamilyMatch, recognize_families
from causeloop_pipeline.analysis.detect.clusters.pattern_traits import (
    build_pattern_text,
    find_commonest_titles,
    join_member_issues,
)
from causeloop_pipeline.analysis.detect.traces.parser import parse_trace
from causeloop_pipeline.analysis.predict.risk import select_nearest_predictions
from causeloop_pipeline.model.frames import DIMENSIONS

RECENT_DAYS = 180
_TRACED_ISSUES = 5
_CLEARLY_STATED = 4.0
_TREND_KINDS = ("deploy", "change", "release")


@dataclass(frozen=True, slots=True)
class Counted:
    """A value and how often it was seen, of how many."""

    value: str
    count: int
    of: int


@dataclass(frozen=True, slots=True)
class Tendency:
    """A part of the week in which a pattern occurs more often than chance."""

    weekday: str
    hours: str
    share: float
    lift: float


@dataclass(frozen=True, slots=True)
class PatternEvidence:
    """What was seen of one pattern."""

    pattern_id: str
    name: str
    status: str
    confidence: float
    issue_count: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    dimensions: Mapping[str, Counted]
    families: Sequence[FamilyMatch]
    error_text: str
    exception: Counted | None
    frame: Counted | None
    recent_issues: Sequence[str]
    active_days: int
    recent_active_days: int
    observed_days: float
    probability: float | None
    window_days: int
    trigger: str | None
    change_evidence: str | None
    tendency: Tendency | None
    stated_cause: StatedCause | None


def gather_evidence(
    patterns: pl.DataFrame,
    members: pl.DataFrame,
    issues: pl.DataFrame,
    predictions: pl.DataFrame,
    *,
    as_of: datetime,
) -> list[PatternEvidence]:
    """Gather the evidence on each pattern, in the order of pattern ids.

    In: PATTERNS, MEMBERS, ISSUES, PREDICTIONS and the time of the judgement (aware). Issues after as_of
    are left out. Out: one PatternEvidence per pattern that has issues; traces are read from its five
    latest issues.
    """
    seen = issues.filter(pl.col("source_created_at") <= as_of)
    joined = join_member_issues(
        members.join(patterns.select("pattern_id"), on="pattern_id", how="semi"), seen
    )
    titles = find_commonest_titles(joined)
    predicted = {
        row["pattern_id"]: row for row in select_nearest_predictions(predictions).iter_rows(named=True)
    }
    rows = {row["pattern_id"]: row for row in patterns.sort("pattern_id").iter_rows(named=True)}
    groups = joined.partition_by("pattern_id", as_dict=True, maintain_order=True)
    return [
        _evidence(rows[key], groups[(key,)], titles.get(key, ""), predicted.get(key, {}), as_of)
        for key in rows
        if (key,) in groups
    ]


def _evidence(
    pattern: Mapping[str, Any],
    joined: pl.DataFrame,
    title: str,
    prediction: Mapping[str, Any],
    as_of: datetime,
) -> PatternEvidence:
    latest = joined.tail(_TRACED_ISSUES)
    exception, frame = _count_traces(latest)
    text = build_pattern_text(pattern["name"], pattern["fingerprint"], title)
    days = joined["source_created_at"].dt.date().unique()
    first, last = joined["source_created_at"].min(), joined["source_created_at"].max()
    exception_text = f"{text}\n{exception.value}" if exception else text
    return PatternEvidence(
        pattern_id=pattern["pattern_id"],
        name=pattern["name"] or title or "an unnamed pattern",
        status=pattern["status"] or "active",
        confidence=1.0 if pattern["confidence"] is None else float(pattern["confidence"]),
        issue_count=joined.height,
        first_seen_at=_instant(first),
        last_seen_at=_instant(last),
        dimensions=_dimensions(joined),
        families=recognize_families(exception_text),
        error_text=_short(exception.value if exception else pattern["name"] or title),
        exception=exception,
        frame=frame,
        recent_issues=_names(latest),
        active_days=days.len(),
        recent_active_days=int((days > (as_of - timedelta(days=RECENT_DAYS)).date()).sum()),
        observed_days=max((as_of - first).total_seconds() / 86_400, 1.0)
        if isinstance(first, datetime)
        else 1.0,
        stated_cause=_read_agreed_cause(latest),
        **_prediction_fields(prediction),
    )


def _prediction_fields(prediction: Mapping[str, Any]) -> dict[str, Any]:
    """The probability, trigger and hours that were predicted."""
    return {
        "probability": prediction.get("probability"),
        "window_days": int(prediction.get("window_days") or 30),
        "trigger": prediction.get("likely_trigger"),
        "change_evidence": _change_evidence(prediction.get("evidence")),
        "tendency": _tendency(prediction.get("likely_when"), int(prediction.get("event_count") or 0)),
    }


def _instant(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _dimensions(joined: pl.DataFrame) -> dict[str, Counted]:
    """The commonest known value of each dimension, if at least a third of the issues have it."""
    dimensions = {}
    for name in DIMENSIONS:
        counts = Counter(value for value in joined[name].to_list() if value)
        if counts:
            value, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
            if count * 3 >= joined.height:
                dimensions[name] = Counted(value, count, joined.height)
    return dimensions


def _read_agreed_cause(latest: pl.DataFrame) -> StatedCause | None:
    """The cause that the latest issues state clearly, if more than half of those that state one agree."""
    stated = [cause for body in latest["body"].to_list() if (cause := read_stated_cause(body))]
    clear = [cause for cause in stated if cause.weight >= _CLEARLY_STATED]
    if not clear:
        return None
    kind, count = min(Counter(cause.kind for cause in clear).items(), key=lambda item: (-item[1], item[0]))
    return next(cause for cause in clear if cause.kind == kind) if count * 2 > len(stated) else None


def _count_traces(latest: pl.DataFrame) -> tuple[Counted | None, Counted | None]:
    traces = [trace for body in latest["body"].to_list() if body and (trace := parse_trace(body))]
    types = Counter(trace.exception_types[0] for trace in traces if trace.exception_types)
    frames = Counter(trace.in_app_frames[0].name for trace in traces)
    return _commonest(types, len(traces)), _commonest(frames, len(traces))


def _commonest(counts: Counter[str], of: int) -> Counted | None:
    if not counts:
        return None
    value, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
    return Counted(value, count, of)


def _names(latest: pl.DataFrame) -> list[str]:
    rows = latest.select("external_id", "issue_id").reverse().head(3).iter_rows()
    return [external or issue for external, issue in rows]


def _short(text: str | None) -> str:
    words = " ".join((text or "this failure").split())
    return words if len(words) <= 80 else words[:79].rstrip() + "…"


def _change_evidence(evidence: Sequence[Mapping[str, Any]] | None) -> str | None:
    """The text of the first finding about a change."""
    texts = (
        str(finding["text"])
        for finding in evidence or ()
        if any(kind in str(finding["kind"]) for kind in _TREND_KINDS)
    )
    return next(texts, None)


def _tendency(likely_when: Sequence[Mapping[str, Any]] | None, event_count: int) -> Tendency | None:
    """The likeliest part of the week, if 10 events or more show that it is no chance."""
    if event_count < 10 or not likely_when:
        return None
    tendency = Tendency(**likely_when[0])
    return tendency if tendency.lift >= 1.5 else None
