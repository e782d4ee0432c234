"""Accepting an invitation, sending it again, removing a member and leaving."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.access.permissions import requires, requires_no_role
from api.auth.address_limits import AddressLimits, read_address
from api.auth.authorize import check_role
from api.auth.passwords import PasswordChecks, check_strength
from api.http.bounded_pool import BoundedPool
from api.http.errors import Problem, authentication_problem, broken_rule, conflict, not_found
from api.http.responses import documents, json_response
from api.operation import CurrentCaller, Db, Operation, Pool
from api.queries.act import recipients
from api.queries.tenancy import audit, invitations, members, organizations
from api.queries.tenancy.invitations import StoredInvitation
from api.resources import alert_recipients
from api.resources.invitation_links import InvitationLink, invalid_link, parse_token
from api.schemas.tenancy.invitations import (
    Acceptance,
    Accepted,
    ConfirmedAddress,
    Invitation,
    InvitationToken,
    InvitedMember,
)
from causeloop_pipeline.model.tenancy import OrganizationStatus, Role

router = APIRouter(prefix="/v1", tags=["members"], route_class=Operation)


@router.post("/auth/invitation", summary="Look at an invitation", responses=documents(Invitation))
@requires_no_role
async def read_invitation(request: Request, pool: Pool, body: InvitationToken) -> Response:
    """What the link invites to, without accepting it."""
    invitation, *_ = await _find_invitation(request, pool, body.token.get_secret_value())
    proof = "password" if invitation.password_hash else "new_password"
    answer = {
        "organization": invitation.organization,
        "workspace": invitation.workspace,
        "email": invitation.email,
        "role": invitation.role,
        "expires_at": invitation.expires_at,
        "proof": "single_sign_on" if invitation.needs_single_sign_on else proof,
    }
    return json_response(answer, headers={"Cache-Control": "no-store"})


@router.post("/auth/accept", summary="Accept an invitation", responses=documents(Accepted))
@requires_no_role
async def accept_invitation(request: Request, pool: Pool, body: Acceptance) -> Response:
    """Makes the invited person a member, once, if a seat is free. A person without a password sets one."""
    invitation, workspace_id, token_hash = await _find_invitation(
        request, pool, body.token.get_secret_value()
    )
    if invitation.needs_single_sign_on:
        raise Problem(403, "sso_required", "sign in with single sign-on: that accepts the invitation")
    password = body.password.get_secret_value()
    checks: PasswordChecks = request.app.state.password_checks
    new_hash = None
    if invitation.password_hash is None:
        check_strength(password, invitation.email)
        new_hash = await checks.hash_new(password)
    elif not await checks.check(
        pool, invitation.password_hash, password, invitation.email, read_address(request)
    ):
        raise authentication_problem("invalid_credentials", "this is not the password of your account")
    if not await invitations.accept(pool, workspace_id, invitation.user_id, token_hash, new_hash):
        raise invalid_link()
    return json_response({"email": invitation.email, "workspace_id": workspace_id})


@router.post(
    "/auth/confirm-address", summary="Confirm an address of alerts", responses=documents(ConfirmedAddress)
)
@requires_no_role
async def confirm_address(request: Request, pool: Pool, body: InvitationToken) -> Response:
    """Lets alert rules send to the address of the link."""
    limits: AddressLimits = request.app.state.address_limits
    limits.check(read_address(request))
    workspace_id, token_hash = alert_recipients.parse_confirmation(body.token.get_secret_value())
    address = await recipients.confirm_recipient(pool, workspace_id, token_hash)
    if address is None:
        limits.take(read_address(request))
        raise alert_recipients.invalid_confirmation()
    return json_response({"address": address})


@router.post(
    "/members/{user_id}/invitation", summary="Invite a member again", responses=documents(InvitedMember)
)
@requires(Role.ADMIN)
async def resend_invitation(db: Db, caller: CurrentCaller, user_id: UUID) -> Response:
    """Makes a new link for another seven days; the earlier one stops working."""
    member = await _read_member(db, user_id)
    check_role(caller, Role[member["role"].upper()])
    if member["status"] != "invited":
        raise conflict("already_member", "this person has accepted already")
    await audit.record(db, caller.actor, "member.invited_again", f"user:{user_id}")
    return await send_invitation(db, caller, user_id, 200)


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
    member = await _read_member(db, user_id)
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
    await _remove(db, await _read_member(db, caller.caller_id))
    await audit.record(db, caller.actor, "member.left", f"user:{caller.caller_id}")
    return Response(status_code=204)


async def send_invitation(db: Db, caller: CurrentCaller, user_id: UUID, status: int) -> Response:
    """Make a person's link; the response shows it, or sends it by e-mail after the commit."""
    link = InvitationLink()
    await invitations.replace_link(db, user_id, link.token_hash, caller.actor)
    member = await _read_member(db, user_id)
    organization = await organizations.read_organization(db)
    visible_link, task = link.deliver(db.workspace_id, member["email"], organization["name"])
    response = json_response({**member, "invitation_link": visible_link}, status)
    response.background = task
    return response


async def _find_invitation(
    request: Request, pool: BoundedPool, token: str
) -> tuple[StoredInvitation, UUID, bytes]:
    """The invitation of a link that works; 404, and 429 after too many that do not."""
    limits: AddressLimits = request.app.state.address_limits
    address = read_address(request)
    limits.check(address)
    try:
        workspace_id, token_hash = parse_token(token)
        invitation = await invitations.find_invitation(pool, workspace_id, token_hash)
        if invitation is None:
            raise invalid_link()
    except Problem:
        limits.take(address)
        raise
    if invitation.organization_status != OrganizationStatus.ACTIVE:
        raise Problem(
            403, "organization_inactive", "this organization is not active: ask whoever invited you"
        )
    return invitation, workspace_id, token_hash


async def _read_member(db: Db, user_id: UUID) -> dict[str, Any]:
    member = await members.read_member(db, user_id)
    if member is None:
        raise not_found("member")
    return member


async def _remove(db: Db, member: dict[str, Any]) -> None:
    user_id = UUID(member["user_id"])
    is_owner = member["role"] == "owner" and member["status"] == "active"
    if is_owner and not await members.count_other_owners(db, user_id):
        raise broken_rule("last_owner", "the last owner cannot go: make another member owner first")
    await recipients.withdraw_confirmation(db, user_id)
    await invitations.remove_member(db, user_id)
