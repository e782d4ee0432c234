"""Rows of a sample workspace: one of every kind."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from causeloop_pipeline.storage.database.session import Session
from tests.support.computed_ids import select_change_id, select_issue_id


@dataclass
class Sample:
    """Ids by path parameter, and a bearer credential by caller."""

    workspace_id: UUID
    ids: dict[str, UUID] = field(default_factory=dict)
    issues: list[UUID] = field(default_factory=list)
    credentials: dict[str, str] = field(default_factory=dict)
    canary: str = ""

    @property
    def declaration_name(self) -> str:
        """The name of its declared connector."""
        return self.canary.replace("canary-", "tool_")


def insert_issues(session: Session, sample: Sample) -> None:
    start = datetime.now(UTC) - timedelta(days=20)
    for number in range(12):
        issue_id = select_issue_id(session, sample.workspace_id, "custom_api", f"S-{number}")
        insert_row(
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


def insert_patterns(session: Session, sample: Sample) -> None:
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
        insert_row(
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
        for position, issue_id in enumerate(members):
            insert_member(session, sample, pattern_id, issue_id, 1 - position / 100)
        session.execute(
            "update core.issue set pattern_id = %s where issue_id = any (%s)", (pattern_id, members)
        )
    insert_row(
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
        insert_row(session, "detect.cluster_member", sample, cluster_id=cluster, pattern_id=pattern_id)
    left, right = sorted((first, second))
    insert_row(
        session,
        "detect.pattern_edge",
        sample,
        left_pattern_id=left,
        right_pattern_id=right,
        strength=0.8,
        reasons='[{"kind": "service"}]',
    )
    insert_row(
        session,
        "detect.pattern_lineage",
        sample,
        old_pattern_id=old,
        new_pattern_id=first,
        kind="merged",
        issue_count=3,
        reason="a person merged them",
    )
    insert_row(
        session, "app.workspace_freshness", sample, stage="patterns", computed_at=now, as_of=now, run_id="r"
    )


def insert_member(
    session: Session, sample: Sample, pattern_id: UUID, issue_id: UUID, similarity: float
) -> None:
    insert_row(
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


def insert_predictions(session: Session, sample: Sample) -> None:
    now, pattern_id = datetime.now(UTC), sample.ids["pattern_id"]
    sample.ids["prediction_id"] = insert_prediction(session, sample, pattern_id, 0, 0.83, "critical")
    insert_prediction(session, sample, sample.ids["other_pattern_id"], 0, None, "low")
    for age in range(40, 70):
        prediction_id = insert_prediction(session, sample, pattern_id, age, age / 50 - 0.6, "high")
        insert_row(
            session,
            "predict.outcome",
            sample,
            prediction_id=prediction_id,
            decided_by="system",
            outcome="hit" if age % 2 else "miss",
            reason="the window closed",
        )
    for forecast_of in (None, pattern_id):
        insert_row(
            session,
            "predict.forecast",
            sample,
            pattern_id=forecast_of,
            days=[(now + timedelta(days=day)).date() for day in range(-5, 14)],
            yhat=[index / 4 for index in range(19)],
            yhat_lower=[0.0] * 19,
            yhat_upper=[index / 2 for index in range(19)],
            computed_at=now,
        )


def insert_prediction(
    session: Session, sample: Sample, pattern_id: UUID, age: int, probability: float | None, impact: str
) -> UUID:
    prediction_id, issued = uuid4(), datetime.now(UTC) - timedelta(days=age)
    insert_row(
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


def insert_recommendations(session: Session, sample: Sample) -> None:
    for rank in (3, 2, 1):
        sample.ids["recommendation_id"] = uuid4()
        insert_row(
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
            steps=["find it", "fix it"],
            rationale="why",
            score=1,
            computed_at=datetime.now(UTC),
        )
    insert_row(
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


def insert_changes(session: Session, sample: Sample) -> None:
    now = datetime.now(UTC)
    for number, kind in enumerate(("deploy", "release", "config_change")):
        external_id = f"{sample.canary}-{number}"
        insert_row(
            session,
            "core.change",
            sample,
            change_id=select_change_id(session, sample.workspace_id, "custom_api", external_id),
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


def insert_integrations(session: Session, sample: Sample) -> None:
    sample.ids["connector_id"] = insert_connector(session, sample)
    sample.ids["tracker_id"] = insert_connector(session, sample, "jira")
    connector_id = sample.ids["connector_id"]
    insert_row(session, "app.sync_run", sample, connector_id=connector_id, status="succeeded", rows_read=3)
    sample.ids["rule_id"] = insert_alert_rule(session, sample)
    sample.ids["job_id"] = uuid4()
    insert_row(
        session,
        "app.recompute_request",
        sample,
        request_id=sample.ids["job_id"],
        kind="predictions",
        status="done",
        requested_by="user:x",
    )


def insert_connector(session: Session, sample: Sample, connector_type: str = "custom_api") -> UUID:
    connector_id = uuid4()
    name = f"{sample.canary} {connector_id}"
    insert_row(
        session, "app.connector", sample, connector_id=connector_id, type=connector_type, display_name=name
    )
    return connector_id


def insert_alert_rule(session: Session, sample: Sample) -> UUID:
    rule_id = uuid4()
    insert_row(
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


def insert_row(session: Session, table: str, sample: Sample, /, **values: Any) -> None:
    """One row of the sample's workspace."""
    row = {"workspace_id": sample.workspace_id, **values}
    places = ", ".join(["%s"] * len(row))
    session.execute(f"insert into {table} ({', '.join(row)}) values ({places})", list(row.values()))
