"""A sample comment on an issue in its tracker."""

from uuid import uuid4

from causeloop_pipeline.storage.database.session import Session
from tests.api.sample_rows import Sample, insert_row


def insert_tracker_act(session: Session, sample: Sample) -> None:
    """A comment that would have been written."""
    sample.ids["act_id"] = uuid4()
    insert_row(
        session,
        "act.tracker_act",
        sample,
        act_id=sample.ids["act_id"],
        kind="comment",
        issue_id=sample.ids["issue_id"],
        pattern_id=sample.ids["pattern_id"],
        connector_id=sample.ids["connector_id"],
        place="acme/shop#7",
        body=f"This failure has occurred for the 4th time: {sample.canary}",
        status="shadow",
    )
