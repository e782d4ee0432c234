"""Tickets as issues of Forgejo or Gitea, marked by a comment in their text that readers do not see."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from causeloop_pipeline.connectors.ticket_marker import build_hidden_marker
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.outbound.ticket_text import defuse, write_markdown
from causeloop_pipeline.outbound.tickets import Draft, Ticket
from causeloop_pipeline.outbound.tracker_api import TrackerApi

MAX_CLOCK_SKEW = timedelta(hours=1)
PAGE_SIZE, MAX_PAGES = 50, 40


@dataclass(frozen=True)
class Forgejo:
    """The issues of one repository."""

    api: TrackerApi
    repository: str

    @classmethod
    def of(cls, api: TrackerApi, config: Mapping[str, Any]) -> "Forgejo":
        """The repository that the connector's configuration names for tickets, else its first one."""
        repository = str(config.get("ticket_repository") or next(iter(config.get("repositories") or ()), ""))
        if not repository:
            raise PermanentFailure("Forgejo: name a repository for tickets in the connector's configuration")
        return cls(api, repository)

    def find(self, draft: Draft) -> Ticket | None:
        """Look through the issues that changed since the ticket was requested: a search would lag behind."""
        marker = build_hidden_marker(draft.recommendation_id)
        changed = self._list_issues((draft.pushed_at - MAX_CLOCK_SKEW).strftime("%Y-%m-%dT%H:%M:%SZ"))
        ours = [issue for issue in changed if marker in str(issue.get("body") or "")]
        oldest = min(ours, key=lambda issue: int(self.api.text(issue, "number")), default=None)
        return self._ticket(self.repository, oldest) if oldest else None

    def create(self, draft: Draft) -> Ticket:
        """Open an issue."""
        body = f"{write_markdown(draft)}\n\n{build_hidden_marker(draft.recommendation_id)}"
        document = {"title": defuse(draft.summary), "body": body}
        return self._ticket(self.repository, self.api.post(self._path(self.repository), document))

    def read(self, external_id: str) -> Ticket:
        """The issue as it is now; it names its repository, for the configuration may have changed."""
        repository, _, number = external_id.rpartition("#")
        return self._ticket(repository, self.api.get(f"{self._path(repository)}/{quote(number, safe='')}"))

    def _list_issues(self, since: str) -> Iterator[dict[str, Any]]:
        params = {"type": "issues", "state": "all", "since": since, "limit": str(PAGE_SIZE)}
        for page in range(1, MAX_PAGES + 1):
            answer = self.api.get(self._path(self.repository), {**params, "page": str(page)})
            issues = self.api.list_at(answer, "")
            yield from issues
            if not issues:  # the server may allow fewer to a page
                return
        raise PermanentFailure(
            f"Forgejo: more than {MAX_PAGES} pages of issues changed since the ticket was requested, "
            "too many to know whether it is among them"
        )

    def _path(self, repository: str) -> str:
        return f"/api/v1/repos/{quote(repository)}/issues"

    def _ticket(self, repository: str, issue: dict[str, Any]) -> Ticket:
        is_done = self.api.text(issue, "state") == "closed"
        number = self.api.text(issue, "number")
        return Ticket(f"{repository}#{number}", self.api.link(issue, "html_url"), is_done)
