"""Keys of service accounts and of people: hashed, expiring, and valid for a while after a rotation."""

import hmac
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from api.access.caller import Caller
from api.auth.authorize import make_caller, refuse_inactive
from api.auth.queries import callers
from api.http.errors import authentication_problem
from causeloop_pipeline.model.tenancy import MembershipStatus, Role
from causeloop_pipeline.storage.app.tenants import KEY_PREFIX, PERSONAL_KEY_PREFIX, hash_key

KEY = re.compile(r"(clu?)_([0-9a-f]{32})_([0-9a-f]{32})_([A-Za-z0-9_-]{20,200})")
PREFIXES = (f"{KEY_PREFIX}_", f"{PERSONAL_KEY_PREFIX}_")


async def authenticate_key(reader: Any, key: str) -> Caller:
    """The service account or person that a key belongs to; 401 where it is not valid."""
    match = KEY.fullmatch(key)
    if not match:
        raise authentication_problem("invalid_credentials", "this is not a key of this installation")
    workspace_id, key_id, secret = UUID(match[2]), UUID(match[3]), match[4]
    if match[1] == PERSONAL_KEY_PREFIX:
        stored = await callers.read_personal_key(reader, workspace_id, key_id)
    else:
        stored = await callers.read_service_account(reader, workspace_id, key_id)
    row, is_former = _check_secret(stored, secret)
    if row["is_former_use_outdated" if is_former else "is_use_outdated"]:
        await callers.mark_key_used(reader, workspace_id, key_id, match[1] == PERSONAL_KEY_PREFIX, is_former)
    scopes = None if row["scopes"] is None else frozenset(row["scopes"])
    if match[1] != PERSONAL_KEY_PREFIX:
        return replace(make_caller(row, workspace_id, "service_account", key_id), scopes=scopes)
    caller = make_caller(row, workspace_id, "user", UUID(row["user_id"]))
    role = min(caller.role, Role[row["key_role"].upper()])
    return replace(caller, role=role, scopes=scopes, method=row["method"])


def _check_secret(row: dict[str, Any] | None, secret: str) -> tuple[dict[str, Any], bool]:
    """The stored key, and whether its former secret was presented; 401 unless it was one of the two."""
    presented = hash_key(secret)
    is_present = hmac.compare_digest(_read_hash(row, "key_hash"), presented)
    is_former = hmac.compare_digest(_read_hash(row, "former_key_hash"), presented)
    if row is None or not (is_present or is_former):
        raise _refuse_key()
    if row["revoked_at"]:
        if row.get("status", MembershipStatus.ACTIVE) != MembershipStatus.ACTIVE:
            raise refuse_inactive(row["status"])
        raise _refuse_key()
    expires_at = row["expires_at"] if is_present else row["former_expires_at"]
    if expires_at and datetime.fromisoformat(expires_at) <= datetime.now(UTC):
        detail = (
            "this key has expired: create a new one"
            if is_present
            else "this key was replaced: use the new one"
        )
        raise authentication_problem("key_expired", detail)
    return row, is_former


def _refuse_key() -> Exception:
    return authentication_problem("invalid_credentials", "this key does not exist or was revoked")


def _read_hash(row: dict[str, Any] | None, name: str) -> bytes:
    return bytes.fromhex(row[name]) if row and row[name] else b""
