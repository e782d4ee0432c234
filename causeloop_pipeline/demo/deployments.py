"""Deployments of the demo's services, listed by one tool of each workspace: some of them cause failures."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from causeloop_pipeline.demo.causes import read_demo_workspaces
from causeloop_pipeline.demo.rhythms import draw_deployment
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
        """The name of the release: year, week, number."""
        year, week, _ = self.at.isocalendar()
        return f"{year}.{week}.{self.number}"


def find_deployment_source(workspace: str) -> str:
    """The tool that lists a workspace's deployments: GitHub where there is one."""
    sources = {cause.source for cause in read_demo_workspaces()[workspace].causes}
    return "github" if "github" in sources else "pagerduty"


def list_deployed_services(workspace: str) -> list[str]:
    """The services of the tool that lists the deployments, and those that fail after deployments."""
    causes, tool = read_demo_workspaces()[workspace].causes, find_deployment_source(workspace)
    listed = {cause.service for cause in causes if cause.source == tool}
    return sorted(listed | {cause.rhythm.service for cause in causes if cause.rhythm.kind == "deploy"})


@cache
def list_deployments(workspace: str, epoch: date, seed: int = SEED) -> tuple[Deployment, ...]:
    """All deployments of a workspace, oldest first; those after the epoch are still to come."""
    zone = ZoneInfo(read_demo_workspaces()[workspace].timezone)
    days = [epoch + timedelta(days=number) for number in range(-DAYS_BEFORE, DAYS_AFTER + 1)]
    times = sorted(
        (local.replace(tzinfo=zone).astimezone(UTC), service)
        for service in list_deployed_services(workspace)
        for day in days
        if (local := draw_deployment(service, day, seed)) is not None
    )
    return tuple(Deployment(workspace, service, n, at) for n, (at, service) in enumerate(times, 1))
