"""The network checks of doctor, and its check for stuck runs."""

import contextlib
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import dagster as dg
import psycopg
import pytest
import uvicorn
from dagster import DagsterInstance
from psycopg.types.json import Jsonb

from api.main import create_app
from causeloop_pipeline.cli.doctor import Finding, State
from causeloop_pipeline.cli.doctor.check_dagster import _check_runs
from causeloop_pipeline.cli.doctor.check_database import check_database
from causeloop_pipeline.cli.doctor.check_network import check_network
from causeloop_pipeline.orchestration.instance.own_runs import CODE_LOCATION
from causeloop_pipeline.settings import ROOT, Settings, settings
from causeloop_pipeline.storage.app.connectors import NewConnector, create_connector
from causeloop_pipeline.storage.app.vault import Vault
from causeloop_pipeline.storage.database.roles import DATABASE, SEARCH_OPERATOR
from causeloop_pipeline.storage.database.session import Database
from tests.api.oidc_issuer import running_issuer
from tests.conftest import Installation
from tests.orchestration.instance.code_locations import job_origin
from tests.support.fake_tool import Reply, fake_tool, in_turn


def findings(config: Settings) -> dict[str, Finding]:
    return {finding.about: finding for finding in check_network(config, has_database=True)}


@pytest.fixture(autouse=True)
def quiet(database: Database) -> None:
    """No connector, rule or message of earlier tests."""
    with database.every_workspace() as session:
        for table in ("notify.outbox", "notify.alert_rule", "app.connector", "raw.webhook_delivery"):
            session.execute(f"delete from {table}")


def settings_with(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(f"CAUSELOOP_{name}", value)
    return Settings()


@contextlib.contextmanager
def serving() -> Iterator[tuple[int, Any]]:
    """The API on a free port, in this process."""
    app = create_app()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the API did not start"
        time.sleep(0.01)
    yield port, app
    server.should_exit = True
    thread.join(timeout=10)


def test_without_an_identity_provider_there_is_nothing_to_reach(installation: Installation) -> None:
    assert findings(settings())["sign-in"].message == "by password only: no identity provider is set"


def test_an_issuer_without_an_audience_or_out_of_reach_is_wrong(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = findings(settings_with(monkeypatch, OIDC_ISSUER="http://127.0.0.1:1"))["sign-in"]
    dead = findings(settings_with(monkeypatch, OIDC_AUDIENCE="causeloop"))["sign-in"]

    assert (bare.state, bare.fix) == (State.WRONG, "set CAUSELOOP_OIDC_AUDIENCE")
    assert dead.state is State.WRONG
    assert "cannot be fetched" in dead.message


def test_the_issuers_keys_are_counted_and_the_age_of_the_running_apis_copy_is_given(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_issuer() as issuer, serving() as (port, app):
        setup = settings_with(
            monkeypatch, OIDC_ISSUER=issuer.url, OIDC_AUDIENCE="causeloop", API_PORT=str(port)
        )
        before = findings(setup)["sign-in"]
        app.state.issuer_keys.keys["k1"] = None
        app.state.issuer_keys.fetched_at = time.monotonic() - 7200
        after = findings(setup)["sign-in"]
    stopped = findings(setup)

    assert (before.state, before.message) == (
        State.OK,
        "RSA keys that the issuer publishes: 1; the API has not needed them yet",
    )
    assert after.message.endswith("the API cached them 120 minutes ago")
    assert stopped["sign-in"].state is State.WRONG


def test_webhooks_in_need_an_address_that_leads_to_this_api(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, database: Database, workspace_id: Any
) -> None:
    nobody = findings(settings_with(monkeypatch))["webhooks"]
    with database.workspace(workspace_id) as session:
        create_connector(
            session,
            Vault.of(settings().require("secret_key")),
            NewConnector(
                workspace_id=workspace_id,
                connector_id=uuid4(),
                connector_type="custom_api",
                display_name="Hooks",
                config={},
                credentials={},
            ),
        )
        session.execute("update app.connector set webhook_secrets = credentials")
        session.execute("update app.connector set webhook_secrets = 'sealed' where webhook_secrets is null")
    local = findings(settings_with(monkeypatch))["webhooks"]
    monkeypatch.setattr("causeloop_pipeline.cli.doctor.check_network.is_loopback", lambda _: False)
    with fake_tool(in_turn(Reply({"status": "ok"}), Reply({"status": "another program"}))) as tool:
        setup = settings_with(monkeypatch, PUBLIC_URL=tool.url)
        answering, other = (findings(setup)["webhooks"] for _ in range(2))

    assert (nobody.state, nobody.message) == (State.OK, "no connector uses them")
    assert local.state is State.WARNING
    assert "this machine only" in local.message
    assert answering.state is State.OK
    assert "whether vendors can reach it was not checked" in answering.message
    assert other.state is State.WRONG


def test_messages_that_fail_stay_unsent_or_have_no_mail_server_are_reported(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, database: Database, workspace_id: Any
) -> None:
    def queue(**values: Any) -> None:
        row = {
            "workspace_id": workspace_id,
            "channel": Jsonb({}),
            "body": Jsonb({}),
            "dedupe_key": uuid4().hex,
        }
        row |= values
        with database.workspace(workspace_id) as session:
            session.execute(
                f"insert into notify.outbox ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})",
                list(row.values()),
            )

    well = findings(settings_with(monkeypatch))["messages"]
    queue(attempts=2, error="the webhook at example.org answered 503")
    failing = findings(settings_with(monkeypatch))["messages"]
    queue(next_try_at="2020-01-01T00:00:00Z")
    unsent = findings(settings_with(monkeypatch))["messages"]
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into notify.alert_rule (workspace_id, name, probability_threshold, channels, created_by) "
            "values (%s, 'r', 0.7, %s, 'a test')",
            (workspace_id, Jsonb([{"type": "email", "to": "a@example.com"}])),
        )
    no_server = findings(settings_with(monkeypatch))["messages"]

    assert well.state is State.OK
    assert (failing.state, "answered 503" in failing.message) == (State.WARNING, True)
    assert (unsent.state, "due_messages" in unsent.fix) == (State.WRONG, True)
    assert (no_server.state, no_server.fix) == (State.WRONG, "set CAUSELOOP_SMTP_URL")


@dg.op
def idle() -> None:
    """Nothing."""


@dg.job
def waiting() -> None:
    idle()


@pytest.fixture
def stored(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DagsterInstance]:
    """Dagster's own tables, in its own database, without any run."""
    storage = installation.dagster_url.replace("postgresql://", "postgresql+psycopg2://", 1)
    monkeypatch.setenv("CAUSELOOP_DAGSTER_STORAGE_URL", storage)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    shutil.copy(ROOT / "deploy" / "dagster.yaml", tmp_path / "dagster.yaml")
    with DagsterInstance.get() as instance:
        instance.wipe()
        yield instance


def test_stuck_runs_are_named(stored: DagsterInstance, installation: Installation) -> None:
    def age(run: dg.DagsterRun, hours: int) -> None:
        with psycopg.connect(installation.dagster_url) as connection:
            connection.execute(
                "update runs set create_timestamp = create_timestamp - make_interval(hours => %s), "
                "start_time = extract(epoch from now()) - %s * 3600 where run_id = %s",
                (hours, hours, run.run_id),
            )

    def create(status: dg.DagsterRunStatus, location: str = CODE_LOCATION) -> dg.DagsterRun:
        origin = job_origin(waiting.name, location)
        return stored.create_run_for_job(waiting, status=status, remote_job_origin=origin)

    age(create(dg.DagsterRunStatus.STARTED, location="another team's"), 3)
    none = _check_runs(settings())
    queued = create(dg.DagsterRunStatus.NOT_STARTED)
    fresh = _check_runs(settings())
    age(queued, 1)
    late = _check_runs(settings())
    started = create(dg.DagsterRunStatus.STARTED)
    age(started, 3)
    stuck = _check_runs(settings())
    stored.wipe()

    assert (none.state, fresh.state) == (State.OK, State.OK)
    assert (late.state, queued.run_id in late.message) == (State.WARNING, True)
    assert stuck.state is State.WRONG
    assert started.run_id in stuck.fix


def test_whether_searches_use_their_index_is_reported_with_the_statement_that_lets_them(
    installation: Installation,
) -> None:
    def search() -> Finding:
        return next(finding for finding in check_database(settings()) if finding.about == "full-text search")

    with psycopg.connect(installation.server.url(DATABASE), autocommit=True) as superuser:
        superuser.execute(f"alter function {SEARCH_OPERATOR} not leakproof")
        without = search()
        superuser.execute(without.fix.split(": ", 1)[1])

    assert without.state is State.WARNING
    assert search().state is State.OK
