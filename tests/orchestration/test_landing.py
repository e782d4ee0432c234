"""`landing/<tool>` against a real HTTP server on loopback, two tenants in row run."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import dagster as dg
import psycopg
import pytest
from dagster import DagsterInstance

from causeloop_pipeline.cli.doctor import State
from causeloop_pipeline.cli.doctor.check_connectors import check_connectors
from causeloop_pipeline.orchestration.asset_selection import landing_key
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.storage.app.connectors import NewConnector, create_connector
from causeloop_pipeline.storage.database.session import Database
from tests.orchestration.conftest import Run
from tests.orchestration.partitions import name_partitions
from tests.support.fake_tool import FakeTool, ReceivedRequest, Reply, fake_tool
from tests.support.normalizing import land_records, record

SECRET = "planted-token-5f2c"
YESTERDAY = datetime.now(UTC) - timedelta(days=1)
TICKET = {
    "id": "T-1",
    "title": "Export job died",
    "updated_at": YESTERDAY.isoformat(),
    "created_at": (YESTERDAY - timedelta(hours=1)).isoformat(),
}
FIELDS = {"title": "title", "source_created_at": "created_at", "source_updated_at": "updated_at"}


def answer(request: ReceivedRequest) -> Reply:
    """Opens to the planted token only."""
    if request.headers.get("authorization", request.headers.get("Authorization")) != f"Bearer {SECRET}":
        return Reply({"message": "bad token"}, status=401)
    return Reply({"items": [TICKET]})


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTool]:
    with fake_tool(answer) as running:
        monkeypatch.setenv("CAUSELOOP_EGRESS_ALLOW", f"127.0.0.1:{running.port}")
        settings.cache_clear()
        yield running
    monkeypatch.undo()
    settings.cache_clear()


def connect(resources: Resources, workspace_id: UUID, url: str, token: str) -> UUID:
    connector_id = uuid4()
    with resources.database.workspace(workspace_id) as session:
        create_connector(
            session,
            resources.vault,
            NewConnector(
                workspace_id=workspace_id,
                connector_id=connector_id,
                connector_type="custom_api",
                display_name="Ticket desk",
                config={
                    "base_url": url,
                    "path": "/tickets",
                    "auth": "bearer",
                    "records": "items",
                    "fields": FIELDS,
                },
                credentials={"token": token},
            ),
        )
    return connector_id


def connector(database: Database, workspace_id: UUID) -> dict[str, object]:
    with database.workspace(workspace_id) as session:
        row = session.row(
            "select status, status_reason, next_poll_at > now() as later "
            "from app.connector where workspace_id = %s",
            (workspace_id,),
        )
    assert row is not None
    return row


def syncs(database: Database, workspace_id: UUID) -> list[dict[str, object]]:
    with database.workspace(workspace_id) as session:
        return session.rows(
            "select status, pages, rows_new, error from app.sync_run where workspace_id = %s", (workspace_id,)
        )


def everything_visible(result: dg.ExecuteInProcessResult) -> str:
    run = result.dagster_run
    return "\n".join([str(run.tags), str(run.run_config), *(str(event) for event in result.all_events)])


def test_a_poll_lands_what_the_tool_holds_and_a_refused_one_stops_nobody(
    run: Run,
    resources: Resources,
    database: Database,
    tool: FakeTool,
    workspace_id: UUID,
    other_workspace_id: UUID,
    capfd: pytest.CaptureFixture[str],
) -> None:
    connect(resources, workspace_id, tool.url, SECRET)
    connect(resources, other_workspace_id, tool.url, "expired-token-77aa")

    result = run([workspace_id, other_workspace_id], first=["landing", "custom_api"])

    assert result.success
    assert connector(database, workspace_id) == {"status": "active", "status_reason": None, "later": True}
    assert syncs(database, workspace_id) == [
        {"status": "succeeded", "pages": 1, "rows_new": 1, "error": None}
    ]
    refused = connector(database, other_workspace_id)
    assert refused["status"] == "error"
    assert refused["status_reason"]
    assert syncs(database, other_workspace_id)[0]["status"] == "failed"
    with database.workspace(workspace_id) as session:
        title = "select title from core.issue where workspace_id = %s"
        assert session.rows(title, (workspace_id,)) == [{"title": "Export job died"}]
    output = everything_visible(result) + "".join(capfd.readouterr())
    assert SECRET not in output
    assert "expired-token-77aa" not in output


def test_credentials_that_cannot_be_decrypted_silence_their_own_connector_only(
    run: Run,
    resources: Resources,
    database: Database,
    owner: psycopg.Connection,
    tool: FakeTool,
    workspace_id: UUID,
    other_workspace_id: UUID,
) -> None:
    connect(resources, workspace_id, tool.url, SECRET)
    connect(resources, other_workspace_id, tool.url, SECRET)
    with database.workspace(other_workspace_id) as session:
        session.execute(
            "update app.connector "
            "set credentials = set_byte(credentials, 20, 255 - get_byte(credentials, 20)) "
            "where workspace_id = %s",
            (other_workspace_id,),
        )

    result = run([workspace_id, other_workspace_id], first=["landing", "custom_api"])

    assert result.success
    assert syncs(database, workspace_id)[0]["status"] == "succeeded"
    silenced = connector(database, other_workspace_id)
    assert silenced["status"] == "error"
    assert "decrypted" in str(silenced["status_reason"])


def test_a_second_poll_of_the_same_records_lands_nothing_new(
    run: Run, resources: Resources, database: Database, tool: FakeTool, workspace_id: UUID
) -> None:
    connect(resources, workspace_id, tool.url, SECRET)
    run([workspace_id], first=["landing", "custom_api"])
    with database.workspace(workspace_id) as session:
        session.execute(
            "update app.connector set next_poll_at = now() where workspace_id = %s", (workspace_id,)
        )

    run([workspace_id], first=["landing", "custom_api"])

    assert sorted(str(row["rows_new"]) for row in syncs(database, workspace_id)) == ["0", "1"]
    with database.workspace(workspace_id) as session:
        assert session.row(
            "select count(*) as n from raw.record where workspace_id = %s", (workspace_id,)
        ) == {"n": 1}


def test_a_tool_that_asks_to_be_left_alone_is_polled_after_that_wait(
    run: Run, resources: Resources, database: Database, tool: FakeTool, workspace_id: UUID
) -> None:
    tool.script[0] = lambda _: Reply({}, 429, {"Retry-After": "7200"})
    connect(resources, workspace_id, tool.url, SECRET)

    run([workspace_id], first=["landing", "custom_api"])

    with database.workspace(workspace_id) as session:
        row = session.row(
            "select status, next_poll_at > now() + interval '110 minutes' as long_after, "
            "next_poll_at < now() + interval '121 minutes' as not_longer from app.connector"
        )
    assert row == {"status": "active", "long_after": True, "not_longer": True}


def answers_check(result: dg.ExecuteInProcessResult) -> dg.AssetCheckEvaluation:
    key = dg.AssetCheckKey(landing_key("custom_api"), "connectors_answer")
    [evaluation] = [check for check in result.get_asset_check_evaluations() if check.asset_check_key == key]
    return evaluation


def test_whether_a_tool_s_connectors_answer_can_be_checked_by_itself_for_all_workspaces(
    definitions: dg.Definitions, instance: DagsterInstance
) -> None:
    key = dg.AssetCheckKey(landing_key("custom_api"), "connectors_answer")
    job = dg.define_asset_job("check", dg.AssetSelection.checks(key))
    resolved = dg.Definitions.merge(definitions, dg.Definitions(jobs=[job])).resolve_job_def("check")

    result = resolved.execute_in_process(instance=instance)

    assert result.success
    assert [check.asset_check_key for check in result.get_asset_check_evaluations()] == [key]
    assert result.get_asset_materialization_events() == []


def add_record_of_another_tool(database: Database, workspace_id: UUID) -> None:
    land_records(database, workspace_id, record({"external_id": "G-1", "title": "Disk full"}, "github"))


def read_row_count(result: dg.ExecuteInProcessResult) -> object:
    (materialized,) = result.asset_materializations_for_node("landing")
    return materialized.metadata["dagster/row_count"].value


def count_records_of(database: Database, source: str) -> object:
    with database.every_workspace() as session:
        row = session.row("select count(*) as records from raw.record where source = %s", (source,))
    return row and row["records"]


def test_a_tool_that_fails_warns_on_its_asset_marks_the_run_and_is_wrong_for_the_doctor(
    run: Run,
    resources: Resources,
    instance: DagsterInstance,
    database: Database,
    tool: FakeTool,
    workspace_id: UUID,
    other_workspace_id: UUID,
) -> None:
    with database.every_workspace() as session:
        session.execute("update app.connector set status = 'paused'")
    landing = [landing_key("custom_api")]
    connect(resources, workspace_id, tool.url, SECRET)
    add_record_of_another_tool(database, workspace_id)
    good = run([workspace_id], first=["landing", "custom_api"], asset_selection=landing)
    assert read_row_count(good) == count_records_of(database, "custom_api")
    assert answers_check(good).passed
    assert {finding.about: finding.state for finding in check_connectors(settings())}[
        "connectors"
    ] is State.OK
    connect(resources, other_workspace_id, tool.url, "expired")

    bad = run([workspace_id, other_workspace_id], first=["landing", "custom_api"], asset_selection=landing)
    later = run([workspace_id], first=["landing", "custom_api"], asset_selection=landing)

    for result in (bad, later):
        check = answers_check(result)
        assert not check.passed
        assert check.severity is dg.AssetCheckSeverity.WARN
        assert check.metadata["failing connectors"].value == 1
        assert str(check.description).startswith("Ticket desk of org-")
        stored = instance.get_run_by_id(result.run_id)
        assert stored is not None
        assert stored.tags["causeloop/connectors_of_custom_api_fail"] == "1"
    finding = next(check_connectors(settings()))
    assert finding.state is State.WRONG
    assert finding.message.startswith("1 of 2 have stopped: Ticket desk of org-")


def test_an_operator_can_poll_what_is_not_due_and_the_log_says_what_each_poll_gave(
    run: Run,
    resources: Resources,
    database: Database,
    tool: FakeTool,
    workspace_id: UUID,
    capfd: pytest.CaptureFixture[str],
) -> None:
    connect(resources, workspace_id, tool.url, SECRET)
    forced = {"ops": {"landing": {"config": {"poll_now": True}}}}
    for config in ({}, {}, forced):
        run(
            [workspace_id],
            first=["landing", "custom_api"],
            asset_selection=[landing_key("custom_api")],
            run_config=config,
        )

    assert len(syncs(database, workspace_id)) == 2
    output = capfd.readouterr().err
    [name] = name_partitions(database, workspace_id)
    assert f"{name}: pages 1, read 1, new 1" in output
