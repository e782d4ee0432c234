"""The connection to a directory: its token, and the roles of its groups."""

import secrets
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.auth.authorize import check_own_role
from api.auth.directory import FEATURE, format_token
from api.http.errors import not_found
from api.http.responses import Rows, documents, json_response
from api.operation import CurrentCaller, Db, Operation, check_feature
from api.queries.directory import connection, groups
from api.queries.tenancy import audit, members
from api.resources.directory_answers import build_location
from api.routers.directory.groups import apply_roles
from api.schemas.directory.connection import CreatedToken, DirectoryConnection, NewToken
from api.schemas.directory.groups import GroupRole, GroupRoleChange
from causeloop_pipeline.model.tenancy import Role
from causeloop_pipeline.storage.app.tenants import hash_key

router = APIRouter(prefix="/v1/directory", tags=["members"], route_class=Operation)


@router.get("", summary="Get the directory", responses=documents(DirectoryConnection))
@requires(Role.OWNER)
async def read_directory(db: Db) -> Response:
    """Whether an identity provider keeps the members of the workspace, and where it sends them to."""
    return json_response(await _read_connection(db))


@router.post(
    "/token",
    summary="Create a directory token",
    status_code=201,
    responses=documents(CreatedToken, 201, "Created"),
)
@requires(Role.OWNER)
async def create_directory_token(db: Db, caller: CurrentCaller, body: NewToken) -> Response:
    """Returns the token to enter at the identity provider, shown only once; it replaces the present one."""
    check_feature(caller, FEATURE)
    secret = secrets.token_urlsafe(32)
    await connection.replace_token(db, hash_key(secret), body.overlap_hours)
    subject = f"workspace:{db.workspace_id}"
    await audit.record(db, caller.actor, "directory.token_created", subject, overlap_hours=body.overlap_hours)
    answer = {**await _read_connection(db), "token": format_token(db.workspace_id, secret)}
    return json_response(answer, 201, {"Cache-Control": "no-store"})


@router.delete(
    "",
    summary="Disconnect the directory",
    status_code=204,
    responses={204: {"description": "Disconnected"}},
)
@requires(Role.OWNER)
async def disconnect_directory(db: Db, caller: CurrentCaller) -> Response:
    """The token stops working at once; people and their roles stay as they are."""
    await connection.delete_directory(db)
    await audit.record(db, caller.actor, "directory.disconnected", f"workspace:{db.workspace_id}")
    return Response(status_code=204)


@router.get("/groups", summary="List the directory's groups", responses=documents(Rows[GroupRole]))
@requires(Role.OWNER)
async def list_group_roles(db: Db) -> Response:
    """The groups that the identity provider sent, with the role that each gives."""
    return json_response({"data": await groups.list_group_roles(db)})


@router.patch(
    "/groups/{group_id}", summary="Set the role of a directory's group", responses=documents(GroupRole)
)
@requires(Role.OWNER)
async def set_group_role(db: Db, caller: CurrentCaller, group_id: UUID, change: GroupRoleChange) -> Response:
    """The group's members get this role at once, unless another of their groups gives a higher one."""
    await members.lock_members(db)
    stored = await groups.read_group(db, group_id)
    if stored is None:
        raise not_found("group of the directory")
    if change.role is not None:
        check_feature(caller, FEATURE)
        check_own_role(caller, change.role)
    await groups.set_role(db, group_id, change.role)
    await apply_roles(db, caller.actor, stored.member_ids)
    await audit.record(
        db,
        caller.actor,
        "directory.group_role_set",
        f"group:{group_id}",
        before=stored.role,
        after=change.role,
    )
    rows = await groups.list_group_roles(db)
    return json_response(next(row for row in rows if row["id"] == str(group_id)))


async def _read_connection(db: Db) -> dict[str, Any]:
    return {"base_url": build_location(""), **await connection.read_connection(db)}
