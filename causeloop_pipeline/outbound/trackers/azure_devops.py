"""Tickets as Azure DevOps work items, marked by a tag, which queries see at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.ticket_marker import build_marker
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.outbound.ticket_text import write_html
from causeloop_pipeline.outbound.tickets import Draft, Ticket
from causeloop_pipeline.outbound.tracker_api import TrackerApi

API = "api-version=7.1"
DONE = frozenset({"Done", "Closed", "Resolved", "Removed", "Completed", "Inactive"})


@dataclass(frozen=True)
class AzureDevOps:
    """The work items of one project."""

    api: TrackerApi
    organization: str
    project: str
    type: str

    @classmethod
    def of(cls, api: TrackerApi, config: Mapping[str, Any]) -> "AzureDevOps":
        """The project that the connector's configuration names for tickets, else its first one."""
        project = str(config.get("ticket_project") or next(iter(config.get("projects") or ()), ""))
        if not project:
            raise PermanentFailure(
                "Azure DevOps: name a project for tickets in the connector's configuration"
            )
        return cls(api, str(config["organization"]), project, str(config.get("ticket_type") or "Task"))

    def find(self, draft: Draft) -> Ticket | None:
        """The work item with the recommendation's tag, the oldest if people have copied it."""
        marker = build_marker(draft.recommendation_id)
        wiql = (
            f"SELECT [System.Id] FROM WorkItems WHERE [System.Tags] CONTAINS '{marker}' "
            "ORDER BY [System.CreatedDate] ASC"
        )
        path = f"{self._project_path()}/_apis/wit/wiql?{API}&$top=1"
        items = self.api.list_at(self.api.post(path, {"query": wiql}), "workItems")
        return self.read(self.api.text(items[0], "id")) if items else None

    def create(self, draft: Draft) -> Ticket:
        """Open a work item."""
        fields = {
            "System.Title": draft.summary,
            "System.Description": write_html(draft),
            "System.Tags": f"causeloop; {build_marker(draft.recommendation_id)}",
        }
        patch = [{"op": "add", "path": f"/fields/{name}", "value": value} for name, value in fields.items()]
        path = f"{self._project_path()}/_apis/wit/workitems/${quote(self.type, safe='')}?{API}"
        return self._ticket(self.api.post(path, patch, "application/json-patch+json"))

    def read(self, external_id: str) -> Ticket:
        """The work item as it is now."""
        path = f"/{quote(self.organization, safe='')}/_apis/wit/workitems/{quote(external_id, safe='')}"
        return self._ticket(self.api.get(f"{path}?{API}"))

    def _project_path(self) -> str:
        return f"/{quote(self.organization, safe='')}/{quote(self.project, safe='')}"

    def _ticket(self, item: Any) -> Ticket:
        number = self.api.text(item, "id")
        project = find_value(item, r"fields.System\.TeamProject") or self.project
        page = f"/{quote(self.organization, safe='')}/{quote(str(project), safe='')}/_workitems/edit/{number}"
        is_done = self.api.text(item, r"fields.System\.State") in DONE
        return Ticket(number, self.api.base_url + page, is_done)
