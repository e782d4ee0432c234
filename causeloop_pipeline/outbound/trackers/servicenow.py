"""Tickets as ServiceNow incidents, marked in the field for other systems' ids."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.ticket_marker import build_marker
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.outbound.ticket_text import write_plain
from causeloop_pipeline.outbound.tickets import Draft, Ticket
from causeloop_pipeline.outbound.tracker_api import TrackerApi

FIELDS = "sys_id,number,state"
DONE = frozenset({"6", "7", "8"})
"""Resolved, closed, canceled."""


@dataclass(frozen=True)
class ServiceNow:
    """The records of one table."""

    api: TrackerApi
    table: str

    @classmethod
    def of(cls, api: TrackerApi, config: Mapping[str, Any]) -> "ServiceNow":
        """The table that the connector's configuration names for tickets."""
        table = str(config.get("ticket_table") or "incident")
        if not table.replace("_", "").isalnum():
            raise PermanentFailure("ServiceNow: a table's name has letters, digits and _ only")
        return cls(api, table)

    def find(self, draft: Draft) -> Ticket | None:
        """The record with the recommendation's marker, the oldest if people have copied it."""
        params = {
            "sysparm_query": f"correlation_id={build_marker(draft.recommendation_id)}^ORDERBYsys_created_on",
            "sysparm_fields": FIELDS,
            "sysparm_limit": "1",
        }
        records = self.api.list_at(self.api.get(self._path(), params), "result")
        return self._ticket(records[0]) if records else None

    def create(self, draft: Draft) -> Ticket:
        """Open a record."""
        document = {
            "short_description": draft.summary[:160],
            "description": write_plain(draft),
            "correlation_id": build_marker(draft.recommendation_id),
            "correlation_display": "Causeloop",
        }
        created = self.api.post(f"{self._path()}?sysparm_fields={FIELDS}", document)
        return self._ticket(find_value(created, "result"))

    def read(self, external_id: str) -> Ticket:
        """The record as it is now."""
        path = f"{self._path()}/{quote(external_id, safe='')}"
        return self._ticket(find_value(self.api.get(path, {"sysparm_fields": FIELDS}), "result"))

    def _path(self) -> str:
        return f"/api/now/table/{self.table}"

    def _ticket(self, record: Any) -> Ticket:
        sys_id = self.api.text(record, "sys_id")
        url = f"{self.api.base_url}/nav_to.do?uri={self.table}.do?sys_id={quote(sys_id, safe='')}"
        return Ticket(sys_id, url, self.api.text(record, "state") in DONE)
