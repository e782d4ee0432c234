"""A pattern that is likely to recur, a rule that watches it, and what its channels were sent."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from causeloop_pipeline.storage.app.vault import Vault
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.notify.outbox import CHANNEL_SECRETS
from tests.support.single_occurrences import add_single_occurrences

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
LONG_AGO = datetime.now(UTC) - timedelta(days=30)


def make_pattern(database: Database, workspace_id: UUID, name: str = "Pool exhausted") -> UUID:
    """An active pattern of three issues, two of them in checkout."""
    pattern_id = uuid4()
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into detect.pattern (workspace_id, pattern_id, name, kind, status, confidence, "
            "issue_count, first_seen_at, last_seen_at) "
            "values (%s, %s, %s, 'machine', 'active', 0.9, 3, %s, %s)",
            (workspace_id, pattern_id, name, LONG_AGO, LONG_AGO),
        )
        for number, service in enumerate(("checkout", "checkout", "billing")):
            issue_id = uuid4()
            session.execute(
                "insert into core.issue (workspace_id, issue_id, source, external_id, title, severity, "
                "status, service, team, source_created_at, source_updated_at, ingested_at) "
                "values (%s, %s, 'custom_api', %s, 'Pool exhausted', 'p2', 'open', %s, 'payments', "
                "%s, %s, now())",
                (workspace_id, issue_id, f"{pattern_id}-{number}", service, LONG_AGO, LONG_AGO),
            )
            session.execute(
                "insert into detect.pattern_member (workspace_id, issue_id, pattern_id, similarity, "
                "confidence, reason) values (%s, %s, %s, 1, 1, '{}')",
                (workspace_id, issue_id, pattern_id),
            )
        add_single_occurrences(session)
    return pattern_id


def predict(
    database: Database, workspace_id: UUID, pattern_id: UUID, probability: float, window_days: int = 7
) -> UUID:
    """Issue a prediction for the pattern, later than all before."""
    prediction_id = uuid4()
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into predict.prediction (workspace_id, prediction_id, pattern_id, window_days, "
            "issued_at, closes_at, probability, impact, likely_trigger, event_count, model_version) "
            "values (%s, %s, %s, %s, clock_timestamp(), now() + interval '7 days', %s, 'high', "
            "'Deploys on Fridays', 23, 'test')",
            (workspace_id, prediction_id, pattern_id, window_days, probability),
        )
    return prediction_id


def make_rule(
    database: Database,
    vault: Vault,
    workspace_id: UUID,
    url: str = "https://example.org/hook",
    scope: dict[str, Any] | None = None,
    threshold: float = 0.7,
) -> UUID:
    """A rule with one webhook channel."""
    rule_id = uuid4()
    sealed = vault.seal({"0.secret": SECRET}, workspace_id, rule_id, CHANNEL_SECRETS)
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into notify.alert_rule (workspace_id, alert_rule_id, name, scope, "
            "probability_threshold, channels, channel_secrets, created_by) "
            "values (%s, %s, 'Often', %s, %s, %s, %s, 'a test')",
            (
                workspace_id,
                rule_id,
                Jsonb(scope or {}),
                threshold,
                Jsonb([{"type": "webhook", "url": url}]),
                sealed,
            ),
        )
    return rule_id


def outbox(database: Database, workspace_id: UUID) -> list[dict[str, Any]]:
    """All messages of a workspace, oldest first."""
    with database.workspace(workspace_id) as session:
        return session.rows("select * from notify.outbox order by message_id")
