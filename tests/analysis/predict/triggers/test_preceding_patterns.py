"""A pattern precedes another when it is near more often than its own frequency and the others explain."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.predict.triggers.findings import FINDING_SCHEMA
from causeloop_pipeline.analysis.predict.triggers.preceding_patterns import LAG_HOURS, find_preceding_patterns

START = datetime(2025, 1, 1, tzinfo=UTC)
PATTERNS = pl.Series(["cause", "effect", "noise"])
DAYS = range(0, 180, 9)


def episodes(*events: tuple[int, float]) -> pl.DataFrame:
    """Events of (pattern number, days since the start), by time."""
    rows = [
        (number, START + timedelta(days=day)) for number, day in sorted(events, key=lambda event: event[1])
    ]
    schema = pl.Schema({"pattern": pl.UInt32(), "occurred_at": pl.Datetime("us", "UTC")})
    local = pl.col("occurred_at").dt.replace_time_zone(None).alias("local")
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(local)


def noise(seed: int = 0) -> list[tuple[int, float]]:
    return [(2, day) for day in np.random.default_rng(seed).uniform(0, 180, 30)]


def find(*events: tuple[int, float], names: dict[str, str] | None = None) -> pl.DataFrame:
    return find_preceding_patterns(episodes(*events), PATTERNS, names or {})


def test_a_pattern_that_comes_first_each_time_is_found_with_its_counts() -> None:
    events = [(number, day + number / 24) for day in DAYS for number in (0, 1)]
    (finding,) = find(*events, *noise()).rows(named=True)
    assert (finding["pattern"], finding["count"], finding["of"]) == (1, len(DAYS), len(DAYS))
    assert finding["text"].startswith(f"“cause” came before {len(DAYS)} of {len(DAYS)} occurrences")


def test_the_name_of_a_pattern_stands_in_its_sentence() -> None:
    events = [(number, day + number / 24) for day in DAYS for number in (0, 1)]
    findings = find(*events, *noise(), names={"cause": "Pool exhausted"})
    assert findings["text"][0].startswith("“Pool exhausted” came before")


def test_a_pattern_beyond_the_lag_is_not_found() -> None:
    events = [(number, day + number * (LAG_HOURS + 1) / 24) for day in DAYS for number in (0, 1)]
    assert find(*events).is_empty()


def test_events_of_the_same_instant_precede_nothing() -> None:
    assert find(*[(number, float(day)) for day in DAYS for number in (0, 1)]).is_empty()


def test_independent_patterns_are_not_found() -> None:
    assert find(
        *noise(1), *[(number, day) for number, (_, day) in zip([0, 1] * 15, noise(2), strict=True)]
    ).is_empty()


def test_no_episodes_give_no_findings() -> None:
    findings = find()
    assert findings.is_empty()
    assert findings.schema == FINDING_SCHEMA
