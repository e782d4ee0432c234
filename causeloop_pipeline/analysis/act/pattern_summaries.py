"""Pattern summaries: aggregates of a pattern's issues, computed once and kept until its issues change."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson
import polars as pl

from causeloop_pipeline.analysis.act.body_reading import BodyReading, read_bodies
from causeloop_pipeline.analysis.act.family_decision import FailureReading, FamilyDecision, read_failure
from causeloop_pipeline.analysis.act.stated_causes import StatedCause, read_stated_cause
from causeloop_pipeline.analysis.detect.clusters.pattern_traits import (
    PLACE_DIMENSIONS,
    build_pattern_text,
    find_commonest_titles,
    join_member_issues,
    recognize_family,
)
from causeloop_pipeline.analysis.detect.issue_occurrences import list_issue_occurrences
from causeloop_pipeline.analysis.detect.traces.parser import parse_trace
from causeloop_pipeline.model.frames import DIMENSIONS

TRACED_ISSUES = 5
_NAMED_ISSUES = 3
_READING_VERSION = "3"
"""Part of the digest: texts are read again once how they are read has changed."""
_EPOCH = date(1970, 1, 1).toordinal()

Tally = Mapping[str, Mapping[str, int]]
"""Kind (`severity` or a dimension) → value → how many issues of a pattern have it; `day` → how many
occurrences."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A value, its count, and the total."""

    value: str
    count: int
    of: int


class LatestIssue(NamedTuple):
    """One of a pattern's five latest issues."""

    name: str
    body: str | None


class RecognizedWords(NamedTuple):
    """A pattern's title and exception, and the family that its words showed, with the digest of these."""

    title: str
    exception: str | None
    words_digest: str
    family_without_traces: str | None


@dataclass(frozen=True, slots=True)
class PatternSummary:
    """Aggregates of one pattern's issues; `days`, since 1970, are those when it occurred, ascending."""

    issue_count: int
    occurrence_count: int
    title: str
    dimensions: Mapping[str, Counted]
    severities: Mapping[str, int]
    services: int
    teams: int
    days: Sequence[int]
    exception: Counted | None
    frame: Counted | None
    recent_issues: Sequence[str]
    stated_cause: StatedCause | None
    words_digest: str
    reading: FailureReading
    family_without_traces: str | None
    body_reading: BodyReading | None = None

    def to_json(self) -> bytes:
        """The summary as JSON; the same summary gives the same bytes."""
        return orjson.dumps(self, option=orjson.OPT_SORT_KEYS)

    @classmethod
    def from_json(cls, data: bytes | str | Mapping[str, Any]) -> "PatternSummary":
        """The summary that `to_json` wrote."""
        stored = orjson.loads(data) if isinstance(data, bytes | str) else data
        counted = {name: stored[name] and Counted(**stored[name]) for name in ("exception", "frame")}
        fields = {
            "occurrence_count": stored["issue_count"],  # where an earlier version wrote none
            "reading": {"family": None, "is_technical": False},  # the same: its digest is another one
            **stored,
            **counted,
            "dimensions": {name: Counted(**value) for name, value in stored["dimensions"].items()},
            "stated_cause": stored["stated_cause"] and StatedCause(**stored["stated_cause"]),
            "body_reading": stored.get("body_reading") and BodyReading(**stored["body_reading"]),
        }
        family = fields["reading"]["family"]
        fields["reading"] = FailureReading(
            family and FamilyDecision(**family), fields["reading"]["is_technical"]
        )
        return cls(**{name: fields[name] for name in cls.__dataclass_fields__})


def summarize_pattern(
    tally: Tally,
    title: str,
    latest: Sequence[LatestIssue],
    name: str | None,
    fingerprint: Mapping[str, Any] | None,
    occurrence_count: int,
    previous: PatternSummary | None = None,
) -> PatternSummary:
    """Summarize one pattern.

    In: its tally, the commonest title of its 100 latest issues, its five latest issues (the latest last), its
    name and fingerprint, how often it occurred, the summary before if there is one. Out: the summary; traces
    and stated causes are read from the latest issues. Most of the work is to read the failure from the
    pattern's words: while these stay the same, what was read of them before does.
    """
    issue_count = sum(tally.get("severity", {}).values()) or len(latest)
    exception, frame = _count_traces(latest)
    dimensions = _count_dimensions(tally, issue_count)
    words = _collect_words(name, fingerprint, title, exception.value if exception else None)
    digest = _compute_digest(words)
    if previous is not None and previous.words_digest == digest:
        reading, family_without_traces = previous.reading, previous.family_without_traces
    else:
        reading = _read_words(words, dimensions, exception)
        family_without_traces = recognize_family(build_pattern_text(name, fingerprint, title))
    return PatternSummary(
        issue_count=issue_count,
        occurrence_count=occurrence_count,
        title=title,
        dimensions=dimensions,
        severities=tally.get("severity", {}),
        services=len(tally.get("service", {})),
        teams=len(tally.get("team", {})),
        days=sorted(date.fromisoformat(day).toordinal() - _EPOCH for day in tally.get("day", {})),
        exception=exception,
        frame=frame,
        recent_issues=[issue.name for issue in latest[-_NAMED_ISSUES:]][::-1],
        stated_cause=_read_agreed_cause(latest),
        words_digest=digest,
        reading=reading,
        family_without_traces=family_without_traces,
        body_reading=read_bodies([issue.body for issue in latest], _list_places(dimensions)),
    )


def find_reading(
    summary: PatternSummary, name: str | None, fingerprint: Mapping[str, Any] | None
) -> FailureReading:
    """What a pattern's words tell of its failure, read again if its name has changed."""
    exception = summary.exception.value if summary.exception else None
    words = _collect_words(name, fingerprint, summary.title, exception)
    if _compute_digest(words) == summary.words_digest:
        return summary.reading
    return _read_words(words, summary.dimensions, summary.exception)


def _read_words(words: str, dimensions: Mapping[str, Counted], exception: Counted | None) -> FailureReading:
    error = exception or dimensions.get("error_type")
    return read_failure(words, error.value if error else None, _list_places(dimensions))


def _list_places(dimensions: Mapping[str, Counted]) -> list[str]:
    return [dimensions[kind].value for kind in PLACE_DIMENSIONS if kind in dimensions]


def find_family_without_traces(
    recognized: RecognizedWords, name: str | None, fingerprint: Mapping[str, Any] | None
) -> str | None:
    """The family of failure that a pattern's name, template and title show, or None."""
    words = _collect_words(name, fingerprint, recognized.title, recognized.exception)
    if _compute_digest(words) == recognized.words_digest:
        return recognized.family_without_traces
    return recognize_family(build_pattern_text(name, fingerprint, recognized.title))


def summarize_patterns(
    patterns: pl.DataFrame,
    members: pl.DataFrame,
    issues: pl.DataFrame,
    occurrences: pl.DataFrame | None = None,
    *,
    as_of: datetime,
) -> dict[str, PatternSummary]:
    """Summarize each pattern that has issues.

    In: PATTERNS, MEMBERS, ISSUES, ISSUE_OCCURRENCES (none: one of each issue) and the time of the judgement
    (aware); what comes after it is left out. Out: pattern id → summary.
    """
    seen_issues = issues.filter(pl.col("source_created_at") <= as_of)
    occurred = list_issue_occurrences(seen_issues, occurrences).filter(pl.col("started_at") <= as_of)
    member_issues = join_member_issues(members, seen_issues)
    of_patterns = members.join(occurred, on="issue_id")
    tallies = _count_values(member_issues, of_patterns)
    occurrence_counts = dict(of_patterns.group_by("pattern_id").len().iter_rows())
    titles = find_commonest_titles(member_issues)
    latest = (
        member_issues.group_by("pattern_id", maintain_order=True)
        .tail(TRACED_ISSUES)
        .select("pattern_id", pl.coalesce("external_id", "issue_id"), "body")
    )
    latest_of: dict[str, list[LatestIssue]] = {}
    for pattern_id, name, body in latest.iter_rows():
        latest_of.setdefault(pattern_id, []).append(LatestIssue(name, body))
    return {
        pattern_id: summarize_pattern(
            tallies[pattern_id],
            titles[pattern_id],
            latest_of[pattern_id],
            name,
            fingerprint,
            occurrence_counts.get(pattern_id, 0),
        )
        for pattern_id, name, fingerprint in patterns.select("pattern_id", "name", "fingerprint").iter_rows()
        if pattern_id in latest_of
    }


def _count_values(
    member_issues: pl.DataFrame, occurrences: pl.DataFrame
) -> dict[str, dict[str, dict[str, int]]]:
    """Pattern id → its tally."""
    valued = member_issues.select("pattern_id", pl.col("severity").fill_null(""), *DIMENSIONS)
    dated = occurrences.select("pattern_id", day=pl.col("started_at").dt.strftime("%Y-%m-%d"))
    tallies: dict[str, dict[str, dict[str, int]]] = {}
    for kind, rows in (("day", dated), *((kind, valued) for kind in ("severity", *DIMENSIONS))):
        counts = rows.group_by("pattern_id", pl.col(kind).alias("value")).len("rows")
        has_value = pl.col("value").is_not_null() & ((pl.col("value") != "") | (kind == "severity"))
        for pattern_id, value, count in counts.filter(has_value).sort("pattern_id", "value").iter_rows():
            tallies.setdefault(pattern_id, {}).setdefault(kind, {})[value] = count
    return tallies


def _count_dimensions(tally: Tally, issue_count: int) -> dict[str, Counted]:
    """The commonest known value of each dimension, if at least a third of the issues have it."""
    dimensions = {}
    for name in DIMENSIONS:
        if counts := tally.get(name):
            value, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
            if count * 3 >= issue_count:
                dimensions[name] = Counted(value, count, issue_count)
    return dimensions


def _collect_words(
    name: str | None, fingerprint: Mapping[str, Any] | None, title: str, exception: str | None
) -> str:
    text = build_pattern_text(name, fingerprint, title)
    return f"{text}\n{exception}" if exception is not None else text


def _compute_digest(words: str) -> str:
    versioned = f"{_READING_VERSION}\n{words}"
    return blake2b(versioned.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _read_agreed_cause(latest: Iterable[LatestIssue]) -> StatedCause | None:
    """The cause that two of the latest issues state, or the only one, and most of those that state any."""
    latest = list(latest)
    stated = [cause for issue in latest if (cause := read_stated_cause(issue.body))]
    if not stated:
        return None
    kind, count = min(Counter(cause.kind for cause in stated).items(), key=lambda item: (-item[1], item[0]))
    is_agreed = count * 2 > len(stated) and count >= min(2, len(latest))
    return next(cause for cause in stated if cause.kind == kind) if is_agreed else None


def _count_traces(latest: Iterable[LatestIssue]) -> tuple[Counted | None, Counted | None]:
    traces = [trace for issue in latest if issue.body and (trace := parse_trace(issue.body))]
    types = Counter(trace.exception_types[0] for trace in traces if trace.exception_types)
    frames = Counter(trace.in_app_frames[0].name for trace in traces)
    return _find_most_frequent(types, len(traces)), _find_most_frequent(frames, len(traces))


def _find_most_frequent(counts: Counter[str], of: int) -> Counted | None:
    if not counts:
        return None
    value, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
    return Counted(value, count, of)
