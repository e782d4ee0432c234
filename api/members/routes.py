"""Members of the workspace: list, invite, change, remove and leave."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.alert_rules.recipients import queries as recipients
from api.auth.authorize import check_own_role, check_role
from api.auth.queries import audit
from api.auth.queries.seats import seats_exhausted
from api.http.errors import broken_rule, conflict
from api.http.list_filters import build_filter_dependency
from api.http.responses import Page, documents, json_response
from api.listing.page import read_page, returns_page_of
from api.members import queries as members
from api.members.invitations.schemas import InvitedMember
from api.members.invitations.sending import send_invitation
from api.members.reading import read_member_or_404
from api.members.schemas import Member, MemberChange, MemberFilters, NewInvitation
from api.onboarding import queries as onboarding
from api.operation import CurrentCaller, Db, Operation
from causeloop_pipeline.model.tenancy import MembershipStatus, Role

router = APIRouter(prefix="/v1", tags=["members"], route_class=Operation)


@router.delete(
    "/members/{user_id}",
    summary="Remove a member",
    status_code=204,
    responses={204: {"description": "Removed"}},
)
@requires(Role.ADMIN)
async def remove_member(db: Db, caller: CurrentCaller, user_id: UUID) -> Response:
    """Ends a membership or an invitation, which frees its seat. The last owner cannot be removed."""
    await members.lock_members(db)
    member = await read_member_or_404(db, user_id)
    check_role(caller, Role[member["role"].upper()])
    await _remove(db, member)
    await audit.record(db, caller.actor, "member.removed", f"user:{user_id}", role=member["role"])
    return Response(status_code=204)


@router.post(
    "/members/leave",
    summary="Leave the workspace",
    status_code=204,
    responses={204: {"description": "Left"}},
)
@requires(Role.VIEWER)
async def leave_workspace(db: Db, caller: CurrentCaller) -> Response:
    """Ends the caller's own membership. The last owner cannot leave."""
    if caller.kind != "user":
        raise conflict("not_a_member", "a service account cannot leave: revoke its key instead")
    await members.lock_members(db)
    await _remove(db, await read_member_or_404(db, caller.caller_id))
    await audit.record(db, caller.actor, "member.left", f"user:{caller.caller_id}")
    return Response(status_code=204)


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
    """Refused when active members take all seats. Who is invited takes one by accepting."""
    check_own_role(caller, invitation.role)
    user_id = await members.invite(db, invitation.email, invitation.name, invitation.role)
    if user_id is None:
        raise conflict("already_member", "this address belongs to a member of the workspace already")
    if not await members.has_free_seat(db):
        raise seats_exhausted()
    await onboarding.complete_step(db, "invite_members")
    await audit.record(db, caller.actor, "member.invited", f"user:{user_id}", role=invitation.role)
    return await send_invitation(db, caller, user_id, 201)


@router.patch("/members/{user_id}", summary="Update a member", responses=documents(Member))
@requires(Role.ADMIN)
async def update_member(db: Db, caller: CurrentCaller, user_id: UUID, change: MemberChange) -> Response:
    """Changes a member's role, suspends or reactivates them. The last owner cannot leave."""
    await members.lock_members(db)
    member = await read_member_or_404(db, user_id)
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


async def _remove(db: Db, member: dict[str, Any]) -> None:
    user_id = UUID(member["user_id"])
    is_owner = member["role"] == "owner" and member["status"] == "active"
    if is_owner and not await members.count_other_owners(db, user_id):
        raise broken_rule("last_owner", "the last owner cannot go: make another member owner first")
    await recipients.withdraw_confirmation(db, user_id)
    await members.remove_member(db, user_id)
