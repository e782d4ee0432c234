"""Makes vectors of what people wrote, batch by batch, where an encoder is set up; removes them where none is.

A run gives each workspace a batch in turn, and ends after a minute for the next one to go on. Grouping reads
nothing of it.
"""

import time
from collections import Counter, deque
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING
from uuid import UUID

from causeloop_pipeline.encoder.configured import (
    is_semantic_search_on,
    load_configured_encoder,
    read_pinned_digest,
)
from causeloop_pipeline.settings import Settings
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.detect import text_vectors as stored

if TYPE_CHECKING:
    from causeloop_pipeline.analysis.detect.similarity.vector_space import VectorSpace
    from causeloop_pipeline.encoder.sentence_encoder import SentenceEncoder

BATCH = 200
MAX_SECONDS = 60.0
WAIT_SECONDS = 300.0
"""Between two looks at a workspace: each reads all of its issues."""

PAGE = 20_000
MIN_GROWTH = 2
"""Where vectors lie is measured again when there are so many times more."""

MAX_REMOVED = 100


def is_encoding_due(session: Session, settings: Settings) -> bool:
    """Whether issues wait for a vector, or vectors for their removal."""
    if not is_semantic_search_on(settings):
        return bool(stored.list_with_space(session, 1))
    return bool(stored.list_due(session, read_pinned_digest(settings), WAIT_SECONDS))


def update_vectors(installation: Installation) -> Counter[str]:
    """Encode what is due for a while, or remove all vectors; counts of what was done."""
    with installation.database.keep_connection() as database:
        if not is_semantic_search_on(installation.settings):
            return _remove_all(database)
        encoder = load_configured_encoder(installation.settings)
        with database.every_workspace() as session:
            due = deque(stored.list_due(session, encoder.digest, WAIT_SECONDS))
        deadline, done = time.monotonic() + MAX_SECONDS, Counter[str]()
        while due and time.monotonic() < deadline:
            workspace_id = due.popleft()
            began = datetime.now(UTC)
            texts = encode_batch(database, encoder, workspace_id)
            done["issues"] += texts
            if texts == BATCH:
                due.append(workspace_id)
                continue
            with database.workspace(workspace_id) as session:
                stored.finish_passage(session, workspace_id, began)
                measure_space_if_grown(session, workspace_id)
            done["workspaces finished"] += 1
        done["workspaces left"] = len(due)
        return done


def encode_batch(database: Database, encoder: "SentenceEncoder", workspace_id: UUID) -> int:
    """Encode the next issues of a workspace, with no transaction open meanwhile; how many there were."""
    from causeloop_pipeline.analysis.detect.similarity.text_vectors import compress, join_text, read_vectors
    from causeloop_pipeline.analysis.detect.similarity.vector_space import NO_SPACE

    with database.workspace(workspace_id) as session:
        space = stored.begin_space(session, workspace_id, encoder.digest, NO_SPACE.dump()[0])
        issues = stored.read_unencoded(session, workspace_id, BATCH)
        texts = [join_text(issue.title, issue.body) for issue in issues]
        hashes = [_hash_text(text) for text in texts]
        vector_of = stored.read_stored_vectors(session, workspace_id, hashes)
    for text, text_hash in zip(texts, hashes, strict=True):
        if text_hash not in vector_of:
            vector_of[text_hash] = compress(encoder.encode(text))
    if not issues:
        return 0
    vectors = [vector_of[text_hash] for text_hash in hashes]
    cells = _read_space(space).assign_cells(read_vectors(b"".join(vectors))).tolist()
    rows = [stored.TextVector(*row) for row in zip(issues, hashes, cells, vectors, strict=True)]
    with database.workspace(workspace_id) as session:
        stored.store_vectors(session, workspace_id, encoder.digest, rows)
    return len(issues)


def measure_space_if_grown(session: Session, workspace_id: UUID) -> bool:
    """Measure where the vectors of a workspace lie, if there are many more than when that was last done."""
    from causeloop_pipeline.analysis.detect.similarity.text_vectors import read_vectors
    from causeloop_pipeline.analysis.detect.similarity.vector_space import MAX_FITTED, fit_space

    before = stored.read_space(session, workspace_id)
    if before.present_count < MIN_GROWTH * max(before.vector_count, 1):
        return False
    _, sample = stored.read_vector_page(session, workspace_id, None, MAX_FITTED)
    space = fit_space(read_vectors(sample), before.present_count)
    stored.store_space(session, workspace_id, *space.dump(), before.present_count)
    if len(before.centres) or len(space.centres):
        _move_all(session, workspace_id, space)
    return True


def _move_all(session: Session, workspace_id: UUID, space: "VectorSpace") -> None:
    from causeloop_pipeline.analysis.detect.similarity.text_vectors import read_vectors

    after: UUID | None = None
    while True:
        issue_ids, vectors = stored.read_vector_page(session, workspace_id, after, PAGE)
        if not issue_ids:
            return
        stored.store_cells(
            session, workspace_id, issue_ids, space.assign_cells(read_vectors(vectors)).tolist()
        )
        after = issue_ids[-1]


def _read_space(space: stored.StoredSpace) -> "VectorSpace":
    from causeloop_pipeline.analysis.detect.similarity.vector_space import VectorSpace

    return VectorSpace.parse(space.common, space.centres)


def _hash_text(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _remove_all(database: Database) -> Counter[str]:
    done = Counter[str]()
    with database.every_workspace() as session:
        workspace_ids: Sequence[UUID] = stored.list_with_space(session, MAX_REMOVED)
    for workspace_id in workspace_ids:
        with database.workspace(workspace_id) as session:
            stored.delete_space(session, workspace_id)
        done["workspaces whose vectors were removed"] += 1
    return done
