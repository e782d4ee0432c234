"""A comment on an issue in its tracker: written once, recognized by its marker, edited in place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from causeloop_pipeline.egress.errors import PermanentFailure

MAX_PAGES = 20
PAGE_SIZE = 100


@dataclass(frozen=True)
class Comment:
    """A comment as its tracker has it."""

    external_id: str
    url: str | None


class Commenter(Protocol):
    """A tracker on whose issues comments are written; failures are those of `egress.errors`."""

    def find(self, place: str, act_id: UUID) -> Comment | None:
        """The comment that an earlier attempt wrote on an issue, if any."""

    def add(self, place: str, act_id: UUID, text: str) -> Comment:
        """Write a comment, marked so that `find` finds it."""

    def edit(self, place: str, act_id: UUID, external_id: str, text: str) -> Comment:
        """Write a comment again in place."""

    def close(self, place: str) -> None:
        """Close the issue as fixed; one that is closed stays as it is."""


def find_comment(
    list_page: Callable[[int], Sequence[Any]], is_ours: Callable[[Any], bool], where: str
) -> Any | None:
    """The first comment that is ours, page by page from 0; PermanentFailure where there are too many."""
    for page in range(MAX_PAGES):
        comments = list_page(page)
        ours = next(filter(is_ours, comments), None)
        if ours is not None or len(comments) < PAGE_SIZE:
            return ours
    raise PermanentFailure(f"{where} has more comments than are looked through")


def write_comment(
    commenter: Commenter, place: str, act_id: UUID, text: str, external_id: str | None
) -> Comment:
    """The one comment of an act, written unless an interrupted attempt has already written it."""
    if external_id is not None:
        return commenter.edit(place, act_id, external_id, text)
    earlier = commenter.find(place, act_id)
    if earlier is None:
        return commenter.add(place, act_id, text)
    return commenter.edit(place, act_id, earlier.external_id, text)
