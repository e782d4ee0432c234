"""Which workspace a person enters, and with what."""

import psycopg
import pytest

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
