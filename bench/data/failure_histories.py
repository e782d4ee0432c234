"""The public failure histories as (pattern_id, occurred_at) frames, each with the family it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from bench.data.shared_folder import find_shared_file


@dataclass(frozen=True)
class FailureHistory:
    """One file, and what identifies a pattern in it."""

    name: str
    family: str
    file: str
    key: pl.Expr
    active_within_days: float = 180.0  # a pattern without an event for this long is not scored
    since: datetime | None = None
    has_component_lists: bool = False
    has_planned_work: bool = False  # known beforehand: no failure that could be predicted

    def events(self) -> pl.DataFrame:
        """The events, with UTC instants and no empty key."""
        rows = pl.read_parquet(find_shared_file(f"data/recurrence/{self.file}.parquet"))
        if self.since:
            rows = rows.filter(pl.col("created_at") >= self.since)
        if self.has_planned_work:
            rows = rows.filter(~pl.col("is_maintenance"))
        if self.has_component_lists:
            rows = rows.with_columns(pl.col("components").str.split(";")).explode("components")
            rows = rows.with_columns(pl.col("components").str.strip_chars())
            rows = rows.filter(pl.col("components") != "")
        instant = pl.col("created_at").dt.replace_time_zone("UTC").alias("occurred_at")
        return rows.select(self.key.cast(pl.String).alias("pattern_id"), instant).drop_nulls()


def _join_columns(*columns: str) -> pl.Expr:
    return pl.concat_str([pl.col(name).fill_null("?") for name in columns], separator="|")


HISTORIES = (
    FailureHistory("transit delays by station", "transit", "subway_delays", pl.col("pattern_id")),
    FailureHistory("transit delays by line", "transit", "subway_delays", _join_columns("line", "error_code")),
    FailureHistory("cluster failures by cause", "cluster", "cluster_node_failures", pl.col("pattern_id")),
    FailureHistory("cluster failures by node", "cluster", "cluster_node_failures", pl.col("node")),
    FailureHistory(
        "status page by component",
        "status",
        "status_page_incidents",
        pl.col("components"),
        has_component_lists=True,
    ),
    FailureHistory(
        "status page by component and severity",
        "status",
        "status_page_incidents",
        _join_columns("components", "severity"),
        has_component_lists=True,
    ),
    FailureHistory(
        "23 providers' status pages by title",
        "providers",
        "status_events",
        pl.col("pattern_id"),
        has_planned_work=True,
    ),
    FailureHistory(
        "23 providers' status pages by provider and severity",
        "providers",
        "status_events",
        _join_columns("service", "severity"),
        has_planned_work=True,
    ),
    FailureHistory(
        "exploited vulnerabilities by vendor",
        "vulnerabilities",
        "exploited_vulnerabilities",
        pl.col("service"),
        active_within_days=730.0,
        since=datetime(2022, 7, 1),  # noqa: DTZ001 - as the file has it
    ),
    FailureHistory(
        "disk failures, nearly memoryless",
        "disks",
        "disk_failures",
        _join_columns("system", "enclosure"),
        active_within_days=365.0,
    ),
)


def choose_histories(parts: Sequence[str]) -> list[FailureHistory]:
    """The histories whose name holds one of the parts; all without parts."""
    return [history for history in HISTORIES if not parts or any(part in history.name for part in parts)]
