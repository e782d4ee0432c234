"""Patterns in a workspace with a Slack app, and what is decided and posted about them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.stages.jobs.slack_messages import send_slack_messages
from causeloop_pipeline.stages.slack_cards import decide_cards
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.session import Database, Session
from tests.conftest import Installation
from tests.orchestration.jobs.conftest import serve_reachable
from tests.support.fake_slack import FakeSlack
from tests.support.fake_tool import FakeTool
from tests.support.slack_setup import set_up_slack

NOW = datetime.now(UTC).replace(microsecond=0)
TITLE = "Payment timeout <!channel> *urgent* <https://evil.example|click>"
Slack = tuple[FakeSlack, FakeTool]


@pytest.fixture
def slack(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slack]:
    """A team's Slack that the pipeline reaches."""
    fake = FakeSlack()
    with serve_reachable(fake) as running:
        monkeypatch.setenv("CAUSELOOP_SLACK_URL", running.url)
        settings.cache_clear()
        yield fake, running


@pytest.fixture
def pattern_id(slack: Slack, database: Database, workspace_id: UUID) -> UUID:
    """A pattern of four issues in a workspace with a Slack app."""
    with database.every_workspace() as session:
        session.execute("delete from notify.slack_message")
    set_up_slack(workspace_id)
    return add_pattern(database, workspace_id)


def add_pattern(database: Database, workspace_id: UUID, severity: str = "p3") -> UUID:
    pattern_id = uuid4()
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into detect.pattern (workspace_id, pattern_id, name, kind, status, confidence, "
            "issue_count, occurrence_count, first_seen_at, last_seen_at) "
            "values (%s, %s, %s, 'machine', 'active', 0.9, 0, 0, now() - interval '90 days', now())",
            (workspace_id, pattern_id, TITLE),
        )
    for days in (90, 60, 40, 1):
        recur(database, workspace_id, pattern_id, days, severity)
    return pattern_id


def recur(
    database: Database, workspace_id: UUID, pattern_id: UUID, days_ago: float, severity: str = "p3"
) -> None:
    """One more issue of a pattern."""
    began, issue_id = NOW - timedelta(days=days_ago), uuid4()
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into core.issue (workspace_id, issue_id, source, external_id, title, severity, status, "
            "source_created_at, source_updated_at, ingested_at, pattern_id) "
            "values (%s, %s, 'test', %s, %s, %s, 'open', %s, %s, now(), %s)",
            (workspace_id, issue_id, str(issue_id), TITLE, severity, began, began, pattern_id),
        )
        session.execute(
            "insert into core.occurrence (workspace_id, issue_id, started_at) values (%s, %s, %s) "
            "on conflict do nothing",
            (workspace_id, issue_id, began),
        )
        session.execute(
            "update detect.pattern set issue_count = issue_count + 1, "
            "occurrence_count = occurrence_count + 1, last_seen_at = greatest(last_seen_at, %s) "
            "where pattern_id = %s",
            (began, pattern_id),
        )


def decide(database: Database, workspace_id: UUID) -> dict[str, float]:
    with database.workspace(workspace_id) as session:
        return decide_cards(session, ScopedWorkspace(workspace_id, "UTC"), NOW)


def decide_and_send(resources: Resources, workspace_id: UUID) -> None:
    decide(resources.database, workspace_id)
    send_slack_messages(resources)


def read_messages(database: Database, workspace_id: UUID) -> list[dict[str, Any]]:
    with database.workspace(workspace_id) as session:
        return session.rows("select * from notify.slack_message order by decided_at, kind")


def let_time_pass(database: Database) -> None:
    with database.every_workspace() as session:
        session.execute("update notify.slack_message set next_try_at = now() - interval '1 minute'")


def claim_fix(session: Session, workspace_id: UUID, pattern_id: UUID, days_ago: int, verdict: str) -> None:
    recommendation_id = uuid4()
    session.execute(
        "insert into act.fix (workspace_id, recommendation_id, pattern_id, fixed_at, "
        "expected_loops_prevented, claimed_by) values (%s, %s, %s, %s, 3, 'user:1')",
        (workspace_id, recommendation_id, pattern_id, NOW - timedelta(days=days_ago)),
    )
    session.execute(
        "insert into act.proof (workspace_id, recommendation_id, pattern_id, verdict, events_before, "
        "days_before, events_after, days_after, text, computed_at) "
        "values (%s, %s, %s, %s, 3, 90, 1, 20, 'text', now())",
        (workspace_id, recommendation_id, pattern_id, verdict),
    )


def set_snooze(workspace_id: UUID, pattern_id: UUID, until: datetime | None) -> None:
    with psycopg.connect(settings().require("api_database_url")) as api:
        api.execute("select set_config('causeloop.workspace', %s, true)", (str(workspace_id),))
        api.execute(
            "insert into detect.pattern_handling (workspace_id, pattern_id, snoozed_until, changed_by) "
            "values (%s, %s, %s, 'user:1') "
            "on conflict (workspace_id, pattern_id) do update set snoozed_until = excluded.snoozed_until",
            (workspace_id, pattern_id, until),
        )
