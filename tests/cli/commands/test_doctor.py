import json
import shutil
import socket
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from causeloop_pipeline.cli.doctor import State
from causeloop_pipeline.cli.doctor.check_dagster import (
    _check_driver,
    _check_heartbeat,
    _check_storage,
    check_restarts,
)
from causeloop_pipeline.cli.doctor.check_database import check_database
from causeloop_pipeline.cli.doctor.check_machine import check_machine
from causeloop_pipeline.cli.doctor.check_secrets import check_secrets
from causeloop_pipeline.settings import DEPLOY_DIR, Settings, settings
from causeloop_pipeline.storage.app.connectors import NewConnector, create_connector
from causeloop_pipeline.storage.app.vault import Vault
from causeloop_pipeline.storage.database import sql_functions

OTHER_KEY = "b3RoZXIga2V5IG9mIGV4YWN0bHkgMzIgYnl0ZXMgISE="  # pragma: allowlist secret


def by_subject(findings):
    return {finding.about: finding for finding in findings}


def test_a_sound_database_has_no_fault(installation):
    results = by_subject(check_database(settings()))
    assert not [finding for finding in results.values() if finding.state is State.WRONG]
    assert results["migrations"].state is State.OK
    assert results["roles"].state is State.OK


def test_a_database_with_functions_of_another_version_is_to_be_migrated(installation, monkeypatch, tmp_path):
    monkeypatch.setattr(sql_functions, "FUNCTIONS", tmp_path)
    migrations = by_subject(check_database(settings()))["migrations"]
    assert migrations.state is State.WRONG
    assert "its functions are not this code's" in migrations.message


def test_an_installation_that_was_never_started_reports_how_to_start(tmp_path, monkeypatch):
    monkeypatch.setenv("CAUSELOOP_STATE_DIR", str(tmp_path))
    results = list(check_database(Settings()))
    assert [finding.state for finding in results] == [State.WRONG]
    assert "causeloop up" in results[0].fix


def test_a_database_that_does_not_answer_is_reported_as_unreachable(installation, monkeypatch):
    monkeypatch.setenv("CAUSELOOP_DATABASE_URL", "postgresql://causeloop_owner@127.0.0.1:1/causeloop")
    results = list(check_database(Settings()))
    assert "cannot be reached" in results[0].message


def test_a_url_of_the_wrong_role_is_noticed(installation, monkeypatch):
    monkeypatch.setenv("CAUSELOOP_API_DATABASE_URL", installation.owner_url)
    results = list(check_database(Settings()))
    assert results[0].about == "database as causeloop_api"
    assert "signs in as causeloop_owner" in results[0].message


@pytest.mark.parametrize(
    ("setting", "url", "state", "message"),
    [
        ("dbt_database_url", "pipeline_url", State.OK, "leads to the same database"),
        ("dbt_database_url", "api_url", State.WRONG, "signs in as causeloop_api"),
        ("api_replica_database_url", "api_url", State.WARNING, "leads to the primary"),
        ("api_replica_database_url", "nowhere", State.WRONG, "cannot be reached"),
    ],
)
def test_the_replica_and_the_database_of_dbt_are_checked_where_they_are_set(
    installation, monkeypatch, setting, url, state, message
):
    nowhere = "postgresql://causeloop_api@127.0.0.1:1/causeloop"
    monkeypatch.setenv(f"CAUSELOOP_{setting.upper()}", getattr(installation, url, nowhere))

    matching = [finding for finding in check_database(Settings()) if message in finding.message]

    assert [finding.state for finding in matching] == [state]


def test_a_url_of_dbt_that_leads_elsewhere_is_wrong(installation, monkeypatch):
    elsewhere = f"{installation.pipeline_url.rsplit('/', 1)[0]}/elsewhere"
    with psycopg.connect(installation.superuser_url, autocommit=True) as superuser:
        superuser.execute("create database elsewhere")
        try:
            monkeypatch.setenv("CAUSELOOP_DBT_DATABASE_URL", elsewhere)
            finding = by_subject(check_database(Settings()))["database by dbt_database_url"]
        finally:
            superuser.execute("drop database elsewhere with (force)")

    assert finding.state is State.WRONG
    assert "another database (elsewhere)" in finding.message


def test_a_role_that_bypasses_row_level_security_is_wrong_and_the_fix_is_a_statement(
    installation,
):
    with psycopg.connect(installation.superuser_url, autocommit=True) as superuser:
        superuser.execute("alter role causeloop_api bypassrls")
        try:
            results = by_subject(check_database(settings()))["roles"]
            assert results.state is State.WRONG
            superuser.execute(results.fix)
        finally:
            superuser.execute("alter role causeloop_api nobypassrls")
    assert by_subject(check_database(settings()))["roles"].state is State.OK


def test_a_port_that_something_else_holds_is_wrong(tmp_path, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("CAUSELOOP_STATE_DIR", str(tmp_path))
        monkeypatch.setenv("CAUSELOOP_API_PORT", str(port))
        results = by_subject(check_machine(Settings()))
    assert results[f"port {port}"].state is State.WRONG
    assert "CAUSELOOP_API_PORT" in results[f"port {port}"].fix
    assert results["Prophet, 10 points"].state is State.OK
    assert results["time zones"].state is State.OK


def test_credentials_sealed_under_another_key_are_found(installation, database, workspace_id, monkeypatch):
    from uuid import uuid4

    with database.every_workspace() as session:  # other tests leave connectors that cannot be read
        session.execute("delete from app.connector")
    with database.workspace(workspace_id) as session:
        create_connector(
            session,
            Vault.of(settings().require("secret_key")),
            NewConnector(
                workspace_id=workspace_id,
                connector_id=uuid4(),
                connector_type="pagerduty",
                display_name="Ours",
                config={},
                credentials={"api_token": "x"},
            ),
        )
    sound = by_subject(check_secrets(settings(), has_database=True))
    assert sound["credentials"].state is State.OK
    monkeypatch.setenv("CAUSELOOP_SECRET_KEY", OTHER_KEY)
    results = by_subject(check_secrets(Settings(), has_database=True))
    assert results["credentials"].state is State.WRONG
    assert "cannot be decrypted" in results["credentials"].message


@pytest.mark.parametrize(("key", "message"), [(None, "not set"), ("c2hvcnQ=", "not usable")])
def test_an_absent_or_short_key_is_wrong(tmp_path, monkeypatch, key, message):
    monkeypatch.setenv("CAUSELOOP_STATE_DIR", str(tmp_path))
    if key:
        monkeypatch.setenv("CAUSELOOP_SECRET_KEY", key)
    results = by_subject(check_secrets(Settings(), has_database=False))
    assert results["secret key"].state is State.WRONG
    assert results["secret key"].message == message


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
    assert _check_driver(tmp_path / "dagster.yaml", url, scheme).state is state


def test_dagster_s_configuration_as_it_is_delivered_is_sound(tmp_path):
    (tmp_path / "dagster").mkdir()
    shutil.copy(DEPLOY_DIR / "dagster.yaml", tmp_path / "dagster")
    config = Settings(state_dir=tmp_path, dagster_database_url="postgresql://u@h/dagster")
    assert _check_storage(config).state is State.OK


def test_a_daemon_is_alive_silent_or_doubled():
    now = datetime.now(UTC)
    assert _check_heartbeat(now, 1, "").state is State.OK
    assert _check_heartbeat(now.replace(tzinfo=None), 1, "").state is State.OK
    assert _check_heartbeat(now - timedelta(hours=1), 1, "").state is State.WARNING
    assert _check_heartbeat(now, 2, "").state is State.WRONG


@pytest.mark.parametrize(
    ("recent", "old", "state"), [(0, 9, State.OK), (1, 0, State.WARNING), (5, 0, State.WRONG)]
)
def test_servers_that_keep_on_ending_are_reported_with_their_logs(tmp_path, recent, old, state):
    now = datetime.now(UTC)
    times = [now - timedelta(days=1)] * old + [now - timedelta(minutes=1)] * recent
    (tmp_path / "restarts.json").write_text(json.dumps({"api": [at.isoformat() for at in times], "code": []}))

    finding = check_restarts(Settings(state_dir=tmp_path))

    assert finding.state is state
    assert ("api" in finding.message) == (recent > 0)
    assert (str(tmp_path / "logs") in finding.fix) == (recent > 0)


def test_servers_that_never_ended_are_fine(tmp_path):
    assert check_restarts(Settings(state_dir=tmp_path)).state is State.OK
