"""The evidence on a pattern, gathered for its recommendation: all of it counted, none of it guessed."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from causeloop_pipeline.analysis.act.body_reading import BodyReading
from causeloop_pipeline.analysis.act.endings import EndingGroup, compute_usual_gap
from causeloop_pipeline.analysis.act.family_decision import FamilyDecision
from causeloop_pipeline.analysis.act.pattern_summaries import Counted, PatternSummary, find_reading
from causeloop_pipeline.analysis.act.stated_causes import StatedCause
from causeloop_pipeline.analysis.detect.clusters.pattern_traits import TEXT_TRAITS
from causeloop_pipeline.analysis.predict.risk import select_nearest_predictions
from causeloop_pipeline.model.change import ChangeKind
from causeloop_pipeline.model.frames import PATTERN_SCHEMA, PREDICTION_SCHEMA
from causeloop_pipeline.model.prediction import PREFERRED_WINDOW

RECENT_DAYS = 180
MIN_DAYS_OF_TENDENCY = 10
MIN_KEPT_SHARE = 0.8  # of the turns of a rhythm; below it a part of the week says as much
MIN_SHARE_OF_TENDENCY = 0.2  # of the next issues; below it most come at other times
MIN_LIFT_OF_TENDENCY = 1.5
_ANY_ERROR = frozenset({"error", "exception", "runtimeerror", "runtimeexception"})
_NAMED_BY_TITLE = frozenset({"flaky_test", "build_pipeline"})  # the test or workflow, not what it raised
_EPOCH = date(1970, 1, 1)
_TREND_KINDS = [ChangeKind.DEPLOY.value, ChangeKind.CHANGE.value, ChangeKind.RELEASE.value]

PATTERN_COLUMNS = pl.Schema(
    {
        **{
            name: PATTERN_SCHEMA[name]
            for name in ("pattern_id", "name", "status", "confidence", "first_seen_at", "last_seen_at")
        },
        "fingerprint": TEXT_TRAITS,
    }
)
PREDICTION_COLUMNS = pl.Schema(
    {
        name: PREDICTION_SCHEMA[name]
        for name in (
            "pattern_id",
            "probability",
            "window_days",
            "evidence",
            "likely_when",
            "rhythm",
            "event_count",
        )
    }
)
"""What evidence is gathered from, of PATTERNS and PREDICTIONS."""


@dataclass(frozen=True, slots=True)
class Tendency:
    """A part of the week in which a pattern occurs more often than chance."""

    weekday: str
    hours: str
    share: float
    lift: float

    @property
    def when(self) -> str:
        """Such as “Tuesdays between 12:00 and 18:00”."""
        first, last = self.hours.split("-")
        return f"{self.weekday.capitalize()}s between {first}:00 and {last}:00"


@dataclass(frozen=True, slots=True)
class KeptRhythm:
    """Turns that a pattern keeps, such as “every Monday around 08:30”: how many of how many, and how many of
    them are expected.
    """

    text: str
    kept_turns: int
    turns: int
    missed: int
    expected: float | None

    @property
    def is_regular(self) -> bool:
        """Whether it kept the last turn, and most of all."""
        return self.missed == 0 and self.kept_turns >= MIN_KEPT_SHARE * self.turns

    @property
    def counted(self) -> str:
        """Such as “every Monday around 08:30, 11 of 12 times”."""
        on = "on " if self.text.startswith("day ") else ""
        return f"{on}{self.text}, {self.kept_turns} of {self.turns} times"


@dataclass(frozen=True, slots=True)
class Preceding:
    """What came before most of a pattern's occurrences: a sentence, and how many of how many."""

    text: str
    count: int | None
    of: int | None

    @property
    def is_regular(self) -> bool:
        """Whether it came before at least half of five occurrences or more."""
        return (
            self.count is not None and self.of is not None and self.count >= 5 and self.count * 2 >= self.of
        )


@dataclass(frozen=True, slots=True)
class InvestigationFinding:
    """What an investigation found out: its kind, which of its two causes it was, and a note."""

    kind: str
    result: str
    note: str | None


@dataclass(frozen=True, slots=True)
class PatternEvidence:
    """What was seen of one pattern."""

    pattern_id: str
    name: str
    status: str
    confidence: float
    issue_count: int
    occurrence_count: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    dimensions: Mapping[str, Counted]
    family: FamilyDecision | None
    is_technical: bool
    error_text: str
    exception: Counted | None
    frame: Counted | None
    recent_issues: Sequence[str]
    active_days: int
    recent_active_days: int
    observed_days: float
    probability: float | None
    window_days: int
    rhythm: KeptRhythm | None
    change: Preceding | None
    tendency: Tendency | None
    stated_cause: StatedCause | None
    endings: Sequence[EndingGroup]
    findings: Sequence[InvestigationFinding]
    usual_gap_days: float | None
    body_reading: BodyReading | None = None

    @property
    def recent_days(self) -> int:
        """How many days the recent active days are of: RECENT_DAYS, or as many as it has been observed."""
        return max(min(RECENT_DAYS, math.ceil(self.observed_days)), self.recent_active_days)

    @property
    def expected_turns(self) -> float | None:
        """How many turns of its rhythm are expected; None without one."""
        return self.rhythm.expected if self.rhythm else None


@dataclass(frozen=True, slots=True)
class Experience:
    """What people did about patterns and found out, by pattern id."""

    endings: Mapping[str, Sequence[EndingGroup]]
    findings: Mapping[str, Sequence[InvestigationFinding]]


NO_EXPERIENCE = Experience({}, {})


def gather_evidence(
    patterns: pl.DataFrame,
    summaries: Mapping[str, PatternSummary],
    predictions: pl.DataFrame,
    experience: Experience = NO_EXPERIENCE,
    *,
    as_of: datetime,
) -> list[PatternEvidence]:
    """Gather the evidence on each pattern, in the order of pattern ids.

    In: PATTERNS, their summaries by id, PREDICTIONS, what people did and found, and the time of the judgement
    (aware). Out: one PatternEvidence per pattern that has issues.
    """
    nearest = _read_predictions(select_nearest_predictions(predictions))
    predicted = {row["pattern_id"]: row for row in nearest.iter_rows(named=True)}
    summarized = patterns.filter(pl.col("pattern_id").is_in(list(summaries)))
    return [
        _gather_pattern_evidence(
            row, summaries[row["pattern_id"]], predicted.get(row["pattern_id"], {}), experience, as_of
        )
        for row in summarized.select(PATTERN_COLUMNS.names()).sort("pattern_id").iter_rows(named=True)
    ]


def _read_predictions(nearest: pl.DataFrame) -> pl.DataFrame:
    """Of each prediction the first finding about a change, and the likeliest part of the week."""
    is_change = pl.element().struct.field("kind").str.contains_any(_TREND_KINDS)
    changes = pl.col("evidence").list.eval(pl.element().filter(is_change))
    columns = {"change": changes.list.first(), "tendency": pl.col("likely_when").list.first()}
    return nearest.select("pattern_id", "probability", "window_days", "event_count", "rhythm", **columns)


def _gather_pattern_evidence(
    pattern: Mapping[str, Any],
    summary: PatternSummary,
    prediction: Mapping[str, Any],
    experience: Experience,
    as_of: datetime,
) -> PatternEvidence:
    today = (as_of.date() - _EPOCH).days
    first_recent_day = ((as_of - timedelta(days=RECENT_DAYS)).date() - _EPOCH).days + 1
    active_days = bisect_right(summary.days, today)
    first = pattern["first_seen_at"]
    exception = summary.exception
    reading = find_reading(summary, pattern["name"], pattern["fingerprint"])
    error = None if reading.family and reading.family.family in _NAMED_BY_TITLE else _name_error(exception)
    return PatternEvidence(
        pattern_id=pattern["pattern_id"],
        name=pattern["name"] or summary.title or "an unnamed pattern",
        status=pattern["status"] or "active",
        confidence=1.0 if pattern["confidence"] is None else float(pattern["confidence"]),
        issue_count=summary.issue_count,
        occurrence_count=summary.occurrence_count,
        first_seen_at=first,
        last_seen_at=pattern["last_seen_at"],
        dimensions=summary.dimensions,
        family=reading.family,
        is_technical=reading.is_technical or summary.frame is not None,
        error_text=_shorten(error or _drop_place(pattern["name"], summary)),
        exception=exception,
        frame=summary.frame,
        recent_issues=summary.recent_issues,
        active_days=active_days,
        recent_active_days=active_days - bisect_left(summary.days, first_recent_day),
        observed_days=max((as_of - first).total_seconds() / 86_400, 1.0) if first else 1.0,
        probability=prediction.get("probability"),
        window_days=int(prediction.get("window_days") or PREFERRED_WINDOW),
        rhythm=_read_rhythm(prediction.get("rhythm")),
        change=_read_preceding(prediction.get("change")),
        tendency=_find_tendency(prediction, active_days),
        stated_cause=summary.stated_cause,
        endings=experience.endings.get(pattern["pattern_id"], ()),
        findings=experience.findings.get(pattern["pattern_id"], ()),
        usual_gap_days=compute_usual_gap(summary.days),
        body_reading=summary.body_reading,
    )


def _read_rhythm(rhythm: Mapping[str, Any] | None) -> KeptRhythm | None:
    names = [field.name for field in fields(KeptRhythm)]
    return KeptRhythm(**{name: rhythm[name] for name in names}) if rhythm else None


def _read_preceding(finding: Mapping[str, Any] | None) -> Preceding | None:
    return Preceding(finding["text"], finding["count"], finding["of"]) if finding else None


def _name_error(exception: Counted | None) -> str | None:
    """The exception, where it tells more than that something failed."""
    return exception.value if exception and exception.value.lower() not in _ANY_ERROR else None


def _drop_place(name: str | None, summary: PatternSummary) -> str:
    """The name without the place in parentheses that tells it from others of its kind."""
    service = summary.dimensions.get("service")
    text = name or summary.title
    return text.removesuffix(f" ({service.value})") if service else text


def _shorten(text: str | None) -> str:
    words = " ".join((text or "this failure").split())
    return words if len(words) <= 80 else words[:79].rstrip() + "…"


def _find_tendency(prediction: Mapping[str, Any], active_days: int) -> Tendency | None:
    """The likeliest part of the week, if many come then and 10 active days show that it is not a chance."""
    likeliest = prediction.get("tendency")
    days = min(active_days, int(prediction.get("event_count") or 0))
    if days < MIN_DAYS_OF_TENDENCY or likeliest is None:
        return None
    tendency = Tendency(**likeliest)
    is_worth_a_look = tendency.share >= MIN_SHARE_OF_TENDENCY and tendency.lift >= MIN_LIFT_OF_TENDENCY
    return tendency if is_worth_a_look else None
