"""Sample rows of what is to be found out and of what nothing explains."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from causeloop_pipeline.storage.database.session import Session
from tests.api.sample_rows import Sample, insert_row


def insert_investigation(session: Session, sample: Sample) -> None:
    """One to find out, the pattern that nothing explains, and how an issue ended."""
    sample.ids["investigation_id"] = uuid4()
    insert_row(
        session,
        "act.investigation",
        sample,
        investigation_id=sample.ids["investigation_id"],
        pattern_id=sample.ids["pattern_id"],
        kind="host",
        place=1,
        title=sample.canary,
        to_note="host and release",
        first_cause="one machine",
        second_cause="one release",
        steps=["note it"],
        computed_at=datetime.now(UTC),
    )
    insert_row(
        session,
        "act.unexplained_patterns",
        sample,
        pattern_ids=[sample.ids["pattern_id"]],
        traits=[f"1 of 1 have the service {sample.canary}"],
        endings=[f"What ended “{sample.canary}” before: restarted it (once, held 2 days)"],
        computed_at=datetime.now(UTC),
    )


def insert_expectation(session: Session, sample: Sample) -> UUID:
    expectation_id = uuid4()
    insert_row(
        session,
        "act.expectation",
        sample,
        expectation_id=expectation_id,
        recommendation_id=sample.ids["recommendation_id"],
        kind="job_passes",
        job=sample.canary,
        made_by="user:sample",
    )
    return expectation_id
