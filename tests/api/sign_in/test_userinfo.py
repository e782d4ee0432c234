"""A person's address may be left out of the ID token: the access token then gets it."""

from uuid import UUID

import pytest

from tests.api.conftest import Client
from tests.api.oidc_issuer import Issuer
from tests.api.sign_in.test_single_sign_on import go_to_provider, issuer, person, read_problem

__all__ = ["issuer", "person"]


@pytest.mark.parametrize(
    ("claims", "is_signed_in"),
    [
        ({}, True),
        ({"sub": "somebody else"}, False),
        ({"email_verified": False}, False),
        ({"email_verified": "true"}, False),
    ],
)
def test_an_address_that_is_not_in_the_id_token_is_requested_with_the_access_token(
    claims: dict[str, object],
    is_signed_in: bool,
    client: Client,
    issuer: Issuer,
    person: tuple[UUID, UUID, str],
) -> None:
    issuer.userinfo = {"sub": issuer.subject, "email": person[2], "email_verified": True, **claims}
    browser = client()

    back = browser.get(go_to_provider(browser))

    assert browser.get("/v1/me").status_code == (200 if is_signed_in else 401)
    if not is_signed_in:
        assert "no user belongs to this identity" in read_problem(back)


def test_who_is_linked_signs_in_where_the_provider_refuses_to_say_more(
    client: Client, issuer: Issuer, person: tuple[UUID, UUID, str]
) -> None:
    issuer.userinfo = {"sub": issuer.subject, "email": person[2], "email_verified": True}
    first, second = client(), client()
    first.get(go_to_provider(first))
    address = go_to_provider(second)
    issuer.padding["/userinfo"] = lambda _handler, _document: b"not JSON"

    second.get(address)

    assert [browser.get("/v1/me").status_code for browser in (first, second)] == [200, 200]
