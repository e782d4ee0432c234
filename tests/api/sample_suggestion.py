"""The suggestion of a sample workspace."""

import json

from causeloop_pipeline.storage.database.session import Session
from tests.api.sample_rows import Sample, insert_row


def insert_suggestion(session: Session, sample: Sample) -> None:
    """An issue of one pattern may have the cause of another's."""
    pair = {"issue_id": sample.issues[8], "other_issue_id": sample.issues[0]}
    reason = json.dumps({"kind": "terms", "text": f"Shares the rare terms {sample.canary}"})
    insert_row(session, "detect.suggestion", sample, **pair, confidence=0.3, reason=reason)
    stored = session.row(
        "select suggestion_id from detect.suggestion where workspace_id = %s", (sample.workspace_id,)
    )
    assert stored is not None
    sample.ids["suggestion_id"] = stored["suggestion_id"]
