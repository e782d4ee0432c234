"""Small workspaces of realistic issues, for the tests of grouping."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from causeloop_pipeline.model.frames import CONSTRAINT_SCHEMA, ISSUE_SCHEMA

START = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)

REPORTS = (
    "Checkout fails with a timeout when the payment gateway is slow",
    "Payment gateway slow, checkout times out for customers",
    "Login page shows a blank screen in Safari after the update",
    "Blank login screen on Safari since yesterday's update",
    "Nightly export to the warehouse misses rows of the last hour",
    "Avatar upload rejects PNG files larger than one megabyte",
    "Search results are not sorted by relevance for German users",
    "Invoice PDF shows the wrong VAT rate for Swiss customers",
)


def issue_frame(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Issues; rows without an id or a time get one."""
    full = [
        {
            "issue_id": f"i{at:04d}",
            "source": "tracker",
            "source_created_at": START + timedelta(hours=at),
            **row,
        }
        for at, row in enumerate(rows)
    ]
    return pl.DataFrame(
        [{name: row.get(name) for name in ISSUE_SCHEMA.names()} for row in full], schema=ISSUE_SCHEMA
    )


def human_issues(titles: Sequence[str] = REPORTS) -> pl.DataFrame:
    """Reports without bodies."""
    return issue_frame([{"title": title} for title in titles])


def machine_issues(copies: int = 20) -> pl.DataFrame:
    """Messages of three statements, each with its own numbers, from one source."""
    rows = [
        {"title": text, "source": "syslog", "service": service}
        for at in range(copies)
        for text, service in (
            (f"Connection to 10.0.0.{at}:5432 refused after {at * 7} ms", "db"),
            (f"Worker {at} finished job {at * 13} in {at}.{at} s", "queue"),
            (f"Disk /dev/sd{at} is at {at + 40}% of its capacity", "store"),
        )
    ]
    return issue_frame(rows)


Constraint = tuple[str, str, str]
"""kind (`must` or `cannot`), left issue, right issue"""


def build_constraints(*rows: Constraint) -> pl.DataFrame:
    """User constraints as `CONSTRAINT_SCHEMA`."""
    return pl.DataFrame(list(rows), schema=CONSTRAINT_SCHEMA, orient="row")


def drop_contradictions(rows: Iterable[Constraint]) -> list[Constraint]:
    """The constraints without each that contradicts the ones before it, found without the product's code."""
    accepted: list[Constraint] = []
    together: dict[str, set[str]] = {}
    for kind, left, right in rows:
        of_left, of_right = together.setdefault(left, {left}), together.setdefault(right, {right})
        joined = of_left | of_right
        if kind == "cannot" and of_left is of_right:
            continue
        if kind == "must":
            if any({a, b} <= joined for other, a, b in accepted if other == "cannot"):
                continue
            together.update(dict.fromkeys(joined, joined))
        accepted.append((kind, left, right))
    return accepted
