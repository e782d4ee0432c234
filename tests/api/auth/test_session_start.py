"""Which workspace a person enters, and with what."""

from typing import Any

import psycopg
import pytest

from causeloop_pipeline.storage.app.tenants import add_member
from tests.api.conftest import Client
from tests.api.people import new_person, sign_in
from tests.conftest import new_workspace


def test_a_member_of_one_workspace_enters_no_other(client: Client, owner: psycopg.Connection) -> None:
    own, foreign = new_workspace(owner), new_workspace(owner)
    _, email = new_person(owner, own)

    entered, refused = (sign_in(client(), email, workspace_id=str(each)) for each in (own, foreign))

    assert entered.json()["workspace_id"] == str(own)
    assert (refused.status_code, refused.json()["code"]) == (403, "no_membership")


@pytest.mark.parametrize("token", ["x", "clr_", f"clr_{'0' * 32}_{'a' * 43}"])
def test_what_is_not_a_refresh_token_is_refused(token: str, client: Client) -> None:
    response = client().post("/v1/auth/refresh", json={"refresh_token": token})

    assert (response.status_code, response.json()["code"]) == (401, "invalid_credentials")


def test_a_session_bears_the_name_that_its_program_gives_itself(
    client: Client, owner: psycopg.Connection
) -> None:
    _, email = new_person(owner, new_workspace(owner))
    browser = client()
    browser.headers["user-agent"] = "Firefox on Linux"

    session = client(sign_in(browser, email).json()["access_token"])

    assert [each["client"] for each in session.get("/v1/sessions").json()["data"]] == ["Firefox on Linux"]


def test_a_session_that_outlived_its_membership_is_not_refreshed(
    client: Client, owner: psycopg.Connection
) -> None:
    user_id, email = new_person(owner, new_workspace(owner))
    token = sign_in(client(), email).json()["refresh_token"]
    owner.execute("update app.membership set status = 'suspended' where user_id = %s", (user_id,))
    owner.execute("update app.session set ended_at = null, end_reason = null where user_id = %s", (user_id,))

    response = client().post("/v1/auth/refresh", json={"refresh_token": token})

    assert (response.status_code, response.json()["code"]) == (403, "membership_inactive")


def test_an_invitation_that_ends_while_it_is_accepted_lets_nobody_in(
    client: Client, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, inviting = new_workspace(owner), new_workspace(owner)
    user_id, email = new_person(owner, own)
    add_member(owner, inviting, user_id, "viewer")
    owner.execute(
        "update app.membership set status = 'invited' where user_id = %s and workspace_id = %s",
        (user_id, inviting),
    )
    joining: dict[str, Any] = {"workspace_id": str(inviting), "consent": True}

    async def end(*_: Any) -> bool:
        return False

    monkeypatch.setattr("api.auth.queries.sessions.accept_invitation", end)
    refused = sign_in(client(), email, **joining)
    monkeypatch.undo()

    assert (refused.status_code, refused.json()["code"]) == (403, "no_membership")
    assert sign_in(client(), email, **joining).status_code == 200
