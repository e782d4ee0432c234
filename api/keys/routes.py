"""Keys: service accounts of the workspace, and keys of a person's own."""

import secrets
import uuid
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.access.caller import Caller
from api.access.permissions import requires
from api.auth.authorize import check_own_role, check_own_scopes
from api.auth.queries import audit
from api.http.errors import broken_rule, conflict, not_found
from api.http.list_filters import build_filter_dependency
from api.http.responses import Page, Rows, documents, json_response
from api.keys import queries as keys
from api.keys.queries import NewKey
from api.keys.schemas import (
    CreatedPersonalKey,
    CreatedServiceAccount,
    NewPersonalKey,
    NewServiceAccount,
    PersonalKey,
    Rotation,
    ServiceAccount,
    ServiceAccountFilters,
)
from api.listing.page import read_page, returns_page_of
from api.operation import CurrentCaller, Db, Operation, concerns_own_access, needs_session
from causeloop_pipeline.model.tenancy import Role
from causeloop_pipeline.storage.app.tenants import KEY_PREFIX, PERSONAL_KEY_PREFIX, format_key, hash_key

router = APIRouter(prefix="/v1", tags=["keys"], route_class=Operation)

ACCOUNT_LIFETIME, PERSONAL_LIFETIME = timedelta(days=365), timedelta(days=90)
MAX_KEY_LIFETIME = timedelta(days=731)
NO_STORE = {"Cache-Control": "no-store"}
REVOKED: dict[int | str, dict[str, Any]] = {204: {"description": "Revoked"}}


@router.get("/service-accounts", summary="List service accounts", responses=documents(Page[ServiceAccount]))
@requires(Role.ADMIN)
@returns_page_of(keys.SERVICE_ACCOUNTS)
async def list_service_accounts(
    db: Db, filters: Annotated[ServiceAccountFilters, build_filter_dependency(ServiceAccountFilters)]
) -> Response:
    """The service accounts of the workspace, newest first, without their keys."""
    return await read_page(db, keys.SERVICE_ACCOUNTS, filters)


@router.post(
    "/service-accounts",
    summary="Create a service account",
    status_code=201,
    responses=documents(CreatedServiceAccount, 201, "Created"),
)
@requires(Role.ADMIN)
async def create_service_account(db: Db, caller: CurrentCaller, new: NewServiceAccount) -> Response:
    """Returns the account's key, which is shown only once."""
    made, secret = _make(caller, new, ACCOUNT_LIFETIME)
    await keys.create_account(db, made)
    subject = f"service_account:{made.key_id}"
    await audit.record(db, caller.actor, "service_account.created", subject, role=new.role, scopes=new.scopes)
    return _show(await keys.read_account(db, made.key_id), db, made, secret, KEY_PREFIX, 201)


@router.post(
    "/service-accounts/{account_id}/rotate",
    summary="Rotate a service account's key",
    responses=documents(CreatedServiceAccount),
)
@requires(Role.ADMIN)
async def rotate_service_account(db: Db, caller: CurrentCaller, account_id: UUID, body: Rotation) -> Response:
    """Returns a new key, shown only once; the present one works until the overlap ends."""
    account = await _read_account(db, caller, account_id)
    made, secret = _renew(caller, account, body, ACCOUNT_LIFETIME)
    await keys.rotate_account(db, made, body.overlap_hours)
    subject = f"service_account:{account_id}"
    await audit.record(db, caller.actor, "service_account.rotated", subject, overlap_hours=body.overlap_hours)
    return _show(await keys.read_account(db, account_id), db, made, secret, KEY_PREFIX, 200)


@router.delete(
    "/service-accounts/{account_id}",
    summary="Revoke a service account",
    status_code=204,
    responses=REVOKED,
)
@requires(Role.ADMIN)
async def revoke_service_account(db: Db, caller: CurrentCaller, account_id: UUID) -> Response:
    """The account's keys stop working at once, also the one of before a rotation."""
    await _read_account(db, caller, account_id)
    await keys.revoke_account(db, account_id)
    await audit.record(db, caller.actor, "service_account.revoked", f"service_account:{account_id}")
    return Response(status_code=204)


@router.get("/me/keys", summary="List own keys", responses=documents(Rows[PersonalKey]))
@requires(Role.VIEWER)
@needs_session
async def list_personal_keys(db: Db, caller: CurrentCaller) -> Response:
    """The caller's keys in this workspace, newest first; a service account has none."""
    is_person = caller.kind == "user"
    return json_response({"data": await keys.list_personal_keys(db, caller.caller_id) if is_person else []})


@router.post(
    "/me/keys",
    summary="Create an own key",
    status_code=201,
    responses=documents(CreatedPersonalKey, 201, "Created"),
)
@requires(Role.VIEWER)
@needs_session
async def create_personal_key(db: Db, caller: CurrentCaller, new: NewPersonalKey) -> Response:
    """Returns a key that acts as the caller, which is shown only once; it ends with the membership."""
    if caller.kind != "user":
        raise conflict("not_a_member", "a service account has no keys of its own: rotate its key instead")
    made, secret = _make(caller, new, PERSONAL_LIFETIME)
    await keys.create_personal_key(db, made, caller.caller_id, caller.method)
    subject = f"personal_key:{made.key_id}"
    await audit.record(db, caller.actor, "personal_key.created", subject, role=new.role, scopes=new.scopes)
    row = await _read_personal_key(db, caller, made.key_id)
    return _show(row, db, made, secret, PERSONAL_KEY_PREFIX, 201)


@router.post("/me/keys/{key_id}/rotate", summary="Rotate an own key", responses=documents(CreatedPersonalKey))
@requires(Role.VIEWER)
@needs_session
async def rotate_personal_key(db: Db, caller: CurrentCaller, key_id: UUID, body: Rotation) -> Response:
    """Returns a new key, shown only once; the present one works until the overlap ends."""
    row = await _read_personal_key(db, caller, key_id)
    made, secret = _renew(caller, row, body, PERSONAL_LIFETIME)
    await keys.rotate_personal_key(db, made, body.overlap_hours)
    subject = f"personal_key:{key_id}"
    await audit.record(db, caller.actor, "personal_key.rotated", subject, overlap_hours=body.overlap_hours)
    row = await _read_personal_key(db, caller, key_id)
    return _show(row, db, made, secret, PERSONAL_KEY_PREFIX, 200)


@router.delete("/me/keys/{key_id}", summary="Revoke an own key", status_code=204, responses=REVOKED)
@requires(Role.VIEWER)
@concerns_own_access
@needs_session
async def revoke_personal_key(db: Db, caller: CurrentCaller, key_id: UUID) -> Response:
    """The key stops working at once, also the one of before a rotation."""
    await _read_personal_key(db, caller, key_id)
    await keys.revoke_personal_key(db, key_id)
    await audit.record(db, caller.actor, "personal_key.revoked", f"personal_key:{key_id}")
    return Response(status_code=204)


async def _read_account(db: Db, caller: Caller, account_id: UUID) -> dict[str, Any]:
    account = await keys.read_account(db, account_id)
    if account is None:
        raise not_found("service account")
    check_own_role(caller, account["role"])
    return account


async def _read_personal_key(db: Db, caller: Caller, key_id: UUID) -> dict[str, Any]:
    rows = await keys.list_personal_keys(db, caller.caller_id, key_id)
    if not rows:
        raise not_found("key of yours")
    return rows[0]


def _make(caller: Caller, new: NewServiceAccount | NewPersonalKey, lifetime: timedelta) -> tuple[NewKey, str]:
    """What is stored of a new key, and its secret."""
    check_own_role(caller, new.role)
    check_own_scopes(caller, new.scopes)
    secret = secrets.token_urlsafe(32)
    made = NewKey(
        key_id=uuid.uuid4(),
        name=new.name,
        role=new.role,
        scopes=new.scopes,
        key_hash=hash_key(secret),
        expires_at=_choose_end(new.expires_at, lifetime),
    )
    return made, secret


def _renew(
    caller: Caller, row: dict[str, Any], rotation: Rotation, lifetime: timedelta
) -> tuple[NewKey, str]:
    """The key as it is, with another secret."""
    check_own_scopes(caller, row["scopes"])
    if row["revoked_at"] is not None:
        raise conflict("key_revoked", "this key was revoked: create a new one")
    secret = secrets.token_urlsafe(32)
    made = NewKey(
        key_id=UUID(row["id"]),
        name=row["name"],
        role=row["role"],
        scopes=row["scopes"],
        key_hash=hash_key(secret),
        expires_at=_choose_end(rotation.expires_at, lifetime),
    )
    return made, secret


def _choose_end(expires_at: datetime | None, lifetime: timedelta) -> datetime:
    now = datetime.now(UTC)
    if expires_at is None:
        return now + lifetime
    if expires_at <= now:
        raise broken_rule("expired_already", "expires_at must be in the future", "/expires_at")
    if expires_at > now + MAX_KEY_LIFETIME:
        raise broken_rule("expires_too_late", "a key may be valid for two years at most", "/expires_at")
    return expires_at


def _show(
    row: dict[str, Any] | None, db: Db, made: NewKey, secret: str, prefix: str, status: int
) -> Response:
    """A key with its secret, which no later answer contains."""
    key = format_key(db.workspace_id, made.key_id, secret, prefix)
    return json_response({**(row or {}), "key": key}, status, NO_STORE)
