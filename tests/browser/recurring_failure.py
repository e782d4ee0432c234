"""A workspace in which one failure has come back: what the pictures of one recurrence are made of."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg

from causeloop_pipeline.analysis.detect.seen_before.searched_issues import compute_message_keys
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.tenants import create_organization, create_service_key, create_workspace
from causeloop_pipeline.storage.database.session import Database, Session
from tests.browser.slack_card import FACTS, NOW

TITLE = FACTS.latest_title or ""
LOG_LINE = f"2026-03-02 09:12:04 ERROR [indexer] {TITLE}"
TEMPLATE = "Search index of shop <*> is <*> behind the catalogue"
OCCURRED = (
    datetime(2026, 2, 2, 9, 5, tzinfo=UTC),
    datetime(2026, 2, 9, 9, 20, tzinfo=UTC),
    datetime(2026, 2, 23, 9, 10, tzinfo=UTC),
    NOW,
)
INSERT_ISSUE = """
insert into core.issue (
    workspace_id, issue_id, source, external_id, title, severity, status, service, source_created_at,
    source_updated_at, ingested_at, pattern_id
) values (%s, %s, 'dagster', %s, %s, 'p2', 'open', 'search', %s, %s, now(), %s)
"""
INSERT_FINGERPRINT = """
insert into detect.fingerprint (
    workspace_id, issue_id, kind, template, template_key, template_probability
) values (%s, %s, 'machine', %s, %s, .97)
"""
INSERT_PATTERN = """
insert into detect.pattern (
    workspace_id, pattern_id, name, kind, status, confidence, issue_count, occurrence_count, first_seen_at,
    last_seen_at
) values (%s, %s, %s, 'machine', 'active', .95, 4, 4, %s, %s)
"""
INSERT_RECOMMENDATION = """
insert into act.recommendation (
    workspace_id, recommendation_id, rank, title, type, effort, impact, expected_loops_prevented,
    expected_low, expected_high, pattern_ids, steps, rationale, score, computed_at
) values (%s, %s, 1, 'Give the indexer of search more memory', 'config_change', 'low', 'high', 3, 1, 5, %s,
    array['Raise the limit'], 'It ran out of memory.', 50, now())
"""
INSERT_FIX = """
insert into act.fix (
    workspace_id, recommendation_id, pattern_id, fixed_at, expected_loops_prevented, claimed_by
) values (%s, %s, %s, %s, 3, 'user:1')
"""
INSERT_PROOF = """
insert into act.proof (
    workspace_id, recommendation_id, pattern_id, verdict, events_before, days_before, events_after,
    days_after, text, computed_at
) values (%s, %s, %s, 'failed', 2, 14, 2, 14, 'It came back twice in 14 days, as often as before.', now())
"""
INSERT_PREDICTION = """
insert into predict.prediction (
    workspace_id, prediction_id, pattern_id, window_days, issued_at, closes_at, probability, impact,
    next_date_low, next_date_median, next_date_high, event_count, model_version
) values (%s, %s, %s, 7, %s, %s::timestamptz + interval '7 days', .9, 'high', '2026-03-08', '2026-03-09',
    '2026-03-10', 4, 'picture')
"""


def store_history(owner_url: str) -> str:
    """Store the failure's history; the key of a service account that may read and report."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        organization = create_organization(owner, "northwind", "Northwind", "enterprise", 10)
        workspace_id = create_workspace(owner, organization, "storefront", "Storefront", "UTC")
        key = create_service_key(owner, workspace_id, "agent", "analyst")
    with Database(settings().require("pipeline_database_url")).workspace(workspace_id) as session:
        _insert(session, workspace_id, UUID(FACTS.pattern_id))
    return key


def _insert(session: Session, workspace_id: UUID, pattern_id: UUID) -> None:
    name = FACTS.name
    session.execute(INSERT_PATTERN, (workspace_id, pattern_id, name, OCCURRED[0], OCCURRED[-1]))
    for number, at in enumerate(OCCURRED):
        issue_id = uuid4()
        title = TITLE if number % 2 else f"RuntimeError: {TITLE}"
        session.execute(INSERT_ISSUE, (workspace_id, issue_id, f"run/{number}", title, at, at, pattern_id))
        (template_key,) = compute_message_keys([title])
        session.execute(INSERT_FINGERPRINT, (workspace_id, issue_id, TEMPLATE, template_key))
    recommendation_id = uuid4()
    session.execute(INSERT_RECOMMENDATION, (workspace_id, recommendation_id, [pattern_id]))
    about = (workspace_id, recommendation_id, pattern_id)
    session.execute(INSERT_FIX, (*about, FACTS.recurrence.fixed_at))
    session.execute(INSERT_PROOF, about)
    session.execute(INSERT_PREDICTION, (workspace_id, uuid4(), pattern_id, NOW, NOW))
