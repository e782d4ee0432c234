"""The directory keeps the standard: RFC 7643 and 7644."""

from typing import Annotated, Any

import httpx2
import pytest
from scim2_models import Email, Group, Required, ScimProvider

from api.directory.users.schemas import DirectoryUser
from tests.api.directory.payloads import GROUP, USER, new_email, okta_user


class ReachableEmail(Email):
    """An e-mail address that is there."""

    value: Annotated[str | None, Required.true] = None


class ReachableUser(DirectoryUser):
    """A person with an e-mail address: without one nobody can sign in, so such people are refused."""

    emails: Annotated[list[ReachableEmail] | None, Required.true] = None  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("path", "body", "scim_type"),
    [
        ("/Users", {"schemas": [USER], "userName": "not an address"}, "invalidValue"),
        ("/Users", {"schemas": [USER]}, "invalidValue"),
        ("/Users", [], "invalidSyntax"),
        ("/Groups", {"schemas": [GROUP], "displayName": "x", "members": [{"value": "x"}]}, "invalidValue"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_the_words_of_the_standard(
    path: str, body: Any, scim_type: str, provider: httpx2.Client
) -> None:
    refused = provider.post(path, json=body)

    assert (refused.status_code, refused.json()["scimType"]) == (400, scim_type)


@pytest.mark.parametrize("text", ["userName eq", "(((", 'nothing eq "x"', 'userName eq "' + "x" * 9_000])
def test_a_filter_that_cannot_be_read_is_refused(text: str, provider: httpx2.Client) -> None:
    refused = provider.get("/Users", params={"filter": text})

    assert (refused.status_code, refused.json()["scimType"]) == (400, "invalidFilter")


def test_pages_count_from_one_and_name_the_total(provider: httpx2.Client) -> None:
    for _ in range(3):
        provider.post("/Users", json=okta_user(new_email(), externalId=None))
    page = provider.get("/Users", params={"startIndex": 3, "count": 1}).json()
    beyond = provider.get("/Users", params={"startIndex": 90}).json()
    counted = provider.get("/Users", params={"count": 0}).json()

    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (4, 3, 1)
    assert (beyond["totalResults"], beyond.get("Resources", [])) == (4, [])
    assert (counted["totalResults"], counted["itemsPerPage"]) == (4, 0)


def test_a_stranger_to_the_product_finds_the_standard_kept(provider: httpx2.Client) -> None:
    # Imported here, as it takes four seconds of every process that collects tests.
    from scim2_client.engines.httpx2 import SyncSCIMClient
    from scim2_tester import Status, check_server

    service = ScimProvider(models=[ReachableUser, Group])
    results = check_server(SyncSCIMClient(provider, provider=service))

    good = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE, Status.SKIPPED}
    bad = [f"{result.title}: {result.reason}" for result in results if result.status not in good]
    decided_here = (
        "PATCH modify() did not remove attribute 'active'",  # who is not suspended is active
        "PATCH modify() returned unexpected value for 'members'",  # how members are shown follows from them
    )
    assert len(results) > 30
    assert [text for text in bad if not any(decision in text for decision in decided_here)] == []
