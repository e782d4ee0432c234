"""The roles of a directory's groups."""

from uuid import UUID

from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.auth.authorize import check_feature, check_own_role
from api.auth.queries import audit
from api.directory.groups import queries as groups
from api.directory.groups.roles import queries as roles
from api.directory.groups.roles.applying import apply_roles
from api.directory.groups.roles.schemas import GroupRole, GroupRoleChange
from api.directory.operation import FEATURE
from api.http.errors import not_found
from api.http.responses import Rows, documents, json_response
from api.members import queries as members
from api.operation import CurrentCaller, Db, Operation
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1/directory/groups", tags=["members"], route_class=Operation)


@router.get("", summary="List the directory's groups", responses=documents(Rows[GroupRole]))
@requires(Role.OWNER)
async def list_group_roles(db: Db) -> Response:
    """The groups that the identity provider sent, with the role that each gives."""
    return json_response({"data": await roles.list_group_roles(db)})


@router.patch("/{group_id}", summary="Set the role of a directory's group", responses=documents(GroupRole))
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
    await roles.set_role(db, group_id, change.role)
    await apply_roles(db, caller.actor, stored.member_ids)
    await audit.record(
        db,
        caller.actor,
        "directory.group_role_set",
        f"group:{group_id}",
        before=stored.role,
        after=change.role,
    )
    rows = await roles.list_group_roles(db)
    return json_response(next(row for row in rows if row["id"] == str(group_id)))
