"""Vectors are made of what people wrote, a batch at a time, and removed where no encoder is set up."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from causeloop_pipeline.encoder.folder import EncoderError, read_folder
from causeloop_pipeline.encoder.sentence_encoder import SentenceEncoder
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.stages.jobs import text_vectors
from causeloop_pipeline.stages.jobs.text_vectors import is_encoding_due, update_vectors
from causeloop_pipeline.storage.database.session import Database
from tests.support.tiny_encoder import make_tiny_encoder
from tests.support.written_issues import encode_only, note_grouped, store_written

SELECT_VECTORS = """
select i.external_id, v.vector, v.cell
from detect.text_vector as v
join core.issue as i using (workspace_id, issue_id)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def resources(installation: Any, workspace_id: UUID, monkeypatch: pytest.MonkeyPatch) -> Installation:
    encode_only(monkeypatch, [workspace_id])
    return Installation()


@pytest.fixture
def encoder(folder: Path, resources: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The settings name and pin the tiny encoder."""
    use_encoder(monkeypatch, folder, read_folder(folder).digest)
    yield folder
    monkeypatch.undo()
    settings.cache_clear()


def use_encoder(monkeypatch: pytest.MonkeyPatch, folder: Path | None, digest: str = "") -> None:
    monkeypatch.setenv("CAUSELOOP_SEMANTIC_FOLDER", str(folder or ""))
    monkeypatch.setenv("CAUSELOOP_SEMANTIC_SHA256", digest)
    settings.cache_clear()


def read_vectors(database: Database, workspace_id: UUID) -> dict[str, bytes]:
    with database.workspace(workspace_id) as session:
        return {row["external_id"]: bytes(row["vector"]) for row in session.rows(SELECT_VECTORS)}


def is_due(database: Database) -> bool:
    with database.every_workspace() as session:
        return is_encoding_due(session, settings())


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is encoded."""
    encoded: list[str] = []
    encode = SentenceEncoder.encode

    def note(self: SentenceEncoder, text: str) -> Any:
        encoded.append(text)
        return encode(self, text)

    monkeypatch.setattr(SentenceEncoder, "encode", note)
    return encoded


def test_without_an_encoder_nothing_is_due_and_nothing_is_made(
    resources: Installation, database: Database, workspace_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_encoder(monkeypatch, None)
    with database.workspace(workspace_id) as session:
        store_written(session, workspace_id)

    assert settings().semantic_folder is None
    assert not is_due(database)
    assert update_vectors(resources) == {}
    assert read_vectors(database, workspace_id) == {}


@pytest.mark.usefixtures("encoder")
def test_what_people_wrote_has_a_vector_and_machines_messages_have_none(
    resources: Installation, database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        ids = store_written(session, workspace_id)
        store_written(session, workspace_id, {"M-1": "the app crashes"}, kind="machine")
    assert is_due(database)

    done = update_vectors(resources)

    assert done["issues"] == len(ids)
    assert set(read_vectors(database, workspace_id)) == set(ids)
    assert not is_due(database)


@pytest.mark.usefixtures("encoder")
def test_a_text_is_encoded_once_however_many_issues_have_it(
    resources: Installation, database: Database, workspace_id: UUID, texts: list[str]
) -> None:
    with database.workspace(workspace_id) as session:
        store_written(session, workspace_id, {f"S-{number}": "the printer jams" for number in range(5)})
    update_vectors(resources)
    first = len(texts)
    with database.workspace(workspace_id) as session:
        store_written(session, workspace_id, {"S-9": "the printer jams"})
        session.execute("update detect.vector_space set encoded_at = now() - interval '1 hour'")
    update_vectors(resources)

    assert first == 1
    assert len(texts) == 1
    assert len(set(read_vectors(database, workspace_id).values())) == 1
    assert len(read_vectors(database, workspace_id)) == 6


@pytest.mark.usefixtures("encoder")
def test_a_run_that_ends_early_goes_on_where_it_was(
    resources: Installation,
    database: Database,
    workspace_id: UUID,
    texts: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(text_vectors, "BATCH", 2)
    monkeypatch.setattr(text_vectors, "FIRST_BATCH", 2)
    monkeypatch.setattr(text_vectors, "MIN_GROWTH_OF_PROJECTED", 1_000)
    with database.workspace(workspace_id) as session:
        ids = store_written(session, workspace_id)
    monkeypatch.setattr(text_vectors, "MAX_SECONDS", 1e-9)
    assert update_vectors(resources)["workspaces left"] == 1
    monkeypatch.setattr(text_vectors, "MAX_SECONDS", 60.0)
    assert is_due(database)

    update_vectors(resources)

    assert len(texts) == len(ids)
    assert set(read_vectors(database, workspace_id)) == set(ids)


@pytest.mark.usefixtures("encoder")
def test_a_changed_text_gets_another_vector_and_a_deleted_issue_leaves_none(
    resources: Installation, database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        ids = store_written(session, workspace_id)
    update_vectors(resources)
    before = read_vectors(database, workspace_id)
    with database.workspace(workspace_id) as session:
        session.execute("update core.issue set title = 'Login fails' where issue_id = %s", (ids["T-1"],))
        session.execute("update core.issue set status = 'resolved' where issue_id = %s", (ids["T-2"],))
        session.execute("delete from core.issue where issue_id = %s", (ids["T-3"],))
        note_grouped(session, workspace_id)
        session.execute("update detect.vector_space set encoded_at = now() - interval '1 hour'")

    update_vectors(resources)

    after = read_vectors(database, workspace_id)
    assert set(after) == set(ids) - {"T-3"}
    assert after["T-1"] != before["T-1"]
    assert after["T-2"] == before["T-2"]


def test_vectors_of_another_encoder_are_made_again(
    encoder: Path,
    resources: Installation,
    database: Database,
    workspace_id: UUID,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with database.workspace(workspace_id) as session:
        store_written(session, workspace_id)
    update_vectors(resources)
    before = read_vectors(database, workspace_id)
    other = make_tiny_encoder(tmp_path, seed=8)
    use_encoder(monkeypatch, other, read_folder(other).digest)

    update_vectors(resources)

    after = read_vectors(database, workspace_id)
    assert set(after) == set(before)
    assert all(after[key] != before[key] for key in before)


def test_a_folder_that_has_changed_encodes_nothing(
    encoder: Path,
    resources: Installation,
    database: Database,
    workspace_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with database.workspace(workspace_id) as session:
        store_written(session, workspace_id)
    use_encoder(monkeypatch, encoder, "0" * 64)

    with pytest.raises(EncoderError, match="not the one that"):
        update_vectors(resources)
    assert read_vectors(database, workspace_id) == {}


@pytest.mark.usefixtures("encoder")
def test_vectors_are_removed_when_the_search_is_off_again(
    resources: Installation, database: Database, workspace_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.workspace(workspace_id) as session:
        store_written(session, workspace_id)
    update_vectors(resources)
    use_encoder(monkeypatch, None)

    assert is_due(database)
    update_vectors(resources)

    assert read_vectors(database, workspace_id) == {}
    assert not is_due(database)


@pytest.mark.usefixtures("encoder")
def test_directions_of_few_texts_are_made_again_when_there_are_many(
    resources: Installation, database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        store_written(session, workspace_id, {"T-1": "The app crashes"})
    update_vectors(resources)
    before = read_vectors(database, workspace_id)
    with database.workspace(workspace_id) as session:
        store_written(session, workspace_id, {f"N-{number}": f"Login fails {number}" for number in range(5)})
        session.execute("update detect.vector_space set encoded_at = now() - interval '1 hour'")

    update_vectors(resources)
    assert is_due(database)
    update_vectors(resources)

    after = read_vectors(database, workspace_id)
    assert len(after) == 6
    assert after["T-1"] != before["T-1"]


@pytest.mark.usefixtures("encoder")
def test_many_vectors_lie_in_cells(
    resources: Installation, database: Database, workspace_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    from causeloop_pipeline.analysis.detect.similarity import vector_cells

    monkeypatch.setattr(vector_cells, "MAX_ONE_CELL", 10)
    monkeypatch.setattr(vector_cells, "TEXTS_PER_CELL", 4)
    monkeypatch.setattr(text_vectors, "PAGE", 7)
    words = ("app", "login", "invoice", "search", "printer")
    titles = {f"C-{n}": f"{words[n % 5]} {words[n % 3]} {'slow ' * (n % 4)}" for n in range(25)}
    with database.workspace(workspace_id) as session:
        store_written(session, workspace_id, titles)

    update_vectors(resources)

    with database.workspace(workspace_id) as session:
        cells = {row["cell"] for row in session.rows(SELECT_VECTORS)}
        (space,) = session.rows("select centres, vector_count from detect.vector_space")
    assert len(cells) > 1
    assert len(space["centres"]) == 128 * (25 // 4)
    assert space["vector_count"] == 25
