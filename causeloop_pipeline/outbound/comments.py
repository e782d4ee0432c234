"""A comment on an issue in its tracker: written once, recognized by its marker, edited in place."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

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
