"""Members and service accounts of the workspace."""

import secrets
import uuid
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.access.caller import Caller
from api.access.permissions import requires
from api.http.errors import Problem, broken_rule, conflict, not_found
from api.http.responses import Page, documents, json_response
from api.operation import CurrentCaller, Db, Operation
from api.queries.act import recipients
from api.queries.tenancy import audit, members, onboarding
from api.resources.list_page import read_page
from api.routers.tenancy.invitations import send_invitation
from api.schemas.tenancy.invitations import InvitedMember
from api.schemas.tenancy.members import (
    CreatedServiceAccount,
    Invitation,
    Member,
    MemberChange,
    MemberFilters,
    NewServiceAccount,
    ServiceAccount,
    ServiceAccountFilters,
)
from causeloop_pipeline.model.tenancy import Role
from causeloop_pipeline.storage.app.tenants import format_key, hash_key

router = APIRouter(prefix="/v1", tags=["members"], route_class=Operation)

DEFAULT_KEY_LIFETIME, MAX_KEY_LIFETIME = timedelta(days=365), timedelta(days=731)


@router.get("/members", summary="List members", responses=documents(Page[Member]))
@requires(Role.ADMIN)
async def list_members(db: Db, filters: Annotated[MemberFilters, Query()]) -> Response:
    """The members of the workspace, by e-mail address."""
    return await read_page(db, members.MEMBERS, filters)


@router.post(
    "/members", summary="Invite a member", status_code=201, responses=documents(InvitedMember, 201, "Invited")
)
@requires(Role.ADMIN)
async def invite_member(db: Db, caller: CurrentCaller, invitation: Invitation) -> Response:
    """Refused when all seats of the organization are taken or promised to invited people."""
    _check_own_role(caller, invitation.role)
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
    _check_own_role(caller, member["role"])
    if member["status"] == "invited" and change.status == "active":
        raise conflict("invitation_not_accepted", "an invited person becomes active by signing in")
    if change.role:
        _check_own_role(caller, change.role)
    is_owner = member["role"] == "owner" and member["status"] == "active"
    is_leaving = change.role not in (None, "owner") or change.status == "suspended"
    if is_owner and is_leaving and not await members.count_other_owners(db, user_id):
        raise broken_rule(
            "last_owner",
            "the last owner cannot be suspended or lose the role: make another member owner first",
        )
    await members.update_member(db, user_id, change.role, change.status)
    if change.status == "suspended":
        await recipients.withdraw_confirmation(db, user_id)
    changed = change.model_dump(exclude_none=True)
    await audit.record(db, caller.actor, "member.updated", f"user:{user_id}", **changed)
    return json_response(await members.read_member(db, user_id))


@router.get("/service-accounts", summary="List service accounts", responses=documents(Page[ServiceAccount]))
@requires(Role.ADMIN)
async def list_service_accounts(db: Db, filters: Annotated[ServiceAccountFilters, Query()]) -> Response:
    """The service accounts of the workspace, newest first, without their keys."""
    return await read_page(db, members.SERVICE_ACCOUNTS, filters)


@router.post(
    "/service-accounts",
    summary="Create a service account",
    status_code=201,
    responses=documents(CreatedServiceAccount, 201, "Created"),
)
@requires(Role.ADMIN)
async def create_service_account(db: Db, caller: CurrentCaller, new: NewServiceAccount) -> Response:
    """Returns the account's key, which is shown only once."""
    _check_own_role(caller, new.role)
    now = datetime.now(UTC)
    expires_at = new.expires_at or now + DEFAULT_KEY_LIFETIME
    if expires_at <= now:
        raise broken_rule("expired_already", "expires_at must be in the future", "/expires_at")
    if expires_at > now + MAX_KEY_LIFETIME:
        raise broken_rule("expires_too_late", "a key may be valid for two years at most", "/expires_at")
    account_id, secret = uuid.uuid4(), secrets.token_urlsafe(32)
    created_at = await members.create_account(
        db, account_id, new.name, new.role, hash_key(secret), expires_at
    )
    subject = f"service_account:{account_id}"
    await audit.record(db, caller.actor, "service_account.created", subject, role=new.role)
    account = {
        "id": account_id,
        **new.model_dump(),
        "expires_at": expires_at,
        "created_at": created_at,
        "revoked_at": None,
        "last_used_at": None,
        "key": format_key(caller.workspace_id, account_id, secret),
    }
    return json_response(account, 201)


@router.delete(
    "/service-accounts/{account_id}",
    summary="Revoke a service account",
    status_code=204,
    responses={204: {"description": "Revoked"}},
)
@requires(Role.ADMIN)
async def revoke_service_account(db: Db, caller: CurrentCaller, account_id: UUID) -> Response:
    """The account's key stops working at once."""
    role = await members.read_account_role(db, account_id)
    if role is None:
        raise not_found("service account")
    _check_own_role(caller, role)
    await members.revoke_account(db, account_id)
    await audit.record(db, caller.actor, "service_account.revoked", f"service_account:{account_id}")
    return Response(status_code=204)


def _check_own_role(caller: Caller, role: str) -> None:
    """403 where a caller grants, or changes a member with, a role higher than their own."""
    if Role[role.upper()] > caller.role:
        raise Problem(403, "role_too_low", f"only a member with the role {role} or a higher one can do this")
