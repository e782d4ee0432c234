"""Small, seeded failure histories for the tests of prediction."""

from datetime import UTC, datetime

import numpy as np
import polars as pl

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)


def at(days_ago: float) -> datetime:
    """The instant so many days before AS_OF."""
    return datetime.fromtimestamp(AS_OF.timestamp() - days_ago * 86_400, tz=UTC)


def occurrences(
    days_ago: dict[str, list[float]], service: str = "checkout", severity: str = "p3"
) -> pl.DataFrame:
    """OCCURRENCES of named patterns at so many days before AS_OF."""
    rows = [
        (name, at(day), service, "payments", "production", severity)
        for name, days in days_ago.items()
        for day in days
    ]
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "pattern_id": pl.String,
        "occurred_at": pl.Datetime("us", "UTC"),
        **dict.fromkeys(("service", "team", "environment", "severity"), pl.String),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def workspace(patterns: int = 40, days: int = 300, seed: int = 1) -> pl.DataFrame:
    """Patterns with rates from one in 3 to one in 60 days, some of which stop halfway."""
    rng = np.random.default_rng(seed)
    days_ago: dict[str, list[float]] = {}
    for number in range(patterns):
        gaps = rng.exponential(rng.uniform(3, 60), 4 * days)
        past = np.cumsum(gaps)
        past = past[past < days] if number % 3 else past[past < days / 2]
        days_ago[f"p{number:03d}"] = (days - past).tolist()
    return occurrences(days_ago)
