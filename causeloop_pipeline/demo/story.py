"""A year of plausible failures per workspace, with the known cause of each.

The story is fixed by its epoch and seed. It runs from a year before the epoch to some weeks after, so
that an installation that stays up continues to see failures; what is visible depends on the requested time.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import blake2b
from uuid import UUID
from zoneinfo import ZoneInfo

from numpy.random import Generator

from causeloop_pipeline.demo.causes import (
    Cause,
    CauseFix,
    DemoWorkspace,
    read_demo_workspaces,
    read_one_off_titles,
)
from causeloop_pipeline.demo.rhythms import draw_occurrence_times, make_random_generator
from causeloop_pipeline.demo.wording import draw, fill

DAYS_BEFORE = 365
DAYS_AFTER = 60
SEED = 20_240_229
ONE_OFFS_PER_WORKSPACE = 25
LATE_CHANCE = 0.02
PEOPLE = ("Ana Petrovic", "Ben Okafor", "Chiara Ricci", "Dev Patel", "Elif Kaya")
UNRESOLVED_CHANCE = 0.006
REPEATED_IDS = ("custom_api",)
"""Tools whose ids name what fails again and again."""
NEVER_LATE = ("pagerduty", "okta", "datadog")
"""Their filters or ids depend on the time of creation: the real tools would not show late events either."""


@dataclass(frozen=True)
class Failure:
    """One failure; `cause` is the true one, None for a failure that occurred once."""

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
    ending: str
    ended_by: str

    @property
    def external_id(self) -> str:
        """The id under which the tool's record is landed."""
        return _EXTERNAL_IDS[self.source](self)

    @property
    def key(self) -> str:
        """What tells it from all others of its workspace: an alert has one id each time that it fires."""
        own = f"{self.source}:{self.external_id}"
        return f"{own}@{self.created_at.isoformat()}" if self.source in REPEATED_IDS else own

    def status(self, now: datetime) -> str:
        """open, mitigating or resolved at a given time."""
        if self.resolved_at is not None and self.resolved_at <= now:
            return "resolved"
        return "mitigating" if self.acknowledged_at <= now else "open"

    def last_update(self, now: datetime) -> datetime:
        """When the tool last changed it, as of a given time."""
        moments = (self.visible_at, self.acknowledged_at, self.resolved_at)
        return max(moment for moment in moments if moment is not None and moment <= now)


@dataclass(frozen=True)
class StoryFix:
    """A fix in the story: what was claimed, when, and whether the failures really ended."""

    workspace: str
    cause: str
    at: datetime
    fix: CauseFix

    @property
    def held(self) -> bool:
        """Whether the failures really ended."""
        return self.fix.held

    @property
    def note(self) -> str:
        """What was done."""
        return self.fix.note

    def draw_uses(self, first: date, last: date, seed: int = SEED) -> list[tuple[date, int]]:
        """How often what failed was used on each day; none where nobody counts."""
        uses = self.fix.uses
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return [
            (day, int(make_random_generator(seed, self.cause, "uses", day).poisson(uses.per_day)))
            for day in days
            if uses
        ]


@cache
def list_failures(workspace: str, epoch: date, seed: int = SEED) -> tuple[Failure, ...]:
    """All failures of a workspace, oldest first; those after the epoch are still to come."""
    demo = read_demo_workspaces()[workspace]
    first, last = epoch - timedelta(days=DAYS_BEFORE), epoch + timedelta(days=DAYS_AFTER)
    planned = [
        _make_failure(demo, cause, moment, number, seed)
        for cause in demo.causes
        for number, moment in enumerate(draw_occurrence_times(cause, first, last, epoch, seed))
    ]
    planned += [_make_one_off_failure(demo, number, first, seed) for number in range(ONE_OFFS_PER_WORKSPACE)]
    return tuple(_assign_numbers(planned))


def list_visible_failures(workspace: str, epoch: date, now: datetime, seed: int = SEED) -> list[Failure]:
    """The failures that the tools of a workspace show at a given time."""
    return [failure for failure in list_failures(workspace, epoch, seed) if failure.visible_at <= now]


def map_true_causes(
    workspace: str, epoch: date, now: datetime, seed: int = SEED
) -> dict[tuple[str, str], str | None]:
    """(source, external id) → cause of each visible failure; None for those that occurred once."""
    return {
        (failure.source, failure.external_id): failure.cause
        for failure in list_visible_failures(workspace, epoch, now, seed)
    }


def map_landed_causes(
    workspace: str, epoch: date, now: datetime, seed: int = SEED
) -> dict[tuple[str, str], str | None]:
    """The same by the source that Causeloop gives an issue: GitHub's runs are those of GitHub Actions."""
    return {
        ("github_actions" if external_id.startswith("run/") else source, external_id): cause
        for (source, external_id), cause in map_true_causes(workspace, epoch, now, seed).items()
    }


def list_fixes(workspace: str, epoch: date) -> list[StoryFix]:
    """The fixes of a workspace's story, each at noon of its day."""
    demo = read_demo_workspaces()[workspace]
    noon = datetime(epoch.year, epoch.month, epoch.day, 12, tzinfo=UTC)
    return [
        StoryFix(workspace, cause.key, noon - timedelta(days=cause.fix.days_ago), cause.fix)
        for cause in demo.causes
        if cause.fix is not None
    ]


def _make_failure(demo: DemoWorkspace, cause: Cause, local: datetime, number: int, seed: int) -> Failure:
    rng = make_random_generator(seed, cause.key, "words", local, number)
    created = local.replace(tzinfo=ZoneInfo(demo.timezone)).astimezone(UTC)
    late = cause.source not in NEVER_LATE and rng.random() < LATE_CHANCE
    visible_at = created + timedelta(hours=float(rng.uniform(6, 48))) if late else created
    duration = timedelta(minutes=float(rng.lognormal(0.0, 0.6)) * cause.resolve_minutes + 1)
    unresolved = rng.random() < UNRESOLVED_CHANCE
    return Failure(
        workspace=demo.workspace,
        source=cause.source,
        kind=cause.kind,
        number=0,
        cause=cause.key,
        title=fill(draw(rng, cause.titles), rng),
        body=fill(cause.body, rng),
        severity=draw(rng, cause.severities),
        service=cause.service,
        team=cause.team,
        environment=cause.environment,
        error_type=cause.error_type,
        created_at=created,
        visible_at=visible_at,
        acknowledged_at=visible_at + duration * 0.2,
        resolved_at=None if unresolved else visible_at + duration,
        **_choose_ending(cause, make_random_generator(seed, cause.key, "ending", local, number)),
    )


def _choose_ending(cause: Cause, rng: Generator) -> dict[str, str]:
    """What somebody of the team says was done; half of the time nobody says anything."""
    is_written = bool(cause.endings) and rng.random() < 0.5
    return {
        "ending": fill(draw(rng, cause.endings), rng) if is_written else "",
        "ended_by": draw(rng, PEOPLE),
    }


def _make_one_off_failure(demo: DemoWorkspace, number: int, first: date, seed: int) -> Failure:
    rng = make_random_generator(seed, demo.workspace, "singleton", number)
    position = sorted(read_demo_workspaces()).index(demo.workspace) * ONE_OFFS_PER_WORKSPACE + number
    template = _find_tracker_cause(demo)
    day = datetime(first.year, first.month, first.day, 9, tzinfo=UTC)
    created = day + timedelta(days=int(rng.integers(DAYS_BEFORE)), minutes=int(rng.integers(480)))
    return replace(
        _make_failure(demo, template, created.replace(tzinfo=None), number, seed),
        cause=None,
        title=read_one_off_titles()[position],
        body="",
        severity="p4",
        service="General",
        error_type="",
        created_at=created,
        visible_at=created,
        acknowledged_at=created + timedelta(hours=3),
        resolved_at=created + timedelta(days=2),
        ending="",
    )


def _find_tracker_cause(demo: DemoWorkspace) -> Cause:
    """People report one-off failures in the tracker: a cause of the first source that takes tickets."""
    trackers = ("jira", "zendesk")
    return next(cause for tool in trackers for cause in demo.causes if cause.source == tool)


def _assign_numbers(failures: list[Failure]) -> list[Failure]:
    counts: dict[str, int] = {}
    numbered = []
    for failure in sorted(failures, key=_sort_key):
        counts[failure.source] = counts.get(failure.source, 0) + 1
        numbered.append(replace(failure, number=counts[failure.source]))
    return numbered


def _sort_key(failure: Failure) -> tuple[datetime, str, str]:
    return failure.created_at, failure.cause or "", failure.title


def _compute_digest(failure: Failure) -> bytes:
    return blake2b(f"{failure.workspace}|{failure.source}|{failure.number}".encode(), digest_size=16).digest()


def _make_github_id(failure: Failure) -> str:
    number = 3_000_000 + failure.number
    return (
        f"run/{failure.workspace}-engineering/{failure.service}/{number}"
        if failure.kind == "run"
        else str(number)
    )


_EXTERNAL_IDS: Mapping[str, Callable[[Failure], str]] = {
    "pagerduty": lambda failure: "Q" + base64.b32encode(_compute_digest(failure)).decode()[:13],
    "jira": lambda failure: str(10_000 + failure.number),
    "github": _make_github_id,
    "datadog": lambda failure: str(UUID(bytes=_compute_digest(failure))),
    "zendesk": lambda failure: str(5_000 + failure.number),
    "okta": lambda failure: str(UUID(bytes=_compute_digest(failure))),
    "custom_api": lambda failure: f"alert/{failure.cause}",
}
