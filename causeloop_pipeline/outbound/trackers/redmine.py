"""Tickets as Redmine issues, marked by the last line of their description."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.ticket_marker import build_marker
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.outbound.ticket_text import write_plain
from causeloop_pipeline.outbound.tickets import Draft, Ticket
from causeloop_pipeline.outbound.tracker_api import TrackerApi

MAX_CLOCK_SKEW = timedelta(hours=1)
PAGE_SIZE, MAX_PAGES = 100, 40


@dataclass(frozen=True)
class Redmine:
    """The issues of one project."""

    api: TrackerApi
    project: str

    @classmethod
    def of(cls, api: TrackerApi, config: Mapping[str, Any]) -> "Redmine":
        """The project that the connector's configuration names for tickets."""
        project = str(config.get("ticket_project") or "")
        if not project:
            raise PermanentFailure("Redmine: name a project for tickets in the connector's configuration")
        return cls(api, project)

    def find(self, draft: Draft) -> Ticket | None:
        """Look through the issues that were made since the ticket was requested."""
        marker = build_marker(draft.recommendation_id)
        for issue in self._list_issues((draft.pushed_at - MAX_CLOCK_SKEW).strftime("%Y-%m-%dT%H:%M:%SZ")):
            if marker in str(issue.get("description") or "").splitlines():
                return self._ticket(issue)
        return None

    def create(self, draft: Draft) -> Ticket:
        """Open an issue of the project's first tracker."""
        issue = {"project_id": self.project, "subject": draft.summary, "description": write_plain(draft)}
        return self._ticket(find_value(self.api.post("/issues.json", {"issue": issue}), "issue"))

    def read(self, external_id: str) -> Ticket:
        """The issue as it is now."""
        answer = self.api.get(f"/issues/{quote(external_id, safe='')}.json")
        return self._ticket(find_value(answer, "issue"))

    def _list_issues(self, since: str) -> Iterator[dict[str, Any]]:
        params = {
            "project_id": self.project,
            "status_id": "*",
            "created_on": f">={since}",
            "sort": "id",
            "limit": str(PAGE_SIZE),
        }
        for page in range(MAX_PAGES):
            answer = self.api.get("/issues.json", {**params, "offset": str(page * PAGE_SIZE)})
            issues = self.api.list_at(answer, "issues")
            yield from issues
            if len(issues) < PAGE_SIZE:
                return
        raise PermanentFailure(
            f"Redmine: more than {PAGE_SIZE * MAX_PAGES:,} issues were made since the ticket was requested, "
            "too many to know whether it is among them"
        )

    def _ticket(self, issue: Any) -> Ticket:
        number = self.api.text(issue, "id")
        is_done = find_value(issue, "status.is_closed") is True or bool(find_value(issue, "closed_on"))
        return Ticket(number, f"{self.api.base_url}/issues/{number}", is_done)
