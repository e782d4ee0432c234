"""Looking at an invitation, accepting it and sending it again; confirming an address of alerts."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.access.permissions import requires, requires_no_role
from api.alert_rules.recipients import confirmation as alert_recipients
from api.alert_rules.recipients import queries as recipients
from api.auth.address_limits import read_address
from api.auth.authorize import check_role
from api.auth.passwords import PasswordChecks, check_strength
from api.auth.queries import audit
from api.http.bounded_pool import BoundedPool
from api.http.errors import Problem, authentication_problem, conflict
from api.http.responses import documents, json_response
from api.members.invitations import queries as invitations
from api.members.invitations.links import invalid_link, parse_token
from api.members.invitations.queries import StoredInvitation
from api.members.invitations.schemas import (
    Acceptance,
    Accepted,
    ConfirmedAddress,
    Invitation,
    InvitationToken,
    InvitedMember,
)
from api.members.invitations.sending import send_invitation
from api.members.reading import read_member_or_404
from api.operation import CurrentCaller, Db, Operation, Pool
from causeloop_pipeline.model.tenancy import OrganizationStatus, Role

router = APIRouter(prefix="/v1", tags=["members"], route_class=Operation)


@router.post("/auth/invitation", summary="Look at an invitation", responses=documents(Invitation))
@requires_no_role
async def read_invitation(pool: Pool, body: InvitationToken) -> Response:
    """What the link invites to, without accepting it."""
    invitation, workspace_id, _ = await _find_invitation(pool, body.token.get_secret_value())
    answer = {
        "organization": invitation.organization,
        "workspace": invitation.workspace,
        "email": invitation.email,
        "role": invitation.role,
        "expires_at": invitation.expires_at,
        "workspace_id": workspace_id,
        "proof": invitation.proof,
        "opens_all": invitation.is_private,
    }
    return json_response(answer, headers={"Cache-Control": "no-store"})


@router.post("/auth/accept", summary="Accept an invitation", responses=documents(Accepted))
@requires_no_role
async def accept_invitation(request: Request, pool: Pool, body: Acceptance) -> Response:
    """Makes the invited person a member, once, if a seat is free.

    By a link that went by e-mail, a person without a password sets one. By a link that whoever invites has
    seen, it opens that organization alone, and nobody sets one who has proven the address before.
    """
    invitation, workspace_id, token_hash = await _find_invitation(pool, body.token.get_secret_value())
    if invitation.proof == "single_sign_on":
        raise Problem(403, "sso_required", "sign in with single sign-on, then join the workspace")
    password = body.password.get_secret_value()
    checks: PasswordChecks = request.app.state.password_checks
    new_hash = None
    if invitation.proof == "new_password":
        check_strength(password, invitation.email)
        new_hash = await checks.hash_new(password)
    elif not await checks.check(
        pool, [invitation.password_hash or ""], password, invitation.email, read_address(request)
    ):
        raise authentication_problem("invalid_credentials", "this is not the password of your account")
    if not await invitations.accept(pool, workspace_id, invitation.user_id, token_hash, new_hash):
        raise invalid_link()
    return json_response({"email": invitation.email, "workspace_id": workspace_id})


@router.post(
    "/auth/confirm-address", summary="Confirm an address of alerts", responses=documents(ConfirmedAddress)
)
@requires_no_role
async def confirm_address(pool: Pool, body: InvitationToken) -> Response:
    """Lets alert rules send to the address of the link."""
    workspace_id, token_hash = alert_recipients.parse_confirmation(body.token.get_secret_value())
    address = await recipients.confirm_recipient(pool, workspace_id, token_hash)
    if address is None:
        raise alert_recipients.invalid_confirmation()
    return json_response({"address": address})


@router.post(
    "/members/{user_id}/invitation", summary="Invite a member again", responses=documents(InvitedMember)
)
@requires(Role.ADMIN)
async def resend_invitation(db: Db, caller: CurrentCaller, user_id: UUID) -> Response:
    """Makes a new link for another seven days; the earlier one stops working."""
    member = await read_member_or_404(db, user_id)
    check_role(caller, Role[member["role"].upper()])
    if member["status"] != "invited":
        raise conflict("already_member", "this person has accepted already")
    await audit.record(db, caller.actor, "member.invited_again", f"user:{user_id}")
    return await send_invitation(db, caller, user_id, 200)


async def _find_invitation(pool: BoundedPool, token: str) -> tuple[StoredInvitation, UUID, bytes]:
    """The invitation of a link that works; 404 where it does not."""
    workspace_id, token_hash = parse_token(token)
    invitation = await invitations.find_invitation(pool, workspace_id, token_hash)
    if invitation is None:
        raise invalid_link()
    if invitation.organization_status != OrganizationStatus.ACTIVE:
        raise Problem(
            403, "organization_inactive", "this organization is not active: ask whoever invited you"
        )
    return invitation, workspace_id, token_hash
