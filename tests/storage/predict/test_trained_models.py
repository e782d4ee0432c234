"""A learned model is kept once a workspace, as it is, and read only by the code that understands it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.predict.trained_models import KeptModel, keep_model, read_model

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_kept_model_is_the_last_one_and_only_for_the_code_that_can_read_it(
    database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    first, second = KeptModel('{"a":0.1}', NOW, 10), KeptModel('{"a":0.30000000000000004}', NOW + DAY, 20)
    with database.workspace(workspace_id) as session:
        assert read_model(session, workspace_id, "form 1") is None
        keep_model(session, workspace_id, "form 1", first)
        keep_model(session, workspace_id, "form 1", second)
        assert read_model(session, workspace_id, "form 1") == second
        assert read_model(session, workspace_id, "form 2") is None
    with database.workspace(other_workspace_id) as session:
        assert session.rows("select * from predict.learned_model") == []
