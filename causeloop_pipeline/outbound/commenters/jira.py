"""Comments on Jira issues, marked by their last line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

import orjson

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.ticket_marker import build_marker
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.outbound.comments import PAGE_SIZE, Comment, find_comment
from causeloop_pipeline.outbound.tracker_api import TrackerApi

KEY = re.compile(r"[A-Z][A-Z0-9_]{0,50}-\d{1,12}")
DONE = "done"


def find_place(_config: Mapping[str, Any], _external_url: str | None, key: str | None) -> str | None:
    """The issue's key."""
    return key if key and KEY.fullmatch(key) else None


@dataclass(frozen=True)
class JiraComments:
    """The comments of a site."""

    api: TrackerApi

    def find(self, place: str, act_id: UUID) -> Comment | None:
        """Look through the issue's comments for the marker."""
        marker, path = build_marker(act_id).encode(), f"{_build_path(place)}/comment"

        def list_page(page: int) -> list[Any]:
            parameters = {"startAt": str(page * PAGE_SIZE), "maxResults": str(PAGE_SIZE)}
            return self.api.list_at(self.api.get(path, parameters), "comments")

        def is_ours(comment: Any) -> bool:
            return marker in orjson.dumps(comment.get("body"))

        comment = find_comment(list_page, is_ours, f"Jira: {place}")
        return None if comment is None else self._read(place, comment)

    def add(self, place: str, act_id: UUID, text: str) -> Comment:
        """Write a comment."""
        return self._read(place, self.api.post(f"{_build_path(place)}/comment", _write_body(act_id, text)))

    def edit(self, place: str, act_id: UUID, external_id: str, text: str) -> Comment:
        """Write a comment again."""
        path = f"{_build_path(place)}/comment/{quote(external_id, safe='')}"
        return self._read(place, self.api.replace(path, _write_body(act_id, text)))

    def close(self, place: str) -> None:
        """Take the issue's first transition into a status that is done."""
        issue = self.api.get(_build_path(place), {"fields": "status"})
        if self.api.text(issue, "fields.status.statusCategory.key") == DONE:
            return
        path = f"{_build_path(place)}/transitions"
        transitions = self.api.list_at(self.api.get(path), "transitions")
        closing = (each for each in transitions if find_value(each, "to.statusCategory.key") == DONE)
        transition = next(closing, None)
        if transition is None:
            raise PermanentFailure(f"Jira: no transition of {place} leads to a status that is done")
        self.api.post(path, {"transition": {"id": self.api.text(transition, "id")}})

    def _read(self, place: str, comment: Any) -> Comment:
        external_id = self.api.text(comment, "id")
        address = f"{self.api.base_url}/browse/{quote(place, safe='')}"
        return Comment(external_id, f"{address}?focusedCommentId={quote(external_id, safe='')}")


def _build_path(place: str) -> str:
    return f"/rest/api/3/issue/{quote(place, safe='')}"


def _write_body(act_id: UUID, text: str) -> dict[str, Any]:
    """The text in Atlassian's document format, a paragraph each, with the marker as the last one."""
    lines = [*filter(None, text.split("\n\n")), build_marker(act_id)]
    paragraphs = [{"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in lines]
    return {"body": {"type": "doc", "version": 1, "content": paragraphs}}
