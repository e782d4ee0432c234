"""Tickets as YouTrack issues, marked by the last line of their description."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from causeloop_pipeline.connectors.ticket_marker import build_marker
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.outbound.ticket_text import write_plain
from causeloop_pipeline.outbound.tickets import Draft, Ticket
from causeloop_pipeline.outbound.tracker_api import TrackerApi

MAX_CLOCK_SKEW = timedelta(days=1)
"""A query takes days of the account's own time zone."""
PAGE_SIZE, MAX_PAGES = 100, 40
FIELDS = "idReadable,description,resolved"


@dataclass(frozen=True)
class YouTrack:
    """The issues of one project."""

    api: TrackerApi
    project: str

    @classmethod
    def of(cls, api: TrackerApi, config: Mapping[str, Any]) -> "YouTrack":
        """The project that the connector's configuration names for tickets."""
        project = str(config.get("ticket_project") or "")
        if not project:
            raise PermanentFailure("YouTrack: name a project for tickets in the connector's configuration")
        return cls(api, project)

    def find(self, draft: Draft) -> Ticket | None:
        """Look through the issues that were made since the ticket was requested."""
        marker = build_marker(draft.recommendation_id)
        for issue in self._list_issues((draft.pushed_at - MAX_CLOCK_SKEW).strftime("%Y-%m-%d")):
            if marker in str(issue.get("description") or "").splitlines():
                return self._ticket(issue)
        return None

    def create(self, draft: Draft) -> Ticket:
        """Open an issue."""
        project = self.api.get(f"/api/admin/projects/{quote(self.project, safe='')}", {"fields": "id"})
        document = {
            "project": {"id": self.api.text(project, "id")},
            "summary": draft.summary,
            "description": write_plain(draft),
        }
        return self._ticket(self.api.post(f"/api/issues?fields={FIELDS}", document))

    def read(self, external_id: str) -> Ticket:
        """The issue as it is now."""
        return self._ticket(self.api.get(f"/api/issues/{quote(external_id, safe='')}", {"fields": FIELDS}))

    def _list_issues(self, since: str) -> Iterator[dict[str, Any]]:
        params = {
            "query": f"project: {{{self.project}}} created: {since} .. * sort by: created asc",
            "fields": FIELDS,
            "$top": str(PAGE_SIZE),
        }
        for page in range(MAX_PAGES):
            issues = self.api.list_at(
                self.api.get("/api/issues", {**params, "$skip": str(page * PAGE_SIZE)}), ""
            )
            yield from issues
            if len(issues) < PAGE_SIZE:
                return
        raise PermanentFailure(
            f"YouTrack: more than {PAGE_SIZE * MAX_PAGES:,} issues were made since the ticket was requested, "
            "too many to know whether it is among them"
        )

    def _ticket(self, issue: dict[str, Any]) -> Ticket:
        number = self.api.text(issue, "idReadable")
        return Ticket(number, f"{self.api.base_url}/issue/{number}", bool(issue.get("resolved")))
