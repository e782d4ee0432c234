"""The records of one tool are counted, and no more of them than a poll can afford."""

from uuid import UUID

import pytest

from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.raw import record_counts
from tests.support.normalizing import land_records, record


def test_only_the_records_of_the_tool_are_counted_and_many_are_not(
    database: Database, workspace_id: UUID, other_workspace_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each, numbers in ((workspace_id, range(3)), (other_workspace_id, range(2))):
        records = [record({"external_id": f"F-{number}", "title": "t"}, "fossa") for number in numbers]
        land_records(database, each, *records, record({"external_id": "S-1", "title": "t"}, "snyk"))

    with database.workspaces([workspace_id, other_workspace_id]) as session:
        assert record_counts.count_records(session, "fossa") == 5
        assert record_counts.count_records(session, "a tool of nobody") == 0
        monkeypatch.setattr(record_counts, "MAX_COUNTED_RECORDS", 4)
        assert record_counts.count_records(session, "fossa") is None
