"""A configuration file, the secrets that it refers to, and the command that reads it."""

from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from typer.testing import CliRunner, Result

from causeloop_pipeline.cli import app

CONFIGURATION = """\
version: 1
workspace:
  timezone: Europe/Berlin
settings:
  proof_window_days: 45
  loop_cost: 120.5
connectors:
  - name: Work tracker
    type: jira
    config:
      site: acme
      filter: project = OPS
    credentials:
      email: {env: TRACKER_EMAIL}
      api_token: {file: tracker.token}
    webhook_secret: {env: TRACKER_SIGNATURE}
    poll_interval_seconds: 600
  - name: Our own
    type: custom_api
    config:
      fields:
        title: subject
    paused: true
alert_rules:
  - name: Payments
    scope: {service: payments}
    probability_threshold: 0.8
    window_days: 14
    channels:
      - {type: webhook, url: "https://hooks.acme.example/alerts"}
      - {type: slack, url: {env: CHAT_URL}}
members:
  - {email: ada@config.example, role: admin}
  - {email: bob@config.example, role: viewer, suspended: true}
"""
SECRETS = {
    "TRACKER_EMAIL": "ops@acme.example",
    "TRACKER_SIGNATURE": "a-signature-of-the-tracker",
    "CHAT_URL": "https://chat.acme.example/services/T0/B0/very-secret",
}
TOKEN = "token-from-a-file"
NEWLINE = "\n"


def run(*words: object, **environment: str) -> Result:
    return CliRunner().invoke(app, ["config", *map(str, words)], env=SECRETS | environment)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "tracker.token").write_text(TOKEN + "\n")
    path = tmp_path / "acme.yaml"
    path.write_text(CONFIGURATION)
    return path


def count_rows(owner: psycopg.Connection, workspace_id: UUID) -> dict[str, int]:
    counts = {}
    with owner.transaction():
        owner.execute("select set_config('causeloop.scope', %s, true)", (f"{{{workspace_id}}}",))
        for table in ("app.connector", "notify.alert_rule", "app.membership", "app.audit_log"):
            counted = owner.execute(f"select count(*) from {table} where workspace_id = %s", (workspace_id,))
            counts[table] = int(next(counted)[0])
    return counts
