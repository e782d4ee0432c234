"""The assignees that a list is filtered by, of whom `me` is the caller."""

from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from api.access.caller import Caller
from api.http.errors import broken_rule

MYSELF = "me"


def replace_me(names: list[str] | None, info: ValidationInfo) -> list[str] | None:
    """The names with the caller's id for `me`; 422 for a service's key, which takes care of nothing."""
    caller: Caller | None = info.context["caller"] if info.context else None
    if not names or caller is None or MYSELF not in map(str.lower, names):
        return names
    if caller.kind != "user":
        raise broken_rule("no_such_member", "`me` is a person, not a key: name the member", "/assignee")
    return [str(caller.caller_id) if name.lower() == MYSELF else name for name in names]


Assignees = Annotated[list[str] | None, AfterValidator(replace_me)]
