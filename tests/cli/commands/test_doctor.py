import socket
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from causeloop_pipeline.cli.doctor import State
from causeloop_pipeline.cli.doctor.check_dagster import _driver, _pulse
from causeloop_pipeline.cli.doctor.check_database import look_at_database
from causeloop_pipeline.cli.doctor.check_machine import look_at_machine
from causeloop_pipeline.cli.doctor.check_secrets import look_at_secrets
from causeloop_pipeline.settings import Settings, settings
from causeloop_pipeline.storage.app.connectors import create_connector
from causeloop_pipeline.storage.app.vault import Vault

OTHER_KEY = "b3RoZXIga2V5IG9mIGV4YWN0bHkgMzIgYnl0ZXMgISE="


def by_subject(findings):
    return {finding.about: finding for finding in findings}


def test_a_sound_database_has_no_fault(installation):
    found = by_subject(look_at_database(settings()))
    assert not [finding for finding in found.values() if finding.state is State.WRONG]
    assert found["migrations"].state is State.OK
    assert found["roles"].state is State.OK


def test_an_installation_that_was_never_started_is_told_how_to_start(tmp_path, monkeypatch):
    monkeypatch.setenv("CAUSELOOP_STATE_DIR", str(tmp_path))
    found = list(look_at_database(Settings()))
    assert [finding.state for finding in found] == [State.WRONG]
    assert "make run" in found[0].fix


def test_a_database_that_does_not_answer_is_said_to_be_out_of_reach(installation, monkeypatch):
    monkeypatch.setenv("CAUSELOOP_DATABASE_URL", "postgresql://causeloop_owner@127.0.0.1:1/causeloop")
    found = list(look_at_database(Settings()))
    assert "cannot be reached" in found[0].told


def test_a_url_of_the_wrong_role_is_noticed(installation, monkeypatch):
    monkeypatch.setenv("CAUSELOOP_API_DATABASE_URL", installation.owner_url)
    found = list(look_at_database(Settings()))
    assert found[0].about == "database as causeloop_api"
    assert "signs in as causeloop_owner" in found[0].told


def test_a_role_that_passes_by_row_level_security_is_wrong_and_the_statement_that_mends_it_is_given(
    installation,
):
    with psycopg.connect(installation.superuser_url, autocommit=True) as superuser:
        superuser.execute("alter role causeloop_api bypassrls")
        try:
            found = by_subject(look_at_database(settings()))["roles"]
            assert found.state is State.WRONG
            superuser.execute(found.fix)
        finally:
            superuser.execute("alter role causeloop_api nobypassrls")
    assert by_subject(look_at_database(settings()))["roles"].state is State.OK


def test_a_port_that_something_else_holds_is_wrong(tmp_path, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("CAUSELOOP_STATE_DIR", str(tmp_path))
        monkeypatch.setenv("CAUSELOOP_API_PORT", str(port))
        found = by_subject(look_at_machine(Settings()))
    assert found[f"port {port}"].state is State.WRONG
    assert "CAUSELOOP_API_PORT" in found[f"port {port}"].fix
    assert found["Prophet, 10 points"].state is State.OK
    assert found["time zones"].state is State.OK


def test_credentials_sealed_under_another_key_are_found(installation, database, workspace_id, monkeypatch):
    from uuid import uuid4

    with database.workspace(workspace_id) as session:
        create_connector(
            session,
            Vault.of(settings().required("secret_key")),
            workspace_id=workspace_id,
            connector_id=uuid4(),
            connector_type="pagerduty",
            display_name="Ours",
            config={},
            credentials={"api_token": "x"},
        )
    sound = by_subject(look_at_secrets(settings(), database_answers=True))
    assert sound["credentials"].state is State.OK
    monkeypatch.setenv("CAUSELOOP_SECRET_KEY", OTHER_KEY)
    found = by_subject(look_at_secrets(Settings(), database_answers=True))
    assert found["credentials"].state is State.WRONG
    assert "cannot be decrypted" in found["credentials"].told


@pytest.mark.parametrize(("key", "told"), [(None, "not set"), ("c2hvcnQ=", "not usable")])
def test_an_absent_or_short_key_is_wrong(tmp_path, monkeypatch, key, told):
    monkeypatch.setenv("CAUSELOOP_STATE_DIR", str(tmp_path))
    if key:
        monkeypatch.setenv("CAUSELOOP_SECRET_KEY", key)
    found = by_subject(look_at_secrets(Settings(), database_answers=False))
    assert found["secret key"].state is State.WRONG
    assert found["secret key"].told == told


@pytest.mark.parametrize(
    ("url", "scheme", "state"),
    [
        ("postgresql+psycopg2://u@h/dagster", None, State.OK),
        ("postgresql://u@h/dagster", "postgresql+psycopg2", State.OK),
        ("postgresql://u@h/dagster", None, State.WRONG),
        ("", None, State.WRONG),
    ],
)
def test_dagster_s_storage_must_use_psycopg2(tmp_path, url, scheme, state):
    assert _driver(tmp_path / "dagster.yaml", url, scheme).state is state


def test_a_daemon_is_alive_silent_or_doubled():
    now = datetime.now(UTC)
    assert _pulse(now, 1, "").state is State.OK
    assert _pulse(now.replace(tzinfo=None), 1, "").state is State.OK
    assert _pulse(now - timedelta(hours=1), 1, "").state is State.WARNING
    assert _pulse(now, 2, "").state is State.WRONG
