"""Tickets as Asana tasks, marked by the last line of their notes.

The marker is looked up in the list of tasks changed since the push, because Asana's search lags behind.
"""

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
PAGE_SIZE = 100
MAX_PAGES = 40
FIELDS = "name,notes,completed,permalink_url"


@dataclass(frozen=True)
class Asana:
    """The tasks of one project."""

    api: TrackerApi
    project: str

    @classmethod
    def of(cls, api: TrackerApi, config: Mapping[str, Any]) -> "Asana":
        """The project that the connector's configuration names for tickets, else its first one."""
        project = str(config.get("ticket_project") or next(iter(config.get("projects") or ()), ""))
        if not project:
            raise PermanentFailure("Asana: name a project for tickets in the connector's configuration")
        return cls(api, project)

    def find(self, draft: Draft) -> Ticket | None:
        """Search the tasks that changed since the ticket was requested."""
        marker = build_marker(draft.recommendation_id)
        for task in self._list_tasks((draft.pushed_at - MAX_CLOCK_SKEW).isoformat()):
            if marker in str(task.get("notes") or "").splitlines():
                return self._ticket(task)
        return None

    def create(self, draft: Draft) -> Ticket:
        """Open a task."""
        document = {"name": draft.summary, "notes": write_plain(draft), "projects": [self.project]}
        path = f"/api/1.0/tasks?opt_fields={FIELDS}"
        return self._ticket(find_value(self.api.post(path, {"data": document}), "data"))

    def read(self, external_id: str) -> Ticket:
        """The task as it is now."""
        path = f"/api/1.0/tasks/{quote(external_id, safe='')}"
        return self._ticket(find_value(self.api.get(path, {"opt_fields": FIELDS}), "data"))

    def _list_tasks(self, since: str) -> Iterator[dict[str, Any]]:
        params = {
            "project": self.project,
            "modified_since": since,
            "opt_fields": FIELDS,
            "limit": str(PAGE_SIZE),
        }
        for _ in range(MAX_PAGES):
            answer = self.api.get("/api/1.0/tasks", params)
            yield from self.api.list_at(answer, "data")
            offset = find_value(answer, "next_page.offset")
            if not offset:
                return
            params = {**params, "offset": str(offset)}
        raise PermanentFailure(
            f"Asana: more than {PAGE_SIZE * MAX_PAGES:,} tasks changed since the ticket was requested, "
            "too many to know whether it is among them"
        )

    def _ticket(self, task: Any) -> Ticket:
        is_done = find_value(task, "completed") is True
        return Ticket(self.api.text(task, "gid"), self.api.link(task, "permalink_url"), is_done)
