"""Requests that this process makes itself on behalf of a member, such as a person's click in Slack.

Who it is stands in the ASGI scope, which no header and no body reaches. The member's role is read for each
request, and never exceeds what the way allows.
"""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from fastapi import Request

from api.access.caller import Caller
from api.auth.authorize import make_caller
from api.auth.queries import callers
from api.http.errors import authentication_problem
from causeloop_pipeline.model.tenancy import Role

SCOPE_KEY = "causeloop.acting_member"


@dataclass(frozen=True)
class ActingMember:
    """A member of a workspace, how they proved who they are, and how far they reach that way."""

    workspace_id: UUID
    user_id: UUID
    method: str
    most: Role
    scopes: frozenset[str]


def find_acting_member(request: Request) -> ActingMember | None:
    """The member for whom this process makes the request; None: it came from outside."""
    member: ActingMember | None = request.scope.get(SCOPE_KEY)
    return member


async def authenticate_member(reader: Any, member: ActingMember) -> Caller:
    """The member as they are now, even if suspended."""
    row = await callers.read_member(reader, member.workspace_id, member.user_id)
    if row is None:
        raise authentication_problem("invalid_credentials", "this person is not a member of the workspace")
    caller = make_caller(row, member.workspace_id, "user", member.user_id)
    return replace(caller, role=min(caller.role, member.most), method=member.method, scopes=member.scopes)
