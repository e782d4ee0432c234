"""`make run` brings up everything, survives being killed, finds planted causes, keeps secrets, ends."""

import base64
import hashlib
import hmac
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import psycopg
import pytest

from bench.installation import (
    RunningInstallation,
    copy_event,
    find_grouped_issue,
    post_signed_event,
    wait_until,
    wait_until_evaluated,
    wait_until_grouped,
)
from causeloop_pipeline.analysis.evaluation.grouping_metrics import pair_scores
from causeloop_pipeline.cli.private_folders import protect_state
from causeloop_pipeline.cli.processes import is_listening, read_start_time
from causeloop_pipeline.demo.accounts import list_accounts
from causeloop_pipeline.demo.causes import ERROR_TRACKER, read_demo_workspaces
from causeloop_pipeline.demo.error_groups import list_counted_errors
from causeloop_pipeline.demo.server import load_epoch
from causeloop_pipeline.demo.story import map_landed_causes
from causeloop_pipeline.storage.embedded.postgres_server import remove_server
from tests.storage.prepared_installation import copy_prepared
from tests.support.fake_tool import FakeTool, Reply, fake_tool, in_turn

pytestmark = [pytest.mark.timeout(900), pytest.mark.database]
DAGSTER_TEXTS = """
select string_agg(format(
    'select %L as place, %I::text as text from public.%I',
    table_name || '.' || column_name, column_name, table_name
), ' union all ')
from information_schema.columns
where table_schema = 'public' and data_type in ('text', 'character varying', 'json', 'jsonb')
"""


@pytest.fixture(scope="module")
def receiver() -> Iterator[FakeTool]:
    """A program that takes every alert."""
    with fake_tool(in_turn(Reply({}))) as tool:
        yield tool


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, receiver: FakeTool) -> Iterator[RunningInstallation]:
    """A prepared installation whose first start was killed in the middle of its work."""
    allowed = {"CAUSELOOP_EGRESS_ALLOW": f"127.0.0.1:{receiver.port}"}
    running = RunningInstallation(tmp_path_factory.mktemp("up"), environment=allowed)
    protect_state(running.state_dir)
    copy_prepared(tmp_path_factory, running.state_dir)
    running.start()
    running.await_line("issues")
    running.end(signal.SIGKILL)
    running.start()
    running.await_line("Dagster UI")
    yield running
    if running.process is not None and running.process.poll() is None:
        running.end()
    remove_server(running.state_dir / "postgres")


COLUMNS = ("workspace", "source", "external_id", "group")


def issues_of(running: RunningInstallation) -> pl.DataFrame:
    with psycopg.connect(running.urls["pipeline_database_url"]) as connection:
        connection.execute(
            "select set_config('causeloop.scope', "
            "(select array_agg(workspace_id)::text from app.workspace), true)"
        )
        rows = connection.execute(
            "select w.slug, i.source, i.external_id, coalesce(i.pattern_id, i.issue_id)::text, i.fired_at "
            "from core.issue as i join app.workspace as w using (workspace_id)"
        ).fetchall()
    return pl.DataFrame(rows, schema=[*COLUMNS, "fired_at"], orient="row", infer_schema_length=None)


def messages_of(running: RunningInstallation, rule_id: str) -> list[tuple[str, int]]:
    """The id of each message of a rule, and how often it was delivered or tried."""
    with psycopg.connect(running.urls["pipeline_database_url"]) as connection:
        connection.execute(
            "select set_config('causeloop.scope', "
            "(select array_agg(workspace_id)::text from app.workspace), true)"
        )
        return connection.execute(
            "select message_id::text, attempts from notify.outbox where alert_rule_id = %s", (rule_id,)
        ).fetchall()


def test_a_killed_start_is_followed_by_one_that_shows_ranked_recommendations(
    running: RunningInstallation,
) -> None:
    assert "stopped" in running.read_output()
    assert "northwind/payments: the first 5 of" in running.read_output()
    assert f"http://127.0.0.1:{running.ports['API']}" in running.read_output()


def map_planted_causes(workspace: str, epoch: date) -> dict[tuple[str, str], str | None]:
    """(source, external id) → cause of each failure until now, and of the groups of the error tracker."""
    now = datetime.now(UTC)
    groups = {
        (ERROR_TRACKER, errors.external_id): errors.group.key
        for errors in list_counted_errors(workspace, epoch, now)
    }
    return groups | map_landed_causes(workspace, epoch, now)


def test_nothing_was_lost_or_doubled_by_the_kill(running: RunningInstallation) -> None:
    issues = issues_of(running)
    epoch = load_epoch(running.state_dir, datetime.now(UTC).date())

    for workspace in read_demo_workspaces():
        planted = set(map_planted_causes(workspace, epoch))
        of_workspace = issues.filter(pl.col("workspace") == workspace)
        assert not of_workspace.select("source", "external_id", "fired_at").is_duplicated().any()
        stored = set(of_workspace.select("source", "external_id").iter_rows())
        assert len(stored ^ planted) <= len(planted) // 200, "apart from failures since the last poll"


def test_a_drill_passes_and_leaves_nothing_behind(running: RunningInstallation) -> None:
    drill = subprocess.run(
        [sys.executable, "-m", "causeloop_pipeline.cli", "drill", "--timeout", "400"],
        env=running.variables,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    assert drill.returncode == 0, drill.stderr
    assert [line for line in drill.stderr.splitlines() if line.startswith("alert: fires for 1 pattern")]
    with psycopg.connect(running.urls["pipeline_database_url"]) as connection:
        assert connection.execute(
            "select count(*) from app.workspace where starts_with(slug, 'causeloop-drill')"
        ).fetchone() == (0,)


@pytest.mark.parametrize("workspace", sorted(read_demo_workspaces()))
def test_the_planted_causes_are_found(running: RunningInstallation, workspace: str) -> None:
    epoch = load_epoch(running.state_dir, datetime.now(UTC).date())
    planted = map_planted_causes(workspace, epoch)
    issues = issues_of(running).filter(pl.col("workspace") == workspace)
    labels = [
        planted.get((source, external)) or f"alone {source} {external}"
        for source, external in issues.select("source", "external_id").iter_rows()
    ]

    assert pair_scores(issues["group"], pl.Series(labels))["f1"] >= 0.9


def test_the_first_look_at_accuracy_shows_a_backtest_of_the_history(running: RunningInstallation) -> None:
    with running.client("payments") as client:
        accuracy = client.get("/v1/predictions/accuracy").json()

    assert accuracy["graded"] == 0
    assert accuracy["backtest"]["predictions"] >= 500
    assert accuracy["backtest"]["skill"] > 0


def test_a_signed_webhook_becomes_an_issue_with_a_pattern(running: RunningInstallation) -> None:
    with running.client("storefront") as client:
        (connector,) = [
            c for c in client.get("/v1/connectors?limit=100").json()["data"] if c["type"] == "custom_api"
        ]
        like = find_grouped_issue(client)
        (secret,) = [
            a.token for a in list_accounts("") if (a.workspace, a.tool) == ("storefront", "custom_api")
        ]

        post_signed_event(client, connector["id"], f"{secret}-webhook", copy_event(like, "hook-1"))
        grouped = list(wait_until_grouped(client, "hook-1", 90))

    assert [issue["pattern_id"] for issue in grouped] == [like["pattern_id"]]


def test_an_alert_rule_made_through_the_api_becomes_one_signed_message(
    running: RunningInstallation, receiver: FakeTool
) -> None:
    with running.client("storefront") as client:
        likeliest = client.get("/v1/predictions?window_days=7&limit=1").json()["data"][0]
        made = client.post(
            "/v1/alert-rules",
            json={
                "name": "likely again",
                "scope": {"pattern_id": likeliest["pattern_id"]},
                "probability_threshold": round(likeliest["probability"] - 0.01, 2),
                "channels": [{"type": "webhook", "url": f"{receiver.url}/alert"}],
            },
        ).json()
        evaluated = list(wait_until_evaluated(client, made["id"], 90))
        wait_until(lambda: receiver.requests, 90)
        lower = {"probability_threshold": round(likeliest["probability"] - 0.02, 2)}
        client.patch(f"/v1/alert-rules/{made['id']}", json=lower)
        again = list(wait_until_evaluated(client, made["id"], 90))

    assert [rule["firing"] for rule in evaluated + again] == [1, 1]
    (message,) = receiver.requests
    assert messages_of(running, made["id"]) == [(message.headers["webhook-id"], 1)]
    signed = f"{message.headers['webhook-id']}.{message.headers['webhook-timestamp']}.".encode()
    key = base64.b64decode(made["webhook_secrets"]["0"].removeprefix("whsec_"))
    digest = hmac.new(key, signed + message.body, hashlib.sha256).digest()
    assert message.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert json.loads(message.body)["data"]["pattern_id"] == likeliest["pattern_id"]


def test_no_credential_is_in_logs_run_records_metadata_or_answers(running: RunningInstallation) -> None:
    secrets = {
        value for account in list_accounts("") for value in account.credentials.values() if "@" not in value
    }
    secrets |= {value for name, value in running.urls.items() if name.endswith(("password", "secret_key"))}
    secrets |= {*running.keys.values(), (running.state_dir / "metrics.token").read_text()}
    logs = "".join(path.read_text(errors="replace") for path in (running.state_dir / "logs").glob("*.log"))
    with running.client("payments") as client:
        paths = ("/v1/connectors?limit=100", "/v1/workspace", "/v1/service-accounts")
        answers = "".join(client.get(path).text for path in paths)
        token = (running.state_dir / "metrics.token").read_text()
        metrics = client.get("/metrics", headers={"authorization": f"Bearer {token}"})
        answers += metrics.raise_for_status().text
    with psycopg.connect(running.urls["dagster_database_url"]) as connection:
        (texts,) = connection.execute(DAGSTER_TEXTS).fetchone() or ("",)
        records = "".join(f"{place} {text}" for place, text in connection.execute(texts).fetchall())

    assert len(records) > 100_000
    for secret in secrets:
        assert secret not in logs
        assert secret not in answers
        assert secret not in records


def test_ctrl_c_ends_every_process(running: RunningInstallation) -> None:
    servers = json.loads((running.state_dir / "processes.json").read_text())
    postmaster = Path(running.state_dir / "postgres" / "port").read_text()

    assert running.end() == 0

    assert not any(read_start_time(int(pid)) == started for pid, started in servers.items())
    assert not any(is_listening(port) for port in (*running.ports.values(), int(postmaster)))
