"""A trained model is stored once a workspace, as it is, and read only by code that knows its format."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.predict.trained_models import (
    StoredModel,
    read_trained_model,
    store_trained_model,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_the_last_model_is_read_and_only_in_the_format_that_the_code_knows(
    database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    first, second = StoredModel('{"a":0.1}', NOW, 10), StoredModel('{"a":0.30000000000000004}', NOW + DAY, 20)
    with database.workspace(workspace_id) as session:
        assert read_trained_model(session, workspace_id, "format 1") is None
        store_trained_model(session, workspace_id, "format 1", first)
        store_trained_model(session, workspace_id, "format 1", second)
        assert read_trained_model(session, workspace_id, "format 1") == second
        assert read_trained_model(session, workspace_id, "format 2") is None
    with database.workspace(other_workspace_id) as session:
        assert session.rows("select * from predict.trained_model") == []
