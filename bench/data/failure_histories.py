"""The public failure histories as (pattern_id, occurred_at) frames, each with the family it belongs to.

Found through CAUSELOOP_SHARED or `<repository>/../shared`; never copied into the repository.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

SHARED = Path(os.environ.get("CAUSELOOP_SHARED", Path(__file__).resolve().parents[3] / "shared"))


@dataclass(frozen=True)
class FailureHistory:
    """One file read with one pattern key; `active_within`: how many silent days a scored pattern may have."""

    name: str
    family: str
    file: str
    key: pl.Expr
    active_within: float = 180.0
    since: datetime | None = None
    several: bool = False

    def events(self) -> pl.DataFrame:
        """The events, with UTC instants and no empty key."""
        rows = pl.read_parquet(SHARED / "data/recurrence" / f"{self.file}.parquet")
        if self.since:
            rows = rows.filter(pl.col("created_at") >= self.since)
        if self.several:
            rows = rows.with_columns(pl.col("components").str.split(";")).explode("components")
            rows = rows.with_columns(pl.col("components").str.strip_chars()).filter(
                pl.col("components") != ""
            )
        instant = pl.col("created_at").dt.replace_time_zone("UTC").alias("occurred_at")
        return rows.select(self.key.cast(pl.String).alias("pattern_id"), instant).drop_nulls()


def _joined(*columns: str) -> pl.Expr:
    return pl.concat_str([pl.col(name).fill_null("?") for name in columns], separator="|")


HISTORIES = (
    FailureHistory("transit by station", "transit", "subway_delays", pl.col("pattern_id")),
    FailureHistory("transit by line", "transit", "subway_delays", _joined("line", "error_code")),
    FailureHistory("cluster by cause", "cluster", "cluster_node_failures", pl.col("pattern_id")),
    FailureHistory("cluster by node", "cluster", "cluster_node_failures", pl.col("node")),
    FailureHistory(
        "status by component", "status", "status_page_incidents", pl.col("components"), several=True
    ),
    FailureHistory(
        "status by severity",
        "status",
        "status_page_incidents",
        _joined("components", "severity"),
        several=True,
    ),
    FailureHistory(
        "vulnerabilities",
        "vulnerabilities",
        "exploited_vulnerabilities",
        pl.col("service"),
        730.0,
        datetime(2022, 7, 1),
    ),
    FailureHistory("disks", "disks", "disk_failures", _joined("system", "enclosure"), active_within=365.0),
)
