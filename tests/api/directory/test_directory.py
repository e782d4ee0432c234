"""The directory as Okta and Microsoft Entra use it, with the shapes that they send."""

import httpx2

from tests.api.directory.payloads import ENTERPRISE_USER, GROUP, entra_user, new_email, okta_user, patch

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


def test_okta_finds_creates_updates_deactivates_and_reactivates_a_person(
    provider: httpx2.Client, boss: httpx2.Client
) -> None:
    email = new_email()
    none = provider.get("/Users", params={"filter": f'userName eq "{email}"', "startIndex": 1, "count": 100})
    created = provider.post("/Users", json=okta_user(email))
    path = f"/Users/{created.json()['id']}"
    listed = provider.get("/Users", params={"filter": f'userName eq "{email.upper()}"'}).json()
    replaced = provider.put(path, json=okta_user(email, displayName="Ana R.", active=True))
    off = patch(provider, path, {"op": "replace", "value": {"active": False}})
    suspended = boss.get("/v1/members", params={"status": "suspended"}).json()["data"]
    on = patch(provider, path, {"op": "replace", "value": {"active": True}})
    invited = boss.get("/v1/members", params={"status": "invited"}).json()["data"]

    assert (none.status_code, none.json()["totalResults"]) == (200, 0)
    assert (created.status_code, created.headers["content-type"]) == (201, "application/scim+json")
    assert created.headers["location"].endswith(f"/scim/v2{path}")
    assert created.json()["externalId"] == "00u1"
    assert "password" not in created.json()
    assert listed["Resources"][0]["id"] == created.json()["id"]
    assert replaced.json()["displayName"] == "Ana R."
    assert (off.json()["active"], on.json()["active"]) == (False, True)
    assert [member["email"] for member in suspended] == [email]
    assert [(member["email"], member["name"], member["role"]) for member in invited] == [
        (email, "Ana R.", "viewer")
    ]


def test_entra_changes_a_person_with_operations_in_its_own_spelling(provider: httpx2.Client) -> None:
    email = new_email()
    created = provider.post("/Users", json=entra_user(email)).json()
    path = f"/Users/{created['id']}"
    changed = patch(
        provider,
        path,
        {"op": "Replace", "path": "displayName", "value": "Bo E."},
        {"op": "Add", "path": 'emails[type eq "work"].value', "value": "bo@example.com"},
        {"op": "Replace", "path": "name.familyName", "value": "Eklund"},
        {"op": "Add", "path": f"{ENTERPRISE_USER}:department", "value": "Sales"},
    ).json()
    off = patch(provider, path, {"op": "Replace", "path": "active", "value": "False"}).json()
    gone = provider.delete(path)

    assert (created["externalId"], created["active"]) == ("0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef", True)
    assert (changed["displayName"], changed["name"]["familyName"]) == ("Bo E.", "Eklund")
    assert changed["emails"][0]["value"] == "bo@example.com"
    assert off["active"] is False
    assert gone.status_code == 204
    missing = provider.get(path)
    assert (missing.status_code, missing.json()["schemas"], missing.json()["status"]) == (404, [ERROR], "404")


def test_groups_give_the_roles_that_an_owner_says(provider: httpx2.Client, boss: httpx2.Client) -> None:
    ids = [provider.post("/Users", json=okta_user(new_email())).json()["id"] for _ in range(2)]
    group = provider.post("/Groups", json={"schemas": [GROUP], "displayName": "SRE", "members": []}).json()
    admins = provider.post(
        "/Groups", json={"schemas": [GROUP], "displayName": "Leads", "members": [{"value": ids[0]}]}
    ).json()
    patch(
        provider,
        f"/Groups/{group['id']}",
        {"op": "add", "path": "members", "value": [{"value": ids[0], "display": "Ana"}]},
        {"op": "Add", "path": "members", "value": [{"$ref": None, "value": ids[1]}]},
    )

    def read_roles() -> list[str]:
        rows = {row["user_id"]: row["role"] for row in boss.get("/v1/members").json()["data"]}
        return [rows[user_id] for user_id in ids]

    before = read_roles()
    listed = boss.get("/v1/directory/groups").json()["data"]
    boss.patch(f"/v1/directory/groups/{group['id']}", json={"role": "analyst"})
    boss.patch(f"/v1/directory/groups/{admins['id']}", json={"role": "admin"})
    with_roles = read_roles()
    patch(provider, f"/Groups/{admins['id']}", {"op": "remove", "path": f'members[value eq "{ids[0]}"]'})
    lower = read_roles()
    patch(
        provider, f"/Groups/{group['id']}", {"op": "Remove", "path": "members", "value": [{"value": ids[1]}]}
    )
    removed = read_roles()
    provider.delete(f"/Groups/{group['id']}")
    without = read_roles()

    assert before == ["viewer", "viewer"]
    assert [(row["display_name"], row["role"], row["members"]) for row in listed] == [
        ("Leads", None, 1),
        ("SRE", None, 2),
    ]
    assert with_roles == ["admin", "analyst"]
    assert lower == ["analyst", "analyst"]
    assert removed == ["analyst", "viewer"]
    assert without == ["viewer", "viewer"]


def test_a_group_is_found_renamed_and_read_without_its_members(provider: httpx2.Client) -> None:
    member = provider.post("/Users", json=okta_user(new_email())).json()["id"]
    body = {"schemas": [GROUP], "displayName": "SRE", "externalId": "g1", "members": [{"value": member}]}
    group = provider.post("/Groups", json=body).json()
    again = provider.post("/Groups", json=body)
    path = f"/Groups/{group['id']}"
    listed = provider.get(
        "/Groups", params={"excludedAttributes": "members", "filter": 'displayName eq "sre"'}
    ).json()["Resources"]
    renamed = patch(
        provider, path, {"op": "replace", "value": {"id": group["id"], "displayName": "Platform"}}
    ).json()
    person = provider.get(f"/Users/{member}").json()

    assert (again.status_code, again.json()["scimType"]) == (409, "uniqueness")
    assert [row["id"] for row in listed] == [group["id"]]
    assert "members" not in listed[0]
    assert (renamed["displayName"], renamed["members"][0]["value"]) == ("Platform", member)
    assert [row["display"] for row in person["groups"]] == ["Platform"]
