"""Whether a caller may be served at all, by the state of what the caller belongs to."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from api.access.caller import Caller
from api.auth.authorize import check_access, make_caller
from api.http.errors import Problem
from causeloop_pipeline.model.tenancy import MembershipStatus, OrganizationStatus

ACCOUNT: dict[str, Any] = {
    "organization_id": str(uuid4()),
    "role": "analyst",
    "plan": "growth",
    "timezone": "UTC",
    "organization_status": "active",
    "is_workspace_archived": False,
}
PERSON = ACCOUNT | {"status": "active", "sso_enforced": False, "is_proven": True}


def make(row: dict[str, Any]) -> Caller:
    """The caller of a row."""
    return make_caller(row, uuid4(), "user", uuid4())


def refuse(caller: Caller) -> tuple[int, str, str]:
    """Status, code and text with which a caller is refused."""
    with pytest.raises(Problem) as caught:
        check_access(caller)
    return caught.value.status, caught.value.code, caught.value.detail


def test_an_active_person_and_a_service_account_are_served() -> None:
    for row in (PERSON, ACCOUNT):
        check_access(make(row))
        check_access(replace(make(row), method="password"))


@pytest.mark.parametrize("status", [each for each in MembershipStatus if each != MembershipStatus.ACTIVE])
def test_who_is_no_active_member_is_refused_and_reads_what_to_do(status: MembershipStatus) -> None:
    advice = (
        "sign in again and accept the invitation" if status == MembershipStatus.INVITED else "ask an admin"
    )

    refused = refuse(make(PERSON | {"status": status.value}))

    assert refused == (403, "membership_inactive", f"your membership is {status}: {advice}")


def test_where_single_sign_on_is_required_a_password_and_its_keys_are_refused() -> None:
    required = make(PERSON | {"sso_enforced": True})
    by_password = replace(required, method="password", session_id=uuid4())

    assert refuse(by_password)[1:] == (
        "sso_required",
        "this workspace requires single sign-on: sign in through it",
    )
    assert refuse(replace(by_password, session_id=None))[2].endswith("sign in through it and make a new key")
    check_access(replace(required, method="oidc"))


def test_nobody_of_a_cancelled_organization_is_served() -> None:
    cancelled = OrganizationStatus.CANCELLED.value

    assert refuse(make(ACCOUNT | {"organization_status": cancelled}))[:2] == (403, "organization_inactive")


def test_who_has_proven_no_address_reaches_the_own_organization_only() -> None:
    stranger = make(PERSON | {"is_proven": False})

    assert stranger.reach == stranger.organization_id
    assert (make(PERSON).reach, make(ACCOUNT).reach) == (None, None)
