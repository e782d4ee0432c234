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
    from causeloop_pipeline.encoder.sentence_encoder import SentenceEncoder

BATCH, FIRST_BATCH = 200, 1_000
MAX_SECONDS = 60.0
WAIT_SECONDS = 300.0
"""Between two looks at a workspace: each reads all of its issues."""

PAGE = 20_000
MIN_GROWTH, MIN_GROWTH_OF_PROJECTED = 2, 4
"""Cells, and directions that were made of few texts, are made again when there are so many times more."""

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
            texts, is_last = encode_batch(database, encoder, workspace_id)
            done["issues"] += texts
            if not is_last:
                due.append(workspace_id)
                continue
            with database.workspace(workspace_id) as session:
                finish_passage(session, workspace_id, encoder.digest, began)
            done["workspaces finished"] += 1
        done["workspaces left"] = len(due)
        return done


def encode_batch(database: Database, encoder: "SentenceEncoder", workspace_id: UUID) -> tuple[int, bool]:
    """Encode the next issues of a workspace, with no transaction open meanwhile; how many, and whether these
    are the last.
    """
    from causeloop_pipeline.analysis.detect.similarity.text_vectors import join_text, read_vectors
    from causeloop_pipeline.analysis.detect.similarity.vector_cells import assign_cells

    with database.workspace(workspace_id) as session:
        space = stored.read_space(session, workspace_id, encoder.digest)
        limit = BATCH if space else FIRST_BATCH
        issues = stored.read_unencoded(session, workspace_id, limit)
        texts = [join_text(issue.title, issue.body) for issue in issues]
        hashes = [_hash_text(text) for text in texts]
        vector_of = stored.read_stored_vectors(session, workspace_id, hashes)
    new = {key: text for key, text in zip(hashes, texts, strict=True) if key not in vector_of}
    projection, vectors = _encode_all(encoder, list(new.values()), space)
    vector_of |= dict(zip(new, vectors, strict=True))
    ordered = [vector_of[text_hash] for text_hash in hashes]
    centres = read_vectors(space.centres if space else b"")
    cells = assign_cells(read_vectors(b"".join(ordered)), centres).tolist()
    rows = [stored.TextVector(*row) for row in zip(issues, hashes, cells, ordered, strict=True)]
    with database.workspace(workspace_id) as session:
        if space is None:
            stored.begin_space(session, workspace_id, encoder.digest, projection, len(issues))
        stored.store_vectors(session, workspace_id, encoder.digest, rows)
    return len(issues), len(issues) < limit


def _encode_all(
    encoder: "SentenceEncoder", texts: Sequence[str], space: stored.StoredSpace | None
) -> tuple[bytes, list[bytes]]:
    """The vectors of texts, and the projection that makes them: of these texts, where there is none yet."""
    import numpy as np

    from causeloop_pipeline.analysis.detect.similarity.text_vectors import Projection, fit_projection

    if not texts and space is not None:
        return space.projection, []
    encoded = np.stack([encoder.encode(text) for text in texts or [""]])
    projection = Projection.parse(space.projection) if space else fit_projection(encoded)
    vectors = projection.compress(encoded)[: len(texts)]
    return projection.dump(), [vector.tobytes() for vector in vectors]


def finish_passage(session: Session, workspace_id: UUID, encoder: str, began: datetime) -> None:
    """Say up to when issues have vectors, and make cells, or all vectors, again where they have grown."""
    from causeloop_pipeline.analysis.detect.similarity.text_vectors import MAX_PROJECTED

    stored.finish_passage(session, workspace_id, began)
    space, present = (
        stored.read_space(session, workspace_id, encoder),
        stored.count_vectors(session, workspace_id),
    )
    if space is None:
        return
    if space.projected < MAX_PROJECTED and present >= MIN_GROWTH_OF_PROJECTED * max(space.projected, 1):
        stored.delete_space(session, workspace_id)  # directions of few texts are bad: begin again
    elif present >= MIN_GROWTH * max(space.vector_count, 1):
        make_cells(session, workspace_id, present, has_cells=bool(space.centres))


def make_cells(session: Session, workspace_id: UUID, present: int, *, has_cells: bool) -> None:
    """Split the vectors of a workspace into cells, where they are many."""
    from causeloop_pipeline.analysis.detect.similarity.text_vectors import read_vectors
    from causeloop_pipeline.analysis.detect.similarity.vector_cells import (
        MAX_FITTED,
        assign_cells,
        fit_centres,
    )

    sample = stored.read_vector_page(session, workspace_id, None, MAX_FITTED)[1] if present > PAGE else b""
    centres = fit_centres(read_vectors(sample), present)
    stored.store_centres(session, workspace_id, centres.tobytes(), present)
    after: UUID | None = None
    while has_cells or len(centres):
        issue_ids, vectors = stored.read_vector_page(session, workspace_id, after, PAGE)
        if not issue_ids:
            return
        cells = assign_cells(read_vectors(vectors), centres).tolist()
        stored.store_cells(session, workspace_id, issue_ids, cells)
        after = issue_ids[-1]


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
