"""Incidents without text from known causes: a service desk's export with ground truth."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from tests.support.failure_texts import START, issue_frame


@dataclass(frozen=True, slots=True)
class Desk:
    """How a simulated service desk fails, and how well it records failures."""

    causes: int = 300
    services: int = 60
    span_days: float = 540.0
    alone: float = 0.5  # of the causes, how many cause one incident only
    incidents: float = 4.0  # of the others, on average
    gap_days: float = 2.0  # between incidents of one cause
    value_share: float = 0.85  # how often an incident shows its cause's value
    filled_share: float = 0.8  # how often a dimension is filled in


SIZES = {"service": 0, "error_type": 25, "team": 12, "environment": 3, "region": 8}


def simulate_incidents(desk: Desk, seed: int) -> tuple[pl.DataFrame, pl.Series]:
    """Issues without text, and the cause of each. Services are shared: the busiest has many causes."""
    generator = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    causes: list[str] = []
    for cause in range(desk.causes):
        own = {name: _value(generator, name, desk) for name in SIZES}
        many = 1 if generator.random() < desk.alone else 2 + int(generator.poisson(desk.incidents - 2.0))
        begin = generator.uniform(0.0, desk.span_days)
        for day in begin + np.cumsum(generator.exponential(desk.gap_days, many)):
            seen = {
                name: own[name] if generator.random() < desk.value_share else _value(generator, name, desk)
                for name in SIZES
            }
            filled = {name: value for name, value in seen.items() if generator.random() < desk.filled_share}
            rows.append(
                {
                    "source": "desk",
                    "service": own["service"],
                    "source_created_at": START + timedelta(days=float(day)),
                    **{name: value for name, value in filled.items() if name != "service"},
                }
            )
            causes.append(f"cause {cause}")
    return issue_frame(rows), pl.Series("label", causes)


def _value(generator: np.random.Generator, name: str, desk: Desk) -> str:
    """One value of a dimension; the first ones are common, the last ones rare."""
    size = SIZES[name] or desk.services
    share = 1.0 / np.arange(1, size + 1)
    return f"{name} {generator.choice(size, p=share / share.sum())}"
