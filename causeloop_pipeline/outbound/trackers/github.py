"""Tickets as GitHub issues, marked by a comment that readers do not see.

The marker is looked up in the list of the newest issues, because GitHub's search lags behind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from causeloop_pipeline.connectors.ticket_marker import build_hidden_marker
from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
from causeloop_pipeline.outbound.ticket_text import defuse, write_markdown
from causeloop_pipeline.outbound.tickets import Draft, Ticket
from causeloop_pipeline.outbound.tracker_api import TrackerApi

PAGE_SIZE = 50
MAX_PAGES = 40
MAX_CLOCK_SKEW = timedelta(hours=1)
NOT_DONE = ("not_planned", "duplicate")


@dataclass(frozen=True)
class GitHub:
    """The issues of one repository."""

    api: TrackerApi
    repository: str

    @classmethod
    def of(cls, api: TrackerApi, config: Mapping[str, Any]) -> "GitHub":
        """The repository that the connector's configuration names for tickets, else its first one."""
        repository = str(config.get("ticket_repository") or next(iter(config.get("repositories") or ()), ""))
        if not repository or {".", ".."} & set(repository.split("/")):
            raise PermanentFailure("GitHub: name a repository for tickets in the connector's configuration")
        return cls(api, repository)

    def find(self, draft: Draft) -> Ticket | None:
        """Search the issues opened since the ticket was requested."""
        since = draft.pushed_at - MAX_CLOCK_SKEW
        for number in range(1, MAX_PAGES + 1):
            issues = self._newest_issues(number)
            for issue in issues:
                is_ours = build_hidden_marker(draft.recommendation_id) in str(issue.get("body") or "")
                if is_ours and "pull_request" not in issue:
                    return self._ticket(self.repository, issue)
            if len(issues) < PAGE_SIZE or self._parse_created_at(issues[-1]) < since:
                return None
        raise PermanentFailure(
            f"GitHub: more than {PAGE_SIZE * MAX_PAGES:,} issues were opened since the ticket was requested, "
            "too many to know whether it is among them"
        )

    def create(self, draft: Draft) -> Ticket:
        """Open an issue."""
        document = {"title": defuse(draft.summary), "body": _write_body(draft)}
        return self._ticket(self.repository, self.api.post(f"/repos/{self.repository}/issues", document))

    def read(self, external_id: str) -> Ticket:
        """The issue as it is now; it names its repository, for the configuration may have changed."""
        repository, _, number = external_id.rpartition("#")
        return self._ticket(repository, self.api.get(f"/repos/{repository}/issues/{number}"))

    def edit(self, external_id: str, draft: Draft) -> Ticket:
        """Write the issue's body again."""
        repository, _, number = external_id.rpartition("#")
        path = f"/repos/{repository}/issues/{number}"
        return self._ticket(repository, self.api.patch(path, {"body": _write_body(draft)}))

    def _newest_issues(self, page: int) -> list[dict[str, Any]]:
        params = {"state": "all", "sort": "created", "direction": "desc", "per_page": str(PAGE_SIZE)}
        issues = self.api.get(f"/repos/{self.repository}/issues", {**params, "page": str(page)})
        if not isinstance(issues, list):
            raise TransientFailure("GitHub answered no list of issues: is the address right?")
        return issues

    def _parse_created_at(self, issue: dict[str, Any]) -> datetime:
        return datetime.fromisoformat(self.api.text(issue, "created_at"))

    def _ticket(self, repository: str, issue: dict[str, Any]) -> Ticket:
        is_done = self.api.text(issue, "state") == "closed"
        external_id = f"{repository}#{self.api.text(issue, 'number')}"
        is_declined = is_done and issue.get("state_reason") in NOT_DONE
        return Ticket(external_id, self.api.link(issue, "html_url"), is_done, is_declined)


def _write_body(draft: Draft) -> str:
    return f"{write_markdown(draft)}\n\n{build_hidden_marker(draft.recommendation_id)}"
