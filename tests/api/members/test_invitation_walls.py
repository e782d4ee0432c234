"""What an invitation does not open, and what is kept of it: guesses, races, single sign-on, the audit log."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx2
import psycopg
import pytest

from api.main import create_app
from causeloop_pipeline.storage.app.tenants import create_service_key
from tests.api.conftest import Client, serving
from tests.api.members.test_invitations import accept, invite
from tests.api.people import new_person, sign_in
from tests.conftest import new_workspace

GUESSES = 3
TRIALS = 3


@pytest.fixture
def workspace_and_admin(client: Client, owner: psycopg.Connection) -> tuple[UUID, httpx2.Client]:
    """A new workspace, and an admin's key of it."""
    workspace_id = new_workspace(owner, "enterprise")
    return workspace_id, client(create_service_key(owner, workspace_id, "k", "admin"))


@pytest.mark.parametrize(
    ("path", "kind"), [("/v1/auth/invitation", "cli"), ("/v1/auth/confirm-address", "cln")]
)
@pytest.mark.usefixtures("installation")
def test_an_address_that_guesses_links_is_made_to_wait(path: str, kind: str) -> None:
    app = create_app()
    app.state.address_limits.burst, app.state.address_limits.per_second = GUESSES, 0.001
    guess = {"token": f"{kind}_{'0' * 32}_{'a' * 43}"}
    with serving(app) as url, httpx2.Client(base_url=url, timeout=60) as stranger:
        statuses = [stranger.post(path, json=guess).status_code for _ in range(GUESSES + 1)]

    assert statuses == [404] * GUESSES + [429]


def test_where_single_sign_on_is_required_no_password_accepts_an_invitation(
    client: Client, owner: psycopg.Connection, workspace_and_admin: tuple[UUID, httpx2.Client]
) -> None:
    workspace_id, admin = workspace_and_admin
    _, token = invite(admin)
    owner.execute("update app.workspace set sso_enforced = true where workspace_id = %s", (workspace_id,))

    refused = accept(client(), token)

    assert (refused.status_code, refused.json()["code"]) == (403, "sso_required")


def test_nobody_comes_into_an_organization_that_is_not_active(
    client: Client, owner: psycopg.Connection, workspace_and_admin: tuple[UUID, httpx2.Client]
) -> None:
    workspace_id, admin = workspace_and_admin
    _, email = new_person(owner, workspace_id)
    _, token = invite(admin)
    owner.execute(
        "update app.organization set status = 'cancelled' where organization_id = "
        "(select organization_id from app.workspace where workspace_id = %s)",
        (workspace_id,),
    )

    refused = [accept(client(), token), sign_in(client(), email)]

    assert {(each.status_code, each.json()["code"]) for each in refused} == {(403, "organization_inactive")}


def test_a_link_that_was_used_a_moment_before_is_refused(
    client: Client, workspace_and_admin: tuple[UUID, httpx2.Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, token = invite(workspace_and_admin[1])

    async def lose(*_: object) -> bool:
        return False

    monkeypatch.setattr("api.members.invitations.queries.accept", lose)
    refused = accept(client(), token)

    assert (refused.status_code, refused.json()["code"]) == (404, "link_invalid")


def test_a_second_link_a_removal_and_a_departure_are_recorded(
    client: Client, owner: psycopg.Connection, workspace_and_admin: tuple[UUID, httpx2.Client]
) -> None:
    workspace_id, admin = workspace_and_admin
    invited, _ = invite(admin)
    member_id, email = new_person(owner, workspace_id)
    leaving = client(sign_in(client(), email).json()["access_token"])

    admin.post(f"/v1/members/{invited['user_id']}/invitation")
    admin.delete(f"/v1/members/{invited['user_id']}")
    leaving.post("/v1/members/leave")

    entries = admin.get("/v1/audit", params={"sort": "at"}).json()["data"]
    recorded = [(each["action"], each["subject"]) for each in entries if each["action"] != "session.started"]
    assert recorded == [
        ("member.invited", f"user:{invited['user_id']}"),
        ("member.invited_again", f"user:{invited['user_id']}"),
        ("member.removed", f"user:{invited['user_id']}"),
        ("member.left", f"user:{member_id}"),
    ]


@pytest.mark.parametrize("is_removal", [False, True], ids=["leave", "remove"])
def test_of_two_owners_who_go_at_once_one_stays(
    is_removal: bool, client: Client, owner: psycopg.Connection
) -> None:
    for _ in range(TRIALS):
        workspace_id = new_workspace(owner)
        people = [new_person(owner, workspace_id, "owner") for _ in range(2)]
        apis = [client(sign_in(client(), email).json()["access_token"]) for _, email in people]
        others = [user_id for user_id, _ in reversed(people)]
        with ThreadPoolExecutor(2) as pool:
            if is_removal:
                list(pool.map(lambda api, other: api.delete(f"/v1/members/{other}"), apis, others))
            else:
                list(pool.map(lambda api: api.post("/v1/members/leave"), apis))

        left = owner.execute(
            "select count(*) from app.membership where workspace_id = %s and role = 'owner'", (workspace_id,)
        ).fetchone()
        assert left == (1,)
