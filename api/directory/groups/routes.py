"""What an identity provider does with groups; the role that a group gives is an owner's decision."""

from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response
from scim2_models import (
    Context,
    GroupMember,
    InvalidValueException,
    Meta,
    UniquenessException,
)

from api.auth.queries import audit
from api.directory.answers import build_location
from api.directory.groups import queries as groups
from api.directory.groups.queries import StoredGroup
from api.directory.groups.roles.applying import apply_roles
from api.directory.groups.schemas import DirectoryGroup
from api.directory.operation import ACTOR, DirectoryOperation, opens_transaction, record
from api.directory.resource import DirectoryResource
from api.http.database import WorkspaceDatabase
from api.members import queries as members

router = APIRouter(prefix="/scim/v2", route_class=DirectoryOperation, include_in_schema=False)


@router.get("/Groups")
@router.post("/Groups/.search")
async def list_directory_groups(request: Request) -> Response:
    """The groups that a filter matches."""
    return await GROUPS.search(request)


@router.get("/Groups/{group_id}")
async def read_directory_group(request: Request, group_id: str) -> Response:
    """One group with its members."""
    return await GROUPS.read(request, group_id)


@router.post("/Groups")
@opens_transaction
async def create_directory_group(request: Request) -> Response:
    """Creates a group, which gives no role until an owner says which."""
    wanted = await GROUPS.read_body(request, Context.RESOURCE_CREATION_REQUEST)
    async with request.state.db.writing():
        return await record(request, _create(request, wanted))


async def _create(request: Request, wanted: DirectoryGroup) -> Response:
    db: WorkspaceDatabase = request.state.db
    await members.lock_members(db)
    try:
        group_id = await groups.add_group(db, wanted.display_name or "", wanted.external_id)
    except asyncpg.UniqueViolationError:
        raise UniquenessException(detail=f"there is a group {wanted.display_name} already") from None
    await _replace_members(db, await GROUPS.find(db, str(group_id)), wanted)
    await audit.record(db, ACTOR, "directory.group_created", f"group:{group_id}")
    return await GROUPS.answer(request, str(group_id), Context.RESOURCE_CREATION_RESPONSE, 201)


@router.put("/Groups/{group_id}")
@opens_transaction
async def replace_directory_group(request: Request, group_id: str) -> Response:
    """Replaces a group's names and members."""
    return await GROUPS.replace(request, group_id)


@router.patch("/Groups/{group_id}")
@opens_transaction
async def change_directory_group(request: Request, group_id: str) -> Response:
    """Adds and removes members, or renames a group; roles follow at once."""
    return await GROUPS.patch(request, group_id)


@router.delete("/Groups/{group_id}")
async def delete_directory_group(request: Request, group_id: str) -> Response:
    """Deletes a group, and with it the role that it gave; its members stay in the workspace."""
    db: WorkspaceDatabase = request.state.db
    await members.lock_members(db)
    stored = await GROUPS.find(db, group_id)
    await groups.delete_group(db, stored.id)
    if stored.role is not None:
        await apply_roles(db, ACTOR, stored.member_ids)
    await audit.record(db, ACTOR, "directory.group_deleted", f"group:{stored.id}")
    return Response(status_code=204)


def _describe(group: StoredGroup) -> DirectoryGroup:
    described = DirectoryGroup(
        id=str(group.id),
        external_id=group.external_id,
        display_name=group.display_name,
        members=[
            GroupMember(
                value=member["id"],
                display=member["name"],
                ref=build_location(f"/Users/{member['id']}"),
                type="User",
            )
            for member in group.members
        ]
        or None,
    )
    described.meta = Meta(
        resource_type="Group",
        created=group.created_at,
        last_modified=group.updated_at,
        location=build_location(f"/Groups/{group.id}"),
    )
    return described


async def _change(db: WorkspaceDatabase, stored: StoredGroup, wanted: DirectoryGroup) -> None:
    try:
        await groups.change_group(db, stored.id, wanted.display_name or "", wanted.external_id)
    except asyncpg.UniqueViolationError:
        raise UniquenessException(detail=f"there is a group {wanted.display_name} already") from None
    await _replace_members(db, stored, wanted)
    await audit.record(db, ACTOR, "directory.group_changed", f"group:{stored.id}")


async def _replace_members(db: WorkspaceDatabase, stored: StoredGroup, wanted: DirectoryGroup) -> None:
    user_ids = _read_member_ids(wanted)
    if not await groups.has_members(db, user_ids):
        raise InvalidValueException(detail="members must name members of the workspace by their id")
    await groups.replace_members(db, stored.id, user_ids)
    if stored.role is not None:
        await apply_roles(db, ACTOR, user_ids ^ stored.member_ids)


def _read_member_ids(wanted: DirectoryGroup) -> set[UUID]:
    try:
        return {UUID(member.value or "") for member in wanted.members or []}
    except ValueError:
        raise InvalidValueException(detail="members must name members of the workspace by their id") from None


GROUPS = DirectoryResource(
    model=DirectoryGroup,
    list_stored=groups.list_groups,
    filters={"displayname": "display_name", "externalid": "external_id", "id": "group_id"},
    read_stored=groups.read_group,
    describe=_describe,
    change=_change,
    count_parts=lambda group: 1 + len(group.members) // 4,
    missing="the directory has no such group",
)
