"""What a directory's token may ask for: filters, patches and values of bounded size, and no server error."""

import httpx2
import pytest

from tests.api.directory.payloads import new_email, okta_user, patch

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


def search(provider: httpx2.Client, **fields: object) -> httpx2.Response:
    return provider.post("/Users/.search", json={"schemas": [SEARCH], **fields})


@pytest.mark.parametrize("searched", ["id pr and " * 400 + "id pr", "x" * 2_001])
def test_a_long_filter_is_refused(searched: str, provider: httpx2.Client) -> None:
    posted, sent = search(provider, filter=searched), provider.get("/Users", params={"filter": searched})

    assert (posted.status_code, sent.status_code) == (400, 400)
    assert "2,000 characters" in posted.json()["detail"]


def test_a_filter_of_many_terms_is_computed_beside_the_loop(provider: httpx2.Client) -> None:
    email = new_email()
    provider.post("/Users", json=okta_user(email))
    terms = " or ".join(f'userName eq "{number}@nobody.example"' for number in range(20))

    answer = search(provider, filter=f'{terms} or userName eq "{email}"').json()

    assert [each["userName"] for each in answer["Resources"]] == [email]


def test_a_patch_has_at_most_a_hundred_operations(provider: httpx2.Client) -> None:
    user_id = provider.post("/Users", json=okta_user(new_email())).json()["id"]
    operation = {"op": "replace", "path": "displayName", "value": "Ana"}

    fitting = patch(provider, f"/Users/{user_id}", *[operation] * 100)
    too_many = patch(provider, f"/Users/{user_id}", *[operation] * 101)

    assert (fitting.status_code, too_many.status_code) == (200, 400)
    assert fitting.json()["displayName"] == "Ana"


def test_an_attribute_has_at_most_twenty_values_however_they_come(provider: httpx2.Client) -> None:
    emails = [{"value": f"{number}-{new_email()}"} for number in range(21)]
    made = provider.post("/Users", json=okta_user(new_email())).json()
    path = f"/Users/{made['id']}"
    one_by_one = [{"op": "add", "path": "emails", "value": [email]} for email in emails]

    refused = [
        provider.post("/Users", json=okta_user(new_email(), emails=emails)),
        provider.put(path, json=okta_user(made["userName"], emails=emails)),
        patch(provider, path, *one_by_one),
    ]

    assert [each.status_code for each in refused] == [400, 400, 400]
    assert provider.get(path).json()["emails"] == made["emails"]


@pytest.mark.parametrize(
    "query",
    [
        {"filter": 'userName eq "\\ud800"'},
        {"startIndex": "99999999999999999999"},
        {"startIndex": "-99999999999999999999"},
        {"count": "99999999999999999999"},
        {"filter": "(" * 900 + "id pr" + ")" * 900},
        {"filter": "not (" * 300 + "id pr" + ")" * 300},
    ],
)
def test_what_nobody_asks_for_is_not_a_server_error(query: dict[str, str], provider: httpx2.Client) -> None:
    assert provider.get("/Users", params=query).status_code in {200, 400}
    assert search(provider, **query).status_code in {200, 400}
