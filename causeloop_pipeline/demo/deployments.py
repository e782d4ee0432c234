"""When the demo's services are deployed, as one tool of each workspace tells: after some, failures come."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from causeloop_pipeline.demo.causes import settings_of_the_demo
from causeloop_pipeline.demo.rhythms import deployment
from causeloop_pipeline.demo.story import DAYS_AFTER, DAYS_BEFORE, SEED


@dataclass(frozen=True)
class Deployment:
    """One version of a service going live; `number` counts those of its workspace from 1."""

    workspace: str
    service: str
    number: int
    at: datetime

    @property
    def version(self) -> str:
        """As releases are named: year, week, number."""
        year, week, _ = self.at.isocalendar()
        return f"{year}.{week}.{self.number}"


def teller(workspace: str) -> str:
    """The tool that knows of a workspace's deployments: GitHub where there is one."""
    sources = {cause.source for cause in settings_of_the_demo()[workspace].causes}
    return "github" if "github" in sources else "pagerduty"


def deployed_services(workspace: str) -> list[str]:
    """What is deployed: what the telling tool knows anyway, and what fails after deployments."""
    causes, tool = settings_of_the_demo()[workspace].causes, teller(workspace)
    known = {cause.service for cause in causes if cause.source == tool}
    return sorted(known | {cause.rhythm.service for cause in causes if cause.rhythm.kind == "deploy"})


@cache
def deployments(workspace: str, epoch: date, seed: int = SEED) -> tuple[Deployment, ...]:
    """All deployments of a workspace, oldest first; the ones after the epoch have yet to happen."""
    zone = ZoneInfo(settings_of_the_demo()[workspace].timezone)
    days = [epoch + timedelta(days=number) for number in range(-DAYS_BEFORE, DAYS_AFTER + 1)]
    found = sorted(
        (local.replace(tzinfo=zone).astimezone(UTC), service)
        for service in deployed_services(workspace)
        for day in days
        if (local := deployment(service, day, seed)) is not None
    )
    return tuple(Deployment(workspace, service, n, at) for n, (at, service) in enumerate(found, 1))
