"""The face of each pattern: its name, the dimensions its members really share, when it was seen, how long
repairs take.
"""

import orjson
import polars as pl

from causeloop_pipeline.model.frames import DIMENSIONS

SHARED = 0.5
NAME_LENGTH = 120
TRAITS = (*DIMENSIONS, "time_of_day", "weekday", "template")
COUNTED = {"name": pl.String, "value": pl.String, "count": pl.Int64}
_LISTED = 3


def trait_counts(rows: pl.DataFrame) -> pl.DataFrame:
    """In, members (`group` and the traits); out, how many members of each group have which value: `group`,
    `name`, `value`, `count`.
    """
    parts = [
        rows.select("group", name)
        .drop_nulls(name)
        .group_by("group", name)
        .len("count")
        .select(
            "group", pl.lit(name).alias("name"), pl.col(name).alias("value"), pl.col("count").cast(pl.Int64)
        )
        for name in TRAITS
        if rows[name].null_count() < rows.height
    ]
    empty = pl.DataFrame(schema={"group": rows.schema["group"], **COUNTED})
    return pl.concat([empty, *parts]).sort("group", "name", "value")


def shared_dimensions(counts: pl.DataFrame, sizes: pl.DataFrame) -> pl.DataFrame:
    """In, `trait_counts` and `group`, `issue_count`; out, per group its fingerprint: JSON {dimension:
    {"value", "share"}}, keys sorted.

    A dimension is in it if at least half of ALL members have its commonest value (ties: the smaller
    value).
    """
    shared = (
        counts.sort(["group", "name", "count", "value"], descending=[False, False, True, False])
        .unique(["group", "name"], keep="first", maintain_order=True)
        .join(sizes, on="group", maintain_order="left")
        .with_columns((pl.col("count") / pl.col("issue_count")).round(4).alias("share"))
        .filter(pl.col("share") >= SHARED)
        .group_by("group", maintain_order=True)
        .agg(pl.struct("name", "value", "share").alias("trait"))
    )
    texts = [
        orjson.dumps(
            {trait["name"]: {"share": trait["share"], "value": trait["value"]} for trait in group}
        ).decode()
        for group in shared["trait"].to_list()
    ]
    shared = shared.select("group", pl.Series("fingerprint", texts, dtype=pl.String))
    return sizes.join(shared, on="group", how="left").select("group", pl.col("fingerprint").fill_null("{}"))


def repairs(rows: pl.DataFrame) -> pl.DataFrame:
    """In, members with their times; out, `group` and `seconds` of each that was resolved at or after its
    creation.
    """
    seconds = (pl.col("resolved_at") - pl.col("source_created_at")).dt.total_seconds()
    return rows.select("group", seconds.alias("seconds")).filter(pl.col("seconds") >= 0)


def times_seen(rows: pl.DataFrame) -> pl.DataFrame:
    """In, members; out, per group `issue_count`, `first_seen_at`, `last_seen_at`."""
    return rows.group_by("group").agg(
        pl.len().cast(pl.Int64).alias("issue_count"),
        pl.col("source_created_at").min().alias("first_seen_at"),
        pl.col("source_created_at").max().alias("last_seen_at"),
    )


def median_repair(repaired: pl.DataFrame) -> pl.DataFrame:
    """In, `repairs`; out, per group `mttr_seconds`, the median."""
    return repaired.group_by("group").agg(
        pl.col("seconds").median().round().cast(pl.Int64).alias("mttr_seconds")
    )


def pattern_name(kind: str, text: str | None, fingerprint: str) -> str:
    """What recurs, in at most 120 characters: the message or a representative title, and where."""
    shared = orjson.loads(fingerprint)
    service = shared.get("service", {}).get("value")
    if kind == "structured" or not (text or "").strip():
        values = [
            shared[name]["value"] for name in ("service", "component", "error_type", "team") if name in shared
        ]
        return _cut(" / ".join(values[:_LISTED]) or "Incidents without text")
    plain = " ".join((text or "").replace("<*>", "…").split())
    suffix = f" ({service})" if service and service.lower() not in plain.lower() else ""
    return _cut(plain, len(suffix[:40])) + suffix[:40]


def _cut(text: str, reserved: int = 0) -> str:
    room = NAME_LENGTH - reserved
    return text if len(text) <= room else text[: room - 1].rstrip() + "…"
