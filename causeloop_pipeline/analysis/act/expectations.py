"""Whether what must stay true after a fix has stayed true: exact rules, no statistics."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from causeloop_pipeline.analysis.act.proof_text import write_date
from causeloop_pipeline.model.expectation import ExpectationKind, ExpectationStatus
from causeloop_pipeline.model.frames import INSTANT

EVALUATION_SCHEMA = pl.Schema(
    {
        "expectation_id": pl.String(),
        "status": pl.String(),  # an ExpectationStatus
        "broken_at": INSTANT,
        "text": pl.String(),
    }
)


@dataclass(frozen=True)
class Observations:
    """What expectations are held against.

    occurrences: frame(pattern_id, occurred_at, service) that count; runs: JOB_RUN_SCHEMA, of the jobs by the
    names that expectations give them; gaps: frame(pattern_id, started_at, ended_at) in which a pattern could
    not be seen.
    """

    occurrences: pl.DataFrame
    runs: pl.DataFrame
    gaps: pl.DataFrame


def evaluate_expectations(
    expectations: pl.DataFrame, seen: Observations, *, as_of: datetime, timezone: str
) -> pl.DataFrame:
    """Evaluate each expectation by what has been observed since its fix.

    In: EXPECTATION_SCHEMA; Observations; `as_of` (aware); the workspace's time zone, in which a last day ends
    and a week is Monday to Sunday. Out: EVALUATION_SCHEMA, in the same order. Raises ValueError for a kind
    that is not one.

    Rule: broken by the first occurrence or failed run too many. At the end of its last day it is
    met, or inconclusive where part of the time could not be seen or the job did not run once: no data meets
    nothing.
    """
    zone = ZoneInfo(timezone)
    rows = [_evaluate(row, seen, as_of, zone) for row in expectations.iter_rows(named=True)]
    return pl.DataFrame(rows, schema=EVALUATION_SCHEMA, orient="row")


def _evaluate(
    expectation: Mapping[str, Any], seen: Observations, as_of: datetime, zone: ZoneInfo
) -> tuple[str, str, datetime | None, str]:
    until = expectation["until"]
    end = datetime.combine(until + timedelta(days=1), time(), zone).astimezone(UTC) if until else None
    last = min(as_of.astimezone(UTC), end) if end else as_of.astimezone(UTC)
    kind = ExpectationKind(expectation["kind"])
    if kind is ExpectationKind.JOB_PASSES:
        failed, count, unseen = _look_at_runs(expectation, seen.runs, last)
        counted = f"{count:,} run{'' if count == 1 else 's'} of {expectation['job']} passed"
    else:
        moments = _list_moments(expectation, seen.occurrences, last)
        most = expectation["most"] if kind is ExpectationKind.AT_MOST else 0
        failed = _find_broken(moments, most, zone) if most else next(iter(moments), None)
        unseen = _measure_gaps(expectation, seen.gaps, last)
        counted = f"{len(moments):,} occurrence{'' if len(moments) == 1 else 's'} since the fix"
    if failed:
        text = f"Broken on {write_date(failed.astimezone(zone).date())}: {_write_broken(expectation, kind)}"
        return expectation["expectation_id"], ExpectationStatus.BROKEN.value, failed, f"{text}."
    if end is None or as_of < end:
        return expectation["expectation_id"], ExpectationStatus.OPEN.value, None, f"{counted}."
    status = ExpectationStatus.INCONCLUSIVE if unseen else ExpectationStatus.MET
    text = f"{counted}; {unseen}." if unseen else f"{counted}, until {write_date(until)}."
    return expectation["expectation_id"], status.value, None, text


def _list_moments(
    expectation: Mapping[str, Any], occurrences: pl.DataFrame, last: datetime
) -> list[datetime]:
    own = (pl.col("pattern_id") == expectation["pattern_id"]) & (
        (pl.col("occurred_at") > expectation["since"]) & (pl.col("occurred_at") < last)
    )
    if expectation["service"] is not None:
        own &= pl.col("service").cast(pl.String) == expectation["service"]
    return occurrences.filter(own)["occurred_at"].sort().to_list()


def _find_broken(moments: Sequence[datetime], most: int, zone: ZoneInfo) -> datetime | None:
    """The first occurrence that is one too many in its week."""
    in_week: Counter[tuple[int, int]] = Counter()
    for moment in moments:
        week = moment.astimezone(zone).isocalendar()[:2]
        in_week[week] += 1
        if in_week[week] > most:
            return moment
    return None


def _look_at_runs(
    expectation: Mapping[str, Any], runs: pl.DataFrame, last: datetime
) -> tuple[datetime | None, int, str]:
    """The first failed run, how many passed, and what is missing."""
    own = runs.filter(
        (pl.col("job") == expectation["job"])
        & (pl.col("ran_at") > expectation["since"])
        & (pl.col("ran_at") < last)
    ).sort("ran_at")
    failed = own.filter(~pl.col("is_success"))["ran_at"]
    passed = own.height - failed.len()
    return (failed[0] if failed.len() else None), passed, "" if passed else "no run of it was observed"


def _measure_gaps(expectation: Mapping[str, Any], gaps: pl.DataFrame, last: datetime) -> str:
    """How long the pattern could not be seen, in words; empty: never."""
    own = gaps.filter(pl.col("pattern_id") == expectation["pattern_id"])
    unseen = sum(
        (
            max(min(end, last) - max(start, expectation["since"]), timedelta())
            for start, end in own.select("started_at", "ended_at").iter_rows()
        ),
        timedelta(),
    )
    days = unseen / timedelta(days=1)
    return f"for {days:.1f} days of this time nothing could be observed" if unseen else ""


def _write_broken(expectation: Mapping[str, Any], kind: ExpectationKind) -> str:
    if kind is ExpectationKind.JOB_PASSES:
        return f"a run of {expectation['job']} failed"
    where = f" in {expectation['service']}" if expectation["service"] else ""
    if kind is ExpectationKind.AT_MOST:
        return f"it occurred{where} more than {_count_times(expectation['most'])} in that week"
    return f"it occurred{where}"


def _count_times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")
