"""Signing up with the first-start link, and where anybody may."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.provisioning import SETUP_PREFIX
from causeloop_pipeline.storage.app.tenants import hash_key
from tests.api.conftest import Client
from tests.api.members.test_invitations import accept, log_in


@pytest.fixture
def setup_token(owner: psycopg.Connection) -> Iterator[str]:
    """The token of a first-start link, as an installation without organizations prints it."""
    secret = uuid4().hex
    owner.execute("insert into app.setup_link values (%s, now() + interval '1 day')", (hash_key(secret),))
    yield f"{SETUP_PREFIX}_{secret}"
    owner.execute("delete from app.setup_link")


def test_the_first_start_link_makes_one_organization_whose_owner_signs_in(
    client: Client, setup_token: str
) -> None:
    email, name = f"{uuid4().hex}@example.com", f"Acme {uuid4().hex[:8]}"
    body = {"organization": name, "email": email, "token": setup_token}

    made = client().post("/v1/organizations", json=body)
    again = client().post("/v1/organizations", json={**body, "organization": "Other"})
    accepted = accept(client(), made.json()["invitation_link"].partition("#accept=")[2])
    session = client(log_in(client(), email).json()["access_token"])

    assert (made.status_code, again.status_code, accepted.status_code) == (201, 404, 200)
    assert session.get("/v1/organization").json()["name"] == name
    assert session.get("/v1/me").json()["role"] == "owner"


def test_nobody_signs_up_where_the_installation_does_not_allow_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"organization": "Mine", "email": f"{uuid4().hex}@example.com"}

    refused = client().post("/v1/organizations", json=body)
    wrong = client().post("/v1/organizations", json={**body, "token": f"{SETUP_PREFIX}_{uuid4().hex}"})
    monkeypatch.setenv("CAUSELOOP_SIGN_UP", "true")
    settings.cache_clear()
    without_mail = client().post("/v1/organizations", json=body)
    monkeypatch.undo()
    settings.cache_clear()

    assert (refused.status_code, refused.json()["code"]) == (403, "sign_up_disabled")
    assert (wrong.status_code, wrong.json()["code"]) == (404, "link_invalid")
    assert "e-mail" in without_mail.json()["detail"]
