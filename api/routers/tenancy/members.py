"""Members and service accounts: who may do what in the workspace."""

import secrets
import uuid
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.auth.authenticate import Caller
from api.http.errors import Problem, broken_rule, conflict, not_found
from api.http.pagination import read_page
from api.http.responses import Page, gives, json_answer
from api.operation import CurrentCaller, Db, Operation
from api.queries.tenancy import audit, members, onboarding
from api.schemas.tenancy.workspace import (
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


@router.get("/members", responses=gives(Page[Member]))
async def list_members(db: Db, filters: Annotated[MemberFilters, Query()]) -> Response:
    """The people of the workspace."""
    return await read_page(db, members.MEMBERS, filters)


@router.post("/members", status_code=201, responses=gives(Member, 201, "Invited"))
async def invite_member(db: Db, caller: CurrentCaller, invitation: Invitation) -> Response:
    """Invite a person; past the organization's seats this is refused."""
    _refuse_above(caller, invitation.role)
    if not await members.has_free_seat(db):
        raise members.seats_exhausted()
    user_id = await members.invite(db, invitation.email, invitation.name, invitation.role)
    if user_id is None:
        raise conflict("already_member", "this address belongs to a member of the workspace already")
    await onboarding.complete(db, "invite_members")
    await audit.record(db, caller.actor, "member.invited", f"user:{user_id}", role=invitation.role)
    return json_answer(await members.read_member(db, user_id), 201)


@router.patch("/members/{user_id}", responses=gives(Member))
async def update_member(db: Db, caller: CurrentCaller, user_id: UUID, change: MemberChange) -> Response:
    """Change a member's role, suspend or resume him; the last owner stays."""
    await members.hold_members(db)
    known = await members.read_member(db, user_id)
    if known is None:
        raise not_found("member")
    _refuse_above(caller, known["role"])
    if change.role:
        _refuse_above(caller, change.role)
    leaves = change.role not in (None, "owner") or change.status == "suspended"
    is_owner = known["role"] == "owner" and known["status"] == "active"
    if is_owner and leaves and not await members.other_active_owners(db, user_id):
        raise broken_rule("last_owner", "the last owner can neither be suspended nor lose the role")
    await members.change_member(db, user_id, change.role, change.status)
    changed = change.model_dump(exclude_none=True)
    await audit.record(db, caller.actor, "member.updated", f"user:{user_id}", **changed)
    return json_answer(await members.read_member(db, user_id))


@router.get("/service-accounts", responses=gives(Page[ServiceAccount]))
async def list_service_accounts(db: Db, filters: Annotated[ServiceAccountFilters, Query()]) -> Response:
    """The programs of the workspace; keys are not kept, so none is shown."""
    return await read_page(db, members.SERVICE_ACCOUNTS, filters)


@router.post("/service-accounts", status_code=201, responses=gives(CreatedServiceAccount, 201, "Made"))
async def create_service_account(db: Db, caller: CurrentCaller, new: NewServiceAccount) -> Response:
    """Let a program in; its key is shown this once."""
    _refuse_above(caller, new.role)
    if new.expires_at and new.expires_at <= datetime.now(UTC):
        raise broken_rule("expired_already", "expires_at lies in the past", "/expires_at")
    account_id, secret = uuid.uuid4(), secrets.token_urlsafe(32)
    made = await members.create_account(db, account_id, new.name, new.role, hash_key(secret), new.expires_at)
    subject = f"service_account:{account_id}"
    await audit.record(db, caller.actor, "service_account.created", subject, role=new.role)
    answer = {
        "id": account_id,
        **new.model_dump(),
        "created_at": made,
        "revoked_at": None,
        "last_used_at": None,
        "key": format_key(caller.workspace_id, account_id, secret),
    }
    return json_answer(answer, 201)


@router.delete("/service-accounts/{account_id}", status_code=204, responses={204: {"description": "Revoked"}})
async def revoke_service_account(db: Db, caller: CurrentCaller, account_id: UUID) -> Response:
    """Make a program's key worthless at once."""
    if not await members.revoke_account(db, account_id):
        raise not_found("service account")
    await audit.record(db, caller.actor, "service_account.revoked", f"service_account:{account_id}")
    return Response(status_code=204)


def _refuse_above(caller: Caller, role: str) -> None:
    """Nobody grants, or takes, a role above his own."""
    if Role[role.upper()] > caller.role:
        raise Problem(403, "role_too_low", f"only a member with the role {role} can do this")
