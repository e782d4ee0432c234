"""Patterns that keep turns, made up: each kind with its turns up to the one that is due next, and jitter,
missed turns and an end where wanted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from causeloop_pipeline.model.frames import OCCURRENCE_SCHEMA

FIRST_MONTH = 2020 * 12 + 3
TURNS = 80


def _every(days: int) -> Callable[[np.random.Generator], Callable[[int], datetime]]:
    def draw(rng: np.random.Generator) -> Callable[[int], datetime]:
        start = datetime(2020, 6, 1, tzinfo=UTC) + timedelta(days=int(rng.integers(days)), hours=_hour(rng))
        return lambda turn: start + timedelta(days=days * turn)

    return draw


def _on_month_day(rng: np.random.Generator) -> Callable[[int], datetime]:
    day, hour = int(rng.integers(1, 29)), _hour(rng)
    return lambda turn: _month(turn) + timedelta(days=day - 1, hours=hour)


def _on_month_end(rng: np.random.Generator) -> Callable[[int], datetime]:
    hour = _hour(rng)
    return lambda turn: _month(turn + 1) - timedelta(days=1) + timedelta(hours=hour)


def _on_second_weekday(rng: np.random.Generator) -> Callable[[int], datetime]:
    weekday, hour = int(rng.integers(7)), _hour(rng)

    def date_turn(turn: int) -> datetime:
        first = _month(turn)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7, hours=hour)

    return date_turn


def _month(turn: int) -> datetime:
    year, month = divmod(FIRST_MONTH + turn, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


def _hour(rng: np.random.Generator) -> float:
    return float(rng.uniform(0, 24))


KINDS: Mapping[str, Callable[[np.random.Generator], Callable[[int], datetime]]] = {
    "weekly": _every(7),
    "fortnightly": _every(14),
    "every nine days": _every(9),
    "day of the month": _on_month_day,
    "month end": _on_month_end,
    "second weekday of the month": _on_second_weekday,
}
"""By name what draws a pattern: a function from the number of a turn to its instant."""


@dataclass(frozen=True)
class RhythmicPattern:
    """A pattern: the turns that were due (ascending), and when it occurred, which leaves out missed turns."""

    turns: list[datetime]
    occurred: list[datetime]

    def end_after(self, repeats: int) -> "RhythmicPattern":
        """The same pattern, which occurs only so many times."""
        return RhythmicPattern(self.turns, self.occurred[:repeats])


def draw_pattern(
    kind: str, rng: np.random.Generator, *, jitter: timedelta = timedelta(), missed: float = 0.0
) -> RhythmicPattern:
    """Draw a pattern of a kind whose turns are some time off, and are missed with some chance."""
    date_turn = KINDS[kind](rng)
    turns = [date_turn(number) for number in range(TURNS)]
    occurred = [turn + rng.normal() * jitter for turn in turns if rng.random() >= missed]
    return RhythmicPattern(turns, sorted(occurred))


def draw_random_patterns(count: int, rng: np.random.Generator, until: datetime) -> dict[str, list[datetime]]:
    """Patterns at steady rates, for two years up to an instant."""
    days = 730
    events = {
        f"random {number:03d}": rng.uniform(0, days, max(2, rng.poisson(days * rng.uniform(0.01, 0.15))))
        for number in range(count)
    }
    return {
        name: [until - timedelta(days=float(day)) for day in sorted(ago)[::-1]]
        for name, ago in events.items()
    }


def list_occurrences(patterns: Mapping[str, Sequence[datetime]]) -> pl.DataFrame:
    """The occurrences of patterns: OCCURRENCE_SCHEMA."""
    rows = [(name, at) for name, instants in patterns.items() for at in instants]
    frame = pl.DataFrame(
        rows, schema={"pattern_id": pl.String, "occurred_at": pl.Datetime("us", "UTC")}, orient="row"
    )
    missing = [
        pl.lit(None, dtype).alias(name)
        for name, dtype in OCCURRENCE_SCHEMA.items()
        if name not in frame.columns
    ]
    return frame.with_columns(missing).select(
        pl.col(name).cast(dtype) for name, dtype in OCCURRENCE_SCHEMA.items()
    )
