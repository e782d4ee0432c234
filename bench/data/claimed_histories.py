"""Simulated histories of patterns, half of which somebody claims to have fixed, with a known effect."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.before_after.operational_time import OperationalTime

DAYS, FIRST_CLAIM, LAST_CLAIM = 620, 60, 500
PATTERNS = 20  # with a claim in each workspace, and as many without
RATES = (2 / 90, 5 / 90, 12 / 90, 24 / 90, 40 / 90)  # failures a day
Rng = np.random.Generator
"""A source of random numbers."""


@dataclass(frozen=True)
class Family:
    """Histories of one kind.

    left: which share of failures remains after a claim (1: no effect, 0: complete); drifts: the traffic of
    the whole workspace falls; has_exposure: that of the pattern alone does, and is stated by day.
    """

    name: str
    make: Callable[[Rng, float, Floats], Floats]
    left: float = 1.0
    rates: Sequence[float] = RATES
    drifts: bool = False
    has_exposure: bool = False


def make_poisson(rng: Rng, rate: float, _drift: Floats) -> Floats:
    """Failures at random."""
    return np.sort(rng.uniform(0, DAYS, rng.poisson(rate * DAYS)))


def make_outbreaks(rng: Rng, rate: float, _drift: Floats) -> Floats:
    """Outbreaks of three failures on average, each spread over some days."""
    starts = make_poisson(rng, rate / 3, _drift)
    sizes = rng.geometric(1 / 3, len(starts))
    times = np.repeat(starts, sizes) + rng.exponential(2.0, int(sizes.sum()))
    return np.sort(times[times < DAYS])


def make_seasons(rng: Rng, rate: float, _drift: Floats) -> Floats:
    """A rate that swings by up to nine tenths over a week, a month, a quarter or a year."""
    period, depth = rng.choice([7, 30, 91, 365]), rng.uniform(0.3, 0.9)
    phase = rng.uniform(0, 2 * np.pi)
    return _thin(rng, rate * 2, lambda at: (1 + depth * np.sin(2 * np.pi * at / period + phase)) / 2)


def make_dying(rng: Rng, rate: float, _drift: Floats) -> Floats:
    """A rate that halves every 30 to 120 days, from some day on."""
    start, half_life = rng.uniform(0, LAST_CLAIM - 60), rng.uniform(30, 120)
    return _thin(rng, rate, lambda at: np.exp2(-np.maximum(at - start, 0) / half_life))


def make_drifting(rng: Rng, rate: float, drift: Floats) -> Floats:
    """A rate that follows the traffic of the whole workspace."""
    return _thin(rng, rate, lambda at: np.interp(at, np.arange(len(drift)), drift))


def make_weekly(rng: Rng, _rate: float, _drift: Floats) -> Floats:
    """Each week or fortnight at the same hour, one turn in twenty left out."""
    turns = np.arange(rng.uniform(0, 7), DAYS, rng.choice([7, 7, 14]))
    turns = turns[rng.random(len(turns)) > 0.05]
    return np.sort(turns + rng.normal(0, 0.05, len(turns)))


def _thin(rng: Rng, rate: float, share: Callable[[Floats], Floats]) -> Floats:
    times = np.sort(rng.uniform(0, DAYS, rng.poisson(rate * DAYS)))
    return times[rng.random(len(times)) < share(times)]


OFTEN = (8 / 30,)
FAMILIES = (
    Family("no effect: at random", make_poisson),
    Family("no effect: in outbreaks", make_outbreaks),
    Family("no effect: seasonal", make_seasons),
    Family("no effect: dying by itself", make_dying),
    Family("no effect: traffic drifts", make_drifting, drifts=True),
    Family("no effect: each week", make_weekly),
    Family("no effect: its own use falls, stated", make_drifting, has_exposure=True),
    Family("a quarter removed, at random", make_poisson, 0.75),
    Family("half removed, at random", make_poisson, 0.5),
    Family("three quarters removed, at random", make_poisson, 0.25),
    Family("nine tenths removed, at random", make_poisson, 0.1),
    Family("complete: at random", make_poisson, 0.0),
    Family("complete: in outbreaks", make_outbreaks, 0.0),
    Family("complete: seasonal", make_seasons, 0.0),
    Family("complete: traffic drifts", make_drifting, 0.0, drifts=True),
    Family("complete: each week", make_weekly, 0.0),
    Family("complete: its own use falls, stated", make_drifting, 0.0, has_exposure=True),
    Family("complete: 8 in 30 days", make_poisson, 0.0, OFTEN),
)


@dataclass(frozen=True)
class Workspace:
    """Simulated patterns, and when those with a claim were claimed to be fixed."""

    times: dict[str, list[float]]
    claims: dict[str, float]
    exposure: dict[str, OperationalTime] = field(default_factory=dict)


def simulate_workspace(family: Family, seed: Sequence[int]) -> Workspace:
    """Patterns of one family, half of them with a claim, made after a failure or after the worst week."""
    rng = np.random.default_rng(seed)
    change = rng.uniform(FIRST_CLAIM, LAST_CLAIM)
    drift = np.interp(np.arange(DAYS), [change, change + 60], [1.0, rng.uniform(0.3, 0.8)])
    drift = drift if family.drifts else np.ones(DAYS)
    times: dict[str, list[float]] = {}
    claims: dict[str, float] = {}
    exposure: dict[str, OperationalTime] = {}
    for number in range(2 * PATTERNS):
        key = f"p{number:03d}"
        own = _draw_use(rng) if family.has_exposure else drift
        seen = family.make(rng, float(rng.choice(family.rates)), own)
        claim = _choose_claim(rng, seen) if number % 2 else None
        if claim is not None:
            claims[key] = claim
            if family.has_exposure:
                exposure[key] = _state_use(rng, own)
            lag = rng.uniform(0, 0.5)  # the fix is claimed before it is deployed everywhere
            seen = seen[(seen < claim + lag) | (rng.random(len(seen)) < family.left)]
        if len(seen):
            times[key] = seen.tolist()
    return Workspace(times, {key: at for key, at in claims.items() if key in times}, exposure)


def _draw_use(rng: Rng) -> Floats:
    """The use of one pattern: steady until some day, then within a month no more than a third of it."""
    change = rng.uniform(FIRST_CLAIM, LAST_CLAIM)
    return np.interp(np.arange(DAYS), [change, change + rng.uniform(1, 30)], [1.0, rng.uniform(0.03, 0.33)])


def _state_use(rng: Rng, use: Floats) -> OperationalTime:
    """Counts by day that follow the use."""
    counts = rng.poisson(use * rng.choice([3, 30, 3000]))
    return OperationalTime.from_spans(
        [(float(day), day + 1.0, float(count)) for day, count in enumerate(counts)], "executions"
    )


def _choose_claim(rng: Rng, seen: Floats) -> float | None:
    possible = seen[(seen > FIRST_CLAIM) & (seen < LAST_CLAIM)]
    if not len(possible):
        return None
    if rng.random() < 0.5:
        return float(rng.choice(possible)) + rng.uniform(0.1, 1.0)
    weeks = [int(((seen >= start) & (seen < start + 7)).sum()) for start in possible]
    return float(possible[int(np.argmax(weeks))]) + 7.5
