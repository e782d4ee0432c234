"""Dashboards and alert rules query metrics that the processes really serve, with labels that these have."""

import json
import re
from uuid import uuid4

import httpx2
import psycopg
import pytest
import yaml
from typer.testing import CliRunner

from causeloop_pipeline.cli import app
from causeloop_pipeline.cli.status.exposition import DAGSTER
from causeloop_pipeline.settings import DEPLOY_DIR, settings
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.secrets.operator_tokens import read_metrics_token
from tests.api.conftest import api_url, application
from tests.conftest import Installation, new_workspace

__all__ = ["api_url", "application"]

MONITORING = DEPLOY_DIR / "monitoring"
DASHBOARDS = sorted(MONITORING.glob("*.json"))
METRIC = re.compile(r"\b(causeloop_\w+?)(?:_bucket|_count|_sum)?(?=[\s{)\[>+*/-]|$)")
BY_LABEL = re.compile(r"by \(([\w, ]+)\)")


def list_expressions() -> list[str]:
    dashboards = [json.loads(path.read_text()) for path in DASHBOARDS]
    queries = [
        target["expr"] for board in dashboards for panel in board["panels"] for target in panel["targets"]
    ]
    rules = yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"]
    return queries + [rule["expr"] for group in rules for rule in group["rules"]]


@pytest.fixture(scope="module")
def exposed(installation: Installation, api_url: str) -> dict[str, set[str]]:
    """Metric → its labels, as served by the API and by the figures of the pipeline; workspaces are named."""
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        new_workspace(owner)
    patch = pytest.MonkeyPatch()
    patch.setenv("CAUSELOOP_METRICS_NAME_TENANTS", "true")
    settings.cache_clear()
    try:
        pipeline = CliRunner().invoke(app, ["status", "--prometheus"]).stdout
    finally:
        patch.undo()
        settings.cache_clear()
    headers = {"authorization": f"Bearer {read_metrics_token(settings())}"}
    httpx2.get(f"{api_url}/health", timeout=60)
    served = httpx2.get(f"{api_url}/metrics", headers=headers, timeout=60).text
    text = pipeline + served
    labels: dict[str, set[str]] = {f"causeloop_dagster_{name}": set() for name in DAGSTER}
    labels |= {name: set() for name in re.findall(r"^# TYPE (\w+)", text, re.MULTILINE)}
    for sample, inner in re.findall(r"^(causeloop_\w+?)(?:_bucket)?\{(.*)\} ", text, re.MULTILINE):
        labels.setdefault(sample, set()).update(re.findall(r"(\w+)=", inner))
    return labels


def test_every_metric_and_label_that_is_queried_is_served(exposed: dict[str, set[str]]) -> None:
    expressions = list_expressions()
    named = {name for expression in expressions for name in METRIC.findall(expression)}

    assert len(named) > 25
    assert named <= set(exposed)
    for expression in expressions:
        queried = set().union(*(exposed.get(name, set()) for name in METRIC.findall(expression)))
        for group in BY_LABEL.findall(expression):
            assert set(group.split(", ")) - {"le"} <= queried | {"le"}, expression


def test_every_alert_says_what_to_do_and_every_dashboard_has_its_own_name() -> None:
    groups = yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"]
    boards = [json.loads(path.read_text()) for path in DASHBOARDS]

    rules = [rule for group in groups for rule in group["rules"]]
    assert all({"alert", "expr", "for", "labels", "annotations"} <= set(rule) for rule in rules)
    assert len({rule["alert"] for rule in rules}) == len(rules)
    assert len({board["uid"] for board in boards}) == len(boards) == 3
    for board in boards:
        places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]
        assert len(set(places)) == len(places)


def test_lag_and_backlog_are_those_of_each_type_and_no_workspace_is_named_unasked(
    installation: Installation, owner: psycopg.Connection, database: Database
) -> None:
    workspace_id = new_workspace(owner)
    record_id = uuid4()
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into app.connector (workspace_id, connector_id, type, display_name, config, created_at) "
            "values (%s, %s, 'zabbix', 'Z', '{}', now() - interval '5 hours')",
            (workspace_id, uuid4()),
        )
        session.execute(
            "insert into raw.record (workspace_id, record_id, source, external_id, channel, payload, "
            "payload_hash) values (%s, %s, 'zabbix', '1', 'ingest', '{}', 'h')",
            (workspace_id, record_id),
        )
        session.execute(
            "insert into raw.pending_record (workspace_id, record_id, source, arrived_at) "
            "values (%s, %s, 'zabbix', now() - interval '2 hours')",
            (workspace_id, record_id),
        )

    text = CliRunner().invoke(app, ["status", "--prometheus"]).stdout

    figures = dict(re.findall(r'^causeloop_type_(\w+)\{type="zabbix"\} (\S+)$', text, re.MULTILINE))
    assert (figures["connectors"], figures["pending_records"]) == ("1.0", "1.0")
    assert 5 * 3600 <= float(figures["lag_seconds"]) < 6 * 3600
    assert 2 * 3600 <= float(figures["oldest_pending_seconds"]) < 3 * 3600
    assert "workspace=" not in text
