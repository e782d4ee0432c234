"""Members of the workspace."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.auth.authorize import check_own_role
from api.http.errors import broken_rule, conflict, not_found
from api.http.list_filters import build_filter_dependency
from api.http.responses import Page, documents, json_response
from api.operation import CurrentCaller, Db, Operation
from api.queries.act import recipients
from api.queries.tenancy import audit, members, onboarding
from api.resources.list_page import read_page, returns_page_of
from api.routers.tenancy.invitations import send_invitation
from api.schemas.tenancy.invitations import InvitedMember
from api.schemas.tenancy.members import (
    Member,
    MemberChange,
    MemberFilters,
    NewInvitation,
)
from causeloop_pipeline.model.tenancy import MembershipStatus, Role

router = APIRouter(prefix="/v1", tags=["members"], route_class=Operation)


@router.get("/members", summary="List members", responses=documents(Page[Member]))
@requires(Role.ADMIN)
@returns_page_of(members.MEMBERS)
async def list_members(
    db: Db, filters: Annotated[MemberFilters, build_filter_dependency(MemberFilters)]
) -> Response:
    """The members of the workspace, by e-mail address."""
    return await read_page(db, members.MEMBERS, filters)


@router.post(
    "/members", summary="Invite a member", status_code=201, responses=documents(InvitedMember, 201, "Invited")
)
@requires(Role.ADMIN)
async def invite_member(db: Db, caller: CurrentCaller, invitation: NewInvitation) -> Response:
    """Refused when all seats of the organization are taken or promised to invited people."""
    check_own_role(caller, invitation.role)
    await members.lock_members(db)
    user_id = await members.invite(db, invitation.email, invitation.name, invitation.role)
    if user_id is None:
        raise conflict("already_member", "this address belongs to a member of the workspace already")
    if not await members.has_enough_seats(db):
        raise members.seats_exhausted()
    await onboarding.complete_step(db, "invite_members")
    await audit.record(db, caller.actor, "member.invited", f"user:{user_id}", role=invitation.role)
    return await send_invitation(db, caller, user_id, 201)


@router.patch("/members/{user_id}", summary="Update a member", responses=documents(Member))
@requires(Role.ADMIN)
async def update_member(db: Db, caller: CurrentCaller, user_id: UUID, change: MemberChange) -> Response:
    """Changes a member's role, suspends or reactivates them. The last owner cannot leave."""
    await members.lock_members(db)
    member = await members.read_member(db, user_id)
    if member is None:
        raise not_found("member")
    check_own_role(caller, member["role"])
    if member["status"] == "invited" and change.status == MembershipStatus.ACTIVE:
        raise conflict("invitation_not_accepted", "an invited person becomes active by signing in")
    if change.role:
        check_own_role(caller, change.role)
    is_owner = member["role"] == "owner" and member["status"] == MembershipStatus.ACTIVE
    is_leaving = change.role not in (None, "owner") or change.status == MembershipStatus.SUSPENDED
    if is_owner and is_leaving and not await members.count_other_owners(db, user_id):
        raise broken_rule(
            "last_owner",
            "the last owner cannot be suspended or lose the role: make another member owner first",
        )
    await members.update_member(db, user_id, change.role, change.status)
    if change.status == MembershipStatus.SUSPENDED:
        await recipients.withdraw_confirmation(db, user_id)
    changed = change.model_dump(exclude_none=True)
    await audit.record(db, caller.actor, "member.updated", f"user:{user_id}", **changed)
    return json_response(await members.read_member(db, user_id))
