"""When failures occur: nightly, weekly, monthly, in office hours, at random, or after a deployment.

Every random number comes from a seed that names the cause and the day, so that the story has the same past
in every process and at every time.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from hashlib import blake2b

import numpy as np

from causeloop_pipeline.demo.causes import Cause, ErrorGroup, Rhythm

WORKING_DAYS = 5
DEPLOY_WEEKDAYS = (1, 3)
DEPLOY_CHANCE = 0.6


def make_random_generator(*name: object) -> np.random.Generator:
    """A random generator seeded by the name alone."""
    digest = blake2b("|".join(map(str, name)).encode(), digest_size=8).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def draw_occurrence_times(
    cause: Cause | ErrorGroup, first: date, last: date, epoch: date, seed: int
) -> list[datetime]:
    """The local times of a cause's failures, in order; fixes are dated relative to `epoch`."""
    moments = [
        moment
        for day in _list_days(first, last)
        if not _is_quiet(cause, day, epoch)
        for moment in _draw_on_day(cause, day, seed)
    ]
    return sorted(moments)


def _list_days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _is_quiet(cause: Cause | ErrorGroup, day: date, epoch: date) -> bool:
    since = cause.rhythm.since_days
    if since is not None and day < epoch - timedelta(days=since):
        return True
    if cause.fix is None:
        return False
    fixed = epoch - timedelta(days=cause.fix.days_ago)
    if cause.fix.held or cause.fix.left:
        return day >= fixed and not _is_left(cause, cause.fix.left, day)
    return fixed <= day < fixed + timedelta(days=cause.fix.quiet_days)


def _is_left(cause: Cause | ErrorGroup, share: float, day: date) -> bool:
    """Whether a fix that helped in part does so on this day."""
    return bool(make_random_generator(cause.key, "left", day).random() < share)


def _draw_on_day(cause: Cause | ErrorGroup, day: date, seed: int) -> list[datetime]:
    rng = make_random_generator(seed, cause.key, day)
    bursts = _RULES[cause.rhythm.kind](cause.rhythm, day, rng, seed)
    return [moment for start in bursts for moment in _draw_burst(cause.rhythm, start, rng)]


def _draw_burst(rhythm: Rhythm, start: datetime, rng: np.random.Generator) -> list[datetime]:
    low, high = rhythm.burst
    gaps = np.cumsum(rng.gamma(2.0, 9.0, size=int(rng.integers(low, high + 1))))
    return [start + timedelta(minutes=float(gap), seconds=int(rng.integers(60))) for gap in gaps]


def _draw_within(rhythm: Rhythm, day: date, rng: np.random.Generator) -> datetime:
    low, high = rhythm.hours
    return datetime.combine(day, time(int(rng.integers(low, high + 1)), int(rng.integers(60))))


def _draw_nightly(rhythm: Rhythm, day: date, rng: np.random.Generator, _seed: int) -> list[datetime]:
    return [_draw_within(rhythm, day, rng)] if rng.random() < rhythm.chance else []


def _draw_weekly(rhythm: Rhythm, day: date, rng: np.random.Generator, seed: int) -> list[datetime]:
    return _draw_nightly(rhythm, day, rng, seed) if day.weekday() in rhythm.weekdays else []


def _draw_monthly(rhythm: Rhythm, day: date, rng: np.random.Generator, _seed: int) -> list[datetime]:
    return [_draw_within(rhythm, day, rng)] if day.day == rhythm.day else []


def _draw_business(rhythm: Rhythm, day: date, rng: np.random.Generator, _seed: int) -> list[datetime]:
    if day.weekday() >= WORKING_DAYS:
        return []
    return [
        _draw_within(rhythm, day, rng) for _ in range(int(rng.poisson(_draw_bursts(rhythm) / WORKING_DAYS)))
    ]


def _draw_random(rhythm: Rhythm, day: date, rng: np.random.Generator, _seed: int) -> list[datetime]:
    return [_draw_within(rhythm, day, rng) for _ in range(int(rng.poisson(_draw_bursts(rhythm) / 7)))]


def _draw_deploy(rhythm: Rhythm, day: date, rng: np.random.Generator, seed: int) -> list[datetime]:
    released = draw_deployment(rhythm.service, day, seed)
    return [released + timedelta(minutes=4)] if released and rng.random() < rhythm.chance else []


def draw_deployment(service: str, day: date, seed: int) -> datetime | None:
    """When a service was released on a day, if it was."""
    rng = make_random_generator(seed, "deployment", service, day)
    if day.weekday() not in DEPLOY_WEEKDAYS or rng.random() > DEPLOY_CHANCE:
        return None
    return datetime.combine(day, time(int(rng.integers(10, 17)), int(rng.integers(60))))


def _draw_bursts(rhythm: Rhythm) -> float:
    return rhythm.per_week / (sum(rhythm.burst) / 2)


_RULES: Mapping[str, Callable[[Rhythm, date, np.random.Generator, int], list[datetime]]] = {
    "nightly": _draw_nightly,
    "weekly": _draw_weekly,
    "monthly": _draw_monthly,
    "business": _draw_business,
    "random": _draw_random,
    "emerging": _draw_random,
    "deploy": _draw_deploy,
}
