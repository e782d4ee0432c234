"""How often the 80 % interval of recurrences prevented is right: `python -m bench.advice.prevention`.

Simulated workspaces with judged fixes: each kind of fix holds with a chance of its own, which verdicts
show; patterns fail at random, in outbreaks, or at a rate that drifts. Each fix is recommended with the
interval, and compared with what this one fix then prevented in the next 90 days: everything that would have
come or, where it did not hold, nothing. Exits 1 where that is outside of 75 to 85 %, of all or of a kind of
failures. Beside it, the average that was promised and the one that came, and the width.
"""

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.act.expected_prevention import (
    HOLD_PRIOR,
    Prevention,
    estimate_prevention,
    hold_chances,
)
from causeloop_pipeline.analysis.act.pattern_evidence import PatternEvidence
from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.model.recommendation import HORIZON_DAYS

SEED, WORKSPACES, FIXES = 29_007, 200, 20
LOW, HIGH = 0.75, 0.85
HISTORY_DAYS, WINDOW_DAYS = 180, 7
RATES = (2 / 90, 5 / 90, 12 / 90, 24 / 90, 40 / 90)  # active days a day
KINDS = ("at random", "in outbreaks", "drifting")


@dataclass(frozen=True)
class Promise:
    """What was promised of a fix, and what came."""

    kind: str
    judged: int
    prevention: Prevention
    prevented: int

    @property
    def is_within(self) -> bool:
        """Whether what this fix prevented is within the interval."""
        return self.prevention.low <= self.prevented <= self.prevention.high


@dataclass(frozen=True)
class History:
    """How a pattern fails: a rate of failures a day, which drifts from one share of it to another."""

    kind: str
    rate: float
    start: float = 1.0
    end: float = 1.0

    @classmethod
    def choose(cls, rng: np.random.Generator) -> "History":
        """One of the kinds and rates."""
        kind, rate = str(rng.choice(KINDS)), float(rng.choice(RATES))
        return cls(kind, rate, *(rng.uniform(0.4, 1.0, 2).tolist() if kind == "drifting" else ()))

    def draw(self, rng: np.random.Generator) -> Floats:
        """The active days of the history and of the 90 days of the promise."""
        total = HISTORY_DAYS + HORIZON_DAYS
        if self.kind == "in outbreaks":
            starts = rng.uniform(-10, total, rng.poisson(self.rate / 2 * (total + 10)))
            sizes = rng.geometric(0.5, len(starts))
            times = np.repeat(starts, sizes) + rng.exponential(2.0, int(sizes.sum()))
        else:
            times = rng.uniform(0, total, rng.poisson(self.rate * total))
            share = np.interp(times, [0, total], [self.start, self.end])
            times = times[rng.random(len(times)) < share]
        days: Floats = np.unique(np.floor(times))
        return days[(days >= 0) & (days < total)]


def simulate(workspace: int, seed: int) -> Iterator[Promise]:
    """The fixes of one workspace, after between none and 60 of each type were judged."""
    rng = np.random.default_rng((seed, workspace))
    for kind, (held, lost) in HOLD_PRIOR.items():
        chance = rng.beta(held, lost)
        judged = int(rng.choice([0, 5, 20, 60]))
        verdicts = np.where(rng.random(judged) < chance, "held", "failed")
        existing = pl.DataFrame({"type": [str(kind)] * judged, "verdict": verdicts.tolist()})
        hold = hold_chances(existing if judged else None)[kind]
        for _ in range(FIXES // len(HOLD_PRIOR)):
            history = History.choose(rng)
            days = history.draw(rng)
            past, ahead = days[days < HISTORY_DAYS], days[days >= HISTORY_DAYS]
            if len(past) < 2:
                continue
            prevention = estimate_prevention([describe(past)], hold)
            prevented = len(ahead) if rng.random() < chance else 0
            yield Promise(history.kind, judged, prevention, prevented)


def describe(past: Floats) -> PatternEvidence:
    """The evidence of a pattern that was seen on these days, predicted by its rate."""
    rate = (len(past) + 0.5) / HISTORY_DAYS
    seen = {
        "pattern_id": "p",
        "probability": -math.expm1(-rate * WINDOW_DAYS),
        "window_days": WINDOW_DAYS,
        "active_days": len(past),
        "recent_active_days": len(past),
        "observed_days": float(HISTORY_DAYS),
    }
    blank: dict[str, Any] = dict.fromkeys(field.name for field in fields(PatternEvidence))
    return PatternEvidence(**{**blank, **seen})


def list_rows(promises: Sequence[Promise]) -> Iterator[tuple[str, int, float, float, float, float]]:
    """Each part: how many fixes, the share within the interval, the width, what was promised, what came."""
    parts = {"all": promises}
    parts |= {f"failures {kind}": [each for each in promises if each.kind == kind] for kind in KINDS}
    parts |= {
        f"{judged} fixes judged": [each for each in promises if each.judged == judged]
        for judged in (0, 5, 20, 60)
    }
    for name, part in parts.items():
        within, width, promised, came = (
            float(np.mean(values)) if values else math.nan
            for values in (
                [each.is_within for each in part],
                [each.prevention.high - each.prevention.low for each in part],
                [each.prevention.expected for each in part],
                [each.prevented for each in part],
            )
        )
        yield name, len(part), within, width, promised, came


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspaces", type=int, default=WORKSPACES)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    promises = [each for n in range(options.workspaces) for each in simulate(n, options.seed)]
    print("| fixes | number | within the interval | its width | promised, on average | came |")
    print("|---|---|---|---|---|---|")
    rows = list(list_rows(promises))
    for name, number, within, width, promised, came in rows:
        print(f"| {name} | {number:,} | {100 * within:.1f} % | {width:.1f} | {promised:.2f} | {came:.2f} |")
    return int(not all(LOW <= row[2] <= HIGH for row in rows[: 1 + len(KINDS)]))


if __name__ == "__main__":
    sys.exit(main())
