"""Nothing in grouping reads vectors: patterns are the same with and without them."""

from pathlib import Path
from uuid import UUID

import polars as pl
import pytest

from causeloop_pipeline.encoder.folder import read_folder
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.stages.jobs.text_vectors import update_vectors
from causeloop_pipeline.storage.database.session import Database, Session
from tests.conftest import Installation
from tests.orchestration.failures import failures, ingest
from tests.stages.test_regrouping import AS_OF, run_patterns
from tests.support.normalizing import normalize, normalizer
from tests.support.tiny_encoder import make_tiny_encoder
from tests.support.written_issues import delete_vectors, encode_only, note_grouped

COUNT = "select count(*) as vectors from detect.text_vector"
MEMBERS = "select issue_id, pattern_id, similarity, confidence from detect.pattern_member order by issue_id"
SCHEMA = pl.Schema(
    {
        "issue_id": pl.String(),
        "pattern_id": pl.String(),
        "similarity": pl.Float64(),
        "confidence": pl.Float64(),
    }
)


def group(session: Session, workspace_id: UUID) -> pl.DataFrame:
    session.execute("delete from detect.grouping_state where workspace_id = %s", (workspace_id,))
    assert run_patterns(session, workspace_id)["full recompute"] == 1
    return session.read(MEMBERS, schema=SCHEMA)


def test_patterns_are_the_same_with_and_without_vectors(
    installation: Installation,
    database: Database,
    workspace_id: UUID,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encode_only(monkeypatch, [workspace_id])
    ingest(database, workspace_id, failures(until=AS_OF))
    normalize(database, normalizer(installation.pipeline_url), workspace_id)
    with database.workspace(workspace_id) as session:
        without = group(session, workspace_id)
        session.execute("update detect.fingerprint set kind = 'human'")
        note_grouped(session, workspace_id)
    folder = make_tiny_encoder(tmp_path)
    monkeypatch.setenv("CAUSELOOP_SEMANTIC_FOLDER", str(folder))
    monkeypatch.setenv("CAUSELOOP_SEMANTIC_SHA256", read_folder(folder).digest)
    settings.cache_clear()
    try:
        update_vectors(Resources())
        with database.workspace(workspace_id) as session:
            (counted,) = session.rows(COUNT)
            assert counted["vectors"] > 0
            assert group(session, workspace_id).equals(without)
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        delete_vectors()
    assert without.height > 0
