"""Occurrences that say nothing of a fix: which they are, how many and why."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from causeloop_pipeline.analysis.before_after.days import count_days
from causeloop_pipeline.model.frames import INSTANT
from causeloop_pipeline.model.proof import LeftOutReason

LEFT_OUT_SCHEMA = pl.Schema(
    {
        "recommendation_id": pl.String(),
        "pattern_id": pl.String(),
        "occurred_at": INSTANT,
        "reason": pl.String(),  # a LeftOutReason
        "provider": pl.String(),
    }
)
LEFT_OUT_COUNTS = pl.List(
    pl.Struct({"reason": pl.String, "provider": pl.String, "before": pl.Int64, "since": pl.Int64})
)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is left out of one proof: the times, in days since 1970, and its counts by reason and provider."""

    times: frozenset[float] = frozenset()
    counts: tuple[dict[str, Any], ...] = ()

    def write(self) -> str:
        """How many are left out since the fix and before it, and why; empty where none is."""
        if not self.counts:
            return ""
        return f" Not counted: {', '.join(map(_write_count, self.counts))}."


def group_left_out(
    left_out: pl.DataFrame | None, fixed_at: dict[tuple[str, str], datetime]
) -> dict[tuple[str, str], LeftOut]:
    """What is left out of each proof, by recommendation and pattern.

    In: LEFT_OUT_SCHEMA or None; when each was fixed. Out: no entry where nothing is left out.
    """
    times: dict[tuple[str, str], set[float]] = {}
    counts: dict[tuple[str, str], Counter[tuple[str, str | None, bool]]] = {}
    if left_out is not None:
        unique = left_out.unique(["recommendation_id", "pattern_id", "occurred_at"], maintain_order=True)
        days = count_days(unique["occurred_at"]).to_list()
        for row, day in zip(unique.iter_rows(named=True), days, strict=True):
            key = row["recommendation_id"], row["pattern_id"]
            times.setdefault(key, set()).add(day)
            is_since = key not in fixed_at or row["occurred_at"] > fixed_at[key]
            counts.setdefault(key, Counter())[row["reason"], row["provider"], is_since] += 1
    return {key: LeftOut(frozenset(times[key]), _list_counts(counts[key])) for key in times}


def _list_counts(counts: Counter[tuple[str, str | None, bool]]) -> tuple[dict[str, Any], ...]:
    kinds = sorted({(reason, provider or "") for reason, provider, _ in counts})
    return tuple(
        {
            "reason": reason,
            "provider": provider or None,
            "before": counts[reason, provider or None, False],
            "since": counts[reason, provider or None, True],
        }
        for reason, provider in kinds
    )


def _write_count(count: dict[str, Any]) -> str:
    of_provider = f" ({count['provider']})" if count["provider"] else ""
    before = f" and {count['before']:,} before the fix" if count["before"] else ""
    return f"{count['since']:,} {LeftOutReason(count['reason']).label}{of_provider}{before}"
