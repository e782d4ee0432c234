"""The caller's state, role and scopes, checked: nobody grants more than they have themselves."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from api.access.caller import Caller
from api.access.scopes import is_in_scope, list_scopes
from api.http.errors import Problem
from causeloop_pipeline.model.plans import PLANS, find_plan_with
from causeloop_pipeline.model.tenancy import MembershipStatus, OrganizationStatus, Role


def make_caller(row: dict[str, Any], workspace_id: UUID, kind: str, caller_id: UUID) -> Caller:
    """The caller of a stored account or membership, even if it is suspended."""
    return Caller(
        workspace_id,
        UUID(row["organization_id"]),
        kind,
        caller_id,
        Role[row["role"].upper()],
        row["plan"],
        row["timezone"],
        OrganizationStatus(row["organization_status"]),
        method=None,
        is_workspace_archived=row["is_workspace_archived"],
        membership_status=MembershipStatus(row.get("status", MembershipStatus.ACTIVE)),
        is_sso_required=row.get("sso_enforced", False),
        is_proven=row.get("is_proven", True),
    )


def check_access(caller: Caller) -> None:
    """403 where the organization is cancelled, the membership not active, or single sign-on required."""
    if caller.organization_status == OrganizationStatus.CANCELLED:
        raise Problem(
            403, "organization_inactive", "your organization is cancelled: contact Causeloop support"
        )
    if caller.membership_status != MembershipStatus.ACTIVE:
        raise refuse_inactive(caller.membership_status)
    if caller.is_sso_required and caller.method == "password":
        how = "sign in through it" if caller.session_id else "sign in through it and make a new key"
        raise Problem(403, "sso_required", f"this workspace requires single sign-on: {how}")


def refuse_inactive(status: str) -> Problem:
    """403: the person is not an active member at present."""
    is_invited = status == MembershipStatus.INVITED
    advice = "sign in again and accept the invitation" if is_invited else "ask an admin"
    return Problem(403, "membership_inactive", f"your membership is {status}: {advice}")


def check_own_role(caller: Caller, role: str) -> None:
    """403 where a caller grants a role above their own, or changes a member or key that has one."""
    if Role[role.upper()] > caller.role:
        raise Problem(403, "role_too_low", f"only a member with the role {role} or a higher one can do this")


def check_scope(caller: Caller, tags: Sequence[str], method: str) -> None:
    """403 where the caller's key is limited to other areas."""
    if not is_in_scope(caller.scopes, tags, method):
        needed = " or ".join(list_scopes(tags, method))
        raise Problem(403, "scope_missing", f"this key is limited: it needs the scope {needed}")


def check_own_scopes(caller: Caller, scopes: Sequence[str] | None) -> None:
    """403 where a caller with a limited key makes one that may do more."""
    if caller.scopes is not None and (scopes is None or not caller.scopes.issuperset(scopes)):
        raise Problem(403, "scope_missing", "a limited key gives others no more scopes than its own")


def check_may_write(caller: Caller) -> None:
    """403 when the caller's organization is suspended, or the workspace archived: it can only be read."""
    if caller.is_workspace_archived:
        raise Problem(
            403, "workspace_archived", "this workspace is archived, its data is read-only: ask an owner"
        )
    if caller.organization_status != OrganizationStatus.ACTIVE:
        raise Problem(
            403,
            "organization_inactive",
            f"your organization is {caller.organization_status}, its data is read-only: "
            "an owner or the operator can reactivate it",
        )


def check_role(caller: Caller, role: Role) -> None:
    """403 when the caller's role is lower."""
    if caller.role < role:
        raise Problem(
            403,
            "role_too_low",
            f"this needs the role {role.name.lower()}, your role is {caller.role.name.lower()}: ask an admin",
        )


def check_session(caller: Caller) -> None:
    """403 where a person acts by a key."""
    if caller.kind == "user" and caller.session_id is None:
        raise Problem(403, "session_required", "a key cannot do this: sign in as yourself")


def check_feature(caller: Caller, feature: str) -> None:
    """403 when the caller's plan does not include a feature."""
    if feature not in PLANS[caller.plan].features:
        raise Problem(
            403,
            "plan_feature_missing",
            f"the {caller.plan} plan does not include {feature}: upgrade to {find_plan_with(feature)}",
        )
