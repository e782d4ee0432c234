"""Small frames of patterns, members and issues for tests."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from causeloop_pipeline.model.frames import (
    ISSUE_SCHEMA,
    MEMBER_SCHEMA,
    OCCURRENCE_SCHEMA,
    PATTERN_SCHEMA,
    PREDICTION_SCHEMA,
)

START = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def build_frame(rows: Sequence[Mapping[str, Any]], schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in schema.names()} for row in rows], schema=schema)


def issue(issue_id: str, at: float, **fields: Any) -> dict[str, Any]:
    row = {
        "issue_id": issue_id,
        "title": "it broke",
        "severity": "p3",
        "status": "open",
        "source_created_at": day(at),
    }
    return row | fields


def build_pattern_frames(
    patterns: Mapping[str, Sequence[Mapping[str, Any]]],
    **names: str,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """PATTERN_SCHEMA, MEMBER_SCHEMA and ISSUE_SCHEMA from each pattern's issues."""
    issues = [row for rows in patterns.values() for row in rows]
    members = [
        {"pattern_id": key, "issue_id": row["issue_id"]} for key, rows in patterns.items() for row in rows
    ]
    pattern_rows = [_pattern(key, rows, names.get(key, rows[0]["title"])) for key, rows in patterns.items()]
    return (
        build_frame(pattern_rows, PATTERN_SCHEMA),
        build_frame(members, MEMBER_SCHEMA),
        build_frame(issues, ISSUE_SCHEMA),
    )


def _pattern(key: str, rows: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    moments = [row["source_created_at"] for row in rows]
    fingerprint = {"template": {"value": name, "share": 1.0}}
    return {
        "pattern_id": key,
        "name": name,
        "status": "active",
        "confidence": 0.9,
        "fingerprint": fingerprint,
        "issue_count": len(rows),
        "first_seen_at": min(moments),
        "last_seen_at": max(moments),
    }


def predictions(chances: Mapping[str, float | None], **fields: Any) -> pl.DataFrame:
    rows = [{"pattern_id": key, "window_days": 30, "probability": p, **fields} for key, p in chances.items()]
    return build_frame(rows, PREDICTION_SCHEMA)


def occurrences(times: Mapping[str, Sequence[float]], service: str | None = "shop") -> pl.DataFrame:
    rows = [
        {"pattern_id": key, "occurred_at": day(at), "service": service}
        for key, days in times.items()
        for at in days
    ]
    return build_frame(rows, OCCURRENCE_SCHEMA)


def no_predictions() -> pl.DataFrame:
    return pl.DataFrame(schema=PREDICTION_SCHEMA)
