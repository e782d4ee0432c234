"""Changing a password, setting one by a link, and a person's own sessions."""

from uuid import UUID, uuid4

import psycopg
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from bench.installation import wait_until
from causeloop_pipeline.cli import app
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.tenants import add_member
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client, Mailbox
from tests.api.people import new_person, sign_in
from tests.api.sample import PASSWORD, Sample
from tests.conftest import new_workspace

NEW = "a new and longer password"


@pytest.fixture
def person(owner: psycopg.Connection) -> tuple[UUID, UUID, str]:
    """A workspace, and a member with a password."""
    workspace_id = new_workspace(owner)
    return (workspace_id, *new_person(owner, workspace_id))


def make_reset_token(email: str) -> str:
    """The token of the link that the operator's command prints."""
    made = CliRunner().invoke(app, ["tenant", "reset-password", email])
    assert made.exit_code == 0, made.stderr
    return made.stdout.strip().partition("#reset=")[2]


def read_actions(database: Database, workspace_id: UUID) -> list[str]:
    with database.workspace(workspace_id) as session:
        return [row["action"] for row in session.rows("select action from app.audit_log order by audit_id")]


def test_a_changed_password_replaces_the_old_one_and_ends_the_other_sessions(
    client: Client, person: tuple[UUID, UUID, str], database: Database
) -> None:
    workspace_id, _, email = person
    own, other = (sign_in(client(), email).json() for _ in range(2))
    api = client(own["access_token"])

    wrong = api.post("/v1/me/password", json={"current_password": "wrong", "new_password": NEW})
    weak = api.post("/v1/me/password", json={"current_password": PASSWORD, "new_password": "short"})
    changed = api.post("/v1/me/password", json={"current_password": PASSWORD, "new_password": NEW})

    assert [(answer.status_code, answer.json()["code"]) for answer in (wrong, weak)] == [
        (422, "wrong_password"),
        (422, "password_too_weak"),
    ]
    assert changed.status_code == 204
    assert api.get("/v1/me").status_code == 200
    assert client(other["access_token"]).get("/v1/me").json()["code"] == "session_ended"
    assert (sign_in(client(), email).status_code, sign_in(client(), email, NEW).status_code) == (401, 200)
    assert "password.changed" in read_actions(database, workspace_id)


def test_guessing_the_present_password_is_limited(client: Client, person: tuple[UUID, UUID, str]) -> None:
    api = client(sign_in(client(), person[2]).json()["access_token"])
    body = {"current_password": "wrong", "new_password": NEW}

    statuses = [api.post("/v1/me/password", json=body).status_code for _ in range(6)]

    assert statuses == [422] * 5 + [429]


def test_a_reset_link_works_once_and_ends_all_sessions(
    client: Client, person: tuple[UUID, UUID, str], database: Database
) -> None:
    workspace_id, _, email = person
    session = sign_in(client(), email).json()
    replaced, token = make_reset_token(email), make_reset_token(email)

    def reset(token: str, password: str = NEW) -> tuple[int, str]:
        answer = client().post("/v1/auth/password", json={"token": token, "password": password})
        return answer.status_code, answer.json().get("code") or answer.json()["email"]

    assert reset(replaced) == (404, "link_invalid")
    assert reset(token, "short") == (422, "password_too_weak")
    assert reset(token) == (200, email)
    assert reset(token) == (404, "link_invalid")
    assert reset(f"clp_{uuid4().hex}") == (404, "link_invalid")
    assert client(session["access_token"]).get("/v1/me").json()["code"] == "session_ended"
    assert (sign_in(client(), email).status_code, sign_in(client(), email, NEW).status_code) == (401, 200)
    assert "password.reset" in read_actions(database, workspace_id)


def test_a_link_is_of_no_use_after_an_hour(
    client: Client, person: tuple[UUID, UUID, str], owner: psycopg.Connection
) -> None:
    token = make_reset_token(person[2])
    owner.execute("update app.password_reset set expires_at = now() where user_id = %s", (person[1],))

    assert client().post("/v1/auth/password", json={"token": token, "password": NEW}).status_code == 404


def test_where_all_workspaces_require_single_sign_on_no_password_is_set(
    client: Client, person: tuple[UUID, UUID, str], owner: psycopg.Connection
) -> None:
    workspace_id, user_id, email = person
    token = make_reset_token(email)
    owner.execute("update app.workspace set sso_enforced = true where workspace_id = %s", (workspace_id,))

    refused = CliRunner().invoke(app, ["tenant", "reset-password", email])
    set_anyway = client().post("/v1/auth/password", json={"token": token, "password": NEW})
    add_member(owner, new_workspace(owner), user_id, "viewer")
    allowed = CliRunner().invoke(app, ["tenant", "reset-password", email])

    assert (refused.exit_code, allowed.exit_code) == (1, 0)
    assert "causeloop allow-passwords" in refused.stderr
    assert set_anyway.status_code == 404


def test_a_link_goes_by_e_mail_to_those_who_have_a_password_and_all_get_the_same_answer(
    client: Client,
    person: tuple[UUID, UUID, str],
    monkeypatch: pytest.MonkeyPatch,
    mailbox: Mailbox,
) -> None:
    disabled = client().post("/v1/auth/password-reset", json={"email": person[2]})
    monkeypatch.setattr(settings(), "smtp_url", SecretStr(mailbox.url))

    answers = [
        client().post("/v1/auth/password-reset", json={"email": email})
        for email in (f"{uuid4().hex}@example.com", person[2])
    ]
    wait_until(lambda: mailbox.texts, 20)

    assert (disabled.status_code, disabled.json()["code"]) == (403, "reset_disabled")
    assert {answer.status_code for answer in answers} == {202}
    assert [set(answer.json()) for answer in answers] == [{"email"}] * 2
    (message,) = mailbox.texts
    token = message.partition("#reset=")[2].split()[0]
    body = {"token": token, "password": NEW}
    assert client().post("/v1/auth/password", json=body).json() == {"email": person[2]}


def test_a_person_sees_their_sessions_of_all_workspaces_and_ends_one_or_all(
    client: Client, person: tuple[UUID, UUID, str], owner: psycopg.Connection, sample: Sample
) -> None:
    workspace_id, user_id, email = person
    other_workspace = new_workspace(owner)
    add_member(owner, other_workspace, user_id, "viewer")
    here = client(sign_in(client(), email, workspace_id=str(workspace_id)).json()["access_token"])
    there = sign_in(client(), email, workspace_id=str(other_workspace)).json()
    third = sign_in(client(), email, workspace_id=str(workspace_id)).json()

    listed = here.get("/v1/sessions").json()["data"]
    foreign = client(sample.credentials["owner token"]).delete(f"/v1/sessions/{there['session_id']}")
    ended = here.delete(f"/v1/sessions/{there['session_id']}")
    again = here.delete(f"/v1/sessions/{there['session_id']}")

    assert {row["workspace_id"] for row in listed} == {str(workspace_id), str(other_workspace)}
    assert [row["is_current"] for row in listed].count(True) == 1
    assert (foreign.status_code, ended.status_code, again.status_code) == (404, 204, 404)
    assert client(there["access_token"]).get("/v1/me").status_code == 401
    assert client(third["access_token"]).get("/v1/me").status_code == 200
    assert here.delete("/v1/sessions").status_code == 204
    assert {here.get("/v1/me").status_code, client(third["access_token"]).get("/v1/me").status_code} == {401}


def test_a_person_enters_another_of_their_workspaces_without_a_password(
    client: Client, person: tuple[UUID, UUID, str], owner: psycopg.Connection
) -> None:
    other = new_workspace(owner)
    add_member(owner, other, person[1], "admin")
    foreign = new_workspace(owner)
    single = new_workspace(owner)
    add_member(owner, single, person[1], "admin")
    owner.execute("update app.workspace set sso_enforced = true where workspace_id = %s", (single,))
    api = client(sign_in(client(), person[2], workspace_id=str(person[0])).json()["access_token"])

    entered = api.post("/v1/sessions/switch", json={"workspace_id": str(other)}).json()
    refused = [
        api.post("/v1/sessions/switch", json={"workspace_id": str(workspace)}).json()["code"]
        for workspace in (foreign, single)
    ]

    assert client(entered["access_token"]).get("/v1/me").json()["role"] == "admin"
    assert refused == ["no_membership", "sso_required"]
