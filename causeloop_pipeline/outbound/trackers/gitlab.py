"""Tickets as GitLab issues, marked by a label: the list by label is immediately consistent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from causeloop_pipeline.connectors.ticket_marker import build_marker
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.outbound.ticket_text import defuse, write_markdown
from causeloop_pipeline.outbound.tickets import Draft, Ticket
from causeloop_pipeline.outbound.tracker_api import TrackerApi


@dataclass(frozen=True)
class GitLab:
    """The issues of one project."""

    api: TrackerApi
    project: str

    @classmethod
    def of(cls, api: TrackerApi, config: Mapping[str, Any]) -> "GitLab":
        """The project that the connector's configuration names for tickets, else its first one."""
        project = str(config.get("ticket_project") or next(iter(config.get("projects") or ()), ""))
        if not project:
            raise PermanentFailure("GitLab: name a project for tickets in the connector's configuration")
        return cls(api, unquote(project))

    def find(self, draft: Draft) -> Ticket | None:
        """The issue with the recommendation's label, the oldest if people have copied it."""
        params = {
            "labels": build_marker(draft.recommendation_id),
            "scope": "all",
            "state": "all",
            "order_by": "created_at",
            "sort": "asc",
        }
        issues = self.api.list_at(self.api.get(self._path(self.project), params), "")
        return self._ticket(self.project, issues[0]) if issues else None

    def create(self, draft: Draft) -> Ticket:
        """Open an issue."""
        document = {
            "title": defuse(draft.summary),
            "description": write_markdown(draft),
            "labels": f"causeloop,{build_marker(draft.recommendation_id)}",
        }
        return self._ticket(self.project, self.api.post(self._path(self.project), document))

    def read(self, external_id: str) -> Ticket:
        """The issue as it is now; it names its project, for the configuration may have changed."""
        project, _, number = external_id.rpartition("#")
        return self._ticket(project, self.api.get(f"{self._path(project)}/{quote(number, safe='')}"))

    def edit(self, external_id: str, draft: Draft) -> Ticket:
        """Write the issue's description again."""
        project, _, number = external_id.rpartition("#")
        path = f"{self._path(project)}/{quote(number, safe='')}"
        return self._ticket(project, self.api.replace(path, {"description": write_markdown(draft)}))

    def _path(self, project: str) -> str:
        return f"/api/v4/projects/{quote(project, safe='')}/issues"

    def _ticket(self, project: str, issue: dict[str, Any]) -> Ticket:
        is_done = self.api.text(issue, "state") == "closed"
        return Ticket(f"{project}#{self.api.text(issue, 'iid')}", self.api.link(issue, "web_url"), is_done)
