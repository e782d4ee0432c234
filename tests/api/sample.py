"""A workspace in which there is one of everything, and a caller of every kind."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
from argon2 import PasswordHasher

from api.tokens import Session as TokenSession
from api.tokens import issue_access_token
from causeloop_pipeline.storage.session import Database, Session
from causeloop_pipeline.storage.tenants import add_member, create_service_key, create_user
from tests.conftest import new_workspace

ROLES = ("viewer", "analyst", "admin", "owner")
PASSWORD = "correct horse battery staple"
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass
class Sample:
    """Ids by path parameter, and a bearer credential by caller."""

    workspace_id: UUID
    ids: dict[str, UUID] = field(default_factory=dict)
    issues: list[UUID] = field(default_factory=list)
    credentials: dict[str, str] = field(default_factory=dict)
    canary: str = ""


def make_sample(owner: psycopg.Connection, database: Database, plan: str = "enterprise") -> Sample:
    """A new workspace with one of everything in it."""
    workspace_id = new_workspace(owner, plan, "Europe/Berlin")
    sample = Sample(workspace_id, canary=f"canary-{uuid4().hex[:10]}")
    for role in ROLES:
        sample.credentials[role] = create_service_key(owner, workspace_id, role, role)
    _people(owner, sample)
    with database.workspace(workspace_id) as session:
        _issues(session, sample)
        _patterns(session, sample)
        _predictions(session, sample)
        _recommendations(session, sample)
        _integrations(session, sample)
    return sample


def spare(database: Database, sample: Sample, parameter: str) -> UUID:
    """Another row of a kind, to be deleted."""
    with database.workspace(sample.workspace_id) as session:
        return {"connector_id": _connector, "rule_id": _alert_rule}[parameter](session, sample)


def _people(owner: psycopg.Connection, sample: Sample) -> None:
    people = {name: f"{name}-{uuid4().hex[:12]}@example.com" for name in ("member", "suspended", "owner")}
    for name, email in people.items():
        user_id = create_user(owner, email, f"{sample.canary} {name}", HASHER.hash(PASSWORD))
        add_member(owner, sample.workspace_id, user_id, "owner" if name == "owner" else "viewer")
        sample.ids["user_id" if name == "member" else f"{name}_user_id"] = user_id
        token = issue_access_token(TokenSession(user_id, sample.workspace_id, "password"))
        sample.credentials[f"{name} token"] = token
    owner.execute(
        "update app.membership set status = 'suspended' where workspace_id = %s and user_id = %s",
        (sample.workspace_id, sample.ids["suspended_user_id"]),
    )
    expired = create_service_key(owner, sample.workspace_id, "expired", "owner")
    owner.execute(
        "update app.service_account set expires_at = now() - interval '1 second' "
        "where workspace_id = %s and name = 'expired'",
        (sample.workspace_id,),
    )
    sample.credentials["expired key"] = expired
    sample.credentials["revoked key"] = create_service_key(owner, sample.workspace_id, "revoked", "owner")
    owner.execute(
        "update app.service_account set revoked_at = now() where workspace_id = %s and name = 'revoked'",
        (sample.workspace_id,),
    )
    stranger = TokenSession(uuid4(), sample.workspace_id, "oidc")
    sample.credentials["stranger token"] = issue_access_token(stranger)
    create_service_key(owner, sample.workspace_id, "spare", "viewer")
    row = owner.execute(
        "select service_account_id from app.service_account where workspace_id = %s and name = 'spare'",
        (sample.workspace_id,),
    ).fetchone()
    assert row is not None
    sample.ids["account_id"] = row[0]


def _issues(session: Session, sample: Sample) -> None:
    start = datetime.now(UTC) - timedelta(days=20)
    for number in range(12):
        row = session.row(
            """
            insert into core.issue (workspace_id, issue_id, source, external_id, title, body, severity, status,
                                    service, error_type, team, environment, source_created_at,
                                    source_updated_at, ingested_at, attributes, risk_score)
            values (%(w)s, core.issue_id(%(w)s, 'custom_api', %(n)s), 'custom_api', %(n)s, %(title)s, %(body)s,
                    %(severity)s, 'open', %(service)s, 'timeout', 'core', 'prod', %(at)s, %(at)s, now(), %(extra)s,
                    %(risk)s)
            returning issue_id
            """,
            {
                "w": sample.workspace_id,
                "n": f"S-{number}",
                "title": f"Checkout times out after {number} s {sample.canary}",
                "body": "connection pool exhausted",
                "severity": f"p{number % 4 + 1}",
                "service": "checkout" if number % 2 else "billing",
                "at": start + timedelta(days=number),
                "extra": '{"region": "eu"}',
                "risk": None if number % 3 == 0 else number * 7.5,
            },
        )
        assert row is not None
        sample.issues.append(row["issue_id"])
    sample.ids["issue_id"] = sample.issues[0]


def _patterns(session: Session, sample: Sample) -> None:
    first, second = uuid4(), uuid4()
    sample.ids |= {
        "pattern_id": first,
        "other_pattern_id": second,
        "cluster_id": uuid4(),
        "old_pattern_id": uuid4(),
    }
    for pattern_id, members, risk in ((first, sample.issues[:7], 81.0), (second, sample.issues[7:], None)):
        session.execute(
            """
            insert into detect.pattern (workspace_id, pattern_id, name, kind, status, confidence, fingerprint,
                                        issue_count, first_seen_at, last_seen_at, risk_score)
            values (%s, %s, %s, 'machine', 'active', 0.9, '{"service": {"value": "checkout", "share": 1}}', %s,
                    now() - interval '20 days', now(), %s)
            """,
            (sample.workspace_id, pattern_id, f"Checkout timeout {sample.canary}", len(members), risk),
        )
        for rank, issue_id in enumerate(members):
            session.execute(
                "insert into detect.pattern_member (workspace_id, issue_id, pattern_id, similarity, confidence, "
                "reason, nearest_pattern_id, nearest_missing) values (%s, %s, %s, %s, 0.9, %s, %s, 'service')",
                (
                    sample.workspace_id,
                    issue_id,
                    pattern_id,
                    1 - rank / 100,
                    '{"template": "times out"}',
                    second,
                ),
            )
        session.execute(
            "update core.issue set pattern_id = %s where issue_id = any (%s)", (pattern_id, members)
        )
    session.execute(
        "insert into detect.cluster (workspace_id, cluster_id, name, likely_cause, pattern_count, issue_count) "
        "values (%s, %s, %s, 'connection pools', 2, 12)",
        (sample.workspace_id, sample.ids["cluster_id"], sample.canary),
    )
    session.execute(
        "insert into detect.cluster_member (workspace_id, cluster_id, pattern_id) values (%s, %s, %s), (%s, %s, %s)",
        (
            sample.workspace_id,
            sample.ids["cluster_id"],
            first,
            sample.workspace_id,
            sample.ids["cluster_id"],
            second,
        ),
    )
    session.execute(
        "insert into detect.pattern_edge (workspace_id, left_pattern_id, right_pattern_id, strength, reasons) "
        'values (%s, %s, %s, 0.8, \'[{"kind": "service"}]\')',
        (sample.workspace_id, *sorted((first, second))),
    )
    session.execute(
        "insert into detect.pattern_lineage (workspace_id, old_pattern_id, new_pattern_id, kind, issue_count, reason) "
        "values (%s, %s, %s, 'merged', 3, 'a person merged them')",
        (sample.workspace_id, sample.ids["old_pattern_id"], first),
    )
    session.execute(
        "insert into app.workspace_freshness (workspace_id, stage, computed_at, as_of, run_id) "
        "values (%s, 'patterns', now(), now(), 'r')",
        (sample.workspace_id,),
    )


def _predictions(session: Session, sample: Sample) -> None:
    sample.ids["prediction_id"] = uuid4()
    rows = [
        (sample.ids["prediction_id"], sample.ids["pattern_id"], 0, 0.83, None, "critical"),
        (uuid4(), sample.ids["other_pattern_id"], 0, None, "too_few_events", "low"),
        *((uuid4(), sample.ids["pattern_id"], 40 + day, 0.2 + day / 50, None, "high") for day in range(30)),
    ]
    for prediction_id, pattern_id, age, probability, reason, impact in rows:
        session.execute(
            """
            insert into predict.prediction (workspace_id, prediction_id, pattern_id, window_days, issued_at,
                                            closes_at, probability, reason, impact, likely_trigger, event_count,
                                            model_probabilities, model_version)
            values (%s, %s, %s, 30, now() - make_interval(days => %s), now() + make_interval(days => 30 - %s), %s,
                    %s, %s, %s, 12, '{"prophet": 0.5}', 'v1')
            """,
            (
                sample.workspace_id,
                prediction_id,
                pattern_id,
                age,
                age,
                probability,
                reason,
                impact,
                sample.canary,
            ),
        )
        if age:
            session.execute(
                "insert into predict.outcome (workspace_id, prediction_id, decided_by, outcome, reason) "
                "values (%s, %s, 'system', %s, 'the window closed')",
                (sample.workspace_id, prediction_id, "hit" if age % 2 else "miss"),
            )
    days = [(datetime.now(UTC) + timedelta(days=day)).date() for day in range(-5, 14)]
    for pattern_id in (None, sample.ids["pattern_id"]):
        session.execute(
            "insert into predict.forecast (workspace_id, pattern_id, days, yhat, yhat_lower, yhat_upper, computed_at) "
            "values (%s, %s, %s, %s, %s, %s, now())",
            (
                sample.workspace_id,
                pattern_id,
                days,
                [index / 4 for index in range(19)],
                [0.0] * 19,
                [index / 2 for index in range(19)],
            ),
        )


def _recommendations(session: Session, sample: Sample) -> None:
    for rank in (1, 2, 3):
        recommendation_id = uuid4()
        sample.ids.setdefault("recommendation_id", recommendation_id)
        session.execute(
            """
            insert into act.recommendation (workspace_id, recommendation_id, rank, title, type, effort, impact,
                                            expected_loops_prevented, expected_low, expected_high, pattern_ids,
                                            steps, rationale, score, computed_at)
            values (%s, %s, %s, %s, 'code_fix', 'low', 'high', 4, 2, 6, %s, '{"find it", "mend it"}', 'why', 1, now())
            """,
            (sample.workspace_id, recommendation_id, rank, sample.canary, [sample.ids["pattern_id"]]),
        )
    session.execute(
        """
        insert into act.proof (workspace_id, recommendation_id, pattern_id, verdict, events_before, days_before,
                               events_after, days_after, text, computed_at)
        values (%s, %s, %s, 'not_provable_yet', 9, 30, 0, 2, 'too early', now())
        """,
        (sample.workspace_id, sample.ids["recommendation_id"], sample.ids["pattern_id"]),
    )


def _integrations(session: Session, sample: Sample) -> None:
    sample.ids["connector_id"] = _connector(session, sample)
    sample.ids["tracker_id"] = _connector(session, sample, "jira")
    session.execute(
        "insert into app.sync_run (workspace_id, connector_id, status, rows_read) values (%s, %s, 'succeeded', 3)",
        (sample.workspace_id, sample.ids["connector_id"]),
    )
    sample.ids["rule_id"] = _alert_rule(session, sample)
    row = session.row(
        "insert into app.recompute_request (workspace_id, kind, status, requested_by) "
        "values (%s, 'predictions', 'done', 'user:x') returning request_id",
        (sample.workspace_id,),
    )
    assert row is not None
    sample.ids["job_id"] = row["request_id"]


def _connector(session: Session, sample: Sample, connector_type: str = "custom_api") -> UUID:
    connector_id = uuid4()
    session.execute(
        "insert into app.connector (workspace_id, connector_id, type, display_name) values (%s, %s, %s, %s)",
        (sample.workspace_id, connector_id, connector_type, f"{sample.canary} {connector_id}"),
    )
    return connector_id


def _alert_rule(session: Session, sample: Sample) -> UUID:
    rule_id = uuid4()
    session.execute(
        "insert into notify.alert_rule (workspace_id, alert_rule_id, name, probability_threshold, channels, created_by) "
        'values (%s, %s, %s, 0.7, \'[{"type": "email", "to": "a@example.com"}]\', \'user:x\')',
        (sample.workspace_id, rule_id, sample.canary),
    )
    return rule_id
