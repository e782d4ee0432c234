"""Members of a configuration file: invited, changed, removed and exported."""

from typing import Any, Literal
from uuid import UUID

import orjson

from api.configuration.changes import ConfigurationChange, ConfigurationComparison, Work
from api.configuration.file_schema import ConfiguredMember
from api.configuration.queries import read_members
from api.members import routes as operations
from api.members.schemas import MemberChange, NewInvitation

WHAT = "member"


async def compare_members(work: Work, wanted: list[ConfiguredMember] | None) -> ConfigurationComparison:
    """The changes that make the members those of the file."""
    if wanted is None:
        return ConfigurationComparison([])
    stored = {member["email"]: member for member in await read_members(work.db)}
    changes = []
    for number, member in enumerate(wanted):
        place, present = f"members[{number}]", stored.pop(member.email, None)
        change = _invite(member, place) if present is None else _change(present, member, place)
        changes += [change] if change else []
    return ConfigurationComparison(changes, [_remove(member) for _, member in sorted(stored.items())])


async def export_members(work: Work) -> list[dict[str, Any]]:
    """The members as a file holds them, invited people included."""
    stored = sorted(await read_members(work.db), key=lambda member: str(member["email"]))
    return [
        {"email": member["email"], "role": member["role"]}
        | ({"suspended": True} if member["status"] == "suspended" else {})
        for member in stored
    ]


def _invite(member: ConfiguredMember, place: str) -> ConfigurationChange:
    fields: dict[str, tuple[Any, Any]] = {"role": (None, member.role)}
    if member.suspended:
        fields["suspended"] = (None, True)

    async def make(work: Work) -> None:
        invitation = NewInvitation(email=member.email, role=member.role)
        response = await operations.invite_member(work.db, work.caller, invitation)
        invited = orjson.loads(response.body)
        if member.suspended:
            change = MemberChange(status="suspended")
            await operations.update_member(work.db, work.caller, UUID(invited["user_id"]), change)
            return
        work.responses.append(response)
        if invited["invitation_link"]:
            work.shown_once[f"invitation of {member.email}, for seven days"] = invited["invitation_link"]

    return ConfigurationChange("create", WHAT, member.email, place, make, fields)


def _change(stored: dict[str, Any], member: ConfiguredMember, place: str) -> ConfigurationChange | None:
    fields: dict[str, tuple[Any, Any]] = {}
    is_suspended = stored["status"] == "suspended"
    status: Literal["active", "suspended"] | None = None
    if member.role != stored["role"]:
        fields["role"] = (stored["role"], member.role)
    if member.suspended is not None and member.suspended != is_suspended:
        fields["suspended"] = (is_suspended, member.suspended)
        status = "suspended" if member.suspended else "active"
    if not fields:
        return None

    async def make(work: Work) -> None:
        change = MemberChange(role=member.role if "role" in fields else None, status=status)
        await operations.update_member(work.db, work.caller, UUID(stored["user_id"]), change)

    return ConfigurationChange("change", WHAT, member.email, place, make, fields)


def _remove(stored: dict[str, Any]) -> ConfigurationChange:
    async def make(work: Work) -> None:
        await operations.remove_member(work.db, work.caller, UUID(stored["user_id"]))

    return ConfigurationChange("delete", WHAT, stored["email"], "members", make)
