"""`causeloop status` shows on one screen whether an installation works, and says so by its exit code."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from typer.testing import CliRunner

from causeloop_pipeline.cli import app
from causeloop_pipeline.cli.doctor import State
from causeloop_pipeline.cli.status.dagster_figures import DagsterFigures, read_dagster_figures
from causeloop_pipeline.cli.status.exposition import format_exposition
from causeloop_pipeline.cli.status.findings import Status, find_problems
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.connectors import NewConnector, create_connector
from causeloop_pipeline.storage.health.product_figures import ProductFigures, read_product_figures
from causeloop_pipeline.storage.secrets.key_ring import open_vault
from tests.conftest import Installation, new_workspace
from tests.storage.own_installation import OwnInstallation, own_installation

SOUND = ProductFigures(
    workspaces=3,
    failed_workspaces=0,
    connectors=8,
    failing_connectors=(),
    silent_connectors=(),
    pending_records=2,
    oldest_pending_seconds=12.0,
    undelivered_messages=1,
    oldest_message_seconds=3.0,
    quarantined_in_a_day=0,
    given_up_in_a_day=0,
    graded_predictions=1_200,
    predicted_share=0.41,
    occurred_share=0.39,
    fixes_held=12,
    fixes_back=1,
    database_bytes=120_000_000,
    connections=20,
    max_connections=200,
)
DAGSTER = DagsterFigures(5.0, 1, 0, 0.0, 30.0, 2.0, None, 80, 0, 0, 1_790_000_000.0)
WORKING = Status(True, SOUND, DAGSTER)


@pytest.fixture(scope="module")
def own(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnInstallation]:
    with own_installation(installation, tmp_path_factory.mktemp("own")) as made:
        yield made


def states(status: Status) -> dict[str, State]:
    return {finding.about: finding.state for finding in find_problems(status)}


def test_nothing_is_wrong_with_an_installation_that_works() -> None:
    assert set(states(WORKING).values()) == {State.OK}


@pytest.mark.parametrize(
    ("subject", "state", "product", "dagster"),
    [
        ("connectors", State.WARNING, {"failing_connectors": ("acme/main Pager",)}, {}),
        ("silence", State.WRONG, {"silent_connectors": ("acme/main Pager",)}, {}),
        ("lag", State.WRONG, {"oldest_pending_seconds": 1_000.0}, {}),
        ("quarantine", State.WARNING, {"quarantined_in_a_day": 1}, {}),
        ("messages", State.WARNING, {"oldest_message_seconds": 1_000.0}, {}),
        ("messages", State.WARNING, {"given_up_in_a_day": 1}, {}),
        ("calibration", State.WARNING, {"occurred_share": 0.2}, {}),
        ("fixes", State.WARNING, {"fixes_back": 4}, {}),
        ("database", State.WARNING, {"connections": 190}, {}),
        ("database", State.WARNING, {"failed_workspaces": 1}, {}),
        ("daemon", State.WRONG, {}, {"heartbeat_age_seconds": 500.0}),
        ("daemon", State.WRONG, {}, {"heartbeat_age_seconds": None}),
        ("runs", State.WARNING, {}, {"failed_in_a_day": 2}),
        ("runs", State.WRONG, {}, {"queued": 1, "longest_queued_seconds": 2_000.0}),
        ("progress", State.WRONG, {}, {"silent_run": "r1 (grouping)", "longest_silent_seconds": 2_000.0}),
        ("slots", State.WRONG, {}, {"slots_of_ended_runs": 1}),
    ],
)
def test_each_thing_that_goes_wrong_is_named_with_what_to_do(
    subject: str, state: State, product: dict[str, Any], dagster: dict[str, Any]
) -> None:
    status = Status(True, replace(SOUND, **product), replace(DAGSTER, **dagster))

    [finding] = [entry for entry in find_problems(status) if entry.state is not State.OK]

    assert (finding.about, finding.state) == (subject, state)
    assert finding.fix


def test_an_api_that_does_not_answer_and_a_daemon_that_never_ran_are_wrong() -> None:
    assert states(replace(WORKING, is_api_up=False))["API"] is State.WRONG
    assert states(replace(WORKING, dagster=None))["daemon"] is State.WRONG


def test_too_few_graded_predictions_tell_nothing_about_calibration() -> None:
    few = replace(SOUND, graded_predictions=20, occurred_share=0.9)

    assert states(replace(WORKING, product=few))["calibration"] is State.OK


def test_figures_are_those_of_the_database(own: OwnInstallation) -> None:
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        workspace_id = new_workspace(owner)
    connector_ids = [uuid4() for _ in range(3)]
    with own.database.workspace(workspace_id) as session:
        for number, connector_id in enumerate(connector_ids):
            new = NewConnector(
                workspace_id=workspace_id,
                connector_id=connector_id,
                connector_type="pagerduty",
                display_name=f"Pager {number}",
                config={},
                credentials={"api_token": "t"},
            )
            create_connector(session, open_vault(), new)
        failing, silent, _ = connector_ids
        session.execute("update app.connector set status = 'error' where connector_id = %s", (failing,))
        ages = {"at": datetime.now(UTC) - timedelta(days=1), "id": silent}
        session.execute(
            "update app.connector set created_at = %(at)s, next_poll_at = %(at)s where connector_id = %(id)s",
            ages,
        )
        session.execute(
            "insert into raw.record (workspace_id, record_id, source, external_id, channel, payload, "
            "payload_hash) values (%(w)s, %(r)s, 'custom_api', '1', 'ingest', '{}', 'h')",
            {"w": workspace_id, "r": silent},
        )
        session.execute(
            "insert into raw.pending_record (workspace_id, record_id, source, arrived_at) "
            "values (%s, %s, 'custom_api', now() - interval '1 hour')",
            (workspace_id, silent),
        )

    with own.database.every_workspace() as session:
        figures = read_product_figures(session)

    assert (figures.connectors, figures.pending_records) == (3, 1)
    assert 3_500 < figures.oldest_pending_seconds < 3_800
    assert [name.split(" ", 1)[1] for name in figures.failing_connectors] == ["Pager 0"]
    assert [name.split(" ", 1)[1] for name in figures.silent_connectors] == ["Pager 1"]
    assert figures.database_bytes > 1_000_000


def test_one_screen_one_line_of_json_for_each_subject_and_the_exit_code(own: OwnInstallation) -> None:
    wide = CliRunner(env={"COLUMNS": "160"})
    screen, lines = (wide.invoke(app, ["status", *options]) for options in ([], ["--json"]))

    assert (screen.exit_code, lines.exit_code) == (1, 1)
    subjects = [json.loads(line)["subject"] for line in lines.stdout.splitlines()]
    assert subjects[:3] == ["API", "daemon", "connectors"]
    assert len(screen.stdout.splitlines()) < 30
    assert "causeloop up" in screen.stdout


def test_a_database_that_is_away_is_another_exit_code(
    own: OwnInstallation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAUSELOOP_PIPELINE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    settings.cache_clear()
    try:
        assert CliRunner().invoke(app, ["status"]).exit_code == 4
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_dagster_without_tables_has_no_figures_yet(own: OwnInstallation) -> None:
    assert read_dagster_figures(own.dagster_url) is None


def test_no_metric_names_a_tenant() -> None:
    named = replace(SOUND, failing_connectors=("acme/main Pager",), silent_connectors=("acme/main Pager",))

    text = format_exposition(replace(WORKING, product=named))

    assert "causeloop_failing_connectors 1.0" in text
    assert "acme" not in text
