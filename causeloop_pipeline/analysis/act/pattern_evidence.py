"""The evidence on a pattern, gathered for its recommendation: all of it counted, none of it guessed."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

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


def _change_evidence(evidence: str | None) -> str | None:
    """The text of the first piece of evidence about a change."""
    entries = json.loads(evidence) if evidence else []
    texts = (
        str(entry.get("text"))
        for entry in entries
        if isinstance(entry, Mapping) and any(kind in str(entry.get("kind")) for kind in _TREND_KINDS)
    )
    return next(texts, None)


def _tendency(likely_when: str | None, event_count: int) -> Tendency | None:
    """The likeliest part of the week, if 10 events or more show that it is no chance."""
    entries = json.loads(likely_when) if likely_when else []
    if event_count < 10 or not entries or not isinstance(entries[0], Mapping):
        return None
    first = entries[0]
    tendency = Tendency(
        str(first.get("weekday")), str(first.get("hours")), float(first["share"]), float(first["lift"])
    )
    return tendency if tendency.lift >= 1.5 else None
