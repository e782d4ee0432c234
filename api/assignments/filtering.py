"""Reads `me` among the assignees that a list is filtered by."""

from typing import Protocol, TypeVar

from api.access.caller import Caller
from api.http.errors import broken_rule

MYSELF = "me"


class AssigneeFilters(Protocol):
    """Filters that name who takes care of the rows."""

    assignee: list[str] | None
    without: list[str] | None


Filters = TypeVar("Filters", bound=AssigneeFilters)


def replace_me(filters: Filters, caller: Caller) -> Filters:
    """The filters with the caller's id for `me`; 422 for a service's key, which takes care of nothing."""
    wanted = [name.lower() for name in filters.assignee or ()]
    unwanted = [entry.lower() for entry in filters.without or ()]
    if MYSELF not in wanted and f"assignee:{MYSELF}" not in unwanted:
        return filters
    if caller.kind != "user":
        raise broken_rule("no_such_member", "`me` is a person, not a key: name the member", "/assignee")
    own = str(caller.caller_id)
    if filters.assignee:
        filters.assignee = [own if name.lower() == MYSELF else name for name in filters.assignee]
    if filters.without:
        filters.without = [
            f"assignee:{own}" if entry.lower() == f"assignee:{MYSELF}" else entry for entry in filters.without
        ]
    return filters
