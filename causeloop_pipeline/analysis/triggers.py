"""What tends to come before a pattern, beyond chance: other patterns, deploys and changes, the calendar,
worsening severity.

Evidence first: every finding carries its counts, what chance alone would give, and how unlikely that is after
all comparisons made. A burst counts once: only the first event of each day is an occurrence here.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import polars as pl

from causeloop_pipeline.analysis.trigger_findings import (
    FINDINGS,
    LEAST_COUNT,
    Row,
    beyond_chance,
    told_findings,
)

LOOK_BACK_DAYS = 365
LAG_HOURS = 6
CHANGE_LAG_HOURS = 24
NEAREST_EVENTS = 6
SEVERITY_DAYS = 30
WEEKDAY_NAMES = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
HOUR_NAMES = ("00:00–06:00", "06:00–12:00", "12:00–18:00", "18:00–24:00")


def likely_triggers(
    occurrences: pl.DataFrame,
    changes: pl.DataFrame | None,
    *,
    as_of: datetime,
    timezone: str = "UTC",
    names: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """Evidence of what triggers each pattern.

    In: OCCURRENCES; `changes` with changed_at, kind, service (null: everything), title, or None; `names`
    pattern_id → name for the texts. Out: one row per pattern (pattern_id, evidence), evidence a JSON list of
    {"kind", "text", "count", "of", "expected", "p_value"}, strongest first, "[]" where nothing stands out.
    Kinds: pattern, the kind of a change, weekday, hours, month_end, severity. Only the last 365 days count.
    Method: one-sided binomial tests, Bonferroni-corrected over the comparisons of a pattern.
    """
    recent = occurrences.filter(
        (pl.col("occurred_at") < as_of) & (pl.col("occurred_at") >= as_of - timedelta(days=LOOK_BACK_DAYS))
    )
    local = pl.col("occurred_at").dt.convert_time_zone(timezone)
    rows = recent.with_columns(local.alias("local")).sort(
        "occurred_at", "pattern_id", "service", nulls_last=True
    )
    episodes = rows.with_columns(local.dt.date().alias("day")).unique(
        ["pattern_id", "day"], keep="first", maintain_order=True
    )
    found = [
        _preceding_patterns(episodes, names or {}),
        _changes_before(episodes, changes, as_of),
        *_calendar(episodes),
        _severity(rows, as_of),
    ]
    evidence = pl.concat(found)
    evidence = evidence.sort("pattern_id", "p_value", "kind", "text").with_columns(
        pl.col("expected").round(2), pl.col("p_value").round_sig_figs(2)
    )
    text = evidence.select("pattern_id", pl.struct(list(FINDINGS)[1:]).struct.json_encode().alias("one"))
    lists = text.group_by("pattern_id", maintain_order=True).agg(pl.col("one").str.join(","))
    lists = lists.select("pattern_id", (pl.lit("[") + pl.col("one") + pl.lit("]")).alias("evidence"))
    patterns = occurrences.select(pl.col("pattern_id").drop_nulls().unique().sort())
    joined = patterns.join(lists, on="pattern_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col("evidence").fill_null("[]"))


def _preceding_patterns(episodes: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """Lag test: how often another pattern is among the nearest earlier occurrences within six hours, against
    how often it stands there before the other patterns of the workspace: a storm that precedes everything is
    not a trigger of one pattern.
    """
    patterns = episodes["pattern_id"].unique().sort()
    numbered = episodes.select((pl.col("pattern_id").rank("dense") - 1).alias("pattern"), "occurred_at")
    total = numbered.group_by("pattern").agg(pl.len().alias("of"))
    counts = _nearest_pairs(numbered).group_by("pattern", "before").agg(pl.len().alias("count"))
    everywhere, tests = pl.col("count").sum().over("before"), pl.len().over("pattern")
    counts = counts.with_columns(everywhere.alias("everywhere"), tests.alias("tests"))
    frame = counts.filter(pl.col("count") >= LEAST_COUNT).join(total, on="pattern")
    frame = frame.join(total.rename({"pattern": "before", "of": "own"}), on="before")
    others = len(episodes) - pl.col("of").cast(pl.Int64) - pl.col("own").cast(pl.Int64)
    shrunk = (pl.col("everywhere") - pl.col("count") + 0.5) / (others.clip(lower_bound=0) + 1.0)
    reach = pl.lit(LAG_HOURS / 24.0) * pl.col("own") / _span_days(episodes)
    found = beyond_chance(
        frame.with_columns(pl.max_horizontal(shrunk, reach).clip(upper_bound=1.0).alias("chance"))
    )
    found = found.with_columns(
        *(
            patterns.gather(found[column].cast(pl.UInt32)).alias(name)
            for column, name in (("pattern", "pattern_id"), ("before", "name"))
        )
    ).with_columns(pl.col("name").alias("before"))

    def text(row: Row) -> str:
        name = names.get(row["before"], row["before"])
        return f"“{name}” came before {row['count']} of {row['of']} occurrences within {LAG_HOURS} hours"

    return told_findings(found, "pattern", text)


def _span_days(episodes: pl.DataFrame) -> float:
    if episodes.is_empty():
        return 1.0
    times = episodes["occurred_at"]
    return max(1.0, (times.max() - times.min()).total_seconds() / 86_400)  # type: ignore[operator, union-attr]


def _nearest_pairs(numbered: pl.DataFrame) -> pl.DataFrame:
    """Each occurrence (pattern number) with the distinct other patterns among its nearest earlier occurrences
    within the lag.
    """
    ordered = numbered.with_row_index("row")
    shifted = []
    for back in range(1, NEAREST_EVENTS + 1):
        earlier = ordered.with_columns(
            pl.col("pattern").shift(back).alias("before"), pl.col("occurred_at").shift(back).alias("at")
        )
        near = (pl.col("occurred_at") - pl.col("at") <= timedelta(hours=LAG_HOURS)) & (
            pl.col("occurred_at") > pl.col("at")
        )
        shifted.append(
            earlier.filter(near & (pl.col("before") != pl.col("pattern"))).select("row", "pattern", "before")
        )
    return pl.concat(shifted).unique(["row", "before"])


def _changes_before(episodes: pl.DataFrame, changes: pl.DataFrame | None, as_of: datetime) -> pl.DataFrame:
    """How often a change of the same service came within a day before, against the share of time that lies
    within such a day.
    """
    if changes is None or changes.is_empty() or episodes.is_empty():
        return FINDINGS.to_frame()
    begin = max(as_of - timedelta(days=LOOK_BACK_DAYS), _first(episodes))
    known = _changes_per_service(changes.filter(pl.col("changed_at") < as_of), episodes["service"])
    known = known.filter(pl.col("changed_at") >= begin - timedelta(hours=CHANGE_LAG_HOURS))
    kinds = known["kind"].unique().sort().to_list()
    span = max((as_of - begin).total_seconds(), 86_400.0)
    parts = [
        _change_part(episodes, known.filter(pl.col("kind") == kind), kind, span, len(kinds)) for kind in kinds
    ]
    return pl.concat([FINDINGS.to_frame(), *parts])


def _first(episodes: pl.DataFrame) -> datetime:
    first: datetime = episodes.select(pl.col("occurred_at").min()).item()
    return first


def _changes_per_service(changes: pl.DataFrame, services: pl.Series) -> pl.DataFrame:
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
    episodes: pl.DataFrame, mine: pl.DataFrame, kind: str, span: float, tests: int
) -> pl.DataFrame:
    lag = timedelta(hours=CHANGE_LAG_HOURS)
    following = pl.col("changed_at").shift(-1).over("service", order_by="changed_at") - pl.col("changed_at")
    covered = pl.min_horizontal(following.fill_null(lag), pl.lit(lag)).dt.total_seconds().alias("covered")
    chance = (
        mine.select("service", covered)
        .group_by("service")
        .agg((pl.col("covered").sum() / span).clip(0, 1).alias("chance"))
    )
    met = (
        episodes.drop_nulls("service")
        .sort("occurred_at")
        .join_asof(
            mine.select("changed_at", "service"),
            left_on="occurred_at",
            right_on="changed_at",
            by="service",
            strategy="backward",
            tolerance=lag,
            check_sortedness=False,
        )
    )
    counted = (
        met.join(chance, on="service")
        .group_by("pattern_id")
        .agg(
            pl.col("changed_at").is_not_null().sum().alias("count"),
            pl.len().alias("of"),
            pl.col("chance").mean(),
            pl.col("service").unique().sort().first(),
        )
    )
    article = "an" if kind[:1].lower() in "aeiou" else "a"

    def text(row: Row) -> str:
        near = f"within {CHANGE_LAG_HOURS} hours after {article} {kind} of {row['service']}"
        return f"{row['count']} of {row['of']} occurrences came {near}"

    return told_findings(beyond_chance(counted.with_columns(pl.lit(tests).alias("tests"))), kind, text)


def _calendar(episodes: pl.DataFrame) -> list[pl.DataFrame]:
    """Weekday, quarter of the day and month end against an even spread."""
    local = pl.col("local")
    weekday = (local.dt.weekday().cast(pl.Int64) - 1).replace_strict(
        dict(enumerate(WEEKDAY_NAMES)), return_dtype=pl.String
    )
    hours = (local.dt.hour().cast(pl.Int64) // 6).replace_strict(
        dict(enumerate(HOUR_NAMES)), return_dtype=pl.String
    )
    ending = local.dt.month_end().dt.day() - local.dt.day() < 3
    month = pl.when(ending).then(pl.lit("the last three days of a month"))
    tests = len(WEEKDAY_NAMES) + len(HOUR_NAMES) + 1
    return [
        _calendar_part(episodes, kind, cell, chance, tests, preposition)
        for kind, cell, chance, preposition in (
            ("weekday", weekday, 1 / 7, "on"),
            ("hours", hours, 1 / 4, "between"),
            ("month_end", month, 3 / 30.4375, "in"),
        )
    ]


def _calendar_part(
    episodes: pl.DataFrame, kind: str, cell: pl.Expr, chance: float, tests: int, preposition: str
) -> pl.DataFrame:
    total = episodes.group_by("pattern_id").agg(pl.len().alias("of"))
    counts = (
        episodes.select("pattern_id", cell.alias("cell"))
        .drop_nulls()
        .group_by("pattern_id", "cell")
        .agg(pl.len().alias("count"))
    )
    frame = counts.join(total, on="pattern_id").with_columns(
        pl.lit(chance).alias("chance"), pl.lit(tests).alias("tests")
    )

    def text(row: Row) -> str:
        return f"{row['count']} of {row['of']} occurrences fell {preposition} {row['cell']}"

    return told_findings(beyond_chance(frame), kind, text)


def _severity(rows: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Whether p1 and p2 became more frequent in the last 30 days than they were before."""
    severe = pl.col("severity").is_in(["p1", "p2"])
    late = pl.col("occurred_at") >= as_of - timedelta(days=SEVERITY_DAYS)
    counts = (
        rows.drop_nulls("severity")
        .group_by("pattern_id")
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

    def text(row: Row) -> str:
        return f"{row['count']} of {row['of']} events of the last {SEVERITY_DAYS} days were p1 or p2"

    return told_findings(beyond_chance(frame), "severity", text)
