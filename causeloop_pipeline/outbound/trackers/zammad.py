"""Tickets of Zammad, marked by their note: a search by condition is answered by its database at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from causeloop_pipeline.connectors.ticket_marker import build_marker
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.outbound.ticket_text import write_plain
from causeloop_pipeline.outbound.tickets import Draft, Ticket
from causeloop_pipeline.outbound.tracker_api import TrackerApi

DONE = frozenset({"closed", "merged", "removed"})


@dataclass(frozen=True)
class Zammad:
    """The tickets of one group, opened in the name of one customer."""

    api: TrackerApi
    group: str
    customer: str

    @classmethod
    def of(cls, api: TrackerApi, config: Mapping[str, Any]) -> "Zammad":
        """The group and customer that the connector's configuration names for tickets."""
        group, customer = (str(config.get(name) or "") for name in ("ticket_group", "ticket_customer"))
        if not (group and customer):
            raise PermanentFailure(
                "Zammad: name a group and a customer for tickets in the connector's configuration"
            )
        return cls(api, group, customer)

    def find(self, draft: Draft) -> Ticket | None:
        """The ticket with the recommendation's marker, the oldest if people have copied it."""
        marker = build_marker(draft.recommendation_id)
        document = {
            "condition": {"ticket.note": {"operator": "contains", "value": marker}},
            "sort_by": "created_at",
            "order_by": "asc",
            "expand": True,
        }
        tickets = self.api.list_at(self.api.post("/api/v1/tickets/search", document), "")
        ours = [ticket for ticket in tickets if ticket.get("note") == marker]
        return self._ticket(ours[0]) if ours else None

    def create(self, draft: Draft) -> Ticket:
        """Open a ticket with an internal note."""
        article = {
            "subject": draft.summary,
            "body": write_plain(draft),
            "type": "note",
            "internal": True,
            "content_type": "text/plain",
        }
        document = {
            "title": draft.summary,
            "group": self.group,
            "customer": self.customer,
            "note": build_marker(draft.recommendation_id),
            "article": article,
        }
        return self._ticket(self.api.post("/api/v1/tickets?expand=true", document))

    def read(self, external_id: str) -> Ticket:
        """The ticket as it is now."""
        path = f"/api/v1/tickets/{quote(external_id, safe='')}"
        return self._ticket(self.api.get(path, {"expand": "true"}))

    def _ticket(self, ticket: dict[str, Any]) -> Ticket:
        number = self.api.text(ticket, "id")
        is_done = str(ticket.get("state")) in DONE
        return Ticket(number, f"{self.api.base_url}/#ticket/zoom/{number}", is_done)
