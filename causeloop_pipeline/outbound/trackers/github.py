"""Tickets as GitHub issues, marked by a comment that readers do not see.

The mark is looked for in the list of the newest issues, which shows an issue at once; GitHub's search would
show it only a while later.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from causeloop_pipeline.connectors.ticket_marker import hidden_mark
from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
from causeloop_pipeline.outbound.tickets import Draft, Ticket
from causeloop_pipeline.outbound.tracker_api import TrackerApi

PAGE, PAGES = 50, 40
CLOCKS_APART = timedelta(hours=1)


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
        """Look through the issues opened since the ticket was asked for."""
        since = draft.pushed_at - CLOCKS_APART
        for number in range(1, PAGES + 1):
            issues = self._newest(number)
            for issue in issues:
                is_ours = hidden_mark(draft.recommendation_id) in str(issue.get("body") or "")
                if is_ours and "pull_request" not in issue:
                    return self._ticket(self.repository, issue)
            if len(issues) < PAGE or self._created(issues[-1]) < since:
                return None
        raise PermanentFailure(
            f"GitHub: more than {PAGE * PAGES:,} issues were opened since the ticket was asked for, "
            "too many to know whether it is among them"
        )

    def create(self, draft: Draft) -> Ticket:
        """Open an issue."""
        document = {"title": _harmless(draft.summary), "body": _body(draft)}
        return self._ticket(self.repository, self.api.post(f"/repos/{self.repository}/issues", document))

    def read(self, external_id: str) -> Ticket:
        """The issue as it stands now; it names its repository, for the configuration may have changed."""
        repository, _, number = external_id.rpartition("#")
        return self._ticket(repository, self.api.get(f"/repos/{repository}/issues/{number}"))

    def _newest(self, page: int) -> list[dict[str, Any]]:
        params = {"state": "all", "sort": "created", "direction": "desc", "per_page": str(PAGE)}
        found = self.api.get(f"/repos/{self.repository}/issues", {**params, "page": str(page)})
        if not isinstance(found, list):
            raise TransientFailure("GitHub answered no list of issues: is the address right?")
        return found

    def _created(self, issue: dict[str, Any]) -> datetime:
        return datetime.fromisoformat(self.api.text(issue, "created_at"))

    def _ticket(self, repository: str, issue: dict[str, Any]) -> Ticket:
        url = str(issue.get("html_url") or "")
        shown = url if url.startswith(("https://", "http://")) else None
        return Ticket(
            f"{repository}#{self.api.text(issue, 'number')}", shown, self.api.text(issue, "state") == "closed"
        )


def _body(draft: Draft) -> str:
    steps = "\n".join(f"- [ ] {_harmless(' '.join(step.split()))}" for step in draft.steps)
    parts = (_harmless(draft.rationale), steps, _harmless(draft.expected), draft.url)
    return "\n\n".join((*filter(None, parts), hidden_mark(draft.recommendation_id)))


def _harmless(text: str) -> str:
    """Text of failures, in which an @ calls nobody and nothing passes for a mark."""
    return text.replace("@", "@\u200b").replace("<!--", "<\u200b!--")
