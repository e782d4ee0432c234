"""Comments on GitHub issues, marked by a Markdown comment that readers do not see."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from causeloop_pipeline.connectors.ticket_marker import build_hidden_marker
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.outbound.comments import PAGE_SIZE, Comment, find_comment
from causeloop_pipeline.outbound.ticket_text import defuse
from causeloop_pipeline.outbound.tracker_api import TrackerApi

ISSUE_URL = re.compile(r"https?://[^/]+/([\w-]+/[\w.-]+)/issues/(\d{1,12})")


def find_place(config: Mapping[str, Any], external_url: str | None, _key: str | None) -> str | None:
    """`owner/name#12`, of the repositories that the connector reads."""
    match = ISSUE_URL.fullmatch(external_url or "")
    repositories = {str(name).lower() for name in config.get("repositories") or ()}
    return f"{match[1]}#{match[2]}" if match and match[1].lower() in repositories else None


@dataclass(frozen=True)
class GitHubComments:
    """The comments of a connector's repositories."""

    api: TrackerApi

    def find(self, place: str, act_id: UUID) -> Comment | None:
        """Look through the issue's comments for the marker."""
        marker, path = build_hidden_marker(act_id), f"{_build_path(place)}/comments"

        def list_page(page: int) -> list[Any]:
            parameters = {"per_page": str(PAGE_SIZE), "page": str(page + 1)}
            return self.api.list_at(self.api.get(path, parameters), "")

        def is_ours(comment: Any) -> bool:
            return marker in str(comment.get("body") or "")

        comment = find_comment(list_page, is_ours, f"GitHub: {place}")
        return None if comment is None else self._read(comment)

    def add(self, place: str, act_id: UUID, text: str) -> Comment:
        """Write a comment."""
        return self._read(self.api.post(f"{_build_path(place)}/comments", _write_body(act_id, text)))

    def edit(self, place: str, act_id: UUID, external_id: str, text: str) -> Comment:
        """Write a comment again."""
        repository, _, _ = place.rpartition("#")
        path = f"/repos/{repository}/issues/comments/{external_id}"
        return self._read(self.api.patch(path, _write_body(act_id, text)))

    def close(self, place: str) -> None:
        """Close the issue as completed."""
        if self.api.text(self.api.get(_build_path(place)), "state") != "closed":
            self.api.patch(_build_path(place), {"state": "closed", "state_reason": "completed"})

    def _read(self, comment: Any) -> Comment:
        return Comment(self.api.text(comment, "id"), self.api.link(comment, "html_url"))


def _build_path(place: str) -> str:
    repository, _, number = place.rpartition("#")
    if {".", ".."} & set(repository.split("/")):
        raise PermanentFailure(f"GitHub: {repository} is not a repository")
    return f"/repos/{repository}/issues/{number}"


def _write_body(act_id: UUID, text: str) -> dict[str, str]:
    return {"body": f"{defuse(text)}\n\n{build_hidden_marker(act_id)}"}
