"""A year of believable failures per workspace, with the planted truth of what caused each.

The story is fixed by its epoch and seed. It runs from a year before the epoch to some weeks after, so
that an installation that stays up goes on seeing failures; what is visible depends on the time asked for.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import blake2b
from uuid import UUID
from zoneinfo import ZoneInfo

from causeloop_pipeline.demo.causes import Cause, Setting, settings_of_the_demo, singletons
from causeloop_pipeline.demo.rhythms import draws, strikes
from causeloop_pipeline.demo.wording import fill

DAYS_BEFORE, DAYS_AFTER = 365, 60
SEED = 20_240_229
SINGLETONS = 25
LATE_CHANCE, UNRESOLVED_CHANCE = 0.02, 0.006
NEVER_LATE = ("pagerduty", "okta", "datadog")
"""Their filters or ids go by the time of creation: a real one would not show a late event either."""


@dataclass(frozen=True)
class Failure:
    """One failure as it really was; `cause` is the truth, None for what happened once."""

    workspace: str
    source: str
    kind: str
    number: int
    cause: str | None
    title: str
    body: str
    severity: str
    service: str
    team: str
    environment: str
    error_type: str
    created_at: datetime
    visible_at: datetime
    acknowledged_at: datetime
    resolved_at: datetime | None

    @property
    def external_id(self) -> str:
        """The id under which the tool's record is landed."""
        return _EXTERNAL_IDS[self.source](self)

    def status(self, now: datetime) -> str:
        """open, mitigating or resolved at a moment."""
        if self.resolved_at is not None and self.resolved_at <= now:
            return "resolved"
        return "mitigating" if self.acknowledged_at <= now else "open"

    def updated_at(self, now: datetime) -> datetime:
        """When the tool last changed it, seen from a moment."""
        moments = (self.visible_at, self.acknowledged_at, self.resolved_at)
        return max(moment for moment in moments if moment is not None and moment <= now)


@dataclass(frozen=True)
class FixTold:
    """A fix in the story: what was claimed, when, and whether the failures really ended."""

    workspace: str
    cause: str
    at: datetime
    held: bool
    note: str


@cache
def failures(workspace: str, epoch: date, seed: int = SEED) -> tuple[Failure, ...]:
    """All failures of a workspace, oldest first; the ones after the epoch have yet to happen."""
    setting = settings_of_the_demo()[workspace]
    first, last = epoch - timedelta(days=DAYS_BEFORE), epoch + timedelta(days=DAYS_AFTER)
    told = [
        _failure(setting, cause, moment, number, seed)
        for cause in setting.causes
        for number, moment in enumerate(strikes(cause, first, last, epoch, seed))
    ]
    told += [_singleton(setting, number, first, seed) for number in range(SINGLETONS)]
    return tuple(_numbered(told))


def visible(workspace: str, epoch: date, now: datetime, seed: int = SEED) -> list[Failure]:
    """What the tools of a workspace know at a moment."""
    return [failure for failure in failures(workspace, epoch, seed) if failure.visible_at <= now]


def truth(workspace: str, epoch: date, now: datetime, seed: int = SEED) -> dict[tuple[str, str], str | None]:
    """(source, external id) → cause, of everything visible at a moment; None for what happened once."""
    return {(told.source, told.external_id): told.cause for told in visible(workspace, epoch, now, seed)}


def fixes(workspace: str, epoch: date) -> list[FixTold]:
    """The fixes of a workspace's story, each at noon of its day."""
    setting = settings_of_the_demo()[workspace]
    noon = datetime(epoch.year, epoch.month, epoch.day, 12, tzinfo=UTC)
    return [
        FixTold(
            workspace, cause.key, noon - timedelta(days=cause.fix.days_ago), cause.fix.held, cause.fix.note
        )
        for cause in setting.causes
        if cause.fix is not None
    ]


def _failure(setting: Setting, cause: Cause, local: datetime, number: int, seed: int) -> Failure:
    rng = draws(seed, cause.key, "words", local, number)
    created = local.replace(tzinfo=ZoneInfo(setting.timezone)).astimezone(UTC)
    late = cause.source not in NEVER_LATE and rng.random() < LATE_CHANCE
    visible_at = created + timedelta(hours=float(rng.uniform(6, 48))) if late else created
    taken = timedelta(minutes=float(rng.lognormal(0.0, 0.6)) * cause.resolve_minutes + 1)
    unresolved = rng.random() < UNRESOLVED_CHANCE
    return Failure(
        workspace=setting.workspace,
        source=cause.source,
        kind=cause.kind,
        number=0,
        cause=cause.key,
        title=fill(str(rng.choice(cause.titles)), rng),
        body=fill(cause.body, rng),
        severity=str(rng.choice(cause.severities)),
        service=cause.service,
        team=cause.team,
        environment=cause.environment,
        error_type=cause.error_type,
        created_at=created,
        visible_at=visible_at,
        acknowledged_at=visible_at + taken * 0.2,
        resolved_at=None if unresolved else visible_at + taken,
    )


def _singleton(setting: Setting, number: int, first: date, seed: int) -> Failure:
    rng = draws(seed, setting.workspace, "singleton", number)
    position = sorted(settings_of_the_demo()).index(setting.workspace) * SINGLETONS + number
    like = _tracker_cause(setting)
    day = datetime(first.year, first.month, first.day, 9, tzinfo=UTC)
    created = day + timedelta(days=int(rng.integers(DAYS_BEFORE)), minutes=int(rng.integers(480)))
    return replace(
        _failure(setting, like, created.replace(tzinfo=None), number, seed),
        cause=None,
        title=singletons()[position],
        body="",
        severity="p4",
        service="General",
        error_type="",
        created_at=created,
        visible_at=created,
        acknowledged_at=created + timedelta(hours=3),
        resolved_at=created + timedelta(days=2),
    )


def _tracker_cause(setting: Setting) -> Cause:
    """People write what happens once into the tracker: a cause of its first source that takes tickets."""
    trackers = ("jira", "zendesk")
    return next(cause for tool in trackers for cause in setting.causes if cause.source == tool)


def _numbered(told: list[Failure]) -> list[Failure]:
    counts: dict[str, int] = {}
    numbered = []
    for failure in sorted(told, key=_order):
        counts[failure.source] = counts.get(failure.source, 0) + 1
        numbered.append(replace(failure, number=counts[failure.source]))
    return numbered


def _order(failure: Failure) -> tuple[datetime, str, str]:
    return failure.created_at, failure.cause or "", failure.title


def _digest(failure: Failure) -> bytes:
    return blake2b(f"{failure.workspace}|{failure.source}|{failure.number}".encode(), digest_size=16).digest()


def _github_id(failure: Failure) -> str:
    number = 3_000_000 + failure.number
    return (
        f"run/{failure.workspace}-engineering/{failure.service}/{number}"
        if failure.kind == "run"
        else str(number)
    )


_EXTERNAL_IDS: Mapping[str, Callable[[Failure], str]] = {
    "pagerduty": lambda failure: "Q" + base64.b32encode(_digest(failure)).decode()[:13],
    "jira": lambda failure: str(10_000 + failure.number),
    "github": _github_id,
    "datadog": lambda failure: str(UUID(bytes=_digest(failure))),
    "zendesk": lambda failure: str(5_000 + failure.number),
    "okta": lambda failure: str(UUID(bytes=_digest(failure))),
    "custom_api": lambda failure: f"EV-{failure.number:06d}",
}


def workspaces() -> Mapping[str, Setting]:
    """The demo's workspaces, by slug."""
    return settings_of_the_demo()
