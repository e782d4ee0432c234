"""Finds what triggers a pattern beyond chance: other patterns, changes, the calendar, worsening severity.

Every finding has its counts, what chance alone would give, and the p-value after all comparisons made. A
burst counts once: only the first event of each day is an occurrence here.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Ints, mark_numbers
from causeloop_pipeline.analysis.detect.clusters.change_windows import add_chance_after_change
from causeloop_pipeline.analysis.predict.recurrence.history import NumberedOccurrences
from causeloop_pipeline.analysis.predict.triggers.findings import (
    FINDING_SCHEMA,
    MIN_COUNT,
    Row,
    format_findings,
    select_beyond_chance,
)
from causeloop_pipeline.analysis.predict.triggers.onset_changes import find_onset_changes
from causeloop_pipeline.analysis.predict.triggers.preceding_patterns import find_preceding_patterns
from causeloop_pipeline.model.nested_columns import FINDING
from causeloop_pipeline.model.time_of_week import WEEKDAYS

LOOK_BACK_DAYS = 365
CHANGE_LAG_HOURS = 24
SEVERITY_DAYS = 30
WEEKDAY_NAMES = tuple(f"on {name.capitalize()}s" for name in WEEKDAYS)
HOUR_NAMES = tuple(f"between {hour:02}:00 and {hour + 6:02}:00" for hour in range(0, 24, 6))
MONTH_END_NAMES = ("in the last three days of a month",)


def find_triggers(
    occurrences: NumberedOccurrences,
    changes: pl.DataFrame | None,
    *,
    as_of: datetime,
    names: Mapping[str, str] | None = None,
    numbers: Ints | None = None,
) -> pl.DataFrame:
    """Find the evidence of what triggers some patterns, for which all occurrences are evidence.

    In: NumberedOccurrences before `as_of`; changes: frame(changed_at, kind, service (null: everything),
    title) or None; `as_of` (aware); names: pattern_id → name, for the texts; the ascending numbers of the
    patterns to explain (default: all). Out: one row per pattern to explain (pattern_id, evidence), evidence a
    list of nested_columns.FINDING, strongest first, empty where nothing stands out. Kinds: pattern, the kind
    of a change, weekday, hours, month_end, severity. A change that probably brought the pattern stands last,
    with its chance and no counts. Only the last 365 days count. Method: one-sided binomial tests,
    Bonferroni-corrected over the comparisons of a pattern.
    """
    patterns = occurrences.patterns
    numbers = np.arange(len(patterns)) if numbers is None else numbers
    rows = occurrences.rows.rename({"number": "pattern"})
    since = as_of - timedelta(days=LOOK_BACK_DAYS)
    recent = rows.select("pattern", "occurred_at", "local", "service", "severity").filter(
        pl.col("occurred_at") >= since
    )
    episodes = _find_episodes(recent)
    own_episodes, own_rows = (_select_patterns(frame, numbers, len(patterns)) for frame in (episodes, recent))
    findings = [
        find_preceding_patterns(episodes, patterns, names or {}, numbers),
        _find_preceding_changes(own_episodes, episodes, changes, as_of),
        *_find_calendar_triggers(own_episodes, len(patterns)),
        _find_worsening_severity(own_rows, as_of),
        find_onset_changes(rows, _count_changes_until(changes, as_of), names or {}, since=since),
    ]
    return _format_evidence(pl.concat(findings), numbers, patterns)


def _find_episodes(rows: pl.DataFrame) -> pl.DataFrame:
    """The first occurrence of each pattern and local day, by time; rows are by pattern and time."""
    number = rows["pattern"].to_numpy().astype(np.int64)
    day = rows.select(pl.col("local").dt.epoch("d").cast(pl.Int64)).to_series().to_numpy()
    is_first = np.ones(len(number), bool)
    is_first[1:] = (number[1:] != number[:-1]) | (day[1:] != day[:-1])
    return rows.filter(pl.Series(is_first)).sort("occurred_at", "pattern")


def _select_patterns(rows: pl.DataFrame, numbers: Ints, size: int) -> pl.DataFrame:
    """The rows of some of all patterns."""
    if len(numbers) == size:
        return rows
    return rows.filter(pl.Series(mark_numbers(numbers, size)[rows["pattern"].to_numpy()]))


def _format_evidence(findings: pl.DataFrame, numbers: Ints, patterns: pl.Series) -> pl.DataFrame:
    """The findings of some patterns as a list, strongest first."""
    ranked = findings.sort("pattern", "p_value", "kind", "text", nulls_last=True).with_columns(
        pl.col("expected").round(2),
        pl.col("p_value").round_sig_figs(2),
        pl.lit(None, pl.Float64).alias("probability_works"),
    )
    fields = [field.name for field in FINDING.fields]
    lists = ranked.group_by("pattern", maintain_order=True).agg(pl.struct(fields).alias("evidence"))
    lists = lists.select(patterns.gather(lists["pattern"]).alias("pattern_id"), "evidence")
    explained = patterns.gather(numbers).to_frame("pattern_id")
    joined = explained.join(lists, on="pattern_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col("evidence").fill_null([]))


def _find_preceding_changes(
    own: pl.DataFrame, episodes: pl.DataFrame, changes: pl.DataFrame | None, as_of: datetime
) -> pl.DataFrame:
    """How often a change of the same service came within a day before, against how often one comes before
    moments of the same hour and weekday anyway.
    """
    if changes is None or changes.is_empty() or episodes.is_empty():
        return FINDING_SCHEMA.to_frame()
    begin = max(as_of - timedelta(days=LOOK_BACK_DAYS), _first(episodes))
    services = episodes["service"].unique().cast(pl.String)
    recent = _list_changes_per_service(changes.filter(pl.col("changed_at") < as_of), services)
    recent = recent.filter(pl.col("changed_at") >= begin - timedelta(hours=CHANGE_LAG_HOURS))
    kinds = recent["kind"].unique().sort().to_list()
    span = max((as_of - begin).total_seconds(), 86_400.0)
    parts = [
        _change_part(own, recent.filter(pl.col("kind") == kind), kind, span, len(kinds)) for kind in kinds
    ]
    return pl.concat([FINDING_SCHEMA.to_frame(), *parts])


def _count_changes_until(changes: pl.DataFrame | None, as_of: datetime) -> pl.DataFrame | None:
    return None if changes is None else changes.filter(pl.col("changed_at") < as_of)


def _first(episodes: pl.DataFrame) -> datetime:
    first: datetime = episodes.select(pl.col("occurred_at").min()).item()
    return first


def _list_changes_per_service(changes: pl.DataFrame, services: pl.Series) -> pl.DataFrame:
    """changed_at, kind, service; a change of everything (service null) stands once for every service."""
    columns = ["changed_at", "kind", "service"]
    everything = changes.filter(pl.col("service").is_null()).drop("service")
    spread = everything.join(services.drop_nulls().unique().sort().to_frame("service"), how="cross").select(
        columns
    )
    return pl.concat([changes.drop_nulls("service").select(columns), spread]).sort(
        "changed_at", "kind", "service"
    )


def _change_part(
    episodes: pl.DataFrame, changes: pl.DataFrame, kind: str, span: float, tests: int
) -> pl.DataFrame:
    lag = timedelta(hours=CHANGE_LAG_HOURS)
    with_change = (
        episodes.drop_nulls("service")
        .with_columns(pl.col("service").cast(pl.String))
        .sort("occurred_at")
        .join_asof(
            changes.select("changed_at", "service"),
            left_on="occurred_at",
            right_on="changed_at",
            by="service",
            strategy="backward",
            tolerance=lag,
            check_sortedness=False,
        )
    )
    counted = (
        add_chance_after_change(with_change, changes, lag, span)
        .group_by("pattern")
        .agg(
            pl.col("changed_at").is_not_null().sum().alias("count"),
            pl.len().alias("of"),
            pl.col("chance").mean(),
            pl.col("service").unique().sort().first(),
        )
    )
    change, article = kind.replace("_", " "), "an" if kind[:1].lower() in "aeiou" else "a"

    def describe(row: Row) -> str:
        near = f"within {CHANGE_LAG_HOURS} hours after {article} {change} of {row['service']}"
        return f"{row['count']} of {row['of']} occurrences came {near}"

    return format_findings(
        select_beyond_chance(counted.with_columns(pl.lit(tests).alias("tests"))), kind, describe
    )


def _find_calendar_triggers(episodes: pl.DataFrame, size: int) -> list[pl.DataFrame]:
    """Weekday, quarter of the day and month end against an even spread."""
    local = pl.col("local")
    month_end = local.dt.month_end().dt.day() - local.dt.day() < 3
    tests = len(WEEKDAY_NAMES) + len(HOUR_NAMES) + 1
    return [
        _find_calendar_cells(episodes, size, kind, cell, cells, chance, tests)
        for kind, cell, cells, chance in (
            ("weekday", local.dt.weekday().cast(pl.Int64) - 1, WEEKDAY_NAMES, 1 / 7),
            ("hours", local.dt.hour().cast(pl.Int64) // 6, HOUR_NAMES, 1 / 4),
            ("month_end", 1 - month_end.cast(pl.Int64), MONTH_END_NAMES, 3 / 30.4375),
        )
    ]


def _find_calendar_cells(
    episodes: pl.DataFrame,
    size: int,
    kind: str,
    cell: pl.Expr,
    cells: tuple[str, ...],
    chance: float,
    tests: int,
) -> pl.DataFrame:
    """The findings of the named cells; the last cell, without a name, is left out."""
    slots = len(cells) + 1
    place = episodes.select(pl.col("pattern").cast(pl.Int64) * slots + cell).to_series().to_numpy()
    table = np.bincount(place, minlength=size * slots).reshape(size, slots)
    pattern, which = np.nonzero(table[:, : len(cells)] >= MIN_COUNT)
    frame = pl.DataFrame(
        {"pattern": pattern, "cell": which, "count": table[pattern, which], "of": table.sum(axis=1)[pattern]},
        schema_overrides={"pattern": pl.UInt32},
    ).with_columns(pl.lit(chance).alias("chance"), pl.lit(tests).alias("tests"))

    def describe(row: Row) -> str:
        return f"{row['count']} of {row['of']} occurrences fell {cells[row['cell']]}"

    return format_findings(select_beyond_chance(frame), kind, describe)


def _find_worsening_severity(rows: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Whether p1 and p2 became more frequent in the last 30 days than they were before."""
    severe = pl.col("severity").is_in(["p1", "p2"])
    late = pl.col("occurred_at") >= as_of - timedelta(days=SEVERITY_DAYS)
    counts = (
        rows.drop_nulls("severity")
        .group_by("pattern")
        .agg(
            (severe & late).sum().alias("count"),
            late.sum().alias("of"),
            ((severe & ~late).sum() + 1.0).alias("before"),
            ((~late).sum() + 2.0).alias("before_of"),
        )
    )
    usable = counts.filter((pl.col("of") > 0) & (pl.col("before_of") > 4))
    frame = usable.with_columns(
        (pl.col("before") / pl.col("before_of")).alias("chance"), pl.lit(1).alias("tests")
    )

    def describe(row: Row) -> str:
        return f"{row['count']} of {row['of']} events of the last {SEVERITY_DAYS} days were p1 or p2"

    return format_findings(select_beyond_chance(frame), "severity", describe)
