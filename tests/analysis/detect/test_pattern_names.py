"""Patterns of one name get names that differ in what differs between them."""

from datetime import UTC, datetime

import polars as pl

from causeloop_pipeline.analysis.detect.pattern_names import tell_twins_apart
from causeloop_pipeline.model.frames import PATTERN_SCHEMA

WEEKDAYS = (("monday", 2), ("tuesday", 3))


def make_patterns(*rows: dict[str, object]) -> pl.DataFrame:
    """Patterns with the given names, fingerprints and first days."""
    full = [
        {
            "pattern_id": f"{number:08d}-0000",
            "name": "Disk full",
            "kind": "machine",
            "status": "active",
            "confidence": 0.9,
            "fingerprint": {
                name: {"value": value, "share": 1.0}
                for name, value in (row.get("shared") or {}).items()  # type: ignore[attr-defined]
            },
            "issue_count": row.get("issues", 3),
            "first_seen_at": row.get("first", datetime(2026, 3, 1, tzinfo=UTC)),
            "last_seen_at": datetime(2026, 4, 1, tzinfo=UTC),
            "mttr_seconds": None,
            **({"name": row["name"]} if "name" in row else {}),
        }
        for number, row in enumerate(rows)
    ]
    return pl.DataFrame(full, schema=PATTERN_SCHEMA)


def test_twins_bear_the_first_dimension_that_differs() -> None:
    patterns = make_patterns(
        {"shared": {"service": "db", "region": "eu"}},
        {"shared": {"service": "db", "region": "us"}},
        {"name": "Disk slow", "shared": {"service": "db"}},
    )

    assert tell_twins_apart(patterns)["name"].to_list() == ["Disk full · eu", "Disk full · us", "Disk slow"]


def test_twins_that_share_every_dimension_bear_the_day_when_they_began() -> None:
    patterns = make_patterns({}, {"first": datetime(2026, 5, 9, tzinfo=UTC)})

    assert tell_twins_apart(patterns)["name"].to_list() == [
        "Disk full · since 1 Mar 2026",
        "Disk full · since 9 May 2026",
    ]


def test_twins_bear_their_weekday_only_if_they_are_not_mere_pairs() -> None:
    days = [{"shared": {"weekday": day}, "first": datetime(2026, 3, at, tzinfo=UTC)} for day, at in WEEKDAYS]

    assert tell_twins_apart(make_patterns(*days))["name"][0] == "Disk full · since 2 Mar 2026"
    often = tell_twins_apart(make_patterns(*({**day, "issues": 10} for day in days)))
    assert often["name"].to_list() == ["Disk full · Mondays", "Disk full · Tuesdays"]


def test_twins_with_nothing_that_differs_still_get_different_names() -> None:
    assert tell_twins_apart(make_patterns({}, {}, {}))["name"].n_unique() == 3


def test_names_that_differ_already_are_left_alone() -> None:
    patterns = make_patterns({"name": "a"}, {"name": "b"})

    assert tell_twins_apart(patterns).equals(patterns)
