"""A workspace in which there is one of everything, and a caller of every kind."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
from argon2 import PasswordHasher

from api.auth.tokens import Session as TokenSession
from api.auth.tokens import issue_access_token
from api.queries.ingestion.ingest import change_id as change_id_of
from api.queries.ingestion.ingest import issue_id as issue_id_of
from causeloop_pipeline.storage.app.tenants import add_member, create_service_key, create_user
from causeloop_pipeline.storage.database.session import Database, Session
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
        _changes(session, sample)
    return sample


def spare(database: Database, sample: Sample, parameter: str) -> UUID:
    """Another row of a kind, to be deleted."""
    with database.workspace(sample.workspace_id) as session:
        return _connector(session, sample) if parameter == "connector_id" else _alert_rule(session, sample)


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
        issue_id = issue_id_of(sample.workspace_id, "custom_api", f"S-{number}")
        _insert(
            session,
            "core.issue",
            sample,
            issue_id=issue_id,
            source="custom_api",
            external_id=f"S-{number}",
            title=f"Checkout times out after {number} s {sample.canary}",
            body="connection pool exhausted",
            severity=f"p{number % 4 + 1}",
            status="open",
            service="checkout" if number % 2 else "billing",
            error_type="timeout",
            team="core",
            environment="prod",
            source_created_at=start + timedelta(days=number),
            source_updated_at=start + timedelta(days=number),
            ingested_at=datetime.now(UTC),
            attributes='{"region": "eu"}',
            risk_score=None if number % 3 == 0 else number * 7.5,
        )
        sample.issues.append(issue_id)
    sample.ids["issue_id"] = sample.issues[0]


def _patterns(session: Session, sample: Sample) -> None:
    first, second, cluster, old = (uuid4() for _ in range(4))
    sample.ids |= {
        "pattern_id": first,
        "other_pattern_id": second,
        "cluster_id": cluster,
        "old_pattern_id": old,
    }
    now = datetime.now(UTC)
    name = f"Checkout timeout {sample.canary}"
    for pattern_id, members, risk in ((first, sample.issues[:7], 81.0), (second, sample.issues[7:], None)):
        _insert(
            session,
            "detect.pattern",
            sample,
            pattern_id=pattern_id,
            name=name,
            kind="machine",
            status="active",
            confidence=0.9,
            fingerprint='{"service": {"value": "checkout", "share": 1}}',
            issue_count=len(members),
            first_seen_at=now - timedelta(days=20),
            last_seen_at=now,
            risk_score=risk,
        )
        for place, issue_id in enumerate(members):
            _member(session, sample, pattern_id, issue_id, 1 - place / 100)
        session.execute(
            "update core.issue set pattern_id = %s where issue_id = any (%s)", (pattern_id, members)
        )
    _insert(
        session,
        "detect.cluster",
        sample,
        cluster_id=cluster,
        name=sample.canary,
        likely_cause="connection pools",
        pattern_count=2,
        issue_count=12,
    )
    for pattern_id in (first, second):
        _insert(session, "detect.cluster_member", sample, cluster_id=cluster, pattern_id=pattern_id)
    left, right = sorted((first, second))
    _insert(
        session,
        "detect.pattern_edge",
        sample,
        left_pattern_id=left,
        right_pattern_id=right,
        strength=0.8,
        reasons='[{"kind": "service"}]',
    )
    _insert(
        session,
        "detect.pattern_lineage",
        sample,
        old_pattern_id=old,
        new_pattern_id=first,
        kind="merged",
        issue_count=3,
        reason="a person merged them",
    )
    _insert(
        session, "app.workspace_freshness", sample, stage="patterns", computed_at=now, as_of=now, run_id="r"
    )


def _member(session: Session, sample: Sample, pattern_id: UUID, issue_id: UUID, similarity: float) -> None:
    _insert(
        session,
        "detect.pattern_member",
        sample,
        issue_id=issue_id,
        pattern_id=pattern_id,
        similarity=similarity,
        confidence=0.9,
        reason='{"template": "times out"}',
        nearest_pattern_id=sample.ids["other_pattern_id"],
        nearest_missing="service",
    )


def _predictions(session: Session, sample: Sample) -> None:
    now, pattern_id = datetime.now(UTC), sample.ids["pattern_id"]
    sample.ids["prediction_id"] = _prediction(session, sample, pattern_id, 0, 0.83, "critical")
    _prediction(session, sample, sample.ids["other_pattern_id"], 0, None, "low")
    for age in range(40, 70):
        prediction_id = _prediction(session, sample, pattern_id, age, age / 50 - 0.6, "high")
        _insert(
            session,
            "predict.outcome",
            sample,
            prediction_id=prediction_id,
            decided_by="system",
            outcome="hit" if age % 2 else "miss",
            reason="the window closed",
        )
    for whose in (None, pattern_id):
        _insert(
            session,
            "predict.forecast",
            sample,
            pattern_id=whose,
            days=[(now + timedelta(days=day)).date() for day in range(-5, 14)],
            yhat=[index / 4 for index in range(19)],
            yhat_lower=[0.0] * 19,
            yhat_upper=[index / 2 for index in range(19)],
            computed_at=now,
        )


def _prediction(
    session: Session, sample: Sample, pattern_id: UUID, age: int, probability: float | None, impact: str
) -> UUID:
    prediction_id, issued = uuid4(), datetime.now(UTC) - timedelta(days=age)
    _insert(
        session,
        "predict.prediction",
        sample,
        prediction_id=prediction_id,
        pattern_id=pattern_id,
        window_days=30,
        issued_at=issued,
        closes_at=issued + timedelta(days=30),
        probability=probability,
        reason=None if probability is not None else "too_few_events",
        impact=impact,
        likely_trigger=sample.canary,
        event_count=12,
        model_probabilities='{"prophet": 0.5}',
        model_version="v1",
    )
    return prediction_id


def _recommendations(session: Session, sample: Sample) -> None:
    for rank in (3, 2, 1):
        sample.ids["recommendation_id"] = uuid4()
        _insert(
            session,
            "act.recommendation",
            sample,
            recommendation_id=sample.ids["recommendation_id"],
            rank=rank,
            title=sample.canary,
            type="code_fix",
            effort="low",
            impact="high",
            expected_loops_prevented=4,
            expected_low=2,
            expected_high=6,
            pattern_ids=[sample.ids["pattern_id"]],
            steps=["find it", "mend it"],
            rationale="why",
            score=1,
            computed_at=datetime.now(UTC),
        )
    _insert(
        session,
        "act.proof",
        sample,
        recommendation_id=sample.ids["recommendation_id"],
        pattern_id=sample.ids["pattern_id"],
        verdict="not_provable_yet",
        events_before=9,
        days_before=30,
        events_after=0,
        days_after=2,
        text="too early",
        computed_at=datetime.now(UTC),
    )


def _changes(session: Session, sample: Sample) -> None:
    now = datetime.now(UTC)
    for number, kind in enumerate(("deploy", "release", "config_change")):
        external_id = f"{sample.canary}-{number}"
        _insert(
            session,
            "core.change",
            sample,
            change_id=change_id_of(sample.workspace_id, "custom_api", external_id),
            source="custom_api",
            external_id=external_id,
            kind=kind,
            title=f"{sample.canary} checkout 4.{number}",
            service=None if kind == "config_change" else "checkout",
            environment="production",
            changed_at=now - timedelta(days=number),
            source_updated_at=now,
            ingested_at=now,
        )


def _integrations(session: Session, sample: Sample) -> None:
    sample.ids["connector_id"] = _connector(session, sample)
    sample.ids["tracker_id"] = _connector(session, sample, "jira")
    connector_id = sample.ids["connector_id"]
    _insert(session, "app.sync_run", sample, connector_id=connector_id, status="succeeded", rows_read=3)
    sample.ids["rule_id"] = _alert_rule(session, sample)
    sample.ids["job_id"] = uuid4()
    _insert(
        session,
        "app.recompute_request",
        sample,
        request_id=sample.ids["job_id"],
        kind="predictions",
        status="done",
        requested_by="user:x",
    )


def _connector(session: Session, sample: Sample, connector_type: str = "custom_api") -> UUID:
    connector_id = uuid4()
    name = f"{sample.canary} {connector_id}"
    _insert(
        session, "app.connector", sample, connector_id=connector_id, type=connector_type, display_name=name
    )
    return connector_id


def _alert_rule(session: Session, sample: Sample) -> UUID:
    rule_id = uuid4()
    _insert(
        session,
        "notify.alert_rule",
        sample,
        alert_rule_id=rule_id,
        name=sample.canary,
        probability_threshold=0.7,
        channels='[{"type": "email", "to": "a@example.com"}]',
        created_by="user:x",
    )
    return rule_id


def _insert(session: Session, table: str, sample: Sample, /, **values: Any) -> None:
    """One row of the sample's workspace."""
    row = {"workspace_id": sample.workspace_id, **values}
    places = ", ".join(["%s"] * len(row))
    session.execute(f"insert into {table} ({', '.join(row)}) values ({places})", list(row.values()))
