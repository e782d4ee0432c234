"""Issues, patterns and predictions as earlier stages would have stored them."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import polars as pl

from causeloop_pipeline.model.frames import (
    FINGERPRINT_SCHEMA,
    MEMBER_SCHEMA,
    PATTERN_SCHEMA,
    PREDICTION_SCHEMA,
)
from causeloop_pipeline.storage.database.session import Session

SEEN = datetime(2026, 6, 1, 12, tzinfo=UTC)


def store_issue(session: Session, workspace_id: UUID, external_id: str) -> str:
    """Store an open issue; its id."""
    row = session.row(
        "insert into core.issue (workspace_id, issue_id, source, external_id, title, severity, status, "
        "attributes, source_created_at, source_updated_at, ingested_at) values (%(w)s, "
        "core.issue_id(%(w)s, 'custom_api', %(x)s), 'custom_api', %(x)s, 'a title', 'p2', 'open', "
        """'{"component": "cart", "region": "eu"}', %(at)s, %(at)s, %(at)s) returning issue_id::text""",
        {"w": workspace_id, "x": external_id, "at": SEEN},
    )
    assert row is not None
    store_occurrence(session, workspace_id, row["issue_id"])
    return str(row["issue_id"])


def store_occurrence(
    session: Session, workspace_id: UUID, issue_id: str, started_at: datetime = SEEN
) -> None:
    """Store one more time that an issue occurred."""
    session.execute(
        "insert into core.occurrence (workspace_id, issue_id, started_at) values (%s, %s, %s) "
        "on conflict do nothing",
        (workspace_id, issue_id, started_at),
    )


def store_pattern(session: Session, workspace_id: UUID) -> str:
    """Store a pattern without issues; its id."""
    pattern_id = new_id()
    session.execute(
        "insert into detect.pattern (workspace_id, pattern_id, name, kind, status, confidence, "
        "issue_count, first_seen_at, last_seen_at) "
        "values (%s, %s, 'a', 'machine', 'active', 1, 2, %s, %s)",
        (workspace_id, pattern_id, SEEN, SEEN),
    )
    return pattern_id


def prediction(
    pattern_id: str,
    window: int = 7,
    probability: float | None = 0.5,
    by_model: dict[str, float] | None = None,
) -> pl.DataFrame:
    """One prediction of a pattern without issues."""
    values = {
        "pattern_id": pattern_id,
        "window_days": window,
        "probability": probability,
        "reason": "too few issues" if probability is None else None,
        "impact": "high",
        "evidence": [{"kind": "deploy"}],
        "event_count": 0,
        "model_probabilities": by_model,
        "model_version": "a model",
    }
    return pl.DataFrame([{name: values.get(name) for name in PREDICTION_SCHEMA}], schema=PREDICTION_SCHEMA)


def pattern(pattern_id: str, issue_count: int = 2, status: str = "active") -> pl.DataFrame:
    """One pattern."""
    values = {
        "pattern_id": pattern_id,
        "name": "a pattern",
        "kind": "human",
        "status": status,
        "confidence": 0.9,
        "fingerprint": {},
        "issue_count": issue_count,
        "occurrence_count": issue_count,
        "first_seen_at": SEEN,
        "last_seen_at": SEEN,
    }
    return pl.DataFrame([{name: values.get(name) for name in PATTERN_SCHEMA}], schema=PATTERN_SCHEMA)


def members(pattern_id: str, issue_ids: list[str]) -> pl.DataFrame:
    """Issues of one pattern."""
    values = {"pattern_id": pattern_id, "similarity": 0.8, "confidence": 0.7, "reason": {"kind": "terms"}}
    rows = [
        {name: {**values, "issue_id": issue_id}.get(name) for name in MEMBER_SCHEMA} for issue_id in issue_ids
    ]
    return pl.DataFrame(rows, schema=MEMBER_SCHEMA)


def fingerprints(issue_ids: list[str]) -> pl.DataFrame:
    """Fingerprints of issues in human language, which have no template."""
    rows = [
        {name: {"issue_id": issue_id, "kind": "human"}.get(name) for name in FINGERPRINT_SCHEMA}
        for issue_id in issue_ids
    ]
    return pl.DataFrame(rows, schema=FINGERPRINT_SCHEMA)


def new_id() -> str:
    """A new id."""
    return str(uuid4())
