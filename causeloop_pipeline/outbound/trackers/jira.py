"""Tickets as Jira issues, marked by a label."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.ticket_marker import build_marker
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.outbound.tickets import Draft, Ticket
from causeloop_pipeline.outbound.tracker_api import TrackerApi

Node = dict[str, Any]
NOT_DONE = ("won't do", "won't fix", "duplicate", "declined", "cannot reproduce")
"""Names of Jira's own resolutions; a company's others count as done."""


@dataclass(frozen=True)
class Jira:
    """The issues of one project."""

    api: TrackerApi
    project: str
    issue_type: str

    @classmethod
    def of(cls, api: TrackerApi, config: Mapping[str, Any]) -> "Jira":
        """The project that the connector's configuration names for tickets."""
        project = str(config.get("ticket_project") or "")
        if not project:
            raise PermanentFailure("Jira: name a project for tickets in the connector's configuration")
        return cls(api, project, str(config.get("ticket_type") or "Task"))

    def find(self, draft: Draft) -> Ticket | None:
        """The issue with the recommendation's label, the oldest if people have copied it."""
        marker = build_marker(draft.recommendation_id)
        query = {"jql": f'labels = "{marker}" order by created asc', "fields": "status,labels"}
        issues = find_value(self.api.get("/rest/api/3/search/jql", query), "issues") or ()
        marked = (issue for issue in issues if marker in (find_value(issue, "fields.labels") or ()))
        first = next(marked, None)
        return self._ticket(first) if first else None

    def create(self, draft: Draft) -> Ticket:
        """Open an issue."""
        fields = {
            "project": {"key": self.project},
            "issuetype": {"name": self.issue_type},
            "summary": draft.summary,
            "description": _write_document(draft),
            "labels": ["causeloop", build_marker(draft.recommendation_id)],
        }
        created = self.api.post("/rest/api/3/issue", {"fields": fields})
        return Ticket(key := self.api.text(created, "key"), self._url(key), is_done=False)

    def read(self, external_id: str) -> Ticket:
        """The issue as it is now."""
        path = f"/rest/api/3/issue/{quote(external_id, safe='')}"
        return self._ticket(self.api.get(path, {"fields": "status,resolution"}))

    def _ticket(self, issue: Node) -> Ticket:
        key = self.api.text(issue, "key")
        category = self.api.text(issue, "fields.status.statusCategory.key")
        resolution = str(find_value(issue, "fields.resolution.name") or "").lower()
        is_done = category == "done"
        return Ticket(key, self._url(key), is_done, is_done and resolution in NOT_DONE)

    def _url(self, key: str) -> str:
        return f"{self.api.base_url}/browse/{quote(key, safe='')}"


def _write_document(draft: Draft) -> Node:
    """The text in Atlassian's document format, with no markup interpreted."""
    steps = [
        {"type": "listItem", "content": [_write_paragraph(step)]} for step in draft.steps if step.strip()
    ]
    listed = [{"type": "orderedList", "content": steps}] if steps else []
    content = [
        _write_paragraph(draft.rationale),
        *listed,
        _write_paragraph(draft.expected),
        _write_paragraph(draft.url),
    ]
    return {"type": "doc", "version": 1, "content": content}


def _write_paragraph(text: str) -> Node:
    return {"type": "paragraph", "content": [{"type": "text", "text": text}] if text else []}
