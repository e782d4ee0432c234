"""Tickets as Linear issues, whose ids we choose, so that a second attempt cannot create a duplicate."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.ticket_marker import build_marker
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.outbound.ticket_text import defuse, write_markdown
from causeloop_pipeline.outbound.tickets import Draft, Ticket
from causeloop_pipeline.outbound.tracker_api import TrackerApi

FIND_ISSUE = """
query ($id: ID!) {
  issues(filter: { id: { eq: $id } }, includeArchived: true, first: 1) { nodes { id url state { type } } }
}
"""
FIND_TEAM = "query ($key: String!) { teams(filter: { key: { eq: $key } }, first: 1) { nodes { id } } }"
CREATE_ISSUE = """
mutation ($input: IssueCreateInput!) {
  issueCreate(input: $input) { success issue { id url state { type } } }
}
"""
DONE = frozenset({"completed", "canceled", "duplicate"})


@dataclass(frozen=True)
class Linear:
    """The issues of one team."""

    api: TrackerApi
    team: str

    @classmethod
    def of(cls, api: TrackerApi, config: Mapping[str, Any]) -> "Linear":
        """The team that the connector's configuration names for tickets."""
        team = str(config.get("ticket_team") or "")
        if not team:
            raise PermanentFailure("Linear: name a team for tickets in the connector's configuration")
        return cls(api, team)

    def find(self, draft: Draft) -> Ticket | None:
        """The issue with the recommendation's id."""
        return self._find(_issue_id(draft.recommendation_id))

    def create(self, draft: Draft) -> Ticket:
        """Open an issue."""
        teams = self.api.list_at(self.api.query(FIND_TEAM, {"key": self.team}), "teams.nodes")
        if not teams:
            raise PermanentFailure(
                f"Linear: there is no team {self.team!r}: enter the letters before its issues' numbers"
            )
        document = {
            "id": _issue_id(draft.recommendation_id),
            "teamId": self.api.text(teams[0], "id"),
            "title": defuse(draft.summary),
            "description": f"{write_markdown(draft)}\n\n{build_marker(draft.recommendation_id)}",
        }
        created = self.api.query(CREATE_ISSUE, {"input": document})
        return self._ticket(find_value(created, "issueCreate.issue"))

    def read(self, external_id: str) -> Ticket:
        """The issue as it is now."""
        ticket = self._find(external_id)
        if ticket is None:
            raise PermanentFailure("Linear: it has been deleted", 404)
        return ticket

    def _find(self, issue_id: str) -> Ticket | None:
        issues = self.api.list_at(self.api.query(FIND_ISSUE, {"id": issue_id}), "issues.nodes")
        return self._ticket(issues[0]) if issues else None

    def _ticket(self, issue: Any) -> Ticket:
        is_done = self.api.text(issue, "state.type") in DONE
        return Ticket(self.api.text(issue, "id"), self.api.link(issue, "url"), is_done)


def _issue_id(recommendation_id: UUID) -> str:
    """The recommendation's id in the form that Linear takes from clients, version 4."""
    return str(UUID(int=recommendation_id.int, version=4))
